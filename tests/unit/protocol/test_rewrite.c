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

/* --- by hand ---------------------------------------------------------------------- */

static bool
add(struct rewrite *w, uint32_t number, enum rewrite_scope scope,
    const char *from, const char *to, int64_t at)
{
	struct buf why;
	bool good;

	buf_init(&why, 8192);
	good = rewrite_add(w, &(struct rewrite_rule){ .scope = scope,
	    .from = span_of(from), .to = span_of(to), .at = at,
	    .until = CLOCK_NONE, .number = number }, NULL, &why);
	buf_clear(&why);
	return good;
}

static void
leads(const struct rewrite *w, const char *from, int64_t when, const char *to)
{
	struct buf out;

	buf_init(&out, LIMIT_URL);
	if (!rewrite_url(w, span_of(from), when, &out, NULL))
		buf_text(&out, "stays");
	ck_assert_str_eq(buf_cstr(&out), to);
	buf_clear(&out);
}

START_TEST(by_hand)
{
	struct rewrite *w = rewrite_new();

	ck_assert(add(w, 1, REWRITE_DOMAIN, "http://old.cn/",
	    "https://new.cn/", 10));
	ck_assert(add(w, 2, REWRITE_PREFIX, "https://old.cn/gk/",
	    "https://gk.cn/", 20));
	ck_assert(add(w, 3, REWRITE_ADDRESS, "https://old.cn/gk/a.html",
	    "https://gk.cn/b.html", 5));
	ck_assert(add(w, 4, REWRITE_PREFIX, "https://new.cn/xx/",
	    "https://new.cn/yy/", 30));
	leads(w, "http://old.cn/xx/1?q=%E6", 9, "stays");
	leads(w, "http://old.cn/xx/1?q=%E6", 10, "https://new.cn/xx/1?q=%E6");
	leads(w, "http://old.cn/xx/1?q=%E6", 30, "https://new.cn/yy/1?q=%E6");
	leads(w, "https://old.cn/gk/c", 10, "https://new.cn/gk/c");
	leads(w, "https://old.cn/gk/c", 20, "https://gk.cn/c");
	leads(w, "https://old.cn/gk", 20, "https://gk.cn/");
	leads(w, "https://old.cn/gk?a", 20, "https://gk.cn/?a");
	leads(w, "http://old.cn/gk/a.html", 20, "https://gk.cn/b.html");
	leads(w, "http://old.cn/gk/a.html?x", 20, "https://gk.cn/b.html?x");
	leads(w, "http://old.cn/gk/a.html/?", 20, "https://gk.cn/b.html?");
	leads(w, "http://old.cn:8080/", 20, "stays");
	leads(w, "http://gold.cn/", 20, "stays");
	rewrite_free(w);
}
END_TEST

static bool
on_swallowed(void *arg, struct span former, uint32_t number)
{
	unsigned *n = arg;

	ck_assert_uint_eq(number, 4);
	ck_assert(span_is(former, SPAN("http://a.cn/x/e")));
	(*n)++;
	return true;
}

/* One rule, whoever applies it: what web servers do by the maps. */
START_TEST(queries)
{
	struct rewrite *w = rewrite_new();
	unsigned n = 0;

	ck_assert(add(w, 1, REWRITE_PREFIX, "http://a.cn/x/", "http://a.cn/y/",
	    1));
	ck_assert(add(w, 2, REWRITE_ADDRESS, "http://a.cn/x/d",
	    "http://a.cn/z/d", 1));
	ck_assert(add(w, 3, REWRITE_ADDRESS, "http://a.cn/x/d?id=7",
	    "http://a.cn/z/seven", 1));
	ck_assert(add(w, 4, REWRITE_ADDRESS, "http://a.cn/x/e",
	    "http://a.cn/z/show?id=9", 1));
	ck_assert(add(w, 5, REWRITE_ADDRESS, "http://a.cn/v/",
	    "http://a.cn/w/", 1));
	leads(w, "http://a.cn/x/c?id=1", 1, "http://a.cn/y/c?id=1");
	leads(w, "http://a.cn/x/d?id=1", 1, "http://a.cn/z/d?id=1");
	leads(w, "http://a.cn/x/d?id=7", 1, "http://a.cn/z/seven");
	leads(w, "http://a.cn/x/e?id=1", 1, "http://a.cn/z/show?id=9");
	leads(w, "http://a.cn/v?p=1", 1, "http://a.cn/w/?p=1");
	leads(w, "http://a.cn/v/index.html?p=1", 1, "http://a.cn/w/?p=1");
	leads(w, "http://a.cn/v/index.php?p=1", 1, "stays");
	leads(w, "http://a.cn/v/index.php", 1, "http://a.cn/w/");
	rewrite_former(w, SPAN("http://a.cn/z/show?id=9"), 1, on_swallowed,
	    &n);
	ck_assert_uint_eq(n, 1);
	/* A query is no way round what is refused. */
	ck_assert(!add(w, 6, REWRITE_ADDRESS, "http://b.cn/", "http://a.cn/x/e"
	    "?id=1", 2));
	rewrite_free(w);
}
END_TEST

