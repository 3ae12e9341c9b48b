/*
 * Enrolment as the core decides it: tickets that are good, used, expired, of
 * another site, and two at a time.
 */
#include "tests/unit/hub/core_bed.h"

static void
ask_grant(int ref, uint32_t key, const char *code, bool mac_good)
{
	struct frame_ask f = { .has_ref = ref >= 0, .mac_good = mac_good,
		.code = span_of(code) };
	struct buf b;

	if (ref >= 0)
		memset(f.ref, 0x40 + ref, TICKET_REF);
	core_key(f.key_hash, key);
	buf_init(&b, FRAME_MAX);
	frame_ask_write(&b, &f);
	grants = 0;
	channel_send(ca, FRAME_ASK, 5, buf_look(&b));
	buf_clear(&b);
}

static void
refused(const char *what)
{
	UNTIL(grants == 1);
	ck_assert_uint_eq(grant.site, 0);
	ck_assert_msg(strstr(refusal, what) != NULL, "\"%s\" is not in: %s",
	    what, refusal);
	ck_assert(core_logged(what));
}

START_TEST(test_enrolment)
{
	json_t *answer;

	set_up();
	answer = ask(json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000003", "name", "x", "domain", "www.x.gov.cn"));
	json_decref(answer);
	ask_grant(-1, 9, "", false);
	refused("names no ticket");
	ask_grant(5, 9, "", true);
	refused("no such ticket");
	ask_grant(0, 9, "4101000003", false);
	refused("damaged");
	ask_grant(0, 9, "4101000001", true);
	refused("for site 4101000003, not for 4101000001");
	ck_assert_uint_eq(stats_get(COUNTER_ENROLL_REFUSED), 4);

	ask_grant(0, 9, "4101000003", true);
	UNTIL(grants == 1);
	ck_assert_str_eq(refusal, "");
	ck_assert_uint_eq(grant.site, 3);
	ck_assert_str_eq(grant_code, "4101000003");
	ask_grant(0, 9, "", true);	/* the answer was lost */
	UNTIL(grants == 1);
	ck_assert_uint_eq(grant.site, 3);
	ask_grant(0, 8, "", true);
	refused("used already");

	/* a new machine: the old key's connections end */
	json_decref(ask(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000003")));
	ck_assert_uint_eq(drops, 0);
	ask_grant(1, 8, "", true);
	UNTIL(grants == 1 && drops == 1);
	ck_assert_uint_eq(dropped_site, 3);
	ask_grant(0, 9, "", true);	/* and the old ticket is over */
	refused("used already");
	tear_down();
}
END_TEST

START_TEST(test_expired_ticket)
{
	set_up();
	kit.config.ticket_life = 1;
	json_decref(ask(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000001")));
	rest(20);
	ask_grant(0, 9, "", true);
	refused("expired at");
	tear_down();
}
END_TEST

/* Two keys with one ticket at the same moment: one of them gets in. */
START_TEST(test_ticket_race)
{
	set_up();
	json_decref(ask(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000001")));
	ask_grant(0, 11, "", true);
	ask_grant(0, 12, "", true);
	UNTIL(grants == 2);
	ck_assert_uint_eq(stats_get(COUNTER_ENROLLED), 1);
	ck_assert_uint_eq(stats_get(COUNTER_ENROLL_REFUSED), 1);
	tear_down();
}
END_TEST

START_TEST(test_cmp_passes_through)
{
	struct frame_answer f = { .status = 200, .type = SPAN("a/b"),
		.body = SPAN("der") };
	struct buf b;

	set_up();
	buf_init(&b, FRAME_MAX);
	frame_answer_write(&b, &f);
	channel_send(edge, FRAME_CMP, 77, buf_look(&b));
	buf_clear(&b);
	UNTIL(answers.n == 1);
	ck_assert_uint_eq(answers.at[0].number, 77);
	ck_assert_str_eq(answers.at[0].body, "der");
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_enrolment);
	tcase_add_test(t, test_expired_ticket);
	tcase_add_test(t, test_ticket_race);
	tcase_add_test(t, test_cmp_passes_through);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	return core_run_suite("core_enroll", add);
}
