/* See redirects.h. */
#include "agent/redirects.h"

#include <stdlib.h>
#include <string.h>

#include "agent/redirects_private.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

/* A name below a prefix that nothing has: where it leads, all do that have no
 * rule of their own. */
#define ANY "zhanqun-any-name"
#define ANY_N (sizeof(ANY) - 1)

struct goal {			/* where something leads */
	struct buf url;
	bool alike;
};

struct redirects *
redirects_new(void)
{
	struct redirects *r = mem_new(sizeof(*r));

	r->all = rewrite_new();
	return r;
}

static void
clear_lines(struct redirects *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->line[i].from);
		free(r->line[i].to);
	}
	r->count = 0;
}

void
redirects_free(struct redirects *r)
{
	if (r == NULL)
		return;
	clear_lines(r);
	for (size_t i = 0; i < r->rules; i++)
		free(r->rule[i].words);
	rewrite_free(r->all);
	free(r->rule);
	free(r->owned);
	free(r->line);
	free(r);
}

void
redirects_add(struct redirects *r, const struct movemap_rule *m, bool ours)
{
	struct redirects_rule *e;
	size_t a = m->rule.from.n, b = m->rule.to.n;

	if (!rewrite_add(r->all, &m->rule, NULL, NULL))
		return;
	if (r->rules == r->rule_room) {
		r->rule_room = r->rule_room > 0 ? r->rule_room * 2 : 64;
		r->rule = mem_grow(r->rule, r->rule_room, sizeof(*r->rule));
	}
	e = &r->rule[r->rules++];
	*e = (struct redirects_rule){ .m = *m, .ours = ours };
	e->words = mem_new(a + b + 1);
	memcpy(e->words, m->rule.from.at, a);
	memcpy(e->words + a, m->rule.to.at, b);
	e->m.rule.from = (struct span){ e->words, a };
	e->m.rule.to = (struct span){ e->words + a, b };
}

/* --- lines -------------------------------------------------------------- */

static void
put_line(struct redirects *r, const struct redirects_line *l, struct span from,
    const struct goal *to)
{
	struct redirects_line *e;

	if (r->count == r->room) {
		r->room = r->room > 0 ? r->room * 2 : 64;
		r->line = mem_grow(r->line, r->room, sizeof(*r->line));
	}
	e = &r->line[r->count++];
	*e = *l;
	e->from = mem_copy(from.at, from.n);
	e->to = mem_copy(to->url.at, to->url.n);
	e->alike = to->alike;
}

static void
put_address(struct redirects *r, struct span from, const struct goal *to)
{
	put_line(r, &(struct redirects_line){ .prefix = false }, from, to);
}

static bool
lead_from(const struct redirects *r, const char *scheme, struct span bare,
    struct buf *to)
{
	struct buf url;
	bool does;

	buf_init(&url, LIMIT_URL + 64);
	buf_text(&url, scheme);
	buf_span(&url, bare);
	does = rewrite_url(r->all, buf_look(&url), r->now, to, NULL);
	buf_clear(&url);
	return does;
}

/* Where an address leads, whether by http or https. False: nowhere. */
static bool
lead(const struct redirects *r, struct span from, struct goal *to)
{
	struct span bare = url_bare(from), there, secure;
	struct buf s;
	bool does;

	buf_init(&s, LIMIT_URL + 64);
	does = lead_from(r, "http://", bare, &to->url) &&
	    lead_from(r, "https://", bare, &s);
	there = buf_look(&to->url);
	secure = buf_look(&s);
	to->alike = does && there.n < secure.n &&
	    span_is(url_bare(there), url_bare(secure));
	buf_clear(&s);
	return does;
}

/* "/x/" and "/x/index.html" are one place, and "/x" leads to it. */
static void
put_places(struct redirects *r, struct span from, const struct goal *to)
{
	static const char *const ends[] = { "", "/", "/index.html",
		"/index.htm", "/index.shtml", "/default.html",
		"/default.htm" };
	struct span bare = url_bare(from), place[2];
	struct buf name;

	buf_init(&name, 2 * LIMIT_URL);
	if (memchr(bare.at, '?', bare.n) != NULL ||
	    !url_place_parts(place, from) || span_is(place[0], bare)) {
		put_address(r, bare, to);
	} else {
		put_address(r, bare, to);	/* index.php */
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			buf_reset(&name);
			buf_span(&name, place[0]);
			buf_text(&name, ends[i]);
			if (memchr(name.at, '/', name.n) != NULL)
				put_address(r, buf_look(&name), to);
		}
	}
	buf_clear(&name);
}

/* All below `from`, which ends in a slash, but for what has a line of its
 * own; and the name without the slash, for which servers ask, too. */
static void
put_prefix(struct redirects *r, struct span from)
{
	struct span bare = url_bare(from), end;
	struct goal to;
	struct buf any;

	buf_init(&any, LIMIT_URL + 64);
	buf_init(&to.url, LIMIT_URL + 64);
	buf_span(&any, from);
	buf_text(&any, ANY);
	if (lead(r, buf_look(&any), &to) && to.url.n > ANY_N) {
		end = (struct span){ to.url.at + to.url.n - ANY_N, ANY_N };
		if (span_is(end, SPAN(ANY))) {
			buf_cut(&to.url, to.url.n - ANY_N);
			put_line(r, &(struct redirects_line){ .prefix = true }, bare,
			    &to);
			bare.n--;
			if (memchr(bare.at, '/', bare.n) != NULL)
				put_line(r, &(struct redirects_line){ .below = true },
				    bare, &to);
		}
	}
	buf_clear(&to.url);
	buf_clear(&any);
}