static bool
on_asked(void *arg, struct span former, uint32_t number)
{
	struct buf *b = arg;

	buf_printf(b, "%u %.*s\n", (unsigned)number, SPAN_ARGS(former));
	return true;
}

/* Back through two rules that lead any query to one page, and a column that
 * was renamed between them. */
START_TEST(queries_twice)
{
	struct rewrite *w = rewrite_new();
	struct buf found;

	buf_init(&found, 4096);
	ck_assert(add(w, 1, REWRITE_ADDRESS, "http://a.cn/x/d",
	    "http://a.cn/y/d?id=1", 1));
	ck_assert(add(w, 2, REWRITE_PREFIX, "http://a.cn/y/", "http://b.cn/z/",
	    2));
	ck_assert(add(w, 3, REWRITE_ADDRESS, "http://b.cn/z/d",
	    "http://b.cn/show?d=4", 3));
	ck_assert(add(w, 4, REWRITE_ADDRESS, "http://a.cn/v?k=8",
	    "http://a.cn/y/d?id=2", 1));
	ck_assert(add(w, 5, REWRITE_ADDRESS, "http://a.cn/u",
	    "http://a.cn/y/e?id=2", 1));
	leads(w, "http://a.cn/x/d?q=0", 3, "http://b.cn/show?d=4");
	leads(w, "http://a.cn/v?k=8", 3, "http://b.cn/show?d=4");
	leads(w, "http://a.cn/u", 3, "http://b.cn/z/e?id=2");
	rewrite_former(w, SPAN("http://b.cn/show?d=4"), 3, on_asked, &found);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&found), "1 http://a.cn/x/d\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&found), "4 http://a.cn/v?k=8\n"));
	ck_assert_ptr_null(strstr(buf_cstr(&found), "http://a.cn/u"));
	buf_reset(&found);
	rewrite_former(w, SPAN("http://b.cn/z/e?id=2"), 3, on_asked, &found);
	ck_assert_str_eq(buf_cstr(&found), "2 http://a.cn/y/e?id=2\n"
	    "5 http://a.cn/u\n");
	buf_clear(&found);
	rewrite_free(w);
}
END_TEST

START_TEST(query_of_program)
{
	struct rewrite *w = rewrite_new();

	ck_assert(add(w, 1, REWRITE_ADDRESS, "http://a.cn/v/index.php",
	    "http://a.cn/w/", 1));
	leads(w, "http://a.cn/v/index.php?p=1", 1, "http://a.cn/w/?p=1");
	leads(w, "http://a.cn/v/?p=1", 1, "http://a.cn/w/?p=1");
	leads(w, "http://a.cn/v/index.jsp?p=1", 1, "stays");
	rewrite_free(w);
}
END_TEST

START_TEST(schemes)
{
	struct rewrite *w = rewrite_new();

	ck_assert(add(w, 1, REWRITE_PREFIX, "http://a.cn/x/", "http://a.cn/y/",
	    1));
	ck_assert(add(w, 2, REWRITE_ADDRESS, "https://a.cn/s",
	    "https://a.cn/t", 1));
	ck_assert(add(w, 3, REWRITE_PREFIX, "http://b.cn/", "http://c.cn/",
	    1));
	ck_assert(add(w, 4, REWRITE_PREFIX, "http://d.cn:81/x/",
	    "http://d.cn:81/y/", 1));
	ck_assert(add(w, 5, REWRITE_PREFIX, "http://d.cn/x/",
	    "http://d.cn:81/z/", 1));
	leads(w, "https://a.cn/x/1", 1, "https://a.cn/y/1");
	leads(w, "http://a.cn/x/1", 1, "http://a.cn/y/1");
	leads(w, "http://a.cn/s", 1, "https://a.cn/t");
	leads(w, "https://a.cn/s", 1, "https://a.cn/t");
	leads(w, "https://b.cn/1", 1, "http://c.cn/1");
	leads(w, "https://d.cn:81/x/1", 1, "https://d.cn:81/y/1");
	leads(w, "https://d.cn/x/1", 1, "http://d.cn:81/z/1");
	rewrite_free(w);
}
END_TEST

