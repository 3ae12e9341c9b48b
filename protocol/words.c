/*
 * The XML names of a change's parts; see words.h. The prefixes are those
 * that we write; readers go by the namespace.
 */
#include "protocol/words.h"

#include "protocol/namespaces.h"

const struct xml_name words_element[E_COUNT] = {
	[WORD_TITLE] = { NS_DCTERMS, "title" },
	[WORD_COLUMN] = { NS_ZQ, "column" },
	[WORD_COLUMN_TYPE] = { NS_ZQ, "columnType" },
	[WORD_SOURCE] = { NS_DCTERMS, "source" },
	[WORD_AUTHOR] = { NS_DCTERMS, "creator" },
	[WORD_KEYWORDS] = { NS_DCTERMS, "subject" },
	[WORD_DESCRIPTION] = { NS_DCTERMS, "description" },
	[WORD_LANGUAGE] = { NS_DCTERMS, "language" },
	[WORD_IMAGE] = { NS_ZQ, "image" },
	[WORD_SITE_NAME] = { NS_ZQ, "siteName" },
	[WORD_SITE_DOMAIN] = { NS_ZQ, "siteDomain" },
	[WORD_SITE_CODE] = { NS_ZQ, "siteCode" },
	[WORD_REASON] = { NS_ZQ, "reason" },
	[WORD_BY] = { NS_ZQ, "by" },
	[WORD_SUCCESSOR] = { NS_ZQ, "successor" },
	[WORD_SCOPE] = { NS_ZQ, "scope" },
	[E_URLSET] = { NS_SITEMAP, "urlset" },
	[E_MD] = { NS_RS, "md" },
	[E_LN] = { NS_RS, "ln" },
	[E_BATCH] = { NS_ZQ, "batch" },
	[E_URL] = { NS_SITEMAP, "url" },
	[E_MOVE] = { NS_ZQ, "move" },
	[E_NOTICE] = { NS_ZQ, "notice" },
	[E_LOC] = { NS_SITEMAP, "loc" },
	[E_LASTMOD] = { NS_SITEMAP, "lastmod" },
	[E_ID] = { NS_DCTERMS, "identifier" },
	[E_ISSUED] = { NS_DCTERMS, "issued" },
	[E_LINK] = { NS_ZQ, "link" },
};

const char *const words_name[E_COUNT] = {
	[WORD_TITLE] = "dcterms:title",
	[WORD_COLUMN] = "zq:column",
	[WORD_COLUMN_TYPE] = "zq:columnType",
	[WORD_SOURCE] = "dcterms:source",
	[WORD_AUTHOR] = "dcterms:creator",
	[WORD_KEYWORDS] = "dcterms:subject",
	[WORD_DESCRIPTION] = "dcterms:description",
	[WORD_LANGUAGE] = "dcterms:language",
	[WORD_IMAGE] = "zq:image",
	[WORD_SITE_NAME] = "zq:siteName",
	[WORD_SITE_DOMAIN] = "zq:siteDomain",
	[WORD_SITE_CODE] = "zq:siteCode",
	[WORD_REASON] = "zq:reason",
	[WORD_BY] = "zq:by",
	[WORD_SUCCESSOR] = "zq:successor",
	[WORD_SCOPE] = "zq:scope",
	[E_URLSET] = "urlset",
	[E_MD] = "rs:md",
	[E_LN] = "rs:ln",
	[E_BATCH] = "zq:batch",
	[E_URL] = "url",
	[E_MOVE] = "zq:move",
	[E_NOTICE] = "zq:notice",
	[E_LOC] = "loc",
	[E_LASTMOD] = "lastmod",
	[E_ID] = "dcterms:identifier",
	[E_ISSUED] = "dcterms:issued",
	[E_LINK] = "zq:link",
};

const char *const words_link_kind[LINK_STYLE + 1] = {
	[LINK_ANCHOR] = "anchor",
	[LINK_IMAGE] = "image",
	[LINK_FRAME] = "frame",
	[LINK_FORM] = "form",
	[LINK_SCRIPT] = "script",
	[LINK_STYLE] = "style",
};
