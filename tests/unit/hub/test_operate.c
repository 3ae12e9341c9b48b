/*
 * Operators' acts: what is refused and in which words, and what is written.
 * Imports are in test_operate_import.c.
 */
#include "tests/unit/hub/operatekit.h"

#define LOT (600u << 10)

START_TEST(test_add_refuses)
{
	set_up();
	refused(site("41", "x", "www.a.gov.cn"), "4 to 20 letters");
	refused(site("41-1000002", "x", "www.a.gov.cn"), "4 to 20 letters");
	refused(site("ABCDE", "x", "www.a.gov.cn"), "--odd-code");
	refused(site("4101000001", "x", "www.a.gov.cn"), "www.s1.gov.cn");
	refused(site("4101000002", "x", "www.S1.gov.cn."), "4101000001");
	refused(site("4101000002", "", "www.a.gov.cn"), "name: empty");
	refused(site("4101000002", "  ", "www.a.gov.cn"), "name: empty");
	refused(site("4101000002", "a\nb", "www.a.gov.cn"), "control");
	refused(site("4101000002", "郑州\xe2\x80\xae市", "www.a.gov.cn"),
	    "U+202E");
	refused(site("4101000002", "郑\xe2\x80\x8b州", "www.a.gov.cn"),
	    "U+200B");
	refused(site("4101000002", "x", "gov.cn"), "public suffix");
	refused(site("4101000002", "x", "com"), "public suffix");
	refused(site("4101000002", "x", ""), "domain");
	refused(site("4101000002", "x", "https://a.gov.cn/"), "domain");
	refused(site("4101000002", "x", "a b.gov.cn"), "domain");
	refused(with(site("4101000002", "x", "www.a.gov.cn"), "parent",
	    "4101000009"), "no site 4101000009");
	refused(with(site("4101000002", "x", "www.a.gov.cn"), "kind", "big"),
	    "neither portal nor department");
	refused(json_pack("{s:s}", "do", "dance"), "no act \"dance\"");
	tear_down();
}
END_TEST

START_TEST(test_add)
{
	json_t *said;
	struct view_site s;
	struct view_ticket t;
	uint32_t number;

	set_up();
	said = with(site("4101000002", "郑州市教育局", "ZZJY.例子.cn"),
	    "parent", "4101000001");
	ck_assert_msg(run(said), "%s", buf_cstr(&a.error));
	ck_assert_str_eq(json_string_value(json_object_get(a.result,
	    "enroll")), "zqagent enroll https://hub.example:7443 "
	    "zq1.ticket0");
	ck_assert(view_site_code(kit.writer.view, "4101000002", &number));
	ck_assert(view_site(kit.writer.view, number, &s));
	ck_assert_uint_eq(s.number, 2);
	ck_assert_str_eq(s.domain, "zzjy.xn--fsqu00a.cn");
	ck_assert(!s.has_key);
	ck_assert(view_ticket(kit.writer.view, tickets[0].ref, &t));
	ck_assert_uint_eq(t.site, 2);
	ck_assert_int_eq(t.expires, CORE_NOW + 24 * 3600 * 1000);
	ck_assert(!t.used);
	end(said);

	said = site("odd1", "x", "www.odd.gov.cn");
	json_object_set_new(said, "odd-code", json_true());
	ck_assert(run(said));
	end(said);
	tear_down();
}
END_TEST

static bool
keep_act(void *arg, const struct entry *e)
{
	snprintf(arg, 512, "%.*s", SPAN_ARGS(e->body));
	return true;
}

/* --- a site is called otherwise ------------------------------------------- */

static json_t *
change(const char *code, const char *what, const char *value)
{
	return with(json_pack("{s:s, s:s, s:s}", "do", "site-set", "code",
	    code, "reason", "reform"), what, value);
}

static void
changed(const char *code, const char *what, const char *value)
{
	json_t *said = change(code, what, value);

	ck_assert_msg(run(said), "%s", buf_cstr(&a.error));
	end(said);
}

START_TEST(test_set)
{
	json_t *said;

	set_up();
	core_site(&kit, 2);
	changed("4101000002", "name", "郑州市教育和体育局");
	changed("4101000002", "kind", "department");
	changed("4101000002", "parent", "4101000001");
	ck_assert_str_eq(site_is(2), "郑州市教育和体育局|department|1");
	refused(change("4101000002", "name", "郑州市教育和体育局"), "already");
	refused(change("4101000002", "name", "  "), "name: empty");
	refused(change("4101000002", "kind", "big"), "neither portal");
	refused(change("4101000002", "parent", "4101000009"),
	    "no site 4101000009");
	refused(change("4101000001", "parent", "4101000002"), "itself");
	refused(change("4101000002", "parent", "4101000002"), "itself");
	refused(change("4101000009", "name", "x"), "4101000009");
	refused(json_pack("{s:s, s:s, s:s}", "do", "site-set", "code",
	    "4101000002", "name", "x"), "reason");
	said = change("4101000002", "kind", "");
	json_object_set_new(said, "orphan", json_true());
	ck_assert(run(said));
	end(said);
	ck_assert_str_eq(site_is(2), "郑州市教育和体育局|department|0");
	tear_down();
}
END_TEST

