/*
 * Alerts: from beginning to end, with everything that may keep them from
 * being told in between, and a hub that dies between any two steps.
 */
#include "hub/act_alert.h"
#include "hub/alert_notice.h"
#include "tests/unit/hub/alertkit.h"

START_TEST(test_once)
{
	play(_i);
	settle();
	ck_assert_uint_eq(told_count, 0);
	is(1, ALERT_SILENT);
	settle();
	later(MINUTE);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(last_told()->sites, 1);
	is(1, ALERT_RULES);
	settle();
	later(MINUTE);
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 1);
	ck_assert_uint_eq(told_count, 2);
	ck_assert(alert_now(1).ended != CLOCK_NONE);
	is(1, ALERT_SILENT);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);
	ck_assert_uint_eq(last_told()->alert, 2);
	ck_assert_uint_eq(repeated > 0, _i != 0);
}
END_TEST

START_TEST(test_unknown)
{
	play(_i);
	is(1, ALERT_DOWN);
	settle();
	world[1].unknown = true;
	world[2].unknown = true;
	settle();
	later(HOUR);
	ck_assert_uint_eq(told_count, 1);	/* neither began nor ended */
	world[2].unknown = false;
	is(1, ALERT_RULES);
	settle();
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
}
END_TEST

/* A hub that has just started knows nothing yet, and ends nothing. */
START_TEST(test_start)
{
	int64_t next;

	is(1, ALERT_DOWN);
	settle();
	die();
	ck_assert(!evaluate(&next));
	alert_facts_begin(facts, ALERT_OF_SITES);
	alert_facts_end(facts, ALERT_OF_SITES);
	ck_assert(!evaluate(&next));
	alert_facts_begin(facts, ALERT_OF_PULSE);
	ck_assert(!evaluate(&next));
	alert_facts_end(facts, ALERT_OF_PULSE);
	ck_assert(evaluate(&next));
	settle();
	is(1, ALERT_RULES);
	settle();
	ck_assert_int_ne(alert_now(1).ended, CLOCK_NONE);
}
END_TEST

START_TEST(test_hold)
{
	play(_i);
	rules.rule[ALERT_SILENT].hold = 10 * MINUTE;
	is(1, ALERT_SILENT);
	settle();
	later(9 * MINUTE);
	ck_assert_uint_eq(told_count, 0);
	is(1, ALERT_RULES);
	settle();
	is(1, ALERT_SILENT);
	later(9 * MINUTE);
	ck_assert_uint_eq(told_count, 0);
	later(MINUTE);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

START_TEST(test_raised)
{
	play(_i);
	is(1, ALERT_SILENT);
	settle();
	is(1, ALERT_UNREACHABLE);
	settle();
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(last_told()->event, ALERT_RAISED);
	is(1, ALERT_SILENT);
	settle();
	is(1, ALERT_DOWN);	/* as severe as it was before */
	settle();
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(alert_now(1).number, 1);
	is(1, ALERT_RULES);
	settle();
	ck_assert_uint_eq(told_count, 3);
	ck_assert_uint_eq(last_told()->alert, 1);
}
END_TEST

/* By what name it came in, by that it goes out, whatever it was meanwhile. */
START_TEST(test_one_name)
{
	play(_i);
	is(1, ALERT_SILENT);
	is(2, ALERT_UNREACHABLE);
	world[2].group = "b";
	settle();
	ck_assert_uint_eq(told_count, 2);
	is(1, ALERT_UNREACHABLE);
	settle();
	ck_assert_int_eq(last_told()->event, ALERT_RAISED);
	ck_assert_str_eq(last_told()->rule, "silent");
	ck_assert_str_eq(last_told()->now, "unreachable");
	is(2, ALERT_DOWN);
	later(4 * HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 2);
	is(1, ALERT_DOWN);
	settle();
	is(1, ALERT_RULES);
	is(2, ALERT_RULES);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 2);
	for (size_t i = 0; i < told_count; i++) {
		ck_assert_str_eq(told[i].rule, strcmp(told[i].first,
		    "4100000001") == 0 ? "silent" : "unreachable");
		if (told[i].event == ALERT_RESOLVED)
			ck_assert_str_eq(told[i].now, "");
	}
}
END_TEST

