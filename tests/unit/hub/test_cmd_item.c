/*
 * Commands about what sites said: what is held, the history of a page that
 * knows no rest, links of each kind, too many, and both ways, and their hosts.
 */
#include "tests/unit/hub/cmdkit.h"

/* Changes 1… of a site. */
static void
take(uint32_t site, const struct span *rows, const uint8_t (*hash)[32], size_t count)
{
	struct journal_batch b = { .site = site, .incarnation = 7, .first = 1,
	    .head = count, .row = rows, .hash = hash, .count = count,
	    .now = CORE_NOW };
	struct config c = { .dir = hub, .store_most = CORE_MOST };
	struct journal_verdict v;
	struct writer w;
	struct buf why;

	buf_init(&why, 4096);
	ck_assert_msg(writer_open(&w, &c, &why), "%s", buf_cstr(&why));
	journal_begin(w.journal);
	journal_take(w.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(w.journal), DB_OK);
	writer_close(&w);
	buf_clear(&why);
}

/* Two that come to nothing. */
static void
hold_two(void)
{
	const struct span rows[] = { SPAN(""), SPAN("x") };
	const uint8_t hash[2][32] = { { 0 } };

	take(1, rows, hash, 2);
}

/* After init's own entries, the site and its ticket. */
START_TEST(test_dismissing)
{
	set_up();
	make_hub();
	hold_two();
	ck_assert_int_eq(run("held", "dismiss", "3", NULL), 2);
	says(err, "--reason R is missing");
	ck_assert_int_eq(run("held", "dismiss", "--reason", "x", NULL), 2);
	says(err, "give a place, or --site CODE");
	ck_assert_int_eq(run("held", "dismiss", "3", "--site", "4101000001",
	    "--reason", "x", NULL), 2);
	ck_assert_int_eq(run("held", "dismiss", "3x", "--reason", "x", NULL),
	    2);
	says(err, "expected a place");
	ck_assert_int_eq(run("held", "dismiss", "99", "--reason", "x", NULL),
	    1);
	says(err, "nothing is held at the place 99");
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("held", NULL), 0);
	says(out, "no change that this version can read");
	ck_assert_int_eq(run("held", "dismiss", "3", "--reason", "测试",
	    NULL), 0);
	says(out, "1 entry of 4101000001 was taken out");
	ck_assert_int_eq(run("held", "dismiss", "--site", "4101000001",
	    "--reason", "测试", "--json", NULL), 0);
	says(out, "\"dismissed\": 1");
	ck_assert_int_eq(run("held", "--json", NULL), 0);
	says(out, "\"held\": []");
	ck_assert_int_eq(run("journal", "print", "--from", "5", NULL), 0);
	says(out, "\"do\":\"dismiss\"");
	says(out, "测试");
	ck_assert_int_eq(run("rebuild", NULL), 0);
	says(out, "the same");
	tear_down();
}
END_TEST

/* --- history -------------------------------------------------------------- */

#define CHANGES 23
#define URL "http://www.zhengzhou.gov.cn/1.html"

/* One page, again and again. */
static void
change_often(void)
{
	struct buf row[CHANGES];
	struct span rows[CHANGES];
	uint8_t hash[CHANGES][32];
	struct change c;

	for (size_t i = 0; i < CHANGES; i++) {
		char title[32];

		snprintf(title, sizeof(title), "Title %zu", i + 1);
		change_init(&c);
		c.kind = i == 0 ? CHANGE_CREATED : CHANGE_UPDATED;
		c.seq = i + 1;
		c.when = CORE_NOW;
		c.url = SPAN(URL);
		c.id = SPAN("1");
		c.word[WORD_TITLE] = span_of(title);
		buf_init(&row[i], LIMIT_CHANGE);
		change_write(&row[i], &c);
		change_hash(&c, hash[i]);
		rows[i] = buf_look(&row[i]);
	}
	take(1, rows, (const uint8_t (*)[32])hash, CHANGES);
	for (size_t i = 0; i < CHANGES; i++)
		buf_clear(&row[i]);
}

