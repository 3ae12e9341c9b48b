/*
 * The map of moves: kept in versions, and written for web servers.
 */
#include "agent/redirect_map.h"

#include "agent/outfile.h"
#include "agent/redirects.h"
#include "contrib/base/clock.h"
#include "tests/unit/agent/storekit.h"

#define A "https://www.a.gov.cn/"
#define B "https://www.b.gov.cn/"

static struct store *store;

static void
set_up(void)
{
	kit_make_dir();
	store = kit_open(KIT_LIMIT);
}

static void
tear_down(void)
{
	store_close(store);
	kit_remove_dir();
}

static struct movemap_rule
rule(uint32_t number, enum rewrite_scope scope, const char *from,
    const char *to, int64_t at)
{
	return (struct movemap_rule){ .site = 1, .rule = { .scope = scope,
	    .from = span_of(from), .to = span_of(to), .at = at,
	    .until = CLOCK_NONE, .number = number } };
}

static bool
take(uint64_t version, uint64_t since, const struct movemap_rule *m,
    size_t n, char why[256])
{
	struct buf b, w;
	bool ok;

	buf_init(&b, 1u << 20);
	buf_init(&w, 4096);
	movemap_begin(&b, &(struct movemap){ version, since, 1000 });
	for (size_t i = 0; i < n; i++)
		movemap_put(&b, &m[i]);
	movemap_end(&b);
	ok = redirect_map_take(store, buf_look(&b), &w);
	snprintf(why, 256, "%s", buf_cstr(&w));
	buf_clear(&b);
	buf_clear(&w);
	return ok;
}

static void
ck_leads(const char *from, int64_t now, const char *want)
{
	struct store_txn *t = store_look(store);
	struct rewrite *w = redirect_map_rules(t);
	struct buf b;

	store_end(t);
	buf_init(&b, 4096);
	if (!rewrite_url(w, span_of(from), now, &b, NULL))
		buf_text(&b, "nowhere");
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_clear(&b);
	rewrite_free(w);
}

static void
ck_version(uint64_t want)
{
	struct store_txn *t = store_look(store);

	ck_assert_uint_eq(redirect_map_version(t), want);
	store_end(t);
}

START_TEST(test_versions)
{
	struct movemap_rule m[3] = {
		rule(1, REWRITE_PREFIX, A "old/", A "new/", 1000),
		rule(2, REWRITE_PREFIX, A "new/", B "n/", 2000),
		rule(3, REWRITE_ADDRESS, A "x", A "y", 1000),
	};
	char why[256];

	ck_version(0);
	ck_assert_msg(take(5, 0, m, 2, why), "%s", why);
	ck_version(5);
	ck_leads(A "old/1", 1500, A "new/1");
	ck_leads(A "old/1", 2500, B "n/1");
	ck_leads(A "x", 2500, "nowhere");
	/* A change of what is here, and one of what isn't. */
	m[0].gone = true;
	ck_assert(!take(7, 6, m, 3, why));
	ck_assert_ptr_nonnull(strstr(why, "another version"));
	ck_version(5);
	ck_leads(A "old/1", 1500, A "new/1");
	ck_assert_msg(take(7, 5, m, 3, why), "%s", why);
	ck_version(7);
	ck_leads(A "old/1", 1500, "nowhere");
	ck_leads(A "x", 1500, A "y");
	/* A hub that was restored has a smaller one; whole, it counts. */
	ck_assert_msg(take(3, 0, m + 1, 1, why), "%s", why);
	ck_version(3);
	ck_leads(A "x", 1500, "nowhere");
	ck_leads(A "new/1", 2500, B "n/1");
}
END_TEST

/* Nothing of a document that isn't right is kept. */
START_TEST(test_wrong)
{
	struct movemap_rule m = rule(1, REWRITE_ADDRESS, A "x", A "y", 1000);
	struct buf why;
	char said[256];

	ck_assert_msg(take(5, 0, &m, 1, said), "%s", said);
	buf_init(&why, 4096);
	ck_assert(!redirect_map_take(store,
	    SPAN("<zq:map xmlns:zq=\"urn:zhanqun:1\" "
	    "version=\"6\" since=\"0\"><zq:rule number=\"2\" site=\"1\" "
	    "scope=\"prefix\" from=\"" A "o\" to=\"" A "n\"/></zq:map>"),
	    &why));
	ck_assert_uint_gt(why.n, 0);
	ck_version(5);
	ck_leads(A "x", 1500, A "y");
	buf_clear(&why);
}
END_TEST

