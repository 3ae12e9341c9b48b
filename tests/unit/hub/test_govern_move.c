/*
 * The operator's acts about moves: what is refused and in which words, what
 * a dry run leaves behind, and what is written.
 */
#include "hub/govern_move.h"

#include "contrib/base/json_text.h"
#include "hub/move.h"
#include "hub/operate.h"
#include "hub/site.h"
#include "tests/unit/hub/corekit.h"
#include "tests/unit/langkit.h"

#define DAY INT64_C(86400000)

static struct corekit kit;
static struct ask a;
static json_t *said;

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	core_site(&kit, 2);
	kit.config.move_notice = 90 * (uint64_t)DAY;
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

/* As desk and errand do it. Takes what. */
static bool
run(json_t *what)
{
	bool good;

	end();
	said = what;
	ask_init(&a);
	a.view = kit.writer.view;
	a.journal = kit.writer.journal;
	a.config = &kit.config;
	a.said = said;
	a.now = CORE_NOW;
	snprintf(a.actor, sizeof(a.actor), "wang");
	good = operate_run(&a);
	if (good && a.acts.count > 0)
		ck_assert(writer_act(&kit.writer, &a.acts));
	return good;
}

static bool
announce(const char *scope, const char *old, const char *new, int64_t from,
    bool dry)
{
	return run(json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:b, s:s}", "do",
	    "move-announce", "code", "4101000001", "scope", scope, "old", old,
	    "new", new, "from", (json_int_t)from, "dry", dry, "reason",
	    "paper 7"));
}

static bool
decide(const char *act, int number)
{
	return run(json_pack("{s:s, s:i, s:s}", "do", act, "move", number,
	    "reason", "paper 8"));
}

static struct move
get(uint32_t number)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct move m = { .state = MOVE_NONE };

	(void)move_get(t, number, &m);
	db_abort(t);
	return m;		/* its spans are gone */
}

static bool
has_reason(uint32_t number, const char *reason)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct move m;
	bool has = move_get(t, number, &m) &&
	    span_is(m.reason, span_of(reason));

	db_abort(t);
	return has;
}

static const char *
result(const char *name)
{
	const char *s = json_string_value(json_object_get(a.result, name));

	return s != NULL ? s : "";
}

#define ck_assert_refused(what, word)					\
	do {								\
		ck_assert_msg(!(what), "not refused: %s", word);	\
		ck_assert_msg(strstr(buf_cstr(&a.error), word) != NULL,	\
		    "\"%s\" is not in: %s", word, buf_cstr(&a.error));	\
	} while (0)

START_TEST(announced)
{
	ck_assert(announce("prefix", "http://www.s1.gov.cn/a",
	    "HTTP://www.s1.gov.cn:80/b/", CORE_NOW + DAY, false));
	ck_assert_int_eq(get(1).state, MOVE_ANNOUNCED);
	ck_assert(get(1).operated);
	ck_assert_str_eq(result("old"), "http://www.s1.gov.cn/a/");
	ck_assert_str_eq(result("new"), "http://www.s1.gov.cn/b/");
	ck_assert_str_eq(result("state"), "announced");
	ck_assert_int_eq(json_integer_value(json_object_get(a.result,
	    "move")), 1);
	ck_assert_ptr_null(json_object_get(a.result, "warnings"));
}
END_TEST

START_TEST(a_dry_run_leaves_nothing)
{
	uint64_t place = journal_last(kit.writer.journal);
	uint8_t before[32], after[32];

	view_digest(kit.writer.view, before);
	ck_assert(announce("prefix", "http://www.s1.gov.cn/a/",
	    "http://www.s1.gov.cn/b/", CORE_NOW, true));
	ck_assert_str_eq(result("state"), "effective");
	ck_assert_int_eq(get(1).state, MOVE_NONE);
	ck_assert_uint_eq(journal_last(kit.writer.journal), place);
	view_digest(kit.writer.view, after);
	ck_assert_mem_eq(before, after, 32);
	ck_assert(!view_moved(kit.writer.view,
	    SPAN("http://www.s1.gov.cn/a/x"), CORE_NOW));
}
END_TEST

