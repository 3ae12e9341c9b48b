/* Passes over those that refer to a move; see tell_move.h. */
#include "hub/tell_move.h"

#include "hub/links.h"
#include "hub/referral.h"
#include "hub/tell_about.h"
#include "hub/tell_done.h"
#include "hub/tell_hits.h"
#include "hub/tell_letter.h"
#include "hub/tell_links.h"
#include "hub/tell_pass.h"
#include "protocol/letter.h"
#include "protocol/limits.h"

#define STEPS (LINKS_STEPS / 4)	/* of one act: about a second at worst */
#define ROWS (32u << 20)	/* bytes of one step's links */

/* --- what is to come -------------------------------------------------------- */

void
tell_move_queue(struct group *g, uint32_t move)
{
	tell_pass_put(g, &(struct tell_pass){ .move = move,
	    .phase = TELL_CLEAR });
}

bool
tell_move_left(struct db_txn *t)
{
	return tell_pass_first(t, NULL);
}

bool
tell_move_is_to_come(struct db_txn *t, uint32_t move)
{
	struct tell_pass p;

	return tell_pass_coming(t, move, &p);
}

/* --- gathering ------------------------------------------------------------ */

struct gather {
	struct tell_links links;
	uint64_t most, n, of_site;
	uint32_t site;		/* of_site of its pages were taken */
	struct target_key at;	/* when stopped: the last one done */
	struct buf rows;
	bool stopped;
};

static bool
begin_target(struct gather *a, const struct link_hit *h)
{
	if (a->n >= a->most) {
		a->stopped = target_key(&a->at, buf_look(&a->links.url));
		return false;
	}
	tell_links_turn(&a->links, h->target->url);
	a->site = 0;
	return true;
}

static bool
on_hit(void *arg, const struct link_hit *h)
{
	struct gather *a = arg;

	if (!tell_links_is_at(&a->links, h->target->url) &&
	    !begin_target(a, h))
		return false;
	if (h->site != a->site)
		a->of_site = 0;
	a->site = h->site;
	if (a->of_site < TELL_HITS_MOST &&
	    tell_links_is_told(&a->links, h)) {
		tell_hits_put(&a->rows, h);
		a->of_site++;
		a->n++;
	}
	return !a->rows.bad;
}

static uint64_t
gather(struct group *g, struct tell_pass *p, const struct tell_about *of,
    int64_t at, uint64_t most)
{
	struct gather a = { .most = most };
	int64_t steps = STEPS;

	buf_init(&a.rows, ROWS);
	tell_links_begin(&a.links, g, &of->move, at);
	links_to(g->txn, tell_links_scope(&of->move), of->move.old, 0,
	    p->at.n > 0 ? &p->at : NULL, on_hit, &a, &steps);
	tell_pass_put_links(g, p, buf_look(&a.rows));
	p->at = a.at;
	if (!a.stopped)
		p->phase = TELL_WRITE;
	buf_clear(&a.rows);
	tell_links_end(&a.links);
	return a.n;
}

/* --- writing -------------------------------------------------------------- */

static void
put_pages(struct group *g, struct tell_letter *l, const struct tell_about *of,
    const struct tell_links *links, struct span rows)
{
	struct mending_link link = of->link;
	struct mending_page page;
	struct buf room, new;
	struct tell_hit h;

	buf_init(&room, LIMIT_URL);
	buf_init(&new, LIMIT_URL);
	while (tell_hits_next(&rows, &h)) {
		buf_reset(&new);
		link.old = h.to;
		if (!rewrite_url(links->rules, h.to, links->when, &new,
		    NULL) || !tell_hits_page(g->txn, &h, &room, &page))
			continue;
		link.new = buf_look(&new);
		tell_letter_page(l, &link, &page);
	}
	buf_clear(&room);
	buf_clear(&new);
}

/* Its pages are counted with the first of the rows; the others are of the
 * same pages, or of further ones that were counted with these. */
static void
note_told(struct group *g, struct tell_pass *p, const struct tell_letter *l,
    const struct move *m, struct span rows)
{
	struct referral r;
	bool again = referral_get(g->txn, p->move, l->site, SPAN_NONE, &r);
	bool open = again && referral_is_open(&r);
	uint64_t pages;

	if (!again)
		r = (struct referral){ .move = p->move, .site = l->site,
		    .letter = l->first, .told = l->at };
	if (!again || r.pass != p->number) {
		pages = tell_hits_count(g->txn, tell_links_scope(m), m->old,
		    l->site, rows);
		r.pages = open ? r.pages : pages;
		p->sites += l->site != m->site;
		p->pages += l->site != m->site ? pages : 0;
	}
	referral_open(&r, l->at);
	r.pass = p->number;
	r.last = l->last;
	r.target = m->old;
	referral_put(g->txn, &r, &g->row);
}

static uint64_t
write_site(struct group *g, struct tell_pass *p, const struct tell_about *of,
    int64_t at, uint64_t most)
{
	struct tell_links links;
	struct tell_letter l;
	struct tell_hit h;
	struct buf rows;
	struct span rest;
	uint64_t n;

	buf_init(&rows, ROWS);
	n = tell_pass_take(g, p->move, most, &rows);
	rest = buf_look(&rows);
	if (n == 0) {
		p->phase = TELL_END;
	} else if (tell_hits_next(&rest, &h) && tell_about_is_told(g, h.site)) {
		tell_letter_begin(&l, g, h.site, at, LETTER_LINKS,
		    of->move.old, &of->link);
		tell_links_begin(&links, g, &of->move, at);
		put_pages(g, &l, of, &links, buf_look(&rows));
		tell_links_end(&links);
		tell_letter_end(&l);
		if (l.all > 0)
			note_told(g, p, &l, &of->move, buf_look(&rows));
		tell_done_look(g, h.site, at);
	}
	buf_clear(&rows);
	return n;
}

/* --- steps ---------------------------------------------------------------- */

static uint64_t
clear(struct group *g, struct tell_pass *p, const struct tell_about *of,
    const struct entry *e, uint64_t most)
{
	struct buf rows;
	uint64_t n;

	buf_init(&rows, ROWS);
	n = tell_pass_take(g, p->move, most, &rows);
	buf_clear(&rows);
	if (n == 0) {
		p->phase = move_counts(&of->move) ? TELL_GATHER : TELL_OFF;
		p->sites = p->phase == TELL_OFF ? p->sites : 0;
		p->number = (uint32_t)e->place | 1;
	}
	return n;
}

static uint64_t
step(struct group *g, struct tell_pass *p, const struct tell_about *of,
    const struct entry *e, uint64_t most)
{
	switch (p->phase) {
	case TELL_CLEAR:
		return clear(g, p, of, e, most);
	case TELL_GATHER:
		return gather(g, p, of, e->at, most);
	case TELL_WRITE:
		return write_site(g, p, of, e->at, most);
	default:
		return tell_done_step(g, p, of, e->at);
	}
}

uint64_t
tell_move_step(struct group *g, const struct entry *e, uint64_t most)
{
	enum tell_phase was;
	struct tell_about of;
	struct tell_pass p;
	uint64_t n;

	if (!tell_pass_first(g->txn, &p))
		return 0;
	if (!tell_about_read(&of, g, p.move)) {
		tell_pass_drop(g, &p);
		return 1;
	}
	was = p.phase;
	n = step(g, &p, &of, e, most);
	if (was != TELL_END && was != TELL_OFF)
		tell_pass_put(g, &p);
	tell_about_clear(&of);
	return n + 1;
}