/* --- files -------------------------------------------------------------- */

#define P "http://www.a.gov.cn/"
#define ALIKE "$scheme://www.a.gov.cn/"

static struct movemap_rule moves[64];
static size_t move_count;

static void
move(enum rewrite_scope scope, const char *from, const char *to, int64_t at)
{
	uint32_t number = (uint32_t)move_count + 1;

	moves[move_count++] = rule(number, scope, from, to, at);
}

/* Lines that are no comments. */
static void
ck_lines(struct span text, const char *want)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	while (text.n > 0) {
		const char *end = memchr(text.at, '\n', text.n);
		size_t n = (size_t)(end - text.at) + 1;

/* Of nginx's lines: the host in any case; a query, or what is below, and that
 * it goes along. */
#define HOST "\"~^(?i:www[.]a[.]gov[.]cn)"
#define ASKED "(?<zq_rest>(?:[?].*)?)$\" \""
#define BELOW "(?<zq_rest>.*)$\" \""
#define REST "$zq_rest\";\n"
#define MARK(raw, code) "(?:" raw "|(?i:%" code "))"

		ck_assert_ptr_nonnull(end);
		if (text.at[0] != '#')
			buf_put(&b, text.at, n);
		text.at += n;
		text.n -= n;
	}
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_clear(&b);
}

static int64_t
ck_files(int64_t now, const char *nginx, const char *apache)
{
	struct redirects *r = redirects_new();
	struct buf b;
	int64_t next;

	for (size_t i = 0; i < move_count; i++)
		redirects_add(r, &moves[i], moves[i].site == 1);
	redirects_settle(r, now, &next);
	buf_init(&b, 1u << 20);
	redirects_nginx(&b, r, "/etc/nginx/moved");
	ck_lines(buf_look(&b), nginx);
	buf_reset(&b);
	redirects_apache(&b, r, "/etc/apache/moved");
	if (apache != NULL)
		ck_lines(buf_look(&b), apache);
	buf_clear(&b);
	redirects_free(r);
	return next;
}

#define ONE MARK("[(]", "28") "1" MARK("[)]", "29")

START_TEST(test_files)
{
	move_count = 0;
	move(REWRITE_ADDRESS, A "o.html?a=$1", B "n?x=$1&y", CLOCK_NONE);
	move(REWRITE_PREFIX, A "old/", A "new/", 1000);
	move(REWRITE_PREFIX, A "old/(1)/", B, 1000);
	move(REWRITE_DOMAIN, "http://old.a.gov.cn/", B, 2000);
	ck_assert_int_eq(ck_files(500,
	    HOST "/o[.]html[?]a=[$]1$\" \"" B "n?x=%241&y\";\n", NULL),
	    1000);
	ck_assert_int_eq(ck_files(1500,
	    HOST "/o[.]html[?]a=[$]1$\" \"" B "n?x=%241&y\";\n"
	    HOST "/old" ASKED A "new/" REST
	    HOST "/old/" ONE ASKED B REST
	    HOST "/old/" ONE "/" BELOW B REST
	    HOST "/old/" BELOW A "new/" REST,
	    "=www.a.gov.cn/o.html?a=$1 " B "n?x=$1&y\n"
	    "=www.a.gov.cn/old " A "new/\n"
	    "=www.a.gov.cn/old/(1) " B "\n"
	    "www.a.gov.cn/old/(1)/ " B "\n"
	    "www.a.gov.cn/old/ " A "new/\n"), 2000);
	move_count = 4;
	moves[3].rule.until = 3000;
	for (size_t i = 0; i < 3; i++)
		moves[i].site = 2;	/* of another site */
	ck_assert_int_eq(ck_files(2500,
	    "\"~^(?i:old[.]a[.]gov[.]cn)/" BELOW B REST,
	    "old.a.gov.cn/ " B "\n"), 3000);
	ck_assert_int_eq(ck_files(3500, "", ""), INT64_MAX);
}
END_TEST

