/*
 * The pages: whole and well-formed whatever stands in titles and names,
 * paged to the end without doubles, bounded, and honest about what isn't
 * there.
 */
#include "hub/dash.h"

#include "hub/cell.h"
#include "hub/dash_alert.h"
#include "hub/dash_notice.h"
#include "hub/dash_sign.h"

#include "tests/unit/hub/web_bed.h"

static struct bed bed;

static void
set_up(void)
{
	bed_open(&bed);
}

static void
tear_down(void)
{
	bed_close(&bed);
}

typedef void maker_fn(struct visit *v);

static const char *
page(maker_fn *make, const char *path, const char *query)
{
	const char *text = bed_get(&bed, make, path, query);

	bed_html(&bed);
	ck_assert_str_eq(bed.v.type, DASH_TYPE);
	return text;
}

static void
hostile_store(void)
{
	struct change c;

	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":1,\"code\":"
	    "\"4100000001\",\"name\":\"\\\"'><script>alert(1)</script>\","
	    "\"domains\":[\"s1.gov.cn\"],\"kind\":\"portal\",\"parent\":\"\","
	    "\"actor\":\"test\",\"reason\":\"\"}");
	c = kit_change(CHANGE_CREATED, "https://s1.gov.cn/?%22%3E&b=1",
	    BED_HOSTILE);
	for (int w = WORD_COLUMN; w <= WORD_DESCRIPTION; w++)
		c.word[w] = span_of(BED_HOSTILE);
	c.id = span_of(BED_HOSTILE);
	c.type = span_of(BED_HOSTILE);
	kit_say(&bed.kit, 1, &c);
	c = kit_change(CHANGE_CREATED, "https://evil.example/?%22%3E",
	    BED_HOSTILE);
	kit_say(&bed.kit, 1, &c);
	bed_show(&bed);
}

static const struct {
	maker_fn *make;
	const char *path, *query;
} pages[] = {
	{ dash_home, "", "" }, { dash_home, "", "lang=zh" },
	{ dash_now, "", "" }, { dash_now, "", "state=new" },
	{ dash_beside, "", "" },
	{ dash_sites, "", "" }, { dash_sites, "", "state=new&lang=zh" },
	{ dash_alerts, "", "" }, { dash_notices, "", "lang=en" },
	{ dash_sign, "", "next=%22%3E%3Cscript%3E" },
	{ dash_site, "4100000001", "" },
	{ dash_site, "4100000001", "lang=en&q=x" },
	{ dash_search, "", "" },
	{ dash_search, "", "q=%22%27%3E%3Cscript%3E" },
	{ dash_search, "", "column=%22%27%3E%3Cscript%3E&since=2026-01-01" },
	{ dash_search, "", "q=alert" },
	{ dash_item, "1", "" }, { dash_item, "", "url=4100000001:x" },
};

START_TEST(test_hostile)
{
	hostile_store();
	page(pages[_i].make, pages[_i].path, pages[_i].query);
}
END_TEST

START_TEST(test_says_it_all)
{
	const char *text;

	hostile_store();
	text = page(dash_item, "1", "");
	ck_assert_uint_ge(bed_count(text, "&quot;&#39;&gt;&lt;script&gt;"
	    "alert(1)&lt;/script&gt;&amp;amp;]]&gt;--!&gt; \xe6\x94\xbf"), 7);
	ck_assert_ptr_nonnull(strstr(text,
	    "href=\"https://s1.gov.cn/?%22%3E&amp;b=1\""));
	text = page(dash_site, "4100000001", "");
	ck_assert_ptr_nonnull(strstr(text, "evil.example"));	/* held */
	ck_assert_ptr_nonnull(strstr(text, "/search?site=4100000001&amp;"
	    "column=%22%27%3E%3Cscript%3E"));
}
END_TEST

