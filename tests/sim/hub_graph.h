/*
 * The naive oracle of the link graph: all pages that the hub shows, with the
 * links that their sites wrote, in plain lists; and what has become of what
 * they lead to, found out by looking at all of it. It shares no code with
 * hub/links.c and what is behind that, nor with protocol/rewrite.c.
 */
#ifndef ZQ_SIM_HUB_GRAPH_H
#define ZQ_SIM_HUB_GRAPH_H

#include "hub/links.h"
#include "tests/sim/hub_inside.h"
#include "tests/sim/sim.h"
#include "tests/sim/site_page.h"

#define GRAPH_TARGETS (SITE_PATHS + SITE_NEVER)	/* of a host; http and https
						 * are one */
struct graph_page {
	uint32_t item, site, page;
	int64_t updated;	/* ms: pushed */
	struct site_link at;
};

struct graph_rule {
	uint32_t move, site;
	enum rewrite_scope scope;
	int64_t from, until;
	bool effective;
	bool settles;		/* what it leads to may be missing yet */
	char old[SITE_TEXT], new[SITE_TEXT];	/* without schemes */
};

/* What has become of an address. */
enum graph_fate {
	GRAPH_OUTSIDE,		/* of no site that the hub knows */
	GRAPH_HERE, GRAPH_GONE,
	GRAPH_OPEN,		/* not here, and its site covers nothing yet:
				 * gone or not known, by its past; or a move
				 * that leads here settles */
};

struct graph_target {
	bool linked;
	uint32_t pages[HUB_SITES];	/* that link there, by site … */
	uint32_t more[HUB_SITES];	/* … and links beyond the first */
	uint32_t meant[HUB_SITES];	/* of these pages, those that mean what
					 * came to its place … */
	int64_t since;		/* … when it moved, pushed later; 0: nothing */
	uint32_t move;		/* that moved it, first; 0: none */
	struct site_link to;	/* … and where it is now */
	enum graph_fate fate;	/* of it, or of where it was moved to */
	bool stayed;		/* perhaps: it was withdrawn before it moved,
				 * or after that, and nothing is there … */
	bool never;		/* or it never was, neither here nor there … */
	bool awaited;		/* … and another move that leads to the old
				 * address settles */
};

struct naive {
	struct db_txn *t;
	struct graph_page *page;
	size_t pages, room;
	struct graph_rule *rule;
	size_t rules;
	bool due;		/* the time of one has come, and nobody has
				 * said so yet */
	int64_t next;		/* ms: then the time of another comes, or its
				 * end; INT64_MAX: never */
	bool chained;		/* one leads to where another begins */
	bool early;		/* … or has taken effect, and its time is to
				 * come: the clock was put back */
	bool known[SITE_HOSTS], covers[SITE_HOSTS];
	uint32_t here[SITE_HOSTS][GRAPH_TARGETS];
	int64_t gone[SITE_HOSTS][GRAPH_TARGETS];	/* ms: an item was
							 * withdrawn; or 0 */
	struct graph_target target[SITE_HOSTS][GRAPH_TARGETS];
};

struct target_key;
const struct target_key *graph_key(const struct site_link *at);

/* Reads all of it; or only the rules. */
void graph_read_rules(struct naive *n, struct db_txn *t);
void graph_read(struct naive *n, struct db_txn *t);
void graph_free_all(struct naive *n);
/* A link of the page to this target means what came to its place. By wrong
 * clocks nobody can tell what was pushed later: then each may. */
static inline bool
graph_is_meant(const struct graph_page *p, const struct graph_target *t)
{
	return t->since != 0 && (!sim.steady || p->updated >= t->since);
}
/* Follows the rules that have taken effect; the first one's number, or 0. */
uint32_t graph_follow(const struct naive *n, const struct site_link *from,
    struct site_link *to);
/* The hub's graph is this one. Its states are only right when nothing is left
 * to be judged again. */
void graph_compare(struct naive *n, bool states);
/* Nothing is left to be told, and what was told is enough. */
struct view;
void graph_check_letters(const struct naive *n, struct view *v);

#endif
