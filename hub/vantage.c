/*
 * Rounds, and who has been asked how often; see vantage.h.
 */
#include "hub/vantage.h"

#include <openssl/rand.h>
#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define MINUTE INT64_C(60000)		/* ms */
#define HOUR (60 * MINUTE)
#define SOON 5				/* rounds for a page, so far apart at
					 * least (the monitor wants one a
					 * minute, and when it fails anew) … */
#define SOON_EVERY INT64_C(10000)	/* … and then */
#define LATER_EVERY (5 * MINUTE)
#define FORGET (15 * MINUTE)		/* another trouble, later */

/* A site: its page, and its agent that is asked for others'. */
struct place {
	int64_t wanted;		/* its page, last; with `rounds` 0: never */
	unsigned rounds;
	int64_t hour;		/* its agent's: it began then … */
	unsigned in_hour;	/* … and it was asked so often since */
};

struct vantage {
	struct vantage_hooks hooks;
	struct vantage_round round[VANTAGE_ROUNDS];
	struct place *place;	/* by site number */
	uint32_t places;
	int64_t minute;		/* it began then … */
	unsigned in_minute;	/* … and so many were asked since */
};

/* --- how often ------------------------------------------------------------- */

static struct place *
place_of(struct vantage *v, uint32_t site)
{
	uint32_t room = v->places < 64 ? 64 : v->places;

	while (room <= site)
		room *= 2;
	if (room > v->places) {
		v->place = mem_grow(v->place, room, sizeof(*v->place));
		while (v->places < room)
			v->place[v->places++] = (struct place){ .rounds = 0 };
	}
	return &v->place[site];
}

static struct vantage_round *
round_of(struct vantage *v, uint32_t site)
{
	for (size_t i = 0; i < VANTAGE_ROUNDS; i++)
		if (v->round[i].site == site)
			return &v->round[i];
	return NULL;
}

static bool
has_room(struct vantage *v, int64_t now)
{
	if (v->in_minute == 0 || now - v->minute >= MINUTE) {
		v->minute = now;
		v->in_minute = 0;
	}
	return v->in_minute < VANTAGE_MINUTE;
}

bool
vantage_may(struct vantage *v, uint32_t site, int64_t now)
{
	struct place *p = place_of(v, site);

	must(site != 0);
	if (p->rounds > 0 && now - p->wanted >= FORGET)
		p->rounds = 0;
	return has_room(v, now) && round_of(v, site) == NULL &&
	    round_of(v, 0) != NULL && (p->rounds == 0 || now - p->wanted >=
	    (p->rounds < SOON ? SOON_EVERY : LATER_EVERY));
}

bool
vantage_is_free(struct vantage *v, uint32_t by, int64_t now)
{
	struct place *p = place_of(v, by);

	if (p->in_hour > 0 && now - p->hour >= HOUR)
		p->in_hour = 0;
	if (p->in_hour >= VANTAGE_HOUR)
		return false;
	for (size_t i = 0; i < VANTAGE_ROUNDS; i++)
		for (unsigned k = 0; v->round[i].site != 0 &&
		    k < v->round[i].count; k++)
			if (v->round[i].look[k].by == by &&
			    v->round[i].look[k].said == VANTAGE_WAITS)
				return false;
	return true;
}

/* --- asking ---------------------------------------------------------------- */

static uint64_t
random_task(void)
{
	uint64_t n = 0;

	while (n == 0)
		if (RAND_bytes((unsigned char *)&n, sizeof(n)) != 1)
			fatal("no random numbers from the system");
	return n;
}

static void
ask_one(struct vantage *v, struct vantage_round *r, uint32_t by, int64_t now)
{
	struct place *p = place_of(v, by);
	uint64_t task = random_task();

	if (!v->hooks.ask(v->hooks.arg, by, task))
		return;
	r->task[r->count] = task;
	r->look[r->count++] = (struct vantage_look){ .by = by,
		.said = VANTAGE_WAITS };
	if (p->in_hour == 0)
		p->hour = now;
	p->in_hour++;
	v->in_minute++;
}

