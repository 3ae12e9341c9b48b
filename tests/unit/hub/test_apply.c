/*
 * Apply's rules, one by one: acts, whose a domain is, items and dates,
 * addresses that change hands. What is held is in test_held.c.
 */
#include "tests/unit/hub/viewkit.h"

#include "protocol/digest.h"

/* --- acts --------------------------------------------------------------------------- */

START_TEST(adds_a_site)
{
	struct site_info s = site(1);

	ck_assert_str_eq(s.code, "4100000001");
	ck_assert(span_is(s.name, SPAN("site 1")));
	ck_assert(span_is(s.domain, SPAN("s1.gov.cn")));
	ck_assert(span_is(s.kind, SPAN("portal")));
	ck_assert_int_eq(s.state, SITE_NEW);
	ck_assert_int_eq(s.added, KIT_NOW);
	ck_assert_int_eq(s.enrolled, CLOCK_NONE);
	ck_assert_uint_eq(view_sites(k.view), 2);
	ck_assert(query_site_by_code(query, SPAN("4100000002"), &s));
	ck_assert_uint_eq(s.number, 2);
}
END_TEST

#define REF "00112233445566778899"
#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct { const char *json, *why; } bad_acts[] = {
	{ "", "JSON object" },
	{ "[1]", "JSON object" },
	{ "{\"do\":7}", "JSON object" },
	{ "{\"do\":\"site-add\",\"site\":1,\"code\":\"4100000099\","
	    "\"name\":\"x\",\"domains\":[]}", "number already" },
	{ "{\"do\":\"site-add\",\"site\":9,\"code\":\"4100000001\","
	    "\"name\":\"x\",\"domains\":[]}", "code already" },
	{ "{\"do\":\"site-add\",\"site\":9,\"code\":\"41\",\"name\":\"x\","
	    "\"domains\":[]}", "4 to 20" },
	{ "{\"do\":\"site-add\",\"site\":0,\"code\":\"4100000099\","
	    "\"name\":\"x\",\"domains\":[]}", "from 1" },
	{ "{\"do\":\"site-add\",\"site\":9,\"code\":\"4100000099\","
	    "\"name\":\"x\",\"domains\":[\"s1.gov.cn\"]}", "another site" },
	{ "{\"do\":\"site-add\",\"site\":9,\"code\":\"4100000099\","
	    "\"name\":\"x\",\"domains\":[7]}", "a domain is a text" },
	{ "{\"do\":\"site-add\",\"site\":9,\"code\":\"4100000099\","
	    "\"name\":\"x\",\"domains\":[],\"parent\":\"4100000077\"}",
	    "parent" },
	{ "{\"do\":\"block\",\"site\":77}", "no such site" },
	{ "{\"do\":\"block\",\"site\":-1}", "no such site" },
	{ "{\"do\":\"enroll\",\"site\":1,\"ref\":\"00112233445566778899\","
	    "\"key\":\"00\"}", "64 hex" },
	{ "{\"do\":\"ticket\",\"site\":1,\"ref\":\"0011\",\"expires\":1}",
	    "20 hex" },
	{ "{\"do\":\"confirm\",\"site\":1,\"letter\":-5}", "no such letter" },
	{ "{\"do\":\"dismiss\",\"site\":1,\"place\":1}",
	    "nothing of this site is held" },
	{ "{\"do\":\"dismiss\",\"site\":0,\"place\":-1}",
	    "nothing of this site is held" },
	{ "{\"do\":\"dismiss\",\"site\":0}", "nothing of this site" },
	{ "{\"do\":\"dismiss\",\"site\":9,\"all\":true}", "no such site" },
	{ "{\"do\":\"prove\",\"site\":9,\"proven\":true}", "no such site" },
	{ "{\"do\":\"prove\",\"site\":1,\"domain\":\"s1.gov.cn\"}",
	    "true or false" },
	{ "{\"do\":\"prove\",\"site\":1,\"domain\":\"s2.gov.cn\","
	    "\"proven\":true}", "not the site's" },
	{ "{\"do\":\"prove\",\"site\":1,\"domain\":\"s1.gov.cn\","
	    "\"proven\":true,\"key\":\"7\"}", "64 hex" },
	{ "{\"do\":\"prove\",\"site\":1,\"domain\":\"s1.gov.cn\","
	    "\"proven\":true,\"key\":\"" KEY "\"}", "not the site's any" },
};