static const struct {
	maker_fn *make;
	const char *path, *query;
	int status;
} refused[] = {
	{ dash_site, "", "", 404 }, { dash_site, "nosuch", "", 404 },
	{ dash_site, "%3Cscript%3E", "", 404 },
	{ dash_item, "", "", 404 }, { dash_item, "2", "", 404 },
	{ dash_item, "%3Cscript%3E", "", 404 },
	{ dash_item, "-1", "", 404 }, { dash_item, "1%002", "", 404 },
	{ dash_sites, "", "state=fine", 400 },
	{ dash_now, "", "state=fine", 400 }, { dash_now, "", "after=x", 400 },
	{ dash_alert, "1", "", 404 }, { dash_alert, "", "", 404 },
	{ dash_alert, "%3Cscript%3E", "", 404 },
	{ dash_alerts, "", "site=nosuch", 404 },
	{ dash_alerts, "", "after=-1", 400 },
	{ dash_notices, "", "site=nosuch", 404 },
	{ dash_search, "", "since=%3Cscript%3E", 400 },
	{ dash_search, "", "site=%3Cscript%3E", 400 },
	{ dash_search, "", "after=%3Cscript%3E", 400 },
	{ dash_search, "", "limit=201", 400 },
	{ dash_search, "", "q=1+2+3+4+5+6+7+8+9+0+1+2+3+4+5+6+7", 400 },
};

START_TEST(test_refused)
{
	bed_show(&bed);
	page(refused[_i].make, refused[_i].path, refused[_i].query);
	ck_assert_int_eq(bed.v.status, refused[_i].status);
}
END_TEST

/* All that was typed is there still, also what is no date to a browser. */
START_TEST(test_search_refused)
{
	const char *text;

	bed_show(&bed);
	text = page(dash_search, "", "q=%3Cb%3E&since=yesterday&until="
	    "2026-11-22");
	ck_assert_int_eq(bed.v.status, 400);
	ck_assert_ptr_nonnull(strstr(text, "id=\"again-why\">From: expected a "
	    "date like 2026-11-21</p>"));
	ck_assert_ptr_nonnull(strstr(text, "<input type=\"text\" "
	    "name=\"since\" aria-invalid=\"true\" aria-describedby="
	    "\"again-why\" autofocus value=\"yesterday\">"));
	ck_assert_ptr_nonnull(strstr(text, "value=\"&lt;b&gt;\""));
	ck_assert_ptr_nonnull(strstr(text, "<input type=\"date\" "
	    "name=\"until\" value=\"2026-11-22\">"));
	page(dash_search, "", "since=%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96-11-22");
	ck_assert_int_eq(bed.v.status, 200);
}
END_TEST

/* --- the cluster --------------------------------------------------------- */

static void
add_more_sites(uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i <= n; i++)
		kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":%u,\"code\":"
		    "\"41%08u\",\"name\":\"site %u\",\"domains\":"
		    "[\"s%u.gov.cn\"],\"kind\":\"\",\"parent\":\"\","
		    "\"actor\":\"test\",\"reason\":\"\"}", i, i, i, i);
	bed_show(&bed);
}

static void
add_sites(uint32_t n)
{
	add_more_sites(1, n);
}

/* What recurs says so, and by whose clocks: the times are the next ones. */
START_TEST(test_series)
{
	const char *text;

	add_sites(1);
	kit_act(&bed.kit, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":"
	    "\"maintenance\",\"service\":\"\",\"recurs\":"
	    "\"sun 23:00-01:30\",\"zone\":\"Asia/Urumqi\",\"actor\":"
	    "\"wang\",\"reason\":\"<b>\"}");
	bed_show(&bed);
	text = page(dash_notices, "", "");
	ck_assert_ptr_nonnull(strstr(text, " · sun 23:00-01:30 "
	    "(Asia/Urumqi) · &lt;b&gt;"));
}
END_TEST

static uint64_t
number_at(const char *at)
{
	uint64_t n = 0;

	ck_assert(text_number((struct span){ .at = at,
	    .n = strspn(at, "0123456789") }, 0, UINT64_MAX, &n));
	return n;
}

