/*
 * Pages: every oddity that NORMS.md lists and every character set, against
 * golden files; and what a stranger could do to a parser.
 *
 * GOLDEN=write tests/unit/agent/test_page writes the golden files anew: look
 * at the difference before you believe it.
 */
#include "agent/page.h"

#include <dirent.h>
#include <string.h>

#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "tests/unit/agent/page_help.h"

#define PAGES "tests/data/pages"
#define GOLDEN "tests/golden/agent"
#define URL "https://www.zhengzhou.gov.cn/art/2023/5/7/art_1_2.html"
#define ZONE 480

static struct page *page;
static struct record record;

static void
set_up(void)
{
	page = page_new(ZONE);
}

static void
tear_down(void)
{
	page_free(page);
}

static const struct record *
reading(struct span bytes)
{
	record_init(&record);
	page_read(page, &(struct page_source){ .bytes = bytes,
	    .url = SPAN(URL) }, &record);
	return &record;
}

static bool
has_remark(enum remark_kind kind, uint32_t line)
{
	struct span rows = record.remarks;
	struct remark m;

	while (record_remark_next(&rows, &m)) {
		if (m.kind == kind && (line == 0 || m.line == line))
			return true;
	}
	return false;
}

static void
ck_title(const char *title)
{
	struct span s = record.word[WORD_TITLE];

	ck_assert_msg(span_is(s, span_of(title)), "title is [%.*s], not [%s]",
	    SPAN_ARGS(s), title);
}

/* What comes out must survive the way to the agent. */
static void
ck_round_trip(void)
{
	struct buf row, once, twice;
	struct record again;

	buf_init(&row, RECORD_ROW_MAX);
	buf_init(&once, HELP_FILE_MAX);
	buf_init(&twice, HELP_FILE_MAX);
	record_write(&row, &record);
	ck_assert(!row.bad);
	ck_assert(record_read(&again, buf_look(&row)));
	ck_assert_int_eq(again.links_cut, record.links_cut);
	help_dump(&once, &record);
	help_dump(&twice, &again);
	ck_assert(span_is(buf_look(&once), buf_look(&twice)));
	buf_clear(&row);
	buf_clear(&once);
	buf_clear(&twice);
}

/* … and be a change that nobody refuses. */
static void
ck_sane_change(void)
{
	const char *why = "";
	struct change c;

	change_init(&c);
	c.seq = 1;
	c.kind = CHANGE_CREATED;
	c.when = 1;
	c.url = SPAN(URL);
	record_to_change(&c, &record);
	c.type = SPAN("text/html");
	ck_assert_msg(change_is_sane(&c, &why), "%s", why);
}

static void
write_golden(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(buf_cstr(b), 1, b->n, f), b->n);
	fclose(f);
}

static void
ck_golden(const char *name)
{
	char from[512], to[512];
	struct buf bytes, is, want;

	snprintf(from, sizeof(from), PAGES "/%s", name);
	snprintf(to, sizeof(to), GOLDEN "/%s.txt", name);
	bytes = help_read(from);
	reading(buf_look(&bytes));
	ck_round_trip();
	ck_sane_change();
	buf_init(&is, HELP_FILE_MAX);
	help_dump(&is, &record);
	if (getenv("GOLDEN") != NULL)
		write_golden(to, &is);
	want = help_read(to);
	ck_assert_msg(span_is(buf_look(&is), buf_look(&want)),
	    "%s reads as\n%s\nand should be\n%s", name, buf_cstr(&is),
	    buf_cstr(&want));
	buf_clear(&bytes);
	buf_clear(&is);
	buf_clear(&want);
}

START_TEST(test_golden)
{
	DIR *d = opendir(PAGES);
	struct dirent *e;
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		ck_golden(e->d_name);
		n++;
	}
	closedir(d);
	ck_assert_int_ge(n, 25);
}
END_TEST

