/*
 * Home pages from outside: what is a change of hands and what is none, and
 * when a page is there.
 */
#include "tests/unit/hub/homekit.h"

static const struct {
	const char *name;
	void (*change)(struct home_look *l);
	enum home_verdict verdict;
	enum home_why why;
	enum home_outcome outcome;
} cases[] = {
	{ "as it was", be_same, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "slower", be_counted, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "casino", be_casino, HOME_HIJACKED, HOME_WHY_WORDS, HOME_DANGER },
	{ "a shop", be_stranger, HOME_HIJACKED, HOME_WHY_OTHER_DOMAIN,
	  HOME_DANGER },
	{ "a copy at a look-alike", be_copy, HOME_HIJACKED,
	  HOME_WHY_OTHER_DOMAIN, HOME_DANGER },
	{ "parked", be_parked, HOME_HIJACKED, HOME_WHY_PARKED, HOME_DANGER },
	{ "language and title jump", be_english, HOME_HIJACKED,
	  HOME_WHY_LANGUAGE, HOME_DANGER },
	{ "language alone", be_translated, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "title alone", be_redesigned, HOME_NOTE, HOME_WHY_TITLE, HOME_OK },
	{ "one 301", be_sent_on_once, HOME_CANDIDATE, HOME_WHY_REDIRECT,
	  HOME_MOVED },
	{ "one 302", be_sent_on_for_now, HOME_NOTE, HOME_WHY_ELSEWHERE,
	  HOME_OK },
	{ "301, marked by its code", be_sent_on_marked, HOME_CANDIDATE,
	  HOME_WHY_REDIRECT, HOME_MOVED },
	{ "301 to another body's page", be_sent_on_unmarked, HOME_HIJACKED,
	  HOME_WHY_OTHER_DOMAIN, HOME_DANGER },
	{ "301, announced", be_announced, HOME_NOTE, HOME_WHY_ANNOUNCED,
	  HOME_OK },
	{ "301 to a host next door", be_neighbour, HOME_CANDIDATE,
	  HOME_WHY_REDIRECT, HOME_MOVED },
	{ "www dropped", be_bare, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "another domain of its own", be_other_own, HOME_SAME,
	  HOME_WHY_NONE, HOME_OK },
	{ "other addresses", be_at_cdn, HOME_NOTE, HOME_WHY_ADDRESS, HOME_OK },
	{ "a CDN's one more", be_at_one_more, HOME_SAME, HOME_WHY_NONE,
	  HOME_OK },
	{ "certificate renewed", be_renewed, HOME_SAME, HOME_WHY_NONE,
	  HOME_OK },
	{ "a certificate for others alone", be_anothers, HOME_NOTE,
	  HOME_WHY_CERTIFICATE, HOME_FAILED },
	{ "one that has run out", be_expired, HOME_SAME, HOME_WHY_NONE,
	  HOME_FAILED },
	{ "empty", be_empty, HOME_SAME, HOME_WHY_NONE, HOME_FAILED },
	{ "empty, at another public body", be_empty_elsewhere, HOME_SAME,
	  HOME_WHY_NONE, HOME_FAILED },
	{ "empty, at a stranger's", be_empty_stranger, HOME_HIJACKED,
	  HOME_WHY_OTHER_DOMAIN, HOME_FAILED },
	{ "https is gone", be_plain, HOME_NOTE, HOME_WHY_SECURE, HOME_OK },
	{ "as a random path", be_missing, HOME_HIJACKED, HOME_WHY_MISSING,
	  HOME_DANGER },
	{ "another's SiteIDCode", be_other_code, HOME_HIJACKED,
	  HOME_WHY_OTHER_CODE, HOME_DANGER },
	{ "SiteIDCode null", be_null_code, HOME_SAME, HOME_WHY_NONE, HOME_OK },
	{ "SiteDomain of another", be_said_elsewhere, HOME_CANDIDATE,
	  HOME_WHY_SAYS_DOMAIN, HOME_OK },
	{ "SiteDomain with scheme", be_said_sloppily, HOME_SAME,
	  HOME_WHY_NONE, HOME_OK },
	{ "an error page says nothing", be_down, HOME_SAME, HOME_WHY_NONE,
	  HOME_FAILED },
};

static bool
is_own(void *arg, struct span host)
{
	(void)arg;
	return span_is(host, SPAN("www.own.gov.cn")) ||
	    span_is(host, SPAN(OWN));
}

static bool
is_announced(void *arg, struct span host)
{
	(void)arg;
	return span_is(host, SPAN("www.new.gov.cn"));
}

static const struct home_own own = { .host = OWN, .code = CODE,
	.is_own = is_own, .is_announced = is_announced };

