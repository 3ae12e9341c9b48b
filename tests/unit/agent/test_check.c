/*
 * zqagent check: what it finds wrong, what it prints, and its exit status.
 */
#include "agent/check.h"

#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/text.h"

#define PAGES "tests/data/pages/"

static char *printed;
static size_t printed_n;

static int
check(const char *path, struct check_options o)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), status;

	ck_assert_int_ge(fd, 0);
	free(printed);
	printed = NULL;
	o.out = open_memstream(&printed, &printed_n);
	status = check_page(fd, path, &o);
	fclose(o.out);
	return status;
}

static int
check_bytes(const char *bytes, struct check_options o)
{
	char path[] = "/tmp/zq-check-XXXXXX.html";
	int fd = mkstemps(path, 5), status;
	size_t n = strlen(bytes);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	close(fd);
	status = check(path, o);
	unlink(path);
	return status;
}

static void
ck_prints(const char *what)
{
	ck_assert_msg(strstr(printed, what) != NULL, "no [%s] in\n%s", what,
	    printed);
}

static void
ck_silent(const char *what)
{
	ck_assert_msg(strstr(printed, what) == NULL, "[%s] in\n%s", what,
	    printed);
}

START_TEST(test_fine)
{
	ck_assert_int_eq(check(PAGES "utf8.html",
	    (struct check_options){ 0 }), 0);
	ck_prints("article page, utf-8");
	ck_prints("关于印发《郑州市政务公开工作要点》的通知");
	ck_prints("from PubDate");
	ck_silent("To be looked at");
	ck_silent("MISSING");
}
END_TEST

/* A home page needs 3 tags, a list page 7, an article 10. */
START_TEST(test_required)
{
	static const struct {
		unsigned kind;
		int missing;
	} cases[] = { { TAG_HOME, 3 }, { TAG_LIST, 7 }, { TAG_ARTICLE, 10 } };

	for (size_t i = 0; i < 3; i++) {
		int n = 0;

		ck_assert_int_eq(check_bytes("<title>x</title>",
		    (struct check_options){ .kind = cases[i].kind }), 1);
		for (char *at = printed; (at = strstr(at, " is missing")) !=
		    NULL; at++)
			n++;
		ck_assert_int_eq(n, cases[i].missing);
	}
	ck_prints("SiteIDCode is missing");
}
END_TEST

START_TEST(test_odd)
{
	check(PAGES "odd-null.html", (struct check_options){ 0 });
	ck_prints("line 3: SiteName is there but empty");
	ck_prints("line 4: ArticleTitle has the value null");
	ck_prints("line 7: SiteDomain is \"http://www.zhengzhou.gov.cn/\"");
	ck_prints("line 8: SiteIDCode is \"310000000044\"");
	ck_prints("from the text of the page");
	ck_assert(strstr(printed, "line 3:") < strstr(printed,
	    "line 7:"));
	check(PAGES "odd-order.html", (struct check_options){ 0 });
	ck_prints("line 3: PubDate is \"2023/5/6 9:05\": expected YYYY");
	check(PAGES "odd-outside.html", (struct check_options){ 0 });
	ck_prints("line 6: ColumnName is there again");
	ck_prints("line 7: SiteName stands outside <head>");
	check(PAGES "says-utf8-is-gbk.html", (struct check_options){ 0 });
	ck_prints("line 4: declares utf-8 but is written in gb18030");
	check(PAGES "odd-entities.html", (struct check_options){ 0 });
	ck_prints("line 2: ArticleTitle has entities");
	check_bytes("<meta name=PubDate content=gestern>",
	    (struct check_options){ 0 });
	ck_prints("which is no date");
}
END_TEST

/* A date that a preset or a broken clock made is said, wherever it is from. */
START_TEST(test_odd_date)
{
	check_bytes("<title>x</title>\n<meta name=PubDate "
	    "content='2099-01-01 08:00'>", (struct check_options){ 0 });
	ck_prints("line 2: the date of publication, 2099-01-01");
	ck_prints("is yet to come");
	check_bytes("<meta name=PubDate content='1989-12-31 08:00'>",
	    (struct check_options){ 0 });
	ck_prints("line 1: the date of publication, 1989-12-31");
	ck_prints("is older than the web");
	check_bytes("<title>x</title>发布时间：2098-05-06 10:20",
	    (struct check_options){ 0 });
	ck_prints("  the date of publication, 2098-05-06");
	check_bytes("<meta name=PubDate content='1990-01-01 08:00'>",
	    (struct check_options){ 0 });
	ck_silent("date of publication");
	check_bytes("<title>x</title>", (struct check_options){ 0 });
	ck_silent("date of publication");
}
END_TEST

