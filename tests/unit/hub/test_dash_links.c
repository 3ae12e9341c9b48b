/*
 * Links on the web and in the API: whole and well-formed whatever stands in
 * an address or its words, paged to the end, and under every item and site.
 */
#include "hub/api_links.h"
#include "hub/api_say.h"
#include "hub/dash.h"
#include "hub/dash_links.h"
#include "hub/query_links.h"
#include "tests/unit/hub/web_bed.h"

static struct bed bed;

static void
set_up(void)
{
	bed_open(&bed);
	kit_site(&bed.kit, 1);
	kit_site(&bed.kit, 2);
	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":3,\"code\":"
	    "\"4100000003\",\"name\":\"office\",\"domains\":[\"s3.gov.cn\"],"
	    "\"kind\":\"department\",\"parent\":\"\",\"actor\":\"t\","
	    "\"reason\":\"\"}");
}

static void
tear_down(void)
{
	bed_close(&bed);
}

#define GONE "https://s2.gov.cn/gone%22%3E%3Cb.html"

/* n pages of site 1 that link to what site 2 took away. */
static void
some(unsigned n)
{
	struct buf rows;

	buf_init(&rows, LIMIT_CHANGE);
	for (unsigned i = 0; i < n; i++) {
		struct link l = { .kind = LINK_ANCHOR, .line = 7 + i,
		    .to = SPAN(GONE), .text = SPAN(BED_HOSTILE) };
		struct link own = { .kind = LINK_IMAGE, .line = 90 };
		char url[64], to[64];
		struct change c;

		snprintf(url, sizeof(url), "https://s1.gov.cn/%u", i);
		snprintf(to, sizeof(to), "https://s1.gov.cn/%u.png", i);
		own.to = span_of(to);
		buf_reset(&rows);
		change_link_put(&rows, &l);
		change_link_put(&rows, &own);
		c = kit_change(CHANGE_CREATED, url, BED_HOSTILE);
		c.links = buf_look(&rows);
		kit_say(&bed.kit, 1, &c);
	}
	buf_clear(&rows);
	bed_item(&bed, 2, "gone%22%3E%3Cb.html", "there", "");
	bed_withdraw(&bed, 2, "gone%22%3E%3Cb.html", "");
	bed_show(&bed);
}

#define ASK "url=https%3A%2F%2Fs2.gov.cn%2Fgone%2522%253E%253Cb.html"

START_TEST(who_links_there)
{
	const char *text;

	some(3);
	text = bed_page(&bed, dash_links, "", ASK);
	ck_assert_int_eq(bed.v.status, 200);
	ck_assert(bed_has(text, "3 pages of 1 sites link there."));
	ck_assert(bed_has(text, "withdrawn"));
	ck_assert(bed_has(text, "/item/1\""));
	ck_assert(!bed_has(text, "<script>alert"));
	text = bed_page(&bed, dash_links, "", "url=s2.gov.cn&site=4100000002");
	ck_assert(bed_has(text, "There are none."));
	text = bed_page(&bed, dash_links, "", "url=s2.gov.cn&site=4100000001");
	ck_assert(bed_has(text, "/item/3\""));
}
END_TEST

START_TEST(to_the_last_page)
{
	const char *text;

	some(130);
	text = bed_page(&bed, dash_links, "", ASK);
	ck_assert_uint_eq(bed_count(text, "<th scope=\"row\""), 100);
	ck_assert(bed_has(text, "rel=\"next\"") && bed_has(text, "after=100"));
	text = bed_page(&bed, dash_links, "", ASK "&after=100");
	ck_assert_uint_eq(bed_count(text, "<th scope=\"row\""), 30);
	ck_assert(!bed_has(text, "rel=\"next\""));
}
END_TEST

