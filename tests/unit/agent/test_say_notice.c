/*
 * What a site announces of itself: as it goes into the spool, or refused with
 * a sentence that says what to do.
 */
#include "tests/unit/agent/storekit.h"

#include <jansson.h>

#include "agent/announced.h"
#include "agent/say.h"
#include "contrib/base/clock.h"
#include "protocol/announcement.h"

#define NOW INT64_C(1795000000000)	/* 2026-11-18 */
#define DAY INT64_C(86400000)

static struct store *store;
static struct say_set set;	/* what the settings say */
static struct buf why;

static void
set_up(void)
{
	kit_make_dir();
	store = kit_open(KIT_LIMIT);
	buf_init(&why, 65536);
	clock_set(NOW, 0);
	set = (struct say_set){ .zone = 480, .closing = 30 * DAY };
}

static void
tear_down(void)
{
	clock_release();
	buf_clear(&why);
	store_close(store);
	kit_remove_dir();
}

/* said: JSON with ' for ". The answer, or NULL. */
static json_t *
ask(const char *said)
{
	char text[2048];
	json_t *o, *answer;

	snprintf(text, sizeof(text), "{%s,'by':'wang'}", said);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	o = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(o);
	buf_reset(&why);
	answer = say_it(store, o, &set, &why);
	json_decref(o);
	return answer;
}

/* It is change `seq`, and this is what the hub will hear. */
static void
ck_says(const char *said, uint64_t seq, bool brief, const char *words,
    int64_t from, int64_t until)
{
	json_t *o = ask(said);
	struct store_txn *t;
	char text[1024];
	struct change c;

	ck_assert_msg(o != NULL, "%s", buf_cstr(&why));
	ck_assert_int_eq(json_integer_value(json_object_get(o, "seq")),
	    (json_int_t)seq);
	ck_assert_int_eq(json_is_true(json_object_get(o, "brief")), brief);
	json_decref(o);
	t = store_look(store);
	ck_assert(spool_get(t, seq, &c));
	snprintf(text, sizeof(text), "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s",
	    SPAN_ARGS(c.word[WORD_SCOPE]), SPAN_ARGS(c.word[WORD_SERVICE]),
	    SPAN_ARGS(c.word[WORD_RECURS]), SPAN_ARGS(c.word[WORD_ZONE]),
	    SPAN_ARGS(c.word[WORD_SUCCESSOR]),
	    SPAN_ARGS(c.word[WORD_REASON]));
	ck_assert_str_eq(text, words);
	ck_assert_int_eq(c.kind, CHANGE_NOTICE);
	ck_assert_int_eq(c.when, NOW);
	ck_assert_int_eq(c.from, from);
	ck_assert_int_eq(c.until, until);
	ck_assert(span_is(c.word[WORD_BY], SPAN("wang")));
	store_end(t);
}

static void
ck_refuses(const char *said, const char *because)
{
	uint64_t before = store_meta(store)->next;

	ck_assert_msg(ask(said) == NULL, "%s", said);
	ck_assert_msg(strstr(buf_cstr(&why), because) != NULL, "%s: %s",
	    said, buf_cstr(&why));
	ck_assert_uint_eq(store_meta(store)->next, before);
}

START_TEST(as_said)
{
	ck_says("'kind':'outage','service':' s ','reason':'x',"
	    "'until':'2026-12-01 18:00'", 1, false, "outage|s||||x",
	    CLOCK_NONE, clock_civil(2026, 12, 1, 10, 0, 0));
	ck_says("'kind':'resolved','service':'s'", 2, false,
	    "resolved|s||||", CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'maintenance','from':'2026-12-01 02:00','until':"
	    "'2026-12-01 04:00','reason':'y'", 3, false, "maintenance|||||y",
	    clock_civil(2026, 11, 30, 18, 0, 0),
	    clock_civil(2026, 11, 30, 20, 0, 0));
	ck_says("'kind':'maintenance','every':'sun 02:00-04:00','reason':'y'",
	    4, false, "maintenance||sun 02:00-04:00|Asia/Shanghai||y",
	    CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'maintenance','every':'daily 02:00-04:00','zone':"
	    "'Europe/Berlin','reason':'y'", 5, false,
	    "maintenance||daily 02:00-04:00|Europe/Berlin||y", CLOCK_NONE,
	    CLOCK_NONE);
	ck_says("'kind':'closing','at':'2027-06-01','reason':'x',"
	    "'successor':'https://b.gov.cn'", 6, false,
	    "closing||||https://b.gov.cn/|x",
	    clock_civil(2027, 5, 31, 16, 0, 0), CLOCK_NONE);
}
END_TEST