unsigned
vantage_ask(struct vantage *v, uint32_t site, const uint32_t *by,
    size_t count, int64_t now, int64_t wall)
{
	struct vantage_round *r = round_of(v, 0);
	struct place *p;

	must(vantage_may(v, site, now));
	*r = (struct vantage_round){ .site = site, .began = wall,
		.until = now + VANTAGE_LIFE };
	for (size_t i = 0; i < count && r->count < VANTAGE_ASKED; i++)
		ask_one(v, r, by[i], now);
	if (r->count == 0) {
		r->site = 0;
		return 0;
	}
	p = place_of(v, site);
	p->wanted = now;
	p->rounds++;
	v->hooks.said(v->hooks.arg, r);
	return r->count;
}

/* --- what they say --------------------------------------------------------- */

static unsigned
count_said(const struct vantage_round *r, enum vantage_said said)
{
	unsigned n = 0;

	for (unsigned k = 0; k < r->count; k++)
		n += r->look[k].said == said;
	return n;
}

/* Of those that were asked, not of those that spoke: who is silent agrees
 * with nobody. */
static enum monitor_look
majority(const struct vantage_round *r)
{
	unsigned most = r->count / 2 + 1;

	if (most < 2)
		return MONITOR_LOOK_NONE;
	if (count_said(r, VANTAGE_WELL) >= most)
		return MONITOR_LOOK_WELL;
	return count_said(r, VANTAGE_FAILED) >= most ? MONITOR_LOOK_FAILED :
	    MONITOR_LOOK_NONE;
}

static void
judge(struct vantage *v, struct vantage_round *r)
{
	bool was = r->found != MONITOR_LOOK_NONE;
	uint32_t site = r->site;

	if (!was)
		r->found = majority(r);
	v->hooks.said(v->hooks.arg, r);
	if (!was && r->found != MONITOR_LOOK_NONE)
		v->hooks.found(v->hooks.arg, site, r->found);
	if (count_said(r, VANTAGE_WAITS) == 0)
		r->site = 0;
}

static bool
take(struct vantage *v, struct vantage_round *r, unsigned k,
    const struct vantage_answer *a)
{
	struct vantage_look *l = &r->look[k];

	if (l->said != VANTAGE_WAITS)
		return false;
	l->said = vantage_is_well(a) ? VANTAGE_WELL : VANTAGE_FAILED;
	l->status = a->status;
	l->error = (uint8_t)a->error;
	l->ms = a->ms;
	judge(v, r);
	return true;
}

bool
vantage_answer(struct vantage *v, uint32_t by,
    const struct vantage_answer *a, int64_t now)
{
	for (size_t i = 0; i < VANTAGE_ROUNDS; i++) {
		struct vantage_round *r = &v->round[i];

		for (unsigned k = 0; r->site != 0 && k < r->count; k++)
			if (r->look[k].by == by && r->task[k] == a->task)
				return now < r->until && take(v, r, k, a);
	}
	return false;
}

void
vantage_tick(struct vantage *v, int64_t now)
{
	for (size_t i = 0; i < VANTAGE_ROUNDS; i++) {
		struct vantage_round *r = &v->round[i];

		if (r->site == 0 || now < r->until)
			continue;
		for (unsigned k = 0; k < r->count; k++)
			if (r->look[k].said == VANTAGE_WAITS)
				r->look[k].said = VANTAGE_MUTE;
		judge(v, r);
	}
}

/* --- its life -------------------------------------------------------------- */

struct vantage *
vantage_new(const struct vantage_hooks *hooks)
{
	struct vantage *v = mem_new(sizeof(*v));

	v->hooks = *hooks;
	return v;
}

void
vantage_free(struct vantage *v)
{
	if (v == NULL)
		return;
	free(v->place);
	free(v);
}
