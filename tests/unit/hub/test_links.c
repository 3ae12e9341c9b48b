/*
 * Links: what becomes of a target, templates, news, what is asked on the
 * command line and the web. Who links where is held against a model in
 * tests/model.
 */
#include "tests/unit/hub/storekit.h"

#include "hub/group.h"
#include "hub/links.h"
#include "hub/meta.h"
#include "hub/move.h"
#include "hub/query_links.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "protocol/statement.h"

static struct kit k;
static struct store *store;
static struct query *query;

static void
setup(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	kit_site(&k, 1);
	kit_site(&k, 2);
	kit_site(&k, 3);
}

static void
teardown(void)
{
	query_end(query);
	store_close(store);
	query = NULL;
	store = NULL;
	kit_close(&k);
}

static bool
is_look_left(void)
{
	struct db_txn *t = view_read(k.view);
	bool left = links_look_left(t);

	db_abort(t);
	return left;
}

static void
look(void)
{
	query_end(query);
	query = NULL;
	kit_show(&k, 1000);
	while (is_look_left()) {
		kit_act(&k, "{\"do\":\"look\",\"most\":3,\"actor\":\"hub\","
		    "\"reason\":\"\"}");
		kit_show(&k, 1000);
	}
	if (store == NULL)
		store = kit_store(&k);
	query = query_begin(store);
}

/* --- pages ---------------------------------------------------------------- */

static struct buf rows;

static void
link_to(const char *to, uint32_t line, const char *text)
{
	struct link l = { .kind = LINK_ANCHOR, .line = line,
	    .to = span_of(to), .text = span_of(text) };

	if (rows.most == 0)
		buf_init(&rows, LIMIT_CHANGE);
	change_link_put(&rows, &l);
}

/* With the links that were put before. */
static void
publish(uint32_t site, const char *url)
{
	struct change c = kit_change(CHANGE_CREATED, url, "page");

	c.links = buf_look(&rows);
	kit_say(&k, site, &c);
	buf_reset(&rows);
}

static void
withdraw(uint32_t site, const char *url, const char *to)
{
	struct change c = kit_change(CHANGE_DELETED, url, "");

	c.word[WORD_SUCCESSOR] = span_of(to);
	kit_say(&k, site, &c);
}

static void
cover(uint32_t site, const char *url, const char *scope)
{
	struct change c = kit_change(CHANGE_COVER, url, "");

	c.word[WORD_SCOPE] = span_of(scope);
	kit_say(&k, site, &c);
}

/* --- what is found -------------------------------------------------------- */

static struct target_info last;
static char last_url[256], last_now[256];
static struct link_info last_link;
static char last_page[256], last_text[256];
static size_t found, folded;
static uint64_t found_more;

static bool
note(void *arg, const struct link_info *l)
{
	(void)arg;
	last_link = *l;
	last = *l->target;
	snprintf(last_now, sizeof(last_now), "%.*s", SPAN_ARGS(last.now));
	snprintf(last_page, sizeof(last_page), "%.*s", SPAN_ARGS(l->page));
	snprintf(last_text, sizeof(last_text), "%.*s", SPAN_ARGS(l->text));
	folded += l->folded;
	found += l->folded == 0;
	found_more += l->more;
	return true;
}

static struct link_page
ask_to(const char *typed, uint64_t skip, size_t limit)
{
	struct link_spec spec = { .skip = skip, .limit = limit };
	struct link_page page;
	const char *why;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	ck_assert(query_links_scope(span_of(typed), false, &spec.scope, &url,
	    &why));
	spec.url = buf_look(&url);
	found = 0;
	found_more = 0;
	query_links_to(query, &spec, note, NULL, &page);
	buf_clear(&url);
	return page;
}

/* The first of each site, and how many more. */
static struct link_page
ask_folded(const char *url, size_t of_site, size_t limit)
{
	struct link_spec spec = { .limit = limit, .of_site = of_site,
	    .scope = REWRITE_PREFIX, .url = span_of(url) };
	struct link_page page;

	found = 0;
	folded = 0;
	query_links_to(query, &spec, note, NULL, &page);
	return page;
}

static enum target_state
state_of(const char *url)
{
	look();
	(void)ask_to(url, 0, 10);
	ck_assert_uint_gt(found, 0);
	return last.state;
}

