/*
 * Rounds of looks from elsewhere: what comes of what they say, whose answers
 * are taken, and how often anybody is asked.
 */
#include "hub/vantage.h"

#include <check.h>
#include <stdlib.h>

#define MINUTE 60000
#define WALL 1795219200000

static struct vantage *v;
static int64_t now;
static uint64_t task_of[300];	/* by agent: the last */
static bool is_deaf[300];
static struct vantage_round shown;
static unsigned shows, finds;
static enum monitor_look found;
static uint32_t found_of;

static bool
on_ask(void *arg, uint32_t by, uint64_t task)
{
	ck_assert(arg == &v && task != 0);
	if (is_deaf[by])
		return false;
	task_of[by] = task;
	return true;
}

static void
on_said(void *arg, const struct vantage_round *r)
{
	ck_assert(arg == &v);
	shown = *r;
	shows++;
}

static void
on_found(void *arg, uint32_t site, enum monitor_look look)
{
	ck_assert(arg == &v);
	found = look;
	found_of = site;
	finds++;
}

static void
set_up(void)
{
	const struct vantage_hooks hooks = { .ask = on_ask, .said = on_said,
		.found = on_found, .arg = &v };

	v = vantage_new(&hooks);
	now = 1000000;
	shows = finds = 0;
	found = MONITOR_LOOK_NONE;
	for (size_t i = 0; i < 300; i++)
		is_deaf[i] = false;
}

static void
tear_down(void)
{
	vantage_free(v);
}

/* Agents first, first + 1, … are there for the page of `site`. */
static unsigned
ask(uint32_t site, uint32_t first, size_t count)
{
	uint32_t by[10];

	for (size_t i = 0; i < count; i++)
		by[i] = first + (uint32_t)i;
	return vantage_may(v, site, now) ?
	    vantage_ask(v, site, by, count, now, WALL) : 0;
}

static bool
say_task(uint32_t by, uint64_t task, uint16_t status)
{
	return vantage_answer(v, by, &(struct vantage_answer){ .task = task,
	    .status = status, .ms = by,
	    .error = status == 0 ? HEALTH_REFUSED : HEALTH_FINE }, now);
}

static bool
say(uint32_t by, uint16_t status)
{
	return say_task(by, task_of[by], status);
}

/* Two of three is enough, at once; what the third says is shown. */
START_TEST(majority)
{
	ck_assert_uint_eq(ask(1, 11, 5), 3);
	ck_assert_uint_eq(shown.site, 1);
	ck_assert_int_eq(shown.began, WALL);
	ck_assert(say(11, 200));
	ck_assert_uint_eq(finds, 0);
	ck_assert(say(13, 302));
	ck_assert_uint_eq(finds, 1);
	ck_assert_uint_eq(found_of, 1);
	ck_assert_int_eq(found, MONITOR_LOOK_WELL);
	ck_assert(say(12, 0));
	ck_assert_uint_eq(finds, 1);
	ck_assert_int_eq(shown.look[1].said, VANTAGE_FAILED);
	ck_assert_int_eq(shown.look[1].error, HEALTH_REFUSED);
	ck_assert_uint_eq(shown.look[2].status, 302);
	ck_assert_uint_eq(shown.look[2].ms, 13);
	/* And so it is with what doesn't come. */
	ck_assert_uint_eq(ask(2, 21, 3), 3);
	ck_assert(say(21, 0) && say(22, 503));
	ck_assert_uint_eq(found_of, 2);
	ck_assert_int_eq(found, MONITOR_LOOK_FAILED);
}
END_TEST

/* One that lies, or is alone, says nothing that counts. */
START_TEST(not_one_alone)
{
	ck_assert_uint_eq(ask(1, 11, 3), 3);
	ck_assert(say(11, 200));
	ck_assert(!say(11, 200));
	ck_assert(say(12, 0));
	now += VANTAGE_LIFE;
	vantage_tick(v, now);
	ck_assert_int_eq(shown.look[2].said, VANTAGE_MUTE);
	ck_assert_uint_eq(ask(2, 21, 2), 2);
	ck_assert(say(21, 200) && say(22, 0));
	ck_assert_uint_eq(ask(3, 31, 1), 1);
	ck_assert(say(31, 200));
	ck_assert_int_eq(shown.look[0].said, VANTAGE_WELL);
	ck_assert_uint_eq(ask(4, 41, 1), 1);
	ck_assert(say(41, 0));
	ck_assert_uint_eq(finds, 0);
	ck_assert_uint_eq(ask(5, 51, 2), 2);
	ck_assert(say(51, 200) && say(52, 200));
	ck_assert_uint_eq(finds, 1);
}
END_TEST

