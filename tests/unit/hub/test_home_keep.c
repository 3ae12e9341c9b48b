/*
 * What the core makes of a look at a home page, beside what it has seen
 * before: is it news, and does it speak against the site?
 */
#include "hub/home_keep.h"

#include "tests/unit/hub/homekit.h"

/* Judged beside the view, and kept there if it is news. */
static bool
keep(struct home_look *l, struct home_seen *seen)
{
	struct db_txn *t = view_read(kit.view);
	struct home_kept k;
	struct site s;
	char *text;

	l->at = kit.now;
	ck_assert(site_get(t, 1, &s));
	home_keep(t, &s, l, &pace, &k);
	db_abort(t);
	*seen = k.seen;
	if (k.act != NULL) {
		text = json_dumps(k.act, JSON_COMPACT);
		kit_act(&kit, "%s", text);
		free(text);
		json_decref(k.act);
	}
	row(k.seen.outcome, l->ms, 0);
	return k.act != NULL;
}

/* As `well`, but of site 1 of the kit. */
static struct home_look
look_of_kit(void)
{
	struct home_look l = well;

	SET(l.hop[0].url, "https://s1.gov.cn/");
	SET(l.code, "4100000001");
	SET(l.domain, "s1.gov.cn");
	return l;
}

START_TEST(test_keep)
{
	struct home_look l = look_of_kit();
	struct home_seen s;

	ck_assert_msg(keep(&l, &s), "the first is news");
	ck_assert(s.outcome == HOME_OK && s.verdict == HOME_SAME &&
	    s.status == 200);
	ck_assert_str_eq(s.host, "s1.gov.cn");
	kit.now += 60000;
	l = look_of_kit();
	l.ms = 700;
	ck_assert_msg(!keep(&l, &s), "as it was is no news");
	/* Not changed: what isn't said again is as it was. */
	l = look_of_kit();
	l.cause = CAUSE_UNCHANGED;
	l.has_page = l.asked_missing = false;
	l.title[0] = '\0';
	l.hop[0].status = 304;
	ck_assert(!keep(&l, &s) && s.outcome == HOME_OK && s.status == 304);
	ck_assert(s.cause == CAUSE_FINE);
	l = look_of_kit();
	be_renewed(&l);
	ck_assert_msg(keep(&l, &s), "a renewed certificate is kept");
	ck_assert(s.verdict == HOME_SAME && s.cert_until == 0);
	ck_assert(!keep(&l, &s));
	kit.now += DAY;
	ck_assert_msg(keep(&l, &s), "evidence is a day old at most");
}
END_TEST

START_TEST(test_keep_trouble)
{
	struct home_look l = look_of_kit(), down = look_of_kit();
	struct home_seen s;

	keep(&l, &s);
	down.cause = CAUSE_TIME;
	down.has_page = false;
	down.hop[0].status = 0;
	SET(down.detail, "late");
	ck_assert(keep(&down, &s) && s.outcome == HOME_FAILED);
	ck_assert(s.cause == CAUSE_TIME && s.verdict == HOME_SAME);
	ck_assert_str_eq(s.detail, "late");
	ck_assert_msg(!keep(&down, &s), "and again is no news");
	l = look_of_kit();
	be_casino(&l);
	ck_assert(keep(&l, &s) && s.outcome == HOME_DANGER);
	ck_assert_int_eq(s.why, HOME_WHY_WORDS);
	/* A casino that is down, is a casino still. */
	ck_assert(keep(&down, &s) && s.verdict == HOME_HIJACKED);
	ck_assert(s.outcome == HOME_FAILED && s.why == HOME_WHY_WORDS);
	l = look_of_kit();
	ck_assert(keep(&l, &s) && s.verdict == HOME_SAME);
	ck_assert(s.outcome == HOME_OK);
}
END_TEST

/* Another's certificate is a sign while no page comes, and less than danger. */
START_TEST(test_keep_certificate)
{
	struct home_look l = look_of_kit(), anothers = look_of_kit();
	struct home_seen s;

	be_anothers(&anothers);
	keep(&l, &s);
	ck_assert(keep(&anothers, &s) && s.outcome == HOME_FAILED);
	ck_assert(s.verdict == HOME_NOTE && s.why == HOME_WHY_CERTIFICATE);
	ck_assert_msg(!keep(&anothers, &s), "and again is no news");
	l = look_of_kit();
	ck_assert(keep(&l, &s) && s.verdict == HOME_SAME);
	be_casino(&l);
	keep(&l, &s);
	ck_assert(keep(&anothers, &s) && s.verdict == HOME_HIJACKED);
	ck_assert_int_eq(s.why, HOME_WHY_WORDS);
}
END_TEST