static bool
note_broken(void *arg, const struct broken_info *b)
{
	(void)arg;
	snprintf(last_url, sizeof(last_url), "%.*s",
	    SPAN_ARGS(b->target.url));
	last = b->target;
	found++;
	return true;
}

static size_t
broken(uint32_t site)
{
	struct broken_spec spec = { .site = site, .limit = 100 };

	look();
	found = 0;
	ck_assert(query_links_broken(query, &spec, note_broken, NULL));
	return found;
}

/* --- states --------------------------------------------------------------- */

#define TARGET "http://s2.gov.cn/a/1.html"

START_TEST(what_becomes_of_it)
{
	link_to(TARGET, 12, "总结");
	publish(1, "http://s1.gov.cn/");
	ck_assert_int_eq(state_of(TARGET), TARGET_UNKNOWN);
	ck_assert_uint_eq(broken(0), 0);
	cover(2, "http://s2.gov.cn/a/", STATEMENT_WHOLE);
	ck_assert_int_eq(state_of(TARGET), TARGET_NEVER);
	ck_assert_uint_eq(broken(0), 1);
	ck_assert_str_eq(last_url, TARGET);
	publish(2, "https://s2.gov.cn/a/1.html");
	ck_assert_int_eq(state_of(TARGET), TARGET_HERE);
	ck_assert_uint_eq(broken(0), 0);
	withdraw(2, "https://s2.gov.cn/a/1.html", "http://s2.gov.cn/b.html");
	ck_assert_int_eq(state_of(TARGET), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "http://s2.gov.cn/b.html");
	ck_assert_uint_eq(broken(1), 1);
	ck_assert_uint_eq(broken(3), 0);
	cover(2, "http://s2.gov.cn/a/", STATEMENT_GONE);
	ck_assert_int_eq(state_of(TARGET), TARGET_WITHDRAWN);
}
END_TEST

/* What a source doesn't cover, or a program answers, is not known. */
START_TEST(no_false_alarm)
{
	link_to("http://s2.gov.cn/a/x.html?p=1", 1, "");
	link_to("http://s2.gov.cn/other/x.html", 2, "");
	link_to("http://s2.gov.cn/a/search", 3, "");
	link_to("http://www.example.com/a/x.html", 4, "");
	link_to("http://s2.gov.cn:8080/a/x.html", 5, "");
	publish(1, "http://s1.gov.cn/");
	cover(2, "http://s2.gov.cn/a/", STATEMENT_WHOLE);
	ck_assert_uint_eq(broken(0), 0);
	ck_assert_int_eq(state_of("http://www.example.com/a/x.html"),
	    TARGET_OUTSIDE);
}
END_TEST

/* A source that is taken out of the settings withdraws what it had. */
START_TEST(uncovered_withdrawal)
{
	link_to("http://s2.gov.cn/old/1.html", 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/old/1.html");
	cover(2, "http://s2.gov.cn/a/", STATEMENT_WHOLE);
	withdraw(2, "http://s2.gov.cn/old/1.html", "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/old/1.html"),
	    TARGET_UNKNOWN);
	ck_assert_uint_eq(broken(0), 0);
}
END_TEST

START_TEST(a_domain_goes)
{
	link_to(TARGET, 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, TARGET);
	withdraw(2, TARGET, "");
	ck_assert_uint_eq(broken(0), 1);
	kit_act(&k, "{\"do\":\"retire\",\"site\":2,\"actor\":\"t\","
	    "\"reason\":\"merged\"}");
	ck_assert_uint_eq(broken(0), 0);
	ck_assert_int_eq(state_of(TARGET), TARGET_OUTSIDE);
}
END_TEST

START_TEST(two_at_one_place)
{
	link_to("http://s2.gov.cn/c/", 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/c/");
	publish(2, "https://s2.gov.cn/c/index.html");
	withdraw(2, "https://s2.gov.cn/c/index.html", "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/c/"), TARGET_HERE);
	withdraw(2, "http://s2.gov.cn/c/", "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/c/"), TARGET_WITHDRAWN);
}
END_TEST