/* One page with so many links. */
static void
link_often(unsigned n, bool cut)
{
	const uint8_t hash[1][32] = { { 1 } };
	struct link l = { .kind = LINK_ANCHOR, .line = 1, .text = SPAN("x") };
	struct change c;
	struct buf links, row;
	struct span rows[1];

	buf_init(&links, LIMIT_CHANGE);
	buf_init(&row, LIMIT_CHANGE);
	for (unsigned i = 0; i < n; i++) {
		char to[40];

		snprintf(to, sizeof(to), "http://a.test/%u", i);
		l.to = span_of(to);
		change_link_put(&links, &l);
	}
	change_init(&c);
	c.kind = CHANGE_CREATED;
	c.seq = 1;
	c.when = CORE_NOW;
	c.url = SPAN(URL);
	c.id = SPAN("1");
	c.word[WORD_TITLE] = SPAN("many");
	c.links = buf_look(&links);
	c.links_cut = cut;
	change_write(&row, &c);
	ck_assert(!row.bad);
	rows[0] = buf_look(&row);
	take(1, rows, hash, 1);
	buf_clear(&row);
	buf_clear(&links);
}

/* By its word, however few they are. */
START_TEST(test_links_cut)
{
	bool cut = _i == 1;

	set_up();
	make_hub();
	link_often(3, cut);
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("links", "from", URL, NULL), 0);
	ck_assert_int_eq(strstr(out, "these are not all links of this page")
	    != NULL, cut);
	ck_assert_int_eq(run("item", URL, "--json", NULL), 0);
	ck_assert_int_eq(strstr(out, "links_cut") != NULL, cut);
	tear_down();
}
END_TEST

/* What was cut off by the agent isn't taken for all. */
START_TEST(test_links_at_the_ceiling)
{
	unsigned n = _i == 0 ? LIMIT_LINKS : LIMIT_LINKS - 1;
	bool full = _i == 0;

	set_up();
	make_hub();
	link_often(n, false);
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("links", "from", URL, "--csv", NULL), 0);
	ck_assert_int_eq(strstr(err, "may have more") != NULL, full);
	ck_assert_int_eq(run("links", "from", URL, "--json", NULL), 0);
	ck_assert_int_eq(strstr(err, "may have more") != NULL, full);
	ck_assert_int_eq(run("links", "from", URL, NULL), 0);
	ck_assert_int_eq(strstr(out, "an agent tells at most 4000 links of "
	    "a page: this one may have more") != NULL, full);
	tear_down();
}
END_TEST

/* --- both ways ------------------------------------------------------------ */

#define PORTAL "http://www.henan.gov.cn/"

/* A page with a link of each kind; the first is to `to`. */
static void
link_from(uint32_t site, const char *url, const char *to)
{
	const uint8_t hash[1][32] = { { (uint8_t)(site + 1) } };
	struct buf links, row;
	struct change c;
	struct span rows[1];

	buf_init(&links, LIMIT_CHANGE);
	buf_init(&row, LIMIT_CHANGE);
	for (int kind = LINK_ANCHOR; kind <= LINK_STYLE; kind++)
		change_link_put(&links, &(struct link){ .line = 1, .kind =
		    (enum link_kind)kind, .to = kind == LINK_ANCHOR ?
		    span_of(to) : SPAN("http://a.test/") });
	change_init(&c);
	c.kind = CHANGE_CREATED;
	c.seq = 1;
	c.when = CORE_NOW;
	c.url = span_of(url);
	c.id = SPAN("1");
	c.word[WORD_TITLE] = SPAN("links");
	c.links = buf_look(&links);
	change_write(&row, &c);
	rows[0] = buf_look(&row);
	take(site, rows, hash, 1);
	buf_clear(&row);
	buf_clear(&links);
}

static void
pair_is(const char *to, const char *back)
{
	char row[128];

	snprintf(row, sizeof(row), "4101000002,河南省人民政府,4101000001,"
	    "郑州市人民政府,%s,%s\n", to, back);
	ck_assert_int_eq(run("links", "reciprocal", "--all", "--csv", NULL), 0);
	says(out, row);
}

/* A portal and its members: who lacks a link to the other. */
START_TEST(test_links_both_ways)
{
	json_t *j;

	set_up();
	make_hub();
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("links", "reciprocal", NULL), 0);
	says(out, "there is no portal that has members: zqhub site set CODE");
	ck_assert_int_eq(run("site", "add", "--code", "4101000002", "--name",
	    "河南省人民政府", "--domain", "www.henan.gov.cn", "--kind",
	    "portal", NULL), 0);
	link_from(1, URL, PORTAL);
	ck_assert_int_eq(run("rebuild", NULL), 0);
	pair_is("no", "yes");
	ck_assert_int_eq(run("links", "reciprocal", NULL), 0);
	says(out, "4101000002  4101000001  no            yes           郑州");
	ck_assert_int_eq(run("links", "reciprocal", "--json", NULL), 0);
	j = json();
	ck_assert_uint_eq(json_array_size(json_object_get(j, "pairs")), 1);
	json_decref(j);
	link_from(2, PORTAL, URL);
	ck_assert_int_eq(run("rebuild", NULL), 0);
	pair_is("yes", "yes");
	ck_assert_int_eq(run("links", "reciprocal", NULL), 0);
	ck_assert_str_eq(out, "portals and their members all link to each "
	    "other\n");
	tear_down();
}
END_TEST

