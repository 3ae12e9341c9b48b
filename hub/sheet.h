/*
 * The sheet that every page is written on: its head with the search field
 * and the two languages, its foot, its style, and the few pieces that several
 * pages share.
 */
#ifndef ZQ_HUB_SHEET_H
#define ZQ_HUB_SHEET_H

#include "hub/visit.h"

/* The title is plain text (escaped here); empty: the cluster's name. */
void sheet_begin(struct visit *v, struct span title);
void sheet_end(struct visit *v);
void sheet_style(struct buf *b);

/* A site's state: a mark, and the word for it. */
void sheet_state(struct buf *b, enum site_state s);
const char *sheet_state_word(enum site_state s);	/* in the language */

/* One row of a definition list; the value is markup already made. */
void sheet_fact(struct buf *b, const char *name, const char *markup);

/* A list of items as found by spec, with paging; says so when there are
 * none. `base` is the page's own path, for the next page's address. */
void sheet_items(struct visit *v, const struct query_spec *spec,
    const char *base);

/* An address on this server: keeps a chosen language. */
void sheet_href(const struct visit *v, struct buf *b, const char *path,
    struct span rest);

#endif