/* Successors are followed, but not to nothing, and not in a circle. */
START_TEST(successors)
{
	link_to("http://s2.gov.cn/1", 1, "");
	link_to("http://s2.gov.cn/2", 2, "");
	link_to("http://s2.gov.cn/3", 3, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/1");
	publish(2, "http://s2.gov.cn/2");
	publish(2, "http://s2.gov.cn/3");
	withdraw(2, "http://s2.gov.cn/1", "http://s2.gov.cn/2");
	withdraw(2, "http://s2.gov.cn/2", "http://s2.gov.cn/3");
	ck_assert_int_eq(state_of("http://s2.gov.cn/1"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "http://s2.gov.cn/3");
	withdraw(2, "http://s2.gov.cn/3", "http://s2.gov.cn/1");
	ck_assert_int_eq(state_of("http://s2.gov.cn/1"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "");
	ck_assert_int_eq(state_of("http://s2.gov.cn/3"), TARGET_WITHDRAWN);
	ck_assert_str_eq(last_now, "");
}
END_TEST

/* --- moves ---------------------------------------------------------------- */

START_TEST(moved)
{
	link_to("http://s2.gov.cn/a/1.html", 1, "");
	link_to("http://s2.gov.cn/a/2.html", 2, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, "http://s2.gov.cn/a/1.html");
	publish(2, "http://s2.gov.cn/new/1.html");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":"
	    "\"prefix\",\"old\":\"http://s2.gov.cn/a/\",\"new\":"
	    "\"http://s2.gov.cn/new/\",\"actor\":\"t\",\"reason\":\"r\"}");
	k.now += 60000;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	clock_set(k.now, 0);
	ck_assert_int_eq(state_of("http://s2.gov.cn/a/1.html"),
	    TARGET_MOVED);
	ck_assert_str_eq(last_now, "http://s2.gov.cn/new/1.html");
	ck_assert(!last.broken);
	ck_assert_uint_ne(last.move, 0);
	/* It has moved to where nothing is: not yet, and then not at all. */
	ck_assert_int_eq(state_of("http://s2.gov.cn/a/2.html"),
	    TARGET_MOVED);
	ck_assert(!last.broken);
	ck_assert_uint_eq(broken(1), 0);
	k.now += MOVE_GRACE;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_int_eq(state_of("http://s2.gov.cn/a/2.html"),
	    TARGET_MOVED);
	ck_assert(last.broken);
	ck_assert_uint_eq(broken(1), 1);
	publish(2, "http://s2.gov.cn/new/2.html");
	ck_assert_uint_eq(broken(1), 0);
}
END_TEST

/* The whole of a column goes at an instant, and its owner pushes it some
 * minutes later; a referrer that is quick links to the new place already. */
START_TEST(settling)
{
	link_to("http://s2.gov.cn/a/1.html", 1, "");
	publish(1, "http://s1.gov.cn/");
	link_to("http://s2.gov.cn/new/1.html", 1, "");
	publish(3, "http://s3.gov.cn/");
	publish(2, "http://s2.gov.cn/a/1.html");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	ck_assert_uint_eq(broken(3), 1);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":"
	    "\"prefix\",\"old\":\"http://s2.gov.cn/a/\",\"new\":"
	    "\"http://s2.gov.cn/new/\",\"actor\":\"t\",\"reason\":\"r\"}");
	ck_assert_uint_eq(broken(0), 0);
	withdraw(2, "http://s2.gov.cn/a/1.html", "");
	ck_assert_uint_eq(broken(0), 0);
	/* Seen not to work: then at once. */
	kit_act(&k, "{\"do\":\"move-looked\",\"move\":1,\"looked\":10,"
	    "\"wrong\":10,\"why\":\"404\"}");
	ck_assert_uint_eq(broken(1), 1);
	ck_assert_uint_eq(broken(3), 1);
}
END_TEST

START_TEST(clock_put_back)
{
	link_to("http://s2.gov.cn/a/1.html", 1, "");
	publish(1, "http://s1.gov.cn/");
	cover(2, "http://s2.gov.cn/", STATEMENT_WHOLE);
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":"
	    "\"prefix\",\"old\":\"http://s2.gov.cn/a/\",\"new\":"
	    "\"http://s2.gov.cn/new/\",\"actor\":\"t\",\"reason\":\"r\"}");
	ck_assert_uint_eq(broken(1), 0);
	k.now -= MOVE_GRACE;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_uint_eq(broken(1), 0);
	k.now -= 1;
	kit_act(&k, "{\"do\":\"tick\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_uint_eq(broken(1), 1);
}
END_TEST

/* --- templates, and pages of rows ----------------------------------------- */

static void
put_nav(void)
{
	char url[64];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(url, sizeof(url), "http://s2.gov.cn/nav/%u", i);
		link_to(url, 10 + i, "栏目");
	}
}

