/*
 * Rules of moves, against an oracle that knows no tables: it tries all rules
 * one after the other. A small world, so that they meet often: three hosts,
 * two columns in two columns, three pages; and times 1 to 6.
 */
#include "protocol/rewrite.h"

#include "contrib/base/clock.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"
#include "tests/unit/protocol/help.h"

#define MOST 14			/* rules of one world */
#define TIMES 6

static struct rewrite_rule said[MOST];	/* those that were taken */
static char texts[MOST][2][64];
static size_t count;

/* --- the oracle ---------------------------------------------------------------- */

/* An address rule is worth most, with a query even more; then longer ones. */
static size_t
worth(const struct rewrite_rule *r)
{
	return r->scope == REWRITE_ADDRESS ?
	    1000 + (memchr(r->from.at, '?', r->from.n) != NULL) :
	    r->scope == REWRITE_PREFIX ? url_bare(r->from).n : 1;
}

static bool
holds_at(const struct rewrite_rule *r, int64_t when)
{
	return r->at <= when && (r->until == CLOCK_NONE || r->until > when);
}

static const struct rewrite_rule *
oracle_best(struct span url, int64_t when, int64_t after)
{
	const struct rewrite_rule *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (holds_at(&said[i], when) && said[i].at > after &&
		    rewrite_rule_covers(&said[i], url) &&
		    (best == NULL || worth(&said[i]) > worth(best)))
			best = &said[i];
	return best;
}

/* How many rules it took; the address is then in out. */
static unsigned
oracle(struct span url, int64_t when, struct buf *out, uint32_t *first)
{
	const struct rewrite_rule *r = oracle_best(url, when, 0);
	unsigned steps = 0;
	struct buf next;

	buf_init(&next, LIMIT_URL);
	buf_reset(out);
	buf_span(out, url);
	for (; r != NULL; r = oracle_best(buf_look(out), when, r->at)) {
		if (steps++ == 0)
			*first = r->number;
		buf_reset(&next);
		ck_assert(rewrite_rule_apply(r, buf_look(out), &next));
		buf_reset(out);
		buf_span(out, buf_look(&next));
	}
	buf_clear(&next);
	return steps;
}

/* Does what a rule moved away come back to it, ever? */
static bool
has_circle(void)
{
	struct buf from, to;
	bool circle = false;
	uint32_t first;

	buf_init(&from, LIMIT_URL);
	buf_init(&to, LIMIT_URL);
	for (size_t i = 0; i < count; i++) {
		const struct rewrite_rule *e = &said[i];

		buf_reset(&from);
		buf_span(&from, e->from);
		if (e->scope != REWRITE_ADDRESS)
			buf_byte(&from, '~');
		for (int64_t when = 1; when <= TIMES; when++)
			if (oracle(buf_look(&from), when, &to, &first) > 0 &&
			    first == e->number &&
			    rewrite_rule_covers(e, buf_look(&to)))
				circle = true;
	}
	buf_clear(&from);
	buf_clear(&to);
	return circle;
}

static bool
meet(const struct rewrite_rule *a, const struct rewrite_rule *b)
{
	for (int64_t t = 1; t <= TIMES + 1; t++)
		if (holds_at(a, t) && holds_at(b, t))
			return true;
	return false;
}

/* Is there any reason to refuse it? */
static bool
is_refusable(const struct rewrite_rule *r)
{
	bool circle;

	for (size_t i = 0; i < count; i++) {
		const struct rewrite_rule *e = &said[i];
		const struct rewrite_rule *early = e->at < r->at ? e : r;
		const struct rewrite_rule *late = e->at < r->at ? r : e;

		if (e->number == r->number)
			return true;
		if (e->scope == r->scope && meet(e, r) &&
		    rewrite_rule_holds(e, r->scope, r->from) &&
		    rewrite_rule_holds(r, e->scope, e->from))
			return true;
		if (early->at < late->at && meet(e, r) &&
		    rewrite_rule_holds(early, late->scope, late->to))
			return true;
	}
	said[count++] = *r;
	circle = has_circle();
	count--;
	return circle;
}

/* --- worlds ----------------------------------------------------------------------- */

static void
some_url(char out[64], bool prefix, bool domain)
{
	static const char *const pages[] = { "", "index.html", "p", "q.html",
		"p?x=1", "r/" };
	int n = snprintf(out, 64, "http%s://%c.cn/",
	    help_random(2) ? "s" : "", 'a' + (int)help_random(3));

	if (domain)
		return;
	for (uint64_t i = help_random(3); i > 0; i--)
		n += snprintf(out + n, 64 - (size_t)n, "%c/",
		    'x' + (int)help_random(2));
	if (!prefix)
		snprintf(out + n, 64 - (size_t)n, "%s", pages[help_random(6)]);
}

