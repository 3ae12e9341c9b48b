/*
 * The operator's acts about a site that is not as it should be: what is
 * refused and in which words, and what is written.
 */
#include "hub/govern.h"

#include "hub/operate.h"
#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct ask a;
static struct ask_ticket tickets[8];
static json_t *said;

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	core_site(&kit, 2);
	for (size_t i = 0; i < 8; i++) {
		memset(tickets[i].ref, (int)(0x70 + i), TICKET_REF);
		snprintf(tickets[i].text, sizeof(tickets[i].text),
		    "zq1.ticket%zu", i);
	}
}

static void
end(void)
{
	ask_clear(&a);
	json_decref(said);
	said = NULL;
}

static void
tear_down(void)
{
	end();
	core_close(&kit);
}

/* As desk and errand do it: rehearse, mint, run, write. Takes o. */
static bool
run_as(json_t *o)
{
	bool good;

	end();
	said = o;
	ask_init(&a);
	a.view = kit.writer.view;
	a.journal = kit.writer.journal;
	a.config = &kit.config;
	a.said = said;
	a.now = CORE_NOW;
	snprintf(a.actor, sizeof(a.actor), "wang");
	good = operate_run(&a);
	if (good && a.wanted > 0) {
		ck_assert_uint_le(a.wanted, 8);
		a.tickets = a.wanted;
		a.ticket = tickets;
		good = operate_run(&a);
	}
	if (good && a.acts.count > 0)
		ck_assert(writer_act(&kit.writer, &a.acts));
	return good;
}

static bool
run(const char *act, const char *code, const char *name, const char *value)
{
	return run_as(json_pack("{s:s, s:s, s:s}", "do", act, "code", code,
	    name, value));
}

#define ck_assert_refused(what, word)					\
	do {								\
		ck_assert_msg(!(what), "not refused: %s", word);	\
		ck_assert_msg(strstr(buf_cstr(&a.error), word) != NULL,	\
		    "\"%s\" is not in: %s", word, buf_cstr(&a.error));	\
	} while (0)

static struct view_site
view(uint32_t number)
{
	struct view_site s;

	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	ck_assert(view_site(kit.writer.view, number, &s));
	return s;
}

/* A beat of site 1. */
static void
beat(const char *features, uint64_t held)
{
	struct journal_batch b = { .site = 1, .incarnation = 0x77,
	    .first = 1, .now = CORE_NOW, .instance = 5,
	    .features = span_of(features), .held = held };
	struct journal_verdict v;

	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
}

/* `count` items of site 1, or withdrawals of them. */
static void
say(enum change_kind kind, uint64_t first, size_t count)
{
	struct buf *row = calloc(count, sizeof(*row));
	struct span *rows = calloc(count, sizeof(*rows));
	uint8_t (*hash)[32] = calloc(count, 32);
	struct journal_batch b = { .site = 1, .incarnation = 0x77,
	    .first = first, .head = first + count - 1, .now = CORE_NOW,
	    .count = count, .row = rows,
	    .hash = (const uint8_t (*)[32])hash };
	struct journal_verdict v;

	for (size_t i = 0; i < count; i++) {
		struct change c;
		char url[64];

		snprintf(url, sizeof(url), "http://www.s1.gov.cn/%zu", i);
		change_init(&c);
		c.kind = kind;
		c.seq = first + i;
		c.when = CORE_NOW;
		c.url = span_of(url);
		c.word[WORD_TITLE] = SPAN("a title");
		buf_init(&row[i], LIMIT_CHANGE);
		change_write(&row[i], &c);
		rows[i] = buf_look(&row[i]);
		change_hash(&c, hash[i]);
	}
	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	for (size_t i = 0; i < count; i++)
		buf_clear(&row[i]);
	free(row);
	free(rows);
	free(hash);
}

/* --- settle --------------------------------------------------------------- */

static void
fork_it(const char *before, const char *now)
{
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "do",
	    "fork", "site", 1, "cause", "instance", "before", before,
	    "instance_before", "00000000000000a1", "address", now,
	    "instance", "00000000000000b2"));
}

