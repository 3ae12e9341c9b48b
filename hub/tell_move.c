/*
 * Passes over those that refer to a move; see tell_move.h.
 *
 * In TABLE_TELL: 'M', move: struct pass; 'W', move, site, count: one link
 * that was gathered, so that the table's order groups them by site.
 */
#include "hub/tell_move.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/referral.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/tell_hits.h"
#include "hub/tell_letter.h"
#include "hub/tell_links.h"
#include "hub/tell_who.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define STEPS (LINKS_STEPS / 4)	/* of one act: about a second at worst */
#define ROWS (32u << 20)	/* bytes of one step's links */

enum phase { CLEAR, GATHER, WRITE, END, OFF };

struct pass {
	uint32_t move;
	enum phase phase;
	uint32_t number;	/* of the pass; those told in it bear it */
	uint32_t links;		/* gathered so far */
	uint32_t site;		/* END, OFF: from here on */
	uint64_t sites, pages;	/* told; CLEAR, OFF: sites is 1 if whose move it
				 * is knows that it is off */
	struct target_key at;	/* GATHER: behind this one; n = 0: all */
};

/* --- rows ----------------------------------------------------------------- */

struct tell_key {
	uint8_t at[13];
	size_t n;
};

static struct tell_key
pass_key(uint32_t move)
{
	struct tell_key k = { .at = { 'M' }, .n = 5 };

	wire_put_u32(k.at + 1, move);
	return k;
}

static struct tell_key
link_key(uint32_t move, uint32_t site, uint32_t n)
{
	struct tell_key k = { .at = { 'W' }, .n = 13 };

	wire_put_u32(k.at + 1, move);
	wire_put_u32(k.at + 5, site);
	wire_put_u32(k.at + 9, n);
	return k;
}

static struct span
look(const struct tell_key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

static void
put(struct group *g, const struct pass *p)
{
	struct tell_key k = pass_key(p->move);

	buf_reset(&g->row);
	write_u8(&g->row, (uint8_t)p->phase);
	write_u32(&g->row, p->number);
	write_u32(&g->row, p->links);
	write_u32(&g->row, p->site);
	write_u64(&g->row, p->sites);
	write_u64(&g->row, p->pages);
	write_span(&g->row, (struct span){ .at = (const char *)p->at.at,
	    .n = p->at.n });
	db_put(g->txn, TABLE_TELL, look(&k), buf_look(&g->row));
}

static void
read_pass(struct pass *p, struct span key, struct span row)
{
	struct reader r = reader_of(row);
	struct span at;

	*p = (struct pass){ .phase = (enum phase)read_u8(&r) };
	p->number = read_u32(&r);
	p->links = read_u32(&r);
	p->site = read_u32(&r);
	p->sites = read_u64(&r);
	p->pages = read_u64(&r);
	at = read_span(&r);
	if (!reader_done(&r) || key.n != 5 || at.n > TARGET_KEY)
		fatal("view: a letter to be written is damaged: run zqhub "
		    "rebuild");
	p->move = wire_get_u32((const uint8_t *)key.at + 1);
	memcpy(p->at.at, at.at != NULL ? at.at : "", at.n);
	p->at.n = at.n;
}

static bool
first_pass(struct db_txn *t, struct pass *p)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TELL);
	struct span key = SPAN("M"), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n > 0 && key.at[0] == 'M';

	if (found && p != NULL)
		read_pass(p, key, row);
	db_cursor_close(c);
	return found;
}

bool
tell_move_left(struct db_txn *t)
{
	return first_pass(t, NULL);
}

/* It is to come, and has told nobody yet. */
static bool
coming_pass(struct db_txn *t, uint32_t move, struct pass *p)
{
	struct tell_key k = pass_key(move);
	struct span row;

	if (!db_get(t, TABLE_TELL, look(&k), &row))
		return false;
	read_pass(p, look(&k), row);
	return p->phase == CLEAR;
}

bool
tell_move_is_to_come(struct db_txn *t, uint32_t move)
{
	struct pass p;

	return coming_pass(t, move, &p);
}

void
tell_move_queue(struct group *g, uint32_t move)
{
	put(g, &(struct pass){ .move = move, .phase = CLEAR });
}

