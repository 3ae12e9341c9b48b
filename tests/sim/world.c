/* See world.h. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "tests/sim/disk.h"
#include "tests/sim/hub.h"
#include "tests/sim/loop.h"
#include "tests/sim/wire.h"

#define STORE_MOST (UINT64_C(1) << 30)
#define STEPS_MOST 3000000	/* of a run; more is a loop without end */
#define CALM_MOST (6 * 3600 * 1000)	/* ms until all must be well */
#define CALM_LOOK 10000		/* ms between looks if it is */
#define CALM_LOOKS 16		/* in a row: longer than any wait in it */
#define CALM_PROOF (600 * 1000)	/* ms until everybody has proven it */

static struct world world;	/* there is one at a time */

/* --- parts come and go ---------------------------------------------------- */

/* It may have died while it was being opened, or closed in order. */
static void
bury_closed(struct part *p)
{
	if (p->dead)
		disk_bury(p);
	p->dead = false;
}

static void
bury_hub(struct part *p)
{
	hub_close(p);
	bury_closed(p);
	if (!world.amnesia || world.journal == 0)
		hub_keep_promises(p);
	world.hub_back = sim.now + between(200, 60000);
}

void
world_open_hub(struct world *w)
{
	if (!hub_open(&w->hub, STORE_MOST)) {
		w->hub_back = sim.now + between(1000, 20000);
		bury_closed(&w->hub);
	} else if (w->hub.dead) {
		w->hub.bury(&w->hub);
	}
}

void
world_close_hub(struct world *w, int64_t back)
{
	trace(w->hub.name, "stops");
	hub_close(&w->hub);
	bury_closed(&w->hub);
	w->hub_back = sim.now + back;
}

static struct actor *
actor_of(struct part *p)
{
	for (unsigned i = 0; i < world.actors; i++)
		if (&world.actor[i].part == p)
			return &world.actor[i];
	must(!"a part of this world");
	return NULL;
}

static void
bury_agent(struct part *p)
{
	struct actor *a = actor_of(p);

	/* It may have died before it had been opened. */
	if (a->agent != NULL)
		agent_close(a->agent);
	a->agent = NULL;
	bury_closed(p);
	a->back = sim.now + between(200, 60000);
}

void
world_open_agent(struct actor *a)
{
	snprintf(a->part.address, sizeof(a->part.address), "203.0.113.%d:%u",
	    (int)(a - world.actor) + 1, 4000 + ++a->starts);
	a->part.dropped = false;
	a->mail.since = sim.now;
	a->agent = agent_open(&a->part, &a->site, a->spool);
	if (a->agent == NULL)
		a->back = sim.now + between(1000, 20000);
	if (a->part.dead)
		bury_agent(&a->part);
}

void
world_close_agent(struct actor *a, int64_t back)
{
	trace(a->part.name, "stops");
	agent_close(a->agent);
	a->agent = NULL;
	bury_closed(&a->part);
	a->back = sim.now + back;
}

/* The address without its port is the machine's for good. */
static struct actor *
at_address(uint32_t site, const char *address)
{
	size_t n = strcspn(address, ":");

	for (unsigned i = 0; i < world.actors; i++) {
		struct actor *a = &world.actor[i];

		if (a->part.site == site && n > 0 &&
		    strncmp(a->part.address, address, n) == 0 &&
		    a->part.address[n] == ':')
			return a;
	}
	return NULL;
}

/* Where there are more than two, what is said of two says nothing; nor where
 * the hub didn't know the other: if the kept one is gone, whoever is left is
 * taken for it. */
void
world_kept(uint32_t site, const char *address, const char *dropped)
{
	const struct actor *kept = at_address(site, address);
	unsigned machines = 0;

	for (unsigned i = 0; i < world.actors; i++)
		machines += world.actor[i].part.site == site;
	world.kept[site] = machines == 2 &&
	    at_address(site, dropped) != NULL ? kept : NULL;
	world.kept_after[site] = hub_enrolments(site);
	trace("operator", "keeps %s", kept != NULL ? kept->part.name :
	    "none that is known");
}

/* Whoever was not kept must not come by the site's key, as long as the other
 * one may speak. */
static void
on_renewed(void *arg)
{
	struct actor *a = arg;
	const struct actor *kept = world.kept[a->part.site];

	if (kept != NULL && !kept->gone && kept != a &&
	    world.kept_after[a->part.site] == hub_enrolments(a->part.site))
		broken("%s was kept, and %s has got the key of site %u",
		    kept->part.name, a->part.name, a->part.site);
	if (a->agent != NULL)
		agent_renewed(a->agent);
}

