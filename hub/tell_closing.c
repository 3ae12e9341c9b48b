/*
 * Passes over those that link to a site that closes; see tell_closing.h.
 *
 * In TABLE_TELL: 'C', notice: struct pass.
 */
#include "hub/tell_closing.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/links.h"
#include "hub/notice.h"
#include "hub/referral.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/tell_hits.h"
#include "hub/tell_letter.h"
#include "hub/tell_owed.h"
#include "hub/tell_who.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_host.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define STEPS (LINKS_STEPS / 4)	/* of one act: about a second at worst */
#define ROWS (32u << 20)	/* bytes of one step's links */
#define SITES 1000		/* that one step looks at */
#define PER_PAGE 5000		/* steps that are as much work as one page */

struct pass {
	uint32_t notice;
	uint32_t site;		/* this one, or from it on */
	uint32_t domain;	/* its links to this one, from 0 on … */
	struct target_key at;	/* … and behind this one; n = 0: all */
};

/* --- rows ----------------------------------------------------------------- */

static struct key
key_of(uint32_t notice)
{
	struct key k = { .at = { 'C' }, .n = 5 };

	wire_put_u32(k.at + 1, notice);
	return k;
}

static void
put(struct group *g, const struct pass *p)
{
	struct key k = key_of(p->notice);

	buf_reset(&g->row);
	write_u32(&g->row, p->site);
	write_u32(&g->row, p->domain);
	write_span(&g->row, (struct span){ .at = (const char *)p->at.at,
	    .n = p->at.n });
	db_put(g->txn, TABLE_TELL, key_look(&k), buf_look(&g->row));
}

static void
drop(struct group *g, const struct pass *p)
{
	struct key k = key_of(p->notice);

	db_del(g->txn, TABLE_TELL, key_look(&k));
}

static void
read_pass(struct pass *p, struct span key, struct span row)
{
	struct reader r = reader_of(row);
	struct span at;

	*p = (struct pass){ .site = read_u32(&r) };
	p->domain = read_u32(&r);
	at = read_span(&r);
	if (!reader_done(&r) || key.n != 5 || at.n > TARGET_KEY)
		fatal("view: a letter to be written is damaged: run zqhub "
		    "rebuild");
	p->notice = wire_get_u32((const uint8_t *)key.at + 1);
	memcpy(p->at.at, at.at != NULL ? at.at : "", at.n);
	p->at.n = at.n;
}

static bool
first_pass(struct db_txn *t, struct pass *p)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TELL);
	struct span key = SPAN("C"), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row) &&
	    key.n > 0 && key.at[0] == 'C';

	if (found && p != NULL)
		read_pass(p, key, row);
	db_cursor_close(c);
	return found;
}

void
tell_closing_queue(struct group *g, uint32_t notice)
{
	put(g, &(struct pass){ .notice = notice, .site = 1 });
}

bool
tell_closing_left(struct db_txn *t)
{
	return first_pass(t, NULL);
}

uint32_t
tell_closing_at(struct group *g, struct span url)
{
	struct notice n;
	uint32_t site;
	struct url u;

	if (!url_parse(&u, url) || (site = group_host(g, u.host)) == 0 ||
	    !notice_closing(g->txn, site, &n))
		return 0;
	return referral_closing(n.number);
}

/* --- what a letter says of the closing ------------------------------------ */

struct about {
	struct group *g;
	struct buf row, code, domains;	/* copies: rows move */
	struct notice notice;
	struct buf home, see;	/* of its first domain; who takes its place */
	bool open;		/* or it was called off */
	int64_t when;		/* ms: the moves of then count */
	struct tell_who who;
	struct mending_link link;
};

/* Where its closing says that people turn to; not to what is gone itself. */
static void
find_successor(struct about *a)
{
	struct target_verdict v;
	struct buf now;

	if (a->notice.see.n == 0)
		return;
	buf_init(&now, LIMIT_URL);
	tell_owed_judge(a->g, a->notice.see, &v, &now);
	if (!v.broken)
		buf_span(&a->see, v.state == TARGET_MOVED ? buf_look(&now) :
		    a->notice.see);
	buf_clear(&now);
}

