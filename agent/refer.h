/*
 * References: an address as it stands in the bytes of a page, read and
 * written anew.
 *
 * What is written leads exactly where it is told to, and looks as much like
 * what stood there as that allows: what was relative stays relative, what
 * began with a slash still does, the fragment stays, "&" is "&amp;". If
 * page and target are on different hosts now, it is the whole address. All
 * that is written is ASCII, so it is right in any character set that
 * hrefs_each() can be used for.
 */
#ifndef ZQ_AGENT_REFER_H
#define ZQ_AGENT_REFER_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/charset.h"
#include "contrib/base/span.h"
#include "protocol/limits.h"

#define REFER_TEXT_MAX ((size_t)48 * LIMIT_URL)	/* of refer_text() */

struct refer {
	struct charset *charset;
	enum charset_name is;	/* what the page is written in */
	struct span base;	/* what it is relative to, a normal form */
	struct span raw;	/* the bytes in the page; no blanks at its
				 * ends: see refer_trim() */
	char quote;		/* around it, or 0 */
	bool listed;		/* one of several, as in srcset */
	bool lossy;		/* what can't be read is U+FFFD, as page.c has
				 * it; such a one is not to be written */
};

struct span refer_trim(struct span raw);

/* The bytes as the page means them, in UTF-8. False: they can't be read. */
bool refer_text(struct buf *out, const struct refer *r);
/* Where such a text leads; see refer_read(). */
bool refer_resolve(struct buf *out, const struct refer *r, struct span text);

/* Where it leads, as a normal form without the fragment. False: to no address
 * on the web. */
bool refer_read(struct buf *out, const struct refer *r);

/* What is to stand there to lead to `to`, a normal form. False: that can't be
 * written there. */
bool refer_write(struct buf *out, const struct refer *r, struct span to);

#endif