/* What Word and FrontPage leave behind leads nowhere. */
START_TEST(test_local_links)
{
	check_bytes("<title>x</title>\n<a href='file:///C:\\web\\a.doc'>a</a>\n"
	    "<img src=\" D:\\img\\b.jpg \">\n<a href='C|/c.htm'>c</a>\n"
	    "<a href='FILE:///C|/d.htm'>d</a>\n"
	    "<a href='c:d.htm'>e</a><a href='file.htm'>f</a>"
	    "<a href='filed:x'>g</a><a href='a:/b'>h</a>",
	    (struct check_options){ 0 });
	ck_prints("line 2: file:///C:\\web\\a.doc is a file on the computer");
	ck_prints("line 3: D:\\img\\b.jpg is a file");
	ck_prints("line 4: C|/c.htm is a file");
	ck_prints("line 5: FILE:///C|/d.htm is a file");
	ck_prints("line 6: a:/b is a file");
	ck_silent("c:d.htm is");
	ck_silent("file.htm is");
	ck_silent("filed:x is");
}
END_TEST

/* What the server puts in isn't in the file. */
START_TEST(test_includes)
{
	check_bytes("<html><head>\n<title><!--#include virtual=\"/t.html\" -->"
	    "</title>\n<!--#include file='head.inc'-->\n"
	    "<!--#include virtual=\"\" --><!-- #include virtual=\"/c\" -->"
	    "<!--#echo var=\"x\" -->", (struct check_options){ 0 });
	ck_prints("line 2: /t.html is put in by the web server (SSI)");
	ck_prints("line 3: head.inc is put in");
	ck_silent("/c is put in");
	ck_silent("x is put in");
	check_bytes("<title>x</title><!--#include virtual=\"/a\"--><!--#include "
	    "virtual=\"/b\"-->\n<!--#include virtual=\"/c\"-->\n"
	    "<!--#include virtual=\"/d\"-->", (struct check_options){ 0 });
	ck_prints("line 2: /c is put in");
	ck_silent("/d is put in");	/* three say enough */
	check_bytes("<title>x</title><!--#include virtual=\"/a",
	    (struct check_options){ 0 });
	ck_silent("is put in");
}
END_TEST

static void
ask(void *arg, struct buf *why)
{
	buf_text(why, arg);
}

/* What somebody who asks the site's web server found. */
START_TEST(test_asks)
{
	static char found[] = "source www: nothing is there\n", none[] = "";

	check_bytes("<title>x</title>", (struct check_options){ .ask = ask,
	    .arg = found });
	ck_prints("To be looked at\n");
	ck_prints("  source www: nothing is there\n");
	check_bytes("<title>x</title>", (struct check_options){ .ask = ask,
	    .arg = found, .json = true });
	ck_prints("\"text\": \"source www: nothing is there\"");
	check(PAGES "utf8.html", (struct check_options){ .ask = ask,
	    .arg = none });
	ck_silent("To be looked at");
}
END_TEST

/* What is there but empty is not absent. */
START_TEST(test_empty_is_there)
{
	ck_assert_int_eq(check_bytes("<meta name=SiteName content=''>"
	    "<meta name=SiteDomain content=''><meta name=SiteIDCode>",
	    (struct check_options){ .kind = TAG_HOME }), 0);
	ck_silent("MISSING");
}
END_TEST

START_TEST(test_other_site)
{
	ck_assert_int_eq(check(PAGES "utf8.html", (struct check_options){
	    .site_name = SPAN("洛阳市人民政府"),
	    .site_domain = SPAN("www.luoyang.gov.cn"),
	    .site_code = SPAN("4103000001") }), 0);
	ck_prints("line 6: SiteName is \"郑州市人民政府\": this site is "
	    "\"洛阳市人民政府\"");
	ck_prints("line 7: SiteDomain is \"www.zhengzhou.gov.cn\": this site "
	    "is www.luoyang.gov.cn");
	ck_prints("line 8: SiteIDCode is \"4101000001\": this site is "
	    "4103000001");
}
END_TEST

START_TEST(test_guess)
{
	struct check_options home = { .url = SPAN("http://a.cn/") };
	struct check_options list = { .url = SPAN("http://a.cn/col/1/") };

	check_bytes("<meta name=SiteName content=x>", home);
	ck_prints("home page");
	check_bytes("<meta name=ColumnName content=x>", list);
	ck_prints("list page");
	check_bytes("<meta name=ArticleTitle content=x>", home);
	ck_prints("article page");
}
END_TEST

