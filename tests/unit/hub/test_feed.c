/*
 * Feeds: RFC 4287 entries, RFC 6721 tombstones, RFC 5005 paging, read back
 * with libxml2; whatever stands in titles.
 */
#include "hub/feed.h"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "tests/unit/hub/web_bed.h"

#define ATOM "http://www.w3.org/2005/Atom"
#define GRAVE "http://purl.org/atompub/tombstones/1.0"

static struct bed bed;
static xmlDocPtr doc;
static xmlXPathContextPtr paths;

static void
set_up(void)
{
	bed_open(&bed);
	kit_site(&bed.kit, 1);
	kit_site(&bed.kit, 2);
}

static void
put_down(void)
{
	xmlXPathFreeContext(paths);
	xmlFreeDoc(doc);
	paths = NULL;
	doc = NULL;
}

static void
tear_down(void)
{
	put_down();
	bed_close(&bed);
}

static void
get(const char *query)
{
	put_down();
	bed_get(&bed, feed_make, "", query);
	ck_assert_int_eq(bed.v.status, 200);
	ck_assert_str_eq(bed.v.type, FEED_TYPE);
	doc = bed_xml(&bed);
	paths = xmlXPathNewContext(doc);
	xmlXPathRegisterNs(paths, (const xmlChar *)"a",
	    (const xmlChar *)ATOM);
	xmlXPathRegisterNs(paths, (const xmlChar *)"t",
	    (const xmlChar *)GRAVE);
}

static double
number(const char *path)
{
	xmlXPathObjectPtr o = xmlXPathEvalExpression(
	    (const xmlChar *)path, paths);
	double n = xmlXPathCastToNumber(o);

	xmlXPathFreeObject(o);
	return n;
}

/* Lives until the next but one. */
static const char *
text(const char *path)
{
	static char out[2][4096];
	static int turn;
	xmlXPathObjectPtr o = xmlXPathEvalExpression(
	    (const xmlChar *)path, paths);
	xmlChar *s = xmlXPathCastToString(o);

	turn = 1 - turn;
	snprintf(out[turn], sizeof(out[turn]), "%s", (const char *)s);
	xmlFree(s);
	xmlXPathFreeObject(o);
	return out[turn];
}

/* What RFC 4287 §4.1 asks of any feed and any entry. */
static void
is_valid(void)
{
	double entries = number("count(//a:entry)");

	ck_assert(number("count(/a:feed/a:id)") == 1);
	ck_assert(number("count(/a:feed/a:title)") == 1);
	ck_assert(number("count(/a:feed/a:updated)") == 1);
	ck_assert(number("count(/a:feed/a:link[@rel='self'])") == 1);
	ck_assert(number("count(//a:entry[count(a:id) = 1 and"
	    " count(a:title) = 1 and count(a:updated) = 1 and"
	    " count(a:author/a:name[string-length() > 0]) = 1 and"
	    " count(a:link[@rel='alternate']) = 1])") == entries);
	ck_assert(number("count(//a:entry[a:id ="
	    " preceding-sibling::a:entry/a:id])") == 0);
	ck_assert(number("count(//a:id[starts-with(., 'urn:uuid:') and"
	    " string-length() = 45])") == entries + 1);
	ck_assert(number("count(//a:link[@href='#' or @href=''])") == 0);
}

START_TEST(test_empty)
{
	bed_show(&bed);
	get("");
	is_valid();
	ck_assert(number("count(//a:entry)") == 0);
	ck_assert_str_eq(text("/a:feed/a:updated"),
	    "1970-01-01T00:00:00.000Z");
	ck_assert(number("count(//a:link[@rel='next'])") == 0);
}
END_TEST

