/*
 * What happens to the world: which kinds of bad luck a run has, when they
 * befall whom, and how all is repaired. What people do is in people.c.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "contrib/base/err.h"
#include "tests/sim/disk.h"
#include "tests/sim/hub.h"
#include "tests/sim/wire.h"
#include "tests/sim/world.h"

#define DAY (24 * 3600 * INT64_C(1000))

const char *const fault_names[FAULT_COUNT] = {
	[FAULT_WIRE] = "wire", [FAULT_KILL] = "kill", [FAULT_STOP] = "stop",
	[FAULT_FULL] = "full", [FAULT_CLOCK] = "clock",
	[FAULT_MASS] = "mass", [FAULT_SPOOL] = "spool",
	[FAULT_VIEW] = "view", [FAULT_AMNESIA] = "amnesia",
	[FAULT_BACKUP] = "backup", [FAULT_RETELL] = "retell",
	[FAULT_BLOCK] = "block", [FAULT_RESTORE] = "restore",
	[FAULT_CLONE] = "clone", [FAULT_MISS] = "miss",
};

/* --- which ---------------------------------------------------------------- */

static void
draw_wire(void)
{
	wire.most = between(2, 3000);
	wire.latest = wire.most + between(100, 200000);
	wire.grain = chance(400) ? between(2, 200) : 0;
	wire.lost = dice(300);
	wire.twice = dice(200);
	wire.late = dice(200);
	wire.cut = dice(100);
	wire.proxy = dice(60);
}

/* One run in eight has everything, one has none, the rest has some. */
void
faults_draw(struct world *w, uint32_t only)
{
	uint32_t luck = dice(8);

	for (unsigned f = 0; f < FAULT_COUNT; f++)
		if (luck == 1 || (luck > 1 && chance(350)))
			w->faults |= 1u << f;
	w->faults &= only;
	w->haste = (uint32_t)between(200, 8000);
	sim.steady = !world_has(w, FAULT_CLOCK);
	sim.domains = chance(350);
	if (world_has(w, FAULT_WIRE))
		draw_wire();
	for (unsigned i = 0; i < WORLD_SITES; i++)
		w->actor[i].spool = world_has(w, FAULT_SPOOL) ?
		    (uint64_t)between(4, 40) << 10 : 64u << 20;
	if (!world_has(w, FAULT_KILL) && !world_has(w, FAULT_AMNESIA) &&
	    !world_has(w, FAULT_BACKUP) && chance(500))
		w->journal = sim.kills ? 0 : sim.seed * 977 + 1;
	if (!sim.verbose)
		return;
	trace("world", "%u sites, a thing every %u ms, journal in %s",
	    w->sites, w->haste, w->journal != 0 ? "memory" : "files");
	for (unsigned f = 0; f < FAULT_COUNT; f++)
		if (world_has(w, (enum fault)f))
			trace("world", "bad luck: %s", fault_names[f]);
}

/* --- bad luck ------------------------------------------------------------- */

static void
kill_soon(struct part *p)
{
	if (!p->up || p->kill_in != 0)
		return;
	p->kill_in = 1 + dice(chance(500) ? 3 : 30);
	p->kill_before = chance(500);
}

static struct part *
some_part(struct world *w)
{
	unsigned n = dice(w->actors + 1);

	return n == 0 ? &w->hub : &w->actor[n - 1].part;
}

static void
stop(struct world *w)
{
	unsigned n = dice(w->actors + 1);

	if (n == 0 && w->hub.up)
		world_close_hub(w, between(100, chance(200) ? 400000 :
		    20000));
	else if (n > 0 && w->actor[n - 1].agent != NULL)
		world_close_agent(&w->actor[n - 1], between(100,
		    chance(200) ? 400000 : 20000));
}

static void
fill_disk(struct part *p)
{
	p->full = !p->full;
	trace(p->name, "its disk %s", p->full ? "is full" :
	    "has room again");
}

static bool
is_hub(const struct part *p)
{
	return strcmp(p->name, "hub") == 0;
}