static uint8_t
kept(const char *keep)
{
	ck_assert_msg(run("settle", "4101000001", "keep", keep), "%s: %s",
	    keep, buf_cstr(&a.error));
	ck_assert_uint_eq(a.settled, 1);
	return view(1).kept;
}

START_TEST(test_settle_finds_which)
{
	set_up();
	ck_assert_refused(run("settle", "4101000009", "keep", "1"),
	    "no site");
	ck_assert_refused(run("settle", "4101000001", "keep", "1"),
	    "not held for two agents");
	say(CHANGE_CREATED, 1, 1);
	beat("changes want", 0);
	fork_it("10.0.0.1:5", "10.0.0.2:6");
	ck_assert_refused(run("settle", "4101000001", "keep", "10.0.0.3"),
	    "which of the two");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&a.hint), "10.0.0.2:6"));
	ck_assert_refused(run("settle", "4101000001", "keep", ""),
	    "which of the two");
	ck_assert_refused(run("settle", "4101000001", "keep", "3"),
	    "which of the two");
	ck_assert_uint_eq(kept("10.0.0.1:5"), 1);
	ck_assert_uint_eq(view(1).given_up, 0x77);
	ck_assert_uint_eq(kept("10.0.0.2"), 2);	/* thought again */
	ck_assert_uint_eq(kept("10.0.0.1"), 1);
	ck_assert_uint_eq(kept("00000000000000b2"), 2);
	ck_assert_uint_eq(kept("00a1"), 1);
	ck_assert_uint_eq(kept("00b2"), 2);
	ck_assert_refused(run("settle", "4101000001", "keep", "0"),
	    "which of the two");
	ck_assert_uint_eq(kept("1"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(a.result,
	    "dropped")), "10.0.0.2:6");
	tear_down();
}
END_TEST

START_TEST(test_settle_on_one_host)
{
	set_up();
	beat("want", 0);
	fork_it("[2001:db8::1]:5", "[2001:db8::1]:6");
	ck_assert_refused(run("settle", "4101000001", "keep",
	    "[2001:db8::1]"), "which of the two");
	ck_assert_uint_eq(kept("[2001:db8::1]:6"), 2);
	fork_it("10.0.0.1", "10.0.0.1");
	ck_assert_refused(run("settle", "4101000001", "keep", "10.0.0.1"),
	    "which of the two");
	ck_assert_uint_eq(kept("2"), 2);
	tear_down();
}
END_TEST

START_TEST(test_settle_needs_an_agent_that_can)
{
	set_up();
	beat("changes letters", 0);
	fork_it("10.0.0.1:5", "10.0.0.2:6");
	ck_assert_refused(run("settle", "4101000001", "keep", "1"),
	    "too old");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&a.hint), "unblock"));
	ck_assert(view(1).forked);
	tear_down();
}
END_TEST

/* --- in and out ----------------------------------------------------------- */

START_TEST(test_admit)
{
	char old[65], key[65];

	set_up();
	ck_assert_refused(run("admit", "4101000001", "reason", ""),
	    "a reason is needed");
	ck_assert_refused(run("admit", "4101000001", "reason", "x"),
	    "not in quarantine");
	for (int n = 0; n < 32; n++)
		memcpy(old + 2 * n, "01", 2);
	memset(key, '5', 64);
	old[64] = key[64] = '\0';
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:b}", "do", "renew",
	    "site", 1, "key", key, "old", old, "quarantine", true));
	ck_assert(view(1).quarantined);
	ck_assert(run("admit", "4101000001", "reason", "seen"));
	ck_assert(!view(1).quarantined);
	tear_down();
}
END_TEST