START_TEST(refused)
{
	ck_assert_refused(announce("prefix", "http://www.s2.gov.cn/a/",
	    "http://www.s1.gov.cn/b/", CORE_NOW, false), "www.s2.gov.cn");
	ck_assert_refused(announce("address", "mailto:x",
	    "http://www.s1.gov.cn/b/", CORE_NOW, false), "mailto:x");
	ck_assert(!announce("prefix", "http://www.s1.gov.cn/a/",
	    "http://www.s1.gov.cn/a/b/", CORE_NOW, false));
	ck_assert(!announce("nonsense", "http://www.s1.gov.cn/a/",
	    "http://www.s1.gov.cn/b/", CORE_NOW, false));
	ck_assert_refused(run(json_pack("{s:s, s:s, s:s, s:s, s:s}", "do",
	    "move-announce", "code", "4101000001", "scope", "prefix", "old",
	    "http://www.s1.gov.cn/a/", "new", "http://www.s1.gov.cn/b/")),
	    "reason");
	ck_assert_refused(decide("move-agree", 0), "number");
	ck_assert_refused(decide("move-agree", 7), "no such move");
	ck_assert_refused(decide("move-withdraw", 7), "no such move");
	ck_assert(announce("prefix", "http://www.s1.gov.cn/a/",
	    "http://www.s1.gov.cn/b/", CORE_NOW, false));
	ck_assert_refused(decide("move-agree", 1), "nobody has to agree");
	ck_assert(decide("move-withdraw", 1));
	ck_assert_refused(decide("move-withdraw", 1), "over");
	ck_assert_int_eq(get(2).state, MOVE_NONE);
}
END_TEST

#define S1 "http://www.s1.gov.cn"

/* moves: JSON in single quotes. */
static bool
announce_list(const char *moves, bool dry)
{
	char text[16384];
	json_t *list;

	snprintf(text, sizeof(text), "[%s]", moves);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	list = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(list);
	return run(json_pack("{s:s, s:s, s:o, s:I, s:i, s:b, s:s}", "do",
	    "move-announce", "code", "4101000001", "moves", list, "from",
	    (json_int_t)(CORE_NOW + DAY), "zone", 480, "dry", dry, "reason",
	    "paper 9"));
}

/* A page is no prefix; what is a directory may lack its slash. */
START_TEST(a_page_is_no_prefix)
{
	ck_assert_refused(announce("prefix", "http://www.s1.gov.cn/a/x.html",
	    "http://www.s1.gov.cn/b/", CORE_NOW, false), "such as "
	    "http://www.s1.gov.cn/a/;");
	ck_assert_refused(announce("prefix", "http://www.s1.gov.cn/a",
	    "http://www.s1.gov.cn/b/index.SHTML", CORE_NOW, false),
	    "index.SHTML is one page");
	ck_assert(announce("prefix", "http://www.s1.gov.cn/v1.2",
	    "http://www.s1.gov.cn/v.1.2.3", CORE_NOW, false));
	ck_assert_str_eq(result("new"), "http://www.s1.gov.cn/v.1.2.3/");
	ck_assert(announce("prefix", "http://www.s1.gov.cn/x.html/",
	    "http://www.s1.gov.cn/y", CORE_NOW, false));
}
END_TEST

static void
ck_hint(const char *word)
{
	ck_assert_msg(strstr(buf_cstr(&a.hint), word) != NULL,
	    "\"%s\" is not in: %s", word, buf_cstr(&a.hint));
}

/* Of two that are to change places the second one is refused: with what does
 * it, which works. */
