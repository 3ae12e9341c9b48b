/*
 * Mending, undone: what comes back, what does not, and what is left when the
 * power goes.
 */
#include "agent/mend.h"

#include <signal.h>
#include <sys/resource.h>

#include "agent/mendlog.h"
#include "tests/unit/agent/mendkit.h"

START_TEST(test_undo_changed)
{
	kit_page("a.html", SPAN(LINK(OLD)));
	kit_page("b.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(2, 2, 0);
	kit_write("a.html", SPAN(LINK(NEW) "more"));
	undo();
	CK_COUNT(1, 1, 1);
	CK_WHY("was changed since");
	CK_IS("a.html", LINK(NEW) "more");
	CK_IS("b.html", LINK(OLD));
}
END_TEST

/* There is no room to write down that a page is back: it is, all the same. */
START_TEST(test_undo_without_room)
{
	struct rlimit all, some;
	char path[256];
	struct stat st;

	kit_page("a.html", SPAN(LINK(OLD)));
	kit_page("b.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(2, 2, 0);
	snprintf(path, sizeof(path), "%s/mended", kit_dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &all), 0);
	some = all;
	some.rlim_cur = (rlim_t)st.st_size;
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &some), 0);
	undo();
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
	CK_COUNT(2, 2, 0);
	ck_assert_uint_eq(kit_count.unmarked, 2);
	CK_WHY("as before");
	CK_IS("a.html", LINK(OLD));
	CK_IS("b.html", LINK(OLD));
	undo();
	CK_COUNT(0, 0, 0);
	ck_assert_uint_eq(kit_count.unmarked, 0);
	CK_WHY("");
}
END_TEST

/* What a run left beside a page that was killed goes with the next one. */
START_TEST(test_left_beside)
{
	char path[256];

	kit_page("a.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	for (int i = 0; i < 2; i++) {
		struct buf why;
		struct mendlog *l;
		char name[64];

		buf_init(&why, 4096);
		l = mendlog_open(kit_dir, &why);
		snprintf(name, sizeof(name), ".zqagent-mend-%016llx",
		    (unsigned long long)mendlog_agent(l));
		mendlog_close(l);
		buf_clear(&why);
		kit_write(name, SPAN("torn"));
		snprintf(path, sizeof(path), "%s/%s", kit_root, name);
		if (i == 1)		/* killed before it was renamed */
			kit_write("a.html", SPAN(LINK(OLD)));
		undo();
		ck_assert_int_ne(access(path, F_OK), 0);
		if (i == 0)
			run();
	}
}
END_TEST

/* The log was cut off in the middle: what is before holds. */
START_TEST(test_torn_log)
{
	char path[256];
	struct stat st;
	FILE *f;

	kit_page("a.html", SPAN(LINK(OLD)));
	kit_page("b.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(2, 2, 0);
	snprintf(path, sizeof(path), "%s/mended", kit_dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size - 3), 0);
	kit_write("b.html", SPAN(LINK(OLD)));	/* it never came to it */
	undo();
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(OLD));
	kit_know("a.html");
	kit_know("b.html");
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(2, 2, 0);
	undo();
	CK_COUNT(2, 2, 0);
	CK_IS("b.html", LINK(OLD));
	/* Nor is what somebody scribbled into it believed. */
	kit_know("a.html");
	kit_know("b.html");
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(2, 2, 0);
	f = fopen(path, "r+");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, 50, SEEK_SET), 0);	/* the first page */
	ck_assert_int_eq(fputc('x', f), 'x');
	fclose(f);
	undo();
	CK_COUNT(1, 1, 1);
	CK_IS("a.html", LINK(NEW));
	CK_IS("b.html", LINK(OLD));
}
END_TEST

/* What was done long ago goes at the end of a run, and that is said. */
START_TEST(test_dropped)
{
	struct mendlog_page p = { .run = 1, .when = 1, .source = SPAN("www"),
		.path = SPAN("a.html") };
	struct mendlog *log;
	struct buf why;

	buf_init(&why, 1024);
	log = mendlog_open(kit_dir, &why);
	ck_assert_msg(log != NULL && mendlog_put(log, &p, &why), "%s",
	    buf_cstr(&why));
	mendlog_close(log);
	kit_page("a.html", SPAN(LINK(OLD)));
	run();		/* it does nothing */
	ck_assert_uint_eq(kit_count.dropped, 0);
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(1, 1, 0);
	ck_assert_uint_eq(kit_count.run, 2);
	ck_assert_uint_eq(kit_count.dropped, 1);
	undo();
	CK_COUNT(1, 1, 0);
	undo();
	CK_COUNT(0, 0, 0);
	buf_clear(&why);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_undo_changed,
		test_undo_without_room, test_left_beside, test_torn_log,
		test_dropped };
	Suite *s = suite_create("mend_undo");
	TCase *tc = tcase_create("mend_undo");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, kit_begin, kit_end);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
