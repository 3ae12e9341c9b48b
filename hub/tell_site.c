/*
 * What is owed to sites is told; see tell_site.h.
 */
#include "hub/tell_site.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/danger.h"
#include "hub/graph_target.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/referral.h"
#include "hub/seen.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/tell_hits.h"
#include "hub/tell_letter.h"
#include "hub/tell_links.h"
#include "hub/tell_done.h"
#include "hub/tell_owed.h"
#include "hub/tell_who.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define STEPS (LINKS_STEPS / 8)	/* of one question */
#define ROWS (8u << 20)		/* bytes of one target's links */
#define OWED 200		/* targets that one step tells of */

/* --- a round of letters --------------------------------------------------- */

struct round {
	struct group *g;
	uint32_t site;
	int64_t at;
	struct tell_letter links, own;	/* own: others link to what was here */
	struct tell_letter danger;
	struct buf url, now, rows;
	struct tell_who who;
	struct buf there;	/* where one link leads that is spelled otherwise */
	struct target_verdict to;	/* of one target */
	struct buf seen;	/* nobody's word, but what the check saw of it;
				 * or empty */
	struct buf others;	/* sites that link to this one's */
	uint64_t took, hits;	/* pages: of all, and of one target */
};

static bool
on_hit(void *arg, const struct link_hit *h)
{
	struct round *r = arg;

	r->took++;
	if (tell_hits_is_meant(r->g->txn, &r->to, h))
		return true;
	tell_hits_put(&r->rows, h);
	return ++r->hits < TELL_HITS_MOST && !r->rows.bad;
}

static enum mending_state
state_of(const struct target_verdict *v)
{
	return v->state == TARGET_MOVED ? MENDING_EFFECTIVE :
	    v->state == TARGET_NEVER ? MENDING_NEVER : MENDING_WITHDRAWN;
}

static struct mending_link
link_of(struct round *r, const struct target_verdict *v)
{
	struct mending_link l = { .old = buf_look(&r->url),
	    .new = buf_look(&r->now), .state = state_of(v),
	    .from = CLOCK_NONE, .until = CLOCK_NONE, .move = v->move };
	struct move m;

	if (r->seen.n > 0)
		l.reason = buf_look(&r->seen);
	else
		tell_who_of_site(&r->who, r->g->txn, v->site, &l);
	if (v->move != 0 && move_get(r->g->txn, v->move, &m)) {
		tell_who_of_move(&r->who, r->g->txn, &m, &l);
		l.scope = (enum rewrite_scope)m.scope;
		l.from = m.from;
		l.until = m.until;
	}
	return l;
}

/* What a move's referral had when it was opened stays; more of them are news,
 * not more than it was. */
static uint64_t
count_pages(struct round *r, const struct move *m)
{
	struct span rows = buf_look(&r->rows);

	if (m == NULL)
		return tell_hits_count(r->g->txn, REWRITE_ADDRESS,
		    buf_look(&r->url), r->site, rows);
	return tell_hits_count(r->g->txn, tell_links_scope(m), m->old,
	    r->site, rows);
}

static void
note_told(struct round *r, uint32_t move)
{
	struct group *g = r->g;
	struct referral said;
	struct buf target;
	struct move m;
	bool moved = move != 0 && move_get(g->txn, move, &m);

	buf_init(&target, LIMIT_URL);
	buf_span(&target, moved ? m.old : buf_look(&r->url));
	if (!referral_get(g->txn, move, r->site, buf_look(&r->url), &said))
		said = (struct referral){ .move = move, .site = r->site,
		    .told = r->at };
	if (move == 0 || said.state == 0 || !referral_is_open(&said))
		said.pages = count_pages(r, moved ? &m : NULL);
	referral_open(&said, r->at);
	/* the letter that is being filled gets the next number */
	said.last = group_stand(g, r->site)->letters + 1;
	if (said.letter == 0)
		said.letter = said.last;
	said.target = buf_look(&target);
	referral_put(g->txn, &said, &g->row);
	buf_clear(&target);
}

/* What is said of a link that is spelled otherwise than the one by which its
 * target is known (url_place.h). False: nothing; an index page that nobody
 * would see, since a program makes it, is unknown. */
static bool
spell(struct round *r, struct span to, struct mending_link *l)
{
	struct target_verdict v = r->to;
	bool same = span_is(to, buf_look(&r->url));

	if (!same)
		tell_owed_judge(r->g, to, &v, &r->there);
	if (!v.broken && v.state != TARGET_MOVED &&
	    (r->seen.n == 0 || v.state != TARGET_UNKNOWN))
		return false;
	if (same || v.state != TARGET_MOVED) {
		buf_reset(&r->there);
		url_place_secure(&r->there, buf_look(&r->now), to);
	}
	l->old = to;
	l->new = buf_look(&r->there);
	l->state = state_of(&v);
	return true;
}

