/*
 * zqagent say without a daemon: what people who type it are told.
 */
#include "tests/unit/agent/storekit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "agent/tool.h"
#include "tests/unit/langkit.h"

#define URL "https://www.test.gov.cn/"

static char out[65536], err[65536];

static const char *
in_dir(const char *name)
{
	static char path[2][256];
	static unsigned turn;

	turn = 1 - turn;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", kit_dir, name);
	return path[turn];
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

/* A source whose root is "www". */
static void
set_up(void)
{
	char text[512];

	kit_make_dir();
	ck_assert_int_eq(mkdir(in_dir("www"), 0700), 0);
	ck_assert_int_eq(mkdir(in_dir("www/d"), 0700), 0);
	snprintf(text, sizeof(text), "hub = https://h.test:7443\n"
	    "[source www]\nroot = %s\nurl = " URL "\n", in_dir("www"));
	put("agent.conf", text);
}

static void
tear_down(void)
{
	for (struct tool_option *o = tool_say_options; o->name != NULL; o++)
		o->value = NULL;
	kit_remove_dir();
}

static int
redirect(FILE *f, const char *name)
{
	int keep, fd;

	fflush(f);
	keep = dup(fileno(f));
	fd = open(in_dir(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	dup2(fd, fileno(f));
	close(fd);
	return keep;
}

static void
restore(FILE *f, int keep, const char *name, char text[sizeof(out)])
{
	FILE *in;
	size_t n;

	fflush(f);
	dup2(keep, fileno(f));
	close(keep);
	in = fopen(in_dir(name), "r");
	n = fread(text, 1, sizeof(out) - 1, in);
	text[n] = '\0';
	fclose(in);
}

static void
option(const char *name, const char *value)
{
	for (struct tool_option *o = tool_say_options; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			o->value = value;
}

static int
say(const char *kind, const char *one, const char *two)
{
	static const struct tool_command command = { .name = "say",
		.options = tool_say_options };
	struct tool t = { .command = &command, .dir = kit_dir,
		.place = { kind, one, two },
		.places = one == NULL ? 1 : two == NULL ? 2 : 3 };
	int keep_out = redirect(stdout, "out"), keep_err;
	int code;

	keep_err = redirect(stderr, "err");
	code = tool_say(&t);
	restore(stdout, keep_out, "out", out);
	restore(stderr, keep_err, "err", err);
	return code;
}

/* Reads the words as a shell hands them over. False: it was refused. */
static bool
parse(struct tool *t, const struct tool_command *c, const char *words)
{
	static char line[512];
	char *argv[8], *rest = line;
	int argc = 0, status;

	snprintf(line, sizeof(line), "%s", words);
	while ((argv[argc] = strsep(&rest, "|")) != NULL)
		argc++;
	*t = (struct tool){ .command = c };
	return tool_parse(t, argc, argv, &status);
}

/* Times and numbers as an input method leaves them; texts stay. */
START_TEST(test_full_width)
{
	const struct tool_command said = { .name = "say", .words = "x",
		.options = tool_say_options };
	const struct tool_command letters = { .name = "letters",
		.words = "[N]", .typed = true,
		.options = tool_letters_options };
	struct tool t;

	ck_assert(parse(&t, &said, "outage|--until|２０２６－１２－０１　１８：００|"
	    "--reason=第１期|--service|Ａ"));
	ck_assert_str_eq(tool_value(&t, "until"), "2026-12-01 18:00");
	ck_assert_str_eq(tool_value(&t, "reason"), "第１期");
	ck_assert_str_eq(tool_value(&t, "service"), "Ａ");
	ck_assert(parse(&t, &said, "maintenance|--every=ｓｕｎ ０２：００—０４：００"));
	ck_assert_str_eq(tool_value(&t, "every"), "sun 02:00-04:00");
	ck_assert(parse(&t, &letters, "１２"));
	ck_assert_str_eq(t.place[0], "12");
	ck_assert(parse(&t, &letters, "--will-fix|７|--reason|７"));
	ck_assert_str_eq(tool_value(&t, "will-fix"), "7");
	ck_assert_str_eq(tool_value(&t, "reason"), "７");
}
END_TEST

/* Is it said of what stands at url that its file is there still? Once in a
 * process, which holds the lock as long as it lives. */
static bool
warns(const char *url)
{
	option("url", url);
	ck_assert_int_eq(say("deleted", NULL, NULL), 0);
	ck_assert_msg(strstr(out, "kept as change") != NULL, "%s%s", out,
	    err);
	return strstr(err, "but the file is still there") != NULL;
}

static const struct {
	const char *file, *url;
	bool warns;
} rows[] = {
	{ "www/d/1.html", URL "d/1.html", true },
	{ "www/d/1.html", "http://www.test.gov.cn/d/1.html", true },
	{ "www/d/1.html", URL "d/2.html", false },
	{ "www/d/1.html", URL "d/1.html?a=1", false },
	{ "www/d/1.html", URL "d/", false },
	{ "www/d/1.html", URL "d", false },
	{ "www/d/1.html", "https://m.test.gov.cn/d/1.html", false },
	{ "www/index.htm", URL, true },
	{ "www/d/index.shtml", URL "d/", true },
	{ "www/d/\xb9\xab.html", URL "d/%b9%ab.html", true },
	{ "www/公告 1.html", URL "公告%201.html", true },
	{ "outside.html", URL "../outside.html", false },
	{ "outside.html", URL "..%2Foutside.html", false },
};

START_TEST(test_a_file_that_is_there)
{
	put(rows[_i].file, "x");
	ck_assert_msg(warns(rows[_i].url) == rows[_i].warns, "%s: %s",
	    rows[_i].url, err);
	if (rows[_i].warns)
		ck_assert_msg(strstr(err, rows[_i].file) != NULL, "%s", err);
}
END_TEST

START_TEST(test_scopes_in_words)
{
	static const char *const words[][2] = { { "prefix", "前缀" },
		{ "address", "网址" } };
	char path[600];

	langkit_write_all(path, kit_dir, words, 2);
	setenv("LANGUAGE", "zh_CN", 1);
	lang_open(path);
	if (_i == 1)
		option("prefix", "");
	ck_assert_int_eq(say("move", URL "a/", URL "b/"), 0);
	ck_assert_msg(strstr(out, _i == 1 ? "/b/ (前缀)" : "/b/ (网址)") !=
	    NULL, "%s", out);
}
END_TEST

/* Who links there only the hub knows; nothing is kept. */
START_TEST(test_deleted_dry)
{
	struct store *store;

	put("agent.conf", "hub = http://127.0.0.1:1\n");
	option("url", "https://www.测试.cn/a.html");
	option("dry-run", "");
	ck_assert_int_eq(say("deleted", NULL, NULL), 0);
	ck_assert_str_eq(out, "https://www.测试.cn/a.html would be told as "
	    "deleted; nothing was said\n(no item of this site has that "
	    "address: is it written as it was? Who links there is told "
	    "nevertheless)\n");
	ck_assert_ptr_nonnull(strstr(err, "who links there can't be known "
	    "now: "));
	store = kit_open(KIT_LIMIT);
	ck_assert_uint_eq(store_meta(store)->next, 1);
	store_close(store);
}
END_TEST

START_TEST(test_no_dry_item)
{
	option("url", URL "a.html");
	option("title", "公告");
	option("dry-run", "");
	ck_assert_int_eq(say("item", NULL, NULL), 2);
	ck_assert_msg(strstr(err, "--dry-run is not for item") != NULL, "%s",
	    err);
}
END_TEST

/* Hosts as people read them, however they were typed. */
START_TEST(test_chinese_hosts)
{
	ck_assert_int_eq(say("move", "https://www.xn--0zwm56d.cn/a.html",
	    "https://www.测试.cn/b.html"), 0);
	ck_assert_msg(strstr(out, "  https://www.测试.cn/a.html → "
	    "https://www.测试.cn/b.html (address)") != NULL, "%s", out);
	ck_assert_ptr_null(strstr(out, "xn--"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tool_say");
	TCase *t = tcase_create("tool_say");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_a_file_that_is_there, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(t, test_scopes_in_words, 0, 2);
	tcase_add_test(t, test_deleted_dry);
	tcase_add_test(t, test_no_dry_item);
	tcase_add_test(t, test_chinese_hosts);
	tcase_add_test(t, test_full_width);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
