/*
 * The meta tags of the norm (国办发〔2017〕47号, 网页标签规范): which there
 * are, which a home page, a list page and an article must have, and which
 * word of a change each one becomes.
 */
#ifndef ZQ_AGENT_TAG_H
#define ZQ_AGENT_TAG_H

#include <stdbool.h>

#include "contrib/base/span.h"
#include "protocol/change.h"

enum tag {	/* in the norm's order; numbers are in record rows */
	TAG_SITE_NAME, TAG_SITE_DOMAIN, TAG_SITE_CODE,
	TAG_COLUMN_NAME, TAG_COLUMN_DESCRIPTION, TAG_COLUMN_KEYWORDS,
	TAG_COLUMN_TYPE,
	TAG_TITLE, TAG_DATE, TAG_SOURCE,
	TAG_KEYWORDS, TAG_AUTHOR, TAG_DESCRIPTION, TAG_IMAGE, TAG_URL,
	TAG_COUNT
};

enum tag_page {		/* what kind of page; bits */
	TAG_HOME = 1,
	TAG_LIST = 2,
	TAG_ARTICLE = 4,
};

struct tag_rule {
	const char *name;	/* as the norm writes it: "ArticleTitle" */
	unsigned required;	/* on which kinds of page, of enum tag_page */
	enum change_word word;	/* WORD_COUNT: none */
};

extern const struct tag_rule tag_rules[TAG_COUNT];

/* By a meta tag's name, in any case; false: not one of the norm's. */
bool tag_find(struct span name, enum tag *t);

#endif
