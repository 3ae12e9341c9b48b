/*
 * What push is told beside its verdict: causes, wants, what is in a batch.
 */
#include "tests/unit/agent/pushkit.h"

#include <openssl/x509_vfy.h>

#include "agent/cause.h"

/* --- causes and wants --------------------------------------------------------- */

/* Each cause has a sentence of its own, and its pace. */
START_TEST(test_causes)
{
	static const struct {
		enum verdict verdict;
		const char *cause, *words;
		int64_t least, most;	/* ms that the hub is left alone */
	} cases[] = {
		{ VERDICT_BLOCKED, "blocked", "for now", 0, 0 },
		{ VERDICT_BLOCKED, "retired", "for good", 43200000,
		    86400000 },
		{ VERDICT_BLOCKED, "reissued", "another key", 1800000,
		    3600000 },
		{ VERDICT_BLOCKED, "unknown", "no such site", 0, 0 },
		{ VERDICT_BLOCKED, "quarantined", "expired", 0, 0 },
		{ VERDICT_BLOCKED, "expired", "zqhub site reissue CODE",
		    1800000, 3600000 },
		{ VERDICT_BLOCKED, "odd", "has blocked this site", 0, 0 },
		{ VERDICT_FORKED, "content", "other changes", 0, 0 },
		{ VERDICT_FORKED, "instance", "two agents", 0, 0 },
		{ VERDICT_FORKED, "behind", "went back", 0, 0 },
		{ VERDICT_FORKED, "settled", "kept the other", 0, 0 },
		{ VERDICT_BAD, NULL, "refuses what this site sends", 0, 0 },
	};

	hub.times = -1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hub.verdict = cases[i].verdict;
		hub.cause = cases[i].cause;
		start();
		WAIT_FOR(status_has("step", "stop"));
		ck_assert_msg(status_has("trouble", cases[i].words),
		    "%s lacks %s", cases[i].cause, cases[i].words);
		ck_assert(status_has("trouble", "because"));
		if (cases[i].cause != NULL)
			ck_assert(status_has("cause", cases[i].cause));
		ck_assert_int_ge(push_rest(push), cases[i].least);
		ck_assert_int_le(push_rest(push), cases[i].most);
		stop();
	}
}
END_TEST

/* What curl says is for those who know curl. */
START_TEST(test_failures)
{
	static const struct { CURLcode code; const char *words; } cases[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, "whether DNS answers" },
		{ CURLE_COULDNT_CONNECT, "does zqhubd run" },
		{ CURLE_OPERATION_TIMEDOUT, "in time" },
		{ CURLE_SSL_CONNECT_ERROR, "another program" },
		{ CURLE_RECV_ERROR, "was cut" },
	};
	struct fetch_answer a = { .error = "as curl says" };
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a.code = cases[i].code;
		buf_reset(&b);
		cause_of_failure(&b, &a);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&b), cases[i].words));
		ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "(as curl says)"));
	}
	a.code = CURLE_PEER_FAILED_VERIFICATION;
	a.verified = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
	buf_reset(&b);
	cause_of_failure(&b, &a);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "another machine"));
	buf_clear(&b);
}
END_TEST

/* An agent that was settled away doesn't ask any more; one that is told that
 * it is kept goes on, whatever the verdict. */
/* By a clock that is days off a certificate has expired that is good: nothing
 * is renewed by that, and both are named. */
START_TEST(test_other_clock)
{
	hub.verdict = VERDICT_BLOCKED;
	hub.times = -1;
	hub.cause = "expired";		/* not even to be renewed any more */
	hub.ahead = INT64_C(8640000000);
	start();
	WAIT_FOR(status_has("step", "stop"));
	ck_assert(status_has("trouble", "differ by 100 d"));
	stop();
	hub.cause = NULL;
	hub.verdict = VERDICT_TAKEN;
	hub.ahead = 0;
	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = VERDICT_BLOCKED;
	hub.want = "renew";
	hub.ahead = INT64_C(8640000000);
	push_kick(push);
	push_restart(push);
	WAIT_FOR(status_has("step", "stop"));
	ck_assert_int_eq(renewed, 0);
	ck_assert(status_has("trouble", "differ by 100 d"));
	hub.ahead = 0;
	push_restart(push);
	WAIT_FOR(renewed > 0);
	stop();
}
END_TEST