START_TEST(templates)
{
	char url[64];
	struct db_txn *t;
	uint64_t runs;

	for (unsigned i = 0; i < 500; i++) {
		put_nav();
		snprintf(url, sizeof(url), "http://s3.gov.cn/%u", i);
		link_to(url, 60, "自己");
		snprintf(url, sizeof(url), "http://s1.gov.cn/%u.html", i);
		publish(1, url);
	}
	look();
	t = view_read(k.view);
	runs = db_count(t, TABLE_RUN);
	db_abort(t);
	/* Those of the navigation, and one for each page. */
	ck_assert_uint_ge(runs, 500);
	ck_assert_uint_le(runs, 510);
	(void)ask_to("http://s2.gov.cn/nav/3", 0, 100);
	ck_assert_uint_eq(found, 1);
	ck_assert_uint_eq(found_more, 499);
	ck_assert_uint_eq(last_link.line, 13);
	ck_assert_str_eq(last_text, "栏目");
	(void)ask_to("http://s3.gov.cn/7", 0, 100);
	ck_assert_uint_eq(found, 1);
	ck_assert_str_eq(last_page, "http://s1.gov.cn/7.html");
	ck_assert_uint_eq(last_link.line, 60);
	ck_assert_str_eq(last_link.code, "4100000001");
}
END_TEST

/* It begins somewhere else on each page, behind links of its own. */
START_TEST(shifted_templates)
{
	char url[64];

	for (unsigned i = 0; i < 200; i++) {
		for (unsigned n = 0; n < i % 40; n++) {
			snprintf(url, sizeof(url), "http://s3.gov.cn/%u/%u",
			    i, n);
			link_to(url, n, "");
		}
		put_nav();
		snprintf(url, sizeof(url), "http://s1.gov.cn/%u.html", i);
		publish(1, url);
	}
	look();
	(void)ask_to("http://s2.gov.cn/nav/39", 0, 1000);
	ck_assert_uint_lt(found, 20);
	ck_assert_uint_eq(found + found_more, 200);
}
END_TEST

/* Two addresses that have one posting list, by chance. */
START_TEST(one_list_of_two)
{
	static const char *const url[] = { "http://s2.gov.cn/1351231",
		"http://s2.gov.cn/4487375" };
	struct target_key a, b;

	ck_assert(target_key(&a, span_of(url[0])));
	ck_assert(target_key(&b, span_of(url[1])));
	ck_assert_uint_eq(target_term(&a), target_term(&b));
	for (unsigned i = 0; i < 6; i++) {
		char page[64];

		link_to(url[i % 2], i, "");
		snprintf(page, sizeof(page), "http://s%u.gov.cn/%u",
		    i % 2 == 0 ? 1 : 3, i);
		link_to(page, 9, "");
		publish(i % 2 == 0 ? 1 : 3, page);
	}
	publish(2, url[0]);
	withdraw(2, url[0], "");
	ck_assert_uint_eq(broken(1), 1);
	ck_assert_uint_eq(broken(3), 0);
	(void)ask_to(url[0], 0, 10);
	ck_assert_uint_eq(found, 3);
	ck_assert_uint_eq(last_link.site, 1);
}
END_TEST

START_TEST(pages_of_rows)
{
	struct link_page page;
	struct link_spec spec = { .scope = REWRITE_DOMAIN,
	    .url = SPAN("http://s2.gov.cn/"), .limit = 1 };
	struct link_count n;

	for (unsigned i = 0; i < 3; i++) {
		char url[64];

		link_to(TARGET, 5 + i, "");
		link_to("http://s2.gov.cn/b", 9, "");
		snprintf(url, sizeof(url), "http://s1.gov.cn/%u", i);
		publish(1, url);
	}
	look();
	page = ask_to("s2.gov.cn", 0, 4);
	ck_assert_uint_eq(found, 4);
	ck_assert(page.more && !page.cut);
	page = ask_to("s2.gov.cn", 4, 4);
	ck_assert_uint_eq(found, 2);
	ck_assert(!page.more);
	query_links_count(query, &spec, &n);
	ck_assert_uint_eq(n.pages, 3);
	ck_assert_uint_eq(n.sites, 1);
	ck_assert_uint_eq(n.targets, 2);
	ck_assert(n.exact);
}
END_TEST

