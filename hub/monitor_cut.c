/*
 * Shares and rows; see monitor_cut.h.
 */
#include "hub/monitor_cut.h"

#define DIM 10000		/* ms without a page that answers … */
#define DARK 30000		/* … until that says something */
#define LOOK 20000		/* ms that a look may take */

static bool
is_share(uint32_t n, uint32_t of, unsigned percent)
{
	return (uint64_t)n * 100 >= (uint64_t)of * percent;
}

bool
monitor_cut_is_dim(const struct monitor_cut *c, int64_t now)
{
	return now - c->lit >= DIM;
}

bool
monitor_cut_is_dark(const struct monitor_cut *c, int64_t now)
{
	return now - c->lit >= DARK;
}

bool
monitor_cut_excuses(const struct monitor_cut *c, int64_t now)
{
	return c->on || now - c->ended < LOOK;
}

void
monitor_cut_light(struct monitor_cut *c, int64_t now)
{
	c->lit = now;
	c->dark = 0;
	c->epoch++;
}

void
monitor_cut_look(struct monitor_cut *c, bool failed, uint32_t *mark,
    int64_t now)
{
	if (!failed) {
		c->ever = true;
		monitor_cut_light(c, now);
	} else if (c->dark == 0 || *mark != c->epoch) {
		*mark = c->epoch;
		c->dark++;
	}
}

static bool
are_quiet(const struct monitor_settings *s, const struct monitor_count *n)
{
	return n->waver >= s->isolated_least &&
	    is_share(n->waver, n->speak, s->isolated_share);
}

/* So many pages must fail until it is said to be us. Who never saw any has no
 * reason to think that it can see. */
static uint32_t
least(const struct monitor_cut *c, const struct monitor_settings *s)
{
	return c->ever ? s->isolated_least : 1;
}

static bool
is_blind(const struct monitor_cut *c, const struct monitor_settings *s,
    int64_t now)
{
	return c->dark >= least(c, s) && monitor_cut_is_dark(c, now);
}

bool
monitor_cut_doubts(const struct monitor_cut *c,
    const struct monitor_settings *s, int64_t since, int64_t now)
{
	return c->lit < since && c->pages >= least(c, s) &&
	    now - c->lit < DARK + LOOK;
}

bool
monitor_cut_begins(struct monitor_cut *c, const struct monitor_settings *s,
    const struct monitor_count *n, int64_t now)
{
	bool quiet = are_quiet(s, n);

	c->pages = n->pages;
	if (c->on || !n->falls || !(quiet || is_blind(c, s, now)))
		return false;
	c->on = true;
	c->blind = !quiet;
	c->since = now;
	c->missing = n->waver;
	c->of = n->speak;
	return true;
}

/* They are back, all but a few; or those who aren't have been waited for, and
 * as many are there as would be many if they were missing. */
static bool
are_back(const struct monitor_cut *c, const struct monitor_settings *s,
    const struct monitor_count *n, int64_t now)
{
	if (n->missing == 0 ||
	    !is_share(2 * n->missing, c->of, s->isolated_share))
		return true;
	return now - c->since >= s->isolated_most &&
	    is_share(n->speak - n->waver, n->speak + n->missing,
	    s->isolated_share < 50 ? s->isolated_share : 50);
}

bool
monitor_cut_ends(struct monitor_cut *c, const struct monitor_settings *s,
    const struct monitor_count *n, int64_t now)
{
	if (!c->on)
		return false;
	c->missing = n->missing;
	if (c->blind ? c->lit <= c->since : c->dark >= s->isolated_least ||
	    !are_back(c, s, n, now))
		return false;
	c->on = c->blind = false;
	c->ended = now;
	return true;
}

/* The agents go, too. */
void
monitor_cut_goes_on(struct monitor_cut *c, const struct monitor_settings *s,
    const struct monitor_count *n)
{
	if (!c->on || !c->blind || !n->falls || !are_quiet(s, n))
		return;
	c->blind = false;
	c->missing = n->waver;
	c->of = n->speak;
}
