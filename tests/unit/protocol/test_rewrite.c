/*
 * Rules of moves by hand: what leads where, what is refused, and how fast it
 * is. Against an oracle they are in test_rewrite_model.c.
 */
#include "protocol/rewrite.h"

#include "contrib/base/clock.h"
#include "protocol/limits.h"
#include "tests/unit/protocol/help.h"

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
/* To servers of files "(" and "%28" are one name; in a query they are two. */
START_TEST(spellings)
{
	struct rewrite *w = rewrite_new();

	ck_assert(add(w, 1, REWRITE_ADDRESS, "http://a.cn/b(1).doc",
	    "http://a.cn/new/b%281%29.doc", 1));
	ck_assert(add(w, 2, REWRITE_PREFIX, "http://a.cn/d%2Ce/",
	    "http://a.cn/f/", 1));
	ck_assert(add(w, 3, REWRITE_PREFIX, "http://a.cn/f/(x)/",
	    "http://a.cn/g/", 2));
	leads(w, "http://a.cn/b%281%29.doc", 1,
	    "http://a.cn/new/b%281%29.doc");
	leads(w, "http://a.cn/b%281).doc?(", 1,
	    "http://a.cn/new/b%281%29.doc?(");
	leads(w, "http://a.cn/d,e/%28x%29/(y)", 1,
	    "http://a.cn/f/%28x%29/(y)");
	leads(w, "http://a.cn/d,e/%28x%29/(y)", 2, "http://a.cn/g/(y)");
	leads(w, "http://a.cn/d,e", 1, "http://a.cn/f/");
	leads(w, "http://a.cn/d,e%2Fy", 1, "stays");
	leads(w, "http://a.cn/d%25252Ce/y", 1, "stays");
	ck_assert(!add(w, 4, REWRITE_ADDRESS, "http://a.cn/b%281%29.doc",
	    "http://a.cn/c", 1));
	ck_assert(!add(w, 5, REWRITE_ADDRESS, "http://a.cn/z(", "http://a.cn/"
	    "z%28", 1));
	ck_assert(!add(w, 6, REWRITE_PREFIX, "http://a.cn/z(/", "http://a.cn/"
	    "z%28/y/", 1));
	ck_assert(add(w, 7, REWRITE_ADDRESS, "http://a.cn/q?a=(1)",
	    "http://a.cn/one", 1));
	leads(w, "http://a.cn/q?a=(1)", 1, "http://a.cn/one");
	leads(w, "http://a.cn/q?a=%281%29", 1, "stays");
	rewrite_free(w);
}
END_TEST

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
/* Of several the smallest number is named, in whatever order they came. */
START_TEST(who_is_named)
{
	const struct rewrite_rule later[] = {
		{ .scope = REWRITE_ADDRESS, .from = SPAN("https://a.cn/x"),
		  .to = SPAN("https://a.cn/old/p"), .at = 10,
		  .until = CLOCK_NONE, .number = 5 },
		{ .scope = REWRITE_ADDRESS, .from = SPAN("https://a.cn/y"),
		  .to = SPAN("https://a.cn/old/q"), .at = 10,
		  .until = CLOCK_NONE, .number = 12 },
	};
	const struct rewrite_rule earlier = { .scope = REWRITE_PREFIX,
		.from = SPAN("https://a.cn/old/"),
		.to = SPAN("https://a.cn/new/"), .at = 5,
		.until = CLOCK_NONE, .number = 20 };

	for (size_t first = 0; first < 2; first++) {
		struct rewrite *w = rewrite_new();
		uint32_t other = 0;

		ck_assert(rewrite_add(w, &later[first], NULL, NULL));
		ck_assert(rewrite_add(w, &later[1 - first], NULL, NULL));
		ck_assert(!rewrite_add(w, &earlier, &other, NULL));
		ck_assert_uint_eq(other, 5);
		rewrite_free(w);
		w = rewrite_new();
		rewrite_put(w, &later[first]);
		rewrite_put(w, &later[1 - first]);
		rewrite_put(w, &earlier);
		ck_assert(!rewrite_add(w, &(struct rewrite_rule){
		    .scope = REWRITE_PREFIX, .from = SPAN("https://a.cn/"),
		    .to = SPAN("https://b.cn/"), .at = 7, .until = CLOCK_NONE,
		    .number = 30 }, &other, NULL));
		ck_assert_uint_eq(other, 5);
		rewrite_free(w);
	}
}
END_TEST

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
	tcase_add_test(t, spellings);
	tcase_add_test(t, queries_twice);
	tcase_add_test(t, query_of_program);
	tcase_add_test(t, schemes);
	tcase_add_test(t, swaps_and_circles);
	tcase_add_test(t, who_is_named);
	tcase_add_test(t, put_anew);
	tcase_add_test(t, insane);
	tcase_add_test(t, long_ones);
	tcase_add_test(t, many);
}

int
main(void)
{
	return help_main("rewrite", fill);
}