/* Whoever is down, and whose time has come. */
static void
revive(struct world *w)
{
	if (!w->hub.up && (sim.calm || w->hub_back <= sim.now))
		world_open_hub(w);
	for (unsigned i = 0; i < w->actors; i++) {
		struct actor *a = &w->actor[i];

		if (a->agent == NULL && !a->gone &&
		    (sim.calm || a->back <= sim.now))
			world_open_agent(a);
		if (a->agent != NULL && a->part.wants_key &&
		    hub_is_enlisted(a->part.site))
			hub_renew(&a->part, ++w->keys, on_renewed, a);
	}
	/* One after the other, so that each gets its number. */
	for (unsigned i = 0; i < w->sites; i++) {
		const struct part *p = &w->actor[i].part;

		if (hub_is_enlisted(p->site))
			continue;
		hub_enlist(p->site, p->key);
		break;
	}
	if (w->hub.up && w->hub.dead)
		w->hub.bury(&w->hub);
}

/* Not by dice: what is looked at must not change what happens. */
static bool
is_by_chance(uint32_t one_in)
{
	uint64_t z = (sim.step + sim.seed * 1000003) *
	    UINT64_C(0x9e3779b97f4a7c15);

	return (z >> 32) % one_in == 0;
}

/* At large sites that takes several times as long. */
static bool
is_close(const struct world *w)
{
	return sim.look == 0 || (sim.look == SIM_LOOK &&
	    w->paths < SITE_PATHS);
}

/* Links are judged by what the hub shows, and by its clock when a move's time
 * has come. */
static bool
is_link_news(struct world *w)
{
	if (w->seen.shown == w->hub.shown && w->seen.wall == w->hub.wall &&
	    sim.now < hub_instant())
		return false;
	w->seen.shown = w->hub.shown;
	w->seen.wall = w->hub.wall;
	return true;
}

static bool
is_agents_news(struct world *w)
{
	uint64_t writes = 0;
	bool is;

	for (unsigned i = 0; i < w->actors; i++)
		writes += w->actor[i].part.writes;
	is = w->seen.writes != writes;
	w->seen.writes = writes;
	return is;
}

static void
look_at_agents(struct world *w)
{
	check_maps(w);
	check_letters(w);
}

/* So nothing is between two looks but what changed nothing. */
static void
look_closely(struct world *w)
{
	bool links = is_link_news(w), agents = is_agents_news(w);

	if (links)
		hub_check_links();
	if (links || agents)
		look_at_agents(w);
}

static void
look(struct world *w)
{
	uint32_t one = sim.look != 0 ? sim.look : SIM_LOOK;

	/* Now and then also when nothing has changed, for something ought to
	 * have. */
	if (is_by_chance(one)) {
		hub_check_links();
		look_at_agents(w);
	} else if (w->close) {
		look_closely(w);
	}
}

static void
go_on(int64_t ms)
{
	int64_t until = sim.now + ms;

	while (loop_step(until)) {
		if (sim.step > STEPS_MOST)
			broken("it does not end");
		look(&world);
	}
}

static void
on_instant(void *arg)
{
	check_maps(arg);
}

void
world_look_at(int64_t when)
{
	loop_after(NULL, when - sim.now, on_instant, &world, NULL);
}

static struct actor *
make_actor(struct world *w)
{
	unsigned n = ++w->actors;
	struct actor *a = &w->actor[n - 1];

	must(n <= WORLD_ACTORS);
	snprintf(a->part.name, sizeof(a->part.name), "agent%u", n);
	disk_part(&a->part, a->part.name);
	a->part.bury = bury_agent;
	return a;
}

/* The machine as it is at this instant, document root and all. */
void
world_clone(struct world *w, struct actor *of)
{
	struct actor *a = make_actor(w);

	/* What was said of two doesn't speak of the third. */
	w->kept[of->part.site] = NULL;
	disk_copy(of->part.dir, a->part.dir);
	a->part.site = of->part.site;
	a->part.key = of->part.key;
	a->part.wall = of->part.wall;
	a->site = of->site;
	memcpy(a->told, of->told, sizeof(a->told));
	a->lazy = true;
	a->spool = of->spool;
	a->back = sim.now + between(0, 60000);
	trace(a->part.name, "is a copy of %s", of->part.name);
}

