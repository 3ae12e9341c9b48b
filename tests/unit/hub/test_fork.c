/*
 * Two agents with one key: what is judged of a batch, and who is told what
 * until it is settled.
 */
#include "hub/fork.h"

#include "hub/letters.h"
#include "tests/unit/hub/forkkit.h"

START_TEST(test_a_clone_is_noticed)
{
	const struct core_answer *a;

	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 3,
	    .now = 1 });
	ck_assert_answer(beat(B, THERE, 3, 2), VERDICT_TAKEN, "");
	ck_assert_answer(beat(A, HERE, 3, 3), VERDICT_TAKEN, "");
	ck_assert_answer(beat(B, THERE, 3, 4), VERDICT_TAKEN, "");
	a = beat(A, HERE, 3, 5);
	ck_assert_answer(a, VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_ptr_nonnull(strstr(a->body, "zqhub site settle "
	    "4101000001 --keep"));
	ck_assert(view().forked);
	/* 1 is who was heard first, though 2 spoke before it just now */
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_uint_eq(view().agent[1].instance, B);
	ck_assert_str_eq(view().agent[0].address, HERE);
	ck_assert_str_eq(view().agent[1].address, THERE);
	ck_assert_int_gt(view().agent[0].since, 0);
	ck_assert_int_gt(view().agent[1].since, 0);
	ck_assert(core_logged("forked cause=instance"));
	ck_assert(core_logged(HERE) && core_logged(THERE));
	ck_assert_answer(beat(B, THERE, 3, 6), VERDICT_FORKED,
	    CAUSE_INSTANCE);
	tear_down();
}
END_TEST

START_TEST(test_a_restored_agent_is_noticed)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	/* another process, whose spool ends before what we have */
	ck_assert_answer(beat(B, HERE, 5, 20), VERDICT_FORKED, CAUSE_BEHIND);
	ck_assert_str_eq(view().cause, CAUSE_BEHIND);
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_uint_eq(view().speaker, 2);
	/* of that the other one hears only that there are two */
	ck_assert_answer(beat(A, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_INSTANCE);
	ck_assert_answer(beat(B, HERE, 5, 40), VERDICT_FORKED, CAUSE_BEHIND);
	tear_down();
}
END_TEST

START_TEST(test_a_late_request_is_none)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 5,
	    .now = 10 });
	tell((struct said){ .instance = B, .first = 6, .count = 4,
	    .now = 30 });
	/* of the process before, and of one that was never heard */
	ck_assert_answer(tell((struct said){ .instance = A, .first = 4,
	    .count = 2, .now = 40 }), VERDICT_KNOWN, "");
	ck_assert_answer(beat(0xc3, HERE, 5, 39), VERDICT_TAKEN, "");
	ck_assert_answer(tell((struct said){ .instance = B, .first = 6,
	    .count = 4, .now = 41 }), VERDICT_KNOWN, "");
	ck_assert(!view().forked);
	tear_down();
}
END_TEST

/* The hub was started again, and has heard only one of the two since. */
START_TEST(test_who_spoke_before_is_known)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	tell((struct said){ .instance = A, .incarnation = 8, .first = 1,
	    .count = 2, .now = 20 });
	guests_get(&kit.guests, 1)->watch =
	    (struct fork_watch){ .returns = 0 };
	ck_assert_answer(beat(B, THERE, 9, 30), VERDICT_TAKEN, "");
	ck_assert_answer(tell((struct said){ .instance = B, .address = THERE,
	    .first = 6, .count = 1, .now = 40 }), VERDICT_FORKED,
	    CAUSE_BEHIND);
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_str_eq(view().agent[0].address, "");
	ck_assert_uint_eq(view().agent[1].instance, B);
	tear_down();
}
END_TEST

START_TEST(test_a_given_up_incarnation_is_behind)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 5,
	    .now = 10 });
	tell((struct said){ .instance = A, .incarnation = 8, .first = 1,
	    .count = 2, .now = 20 });
	ck_assert_answer(tell((struct said){ .instance = A, .first = 5,
	    .count = 1, .now = 15 }), VERDICT_EARLY, "");
	ck_assert_answer(tell((struct said){ .instance = B, .first = 6,
	    .count = 1, .now = 30 }), VERDICT_FORKED, CAUSE_BEHIND);
	tear_down();
}
END_TEST

/* --- settled -------------------------------------------------------------- */