START_TEST(holds_acts_it_cannot_follow)
{
	struct last_held l;
	struct site_info s;

	kit_act(&k, "%s", bad_acts[_i].json);
	l = held(0);
	ck_assert_uint_eq(l.n, 1);
	ck_assert_has(l.why, bad_acts[_i].why);
	ck_assert(!query_site_by_number(query, 9, &s));
}
END_TEST

START_TEST(lets_the_record_pass)
{
	kit_act(&k, "{\"do\":\"start\",\"actor\":\"hub\",\"reason\":\"\"}");
	ck_assert_uint_eq(held(0).n, 0);
	ck_assert_uint_eq(view_place(k.view), 3);
}
END_TEST

/* By a hub that wrote more letters up to there: all of them, not one to come. */
START_TEST(confirms_no_letter_to_come)
{
	kit_act(&k, "{\"do\":\"confirm\",\"site\":1,\"letter\":5}");
	ck_assert_uint_eq(held(0).n, 0);
	ck_assert_uint_eq(site(1).confirmed, 0);
	say(1, CHANGE_CREATED, "http://elsewhere.gov.cn/", "not its own");
	ck_assert_uint_eq(site(1).letters, 1);
	kit_act(&k, "{\"do\":\"confirm\",\"site\":1,\"letter\":5}");
	ck_assert_uint_eq(site(1).confirmed, 1);
}
END_TEST

START_TEST(a_ticket_is_used_once)
{
	const uint8_t ref[TICKET_REF] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55,
	    0x66, 0x77, 0x88, 0x99 };
	struct view_ticket t;
	struct view_site s;

	look();
	ck_assert(!view_ticket(k.view, ref, &t));
	kit_act(&k, "{\"do\":\"ticket\",\"site\":1,\"ref\":\"" REF "\","
	    "\"expires\":1795000086400000}");
	look();
	ck_assert(view_ticket(k.view, ref, &t));
	ck_assert(!t.used);
	ck_assert_int_eq(t.expires, INT64_C(1795000086400000));
	kit_act(&k, "{\"do\":\"enroll\",\"site\":2,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	ck_assert_has(held(0).why, "another site");
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" KEY "\"}");
	look();
	ck_assert(view_ticket(k.view, ref, &t));
	ck_assert(t.used);
	ck_assert_int_eq(t.key_hash[0], 0xaa);
	ck_assert(view_site(k.view, 1, &s));
	ck_assert(s.has_key);
	ck_assert_int_eq(s.key_hash[31], 0xaa);
	kit_act(&k, "{\"do\":\"enroll\",\"site\":1,\"ref\":\"" REF "\","
	    "\"key\":\"" OTHER "\"}");
	ck_assert_has(held(0).why, "another key");
	ck_assert(view_site(k.view, 1, &s));
	ck_assert_int_eq(s.key_hash[31], 0xaa);
	ck_assert_int_eq(site(1).enrolled, KIT_NOW);
}
END_TEST

START_TEST(blocks_and_lets_go)
{
	struct view_site v;

	kit_act(&k, "{\"do\":\"block\",\"site\":1,\"actor\":\"a\","
	    "\"reason\":\"left the cluster\"}");
	ck_assert_int_eq(site(1).state, SITE_BLOCKED);
	ck_assert(view_site(k.view, 1, &v));
	ck_assert(v.blocked);
	ck_assert_str_eq(v.reason, "left the cluster");
	say(1, CHANGE_CREATED, "http://s1.gov.cn/a", "a");
	ck_assert_uint_eq(site(1).items, 0);
	ck_assert_has(held(1).why, "blocked");
	say(1, CHANGE_UPDATED, "http://s1.gov.cn/a", "a, then");
	say(1, CHANGE_CREATED, "http://elsewhere.gov.cn/", "not its own");
	ck_assert_uint_eq(site(1).held, 2);
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1}");
	say(1, CHANGE_CREATED, "http://s1.gov.cn/b", "b");

	/* what was under way is not lost */
	ck_assert_uint_eq(site(1).items, 2);
	ck_assert_uint_eq(site(1).held, 1);
	ck_assert(view_site(k.view, 1, &v));
	ck_assert(!v.blocked);
	ck_assert_str_eq(v.reason, "");
}
END_TEST