START_TEST(test_kinds_of_links)
{
	static const char *const kinds[] = { "anchor", "image", "frame",
		"form", "script", "style" };
	json_t *j, *links;
	size_t i;

	set_up();
	make_hub();
	link_from(1, URL, PORTAL);
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("links", "from", URL, "--json", NULL), 0);
	j = json();
	links = json_object_get(j, "links");
	ck_assert_uint_eq(json_array_size(links), 6);
	for (i = 0; i < 6; i++)
		ck_assert_str_eq(json_string_value(json_object_get(
		    json_array_get(links, i), "kind")), kinds[i]);
	json_decref(j);
	ck_assert_int_eq(run("links", "to", PORTAL, "--csv", NULL), 0);
	says(out, "," "anchor" "," PORTAL);
	tear_down();
}
END_TEST

static size_t
lines_with(const char *what)
{
	size_t n = 0;

	for (const char *at = out; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

START_TEST(test_a_restless_item)
{
	json_t *j;

	set_up();
	make_hub();
	change_often();
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("item", URL, NULL), 0);
	ck_assert_uint_eq(lines_with("  Title "), 20 + 1);
	says(out, "… 3 older: --all\n");
	says(out, "  Title 4\n");
	ck_assert_ptr_null(strstr(out, "  Title 3\n"));
	ck_assert_int_eq(run("item", URL, "--all", NULL), 0);
	ck_assert_uint_eq(lines_with("  Title "), CHANGES + 1);
	ck_assert_ptr_null(strstr(out, "older"));
	ck_assert_int_eq(run("item", URL, "--json", NULL), 0);
	j = json();
	ck_assert_uint_eq(json_array_size(json_object_get(j, "history")),
	    CHANGES);
	json_decref(j);
	tear_down();
}
END_TEST

/* People read hosts in Chinese; programs get what is in the certificates. */
START_TEST(test_chinese_hosts)
{
	set_up();
	make_hub();
	ck_assert_int_eq(run("site", "add", "--code", "4101000002", "--name",
	    "政务", "--domain", "人民政府.政务", NULL), 0);
	ck_assert_int_eq(run("site", "domain", "add", "4101000002",
	    "教育局.政务", "--reason", "x", NULL), 0);
	says(out, "may speak of 教育局.政务 now");
	ck_assert_int_eq(run("site", "show", "4101000002", NULL), 0);
	says(out, "人民政府.政务\n");
	says(out, "教育局.政务\n");
	ck_assert_int_eq(run("site", "list", NULL), 0);
	says(out, "人民政府.政务");
	ck_assert_int_eq(run("site", "domain", "expires", "4101000002",
	    "人民政府.政务", "--at", "2026-01-01", NULL), 0);
	says(out, "人民政府.政务 runs out");
	ck_assert_int_eq(run("site", "show", "4101000002", NULL), 0);
	says(out, "人民政府.政务, runs out");
	ck_assert_int_eq(run("site", "domains", "4101000002", NULL), 0);
	says(out, "教育局.政务");
	ck_assert_ptr_null(strstr(out, "xn--"));
	ck_assert_int_eq(run("status", NULL), 1);
	ck_assert_ptr_null(strstr(out, "xn--"));
	ck_assert_int_eq(run("site", "show", "4101000002", "--json", NULL),
	    0);
	says(out, "xn--gmq000bv3esyh.xn--zfr164b");
	ck_assert_int_eq(run("site", "domain", "remove", "4101000002",
	    "教育局.政务", "--reason", "x", NULL), 0);
	says(out, "may not speak of 教育局.政务 any more");
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_dismissing);
	tcase_add_test(t, test_a_restless_item);
	tcase_add_test(t, test_chinese_hosts);
	tcase_add_loop_test(t, test_links_at_the_ceiling, 0, 2);
	tcase_add_test(t, test_links_both_ways);
	tcase_add_test(t, test_kinds_of_links);
	tcase_add_loop_test(t, test_links_cut, 0, 2);
}

int
main(void)
{
	return core_run_suite("cmd_item", add);
}