static void
ck_tied(const char *said, const char *service, const char *address)
{
	json_t *o = ask(said);

	ck_assert_msg(o != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(json_string_value(json_object_get(o, "service")),
	    service);
	ck_assert_str_eq(json_string_value(json_object_get(o, "address")),
	    address);
	json_decref(o);
}

static size_t
announced(void)
{
	struct store_txn *t = store_look(store);
	json_t *all = announced_list(t);
	size_t n = json_array_size(all);

	json_decref(all);
	store_end(t);
	return n;
}

/* A name that was said with its address once means both. */
START_TEST(tied)
{
#define HALL "网上办事大厅"
#define WITH HALL " https://www.test.gov.cn/bmfw"
	ck_tied("'kind':'outage','service':'" HALL "','reason':'x'", HALL,
	    "");
	ck_tied("'kind':'outage','service':'" WITH "','reason':'x'", WITH,
	    "https://www.test.gov.cn/bmfw");
	ck_assert_uint_eq(announced(), 1);
	ck_tied("'kind':'outage','service':'" HALL "','reason':'y'", WITH,
	    "https://www.test.gov.cn/bmfw");
	ck_assert_uint_eq(announced(), 1);
	ck_says("'kind':'resolved','service':'" HALL "'", 4, false,
	    "resolved|" WITH "||||", CLOCK_NONE, CLOCK_NONE);
	ck_assert_uint_eq(announced(), 0);
	ck_tied("'kind':'maintenance','service':'" HALL "','from':"
	    "'2026-12-01 02:00','until':'2026-12-01 04:00','reason':'y'",
	    WITH, "https://www.test.gov.cn/bmfw");
	ck_tied("'kind':'outage','service':'http://www.test.gov.cn/x',"
	    "'reason':'y'", "http://www.test.gov.cn/x",
	    "http://www.test.gov.cn/x");
	ck_tied("'kind':'outage','service':'" HALL " https://www.test.gov.cn"
	    "/b2/','reason':'y'", HALL " https://www.test.gov.cn/b2/",
	    "https://www.test.gov.cn/b2/");
	ck_tied("'kind':'outage','service':'" HALL "','reason':'z'",
	    HALL " https://www.test.gov.cn/b2/", "https://www.test.gov.cn/b2/");
}
END_TEST

START_TEST(taken_back)
{
	ck_says("'kind':'outage','withdraw':true,'service':'s'", 1, false,
	    "resolved|s||||", CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'maintenance','withdraw':true,'every':"
	    "'sun 02:00-04:00'", 2, false, "maintenance||sun 02:00-04:00|||",
	    NOW, NOW);
	ck_says("'kind':'maintenance','withdraw':true,'from':"
	    "'2026-12-01 02:00','service':'s'", 3, false, "maintenance|s||||",
	    clock_civil(2026, 11, 30, 18, 0, 0),
	    clock_civil(2026, 11, 30, 18, 0, 0));
	ck_says("'kind':'maintenance','withdraw':true", 4, false,
	    "maintenance|||||", CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'closing','withdraw':true", 5, false,
	    "closing|||||", CLOCK_NONE, CLOCK_NONE);
}
END_TEST

START_TEST(brief)
{
	ck_says("'kind':'closing','at':'2027-06-01','reason':'x'", 1, true,
	    "closing|||||x", clock_civil(2027, 5, 31, 16, 0, 0),
	    CLOCK_NONE);
	ck_says("'kind':'closing','at':'2026-12-01','reason':'x',"
	    "'successor':'https://b.gov.cn/'", 2, true,
	    "closing||||https://b.gov.cn/|x",
	    clock_civil(2026, 11, 30, 16, 0, 0), CLOCK_NONE);
	set.closing = 5 * DAY;		/* which is more than that */
	ck_says("'kind':'closing','at':'2026-12-01','reason':'x',"
	    "'successor':'https://b.gov.cn/'", 3, false,
	    "closing||||https://b.gov.cn/|x",
	    clock_civil(2026, 11, 30, 16, 0, 0), CLOCK_NONE);
}
END_TEST

/* What is wrong, and a piece of the sentence that says what to do. */
static const struct { const char *said, *because; } refusals[] = {
	{ "'kind':'outage'", "--reason is missing" },
	{ "'kind':'outage','reason':' '", "--reason is missing" },
	{ "'kind':'outage','reason':'x','every':'daily 02:00-04:00'",
	  "announce maintenance" },
	{ "'kind':'outage','reason':'x','zone':'UTC'", "--zone is not for" },
	{ "'kind':'outage','reason':'x','at':'2027-01-01'",
	  "--at is not for outage" },
	{ "'kind':'outage','reason':'x','until':'2020-01-01'",
	  "--until has passed" },
	{ "'kind':'outage','reason':'x','from':'2020-01-01',"
	  "'until':'2020-01-02'", "--until has passed" },
	{ "'kind':'outage','reason':'x','until':'tomorrow'",
	  "--until tomorrow" },
	{ "'kind':'outage','reason':'x','from':'2027-01-02',"
	  "'until':'2027-01-01'", "before it begins" },
	{ "'kind':'outage','reason':'x','from':'2027-01-02',"
	  "'until':'2027-01-02'", "before it begins" },
	{ "'kind':'outage','reason':'x','successor':'nowhere'",
	  "--see nowhere" },
	{ "'kind':'outage','reason':'x','service':'a\\tb'", "--service: exp" },
	{ "'kind':'maintenance','reason':'x'", "--from and --until" },
	{ "'kind':'maintenance','from':'2027-01-02','reason':'x'",
	  "--until is missing" },
	{ "'kind':'maintenance','until':'2027-01-02','reason':'x'",
	  "--from is missing" },
	{ "'kind':'maintenance','from':'2027-01-02','until':'2027-01-03'",
	  "--reason is missing" },
	{ "'kind':'maintenance','from':'2027-01-02','until':'2027-01-02',"
	  "'reason':'x'", "before it begins" },
	{ "'kind':'maintenance','from':'2020-01-02','until':'2020-01-03',"
	  "'reason':'x'", "--until has passed" },
	{ "'kind':'maintenance','every':'often','reason':'x'", "weekdays" },
	{ "'kind':'maintenance','every':'sun 02:00-04:00','from':"
	  "'2027-01-01','reason':'x'", "leave --from and --until out" },
	{ "'kind':'maintenance','every':'sun 02:00-04:00','until':"
	  "'2027-01-01','reason':'x'", "leave --from and --until out" },
	{ "'kind':'maintenance','zone':'UTC','from':'2027-01-02',"
	  "'until':'2027-01-03','reason':'x'", "whose clocks" },
	{ "'kind':'maintenance','every':'sun 02:00-04:00','reason':'x',"
	  "'zone':'Asia/Nowhere'", "no such time zone" },
	{ "'kind':'maintenance','every':'sun 02:00-04:00','reason':'x',"
	  "'zone':'../../etc/passwd'", "no such time zone" },
	{ "'kind':'maintenance','withdraw':true,'from':'2027-01-02',"
	  "'every':'sun 02:00-04:00'", "which maintenance" },
	{ "'kind':'maintenance','withdraw':true,'until':'2027-01-02'",
	  "--until is not for --withdraw" },
	{ "'kind':'maintenance','withdraw':true,'every':'often'",
	  "weekdays" },
	{ "'kind':'closing','reason':'x'", "--at is missing" },
	{ "'kind':'closing','at':'2027-06-01'", "--reason is missing" },
	{ "'kind':'closing','reason':'x','at':'2020-01-01'",
	  "--at has passed" },
	{ "'kind':'closing','reason':'x','at':'2027-01-01','until':"
	  "'2027-06-01'", "announce an outage" },
	{ "'kind':'closing','reason':'x','at':'2027-01-01','service':'s'",
	  "the whole site" },
	{ "'kind':'resolved','until':'2027-01-01'", "--until is not for" },
	{ "'kind':'resolved','withdraw':true", "--withdraw is not for" },
	{ "'kind':'holiday'", "give the whole address" },
};

START_TEST(refused)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		ck_refuses(refusals[i].said, refusals[i].because);
}
END_TEST