START_TEST(test_what_is_kept_begins_anew)
{
	const struct core_answer *a;

	set_up();
	fork_it();
	settle(2);

	/* the one that was dropped, also after a restart */
	ck_assert_answer(beat(A, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_answer(beat(0xc3, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);

	/* the one that was kept; of one that is not known nobody can tell */
	a = beat(B, THERE, 5, 40);
	ck_assert_int_eq(a->answer.verdict, VERDICT_BUSY);
	ck_assert(answer_has_word(a->answer.want, WANT_RETELL));
	ck_assert(answer_has_word(a->answer.want, WANT_RENEW));
	a = beat(0xd4, THERE, 5, 50);
	ck_assert_int_eq(a->answer.verdict, VERDICT_BUSY);
	ck_assert_uint_eq(a->answer.want.n, 0);

	/* a new incarnation is taken; the key is still wanted */
	a = tell((struct said){ .instance = B, .incarnation = 8, .first = 1,
	    .count = 2, .address = THERE, .now = 60 });
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert(!answer_has_word(a->answer.want, WANT_RETELL));
	ck_assert(answer_has_word(a->answer.want, WANT_RENEW));
	ck_assert(view().begun);

	/* from here on whoever goes on as before is the copy */
	a = beat(0xd4, THERE, 5, 65);
	ck_assert_answer(a, VERDICT_FORKED, CAUSE_SETTLED);
	ck_assert_uint_eq(a->answer.want.n, 0);

	/* granted, but the answer may have been lost */
	renew();
	a = tell((struct said){ .instance = B, .incarnation = 8, .first = 3,
	    .count = 1, .address = THERE, .now = 70 });
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert(answer_has_word(a->answer.want, WANT_RENEW));

	/* in use: it is done */
	a = tell((struct said){ .instance = B, .incarnation = 8, .first = 4,
	    .count = 1, .address = THERE, .now = 80, .key = 0x55 });
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert_uint_eq(a->answer.want.n, 0);
	ck_assert_uint_eq(view().kept, 0);
	ck_assert_answer(beat(A, HERE, 9, 90), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert(!view().forked);
	tear_down();
}
END_TEST

/* The one that is kept never heard of the last incarnation: the other had
 * begun it. */
START_TEST(test_an_older_copy_is_kept)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	tell((struct said){ .instance = A, .incarnation = 8, .first = 1,
	    .count = 2, .now = 20 });
	ck_assert_answer(tell((struct said){ .instance = B, .address = THERE,
	    .first = 6, .count = 1, .now = 30 }), VERDICT_FORKED,
	    CAUSE_BEHIND);
	settle_in(2, "0000000000000008");
	ck_assert_goes_on(tell((struct said){ .instance = B,
	    .address = THERE, .first = 6, .count = 1, .now = 40 }));
	ck_assert(!view().forked);
	ck_assert_answer(tell((struct said){ .instance = B,
	    .address = THERE, .incarnation = 9, .first = 1, .count = 2,
	    .now = 50 }), VERDICT_TAKEN, "");
	ck_assert(view().begun);
	/* and from then on that one, too, is the copy's */
	ck_assert_answer(tell((struct said){ .instance = 0xc3,
	    .address = THERE, .first = 6, .count = 1, .now = 60 }),
	    VERDICT_FORKED, CAUSE_SETTLED);
	ck_assert(!view().forked);
	tear_down();
}
END_TEST

static void
ask_for_letters(uint64_t instance, const char *address)
{
	struct event_base *base = event_base_new();
	struct letters *l = letters_new(base, &kit.writer, &kit.guests,
	    &queue, core_send, NULL, &answers);
	struct frame_letters f = { .peer = core_peer(1, address),
		.instance = instance };
	struct buf b;

	buf_init(&b, FRAME_MAX);
	frame_letters_write(&b, &f);
	core_forget(&answers);
	letters_ask(l, 1, buf_look(&b));
	ck_assert_uint_eq(answers.n, 1);
	buf_clear(&b);
	letters_free(l);
	event_base_free(base);
}

/* Who is refused letters is not answered with something that is none. */
START_TEST(test_letters_are_refused_as_such)
{
	set_up();
	fork_it();
	ask_for_letters(A, HERE);
	ck_assert_uint_eq(answers.at[0].status, 200);
	settle(2);
	ask_for_letters(A, HERE);
	ck_assert_uint_eq(answers.at[0].status, 403);
	ck_assert_answer(&answers.at[0], VERDICT_FORKED, CAUSE_SETTLED);
	ask_for_letters(B, THERE);
	ck_assert_uint_eq(answers.at[0].status, 200);
	ck_assert(!answers.at[0].is_answer);
	tear_down();
}
END_TEST

START_TEST(test_two_on_one_host)
{
	set_up();
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	beat(B, "203.0.113.7:5001", 5, 20);
	settle(2);
	ck_assert_answer(beat(A, "203.0.113.7:5002", 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_int_eq(beat(B, "203.0.113.7:5003", 5, 40)->answer.verdict,
	    VERDICT_BUSY);
	ck_assert_int_eq(beat(0xc3, "203.0.113.7:5", 5, 50)->answer.verdict,
	    VERDICT_BUSY);
	tear_down();
}
END_TEST

#define HERE_TOO "203.0.113.7:5001"

static void
fork_on_one_host(int keep)
{
	tell((struct said){ .instance = A, .first = 1, .count = 9,
	    .now = 10 });
	ck_assert_answer(beat(B, HERE_TOO, 5, 20), VERDICT_FORKED,
	    CAUSE_BEHIND);
	settle(keep);
}

/* Only its own machine has its address. */
START_TEST(test_the_kept_one_was_started_again)
{
	set_up();
	fork_it();
	settle(2);
	ck_assert_goes_on(beat(0xc3, THERE, 5, 40));
	ck_assert_uint_eq(view().kept, 2);
	ck_assert_uint_eq(view().agent[1].instance, 0xc3);
	ck_assert_uint_eq(view().given_up, 7);
	ck_assert(core_logged("taken for the one that was kept"));
	/* and who was kept at first is another one now */
	ck_assert_waits(beat(B, THERE, 5, 50));
	ck_assert_goes_on(beat(0xc3, THERE, 5, 60));
	pass(70000);
	ck_assert_answer(beat(B, THERE, 5, 70), VERDICT_FORKED,
	    CAUSE_INSTANCE);
	ck_assert(view().forked);
	tear_down();
}
END_TEST

/* Where addresses tell nothing, a minute in which nobody else speaks does. */
START_TEST(test_the_only_one_goes_on)
{
	set_up();
	fork_on_one_host(1);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 30));
	pass(HEIR_QUIET - 1000);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 40));
	pass(1000);
	ck_assert_goes_on(beat(0xc3, "203.0.113.7:5002", 9, 50));
	ck_assert_uint_eq(view().agent[0].instance, 0xc3);
	ck_assert_answer(tell((struct said){ .instance = 0xc3,
	    .incarnation = 8, .first = 1, .count = 2, .now = 60 }),
	    VERDICT_TAKEN, "");
	ck_assert(view().begun);
	tear_down();
}
END_TEST

/* The copy is started again, and the kept one is slow. */
START_TEST(test_a_copy_does_not_go_on)
{
	set_up();
	fork_on_one_host(1);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 30));
	pass(HEIR_QUIET - 1000);
	ck_assert_goes_on(beat(A, HERE, 9, 35));
	pass(1000);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 9, 40));
	pass(HEIR_QUIET);
	ck_assert_answer(beat(0xc3, "203.0.113.7:5002", 9, 50),
	    VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_uint_eq(view().agent[0].instance, A);
	ck_assert_uint_eq(view().agent[1].instance, 0xc3);
	tear_down();
}
END_TEST

