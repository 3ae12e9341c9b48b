/*
 * Letters that go on; see escalate.h.
 */
#include "hub/escalate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/danger.h"
#include "hub/item.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/site.h"
#include "hub/stand.h"
#include "hub/tell_hits.h"
#include "hub/tell_letter.h"
#include "hub/tell_who.h"
#include "protocol/letter.h"
#include "protocol/limits.h"

#define MOST 200		/* referrals of one act */
#define LOOKED 20000		/* … and of one site that are looked through */
#define PAGES 500		/* of one referral that its columns are told */
#define COLUMNS 50		/* of one site that are told */
#define STEPS (LINKS_STEPS / 16)
#define TEXT 2048

/* --- what waits ----------------------------------------------------------------- */

struct step {			/* one step, as the act says it */
	enum referral_level from, to;
	int64_t told, raised;	/* ms: if not later than that */
};

/* Since when could it have been answered? */
static int64_t
since(struct db_txn *t, const struct referral *r, uint64_t confirmed)
{
	int64_t at = r->told;
	struct move m;

	if (confirmed < r->letter)
		return at;
	if (r->changed > at)
		at = r->changed;
	if (r->move != 0 && move_get(t, r->move, &m) && m.from > at)
		at = m.from;
	return at;
}

static bool
is_due(struct db_txn *t, const struct step *s, const struct referral *r,
    uint64_t confirmed)
{
	return since(t, r, confirmed) <= s->told &&
	    (r->raised == CLOCK_NONE || r->raised <= s->raised);
}

struct found {			/* referrals of one site */
	struct db_txn *txn;
	const struct step *step;
	uint32_t site;
	uint64_t confirmed;
	size_t most, left;	/* that are taken; that are looked at */
	size_t n;
	uint32_t move[MOST];	/* 0: gone, and its target is the next in … */
	struct buf targets;	/* … these, each with a NUL */
	uint64_t pages;
	int64_t told;		/* ms: the first of them */
};

static bool
take(void *arg, const struct referral *r)
{
	struct found *f = arg;

	if (f->left-- == 0 || f->n == f->most)
		return false;
	if (!is_due(f->txn, f->step, r, f->confirmed))
		return true;
	f->move[f->n++] = r->move;
	buf_span(&f->targets, r->target);
	buf_byte(&f->targets, '\0');
	f->pages += r->pages;
	if (f->told == CLOCK_NONE || r->told < f->told)
		f->told = r->told;
	return !f->targets.bad;
}

static void
find(struct found *f, struct db_txn *t, const struct step *s, uint32_t site,
    uint64_t confirmed, size_t most)
{
	*f = (struct found){ .txn = t, .step = s, .site = site,
	    .confirmed = confirmed, .most = most, .left = LOOKED,
	    .told = CLOCK_NONE };
	buf_init(&f->targets, MOST * (LIMIT_URL + 1));
	referral_waiting(t, site, s->from, take, f);
}

static bool
is_any(struct db_txn *t, const struct step *s, uint32_t site)
{
	struct stand stand;
	struct found f;
	bool any;

	stand_look(t, site, &stand);
	find(&f, t, s, site, stand.confirmed, 1);
	any = f.n > 0;
	buf_clear(&f.targets);
	return any;
}

static json_t *
act_of(const struct step *s, uint32_t site)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:I, s:I}", "do", "escalate",
	    "site", (json_int_t)site, "from", referral_level_name(s->from),
	    "to", referral_level_name(s->to), "told", (json_int_t)s->told,
	    "raised", (json_int_t)s->raised);
}

/* Does the step beyond `from` lead to anybody? */
static bool
next_step(const struct escalate_times *times, int64_t now, struct step *s)
{
	int64_t waited = times->wait[s->from];

	for (s->to = s->from + 1; s->to < REFERRAL_LEVELS; s->to++)
		if (times->wait[s->to] > 0) {
			s->told = now - times->wait[s->to];
			s->raised = now - (times->wait[s->to] > waited ?
			    times->wait[s->to] - waited : 0);
			return true;
		}
	return false;
}

