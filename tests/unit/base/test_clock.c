/* clock, log, backoff, stats, lang: what every part leans on. */
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/stats.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/langkit.h"

static char out[CLOCK_TEXT_MAX];
static char said[8192];
static int lines;

static bool
parse(const char *text, int64_t *ms)
{
	return clock_parse(text, strlen(text), 480, ms);
}

static const char *
again(const char *text)
{
	int64_t ms;

	return parse(text, &ms) ? clock_format(out, ms) : "refused";
}

START_TEST(times_are_read)
{
	ck_assert_str_eq(again("2026-11-21T19:02:03.456Z"),
	    "2026-11-21T19:02:03.456Z");
	ck_assert_str_eq(again("2026-11-22T03:02:03.4569999+08:00"),
	    "2026-11-21T19:02:03.456Z");
	ck_assert_str_eq(again("2026-11-22T03:02+08:00"),
	    "2026-11-21T19:02:00.000Z");
	ck_assert_str_eq(again("2026-11-22"), "2026-11-21T16:00:00.000Z");
	ck_assert_str_eq(again("2024-02-29t00:00:00z"),
	    "2024-02-29T00:00:00.000Z");
	ck_assert_str_eq(again("2016-12-31T23:59:60Z"),
	    "2017-01-01T00:00:00.000Z");
	ck_assert_str_eq(again("0001-01-01T00:00:00Z"),
	    "0001-01-01T00:00:00.000Z");
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = { "", "2026", "2026-11",
		"2026-11-31", "2023-02-29", "2100-02-29", "2026-13-01",
		"2026-00-01", "2026-01-00", "2026-11-21T", "2026-11-21T24:00Z",
		"2026-11-21T10:60Z", "2026-11-21T10:00", "2026-11-21T10:00:61Z",
		"2026-11-21T10:00:00.Z", "2026-11-21T10:00:00+0800",
		"2026-11-21T10:00:00+24:00", "2026-11-21T10:00:00Zx",
		" 2026-11-21", "2026-1-21", "20a6-11-21", "-026-11-21" };
	int64_t ms = 5;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!parse(bad[i], &ms), "%s", bad[i]);
	ck_assert(!clock_parse(NULL, 0, 0, &ms));
	ck_assert_int_eq(ms, 5);
}
END_TEST

START_TEST(civil_days_agree_with_the_c_library)
{
	struct tm tm;
	time_t t;

	for (int64_t day = -800000; day < 2900000; day += 37) {
		t = (time_t)day * 86400;
		gmtime_r(&t, &tm);
		ck_assert_int_eq(clock_civil(tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, 0, 0, 0), t * 1000);
	}
	ck_assert_str_eq(clock_format(out, -1), "1969-12-31T23:59:59.999Z");
}
END_TEST

START_TEST(times_are_shown)
{
	setenv("TZ", "CST-8", 1);
	tzset();
	ck_assert_str_eq(clock_show(out, 1795287723456), "2026-11-22 03:02:03 "
	    "+08:00");
	setenv("TZ", "NST3:30", 1);
	tzset();
	ck_assert_str_eq(clock_show(out, 0), "1969-12-31 20:30:00 -03:30");
	ck_assert_str_eq(clock_format(out, CLOCK_NONE), "");
	ck_assert_str_eq(clock_show(out, CLOCK_NONE), "");
	ck_assert_str_eq(clock_format(out, INT64_MAX),
	    "9999-12-31T23:59:59.999Z");
	clock_show(out, INT64_MAX);
	ck_assert_str_eq(clock_span(out, 12000), "12 s");
	ck_assert_str_eq(clock_span(out, 180000), "3 min");
	ck_assert_str_eq(clock_span(out, 7200000), "2 h");
	ck_assert_str_eq(clock_span(out, 5 * 86400000LL), "5 d");
	ck_assert_str_eq(clock_span(out, -500), "0 s");
	clock_span(out, INT64_MIN);
}
END_TEST

START_TEST(clock_can_be_held)
{
	clock_set(7, 8);
	ck_assert_int_eq(clock_wall(), 7);
	ck_assert_int_eq(clock_mono(), 8);
	clock_release();
	ck_assert_int_gt(clock_wall(), 1000000);
}
END_TEST

static void
hear(enum log_level level, const char *line)
{
	(void)level;
	snprintf(said, sizeof(said), "%s", line);
	lines++;
}

START_TEST(a_log_line_is_one_line)
{
	char *big = mem_new(20000), quoted[LOG_QUOTE_MAX];

	log_sink(hear);
	log_info("a\nb\x7f %s", "\r\n2026 error x");
	ck_assert_str_eq(said, "a b    2026 error x");
	memset(big, 'x', 19999);
	log_warn("%s", big);
	ck_assert_uint_lt(strlen(said), 4096);
	ck_assert(strstr(said, "…") != NULL);
	log_sink(NULL);
	ck_assert_str_eq(log_quote(quoted, "a\n\xff政\\", 7),
	    "a\\x0a\\xff政\\x5c");
	ck_assert_str_eq(log_quote(quoted, "\xe2\x80\xae", 3),
	    "\\xe2\\x80\\xae");
	ck_assert_str_eq(log_quote(quoted, "\xd8\x9c", 2), "\\xd8\\x9c");
	log_quote(quoted, big, 19999);
	ck_assert_uint_lt(strlen(quoted), LOG_QUOTE_MAX);
	ck_assert(strstr(quoted, "x…") != NULL);
	memset(big, '\n', 19999);
	log_quote(quoted, big, 19999);
	ck_assert_uint_lt(strlen(quoted), LOG_QUOTE_MAX);
	free(big);
}
END_TEST