START_TEST(places_change_in_a_table)
{
	ck_assert(announce("address", "http://www.s1.gov.cn/x",
	    "http://www.s1.gov.cn/y", CORE_NOW, false));
	ck_assert(!announce("prefix", "http://www.s1.gov.cn/y/",
	    "http://www.s1.gov.cn/y/z/", CORE_NOW, false));
	ck_assert_ptr_null(strstr(buf_cstr(&a.hint), "places"));
	ck_assert_refused(announce("address", "http://www.s1.gov.cn/y",
	    "http://www.s1.gov.cn/x", CORE_NOW + DAY, false), "earlier");
	ck_hint("withdraw move 1");
	ck_hint("'http://www.s1.gov.cn/x' 'http://www.s1.gov.cn/y' "
	    "'http://www.s1.gov.cn/y' 'http://www.s1.gov.cn/x' | zqhub move "
	    "announce 4101000001 --csv - --reason");
	ck_assert(decide("move-withdraw", 1));
	ck_assert(announce_list("{'line':1,'old':'" S1 "/x','new':'" S1
	    "/y'},{'line':2,'old':'" S1 "/y','new':'" S1 "/x'}", false));
	ck_assert_uint_eq(json_integer_value(json_object_get(a.result,
	    "wrong")), 0);
	ck_assert(announce("prefix", S1 "/p", S1 "/q", CORE_NOW + DAY,
	    false));
	ck_assert(!announce("prefix", S1 "/q", S1 "/p", CORE_NOW + 2 * DAY,
	    false));
	ck_hint("with one --at");
	ck_hint("--csv - --prefix --reason");
}
END_TEST

/* What apply says is English in the journal, and not to who asked. */
START_TEST(refused_in_words_of_now)
{
	char path[600];

	ck_assert(announce("prefix", "http://www.s1.gov.cn/a/",
	    "http://www.s1.gov.cn/b/", CORE_NOW, false));
	langkit_write(path, kit.dir, "move %s of this address has taken "
	    "effect: say where its new address goes, or withdraw that one "
	    "first", "搬迁 %s 已生效");
	lang_open(path);
	lang_switch("zh");
	ck_assert_refused(announce("prefix", "http://www.s1.gov.cn/a/",
	    "http://www.s1.gov.cn/c/", CORE_NOW + DAY, false),
	    "搬迁 1 已生效");
	lang_switch("en");
}
END_TEST

static uint32_t
owner(const char *host)
{
	uint32_t number = 0;

	(void)view_site_domain(kit.writer.view, span_of(host), &number);
	return number;
}

/* Too late by the norms: said, and done. */
START_TEST(a_domain_becomes_the_sites)
{
	ck_assert(announce("domain", "www.s1.gov.cn", "www.new.gov.cn",
	    CORE_NOW + 30 * DAY, false));
	ck_assert_int_eq(get(1).state, MOVE_ANNOUNCED);
	ck_assert(get(1).agreed);
	ck_assert_str_eq(result("old"), "https://www.s1.gov.cn/");
	ck_assert_str_eq(result("domain"), "www.new.gov.cn");
	ck_assert_uint_eq(owner("www.new.gov.cn"), 1);
	ck_assert_ptr_nonnull(strstr(json_string_value(json_array_get(
	    json_object_get(a.result, "warnings"), 0)), "90 days"));
	ck_assert(announce("domain", "www.s1.gov.cn", "www.s2.gov.cn",
	    CORE_NOW + 100 * DAY, false));
	ck_assert_ptr_null(json_object_get(a.result, "warnings"));
	ck_assert_uint_eq(owner("www.s2.gov.cn"), 2);
	ck_assert_str_eq(result("domain"), "");
	ck_assert_int_eq(get(1).state, MOVE_WITHDRAWN);
}
END_TEST

/* --- a list --------------------------------------------------------------- */

static json_t *
row(size_t n)
{
	return json_array_get(json_object_get(a.result, "moves"), n);
}

static void
ck_wrong(size_t n, int line, const char *words)
{
	json_t *e = json_array_get(json_object_get(a.result, "errors"), n);

	ck_assert_int_eq(json_integer_value(json_object_get(e, "line")),
	    line);
	ck_assert_msg(strstr(json_text(e, "error"), words) != NULL,
	    "\"%s\" is not in: %s", words, json_text(e, "error"));
}