static bool
has_parent(struct db_txn *t, uint32_t site)
{
	struct site s, parent;

	return site_get(t, site, &s) && s.parent != 0 &&
	    site_get(t, s.parent, &parent) && !parent.retired;
}

bool
escalate_next(struct db_txn *t, const struct escalate_times *times,
    int64_t now, uint32_t most, uint32_t *site, json_t **act)
{
	uint32_t last = site_last(t);
	struct step s;

	for (; *site <= last && most > 0; ++*site, most--)
		for (int l = REFERRAL_PAGE; l < REFERRAL_PARENT; l++) {
			s = (struct step){ .from = (enum referral_level)l };
			if (!next_step(times, now, &s) ||
			    (s.to == REFERRAL_PARENT &&
			    !has_parent(t, *site)) || !is_any(t, &s, *site))
				continue;
			*act = act_of(&s, *site);
			return true;
		}
	return false;
}

/* --- the letters ------------------------------------------------------------------ */

struct sending {
	struct group *g;
	const struct step *step;
	struct site site;	/* its spans are good until a letter is sent */
	int64_t at;
	struct buf lead, room, new, rows;
	struct tell_who who;
	uint64_t hits;
};

static const char *
since_text(char text[CLOCK_TEXT_MAX], int64_t told)
{
	return clock_format(text, told);
}

static bool
is_danger(const struct sending *s, struct span url, enum target_state state)
{
	struct target_key k;

	return state == TARGET_OUTSIDE || (state == TARGET_UNKNOWN &&
	    target_key(&k, url) && danger_of(s->g->txn, &k, NULL));
}

/* Of one referral; false: it needs no letter any more. */
static bool
link_of(struct sending *s, struct referral *r, struct mending_link *l)
{
	struct target_verdict v;
	struct move m;

	*l = (struct mending_link){ .old = r->target, .from = r->told,
	    .until = CLOCK_NONE, .move = r->move, .pages = r->pages };
	buf_reset(&s->new);
	if (r->move != 0) {
		if (!move_get(s->g->txn, r->move, &m))
			return false;
		buf_span(&s->new, m.new);
		l->scope = (enum rewrite_scope)m.scope;
		l->from = m.from;
		l->until = m.until;
		l->state = move_is_effective(m.state) ? MENDING_EFFECTIVE :
		    MENDING_ANNOUNCED;
		tell_who_of_move(&s->who, s->g->txn, &m, l);
	} else {
		target_judge(s->g->txn, group_effective(s->g), r->target,
		    INT64_MAX, &v, &s->new);
		l->state = is_danger(s, r->target, v.state) ?
		    MENDING_DANGER : v.state == TARGET_NEVER ?
		    MENDING_NEVER : MENDING_WITHDRAWN;
		/* what the check has seen is nobody's word */
		if (v.state != TARGET_UNKNOWN)
			tell_who_of_site(&s->who, s->g->txn, v.site, l);
	}
	l->new = buf_look(&s->new);
	return true;
}

static const struct mending_link nothing = { .from = CLOCK_NONE,
	.until = CLOCK_NONE };

static const char *
next_target(struct found *f, size_t i, const char *at)
{
	return i == 0 ? f->targets.at : at + strlen(at) + 1;
}

/* One letter with all of them, without pages. */
static void
send_whole(struct sending *s, struct found *f, uint32_t to)
{
	struct mending_link link;
	struct tell_letter l;
	const char *target = NULL;
	struct referral r;

	tell_letter_begin(&l, s->g, to, s->at, LETTER_UNANSWERED, SPAN_NONE,
	    &nothing);
	l.lead = buf_look(&s->lead);
	for (size_t i = 0; i < f->n; i++) {
		target = next_target(f, i, target);
		if (!referral_get(s->g->txn, f->move[i], f->site,
		    span_of(target), &r))
			continue;
		buf_reset(&s->room);
		buf_span(&s->room, r.target);
		r.target = buf_look(&s->room);
		if (!link_of(s, &r, &link))
			continue;
		tell_letter_link(&l, &link);
		l.here += link.pages;
	}
	tell_letter_end(&l);
}

