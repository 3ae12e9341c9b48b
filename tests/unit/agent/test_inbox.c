/*
 * Letters: each once, in order; what they ask for is done.
 */
#include "tests/unit/agent/pushkit.h"

static struct inbox *inbox;

START_TEST(test_letters)
{
	struct store_txn *t;
	json_t *list;

	fetch = fetch_new(base, "test");
	inbox = open_inbox();
	hub.letters = 3;
	WAIT_FOR(store_meta(store)->letters == 3);
	WAIT_FOR(hub.asked_after == 3);
	inbox_free(inbox);
	t = store_look(store);
	list = inbox_list(t, 100);
	ck_assert_uint_eq(json_array_size(list), 3);
	ck_assert_str_eq(json_string_value(json_object_get(
	    json_array_get(list, 2), "text")), "hello");
	json_decref(list);
	store_end(t);
	/* Started again it asks after the last one that it has. */
	hub.asked_after = 0;
	hub.letters = 4;
	inbox = open_inbox();
	WAIT_FOR(store_meta(store)->letters == 4);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* --- what letters ask for -------------------------------------------------------- */

static uint64_t
acted_on(void)
{
	struct store_txn *t = store_look(store);
	uint64_t n = inbox_acted(t);

	store_end(t);
	return n;
}

/* Once each, also over a restart, and tried again when it could not be. */
START_TEST(test_acts)
{
	fetch = fetch_new(base, "test");
	inbox = open_inbox();
	hub.letters = 2;
	hub.letter_kind = "release";
	WAIT_FOR(acted_on() == 2);
	ck_assert_int_eq(acts, 2);
	ck_assert_str_eq(acted, "release 2");
	inbox_free(inbox);
	inbox = open_inbox();
	WAIT_FOR(hub.asked_after == 2);
	ck_assert_int_eq(acts, 2);
	may_act = false;
	hub.letters = 3;
	WAIT_FOR(acts >= 3);
	ck_assert_uint_eq(acted_on(), 2);
	inbox_free(inbox);
	acts = 0;
	/* It ended before it could: the next start does it. */
	may_act = true;
	inbox = open_inbox();
	ck_assert_int_eq(acts, 1);
	ck_assert_uint_eq(acted_on(), 3);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* A hub that was restored from a backup writes other letters under numbers
 * that were used: they are news; those that are the same are not. */
START_TEST(test_letters_again)
{
	fetch = fetch_new(base, "test");
	hub.letters = 5;
	hub.letter_kind = "release";
	inbox = open_inbox();
	WAIT_FOR(acted_on() == 5);
	acts = 0;
	hub.letters = 3;
	hub.letter_kind = "refuse";
	inbox_free(inbox);
	inbox = open_inbox();
	WAIT_FOR(acts == 3);
	ck_assert_str_eq(acted, "refuse 3");
	ck_assert_uint_eq(acted_on(), 3);
	hub.letters = 2;
	inbox_free(inbox);
	inbox = open_inbox();
	WAIT_FOR(store_meta(store)->letters == 2);
	turn_loop(100);
	ck_assert_int_eq(acts, 3);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

START_TEST(test_letters_want)
{
	fetch = fetch_new(base, "test");
	hub.letters_want = "prove renew";
	rest = 60000;
	inbox = open_inbox();
	turn_loop(500);
	ck_assert_str_eq(wanted, "");	/* the hub is left alone */
	inbox_free(inbox);
	rest = 0;
	inbox = open_inbox();
	WAIT_FOR(strcmp(wanted, "prove renew") == 0);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* What the hub's gate held is settled: do both have the same again? */
START_TEST(test_settled)
{
	fetch = fetch_new(base, "test");
	hub.letters = 1;
	hub.letter_kind = "settled";
	inbox = open_inbox();
	WAIT_FOR(strcmp(wanted, "prove") == 0);
	ck_assert_int_eq(acts, 0);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* A hub that wants something may want more at once; one that never stops
 * wanting isn't asked all the time. */
START_TEST(test_letters_want_again)
{
	fetch = fetch_new(base, "test");
	hub.letters_want = "prove";
	inbox = open_inbox();
	WAIT_FOR(hub.asks >= 3);
	turn_loop(1500);
	ck_assert_uint_le(hub.asks, 11);
	inbox_free(inbox);
	hub.letters_want = "";
	hub.asks = 0;
	inbox = open_inbox();
	WAIT_FOR(hub.asks >= 1);
	turn_loop(1500);
	ck_assert_uint_eq(hub.asks, 1);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* What is said in passing is handed on at once, and is nowhere afterwards; and
 * the hub is asked again at once, for it may say more. */
START_TEST(test_in_passing)
{
	struct store_txn *t;
	json_t *list;
	int64_t began;

	fetch = fetch_new(base, "test");
	hub.letters = 2;
	inbox = open_inbox();
	WAIT_FOR(hub.asked_after == 2);
	hub.tasks = 2;
	hub.task = 4712;
	WAIT_FOR(acts >= 1);
	began = clock_mono();
	WAIT_FOR(acts == 2);
	ck_assert_int_lt(clock_mono() - began, 4500);
	ck_assert_str_eq(acted, "http://a.test/ 4713 20000");
	ck_assert_uint_eq(hub.asked_after, 2);
	inbox_free(inbox);
	t = store_look(store);
	list = inbox_list(t, 100);
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_uint_eq(t->meta.letters, 2);
	json_decref(list);
	store_end(t);
	inbox = open_inbox();
	turn_loop(300);
	ck_assert_int_eq(acts, 2);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/inbox");
	TCase *t = tcase_create("inbox");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_letters);
	tcase_add_test(t, test_acts);
	tcase_add_test(t, test_letters_again);
	tcase_add_test(t, test_letters_want);
	tcase_add_test(t, test_settled);
	tcase_add_test(t, test_letters_want_again);
	tcase_add_test(t, test_in_passing);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