/* What is too long is named by its option. */
START_TEST(nowhere_to_turn_to)
{
	ck_assert_int_eq(kit_tell(store, "own.html", 1), COMPARE_CREATED);
	ck_refuses("'kind':'closing','at':'2027-06-01','reason':'x',"
	    "'successor':'http://www.test.gov.cn/own.html'",
	    "at another site");
}
END_TEST

START_TEST(too_long)
{
	static const char *const names[] = { "service", "reason" };
	char said[1024], word[ANNOUNCEMENT_TEXT + 2];

	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	for (size_t i = 0; i < 2; i++) {
		snprintf(said, sizeof(said), "'kind':'outage','%s':'%s'%s",
		    names[i], word, i == 0 ? ",'reason':'y'" : "");
		ck_refuses(said, names[i]);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "--"));
	}
	word[ANNOUNCEMENT_TEXT] = '\0';
	snprintf(said, sizeof(said), "'kind':'outage','reason':'%s'", word);
	json_decref(ask(said));
	ck_assert_str_eq(buf_cstr(&why), "");
}
END_TEST

/* --- beside each other --------------------------------------------------- */

static size_t
count(json_t *o, const char *name)
{
	return json_array_size(json_object_get(o, name));
}

/* How many it replaces, ends, and that stand beside it. */
static void
ck_effect(const char *said, size_t replaces, size_t ends, size_t beside)
{
	json_t *o = ask(said);

	ck_assert_msg(o != NULL, "%s", buf_cstr(&why));
	ck_assert_msg(count(o, "replaces") == replaces &&
	    count(o, "ends") == ends && count(o, "beside") == beside,
	    "%s: %zu %zu %zu", said, count(o, "replaces"), count(o, "ends"),
	    count(o, "beside"));
	json_decref(o);
}