START_TEST(test_hostile)
{
	struct change c = kit_change(CHANGE_CREATED,
	    "https://s1.gov.cn/?a=1&b=%22%3E", BED_HOSTILE);

	c.word[WORD_COLUMN] = span_of(BED_HOSTILE);
	c.word[WORD_DESCRIPTION] = span_of(BED_HOSTILE);
	c.word[WORD_SOURCE] = span_of(BED_HOSTILE);
	c.type = SPAN("text/html");
	kit_say(&bed.kit, 1, &c);
	bed_show(&bed);
	get("");
	is_valid();
	ck_assert_str_eq(text("/a:feed/a:title"), BED_NAME);
	ck_assert_str_eq(text("//a:entry/a:title"), BED_HOSTILE);
	ck_assert_str_eq(text("//a:entry/a:summary"), BED_HOSTILE);
	ck_assert_str_eq(text("//a:entry/a:author/a:name"), BED_HOSTILE);
	ck_assert_str_eq(text("//a:entry/a:category/@term"), BED_HOSTILE);
	ck_assert_str_eq(text("//a:entry/a:link/@href"),
	    "https://s1.gov.cn/?a=1&b=%22%3E");
	ck_assert_str_eq(text("//a:entry/a:link/@type"), "text/html");
	get("column=%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%26amp%3B"
	    "%5D%5D%3E--!%3E%20%E6%94%BF");
	ck_assert(number("count(//a:entry)") == 1);
	ck_assert_str_eq(text("/a:feed/a:title"),
	    BED_NAME " · " BED_HOSTILE);
}
END_TEST

/* Two sites may call their items the same. */
START_TEST(test_ids)
{
	struct change c = kit_change(CHANGE_CREATED, "https://s1.gov.cn/a",
	    "t");

	c.id = SPAN("1");
	kit_say(&bed.kit, 1, &c);
	c.url = SPAN("https://s2.gov.cn/a");
	kit_say(&bed.kit, 2, &c);
	bed_show(&bed);
	get("");
	is_valid();
	ck_assert(number("count(//a:entry)") == 2);
}
END_TEST

/* A type that is none of RFC 4287's does not get out. */
START_TEST(test_odd_type)
{
	static const char *const odd[] = { "html", "/", "text/", "/html" };
	char url[64];
	struct change c;

	for (int i = 0; i < 4; i++) {
		snprintf(url, sizeof(url), "https://s1.gov.cn/%d.html", i);
		c = kit_change(CHANGE_CREATED, url, "t");
		c.type = span_of(odd[i]);
		kit_say(&bed.kit, 1, &c);
	}
	bed_show(&bed);
	get("");
	ck_assert(number("count(//a:entry)") == 4);
	ck_assert(number("count(//a:entry/a:link[@type])") == 0);
}
END_TEST

/* --- paging -------------------------------------------------------------- */

static void
fill_sites(int n)
{
	char path[32], title[32];

	for (int i = 0; i < n; i++) {
		bed.kit.now += 700;
		snprintf(path, sizeof(path), "%d.html", i);
		snprintf(title, sizeof(title), "%s number %d",
		    i % 3 == 0 ? "spring" : "autumn", i);
		bed_item(&bed, 1 + (uint32_t)i % 2, path, title,
		    i % 5 == 0 ? "news" : "law");
	}
	bed_show(&bed);
}

/* All pages from a question on: how many entries, none of them twice. */
static int
walk(const char *query, int *pages)
{
	char seen[600][46], next[512];
	int n = 0;

	snprintf(next, sizeof(next), "%s", query);
	for (*pages = 0; ; ) {
		int entries;

		ck_assert_int_lt(++*pages, 100);
		get(next);
		is_valid();
		entries = (int)number("count(//a:entry)");
		for (int i = 1; i <= entries; i++, n++) {
			char path[64];

			ck_assert_int_lt(n, 600);
			snprintf(path, sizeof(path), "//a:entry[%d]/a:id", i);
			snprintf(seen[n], sizeof(seen[n]), "%s", text(path));
			for (int k = 0; k < n; k++)
				ck_assert_str_ne(seen[k], seen[n]);
		}
		if (number("count(/a:feed/a:link[@rel='next'])") == 0)
			return n;
		snprintf(next, sizeof(next), "%s", strchr(
		    text("/a:feed/a:link[@rel='next']/@href"), '?') + 1);
	}
}