/* The same article in any coat is the same article. */
START_TEST(test_charsets_agree)
{
	static const char *const coats[] = { "gbk.html", "gb2312.html",
		"says-utf8-is-gbk.html", "says-gbk-is-utf8.html",
		"says-nothing-is-gbk.html", "bom.html", "utf16le.html",
		"utf16be.html" };

	for (size_t i = 0; i < sizeof(coats) / sizeof(coats[0]); i++) {
		char path[512];
		struct buf b;

		snprintf(path, sizeof(path), PAGES "/%s", coats[i]);
		b = help_read(path);
		reading(buf_look(&b));
		ck_title("关于印发《郑州市政务公开工作要点》的通知");
		ck_assert(span_is(record.word[WORD_AUTHOR], SPAN("李四")));
		ck_assert_int_eq(record.link_count, 9);
		ck_assert(!has_remark(REMARK_CHARSET_BAD, 0));
		ck_assert_int_eq(has_remark(REMARK_CHARSET_WRONG, 0),
		    strncmp(coats[i], "says-", 5) == 0 ?
		    strstr(coats[i], "nothing") == NULL :
		    strcmp(coats[i], "bom.html") == 0);
		buf_clear(&b);
	}
}
END_TEST

static struct buf
repeated(const char *head, const char *piece, size_t times, const char *tail)
{
	struct buf b;

	buf_init(&b, 64u << 20);
	buf_text(&b, head);
	for (size_t i = 0; i < times; i++)
		buf_printf(&b, piece, i);
	buf_text(&b, tail);
	ck_assert(!b.bad);
	return b;
}

START_TEST(test_deep)
{
	struct buf b = repeated("<title>深</title>\n", "<div>", 100000,
	    "<a href=/x>x</a>");
	int64_t start = (int64_t)clock_cpu();

	reading(buf_look(&b));
	ck_title("深");
	ck_assert(!has_remark(REMARK_CUT_DEPTH, 0));
	ck_assert_int_eq(record.link_count, 1);
	ck_assert_int_lt((int64_t)clock_cpu() - start, 2000000);
	buf_clear(&b);
}
END_TEST

/* What nobody closed. */
START_TEST(test_unclosed)
{
	struct buf b = repeated("<title>深</title>\n", "<font><b>", 1500,
	    "<a href=/x><i>x</i></a><script>'<a href=/no>'</script>"
	    "<title>t</title><p><a href=/y>y</a><br/><img src=/z.png></b></font>"
	    "<a href=/w>w</a>");

	struct buf rows;

	buf_init(&rows, 4096);
	reading(buf_look(&b));
	help_dump_rows(&rows, &record);
	ck_assert_str_eq(buf_cstr(&rows),
	    "link 1 line 2 https://www.zhengzhou.gov.cn/x [x]\n"
	    "link 1 line 2 https://www.zhengzhou.gov.cn/y [y]\n"
	    "link 2 line 2 https://www.zhengzhou.gov.cn/z.png []\n"
	    "link 1 line 2 https://www.zhengzhou.gov.cn/w [w]\n"
	    "remark 2 line 0 [utf-8]\n");
	ck_assert(!record.links_cut);
	buf_clear(&rows);
	buf_clear(&b);
	b = repeated("\n", "<h1>", 100000, "<a href=/x>x</a>");
	reading(buf_look(&b));
	ck_assert(has_remark(REMARK_CUT_DEPTH, 2));
	ck_assert(record.links_cut);
	ck_assert_int_eq(record.link_count, 0);
	buf_clear(&b);
}
END_TEST

/* Ends of what never began: the parser must not look far for each. */
START_TEST(test_ends)
{
	struct buf b = repeated("<title>x</title>", "<b></i>", 500000, "");
	int64_t start = (int64_t)clock_cpu();

	reading(buf_look(&b));
	ck_title("x");
	ck_assert_int_lt((int64_t)clock_cpu() - start, 5000000);
	buf_clear(&b);
}
END_TEST