START_TEST(first_of_each_site)
{
	struct link_page page;
	char url[64];

	for (unsigned i = 0; i < 30; i++) {
		snprintf(url, sizeof(url), "http://s%u.gov.cn/%u.html",
		    i < 20 ? 1 : 3, i);
		link_to("http://s2.gov.cn/a/1.html", i + 1, "");
		link_to("http://s2.gov.cn/a/1.html", i + 2, "");
		if (i < 5)
			link_to("http://s2.gov.cn/a/2.html", i + 3, "");
		publish(i < 20 ? 1 : 3, url);
	}
	look();
	page = ask_folded("http://s2.gov.cn/a/", 3, 100);
	ck_assert_uint_eq(found, 9);	/* two sites, and the other target */
	ck_assert_uint_eq(folded, (10 - 3) + (20 - 3) + (5 - 3));
	ck_assert_uint_eq(page.shown, 65);
	ck_assert(!page.more);
	page = ask_folded("http://s2.gov.cn/a/", 0, 100);
	ck_assert_uint_eq(found, 65);
	ck_assert_uint_eq(folded, 0);
	page = ask_folded("http://s2.gov.cn/a/", 3, 3);
	ck_assert_uint_eq(found, 3);
	ck_assert_uint_eq(folded, 7);
	ck_assert_uint_eq(page.shown, 20);
	ck_assert(page.more);
}
END_TEST

