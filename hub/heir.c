/*
 * Heir: who was heard since a settle, and what follows.
 */
#include "hub/heir.h"

#include "contrib/base/clock.h"

static int
kept_of(const struct view_site *s)
{
	return s->kept == 2;
}

static bool
is_at_one(const struct view_site *s, struct span address, int which)
{
	struct span here = span_of(s->agent[which].address);

	return here.n > 0 && fork_same_host(address, here) &&
	    !fork_same_host(span_of(s->agent[!which].address), here);
}

bool
heir_is_at_copy(const struct view_site *s, struct span address)
{
	return is_at_one(s, address, !kept_of(s));
}

void
heir_begin(struct heir *h)
{
	*h = (struct heir){ .kept = 0 };
}

static struct fork_agent *
find(struct heir *h, uint64_t instance)
{
	for (unsigned i = 0; i < h->others; i++)
		if (h->other[i].instance == instance)
			return &h->other[i];
	return NULL;
}

/* Another settle than the one we know; if the kept one's place was passed
 * on, then to one that has been heard. */
static void
renew(struct heir *h, const struct view_site *s, int64_t mono)
{
	const struct fork_agent *was = find(h, s->agent[kept_of(s)].instance);

	if (h->kept == s->kept && h->of[0] == s->agent[0].instance &&
	    h->of[1] == s->agent[1].instance)
		return;
	*h = (struct heir){ .of = { s->agent[0].instance,
		s->agent[1].instance }, .kept = s->kept,
		.heard = was != NULL, .quiet = was != NULL ? was->seen :
		mono };
}

static void
note(struct fork_agent *a, const struct fork_word *f, int64_t mono)
{
	if (a->address[0] == '\0')
		*a = (struct fork_agent){ .instance = f->instance,
			.since = clock_wall(), .now = mono };
	a->seen = mono;
	fork_address(a->address, f->address);
}

void
heir_heard(struct heir *h, const struct view_site *s,
    const struct fork_word *f, int64_t mono)
{
	struct fork_agent *other;
	int kept = kept_of(s);

	renew(h, s, mono);
	if (f->instance != 0 && f->instance == s->agent[kept].instance) {
		h->quiet = mono;
		h->heard = true;
		h->turns = h->others > 0;
	} else if ((f->instance != 0 &&
	    f->instance == s->agent[!kept].instance) ||
	    heir_is_at_copy(s, f->address)) {
		note(&h->dropped, f, mono);
	} else if ((other = find(h, f->instance)) != NULL) {
		note(other, f, mono);
	} else if (h->others < 2) {
		note(&h->other[h->others], f, mono);
		h->others += h->other[h->others].address[0] != '\0';
	}
}

static bool
is_alone(const struct heir *h)
{
	return h->others == 1 && !h->turns;
}

enum heir_step
heir_step(const struct heir *h, const struct view_site *s,
    const struct fork_word *f, int64_t mono)
{
	bool quiet = mono - h->quiet >= HEIR_QUIET;

	if (f->instance != 0 && is_alone(h) && (quiet || !h->heard) &&
	    is_at_one(s, f->address, kept_of(s)))
		return HEIR_GOES_ON;
	if (!quiet || h->others == 0 || mono - h->other[0].now < HEIR_QUIET)
		return HEIR_WAITS;
	return f->instance != 0 && is_alone(h) &&
	    h->dropped.address[0] == '\0' ? HEIR_GOES_ON : HEIR_IN_DOUBT;
}

static struct fork_agent
agent_of(const struct view_site *s, int which)
{
	struct fork_agent a = { .instance = s->agent[which].instance,
		.since = s->agent[which].since };

	fork_address(a.address, span_of(s->agent[which].address));
	return a;
}

void
heir_pair(const struct heir *h, const struct view_site *s,
    const struct fork_word *f, struct fork_pair *p)
{
	struct fork_agent kept = agent_of(s, kept_of(s));
	struct fork_agent now = { .instance = f->instance, .order = 2 };
	struct fork_agent other = kept;
	bool first = h->others > 0 && h->other[0].instance == f->instance;

	fork_address(now.address, f->address);
	if (h->dropped.address[0] != '\0') {
		other = h->dropped;
		if (other.instance == s->agent[!kept_of(s)].instance)
			other.since = s->agent[!kept_of(s)].since;
	} else if (h->others == 2) {
		other = h->other[first];
		other.order = first ? 3 : 1;
	}
	for (unsigned i = 0; i < h->others; i++)
		if (h->other[i].instance == f->instance)
			now.since = h->other[i].since;
	fork_order(p, &other, &now);
}
