/*
 * The gate and retiring, as apply sees them: what is held, released, refused
 * and withdrawn; and that a view made anew comes to the same.
 */
#include "tests/unit/hub/viewkit.h"

#include "hub/act_gate.h"
#include "hub/act_retire.h"
#include "protocol/letter.h"

static const char *
url(uint32_t number, unsigned n)
{
	static char text[64];

	snprintf(text, sizeof(text), "http://s%u.gov.cn/%u", number, n);
	return text;
}

static void
say_one(uint32_t number, enum change_kind kind, unsigned n)
{
	struct change c = kit_change(kind, url(number, n),
	    kind == CHANGE_DELETED ? "" : "title");

	kit_say(&k, number, &c);
}

static void
say_many(uint32_t number, enum change_kind kind, unsigned from, unsigned to)
{
	for (unsigned n = from; n < to; n++)
		say_one(number, kind, n);
}

static void
close_gate(void)
{
	kit_act(&k, "{\"do\":\"gate\",\"site\":1,\"count\":60,\"of\":100}");
}

static void
release(const char *more)
{
	k.now += 1000;
	kit_act(&k, "{\"do\":\"release\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"moved\"%s}", more);
}

static void
refuse(const char *more)
{
	k.now += 1000;
	kit_act(&k, "{\"do\":\"refuse\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"no disk\"%s}", more);
}

struct mail {
	size_t n;
	char kind[32], text[1024];
};

static void
note_letter(void *arg, const struct letter *l)
{
	struct mail *m = arg;

	m->n++;
	snprintf(m->kind, sizeof(m->kind), "%.*s", SPAN_ARGS(l->kind));
	snprintf(m->text, sizeof(m->text), "%.*s", SPAN_ARGS(l->text));
}

static struct mail
mail(uint32_t number)
{
	struct mail m = { .n = 0 };

	look();
	view_letters(k.view, number, 0, 1000, note_letter, &m);
	return m;
}

/* --- the gate ------------------------------------------------------------- */

START_TEST(holds_what_goes_and_no_more)
{
	struct mail m;

	say_many(1, CHANGE_CREATED, 0, 10);
	close_gate();
	say_one(1, CHANGE_DELETED, 1);
	say_one(1, CHANGE_DELETED, 2);
	say_one(1, CHANGE_UPDATED, 3);
	say_one(1, CHANGE_CREATED, 11);
	say_one(1, CHANGE_DELETED, 99);		/* never was there */
	say_one(2, CHANGE_CREATED, 0);
	say_one(2, CHANGE_DELETED, 0);		/* another site */
	ck_assert_uint_eq(site(1).items, 11);
	ck_assert_uint_eq(site(1).held, 2);
	ck_assert(site(1).gate);
	ck_assert_uint_eq(site(1).gated, 2);
	ck_assert_int_eq(site(1).gate_since, KIT_NOW);
	ck_assert_uint_eq(site(2).items, 0);
	ck_assert(!item("http://s1.gov.cn/1").withdrawn);
	m = mail(1);
	ck_assert_uint_eq(m.n, 1);
	ck_assert_ptr_nonnull(strstr(m.text, "60 of 100"));
	ck_same_again(1);
}
END_TEST

START_TEST(a_persons_word_passes)
{
	struct change c = kit_change(CHANGE_DELETED, url(1, 1), "");

	say_one(1, CHANGE_CREATED, 1);
	close_gate();
	c.word[WORD_BY] = SPAN("li");
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(site(1).items, 0);
	ck_assert_uint_eq(site(1).held, 0);
}
END_TEST