/* Only who was asked, with the number that he was told, and in time. */
START_TEST(whose)
{
	ck_assert_uint_eq(ask(1, 11, 3), 3);
	ck_assert(!say_task(14, task_of[11], 200));
	ck_assert(!say_task(12, task_of[11], 200));
	ck_assert(!say_task(11, task_of[11] ^ 1, 200));
	ck_assert(!say_task(11, 0, 200));
	ck_assert(task_of[11] != task_of[12]);
	ck_assert_uint_eq(shows, 1);
	now += VANTAGE_LIFE;
	ck_assert(!say(11, 200));
	vantage_tick(v, now);
	ck_assert(!say(11, 200) && !say(12, 200));
	ck_assert_uint_eq(finds, 0);
	ck_assert_int_eq(shown.look[0].said, VANTAGE_MUTE);
}
END_TEST

/* Who doesn't listen isn't waited for; nobody is asked for two at a time. */
START_TEST(who_listens)
{
	is_deaf[11] = is_deaf[13] = true;
	ck_assert_uint_eq(ask(1, 11, 5), 3);
	ck_assert_uint_eq(shown.look[0].by, 12);
	ck_assert_uint_eq(shown.look[2].by, 15);
	ck_assert(vantage_is_free(v, 11, now));
	ck_assert(!vantage_is_free(v, 12, now));
	ck_assert(say(12, 200));
	ck_assert(vantage_is_free(v, 12, now));
	is_deaf[21] = true;
	ck_assert_uint_eq(ask(2, 21, 1), 0);
	ck_assert(vantage_may(v, 2, now));
}
END_TEST

/* One page: five times, then every five minutes; and anew after a while. */
START_TEST(how_often)
{
	unsigned rounds = 0, soon = 0;

	for (int s = 0; s < 1800; s++, now += 1000) {
		vantage_tick(v, now);
		if (s % 3 == 0)
			rounds += ask(1, 11, 3) > 0;
		if (s == 5 * 60)
			soon = rounds;
	}
	/* The round before is to end first: 21 s. */
	ck_assert_uint_eq(soon, 5);
	ck_assert_uint_eq(rounds, 5 + 5);
	now += 20 * MINUTE;
	ck_assert_uint_eq(ask(1, 11, 3), 3);
	vantage_tick(v, now += MINUTE);
	ck_assert_uint_eq(ask(1, 11, 3), 3);
	ck_assert_uint_eq(ask(1, 11, 3), 0);
}
END_TEST

/* The whole cluster, and one agent. */
START_TEST(how_many)
{
	unsigned asked = 0;

	for (uint32_t i = 0; i < 40; i++)
		asked += ask(1 + i, 100 + 3 * i, 3);
	ck_assert_uint_ge(asked, VANTAGE_MINUTE);
	ck_assert_uint_lt(asked, VANTAGE_MINUTE + VANTAGE_ASKED);
	asked = 0;
	for (uint32_t i = 0; i < 100; i++) {
		now += MINUTE / 2;
		vantage_tick(v, now);
		if (vantage_is_free(v, 99, now))
			asked += ask(500 + i, 99, 1);
	}
	ck_assert_uint_eq(asked, VANTAGE_HOUR);
	now += 60 * MINUTE;
	vantage_tick(v, now);
	ck_assert(vantage_is_free(v, 99, now));
}
END_TEST

/* More pages at a time than there are places. */
START_TEST(many)
{
	unsigned rounds = 0;

	for (uint32_t i = 1; i <= 2 * VANTAGE_ROUNDS; i++) {
		now += 100;
		rounds += ask(i, 200, 1);
	}
	ck_assert_uint_eq(rounds, VANTAGE_MINUTE);
	now += VANTAGE_LIFE;
	vantage_tick(v, now);
	now += MINUTE;
	ck_assert_uint_eq(ask(200, 201, 3), 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("vantage");
	TCase *t = tcase_create("vantage");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, majority);
	tcase_add_test(t, not_one_alone);
	tcase_add_test(t, whose);
	tcase_add_test(t, who_listens);
	tcase_add_test(t, how_often);
	tcase_add_test(t, how_many);
	tcase_add_test(t, many);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