static void
jump(struct part *p)
{
	static const int64_t far[] = { 50, 3000, 120000, DAY, 10 * DAY,
		4000 * DAY };
	int64_t by = far[dice(sizeof(far) / sizeof(far[0]))];

	int64_t was = p->wall;

	p->wall = chance(300) ? 0 : between(0, 1) ? by : -by;
	sim.early |= p->wall < was && is_hub(p);
	trace(p->name, "its clock is %lld ms off", (long long)p->wall);
}

static void
lose_much(struct actor *a)
{
	switch (dice(3)) {
	case 0:
		a->site.unmounted = !a->site.unmounted;
		trace(a->part.name, "its root is %s",
		    a->site.unmounted ? "unmounted" : "there again");
		break;
	case 1:
		site_lose(&a->site, 1000);
		trace(a->part.name, "its root is emptied");
		break;
	default:
		site_lose(&a->site, between(50, 900));
		trace(a->part.name, "much of it is removed");
	}
	if (a->agent != NULL && chance(300))
		agent_rescan(a->agent);
}

static void
lose_view(struct world *w)
{
	char path[2 * SIM_PATH];

	if (w->hub.up)
		world_close_hub(w, between(100, 20000));
	snprintf(path, sizeof(path), "%s/view", w->hub.dir);
	disk_remove(path);
	trace("hub", "its view is gone");
}

static void
lose_stores(struct world *w)
{
	if (w->hub.up)
		world_close_hub(w, between(100, 20000));
	disk_remove(w->hub.dir);
	disk_part(&w->hub, "hub");
	hub_forget_sites();
	hub_forget_promises();
	memset(w->kept, 0, sizeof(w->kept));
	w->amnesia = true;
	trace("hub", "its stores are gone");
}

static void
back_up(struct world *w)
{
	char path[SIM_PATH];

	snprintf(path, sizeof(path), "%.200s/backup", sim.dir);
	if (!w->backed_up || chance(300)) {
		disk_remove(path);
		disk_copy(w->hub.dir, path);
		w->backed_up = true;
		trace("hub", "a backup is made");
		return;
	}
	if (w->hub.up)
		world_close_hub(w, between(100, 20000));
	disk_remove(w->hub.dir);
	disk_copy(path, w->hub.dir);
	hub_forget_sites();
	hub_forget_promises();
	memset(w->kept, 0, sizeof(w->kept));
	w->amnesia = true;
	trace("hub", "an old backup is put back");
}

/* What people said meanwhile, they will have to say again. */
static void
restore(struct world *w, struct actor *a)
{
	char path[2 * SIM_PATH];
	bool old = chance(700);

	snprintf(path, sizeof(path), "%s.saved", a->part.dir);
	if (old && (!a->saved || chance(300))) {
		disk_remove(path);
		disk_copy(a->part.dir, path);
		a->saved = true;
		trace(a->part.name, "a backup is made");
		return;
	}
	if (a->agent != NULL)
		world_close_agent(a, between(100, 20000));
	disk_remove(a->part.dir);
	if (old)
		disk_copy(path, a->part.dir);
	else
		disk_part(&a->part, a->part.name);
	memset(a->told, 0, sizeof(a->told));
	w->kept[a->part.site] = NULL;
	trace(a->part.name, old ? "an old backup is put back" :
	    "its store is gone");
}

static void
block_it(struct part *p)
{
	people_block((struct actor *)p, true);	/* its first member */
}

/* Now, or just before its next word is there: then that is taken, for the
 * block is not shown yet, and waits until it is lifted. */
static void
block(struct world *w, struct actor *a)
{
	if (chance(400))
		a->part.on_batch = block_it;
	else if (w->hub.up)
		people_block(a, chance(500));
}

