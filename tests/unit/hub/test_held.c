/*
 * What is held, how it is told and settled, what is dismissed; and the proofs
 * of domains, others' words and letters, which apply keeps.
 */
#include "tests/unit/hub/viewkit.h"

#include "contrib/base/stats.h"
#include "hub/counters.h"

#define REF "00112233445566778899"
#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* --- held ------------------------------------------------------------------------------- */

struct box {
	size_t n;
	struct letter last;
	char text[512], about[128];
	uint64_t expected;
};

static void
note_letter(void *arg, const struct letter *l)
{
	struct box *b = arg;

	ck_assert_uint_eq(l->number, ++b->expected);
	b->n++;
	b->last = *l;
	snprintf(b->text, sizeof(b->text), "%.*s", SPAN_ARGS(l->text));
	snprintf(b->about, sizeof(b->about), "%.*s", SPAN_ARGS(l->about));
}

START_TEST(what_is_held_is_told)
{
	struct box b = { .n = 0 };
	struct change c = kit_change(CHANGE_CREATED,
	    "http://evil.example/", "x");

	counters_open();
	kit_say(&k, 1, &c);
	look();
	ck_assert_uint_eq(site(1).held, 1);
	ck_assert_uint_eq(stats_get(COUNTER_HELD_CHANGES), 1);
	ck_assert_uint_eq(site(1).letters, 1);
	ck_assert_uint_eq(view_letters(k.view, 1, 0, 10, note_letter, &b), 1);
	ck_assert_uint_eq(b.n, 1);
	ck_assert(b.last.when == KIT_NOW);
	ck_assert_str_eq(b.about, "http://evil.example/");
	ck_assert_has(b.text, "change 1 is held: evil.example is not");
	kit_act(&k, "{\"do\":\"confirm\",\"site\":1,\"letter\":1}");
	ck_assert_uint_eq(site(1).confirmed, 1);
	ck_assert_uint_eq(view_letters(k.view, 1, 1, 10, note_letter, &b), 1);
	ck_assert_uint_eq(b.n, 1);
}
END_TEST

static struct box
box(void)
{
	struct box b = { .n = 0 };

	look();
	view_letters(k.view, 1, 0, 1000, note_letter, &b);
	return b;
}

static void
say_some(const char *host, int from, int to)
{
	struct change c = kit_change(CHANGE_CREATED, "", "x");
	char url[64];

	for (int i = from; i < to; i++) {
		snprintf(url, sizeof(url), "http://%s/%d", host, i);
		c.url = span_of(url);
		kit_say(&k, 1, &c);
	}
}

/* All of a source has a host that is another's: one letter, and one each time
 * that there are ten times as many. Another reason is told, and so is each
 * thing that a person says. */
START_TEST(many_for_one_reason)
{
	struct change c = kit_change(CHANGE_MOVE, "http://evil.example/1",
	    "");

	say_some("evil.example", 0, 9);
	ck_assert_uint_eq(box().n, 1);
	say_some("evil.example", 9, 10);
	ck_assert_uint_eq(box().n, 2);
	ck_assert_has(box().text, "change 10 is held, one of 10 that wait by "
	    "now: evil.example is not a domain of this site");
	say_some("evil.example", 10, 120);
	ck_assert_uint_eq(box().n, 3);
	ck_assert_has(box().text, "change 100 is held, one of 100 ");
	say_some("bad.example", 0, 5);
	ck_assert_uint_eq(box().n, 4);
	ck_assert_has(box().text, "change 121 is held: bad.example");
	c.word[WORD_SUCCESSOR] = SPAN("http://s1.gov.cn/1");
	c.word[WORD_SCOPE] = SPAN("address");
	for (int i = 0; i < 3; i++)
		kit_say(&k, 1, &c);
	ck_assert_uint_eq(box().n, 7);
	ck_assert_uint_eq(site(1).held, 126);
}
END_TEST