/* Its people may make it tell everything again: that doesn't make it the one
 * that was kept. */
START_TEST(test_a_copy_does_not_begin)
{
	struct said c3 = { .instance = 0xc3, .incarnation = 8, .first = 1,
		.count = 2, .address = "203.0.113.7:5002", .now = 30 };
	struct said a = { .instance = A, .incarnation = 9, .first = 1,
		.count = 2, .now = 40 };

	set_up();
	fork_on_one_host(1);
	ck_assert_waits(tell(c3));
	ck_assert_answer(tell(a), VERDICT_TAKEN, "");
	ck_assert(view().begun);
	c3.now = 50;
	ck_assert_waits(tell(c3));
	a.first = 3;
	a.now = 60;
	ck_assert_answer(tell(a), VERDICT_TAKEN, "");
	/* the kept one, after it was started again */
	a.instance = 0xd4;
	a.first = 5;
	a.now = 70;
	ck_assert_answer(tell(a), VERDICT_TAKEN, "");
	ck_assert(!view().forked);
	tear_down();

	set_up();
	fork_it();
	settle(2);
	ck_assert_answer(tell((struct said){ .instance = 0xc3,
	    .incarnation = 8, .first = 1, .count = 2, .address = THERE,
	    .now = 30 }), VERDICT_TAKEN, "");
	ck_assert_uint_eq(view().agent[1].instance, 0xc3);
	ck_assert(view().begun);
	tear_down();
}
END_TEST