START_TEST(test_reminders)
{
	play(_i);
	is(1, ALERT_DOWN);	/* after 4 h, 8 h, 16 h; three */
	settle();
	later(4 * HOUR - 1);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 0);
	later(1);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 1);
	later(4 * HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 1);
	later(4 * HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 2);
	later(16 * HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 3);
	later(1000 * HOUR);
	later(1000 * HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 3);
}
END_TEST

START_TEST(test_ack)
{
	play(_i);
	is(1, ALERT_DOWN);
	settle();
	kit_act(&k, "{\"do\":\"alert-ack\",\"alert\":1,\"until\":%lld,"
	    "\"actor\":\"li\",\"reason\":\"on my way\"}",
	    (long long)(k.now + 6 * HOUR));
	kit_show(&k, 100);
	later(5 * HOUR);
	ck_assert_uint_eq(told_count, 1);
	later(HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_REMINDER), 1);
	kit_act(&k, "{\"do\":\"alert-ack\",\"alert\":1,\"until\":%lld,"
	    "\"actor\":\"li\",\"reason\":\"on my way\"}",
	    (long long)(k.now + 100 * HOUR));
	is(1, ALERT_RULES);
	later(HOUR);
	ck_assert_int_eq(last_told()->event, ALERT_RESOLVED);
}
END_TEST

static void
silence(const char *rule, uint32_t site, int64_t ms)
{
	kit_act(&k, "{\"do\":\"alert-silence\",\"rule\":\"%s\",\"site\":%u,"
	    "\"until\":%lld,\"actor\":\"li\",\"reason\":\"work\"}", rule,
	    site, (long long)(k.now + ms));
	kit_show(&k, 100);
}

START_TEST(test_silence)
{
	play(_i);
	silence("", 1, HOUR);
	is(1, ALERT_DOWN);
	is(2, ALERT_DOWN);
	settle();
	ck_assert_uint_eq(told_count, 1);	/* of the other one */
	ck_assert_int_eq(alert_now(1).ended, CLOCK_NONE);	/* noticed */
	later(30 * MINUTE);
	is(1, ALERT_RULES);
	settle();
	ck_assert_uint_eq(told_count, 1);	/* never told: nothing to end */
	is(1, ALERT_DOWN);
	later(29 * MINUTE);
	ck_assert_uint_eq(told_count, 1);
	later(MINUTE);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 2);	/* still so */
	silence("down", 0, HOUR);
	is(1, ALERT_RULES);
	is(2, ALERT_RULES);
	settle();
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 2);
}
END_TEST

START_TEST(test_unsilence)
{
	play(_i);
	silence("", 1, 100 * HOUR);
	is(1, ALERT_DOWN);
	settle();
	ck_assert_uint_eq(told_count, 0);
	later(MINUTE);
	kit_act(&k, "{\"do\":\"alert-unsilence\",\"silence\":1,"
	    "\"actor\":\"li\",\"reason\":\"done\"}");
	kit_show(&k, 100);
	later(1);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

/* An outage that was announced: noticed, not told; told when it is over and
 * the site had time to come up. */
START_TEST(test_announced)
{
	play(_i);
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":"
	    "\"outage\",\"service\":\"\",\"from\":%lld,\"until\":%lld,"
	    "\"actor\":\"li\",\"reason\":\"work\"}", (long long)k.now,
	    (long long)(k.now + HOUR));
	kit_show(&k, 100);
	later(1000);
	is(1, ALERT_DOWN);
	settle();
	later(50 * MINUTE);
	ck_assert_uint_eq(told_count, 0);
	later(10 * MINUTE);
	ck_assert_uint_eq(told_count, 0);
	later(MINUTE);
	ck_assert_uint_eq(told_count, 0);
	later(2 * MINUTE);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

/* What a notice says came of a closing that isn't one any more. */
static const char *
outcome(void)
{
	static char said[32];
	struct db_txn *t = view_read(k.view);
	struct alert a;
	json_t *o;

	ck_assert(alert_get(t, 1, &a));
	o = alert_notice(t, &a, ALERT_RESOLVED, "H", 0, k.now);
	snprintf(said, sizeof(said), "%s", json_is_string(
	    json_object_get(o, "outcome")) ? json_string_value(
	    json_object_get(o, "outcome")) : "");
	json_decref(o);
	db_abort(t);
	return said;
}

/* … which is not that the site has closed. */
START_TEST(test_closing)
{
	kit_act(&k, "{\"do\":\"notice-announce\",\"site\":1,\"kind\":"
	    "\"closing\",\"from\":%lld,\"see\":\"https://s9.gov.cn/\","
	    "\"actor\":\"li\",\"reason\":\"merged\"}",
	    (long long)(k.now + HOUR));
	kit_show(&k, 100);
	is(1, ALERT_CLOSING);
	settle();
	ck_assert_str_eq(outcome(), "put-off");
	if (_i == 0) {
		kit_act(&k, "{\"do\":\"notice-end\",\"notice\":1,"
		    "\"actor\":\"li\",\"reason\":\"no\"}");
		kit_show(&k, 100);
		ck_assert_str_eq(outcome(), "taken-back");
		return;
	}
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"gone\"}");
	kit_show(&k, 100);
	ck_assert_str_eq(outcome(), "closed");	/* before its time */
}
END_TEST