/* A site's id can't be spoken of by another, nor can what it holds. */
START_TEST(what_is_said_anew_is_settled)
{
	struct change c = kit_change(CHANGE_CREATED, "http://evil.example/",
	    "x");

	c.id = SPAN("page 7");
	kit_say(&k, 1, &c);
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(held(1).n, 1);	/* the newest word */
	c.url = SPAN("http://s2.gov.cn/7");
	kit_say(&k, 2, &c);
	ck_assert_uint_eq(held(1).n, 1);
	c.url = SPAN("http://s1.gov.cn/7");
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(held(1).n, 0);
	ck_assert_uint_eq(site(1).held, 0);
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

/* It moved to a host that isn't the site's, and was deleted there. */
START_TEST(what_is_ones_own_may_be_withdrawn)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/7",
	    "x");

	c.id = SPAN("page 7");
	kit_say(&k, 1, &c);
	c.url = SPAN("http://elsewhere.example/7");
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(held(1).n, 1);
	ck_assert_uint_eq(site(1).items, 1);
	c.kind = CHANGE_DELETED;
	kit_say(&k, 2, &c);		/* not the other site's */
	ck_assert_uint_eq(held(2).n, 1);
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(held(1).n, 0);
	ck_assert_uint_eq(site(1).items, 0);
}
END_TEST

START_TEST(a_critical_part_holds_its_change_only)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/a",
	    "x");

	c.critical = SPAN("{urn:x}seal");
	kit_say(&k, 1, &c);
	c.critical = SPAN("unreadable");
	c.word[WORD_REASON] = SPAN("lastmod: no date");
	kit_say(&k, 1, &c);
	ck_assert_has(held(1).why, "not readable: lastmod");
	say(1, CHANGE_CREATED, "http://s1.gov.cn/b", "b");
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert_uint_eq(site(1).held, 2);
}
END_TEST

START_TEST(garbage_is_held)
{
	const struct span rows[] = { SPAN(""), SPAN("x"), SPAN("\1\1") };
	uint8_t hash[3][32] = { { 0 } };
	struct journal_batch b = { .site = 1, .incarnation = 1001,
	    .first = 1, .head = 3, .row = rows,
	    .hash = (const uint8_t (*)[32])hash, .count = 3 };
	struct journal_verdict v;

	journal_begin(k.journal);
	journal_take(k.journal, &b, k.now, &v);
	ck_assert_int_eq(journal_commit(k.journal), DB_OK);
	ck_assert_uint_eq(held(1).n, 3);
	ck_assert_has(held(1).why, "no change");
	ck_assert_uint_eq(site(1).shown, 3);
}
END_TEST

/* Three of site 1 (unreadable, foreign, a change of a kind that is only kept),
 * one of site 2, and an act. */
static void
hold_some(void)
{
	struct change c = kit_change(CHANGE_CREATED, "http://evil.example/",
	    "x");

	kit_say(&k, 1, &c);
	c.critical = SPAN("unreadable");
	kit_say(&k, 1, &c);
	c = kit_change(CHANGE_OTHER, "http://s1.gov.cn/a", "");
	kit_say(&k, 1, &c);
	c = kit_change(CHANGE_CREATED, "http://evil.example/", "x");
	kit_say(&k, 2, &c);
	kit_act(&k, "{\"do\":\"block\",\"site\":77}");
	ck_assert_uint_eq(held(0).n, 5);
}

static void
enroll(uint32_t site, const char *ref, const char *key)
{
	kit_act(&k, "{\"do\":\"ticket\",\"site\":%u,\"ref\":\"%s\","
	    "\"expires\":1795000086400000}", site, ref);
	kit_act(&k, "{\"do\":\"enroll\",\"site\":%u,\"ref\":\"%s\","
	    "\"key\":\"%s\"}", site, ref, key);
}