START_TEST(swaps_and_circles)
{
	struct rewrite *w = rewrite_new();
	int64_t since = 0;

	ck_assert(add(w, 1, REWRITE_PREFIX, "http://a.cn/x/", "http://a.cn/y/",
	    10));
	ck_assert(add(w, 2, REWRITE_PREFIX, "http://a.cn/y/", "http://a.cn/x/",
	    10));
	leads(w, "http://a.cn/x/1", 10, "http://a.cn/y/1");
	leads(w, "http://a.cn/y/1", 10, "http://a.cn/x/1");
	ck_assert(rewrite_is_reused(w, SPAN("http://a.cn/x/1"), 10));
	ck_assert(rewrite_is_reused(w, SPAN("https://a.cn/x/1?q"), 10));
	ck_assert(!rewrite_is_reused(w, SPAN("http://a.cn/x/1"), 9));
	ck_assert(rewrite_reused_since(w, SPAN("http://a.cn/x/1"), 11,
	    &since));
	ck_assert_int_eq(since, 10);
	ck_assert(!add(w, 3, REWRITE_PREFIX, "http://b.cn/", "http://a.cn/y/",
	    11));
	rewrite_free(w);

	w = rewrite_new();
	ck_assert(add(w, 1, REWRITE_PREFIX, "http://a.cn/s/", "http://b.cn/s/",
	    1));
	ck_assert(!rewrite_is_reused(w, SPAN("http://a.cn/s/1"), 1));
	ck_assert(!add(w, 2, REWRITE_DOMAIN, "http://b.cn/", "http://a.cn/",
	    2));	/* /s/ would come back */
	ck_assert(add(w, 2, REWRITE_DOMAIN, "http://b.cn/", "http://a.cn/",
	    1));	/* at once: b's /s/ and a's /s/ change places */
	ck_assert(rewrite_drop(w, 1));
	ck_assert(!add(w, 3, REWRITE_PREFIX, "http://a.cn/s/",
	    "http://b.cn/s/", 0));	/* the same, told in another order */
	rewrite_free(w);
}
END_TEST

/* What stands, stands: though it would not be taken any more. */
START_TEST(put_anew)
{
	struct rewrite *w = rewrite_new();

	ck_assert(add(w, 1, REWRITE_PREFIX, "http://a.cn/s/", "http://b.cn/s/",
	    1));
	ck_assert(!add(w, 2, REWRITE_DOMAIN, "http://b.cn/", "http://a.cn/",
	    2));
	rewrite_put(w, &(struct rewrite_rule){ .scope = REWRITE_DOMAIN,
	    .from = SPAN("http://b.cn/"), .to = SPAN("http://a.cn/"),
	    .at = 2, .until = CLOCK_NONE, .number = 2 });
	leads(w, "http://b.cn/s/1", 2, "http://a.cn/s/1");
	leads(w, "http://a.cn/s/1", 1, "http://b.cn/s/1");
	leads(w, "http://a.cn/s/1", 2, "stays");	/* it comes back */
	leads(w, "https://a.cn/s/1", 2, "stays");	/* to the same place */
	rewrite_free(w);
}
END_TEST

START_TEST(insane)
{
	static const struct {
		enum rewrite_scope scope;
		const char *from, *to;
	} bad[] = {
		{ 0, "http://a.cn/", "http://b.cn/" },
		{ 4, "http://a.cn/", "http://b.cn/" },
		{ REWRITE_ADDRESS, "http://A.cn/", "http://b.cn/" },
		{ REWRITE_ADDRESS, "http://a.cn/", "b" },
		{ REWRITE_ADDRESS, "http://a.cn/", "" },
		{ REWRITE_ADDRESS, "http://a.cn/x", "https://a.cn/x/" },
		{ REWRITE_ADDRESS, "http://a.cn/x/index.html",
		    "http://a.cn/x/" },
		{ REWRITE_ADDRESS, "http://a.cn/x", "http://a.cn/x?y=1" },
		{ REWRITE_ADDRESS, "http://a.cn/x/",
		    "http://a.cn/x/index.html?y=1" },
		{ REWRITE_PREFIX, "http://a.cn/x", "http://b.cn/" },
		{ REWRITE_PREFIX, "http://a.cn/x/", "http://b.cn/y" },
		{ REWRITE_PREFIX, "http://a.cn/x/", "http://b.cn/?y/" },
		{ REWRITE_PREFIX, "http://a.cn/x/", "https://a.cn/x/" },
		{ REWRITE_PREFIX, "http://a.cn/x/", "https://a.cn/x/y/" },
		{ REWRITE_DOMAIN, "http://a.cn/", "http://b.cn/x/" },
		{ REWRITE_DOMAIN, "http://a.cn/x/", "http://b.cn/" },
		{ REWRITE_DOMAIN, "http://a.cn/", "https://a.cn/" },
	};
	struct rewrite *w = rewrite_new();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!add(w, 1, bad[i].scope, bad[i].from, bad[i].to,
		    1), "%s -> %s", bad[i].from, bad[i].to);
	ck_assert(add(w, 1, REWRITE_PREFIX, "http://a.cn/x/y/",
	    "http://a.cn/x/", 1));
	ck_assert(!add(w, 1, REWRITE_PREFIX, "http://c.cn/x/y/",
	    "http://c.cn/x/", 1));	/* the number */
	ck_assert_uint_eq(rewrite_count(w), 1);
	for (int s = REWRITE_ADDRESS; s <= REWRITE_DOMAIN; s++)
		ck_assert_int_eq(rewrite_scope_named(span_of(
		    rewrite_scope_name((enum rewrite_scope)s))), s);
	ck_assert_int_eq(rewrite_scope_named(SPAN("")), 0);
	ck_assert_str_eq(rewrite_scope_name(9), "");
	rewrite_free(w);
}
END_TEST

