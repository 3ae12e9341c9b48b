/*
 * Push against a hub that misbehaves: nothing is lost, nothing is sent in a
 * hurry.
 */
#include "tests/unit/agent/pushkit.h"

START_TEST(test_taken)
{
	json_t *o;
	int64_t begin;

	start();
	WAIT_FOR(push_is_well(push));
	begin = clock_mono();
	tell_many(0, 1);
	WAIT_FOR(waiting() == 0);
	ck_assert_int_lt(clock_mono() - begin, 100);
	tell_many(1, 2500);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_eq(hub.taken, 2500);
	ck_assert_uint_eq(hub.changes, 2500);
	o = push_status(push);
	ck_assert_int_ge(json_integer_value(json_object_get(o, "skew_ms")),
	    89000);
	json_decref(o);
	/* With nothing to tell the hub hears a beat. */
	WAIT_FOR(hub.batches > 6);
	ck_assert_uint_eq(hub.changes, 2500);
	kit_is_whole(store);
	stop();
}
END_TEST

/* Who looks for others says so, and what it saw. */
START_TEST(test_looked)
{
	start();
	WAIT_FOR(hub.batches > 0);
	ck_assert(!hub.can_look);
	ck_assert_uint_eq(hub.looked.task, 0);
	stop();
	looked = (struct vantage_answer){ .task = 7, .status = 200 };
	start();
	WAIT_FOR(hub.can_look);
	ck_assert_uint_eq(hub.looked.task, 7);
	ck_assert_uint_eq(hub.looked.status, 200);
	stop();
}
END_TEST

/* Only a hub that knows what it is hears of it; and goes on hearing. */
START_TEST(test_health)
{
	start();
	WAIT_FOR(hub.batches > 2);
	ck_assert(!hub.health.told);
	hub.proves = true;		/* a hub of today, from now on */
	WAIT_FOR(hub.health.told);
	ck_assert_uint_eq(hub.health.beat, 5000);
	ck_assert_uint_eq(hub.health.sources, 2);
	push_free(push);
	fetch_free(fetch);
	hub.health.told = false;
	hub.batches = 0;
	start();			/* it is kept what the hub can */
	WAIT_FOR(hub.batches == 1);
	ck_assert(hub.health.told);
	stop();
}
END_TEST

/* For how long it has not answered. */
START_TEST(test_unheard)
{
	start();
	WAIT_FOR(push_is_well(push));
	turn_loop(400);			/* beats */
	WAIT_FOR(push_unheard(push) < 350);
	evhttp_del_cb(http, "/v1/changes");	/* something else is there */
	turn_loop(1000);
	ck_assert_int_ge(push_unheard(push), 800);
	evhttp_set_cb(http, "/v1/changes", on_changes, NULL);
	WAIT_FOR(push_unheard(push) < 300);
	stop();
}
END_TEST

START_TEST(test_credit)
{
	hub.credit = 20000;
	start();
	WAIT_FOR(push_is_well(push));
	hub.largest = 0;
	tell_many(0, 500);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_le(hub.largest, 20000);
	ck_assert_uint_eq(hub.taken, 500);
	stop();
}
END_TEST

/* The answer is lost: the hub has it, and gets it again. */
START_TEST(test_lost_answer)
{
	start();
	WAIT_FOR(push_is_well(push));
	hub.silent = true;
	tell_many(0, 10);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_eq(hub.taken, 10);
	ck_assert_uint_eq(hub.changes, 20);
	WAIT_FOR(push_is_well(push));
	stop();
}
END_TEST

static void
goes_on_after(enum verdict verdict, int status, const char *word)
{
	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = verdict;
	hub.status = status;
	hub.times = 2;
	tell_many(0, 10);
	WAIT_FOR(status_has("trouble", word));
	ck_assert_uint_eq(waiting(), 10);
	WAIT_FOR(waiting() == 0);
	WAIT_FOR(push_is_well(push));
	ck_assert_uint_eq(hub.taken, 10);
	stop();
}

START_TEST(test_busy)
{
	goes_on_after(VERDICT_BUSY, 503, "busy");
}
END_TEST

static void
stops_at(enum verdict verdict, const char *word)
{
	uint64_t batches;

	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = verdict;
	hub.times = -1;
	tell_many(0, 3);
	WAIT_FOR(status_has("trouble", word));
	ck_assert(status_has("trouble", "because"));
	ck_assert(status_has("step", "stop"));
	ck_assert(!push_is_well(push));
	batches = hub.batches;
	turn_loop(500);
	ck_assert_uint_eq(hub.batches, batches);
	ck_assert_uint_eq(waiting(), 3);
	stop();
}

START_TEST(test_forked)
{
	stops_at(VERDICT_FORKED, "forked");
}
END_TEST

START_TEST(test_blocked)
{
	stops_at(VERDICT_BLOCKED, "blocked");
}
END_TEST

START_TEST(test_bad)
{
	stops_at(VERDICT_BAD, "refuses");
}
END_TEST