START_TEST(what_is_dismissed_is_gone)
{
	struct totals t;
	uint64_t place;

	enroll(1, REF, KEY);
	hold_some();
	ck_assert_int_eq(site(1).state, SITE_HELD);
	query_totals(query, &t);
	ck_assert_uint_eq(t.held, 4);
	place = held(1).place;
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":2,\"place\":%llu}",
	    (unsigned long long)place);
	ck_assert_has(held(0).why, "nothing of this site is held");
	ck_assert_uint_eq(held(1).n, 3);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"place\":%llu}",
	    (unsigned long long)place);
	ck_assert_uint_eq(held(1).n, 2);
	ck_assert_uint_eq(site(1).held, 2);	/* it was only kept */
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"place\":%llu}",
	    (unsigned long long)held(1).place);
	ck_assert_uint_eq(site(1).held, 1);
	place = held(0).place;			/* an act */
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":0,\"place\":%llu}",
	    (unsigned long long)place);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"all\":true}");
	ck_assert_uint_eq(held(1).n, 0);
	ck_assert_uint_eq(site(1).held, 0);
	ck_assert_int_ne(site(1).state, SITE_HELD);
	ck_assert_uint_eq(held(2).n, 1);
	query_totals(look(), &t);
	ck_assert_uint_eq(t.held, 2);		/* site 2's, and an act */
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"all\":true}");
	ck_assert_uint_eq(held(0).n, 2);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":0,\"all\":true}");
	ck_assert_uint_eq(held(0).n, 1);
}
END_TEST

/* Said well after all, it is shown: and counted down only once. */
START_TEST(what_is_dismissed_may_be_said_again)
{
	struct change c = kit_change(CHANGE_CREATED, "http://evil.example/",
	    "x");

	c.id = SPAN("page 7");
	kit_say(&k, 1, &c);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"place\":%llu}",
	    (unsigned long long)held(1).place);
	ck_assert_uint_eq(site(1).held, 0);
	c.url = SPAN("http://s1.gov.cn/7");
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(site(1).held, 0);
	ck_assert_uint_eq(held(1).n, 0);
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

/* The very same once more (told again from the start, or for a proof) is no
 * news to those who dismissed it; something else of the same item is. */
START_TEST(what_is_dismissed_lasts)
{
	struct change c = kit_change(CHANGE_CREATED, "http://evil.example/",
	    "x"), odd = kit_change(CHANGE_CREATED, "http://s1.gov.cn/o", "o");

	odd.critical = SPAN("unreadable");
	odd.word[WORD_REASON] = SPAN("lastmod: no date");
	kit_say(&k, 1, &c);
	kit_say(&k, 1, &odd);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"all\":true}");
	ck_assert_uint_eq(site(1).letters, 2);
	for (int i = 0; i < 2; i++) {
		c.kind = CHANGE_UPDATED;	/* as of an item that is told
						 * again */
		kit_say(&k, 1, &c);
		c.kind = CHANGE_CREATED;
		kit_say(&k, 1, &c);
		kit_say(&k, 1, &odd);
	}
	ck_assert_uint_eq(held(1).n, 0);
	ck_assert_uint_eq(site(1).held, 0);
	ck_assert_uint_eq(site(1).letters, 2);
	ck_assert_uint_eq(view_held_rows(k.view, 1), 2);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"all\":true}");
	ck_assert_uint_eq(held(0).n, 0);
	c.word[WORD_TITLE] = SPAN("something new");
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(held(1).n, 1);
	ck_assert_uint_eq(site(1).held, 1);
	ck_assert_uint_eq(site(1).letters, 3);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"place\":%llu}",
	    (unsigned long long)held(1).place);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"place\":%llu}",
	    (unsigned long long)held(1).place);
	ck_assert_has(held(0).why, "nothing of this site is held");
	ck_same_again(7);
}
END_TEST

/* The domain becomes the site's after all: it has what it always said. */
START_TEST(what_is_dismissed_of_a_domain_to_come)
{
	struct change c = kit_change(CHANGE_CREATED, "http://evil.example/",
	    "x");

	kit_say(&k, 1, &c);
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"all\":true}");
	kit_act(&k, "{\"do\":\"domain-add\",\"site\":1,\"domain\":"
	    "\"evil.example\",\"actor\":\"li\",\"reason\":\"r\"}");
	kit_act(&k, "{\"do\":\"again\",\"site\":1}");
	ck_assert_uint_eq(held(0).n, 0);
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert_uint_eq(view_held_rows(k.view, 1), 0);
}
END_TEST

