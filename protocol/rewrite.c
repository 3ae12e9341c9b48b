/*
 * Sets of rules in time; see rewrite.h.
 */
#include "protocol/rewrite.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/rewrite_set.h"
#include "protocol/url_place.h"

#include <stdlib.h>

#define VISITS (4 * REWRITE_FORMERS)

struct rewrite {
	struct rewrite_set set;
	int64_t newest;		/* no rule's `at` is later */
};

struct rewrite *
rewrite_new(void)
{
	struct rewrite *w = mem_new(sizeof(*w));

	rewrite_set_init(&w->set);
	w->newest = CLOCK_NONE;
	return w;
}

void
rewrite_free(struct rewrite *w)
{
	if (w != NULL)
		rewrite_set_clear(&w->set);
	free(w);
}

bool
rewrite_drop(struct rewrite *w, uint32_t number)
{
	struct rewrite_entry *e = rewrite_set_get(&w->set, number);

	if (e != NULL)
		rewrite_set_del(&w->set, e);
	return e != NULL;
}

size_t
rewrite_count(const struct rewrite *w)
{
	return w->set.count;
}

const struct rewrite_rule *
rewrite_get(const struct rewrite *w, uint32_t number)
{
	const struct rewrite_entry *e = rewrite_set_get(&w->set, number);

	return e != NULL ? &e->rule : NULL;
}

static void
walk(const struct rewrite *w, enum rewrite_way way, struct span url,
    void (*each)(void *arg, const struct rewrite_entry *e), void *arg)
{
	rewrite_set_look(&(struct rewrite_look){ .set = &w->set, .way = way,
	    .url = url, .each = each, .arg = arg });
}

/* --- where it is ---------------------------------------------------------- */

static bool
counts(const struct rewrite_rule *r, int64_t when)
{
	return r->at <= when && (r->until == CLOCK_NONE || when < r->until);
}

struct best {
	int64_t when;
	const struct rewrite_entry *last, *found;	/* last: of an earlier time */
};

static void
take_last(void *arg, const struct rewrite_entry *e)
{
	struct best *b = arg;

	if (counts(&e->rule, b->when) &&
	    (b->last == NULL || e->rule.at > b->last->rule.at))
		b->found = e;
}

static const struct rewrite_entry *
best(const struct rewrite *w, struct span url, int64_t when,
    const struct rewrite_entry *last)
{
	struct best b = { .when = when, .last = last };

	walk(w, REWRITE_BY_FROM, url, take_last, &b);
	return b.found;
}

/* Follows an address that `e` moves. */
static void
follow(const struct rewrite *w, const struct rewrite_entry *e, struct span url,
    int64_t when, struct buf *out)
{
	struct buf turn[2];
	int now = 0;

	for (int i = 0; i < 2; i++)
		buf_init(&turn[i], LIMIT_URL);
	while (e != NULL && rewrite_rule_apply(&e->rule, url, &turn[now])) {
		url = buf_look(&turn[now]);
		now = 1 - now;
		buf_reset(&turn[now]);
		e = best(w, url, when, e);
	}
	buf_span(out, url);
	for (int i = 0; i < 2; i++)
		buf_clear(&turn[i]);
}

bool
rewrite_url(const struct rewrite *w, struct span url, int64_t when,
    struct buf *out, uint32_t *number)
{
	const struct rewrite_entry *e = best(w, url, when, NULL);
	struct buf moved;
	bool touched;

	if (e == NULL)
		return false;
	buf_init(&moved, LIMIT_URL);
	follow(w, e, url, when, &moved);
	touched = !url_place_same(buf_look(&moved), url);
	if (touched && out != NULL)
		buf_span(out, buf_look(&moved));
	if (touched && number != NULL)
		*number = e->rule.number;
	buf_clear(&moved);
	return touched;
}

/* --- adding --------------------------------------------------------------- */

static bool
overlap(const struct rewrite_rule *a, const struct rewrite_rule *b)
{
	return (a->until == CLOCK_NONE || b->at < a->until) &&
	    (b->until == CLOCK_NONE || a->at < b->until);
}

/* The later one leads into what the earlier one has moved away. */
static bool
leads_into(const struct rewrite_rule *later,
    const struct rewrite_rule *earlier)
{
	return earlier->at < later->at && overlap(earlier, later) &&
	    rewrite_rule_holds(earlier, later->scope, later->to);
}

/* Of several that can't be with a rule the one of the smallest number is named,
 * in whatever order they were added: what is said of it is the same when the
 * rules were read anew. */
static const struct rewrite_entry *
smaller(const struct rewrite_entry *a, const struct rewrite_entry *b)
{
	return a == NULL || b->rule.number < a->rule.number ? b : a;
}

struct clash {
	const struct rewrite_rule *r;
	const struct rewrite_entry *same, *into;
};

