/*
 * Change lists: what is written is read, however it is cut up on the way; the
 * golden ones, for ever; and what others write, and what newer ones will.
 */
#include "tests/unit/protocol/changelistkit.h"

/* --- round trips ---------------------------------------------------------------- */

static void
write_some(struct buf *xml, struct buf *rows, unsigned count)
{
	struct help_change h;
	struct batch b = { .incarnation = UINT64_MAX, .first = 1000,
		.head = 5000, .now = 1795000000000, .needs_snapshot = true,
		.features = SPAN("move links"), .agent = SPAN("a<b>&\"/0.1") };

	help_change_init(&h);
	changelist_begin(xml, &b);
	for (unsigned i = 0; i < count; i++) {
		help_change(&h, 1000 + i);
		changelist_put(xml, &h.c);
		change_write(rows, &h.c);
	}
	changelist_end(xml);
	ck_assert(!xml->bad && !rows->bad);
	help_change_clear(&h);
}

START_TEST(round_trip)
{
	struct buf xml, rows;
	static const size_t pieces[] = { 1u << 24, 1, 2, 7, 4096, 0, 0 };

	buf_init(&xml, 16u << 20);
	buf_init(&rows, 16u << 20);
	help_seed(11);
	write_some(&xml, &rows, 40);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		const char *error = reads(buf_look(&xml), pieces[i]);

		ck_assert_msg(error == NULL, "%s", error);
		ck_assert_msg(got.bad == 0, "%s", got.why);
		ck_assert_uint_eq(got.good, 40);
		ck_assert(span_is(buf_look(&got.rows), buf_look(&rows)));
		ck_assert_uint_eq(got.head.incarnation, UINT64_MAX);
		ck_assert_uint_eq(got.head.head, 5000);
		ck_assert_int_eq(got.head.now, 1795000000000);
		ck_assert(got.head.needs_snapshot);
		ck_assert_str_eq(got.agent, "a<b>&\"/0.1");
	}
	for (int i = 0; i < 50; i++) {
		buf_reset(&xml);
		buf_reset(&rows);
		write_some(&xml, &rows, 20);
		ck_assert(reads(buf_look(&xml), 1u << 24) == NULL);
		ck_assert(span_is(buf_look(&got.rows), buf_look(&rows)));
	}
	buf_clear(&xml);
	buf_clear(&rows);
}
END_TEST

/* A full batch of long titles, in one go and in pieces. */
START_TEST(large)
{
	struct buf xml, rows;

	buf_init(&xml, 64u << 20);
	buf_init(&rows, 64u << 20);
	help_seed(12);
	write_some(&xml, &rows, LIMIT_BATCH);
	ck_assert(reads(buf_look(&xml), 1u << 30) == NULL);
	ck_assert_uint_eq(got.good, LIMIT_BATCH);
	ck_assert(reads(buf_look(&xml), 65536) == NULL);
	ck_assert_uint_eq(got.good, LIMIT_BATCH);
	buf_reset(&xml);
	buf_reset(&rows);
	write_some(&xml, &rows, LIMIT_BATCH + 1);
	const char *error = reads(buf_look(&xml), 1u << 30);

	ck_assert(error != NULL && strstr(error,
	    "more than 1000 changes in one batch") != NULL);
	buf_clear(&xml);
	buf_clear(&rows);
}
END_TEST

/* --- golden ---------------------------------------------------------------------- */

static void
put_golden(struct buf *b)
{
	struct change c;
	struct buf links;
	struct link l = { .kind = LINK_ANCHOR, .line = 87,
		.to = SPAN("https://www.henan.gov.cn/"),
		.text = SPAN("河南省人民政府") };

	buf_init(&links, 1000);
	change_link_put(&links, &l);
	change_init(&c);
	c.kind = CHANGE_CREATED;
	c.when = 1795219200456;
	c.url = SPAN("https://www.zhengzhou.gov.cn/art/2026/11/21/art_1_2.html");
	c.modified = 1795219200000;
	c.published = 1795190400000;
	c.has_hash = true;
	memset(c.hash, 0x5a, 32);
	c.length = 20480;
	c.type = SPAN("text/html");
	c.id = SPAN("art/2026/11/21/art_1_2.html");
	c.word[WORD_TITLE] = SPAN("关于推进政务公开工作的意见 <试行> & 解读");
	c.word[WORD_COLUMN] = SPAN("政务公开");
	c.word[WORD_SITE_NAME] = SPAN("郑州市人民政府");
	c.links = buf_look(&links);
	c.unknown = SPAN("<mood xmlns=\"urn:example:mood\">calm</mood>");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_DELETED;
	c.when = 1795219201000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/old.html");
	c.word[WORD_REASON] = SPAN("superseded");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_MOVE;
	c.when = 1795219202000;
	c.from = 1797811200000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/gk/");
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SUCCESSOR] = SPAN("https://gk.zhengzhou.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("prefix");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219203000;
	c.from = 1795284000000;
	c.until = 1795291200000;
	c.word[WORD_REASON] = SPAN("power maintenance");
	c.word[WORD_SCOPE] = SPAN("maintenance");
	changelist_put(b, &c);
	buf_clear(&links);
}