/* Who was told that it began is told its end, and nobody anything twice. */
static void
judge(void)
{
	uint32_t last = 0;

	for (size_t i = 0; i < told_count; i++)
		last = told[i].alert > last ? told[i].alert : last;
	for (uint32_t a = 1; a <= last; a++) {
		size_t begun = 0, ended = 0, n = 0;

		for (size_t i = 0; i < told_count; i++) {
			if (told[i].alert != a)
				continue;
			if (told[i].event == ALERT_FIRING)
				ck_assert_uint_eq(n, 0);
			ck_assert_uint_eq(ended, 0);
			begun += told[i].event == ALERT_FIRING;
			ended += told[i].event == ALERT_RESOLVED;
			n++;
		}
		ck_assert_uint_eq(begun, ended);
		ck_assert_uint_eq(begun, n > 0);
	}
}

/* A thousand faults, one thing each; and a thousand ends. */
#define MANY 1000

static void
faults(uint32_t count, struct span group)
{
	int64_t next;

	alert_facts_begin(facts, ALERT_OF_MOVES);
	for (uint32_t i = 0; i < count; i++) {
		struct alert_fact f = { .what = ALERT_MOVE, .since = k.now,
			.group = group };
		char name[32];

		snprintf(name, sizeof(name), "move %u", i);
		f.subject = span_of(name);
		alert_facts_put(facts, &f, k.now);
	}
	alert_facts_end(facts, ALERT_OF_MOVES);
	for (int i = 0; i < 4 * MANY && (evaluate(&next) || deliver()); i++)
		continue;
}

START_TEST(test_many)
{
	faults(MANY, SPAN_NONE);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), MANY);
	ck_assert_uint_eq(told_count, MANY);
	ck_assert_uint_eq(alert_now(MANY).number, MANY);
	faults(0, SPAN_NONE);
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), MANY);
	ck_assert_uint_eq(told_count, 2 * MANY);
	judge();
}
END_TEST

/* A table of moves that fails: as few alerts as there is room in each. */
START_TEST(test_table)
{
	faults(MANY / 2, SPAN("4100000001"));
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 3);
	ck_assert_uint_eq(alert_now(1).count, ALERT_MEMBERS);
	faults(0, SPAN_NONE);
	ck_assert_uint_eq(heard("duty", ALERT_RESOLVED), 3);
	judge();
}
END_TEST

/* The evidence of an alert, as of when; it is the only one's. */
static int64_t
evidence_is(uint32_t number, const char *detail)
{
	struct db_txn *t = view_read(k.view);
	struct alert_member m;
	struct alert a;

	ck_assert(alert_get(t, number, &a));
	ck_assert(alert_member_next(&a.members, &m));
	ck_assert_msg(span_is(m.detail, span_of(detail)), "%.*s",
	    SPAN_ARGS(m.detail));
	db_abort(t);
	return m.seen;
}

/* What is seen is taken anew when it is another, but not all the time; nobody
 * is told of that. */