/* Columns stay columns when the values are Han. */
START_TEST(test_columns)
{
	size_t column = 0;
	char *line, *end;

	check(PAGES "utf8.html", (struct check_options){ 0 });
	for (line = printed; (end = strchr(line, '\n')) != NULL;
	    line = end + 1) {
		char *at = memmem(line, (size_t)(end - line), " there ", 7);
		size_t here;

		if (at == NULL)
			continue;
		here = text_width((struct span){ line, (size_t)(at - line) });
		ck_assert(column == 0 || here == column);
		column = here;
	}
	ck_assert_uint_gt(column, 0);
	check(PAGES "odd-null.html", (struct check_options){ 0 });
	ck_prints("\n  SiteName           empty         3\n");
	ck_prints("\n  SiteDomain         there         7  http://");
	ck_prints("\n  ColumnName         MISSING\n");
}
END_TEST

/* A page can't drive the terminal. */
START_TEST(test_controls)
{
	check_bytes("<meta name=SiteDomain content='a\x1b[31mb'>"
	    "<title>\x1b]0;x\x07</title>", (struct check_options){ 0 });
	ck_silent("\x1b");
	ck_silent("\x07");
}
END_TEST

START_TEST(test_json)
{
	json_error_t error;
	json_t *o;

	ck_assert_int_eq(check(PAGES "odd-null.html",
	    (struct check_options){ .json = true }), 1);
	o = json_loads(printed, 0, &error);
	ck_assert_msg(o != NULL, "%s", error.text);
	ck_assert(json_is_false(json_object_get(o, "fine")));
	ck_assert_str_eq(json_string_value(json_object_get(o, "kind")),
	    "article");
	ck_assert_uint_eq(json_array_size(json_object_get(o, "tags")),
	    TAG_COUNT);
	ck_assert_uint_gt(json_array_size(json_object_get(o, "findings")), 5);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o,
	    "said"), "title")), "网页 标题");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o,
	    "said"), "date_from")), "text");
	json_decref(o);
}
END_TEST

START_TEST(test_unreadable)
{
	ck_assert_int_eq(check("/dev/null", (struct check_options){ 0 }), 2);
	ck_prints("could not be read");
	ck_assert_int_eq(check("/dev/null", (struct check_options){
	    .json = true }), 2);
	ck_prints("\"trouble\"");
}
END_TEST

static json_t *
check_json(const char *path, int want)
{
	json_error_t error;
	json_t *o;

	ck_assert_int_eq(check(path, (struct check_options){ .json = true }),
	    want);
	o = json_loads(printed, 0, &error);
	ck_assert_msg(o != NULL, "%s in %s", error.text, printed);
	return o;
}

/* A name as Windows has it, and one that would drive the terminal. */
START_TEST(test_names)
{
	char dir[] = "/tmp/zq-check-XXXXXX", path[64], page[PATH_MAX];
	json_t *o;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/\xcd\xf8.html", dir);
	ck_assert_int_eq(symlink("/dev/null", path), 0);
	o = check_json(path, 2);
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(o,
	    "path")), "/\\xcd\\xf8.html"));
	ck_assert_ptr_nonnull(json_object_get(o, "trouble"));
	json_decref(o);
	unlink(path);
	ck_assert_ptr_nonnull(realpath(PAGES "odd-null.html", page));
	ck_assert_int_eq(symlink(page, path), 0);
	o = check_json(path, 1);
	ck_assert_ptr_nonnull(json_object_get(o, "path"));
	json_decref(o);
	unlink(path);
	snprintf(path, sizeof(path), "%s/\x1b[31m", dir);
	ck_assert_int_eq(symlink("/dev/null", path), 0);
	ck_assert_int_eq(check(path, (struct check_options){ 0 }), 2);
	ck_silent("\x1b");
	ck_prints("could not be read");
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

START_TEST(test_other_file)
{
	ck_assert_int_eq(check("Makefile", (struct check_options){ 0 }), 0);
	ck_prints("application/octet-stream");
	ck_silent("MISSING");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_fine, test_required, test_odd,
		test_odd_date, test_local_links, test_includes, test_asks,
		test_empty_is_there, test_other_site, test_guess,
		test_columns, test_controls, test_json, test_unreadable, test_names,
		test_other_file };
	Suite *s = suite_create("check");
	TCase *tc = tcase_create("check");
	SRunner *runner;
	int failed;

	setenv("LC_ALL", "C.UTF-8", 1);
	tcase_set_timeout(tc, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	free(printed);
	return failed > 0;
}
