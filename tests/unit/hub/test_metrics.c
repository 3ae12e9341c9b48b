/*
 * /metrics: every line has the shape that the exposition format asks for,
 * families stand together, and a site's name can't break out of its label.
 * (tests/scenario/06-web.sh asks promtool as well.)
 */
#include "hub/metrics.h"

#include <regex.h>

#include "hub/monitor_state.h"
#include "hub/pulse.h"
#include "tests/unit/hub/web_bed.h"

#define FAMILIES 256

static struct bed bed;

static void
set_up(void)
{
	bed_open(&bed);
}

static void
tear_down(void)
{
	bed_close(&bed);
}

static void
add_site(uint32_t number, const char *json_name)
{
	kit_act(&bed.kit, "{\"do\":\"site-add\",\"site\":%u,\"code\":"
	    "\"41%08u\",\"name\":\"%s\",\"domains\":[\"s%u.gov.cn\"],"
	    "\"kind\":\"portal\",\"parent\":\"\",\"actor\":\"test\","
	    "\"reason\":\"\"}", number, number, json_name, number);
}

static const char line_shape[] =
    "^(# (HELP|TYPE) [a-z_]+ [^\n]+|"
    "[a-z_]+(\\{[a-z_]+=\"([^\"\\\\]|\\\\[\\\\n\"])*\""
    "(,[a-z_]+=\"([^\"\\\\]|\\\\[\\\\n\"])*\")*\\})? "
    "-?[0-9.e+-]+)$";

/* Each line fits, and a family that has ended does not come again. */
static void
is_exposition(const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;
	char types[FAMILIES][80];
	size_t n = 0;
	regex_t shape;

	ck_assert_int_eq(regcomp(&shape, line_shape,
	    REG_EXTENDED | REG_NOSUB), 0);
	ck_assert(text[strlen(text) - 1] == '\n');
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		ck_assert_msg(regexec(&shape, line, 0, NULL, 0) == 0, "%s",
		    line);
		if (strncmp(line, "# TYPE ", 7) != 0)
			continue;
		ck_assert_uint_lt(n, FAMILIES);
		snprintf(types[n], sizeof(types[n]), "%s", line);
		for (size_t i = 0; i < n; i++)
			ck_assert_str_ne(types[i], types[n]);
		n++;
	}
	regfree(&shape);
	free(copy);
}

START_TEST(test_nothing_yet)
{
	bed_show(&bed);
	is_exposition(bed_get(&bed, metrics_make, "", ""));
	ck_assert_str_eq(bed.v.type, METRICS_TYPE);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.out), "\nzq_sites 0\n"));
}
END_TEST

START_TEST(test_names)
{
	const char *text;

	add_site(1, "a\\\"b\\\\c\\nd{e=\\\"f\\\"} 1\\n# TYPE x y\\u0007");
	add_site(2, "\\u653f\\u52a1 <&>");
	bed_item(&bed, 2, "1.html", "t", "c");
	bed_show(&bed);
	text = bed_get(&bed, metrics_make, "", "");
	is_exposition(text);
	ck_assert_ptr_nonnull(strstr(text, "\nzq_sites 2\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nzq_items 1\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nzq_site_items{site="
	    "\"4100000002\",name=\"\xe6\x94\xbf\xe5\x8a\xa1 <&>\"} 1\n"));
	ck_assert_uint_eq(bed_count(text, "\nzq_site_in_sync{"), 2);
	ck_assert_uint_eq(bed_count(text, "a\\\"b\\\\c\\nd{e=\\\"f\\\"} 1"
	    "\\n# TYPE x y"), bed_count(text, "site=\"4100000001\""));
}
END_TEST

START_TEST(test_proven)
{
	const char *text;

	add_site(1, "a");
	add_site(2, "b");
	kit_act(&bed.kit, "{\"do\":\"reconcile\",\"site\":2,\"incarnation\":"
	    "\"0000000000000007\",\"seq\":1,\"same\":true,\"missing\":0,"
	    "\"extra\":0,\"differ\":0,\"held\":0}");
	kit_act(&bed.kit, "{\"do\":\"reconcile\",\"site\":2,\"incarnation\":"
	    "\"0000000000000007\",\"seq\":2,\"same\":false,\"missing\":1,"
	    "\"extra\":2,\"differ\":3,\"held\":4}");
	bed_show(&bed);
	text = bed_get(&bed, metrics_make, "", "");
	is_exposition(text);
	/* Never is no time. */
	ck_assert_ptr_null(strstr(text, "\nzq_site_proven_timestamp_"
	    "seconds{site=\"4100000001\""));
	ck_assert_ptr_nonnull(strstr(text, "\nzq_site_proven_timestamp_"
	    "seconds{site=\"4100000002\",name=\"b\"} 1"));
	ck_assert_ptr_nonnull(strstr(text, "\nzq_site_missed_changes_total"
	    "{site=\"4100000002\",name=\"b\"} 6\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nzq_reconciles_total"
	    "{outcome=\"same\"} 0\n"));
}
END_TEST

