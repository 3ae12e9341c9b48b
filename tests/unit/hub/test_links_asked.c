/*
 * Links, as they are asked for on the command line and the web: templates,
 * pages of rows, what was typed, both ways, and news.
 */
#include "tests/unit/hub/linkskit.h"

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
	look_through();
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
	look_through();
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
	look_through();
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
	look_through();
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

static bool
note_spelling(void *arg, const struct link_info *l)
{
	struct buf *b = arg;

	if (l->folded > 0 || l->folded_links > 0)
		buf_printf(b, "+%d/%d ", (int)l->folded,
		    (int)l->folded_links);
	else
		buf_printf(b, "%u ", l->line);
	return true;
}

static bool only;

static const char *
lines_to(const char *url, size_t of_site, uint64_t skip)
{
	static struct buf b;
	struct link_spec spec = { .limit = 100, .of_site = of_site,
	    .skip = skip, .scope = REWRITE_ADDRESS, .url = span_of(url),
	    .only = only };
	struct link_page page;

	if (b.most == 0)
		buf_init(&b, 1000);
	buf_reset(&b);
	query_links_to(query, &spec, note_spelling, &b, &page);
	return buf_cstr(&b);
}

/* What is spelled as it was asked for comes first, and nothing is left out
 * without a word. */
START_TEST(as_it_is_spelled)
{
	static const char *const to[] = { "http://s2.gov.cn/zt/",
		"https://s2.gov.cn/zt/", "http://s2.gov.cn/zt",
		"https://s2.gov.cn/zt", "http://s2.gov.cn/zt/index.htm" };

	for (unsigned i = 0; i < 5; i++)
		link_to(to[i], i + 1, "");
	publish(1, "http://s1.gov.cn/1.html");
	link_to(to[2], 9, "");
	publish(3, "http://s3.gov.cn/1.html");
	look_through();
	ck_assert_str_eq(lines_to(to[2], 2, 0), "9 3 1 2 +0/1 5 ");
	ck_assert_str_eq(lines_to(to[3], 0, 0), "4 9 1 2 3 5 ");
	ck_assert_str_eq(lines_to(to[3], 0, 2), "1 2 3 5 ");
	ck_assert_str_eq(lines_to(to[4], 0, 0), "5 9 1 2 3 4 ");
	ck_assert_str_eq(lines_to("http://s2.gov.cn/zt/x.html", 0, 0), "");
	only = true;
	ck_assert_str_eq(lines_to(to[3], 0, 0), "4 9 1 2 3 ");
	ck_assert_str_eq(lines_to(to[4], 0, 0), "5 ");
	only = false;
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
	look_through();
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
	look_through();
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
	look_through();
	found = 0;
	query_links_reciprocal(query, note_pair, NULL);
	ck_assert_uint_eq(found, 1);
	ck_assert(pair.to && !pair.back);
	link_to("https://www.s1.gov.cn/", 1, "");
	publish(4, "http://d.s1.gov.cn/x");
	look_through();
	query_links_reciprocal(query, note_pair, NULL);
	ck_assert(pair.to && pair.back);
	withdraw(4, "http://d.s1.gov.cn/x", "");
	look_through();
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
	look_through();
	ck_assert_uint_eq(count_news(0), 0);
	withdraw(2, TARGET, "");
	look_through();
	ck_assert_uint_eq(count_news(0), 1);
	ck_assert_uint_eq(count_news(1), 0);
	link_to(TARGET, 1, "");
	publish(3, "http://s3.gov.cn/");
	look_through();
	ck_assert_uint_eq(count_news(3), 1);
	publish(1, "http://s1.gov.cn/");
	look_through();
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

int
main(void)
{
	Suite *s = suite_create("links_asked");
	TCase *c = tcase_create("links");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, linkskit_open, viewkit_close);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, templates);
	tcase_add_test(c, shifted_templates);
	tcase_add_test(c, one_list_of_two);
	tcase_add_test(c, pages_of_rows);
	tcase_add_test(c, first_of_each_site);
	tcase_add_test(c, as_it_is_spelled);
	tcase_add_test(c, what_is_typed);
	tcase_add_test(c, from_a_page);
	tcase_add_test(c, both_ways);
	tcase_add_test(c, news);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
