/*
 * Days and hours that recur; what announcements have to say.
 */
#include <check.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "protocol/announcement.h"
#include "protocol/recurs.h"

static const struct {
	const char *text;
	unsigned weekdays;
	uint32_t dates;
	unsigned from, until;
} good[] = {
	{ "daily 02:00-04:00", 127, 0, 120, 240 },
	{ "sun 00:00-24:00", 1, 0, 0, 1440 },
	{ "mon,wed,fri 22:30-01:00", 2 | 8 | 32, 0, 1350, 1500 },
	{ "sat,sat 2:00-4:30", 64, 0, 120, 270 },
	{ "monthly:1,15 02:00-04:00", 0, 1u << 1 | 1u << 15, 120, 240 },
	{ "monthly:31 23:59-00:00", 0, 1u << 31, 1439, 1440 },
};

static const char *const bad[] = {
	"", " ", "daily", "daily ", "daily 02:00", "daily 02:00-",
	"daily 02:00-02:00", "daily 24:00-02:00", "daily 02:60-03:00",
	"daily 25:00-26:00", "daily 02:00-04:00 ", "daily  02:00-04:00",
	"daily 2-4", "daily 02:0-04:00", "daily 02:000-04:00",
	"daily -2:00-04:00", "Daily 02:00-04:00", "mon, 02:00-04:00",
	",mon 02:00-04:00", "mon,,tue 02:00-04:00", "monday 02:00-04:00",
	"monthly: 02:00-04:00", "monthly:0 02:00-04:00",
	"monthly:32 02:00-04:00", "monthly:1,mon 02:00-04:00",
	"monthly:001 02:00-04:00", "daily 24:01-24:02",
	"daily 02:00-04:00-05:00", "星期日 02:00-04:00",
};

START_TEST(parse)
{
	struct recurs r;
	const char *why;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_msg(recurs_parse(&r, span_of(good[i].text), NULL),
		    "%s", good[i].text);
		ck_assert_uint_eq(r.weekdays, good[i].weekdays);
		ck_assert_uint_eq(r.dates, good[i].dates);
		ck_assert_uint_eq(r.from, good[i].from);
		ck_assert_uint_eq(r.until, good[i].until);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		ck_assert_msg(!recurs_parse(&r, span_of(bad[i]), &why),
		    "\"%s\"", bad[i]);
		ck_assert_ptr_nonnull(why);
	}
}
END_TEST

START_TEST(begins)
{
	struct recurs r;

	ck_assert(recurs_parse(&r, SPAN("mon,sun 02:00-04:00"), NULL));
	ck_assert(recurs_begins(&r, 7, 0) && recurs_begins(&r, 31, 1));
	ck_assert(!recurs_begins(&r, 7, 2));
	ck_assert(recurs_parse(&r, SPAN("monthly:31 02:00-04:00"), NULL));
	ck_assert(recurs_begins(&r, 31, 0) && !recurs_begins(&r, 30, 0));
}
END_TEST

