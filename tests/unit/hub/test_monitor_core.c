/*
 * The monitor in the core: who is watched and what was announced it reads in
 * the view; what it says is in the pulse at once and in the journal soon.
 */
#include "hub/monitor_core.h"

#include "hub/history.h"
#include "hub/monitor_past.h"
#include "hub/notice.h"
#include "hub/pulse.h"
#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct pending_queue pending;
static struct show *shows;
static struct turns *turns;
static struct monitor_core *monitor;
static struct presence_hooks hears;
static int64_t now;

static void
on_work(void *arg)
{
	(void)arg;
}

static void
begin(void)
{
	pulse_begin(now);
	monitor = monitor_core_new(&kit.config, &kit.writer, turns);
	hears = monitor_core_hears(monitor);
}

static void
set_up(void)
{
	now = CORE_NOW;
	core_open(&kit, CORE_MOST);
	pulse_open(kit.dir);
	for (uint32_t i = 1; i <= 8; i++)
		core_site(&kit, i);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	begin();
}

static void
tear_down(void)
{
	monitor_core_free(monitor);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	core_close(&kit);
	pulse_close();
}

/* Seconds pass; sites from `first` on speak, and say that all is well. */
static void
pass(int seconds, uint32_t first)
{
	for (int i = 0; i < seconds; i++) {
		now += 1000;
		clock_set(now, now - CORE_NOW + 1000);
		for (uint32_t s = first; s <= 8; s++) {
			const struct health h = { .told = true,
				.home_at = now, .home_status = 200 };

			hears.heard(hears.arg, s, now, 15000, &h);
		}
		monitor_core_look(monitor);
		core_write(&kit, &pending);
	}
}

static const char *
pulse_is(uint32_t site)
{
	struct pulse_row row;

	return pulse_read(site, &row) ?
	    monitor_state_name((enum monitor_state)row.state) : "none";
}

static const char *
journal_is(uint32_t site)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct history h = { .state = MONITOR_UNKNOWN };
	bool there = history_last(t, site, &h);

	db_abort(t);
	return there ? monitor_state_name(h.state) : "none";
}

START_TEST(said)
{
	ck_assert_str_eq(pulse_is(1), "unknown");
	pass(5, 1);
	ck_assert_str_eq(pulse_is(1), "up");
	ck_assert_str_eq(journal_is(1), "up");
	pass(14, 2);
	ck_assert_str_eq(pulse_is(1), "up");
	pass(3, 2);
	ck_assert_str_eq(pulse_is(1), "silent");
	ck_assert_str_eq(journal_is(1), "silent");
	ck_assert_str_eq(pulse_is(2), "up");
}
END_TEST

/* It was heard once, as soon as it had a key, and never again. */
START_TEST(new_and_gone)
{
	const struct health h = { .told = true, .home_at = 7,
		.home_status = 200 };

	pass(3, 1);
	core_site(&kit, 9);
	hears.heard(hears.arg, 9, now, 15000, &h);
	hears.gone(hears.arg, 9, now);
	pass(20, 1);
	ck_assert_str_eq(pulse_is(9), "silent");
	ck_assert_str_eq(journal_is(9), "silent");
}
END_TEST

/* The same look told twice is one look. */
START_TEST(told_twice)
{
	const struct health ill = { .told = true, .home_at = 7,
		.home_error = HEALTH_REFUSED };

	pass(5, 1);
	for (int i = 0; i < 5; i++)
		hears.heard(hears.arg, 1, now, 15000, &ill);
	pass(2, 9);
	ck_assert_str_eq(pulse_is(1), "up");
}
END_TEST

/* Blocked or retired: nobody waits for it. */
START_TEST(not_watched)
{
	pass(5, 1);
	core_act(&kit, json_pack("{s:s, s:i}", "do", "retire", "site", 1));
	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", 2));
	pass(30, 3);
	ck_assert_str_eq(pulse_is(1), "unknown");
	ck_assert_str_eq(pulse_is(2), "unknown");
	ck_assert_str_eq(journal_is(2), "unknown");
	ck_assert_str_eq(journal_is(3), "up");
}
END_TEST