/* Nothing comes: what came last stands, unless a stranger sends it. */
START_TEST(test_keep_empty)
{
	struct home_look l = look_of_kit(), empty = look_of_kit();
	struct home_look stranger = look_of_kit();
	struct home_seen s;

	be_empty(&empty);
	be_empty_stranger(&stranger);
	keep(&l, &s);
	ck_assert(keep(&empty, &s) && s.outcome == HOME_FAILED);
	ck_assert(s.cause == CAUSE_EMPTY && s.verdict == HOME_SAME);
	ck_assert(keep(&stranger, &s) && s.outcome == HOME_FAILED);
	ck_assert(s.verdict == HOME_HIJACKED);
	ck_assert_int_eq(s.why, HOME_WHY_OTHER_DOMAIN);
	ck_assert(keep(&empty, &s) && s.verdict == HOME_HIJACKED);
	l = look_of_kit();
	ck_assert(keep(&l, &s) && s.verdict == HOME_SAME);
}
END_TEST

/* What the site has told itself is no change of hands. */
START_TEST(test_keep_announced)
{
	struct home_look l = look_of_kit();
	struct home_seen s;

	keep(&l, &s);
	send_on(&l, HOP_PERMANENT, "https://s1new.gov.cn/");
	ck_assert(keep(&l, &s) && s.verdict == HOME_CANDIDATE);
	kit_act(&kit, "{\"do\":\"move-announce\",\"site\":1,\"scope\":"
	    "\"domain\",\"old\":\"https://s1.gov.cn/\",\"new\":"
	    "\"https://s1new.gov.cn/\",\"from\":%lld,\"actor\":\"li\","
	    "\"reason\":\"r\"}", (long long)(kit.now + 90 * DAY));
	kit_show(&kit, 100);
	ck_assert_uint_eq(view_held_count(kit.view, 0, 10), 0);
	l = look_of_kit();
	send_on(&l, HOP_PERMANENT, "https://s1new.gov.cn/");
	ck_assert(keep(&l, &s) && s.verdict == HOME_NOTE);
	ck_assert_int_eq(s.why, HOME_WHY_ANNOUNCED);
	kit_act(&kit, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"s1other.gov.cn\"}");
	kit_show(&kit, 100);
	l = look_of_kit();
	send_on(&l, HOP_PERMANENT, "https://s1other.gov.cn/");
	ck_assert(keep(&l, &s) && s.verdict == HOME_SAME);
}
END_TEST

/* A person's word lasts while it is as it was then, and not longer. */
START_TEST(test_keep_accepted)
{
	struct home_look there = look_of_kit(), at_home = look_of_kit(), l;
	struct home_seen s;

	send_on(&there, HOP_PERMANENT, "https://shop.example.com/");
	l = at_home;
	keep(&l, &s);
	l = there;
	keep(&l, &s);
	ck_assert_int_eq(s.verdict, HOME_HIJACKED);
	kit_act(&kit, "{\"do\":\"home-accept\",\"site\":1}");
	kit_show(&kit, 100);
	for (int i = 0; i < 2; i++) {
		kit.now += 60000;
		l = there;
		keep(&l, &s);
		ck_assert_int_eq(s.verdict, HOME_SAME);
		ck_assert_int_eq(s.outcome, HOME_OK);
	}
	l = at_home;
	keep(&l, &s);
	ck_assert_int_eq(s.verdict, HOME_SAME);
	l = there;
	keep(&l, &s);
	ck_assert_int_eq(s.verdict, HOME_HIJACKED);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home_keep");
	TCase *c = tcase_create("keep");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, homekit_open, homekit_close);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_keep);
	tcase_add_test(c, test_keep_trouble);
	tcase_add_test(c, test_keep_certificate);
	tcase_add_test(c, test_keep_empty);
	tcase_add_test(c, test_keep_announced);
	tcase_add_test(c, test_keep_accepted);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