START_TEST(a_list)
{
	static const char list[] = "{'line':2,'old':'" S1 "/a','new':'" S1
	    "/b'},{'line':3,'old':'" S1 "/c','new':'" S1 "/d/','scope':"
	    "'prefix','at':'2030年12月1日','reason':'paper 10'},"
	    "{'line':4,'old':'" S1 "/d/','new':'" S1 "/c/','scope':'prefix',"
	    "'at':'2030-12-01 00:00','until':'2031-12-01'}";
	uint64_t place = journal_last(kit.writer.journal);

	ck_assert(announce_list(list, true));
	ck_assert(json_is_true(json_object_get(a.result, "dry")));
	ck_assert_uint_eq(json_array_size(json_object_get(a.result,
	    "moves")), 3);
	ck_assert_uint_eq(journal_last(kit.writer.journal), place);
	ck_assert_int_eq(get(1).state, MOVE_NONE);
	ck_assert(announce_list(list, false));
	ck_assert_str_eq(json_text(row(1), "old"), S1 "/c/");
	ck_assert_int_eq(json_integer_value(json_object_get(row(2), "line")),
	    4);
	ck_assert_int_eq(get(1).state, MOVE_ANNOUNCED);
	ck_assert_int_eq(get(1).from, CORE_NOW + DAY);
	ck_assert_int_eq(get(2).from, clock_civil(2030, 11, 30, 16, 0, 0));
	ck_assert_int_eq(get(2).until, CLOCK_NONE);
	ck_assert_int_eq(get(3).until, clock_civil(2031, 11, 30, 16, 0, 0));
	ck_assert(has_reason(1, "paper 9"));
	ck_assert(has_reason(2, "paper 10"));
}
END_TEST

/* Each is named by its line, what reading finds and what the hub does. */
START_TEST(a_list_is_all_or_nothing)
{
	uint64_t place = journal_last(kit.writer.journal);

	ck_assert(announce_list("{'line':1,'old':'" S1 "/a','new':'" S1
	    "/b'},{'line':2,'old':'" S1 "/c','new':'nowhere'},"
	    "{'line':3,'old':'" S1 "/c','new':'" S1 "/d','scope':'all'},"
	    "{'line':4,'old':'" S1 "/c','new':'" S1 "/d','at':'soon'},"
	    "{'line':5,'old':'" S1 "/c','new':'" S1 "/d','until':"
	    "'2020-01-01'},"
	    "{'line':6,'old':'http://www.s2.gov.cn/','new':'" S1 "/d'},"
	    "{'line':7,'old':'" S1 "/a','new':'" S1 "/e'},"
	    "{'line':8,'old':'" S1 "/x','new':'" S1 "/y','reason':"
	    "'x\\ty'}", false));
	ck_assert_int_eq(json_integer_value(json_object_get(a.result,
	    "wrong")), 7);
	ck_wrong(0, 2, "nowhere: ");
	ck_wrong(1, 3, "expected address, prefix or domain");
	ck_wrong(2, 4, "soon: expected a date");
	ck_wrong(3, 5, "2020-01-01 has passed");
	ck_wrong(4, 6, "www.s2.gov.cn");
	ck_wrong(5, 7, S1 "/a → " S1 "/e: ");
	ck_wrong(6, 8, "expected one line");
	ck_assert(announce("prefix", S1 "/p/", S1 "/q/", CORE_NOW, false));
	place = journal_last(kit.writer.journal);
	ck_assert(announce_list("{'line':1,'old':'" S1 "/a','new':'" S1
	    "/b'},{'line':9,'old':'" S1 "/p/','new':'" S1 "/r/','scope':"
	    "'prefix'}", false));
	ck_wrong(0, 9, "has taken effect");
	ck_assert_uint_eq(json_array_size(json_object_get(a.result,
	    "moves")), 0);
	ck_assert_uint_eq(journal_last(kit.writer.journal), place);
	ck_assert_int_eq(get(2).state, MOVE_NONE);
	ck_assert_refused(announce_list("", false), "expected 1 to 10000");
}
END_TEST

/* Two pages of the old domain, and a domain that is the site's from then on:
 * once. Said again, nothing is new, and the answer has the first's number. */