static struct rewrite_rule
some_rule(char text[2][64], uint32_t number)
{
	struct rewrite_rule r = { .scope = 1 + (int)help_random(3),
		.at = 1 + (int64_t)help_random(TIMES), .until = CLOCK_NONE,
		.number = number };

	for (int i = 0; i < 2; i++)
		some_url(text[i], r.scope == REWRITE_PREFIX,
		    r.scope == REWRITE_DOMAIN);
	r.from = span_of(text[0]);
	r.to = span_of(text[1]);
	if (help_random(4) == 0)
		r.until = r.at + 1 + (int64_t)help_random(3);
	return r;
}

static struct rewrite *
some_world(size_t most, bool judge)
{
	struct rewrite *w = rewrite_new();
	struct buf why;

	buf_init(&why, 8192);
	count = 0;
	for (uint32_t n = 1; n <= most; n++) {
		struct rewrite_rule r = some_rule(texts[count], n);
		bool sane = rewrite_rule_is_sane(&r, NULL);
		bool refusable = !sane || (judge && is_refusable(&r));
		uint32_t other = 77;

		buf_reset(&why);
		if (rewrite_add(w, &r, &other, &why)) {
			ck_assert_msg(!refusable, "%s -> %s", r.from.at,
			    r.to.at);
			said[count++] = r;
			ck_assert_uint_eq(other, 0);
		} else {
			ck_assert_uint_gt(why.n, 0);
			ck_assert_uint_eq(other == 0, !sane);
			ck_assert_msg(!judge || refusable, "%s -> %s: %s",
			    r.from.at, r.to.at, buf_cstr(&why));
		}
	}
	ck_assert_uint_eq(rewrite_count(w), count);
	buf_clear(&why);
	return w;
}

struct formers {
	const struct rewrite *w;
	struct span url;
	int64_t when;
	unsigned count;
	bool wanted;		/* was `look` among them? */
	struct span look;
};

static bool
on_former(void *arg, struct span former, uint32_t number)
{
	struct formers *f = arg;
	uint32_t first = 0;
	struct buf out;

	buf_init(&out, LIMIT_URL);
	ck_assert_uint_gt(oracle(former, f->when, &out, &first), 0);
	ck_assert_uint_eq(first, number);
	ck_assert(url_place_same(buf_look(&out), f->url));
	if (url_place_same(former, f->look) || (url_place_asked(f->look,
	    former) && memchr(f->url.at, '?', f->url.n) != NULL))
		f->wanted = true;
	f->count++;
	buf_clear(&out);
	return true;
}

static void
check_url(const struct rewrite *w, const char *text, int64_t when)
{
	struct span url = span_of(text);
	uint32_t first = 0, number = 0;
	struct buf want, got;
	unsigned steps;

	buf_init(&want, LIMIT_URL);
	buf_init(&got, LIMIT_URL);
	steps = oracle(url, when, &want, &first);
	if (!rewrite_url(w, url, when, &got, &number)) {
		ck_assert_msg(steps == 0, "%s at %d", text, (int)when);
	} else {
		struct formers f = { .w = w, .url = buf_look(&want),
			.when = when, .look = url };

		ck_assert_msg(span_is(buf_look(&got), buf_look(&want)),
		    "%s at %d: %s, not %s", text, (int)when, buf_cstr(&got),
		    buf_cstr(&want));
		ck_assert_uint_eq(number, first);
		rewrite_former(w, f.url, when, on_former, &f);
		ck_assert_uint_le(f.count, REWRITE_FORMERS);
		ck_assert_msg(f.wanted ||
		    url_place_same(f.url, url),
		    "%s at %d leads to %s, and back not to it", text,
		    (int)when, buf_cstr(&want));
	}
	buf_clear(&want);
	buf_clear(&got);
}

START_TEST(oracle_agrees)
{
	char text[64];

	for (uint64_t seed = 1; seed <= 4000; seed++) {
		struct rewrite *w;

		help_seed(seed);
		w = some_world(MOST, true);
		for (int i = 0; i < 60; i++) {
			some_url(text, false, false);
			check_url(w, text, 1 + (int64_t)help_random(TIMES));
		}
		while (count > 0) {	/* and with fewer and fewer */
			size_t i = help_random(count);

			ck_assert(rewrite_drop(w, said[i].number));
			ck_assert(!rewrite_drop(w, said[i].number));
			ck_assert_ptr_null(rewrite_get(w, said[i].number));
			for (size_t k = i; k + 1 < count; k++)
				said[k] = said[k + 1];
			count--;
			some_url(text, false, false);
			check_url(w, text, TIMES);
		}
		rewrite_free(w);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, oracle_agrees);
}

int
main(void)
{
	return help_main("rewrite_model", fill);
}