START_TEST(what_is_released_goes)
{
	struct item_info i;

	say_many(1, CHANGE_CREATED, 0, 10);
	close_gate();
	say_many(1, CHANGE_DELETED, 0, 4);
	release(",\"letter\":true");
	ck_assert_uint_eq(site(1).items, 6);
	ck_assert_uint_eq(site(1).withdrawn, 4);
	ck_assert_uint_eq(site(1).held, 0);
	ck_assert(!site(1).gate);
	i = item("http://s1.gov.cn/1");
	ck_assert(i.withdrawn);
	ck_assert(span_is(i.said.word[WORD_BY], SPAN("wang")));
	ck_assert(span_is(i.said.word[WORD_REASON], SPAN("moved")));
	ck_assert(span_is(i.said.word[WORD_TITLE], SPAN("title")));
	ck_assert_int_eq(i.updated, k.now);
	ck_assert_str_eq(mail(1).kind, LETTER_RELEASE);
	ck_assert_str_eq(mail(1).text, "moved (wang, at the hub)");

	/* open again */
	say_one(1, CHANGE_DELETED, 5);
	ck_assert_uint_eq(site(1).items, 5);
	ck_same_again(3);
}
END_TEST

START_TEST(what_came_back_stays)
{
	say_many(1, CHANGE_CREATED, 0, 3);
	close_gate();
	say_many(1, CHANGE_DELETED, 0, 3);
	say_one(1, CHANGE_CREATED, 1);
	ck_assert_uint_eq(site(1).gated, 2);
	release("");
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert(!item("http://s1.gov.cn/1").withdrawn);
	ck_assert_uint_eq(site(1).held, 0);
	ck_same_again(1000);
}
END_TEST

START_TEST(said_twice_counts_once)
{
	say_one(1, CHANGE_CREATED, 0);
	close_gate();
	say_one(1, CHANGE_DELETED, 0);
	say_one(1, CHANGE_DELETED, 0);
	ck_assert_uint_eq(site(1).gated, 1);
	ck_assert_uint_eq(site(1).held, 1);
	release("");
	ck_assert_uint_eq(site(1).items, 0);
	ck_assert_uint_eq(site(1).held, 0);
}
END_TEST

START_TEST(what_is_refused_stays)
{
	say_many(1, CHANGE_CREATED, 0, 3);
	close_gate();
	say_many(1, CHANGE_DELETED, 0, 2);
	refuse("");
	ck_assert_uint_eq(site(1).items, 3);
	ck_assert_uint_eq(site(1).held, 0);	/* waits for nobody */
	ck_assert(!site(1).gate);
	ck_assert_uint_eq(mail(1).n, 1);	/* no letter was asked for */

	/* a later word is taken, and what was refused is forgotten */
	say_one(1, CHANGE_DELETED, 0);
	ck_assert_uint_eq(site(1).items, 2);
	close_gate();
	release("");
	ck_assert_uint_eq(site(1).items, 2);
	ck_same_again(2);
}
END_TEST

/* The site was told that the gate was closed, and is told what became of it. */
START_TEST(is_told_how_it_ended)
{
	struct mail m;

	say_many(1, CHANGE_CREATED, 0, 10);
	close_gate();
	ck_assert_ptr_nonnull(strstr(mail(1).text, LETTER_GATE));
	say_many(1, CHANGE_DELETED, 0, 4);
	refuse(",\"settled\":4");
	m = mail(1);
	ck_assert_uint_eq(m.n, 2);
	ck_assert_str_eq(m.kind, LETTER_SETTLED);
	ck_assert_ptr_nonnull(strstr(m.text, "(4) is refused by wang"));
	ck_assert_ptr_nonnull(strstr(m.text, "put it back"));
	ck_assert_ptr_nonnull(strstr(m.text, "no disk"));
	close_gate();
	say_one(1, CHANGE_DELETED, 7);
	release(",\"settled\":1");
	m = mail(1);
	ck_assert_uint_eq(m.n, 4);
	ck_assert_str_eq(m.kind, LETTER_SETTLED);
	ck_assert_ptr_nonnull(strstr(m.text, "(1) is withdrawn"));
	ck_same_again(4);
}
END_TEST