START_TEST(refused)
{
	some(1);
	bed_page(&bed, dash_links, "", "");
	ck_assert_int_eq(bed.v.status, 400);
	bed_page(&bed, dash_links, "", "url=javascript%3Aalert(1)/");
	ck_assert_int_eq(bed.v.status, 400);
	bed_page(&bed, dash_links, "", ASK "&after=x");
	ck_assert_int_eq(bed.v.status, 400);
	bed_page(&bed, dash_links, "", ASK "&site=4100000009");
	ck_assert_int_eq(bed.v.status, 404);
	bed_page(&bed, dash_links, "nonsense", "");
	ck_assert_int_eq(bed.v.status, 404);
	bed_page(&bed, dash_links, "broken", "site=4100000009");
	ck_assert_int_eq(bed.v.status, 404);
}
END_TEST

START_TEST(broken)
{
	const char *text;

	some(2);
	text = bed_page(&bed, dash_links, "broken", "");
	ck_assert(bed_has(text, "gone"));
	ck_assert(bed_has(text, "<strong>withdrawn</strong>"));
	text = bed_page(&bed, dash_links, "broken", "site=4100000002");
	ck_assert(bed_has(text, "There are none."));
	text = bed_page(&bed, dash_links, "broken",
	    "after=https%3A%2F%2Fs2.gov.cn%2Fz");
	ck_assert(bed_has(text, "There are none."));
}
END_TEST

START_TEST(under_item_and_site)
{
	const char *text;

	some(2);
	text = bed_page(&bed, dash_item, "1", "");
	ck_assert(bed_has(text, "<h2>Links</h2>"));
	ck_assert(bed_has(text, "https://s1.gov.cn/0.png"));
	ck_assert(bed_has(text, "withdrawn"));
	ck_assert(!bed_has(text, "<script>alert"));
	text = bed_page(&bed, dash_item, "3", "lang=en");
	ck_assert(bed_has(text, "2 pages of 1 sites link there."));
	ck_assert(bed_has(text, "/links?url="));
	text = bed_page(&bed, dash_site, "4100000001", "");
	ck_assert(bed_has(text, "<h2>Broken links</h2>"));
	ck_assert(bed_has(text, "<strong>withdrawn</strong>"));
	text = bed_page(&bed, dash_site, "4100000002", "");
	ck_assert(!bed_has(text, "<strong>withdrawn</strong>"));
}
END_TEST

/* --- more than one page has room for -------------------------------------- */

#define NAV 120		/* links of a navigation */
#define OWN 45		/* … of one page's own, behind it */

static void
put(struct buf *rows, const char *to, uint32_t line)
{
	struct link l = { .kind = LINK_ANCHOR, .line = line,
	    .to = span_of(to) };

	change_link_put(rows, &l);
}

static void
say_page(uint32_t site, const char *url, const struct buf *rows)
{
	struct change c = kit_change(CHANGE_CREATED, url, "page");

	c.links = buf_look(rows);
	kit_say(&bed.kit, site, &c);
}

/* n pages of site 1 with one navigation, and the first with links of its
 * own. */
static void
navigation(unsigned n)
{
	char url[64];
	struct buf rows;

	buf_init(&rows, LIMIT_CHANGE);
	for (unsigned i = 0; i < n; i++) {
		buf_reset(&rows);
		for (unsigned k = 0; k < NAV; k++) {
			snprintf(url, sizeof(url), "https://s2.gov.cn/nav/%u/",
			    k);
			put(&rows, url, 1 + k);
		}
		for (unsigned k = 0; i == 0 && k < OWN; k++) {
			snprintf(url, sizeof(url), "https://s2.gov.cn/own/%u/",
			    k);
			put(&rows, url, 500 + k);
		}
		snprintf(url, sizeof(url), "https://s1.gov.cn/%u", i);
		say_page(1, url, &rows);
	}
	buf_clear(&rows);
	bed_show(&bed);
}

static void
all_are_there(const char *text)
{
	char what[64];

	for (unsigned k = 0; k < NAV; k++) {
		snprintf(what, sizeof(what), ">https://s2.gov.cn/nav/%u/<", k);
		ck_assert_uint_eq(bed_count(text, what), 1);
	}
	for (unsigned k = 0; k < OWN; k++) {
		snprintf(what, sizeof(what), ">https://s2.gov.cn/own/%u/<", k);
		ck_assert_uint_eq(bed_count(text, what), 1);
	}
}