START_TEST(a_domain_is_proven)
{
	struct site_info s = site(1);

	ck_assert(!s.proven);
	ck_assert(!s.has_key);
	ck_assert_int_eq(s.checked, CLOCK_NONE);
	enroll(1, REF, KEY);
	kit_act(&k, "{\"do\":\"prove\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"key\":\"" KEY "\",\"proven\":true,"
	    "\"evidence\":\"https 200, key fits\"}");
	s = site(1);
	ck_assert(s.proven);
	ck_assert_int_eq(s.checked, KIT_NOW);
	ck_assert(span_is(s.evidence, SPAN("https 200, key fits")));
	ck_assert_int_eq(s.key[0], 0xaa);
	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"reason\":\"r\"}");
	ck_assert(site(1).proven);
	k.now += 1000;
	kit_act(&k, "{\"do\":\"prove\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"key\":\"" KEY "\",\"proven\":false,"
	    "\"evidence\":\"https 404\"}");
	s = site(1);
	ck_assert(!s.proven);
	ck_assert_int_eq(s.checked, KIT_NOW + 1000);
	ck_assert(span_is(s.evidence, SPAN("https 404")));
}
END_TEST

/* A renewal is signed with the key that was proven; a ticket isn't. */
START_TEST(another_key_is_another_proof)
{
	enroll(1, REF, KEY);
	kit_act(&k, "{\"do\":\"prove\",\"site\":1,\"domain\":"
	    "\"s1.gov.cn\",\"key\":\"" KEY "\",\"proven\":true}");
	kit_act(&k, "{\"do\":\"renew\",\"site\":1,\"old\":\"" KEY "\","
	    "\"key\":\"" OTHER "\"}");
	ck_assert(site(1).proven);
	enroll(1, "99112233445566778899", KEY);
	ck_assert(!site(1).proven);
	ck_assert_int_eq(site(1).checked, CLOCK_NONE);
}
END_TEST

START_TEST(others_are_kept)
{
	struct change c = kit_change(CHANGE_OTHER, "http://s1.gov.cn/a", "");
	struct last_held l;

	say(1, CHANGE_CREATED, "http://s1.gov.cn/a", "a");
	kit_say(&k, 1, &c);
	l = held(1);
	ck_assert_uint_eq(l.n, 1);
	ck_assert_has(l.why, "kept: this version does not act on a change");
	ck_assert_uint_eq(site(1).held, 0);
	ck_assert_uint_eq(site(1).letters, 0);
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

START_TEST(letters_have_an_end)
{
	struct change c = kit_change(CHANGE_CREATED, "http://evil.example/",
	    "x");
	struct change *many = calloc(1100, sizeof(*many));

	for (int i = 0; i < 1100; i++)
		many[i] = c;
	kit_post(&k, 1, 1001, 1, many, 1000);
	kit_post(&k, 1, 1001, 1001, many, 100);
	ck_assert_uint_eq(site(1).held, 1);
	ck_assert_uint_eq(site(1).letters, 1000);
	kit_act(&k, "{\"do\":\"confirm\",\"site\":1,\"letter\":1000}");
	kit_post(&k, 1, 1001, 1101, many, 10);
	ck_assert_uint_eq(site(1).letters, 1010);
	kit_act(&k, "{\"do\":\"confirm\",\"site\":1,\"letter\":1005}");
	struct box b = { .expected = 5 };
	ck_assert_uint_eq(site(1).confirmed, 1005);
	view_letters(k.view, 1, 0, 2000, note_letter, &b);
	ck_assert_uint_eq(b.n, 1005);
	free(many);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("held");
	TCase *c = tcase_create("held");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_add_test(c, what_is_held_is_told);
	tcase_add_test(c, many_for_one_reason);
	tcase_add_test(c, what_is_said_anew_is_settled);
	tcase_add_test(c, what_is_ones_own_may_be_withdrawn);
	tcase_add_test(c, a_critical_part_holds_its_change_only);
	tcase_add_test(c, garbage_is_held);
	tcase_add_test(c, what_is_dismissed_is_gone);
	tcase_add_test(c, what_is_dismissed_may_be_said_again);
	tcase_add_test(c, what_is_dismissed_lasts);
	tcase_add_test(c, what_is_dismissed_of_a_domain_to_come);
	tcase_add_test(c, a_domain_is_proven);
	tcase_add_test(c, another_key_is_another_proof);
	tcase_add_test(c, others_are_kept);
	tcase_add_test(c, letters_have_an_end);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
