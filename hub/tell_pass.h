/*
 * A pass over all that refer to a move (tell_move.h), as it stands between its
 * steps: how far it is, and the links that it has gathered so far. There is
 * one of a move at a time.
 */
#ifndef ZQ_HUB_TELL_PASS_H
#define ZQ_HUB_TELL_PASS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/group.h"
#include "hub/target.h"

enum tell_phase {	/* numbers are in rows */
	TELL_CLEAR, TELL_GATHER, TELL_WRITE, TELL_END, TELL_OFF
};

struct tell_pass {
	uint32_t move;
	enum tell_phase phase;
	uint32_t number;	/* of the pass; those told in it bear it */
	uint32_t links;		/* gathered so far */
	uint32_t site;		/* TELL_END, TELL_OFF: from here on */
	uint64_t sites, pages;	/* told; TELL_CLEAR, TELL_OFF: sites is 1 if
				 * whose move it is knows that it is off */
	struct target_key at;	/* TELL_GATHER: behind this one; n = 0: all */
};

/* In the place of one of the same move. */
void tell_pass_put(struct group *g, const struct tell_pass *p);
void tell_pass_drop(struct group *g, const struct tell_pass *p);
/* The one to go on with; p may be NULL. False: none is left. */
bool tell_pass_first(struct db_txn *t, struct tell_pass *p);
/* The one of this move, if it is to come and has told nobody yet. */
bool tell_pass_coming(struct db_txn *t, uint32_t move, struct tell_pass *p);

/* Keeps links (tell_hits.h) that were gathered; p counts them. */
void tell_pass_put_links(struct group *g, struct tell_pass *p,
    struct span rows);
/* Of these the first `most` of one site: they are taken off, and put into
 * rows. How many. */
uint64_t tell_pass_take(struct group *g, uint32_t move, uint64_t most,
    struct buf *rows);

#endif
