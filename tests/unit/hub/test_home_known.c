/*
 * What a name led to, and when another answer is a reason to look at the
 * page: each case is a list of answers, a second apart or as long as it says.
 */
#include "hub/home_known.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000
#define HOUR (3600 * SECOND)

static struct home_known known;
static int64_t now;		/* ms, mono */

static void
set_up(void)
{
	known = (struct home_known){ .count = 0 };
	now = SECOND;
}

/* "1 2": 192.0.2.1, 192.0.2.2. */
static size_t
addresses(char out[8][INET6_ADDRSTRLEN], const char *hosts)
{
	size_t n = 0;
	int at = 0, host;

	for (; sscanf(hosts, "%d%n", &host, &at) == 1; hosts += at)
		snprintf(out[n++], INET6_ADDRSTRLEN, "192.0.%d.%d",
		    2 + host / 256, host % 256);
	return n;
}

/* Other names are found all the time, unless the hub has no resolver. */
static bool
asked(const char *hosts, bool blind)
{
	char address[8][INET6_ADDRSTRLEN];
	size_t n = addresses(address, hosts);

	now += SECOND;
	home_known_ask(&known, blind ? 0 : now - 1);
	return home_known_answer(&known, address, n, now);
}

static bool
says(const char *hosts)
{
	return asked(hosts, false);
}

static void
visited(const char *hosts)
{
	char address[8][INET6_ADDRSTRLEN];
	size_t n = addresses(address, hosts);

	now += SECOND;
	home_known_visited(&known, address, n, now);
}

static const struct {
	const char *visit, *then;
	bool look;
} answers[] = {
	{ "1", "1", false },
	{ "1", "2", true },
	{ "1 2", "3 2", false },	/* one in common is enough */
	{ "1 2", "2 1", false },
	{ "1 2 3 4 5 6 7 8", "9 8", false },
	{ "1 2 3 4 5 6 7 8", "9 10", true },
	{ "", "1", true },		/* there again */
	{ "", "", false },
	{ "1", "", false },		/* once is never */
};

START_TEST(test_answers)
{
	visited(answers[_i].visit);
	ck_assert_int_eq(says(answers[_i].then), answers[_i].look);
	/* It is told once. */
	ck_assert(!known.waits);
	if (answers[_i].look)
		ck_assert(!says(answers[_i].then));
}
END_TEST

START_TEST(test_first)
{
	ck_assert_msg(!says("1"), "nothing was seen before");
	ck_assert(says("2"));
}
END_TEST

/* What isn't found is asked for again, and then believed. */
START_TEST(test_away)
{
	visited("1");
	ck_assert(!home_known_doubts(&known));
	ck_assert(!says(""));
	ck_assert(home_known_doubts(&known));
	ck_assert(says(""));
	ck_assert(!home_known_doubts(&known));
	for (int i = 0; i < 300; i++)
		ck_assert(!says(""));
	ck_assert(!known.waits);
	/* Back as it was: that is news, too. */
	ck_assert(says("1"));
	ck_assert(!says("1"));
	/* A single failure is forgotten by a success. */
	ck_assert(!says(""));
	ck_assert(!says("1"));
	now += HOUR;
	ck_assert(!says(""));
	ck_assert(!known.waits);
}
END_TEST

/* A hub without a resolver finds nobody: no name is looked at for that, not
 * while it lasts and not afterwards. */
START_TEST(test_blind)
{
	visited("1");
	for (int i = 0; i < 5000; i++)
		ck_assert(!asked("", true));
	ck_assert(now > HOUR && !known.waits);
	ck_assert(home_known_doubts(&known));
	ck_assert_msg(!says("1"), "after an hour it is no stranger");
	ck_assert(!home_known_doubts(&known));
}
END_TEST

/* A CDN of so many addresses, each time another one. */
static unsigned
go_round(int most, int64_t long_ms)
{
	unsigned looks = 0;
	char one[16];

	visited("0");
	for (int64_t end = now + long_ms, i = 0; now < end; i++) {
		snprintf(one, sizeof(one), "%d", (int)(i % most));
		looks += says(one);
		now += 59 * SECOND;
	}
	return looks;
}

START_TEST(test_few_in_turn)
{
	/* Twenty are all known after twenty minutes. */
	ck_assert_uint_le(go_round(20, 24 * HOUR), 4);
}
END_TEST

START_TEST(test_many_in_turn)
{
	unsigned looks = go_round(2000, 24 * HOUR);

	/* 3, 6, 12, 24, 48, 60, 60 … minutes apart */
	ck_assert_uint_ge(looks, 24);
	ck_assert_uint_le(looks, 28);
}
END_TEST

/* One after the other is each told, but not at once; a visit answers. */
START_TEST(test_limit)
{
	int64_t first;

	visited("1");
	ck_assert(says("2"));
	first = now;
	ck_assert(!says("3"));
	while (!says("3"))
		ck_assert_int_lt(now - first, HOME_KNOWN_APART);
	ck_assert_int_eq(now - first, HOME_KNOWN_APART);
	first = now;
	ck_assert(!says("4"));
	visited("4");
	for (int i = 0; i < 1000; i++)
		ck_assert_msg(!says("4"), "the visit was the answer");
	now += HOUR;
	ck_assert(says("5"));
	/* After two quiet hours it is as in the beginning. */
	now += 2 * HOUR;
	ck_assert(says("6"));
	ck_assert_int_eq(known.apart, HOME_KNOWN_APART);
}
END_TEST

/* Who was not seen for longest is forgotten first. */
START_TEST(test_forgotten)
{
	char pair[16];

	visited("1");
	for (int i = 2; i <= 60; i++) {
		snprintf(pair, sizeof(pair), "1 %d", i);
		ck_assert(!says(pair));
	}
	ck_assert(!says("59"));
	ck_assert(!says("40"));
	ck_assert(says("3"));
}
END_TEST

/* Lately is an hour: who comes back later is worth a look. */
START_TEST(test_lately)
{
	visited("1");
	ck_assert(says("2"));
	ck_assert(!says("1"));
	for (int i = 0; i < 3500; i++)
		(void)says("1");
	ck_assert(!says("2"));
	for (int i = 0; i < 3700; i++)
		ck_assert(!says("1"));
	ck_assert(says("2"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home known");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_loop_test(t, test_answers, 0,
	    sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(t, test_first);
	tcase_add_test(t, test_away);
	tcase_add_test(t, test_blind);
	tcase_add_test(t, test_few_in_turn);
	tcase_add_test(t, test_many_in_turn);
	tcase_add_test(t, test_limit);
	tcase_add_test(t, test_forgotten);
	tcase_add_test(t, test_lately);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