START_TEST(a_list_of_domains)
{
	static const char list[] = "{'line':1,'old':'" S1 "','new':"
	    "'http://www.new.gov.cn','scope':'domain'}";

	ck_assert(announce_list(list, false));
	ck_assert_str_eq(json_text(row(0), "domain"), "www.new.gov.cn");
	ck_assert_ptr_nonnull(json_object_get(row(0), "warnings"));
	ck_assert_uint_eq(owner("www.new.gov.cn"), 1);
	ck_assert(announce("prefix", S1 "/p/", S1 "/q/", CORE_NOW + DAY,
	    false));
	ck_assert(announce_list(list, false));
	ck_assert_int_eq(json_integer_value(json_object_get(row(0),
	    "move")), 1);
	ck_assert_str_eq(json_text(row(0), "domain"), "");
	ck_assert_int_eq(get(3).state, MOVE_NONE);
}
END_TEST

/* The site says itself that its domain moves. */
static void
site_moves(void)
{
	struct change c;
	struct journal_batch b = { .site = 1, .incarnation = 7, .first = 1,
	    .head = 1, .now = CORE_NOW, .count = 1 };
	struct journal_verdict v;
	uint8_t hash[1][32];
	struct span rows[1];
	struct buf row;

	change_init(&c);
	c.kind = CHANGE_MOVE;
	c.seq = 1;
	c.when = CORE_NOW;
	c.url = SPAN("http://www.s1.gov.cn/");
	c.word[WORD_SUCCESSOR] = SPAN("http://www.new.gov.cn/");
	c.word[WORD_SCOPE] = SPAN("domain");
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	change_hash(&c, hash[0]);
	rows[0] = buf_look(&row);
	b.row = rows;
	b.hash = (const uint8_t (*)[32])hash;
	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	buf_clear(&row);
}

/* As its own site has said it, it waits. */
START_TEST(agreed)
{
	site_moves();
	ck_assert_int_eq(get(1).state, MOVE_OVERDUE);
	ck_assert_uint_eq(owner("www.new.gov.cn"), 0);
	ck_assert(run(json_pack("{s:s, s:i, s:i, s:i, s:s}", "do",
	    "move-looked", "move", 1, "looked", 4, "wrong", 0, "why", "")));
	ck_assert_int_eq(get(1).state, MOVE_OVERDUE);
	ck_assert_int_eq(get(1).checked, CORE_NOW);
	ck_assert(decide("move-agree", 1));
	ck_assert_int_eq(get(1).state, MOVE_EFFECTIVE);
	ck_assert_str_eq(result("domain"), "www.new.gov.cn");
	ck_assert_uint_eq(owner("www.new.gov.cn"), 1);
}
END_TEST

/* Whose word ends by it is said, before it is done, too. */
START_TEST(overrides)
{
	const char *warning;

	site_moves();
	for (int dry = 1; dry >= 0; dry--) {
		ck_assert(announce("domain", "http://www.s1.gov.cn/",
		    "http://www.other.gov.cn/", CORE_NOW + 40 * DAY, dry != 0));
		warning = json_string_value(json_array_get(json_object_get(
		    a.result, "warnings"), 0));
		ck_assert_ptr_nonnull(warning);
		ck_assert_ptr_nonnull(strstr(warning, "takes the place of move "
		    "1, which the site announced itself: "
		    "http://www.s1.gov.cn/ -> http://www.new.gov.cn/"));
	}
	ck_assert_int_eq(get(1).state, MOVE_WITHDRAWN);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("govern_move");
	TCase *c = tcase_create("govern_move");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, announced);
	tcase_add_test(c, a_dry_run_leaves_nothing);
	tcase_add_test(c, refused);
	tcase_add_test(c, a_page_is_no_prefix);
	tcase_add_test(c, places_change_in_a_table);
	tcase_add_test(c, refused_in_words_of_now);
	tcase_add_test(c, a_domain_becomes_the_sites);
	tcase_add_test(c, a_list);
	tcase_add_test(c, a_list_is_all_or_nothing);
	tcase_add_test(c, a_list_of_domains);
	tcase_add_test(c, agreed);
	tcase_add_test(c, overrides);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