START_TEST(a_fork_holds_the_site)
{
	struct view_site v;

	kit_act(&k, "{\"do\":\"fork\",\"site\":1,\"seq\":5,"
	    "\"address\":\"203.0.113.7:1\"}");
	look();
	ck_assert(view_site(k.view, 1, &v));
	ck_assert(v.forked);
	say(1, CHANGE_CREATED, "http://s1.gov.cn/a", "a");
	ck_assert_uint_eq(site(1).items, 0);
	kit_act(&k, "{\"do\":\"unblock\",\"site\":1}");
	look();
	ck_assert(view_site(k.view, 1, &v));
	ck_assert(!v.forked);
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

/* --- whose domain --------------------------------------------------------------------- */

START_TEST(the_longest_domain_wins)
{
	struct buf why;
	uint32_t n;

	buf_init(&why, 4096);
	kit_act(&k, "{\"do\":\"site-add\",\"site\":3,\"code\":\"4100000003\","
	    "\"name\":\"d\",\"domains\":[\"jy.S1.gov.cn.\"],\"kind\":"
	    "\"department\",\"parent\":\"4100000001\"}");
	look();
	ck_assert(view_may_speak(k.view, 1, SPAN("http://s1.gov.cn/"),
	    &why));
	ck_assert(view_may_speak(k.view, 1, SPAN("http://www.s1.gov.cn/x"),
	    &why));
	ck_assert(view_may_speak(k.view, 3, SPAN("https://jy.s1.gov.cn/"),
	    &why));
	ck_assert(view_may_speak(k.view, 3, SPAN("https://a.jy.s1.gov.cn/"),
	    &why));
	ck_assert_uint_eq(why.n, 0);
	ck_assert(!view_may_speak(k.view, 1, SPAN("http://jy.s1.gov.cn/"),
	    &why));
	ck_assert_has(buf_cstr(&why), "jy.s1.gov.cn is not a domain");
	ck_assert_has(buf_cstr(&why), "belongs to site ");
	ck_assert_has(buf_cstr(&why), "this site has s1.gov.cn");
	ck_assert(!view_may_speak(k.view, 3, SPAN("http://s1.gov.cn/"),
	    &why));
	ck_assert(!view_may_speak(k.view, 1, SPAN("http://xs1.gov.cn/"),
	    &why));
	ck_assert(!view_may_speak(k.view, 1, SPAN("http://gov.cn/"), &why));
	ck_assert(view_site_domain(k.view, SPAN("jy.s1.gov.cn"), &n));
	ck_assert_uint_eq(n, 3);
	ck_assert(!view_site_domain(k.view, SPAN("a.jy.s1.gov.cn"), &n));
	say(1, CHANGE_CREATED, "http://jy.s1.gov.cn/a", "a");
	ck_assert_has(held(1).why, "jy.s1.gov.cn is not a domain");
	ck_assert_uint_eq(site(3).parent, 1);
	buf_clear(&why);
}
END_TEST

/* --- items -------------------------------------------------------------------------------- */

START_TEST(deleting_nothing_is_nothing)
{
	say(1, CHANGE_DELETED, "http://s1.gov.cn/a", "");
	ck_assert_uint_eq(site(1).withdrawn, 0);
	ck_assert_uint_eq(site(1).shown, 1);
	ck_assert_uint_eq(site(1).held, 0);
}
END_TEST

START_TEST(what_went_still_has_a_name)
{
	struct change c = kit_change(CHANGE_DELETED, "http://s1.gov.cn/a",
	    "");
	struct item_info i;

	say(1, CHANGE_CREATED, "http://s1.gov.cn/a", "政务公开");
	c.word[WORD_REASON] = SPAN("outdated");
	c.word[WORD_BY] = SPAN("li");
	k.now += 1000;
	kit_say(&k, 1, &c);
	i = item("http://s1.gov.cn/a");
	ck_assert(i.withdrawn);
	ck_assert_uint_eq(i.changes, 2);
	ck_assert_int_eq(i.created, KIT_NOW);
	ck_assert_int_eq(i.updated, KIT_NOW + 1000);
	ck_assert(span_is(i.said.word[WORD_TITLE], SPAN("政务公开")));
	ck_assert(span_is(i.said.word[WORD_REASON], SPAN("outdated")));
	say(1, CHANGE_CREATED, "http://s1.gov.cn/a", "again");
	ck_assert(!item("http://s1.gov.cn/a").withdrawn);
	ck_assert_uint_eq(site(1).withdrawn, 0);
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

/* An id stays when its address changes; the old address leads to it until
 * another item is there. */
START_TEST(addresses_change_hands)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/old",
	    "a");
	uint64_t a, b;

	c.id = SPAN("A");
	kit_say(&k, 1, &c);
	a = item("4100000001:A").number;
	c.url = SPAN("http://s1.gov.cn/new");
	c.kind = CHANGE_UPDATED;
	kit_say(&k, 1, &c);
	ck_assert_uint_eq(item("http://s1.gov.cn/new").number, a);
	ck_assert_uint_eq(item("http://s1.gov.cn/old").number, a);
	c.id = SPAN("B");
	c.url = SPAN("http://s1.gov.cn/old");
	c.kind = CHANGE_CREATED;
	kit_say(&k, 1, &c);
	b = item("4100000001:B").number;
	ck_assert_uint_ne(a, b);
	ck_assert_uint_eq(item("http://S1.gov.cn:80/old#x").number, b);
	ck_assert_uint_eq(item("http://s1.gov.cn/new").number, a);
	ck_assert_uint_eq(site(1).items, 2);
}
END_TEST

