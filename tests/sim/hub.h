/*
 * The hub in the simulator: the real core with its stores, behind an edge, a
 * ca and an operator that are played here.
 */
#ifndef ZQ_SIM_HUB_H
#define ZQ_SIM_HUB_H

#include <jansson.h>

#include "contrib/base/span.h"
#include "tests/sim/sim.h"

/* Starts it in p->dir (which may be empty); false: it could not (the disk is
 * full), and is down. It may be dead already when this returns. */
bool hub_open(struct part *p, uint64_t store_most);
void hub_close(struct part *p);		/* in order, or after a kill */

void hub_counters(void);		/* once, before the first */

/* Its journal: LMDB, or (seed != 0) the nasty one in memory, which outlives
 * the part and is emptied by the next call. */
void hub_journal(uint64_t seed);

/* --- the edge ------------------------------------------------------------- */
void hub_request(uint64_t id, struct part *from, struct span path,
    struct span body);
void hub_gone(uint64_t id);

/* --- the operator and the ca ---------------------------------------------- */

/* Asks the desk; takes ask. done (may be NULL) gets the answer, or an object
 * with "error"; it is not called if the hub dies first. */
typedef void hub_done_fn(void *arg, const json_t *answer);
void hub_ask(json_t *ask, hub_done_fn *done, void *arg);

/* Makes site n known, and binds its key: both in their time, and again as
 * long as it is not done. */
void hub_enlist(uint32_t site, uint32_t key);
bool hub_is_enlisted(uint32_t site);
unsigned hub_enrolments(uint32_t site);	/* by ticket, so far */
void hub_forget_sites(void);	/* the store is gone */

/* Somebody beside the site stands for a move of this host to that one, and
 * asks the hub to take that for granted; has anybody? */
void hub_agree(uint32_t old, uint32_t new);
bool hub_is_agreed(uint32_t old, uint32_t new);
void hub_forget_agreed(void);

/* Another key for a site that shows its old one: p->key, and done(arg), when
 * it is granted; nothing at all if it is not. */
void hub_renew(struct part *p, uint32_t key, void (*done)(void *arg),
    void *arg);
bool hub_knows_key(const struct part *p);	/* is it the site's last one? */
/* The last that it said of this site's batches: two agents have its key. */
bool hub_says_forked(uint32_t site);

/* --- looking (it must be up) ---------------------------------------------- */
bool hub_is_quiet(void);	/* all that is taken is shown */
bool hub_has_told(void);	/* … and what there is to say of links is in
				 * letters */
/* The link graph is that of the pages, and for every link of them its target
 * exists, or a redirect leads on, or both ends have been told, or will be. */
void hub_check_links(void);
/* When the next move takes effect or ends, by its clock and by what it showed
 * at the last of these looks; ms, of the world; INT64_MAX: none. */
int64_t hub_instant(void);
/* Its letters for a site, after that number; the number of the newest. */
struct hub_letter {
	uint64_t number;
	struct span kind, text, body;
};
typedef void hub_letter_fn(void *arg, const struct hub_letter *l);
uint64_t hub_letters(uint32_t site, uint64_t after, hub_letter_fn *each,
    void *arg);
void hub_forget_letters(void);	/* that were looked at: the run is over */
/* The site's last word, to this letter, is how it stands. */
void hub_check_reply(uint32_t site, uint64_t letter, bool refused);
/* Whose it is, by its register; 0: nobody's. */
uint32_t hub_host_owner(uint32_t host);
/* Does it know what there would be, if there were more? */
bool hub_is_covered(uint32_t host);
/* The first from this number on that an operator is to decide of; 0: none. */
uint32_t hub_move_asked(uint32_t from, uint32_t *old, uint32_t *new);
/* The newest of this domain, that an operator announced and is not over. */
uint32_t hub_move_operated(uint32_t old);
/* The version of its map of moves; 0: there never was one. */
uint64_t hub_map(void);
/* Each old address that a move leads elsewhere at this time (ms, wall). False:
 * clocks don't allow to say. */
struct hub_redirect {
	uint32_t site;		/* whose the old one is */
	const char *old, *new;
	int64_t from;		/* ms: of the move that is first on the way */
};
typedef void hub_redirect_fn(void *arg, const struct hub_redirect *r);
bool hub_redirects(int64_t now, hub_redirect_fn *each, void *arg);
/* The number of the item of this id; 0: it is not shown, or not with this
 * title (NULL: any). */
uint32_t hub_item_number(uint32_t site, const char *id, const char *title);

/* --- looking (it must be down) -------------------------------------------- */
void hub_look(struct part *p);		/* … and until hub_look_away() … */
void hub_look_away(void);
struct hub_item {
	struct span id, url, title;
	const uint8_t *hash;	/* 32, of the content; NULL: none */
	bool withdrawn;
};
typedef void hub_item_fn(void *arg, const struct hub_item *i);
struct hub_site {
	uint64_t items, held, letters, confirmed, seq, incarnation;
	uint64_t missed;	/* found only by comparing */
	uint8_t digest[32];
};
void hub_look_site(uint32_t site, struct hub_site *s, hub_item_fn *each,
    void *arg);
void hub_look_letters(uint32_t site, hub_letter_fn *each, void *arg);
/* Each change of an incarnation, in order. */
typedef void hub_change_fn(void *arg, uint64_t seq, const uint8_t hash[32]);
void hub_look_changes(uint32_t site, uint64_t incarnation,
    hub_change_fn *each, void *arg);
/* Nothing twice, order kept, no holes, the chain whole, and a view made anew
 * is the same. */
void hub_audit(void);
/* What was promised to each site is in the journal. */
void hub_look_promises(void);
void hub_keep_promises(struct part *p);	/* with a look of its own */
void hub_forget_promises(void);		/* an old backup was put back */

#endif