static void
put_home(struct buf *b, struct span domain)
{
	buf_reset(b);
	buf_printf(b, "https://%.*s/", SPAN_ARGS(domain));
}

/* Who called it off isn't known: it need not be who announced it. */
static void
set_link(struct about *a)
{
	const struct notice *n = &a->notice;
	struct mending_link *l = &a->link;

	*l = (struct mending_link){ .until = CLOCK_NONE,
		.state = a->open ? MENDING_ANNOUNCED : MENDING_OFF,
		.from = a->open ? n->from : CLOCK_NONE,
		.reason = a->open ? n->reason : n->end_reason,
	};
	if (!a->open)
		return;
	if (n->operated) {
		tell_who_of_operator(&a->who, n->by, l);
	} else {
		tell_who_of_site(&a->who, a->g->txn, n->site, l);
		l->person = n->by;
	}
}

static void
fill(struct about *a, const struct notice *n, const struct site *s,
    int64_t at)
{
	struct span rest, domain;

	buf_span(&a->code, s->code);
	buf_span(&a->domains, s->domains);
	notice_write(&a->row, n);
	must(!a->row.bad);
	notice_read(&a->notice, n->number, buf_look(&a->row));
	rest = buf_look(&a->domains);
	if (site_domain_next(&rest, &domain))
		put_home(&a->home, domain);
	a->open = notice_is_open(n);
	a->when = n->from > at ? n->from : at;
	find_successor(a);
	set_link(a);
}

static bool
about(struct about *a, struct group *g, uint32_t number, int64_t at)
{
	struct notice n;
	struct site s;

	if (!notice_get(g->txn, number, &n) ||
	    !site_get(g->txn, n.site, &s))
		return false;
	*a = (struct about){ .g = g };
	buf_init(&a->row, NOTICE_ROW_MAX);
	buf_init(&a->code, LIMIT_TEXT);
	buf_init(&a->domains, SITE_ROW_MAX);
	buf_init(&a->home, LIMIT_URL);
	buf_init(&a->see, LIMIT_URL);
	tell_who_init(&a->who);
	fill(a, &n, &s, at);
	return true;
}

static void
about_clear(struct about *a)
{
	buf_clear(&a->row);
	buf_clear(&a->code);
	buf_clear(&a->domains);
	buf_clear(&a->home);
	buf_clear(&a->see);
	tell_who_clear(&a->who);
}

/* --- gathering ------------------------------------------------------------ */

/* To the first of its links, unless it is there already. */
static void
turn_to(struct pass *p, uint32_t site)
{
	if (site != p->site)
		*p = (struct pass){ .notice = p->notice, .site = site };
}

struct gather {
	const struct about *of;
	struct span domain;
	uint64_t most, n, of_target;
	struct buf url;		/* the target that it is at; empty: none yet */
	bool told;		/* … of which is something to be told */
	struct target_key at;	/* when stopped: the last one done */
	struct buf rows;
	bool stopped;
	int64_t steps;		/* that are left */
};

/* Is this the domain by which the host is the site's, and no longer one? */
static bool
is_of_domain(const struct gather *a, struct span host)
{
	struct span rest = buf_look(&a->of->domains), one;

	if (group_host(a->of->g, host) != a->of->notice.site)
		return false;
	while (site_domain_next(&rest, &one))
		if (one.n > a->domain.n && url_host_within(host, one))
			return false;
	return true;
}

/* It is there, or may be, and stays until the site closes. A retired one has no
 * domains any more, and nothing there. */
static bool
is_told(const struct gather *a, struct span url)
{
	struct group *g = a->of->g;
	struct target_verdict v;
	struct url u;

	if (!url_parse(&u, url) || !is_of_domain(a, u.host))
		return false;
	target_judge(g->txn, group_rules(g), url, a->of->when, &v, NULL);
	return !v.broken && (v.state == TARGET_HERE ||
	    v.state == TARGET_UNKNOWN);
}

static bool
begin_target(struct gather *a, struct span url)
{
	if (a->n >= a->most) {
		a->stopped = target_key(&a->at, buf_look(&a->url));
		return false;
	}
	buf_reset(&a->url);
	buf_span(&a->url, url);
	a->told = is_told(a, buf_look(&a->url));
	a->of_target = 0;
	return true;
}

