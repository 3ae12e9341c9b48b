/*
 * The history of states: what is kept of it, and what makes no sense.
 */
#include "tests/unit/hub/noticekit.h"

struct seen {
	char text[512];
	unsigned count;
};

static bool
put_state(void *arg, const struct history *h)
{
	struct seen *s = arg;

	s->count++;
	if (strlen(s->text) < 400)
		snprintf(s->text + strlen(s->text), 64, "%s %s%s; ",
		    monitor_state_name(h->state),
		    monitor_cause_name(h->cause),
		    h->flapping ? " flapping" : "");
	return true;
}

static struct seen
states(uint32_t site)
{
	struct db_txn *t = view_read(k.view);
	struct seen s = { .count = 0 };

	history_each(t, site, CLOCK_NONE, put_state, &s);
	db_abort(t);
	return s;
}

START_TEST(states_of_sites)
{
	struct db_txn *t;
	struct history h;

	operate("'do':'states','rows':[[1,'up',1000,900,'fine',2,1,false],"
	    "[2,'down',1000,900,'both',4,3,false],"
	    "[1,'silent',2000,1500,'agent',5,1,true],"
	    "[1,'up',2000,2000,'fine',2,1,false],"	/* the same moment */
	    "[0,'isolated',3000,3000,'isolated',0,0,false]]");
	ck_assert_str_eq(states(1).text, "up fine; silent agent flapping; "
	    "up fine; ");
	ck_assert_str_eq(states(2).text, "down both; ");
	ck_assert_str_eq(states(0).text, "isolated isolated; ");
	ck_assert_str_eq(states(3).text, "");
	t = view_read(k.view);
	ck_assert(history_last(t, 2, &h));
	ck_assert_int_eq(h.since, 900);
	ck_assert_int_eq(h.inside, MONITOR_INSIDE_ILL);
	ck_assert_int_eq(h.outside, MONITOR_OUTSIDE_FAILED);
	ck_assert(!history_last(t, 3, &h));
	db_abort(t);
	ck_assert_uint_eq(held_of(0), 0);
}
END_TEST

/* All of an act is good, or none of it is done. */
START_TEST(history_nonsense)
{
	static const char *const rows[] = { "", "[1]",
	    "[1,'odd',1,1,'fine',2,1,false]",
	    "[1,'up',-1,1,'fine',2,1,false]",
	    "[1,'up',1,1,'odd',2,1,false]",
	    "[1,'up',1,1,'fine',6,1,false]",
	    "[1,'up',1,1,'fine',2,5,false]",
	    "['1','up',1,1,'fine',2,1,false]", "7" };
	char act[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(act, sizeof(act), "'do':'states','rows':["
		    "%s%s%s]", i == 0 ? "" :
		    "[1,'up',9,9,'fine',2,1,false],", rows[i], "");
		operate(act);
		ck_assert_uint_eq(held_of(0), i + 1);
	}
	ck_assert_uint_eq(states(1).count, 0);
}
END_TEST

/* Old rows go as new ones come. */
START_TEST(history_ends)
{
	int64_t at = k.now;
	char act[256];

	for (int i = 0; i < 1000; i++, at += DAY) {
		snprintf(act, sizeof(act), "'do':'states','rows':[[1,'%s',"
		    "%lld,1,'fine',2,1,false]]", i % 2 == 0 ? "up" : "slow",
		    (long long)at);
		operate(act);
	}
	ck_assert_uint_ge(states(1).count, HISTORY_DAYS);
	ck_assert_uint_le(states(1).count, HISTORY_DAYS + 1);
}
END_TEST

static void
state_at(const char *state, int64_t at)
{
	char act[256];

	snprintf(act, sizeof(act), "'do':'states','rows':[[1,'%s',%lld,1,"
	    "'fine',2,1,false]]", state, (long long)at);
	operate(act);
}

static int64_t
last_at(void)
{
	struct db_txn *t = view_read(k.view);
	struct history h;

	ck_assert(history_last(t, 1, &h));
	db_abort(t);
	return h.at;
}

/* The clock was years ahead, and is right again. */
START_TEST(clock_ahead)
{
	int64_t wrong = k.now + 9 * 365 * DAY;

	state_at("up", k.now - DAY);
	for (int i = 0; i < 10; i++)
		state_at("slow", wrong + i * HOUR);
	state_at("down", k.now);
	ck_assert_int_eq(last_at(), k.now);
	ck_assert_uint_eq(states(1).count, 1);
	/* Hours are no matter: what came later stays the last. */
	state_at("up", k.now - HOUR);
	ck_assert_int_eq(last_at(), k.now + 1);
	ck_assert_uint_eq(states(1).count, 2);
	/* It is now that it is wrong: there was no such site then. */
	state_at("slow", k.now - 40 * DAY);
	ck_assert_int_eq(last_at(), k.now + 2);
	ck_assert_uint_eq(states(1).count, 3);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("history");
	TCase *c = tcase_create("history");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_add_test(c, states_of_sites);
	tcase_add_test(c, history_nonsense);
	tcase_add_test(c, history_ends);
	tcase_add_test(c, clock_ahead);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