START_TEST(announced)
{
	pass(5, 1);
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:I, s:I}", "do",
	    "notice-announce", "site", 1, "kind", "maintenance", "from",
	    (json_int_t)now, "until", (json_int_t)(now + 60000)));
	pass(20, 2);
	ck_assert_str_eq(pulse_is(1), "outage");
	pass(45, 2);		/* it runs out, and has not settled */
	ck_assert_str_eq(pulse_is(1), "outage");
	pass(300, 2);
	ck_assert_str_eq(pulse_is(1), "overrun");
	ck_assert_str_eq(journal_is(1), "overrun");
	pass(30, 1);
	ck_assert_str_eq(pulse_is(1), "up");
}
END_TEST

START_TEST(restart)
{
	pass(5, 1);
	monitor_core_free(monitor);
	begin();
	pass(1, 9);
	ck_assert_str_eq(journal_is(1), "unknown");
	ck_assert_str_eq(journal_is(0), "none");
	pass(5, 1);
	ck_assert_str_eq(journal_is(1), "up");
}
END_TEST

static bool
flaps(uint32_t site)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct history h;
	bool does = history_last(t, site, &h) && h.flapping;

	db_abort(t);
	return does;
}

/* A restart is no rest. */
START_TEST(restart_flapping)
{
	for (int i = 0; i < 3; i++) {
		pass(20, 1);
		pass(20, 2);
	}
	ck_assert(flaps(1) && !flaps(2));
	monitor_core_free(monitor);
	begin();
	pass(1, 9);
	ck_assert_str_eq(journal_is(1), "unknown");
	ck_assert(flaps(1));
	pass(20, 1);
	ck_assert_str_eq(journal_is(1), "up");
	ck_assert(flaps(1) && !flaps(2));
	pass((int)(kit.config.flap_quiet / 1000) - 30, 1);
	ck_assert(flaps(1));
	pass(40, 1);
	ck_assert(!flaps(1));
	ck_assert_str_eq(journal_is(1), "up");
}
END_TEST

static void
start_again(void)
{
	monitor_core_free(monitor);
	begin();
}

/* Up, silent, up, silent: with three changes, two more and it flaps. */
static void
go_down_twice(void)
{
	for (int i = 0; i < 2; i++) {
		pass(20, 1);
		pass(20, 2);
	}
	ck_assert_str_eq(journal_is(1), "silent");
}

static struct monitor_flap
past(int64_t from, int64_t to)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct monitor_flap f;

	monitor_past_read(&f, t, 1, from, to);
	db_abort(t);
	return f;
}

/* What it was is known whenever that began; of its changes those that were
 * lately, and none that is yet to come by a clock that was put back. */
START_TEST(counted)
{
	struct monitor_flap f;

	ck_assert_uint_eq(past(0, now).count, 0);
	go_down_twice();
	f = past(0, now);
	ck_assert_uint_eq(f.count, 3);
	ck_assert_int_lt(f.at[0], f.at[1]);
	ck_assert_int_lt(f.at[1], f.at[2]);
	ck_assert(f.bad && !f.on);
	ck_assert_uint_eq(past(f.at[1], now).count, 2);
	ck_assert_int_eq(past(f.at[2], now).at[0], f.at[2]);
	ck_assert_uint_eq(past(0, f.at[1]).count, 2);
	ck_assert_uint_eq(past(0, f.at[0] - 1).count, 0);
	ck_assert(past(0, f.at[0] - 1).bad);
	ck_assert_uint_eq(past(now, now).count, 0);
	ck_assert(past(now, now).bad);
}
END_TEST

/* Changes are counted on, whenever the hub was started again. */
START_TEST(restart_counts)
{
	go_down_twice();
	start_again();
	pass(20, 1);
	ck_assert_str_eq(journal_is(1), "up");
	ck_assert(!flaps(1));
	start_again();
	pass(20, 1);
	ck_assert(!flaps(1));
	pass(20, 2);
	ck_assert(flaps(1) && !flaps(2));
}
END_TEST

/* To be found as it was is no change, however often; one of long ago counts
 * no more. */
START_TEST(restart_is_no_change)
{
	int start = (int)(kit.config.start_after / 1000) + 30;

	go_down_twice();
	for (int i = 0; i < 3; i++) {
		start_again();
		pass(start, 2);
		ck_assert_str_eq(journal_is(1), "silent");
	}
	pass(20, 1);
	ck_assert_str_eq(journal_is(1), "up");
	ck_assert(!flaps(1));			/* the fourth */
	pass((int)(kit.config.flap_window / 1000), 1);
	start_again();
	pass(20, 1);
	pass(20, 2);
	ck_assert_str_eq(journal_is(1), "silent");
	ck_assert(!flaps(1));
}
END_TEST