static void
put_from(struct redirects *r, enum rewrite_scope scope, struct span from)
{
	struct goal to;

	if (rewrite_is_reused(r->all, from, r->now))
		return;
	if (scope != REWRITE_ADDRESS) {
		put_prefix(r, from);
		return;
	}
	buf_init(&to.url, LIMIT_URL);
	if (lead(r, from, &to))
		put_places(r, from, &to);
	buf_clear(&to.url);
}

/* --- what leads there by way of others ---------------------------------- */

struct former {
	struct redirects *r;
	enum rewrite_scope scope;
};

static int
by_number(const void *key, const void *element)
{
	uint32_t number = *(const uint32_t *)key;
	const struct redirects_owned *o = element;

	return (number > o->number) - (number < o->number);
}

static int
owned_order(const void *a, const void *b)
{
	return by_number(&((const struct redirects_owned *)a)->number, b);
}

static void
sort_owned(struct redirects *r)
{
	r->owned = mem_grow(r->owned, r->rules + 1, sizeof(*r->owned));
	for (size_t i = 0; i < r->rules; i++)
		r->owned[i] = (struct redirects_owned){ r->rule[i].m.rule.number,
			r->rule[i].ours };
	qsort(r->owned, r->rules, sizeof(*r->owned), owned_order);
}

static bool
is_ours(const struct redirects *r, uint32_t number)
{
	const struct redirects_owned *o = bsearch(&number, r->owned, r->rules,
	    sizeof(*r->owned), by_number);

	return o != NULL && o->ours;
}

/* An older address of what a rule moves: a column that was moved as a part of
 * another before. */
static bool
on_former(void *arg, struct span former, uint32_t number)
{
	struct former *f = arg;

	if (!is_ours(f->r, number))
		return true;
	if (f->scope != REWRITE_ADDRESS) {
		if (former.n <= ANY_N)
			return true;
		former.n -= ANY_N;
	}
	put_from(f->r, f->scope, former);
	return true;
}

static void
put_formers(struct redirects *r, const struct rewrite_rule *rule)
{
	struct former f = { .r = r, .scope = rule->scope };
	struct buf any;

	buf_init(&any, LIMIT_URL + 64);
	buf_span(&any, rule->from);
	if (rule->scope != REWRITE_ADDRESS)
		buf_text(&any, ANY);
	/* As they were before this rule began. */
	rewrite_former(r->all, buf_look(&any), rule->at == CLOCK_NONE ?
	    r->now : rule->at - 1, on_former, &f);
	buf_clear(&any);
}

bool
redirects_asks(const struct redirects_line *l)
{
	return strchr(l->from, '?') != NULL;
}

/* --- all of it ---------------------------------------------------------- */

/* Addresses first, with a query before all; then prefixes, the longest
 * first. */
static int
by_rank(const void *a, const void *b)
{
	const struct redirects_line *x = a, *y = b;
	size_t m, n;
	int order;

	if (x->prefix != y->prefix)
		return x->prefix ? 1 : -1;
	if (redirects_asks(x) != redirects_asks(y))
		return redirects_asks(x) ? -1 : 1;
	m = strlen(x->from);
	n = strlen(y->from);
	if (x->prefix && m != n)
		return m < n ? 1 : -1;
	order = strcmp(x->from, y->from);
	return order != 0 ? order : x->below - y->below;
}

/* Of lines for the same address the first stays. */
static void
drop_doubles(struct redirects *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct redirects_line *l = &r->line[i];

		if (n > 0 && r->line[n - 1].prefix == l->prefix &&
		    strcmp(r->line[n - 1].from, l->from) == 0) {
			free(l->from);
			free(l->to);
		} else {
			r->line[n++] = *l;
		}
	}
	r->count = n;
}

static bool
is_now(const struct redirects *r, const struct rewrite_rule *rule)
{
	return (rule->at == CLOCK_NONE || rule->at <= r->now) &&
	    (rule->until == CLOCK_NONE || rule->until > r->now);
}

static void
sooner(int64_t *next, int64_t now, int64_t then)
{
	if (then != CLOCK_NONE && then > now && then < *next)
		*next = then;
}

size_t
redirects_settle(struct redirects *r, int64_t now, int64_t *next)
{
	*next = INT64_MAX;
	clear_lines(r);
	sort_owned(r);
	r->now = now;
	for (size_t i = 0; i < r->rules; i++) {
		const struct rewrite_rule *rule = &r->rule[i].m.rule;

		sooner(next, now, rule->at);
		sooner(next, now, rule->until);
		if (!is_now(r, rule))
			continue;
		if (r->rule[i].ours)
			put_from(r, rule->scope, rule->from);
		put_formers(r, rule);
	}
	if (r->count > 0)
		qsort(r->line, r->count, sizeof(*r->line), by_rank);
	drop_doubles(r);
	return r->count;
}
