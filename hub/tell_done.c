/* See tell_done.h. */
#include "hub/tell_done.h"

#include "hub/referral.h"
#include "hub/tell_letter.h"
#include "hub/tell_links.h"
#include "protocol/letter.h"

struct due {			/* sites of referrals that are to be ended */
	uint32_t pass;		/* … which weren't told in it; 0: all */
	uint32_t site[256];
	size_t n;
};

static bool
on_referral(void *arg, const struct referral *r)
{
	struct due *d = arg;

	if (referral_is_open(r) && (d->pass == 0 || r->pass != d->pass))
		d->site[d->n++] = r->site;
	return d->n < sizeof(d->site) / sizeof(d->site[0]);
}

/* That the time of a redirect has ended is no news by itself: what is dead now
 * is told as that. */
static void
end_one(struct group *g, const struct tell_about *of, uint32_t site,
    enum referral_state state, int64_t at)
{
	struct mending_link link = of->link;
	struct tell_letter l = { .last = 0 };
	struct referral r;

	link.state = state == REFERRAL_OFF ? MENDING_OFF : MENDING_FIXED;
	if (of->move.state != MOVE_CLOSED) {
		tell_letter_begin(&l, g, site, at, LETTER_LINKS, of->move.old,
		    &link);
		tell_letter_link(&l, &link);
		tell_letter_end(&l);
	}
	if (!referral_get(g->txn, of->move.number, site, SPAN_NONE, &r))
		return;
	r.state = state;
	r.changed = at;
	r.last = l.last > 0 ? l.last : r.last;
	r.target = of->move.old;
	referral_put(g->txn, &r, &g->row);
}

static void
look_at_move(struct group *g, uint32_t move, uint32_t site, int64_t at)
{
	struct tell_about of;

	if (!tell_about_read(&of, g, move))
		return;
	if (move_is_effective(of.move.state) &&
	    !tell_links_left(g, &of.move, site, at))
		end_one(g, &of, site, REFERRAL_FIXED, at);
	tell_about_clear(&of);
}

void
tell_done_look(struct group *g, uint32_t site, int64_t at)
{
	uint32_t move[32], from = 0;
	size_t n;

	do {
		n = referral_moves(g->txn, site, from, move,
		    sizeof(move) / sizeof(move[0]));
		for (size_t i = 0; i < n; i++)
			look_at_move(g, move[i], site, at);
		from = n > 0 ? move[n - 1] + 1 : 0;
	} while (n == sizeof(move) / sizeof(move[0]));
}

void
tell_done_off(struct group *g, uint32_t move, struct span by, int64_t at)
{
	struct tell_pass p;
	struct tell_letter l;
	struct tell_about of;

	if (!tell_about_read(&of, g, move))
		return;
	if (tell_about_is_told(g, of.move.site)) {
		of.link.state = MENDING_OFF;
		tell_who_of_operator(&of.who, by, &of.link);
		of.link.reason = of.move.why;
		tell_letter_begin(&l, g, of.move.site, at, LETTER_OFF,
		    of.move.old, &of.link);
		tell_letter_link(&l, &of.link);
		tell_letter_end(&l);
		if (tell_pass_coming(g->txn, move, &p)) {
			p.sites = 1;
			tell_pass_put(g, &p);
		}
	}
	tell_about_clear(&of);
}

struct reach {			/* of a move that is off */
	uint32_t owner;
	bool any;		/* of others were told of it … */
	uint64_t sites, pages;	/* … and now that it is off */
};

static bool
on_off(void *arg, const struct referral *r)
{
	struct reach *a = arg;
	bool other = r->site != a->owner;

	a->any |= other;
	a->sites += other && r->state == REFERRAL_OFF;
	a->pages += other && r->state == REFERRAL_OFF ? r->pages : 0;
	return true;
}

/* Whoever was told how far it reaches is told that it is off. That a redirect's
 * time has ended was in what was announced. */
static bool
reaches_none(struct group *g, struct tell_pass *p, const struct tell_about *of)
{
	struct reach a = { .owner = of->move.site };

	if (of->link.state != MENDING_OFF)
		return p->sites == 0;
	if (p->sites > 0)
		return true;
	if (of->move.state != MOVE_CLOSED)
		referral_each(g->txn, p->move, 0, on_off, &a);
	p->sites = a.sites;
	p->pages = a.pages;
	return !a.any;
}

/* Whose move it is learns how far it reaches. */
static void
tell_owner(struct group *g, struct tell_pass *p, const struct tell_about *of,
    int64_t at)
{
	struct mending_link link = of->link;
	struct tell_letter l;

	if (reaches_none(g, p, of))
		return;
	link.pages = p->pages;
	tell_letter_begin(&l, g, of->move.site, at, LETTER_REFERRED,
	    of->move.old, &of->link);
	l.sites = p->sites;
	l.here = p->pages;
	tell_letter_link(&l, &link);
	tell_letter_end(&l);
}

uint64_t
tell_done_step(struct group *g, struct tell_pass *p,
    const struct tell_about *of, int64_t at)
{
	bool off = p->phase == TELL_OFF;
	struct due d = { .pass = off ? 0 : p->number };

	referral_each(g->txn, p->move, p->site, on_referral, &d);
	for (size_t i = 0; i < d.n; i++)
		end_one(g, of, d.site[i], off ? REFERRAL_OFF : REFERRAL_FIXED,
		    at);
	if (d.n < sizeof(d.site) / sizeof(d.site[0])) {
		tell_owner(g, p, of, at);
		tell_pass_drop(g, p);
	}
	return d.n;
}