START_TEST(what_is_typed)
{
	static const struct {
		const char *typed;
		bool exact, good;
		enum rewrite_scope scope;
		const char *url;
	} cases[] = {
		{ "s2.gov.cn", false, true, REWRITE_DOMAIN,
		  "http://s2.gov.cn/" },
		{ "WWW.Zhengzhou.gov.cn.", false, true, REWRITE_DOMAIN,
		  "http://www.zhengzhou.gov.cn/" },
		{ "http://s2.gov.cn/a/", false, true, REWRITE_PREFIX,
		  "http://s2.gov.cn/a/" },
		{ "http://s2.gov.cn/a/", true, true, REWRITE_ADDRESS,
		  "http://s2.gov.cn/a/" },
		{ "http://s2.gov.cn/a", false, true, REWRITE_ADDRESS,
		  "http://s2.gov.cn/a" },
		{ "ftp://s2.gov.cn/a", false, false, REWRITE_ADDRESS, "" },
		{ "", false, false, REWRITE_ADDRESS, "" },
		{ "a b", false, false, REWRITE_ADDRESS, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum rewrite_scope scope;
		const char *why = NULL;
		struct buf url;

		buf_init(&url, LIMIT_URL);
		ck_assert_msg(query_links_scope(span_of(cases[i].typed),
		    cases[i].exact, &scope, &url, &why) == cases[i].good,
		    "%s", cases[i].typed);
		if (cases[i].good) {
			ck_assert_int_eq(scope, cases[i].scope);
			ck_assert_str_eq(buf_cstr(&url), cases[i].url);
		} else {
			ck_assert_ptr_nonnull(why);
		}
		buf_clear(&url);
	}
}
END_TEST

/* --- from a page ---------------------------------------------------------- */

START_TEST(from_a_page)
{
	struct item_info i;

	link_to(TARGET, 3, "one");
	link_to("http://www.example.com/", 4, "two");
	publish(1, "http://s1.gov.cn/");
	publish(2, TARGET);
	look();
	ck_assert(query_item(query, SPAN("http://s1.gov.cn/"), &i));
	found = 0;
	query_links_from(query, &i, note, NULL);
	ck_assert_uint_eq(found, 2);
	ck_assert_str_eq(last_text, "two");
	ck_assert_int_eq(last.state, TARGET_OUTSIDE);
	/* As a server would answer it, too. */
	ck_assert(query_item(query, SPAN("https://s1.gov.cn/index.html"), &i));
	ck_assert(!query_item(query, SPAN("https://s1.gov.cn/x"), &i));
	withdraw(1, "http://s1.gov.cn/", "");
	look();
	ck_assert(query_item(query, SPAN("http://s1.gov.cn/"), &i));
	found = 0;
	query_links_from(query, &i, note, NULL);
	ck_assert_uint_eq(found, 0);
}
END_TEST

/* --- both ways ------------------------------------------------------------ */

static struct reciprocal pair;

static bool
note_pair(void *arg, const struct reciprocal *r)
{
	(void)arg;
	found++;
	pair = *r;
	return true;
}

START_TEST(both_ways)
{
	kit_act(&k, "{\"do\":\"site-add\",\"site\":4,\"code\":\"4100000004\","
	    "\"name\":\"office\",\"domains\":[\"d.s1.gov.cn\"],\"kind\":"
	    "\"department\",\"parent\":\"4100000001\",\"actor\":\"t\","
	    "\"reason\":\"\"}");
	link_to("http://www.d.s1.gov.cn/", 1, "");
	publish(1, "http://s1.gov.cn/");
	/* Its own host is below the portal's, and isn't the portal's. */
	link_to("http://d.s1.gov.cn/about", 1, "");
	publish(4, "http://d.s1.gov.cn/");
	look();
	found = 0;
	query_links_reciprocal(query, note_pair, NULL);
	ck_assert_uint_eq(found, 1);
	ck_assert(pair.to && !pair.back);
	link_to("https://www.s1.gov.cn/", 1, "");
	publish(4, "http://d.s1.gov.cn/x");
	look();
	query_links_reciprocal(query, note_pair, NULL);
	ck_assert(pair.to && pair.back);
	withdraw(4, "http://d.s1.gov.cn/x", "");
	look();
	query_links_reciprocal(query, note_pair, NULL);
	ck_assert(!pair.back);
}
END_TEST

/* --- news ----------------------------------------------------------------- */

static size_t
count_news(uint32_t site)
{
	struct db_txn *t = view_read(k.view);
	struct db_cursor *c = db_cursor_open(t, TABLE_LINK_NEWS);
	struct span key, row;
	size_t n = 0;
	bool more = db_cursor_get(c, MDB_FIRST, &key, &row);

	for (; more; more = db_cursor_get(c, MDB_NEXT, &key, &row))
		n += key.n > 4 && (uint8_t)key.at[3] == site;
	db_cursor_close(c);
	db_abort(t);
	return n;
}

START_TEST(news)
{
	struct db_txn *t;
	struct link_news n;
	struct buf room;

	link_to(TARGET, 1, "");
	publish(1, "http://s1.gov.cn/");
	publish(2, TARGET);
	look();
	ck_assert_uint_eq(count_news(0), 0);
	withdraw(2, TARGET, "");
	look();
	ck_assert_uint_eq(count_news(0), 1);
	ck_assert_uint_eq(count_news(1), 0);
	link_to(TARGET, 1, "");
	publish(3, "http://s3.gov.cn/");
	look();
	ck_assert_uint_eq(count_news(3), 1);
	publish(1, "http://s1.gov.cn/");
	look();
	ck_assert_uint_eq(count_news(1), 1);
	t = view_read(k.view);
	buf_init(&room, LIMIT_URL + 16);
	ck_assert(links_news(t, &n, &room));
	ck_assert_uint_eq(n.site, 0);
	ck_assert(span_is(n.url, SPAN(TARGET)));
	buf_clear(&room);
	db_abort(t);
}
END_TEST

/* --- much, and strange ---------------------------------------------------- */

/* All a page may have, and each of them elsewhere; then none. */
START_TEST(four_thousand)
{
	struct db_txn *t;
	char url[96];

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < LIMIT_LINKS; i++) {
			snprintf(url, sizeof(url), "http://h%u-%u.example/"
			    "%u", round, i, i);
			link_to(url, LIMIT_LINKS - i, "");
		}
		publish(1, "http://s1.gov.cn/");
	}
	look();
	t = view_read(k.view);
	ck_assert_uint_eq(db_count(t, TABLE_TARGET), LIMIT_LINKS);
	ck_assert_uint_eq(db_count(t, TABLE_BETWEEN), LIMIT_LINKS);
	ck_assert_uint_ge(db_count(t, TABLE_RUN), LIMIT_LINKS / 32);
	ck_assert_uint_le(db_count(t, TABLE_RUN), LIMIT_LINKS / 4);
	db_abort(t);
	(void)ask_to("http://h2-17.example/17", 0, 10);
	ck_assert_uint_eq(found, 1);
	ck_assert_uint_eq(last_link.line, LIMIT_LINKS - 17);
	publish(1, "http://s1.gov.cn/");
	look();
	t = view_read(k.view);
	ck_assert_uint_eq(db_count(t, TABLE_TARGET), 0);
	ck_assert_uint_eq(db_count(t, TABLE_BETWEEN), 0);
	ck_assert_uint_eq(db_count(t, TABLE_RUN), 0);
	db_abort(t);
}
END_TEST