static void
drop(struct group *g, const struct pass *p)
{
	struct tell_key k = pass_key(p->move);

	db_del(g->txn, TABLE_TELL, look(&k));
}

/* Links that were gathered: the first `most` of one site. They are taken off,
 * and put into rows. */
static uint64_t
take(struct group *g, uint32_t move, uint64_t most, struct buf *rows)
{
	struct db_cursor *c = db_cursor_open(g->txn, TABLE_TELL);
	struct tell_key first = link_key(move, 0, 0), from = first;
	struct span key = look(&first), row;
	size_t heads = 5;
	uint64_t n = 0;

	while (n < most && db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n == first.n && memcmp(key.at, from.at, heads) == 0) {
		memcpy(from.at, key.at, first.n);
		heads = 9;	/* of this site only */
		buf_span(rows, row);
		db_cursor_del(c);
		key = look(&first);
		n++;
	}
	db_cursor_close(c);
	return n;
}

/* --- what a letter says of the move --------------------------------------- */

struct about {
	struct buf row;		/* the move's */
	struct move move;
	struct tell_who who;
	struct mending_link link;
};

static enum mending_state
state_of(const struct move *m)
{
	if (!move_counts(m))
		return MENDING_OFF;
	return move_is_effective(m->state) ? MENDING_EFFECTIVE :
	    MENDING_ANNOUNCED;
}

/* Who called a move off isn't known any more: it need not be who announced
 * it. */
static bool
about(struct about *a, struct group *g, uint32_t number)
{
	struct move *m = &a->move;
	struct move found;

	if (!move_get(g->txn, number, &found))
		return false;
	buf_init(&a->row, MOVE_ROW_MAX);
	tell_who_init(&a->who);
	move_write(&a->row, &found);
	move_read(m, number, buf_look(&a->row));
	a->link = (struct mending_link){
		.old = m->old, .new = m->new, .state = state_of(m),
		.scope = (enum rewrite_scope)m->scope, .move = number,
		.from = m->from, .until = m->until, .reason = m->reason,
	};
	if (a->link.state != MENDING_OFF)
		tell_who_of_move(&a->who, g->txn, m, &a->link);
	return true;
}

