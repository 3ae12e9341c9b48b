/*
 * Agents that waver: when one falls silent, who hasn't been heard for a while
 * is expected to be next, so that a line that many have in common is one alert
 * from the first of them on.
 */
#include "tests/unit/hub/alertkit.h"

#include "hub/monitor_state.h"
#include "hub/pulse.h"

#define BEAT 5000
#define SILENT (3 * (int64_t)BEAT)

static void
setup_pulse(void)
{
	setup();
	pulse_open(NULL);
	pulse_begin(k.now);
	eval.silent_after = SILENT;
}

static void
teardown_pulse(void)
{
	pulse_close();
	teardown();
}

static void
hear(uint32_t site, const char *address)
{
	static const struct health beats = { .beat = BEAT };

	pulse_heard(site, k.now, address, &beats);
}

/* Heard last: one after the other, each at an address of its own. */
static void
fall_quiet(uint32_t first, uint32_t last, int64_t apart)
{
	char address[PULSE_ADDRESS];

	for (uint32_t i = first; i <= last; i++) {
		snprintf(address, sizeof(address), "203.0.113.%u:4711", i);
		hear(i, address);
		k.now += apart;
	}
}

/* As the monitor and the scan say it. */
static void
falls(uint32_t site)
{
	pulse_state(site, MONITOR_SILENT, MONITOR_CAUSE_FINE, k.now);
	is(site, ALERT_SILENT);
	world[site].since = k.now - SILENT;
	settle();
}

static bool
is_many(uint32_t alert)
{
	return span_is(alert_now(alert).group, SPAN(ALERT_MANY));
}

START_TEST(test_one_of_many)
{
	int64_t began = k.now;

	fall_quiet(1, CROWD, 400);
	k.now = began + SILENT;
	for (uint32_t i = 1; i <= CROWD; i++) {
		falls(i);
		ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
		ck_assert_uint_eq(alert_now(1).count, i);
		ck_assert(is_many(1));
		k.now += 400;
	}
	ck_assert_uint_eq(told[0].sites, 1);
	later(2 * MINUTE);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(last_told()->event, ALERT_MORE);
	ck_assert_uint_eq(last_told()->sites, CROWD);
}
END_TEST

/* One less, and it is one alone. */
START_TEST(test_one_of_few)
{
	int64_t began = k.now;

	fall_quiet(1, CROWD - 1, 400);
	k.now = began + SILENT;
	falls(1);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert(!is_many(1));
}
END_TEST

/* Who was heard just now doesn't waver, nor does who isn't heard for long, nor
 * who was never heard; but whose connection was closed does. */
START_TEST(test_who_wavers)
{

	fall_quiet(2, CROWD, 0);
	k.now += SILENT + 2 * BEAT;
	fall_quiet(1, 1, 0);
	k.now += SILENT - 2000;
	fall_quiet(CROWD + 1, SITES, 0);
	k.now += 2000;
	falls(1);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert(!is_many(1));
	for (uint32_t i = 2; i <= CROWD; i++) {
		fall_quiet(i, i, 0);
		pulse_connected(i, 1, k.now);
		pulse_connected(i, 0, k.now);
	}
	k.now += 2000;
	falls(CROWD + 1);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	ck_assert(!is_many(2));		/* they restart */
	k.now += 2000;
	falls(CROWD + 2);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 3);
	ck_assert(is_many(3));
}
END_TEST

/* All behind one relay have that in common, and are told so. */
START_TEST(test_at_one_address)
{
	for (uint32_t i = 1; i <= CROWD; i++) {
		char address[PULSE_ADDRESS];

		snprintf(address, sizeof(address), "203.0.113.7:%u", 4711 + i);
		hear(i, address);
		world[i].group = "203.0.113.7";
	}
	k.now += SILENT;
	falls(1);
	ck_assert(span_is(alert_now(1).group, SPAN("203.0.113.7")));
	for (uint32_t i = 2; i <= CROWD; i++)
		falls(i);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(alert_now(1).count, CROWD);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_crowd");
	TCase *t = tcase_create("alert_crowd");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup_pulse, teardown_pulse);
	tcase_add_test(t, test_one_of_many);
	tcase_add_test(t, test_one_of_few);
	tcase_add_test(t, test_who_wavers);
	tcase_add_test(t, test_at_one_address);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