START_TEST(zones)
{
	static const char *const yes[] = { "UTC", "Asia/Shanghai",
		"America/Argentina/Buenos_Aires", "Etc/GMT+8", "GB-Eire" };
	static const char *const no[] = { "", "/etc/passwd", "Asia/",
		"../../etc/passwd", "Asia//Shanghai", "Asia/Shang hai",
		":UTC", "UTC,M3", "a.b", "中国",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ck_assert_msg(recurs_is_zone(span_of(yes[i])), "%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!recurs_is_zone(span_of(no[i])), "%s", no[i]);
}
END_TEST

/* --- announcements ------------------------------------------------------- */

#define NONE CLOCK_NONE

static const struct {
	const char *scope, *service, *recurs, *zone, *see, *reason;
	int64_t from, until;
	const char *why;	/* a piece of it; NULL: it is good */
	bool withdrawn;
} said[] = {
	{ "outage", "", "", "", "", "x", NONE, NONE, NULL, false },
	{ "outage", "s", "", "", "http://a.cn/", "x", 5, 6, NULL, false },
	{ "outage", "", "", "", "", "", NONE, NONE, "reason", false },
	{ "outage", "", "", "", "", "x", 6, 6, "before it begins", false },
	{ "outage", "", "", "", "a.cn", "x", 5, 6, "normal form", false },
	{ "maintenance", "", "", "", "", "", 5, 6, NULL, false },
	{ "maintenance", "", "", "", "", "", NONE, NONE, NULL, true },
	{ "maintenance", "", "", "", "", "", 5, NONE, "until when", false },
	{ "maintenance", "", "", "", "", "", 6, 5, "before it begins",
	  false },
	{ "maintenance", "", "daily 02:00-04:00", "Asia/Shanghai", "", "",
	  NONE, NONE, NULL, false },
	{ "maintenance", "", "daily 02:00-04:00", "", "", "", NONE, NONE,
	  "time zone", false },
	{ "maintenance", "", "daily 02:00-04:00", "../etc", "", "", NONE,
	  NONE, "time zone", false },
	{ "maintenance", "", "often", "UTC", "", "", NONE, NONE,
	  "weekdays", false },
	{ "closing", "", "", "", "http://b.cn/", "x", 5, NONE, NULL, false },
	{ "closing", "", "", "", "", "", NONE, NONE, NULL, true },
	{ "closing", "s", "", "", "", "x", 5, NONE, "whole site", false },
	{ "closing", "", "", "", "", "", 5, NONE, "reason", false },
	{ "closing", "", "", "", "", "x", 5, 9, "for good", false },
	{ "outage", "", "sun 02:00-04:00", "Asia/Shanghai", "", "x", NONE,
	  NONE, "is maintenance", false },
	{ "maintenance", "s", "", "", "", "", 7, 7, NULL, true },
	{ "maintenance", "", "sun 02:00-04:00", "", "", "", 7, 7, NULL,
	  true },
	{ "maintenance", "", "often", "", "", "", 7, 7, "weekdays", false },
	{ "resolved", "", "", "", "", "", NONE, NONE, NULL, false },
	{ "holiday", "", "", "", "", "x", 5, 6, "a notice is", false },
	{ "", "", "", "", "", "x", 5, 6, "a notice is", false },
};

static struct change
change_of(size_t i)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_NOTICE;
	c.from = said[i].from;
	c.until = said[i].until;
	c.word[WORD_SCOPE] = span_of(said[i].scope);
	c.word[WORD_SERVICE] = span_of(said[i].service);
	c.word[WORD_RECURS] = span_of(said[i].recurs);
	c.word[WORD_ZONE] = span_of(said[i].zone);
	c.word[WORD_SUCCESSOR] = span_of(said[i].see);
	c.word[WORD_REASON] = span_of(said[i].reason);
	return c;
}

START_TEST(announcements)
{
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct change c = change_of(i), back;
		struct announcement a;
		const char *why = NULL;
		uint8_t one[32], two[32];
		bool ok = announcement_read(&a, &c, &why);

		ck_assert_msg(ok == (said[i].why == NULL), "%zu: %s", i,
		    why != NULL ? why : "good");
		if (!ok) {
			ck_assert_msg(strstr(why, said[i].why) != NULL,
			    "%zu: %s", i, why);
			continue;
		}
		ck_assert_int_eq(a.withdrawn, said[i].withdrawn);
		change_init(&back);
		announcement_write(&back, &a);
		change_hash(&c, one);
		change_hash(&back, two);
		ck_assert_mem_eq(one, two, 32);
	}
}
END_TEST

/* Which of what is announced does another word speak of? */
START_TEST(same)
{
	const struct announcement once = { .kind = ANNOUNCE_MAINTENANCE,
	    .from = 5, .until = 9, .service = SPAN("s") };
	const struct announcement series = { .kind = ANNOUNCE_MAINTENANCE,
	    .from = 5, .until = NONE, .service = SPAN("s"),
	    .recurs = SPAN("sun,mon 02:00-04:00") };
	struct announcement a = once;

	ck_assert(announcement_is_same(&once, &a));
	a.until = 12;
	ck_assert(announcement_is_same(&once, &a));
	a.from = 6;
	ck_assert(!announcement_is_same(&once, &a));
	a.from = 5;
	ck_assert(!announcement_is_same(&series, &a));
	a.service = SPAN("other");
	ck_assert(!announcement_is_same(&once, &a));
	a = series;
	a.from = 100;
	a.recurs = SPAN("mon,sun 02:00-04:00");	/* in other words */
	ck_assert(announcement_is_same(&series, &a));
	ck_assert(!announcement_is_same(&once, &a));
	a.recurs = SPAN("mon 02:00-04:00");
	ck_assert(!announcement_is_same(&series, &a));
	a = (struct announcement){ .kind = ANNOUNCE_MAINTENANCE,
	    .withdrawn = true, .from = NONE, .until = NONE,
	    .service = SPAN("s") };		/* all of the service */
	ck_assert(announcement_is_same(&once, &a));
	ck_assert(announcement_is_same(&series, &a));
	a.kind = ANNOUNCE_OUTAGE;
	ck_assert(!announcement_is_same(&once, &a));
}
END_TEST

START_TEST(not_a_notice)
{
	struct change c = change_of(0);
	struct announcement a;
	const char *why;

	c.kind = CHANGE_MOVE;
	ck_assert(!announcement_read(&a, &c, &why));
	ck_assert_str_eq(why, "not a notice");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("recurs");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_test(t, parse);
	tcase_add_test(t, begins);
	tcase_add_test(t, zones);
	tcase_add_test(t, announcements);
	tcase_add_test(t, same);
	tcase_add_test(t, not_a_notice);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