START_TEST(test_in_doubt_people_are_asked)
{
	const struct core_answer *a;

	/* the dropped one is alive */
	set_up();
	fork_on_one_host(2);
	ck_assert_answer(beat(A, "203.0.113.7:5009", 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 5, 40));
	pass(HEIR_QUIET);
	a = beat(0xc3, "203.0.113.7:5002", 5, 50);
	ck_assert_answer(a, VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_ptr_nonnull(strstr(a->body, "1 from 203.0.113.7:5009"));
	ck_assert_ptr_nonnull(strstr(a->body, "2 from 203.0.113.7:5002"));
	ck_assert_ptr_nonnull(strstr(a->body, "--keep 1 (or 2)"));
	settle(2);
	ck_assert_goes_on(beat(0xc3, "203.0.113.7:5002", 5, 60));
	tear_down();

	/* two that nobody knows */
	set_up();
	fork_on_one_host(2);
	ck_assert_waits(beat(0xc3, "203.0.113.7:5002", 5, 30));
	ck_assert_waits(beat(0xd4, "203.0.113.7:5003", 5, 31));
	pass(HEIR_QUIET);
	ck_assert_answer(beat(0xc3, "203.0.113.7:5002", 5, 40),
	    VERDICT_FORKED, CAUSE_INSTANCE);
	ck_assert_uint_eq(view().agent[0].instance, 0xc3);
	ck_assert_uint_eq(view().agent[1].instance, 0xd4);
	tear_down();
}
END_TEST

/* Thought again, twice: who is kept at last goes on. */
START_TEST(test_a_wrong_settle_is_put_right)
{
	set_up();
	fork_on_one_host(2);
	ck_assert_answer(beat(A, HERE, 9, 30), VERDICT_FORKED,
	    CAUSE_SETTLED);
	settle(1);
	ck_assert_answer(beat(B, HERE_TOO, 5, 35), VERDICT_FORKED,
	    CAUSE_SETTLED);
	settle(2);
	ck_assert_answer(beat(A, HERE, 9, 40), VERDICT_FORKED,
	    CAUSE_SETTLED);
	ck_assert_goes_on(beat(B, HERE_TOO, 5, 45));
	tear_down();
}
END_TEST

/* Nothing of it is left over, whatever ends it. */
START_TEST(test_unblock_ends_it)
{
	set_up();
	fork_it();
	settle(2);
	ck_assert_uint_gt(beat(B, THERE, 5, 40)->answer.want.n, 0);
	act(json_pack("{s:s, s:i}", "do", "unblock", "site", 1));
	ck_assert_uint_eq(beat(B, THERE, 9, 50)->answer.want.n, 0);
	tear_down();
}
END_TEST

/* It has nothing to tell: a beat is enough. */
START_TEST(test_an_empty_site_begins_anew)
{
	set_up();
	fork_it();
	settle(2);
	tell((struct said){ .instance = B, .incarnation = 8, .first = 1,
	    .address = THERE, .now = 60 });
	ck_assert(view().begun);
	tear_down();
}
END_TEST

static void
add(TCase *c)
{
	tcase_add_test(c, test_a_clone_is_noticed);
	tcase_add_test(c, test_a_restored_agent_is_noticed);
	tcase_add_test(c, test_a_late_request_is_none);
	tcase_add_test(c, test_who_spoke_before_is_known);
	tcase_add_test(c, test_a_given_up_incarnation_is_behind);
	tcase_add_test(c, test_what_is_kept_begins_anew);
	tcase_add_test(c, test_an_older_copy_is_kept);
	tcase_add_test(c, test_letters_are_refused_as_such);
	tcase_add_test(c, test_two_on_one_host);
	tcase_add_test(c, test_the_kept_one_was_started_again);
	tcase_add_test(c, test_the_only_one_goes_on);
	tcase_add_test(c, test_a_copy_does_not_go_on);
	tcase_add_test(c, test_a_copy_does_not_begin);
	tcase_add_test(c, test_in_doubt_people_are_asked);
	tcase_add_test(c, test_a_wrong_settle_is_put_right);
	tcase_add_test(c, test_unblock_ends_it);
	tcase_add_test(c, test_an_empty_site_begins_anew);
}

int
main(void)
{
	return core_run_suite("fork", add);
}
