/*
 * Likeness of titles: are these what one page is called, before and after
 * its move?
 *
 * A title is taken apart where pages put their own name, a column and the
 * site's side by side ("关于防汛的通知_通知公告_某市人民政府"): parts, one a
 * line, without white space and punctuation, letters of one width and case.
 * Another template may add parts, leave some out or change them a little;
 * one that stays is enough. Numbers are no little change: 公告 1 isn't
 * 公告 2.
 */
#ifndef ZQ_HUB_LIKENESS_H
#define ZQ_HUB_LIKENESS_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define LIKENESS_PARTS 640	/* bytes: what a title of GLANCE_TITLE gives
				 * at most, with room for folding */

/* Puts the parts of a title, each with its line's end. What doesn't fit into
 * b is left out, from the end. */
void likeness_parts(struct buf *b, struct span title);
/* The next part of them; false: there is none. */
bool likeness_next(struct span *parts, struct span *part);
/* Is one of the parts there, as it is? */
bool likeness_has(struct span parts, struct span part);
/* Parts of both: is one of `old` found in `now`, as it is or nearly so? */
bool likeness_is(struct span old, struct span now);
/* Are they so far apart that they can't be names of one thing, an old and a
 * new one? Not known (false) of what is too short to be a name. */
bool likeness_is_stranger(struct span old, struct span now);

#endif