#define FROM "url=https%3A%2F%2Fs1.gov.cn%2F0"

START_TEST(own_links_first)
{
	const char *text;
	struct buf both;

	navigation(20);
	text = bed_page(&bed, dash_item, "1", "lang=en");
	for (unsigned k = 0; k < OWN; k++) {
		char what[64];

		snprintf(what, sizeof(what), ">https://s2.gov.cn/own/%u/<", k);
		ck_assert(bed_has(text, what));
	}
	ck_assert_uint_eq(bed_count(text, ">https://s2.gov.cn/"), 100);
	ck_assert(bed_has(text, "<a href=\"/links/from?url=https%3A%2F%2F"
	    "s1.gov.cn%2F0&amp;lang=en\">All 165 links of this page</a>"));
	ck_assert(bed_has(text, "on 19 more pages of this site"));
	buf_init(&both, VISIT_BODY_MAX);
	text = bed_page(&bed, dash_links, "from", FROM);
	ck_assert(bed_has(text, "rel=\"next\" href=\"/links/from?" FROM
	    "&amp;after=100\""));
	ck_assert(bed_has(text, "<a href=\"/item/1\">page</a>"));
	buf_text(&both, text);
	text = bed_page(&bed, dash_links, "from", FROM "&after=100");
	ck_assert(!bed_has(text, "rel=\"next\""));
	buf_text(&both, text);
	all_are_there(buf_cstr(&both));
	buf_clear(&both);
}
END_TEST

/* Those that are told aren't all of them: it is said on both pages. */
START_TEST(cut_links)
{
	static const char said[] = "These are not all links of this page";
	struct change c = kit_change(CHANGE_CREATED, "https://s1.gov.cn/0",
	    "page");
	struct buf rows;

	buf_init(&rows, LIMIT_CHANGE);
	put(&rows, "https://s2.gov.cn/own/", 1);
	c.links = buf_look(&rows);
	for (int cut = 1; cut >= 0; cut--) {
		c.links_cut = cut;
		kit_say(&bed.kit, 1, &c);
		bed_show(&bed);
		ck_assert_int_eq(bed_has(bed_page(&bed, dash_item, "1",
		    "lang=en"), said), cut);
		ck_assert_int_eq(bed_has(bed_page(&bed, dash_links, "from",
		    FROM "&lang=en"), said), cut);
	}
	buf_clear(&rows);
}
END_TEST

/* A page with few links has all of them on it, and no way to more. */
START_TEST(few_links)
{
	const char *text;

	some(2);
	text = bed_page(&bed, dash_item, "1", "");
	ck_assert(!bed_has(text, "/links/from"));
	text = bed_page(&bed, dash_links, "from", FROM);
	ck_assert_uint_eq(bed_count(text, "<td class=\"n\">"), 2);
	ck_assert(!bed_has(text, "rel=\"next\""));
	bed_page(&bed, dash_links, "from", FROM "&after=x");
	ck_assert_int_eq(bed.v.status, 400);
	bed_page(&bed, dash_links, "from", "");
	ck_assert_int_eq(bed.v.status, 404);
	bed_page(&bed, dash_links, "from", "url=https%3A%2F%2Fs1.gov.cn%2Fx");
	ck_assert_int_eq(bed.v.status, 404);
	bed_withdraw(&bed, 1, "0", "");
	bed_show(&bed);
	text = bed_page(&bed, dash_links, "from", FROM);
	ck_assert(bed_has(text, "There are none."));
}
END_TEST

/* --- to a site ------------------------------------------------------------ */