START_TEST(test_judge)
{
	struct home_look now = well;
	struct home_judgement j;

	cases[_i].change(&now);
	home_judge(&j, &well, &now, &own);
	ck_assert_msg(j.verdict == cases[_i].verdict &&
	    j.why == cases[_i].why, "%s: %s (%s) %s", cases[_i].name,
	    home_verdict_name(j.verdict), home_why_name(j.why), j.detail);
	ck_assert_msg(home_judge_outcome(&now, &j, &pace) ==
	    cases[_i].outcome, "%s: %s", cases[_i].name,
	    home_outcome_name(home_judge_outcome(&now, &j, &pace)));
	ck_assert((j.detail[0] != '\0') == (j.verdict != HOME_SAME));
}
END_TEST

/* Where it was seen is said, too: it tells a page that was broken into from a
 * redirect. */
START_TEST(test_where)
{
	struct home_look now = well;
	struct home_judgement j;

	be_casino(&now);
	home_judge(&j, &well, &now, &own);
	ck_assert_str_eq(j.detail, "casino, jackpot (casino.example.com)");
	now = well;
	SET(now.bad, "casino");
	home_judge(&j, &well, &now, &own);
	ck_assert_str_eq(j.detail, "casino");
}
END_TEST

/* Of whom, is the evidence; of many names some aren't kept, and those may be
 * the site's. */