/* Of very many the rest is looked up, and the head says so. */
START_TEST(test_many)
{
	struct redirects *r = redirects_new();
	struct movemap_rule m;
	struct buf b;
	int64_t next;
	char from[64], to[64];

	for (uint32_t i = 1; i <= 2001; i++) {
		snprintf(from, sizeof(from), A "g/%04u", (unsigned)i);
		snprintf(to, sizeof(to), B "h/%u", (unsigned)i);
		m = rule(i, REWRITE_ADDRESS, from, to, CLOCK_NONE);
		redirects_add(r, &m, true);
	}
	redirects_settle(r, 500, &next);
	buf_init(&b, 1u << 20);
	redirects_nginx(&b, r, "/etc/nginx/moved");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "# Of the 2001 single "
	    "addresses nginx tries the first 2000 "));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), HOST "/g/2000" ASKED B
	    "h/2000" REST));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b),
	    "\n\"www.a.gov.cn/g/2001\" \"" B "h/2001\";\n"));
	buf_clear(&b);
	redirects_free(r);
}
END_TEST

/* What nginx looks up it takes in any case: two that differ in nothing else
 * would keep it from its start, and one in a pattern be taken for the other. */
START_TEST(test_twins)
{
	struct redirects *r = redirects_new();
	struct movemap_rule m;
	struct buf b;
	int64_t next;
	char from[64];

	for (uint32_t i = 1; i <= 2004; i++) {
		snprintf(from, sizeof(from), i <= 2001 ? A "g/%04u" :
		    i == 2002 ? A "B" : i == 2003 ? A "g/b%%E4" :
		    A "g/B%%E4", (unsigned)i);
		m = rule(i, REWRITE_ADDRESS, i == 2001 ? A "g/z" : from, B,
		    CLOCK_NONE);
		redirects_add(r, &m, true);
	}
	m = rule(2005, REWRITE_ADDRESS, A "b", B "small", CLOCK_NONE);
	redirects_add(r, &m, true);
	redirects_settle(r, 500, &next);
	buf_init(&b, 1u << 20);
	redirects_nginx(&b, r, "/etc/nginx/moved");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), HOST "/B" ASKED));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), HOST "/b" ASKED));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), HOST "/g/b(?:"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), HOST "/g/B(?:"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "\n\"www.a.gov.cn/g/z\""));
	ck_assert_ptr_null(strstr(buf_cstr(&b), "\n\"www.a.gov.cn/b\""));
	buf_clear(&b);
	redirects_free(r);
}
END_TEST

/* As servers of files are asked for one name: marks and what is no ASCII as
 * they are or encoded, digits in either case. Not what would say something
 * else: a question mark, a slash, a percent sign; nor a mark in a query. */
START_TEST(test_spelled)
{
	move_count = 0;
	move(REWRITE_ADDRESS, A "%E4%BD;%28%5B~", A "y", CLOCK_NONE);
	move(REWRITE_ADDRESS, A "b%3F%2F%25%20%22%5C", A "y", CLOCK_NONE);
	move(REWRITE_ADDRESS, A "p(?q=(%5B%26%E4", A "y", CLOCK_NONE);
	ck_files(1000,
	    HOST "/p" MARK("[(]", "28") "[?]q=[(]" MARK("\\[", "5B")
	    "(?i:%26)" MARK("\\xE4", "E4") "$\" \"" A "y\";\n"
	    HOST "/" MARK("\\xE4\\xBD", "E4%BD") MARK(";", "3B")
	    MARK("[(]", "28") MARK("\\[", "5B") MARK("~", "7E") ASKED A "y" REST
	    HOST "/b(?i:%3F)(?i:%2F)(?i:%25)(?i:%20)" MARK("\\x22", "22")
	    MARK("\\x5C", "5C") ASKED A "y" REST,
	    "=www.a.gov.cn/p(?q=(%5B%26%E4 " A "y\n"
	    "=www.a.gov.cn/p(?q=(%5b%26%e4 " A "y\n"
	    "=www.a.gov.cn/%E4%BD;%28%5B~ " A "y\n"
	    "=www.a.gov.cn/%e4%bd;%28%5b~ " A "y\n"
	    "=www.a.gov.cn/%e4%bd;(%5b~ " A "y\n"
	    "=www.a.gov.cn/%e4%bd%3b(%5b~ " A "y\n"
	    "=www.a.gov.cn/b%3F%2F%25%20%22%5C " A "y\n"
	    "=www.a.gov.cn/b%3f%2f%25%20%22%5c " A "y\n");
}
END_TEST