/* --- by column ---------------------------------------------------------------------- */

struct line {			/* a link, on a page of a column */
	char *column;
	size_t target;		/* which of those found */
	struct tell_hit hit;	/* without its address … */
	char *to;		/* … which is this */
};

struct lines {
	struct sending *s;
	struct line *at;
	size_t n, room, target;
};

static int
compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int d = strcmp(x->column, y->column);

	if (d != 0)
		return d;
	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return (x->hit.item > y->hit.item) - (x->hit.item < y->hit.item);
}

static bool
on_hit(void *arg, const struct link_hit *h)
{
	struct sending *s = arg;

	tell_hits_put(&s->rows, h);
	return ++s->hits < PAGES && !s->rows.bad;
}

static void
add_line(struct lines *all, const struct tell_hit *h)
{
	struct change said;
	struct item i;
	struct line *l;

	if (!item_get(all->s->g->txn, h->item, &i) || i.withdrawn ||
	    !change_glance(&said, i.said))
		return;
	if (all->n == all->room) {
		all->room = all->room > 0 ? all->room * 2 : 64;
		all->at = mem_grow(all->at, all->room, sizeof(*all->at));
	}
	l = &all->at[all->n++];
	*l = (struct line){ .target = all->target, .hit = *h,
	    .column = mem_copy(said.word[WORD_COLUMN].at,
	    said.word[WORD_COLUMN].n), .to = mem_copy(h->to.at, h->to.n) };
	l->hit.to = span_of(l->to);
}

static void
gather(struct lines *all, const struct found *f, const char *target)
{
	enum rewrite_scope scope = REWRITE_ADDRESS;
	struct sending *s = all->s;
	int64_t steps = STEPS;
	struct tell_hit h;
	struct span rest;
	struct move m;

	if (f->move[all->target] != 0 && move_get(s->g->txn,
	    f->move[all->target], &m))
		scope = rewrite_reach((enum rewrite_scope)m.scope);
	buf_reset(&s->rows);
	s->hits = 0;
	links_to(s->g->txn, scope, span_of(target), f->site, NULL, on_hit, s,
	    &steps);
	rest = buf_look(&s->rows);
	while (tell_hits_next(&rest, &h))
		add_line(all, &h);
}

static void
lead_of_column(struct sending *s, const char *column, int64_t told)
{
	char text[CLOCK_TEXT_MAX];

	buf_reset(&s->lead);
	if (column[0] != '\0')
		buf_printf(&s->lead, "column \"%.300s\": ", column);
	buf_printf(&s->lead, "of these links this site was told on %s, and "
	    "nothing has changed since", since_text(text, told));
}

/* Lines of one column, from `at` on; where they end. */
static size_t
send_column(struct lines *all, struct found *f, size_t at)
{
	const char *column = all->at[at].column, *target = NULL;
	struct sending *s = all->s;
	struct mending_link link;
	struct mending_page page;
	size_t i = at, done = SIZE_MAX, walked = 0;
	struct tell_letter l;
	struct referral r;
	bool good = false;

	lead_of_column(s, column, f->told);
	tell_letter_begin(&l, s->g, f->site, s->at, LETTER_UNANSWERED,
	    SPAN_NONE, &nothing);
	l.lead = buf_look(&s->lead);
	for (; i < all->n && strcmp(all->at[i].column, column) == 0; i++) {
		const struct line *one = &all->at[i];

		if (one->target != done) {
			for (; walked <= one->target; walked++)
				target = next_target(f, walked, target);
			done = one->target;
			good = referral_get(s->g->txn, f->move[done], f->site,
			    span_of(target), &r) && link_of(s, &r, &link);
		}
		if (!good || !tell_hits_page(s->g->txn, &one->hit, &s->room,
		    &page))
			continue;
		link.old = span_of(one->to);
		link.pages = 0;
		tell_letter_page(&l, &link, &page);
	}
	tell_letter_end(&l);
	return i;
}

