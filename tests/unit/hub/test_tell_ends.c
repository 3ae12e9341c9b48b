/*
 * Moves that wait for a word: who is told of it, when, and how often.
 */
#include "tests/unit/hub/tellingkit.h"

#include "hub/move_waits.h"
#include "hub/outbox.h"
#include "hub/tell_ends.h"
#include "protocol/reason.h"

#define OLD "https://s1.gov.cn/"
#define THERE "https://s2.gov.cn/"	/* another member's */
#define NOWHERE "https://new.gov.cn/"	/* nobody's */

static struct buf all;
static unsigned moves;
static uint64_t newest;

static void
on_move(void *arg, const struct letter *l)
{
	(void)arg;
	newest = l->number;
	if (!span_is(l->kind, SPAN(LETTER_MOVE)))
		return;
	buf_printf(&all, "%.*s| %.*s\n", SPAN_ARGS(l->about),
	    SPAN_ARGS(l->text));
	moves++;
}

/* Letters of this kind to a site behind number `after`. */
static const char *
heard(uint32_t site, uint64_t after)
{
	kit_show(&k, 100);
	buf_reset(&all);
	moves = 0;
	newest = after;
	view_letters(k.view, site, after, 5000, on_move, NULL);
	return buf_cstr(&all);
}

static void
open_bed(void)
{
	tellingkit_open();
	buf_init(&all, 1u << 20);
}

static void
close_bed(void)
{
	buf_clear(&all);
	tellingkit_close();
}

/* Time goes by, and the hub works. */
static void
pass(int64_t ms)
{
	later(ms);
	tick();
	settle();
}

static void
withdraw(uint32_t site, const char *old)
{
	struct change c = kit_change(CHANGE_MOVE, old, "");

	c.when = k.now;
	c.word[WORD_SCOPE] = SPAN("domain");
	c.word[WORD_REASON] = SPAN("not yet");
	kit_say(&k, site, &c);
}

START_TEST(both_ends_are_told)
{
	say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
	settle();
	ck_assert_has(heard(1, 0), OLD "| move 1, of " OLD " to " THERE
	    ", waits for its other end");
	ck_assert_has(buf_cstr(&all), "run `zqagent say move " OLD " " THERE
	    " --domain`");
	ck_assert_has(buf_cstr(&all), "zqhub move agree 1");
	ck_assert_uint_eq(moves, 1);
	ck_assert_has(heard(2, 0), THERE "| move 1, of " OLD);
	ck_assert_has(buf_cstr(&all), "the new domain is this site's");
	ck_assert_has(buf_cstr(&all), "run `zqagent say move " OLD " " THERE
	    " --domain`");
	ck_assert_has(buf_cstr(&all), "zqhub move withdraw 1");
	ck_assert_uint_eq(moves, 1);
	heard(3, 0);
	ck_assert_uint_eq(moves, 0);
	same_again();
}
END_TEST

START_TEST(of_nobodys_domain_its_proof_is_asked_for)
{
	say(1, OLD, NOWHERE, "domain", k.now + 90 * DAY, 0);
	settle();
	ck_assert_has(heard(1, 0), "zqagent proof) at " NOWHERE
	    ".well-known/zhanqun.txt");
	ck_assert_has(buf_cstr(&all), "zqhub move check 1");
	heard(2, 0);
	ck_assert_uint_eq(moves, 0);
}
END_TEST