static void
misfortune(struct world *w, enum fault f)
{
	struct actor *a = &w->actor[dice(w->actors)];

	switch (f) {
	case FAULT_KILL:
		kill_soon(some_part(w));
		break;
	case FAULT_STOP:
		stop(w);
		break;
	case FAULT_FULL:
		fill_disk(some_part(w));
		break;
	case FAULT_CLOCK:
		jump(some_part(w));
		break;
	case FAULT_MASS:
		lose_much(a);
		break;
	case FAULT_VIEW:
		if (chance(300))
			lose_view(w);
		break;
	case FAULT_AMNESIA:
		if (chance(60))
			lose_stores(w);
		break;
	case FAULT_BACKUP:
		if (chance(150))
			back_up(w);
		break;
	case FAULT_RETELL:
		if (!chance(100) || a->agent == NULL)
			break;
		w->kept[a->part.site] = NULL;
		agent_retell_all(a->agent);
		break;
	case FAULT_RESTORE:
		if (chance(150))
			restore(w, a);
		break;
	case FAULT_CLONE:
		if (w->actors < WORLD_ACTORS && chance(200))
			world_clone(w, a);
		break;
	case FAULT_MISS:
		if (a->agent != NULL)
			agent_spoil(a->agent, site_some(&a->site));
		break;
	case FAULT_BLOCK:
		block(w, a);
		break;
	default:
		break;
	}
}

static void
work_on_links(struct actor *a)
{
	if (chance(60))
		people_rename(a);
	if (chance(20))
		people_take_down(a);
	if (chance(10))
		people_edit_nav(a);
	if (chance(40))
		people_announce(a);
	if (chance(15))
		people_take_back(a);
	if (chance(100))
		people_mend(a);
	if (chance(30))
		people_reply(a);
}

static void
work_on_domains(struct world *w, struct actor *a)
{
	if (chance(30))
		people_say_too(w, a);
	if (chance(40) && w->hub.up)
		people_decide(w);
	if (chance(40) && w->hub.up)
		people_register(a);
}

void
faults_happen(struct world *w)
{
	struct actor *a = &w->actor[dice(w->actors)];
	enum fault f = (enum fault)dice(FAULT_COUNT);

	if (chance(600))
		people_edit(a);
	if (chance(60))
		people_say(a);
	work_on_links(a);
	if (sim.domains)
		work_on_domains(w, a);
	for (unsigned i = 0; i < w->actors; i++)
		people_follow(&w->actor[i]);
	if (chance(100))
		people_judge(a);
	if (chance(20) && w->hub.up)
		people_release(a);
	if (chance(30) && w->hub.up)
		people_settle(a);
	if (chance(300) && world_has(w, f))
		misfortune(w, f);
}

/* --- and all is repaired -------------------------------------------------- */

static void
repair(struct part *p)
{
	p->on_batch = NULL;
	p->full = false;
	p->kill_in = 0;
	p->wall = 0;
}

/* Of each site one machine goes on, and the others are switched off. */
static void
switch_off(struct world *w)
{
	for (unsigned i = w->sites; i < w->actors; i++) {
		struct actor *a = &w->actor[i], *b = w->actor;

		while (b->part.site != a->part.site || b->gone)
			b++;
		must(b != a);
		if (!hub_knows_key(&a->part) ||
		    (hub_knows_key(&b->part) && chance(500)))
			b = a;
		b->gone = true;
		if (w->kept[b->part.site] == b)
			w->kept[b->part.site] = NULL;
		if (b->agent != NULL)
			world_close_agent(b, 0);
		trace(b->part.name, "is switched off for good");
	}
}

void
faults_end(struct world *w)
{
	sim.early |= w->hub.wall > 0;
	repair(&w->hub);
	if (!w->hub.up)
		world_open_hub(w);
	switch_off(w);
	for (unsigned i = 0; i < w->actors; i++) {
		struct actor *a = &w->actor[i];

		repair(&a->part);
		a->gated = true;
		a->blocked = world_has(w, FAULT_BLOCK);
		a->site.unmounted = false;
		for (size_t n = 0; n < SITE_SAID; n++) {
			if (!site_said_is_foreign(n) || !a->site.said[n].there)
				continue;
			a->site.said[n].there = false;
			a->told[n] = false;
		}
	}
}