static const char *
line_of(const char *text, const char *metric, const char *site)
{
	static char line[256];
	char head[128];
	const char *at;

	snprintf(head, sizeof(head), "\n%s{site=\"%s\"", metric, site);
	at = strstr(text, head);
	if (at == NULL)
		return "";
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at + 1, "\n"),
	    at + 1);
	return line;
}

/* An agent whose spool could not hold all says so with each batch. */
START_TEST(test_overflowed)
{
	struct journal_batch beat = { .site = 2, .incarnation = 1002,
	    .first = 1, .now = KIT_NOW, .needs_snapshot = true };
	struct journal_verdict v;
	const char *text;

	add_site(1, "a");
	add_site(2, "b");
	bed_show(&bed);
	journal_begin(bed.kit.journal);
	journal_take(bed.kit.journal, &beat, bed.kit.now, &v);
	ck_assert_int_eq(journal_commit(bed.kit.journal), DB_OK);
	text = bed_get(&bed, metrics_make, "", "");
	is_exposition(text);
	ck_assert_str_eq(line_of(text, "zq_site_needs_snapshot",
	    "4100000001"),
	    "zq_site_needs_snapshot{site=\"4100000001\",name=\"a\"} 0");
	ck_assert_str_eq(line_of(text, "zq_site_needs_snapshot",
	    "4100000002"),
	    "zq_site_needs_snapshot{site=\"4100000002\",name=\"b\"} 1");
}
END_TEST

/* Neither up nor down is no sample; the state is always one. */
START_TEST(test_states)
{
	const char *text;

	pulse_open(NULL);
	pulse_begin(1000);
	add_site(1, "a");
	add_site(2, "b");
	add_site(3, "c");
	pulse_state(1, MONITOR_SLOW, MONITOR_CAUSE_LATE, 1000);
	pulse_state(2, MONITOR_UNREACHABLE, MONITOR_CAUSE_GONE, 1000);
	bed_show(&bed);
	text = bed_get(&bed, metrics_make, "", "");
	is_exposition(text);
	ck_assert_str_eq(line_of(text, "zq_site_up", "4100000001"),
	    "zq_site_up{site=\"4100000001\",name=\"a\"} 1");
	ck_assert_str_eq(line_of(text, "zq_site_up", "4100000002"),
	    "zq_site_up{site=\"4100000002\",name=\"b\"} 0");
	ck_assert_str_eq(line_of(text, "zq_site_up", "4100000003"), "");
	ck_assert_str_eq(line_of(text, "zq_site_state", "4100000002"),
	    "zq_site_state{site=\"4100000002\",name=\"b\","
	    "state=\"unreachable\"} 1");
	ck_assert_str_eq(line_of(text, "zq_site_state", "4100000003"),
	    "zq_site_state{site=\"4100000003\",name=\"c\","
	    "state=\"unknown\"} 1");
	ck_assert_ptr_nonnull(strstr(text, "\nzq_hub_isolated 0\n"));
	pulse_close();
}
END_TEST

/* The base unit is the second, in names and in values. */
START_TEST(test_units)
{
	const char *text;

	bed_show(&bed);
	stats_observe(COUNTER_SHOW_LAG, 3);
	stats_observe(COUNTER_SHOW_LAG, 700);
	stats_observe(COUNTER_SHOW_LAG, 99000);
	stats_add(COUNTER_CORE_TAKE_CPU, 1500000);
	text = bed_get(&bed, metrics_make, "", "");
	is_exposition(text);
	ck_assert_ptr_null(strstr(text, "seconds_total{le"));
	ck_assert_ptr_null(strstr(text, "milliseconds"));
	ck_assert_ptr_null(strstr(text, "microseconds"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nzq_core_take_cpu_seconds_total 1.5\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nzq_show_lag_seconds_bucket{le=\"0.005\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nzq_show_lag_seconds_bucket{le=\"1\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nzq_show_lag_seconds_bucket{le=\"+Inf\"} 3\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nzq_show_lag_seconds_count 3\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nzq_show_lag_seconds_sum 99.703"));
}
END_TEST

START_TEST(test_many_sites)
{
	const char *text;

	for (uint32_t i = 1; i <= 500; i++)
		add_site(i, "name");
	bed_show(&bed);
	text = bed_get(&bed, metrics_make, "", "");
	ck_assert_uint_eq(bed_count(text, "\nzq_site_held_changes{"), 500);
	ck_assert_uint_eq(bed_count(text, "\nzq_site_lag_changes{"), 500);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_nothing_yet);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_proven);
	tcase_add_test(t, test_overflowed);
	tcase_add_test(t, test_states);
	tcase_add_test(t, test_units);
	tcase_add_test(t, test_many_sites);
}

int
main(void)
{
	return bed_run("metrics", fill);
}