static const struct {
	const char *query;
	int entries, pages;
} walks[] = {
	{ "", 100, 5 },
	{ "limit=7", 100, 15 },
	{ "limit=100", 100, 1 },
	{ "limit=200", 100, 1 },
	{ "site=4100000002", 50, 3 },
	{ "column=news", 20, 1 },
	{ "column=news&site=4100000001&limit=4", 10, 3 },
	{ "q=spring&limit=10", 34, 4 },
	{ "q=spring&site=4100000002&limit=10", 17, 2 },
	{ "q=winter", 0, 1 },
};

START_TEST(test_walk)
{
	int pages;

	fill_sites(100);
	ck_assert_int_eq(walk(walks[_i].query, &pages), walks[_i].entries);
	ck_assert_int_eq(pages, walks[_i].pages);
}
END_TEST

START_TEST(test_links)
{
	char id[64];

	fill_sites(30);
	get("q=spring&limit=3&lang=zh&state=x");
	snprintf(id, sizeof(id), "%s", text("/a:feed/a:id"));
	ck_assert_str_eq(text("/a:feed/a:link[@rel='first']/@href"),
	    text("/a:feed/a:link[@rel='self']/@href"));
	ck_assert_ptr_nonnull(strstr(text(
	    "/a:feed/a:link[@rel='next']/@href"),
	    "https://hub.example/feed?q=spring&limit=3&state=x&after="));
	get(strchr(text("/a:feed/a:link[@rel='next']/@href"), '?') + 1);
	ck_assert_str_eq(text("/a:feed/a:id"), id);	/* one feed */
	get("q=autumn");
	ck_assert_str_ne(text("/a:feed/a:id"), id);
	get("site=4100000001");
	ck_assert_str_ne(text("/a:feed/a:id"), id);
}
END_TEST

static const char *const refused[] = {
	"after=x", "after=d", "after=d0000000000000000", "after=d123",
	"limit=0", "since=x", "site=nosuch",
	"q=1+2+3+4+5+6+7+8+9+10+11+12+13+14+15+16+17",
};

START_TEST(test_refused)
{
	fill_sites(3);
	bed_get(&bed, feed_make, "", refused[_i]);
	ck_assert_int_eq(bed.v.status, 400);
	ck_assert_ptr_null(strchr(buf_cstr(&bed.out), '<'));
	ck_assert_uint_gt(bed.out.n, 10);
}
END_TEST

/* --- what is gone -------------------------------------------------------- */

START_TEST(test_tombstone)
{
	char id[64];

	bed_item(&bed, 1, "a.html", "spring", "news");
	bed_item(&bed, 1, "b.html", "autumn", "law");
	bed_show(&bed);
	get("q=spring");
	snprintf(id, sizeof(id), "%s", text("//a:entry/a:id"));
	bed.kit.now += 60000;
	bed_withdraw(&bed, 1, "a.html", "<out of date>");
	bed_show(&bed);
	get("");
	is_valid();
	ck_assert(number("count(//a:entry)") == 1);
	ck_assert(number("count(/a:feed/t:deleted-entry)") == 1);
	ck_assert_str_eq(text("//t:deleted-entry/@ref"), id);
	ck_assert_str_eq(text("//t:deleted-entry/@when"),
	    "2026-11-18T11:07:40.000Z");
	ck_assert_str_eq(text("/a:feed/a:updated"),
	    "2026-11-18T11:07:40.000Z");
	ck_assert_str_eq(text("//t:comment"), "<out of date>");
}
END_TEST

static const struct {
	const char *query;
	int graves;
} graves[] = {
	{ "", 2 }, { "q=spring", 1 }, { "q=SPRING", 1 }, { "q=winter", 0 },
	{ "q=spr", 0 }, { "column=news", 1 }, { "column=law&q=spring", 0 },
	{ "site=4100000001", 1 }, { "site=4100000002", 1 },
	{ "since=2026-11-19", 0 }, { "until=2026-11-18", 2 },
	{ "limit=1", 2 },
};