/* The site's pages that have the link, in r->rows. */
static void
tell_pages(struct round *r, struct tell_letter *letter,
    struct mending_link *l)
{
	bool danger = l->state == MENDING_DANGER;
	uint32_t move = l->state == MENDING_EFFECTIVE ? l->move : 0;
	struct span rows = buf_look(&r->rows);
	struct mending_page page;
	struct buf room;
	struct tell_hit h;
	uint64_t before = letter->all;

	buf_init(&room, LIMIT_URL);
	while (tell_hits_next(&rows, &h))
		if (tell_hits_page(r->g->txn, &h, &room, &page)) {
			l->old = h.to;
			if (danger || spell(r, h.to, l))
				tell_letter_page(letter, l, &page);
		}
	if (letter->all > before)
		note_told(r, move);
	buf_clear(&room);
}

static void
tell_broken(struct round *r, const struct target_verdict *v)
{
	struct mending_link l = link_of(r, v);

	tell_pages(r, &r->links, &l);
}

/* In English, for the view knows no language. */
static void
tell_danger(struct round *r, uint32_t site, const struct danger *d)
{
	struct mending_link l = { .old = buf_look(&r->url),
	    .state = MENDING_DANGER, .from = CLOCK_NONE,
	    .until = CLOCK_NONE };
	struct buf reason;

	buf_init(&reason, 4096 + LIMIT_URL);
	buf_printf(&reason, "%s: %.*s (seen at %.*s)", cause_name(d->cause),
	    SPAN_ARGS(d->detail), SPAN_ARGS(d->url));
	l.reason = buf_look(&reason);
	r->danger.inside |= site != 0;
	tell_pages(r, &r->danger, &l);
	buf_clear(&reason);
}

/* As above, in English. */
static void
note_seen(struct round *r, const struct target_verdict *v)
{
	char at[CLOCK_TEXT_MAX];
	struct checked c;

	buf_reset(&r->seen);
	if (!seen_gone(r->g->txn, v->state, buf_look(&r->url), &c))
		return;
	if (c.record.seen == CLOCK_NONE || checked_is_pinned(&c,
	    c.record.seen))
		buf_printf(&r->seen, "pinned as %s by %.*s: %.*s",
		    outcome_name(c.pin), SPAN_ARGS(c.pin_by),
		    SPAN_ARGS(c.pin_reason));
	else
		buf_printf(&r->seen, "%s%s%.*s (seen by the hub's check, at "
		    "last %s)", cause_name(c.record.cause), c.detail.n > 0 ?
		    ": " : "", SPAN_ARGS(c.detail),
		    clock_format(at, c.record.seen));
}

/* Of what was gone when the site was told, and has moved now: it is told of
 * the move, and that referral stands for both. */
static void
end_gone(struct round *r, const struct target_key *k)
{
	struct referral said;

	if (!referral_of_key(r->g->txn, r->site, k, &said) ||
	    !referral_is_open(&said))
		return;
	said.state = REFERRAL_OFF;
	said.changed = r->at;
	referral_put(r->g->txn, &said, &r->g->row);
}

static void
set_fixed(struct round *r, struct referral *said)
{
	struct buf target;

	buf_init(&target, LIMIT_URL);
	buf_span(&target, said->target);
	tell_letter_link(&r->links, &(struct mending_link){
	    .old = buf_look(&target), .state = MENDING_FIXED,
	    .from = CLOCK_NONE, .until = CLOCK_NONE, .move = said->move });
	/* its spans are gone, if that sent a letter */
	if (referral_get(r->g->txn, said->move, r->site, buf_look(&target),
	    said)) {
		said->state = REFERRAL_FIXED;
		said->changed = r->at;
		referral_put(r->g->txn, said, &r->g->row);
	}
	buf_clear(&target);
}

/* No page of the site has this link any more, or it leads somewhere again. */
static void
tell_mended(struct round *r, const struct target_key *k)
{
	struct referral said;

	if (referral_of_key(r->g->txn, r->site, k, &said) &&
	    referral_is_open(&said))
		set_fixed(r, &said);
}

/* Of another site than its own. */
static bool
on_other(void *arg, const struct link_hit *h)
{
	struct round *r = arg;
	const char *sites = r->others.at;

	if (h->site == r->site)
		return true;
	tell_hits_put(&r->rows, h);
	for (size_t i = 0; i < r->others.n; i += sizeof(h->site))
		if (memcmp(sites + i, &h->site, sizeof(h->site)) == 0)
			return !r->rows.bad;
	buf_put(&r->others, &h->site, sizeof(h->site));
	return !r->rows.bad;
}

/* Others link to what this site took away. */
static void
tell_own(struct round *r, const struct target_key *k,
    const struct target_verdict *v)
{
	struct mending_link l = link_of(r, v);
	int64_t steps = STEPS;

	buf_reset(&r->rows);
	links_to(r->g->txn, REWRITE_ADDRESS, buf_look(&r->url), 0, NULL,
	    on_other, r, &steps);
	if (r->rows.n == 0)
		return;
	l.pages = tell_hits_pages(buf_look(&r->rows));
	r->own.here += l.pages;
	tell_letter_link(&r->own, &l);
	tell_owed_note_own(r->g->txn, r->site, k, r->at);
}

