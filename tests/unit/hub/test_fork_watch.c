/*
 * Two agents with one key: the watch that notices.
 */
#include "hub/fork.h"

#include "tests/unit/hub/corekit.h"

#define A 0xa1
#define B 0xb2
#define HERE "203.0.113.7:5000"
#define THERE "198.51.100.9:6000"

static struct fork_watch watch;
static int64_t mono;

static bool
word(uint64_t instance, int64_t now)
{
	struct fork_word f = { .instance = instance,
		.address = SPAN("10.0.0.1:1"), .now = now };
	bool turns = fork_turns(&watch, &f, mono);

	fork_seen(&watch, &f, mono);
	mono += 15000;
	return turns;
}

static void
begin_watch(void)
{
	watch = (struct fork_watch){ .returns = 0 };
	mono = 1000;
}

START_TEST(test_turns_are_noticed)
{
	begin_watch();
	ck_assert(!word(A, 1));
	ck_assert(!word(B, 2));
	ck_assert(!word(A, 3));
	ck_assert(!word(B, 4));
	ck_assert(word(A, 5));
}
END_TEST

START_TEST(test_restarts_are_none)
{
	begin_watch();
	for (uint64_t n = 1; n < 100; n++) {
		ck_assert(!word(n, (int64_t)n));
		ck_assert(!word(n, (int64_t)n));
	}
}
END_TEST

/* A proxy delivers what the old process had sent, after the new one spoke,
 * as often as it likes. */
START_TEST(test_late_requests_are_none)
{
	begin_watch();
	ck_assert(!word(A, 10));
	ck_assert(!word(A, 11));
	for (int n = 0; n < 20; n++) {
		ck_assert(!word(B, 20 + n));
		ck_assert(!word(A, 11));
		ck_assert(!word(A, 10));
	}
}
END_TEST

START_TEST(test_slow_turns_are_none)
{
	begin_watch();
	for (int n = 0; n < 20; n++) {
		ck_assert(!word(A, 2 * n));
		mono += FORK_WINDOW / 2;
		ck_assert(!word(B, 2 * n + 1));
		mono += FORK_WINDOW / 2;
	}
}
END_TEST

/* The copy's clock is an hour behind, and goes on. */
START_TEST(test_skewed_turns_are_noticed)
{
	bool noticed = false;

	begin_watch();
	for (int n = 0; n < 4; n++) {
		noticed = word(A, 3600000 + 30000 * n) || noticed;
		noticed = word(B, 30000 * n + 100) || noticed;
	}
	ck_assert(noticed);
}
END_TEST

START_TEST(test_who_names_no_instance_is_let_be)
{
	begin_watch();
	for (int n = 0; n < 20; n++) {
		ck_assert(!word(0, n));
		ck_assert(!word(A, n));
	}
}
END_TEST

START_TEST(test_advice_names_both)
{
	struct fork_side side[2] = { { .instance = 0x1122334455663fa2,
		.address = HERE, .since = CORE_NOW }, { .instance = B,
		.address = THERE } };
	char when[CLOCK_TEXT_MAX], words[200];
	struct buf b;

	buf_init(&b, 4096);
	fork_advice(&b, "4101000001", side);
	snprintf(words, sizeof(words), "1 from " HERE " (agent 3fa2, since "
	    "%s), 2 from " THERE " (agent 00b2)", clock_show(when, CORE_NOW));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), words));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "zqhub site settle "
	    "4101000001 --keep 203.0.113.7 (or 198.51.100.9)"));
	buf_reset(&b);
	side[1].address = "203.0.113.7:7";
	fork_advice(&b, "4101000001", side);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "--keep 1 (or 2)"));
	buf_clear(&b);
}
END_TEST

static void
add(TCase *c)
{
	tcase_add_test(c, test_turns_are_noticed);
	tcase_add_test(c, test_restarts_are_none);
	tcase_add_test(c, test_late_requests_are_none);
	tcase_add_test(c, test_slow_turns_are_none);
	tcase_add_test(c, test_skewed_turns_are_noticed);
	tcase_add_test(c, test_who_names_no_instance_is_let_be);
	tcase_add_test(c, test_advice_names_both);
}

int
main(void)
{
	return core_run_suite("fork_watch", add);
}
