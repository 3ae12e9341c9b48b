/*
 * Markup: bytes from anywhere, made safe to stand in HTML, XML or an
 * address.
 *
 * Everything that a page, a site or a reader's query gave goes through one
 * of these on its way out; there is no other way to put text in a page.
 */
#ifndef ZQ_HUB_MARKUP_H
#define ZQ_HUB_MARKUP_H

#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Text or attribute value, for HTML and XML 1.0 alike: the five characters
 * escaped, what XML forbids (controls, broken UTF-8) and what turns the line
 * (text.h) as U+FFFD. */
void markup_text(struct buf *b, struct span s);

/* What the hub said of something, in the reader's language (reason.h). */
void markup_reason(struct buf *b, struct span english);

/* One value of a query or a path segment, percent-encoded. */
void markup_argument(struct buf *b, struct span s);

/* An address to link to: the normal form, escaped, and only http(s); any
 * other becomes "#". */
void markup_href(struct buf *b, struct span url);

/* <time datetime=…>local time</time>, or "–" for CLOCK_NONE. */
void markup_time(struct buf *b, int64_t ms);
/* The same, shown as how long ago it was. */
void markup_ago(struct buf *b, int64_t ms);
/* A day only, for dates of items. */
void markup_day(struct buf *b, int64_t ms);

/* An address as people read it (see url_show()), escaped. */
void markup_url(struct buf *b, struct span url);

#endif