/* The query of the link to what comes next; false: there is none. */
static bool
next_query(const char *text, char query[256])
{
	const char *at = strstr(text, "rel=\"next\" href=\"");
	size_t n = 0;

	if (at == NULL)
		return false;
	at = strchr(at, '?') + 1;
	for (; *at != '"' && n < 255; at++) {
		query[n++] = *at;
		if (strncmp(at, "&amp;", 5) == 0)
			at += 4;
	}
	query[n] = '\0';
	return true;
}

/* A finger can hit what is 24 px wide: so it is up to 1500, and always where
 * there is no mouse. */
START_TEST(test_cell_sizes)
{
	const char *style;

	add_sites(3);
	ck_assert_ptr_nonnull(strstr(page(dash_home, "", ""),
	    "<div class=\"regions huge\">"));
	add_more_sites(4, 251);
	ck_assert_ptr_nonnull(strstr(page(dash_home, "", ""),
	    "<div class=\"regions large\">"));
	style = bed_get(&bed, dash_style, "", "");
	ck_assert_ptr_nonnull(strstr(style, ".huge{--c:2rem}.large{--c:1.5rem}"
	    ));
	ck_assert_ptr_nonnull(strstr(style, "@media(pointer:coarse){.middle,"
	    ".small{--c:1.5rem}}"));
}
END_TEST

START_TEST(test_no_sites)
{
	bed_show(&bed);
	ck_assert_ptr_nonnull(strstr(page(dash_sites, "", ""),
	    "There are none."));
}
END_TEST

START_TEST(test_all_sites)
{
	char query[256] = "state=new";
	bool seen[451] = { false };
	int n = 0, round = 0;

	add_sites(450);
	do {
		const char *at = page(dash_sites, "", query);

		ck_assert_int_lt(round++, 4);
		ck_assert_ptr_nonnull(strstr(at, "not enrolled&nbsp;450<"));
		while ((at = strstr(at, "/site/41")) != NULL) {
			uint64_t k = number_at(at += 8);

			ck_assert_uint_ge(k, 1);
			ck_assert_uint_le(k, 450);
			ck_assert(!seen[k]);
			seen[k] = true;
			n++;
		}
	} while (next_query(buf_cstr(&bed.out), query));
	ck_assert_int_eq(n, 450);
	ck_assert_int_eq(round, 3);
}
END_TEST

START_TEST(test_states)
{
	add_sites(3);
	kit_act(&bed.kit, "{\"do\":\"block\",\"site\":2,\"actor\":\"test\","
	    "\"reason\":\"<gone mad>\"}");
	bed_show(&bed);
	page(dash_sites, "", "state=blocked");
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out), "<tr><th scope="
	    "\"row\">"), 1);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "s2.gov.cn"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out),
	    "state=blocked\" aria-current=\"true\">"));
	page(dash_sites, "", "state=silent");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "There are none."));
	page(dash_site, "4100000002", "");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out),
	    "&lt;gone mad&gt;"));
}
END_TEST

#define REF "0102030405060708090a"
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

START_TEST(test_proof)
{
	add_sites(1);
	ck_assert_ptr_nonnull(strstr(page(dash_site, "4100000001", ""),
	    "<dd>not proven</dd>"));
	kit_act(&bed.kit, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF
	    "\",\"expires\":1899999999999,\"actor\":\"t\","
	    "\"reason\":\"\"}");
	kit_act(&bed.kit, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF
	    "\",\"key\":\"" KEY "\",\"actor\":\"t\",\"reason\":\"\"}");
	kit_act(&bed.kit, "{\"do\":\"prove\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"key\":\"" KEY "\",\"proven\":true,"
	    "\"evidence\":\"<https> 200\",\"actor\":\"t\","
	    "\"reason\":\"\"}");
	bed_show(&bed);
	ck_assert_ptr_nonnull(strstr(page(dash_site, "4100000001", ""),
	    "<dd>proven · <time datetime=\"2026-11-18T11:06:40.000Z\">"
	    "2026-11-18 19:06:40 +08:00</time> · &lt;https&gt; 200</dd>"));
}
END_TEST