/* A page gets another id, as when a source is renamed: the old id goes after
 * the new one came, and the address leads to the page all the time. */
START_TEST(an_address_outlives_an_id)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/x",
	    "a");
	uint64_t b;

	c.id = SPAN("A");
	kit_say(&k, 1, &c);
	c.id = SPAN("B");
	kit_say(&k, 1, &c);
	b = item("4100000001:B").number;
	ck_assert_uint_eq(item("http://s1.gov.cn/x").number, b);
	c.id = SPAN("A");
	c.kind = CHANGE_DELETED;
	kit_say(&k, 1, &c);
	ck_assert(item("4100000001:A").withdrawn);
	ck_assert_uint_eq(item("http://s1.gov.cn/x").number, b);
	ck_assert(!item("http://s1.gov.cn/x").withdrawn);
	ck_assert_uint_eq(site(1).items, 1);
}
END_TEST

START_TEST(dates_of_the_future_are_flagged)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/a",
	    "a");
	struct item_info i;

	c.published = KIT_NOW + INT64_C(3650) * 86400000;
	kit_say(&k, 1, &c);
	i = item("http://s1.gov.cn/a");
	ck_assert(i.ahead);
	ck_assert_int_eq(i.date, KIT_NOW);
	ck_assert_int_eq(i.said.published, c.published);
	c.published = KIT_NOW + 3600000;
	c.kind = CHANGE_UPDATED;
	kit_say(&k, 1, &c);
	i = item("http://s1.gov.cn/a");
	ck_assert(!i.ahead);
	ck_assert_int_eq(i.date, KIT_NOW);
	c.published = CLOCK_NONE;
	c.modified = 1234567890;
	kit_say(&k, 1, &c);
	ck_assert_int_eq(item("http://s1.gov.cn/a").date, 1234567890);
	c.modified = CLOCK_NONE;
	c.when = 1234567891;
	kit_say(&k, 1, &c);
	ck_assert_int_eq(item("http://s1.gov.cn/a").date, 1234567891);
}
END_TEST

START_TEST(digests_follow)
{
	struct change a = kit_change(CHANGE_CREATED, "http://s1.gov.cn/a",
	    "a"), b = kit_change(CHANGE_UPDATED, "http://s1.gov.cn/b", "b");
	uint8_t hash[32], item_hash[32], expected[32];
	struct site_info s;
	struct digest d;

	kit_say(&k, 1, &a);
	kit_say(&k, 1, &b);
	digest_init(&d);
	change_item_hash(&a, hash);
	digest_item_hash(item_hash, a.url, hash);
	digest_add(&d, item_hash);
	change_item_hash(&b, hash);
	digest_item_hash(item_hash, b.url, hash);
	digest_add(&d, item_hash);
	digest_sum(&d, expected);
	s = site(1);
	ck_assert_mem_eq(s.digest, expected, 32);
	digest_remove(&d, item_hash);
	digest_sum(&d, expected);
	say(1, CHANGE_DELETED, "http://s1.gov.cn/b", "");
	s = site(1);
	ck_assert_mem_eq(s.digest, expected, 32);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("apply");
	TCase *c = tcase_create("rules");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_add_test(c, adds_a_site);
	tcase_add_loop_test(c, holds_acts_it_cannot_follow, 0,
	    sizeof(bad_acts) / sizeof(bad_acts[0]));
	tcase_add_test(c, lets_the_record_pass);
	tcase_add_test(c, confirms_no_letter_to_come);
	tcase_add_test(c, a_ticket_is_used_once);
	tcase_add_test(c, blocks_and_lets_go);
	tcase_add_test(c, a_fork_holds_the_site);
	tcase_add_test(c, the_longest_domain_wins);
	tcase_add_test(c, deleting_nothing_is_nothing);
	tcase_add_test(c, what_went_still_has_a_name);
	tcase_add_test(c, addresses_change_hands);
	tcase_add_test(c, an_address_outlives_an_id);
	tcase_add_test(c, dates_of_the_future_are_flagged);
	tcase_add_test(c, digests_follow);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
