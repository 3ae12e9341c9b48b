/*
 * Whose word letters pass on: a site's, with its name and the person's who
 * said it there, or an operator's, which is no site's.
 */
#include "tests/unit/hub/tellingkit.h"

#define OLD "https://s1.gov.cn/old/"
#define NEW "https://s1.gov.cn/new/"

/* Each link of each letter: its state, and who says so. */
static void
note_who(void *arg, const struct mending_link *l)
{
	(void)arg;
	buf_printf(&text, "%s: %.*s|%.*s|%.*s|%.*s\n",
	    mending_state_name(l->state), SPAN_ARGS(l->by),
	    SPAN_ARGS(l->name), SPAN_ARGS(l->person), SPAN_ARGS(l->operator));
}

static void
read_who(void *arg, const struct letter *l)
{
	static const struct mending_reader to = { .link = note_who };

	(void)arg;
	buf_printf(&text, "%.*s ", SPAN_ARGS(l->kind));
	ck_assert(mending_read(l->body, &to, NULL, NULL));
}

static const char *
who(uint32_t site, uint64_t after)
{
	kit_show(&k, 100);
	buf_reset(&text);
	view_letters(k.view, site, after, 5000, read_who, NULL);
	return buf_cstr(&text);
}

static void
announce(const char *old, const char *new, const char *scope, const char *by,
    int64_t from)
{
	struct change c = kit_change(CHANGE_MOVE, old, "");

	c.when = k.now;
	c.word[WORD_SUCCESSOR] = span_of(new);
	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_BY] = span_of(by);
	c.from = from;
	kit_say(&k, 1, &c);
}

static void
operator_says(int64_t from, int64_t until)
{
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"prefix\",\"old\":\"" OLD "\",\"new\":\"" NEW "\",\"from\":"
	    "%lld,\"until\":%lld,\"actor\":\"li\",\"reason\":\"paper 7\"}",
	    (long long)from, (long long)until);
}

/* As a whole, when it is announced and when it takes effect; and later, of a
 * page that is new. */
START_TEST(a_person_says)
{
	three_pages();
	announce(OLD, NEW, "prefix", "张三", k.now + DAY);
	work(1000);
	ck_assert_str_eq(who(2, 0),
	    "links announced: 4100000001|site 1|张三|\n"
	    "announced: 4100000001|site 1|张三|\n");
	ck_assert_str_eq(who(1, 0),
	    "referred announced: 4100000001|site 1|张三|\n");
	later(DAY);
	tick();
	work(1000);
	ck_assert_str_eq(who(2, 1),
	    "links effective: 4100000001|site 1|张三|\n"
	    "effective: 4100000001|site 1|张三|\n");
	PAGE(3, "https://s3.gov.cn/new.html", OLD "a.html");
	settle();
	ck_assert_str_eq(who(3, 0),
	    "links effective: 4100000001|site 1|张三|\n");
	same_again();
}
END_TEST

START_TEST(an_operator_says)
{
	three_pages();
	operator_says(k.now + DAY, k.now + 9 * DAY);
	work(1000);
	ck_assert_str_eq(who(2, 0),
	    "links announced: |||li\nannounced: |||li\n");
	later(DAY);
	tick();
	work(1000);
	PAGE(3, "https://s3.gov.cn/new.html", OLD "a.html");
	settle();
	ck_assert_str_eq(who(3, 0), "links effective: |||li\n");
	same_again();
}
END_TEST

/* What was taken away is its site's word; nobody is named. */
START_TEST(a_site_deletes)
{
	three_pages();
	gone(1, OLD "a.html", "");
	settle();
	ck_assert_str_eq(who(2, 0), "links withdrawn: 4100000001|site 1||\n");
	same_again();
}
END_TEST

/* It was announced by one and is called off by another: whoever links there is
 * not told that the first one does. */
START_TEST(called_off)
{
	three_pages();
	announce(OLD, NEW, "prefix", "张三", k.now + DAY);
	work(1000);
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":1,"
	    "\"actor\":\"li\",\"reason\":\"not yet\"}");
	work(1000);
	ck_assert_str_eq(who(2, 1), "links off: |||\n");
	ck_assert_str_eq(who(1, 1), "off off: li|||li\n");
	same_again();
}
END_TEST

/* An operator who agrees to what a site announced doesn't become the site's
 * person; who announces it anew does so in its place. */
START_TEST(an_operator_helps)
{
	three_pages();
	announce("https://s1.gov.cn/", "https://new.gov.cn/", "domain", "",
	    k.now + DAY);
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":1,\"actor\":\"li\","
	    "\"reason\":\"\"}");
	ck_assert(get(1).m.agreed);
	work(1000);
	ck_assert_has(who(2, 0), "announced: 4100000001|site 1||\n");
	announce(OLD, NEW, "prefix", "张三", k.now + DAY);
	work(1000);
	ck_assert_has(who(2, 1), "announced: 4100000001|site 1|张三|\n");
	operator_says(k.now + DAY, k.now + 9 * DAY);
	work(1000);
	ck_assert_has(who(2, 2), "announced: |||li\n");
	same_again();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("telling_who");
	TCase *tests = tcase_create("telling_who");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, tellingkit_open, tellingkit_close);
	tcase_add_test(tests, a_person_says);
	tcase_add_test(tests, an_operator_says);
	tcase_add_test(tests, a_site_deletes);
	tcase_add_test(tests, called_off);
	tcase_add_test(tests, an_operator_helps);
	suite_add_tcase(s, tests);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