START_TEST(beside)
{
	ck_effect("'kind':'maintenance','every':'sun,mon 02:00-04:00',"
	    "'reason':'x'", 0, 0, 0);
	ck_effect("'kind':'maintenance','from':'2026-12-05 20:00','until':"
	    "'2026-12-06 02:00','reason':'x'", 0, 0, 1);
	ck_effect("'kind':'maintenance','from':'2026-12-05 21:00','until':"
	    "'2026-12-06 02:00','reason':'x'", 0, 0, 2);
	ck_effect("'kind':'maintenance','from':'2026-12-07 21:00','until':"
	    "'2026-12-07 22:00','reason':'x'", 0, 0, 1);
	ck_effect("'kind':'maintenance','service':'s','from':'2026-12-05 "
	    "21:00','until':'2026-12-06 02:00','reason':'x'", 0, 0, 0);
	ck_assert_uint_eq(announced(), 5);
	ck_effect("'kind':'maintenance','from':'2026-12-05 20:00','until':"
	    "'2026-12-05 20:30','reason':'x'", 1, 0, 1);
	ck_effect("'kind':'maintenance','every':'mon,sun 02:00-04:00',"
	    "'zone':'UTC','reason':'x'", 1, 0, 3);
	ck_assert_uint_eq(announced(), 5);
	ck_effect("'kind':'maintenance','withdraw':true,'from':"
	    "'2026-12-05 21:00'", 0, 1, 0);
	ck_effect("'kind':'maintenance','withdraw':true,'every':"
	    "'mon,sun 02:00-04:00'", 0, 1, 0);
	ck_effect("'kind':'maintenance','withdraw':true", 0, 2, 0);
	ck_assert_uint_eq(announced(), 1);
	clock_set(clock_civil(2026, 12, 20, 0, 0, 0), 0);
	ck_assert_uint_eq(announced(), 0);	/* its time is over */
}
END_TEST

START_TEST(ended)
{
	json_t *o;

	ck_effect("'kind':'outage','service':'a','reason':'x'", 0, 0, 0);
	ck_effect("'kind':'outage','service':'a','reason':'y','until':"
	    "'2026-12-01'", 1, 0, 0);
	ck_effect("'kind':'outage','service':'b','reason':'x'", 0, 0, 0);
	ck_effect("'kind':'outage','from':'2026-12-01','reason':'x'", 0, 0,
	    0);
	ck_effect("'kind':'closing','at':'2027-12-01','reason':'x'", 0, 0, 0);
	o = ask("'kind':'resolved','service':'nosuch'");
	ck_assert(json_is_true(json_object_get(o, "unknown")));
	ck_assert_uint_eq(count(o, "open"), 4);
	json_decref(o);
	o = ask("'kind':'resolved','service':'a'");
	ck_assert(json_is_false(json_object_get(o, "unknown")));
	ck_assert_ptr_null(json_object_get(o, "open"));
	json_decref(o);
	ck_effect("'kind':'resolved'", 0, 1, 0);	/* those that began */
	ck_assert_uint_eq(announced(), 2);
	ck_effect("'kind':'closing','withdraw':true", 0, 1, 0);
	ck_assert_uint_eq(announced(), 1);
}
END_TEST

START_TEST(too_many)
{
	char said[256];

	for (int i = 0; i < ANNOUNCED_MOST; i++) {
		snprintf(said, sizeof(said), "'kind':'outage','service':"
		    "'s%d','reason':'x'", i);
		ck_effect(said, 0, 0, 0);
	}
	ck_refuses("'kind':'outage','reason':'x'", "which of them are");
	ck_assert_uint_eq(announced(), ANNOUNCED_MOST);
	ck_effect("'kind':'outage','service':'s7','reason':'y'", 1, 0, 0);
	ck_effect("'kind':'resolved'", 0, ANNOUNCED_MOST, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("say_notice");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, as_said);
	tcase_add_test(t, tied);
	tcase_add_test(t, taken_back);
	tcase_add_test(t, brief);
	tcase_add_test(t, refused);
	tcase_add_test(t, nowhere_to_turn_to);
	tcase_add_test(t, too_long);
	tcase_add_test(t, beside);
	tcase_add_test(t, ended);
	tcase_add_test(t, too_many);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