static const char *
skew_of(int64_t ms)
{
	pulse_skew(1, ms);
	return page(dash_site, "4100000001", "");
}

START_TEST(test_skew)
{
	const struct health h = { .told = true };

	add_sites(1);
	pulse_open(NULL);
	pulse_begin(KIT_NOW);
	pulse_heard(1, KIT_NOW, "203.0.113.7:5", &h);
	ck_assert_ptr_nonnull(strstr(skew_of(-20), "<dd>0.0 s</dd>"));
	ck_assert_ptr_nonnull(strstr(skew_of(49), "<dd>0.0 s</dd>"));
	ck_assert_ptr_nonnull(strstr(skew_of(-50), "<dd>-0.1 s</dd>"));
	ck_assert_ptr_nonnull(strstr(skew_of(61234), "<dd>+61.2 s</dd>"));
	pulse_close();
}
END_TEST

/* --- items --------------------------------------------------------------- */

START_TEST(test_all_items)
{
	char path[32], query[256] = "site=4100000001&q=news&limit=13";
	bool seen[101] = { false };
	int n = 0, round = 0;

	kit_site(&bed.kit, 1);
	kit_site(&bed.kit, 2);
	for (int i = 1; i <= 100; i++) {
		snprintf(path, sizeof(path), "%d", i);
		bed_item(&bed, 1 + (uint32_t)i % 2, path, "good news", "c");
	}
	bed_show(&bed);
	do {
		const char *at = page(dash_search, "", query);

		ck_assert_int_lt(round++, 5);
		ck_assert_ptr_nonnull(strstr(at, ">50 items<"));
		while ((at = strstr(at, "\"/item/")) != NULL) {
			uint64_t k = number_at(at += 7);

			ck_assert_uint_le(k, 100);
			ck_assert(!seen[k]);
			seen[k] = true;
			n++;
		}
	} while (next_query(buf_cstr(&bed.out), query));
	ck_assert_int_eq(n, 50);
	ck_assert_int_eq(round, 4);
}
END_TEST

START_TEST(test_nothing_found)
{
	kit_site(&bed.kit, 1);
	bed_show(&bed);
	page(dash_search, "", "q=nothing");
	ck_assert_int_eq(bed.v.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "Nothing found."));
}
END_TEST

START_TEST(test_withdrawn)
{
	kit_site(&bed.kit, 1);
	bed_item(&bed, 1, "a.html", "spring", "news");
	bed_withdraw(&bed, 1, "a.html", "out of date");
	bed_show(&bed);
	page(dash_item, "1", "");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "Withdrawn by"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "out of date"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "<h1>spring</h1>"));
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out),
	    "<tr><th scope=\"row\" class=\"state\">"), 2);
}
END_TEST

/* Told a thousand times, it is still one page. */
START_TEST(test_long_history)
{
	kit_site(&bed.kit, 1);
	for (int i = 0; i < 1000; i++)
		bed_item(&bed, 1, "a.html", i % 2 == 0 ? "x" : "y", "c");
	bed_show(&bed);
	page(dash_item, "1", "");
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out),
	    "<tr><th scope=\"row\" class=\"state\">"), 100);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out),
	    "The newest 100 of 1000 changes"));
}
END_TEST

START_TEST(test_many_columns)
{
	char path[32];

	kit_site(&bed.kit, 1);
	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "c%d", i);
		bed_item(&bed, 1, path, "t", path);
	}
	bed_show(&bed);
	page(dash_site, "4100000001", "");
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out), "&amp;column=c"),
	    200);
}
END_TEST

START_TEST(test_style)
{
	bed_show(&bed);
	bed_get(&bed, dash_style, "", "");
	ck_assert_str_eq(bed.v.type, "text/css; charset=utf-8");
	ck_assert_uint_eq(bed_count(buf_cstr(&bed.out), "{"),
	    bed_count(buf_cstr(&bed.out), "}"));
	ck_assert_ptr_null(strstr(buf_cstr(&bed.out), "url("));
}
END_TEST

/* --- shapes -------------------------------------------------------------- */

