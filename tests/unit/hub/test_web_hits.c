/*
 * Hits on former domains, from the web part to the core: none that was counted
 * before it ended is lost, and none is reported twice.
 */
#include "tests/unit/hub/webkit.h"

#define MANY 150		/* all of which are kept, by hits.h */

/* Asked for by who doesn't know that the site was closed. */
static void
hit(const char *path)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n"
	    "Host: s1.gov.cn\r\nConnection: close\r\n\r\n", path);

	if (last.base != NULL)
		bed_leave(&last);
	ck_assert_int_eq(status_of(bed_talk(&last, base, port, text,
	    (size_t)n)), 410);
}

static void
restart(void)
{
	close_web();
	open_web();
}

static bool
is_kept(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/web/hits", kit.dir);
	return access(path, F_OK) == 0;
}

/* Nobody is told of what is over. */
static void
wait_report(void)
{
	size_t before = told.reports;

	for (int i = 0; i < 10 * BED_TURNS && told.reports == before; i++)
		bed_turn(base);
	ck_assert_uint_eq(told.reports, before + 1);
}

static void
begin(void)
{
	set_up();
	kit_act(&kit, "{\"do\":\"retire\",\"site\":1,\"actor\":\"x\","
	    "\"reason\":\"merged\"}");
	kit_show(&kit, 100);
}

/* However often it is started again before a report is due. */
START_TEST(test_ends)
{
	hit("/a");
	hit("/a");
	restart();
	ck_assert(is_kept());
	hit("/a");
	hit("/b");
	restart();
	ck_assert_uint_eq(told.reports, 0);
	wait_report();
	ck_assert_msg(strstr(told.hits, "s1.gov.cn/a\"") != NULL &&
	    strstr(told.hits, "\"count\":3") != NULL &&
	    strstr(told.hits, "s1.gov.cn/b\"") != NULL, "%s", told.hits);
	ck_assert(!is_kept());
	restart();
	ck_assert(!is_kept());
}
END_TEST

/* More of them than one report has: no address twice, and none not at all. */
START_TEST(test_many)
{
	char path[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		hit(path);
	}
	restart();
	wait_report();
	ck_assert_uint_lt(told.rows, MANY);
	restart();	/* the others would be told in a minute */
	ck_assert(is_kept());
	wait_report();
	ck_assert_uint_eq(told.rows, MANY);
	restart();
	ck_assert(!is_kept());
}
END_TEST

/* What is in the file may be anything: it is as if there were none. */
START_TEST(test_damaged)
{
	static const char *const texts[] = { "", "[[", "{}", "[7,[7],[{}]]",
		"[[{\"url\":\"no\",\"count\":1,\"status\":410}]]" };
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/web/hits", kit.dir);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		close_web();
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fputs(texts[i], f);
		fclose(f);
		open_web();
		hit("/a");
	}
	restart();
	wait_report();
	ck_assert_msg(strstr(told.hits, "\"count\":1,") != NULL, "%s",
	    told.hits);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("web_hits");
	TCase *t = tcase_create("web_hits");
	SRunner *r;
	int failed;

	log_sink(on_line);
	tcase_add_checked_fixture(t, begin, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_ends);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_damaged);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