START_TEST(test_retire)
{
	set_up();
	say(CHANGE_CREATED, 1, 1000);
	ck_assert_uint_eq(view(1).items, 1000);
	ck_assert_refused(run("retire", "4101000001", "reason", ""),
	    "a reason is needed");
	ck_assert(run("retire", "4101000001", "reason", "merged"));
	ck_assert_uint_gt(a.acts.count, 3);	/* in pieces */
	ck_assert_uint_eq(a.dropped, 1);
	ck_assert_int_eq(json_integer_value(json_object_get(a.result,
	    "withdrawn")), 1000);
	ck_assert_uint_eq(view(1).items, 0);
	ck_assert(view(1).retired);
	ck_assert_refused(run("retire", "4101000001", "reason", "x"),
	    "retired already: merged");
	ck_assert_refused(run("block", "4101000001", "reason", "x"),
	    "is retired");
	ck_assert_refused(run("unblock", "4101000001", "reason", "x"),
	    "neither blocked nor held");
	ck_assert_refused(run("ticket", "4101000001", "reason", "x"),
	    "is retired");
	ck_assert_refused(run("reissue", "4101000001", "reason", "x"),
	    "is retired");
	tear_down();
}
END_TEST

START_TEST(test_reissue)
{
	json_t *rows;

	set_up();
	core_site(&kit, 3);
	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", 2));
	ck_assert(run("reissue", "4101000001", "reason", "new machine"));
	ck_assert_str_eq(json_string_value(json_object_get(a.result,
	    "ticket")), "zq1.ticket0");
	ck_assert_str_eq(json_string_value(json_object_get(a.result,
	    "what")), "reissued");
	ck_assert_refused(run("reissue", "4101000002", "reason", ""),
	    "is blocked");

	end();
	said = json_pack("{s:s, s:b}", "do", "reissue", "all", true);
	ask_init(&a);
	a.view = kit.writer.view;
	a.journal = kit.writer.journal;
	a.config = &kit.config;
	a.said = said;
	snprintf(a.actor, sizeof(a.actor), "wang");
	ck_assert(operate_run(&a));
	ck_assert_uint_eq(a.wanted, 2);
	a.tickets = 2;
	a.ticket = tickets;
	ck_assert(operate_run(&a));
	rows = json_object_get(a.result, "rows");
	ck_assert_uint_eq(json_array_size(rows), 2);
	ck_assert_str_eq(json_string_value(json_object_get(
	    json_array_get(rows, 1), "code")), "4101000003");
	ck_assert_int_eq(json_integer_value(json_object_get(a.result,
	    "blocked")), 1);
	tear_down();
}
END_TEST

/* --- domains -------------------------------------------------------------- */

static bool
run_domain(const char *act, const char *domain)
{
	end();
	said = json_pack("{s:s, s:s, s:s, s:s}", "do", act, "code",
	    "4101000001", "domain", domain, "reason", "new");
	ask_init(&a);
	a.view = kit.writer.view;
	a.journal = kit.writer.journal;
	a.config = &kit.config;
	a.said = said;
	snprintf(a.actor, sizeof(a.actor), "wang");
	if (!operate_run(&a))
		return false;
	ck_assert(writer_act(&kit.writer, &a.acts));
	return true;
}

START_TEST(test_domains)
{
	set_up();
	ck_assert_refused(run("domain-add", "4101000001", "domain", "x.cn"),
	    "a reason is needed");
	ck_assert_refused(run_domain("domain-add", "gov.cn"),
	    "public suffix");
	ck_assert_refused(run_domain("domain-add", "www.s2.gov.cn"),
	    "is of site 4101000002");
	ck_assert_refused(run_domain("domain-remove", "www.s2.gov.cn"),
	    "is not a domain of site 4101000001");
	ck_assert_refused(run_domain("domain-remove", "www.s1.gov.cn"),
	    "the only domain");
	ck_assert(run_domain("domain-add", "WWW.new.gov.cn"));
	ck_assert_uint_eq(view(1).domains, 2);
	ck_assert(run_domain("domain-remove", "www.s1.gov.cn"));
	ck_assert_str_eq(view(1).domain, "www.new.gov.cn");
	tear_down();
}
END_TEST

/* --- the gate ------------------------------------------------------------- */

static json_int_t
result(const char *name)
{
	return json_integer_value(json_object_get(a.result, name));
}