/* Once more when the day is near, once when it has come, and no more. */
START_TEST(again_when_the_day_is_near)
{
	uint64_t own, other;

	say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
	settle();
	heard(1, 0);
	own = newest;
	heard(2, 0);
	other = newest;
	for (int i = 0; i < 75; i++)
		pass(DAY);
	heard(1, own);
	ck_assert_uint_eq(moves, 0);
	pass(DAY + HOUR);
	ck_assert_has(heard(1, own), "still waits for its other end");
	ck_assert_uint_eq(moves, 1);
	ck_assert_has(heard(2, other), "still waits for its other end");
	for (int i = 0; i < 13; i++)
		pass(DAY);
	heard(2, other);
	ck_assert_uint_eq(moves, 1);
	pass(DAY);
	ck_assert_str_eq(state(1), "overdue");
	ck_assert_has(heard(2, other), "did not take effect on 2");
	ck_assert_uint_eq(moves, 2);
	ck_assert_has(heard(1, own), "did not take effect on 2");
	for (int i = 0; i < 30; i++)
		pass(DAY);
	heard(1, own);
	ck_assert_uint_eq(moves, 2);
	same_again();
}
END_TEST

START_TEST(the_word_is_there)
{
	uint64_t own, other;

	say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
	settle();
	heard(1, 0);
	own = newest;
	heard(2, 0);
	other = newest;
	later(DAY);
	say(2, OLD, THERE, "domain", 0, 0);
	ck_assert_str_eq(held(2), "");
	settle();
	ck_assert_has(heard(1, own), "move 1, of " OLD " to " THERE
	    ", is agreed to, and is followed from 2");
	ck_assert_uint_eq(moves, 1);
	ck_assert_has(heard(2, other), "is agreed to");
	ck_assert_uint_eq(moves, 1);
	for (int i = 0; i < 100; i++)
		pass(DAY);
	heard(2, other);
	ck_assert_uint_eq(moves, 1);
	same_again();
}
END_TEST

/* Who takes it back knows that. */
START_TEST(taken_back)
{
	uint64_t own, other;

	say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
	settle();
	heard(1, 0);
	own = newest;
	heard(2, 0);
	other = newest;
	withdraw(1, OLD);
	ck_assert_str_eq(state(1), "withdrawn");
	settle();
	ck_assert_has(heard(2, other), "is off: it needs no word any more");
	heard(1, own);
	ck_assert_uint_eq(moves, 0);
}
END_TEST

/* … and nobody hears of what was so for a moment. */
START_TEST(taken_back_at_once)
{
	for (int i = 0; i < 20; i++) {
		say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
		later(100);
		withdraw(1, OLD);
		later(100);
	}
	settle();
	heard(1, 0);
	ck_assert_uint_eq(moves, 0);
	heard(2, 0);
	ck_assert_uint_eq(moves, 0);
}
END_TEST

/* Another day is news, but not ten times a day. */
START_TEST(another_day)
{
	for (int i = 0; i < 10; i++) {
		say(1, OLD, THERE, "domain", k.now + (90 + i) * DAY, 0);
		settle();
		later(HOUR);
	}
	heard(2, 0);
	ck_assert_uint_eq(moves, 1);
	pass(DAY);
	heard(2, 0);
	ck_assert_uint_eq(moves, 2);
	pass(DAY);
	heard(2, 0);
	ck_assert_uint_eq(moves, 2);
}
END_TEST

START_TEST(many_are_counted)
{
	char old[64];

	for (int i = 0; i < 40; i++) {
		snprintf(old, sizeof(old), "https://w%d.s1.gov.cn/", i);
		say(1, old, THERE, "domain", k.now + 90 * DAY, 0);
		ck_assert_str_eq(held(1), "");
	}
	settle();
	ck_assert_has(heard(2, 0), "35 more moves from or to domains of this "
	    "site wait for a word");
	ck_assert_uint_eq(moves, TELL_ENDS_EACH + 1);
	heard(1, 0);
	ck_assert_uint_eq(moves, TELL_ENDS_EACH + 1);
}
END_TEST