/* A hub restored from a backup: it gets again what it lost. */
START_TEST(test_amnesia)
{
	start();
	tell_many(0, 50);
	WAIT_FOR(waiting() == 0);
	hub.taken = 20;
	for (int n = 0; n < 1000 && hub.taken != 50; n++) {
		ck_assert(!status_has("step", "pause"));	/* at once */
		turn_loop(20);
	}
	ck_assert_uint_eq(hub.taken, 50);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_eq(hub.changes, 80);
	ck_assert_int_eq(retold, 0);
	kit_is_whole(store);
	stop();
}
END_TEST

/* One that asks for the same again is not told it all the time. */
START_TEST(test_asks_again)
{
	uint64_t batches;

	start();
	tell_many(0, 50);
	WAIT_FOR(waiting() == 0);
	hub.taken = 20;
	hub.verdict = VERDICT_EARLY;
	WAIT_FOR(status_has("trouble", "earlier changes again"));
	batches = hub.batches;
	for (int n = 0; n < 10; n++)
		turn_loop(20);
	ck_assert_uint_le(hub.batches, batches + 2);
	hub.verdict = 0;
	WAIT_FOR(hub.taken == 50);
	stop();
}
END_TEST

/* Nor is one that asks for earlier ones each time. */
START_TEST(test_asks_for_earlier)
{
	uint64_t batches;

	start();
	tell_many(0, 50);
	WAIT_FOR(waiting() == 0);
	hub.verdict = VERDICT_EARLY;
	hub.forgets = true;
	batches = hub.batches;
	WAIT_FOR(status_has("trouble", "earlier changes again"));
	ck_assert_uint_le(hub.batches, batches + 4);
	stop();
}
END_TEST

static bool
trim_all(struct store_txn *t, void *arg)
{
	(void)arg;
	while (spool_trim(t, clock_wall(), 1000))
		;
	return true;
}

/* … and what is no longer in the spool is told from the start. */
START_TEST(test_amnesia_past_the_spool)
{
	clock_set(1000000000000, clock_mono());
	start();
	tell_many(0, 50);
	clock_release();
	WAIT_FOR(waiting() == 0);
	ck_assert_int_eq(store_do(store, trim_all, NULL), STORE_DONE);
	ck_assert_uint_eq(store_meta(store)->first, 51);
	hub.taken = 20;
	WAIT_FOR(retold > 0);
	ck_assert(store_meta(store)->needs_snapshot);
	stop();
}
END_TEST

/* The push asks again, so long after the test began. */
static void
ask_after(int64_t began, int64_t ms)
{
	uint64_t batches = hub.batches;

	clock_set(clock_wall(), began + ms);
	push_restart(push);
	for (int n = 0; n < 100 && hub.batches == batches; n++)
		turn_loop(20);
	turn_loop(50);
	clock_release();
}

/* The hub knows more of this incarnation than we do: our store went back. That
 * is mended once; if it comes again there are two of us, for the next hour. */
START_TEST(test_copy)
{
	int64_t began = clock_mono();

	start();
	tell_many(0, 5);
	WAIT_FOR(waiting() == 0);
	hub.taken = 9;
	WAIT_FOR(retold == 1);
	WAIT_FOR(status_has("trouble", "another copy"));
	ck_assert(status_has("step", "stop"));
	ck_assert_int_eq(retold, 1);
	ask_after(began, 40 * 60000);
	ck_assert_int_eq(retold, 1);
	ask_after(began, 61 * 60000);
	ck_assert_int_eq(retold, 2);
	stop();
}
END_TEST

START_TEST(test_complaints)
{
	json_t *o, *c;

	(void)kit_tell(store, "a", 1);
	start();
	WAIT_FOR(waiting() == 0);
	o = push_status(push);
	c = json_array_get(json_object_get(o, "complaints"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(c, "why")),
	    "held: not a domain of this site");
	json_decref(o);
	stop();
}
END_TEST

/* No hub at all, then one. */
START_TEST(test_no_hub)
{
	struct line good = line, bad = line;

	bad.hub = (char *)(uintptr_t)"http://127.0.0.1:1";
	line = bad;
	start();
	tell_many(0, 3);
	WAIT_FOR(status_has("trouble", "onnect"));
	line = good;
	WAIT_FOR(waiting() == 0);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/push");
	TCase *t = tcase_create("push");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_taken);
	tcase_add_test(t, test_health);
	tcase_add_test(t, test_looked);
	tcase_add_test(t, test_unheard);
	tcase_add_test(t, test_credit);
	tcase_add_test(t, test_lost_answer);
	tcase_add_test(t, test_busy);
	tcase_add_test(t, test_forked);
	tcase_add_test(t, test_blocked);
	tcase_add_test(t, test_bad);
	tcase_add_test(t, test_amnesia);
	tcase_add_test(t, test_asks_again);
	tcase_add_test(t, test_asks_for_earlier);
	tcase_add_test(t, test_amnesia_past_the_spool);
	tcase_add_test(t, test_copy);
	tcase_add_test(t, test_complaints);
	tcase_add_test(t, test_no_hub);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