/* Who was blocked meanwhile begins anew, and so does who came to rest. */
START_TEST(restart_anew)
{
	go_down_twice();
	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", 1));
	pass(5, 2);
	core_act(&kit, json_pack("{s:s, s:i}", "do", "unblock", "site", 1));
	pass(20, 1);
	start_again();
	pass(20, 1);
	pass(20, 2);
	pass(20, 1);
	ck_assert(!flaps(1));
	pass(20, 2);
	pass(20, 1);
	ck_assert(!flaps(1));
	pass(20, 2);
	ck_assert(flaps(1));
	pass((int)(kit.config.flap_quiet / 1000) + 20, 2);
	ck_assert(!flaps(1));
	pass(20, 1);
	start_again();
	go_down_twice();
	ck_assert(!flaps(1));			/* four since then */
	pass(20, 1);
	ck_assert(flaps(1));
}
END_TEST

START_TEST(cut_off)
{
	struct pulse_head head;

	pass(5, 1);
	pass(20, 9);
	ck_assert(pulse_look(&head));
	ck_assert(head.isolated);
	ck_assert_str_eq(journal_is(0), "isolated");
	ck_assert_str_eq(pulse_is(1), "unknown");
	pass(5, 1);
	ck_assert(pulse_look(&head));
	ck_assert(!head.isolated);
	ck_assert_str_eq(journal_is(0), "up");
	ck_assert_str_eq(pulse_is(1), "up");
}
END_TEST

/* An hour forward and back: nobody is silent for that. */
START_TEST(clock_is_put)
{
	pass(5, 1);
	for (int i = 0; i < 2; i++) {
		int64_t mono = clock_mono() + 1000;

		now += i == 0 ? 3600000 : -7200000;
		clock_set(now, mono);
		monitor_core_look(monitor);
		core_write(&kit, &pending);
		ck_assert_str_eq(pulse_is(1), "up");
	}
}
END_TEST

/* For 17 seconds it is the hub that stands still: then nobody is silent, and
 * it isn't cut off; who stays away from then on is. One that is heard just
 * before the next look isn't heard in time to come. */
START_TEST(stood_still)
{
	struct pulse_head head;

	pass(5, 1);
	now += 17000;
	clock_set(now, clock_mono() + 17000);
	hears.heard(hears.arg, 8, now, 15000, NULL);
	monitor_core_look(monitor);
	core_write(&kit, &pending);
	ck_assert(pulse_look(&head));
	ck_assert(!head.isolated);
	ck_assert_str_eq(pulse_is(1), "up");
	ck_assert_str_eq(journal_is(0), "none");
	pass(10, 2);
	ck_assert_str_eq(pulse_is(1), "up");
	pass(7, 2);
	ck_assert_str_eq(pulse_is(1), "silent");
	ck_assert_str_eq(pulse_is(8), "up");
	pass(13, 3);
	ck_assert_str_eq(pulse_is(2), "up");
}
END_TEST

START_TEST(heard_while_it_stood)
{
	pass(5, 1);
	now += 60000;
	clock_set(now, clock_mono() + 60000);
	hears.heard(hears.arg, 8, now, 15000, NULL);
	monitor_core_look(monitor);
	core_write(&kit, &pending);
	for (int i = 0; i < 17; i++) {
		now += 1000;
		clock_set(now, clock_mono() + 1000);
		for (uint32_t s = 1; s < 8; s++)
			hears.heard(hears.arg, s, now, 15000, NULL);
		monitor_core_look(monitor);
		core_write(&kit, &pending);
	}
	ck_assert_str_eq(pulse_is(8), "silent");
	ck_assert_str_eq(pulse_is(1), "up");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("monitor_core");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, said);
	tcase_add_test(t, new_and_gone);
	tcase_add_test(t, told_twice);
	tcase_add_test(t, not_watched);
	tcase_add_test(t, announced);
	tcase_add_test(t, restart);
	tcase_add_test(t, restart_flapping);
	tcase_add_test(t, counted);
	tcase_add_test(t, restart_counts);
	tcase_add_test(t, restart_is_no_change);
	tcase_add_test(t, restart_anew);
	tcase_add_test(t, cut_off);
	tcase_add_test(t, clock_is_put);
	tcase_add_test(t, stood_still);
	tcase_add_test(t, heard_while_it_stood);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