START_TEST(golden)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4711, .head = 4714,
	    .now = 1795219204000, .from = 1795219200456,
	    .features = SPAN("links moves"), .agent = SPAN("zqagentd/0.1") });
	put_golden(&b);
	changelist_end(&b);
	help_golden(GOLDEN "changelist.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 4);
	buf_clear(&b);
}
END_TEST

/* A page that has more links than are told. */
START_TEST(golden_cut)
{
	struct link l = { .kind = LINK_ANCHOR, .line = 87,
		.to = SPAN("https://www.henan.gov.cn/"),
		.text = SPAN("河南省人民政府") };
	struct buf b, links;
	struct change c;

	buf_init(&b, 1u << 20);
	buf_init(&links, 4000);
	change_link_put(&links, &l);
	changelist_begin(&b, &(struct batch){ .incarnation = 815,
	    .first = 1, .head = 1, .now = 1795219204000,
	    .from = 1795219200456 });
	change_init(&c);
	c.kind = CHANGE_UPDATED;
	c.when = 1795219200456;
	c.url = SPAN("https://www.zhengzhou.gov.cn/map.html");
	c.type = SPAN("text/html");
	c.links = buf_look(&links);
	c.links_cut = true;
	changelist_put(&b, &c);
	changelist_end(&b);
	help_golden(GOLDEN "changelist-cut.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert(got.last.links_cut);
	buf_clear(&links);
	buf_clear(&b);
}
END_TEST

/* Nothing but that word says so, and not of a move. */
START_TEST(not_cut)
{
	ck_assert(reads(SPAN(HEAD BATCH "<url zq:links=\"all\">" LOC MD
	    "</url>" END), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert(!got.last.links_cut);
	ck_assert(reads(SPAN(HEAD BATCH "<url links=\"cut\">" LOC MD
	    "</url>" END), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert(!got.last.links_cut);
	ck_assert(reads(SPAN(HEAD BATCH "<url zq:links=\"cut\">" LOC MD
	    "</url>" GOOD END), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 2);
	ck_assert(!got.last.links_cut);	/* the next one's are all */
}
END_TEST

/* What is said about moves besides the move itself. */
static void
put_moves(struct buf *b)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_UPDATED;
	c.when = 1795219205000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/zw/1.html");
	c.id = SPAN("zw/1.html");
	c.word[WORD_TITLE] = SPAN("政务公开");
	c.word[WORD_FORMER] = SPAN("gk/1.html");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_REPLY;
	c.when = 1795219206000;
	c.url = SPAN("https://www.kaifeng.gov.cn/old/");
	c.word[WORD_REASON] = SPAN("a page of the archive");
	c.word[WORD_LETTER] = SPAN("17");
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SCOPE] = SPAN("refused");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_COVER;
	c.when = 1795219207000;
	c.url = SPAN("https://www.zhengzhou.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("whole");
	c.word[WORD_INCLUDE] = SPAN("*.html *.pdf");
	c.word[WORD_EXCLUDE] = SPAN("a%20b/*");
	c.word[WORD_INDEX] = SPAN("index.html");
	changelist_put(b, &c);
}

START_TEST(golden_moves)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4715, .head = 4717,
	    .now = 1795219208000, .features = SPAN("moves"),
	    .agent = SPAN("zqagentd/0.1") });
	put_moves(&b);
	changelist_end(&b);
	help_golden(GOLDEN "changelist-moves.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 3);
	ck_assert_int_eq(got.last.kind, CHANGE_COVER);
	buf_clear(&b);
}
END_TEST

static void
put_notices(struct buf *b)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219208000;
	c.from = 1795219200000;
	c.until = 1795233600000;
	c.word[WORD_REASON] = SPAN("数据库故障");
	c.word[WORD_BY] = SPAN("wang");
	c.word[WORD_SCOPE] = SPAN("outage");
	c.word[WORD_SERVICE] = SPAN("办事大厅");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219209000;
	c.word[WORD_SCOPE] = SPAN("resolved");
	c.word[WORD_SERVICE] = SPAN("办事大厅");
	changelist_put(b, &c);
	c.when = 1795219210000;
	c.word[WORD_SCOPE] = SPAN("maintenance");
	c.word[WORD_SERVICE] = SPAN_NONE;
	c.word[WORD_RECURS] = SPAN("sun 02:00-04:00");
	c.word[WORD_ZONE] = SPAN("Asia/Shanghai");
	changelist_put(b, &c);
	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.when = 1795219211000;
	c.from = 1798732800000;
	c.word[WORD_REASON] = SPAN("并入省政府门户网站");
	c.word[WORD_SUCCESSOR] = SPAN("https://www.henan.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("closing");
	changelist_put(b, &c);
}

START_TEST(golden_notices)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4718, .head = 4721,
	    .now = 1795219212000, .features = SPAN("moves"),
	    .agent = SPAN("zqagentd/0.1") });
	put_notices(&b);
	changelist_end(&b);
	help_golden(GOLDEN "changelist-notices.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 4);
	ck_assert_int_eq(got.last.kind, CHANGE_NOTICE);
	buf_clear(&b);
}
END_TEST

/* A stranger's list, as a few lines of shell would write it, is read. */
START_TEST(by_hand)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	help_file(&b, GOLDEN "changelist-by-hand.xml");
	ck_assert_msg(reads(buf_look(&b), 1u << 20) == NULL, "%s",
	    reads(buf_look(&b), 1u << 20));
	ck_assert_msg(got.bad == 0, "%s", got.why);
	ck_assert_uint_eq(got.good, 2);
	ck_assert_uint_eq(got.head.incarnation, 815);
	buf_clear(&b);
}
END_TEST