START_TEST(comes_in_pieces)
{
	say_many(1, CHANGE_CREATED, 0, 30);
	close_gate();
	say_many(1, CHANGE_DELETED, 0, 25);
	release(",\"most\":10");
	ck_assert_uint_eq(site(1).items, 20);
	ck_assert(site(1).gate);
	refuse(",\"most\":10");
	ck_assert_uint_eq(site(1).items, 20);
	ck_assert_uint_eq(site(1).gated, 5);
	release("");
	ck_assert_uint_eq(site(1).items, 15);
	ck_assert(!site(1).gate);
	ck_same_again(7);
}
END_TEST

START_TEST(what_is_dismissed_is_not_released)
{
	say_one(1, CHANGE_CREATED, 0);
	close_gate();
	say_one(1, CHANGE_DELETED, 0);
	look();
	kit_act(&k, "{\"do\":\"dismiss\",\"site\":1,\"all\":true}");
	ck_assert_uint_eq(site(1).gated, 0);
	release("");
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

/* --- retiring ------------------------------------------------------------- */

static void
retire(void)
{
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
}

static void
clear(const char *more)
{
	kit_act(&k, "{\"do\":\"clear\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"%s}", more);
}

START_TEST(a_retired_site_is_empty)
{
	struct item_info i;
	struct view_site v;
	uint32_t n;

	say_many(1, CHANGE_CREATED, 0, 20);
	say_many(2, CHANGE_CREATED, 0, 5);
	say_one(1, CHANGE_DELETED, 3);
	retire();
	say_one(1, CHANGE_CREATED, 77);		/* was under way */
	ck_assert_uint_eq(site(1).items, 19);
	ck_assert_uint_eq(site(1).held, 1);
	clear(",\"most\":5");
	ck_assert_uint_eq(site(1).items, 14);
	ck_assert_uint_eq(site(1).held, 0);
	clear("");
	ck_assert_uint_eq(site(1).items, 0);
	ck_assert_uint_eq(site(1).withdrawn, 20);
	ck_assert_uint_eq(site(2).items, 5);
	ck_assert_int_eq(site(1).state, SITE_RETIRED);
	i = item("http://s1.gov.cn/7");
	ck_assert(i.withdrawn);
	ck_assert(span_is(i.said.word[WORD_REASON], SPAN("merged")));
	ck_assert(view_site(k.view, 1, &v) && v.retired);
	ck_assert(!view_site_domain(k.view, SPAN("s1.gov.cn"), &n));
	ck_same_again(4);
}
END_TEST

START_TEST(its_code_and_domain_are_free)
{
	uint32_t n;

	say_one(1, CHANGE_CREATED, 0);
	retire();
	clear("");
	kit_act(&k, "{\"do\":\"site-add\",\"site\":3,\"code\":\"4100000001\","
	    "\"name\":\"again\",\"domains\":[\"s1.gov.cn\"],\"kind\":\"\","
	    "\"parent\":\"\"}");
	look();
	ck_assert(view_site_code(k.view, "4100000001", &n));
	ck_assert_uint_eq(n, 3);
	ck_assert(view_site_domain(k.view, SPAN("s1.gov.cn"), &n));
	ck_assert_uint_eq(n, 3);
	{
		struct change c = kit_change(CHANGE_CREATED,
		    "http://s1.gov.cn/0", "new");

		kit_say(&k, 3, &c);
	}
	ck_assert_uint_eq(item("http://s1.gov.cn/0").site, 3);
	ck_assert_uint_eq(site(3).items, 1);
	ck_assert_uint_eq(site(1).items, 0);
}
END_TEST

/* --- quarantine, two agents ----------------------------------------------- */

#define KEY(x) x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
#define REF "00112233445566778899"

static struct view_site
view(void)
{
	struct view_site v;

	look();
	ck_assert(view_site(k.view, 1, &v));
	return v;
}

static void
enroll(void)
{
	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":5}");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY("aa") "\",\"until\":7000}");
}

static void
renew(const char *key, const char *old, const char *more)
{
	kit_act(&k, "{\"do\":\"renew\",\"site\":1,\"key\":\"%s\","
	    "\"old\":\"%s\",\"until\":9000%s}", key, old, more);
}

