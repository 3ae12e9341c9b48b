/*
 * Letters about links: whose word it is, from when and until when, wherever
 * they are read.
 */
#include "agent/letter_links.h"

#include "tests/unit/agent/letterkit.h"
#include "tests/unit/langkit.h"

#define LINKS 6
#define FROM INT64_C(1798761600000)
#define UNTIL INT64_C(1798848000000)

/* Links of one move, each of which differs from the one before: from the
 * first'th on. */
static void
put_who(int first)
{
	const struct mending_link all = { .state = MENDING_EFFECTIVE,
		.move = 7, .scope = REWRITE_ADDRESS, .from = FROM,
		.until = CLOCK_NONE, .by = SPAN("4101000002"),
		.name = SPAN("开封市"), .person = SPAN("张三"),
		.reason = SPAN("改版") };
	struct mending_link l[LINKS] = { all, all, all, all };
	struct buf body;

	l[1].until = l[2].until = l[3].until = UNTIL;
	l[2].person = SPAN("李四");
	l[3].by = l[3].name = l[3].person = l[3].reason = SPAN_NONE;
	l[3].operator = SPAN("wang");
	l[4] = l[3];
	l[4].from = l[4].until = CLOCK_NONE;
	l[5] = l[4];
	l[5].operator = SPAN("li");
	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, &all);
	for (int i = first; i < LINKS; i++) {
		char old[64];

		snprintf(old, sizeof(old), B "%d", i + 1);
		l[i].old = span_of(old);
		mending_link(&body, &l[i], &all);
		mending_link_end(&body);
	}
	mending_end(&body);
	ck_assert(!body.bad);
	put_letter(SPAN(LETTER_LINKS), buf_look(&body));
	buf_clear(&body);
}

#define WHO1 "    from 2027-01-01 08:00:00 +08:00 "			\
	"says 4101000002 (开封市), 张三: 改版\n"
#define WHO2 "    from 2027-01-01 08:00:00 +08:00 until 2027-01-02 08:00:00 "	\
	"+08:00 says 4101000002 (开封市), 张三: 改版\n"
#define WHO3 "    from 2027-01-01 08:00:00 +08:00 until 2027-01-02 08:00:00 "	\
	"+08:00 says 4101000002 (开封市), 李四: 改版\n"
#define WHO4 "    from 2027-01-01 08:00:00 +08:00 until 2027-01-02 08:00:00 "	\
	"+08:00 says the hub's operator wang\n"
#define WHO5 "    says the hub's operator wang\n"
#define WHO6 "    says the hub's operator li\n"
#define WHO WHO1 WHO2 WHO3						\
	"    and 3 more (--json has it of each link)\n"
#define WHO_LAST WHO4 WHO5 WHO6

/* How it is with all of them, below that. */
static char *
with_links(const char *about, int first, const char *word)
{
	static char text[4096];
	int n = snprintf(text, sizeof(text), "%s", about);

	for (int i = first + 1; i <= LINKS; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "    " B "%d  (%s)\n", i, word);
	return text;
}

/* From when, until when, who: each once and of many the first, wherever letters
 * are read. */
START_TEST(test_who)
{
	struct buf text;
	json_t *l, *links;

	put_who(0);
	put_who(3);
	l = list();
	ck_prints(json_array_get(l, 0), 0, with_links(WHO, 0, "moved"));
	ck_prints(json_array_get(l, 1), 0, with_links(WHO_LAST, 3, "moved"));
	links = json_object_get(json_array_get(l, 0), "links");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(
	    links, 1), "until")), "2027-01-02T00:00:00.000Z");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(
	    links, 1), "person")), "张三");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(
	    links, 1), "name")), "开封市");
	ck_assert_ptr_null(json_object_get(json_array_get(links, 3), "by"));
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(
	    links, 3), "operator")), "wang");
	buf_init(&text, 1u << 20);
	read_mail(&text, l);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), WHO));
	buf_reset(&text);
	letter_sinks_feed(&text, l, kit_config->top);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "), 张三: 改版"));
	buf_clear(&text);
	json_decref(l);
}
END_TEST

#define CHINESE "    自 2027-01-01 08:00:00 +08:00 起 "		\
	"到 2027-01-02 08:00:00 +08:00 为止 "

START_TEST(test_who_in_chinese)
{
	static const char *const words[][2] = { { " from %s", " 自 %s 起" },
		{ " until %s", " 到 %s 为止" }, { " says ", " 宣布者：" },
		{ " says the hub's operator ", " 中心操作员：" },
		{ "moved", "已搬迁" } };
	const char *const was = lang_now();
	char path[600];
	json_t *l;

	langkit_write_all(path, kit_dir, words,
	    sizeof(words) / sizeof(words[0]));
	lang_open(path);
	lang_switch("zh");
	put_who(0);
	put_who(3);
	l = list();
	ck_prints(json_array_get(l, 1), 0, with_links(
	    CHINESE "中心操作员：wang\n"
	    "    中心操作员：wang\n    中心操作员：li\n", 3, "已搬迁"));
	ck_prints(json_array_get(l, 0), 0, with_links(
	    "    自 2027-01-01 08:00:00 +08:00 起 "
	    "宣布者：4101000002 (开封市), 张三: 改版\n"
	    CHINESE "宣布者：4101000002 (开封市), 张三: 改版\n"
	    CHINESE "宣布者：4101000002 (开封市), 李四: 改版\n"
	    "    and 3 more (--json has it of each link)\n", 0, "已搬迁"));
	lang_switch(was);
	json_decref(l);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("letter_who");
	TCase *tc = tcase_create("letter_who");
	SRunner *runner;
	int failed;

	setenv("TZ", "Asia/Shanghai", 1);
	tcase_add_checked_fixture(tc, kit_begin, kit_end);
	tcase_add_test(tc, test_who);
	tcase_add_test(tc, test_who_in_chinese);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