#define SHAPE_MAX 256
#define PARTS_MAX 8

/* What "}.down::before" says, not what the grid adds to it. */
static struct span
rule_of(const char *style, const char *name)
{
	char selector[64];
	struct span rule = { .n = 0 };
	const char *at;

	snprintf(selector, sizeof(selector), "}.%s::before{", name);
	at = strstr(style, selector);
	ck_assert_msg(at != NULL, "%s has no shape of its own", name);
	rule.at = at + strlen(selector);
	rule.n = strcspn(rule.at, "}");
	ck_assert_msg(memchr(rule.at, '#', rule.n) == NULL,
	    "%s: a colour without a name", name);
	return rule;
}

static int
by_text(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = memcmp(x->at, y->at, x->n < y->n ? x->n : y->n);

	return order != 0 ? order : (int)x->n - (int)y->n;
}

static size_t
split(struct span rule, struct span part[PARTS_MAX])
{
	size_t n = 0;

	while (rule.n > 0) {
		const char *end = memchr(rule.at, ';', rule.n);
		size_t len = end != NULL ? (size_t)(end - rule.at) : rule.n;

		ck_assert_uint_lt(n, PARTS_MAX);
		part[n++] = (struct span){ .at = rule.at, .n = len };
		len += end != NULL;
		rule.at += len;
		rule.n -= len;
	}
	return n;
}

/* Whatever colour it has, in whatever order it is said, and however broad an
 * edge is: "var(--red)" is "var(", "border:2px solid" is "border". */
static void
shape_of(char shape[SHAPE_MAX], struct span rule)
{
	struct span part[PARTS_MAX];
	size_t parts = split(rule, part), n = 0;

	qsort(part, parts, sizeof(*part), by_text);
	for (size_t i = 0; i < parts; i++) {
		bool edge = part[i].n > 7 &&
		    memcmp(part[i].at, "border:", 7) == 0, name = false;

		if (edge)
			part[i].n = 7;
		for (size_t k = 0; k < part[i].n && n < SHAPE_MAX - 2; k++) {
			name &= part[i].at[k] != ')';
			if (!name)
				shape[n++] = part[i].at[k];
			name |= n >= 4 &&
			    memcmp(&shape[n - 4], "var(", 4) == 0;
		}
		shape[n++] = ';';
		ck_assert_uint_lt(n, SHAPE_MAX - 2);
	}
	shape[n] = '\0';
}

/* Nothing is said by colour alone: not to those who see none. */
START_TEST(test_shapes)
{
	char shape[CELL_STATES][SHAPE_MAX];

	bed_show(&bed);
	bed_get(&bed, dash_style, "", "");
	for (int i = 0; i < CELL_STATES; i++) {
		const char *name = cell_name((enum cell_state)i);

		shape_of(shape[i], rule_of(buf_cstr(&bed.out), name));
		for (int k = 0; k < i; k++)
			ck_assert_msg(strcmp(shape[i], shape[k]) != 0,
			    "%s looks like %s: %s", name,
			    cell_name((enum cell_state)k), shape[i]);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_hostile, 0,
	    sizeof(pages) / sizeof(*pages));
	tcase_add_test(t, test_says_it_all);
	tcase_add_test(t, test_series);
	tcase_add_loop_test(t, test_refused, 0,
	    sizeof(refused) / sizeof(*refused));
	tcase_add_test(t, test_no_sites);
	tcase_add_test(t, test_search_refused);
	tcase_add_test(t, test_cell_sizes);
	tcase_add_test(t, test_all_sites);
	tcase_add_test(t, test_states);
	tcase_add_test(t, test_proof);
	tcase_add_test(t, test_skew);
	tcase_add_test(t, test_all_items);
	tcase_add_test(t, test_nothing_found);
	tcase_add_test(t, test_withdrawn);
	tcase_add_test(t, test_long_history);
	tcase_add_test(t, test_many_columns);
	tcase_add_test(t, test_style);
	tcase_add_test(t, test_shapes);
}

int
main(void)
{
	return bed_run("dash", fill);
}
