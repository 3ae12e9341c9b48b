/*
 * The pulse: what the core writes others read, whole; what changed since;
 * and that a core which starts knows of nobody.
 */
#include "hub/pulse.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contrib/base/clock.h"

#define START 1795219200000
#define ROUNDS 200000

static struct pulse_row row;
static struct pulse_head head;

static void
setup(void)
{
	pulse_open(NULL);
	pulse_begin(START);
}

static void
teardown(void)
{
	pulse_close();
}

/* Small tools and unit tests have none. */
START_TEST(without)
{
	pulse_begin(START);
	pulse_heard(1, START, "a", NULL);
	pulse_state(1, 1, 1, START);
	ck_assert(!pulse_read(1, &row));
	ck_assert(!pulse_look(&head));
	ck_assert_uint_eq(pulse_each_since(7, NULL, NULL), 7);
}
END_TEST

START_TEST(what_is_written)
{
	struct health h = { .told = true, .beat = 5000, .home_status = 200 };
	const struct vantage_look others[VANTAGE_ASKED] = {
		[1] = { .by = 7, .ms = 12, .said = VANTAGE_FAILED } };

	ck_assert(!pulse_read(3, &row));
	pulse_heard(3, START + 1, "203.0.113.7:51824", &h);
	pulse_skew(3, -70000);
	pulse_connected(3, 2, START + 2);
	pulse_looked(3, START + 3, 4, 301, 250);
	pulse_state(3, 5, 6, START + 4);
	ck_assert(pulse_read(3, &row));
	ck_assert_int_eq(row.heard, START + 1);
	ck_assert_str_eq(row.address, "203.0.113.7:51824");
	ck_assert_uint_eq(row.health.beat, 5000);
	ck_assert_int_eq(row.skew, -70000);
	ck_assert_uint_eq(row.connections, 2);
	ck_assert_int_eq(row.gone, 0);
	ck_assert_int_eq(row.looked, START + 3);
	ck_assert_uint_eq(row.outcome, 4);
	ck_assert_uint_eq(row.status, 301);
	ck_assert_uint_eq(row.took, 250);
	ck_assert_uint_eq(row.state, 5);
	ck_assert_uint_eq(row.cause, 6);
	ck_assert_int_eq(row.since, START + 4);
	ck_assert(!row.looks && row.others_at == 0);
	pulse_looks(3, true);
	pulse_others(3, START + 5, others);
	ck_assert(pulse_read(3, &row));
	ck_assert(row.looks);
	ck_assert_int_eq(row.others_at, START + 5);
	ck_assert_uint_eq(row.others[1].by, 7);
	ck_assert_uint_eq(row.others[1].ms, 12);
	ck_assert_uint_eq(row.connections, 2);
	/* A poll tells no health, a proof no address: they stay. */
	pulse_heard(3, START + 9, NULL, NULL);
	pulse_connected(3, 0, START + 10);
	ck_assert(pulse_read(3, &row));
	ck_assert_int_eq(row.heard, START + 9);
	ck_assert_str_eq(row.address, "203.0.113.7:51824");
	ck_assert_uint_eq(row.health.beat, 5000);
	ck_assert_int_eq(row.gone, START + 10);
	ck_assert(!pulse_read(2, &row));
	ck_assert_int_eq(row.heard, 0);
}
END_TEST

/* The hub has number 0, and numbers may be higher than there are rows. */
START_TEST(numbers)
{
	char far[200];

	memset(far, '9', sizeof(far));
	far[199] = '\0';
	pulse_heard(0, START, far, NULL);
	pulse_heard(PULSE_SITES, START, far, NULL);
	pulse_state(UINT32_MAX, 1, 1, START);
	ck_assert(!pulse_read(0, &row));
	ck_assert(!pulse_read(PULSE_SITES, &row));
	ck_assert(!pulse_read(UINT32_MAX, &row));
	ck_assert(pulse_look(&head) && head.last == 0);
	pulse_heard(PULSE_SITES - 1, START, far, NULL);
	ck_assert(pulse_read(PULSE_SITES - 1, &row));
	ck_assert_uint_eq(strlen(row.address), PULSE_ADDRESS - 1);
	ck_assert(pulse_look(&head) && head.last == PULSE_SITES - 1);
}
END_TEST

static bool
count(void *arg, uint32_t site, const struct pulse_row *r)
{
	unsigned *sites = arg;

	(void)r;
	*sites = *sites * 10 + site;
	return true;
}

static unsigned
changed_since(uint64_t *version)
{
	unsigned sites = 0;

	*version = pulse_each_since(*version, count, &sites);
	return sites;
}

/* A beat is no news; another state is, and the same state isn't again. */
START_TEST(news)
{
	uint64_t version = 0;

	pulse_heard(1, START, NULL, NULL);
	pulse_heard(2, START, NULL, NULL);
	pulse_heard(4, START, NULL, NULL);
	ck_assert_uint_eq(changed_since(&version), 124);
	pulse_heard(1, START + 5, NULL, NULL);
	ck_assert_uint_eq(changed_since(&version), 0);
	pulse_state(2, 1, 0, START + 5);
	pulse_state(4, 3, 0, START + 5);
	ck_assert_uint_eq(changed_since(&version), 24);
	pulse_state(2, 1, 0, START + 5);
	ck_assert_uint_eq(changed_since(&version), 0);
	pulse_state(4, 3, 9, START + 5);	/* for another cause */
	ck_assert_uint_eq(changed_since(&version), 4);
	pulse_isolated(true, START + 6);
	ck_assert(pulse_look(&head) && head.isolated);
	ck_assert_int_eq(head.isolated_since, START + 6);
	ck_assert_uint_gt(head.version, version);
	pulse_isolated(false, START + 7);
	ck_assert(pulse_look(&head) && !head.isolated);
}
END_TEST