/* nginx doesn't start with a word of 4096 bytes, and Apache takes 1024 of a
 * line for all of it: such a line is left out, and says so. */
START_TEST(test_long)
{
	struct redirects *r = redirects_new();
	char from[2000] = A "l/", to[1100] = A "m/";
	struct movemap_rule m[2];
	struct buf b;
	int64_t next;

	memset(from + strlen(from), '(', 400);
	memset(to + strlen(to), 'y', 1000);
	m[0] = rule(1, REWRITE_ADDRESS, from, A "n", CLOCK_NONE);
	m[1] = rule(2, REWRITE_ADDRESS, A "s", to, CLOCK_NONE);
	for (size_t i = 0; i < 2; i++)
		redirects_add(r, &m[i], true);
	ck_assert_uint_eq(redirects_settle(r, 500, &next), 2);
	buf_init(&b, 1u << 20);
	redirects_nginx(&b, r, "/etc/nginx/moved");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "\n# Too long for a line, "
	    "and left out: www.a.gov.cn/l/((("));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), HOST "/s" ASKED A "m/yyy"));
	buf_reset(&b);
	redirects_apache(&b, r, "/etc/apache/moved");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "\n=www.a.gov.cn/l/((("));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "\n# Too long for a line, "
	    "and left out: www.a.gov.cn/s\n"));
	ck_assert_ptr_null(strstr(buf_cstr(&b), "=www.a.gov.cn/s "));
	buf_clear(&b);
	redirects_free(r);
}
END_TEST

/* One place, several names; a port is part of it. */
START_TEST(test_places)
{
	move_count = 0;
	move(REWRITE_ADDRESS, A "x/index.html", A "y", CLOCK_NONE);
	move(REWRITE_ADDRESS, "https://www.a.gov.cn:8443/z", A "y",
	    CLOCK_NONE);
	ck_files(1000, HOST "/x" ASKED A "y" REST
	    HOST "/x/" ASKED A "y" REST
	    HOST "/x/default[.]htm" ASKED A "y" REST
	    HOST "/x/default[.]html" ASKED A "y" REST
	    HOST "/x/index[.]htm" ASKED A "y" REST
	    HOST "/x/index[.]html" ASKED A "y" REST
	    HOST "/x/index[.]shtml" ASKED A "y" REST
	    "\"~^(?i:www[.]a[.]gov[.]cn:8443)/z" ASKED A "y" REST, NULL);
}
END_TEST

/* What was told as http is https to whoever comes by https, at the same host;
 * and never the other way. */
START_TEST(test_schemes)
{
	move_count = 0;
	move(REWRITE_PREFIX, P "old/", P "new/", CLOCK_NONE);
	move(REWRITE_ADDRESS, P "p$", P "q$?r", CLOCK_NONE);
	move(REWRITE_PREFIX, P "away/", "http://www.b.gov.cn/", CLOCK_NONE);
	move(REWRITE_ADDRESS, A "s", A "t", CLOCK_NONE);
	ck_files(1000, HOST "/away" ASKED "http://www.b.gov.cn/" REST
	    HOST "/old" ASKED ALIKE "new/" REST
	    HOST "/p" MARK("[$]", "24") "(?:[?].*)?$\" \"" ALIKE "q%24?r\";\n"
	    HOST "/s" ASKED A "t" REST
	    HOST "/away/" BELOW "http://www.b.gov.cn/" REST
	    HOST "/old/" BELOW ALIKE "new/" REST,
	    "=www.a.gov.cn/away http://www.b.gov.cn/\n"
	    "=www.a.gov.cn/old /new/\n"
	    "=www.a.gov.cn/p$ /q$?r\n"
	    "=www.a.gov.cn/s " A "t\n"
	    "www.a.gov.cn/away/ http://www.b.gov.cn/\n"
	    "www.a.gov.cn/old/ /new/\n");
}
END_TEST