/* An operator says otherwise than the site: that one waits for a decision. */
START_TEST(contested)
{
	uint64_t own;

	kit_act(&k, "{\"do\":\"move-announce\",\"site\":1,\"scope\":\"address\","
	    "\"old\":\"https://s1.gov.cn/a.html\","
	    "\"new\":\"https://s1.gov.cn/b.html\",\"actor\":\"li\","
	    "\"reason\":\"so it is\"}");
	settle();
	say(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/c.html",
	    "address", 0, 0);
	ck_assert_str_eq(state(2), "contested");
	settle();
	ck_assert_has(heard(1, 0), "move 2, of https://s1.gov.cn/a.html to "
	    "https://s1.gov.cn/c.html, contradicts move 1");
	ck_assert_uint_eq(moves, 1);
	own = newest;
	kit_act(&k, "{\"do\":\"move-agree\",\"move\":2,\"actor\":\"li\","
	    "\"reason\":\"they are right\"}");
	ck_assert_str_eq(state(1), "withdrawn");
	ck_assert_str_eq(get(1).why, "an operator decided for move 2: they "
	    "are right");
	settle();
	ck_assert_has(heard(1, own), "move 2, of https://s1.gov.cn/a.html to "
	    "https://s1.gov.cn/c.html, is agreed to");
	ck_assert_uint_eq(moves, 1);
}
END_TEST

/* One of an operator's: the site that it is of said nothing, and was told. */
START_TEST(contested_by_an_operator)
{
	uint64_t own, other;

	say(1, "https://s1.gov.cn/a.html", "https://s1.gov.cn/c.html",
	    "address", 0, 0);
	settle();
	kit_act(&k, "{\"do\":\"move-announce\",\"site\":2,\"scope\":\"address\","
	    "\"old\":\"https://s1.gov.cn/a.html\","
	    "\"new\":\"https://s2.gov.cn/b.html\",\"actor\":\"li\","
	    "\"reason\":\"so it is\"}");
	ck_assert_str_eq(state(2), "contested");
	settle();
	ck_assert_has(heard(2, 0), "contradicts move 1");
	own = newest;
	ck_assert_has(heard(1, 0), "contradicts move 1");
	other = newest;
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":2,\"actor\":\"li\","
	    "\"reason\":\"it is not\"}");
	ck_assert_str_eq(state(2), "withdrawn");
	settle();
	ck_assert_has(heard(1, other), "is off: it needs no word any more");
	ck_assert_uint_eq(moves, 1);
	ck_assert_has(heard(2, own), "is off: it needs no word any more");
	ck_assert_uint_eq(moves, 1);
}
END_TEST

/* A thousand of its changes are held, and a letter of each waits. */
START_TEST(never_crowded_out)
{
	char url[64];

	for (int i = 0; i < OUTBOX_BUSY + 10; i++) {
		snprintf(url, sizeof(url), "https://%s.gov.cn/not-its-own/%d",
		    i % 2 > 0 ? "s3" : "other", i);
		page(2, url, NULL, 0);
	}
	settle();
	heard(2, 0);
	ck_assert_uint_eq(newest, OUTBOX_BUSY);
	say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
	settle();
	ck_assert_has(heard(2, OUTBOX_BUSY), "the new domain is this site's");
	ck_assert_uint_eq(moves, 1);
}
END_TEST

#define PAIRS 200
#define FIRST 10		/* their numbers */

static void
add_site(uint32_t number)
{
	kit_act(&k, "{\"do\":\"site-add\",\"site\":%u,\"code\":\"42%08u\","
	    "\"name\":\"site %u\",\"domains\":[\"s%u.gov.cn\"],"
	    "\"kind\":\"portal\",\"parent\":\"\",\"actor\":\"test\","
	    "\"reason\":\"\"}", number, number, number, number);
}

/* To the next one. */
static void
move_away(uint32_t site)
{
	char old[64], new[64];
	struct change c;

	snprintf(old, sizeof(old), "https://s%u.gov.cn/", site);
	snprintf(new, sizeof(new), "https://s%u.gov.cn/", site + 1);
	c = kit_change(CHANGE_MOVE, old, "");
	c.when = k.now;
	c.word[WORD_SUCCESSOR] = span_of(new);
	c.word[WORD_SCOPE] = SPAN("domain");
	c.from = k.now + 90 * DAY;
	ck_assert_int_eq(kit_post(&k, site, 1, 1, &c, 1).verdict,
	    VERDICT_TAKEN);
}

