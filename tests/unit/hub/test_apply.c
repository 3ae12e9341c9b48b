/*
 * Apply's rules, one by one: acts, what is held and how it is settled,
 * letters, dates, addresses that change hands.
 */
#include "tests/unit/hub/storekit.h"

#include "protocol/digest.h"

static struct kit k;
static struct store *store;
static struct query *query;

static void
setup(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	kit_site(&k, 1);
	kit_site(&k, 2);
}

static void
teardown(void)
{
	query_end(query);
	store_close(store);
	query = NULL;
	store = NULL;
	kit_close(&k);
}

/* Shows all there is, and looks from there. */
static struct query *
look(void)
{
	query_end(query);
	kit_show(&k, 100);
	if (store == NULL)
		store = kit_store(&k);
	query = query_begin(store);
	return query;
}

static struct site_info
site(uint32_t number)
{
	struct site_info s;

	ck_assert(query_site_by_number(look(), number, &s));
	return s;
}

static struct item_info
item(const char *name)
{
	struct item_info i;

	ck_assert_msg(query_item(look(), span_of(name), &i), "%s", name);
	return i;
}

static void
say(uint32_t number, enum change_kind kind, const char *url,
    const char *title)
{
	struct change c = kit_change(kind, url, title);

	kit_say(&k, number, &c);
}

struct last_held {
	size_t n;
	char why[512];
	uint64_t place;
};

static bool
note_held(void *arg, const struct held *h)
{
	struct last_held *l = arg;

	if (l->n++ == 0) {
		snprintf(l->why, sizeof(l->why), "%.*s", SPAN_ARGS(h->why));
		l->place = h->place;
	}
	return true;
}

static struct last_held
held(uint32_t number)
{
	struct last_held l = { .n = 0 };

	query_held(look(), number, 10, note_held, &l);
	return l;
}

#define ck_assert_has(text, part)					\
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" lacks \"%s\"",	\
	    text, part)

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
	{ "{\"do\":\"confirm\",\"site\":1,\"letter\":5}", "no such letter" },
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

	kit_say(&k, 1, &c);
	look();
	ck_assert_uint_eq(site(1).held, 1);
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

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, adds_a_site);
	tcase_add_loop_test(c, holds_acts_it_cannot_follow, 0,
	    sizeof(bad_acts) / sizeof(bad_acts[0]));
	tcase_add_test(c, lets_the_record_pass);
	tcase_add_test(c, a_ticket_is_used_once);
	tcase_add_test(c, blocks_and_lets_go);
	tcase_add_test(c, a_fork_holds_the_site);
	tcase_add_test(c, the_longest_domain_wins);
	tcase_add_test(c, what_is_held_is_told);
	tcase_add_test(c, what_is_said_anew_is_settled);
	tcase_add_test(c, a_critical_part_holds_its_change_only);
	tcase_add_test(c, garbage_is_held);
	tcase_add_test(c, what_is_dismissed_is_gone);
	tcase_add_test(c, what_is_dismissed_may_be_said_again);
	tcase_add_test(c, a_domain_is_proven);
	tcase_add_test(c, another_key_is_another_proof);
	tcase_add_test(c, others_are_kept);
	tcase_add_test(c, letters_have_an_end);
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