START_TEST(test_certificate)
{
	struct home_look now = well;
	struct home_judgement j;

	be_anothers(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert_str_eq(j.detail, OWN " -> shop.example.com *.example.net");
	memset(now.hop[0].cert.names, 'a', WEBCERT_NAMES - 10);
	now.hop[0].cert.names[WEBCERT_NAMES - 10] = '\0';
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
	now.hop[0].cert.names[0] = '\0';
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
	be_certified(&now, "shop.example.com WWW.ZZ.GOV.CN");
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
}
END_TEST

/* At first sight there is nothing to compare with; but a casino is one. */
START_TEST(test_judge_first)
{
	struct home_look now = well;
	struct home_judgement j;

	be_other_code(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert(j.verdict == HOME_NOTE && j.why == HOME_WHY_NO_CODE);
	now = well;
	be_missing(&now);
	be_english(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
	be_stranger(&now);
	home_judge(&j, NULL, &now, &own);
	ck_assert_int_eq(j.why, HOME_WHY_OTHER_DOMAIN);
}
END_TEST

/* Another's code that has stood there since the first look is a template's. */
START_TEST(test_judge_old_code)
{
	struct home_look before = well, now = well;
	struct home_judgement j;

	be_other_code(&before);
	be_other_code(&now);
	home_judge(&j, &before, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
	home_judge(&j, &before, &well, &own);
	ck_assert_int_eq(j.verdict, HOME_SAME);
}
END_TEST

/* A site that gives its home page for any address has always done so. */
START_TEST(test_judge_catch_all)
{
	struct home_look before = well, now = well;
	struct home_judgement j;

	before.is_missing = true;
	be_missing(&now);
	home_judge(&j, &before, &now, &own);
	ck_assert_int_eq(j.verdict, HOME_NOTE);
	before = well;
	before.asked_missing = false;
	home_judge(&j, &before, &now, &own);
	ck_assert_int_ne(j.verdict, HOME_HIJACKED);
}
END_TEST

static enum home_verdict
verdict_of(const struct home_look *before, const struct home_look *now,
    const char *accepted)
{
	struct home_own said = own;
	struct home_judgement j;

	said.accepted = span_of(accepted);
	home_judge(&j, before, now, &said);
	return j.verdict;
}

/* What a person has taken as right is no news the next time, and what isn't
 * quite that, is. */
START_TEST(test_judge_accepted)
{
	struct home_look moved = well, shop = well, now;

	be_sent_on_once(&moved);
	ck_assert_int_eq(verdict_of(&moved, &moved, "www.zhengzhou.gov.cn"),
	    HOME_SAME);
	ck_assert_int_eq(verdict_of(&moved, &moved, ""), HOME_CANDIDATE);
	now = well;
	be_announced(&now);
	ck_assert_int_eq(verdict_of(&moved, &now, "www.zhengzhou.gov.cn"),
	    HOME_NOTE);
	now = well;
	be_neighbour(&now);
	ck_assert_int_eq(verdict_of(&now, &now, "portal.zz.gov.cn"),
	    HOME_SAME);
	be_stranger(&shop);
	ck_assert_int_eq(verdict_of(&shop, &shop, "shop.example.com"),
	    HOME_SAME);
	ck_assert_int_eq(verdict_of(&shop, &shop, ""), HOME_HIJACKED);
	now = shop;
	SET(now.title, "Boots");
	ck_assert_int_eq(verdict_of(&shop, &now, "shop.example.com"),
	    HOME_HIJACKED);
}
END_TEST

/* A lottery's own office speaks of it. */
START_TEST(test_judge_accepted_words)
{
	struct home_look before = well, now;

	SET(before.bad, "彩票");
	now = before;
	ck_assert_int_eq(verdict_of(&before, &now, ""), HOME_SAME);
	SET(now.bad, "彩票, casino");
	ck_assert_int_eq(verdict_of(&before, &now, ""), HOME_HIJACKED);
	before = now = well;
	SET(before.parked, "域名出售");
	SET(now.parked, "域名出售");
	ck_assert_int_eq(verdict_of(&before, &now, ""), HOME_SAME);
	ck_assert_int_eq(verdict_of(&well, &now, ""), HOME_HIJACKED);
}
END_TEST

/* An announced move explains what the page says of itself, too. */
START_TEST(test_judge_said_announced)
{
	struct home_look now = well;

	be_said_elsewhere(&now);
	ck_assert_int_eq(verdict_of(&well, &now, ""), HOME_CANDIDATE);
	SET(now.domain, "www.new.gov.cn");
	ck_assert_int_eq(verdict_of(&well, &now, ""), HOME_SAME);
}
END_TEST

START_TEST(test_outcomes)
{
	static const struct {
		enum cause cause;
		long status;
		uint32_t ms;
		enum home_outcome outcome;
	} all[] = {
		{ CAUSE_FINE, 200, 4999, HOME_OK },
		{ CAUSE_UNCHANGED, 304, 10, HOME_OK },
		{ CAUSE_FINE, 200, 5000, HOME_SLOW },
		{ CAUSE_FINE, 200, 14999, HOME_SLOW },
		{ CAUSE_FINE, 200, 15000, HOME_FAILED },
		{ CAUSE_TIME, 0, 15000, HOME_FAILED },
		{ CAUSE_NO_NAME, 0, 5, HOME_FAILED },
		{ CAUSE_NO_CONNECTION, 0, 5, HOME_FAILED },
		{ CAUSE_CERTIFICATE, 0, 5, HOME_FAILED },
		{ CAUSE_SERVER, 502, 5, HOME_FAILED },
		{ CAUSE_EMPTY, 200, 5, HOME_FAILED },
		{ CAUSE_CUT_SHORT, 200, 5, HOME_FAILED },
		{ CAUSE_404, 404, 5, HOME_FAILED },
		{ CAUSE_REFUSED, 403, 5, HOME_FAILED },
		{ CAUSE_REFUSED, 418, 5, HOME_UNKNOWN },
		{ CAUSE_CHALLENGE, 412, 5, HOME_UNKNOWN },
		{ CAUSE_COOKIES, 302, 5, HOME_UNKNOWN },
		{ CAUSE_INWARD, 0, 5, HOME_UNKNOWN },
		{ CAUSE_ISOLATED, 0, 5, HOME_UNKNOWN },
	};
	struct home_judgement j = { .verdict = HOME_SAME };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct home_look l = well;

		l.cause = all[i].cause;
		l.hop[0].status = all[i].status;
		l.ms = all[i].ms;
		ck_assert_msg(home_judge_outcome(&l, &j, &pace) ==
		    all[i].outcome, "%s %u ms", cause_name(l.cause), l.ms);
	}
}
END_TEST

/* As strict as an operator wants. */
START_TEST(test_pace)
{
	const struct home_pace strict = { .slow = 2000, .limit = 8000 };
	struct home_judgement j = { .verdict = HOME_SAME };
	struct home_look l = well;

	l.ms = 1999;
	ck_assert_int_eq(home_judge_outcome(&l, &j, &strict), HOME_OK);
	l.ms = 7999;
	ck_assert_int_eq(home_judge_outcome(&l, &j, &strict), HOME_SLOW);
	l.ms = 8000;
	ck_assert_int_eq(home_judge_outcome(&l, &j, &strict), HOME_FAILED);
}
END_TEST

START_TEST(test_words)
{
	struct buf b;

	buf_init(&b, 4096);
	for (int i = 0; i < HOME_OUTCOMES; i++) {
		enum home_outcome o;

		ck_assert(home_outcome_parse(&o, span_of(home_outcome_name(
		    (enum home_outcome)i))) && (int)o == i);
	}
	for (int i = 0; i < HOME_VERDICTS; i++) {
		enum home_verdict v;

		ck_assert(home_verdict_parse(&v, span_of(home_verdict_name(
		    (enum home_verdict)i))) && (int)v == i);
	}
	for (int i = 0; i < HOME_WHYS; i++) {
		enum home_why w;

		ck_assert(home_why_parse(&w, span_of(home_why_name(
		    (enum home_why)i))) && (int)w == i);
		buf_reset(&b);
		home_why_sentence(&b, w, SPAN("XY"));
		ck_assert(b.n > 10 && (i == 0 ||
		    strstr(buf_cstr(&b), ": XY") != NULL));
	}
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home_judge");
	TCase *c = tcase_create("judge");
	SRunner *r;
	int failed;

	tcase_add_loop_test(c, test_judge, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(c, test_judge_first);
	tcase_add_test(c, test_judge_old_code);
	tcase_add_test(c, test_judge_catch_all);
	tcase_add_test(c, test_judge_accepted);
	tcase_add_test(c, test_judge_accepted_words);
	tcase_add_test(c, test_judge_said_announced);
	tcase_add_test(c, test_outcomes);
	tcase_add_test(c, test_pace);
	tcase_add_test(c, test_words);
	tcase_add_test(c, test_where);
	tcase_add_test(c, test_certificate);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