/* Site 5 is below a domain of site 2: what links there doesn't link to 2. */
START_TEST(inbound)
{
	const char *text;
	struct link_count n;
	struct buf rows;

	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":4,\"code\":"
	    "\"4100000004\",\"name\":\"below\",\"domains\":["
	    "\"sub.s2.gov.cn\"],\"kind\":\"\",\"parent\":\"\","
	    "\"actor\":\"t\",\"reason\":\"\"}");
	buf_init(&rows, LIMIT_CHANGE);
	put(&rows, "https://sub.s2.gov.cn/", 1);
	say_page(1, "https://s1.gov.cn/to-the-one-below", &rows);
	buf_reset(&rows);
	put(&rows, "https://s2.gov.cn/2", 1);
	say_page(2, "https://s2.gov.cn/1", &rows);
	buf_clear(&rows);
	some(3);
	text = bed_page(&bed, dash_site, "4100000002", "lang=en");
	ck_assert(bed_has(text, "3 pages of 1 other sites link here. <a "
	    "href=\"/links?from=others&amp;url=s2.gov.cn&amp;lang=en\">"
	    "s2.gov.cn</a>"));
	text = bed_page(&bed, dash_site, "4100000001", "");
	ck_assert(bed_has(text, "No other site links here."));
	ck_assert(!bed_has(text, "from=others"));
	text = bed_page(&bed, dash_links, "", "url=s1.gov.cn");
	ck_assert(bed_has(text, "3 pages of 1 sites link there."));
	text = bed_page(&bed, dash_links, "", "url=s1.gov.cn&from=others");
	ck_assert(bed_has(text, "No other site links here."));
	ck_assert(bed_has(text, "There are none."));
	text = bed_page(&bed, dash_links, "", ASK "&from=others");
	ck_assert(bed_has(text, "3 pages of 1 other sites link here."));
	bed_page(&bed, dash_links, "", "url=s1.gov.cn&from=4100000001");
	ck_assert_int_eq(bed.v.status, 400);
	query_links_inbound(bed.query, 2, QUERY_LINKS_LINE, &n);
	ck_assert(n.exact);
	ck_assert_uint_eq(n.pages, 3);
	query_links_inbound(bed.query, 2, 100, &n);	/* a small purse */
	ck_assert(!n.exact);
	ck_assert_uint_ge(n.pages, n.sites);
	query_links_inbound(bed.query, 2, 10, &n);	/* an empty one */
	ck_assert(!n.exact);
	ck_assert_uint_eq(n.sites, 0);
}
END_TEST

/* Pages of a site that are full of links to itself. */
static void
say_full(unsigned first, unsigned end)
{
	struct buf rows;
	char url[64];

	buf_init(&rows, LIMIT_CHANGE);
	for (unsigned i = first; i < end; i++) {
		buf_reset(&rows);
		for (unsigned k = 0; k < LIMIT_LINKS; k++) {
			snprintf(url, sizeof(url), "https://s1.gov.cn/%u/%u",
			    i, k);
			put(&rows, url, k);
		}
		snprintf(url, sizeof(url), "https://s1.gov.cn/%u", i);
		say_page(1, url, &rows);
	}
	buf_clear(&rows);
	bed_show(&bed);
}

/* More than may be looked through: nothing was found, and that isn't said of
 * what there is. */
START_TEST(too_much)
{
	const char *text;

	say_full(0, 9);
	text = bed_page(&bed, dash_links, "", "url=s1.gov.cn&from=others");
	ck_assert(bed_has(text, "No other site links here."));
	ck_assert(!bed_has(text, "There may be more"));
	say_full(9, 12);
	text = bed_page(&bed, dash_links, "", "url=s1.gov.cn&from=others");
	ck_assert(bed_has(text, "There may be more"));
	ck_assert(!bed_has(text, "There are none."));
	ck_assert(!bed_has(text, "No other site links here."));
	text = bed_page(&bed, dash_links, "from",
	    FROM "&after=3900");
	ck_assert_uint_eq(bed_count(text, "<td class=\"n\">"), 100);
	ck_assert(!bed_has(text, "rel=\"next\""));
}
END_TEST