START_TEST(test_block_and_unblock)
{
	struct view_site s;
	char act[512];
	json_t *said;

	set_up();
	refused(json_pack("{s:s, s:s}", "do", "block", "code",
	    "4101000001"), "a reason is needed");
	refused(json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000009", "reason", "x"), "no site");
	refused(json_pack("{s:s, s:s, s:s}", "do", "unblock", "code",
	    "4101000001", "reason", "x"), "neither blocked nor held");
	said = json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000001", "reason", "密钥外泄");
	ck_assert(run(said));
	ck_assert_uint_eq(a.dropped, 1);
	ck_assert(view_site(kit.writer.view, 1, &s) && s.blocked);
	ck_assert_str_eq(s.reason, "密钥外泄");
	journal_read(kit.writer.journal, journal_last(kit.writer.journal), 1,
	    keep_act, act);
	ck_assert_ptr_nonnull(strstr(act, "\"actor\":\"wang\""));
	ck_assert_ptr_nonnull(strstr(act, "密钥外泄"));
	end(said);
	refused(json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000001", "reason", "y"), "blocked already");
	refused(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000001"), "blocked");
	said = json_pack("{s:s, s:s, s:s}", "do", "unblock", "code",
	    "4101000001", "reason", "ok");
	ck_assert(run(said));
	ck_assert(a.lifted);
	ck_assert(view_site(kit.writer.view, 1, &s) && !s.blocked);
	end(said);
	tear_down();
}
END_TEST

/* --- held, proof --- */

/* One change of a host that isn't the site's; its place. */
static uint64_t
hold_one(uint64_t seq)
{
	struct journal_batch b = { .site = 1, .incarnation = 7,
	    .first = seq, .head = seq, .now = CORE_NOW, .count = 1 };
	struct journal_verdict v;
	uint8_t hash[1][32];
	struct change c;
	struct span rows[1];
	struct buf row;
	char url[64];

	change_init(&c);
	c.seq = seq;
	c.kind = CHANGE_CREATED;
	c.when = CORE_NOW;
	snprintf(url, sizeof(url), "http://evil.example/%d", (int)seq);
	c.url = span_of(url);
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	rows[0] = buf_look(&row);
	change_hash(&c, hash[0]);
	b.row = rows;
	b.hash = (const uint8_t (*)[32])hash;
	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	buf_clear(&row);
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	return journal_last(kit.writer.journal);
}

static json_t *
dismissal(uint64_t place, const char *code, const char *reason)
{
	return json_pack("{s:s, s:I, s:s, s:s}", "do", "dismiss",
	    "place", (json_int_t)place, "code", code, "reason", reason);
}

START_TEST(test_dismiss)
{
	uint64_t place;
	uint32_t site;
	json_t *said;

	set_up();
	place = hold_one(1);
	hold_one(2);
	hold_one(3);
	refused(dismissal(place, "", ""), "a reason is needed");
	refused(dismissal(place + 77, "", "x"), "nothing is held at");
	refused(dismissal(0, "", "x"), "nothing is held at");
	refused(dismissal(0, "4101000009", "x"), "no site");
	said = dismissal(place, "", "旧系统误发");
	ck_assert(run(said));
	ck_assert_int_eq(json_integer_value(json_object_get(a.result,
	    "dismissed")), 1);
	ck_assert_str_eq(json_string_value(json_object_get(a.result,
	    "code")), "4101000001");
	end(said);
	ck_assert(!view_held(kit.writer.view, place, &site));
	refused(dismissal(place, "", "x"), "nothing is held at");
	said = dismissal(0, "4101000001", "x");
	ck_assert(run(said));
	ck_assert_int_eq(json_integer_value(json_object_get(a.result,
	    "dismissed")), 2);
	end(said);
	ck_assert_uint_eq(view_held_count(kit.writer.view, 1, 10), 0);
	refused(dismissal(0, "4101000001", "x"), "nothing of site 4101");
	tear_down();
}
END_TEST

#define KEY_1 "0101010101010101010101010101010101010101010101010101010101010101"
#define KEY_2 "0201010101010101010101010101010101010101010101010101010101010101"

static json_t *
proof(const char *domain, const char *key)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "do", "prove",
	    "code", "4101000001", "domain", domain, "key", key,
	    "proven", true, "evidence", "https 200, key fits");
}

START_TEST(test_prove)
{
	char act[512];
	json_t *said;

	set_up();
	refused(proof("www.s1.gov.cn", KEY_2), "changed meanwhile");
	refused(proof("www.s2.gov.cn", KEY_1), "changed meanwhile");
	refused(proof("www.s1.gov.cn", "x"), "changed meanwhile");
	said = proof("www.s1.gov.cn", KEY_1);
	ck_assert_msg(run(said), "%s", buf_cstr(&a.error));
	end(said);
	journal_read(kit.writer.journal, journal_last(kit.writer.journal), 1,
	    keep_act, act);
	ck_assert_ptr_nonnull(strstr(act, "\"proven\":true"));
	ck_assert_ptr_nonnull(strstr(act, "https 200, key fits"));
	ck_assert_ptr_nonnull(strstr(act, "\"actor\":\"wang\""));
	tear_down();
}
END_TEST

/* --- of any act ----------------------------------------------------------- */

/* Whoever says it, and whatever is long: the journal takes no such act, and
 * the core must not find that out when it writes. */
START_TEST(test_too_long)
{
	char *lot = malloc(LOT + 1);
	json_t *said;

	memset(lot, 'x', LOT);
	lot[LOT] = '\0';
	set_up();
	said = site("4101000002", "x", "www.a.gov.cn");
	refused(with(said, "reason", lot), "512 KiB");
	said = json_pack("{s:s, s:s, s:s, s:s}", "do", "notice-announce",
	    "code", "4101000001", "kind", "outage", "service", lot);
	refused(with(said, "reason", "r"), "");
	said = json_pack("{s:s, s:s}", "do", "ticket", "code", "4101000001");
	ck_assert(run(said));
	end(said);
	tear_down();
	free(lot);
}
END_TEST

/* Who fills in a form is told of its fields, and of no options. */
static const struct {
	const char *kind, *name, *value, *field, *typed, *filled;
} notices[] = {
	{ "maintenance", "reason", "r", "from", "--from and --until",
	  "maintenance says from when until when, or when it recurs" },
	{ "outage", "recurs", "sun 02:00-04:00", "recurs", "--every",
	  "only maintenance recurs: an outage or a closing does not" },
	{ "maintenance", "recurs", "sundays", "recurs", "", "expected " },
	{ "closing", "reason", "r", "from", "--from",
	  "a closing says from when on the site is closed" },
	{ "closing", "service", "s", "service", "",
	  "it is the whole site that closes" },
	{ "outage", "see", "nowhere", "see", "", "nowhere: " },
	{ "outage", "reason", "", "reason", "", "a reason is needed" },
	{ "outage", "code", "９", "code", "", "no site with the code" },
};

static json_t *
notice(const char *kind, const char *name, const char *value)
{
	return with(json_pack("{s:s, s:s, s:s, s:s}", "do",
	    "notice-announce", "code", "4101000001", "kind", kind, "reason",
	    "r"), name, value);
}

START_TEST(test_page_words)
{
	json_t *said;

	set_up();
	for (int paged = 0; paged < 2; paged++) {
		said = notice(notices[_i].kind, notices[_i].name,
		    notices[_i].value);
		ask_init(&a);
		a.view = kit.writer.view;
		a.config = &kit.config;
		a.said = said;
		a.now = CORE_NOW;
		a.paged = paged != 0;
		snprintf(a.actor, sizeof(a.actor), "wang");
		ck_assert(!operate_run(&a));
		ck_assert_str_eq(a.field, notices[_i].field);
		ck_assert_msg(strstr(buf_cstr(&a.error), paged ?
		    notices[_i].filled : notices[_i].typed) != NULL, "%s",
		    buf_cstr(&a.error));
		ck_assert(!paged || strstr(buf_cstr(&a.error), "--") == NULL);
		ck_assert(!paged || strstr(buf_cstr(&a.hint), "zqhub ") ==
		    NULL);
		end(said);
	}
	tear_down();
}
END_TEST

/* What apply can't follow is refused, and not kept as held. */
START_TEST(test_roll)
{
	json_t *said;

	set_up();
	said = json_pack("{s:s}", "do", "ca-roll");
	refused(with(said, "trust", "<t/>"), "32 hex digits");
	said = json_pack("{s:s}", "do", "ca-rolled");
	refused(with(said, "ca", "00112233445566778899aabbccddeeff"),
	    "missing");
	said = with(json_pack("{s:s}", "do", "ca-roll"), "trust", "<t/>");
	ck_assert(run(with(said, "ca", "00112233445566778899aabbccddeeff")));
	ck_assert_uint_eq(view_held_count(kit.writer.view, 0, 10), 0);
	end(said);
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_too_long);
	tcase_add_test(t, test_roll);
	tcase_add_loop_test(t, test_page_words, 0,
	    (int)(sizeof(notices) / sizeof(notices[0])));
	tcase_add_test(t, test_add_refuses);
	tcase_add_test(t, test_add);
	tcase_add_test(t, test_set);
	tcase_add_test(t, test_block_and_unblock);
	tcase_add_test(t, test_dismiss);
	tcase_add_test(t, test_prove);
}

int
main(void)
{
	return core_run_suite("operate", add);
}