/* Only in the feeds that it was in. */
START_TEST(test_graves)
{
	bed_item(&bed, 1, "a.html", "spring", "news");
	bed_item(&bed, 2, "b.html", "autumn", "law");
	bed_item(&bed, 2, "c.html", "stays", "law");
	bed_withdraw(&bed, 1, "a.html", "");
	bed_withdraw(&bed, 2, "b.html", "");
	bed_show(&bed);
	get(graves[_i].query);
	ck_assert_int_eq((int)number("count(//t:deleted-entry)"),
	    graves[_i].graves);
}
END_TEST

/* Told anew it is an entry again, with the id it had. */
START_TEST(test_back_again)
{
	char id[64];

	bed_item(&bed, 1, "a.html", "spring", "news");
	bed_withdraw(&bed, 1, "a.html", "");
	bed_show(&bed);
	get("");
	snprintf(id, sizeof(id), "%s", text("//t:deleted-entry/@ref"));
	bed_item(&bed, 1, "a.html", "spring", "news");
	bed_show(&bed);
	get("");
	ck_assert(number("count(//t:deleted-entry)") == 0);
	ck_assert_str_eq(text("//a:entry/a:id"), id);
}
END_TEST

START_TEST(test_many_graves)
{
	char path[32];

	for (int i = 0; i < 450; i++) {
		snprintf(path, sizeof(path), "%d.html", i);
		bed_item(&bed, 1, path, "t", "news");
		bed_withdraw(&bed, 1, path, "");
	}
	bed_show(&bed);
	get("");
	ck_assert(number("count(//t:deleted-entry)") == 450);
	ck_assert(number("count(//t:deleted-entry[@ref ="
	    " preceding-sibling::t:deleted-entry/@ref])") == 0);
	clock_set(KIT_NOW + (FEED_GRAVE_DAYS + 1) * INT64_C(86400000), 0);
	get("");
	ck_assert(number("count(//t:deleted-entry)") == 0);
}
END_TEST

/* Each of them stands on one page, and the pages end. */
START_TEST(test_more_graves_than_a_page_has)
{
	char path[64];
	int pages = 1, dug = 0;

	for (int i = 0; i < FEED_GRAVES + 100; i++) {
		snprintf(path, sizeof(path), "%d.html", i);
		bed_item(&bed, 1, path, "t", "news");
		if (i >= 2)
			bed_withdraw(&bed, 1, path, "");
	}
	bed_show(&bed);
	get("limit=1");
	ck_assert(number("count(//t:deleted-entry)") == FEED_GRAVES);
	dug += FEED_GRAVES;
	for (; number("count(/a:feed/a:link[@rel='next'])") == 1; pages++) {
		ck_assert_int_lt(pages, 5);
		snprintf(path, sizeof(path), "%s", strchr(text(
		    "/a:feed/a:link[@rel='next']/@href"), '?') + 1);
		get(path);
		is_valid();
		dug += (int)number("count(//t:deleted-entry)");
	}
	ck_assert_int_eq(pages, 3);
	ck_assert_int_eq(dug, FEED_GRAVES + 98);
	ck_assert(number("count(//a:entry)") == 0);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_empty);
	tcase_add_test(t, test_hostile);
	tcase_add_test(t, test_ids);
	tcase_add_test(t, test_odd_type);
	tcase_add_loop_test(t, test_walk, 0, sizeof(walks) / sizeof(*walks));
	tcase_add_test(t, test_links);
	tcase_add_loop_test(t, test_refused, 0,
	    sizeof(refused) / sizeof(*refused));
	tcase_add_test(t, test_tombstone);
	tcase_add_loop_test(t, test_graves, 0,
	    sizeof(graves) / sizeof(*graves));
	tcase_add_test(t, test_back_again);
	tcase_add_test(t, test_many_graves);
	tcase_add_test(t, test_more_graves_than_a_page_has);
}

int
main(void)
{
	return bed_run("feed", fill);
}
