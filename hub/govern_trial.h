/*
 * A move that an operator says, tried on the view before it is written: what
 * would come of it, who links there, and what is to be minded. One by one
 * (govern_move.h) or a list of them (govern_moves.h).
 */
#ifndef ZQ_HUB_GOVERN_TRIAL_H
#define ZQ_HUB_GOVERN_TRIAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/ask.h"
#include "hub/move.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"

#define GOVERN_TRIAL_WHY (8 * LIMIT_URL)

struct govern_trial {
	uint32_t number;	/* of this move; 0: the one that is said */
	struct span old, new;
	bool below;
	json_t *result;
};

/* The act as it would be written; then a->result is what would come of it.
 * False: refused, in apply's words. */
bool govern_trial_run(struct ask *a, json_t *act, struct govern_trial *r);

/* --- parts of it -------------------------------------------------------------- */

/* {"do": "move-announce"}, from and until as they were asked for. */
json_t *govern_trial_act(struct ask *a, const struct view_site *s,
    enum rewrite_scope scope, const struct buf *old, const struct buf *new);
/* Is old the site's own? False: why, behind the address. */
bool govern_trial_speaks(struct ask *a, const struct view_site *s,
    const struct buf *old, struct buf *why);
/* What an operator has just said of this address: anew, perhaps. */
bool govern_trial_said(struct db_txn *t, const struct govern_trial *r,
    struct move *m);

/* The move, as an answer has it; and who links there, as of before, as far as
 * the steps go. */
void govern_trial_put(json_t *result, const struct move *m);
void govern_trial_links(json_t *result, struct db_txn *t,
    const struct move *m, int64_t *steps);
/* NORMS 3: what a notice owes to those who follow it. Said, never enforced. */
void govern_trial_notice(const struct ask *a, json_t *result);

/* A domain moves to a host that no site has, nor one above it: it becomes
 * the site's, or nothing could be told of what is there. */
void govern_trial_domain(struct ask *a, json_t *result, uint32_t site,
    struct span url);

#endif