static void
find_same(void *arg, const struct rewrite_entry *e)
{
	struct clash *c = arg;

	if (e->rule.scope == c->r->scope && overlap(&e->rule, c->r) &&
	    rewrite_rule_holds(c->r, e->rule.scope, e->rule.from))
		c->same = smaller(c->same, e);
}

static void
find_into(void *arg, const struct rewrite_entry *e)
{
	struct clash *c = arg;

	if (leads_into(c->r, &e->rule))
		c->into = smaller(c->into, e);
}

/* Does what `e` moves come back to it, when the last rule on the way is of
 * the time `when`? */
static bool
comes_back(const struct rewrite *w, const struct rewrite_entry *e,
    int64_t when)
{
	struct buf from, to;
	bool back;

	buf_init(&from, LIMIT_URL + 1);
	buf_init(&to, LIMIT_URL);
	buf_span(&from, e->rule.from);
	if (e->rule.scope != REWRITE_ADDRESS)
		buf_byte(&from, '~');	/* a page below that has no rule */
	if (best(w, buf_look(&from), when, NULL) == e)
		follow(w, e, buf_look(&from), when, &to);
	back = rewrite_rule_covers(&e->rule, buf_look(&to));
	buf_clear(&from);
	buf_clear(&to);
	return back;
}

/* A circle that this prefix closes: it begins below its new address. Those
 * that an address closes are seen by leads_into(). */
static const struct rewrite_entry *
closed(const struct rewrite *w, const struct rewrite_entry *f)
{
	struct rewrite_rule below = { .scope = f->rule.scope,
	    .from = f->rule.to };
	const struct rewrite_entry *e, *found = NULL;

	if (f->rule.scope == REWRITE_ADDRESS)
		return NULL;
	for (e = rewrite_set_host(&w->set, f->rule.to); e != NULL;
	    e = e->next[REWRITE_BY_HOST])
		if (e->rule.at < f->rule.at && counts(&e->rule, f->rule.at) &&
		    rewrite_rule_covers(&below, e->rule.from) &&
		    comes_back(w, e, f->rule.at))
			found = smaller(found, e);
	return found;
}

/* With it in the set: the rule with which it can't be, or NULL. */
static const struct rewrite_entry *
circle(const struct rewrite *w, const struct rewrite_entry *added)
{
	const struct rewrite_entry *found = closed(w, added);

	if (found != NULL || added->rule.at >= w->newest)
		return found;
	for (size_t i = 0; i < w->set.count; i++) {
		const struct rewrite_entry *e = w->set.all[i];

		if (e->rule.at > added->rule.at &&
		    (leads_into(&e->rule, &added->rule) ||
		    closed(w, e) != NULL))
			found = smaller(found, e);
	}
	return found;
}

static bool
refuse(struct buf *why, uint32_t *other, const struct rewrite_entry *e,
    const char *what)
{
	if (other != NULL)
		*other = e->rule.number;
	if (why != NULL)
		buf_printf(why, "%s: move %u, from %.*s", what,
		    (unsigned)e->rule.number, SPAN_ARGS(e->rule.from));
	return false;
}

static bool
fits(const struct rewrite *w, const struct rewrite_rule *r, uint32_t *other,
    struct buf *why)
{
	struct clash c = { .r = r };
	const struct rewrite_entry *e = rewrite_set_get(&w->set, r->number);

	if (e != NULL)
		return refuse(why, other, e,
		    N_("there is one of this number"));
	walk(w, REWRITE_BY_FROM, r->from, find_same, &c);
	if (c.same != NULL)
		return refuse(why, other, c.same,
		    N_("the same is moved by another one"));
	walk(w, REWRITE_BY_FROM, r->to, find_into, &c);
	if (c.into != NULL)
		return refuse(why, other, c.into, N_("it leads to what was "
		    "moved away earlier; withdraw that first"));
	return true;
}

static struct rewrite_entry *
put(struct rewrite *w, const struct rewrite_rule *r)
{
	if (r->at > w->newest)
		w->newest = r->at;
	return rewrite_set_put(&w->set, r);
}

void
rewrite_put(struct rewrite *w, const struct rewrite_rule *r)
{
	must(rewrite_rule_is_sane(r, NULL) &&
	    rewrite_set_get(&w->set, r->number) == NULL);
	put(w, r);
}

bool
rewrite_add(struct rewrite *w, const struct rewrite_rule *r,
    uint32_t *other, struct buf *why)
{
	const struct rewrite_entry *bad;
	const char *reason;
	struct rewrite_entry *e;

	if (other != NULL)
		*other = 0;
	if (!rewrite_rule_is_sane(r, &reason)) {
		if (why != NULL)
			buf_text(why, reason);
		return false;
	}
	if (!fits(w, r, other, why))
		return false;
	e = put(w, r);
	bad = circle(w, e);
	if (bad == NULL)
		return true;
	refuse(why, other, bad, "together they lead in a circle; withdraw "
	    "the earlier one first");
	rewrite_set_del(&w->set, e);
	return false;
}

