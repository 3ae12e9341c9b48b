/*
 * The settings of watching: what the norms say if nothing is set, what may be
 * set, and what makes no sense.
 */
#include "hub/config_watch.h"
#include "hub/config.h"
#include "hub/monitor_settings.h"

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

/* What the notices say: zhanqun(7), "Where the numbers come from". */
START_TEST(test_norms)
{
	const struct config *c = settings("");

	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->home_limit, 15000);
	ck_assert_uint_ge(DAY / c->home_every, 20);
	ck_assert_uint_eq(c->week_fails, 5);
	ck_assert_uint_eq(c->week_warns, 3);
	ck_assert_uint_eq(c->closing_notice, 30 * DAY);
	ck_assert_uint_eq(c->move_notice, 90 * DAY);
	ck_assert_ptr_nonnull(settings("home_every = 72m\n"));
	ck_assert_ptr_null(settings("home_every = 73m\n"));
}
END_TEST

/* Of a hub whose operator sets nothing; of those that the monitor has, too, it
 * is the same that its tests have. */
START_TEST(test_monitor)
{
	const struct monitor_settings *m = &monitor_settings_preset;
	const struct config *c = settings("");

	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->silent_after, 15000);
	ck_assert_uint_eq(c->isolated_share, 30);
	ck_assert_uint_eq(c->silent_after, (uint64_t)m->silent_after);
	ck_assert_uint_eq(c->gone_after, (uint64_t)m->gone_after);
	ck_assert_uint_eq(c->start_after, (uint64_t)m->start_after);
	ck_assert_uint_eq(c->outage_settle, (uint64_t)m->settle);
	ck_assert_uint_eq(c->isolated_share, m->isolated_share);
	ck_assert_uint_eq(c->isolated_least, m->isolated_least);
	ck_assert_uint_eq(c->flap_count, m->flap_count);
	ck_assert_uint_eq(c->flap_window, (uint64_t)m->flap_window);
	ck_assert_uint_eq(c->flap_quiet, (uint64_t)m->flap_quiet);
	ck_assert_uint_lt(3 * c->home_every, (uint64_t)m->stale_after);
}
END_TEST

START_TEST(test_presets)
{
	const struct config *c = settings("");

	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->gate_items, 50);
	ck_assert_uint_eq(c->gate_percent, 10);
	ck_assert_uint_eq(c->leaf_days, 90);
	ck_assert_ptr_null(settings("leaf_days = 91\n"));
	c = settings("");
	ck_assert(!c->check && c->homes);
	ck_assert_uint_eq(c->check_delay, 2000);
	ck_assert_str_eq(c->check_allow, "");
	ck_assert_str_eq(c->move_agree, "proof");
	ck_assert_uint_eq(c->home_dns_every, 60000);
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

/* Whoever reads the sample, or asks for the settings, sees beside each number
 * of a notice which one that is. */
START_TEST(test_sources)
{
	static const struct { const char *name, *source; } norms[] = {
		{ "home_every", "国办秘函〔2019〕19号" },
		{ "home_limit", "国办秘函〔2019〕19号" },
		{ "week_fails", "国办秘函〔2019〕19号" },
		{ "week_warns", "in no notice" },
		{ "closing_notice", "国办发〔2017〕47号" },
		{ "move_notice", "at second hand" },
	};
	struct buf b;
	char item[64];

	buf_init(&b, 1u << 20);
	config_manual(&b, "");
	for (size_t i = 0; i < sizeof(norms) / sizeof(norms[0]); i++) {
		const char *at, *source;

		snprintf(item, sizeof(item), ".It Ic %s No = ", norms[i].name);
		ck_assert_ptr_nonnull(at = strstr(buf_cstr(&b), item));
		source = strstr(at, norms[i].source);
		ck_assert_msg(source != NULL && source < strstr(at + 1,
		    "\n.It "), "%s: where from?", norms[i].name);
	}
	buf_reset(&b);
	config_example(&b);
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
	tcase_add_test(t, test_norms);
	tcase_add_test(t, test_monitor);
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