START_TEST(waits_double_up_to_their_bound)
{
	struct backoff b;
	uint32_t most = 0, w;

	backoff_seed(42);
	backoff_init(&b, 100, 1000);
	for (int i = 0; i < 1000; i++) {
		w = backoff_next(&b, 0);
		ck_assert_uint_le(w, i == 0 ? 100 : i == 1 ? 200 : 1000);
		most = w > most ? w : most;
	}
	ck_assert_uint_gt(most, 900);
	for (int i = 0; i < 1000; i++) {
		backoff_reset(&b);
		backoff_next(&b, 0);
		ck_assert_uint_le(backoff_next(&b, 0), 200);
	}
	ck_assert_uint_ge(backoff_next(&b, 5000), 5000);
	backoff_reset(&b);
	ck_assert_uint_le(backoff_next(&b, 0), 100);
	backoff_next(&b, UINT32_MAX);
}
END_TEST

START_TEST(chance_is_even_and_seeded)
{
	unsigned seen[6] = { 0 };
	uint32_t first;

	backoff_seed(1);
	first = backoff_random(1000000);
	for (int i = 0; i < 60000; i++)
		seen[backoff_random(6)]++;
	for (int i = 0; i < 6; i++)
		ck_assert_uint_gt(seen[i], 9500);
	backoff_seed(1);
	ck_assert_uint_eq(backoff_random(1000000), first);
	ck_assert_uint_eq(backoff_random(1), 0);
	ck_assert_uint_eq(backoff_random(0), 0);
}
END_TEST

START_TEST(counters_are_shared_with_children)
{
	static const struct stats_def defs[] = {
		{ "c", NULL, STATS_COUNTER, "" },
		{ "h", NULL, STATS_HISTOGRAM, "" },
		{ "g", NULL, STATS_GAUGE, "" },
	};
	pid_t pid;

	stats_add(0, 5);
	ck_assert_uint_eq(stats_get(0), 0);
	stats_open(defs, 3);
	pid = fork();
	if (pid == 0) {
		stats_add(0, 2);
		stats_set(2, 9);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	stats_add(0, 1);
	ck_assert_uint_eq(stats_get(0), 3);
	ck_assert_uint_eq(stats_get(2), 9);
	stats_observe(1, stats_bounds[0]);
	stats_observe(1, stats_bounds[0] + 1);
	stats_observe(1, 1000000);
	ck_assert_uint_eq(stats_bucket(1, 0), 1);
	ck_assert_uint_eq(stats_bucket(1, 1), 1);
	ck_assert_uint_eq(stats_bucket(1, STATS_BUCKETS), 1);
	ck_assert_uint_eq(stats_get(1), 3);
	ck_assert_uint_eq(stats_sum(1), 1000000 + 2u * stats_bounds[0] + 1);
	stats_close();
	ck_assert_uint_eq(stats_get(0), 0);
}
END_TEST

START_TEST(language_is_switched_without_a_locale)
{
	char dir[] = "/tmp/zq-lang-XXXXXX", path[600];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	langkit_write(path, dir, "hello", "您好");
	setenv("LC_ALL", "zh_CN.UTF-8", 1);
	lang_open(path);
	ck_assert_str_eq(lang_now(), "zh");
	ck_assert_str_eq(_("hello"), "您好");
	lang_switch("en");
	ck_assert_str_eq(_("hello"), "hello");
	ck_assert_str_eq(lang_borrow("zh"), "en");
	ck_assert_str_eq(_("hello"), "您好");
	ck_assert_str_eq(lang_borrow("fr"), "zh");
	ck_assert_str_eq(lang_borrow(NULL), "zh");
	ck_assert_str_eq(lang_now(), "zh");
	lang_switch("../../etc");
	ck_assert_str_eq(lang_now(), "en");
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("LANGUAGE", "zh_CN:en", 1);
	lang_open(path);
	ck_assert_str_eq(_("hello"), "您好");
	setenv("LC_ALL", "C", 1);
	lang_open(path);
	ck_assert_str_eq(_("hello"), "hello");
	ck_assert_str_eq(localeconv()->decimal_point, ".");
	snprintf(path, sizeof(path), "rm -rf %s", dir);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("clock");
	TCase *t = tcase_create("clock");
	SRunner *r;
	int failed;

	tcase_add_test(t, times_are_read);
	tcase_add_test(t, what_is_no_time_is_refused);
	tcase_add_test(t, civil_days_agree_with_the_c_library);
	tcase_add_test(t, times_are_shown);
	tcase_add_test(t, clock_can_be_held);
	tcase_add_test(t, a_log_line_is_one_line);
	tcase_add_test(t, waits_double_up_to_their_bound);
	tcase_add_test(t, chance_is_even_and_seeded);
	tcase_add_test(t, counters_are_shared_with_children);
	tcase_add_test(t, language_is_switched_without_a_locale);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