START_TEST(another_start)
{
	uint64_t version = 0;

	pulse_heard(1, START, "a", NULL);
	pulse_state(1, 1, 0, START);
	pulse_isolated(true, START);
	ck_assert_uint_eq(changed_since(&version), 1);
	pulse_begin(START + 60000);
	ck_assert(pulse_look(&head));
	ck_assert_int_eq(head.started, START + 60000);
	ck_assert_int_eq(head.alive, START + 60000);
	pulse_tick(START + 60200);
	ck_assert(pulse_look(&head));
	ck_assert_int_eq(head.alive, START + 60200);
	ck_assert_int_eq(head.started, START + 60000);
	ck_assert(!head.isolated);
	ck_assert_uint_eq(changed_since(&version), 1);
	(void)pulse_read(1, &row);
	ck_assert_uint_eq(row.state, 0);
	ck_assert_int_eq(row.heard, 0);
	ck_assert_str_eq(row.address, "");
}
END_TEST

START_TEST(patience)
{
	row = (struct pulse_row){ .heard = 0 };
	ck_assert_int_eq(pulse_patience(&row, 15000), 60000);
	row.health.beat = 5000;
	ck_assert_int_eq(pulse_patience(&row, 15000), 15000);
	ck_assert_int_eq(pulse_patience(&row, 40000), 40000);
	row.health.beat = 30000;
	ck_assert_int_eq(pulse_patience(&row, 15000), 90000);
}
END_TEST

/* Another process, which isn't born of this one, reads along; until the core
 * ends, or has not been heard of for long. */
static char dir[] = "/tmp/zq-pulse-XXXXXX";

static bool
follows(uint32_t site)
{
	int status = -1;
	pid_t child = fork();

	ck_assert(child >= 0);
	if (child == 0) {
		pulse_close();
		_exit(!pulse_follow(dir) ? 1 : !pulse_read(site, &row) ? 2 :
		    row.state != 5 ? 3 : 0);
	}
	ck_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
	ck_assert_int_lt(WEXITSTATUS(status), 2);
	return WEXITSTATUS(status) == 0;
}

START_TEST(from_outside)
{
	char path[100];
	FILE *f;

	ck_assert(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/" PULSE_FILE, dir);
	ck_assert(!follows(1));			/* no file */
	pulse_open(dir);
	ck_assert(!follows(1));			/* no core yet */
	clock_set(START + 500, 500);
	pulse_begin(START);
	pulse_state(1, 5, 0, START);
	ck_assert(follows(1));
	clock_set(START + PULSE_STALE, 500);
	ck_assert(!follows(1));
	pulse_tick(START + PULSE_STALE);
	ck_assert(follows(1));
	pulse_end();
	ck_assert(!follows(1));
	pulse_begin(START + PULSE_STALE);
	pulse_state(1, 5, 0, START);
	pulse_close();
	ck_assert(follows(1));			/* what a kill leaves */
	pulse_open(dir);			/* the next one begins anew */
	ck_assert(!follows(1));
	pulse_close();
	ck_assert(unlink(path) == 0);
	f = fopen(path, "w");			/* no such table */
	ck_assert(f != NULL && fputs("x", f) >= 0 && fclose(f) == 0);
	ck_assert(!follows(1));
	ck_assert(unlink(path) == 0 && rmdir(dir) == 0);
	clock_release();
}
END_TEST

/* A disk without room, or a directory that isn't there: it lives without. */
START_TEST(no_room)
{
	pulse_open("/nonexistent/dir");
	pulse_begin(START);
	pulse_heard(1, START, NULL, NULL);
	ck_assert(pulse_read(1, &row));
	pulse_close();
}
END_TEST

/* Another process reads while this one writes: each row that it gets is of
 * one moment. */
START_TEST(whole)
{
	static const char odd[] = "203.0.113.7:51824", even[] = "[::1]:1";
	int status = -1;
	pid_t child = fork();

	ck_assert(child >= 0);
	if (child == 0) {
		unsigned got = 0;

		while (got < ROUNDS) {
			if (!pulse_read(1, &row))
				continue;
			if (row.heard - START != row.health.until ||
			    row.health.until != (int64_t)row.health.spool ||
			    strcmp(row.address, row.health.until % 2 ? odd :
			    even) != 0)
				_exit(1);
			got++;
		}
		_exit(0);
	}
	for (uint64_t i = 0; waitpid(child, &status, WNOHANG) == 0; i++)
		pulse_heard(1, START + (int64_t)i, i % 2 ? odd : even,
		    &(struct health){ .spool = i, .until = (int64_t)i });
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* A part that only reads can do nothing else. */
START_TEST(sealed)
{
	int status = -1;
	pid_t child = fork();

	ck_assert(child >= 0);
	if (child == 0) {
		signal(SIGSEGV, _exit);
		pulse_seal();
		if (!pulse_look(&head))
			_exit(1);
		pulse_heard(1, START, NULL, NULL);
		_exit(2);
	}
	ck_assert(waitpid(child, &status, 0) == child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == SIGSEGV);
	ck_assert(!pulse_read(1, &row));
	pulse_heard(1, START, NULL, NULL);
	ck_assert(pulse_read(1, &row));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pulse");
	TCase *none = tcase_create("none"), *t = tcase_create("pulse");
	SRunner *r;
	int failed;

	tcase_add_test(none, without);
	tcase_add_test(none, from_outside);
	tcase_add_test(none, no_room);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_written);
	tcase_add_test(t, numbers);
	tcase_add_test(t, news);
	tcase_add_test(t, another_start);
	tcase_add_test(t, patience);
	tcase_add_test(t, whole);
	tcase_add_test(t, sealed);
	suite_add_tcase(s, none);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