/* All of a step have two ends, which are all different. */
START_TEST(both_ends_of_many)
{
	for (uint32_t s = 4; s < FIRST; s++)
		kit_site(&k, s);
	for (uint32_t s = FIRST; s < FIRST + 2 * PAIRS; s++)
		add_site(s);
	for (uint32_t s = FIRST; s < FIRST + 2 * PAIRS; s += 2)
		move_away(s);
	settle();
	for (uint32_t s = FIRST; s < FIRST + 2 * PAIRS; s++) {
		heard(s, 0);
		ck_assert_msg(moves == 1, "site %u: %u letters", s, moves);
	}
}
END_TEST

static const char *
in_other_words(const char *form)
{
	return strcmp(form, "%s: %s") == 0 ? "%1$s: %2$s" :
	    strstr(form, "let site %s run") != NULL ? "[%1$s|%2$s|%3$s]" :
	    strstr(form, ", waits for its other end") != NULL ?
	    "<%1$s|%2$s|%3$s|%4$s>" : form;
}

/* Readers have it in their own language. */
START_TEST(its_forms_are_known)
{
	struct buf said;

	say(1, OLD, THERE, "domain", k.now + 90 * DAY, 0);
	settle();
	heard(1, 0);
	buf_init(&said, 8192);
	reason_say(&said, (struct span){ all.at + strlen(OLD) + 2,
	    all.n - strlen(OLD) - 3 }, in_other_words);
	ck_assert_has(buf_cstr(&said), "<1|" OLD "|" THERE "|2");
	ck_assert_has(buf_cstr(&said), ">: [");
	ck_assert_has(buf_cstr(&said), "|zqagent say move " OLD " " THERE
	    " --domain|1]");
	buf_clear(&said);
}
END_TEST

START_TEST(operators_see_what_to_run)
{
	struct move m = { .number = 7, .state = MOVE_ANNOUNCED,
	    .needs = true };
	struct buf b;

	buf_init(&b, 1024);
	move_waits_advise(&b, &m, "4101000002");
	ck_assert_has(buf_cstr(&b), "site 4101000002");
	ck_assert_has(buf_cstr(&b), "zqhub move agree 7 --reason");
	buf_reset(&b);
	move_waits_advise(&b, &m, "");
	ck_assert_has(buf_cstr(&b), "zqhub move check 7 ");
	buf_reset(&b);
	m.agreed = true;
	move_waits_advise(&b, &m, "");
	ck_assert_uint_eq(b.n, 0);
	m.state = MOVE_CONTESTED;
	m.rival = 3;
	move_waits_advise(&b, &m, "");
	ck_assert_has(buf_cstr(&b), "contradicts move 3");
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tell_ends");
	TCase *c = tcase_create("ends");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, open_bed, close_bed);
	tcase_set_timeout(c, 300);
	tcase_add_test(c, both_ends_are_told);
	tcase_add_test(c, of_nobodys_domain_its_proof_is_asked_for);
	tcase_add_test(c, again_when_the_day_is_near);
	tcase_add_test(c, the_word_is_there);
	tcase_add_test(c, taken_back);
	tcase_add_test(c, taken_back_at_once);
	tcase_add_test(c, another_day);
	tcase_add_test(c, many_are_counted);
	tcase_add_test(c, contested);
	tcase_add_test(c, contested_by_an_operator);
	tcase_add_test(c, never_crowded_out);
	tcase_add_test(c, both_ends_of_many);
	tcase_add_test(c, its_forms_are_known);
	tcase_add_test(c, operators_see_what_to_run);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