START_TEST(test_evidence)
{
	int64_t began = k.now;

	play(_i);
	world[1].detail = "3 MiB";
	is(1, ALERT_SILENT);
	settle();
	ck_assert_int_eq(evidence_is(1, "3 MiB"), began);
	later(20 * MINUTE);
	world[1].detail = "165 MiB";
	later(30 * MINUTE);
	ck_assert_int_eq(evidence_is(1, "3 MiB"), began);
	later(10 * MINUTE);
	ck_assert_int_eq(evidence_is(1, "165 MiB"), k.now);
	later(10 * HOUR);
	ck_assert_int_eq(evidence_is(1, "165 MiB"), began + HOUR);
	world[1].detail = "5 MiB";
	settle();
	ck_assert_int_eq(evidence_is(1, "5 MiB"), k.now);
	is(1, ALERT_RULES);
	settle();
	world[1].detail = "";
	later(2 * HOUR);
	ck_assert_int_eq(evidence_is(1, "5 MiB"), began + 11 * HOUR);
	ck_assert_uint_eq(heard("duty", ALERT_FIRING), 1);
	ck_assert_uint_eq(heard("duty", ALERT_MORE) +
	    heard("duty", ALERT_RAISED), 0);
}
END_TEST

/* At first it may be half of it: what sends people to the right place isn't
 * an hour late. */
