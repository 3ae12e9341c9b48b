/*
 * A site's domains, given and taken after it was added: what was held is
 * shown, what is not its own any more is withdrawn.
 */
#include "tests/unit/hub/viewkit.h"

#include "hub/act_retire.h"

static void
act(const char *what, const char *domain)
{
	k.now += 1000;
	kit_act(&k, "{\"do\":\"%s\",\"site\":1,\"domain\":\"%s\","
	    "\"actor\":\"wang\",\"reason\":\"moved\"}", what, domain);
}

START_TEST(what_was_held_is_shown)
{
	say(1, CHANGE_CREATED, "http://new.gov.cn/1", "one");
	say(1, CHANGE_CREATED, "http://new.gov.cn/2", "two");
	say(1, CHANGE_UPDATED, "http://new.gov.cn/2", "two, then");
	say(1, CHANGE_CREATED, "http://new.gov.cn/3", "three");
	say(1, CHANGE_DELETED, "http://new.gov.cn/3", "");
	say(1, CHANGE_CREATED, "http://other.gov.cn/4", "four");
	say(2, CHANGE_CREATED, "http://new.gov.cn/5", "of another site");
	ck_assert_uint_eq(site(1).items, 0);
	ck_assert_uint_eq(site(1).held, 3);
	act("domain-add", "New.gov.cn.");
	act("again", "");
	ck_assert_uint_eq(site(1).items, 2);
	ck_assert_uint_eq(site(1).held, 1);
	ck_assert_uint_eq(site(2).items, 0);
	ck_assert(span_is(item("http://new.gov.cn/2").said.word[WORD_TITLE],
	    SPAN("two, then")));
	say(1, CHANGE_CREATED, "http://www.new.gov.cn/", "from now on");
	ck_assert_uint_eq(site(1).items, 3);
	ck_assert(span_is(site(1).domain, SPAN("s1.gov.cn")));
	ck_same_again(3);
}
END_TEST

static void
cover(const char *url, const char *scope)
{
	struct change c = { .kind = CHANGE_COVER, .url = span_of(url),
		.when = k.now };

	c.word[WORD_SCOPE] = span_of(scope);
	kit_say(&k, 1, &c);
}

/* A source with a typing error in its url, taken away again. */
START_TEST(what_is_taken_back_is_held_no_more)
{
	struct change c = kit_change(CHANGE_CREATED, "http://typo.gov.cn/3",
	    "by its id");

	c.id = SPAN("page 3");
	say(1, CHANGE_CREATED, "http://typo.gov.cn/1", "one");
	say(1, CHANGE_UPDATED, "http://typo.gov.cn/1", "one, then");
	say(1, CHANGE_CREATED, "http://typo.gov.cn/2", "two");
	kit_say(&k, 1, &c);
	cover("http://typo.gov.cn/", "whole");
	ck_assert_uint_eq(site(1).held, 4);
	say(1, CHANGE_DELETED, "http://typo.gov.cn/1", "");
	c.kind = CHANGE_DELETED;
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(site(1).held, 2);
	cover("http://typo.gov.cn/", "gone");
	ck_assert_uint_eq(site(1).held, 1);
	/* What nothing is held of may be of a domain to come. */
	say(1, CHANGE_DELETED, "http://typo.gov.cn/4", "");
	say(1, CHANGE_DELETED, "http://typo.gov.cn/4", "");
	ck_assert_uint_eq(site(1).held, 2);
	ck_assert_uint_eq(site(1).items, 0);
	ck_same_again(3);
}
END_TEST

START_TEST(what_was_said_anew_is_not_shown)
{
	struct change c = kit_change(CHANGE_CREATED, "http://new.gov.cn/7",
	    "then");

	c.id = SPAN("page 7");
	kit_say(&k, 1, &c);
	c.url = SPAN("http://s1.gov.cn/7");
	c.word[WORD_TITLE] = SPAN("now");
	kit_say(&k, 1, &c);
	act("domain-add", "new.gov.cn");
	act("again", "");
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert(span_is(item("4100000001:page 7").said.word[WORD_TITLE],
	    SPAN("now")));
}
END_TEST

START_TEST(it_comes_in_pieces)
{
	char url[64];

	for (int n = 0; n < 10; n++) {
		snprintf(url, sizeof(url), "http://%s.gov.cn/%d",
		    n % 2 == 0 ? "new" : "other", n);
		say(1, CHANGE_CREATED, url, "x");
	}
	act("domain-add", "new.gov.cn");
	kit_act(&k, "{\"do\":\"again\",\"site\":1,\"most\":4}");
	ck_assert_uint_eq(site(1).items, 2);
	kit_act(&k, "{\"do\":\"again\",\"site\":1,\"most\":4}");
	ck_assert_uint_eq(site(1).items, 4);
	kit_act(&k, "{\"do\":\"again\",\"site\":1}");
	ck_assert_uint_eq(site(1).items, 5);
	ck_assert_uint_eq(site(1).letters, 10);	/* said once each */
	act("domain-add", "other.gov.cn");	/* from the first again */
	kit_act(&k, "{\"do\":\"again\",\"site\":1}");
	ck_assert_uint_eq(site(1).items, 10);
	ck_assert_uint_eq(site(1).held, 0);
	ck_same_again(3);
}
END_TEST

