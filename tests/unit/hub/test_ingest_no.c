/*
 * What is not taken of a batch: each no has its cause, and the gate closes.
 */
#include "hub/ingest.h"

#include "tests/unit/hub/forkkit.h"

/* --- each no has its cause ------------------------------------------------ */

START_TEST(test_causes)
{
	set_up();
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1,
	    .key = 9 }), VERDICT_BLOCKED, CAUSE_REISSUED);
	act(json_pack("{s:s, s:i}", "do", "block", "site", 1));
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1 }),
	    VERDICT_BLOCKED, CAUSE_BLOCKED);
	act(json_pack("{s:s, s:i}", "do", "unblock", "site", 1));
	renew();
	act(json_pack("{s:s, s:i, s:s, s:s, s:b}", "do", "renew", "site", 1,
	    "key", "0909090909090909090909090909090909090909090909090909090"
	    "909090909", "old", "0101010101010101010101010101010101010101010"
	    "101010101010101010101", "quarantine", true));
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1 }),
	    VERDICT_BLOCKED, CAUSE_QUARANTINED);
	act(json_pack("{s:s, s:i}", "do", "admit", "site", 1));
	ck_assert_answer(tell((struct said){ .first = 1, .count = 1 }),
	    VERDICT_TAKEN, "");
	act(json_pack("{s:s, s:i}", "do", "retire", "site", 1));
	ck_assert_answer(tell((struct said){ .first = 2, .count = 1 }),
	    VERDICT_BLOCKED, CAUSE_RETIRED);
	tear_down();
}
END_TEST

/* --- the gate closes ------------------------------------------------------ */

static uint64_t next;		/* number of the next change */

/* Items from … from + count - 1. */
static const struct core_answer *
withdraw(uint64_t from, size_t count)
{
	uint64_t first = next;

	next += count;
	return tell((struct said){ .first = first, .count = count,
	    .from = from, .kind = CHANGE_DELETED });
}

static void
fill(size_t count)
{
	ck_assert_answer(tell((struct said){ .first = 1, .count = count }),
	    VERDICT_TAKEN, "");
	ck_assert_uint_eq(view().items, count);
	next = count + 1;
}

START_TEST(test_a_batch_that_empties_is_held)
{
	const struct core_answer *a;

	set_up();
	fill(500);
	a = withdraw(1, 51);
	ck_assert_answer(a, VERDICT_TAKEN, "");
	ck_assert_uint_eq(a->answer.taken, 551);
	ck_assert_ptr_nonnull(strstr(a->body, "held: 51 withdrawals"));
	ck_assert(view().gate);
	ck_assert_uint_eq(view().gated, 51);
	ck_assert_uint_eq(view().items, 500);
	ck_assert(core_logged("site=4101000001 gate closed: 51 "));
	a = withdraw(1, 60);		/* 51 of them for the second time */
	ck_assert_ptr_nonnull(strstr(a->body, "held: 60 withdrawals"));
	ck_assert_uint_eq(view().gated, 60);
	tear_down();
}
END_TEST

START_TEST(test_a_little_passes)
{
	set_up();
	fill(400);
	withdraw(1, 50);		/* over 10 %, but no more than 50 */
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 350);
	tear_down();
	set_up();
	kit.config.gate_percent = 100;
	fill(500);
	withdraw(1, 500);
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 0);
	tear_down();
	set_up();
	fill(1000);
	withdraw(1, 95);		/* over 50, but 10 % of what there was */
	withdraw(96, 5);
	ck_assert(!view().gate);
	withdraw(101, 1);
	ck_assert(view().gate);
	tear_down();
}
END_TEST

/* Both are settings: here less is too much. */
START_TEST(test_what_passes_is_settable)
{
	set_up();
	kit.config.gate_items = 5;
	fill(40);
	withdraw(1, 5);			/* over 10 %, but no more than 5 */
	ck_assert(!view().gate);
	withdraw(6, 1);
	ck_assert(view().gate);
	ck_assert_uint_eq(view().gated, 1);
	ck_assert_uint_eq(view().items, 35);
	tear_down();
	set_up();
	kit.config.gate_percent = 6;
	fill(1000);
	withdraw(1, 60);		/* over 50, but no more than 6 % */
	ck_assert(!view().gate);
	withdraw(61, 1);
	ck_assert(view().gate);
	ck_assert_uint_eq(view().items, 940);
	tear_down();
}
END_TEST