START_TEST(test_evidence_soon)
{
	int64_t began = k.now;

	play(_i);
	world[1].detail = "outside";
	is(1, ALERT_DOWN);
	settle();
	world[1].detail = "both";
	later(10000);
	ck_assert_int_eq(evidence_is(1, "outside"), began);
	later(5000);
	ck_assert_int_eq(evidence_is(1, "both"), k.now);
	later(14 * MINUTE);
	world[1].detail = "outside";
	settle();
	ck_assert_int_eq(evidence_is(1, "outside"), k.now);
	later(MINUTE);
	world[1].detail = "both";
	later(MINUTE);
	ck_assert_int_eq(evidence_is(1, "outside"), k.now - 2 * MINUTE);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

/* Each says when it is over. */
START_TEST(test_ends)
{
	for (enum alert_what w = 0; w < ALERT_RULES; w++)
		ck_assert_msg(strncmp(alert_what_ends(w), "when ", 5) == 0,
		    "%s", alert_what_name(w));
}
END_TEST

static bool
is_there(uint32_t alert)
{
	struct db_txn *t = view_read(k.view);
	struct alert a;
	bool there = alert_get(t, alert, &a);

	db_abort(t);
	return there;
}

/* What ended long ago, whatever began before it and goes on. */
START_TEST(test_forget)
{
	rules.rule[ALERT_DOWN].remind = 0;
	is(1, ALERT_DOWN);
	world[1].group = "a";
	settle();
	for (uint32_t i = 2; i <= 4; i++) {
		later(HOUR);
		is(i, ALERT_DOWN);
		settle();
		is(i, ALERT_RULES);
		settle();
	}
	kit_act(&k, "{\"do\":\"alert-forget\",\"most\":50}");
	kit_show(&k, 100);
	ck_assert(is_there(2));
	k.now += ACT_ALERT_KEEP + HOUR;
	kit_act(&k, "{\"do\":\"alert-forget\",\"most\":50}");
	kit_show(&k, 100);
	ck_assert(is_there(1));		/* it goes on */
	ck_assert(!is_there(2) && !is_there(3));
	ck_assert(is_there(4));		/* numbers go on from it */
}
END_TEST

/* … and what began when the hub's clock was years ahead. */
START_TEST(test_forget_behind)
{
	const int64_t ahead = 10 * ACT_ALERT_KEEP;

	rules.rule[ALERT_DOWN].remind = 0;
	k.now += ahead;
	is(1, ALERT_DOWN);
	settle();
	is(1, ALERT_RULES);
	settle();
	k.now -= ahead;
	for (uint32_t i = 2; i <= 3; i++) {
		later(HOUR);
		is(i, ALERT_DOWN);
		settle();
		is(i, ALERT_RULES);
		settle();
	}
	ck_assert(is_there(3));
	k.now += ACT_ALERT_KEEP + HOUR;
	kit_act(&k, "{\"do\":\"alert-forget\",\"most\":50}");
	kit_show(&k, 100);
	ck_assert(is_there(1) && !is_there(2));
}
END_TEST

START_TEST(test_rebuild)
{
	uint8_t before[32], after[32];

	is(1, ALERT_SILENT);
	settle();
	silence("", 2, HOUR);
	is(2, ALERT_DOWN);
	is(1, ALERT_RULES);
	later(2 * HOUR);
	ck_assert_uint_eq(told_count, 3);
	view_digest(k.view, before);
	view_close(k.view);
	kit_wipe(k.view_dir);
	kit_open_view(&k);
	kit_show(&k, 7);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
	settle();
	ck_assert_uint_eq(repeated, 0);
}
END_TEST

/* --- a game ------------------------------------------------------------------------ */

static uint32_t seed;

static uint32_t
chance(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void
move_on(void)
{
	static const enum alert_what states[] = { ALERT_RULES, ALERT_RULES,
		ALERT_SILENT, ALERT_DOWN, ALERT_UNREACHABLE };
	uint32_t site = 1 + chance(SITES);

	switch (chance(8)) {
	case 0:
		silence(chance(2) ? "down" : "", 1 + chance(SITES),
		    (int64_t)chance(120) * MINUTE);
		break;
	case 1:
		kit_act(&k, "{\"do\":\"alert-ack\",\"alert\":%u,\"until\":"
		    "%lld,\"actor\":\"li\",\"reason\":\"x\"}",
		    1 + chance(5), (long long)(k.now + 2 * HOUR));
		kit_show(&k, 100);
		break;
	case 2:
		world[site].unknown = !world[site].unknown;
		break;
	default:
		is(site, states[chance(5)]);
	}
	later((int64_t)chance(40) * MINUTE / 4);
}

static void
game(uint32_t with, bool dying)
{
	seed = with;
	dies = dying;
	for (uint32_t i = 1; i <= SITES; i++)
		world[i].group = i % 2 ? "203.0.113.7" : "";
	settle();
	for (int i = 0; i < 120; i++)
		move_on();
	for (uint32_t i = 1; i <= SITES; i++)
		is(i, ALERT_RULES);
	later(300 * HOUR);
}

/* By alert: of two that come at one time, either may be told first. */
static int
compare(const void *a, const void *b)
{
	const struct told *one = a, *two = b;

	if (one->alert != two->alert)
		return one->alert < two->alert ? -1 : 1;
	if (one->at != two->at)
		return one->at < two->at ? -1 : 1;
	return (int)one->event - (int)two->event;
}

START_TEST(test_game)
{
	static struct told before[TOLD];
	size_t count;

	game((uint32_t)_i, false);
	judge();
	count = told_count;
	memcpy(before, told, sizeof(before));
	teardown();
	setup();
	game((uint32_t)_i, true);
	judge();
	ck_assert_uint_gt(repeated, 0);		/* it did die in between */
	ck_assert_uint_eq(told_count, count);
	qsort(told, count, sizeof(*told), compare);
	qsort(before, count, sizeof(*before), compare);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(told[i].alert, before[i].alert);
		ck_assert_int_eq(told[i].event, before[i].event);
		ck_assert_int_eq(told[i].at, before[i].at);
		ck_assert_uint_eq(told[i].sites, before[i].sites);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert");
	TCase *t = tcase_create("alert");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_once, 0, 2);
	tcase_add_loop_test(t, test_unknown, 0, 2);
	tcase_add_test(t, test_start);
	tcase_add_loop_test(t, test_hold, 0, 2);
	tcase_add_loop_test(t, test_raised, 0, 2);
	tcase_add_loop_test(t, test_one_name, 0, 2);
	tcase_add_loop_test(t, test_reminders, 0, 2);
	tcase_add_loop_test(t, test_ack, 0, 2);
	tcase_add_loop_test(t, test_silence, 0, 2);
	tcase_add_loop_test(t, test_unsilence, 0, 2);
	tcase_add_loop_test(t, test_announced, 0, 2);
	tcase_add_loop_test(t, test_closing, 0, 2);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_table);
	tcase_add_loop_test(t, test_evidence, 0, 2);
	tcase_add_loop_test(t, test_evidence_soon, 0, 2);
	tcase_add_test(t, test_ends);
	tcase_add_test(t, test_rebuild);
	tcase_add_test(t, test_forget);
	tcase_add_test(t, test_forget_behind);
	tcase_add_loop_test(t, test_game, 1, 6);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