static const char *
only_link(const char *href)
{
	static char to[256];
	char text[256];
	struct span rows;
	struct link l;

	snprintf(text, sizeof(text), "<title>x</title><a href='%s'>l</a>",
	    href);
	reading(span_of(text));
	rows = record.links;
	ck_assert(change_link_next(&rows, &l));
	snprintf(to, sizeof(to), "%.*s", SPAN_ARGS(l.to));
	return to + strlen("https://www.zhengzhou.gov.cn/");
}

/* Names of HTML 5 that libxml2 doesn't know. */
START_TEST(test_entities)
{
	ck_assert_str_eq(only_link("/tz&sol;1&period;html"), "tz/1.html");
	ck_assert_str_eq(only_link("/a&lpar;1&rpar;&comma;&excl;"),
	    "a(1),!");
	ck_assert_str_eq(only_link("/a&quest;b&equals;1&AMP;c&commat;"),
	    "a?b=1&c@");
	ck_assert_str_eq(only_link("/a&num;b"), "a");
	ck_assert_str_eq(only_link("/a&UnderBar;&DiacriticalGrave;"), "a_%60");
	ck_assert_str_eq(only_link("/a&amp;sol;b&solid;&sol"),
	    "a&sol;b&solid;&sol");
	ck_assert_str_eq(only_link("/a&Amp;b&QUOT;&LT;&GT;"),
	    "a&Amp;b%22%3C%3E");
}
END_TEST

/* As FrontPage and people wrote them, and as browsers read them. */
START_TEST(test_bare_entities)
{
	reading(SPAN("<title>农业&nbsp补贴&nbsp&nbsp公示&copy 2009&reg</title>"
	    "<meta name=Author content='A&middot'>"));
	ck_title("农业\u00a0补贴\u00a0\u00a0公示© 2009®");
	ck_assert(span_is(record.tag[TAG_AUTHOR].value, SPAN("A·")));
	ck_assert(!has_remark(REMARK_TAG_ENTITIES, 0));
	reading(SPAN("<title>R&D&copyright &hearts &bull=1 &reg=2 &</title>"));
	ck_title("R&D&copyright &hearts &bull=1 &reg=2 &");
	ck_assert_str_eq(only_link("/a?b=1&copy=2&nbsp"),
	    "a?b=1&copy=2&nbsp");
}
END_TEST

START_TEST(test_many_links)
{
	struct buf b = repeated("<title>x</title>", "<a href=/%zu>l</a>\n",
	    1000000, "");

	reading(buf_look(&b));
	ck_assert_uint_le(record.link_count, LIMIT_LINKS);
	ck_assert_uint_ge(record.link_count, 3000);
	ck_assert(has_remark(REMARK_CUT_LINKS, 0));
	ck_assert(record.links_cut);
	ck_assert_uint_le(record.links.n, LIMIT_CHANGE);
	ck_round_trip();
	buf_clear(&b);
}
END_TEST

/* As many as may be told, some of them again; and one more. */
START_TEST(test_just_all_links)
{
	struct buf b = repeated("", "<a href=/%zu>l</a>\n", LIMIT_LINKS,
	    "<a href=/0>l</a><a href=/1>l</a>");

	reading(buf_look(&b));
	ck_assert_uint_eq(record.link_count, LIMIT_LINKS);
	ck_assert(!record.links_cut);
	ck_assert(!has_remark(REMARK_CUT_LINKS, 0));
	ck_round_trip();
	buf_text(&b, "<a href=/more>l</a>");
	reading(buf_look(&b));
	ck_assert_uint_eq(record.link_count, LIMIT_LINKS);
	ck_assert(record.links_cut);
	buf_clear(&b);
}
END_TEST

START_TEST(test_same_links)
{
	struct buf b = repeated("", "<a href=/x>l</a><img src=/x>\n", 100000,
	    "");

	reading(buf_look(&b));
	ck_assert_uint_eq(record.link_count, 2);
	ck_assert(!has_remark(REMARK_CUT_LINKS, 0));
	ck_assert(!record.links_cut);
	buf_clear(&b);
}
END_TEST

