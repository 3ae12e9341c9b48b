/*
 * The sheet that every page is written on: its head with the search field
 * and the two languages, its foot, its style, and the few pieces that several
 * pages share.
 */
#ifndef ZQ_HUB_SHEET_H
#define ZQ_HUB_SHEET_H

#include "hub/visit.h"

/* The title is plain text (escaped here); empty: the cluster's name. A page
 * with fields of its own wants none in its head. */
void sheet_begin(struct visit *v, struct span title);
void sheet_begin_bare(struct visit *v, struct span title);
/* One that follows what happens from this version of the overview on, and what
 * is news beside that which the visit's store has (live.h). */
void sheet_begin_live(struct visit *v, struct span title, uint64_t version);
void sheet_end(struct visit *v);
void sheet_style(struct buf *b);	/* sheet_style.c */

/* A site's state: a mark, and the word for it. */
void sheet_state(struct buf *b, enum site_state s);
const char *sheet_state_word(enum site_state s);	/* in the language */

/* Rows of a definition list: markup already made; or plain text, left out
 * when it is empty; a time; a number. */
void sheet_fact(struct buf *b, const char *name, const char *markup);
void sheet_fact_text(struct buf *b, const char *name, struct span s);
void sheet_fact_time(struct buf *b, const char *name, int64_t ms);
void sheet_fact_number(struct buf *b, const char *name, uint64_t n);

/* A list of items as found by spec, with their number and the way to the
 * next page; says so when there are none. False: the spec was not fit, and
 * nothing is written; *why is a sentence in the language. */
bool sheet_items(struct visit *v, const struct query_spec *spec,
    const char **why);

/* An address on this server: keeps a chosen language. */
void sheet_href(const struct visit *v, struct buf *b, const char *path,
    struct span rest);
/* <a href="path rest">, the beginning of a link. */
void sheet_link(const struct visit *v, struct buf *b, const char *path,
    struct span rest);

#endif