/* A new address that would be too long is no new address. */
START_TEST(long_ones)
{
	struct rewrite *w = rewrite_new();
	char url[LIMIT_URL + 1] = "http://a.cn/";

	ck_assert(add(w, 1, REWRITE_DOMAIN, "http://a.cn/", "http://aa.cn/",
	    1));
	memset(url + 12, 'x', sizeof(url) - 13);
	ck_assert(!rewrite_url(w, span_of(url), 1, NULL, NULL));
	url[LIMIT_URL - 1] = '\0';
	ck_assert(rewrite_url(w, span_of(url), 1, NULL, NULL));
	ck_assert(add(w, 2, REWRITE_ADDRESS, "http://a.cn/q", "http://a.cn/rr",
	    1));
	memcpy(url + 12, "q?", 2);
	url[LIMIT_URL - 1] = 'x';
	ck_assert(!rewrite_url(w, span_of(url), 1, NULL, NULL));
	url[LIMIT_URL - 2] = '\0';
	ck_assert(rewrite_url(w, span_of(url), 1, NULL, NULL));
	rewrite_free(w);
}
END_TEST

/* --- how fast ----------------------------------------------------------------------- */

#define MANY 10000
#define ASKED 200000

/* Generous, for sanitizers and valgrind; the figure is printed. */
START_TEST(many)
{
	struct rewrite *w = rewrite_new();
	char from[80], to[80];
	int64_t began = clock_mono();
	uint64_t cpu;

	for (uint32_t i = 1; i <= MANY; i++) {
		snprintf(from, sizeof(from), "http://www.a%u.cn/c%u/%s",
		    (unsigned)i % 50, (unsigned)i, i % 3 ? "" : "p.html");
		snprintf(to, sizeof(to), "http://www.b.cn/c%u/%s",
		    (unsigned)i, i % 3 ? "" : "p.html");
		ck_assert(add(w, i, i % 3 ? REWRITE_PREFIX : REWRITE_ADDRESS,
		    from, to, i));
	}
	printf("rewrite: %d rules added in %lld ms\n", MANY,
	    (long long)(clock_mono() - began));
	cpu = clock_cpu();
	for (uint32_t i = 0; i < ASKED; i++) {
		int n = snprintf(from, sizeof(from),
		    "http://www.a%u.cn/d%u/2026/11/21/art_1_%u.html",
		    (unsigned)i % 50, (unsigned)i % 700, (unsigned)i);

		ck_assert(!rewrite_url(w, (struct span){ from, (size_t)n },
		    MANY, NULL, NULL));
	}
	cpu = clock_cpu() - cpu;
	printf("rewrite: %.2f us of CPU for an address that none of them "
	    "touches\n", (double)cpu / ASKED);
	ck_assert_uint_lt(cpu, 50 * ASKED);
	rewrite_free(w);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, by_hand);
	tcase_add_test(t, queries);
	tcase_add_test(t, queries_twice);
	tcase_add_test(t, query_of_program);
	tcase_add_test(t, schemes);
	tcase_add_test(t, swaps_and_circles);
	tcase_add_test(t, put_anew);
	tcase_add_test(t, insane);
	tcase_add_test(t, long_ones);
	tcase_add_test(t, oracle_agrees);
	tcase_add_test(t, many);
}

int
main(void)
{
	return help_main("rewrite", fill);
}