START_TEST(both_ways)
{
	const char *text;

	some(1);
	text = bed_page(&bed, dash_links, "broken", "lang=en&site=4100000002");
	ck_assert(bed_has(text, "<a href=\"/links/broken?lang=en\" "
	    "aria-current=\"page\">"));
	ck_assert(bed_has(text, "<a href=\"/links/reciprocal?lang=en\">"));
	ck_assert(bed_has(text, "<a href=\"/hits?lang=en\">"));
	text = bed_page(&bed, dash_links, "reciprocal", "");
	ck_assert(bed_has(text, "<a href=\"/links/reciprocal\" "
	    "aria-current=\"page\">"));
	ck_assert(bed_has(text, "office"));
	ck_assert_uint_eq(bed_count(text, "<td>no</td><td>no</td>"), 2);
}
END_TEST

/* Where there is none, there is none to lack a link. */
START_TEST(no_portal)
{
	const char *text;

	for (int i = 1; i <= 2; i++)
		kit_act(&bed.kit, "{\"do\":\"site-set\",\"site\":%d,\"kind\":"
		    "\"department\",\"actor\":\"t\",\"reason\":\"\"}", i);
	some(1);
	text = bed_page(&bed, dash_links, "reciprocal", "");
	ck_assert(bed_has(text, "No site is a portal that has members."));
	ck_assert(!bed_has(text, "There are none."));
}
END_TEST

static json_t *
get(const char *path, const char *query)
{
	json_t *j;

	bed_get(&bed, api_links, path, query);
	j = json_loadb(bed.out.at, bed.out.n, 0, NULL);
	ck_assert_ptr_nonnull(j);
	return j;
}

START_TEST(in_the_api)
{
	json_t *j, *one;

	some(130);
	j = get("", ASK "&limit=50");
	one = json_array_get(json_object_get(j, "links"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "links")), 50);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "next")), 50);
	ck_assert_str_eq(json_string_value(json_object_get(one, "to")), GONE);
	ck_assert_str_eq(json_string_value(json_object_get(one, "site")),
	    "4100000001");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(
	    one, "target"), "state")), "withdrawn");
	json_decref(j);
	j = get("from", "url=https%3A%2F%2Fs1.gov.cn%2F5");
	ck_assert_uint_eq(json_array_size(json_object_get(j, "links")), 2);
	json_decref(j);
	j = get("broken", "");
	one = json_array_get(json_object_get(j, "broken"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(one, "pages")),
	    130);
	json_decref(j);
	j = get("reciprocal", "");
	ck_assert_uint_eq(json_array_size(json_object_get(j, "pairs")), 2);
	json_decref(j);
}
END_TEST

START_TEST(in_the_api_refused)
{
	static const struct {
		const char *path, *query;
		int status;
	} cases[] = {
		{ "", "", 400 }, { "", ASK "&limit=0", 400 },
		{ "", ASK "&after=x", 400 },
		{ "", ASK "&site=4100000009", 404 },
		{ "from", "url=nothing", 404 }, { "x", "", 404 },
		{ "broken", "limit=9999", 400 },
	};

	some(1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *j = get(cases[i].path, cases[i].query);

		ck_assert_int_eq(bed.v.status, cases[i].status);
		ck_assert(json_is_string(json_object_get(j, "error")));
		json_decref(j);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("dash_links");
	TCase *c = tcase_create("dash_links");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, who_links_there);
	tcase_add_test(c, to_the_last_page);
	tcase_add_test(c, refused);
	tcase_add_test(c, broken);
	tcase_add_test(c, under_item_and_site);
	tcase_add_test(c, own_links_first);
	tcase_add_test(c, few_links);
	tcase_add_test(c, cut_links);
	tcase_add_test(c, inbound);
	tcase_add_test(c, too_much);
	tcase_add_test(c, both_ways);
	tcase_add_test(c, no_portal);
	tcase_add_test(c, in_the_api);
	tcase_add_test(c, in_the_api_refused);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