/* --- a run ---------------------------------------------------------------- */

/* What depends on numbers needs large sites and long stories, what depends
 * on meetings small and short ones, and of those many more can be played. */
static void
draw_size(struct world *w)
{
	bool large = chance(200);

	w->sites = 1 + dice(WORLD_SITES);
	w->paths = large ? SITE_PATHS : (uint32_t)between(12, 64);
	w->length = 1000 * (!large ? between(30, 200) :
	    between(60, chance(300) ? 1500 : 400));
}

static void
begin(struct world *w, uint64_t seed, bool verbose, uint32_t only)
{
	char dir[SIM_PATH];

	memcpy(dir, sim.dir, sizeof(dir));
	sim = (struct sim){ .seed = seed, .dice = seed * 2654435761u,
		.rules = sim.rules, .look = sim.look,
		.kills = sim.kills, .kill = sim.kill,
		.verbose = verbose };
	memcpy(sim.dir, dir, sizeof(dir));
	memset(w, 0, sizeof(*w));
	backoff_seed(seed);
	wire_begin();
	check_map_begin();
	hub_forget_sites();
	hub_forget_promises();
	hub_forget_agreed();
	site_forget_pages();
	w->keys = 1;
	sim.grace = chance(400) ? 0 : between(1, 120) * 1000;
	draw_size(w);
	w->close = is_close(w);
	faults_draw(w, only);
	hub_journal(w->journal);
	snprintf(w->hub.name, sizeof(w->hub.name), "hub");
	disk_part(&w->hub, "hub");
	w->hub.bury = bury_hub;
	for (unsigned i = 0; i < w->sites; i++) {
		struct actor *a = make_actor(w);

		a->part.site = i + 1;
		a->part.key = 1;
		site_init(&a->site, i + 1, w->sites, w->paths);
		memset(a->told, true, sizeof(a->told));
		a->lazy = chance(400);
		a->back = between(0, 3000);
	}
}

/* What there is left to wait for; NULL: nothing. */
static const char *
unrest(const struct world *w)
{
	if (!w->hub.up || !hub_is_quiet())
		return "the hub has something to show";
	if (!hub_has_told())
		return "the hub has something to tell";
	for (unsigned i = 0; i < w->actors; i++) {
		const struct actor *a = &w->actor[i];

		if (a->gone)
			continue;
		if (a->agent == NULL || !agent_is_quiet(a->agent))
			return "a site has something to tell";
		if (hub_says_forked(a->part.site) ||
		    agent_holds(a->agent) || a->blocked || a->gated ||
		    a->held)
			return "a site waits for people";
		if (!check_has_map(a))
			return "a site has another map than the hub";
	}
	return NULL;
}

static void
calm_down(struct world *w)
{
	int64_t until = sim.now + CALM_MOST;
	int64_t proof = sim.now +
	    (world_has(w, FAULT_MISS) ? CALM_PROOF : 0);
	int looks = 0;

	trace("world", "calm");
	sim.calm = true;
	faults_end(w);
	for (unsigned i = 0; i < w->actors; i++)
		if (w->actor[i].agent != NULL)
			agent_rescan(w->actor[i].agent);
	while (looks < CALM_LOOKS || sim.now < proof) {
		revive(w);
		for (unsigned i = 0; i < w->actors && w->hub.up; i++)
			if (!w->actor[i].gone)
				people_attend(&w->actor[i]);
		go_on(CALM_LOOK);
		looks = unrest(w) == NULL ? looks + 1 : 0;
		if (sim.now > until)
			broken("it does not come to rest: %s",
			    unrest(w));
	}
	hub_check_links();
	look_at_agents(w);
	people_check_replies(w);
	check_numbers(w);
	check_covers(w);
}

static void
end(struct world *w)
{
	wire_end();
	for (unsigned i = 0; i < w->actors; i++)
		disk_forget(&w->actor[i].part);
	disk_forget(&w->hub);
	hub_journal(0);
	hub_forget_letters();
	if (loop_events() != 0)
		broken("%zu events are left over", loop_events());
	clock_release();
}

void
world_run(uint64_t seed, bool verbose, uint32_t only)
{
	struct world *w = &world;

	begin(w, seed, verbose, only);
	while (sim.now < w->length) {
		revive(w);
		go_on(1 + dice(2 * w->haste));
		faults_happen(w);
	}
	calm_down(w);
	check_all(w);
	end(w);
}