START_TEST(test_settled)
{
	uint64_t batches;

	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = VERDICT_FORKED;
	hub.cause = "settled";
	hub.times = -1;
	WAIT_FOR(status_has("step", "stop"));
	batches = hub.batches;
	turn_loop(400);
	ck_assert_uint_eq(hub.batches, batches);
	ck_assert_int_eq(retold, 0);
	/* Not even when the hub wants something; a person can. */
	push_want(push, SPAN("prove"));
	turn_loop(100);
	ck_assert_uint_eq(hub.batches, batches);
	hub.verdict = VERDICT_BUSY;
	hub.want = "retell renew";
	push_restart(push);
	WAIT_FOR(retold == 1);
	ck_assert_int_ge(renewed, 1);
	/* It is said until the hub has heard of it; once is enough. */
	batches = hub.batches;
	WAIT_FOR(hub.batches > batches + 1);
	ck_assert_int_eq(retold, 1);
	stop();
}
END_TEST

START_TEST(test_batch)
{
	held = 77;
	start();
	WAIT_FOR(push_is_well(push));
	ck_assert_uint_eq(hub.held, 77);
	ck_assert_str_eq(hub.trouble, "");
	stop();
}
END_TEST

/* What is the matter goes along, cut to what a batch may say; a kick is
 * enough for it, and the hub hears when it is over. */
START_TEST(test_trouble)
{
	char *most = calloc(3000, 1);

	memset(most, 'x', 2999);
	trouble = "source web: some directories can't be read";
	start();
	WAIT_FOR(push_is_well(push));
	ck_assert_str_eq(hub.trouble, trouble);
	trouble = most;
	push_kick(push);
	WAIT_FOR(strlen(hub.trouble) == 1024);
	trouble = "";
	push_kick(push);
	WAIT_FOR(hub.trouble[0] == '\0');
	stop();
	free(most);
}
END_TEST

/* The hub's reason is said while it is busy. */
START_TEST(test_busy_why)
{
	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = VERDICT_BUSY;
	hub.times = 2;
	WAIT_FOR(status_has("trouble", "because"));
	WAIT_FOR(push_is_well(push));
	stop();
}
END_TEST

/* What begins moments after an answer is a hub that is started again, until it
 * takes too long for that. */
START_TEST(test_restart)
{
	start();
	WAIT_FOR(push_is_well(push));
	http_close();
	WAIT_FOR(!push_is_well(push));
	ck_assert(status_has("trouble", "may be starting again"));
	clock_set(clock_wall(), clock_mono() + 25000);
	turn_loop(100);
	ck_assert(status_has("trouble", "may be starting again"));
	clock_set(clock_wall(), clock_mono() + 6000);
	for (int i = 0; i < 1000 && !status_has("trouble", "does zqhubd run");
	    i++)
		turn_loop(20);
	ck_assert(status_has("trouble", "does zqhubd run"));
	stop();
	clock_release();
	start();
	WAIT_FOR(status_has("trouble", ""));
	ck_assert(status_has("trouble", "does zqhubd run"));
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/push_cause");
	TCase *t = tcase_create("push_cause");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_causes);
	tcase_add_test(t, test_failures);
	tcase_add_test(t, test_other_clock);
	tcase_add_test(t, test_settled);
	tcase_add_test(t, test_batch);
	tcase_add_test(t, test_trouble);
	tcase_add_test(t, test_busy_why);
	tcase_add_test(t, test_restart);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