/* What is withdrawn and still there at another address is no loss; but
 * somebody must be there. */
START_TEST(test_what_is_elsewhere_passes)
{
	static const char *const where[] = { "https://www.s1.gov.cn/400",
	    "https://www.s1.gov.cn/401", "https://www.s2.gov.cn/1" };

	for (size_t i = 0; i < 3; i++) {
		set_up();
		fill(400);
		tell((struct said){ .first = next, .count = 100, .from = 1,
		    .kind = CHANGE_DELETED, .successor = where[i] });
		ck_assert_int_eq(view().gate, i > 0);
		ck_assert_uint_eq(view().items, i > 0 ? 400 : 300);
		tear_down();
	}
}
END_TEST

START_TEST(test_what_is_gone_counts_once)
{
	set_up();
	fill(400);
	for (int n = 0; n < 5; n++)
		withdraw(1, 30);
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 370);
	tear_down();
}
END_TEST

START_TEST(test_batches_add_up)
{
	set_up();
	fill(400);
	withdraw(1, 20);
	pass(1000);
	withdraw(21, 20);
	pass(1000);
	withdraw(41, 10);
	ck_assert(!view().gate);
	withdraw(51, 1);
	ck_assert(view().gate);
	ck_assert_uint_eq(view().gated, 1);
	ck_assert_uint_eq(view().items, 350);
	tear_down();
}
END_TEST

/* The answer was lost, and the same comes again. */
START_TEST(test_a_repetition_counts_once)
{
	struct said s = { .first = 401, .count = 30, .from = 1,
	    .kind = CHANGE_DELETED };

	set_up();
	fill(400);
	tell(s);
	ck_assert_answer(tell(s), VERDICT_KNOWN, "");
	ck_assert_answer(tell(s), VERDICT_KNOWN, "");
	next = 431;
	withdraw(31, 20);
	ck_assert(!view().gate);
	tear_down();
}
END_TEST

START_TEST(test_a_window_ends)
{
	set_up();
	fill(400);
	withdraw(1, 40);
	pass((int64_t)kit.config.gate_window);
	withdraw(41, 40);		/* ten minutes later */
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 320);
	tear_down();
}
END_TEST

START_TEST(test_a_release_counts_from_new)
{
	set_up();
	fill(400);
	withdraw(1, 60);
	ck_assert(view().gate);
	pass(1000);
	act(json_pack("{s:s, s:i}", "do", "release", "site", 1));
	ck_assert_uint_eq(view().items, 340);
	pass(1000);
	withdraw(61, 40);
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 300);
	tear_down();
}
END_TEST

START_TEST(test_who_stands_for_it_passes)
{
	set_up();
	fill(100);
	tell((struct said){ .kind = CHANGE_DELETED, .count = 100,
	    .first = 101, .from = 1, .by = "li" });
	ck_assert(!view().gate);
	ck_assert_uint_eq(view().items, 0);
	tear_down();
}
END_TEST

static void
add(TCase *c)
{
	tcase_add_test(c, test_causes);
	tcase_add_test(c, test_a_batch_that_empties_is_held);
	tcase_add_test(c, test_a_little_passes);
	tcase_add_test(c, test_what_passes_is_settable);
	tcase_add_test(c, test_what_is_elsewhere_passes);
	tcase_add_test(c, test_what_is_gone_counts_once);
	tcase_add_test(c, test_batches_add_up);
	tcase_add_test(c, test_a_repetition_counts_once);
	tcase_add_test(c, test_a_window_ends);
	tcase_add_test(c, test_a_release_counts_from_new);
	tcase_add_test(c, test_who_stands_for_it_passes);
}

int
main(void)
{
	return core_run_suite("ingest_no", add);
}
