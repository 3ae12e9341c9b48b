/*
 * A run: a hub, some sites with their agents, what befalls them by the seed,
 * and then calm, until all must be well.
 */
#ifndef ZQ_SIM_WORLD_H
#define ZQ_SIM_WORLD_H

#include "tests/sim/agent.h"
#include "tests/sim/sim.h"
#include "tests/sim/site.h"

#define WORLD_SITES 4
#define WORLD_ACTORS (WORLD_SITES + 2)	/* with clones */

enum fault {			/* kinds of bad luck; a run has some */
	FAULT_WIRE,		/* loses, repeats, delays, cuts */
	FAULT_KILL,		/* at a write */
	FAULT_STOP,		/* in order, and started again */
	FAULT_FULL,		/* disks */
	FAULT_CLOCK,		/* wall clocks that jump */
	FAULT_MASS,		/* much is removed at once, roots unmounted */
	FAULT_SPOOL,		/* spools that are too small */
	FAULT_VIEW,		/* the hub's view is thrown away */
	FAULT_AMNESIA,		/* the hub's stores are */
	FAULT_BACKUP,		/* an old one of the hub is put back */
	FAULT_RETELL,		/* people ask for it */
	FAULT_BLOCK,		/* operators block, and lift it */
	FAULT_RESTORE,		/* agents' stores are lost, or old ones again */
	FAULT_CLONE,		/* a site's machine is copied, and both run */
	FAULT_MISS,		/* a change is lost without a sign of it */
	FAULT_COUNT
};
extern const char *const fault_names[FAULT_COUNT];

#define WORLD_PLANS 4

enum intent_of { INTENT_PAGE, INTENT_COLUMN, INTENT_DOMAIN };

struct intent {			/* to have something elsewhere */
	bool announced;
	enum intent_of of;
	uint32_t host, other;	/* where it is, and is to be */
	size_t from, to;	/* paths; not of a domain */
	int64_t at, until;	/* ms, as announced; or CLOCK_NONE */
	int64_t when;		/* ms: then it is renamed */
	bool renamed;		/* it was, or never is */
	bool swaps;		/* … and what is there comes here */
};

void world_look_at(int64_t when);	/* ms: at maps, just then */

struct actor {			/* a site's machine */
	struct part part;
	struct site site;
	struct agent *agent;	/* NULL: it is down */
	uint64_t spool;		/* bytes */
	int64_t back;		/* when it is started again */
	unsigned starts;	/* of it, so far */
	bool gone;		/* it never is: it was the wrong copy */
	bool saved;		/* there is a backup of its store */
	int64_t full_until;
	bool told[SITE_SAID];	/* the agent has kept what was said */
	bool blocked;		/* perhaps: the operator is to lift it */
	bool gated;		/* perhaps: the operator is to release it */
	bool held;		/* something was, at the last look */
	struct intent plan[WORLD_PLANS];
	struct {		/* a rename that nobody could miss */
		size_t from, to;
		uint32_t gone, stamp;	/* of both, then */
		uint32_t number;	/* of the item; 0: there was none */
	} seen;
	uint64_t mended;	/* up to this letter */
	uint32_t mends;		/* links, while it is calm */
	bool lazy;		/* nobody reads them */
	struct {		/* what was said to them last */
		uint64_t letter;
		bool refused;
		unsigned calm;	/* so often while it was calm */
	} reply;
	struct {		/* that it gets from the hub */
		uint64_t newest;	/* there is, at the last look … */
		int64_t since;		/* … and so long already; or it is up */
		uint64_t same;		/* so many are what they were there */
	} mail;
	bool strange;		/* it had a host that the hub didn't know: of
				 * a page that was renamed then, the old one
				 * stood there until they compared */
};

struct world {
	struct part hub;
	int64_t hub_back, hub_full_until;
	struct actor actor[WORLD_ACTORS];
	uint32_t paths;		/* of each site */
	int64_t length;		/* ms, until it is calm */
	unsigned sites, actors;	/* the first are the sites' own */
	uint32_t keys;		/* given so far */
	const struct actor *kept[WORLD_SITES + 1];	/* by the operator, of
				 * two; by site … */
	unsigned kept_after[WORLD_SITES + 1];	/* … when it had been enrolled
				 * so many times: a ticket settles it anew */
	uint32_t faults;	/* bits */
	uint32_t haste;		/* ms between things that happen, about */
	uint64_t journal;	/* seed of the nasty one; 0: files */
	bool close;		/* looked at whenever something changed */
	struct {		/* … since then */
		uint64_t shown, writes;	/* of the hub, and of all agents */
		int64_t wall;	/* of the hub */
	} seen;
	bool backed_up;
	bool amnesia;		/* the hub has forgotten some of it */
	int64_t outage;		/* of the wire, until */
};

/* Plays the run of this seed; broken() if something does not hold. */
void world_run(uint64_t seed, bool verbose, uint32_t only);

/* --- among the world's files ---------------------------------------------- */
static inline bool
world_has(const struct world *w, enum fault f)
{
	return (w->faults >> f & 1) != 0;
}

void world_open_hub(struct world *w);
void world_close_hub(struct world *w, int64_t back);
void world_open_agent(struct actor *a);
void world_close_agent(struct actor *a, int64_t back);

void world_clone(struct world *w, struct actor *of);

void faults_draw(struct world *w, uint32_t only);
void faults_happen(struct world *w);	/* one thing */
void faults_end(struct world *w);	/* and all is repaired */

void people_edit(struct actor *a);
void people_say(struct actor *a);
void people_judge(struct actor *a);	/* release or refuse what is held */
void people_block(struct actor *a, bool block);
void people_release(struct actor *a);	/* at the hub */
void people_settle(struct actor *a);	/* if the hub has found two of it */
void people_attend(struct actor *a);	/* to all that waits for them */
void people_rename(struct actor *a);
void people_take_down(struct actor *a);	/* and say where to look */
void people_edit_nav(struct actor *a);
void people_announce(struct actor *a);	/* a move */
void people_take_back(struct actor *a);
void people_follow(struct actor *a);	/* what was announced, by its time */
void people_mend(struct actor *a);	/* what letters say is to be mended */
void people_reply(struct actor *a);	/* to one of them */
void people_check_replies(const struct world *w);	/* the hub is up */
/* Of domains: to have another; to say that one's own is to be another's, or
 * another's one's own; to decide of that, at the hub. */
bool people_announce_domain(struct actor *a, struct intent *p);
void people_say_too(struct world *w, struct actor *a);
void people_decide(struct world *w);
void people_change_host(struct actor *a, uint32_t host);
void people_register(struct actor *a);	/* its host, at the hub */
/* The hub says so; of two, by their addresses. */
void world_kept(uint32_t site, const char *address, const char *dropped);

void check_map_begin(void);
void check_maps(struct world *w);	/* that agents hold, now */
bool check_has_map(const struct actor *a);	/* the hub's; both are up */
void check_letters(struct world *w);	/* … and what was said to them, now */
bool check_is_well(const struct world *w);	/* nothing ever goes wrong */
void check_covers(const struct world *w);	/* … is at rest */
void check_numbers(const struct world *w);	/* the hub is up */
void check_all(struct world *w);	/* everything is down */

#endif