static void
about_clear(struct about *a)
{
	buf_clear(&a->row);
	tell_who_clear(&a->who);
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

static void
put_links(struct group *g, struct pass *p, struct span rows)
{
	struct tell_hit h;

	while (tell_hits_next(&rows, &h)) {
		struct tell_key k = link_key(p->move, h.site, p->links++);

		buf_reset(&g->row);
		tell_hits_write(&g->row, &h);
		db_put(g->txn, TABLE_TELL, look(&k), buf_look(&g->row));
	}
}

static uint64_t
gather(struct group *g, struct pass *p, const struct about *of, int64_t at,
    uint64_t most)
{
	struct gather a = { .most = most };
	int64_t steps = STEPS;

	buf_init(&a.rows, ROWS);
	tell_links_begin(&a.links, g, &of->move, at);
	links_to(g->txn, tell_links_scope(&of->move), of->move.old, 0,
	    p->at.n > 0 ? &p->at : NULL, on_hit, &a, &steps);
	put_links(g, p, buf_look(&a.rows));
	p->at = a.at;
	if (!a.stopped)
		p->phase = WRITE;
	buf_clear(&a.rows);
	tell_links_end(&a.links);
	return a.n;
}

/* --- writing -------------------------------------------------------------- */

static void
put_pages(struct group *g, struct tell_letter *l, const struct about *of,
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
note_told(struct group *g, struct pass *p, const struct tell_letter *l,
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
		pages = tell_hits_count(g->txn, tell_links_scope(m), m->old, l->site,
		    rows);
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

static bool
is_told(struct group *g, uint32_t site)
{
	struct site s;

	return site_get(g->txn, site, &s) && !s.retired;
}

static uint64_t
write_site(struct group *g, struct pass *p, const struct about *of,
    int64_t at, uint64_t most)
{
	struct tell_links links;
	struct tell_letter l;
	struct tell_hit h;
	struct buf rows;
	struct span rest;
	uint64_t n;

	buf_init(&rows, ROWS);
	n = take(g, p->move, most, &rows);
	rest = buf_look(&rows);
	if (n == 0) {
		p->phase = END;
	} else if (tell_hits_next(&rest, &h) && is_told(g, h.site)) {
		tell_letter_begin(&l, g, h.site, at, LETTER_LINKS,
		    of->move.old, &of->link);
		tell_links_begin(&links, g, &of->move, at);
		put_pages(g, &l, of, &links, buf_look(&rows));
		tell_links_end(&links);
		tell_letter_end(&l);
		if (l.all > 0)
			note_told(g, p, &l, &of->move, buf_look(&rows));
		tell_move_look(g, h.site, at);
	}
	buf_clear(&rows);
	return n;
}

/* --- the end -------------------------------------------------------------- */

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
end_one(struct group *g, const struct about *of, uint32_t site,
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
	struct about of;

	if (!about(&of, g, move))
		return;
	if (move_is_effective(of.move.state) &&
	    !tell_links_left(g, &of.move, site, at))
		end_one(g, &of, site, REFERRAL_FIXED, at);
	about_clear(&of);
}

void
tell_move_look(struct group *g, uint32_t site, int64_t at)
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
tell_move_off(struct group *g, uint32_t move, struct span by, int64_t at)
{
	struct pass p;
	struct tell_letter l;
	struct about of;

	if (!about(&of, g, move))
		return;
	if (is_told(g, of.move.site)) {
		of.link.state = MENDING_OFF;
		tell_who_of_operator(&of.who, by, &of.link);
		of.link.reason = of.move.why;
		tell_letter_begin(&l, g, of.move.site, at, LETTER_OFF,
		    of.move.old, &of.link);
		tell_letter_link(&l, &of.link);
		tell_letter_end(&l);
		if (coming_pass(g->txn, move, &p)) {
			p.sites = 1;
			put(g, &p);
		}
	}
	about_clear(&of);
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
reaches_none(struct group *g, struct pass *p, const struct about *of)
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
tell_owner(struct group *g, struct pass *p, const struct about *of,
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

static uint64_t
end(struct group *g, struct pass *p, const struct about *of, int64_t at)
{
	bool off = p->phase == OFF;
	struct due d = { .pass = off ? 0 : p->number };

	referral_each(g->txn, p->move, p->site, on_referral, &d);
	for (size_t i = 0; i < d.n; i++)
		end_one(g, of, d.site[i], off ? REFERRAL_OFF : REFERRAL_FIXED,
		    at);
	if (d.n < sizeof(d.site) / sizeof(d.site[0])) {
		tell_owner(g, p, of, at);
		drop(g, p);
	}
	return d.n;
}

/* --- steps ---------------------------------------------------------------- */

static uint64_t
clear(struct group *g, struct pass *p, const struct about *of,
    const struct entry *e, uint64_t most)
{
	struct buf rows;
	uint64_t n;

	buf_init(&rows, ROWS);
	n = take(g, p->move, most, &rows);
	buf_clear(&rows);
	if (n == 0) {
		p->phase = move_counts(&of->move) ? GATHER : OFF;
		p->sites = p->phase == OFF ? p->sites : 0;
		p->number = (uint32_t)e->place | 1;
	}
	return n;
}

static uint64_t
step(struct group *g, struct pass *p, const struct about *of,
    const struct entry *e, uint64_t most)
{
	switch (p->phase) {
	case CLEAR:
		return clear(g, p, of, e, most);
	case GATHER:
		return gather(g, p, of, e->at, most);
	case WRITE:
		return write_site(g, p, of, e->at, most);
	default:
		return end(g, p, of, e->at);
	}
}

uint64_t
tell_move_step(struct group *g, const struct entry *e, uint64_t most)
{
	enum phase was;
	struct about of;
	struct pass p;
	uint64_t n;

	if (!first_pass(g->txn, &p))
		return 0;
	if (!about(&of, g, p.move)) {
		drop(g, &p);
		return 1;
	}
	was = p.phase;
	n = step(g, &p, &of, e, most);
	if (was != END && was != OFF)
		put(g, &p);
	about_clear(&of);
	return n + 1;
}