/* Longer than a key; alike up to the last bytes. */
START_TEST(long_addresses)
{
	char url[3][LIMIT_URL + 1];
	struct target_key a, b;
	size_t n = (size_t)snprintf(url[0], sizeof(url[0]),
	    "http://s2.gov.cn/");

	memset(url[0] + n, 'x', 1500);
	url[0][n + 1500] = '\0';
	memcpy(url[1], url[0], sizeof(url[0]));
	memcpy(url[2], url[0], sizeof(url[0]));
	url[1][n + 1499] = 'y';
	link_to(url[0], 1, "x");
	link_to(url[1], 2, "y");
	publish(1, "http://s1.gov.cn/");
	look();
	(void)ask_to(url[0], 0, 10);
	ck_assert_uint_eq(found, 1);
	ck_assert_str_eq(last_text, "x");
	(void)ask_to("http://s2.gov.cn/", 0, 10);
	ck_assert_uint_eq(found, 2);
	ck_assert(target_key(&a, span_of(url[0])));
	ck_assert(target_key(&b, span_of(url[1])));
	ck_assert_uint_eq(a.n, TARGET_KEY);
	ck_assert(memcmp(a.at, b.at, TARGET_KEY) != 0);
	ck_assert(!target_key(&a, SPAN("nothing")));
}
END_TEST

/* The same link a thousand times is one of the target's. */
START_TEST(the_same_again)
{
	struct link_page page;

	for (unsigned i = 0; i < 1000; i++)
		link_to(TARGET, i, "");
	publish(1, "http://s1.gov.cn/");
	look();
	page = ask_to(TARGET, 0, 5000);
	ck_assert_uint_ge(found, 1000);
	ck_assert(!page.cut);
	publish(1, "http://s1.gov.cn/");
	look();
	(void)ask_to(TARGET, 0, 5000);
	ck_assert_uint_eq(found, 0);
}
END_TEST

/* What the purse doesn't pay for is said. */
START_TEST(the_purse)
{
	int64_t steps = 100;
	struct db_txn *t;
	struct link_count n;
	char url[64];

	for (unsigned i = 0; i < 50; i++) {
		snprintf(url, sizeof(url), "http://s2.gov.cn/%u", i);
		link_to(url, i, "");
	}
	publish(1, "http://s1.gov.cn/");
	look();
	t = view_read(k.view);
	links_count(t, REWRITE_DOMAIN, SPAN("http://s2.gov.cn/"), 0, &n,
	    &steps);
	ck_assert(!n.exact);
	ck_assert_uint_lt(n.targets, 50);
	db_abort(t);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("links");
	TCase *c = tcase_create("links");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, what_becomes_of_it);
	tcase_add_test(c, no_false_alarm);
	tcase_add_test(c, uncovered_withdrawal);
	tcase_add_test(c, a_domain_goes);
	tcase_add_test(c, two_at_one_place);
	tcase_add_test(c, successors);
	tcase_add_test(c, moved);
	tcase_add_test(c, settling);
	tcase_add_test(c, clock_put_back);
	tcase_add_test(c, templates);
	tcase_add_test(c, shifted_templates);
	tcase_add_test(c, one_list_of_two);
	tcase_add_test(c, pages_of_rows);
	tcase_add_test(c, first_of_each_site);
	tcase_add_test(c, what_is_typed);
	tcase_add_test(c, from_a_page);
	tcase_add_test(c, both_ways);
	tcase_add_test(c, news);
	tcase_add_test(c, four_thousand);
	tcase_add_test(c, long_addresses);
	tcase_add_test(c, the_same_again);
	tcase_add_test(c, the_purse);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
