/*
 * A hub that is away for a week, with a small spool, three restarts and a
 * clock that is stepped: nothing is lost, what had to be left out is said, and
 * in the end both have the same.
 */
#include "tests/unit/agent/provekit.h"

#define DAY (24ll * 3600 * 1000)
#define LIMIT (1u << 20)

static int64_t wall, mono;	/* when the week began */

/* As the intake does it: no room, make some, again; false: there is none. */
static bool
tell(const char *path, int version, size_t padding)
{
	for (int tries = 0; tries < 2; tries++) {
		struct kit_item i = { .path = path, .version = version,
		    .padding = padding };

		(void)store_do(store, kit_tell_work, &i);
		if (i.news != COMPARE_NO_ROOM)
			return true;
		(void)spool_make_room(store);
	}
	return false;
}

static size_t
tell_day(int day, int items, size_t padding)
{
	size_t told = 0;
	char path[32];

	for (int i = 0; i < items; i++) {
		snprintf(path, sizeof(path), "%d.html", i);
		told += tell(path, day + 1, padding);
	}
	return told;
}

static void
begin_week(void)
{
	store_close(store);
	store = kit_open(LIMIT);
	wall = clock_wall() - 7 * DAY;
	mono = clock_mono() - 7 * DAY;
	hub.away = true;
}

static void
step_to(int day)
{
	clock_set(wall + day * DAY, mono + day * DAY);
}

static void
restart(void)
{
	stop();
	store_close(store);
	store = kit_open(LIMIT);
	start();
}

static bool
trim(struct store_txn *t, void *arg)
{
	(void)arg;
	while (spool_trim(t, clock_wall(), 100))
		;
	return true;
}

/* Every item changes every day: of the spool's 2 MB only the last versions
 * stay, and what may have been sent. */
START_TEST(test_week)
{
	uint64_t told = 0;

	begin_week();
	start();
	for (int day = 0; day < 7; day++) {
		step_to(day);
		told += tell_day(day, 60, 4000);
		push_kick(push);
		turn_loop(50);
		(void)store_do(store, trim, NULL);
		if (day % 2 == 1)
			restart();
	}
	clock_release();
	ck_assert_uint_eq(told, 7 * 60);
	ck_assert_uint_eq(hub.taken, 0);
	ck_assert_uint_le(store_meta(store)->bytes, LIMIT);
	ck_assert(!store_meta(store)->needs_snapshot);
	ck_assert_uint_lt(store_meta(store)->next, 7 * 60);
	kit_is_whole(store);
	hub.away = false;
	restart();
	WAIT_FOR(hub.taken > 0 && hub.taken == store_meta(store)->next - 1);
	WAIT_FOR(proven().same);
	ck_assert_uint_eq(proven().items, 60);
	ck_same();
	stop();
}
END_TEST

/* More items than have room: the rest is not taken, that is said, and it is
 * said until everything was told. */
START_TEST(test_full)
{
	size_t told, all = 400;

	begin_week();
	start();
	step_to(0);
	told = tell_day(0, (int)all, 4000);
	ck_assert_uint_lt(told, all);
	ck_assert(store_meta(store)->needs_snapshot);
	site.settled = false;		/* files wait for room */
	step_to(6);
	restart();
	turn_loop(50);
	ck_assert(store_meta(store)->needs_snapshot);
	clock_release();
	hub.away = false;
	restart();
	WAIT_FOR(hub.taken > 0 && hub.taken == store_meta(store)->next - 1);
	ck_assert(hub.needs_snapshot);
	turn_loop(300);
	ck_assert(store_meta(store)->needs_snapshot);
	ck_assert_uint_eq(tell_day(0, (int)all, 4000), all);
	site.settled = true;
	push_kick(push);
	WAIT_FOR(!store_meta(store)->needs_snapshot);
	ck_assert(proven().same);
	ck_assert_uint_eq(proven().items, all);
	ck_same();
	WAIT_FOR(!hub.needs_snapshot);
	stop();
}
END_TEST

/* With a hub that can't prove, it is said until all was confirmed. */
START_TEST(test_full_old_hub)
{
	hub.is_old = true;
	site.settled = false;
	store_close(store);
	store = kit_open(LIMIT);
	(void)tell_day(0, 400, 4000);
	ck_assert(store_meta(store)->needs_snapshot);
	start();
	WAIT_FOR(hub.taken > 0 && hub.taken == store_meta(store)->next - 1);
	turn_loop(300);
	ck_assert(store_meta(store)->needs_snapshot);
	site.settled = true;
	WAIT_FOR(!store_meta(store)->needs_snapshot);
	ck_assert_uint_eq(hub.rounds[RECONCILE_SUM], 0);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/away");
	TCase *t = tcase_create("away");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_week);
	tcase_add_test(t, test_full);
	tcase_add_test(t, test_full_old_hub);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