/* A text is cut at a character, and said to be. */
START_TEST(test_long_texts)
{
	struct buf b = repeated("<meta name=ArticleTitle content='", "长",
	    3000, "'><meta name=Keywords content=k>");

	reading(buf_look(&b));
	ck_assert_uint_eq(record.word[WORD_TITLE].n, LIMIT_TEXT / 3 * 3);
	ck_assert(text_is_utf8(record.word[WORD_TITLE]));
	ck_assert(has_remark(REMARK_CUT_TEXT, 1));
	ck_assert(span_is(record.word[WORD_KEYWORDS], SPAN("k")));
	ck_sane_change();
	buf_clear(&b);
}
END_TEST

START_TEST(test_many_remarks)
{
	struct buf b = repeated("", "<meta name=ArticleTitle content=%zu>\n",
	    20000, "");

	reading(buf_look(&b));
	ck_title("0");
	ck_round_trip();
	buf_clear(&b);
}
END_TEST

/* Lines are those of the file, where the tag begins. */
START_TEST(test_lines)
{
	reading(SPAN("<html>\r\n<head>\r\n<meta\r\n\tname=ColumnName\r\n"
	    "\tcontent='a\r\nb'>\r\n</head><body>\r\n<a\r\nhref=/x\r\n>x</a>"
	    "<!-- \r\n\r\n --><img src=/y>"));
	ck_assert_uint_eq(record.tag[TAG_COLUMN_NAME].line, 3);
	ck_assert(span_is(record.tag[TAG_COLUMN_NAME].value, SPAN("a b")));
	struct span rows = record.links;
	struct link l;

	ck_assert(change_link_next(&rows, &l));
	ck_assert_uint_eq(l.line, 8);
	ck_assert(change_link_next(&rows, &l));
	ck_assert_uint_eq(l.line, 12);
}
END_TEST

/* A drawing before the page's own title, or in a page without one. */
START_TEST(test_drawing_title)
{
	reading(SPAN("<svg><title>关闭</title><svg/><title>x</title></svg>"
	    "<head><title>通知</title></head><body><svg><title>y</title>"));
	ck_title("通知");
	reading(SPAN("<body><a href=/b><svg><title>微信</title></svg></a>"
	    "<math><title>z</title></math><h1>公告</h1>"));
	ck_title("公告");
	ck_assert_uint_eq(record.link_count, 1);
	ck_assert_str_eq(only_link("/c"), "c");
	reading(SPAN("<body><svg><title>y"));
	reading(SPAN("<title>后来</title>"));
	ck_title("后来");
}
END_TEST

/* XML can't carry them, nor would anyone want to see them. */
START_TEST(test_controls)
{
	reading(SPAN("<meta name=ArticleTitle content='A&amp;#1;&amp;#65534;"
	    "\x1b&amp;#xd800;\xc2\x85" "B'>"));
	ck_title("AB");
	ck_sane_change();
}
END_TEST

/* Numbers of no character: what follows them is told all the same. */
START_TEST(test_no_character)
{
	static const char *const is[] = { "&#1;", "&#0;", "&#31;", "&#8",
		"&#x1F;", "&#X0;", "&#xd800;", "&#57343;", "&#xFFFE;",
		"&#65535;", "&#1114112;", "&#x110000;", "&#4294967329;",
		"&#x10000000041;", "&#00000000000000000000000000000000008;" };
	char text[256];

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		snprintf(text, sizeof(text), "<meta name=ArticleTitle "
		    "content='关于%s通知'><a href='/a%sb'>x</a>"
		    "<a href=/c>y</a>", is[i], is[i]);
		reading(span_of(text));
		ck_title("关于通知");
		ck_assert_uint_eq(record.link_count, 1);	/* not /a */
		ck_sane_change();
	}
	reading(SPAN("<meta name=ArticleTitle content='C&# &#x; &#;a&#65;"
	    "&#x4E00;&#9;&#x1F600;b'>"));
	ck_title("C # #x; #;aA一 😀b");
	ck_assert_str_eq(only_link("/c?d=1&#top"), "c?d=1");
	ck_assert_str_eq(only_link("/c?d=1&#"), "c?d=1");
	reading(SPAN("<meta name=ArticleTitle content='a&#"));
	reading(SPAN("<meta name=ArticleTitle content='a&"));
}
END_TEST

