/*
 * Questions about moves, for zqhub, the web and the API.
 */
#ifndef ZQ_HUB_QUERY_MOVE_H
#define ZQ_HUB_QUERY_MOVE_H

#include <jansson.h>

#include "hub/links.h"
#include "hub/move.h"
#include "hub/move_known.h"
#include "hub/move_sample.h"
#include "hub/query.h"
#include "hub/referral.h"

struct move_info {
	struct move move;		/* spans live until the query ends */
	char code[CODE_MAX + 1];	/* of its site */
	char other[CODE_MAX + 1];	/* of the other end's; or "" */
};

struct move_spec {
	uint32_t site;			/* 0: all */
	enum move_state state;		/* MOVE_NONE: all */
	uint32_t before;		/* only lower numbers; 0: from the last */
	size_t limit;
};

/* Newest first; false: stop. The number of the last that was handed out, if
 * there may be more; else 0. */
typedef bool query_move_fn(void *arg, const struct move_info *m);
uint32_t query_moves(struct query *q, const struct move_spec *spec,
    query_move_fn *each, void *arg);
bool query_move(struct query *q, uint32_t number, struct move_info *m);
/* How many are in each state. */
void query_move_states(struct query *q, uint64_t count[MOVE_STATES]);

/* Who links to what it moves, now. steps: the purse (links.h), counted down;
 * NULL: one of its own. */
void query_move_links(struct query *q, const struct move *m,
    struct link_count *n, int64_t *steps);

struct move_referrer {		/* a site that was told of it */
	struct referral told;	/* spans live until the query ends */
	char code[CODE_MAX + 1];
	bool seen;		/* its agent has fetched that letter */
	struct link_count open;	/* what it still links to */
};

/* Each that was told, by number. False from each: stop. */
typedef bool query_referrer_fn(void *arg, const struct move_referrer *r);
void query_move_referrers(struct query *q, const struct move *m,
    query_referrer_fn *each, void *arg);
/* move_sample(), also of one that doesn't count yet. */
#define QUERY_MOVE_SAMPLE MOVE_SAMPLE
typedef move_sample_fn query_sample_fn;
void query_move_sample(struct query *q, const struct move *m, size_t most,
    query_sample_fn *each, void *arg);

/* move_known_read() */
void query_move_known(struct query *q, const struct move *m, struct span url,
    struct span to, struct move_known *known);

json_t *json_link_count(const struct link_count *n);	/* the caller's … */
json_t *json_move(const struct move_info *m);
/* For a backup: the acts that announce again what operators have announced,
 * and what somebody had to agree to and did, of what isn't over; a list. What
 * else sites have announced they say again. */
json_t *query_move_acts(struct query *q);
/* The same with "referrers": who links there, and by site what it was told
 * and said; of so many sites. */
json_t *json_move_whole(struct query *q, const struct move_info *m,
    size_t most);

#endif