START_TEST(test_release)
{
	set_up();
	say(CHANGE_CREATED, 1, 1000);
	core_act(&kit, json_pack("{s:s, s:i, s:i, s:i}", "do", "gate",
	    "site", 1, "count", 1000, "of", 1000));
	say(CHANGE_DELETED, 1001, 1000);
	ck_assert_uint_eq(view(1).gated, 1000);
	ck_assert_refused(run("release", "4101000001", "reason", ""),
	    "a reason is needed");
	ck_assert_refused(run("release", "4101000002", "reason", "x"),
	    "nothing of site 4101000002 waits");
	ck_assert(run("release", "4101000001", "reason", "moved"));
	ck_assert_uint_eq(a.acts.count, 3);	/* in pieces */
	ck_assert_int_eq(result("here"), 1000);
	ck_assert_int_eq(result("there"), 0);
	ck_assert_uint_eq(view(1).items, 0);
	ck_assert(!view(1).gate);
	tear_down();
}
END_TEST

static void
note_letter(void *arg, const struct letter *l)
{
	snprintf(arg, 512, "%.*s: %.*s", SPAN_ARGS(l->kind),
	    SPAN_ARGS(l->text));
}

START_TEST(test_the_agents_own_gate)
{
	char letter[512] = "";

	set_up();
	beat("changes", 12);		/* too old to read the letter */
	ck_assert_refused(run("refuse", "4101000001", "reason", "x"),
	    "nothing of site 4101000001 waits");
	beat("changes gate", 12);
	ck_assert(run("refuse", "4101000001", "reason", "no disk"));
	ck_assert_int_eq(result("here"), 0);
	ck_assert_int_eq(result("there"), 12);
	(void)view(1);
	view_letters(kit.writer.view, 1, 0, 10, note_letter, letter);
	ck_assert_str_eq(letter, "refuse: no disk (wang, at the hub)");
	tear_down();
}
END_TEST

/* --- notices -------------------------------------------------------------- */

static bool
maintain(const char *zone)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "do",
	    "notice-announce", "code", "4101000001", "kind", "maintenance",
	    "recurs", "sun 23:00-01:30", "reason", "x");

	if (zone != NULL)
		json_object_set_new(o, "zone", json_string(zone));
	return run_as(o);
}

/* A form on the page sends what was left empty. */
START_TEST(test_zone_of_maintenance)
{
	static const char *const zones[][2] = { { NULL, "Asia/Shanghai" },
		{ "", "Asia/Shanghai" }, { "Asia/Urumqi", "Asia/Urumqi" } };

	set_up();
	for (size_t i = 0; i < 3; i++) {
		ck_assert_msg(maintain(zones[i][0]), "%s",
		    buf_cstr(&a.error));
		ck_assert_str_eq(json_string_value(json_object_get(a.result,
		    "zone")), zones[i][1]);
	}
	ck_assert_refused(maintain("Asia/Nowhere"), "no time zone");
	tear_down();
}
END_TEST

/* --- pins ----------------------------------------------------------------- */

static bool
pin(const char *url)
{
	return run_as(json_pack("{s:s, s:s, s:s, s:I, s:s}", "do",
	    "check-pin", "url", url, "outcome", "ok", "until",
	    (json_int_t)CORE_NOW + 86400000, "reason", "seen by hand"));
}

START_TEST(test_pin)
{
	set_up();
	say(CHANGE_CREATED, 1, 2);
	(void)view(1);
	ck_assert_refused(pin("http://www.s1.gov.cn/1"), "own agent");
	ck_assert(pin("http://www.s1.gov.cn/other"));	/* nothing covers it */
	ck_assert(pin("http://example.com/1"));
	tear_down();
}
END_TEST

static void
add(TCase *c)
{
	tcase_add_test(c, test_settle_finds_which);
	tcase_add_test(c, test_settle_on_one_host);
	tcase_add_test(c, test_settle_needs_an_agent_that_can);
	tcase_add_test(c, test_admit);
	tcase_add_test(c, test_retire);
	tcase_add_test(c, test_reissue);
	tcase_add_test(c, test_domains);
	tcase_add_test(c, test_release);
	tcase_add_test(c, test_the_agents_own_gate);
	tcase_add_test(c, test_zone_of_maintenance);
	tcase_add_test(c, test_pin);
}

int
main(void)
{
	return core_run_suite("govern", add);
}
