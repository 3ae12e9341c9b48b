/* The norm's meta tags as a table; see tag.h. */
#include "agent/tag.h"

#include <stddef.h>

#include "contrib/base/text.h"

#define ALL (TAG_HOME | TAG_LIST | TAG_ARTICLE)
#define COLUMNS (TAG_LIST | TAG_ARTICLE)

const struct tag_rule tag_rules[TAG_COUNT] = {
	[TAG_SITE_NAME] = { "SiteName", ALL, WORD_SITE_NAME },
	[TAG_SITE_DOMAIN] = { "SiteDomain", ALL, WORD_SITE_DOMAIN },
	[TAG_SITE_CODE] = { "SiteIDCode", ALL, WORD_SITE_CODE },
	[TAG_COLUMN_NAME] = { "ColumnName", COLUMNS, WORD_COLUMN },
	[TAG_COLUMN_DESCRIPTION] = { "ColumnDescription", COLUMNS,
	    WORD_COUNT },
	[TAG_COLUMN_KEYWORDS] = { "ColumnKeywords", COLUMNS, WORD_COUNT },
	[TAG_COLUMN_TYPE] = { "ColumnType", COLUMNS, WORD_COLUMN_TYPE },
	[TAG_TITLE] = { "ArticleTitle", TAG_ARTICLE, WORD_TITLE },
	[TAG_DATE] = { "PubDate", TAG_ARTICLE, WORD_COUNT },
	[TAG_SOURCE] = { "ContentSource", TAG_ARTICLE, WORD_SOURCE },
	[TAG_KEYWORDS] = { "Keywords", 0, WORD_KEYWORDS },
	[TAG_AUTHOR] = { "Author", 0, WORD_AUTHOR },
	[TAG_DESCRIPTION] = { "Description", 0, WORD_DESCRIPTION },
	[TAG_IMAGE] = { "Image", 0, WORD_IMAGE },
	[TAG_URL] = { "Url", 0, WORD_COUNT },
};

bool
tag_find(struct span name, enum tag *t)
{
	for (size_t i = 0; i < TAG_COUNT; i++) {
		if (text_same_nocase(name, span_of(tag_rules[i].name))) {
			*t = (enum tag)i;
			return true;
		}
	}
	return false;
}