static bool
on_hit(void *arg, const struct link_hit *h)
{
	struct gather *a = arg;

	if (!span_is(buf_look(&a->url), h->target->url) &&
	    !begin_target(a, h->target->url))
		return false;
	if (a->told && a->of_target < TELL_HITS_MOST) {
		tell_hits_put(&a->rows, h);
		a->of_target++;
		a->n++;
	}
	return !a->rows.bad;
}

/* The site's links to this domain. */
static void
gather_domain(struct gather *a, struct pass *p)
{
	struct buf home;

	buf_init(&home, LIMIT_URL);
	put_home(&home, a->domain);
	links_to(a->of->g->txn, REWRITE_DOMAIN, buf_look(&home), p->site,
	    p->at.n > 0 ? &p->at : NULL, on_hit, a, &a->steps);
	p->at = a->at;
	buf_reset(&a->url);
	buf_clear(&home);
}

/* Up to `most` of the site's links, on from where the pass is. When these are
 * all of them, it is behind the last of the domains. */
static void
gather(struct gather *a, struct pass *p)
{
	struct span rest = buf_look(&a->of->domains);
	uint32_t n = 0;

	while (!a->stopped && site_domain_next(&rest, &a->domain)) {
		if (n++ < p->domain)
			continue;
		if (a->n < a->most)
			gather_domain(a, p);
		else
			a->stopped = true;
		if (!a->stopped)
			p->domain = n;
	}
}

/* --- writing -------------------------------------------------------------- */

static void
put_lead(struct buf *b, const struct about *a)
{
	char from[CLOCK_TEXT_MAX];

	buf_printf(b, "site %.*s ", SPAN_ARGS(buf_look(&a->code)));
	if (!a->open) {
		buf_text(b, "does not close after all: its pages stay where "
		    "they are");
		return;
	}
	buf_printf(b, "closes for good, from %s on", clock_format(from,
	    a->notice.from));
	if (a->see.n > 0)
		buf_printf(b, ": %.*s takes its place",
		    SPAN_ARGS(buf_look(&a->see)));
}

static bool
is_home(struct span url)
{
	struct url u;

	return url_parse(&u, url) && u.query.n == 0 &&
	    span_is(u.path, SPAN("/"));
}

static void
put_pages(struct tell_letter *l, const struct about *of, struct span rows)
{
	struct mending_link link = of->link;
	struct mending_page page;
	struct tell_hit h;
	struct buf room;

	buf_init(&room, LIMIT_URL);
	while (tell_hits_next(&rows, &h)) {
		if (!tell_hits_page(of->g->txn, &h, &room, &page))
			continue;
		link.old = h.to;
		link.new = is_home(h.to) ? buf_look(&of->see) : SPAN_NONE;
		tell_letter_page(l, &link, &page);
	}
	buf_clear(&room);
}

/* Of the home pages also where none is linked to any more: what the site does
 * with such a link once more is not to be what was called off. */
static void
put_homes(struct tell_letter *l, struct gather *a)
{
	struct mending_link link = a->of->link;
	struct span rest = buf_look(&a->of->domains);
	struct buf home;

	buf_init(&home, LIMIT_URL);
	while (site_domain_next(&rest, &a->domain)) {
		put_home(&home, a->domain);
		link.old = buf_look(&home);
		if (is_told(a, link.old))
			tell_letter_link(l, &link);
	}
	buf_clear(&home);
}

static void
put_off(struct tell_letter *l, const struct about *of, struct span rows)
{
	struct mending_link link = of->link;
	struct span before = SPAN_NONE;
	struct tell_hit h;

	while (tell_hits_next(&rows, &h)) {
		link.old = h.to;
		if (!span_is(h.to, before) && !is_home(h.to))
			tell_letter_link(l, &link);
		before = h.to;
	}
}

static void
note_told(const struct about *of, const struct tell_letter *l, bool first,
    struct span rows)
{
	uint32_t number = referral_closing(of->notice.number);
	struct group *g = of->g;
	struct referral r;