START_TEST(late_renewals_wait)
{
	enroll();
	ck_assert_int_eq(view().until, 7000);
	renew(KEY("bb"), KEY("aa"), ",\"quarantine\":true");
	ck_assert_int_eq(site(1).state, SITE_QUARANTINED);
	ck_assert_int_eq(view().until, 9000);
	say_one(1, CHANGE_CREATED, 0);
	ck_assert_uint_eq(site(1).items, 0);
	renew(KEY("cc"), KEY("bb"), "");
	ck_assert(view().quarantined);		/* not by another renewal */
	kit_act(&k, "{\"do\":\"admit\",\"site\":1,\"reason\":\"seen\"}");
	ck_assert(!view().quarantined);
	ck_assert_uint_eq(site(1).items, 1);
	ck_same_again(2);
}
END_TEST

static void
fork_site(void)
{
	kit_act(&k, "{\"do\":\"fork\",\"site\":1,\"cause\":\"instance\","
	    "\"seq\":5,\"before\":\"10.0.0.1:5\",\"instance_before\":"
	    "\"00000000000000a1\",\"address\":\"10.0.0.2:6\","
	    "\"instance\":\"00000000000000b2\"}");
}

START_TEST(one_of_two_is_kept)
{
	uint8_t key[32];

	enroll();
	say_one(1, CHANGE_CREATED, 0);
	fork_site();
	ck_assert(view().forked);
	ck_assert_str_eq(view().cause, "instance");
	ck_assert_uint_eq(view().agent[0].instance, 0xa1);
	ck_assert_str_eq(view().agent[1].address, "10.0.0.2:6");
	say_one(1, CHANGE_CREATED, 1);		/* whose? it is told again */
	kit_act(&k, "{\"do\":\"settle\",\"site\":1,\"keep\":2,"
	    "\"incarnation\":\"00000000000003e9\"}");
	ck_assert(!view().forked);
	ck_assert_uint_eq(view().kept, 2);
	ck_assert_uint_eq(view().given_up, 0x3e9);
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert_uint_eq(site(1).held, 0);

	/* the old key is good until the new one was used */
	memset(key, 0xaa, sizeof(key));
	kit_act(&k, "{\"do\":\"settled\",\"site\":1}");
	ck_assert_uint_eq(view().kept, 2);
	renew(KEY("bb"), KEY("aa"), "");
	ck_assert(view().renewed && view().kept == 2);
	{
		struct view_site v = view();

		ck_assert(view_site_has(&v, key));
	}
	kit_act(&k, "{\"do\":\"settled\",\"site\":1}");
	{
		struct view_site v = view();

		ck_assert_uint_eq(v.kept, 0);
		ck_assert(!view_site_has(&v, key));
		ck_assert(v.old_key_spent);
		memset(key, 0xbb, sizeof(key));
		ck_assert(view_site_has(&v, key));
	}
	ck_same_again(5);
}
END_TEST

START_TEST(unblock_lifts_everything)
{
	enroll();
	fork_site();
	kit_act(&k, "{\"do\":\"settle\",\"site\":1,\"keep\":1,"
	    "\"incarnation\":\"00000000000003e9\"}");
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1}");
	ck_assert_uint_eq(view().kept, 0);
	ck_assert_uint_eq(view().given_up, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gate");
	TCase *c = tcase_create("rules");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_add_test(c, holds_what_goes_and_no_more);
	tcase_add_test(c, a_persons_word_passes);
	tcase_add_test(c, what_is_released_goes);
	tcase_add_test(c, what_came_back_stays);
	tcase_add_test(c, said_twice_counts_once);
	tcase_add_test(c, what_is_refused_stays);
	tcase_add_test(c, is_told_how_it_ended);
	tcase_add_test(c, comes_in_pieces);
	tcase_add_test(c, what_is_dismissed_is_not_released);
	tcase_add_test(c, a_retired_site_is_empty);
	tcase_add_test(c, its_code_and_domain_are_free);
	tcase_add_test(c, late_renewals_wait);
	tcase_add_test(c, one_of_two_is_kept);
	tcase_add_test(c, unblock_lifts_everything);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