/* --- what is taken all the same ------------------------------------------------------------ */

START_TEST(lenient)
{
	ck_assert(reads_text("\xef\xbb\xbf" HEAD "<rs:ln rel=\"up\" "
	    "href=\"http://a.cn/\"/><x:y xmlns:x=\"urn:x\"><z/></x:y>" BATCH
	    "<!-- don't <mind> --><?pi ?>\r\n"
	    "<url>\r\n  <dcterms:title>\r\n <![CDATA[a<b]]>&#33; "
	    "</dcterms:title>\r\n  <loc>\n HTTP://A.cn \n</loc>\n"
	    "<priority>0.5</priority><rs:ln rel=\"x\" href=\"y\"/>"
	    "<rs:md odd=\"x\" change=\"created\" datetime=\"2026-11-21\" "
	    "hash=\"md5:1 sha-256:" "00000000000000000000000000000000"
	    "000000000000000000000000000000FF\" "
	    "type=\"text/html; charset=utf-8\"/>"
	    "</url>" END) == NULL);
	ck_assert_msg(got.bad == 0, "%s", got.why);
	ck_assert_uint_eq(got.good, 1);
	ck_assert_str_eq(got.title, "a<b!");
	ck_assert(got.last.has_hash && got.last.hash[31] == 0xff);
	ck_assert_int_eq(got.last.when, 1795190400000);	/* Beijing's day */
	ck_assert_uint_eq(got.last.type.n, strlen("text/html"));
	ck_assert_str_eq(buf_cstr(&got.unknown),
	    "<priority xmlns=\"" NS_SITEMAP "\">0.5</priority>"
	    "<ln xmlns=\"" NS_RS "\" rel=\"x\" href=\"y\"></ln>");
	ck_assert(reads_text(HEAD BATCH END) == NULL);
	ck_assert_uint_eq(got.good + got.bad, 0);
	ck_assert_uint_eq(got.heads, 1);
	ck_assert(reads_text(HEAD BATCH "<url a='x>y' b=\"'>\">" LOC MD
	    "</url>" END) == NULL);
	ck_assert_uint_eq(got.good, 1);
}
END_TEST