static void
send_columns(struct sending *s, struct found *f)
{
	struct lines all = { .s = s };
	const char *target = NULL;
	size_t columns = 0;

	for (all.target = 0; all.target < f->n; all.target++) {
		target = next_target(f, all.target, target);
		gather(&all, f, target);
	}
	if (all.n > 0)
		qsort(all.at, all.n, sizeof(*all.at), compare);
	for (size_t at = 0; at < all.n && columns < COLUMNS; columns++)
		at = send_column(&all, f, at);
	for (size_t i = 0; i < all.n; i++) {
		free(all.at[i].column);
		free(all.at[i].to);
	}
	free(all.at);
}

/* --- the act -------------------------------------------------------------------------- */

static void
note_raised(struct sending *s, const struct found *f)
{
	const char *target = NULL;
	struct referral r;

	for (size_t i = 0; i < f->n; i++) {
		target = i == 0 ? f->targets.at : target + strlen(target) + 1;
		if (!referral_get(s->g->txn, f->move[i], f->site,
		    span_of(target), &r))
			continue;
		r.target = span_of(target);
		buf_reset(&s->room);
		buf_reset(&s->new);
		buf_span(&s->room, r.reason);
		buf_span(&s->new, r.by);
		r.reason = buf_look(&s->room);
		r.by = buf_look(&s->new);
		r.level = s->step->to;
		r.raised = s->at;
		referral_put(s->g->txn, &r, &s->g->row);
	}
}

static void
send(struct sending *s, struct found *f)
{
	const struct site *site = &s->site;
	char text[CLOCK_TEXT_MAX];

	buf_reset(&s->lead);
	since_text(text, f->told);
	if (s->step->to == REFERRAL_COLUMN) {
		send_columns(s, f);
	} else if (s->step->to == REFERRAL_SITE) {
		buf_printf(&s->lead, "of these links this site was told on %s, "
		    "page by page, and nothing has changed since", text);
		send_whole(s, f, f->site);
	} else if (site->parent != 0) {
		buf_printf(&s->lead, "site %.*s (%.*s), which belongs to "
		    "yours, was told of these links of its pages on %s, and "
		    "nothing has changed since", SPAN_ARGS(site->code),
		    SPAN_ARGS(site->name), text);
		send_whole(s, f, site->parent);
	}
}

static bool
read_level(const json_t *o, const char *name, enum referral_level *l)
{
	struct span s = act_read_text(o, name);

	for (int i = 0; i < REFERRAL_LEVELS; i++)
		if (span_is(s, span_of(referral_level_name(
		    (enum referral_level)i)))) {
			*l = (enum referral_level)i;
			return true;
		}
	return false;
}

static bool
read_step(struct step *s, const json_t *o)
{
	s->told = act_read_time(o, "told");
	s->raised = act_read_time(o, "raised");
	return read_level(o, "from", &s->from) &&
	    read_level(o, "to", &s->to) && s->from < s->to &&
	    s->told != CLOCK_NONE && s->raised != CLOCK_NONE;
}

const char *
escalate_act(struct group *g, const struct entry *e, const json_t *o)
{
	struct sending s = { .g = g, .at = e->at };
	struct found f;
	struct step step;

	if (!act_read_site(g, o, &s.site))
		return ACT_READ_NO_SITE;
	if (!read_step(&step, o))
		return "which letters go on from whom to whom, is missing";
	links_settle(g);
	s.step = &step;
	buf_init(&s.lead, TEXT);
	buf_init(&s.room, LIMIT_URL + REFERRAL_TEXT);
	buf_init(&s.new, LIMIT_URL + REFERRAL_TEXT);
	buf_init(&s.rows, 8u << 20);
	tell_who_init(&s.who);
	find(&f, g->txn, &step, s.site.number,
	    group_stand(g, s.site.number)->confirmed, MOST);
	if (f.n > 0 && !s.site.retired)
		send(&s, &f);
	note_raised(&s, &f);
	g->work += f.n;
	buf_clear(&f.targets);
	buf_clear(&s.lead);
	buf_clear(&s.room);
	buf_clear(&s.new);
	tell_who_clear(&s.who);
	buf_clear(&s.rows);
	return NULL;
}