/* --- back ----------------------------------------------------------------- */

struct former {
	struct buf url;
	int64_t at;
	uint32_t number;
};

struct search {
	const struct rewrite *w;
	struct span target, url;	/* url: the step that is being taken */
	int64_t when;
	const struct rewrite_entry *next;	/* the rule that brought url on */
	bool any;		/* url stands for itself with any query: what
				 * follows swallows them */
	unsigned visits;
	struct former found[REWRITE_FORMERS];
	size_t count;
};

static bool
is_found(const struct search *s, struct span url)
{
	for (size_t i = 0; i < s->count; i++)
		if (url_place_same(buf_look(&s->found[i].url), url))
			return true;
	return url_place_same(s->target, url);
}

/* It may be that another rule leads it elsewhere: then it is none. */
static void
keep(struct search *s, struct span url)
{
	const struct rewrite_entry *e = best(s->w, url, s->when, NULL);
	struct former *f = &s->found[s->count];
	struct buf to;

	if (e == NULL || s->count == REWRITE_FORMERS || is_found(s, url))
		return;
	buf_init(&to, LIMIT_URL);
	follow(s->w, e, url, s->when, &to);
	if (url_place_same(buf_look(&to), s->target)) {
		*f = (struct former){ .at = e->rule.at,
		    .number = e->rule.number };
		buf_init(&f->url, LIMIT_URL);
		buf_span(&f->url, url);
		s->count++;
	}
	buf_clear(&to);
}

static void step_back(void *arg, const struct rewrite_entry *e);
static void step_back_asked(void *arg, const struct rewrite_entry *e);

/* On from where s is now. */
static void
go_back(struct search *s)
{
	walk(s->w, REWRITE_BY_TO, s->url, step_back, s);
	if (s->any)
		rewrite_set_look_queried(&(struct rewrite_look){
		    .set = &s->w->set, .url = s->url,
		    .each = step_back_asked, .arg = s });
}

/* By a rule that leads to `to`. */
static void
step(struct search *s, const struct rewrite_entry *e, struct span to)
{
	const struct rewrite_entry *next = s->next;
	struct span was = s->url;
	bool any = s->any;
	struct buf url;

	if (!counts(&e->rule, s->when) || s->visits == 0 ||
	    (s->next != NULL && e->rule.at >= s->next->rule.at))
		return;
	s->visits--;
	buf_init(&url, LIMIT_URL);
	if (rewrite_rule_back(&e->rule, to, &url)) {
		keep(s, buf_look(&url));
		s->url = buf_look(&url);
		s->next = e;
		s->any = rewrite_rule_swallows(&e->rule) || (any &&
		    memchr(url.at, '?', url.n) == NULL);
		go_back(s);
		s->url = was;
		s->next = next;
		s->any = any;
	}
	buf_clear(&url);
}

static void
step_back(void *arg, const struct rewrite_entry *e)
{
	struct search *s = arg;

	step(s, e, s->url);
}

static void
step_back_asked(void *arg, const struct rewrite_entry *e)
{
	step(arg, e, e->rule.to);
}

static int
newer(const void *x, const void *y)
{
	const struct former *a = x, *b = y;

	return (a->at < b->at) - (a->at > b->at);
}

void
rewrite_former(const struct rewrite *w, struct span url, int64_t when,
    rewrite_former_fn *each, void *arg)
{
	struct search s = { .w = w, .target = url, .url = url, .when = when,
		.visits = VISITS };
	bool more = true;

	go_back(&s);
	qsort(s.found, s.count, sizeof(s.found[0]), newer);
	for (size_t i = 0; i < s.count; i++) {
		if (more)
			more = each(arg, buf_look(&s.found[i].url),
			    s.found[i].number);
		buf_clear(&s.found[i].url);
	}
}

/* --- given to something else ---------------------------------------------- */

struct reuse {
	int64_t when;
	const struct rewrite_entry *away, *back;	/* back: the newest */
};

static void
take_reuse(void *arg, const struct rewrite_entry *e)
{
	struct reuse *r = arg;

	if (counts(&e->rule, r->when) && e->rule.at >= r->away->rule.at &&
	    rewrite_rule_holds(&r->away->rule, e->rule.scope, e->rule.to) &&
	    (r->back == NULL || e->rule.at > r->back->rule.at))
		r->back = e;
}

bool
rewrite_reused_since(const struct rewrite *w, struct span url, int64_t when,
    int64_t *since)
{
	struct reuse r = { .when = when,
		.away = best(w, url, when, NULL) };

	if (r.away != NULL)
		walk(w, REWRITE_BY_TO, url, take_reuse, &r);
	if (r.back != NULL)
		*since = r.back->rule.at;
	return r.back != NULL;
}

bool
rewrite_is_reused(const struct rewrite *w, struct span url, int64_t when)
{
	int64_t since;

	return rewrite_reused_since(w, url, when, &since);
}