	if (!referral_get(g->txn, number, l->site, SPAN_NONE, &r))
		r = (struct referral){ .move = number, .site = l->site,
		    .letter = l->first, .told = l->at };
	r.pages = tell_hits_pages(rows) + (first ? 0 : r.pages);
	referral_open(&r, l->at);
	r.last = l->last;
	r.target = buf_look(&of->home);
	referral_put(g->txn, &r, &g->row);
}

static void
note_off(const struct about *of, const struct tell_letter *l)
{
	struct group *g = of->g;
	struct referral r;

	must(referral_get(g->txn, referral_closing(of->notice.number), l->site,
	    SPAN_NONE, &r));
	r.state = REFERRAL_OFF;
	r.changed = l->at;
	r.last = l->last > 0 ? l->last : r.last;
	r.target = buf_look(&of->home);
	referral_put(g->txn, &r, &g->row);
}

static void
put_letter(struct tell_letter *l, struct gather *a, bool first)
{
	if (a->of->open) {
		put_pages(l, a->of, buf_look(&a->rows));
		return;
	}
	if (first)
		put_homes(l, a);
	put_off(l, a->of, buf_look(&a->rows));
}

static void
tell(struct gather *a, const struct pass *p, bool first, int64_t at)
{
	const struct about *of = a->of;
	struct tell_letter l;
	struct buf lead;

	buf_init(&lead, LIMIT_LONG_TEXT);
	put_lead(&lead, of);
	tell_letter_begin(&l, of->g, p->site, at, LETTER_LINKS,
	    buf_look(&of->home), &of->link);
	l.lead = buf_look(&lead);
	put_letter(&l, a, first);
	tell_letter_end(&l);
	if (of->open && l.all > 0)
		note_told(of, &l, first, buf_look(&a->rows));
	else if (!of->open && !a->stopped)
		note_off(of, &l);
	buf_clear(&lead);
}

/* To one site: of so many links as there is room for in this step. What it
 * takes to find few of them in a large site counts as well. */
static uint64_t
write_site(const struct about *of, struct pass *p, int64_t at, uint64_t most)
{
	bool first = p->domain == 0 && p->at.n == 0;
	struct gather a = { .of = of, .most = most, .steps = STEPS };

	buf_init(&a.url, LIMIT_URL);
	buf_init(&a.rows, ROWS);
	gather(&a, p);
	tell(&a, p, first, at);
	if (!a.stopped)
		turn_to(p, p->site + 1);
	buf_clear(&a.rows);
	buf_clear(&a.url);
	return a.n + (uint64_t)(STEPS - a.steps) / PER_PAGE;
}

/* --- whose turn it is ----------------------------------------------------- */

static bool
links_there(const struct about *of, uint32_t site)
{
	struct db_txn *t = of->g->txn;
	struct site s;

	return site != of->notice.site && site_get(t, site, &s) &&
	    !s.retired && links_between(t, site, of->notice.site);
}

/* From p->site on; false: none of those that it looked at, it is behind. */
static bool
next_linking(const struct about *of, struct pass *p)
{
	uint32_t last = site_last(of->g->txn);

	for (int n = 0; p->site <= last && n < SITES; n++) {
		if (links_there(of, p->site))
			return true;
		turn_to(p, p->site + 1);
	}
	return false;
}

static bool
on_referral(void *arg, const struct referral *r)
{
	uint32_t *site = arg;

	if (referral_is_open(r))
		*site = r->site;
	return *site == 0;
}

/* One that was told of it; false: no more, it is behind all. */
static bool
next_told(const struct about *of, struct pass *p)
{
	uint32_t site = 0;

	referral_each(of->g->txn, referral_closing(of->notice.number), p->site,
	    on_referral, &site);
	turn_to(p, site > 0 ? site : UINT32_MAX);
	return site > 0;
}

uint64_t
tell_closing_step(struct group *g, const struct entry *e, uint64_t most)
{
	struct about of;
	struct pass p;
	uint64_t n = 0;

	if (!first_pass(g->txn, &p))
		return 0;
	if (!about(&of, g, p.notice, e->at)) {
		drop(g, &p);
		return 1;
	}
	if (of.open ? next_linking(&of, &p) : next_told(&of, &p))
		n = write_site(&of, &p, e->at, most);
	if (p.site > site_last(g->txn))
		drop(g, &p);
	else
		put(g, &p);
	about_clear(&of);
	return n + 1;
}