/* What came after it, as its site named it once, may be gone itself, or have
 * moved since: even back to here. Nobody is sent there. */
static void
judge_successor(struct round *r)
{
	struct target_verdict v;
	struct buf next;

	if (r->now.n == 0)
		return;
	buf_init(&next, LIMIT_URL);
	tell_owed_judge(r->g, buf_look(&r->now), &v, &next);
	if (v.broken || v.state == TARGET_MOVED)
		buf_reset(&r->now);
	if (!v.broken && v.state == TARGET_MOVED)
		buf_span(&r->now, buf_look(&next));
	if (url_place_page_same(buf_look(&r->now), buf_look(&r->url)))
		buf_reset(&r->now);
	buf_clear(&next);
}

/* What is said of it must be what its row says, or its next turn is no news.
 * Another move of the same address may have ended what was awaited there. */
static void
keep_row(struct round *r, const struct target_key *k, const struct target *t,
    const struct target_verdict *v)
{
	if (v->state != TARGET_MOVED && v->broken != t->broken)
		graph_target_look(r->g, k);
}

static void
tell_target(struct round *r, const struct target_key *k)
{
	struct target_verdict v = { .state = TARGET_UNKNOWN };
	int64_t steps = STEPS;
	struct danger danger;
	struct target target;
	struct buf room;
	bool gone;

	buf_init(&room, LIMIT_URL);
	r->hits = 0;
	buf_reset(&r->seen);
	buf_reset(&r->url);
	buf_reset(&r->now);
	buf_reset(&r->rows);
	if (target_get(r->g->txn, k, &target, &room)) {
		buf_span(&r->url, target.url);
		tell_owed_judge(r->g, buf_look(&r->url), &v, &r->now);
		keep_row(r, k, &target, &v);
		r->to = v;
		note_seen(r, &v);
		if (v.state != TARGET_MOVED)
			judge_successor(r);
		links_to(r->g->txn, REWRITE_ADDRESS, buf_look(&r->url),
		    r->site, NULL, on_hit, r, &steps);
	}
	if (v.state == TARGET_MOVED && r->rows.n > 0)
		end_gone(r, k);
	gone = v.broken || r->seen.n > 0;
	if (seen_is_asked(v.state) && r->rows.n > 0 &&
	    danger_of(r->g->txn, k, &danger))
		tell_danger(r, v.site, &danger);
	else if ((gone || v.state == TARGET_MOVED) && r->rows.n > 0)
		tell_broken(r, &v);
	else if (!v.awaited || r->rows.n == 0)
		tell_mended(r, k);
	if (gone && v.site == r->site && v.state != TARGET_MOVED)
		tell_own(r, k, &v);
	else if (!v.awaited)
		tell_owed_forget_own(r->g->txn, r->site, k);
	buf_clear(&room);
}

static void
round_begin(struct round *r)
{
	static const struct mending_link nothing = { .from = CLOCK_NONE,
		.until = CLOCK_NONE };

	tell_letter_begin(&r->links, r->g, r->site, r->at, LETTER_LINKS,
	    SPAN_NONE, &nothing);
	tell_letter_begin(&r->own, r->g, r->site, r->at, LETTER_REFERRED,
	    SPAN_NONE, &nothing);
	tell_letter_begin(&r->danger, r->g, r->site, r->at, LETTER_DANGER,
	    SPAN_NONE, &nothing);
	buf_init(&r->url, LIMIT_URL);
	buf_init(&r->now, LIMIT_URL);
	buf_init(&r->there, LIMIT_URL);
	buf_init(&r->seen, 4096 + LIMIT_URL);
	tell_who_init(&r->who);
	buf_init(&r->rows, ROWS);
	buf_init(&r->others, 65536);
}

static void
round_end(struct round *r)
{
	r->own.sites = r->others.n / sizeof(uint32_t);
	tell_letter_end(&r->links);	/* first: note_told() has its number */
	tell_letter_end(&r->danger);
	tell_letter_end(&r->own);
	buf_clear(&r->others);
	buf_clear(&r->url);
	buf_clear(&r->now);
	buf_clear(&r->there);
	buf_clear(&r->seen);
	tell_who_clear(&r->who);
	buf_clear(&r->rows);
}

static bool
is_told(struct group *g, uint32_t site)
{
	struct site s;

	return site_get(g->txn, site, &s) && !s.retired;
}

uint64_t
tell_site_step(struct group *g, const struct entry *e, uint64_t most)
{
	struct round r = { .g = g, .at = e->at };
	struct target_key k;
	uint64_t targets = 0;
	bool more = true, told;
	int64_t was;

	if (!tell_owed_first(g->txn, e->at, &was, &r.site))
		return 0;
	told = is_told(g, r.site);
	round_begin(&r);
	while (targets < OWED && r.took < most &&
	    (more = tell_owed_next(g->txn, r.site, &k))) {
		targets++;
		if (told)
			tell_target(&r, &k);
	}
	round_end(&r);
	tell_done_look(g, r.site, e->at);
	tell_owed_end(g->txn, r.site, was, e->at, more);
	return r.took + targets + 1;
}
