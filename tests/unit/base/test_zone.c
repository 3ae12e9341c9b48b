/*
 * What clocks show elsewhere, and when: also on the days when they are put
 * forward and back.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/zone.h"

static int64_t
utc(const char *text)
{
	int64_t ms;

	ck_assert_msg(clock_parse(text, strlen(text), 0, &ms), "%s", text);
	return ms;
}

START_TEST(known)
{
	static const char *const no[] = { "", "Asia", "Asia/Nowhere",
		"/usr/share/zoneinfo/UTC", "../zoneinfo/UTC", "posixrules." };

	ck_assert(zone_is_known("Asia/Shanghai"));
	ck_assert(zone_is_known("UTC"));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!zone_is_known(no[i]), "%s", no[i]);
}
END_TEST

/* A local time, and the first and the last moment when clocks show it. */
static const struct { const char *zone, *local, *first, *last; } times[] = {
	{ "Asia/Shanghai", "2026-12-01T02:00:00Z", "2026-11-30T18:00:00Z",
	  "2026-11-30T18:00:00Z" },
	{ "Europe/Berlin", "2026-07-01T02:00:00Z", "2026-07-01T00:00:00Z",
	  "2026-07-01T00:00:00Z" },
	/* put forward from 2 to 3: 2:30 never comes */
	{ "Europe/Berlin", "2027-03-28T02:30:00Z", "2027-03-28T01:00:00Z",
	  "2027-03-28T01:00:00Z" },
	{ "Europe/Berlin", "2027-03-28T01:59:00Z", "2027-03-28T00:59:00Z",
	  "2027-03-28T00:59:00Z" },
	{ "Europe/Berlin", "2027-03-28T03:00:00Z", "2027-03-28T01:00:00Z",
	  "2027-03-28T01:00:00Z" },
	/* put back from 3 to 2: 2:30 comes twice */
	{ "Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z",
	  "2026-10-25T01:30:00Z" },
	{ "Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z",
	  "2026-10-25T02:00:00Z" },
	{ "America/New_York", "2026-11-01T01:30:00Z",
	  "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z" },
	{ "America/New_York", "2027-03-14T02:15:00Z",
	  "2027-03-14T07:00:00Z", "2027-03-14T07:00:00Z" },
	/* by half an hour */
	{ "Australia/Lord_Howe", "2026-10-04T02:15:00Z",
	  "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z" },
	{ "Asia/Kathmandu", "2026-12-01T02:00:00Z", "2026-11-30T20:15:00Z",
	  "2026-11-30T20:15:00Z" },
};

START_TEST(both_ways)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t first = zone_first(times[i].zone,
		    utc(times[i].local));
		int64_t last = zone_last(times[i].zone, utc(times[i].local));
		char text[CLOCK_TEXT_MAX];

		ck_assert_msg(first == utc(times[i].first), "%s %s: %s",
		    times[i].zone, times[i].local,
		    clock_format(text, first));
		ck_assert_msg(last == utc(times[i].last), "%s %s: %s",
		    times[i].zone, times[i].local, clock_format(text, last));
	}
	ck_assert_int_eq(zone_civil("Asia/Shanghai",
	    utc("2026-11-30T18:00:00Z")), utc("2026-12-01T02:00:00Z"));
	ck_assert_int_eq(zone_civil("Europe/Berlin", -1500), 3600000 - 1500);
}
END_TEST

/* Every minute of the two days: what is found shows what was sought. */
START_TEST(round_trip)
{
	const int64_t from = utc("2026-10-24T12:00:00Z");

	for (int64_t ms = from; ms < from + 48 * 3600000; ms += 60000) {
		int64_t civil = zone_civil("Europe/Berlin", ms);
		int64_t first = zone_first("Europe/Berlin", civil);
		int64_t last = zone_last("Europe/Berlin", civil);

		ck_assert(first == ms || last == ms);
		ck_assert_int_le(first, last);
		ck_assert_int_eq(zone_civil("Europe/Berlin", first), civil);
	}
}
END_TEST

/* The process's own zone is what it was. */
START_TEST(own_zone)
{
	setenv("TZ", "Asia/Tokyo", 1);
	(void)zone_first("Europe/Berlin", 0);
	ck_assert_str_eq(getenv("TZ"), "Asia/Tokyo");
	unsetenv("TZ");
	(void)zone_first("Europe/Berlin", 0);
	ck_assert_ptr_null(getenv("TZ"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("zone");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_test(t, known);
	tcase_add_test(t, both_ways);
	tcase_add_test(t, round_trip);
	tcase_add_test(t, own_zone);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
