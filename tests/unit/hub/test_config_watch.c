/*
 * The settings of watching: what the norms say if nothing is set, what may be
 * set, and what makes no sense.
 */
#include "hub/config_watch.h"
#include "hub/config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY (24ull * 3600 * 1000)

static char path[64];
static struct buf why;
static struct conf *file;

static void
set_up(void)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/zq-watch-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	buf_init(&why, 65536);
	file = NULL;
}

static void
tear_down(void)
{
	conf_free(file);
	buf_clear(&why);
	unlink(path);
}

/* NULL: then why has it. */
static const struct config *
settings(const char *lines)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "name = n\n%s", lines);
	fclose(f);
	conf_free(file);
	file = NULL;
	buf_reset(&why);
	return config_read(path, &file, &why);
}

/* A rule's times are added to others: no more than a year. */
START_TEST(test_rule_times)
{
	static const char *const bad[] = { "for = 367d", "remind = 99999999d",
		"for = 18446744073709551615ms", "remind = soon" };
	char line[64];

	ck_assert(settings("[rule down]\nfor = 366d\nremind = 0\n") != NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "[rule down]\n%s\n", bad[i]);
		ck_assert_msg(settings(line) == NULL, "%s", bad[i]);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "a year at "
		    "most"));
	}
}
END_TEST

/* NORMS, sections 3 and 5. */
START_TEST(test_presets)
{
	const struct config *c = settings("");

	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->home_limit, 15000);
	ck_assert_uint_eq(c->home_dns_every, 60000);
	ck_assert_uint_eq(c->week_fails, 5);
	ck_assert_uint_eq(c->week_warns, 3);
	ck_assert_uint_eq(c->closing_notice, 30 * DAY);
	ck_assert_uint_eq(c->closing_soon, 7 * DAY);
	ck_assert_uint_eq(c->home_moved_looks, 10);
	ck_assert_uint_eq(c->home_moved_after, 7 * DAY);
	ck_assert_uint_eq(c->alert_together, 300000);
	ck_assert_uint_eq(c->alert_many, 10);
	ck_assert_uint_eq(c->alert_many_time, 60000);
}
END_TEST

START_TEST(test_set)
{
	const struct config *c = settings("home_limit = 10s\n"
	    "week_fails = 4\nweek_warns = 4\nclosing_notice = 60d\n"
	    "alert_many = 2\nhome_dns_every = 0\n");

	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->home_limit, 10000);
	ck_assert_uint_eq(c->home_dns_every, 0);
	ck_assert_uint_eq(c->week_fails, 4);
	ck_assert_uint_eq(c->closing_notice, 60 * DAY);
	ck_assert_uint_eq(c->alert_many, 2);
}
END_TEST

static const struct { const char *lines, *words; } wrong[] = {
	{ "home_limit = 20s\n", "home_limit" },
	{ "home_dns_every = 500ms\n", "home_dns_every: 500ms: expected 1s at "
	  "least, or 0" },
	{ "home_dns_every = 2h\n", "home_dns_every" },
	{ "home_limit = 4s\n", "home_slow: 5s is more than home_limit, 4s" },
	{ "week_warns = 6\n", "week_warns: 6 percent is more than "
	  "week_fails, 5" },
	{ "week_fails = 0\n", "week_fails" },
	{ "week_fails = 101\n", "week_fails" },
	{ "alert_many = 1\n", "alert_many" },
	{ "home_moved_looks = 0\n", "home_moved_looks" },
	{ "closing_notice = soon\n", "closing_notice" },
};

START_TEST(test_wrong)
{
	ck_assert_ptr_null(settings(wrong[_i].lines));
	ck_assert_msg(strstr(buf_cstr(&why), wrong[_i].words) != NULL,
	    "%s", buf_cstr(&why));
}
END_TEST

/* Whoever reads the sample sees the notice that a number stands in. */
START_TEST(test_sources)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	config_example(&b);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "国办秘函〔2019〕19号"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "国办发〔2017〕47号"));
	for (size_t i = 0; i < CONFIG_WATCH_DEFS; i++)
		ck_assert_msg(strstr(buf_cstr(&b),
		    config_watch_table[i].name) != NULL, "%s",
		    config_watch_table[i].name);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config_watch");
	TCase *t = tcase_create("config_watch");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_rule_times);
	tcase_add_test(t, test_presets);
	tcase_add_test(t, test_set);
	tcase_add_loop_test(t, test_wrong, 0,
	    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, test_sources);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
