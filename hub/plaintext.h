/*
 * Plain text: what a reader sees of an HTML page, without a tree of it.
 *
 * Tags, comments, scripts, styles and hidden templates are left out, entities
 * resolved, white space runs as one blank, A to Z in lower case. One pass
 * over the bytes, whatever they are: an open quote, tag or comment ends with
 * the page.
 */
#ifndef ZQ_HUB_PLAINTEXT_H
#define ZQ_HUB_PLAINTEXT_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define PLAINTEXT_TITLE 1024	/* bytes */
#define PLAINTEXT_REFRESH 4096
#define PLAINTEXT_META 512
#define PLAINTEXT_AT_ONCE 10	/* s: a refresh later than that is for news */

struct plaintext {
	struct buf text;	/* the title is not in it */
	struct buf title;	/* as written */
	struct buf article;	/* meta ArticleTitle, as written; the first */
	struct buf heading;	/* what stands in h1 and h2, "|" between */
	struct buf refresh;	/* meta refresh: where to, as written; "" */
	struct buf code, domain;	/* meta SiteIDCode, SiteDomain, as
				 * written; the first that says something */
	bool password;		/* there is a field for one */
	bool scripts;
};

void plaintext_init(struct plaintext *p, size_t most);
void plaintext_clear(struct plaintext *p);
/* page: valid UTF-8. What was read before is forgotten. */
void plaintext_read(struct plaintext *p, struct span page);

#endif