/* nginx takes the first pattern that fits: an address with this query, one
 * with any, what a prefix has. */
START_TEST(test_order)
{
	move_count = 0;
	move(REWRITE_PREFIX, A "p/", A "q/", CLOCK_NONE);
	move(REWRITE_ADDRESS, A "p/index.jsp", B "home", CLOCK_NONE);
	move(REWRITE_ADDRESS, A "p/?b", B "b", CLOCK_NONE);
	ck_files(1000, HOST "/p/[?]b$\" \"" B "b\";\n"
	    HOST "/p" ASKED B "home" REST
	    HOST "/p/" ASKED B "home" REST
	    HOST "/p/default[.]htm" ASKED B "home" REST
	    HOST "/p/default[.]html" ASKED B "home" REST
	    HOST "/p/index[.]htm" ASKED B "home" REST
	    HOST "/p/index[.]html" ASKED B "home" REST
	    HOST "/p/index[.]jsp" ASKED B "home" REST
	    HOST "/p/index[.]shtml" ASKED B "home" REST
	    HOST "/p/" BELOW A "q/" REST, NULL);
}
END_TEST

/* Chains end in one step, also where a part goes on by itself; what changed
 * places answers with what is there now. */
START_TEST(test_chains)
{
	move_count = 0;
	move(REWRITE_PREFIX, A "a/", A "b/", 1000);
	move(REWRITE_PREFIX, A "b/", B "c/", 2000);
	move(REWRITE_PREFIX, B "c/d/", B "e/", 3000);
	move(REWRITE_ADDRESS, B "e/f", B "g", 4000);
	moves[2].site = moves[3].site = 2;
	ck_files(5000,
	    HOST "/a" ASKED B "c/" REST
	    HOST "/a/d" ASKED B "e/" REST
	    HOST "/a/d/f" ASKED B "g" REST
	    HOST "/b" ASKED B "c/" REST
	    HOST "/b/d" ASKED B "e/" REST
	    HOST "/b/d/f" ASKED B "g" REST
	    HOST "/a/d/" BELOW B "e/" REST
	    HOST "/b/d/" BELOW B "e/" REST
	    HOST "/a/" BELOW B "c/" REST
	    HOST "/b/" BELOW B "c/" REST, NULL);
	move_count = 0;
	move(REWRITE_PREFIX, A "a/", A "b/", 1000);
	move(REWRITE_PREFIX, A "b/", A "a/", 1000);
	ck_files(5000, "", "");
}
END_TEST

/* --- writing ------------------------------------------------------------ */

START_TEST(test_outfile)
{
	char path[128];
	struct buf why;
	struct stat st;
	bool news;

	buf_init(&why, 4096);
	snprintf(path, sizeof(path), "%s/map", kit_dir);
	ck_assert(outfile_write(path, SPAN("a\n"), &news, &why));
	ck_assert(news);
	ck_assert(outfile_write(path, SPAN("a\n"), &news, &why));
	ck_assert(!news);
	ck_assert(outfile_write(path, SPAN("a\nb\n"), &news, &why));
	ck_assert(news);
	ck_assert(outfile_write(path, SPAN("a\n"), &news, &why));
	ck_assert(news);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 2);
	ck_assert_uint_eq(st.st_mode & 0777, 0644);
	snprintf(path, sizeof(path), "%s/no/map", kit_dir);
	ck_assert(!outfile_write(path, SPAN("a\n"), &news, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), path));
	/* What could not be put in place isn't left beside it. */
	snprintf(path, sizeof(path), "%s/dir", kit_dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert(!outfile_write(path, SPAN("a\n"), &news, &why));
	snprintf(path, sizeof(path), "%s/dir.new", kit_dir);
	ck_assert_int_ne(access(path, F_OK), 0);
	buf_clear(&why);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_versions, test_wrong, test_files,
		test_many, test_twins, test_spelled, test_long, test_places,
		test_schemes, test_order, test_chains, test_outfile };
	Suite *s = suite_create("redirect_map");
	TCase *tc = tcase_create("redirect_map");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