/* One page leaves nothing behind for the next. */
START_TEST(test_fresh)
{
	reading(SPAN("<html lang=zh><base href=http://b.cn/><meta name=Author "
	    "content=a><title>eins</title><a href=/x>"));
	ck_title("eins");
	reading(SPAN("<a href=/x>y</a>"));
	ck_title("");
	ck_assert_uint_eq(record.word[WORD_AUTHOR].n, 0);
	ck_assert_uint_eq(record.word[WORD_LANGUAGE].n, 0);
	ck_assert_uint_eq(record.link_count, 1);
	ck_assert(!record.tag[TAG_AUTHOR].given);
}
END_TEST

START_TEST(test_date_order)
{
	static const char tagged[] = "<meta name=pubdate content='2020-01-02 "
	    "03:04'><p>发布时间：2021-01-01</p>";

	reading(SPAN(tagged));
	ck_assert_int_eq(record.date_from, RECORD_DATE_TAG);
	ck_assert_int_eq(record.published, clock_civil(2020, 1, 1, 19, 4, 0));
	reading(SPAN("<meta name=pubdate content=''><p>发布时间：2021-01-01"));
	ck_assert_int_eq(record.date_from, RECORD_DATE_TEXT);
	reading(SPAN("<p>2021-01-01"));
	ck_assert_int_eq(record.date_from, RECORD_DATE_URL);
	ck_assert_int_eq(record.published, clock_civil(2023, 5, 6, 16, 0, 0));
}
END_TEST

START_TEST(test_cut_page)
{
	struct buf b = help_read(PAGES "/gbk.html");

	for (size_t n = 0; n <= b.n; n++) {
		record_init(&record);
		page_read(page, &(struct page_source){ .cut = n < b.n,
		    .bytes = { b.at, n }, .url = SPAN(URL) }, &record);
		ck_assert_int_eq(has_remark(REMARK_CUT_PAGE, 0), n < b.n);
		ck_assert_int_eq(record.links_cut, n < b.n);
		ck_sane_change();
	}
	buf_clear(&b);
}
END_TEST

/* A character that the cut went through isn't one that can't be read. */
START_TEST(test_cut_character)
{
	static const char whole[] = "<meta charset=utf-8><p>\xe4\xb8\xad"
	    "\xf0\xa0\x80\x80";
	size_t n = sizeof(whole) - 1;

	for (size_t less = 0; less < 8; less++) {
		record_init(&record);
		page_read(page, &(struct page_source){ .cut = less > 0,
		    .bytes = { whole, n - less }, .url = SPAN(URL) },
		    &record);
		ck_assert(!has_remark(REMARK_CHARSET_BAD, 1));
	}
	record_init(&record);
	page_read(page, &(struct page_source){ .bytes = { whole, n - 1 },
	    .url = SPAN(URL) }, &record);
	ck_assert(has_remark(REMARK_CHARSET_BAD, 1));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_golden,
		test_charsets_agree, test_deep, test_unclosed, test_ends, test_many_links,
		test_entities, test_no_character, test_bare_entities,
		test_just_all_links, test_same_links, test_long_texts, test_many_remarks,
		test_lines, test_controls, test_drawing_title, test_fresh,
		test_date_order, test_cut_page,
		test_cut_character };
	Suite *s = suite_create("page");
	TCase *tc = tcase_create("page");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
