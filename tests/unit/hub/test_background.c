/*
 * An act is written when something is due, one of each at a time, and
 * goes on while there is more.
 */
#include "hub/background.h"

#include "hub/act_move.h"
#include "hub/move.h"
#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct pending_queue pending;
static struct show *shows;
static struct turns *turns;
static struct background *background;

static void
on_work(void *arg)
{
	(void)arg;
}

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	background = background_new(&kit.writer, turns, 60000);
}

static void
tear_down(void)
{
	background_free(background);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	core_close(&kit);
}

static void
announce(int n, int64_t at)
{
	char old[64], new[64];

	snprintf(old, sizeof(old), "http://www.s1.gov.cn/o%d.html", n);
	snprintf(new, sizeof(new), "http://www.s1.gov.cn/n%d.html", n);
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:s, s:I}", "do",
	    "move-announce", "site", 1, "old", old, "new", new, "scope",
	    "address", "from", (json_int_t)at));
}

/* Writes what waits; how many acts that are. */
static size_t
work(void)
{
	struct pending *one = pending_pop(&pending);
	struct acts all;
	size_t n;

	if (one == NULL)
		return 0;
	n = one->acts.count;
	acts_init(&all);
	acts_move(&all, &one->acts);
	ck_assert(writer_act(&kit.writer, &all));
	acts_clear(&all);
	one->done(one->arg, journal_last(kit.writer.journal));
	pending_free(one);
	return n;
}

static enum move_state
state(uint32_t number)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct move m = { .state = MOVE_NONE };

	(void)move_get(t, number, &m);
	db_abort(t);
	return m.state;
}

START_TEST(nothing_is_due)
{
	background_look(background);
	ck_assert_uint_eq(pending.count, 0);
	announce(1, CORE_NOW + 1000);
	background_look(background);
	while (work() > 0)		/* who links there is to be told */
		continue;
	background_look(background);
	ck_assert_uint_eq(pending.count, 0);
}
END_TEST

START_TEST(a_move_is_due)
{
	uint64_t place;

	announce(1, CORE_NOW + 1000);
	clock_set(CORE_NOW + 1000, 2000);
	background_look(background);
	background_look(background);		/* one at a time */
	ck_assert_uint_eq(pending.count, 1);
	ck_assert_uint_ge(work(), 1);
	ck_assert_int_eq(state(1), MOVE_EFFECTIVE);
	while (work() > 0)		/* links to be judged again */
		continue;
	place = journal_last(kit.writer.journal);
	background_look(background);
	ck_assert_uint_eq(work(), 0);
	ck_assert_uint_eq(journal_last(kit.writer.journal), place);
}
END_TEST

static bool
is_settling(void)
{
	struct db_txn *t = view_read(kit.writer.view);
	uint32_t number;
	int64_t since;
	bool does = move_settling(t, &since, &number);

	db_abort(t);
	return does;
}

START_TEST(a_move_settles)
{
	announce(1, CORE_NOW);
	while (work() > 0 || (background_look(background), pending.count > 0))
		continue;
	ck_assert_int_eq(state(1), MOVE_EFFECTIVE);
	ck_assert(is_settling());
	clock_set(CORE_NOW + 59999, 2000);
	background_look(background);
	ck_assert_uint_eq(pending.count, 0);
	clock_set(CORE_NOW + 60000, 2000);
	background_look(background);
	ck_assert_uint_eq(work(), 1);
	ck_assert(!is_settling());
}
END_TEST

START_TEST(many_are_due)
{
	size_t turns_taken = 0;

	for (int n = 1; n <= ACT_MOVE_TICK + 20; n++)
		announce(n, CORE_NOW + 1000);
	clock_set(CORE_NOW + 1000, 2000);
	background_look(background);
	while (work() > 0)
		ck_assert_uint_lt(++turns_taken, 100);
	ck_assert_uint_ge(turns_taken, 2);
	ck_assert_int_eq(state(1), MOVE_EFFECTIVE);
	ck_assert_int_eq(state(ACT_MOVE_TICK + 20), MOVE_EFFECTIVE);
}
END_TEST

/* The disk was full: it is asked again, not given up. */
START_TEST(what_failed_is_asked_again)
{
	struct pending *one;

	announce(1, CORE_NOW);
	announce(2, CORE_NOW + 1000);
	clock_set(CORE_NOW + 1000, 2000);
	background_look(background);
	one = pending_pop(&pending);
	ck_assert_ptr_nonnull(one);
	one->done(one->arg, 0);
	pending_free(one);
	ck_assert_uint_eq(pending.count, 0);
	background_look(background);
	ck_assert_uint_eq(pending.count, 1);
	while (work() > 0)
		continue;
	ck_assert_int_eq(state(2), MOVE_EFFECTIVE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("background");
	TCase *c = tcase_create("background");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, nothing_is_due);
	tcase_add_test(c, a_move_is_due);
	tcase_add_test(c, a_move_settles);
	tcase_add_test(c, many_are_due);
	tcase_add_test(c, what_failed_is_asked_again);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