static bool
is_left(void)
{
	struct db_txn *t;
	struct span row;
	uint32_t number;
	bool left;

	kit_show(&k, 100);
	t = view_read(k.view);
	left = act_retire_left(t, &number, &row);
	db_abort(t);
	return left;
}

/* However many links it has: an act withdraws what some thousands of them
 * stand on, and the hub goes on by itself. */
START_TEST(a_site_of_many_links)
{
	char url[64], to[64];
	struct buf links;
	unsigned acts = 0;

	buf_init(&links, LIMIT_CHANGE);
	for (unsigned n = 0; n < 24; n++) {
		struct change c;

		snprintf(url, sizeof(url), "http://s1.gov.cn/%u", n);
		c = kit_change(CHANGE_CREATED, url, "a list");
		buf_reset(&links);
		for (unsigned i = 0; i < 1000; i++) {
			snprintf(to, sizeof(to), "http://s2.gov.cn/%u", n *
			    1000 + i);
			change_link_put(&links, &(struct link){
			    .kind = LINK_ANCHOR, .line = i + 1,
			    .to = span_of(to) });
		}
		c.links = buf_look(&links);
		kit_say(&k, 1, &c);
	}
	buf_clear(&links);
	ck_assert(!is_left());
	kit_act(&k, "{\"do\":\"retire\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"merged\"}");
	kit_act(&k, "{\"do\":\"clear\",\"site\":1,\"most\":500,\"actor\":"
	    "\"wang\",\"reason\":\"merged\"}");
	ck_assert(is_left());
	ck_assert_uint_gt(site(1).items, 1);
	ck_assert_uint_lt(site(1).items, 8);
	for (; is_left(); acts++)
		kit_act(&k, "{\"do\":\"clear\",\"most\":500}");
	ck_assert_uint_le(acts, 2);
	ck_assert_uint_eq(site(1).items, 0);
	ck_assert(span_is(item("http://s1.gov.cn/23").said.word[WORD_REASON],
	    SPAN("merged")));
	ck_same_again(3);
}
END_TEST

START_TEST(what_is_taken_is_withdrawn)
{
	struct item_info i;
	uint32_t n;

	act("domain-add", "new.gov.cn");
	act("domain-add", "newer.gov.cn");
	say(1, CHANGE_CREATED, "http://newer.gov.cn/0", "zero");
	say(1, CHANGE_CREATED, "http://new.gov.cn/1", "one");
	say(1, CHANGE_CREATED, "http://s1.gov.cn/2", "two");
	say(2, CHANGE_CREATED, "http://s2.gov.cn/3", "three");
	act("domain-remove", "new.gov.cn");
	kit_act(&k, "{\"do\":\"clear\",\"site\":1,\"actor\":\"wang\","
	    "\"reason\":\"moved\"}");
	ck_assert_uint_eq(site(1).items, 2);
	act("domain-remove", "newer.gov.cn");	/* from the first again */
	kit_act(&k, "{\"do\":\"clear\",\"site\":1}");
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert_uint_eq(site(2).items, 1);
	i = item("http://new.gov.cn/1");
	ck_assert(i.withdrawn);
	ck_assert(span_is(i.said.word[WORD_REASON], SPAN("moved")));
	ck_assert(!view_site_domain(k.view, SPAN("new.gov.cn"), &n));
	say(1, CHANGE_CREATED, "http://new.gov.cn/4", "too late");
	ck_assert_uint_eq(site(1).items, 1);
	ck_assert_uint_eq(site(1).held, 1);
	ck_same_again(3);
}
END_TEST

START_TEST(what_makes_no_sense_is_held)
{
	act("domain-add", "s2.gov.cn");
	ck_assert_has(held(0).why, "a site's already");
	act("domain-add", "a b");
	ck_assert_uint_gt(held(0).n, 0);
	act("domain-remove", "s2.gov.cn");
	ck_assert_has(held(0).why, "not the site's");
	act("domain-remove", "s1.gov.cn");
	ck_assert_has(held(0).why, "only one");
	for (int n = 0; n < 63; n++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%d.gov.cn", n);
		act("domain-add", domain);
	}
	act("domain-add", "d63.gov.cn");
	ck_assert_has(held(0).why, "up to 64");
	act("domain-remove", "s1.gov.cn");
	ck_assert(span_is(site(1).domain, SPAN("d0.gov.cn")));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("domain");
	TCase *c = tcase_create("rules");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, what_was_held_is_shown);
	tcase_add_test(c, what_is_taken_back_is_held_no_more);
	tcase_add_test(c, what_was_said_anew_is_not_shown);
	tcase_add_test(c, it_comes_in_pieces);
	tcase_add_test(c, what_is_taken_is_withdrawn);
	tcase_add_test(c, a_site_of_many_links);
	tcase_add_test(c, what_makes_no_sense_is_held);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