/* Where something moves to, or what to turn to, is brought to normal form as
 * what it is about, if it is an address. */
START_TEST(successors)
{
	static const struct {
		const char *element, *said, *read;
	} cases[] = {
		{ "zq:move", " HTTP://WWW.A.cn:80/x/../new.html\n",
		    "http://www.a.cn/new.html" },
		{ "zq:move", "http://a.cn/\xe6\x96\xb0.html",
		    "http://a.cn/%E6%96%B0.html" },
		{ "zq:move", " ", "" },
		{ "zq:notice", "https://A.cn", "https://a.cn/" },
		{ "zq:notice", "javascript:alert(5)", "javascript:alert(5)" },
		{ "url", "see the archive", "see the archive" },
	};
	char text[2048];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), HEAD BATCH "<%s><zq:successor>%s"
		    "</zq:successor>" LOC MD "</%s>" END, cases[i].element,
		    cases[i].said, cases[i].element);
		ck_assert(reads_text(text) == NULL);
		ck_assert_msg(got.bad == 0, "%s", got.why);
		ck_assert_str_eq(got.successor, cases[i].read);
	}
}
END_TEST

START_TEST(unknown_parts)
{
	char once[1000];
	struct buf b;

	ck_assert(reads_text(HEAD BATCH "<url>" LOC MD
	    "<zq:seal xmlns:o='urn:o' zq:critical='true' o:a='1' b='2&lt;' "
	    "xml:lang='zh'>x&amp;y<o:i/><plain xmlns=''>&#13;</plain>"
	    "</zq:seal></url>" END) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert_str_eq(got.critical, "{" NS_ZQ "}seal");
	ck_assert_str_eq(buf_cstr(&got.unknown), "<seal xmlns=\"" NS_ZQ "\" "
	    "xmlns:a0=\"" NS_ZQ "\" a0:critical=\"true\" "
	    "xmlns:a1=\"urn:o\" a1:a=\"1\" b=\"2&lt;\" xml:lang=\"zh\">"
	    "x&amp;y<i xmlns=\"urn:o\"></i>"
	    "<plain xmlns=\"\">&#13;</plain></seal>");
	snprintf(once, sizeof(once), "%s", buf_cstr(&got.unknown));
	buf_init(&b, 10000);
	buf_printf(&b, HEAD BATCH "<url>" LOC MD "%s</url>" END, once);
	ck_assert(reads(buf_look(&b), 1000) == NULL);
	ck_assert_str_eq(buf_cstr(&got.unknown), once);	/* for ever */
	buf_clear(&b);
	ck_assert(reads_text(HEAD BATCH "<url>" LOC MD "<zq:seal "
	    "zq:critical='false'/></url>" END) == NULL);
	ck_assert_str_eq(got.critical, "");
}
END_TEST

START_TEST(unknown_change)
{
	struct buf b;

	ck_assert(reads_text(HEAD BATCH GOOD "<zq:closing "
	    "datetime='2026-11-22T00:00:00Z' zq:critical='1'><loc>x</loc>"
	    "</zq:closing>" GOOD END) == NULL);
	ck_assert_uint_eq(got.good, 3);
	ck_assert(reads_text(HEAD BATCH "<o:closing xmlns:o='urn:o'>z"
	    "</o:closing>" END) == NULL);
	ck_assert_int_eq(got.last.kind, CHANGE_OTHER);
	ck_assert_int_eq(got.last.when, 1795219200000);	/* the batch's now */
	ck_assert_str_eq(got.critical, "");
	buf_init(&b, 10000);
	buf_text(&b, HEAD BATCH);
	got.last.unknown = buf_look(&got.unknown);
	changelist_put(&b, &got.last);
	buf_text(&b, END);
	ck_assert(strstr(b.at, "<closing xmlns=\"urn:o\">z</closing>"));
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, round_trip);
	tcase_add_test(t, large);
	tcase_add_test(t, golden);
	tcase_add_test(t, golden_cut);
	tcase_add_test(t, not_cut);
	tcase_add_test(t, golden_moves);
	tcase_add_test(t, golden_notices);
	tcase_add_test(t, by_hand);
	tcase_add_test(t, lenient);
	tcase_add_test(t, successors);
	tcase_add_test(t, unknown_parts);
	tcase_add_test(t, unknown_change);
}

int
main(void)
{
	return changelistkit_main("changelist", fill);
}
