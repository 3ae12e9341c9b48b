/*
 * What a site announces of itself: as it goes into the spool, or refused with
 * a sentence that says what to do.
 */
#include "tests/unit/agent/storekit.h"

#include <jansson.h>

#include "agent/say.h"
#include "contrib/base/clock.h"

#define NOW INT64_C(1795000000000)	/* 2026-11-18 */

static struct store *store;
static struct buf why;

static void
set_up(void)
{
	kit_make_dir();
	store = kit_open(KIT_LIMIT);
	buf_init(&why, 65536);
	clock_set(NOW, 0);
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
	answer = say_it(store, o, 480, &why);
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

START_TEST(said)
{
	ck_says("'kind':'outage','service':' s ','reason':'x',"
	    "'until':'2026-12-01 18:00'", 1, false, "outage|s||||x",
	    CLOCK_NONE, clock_civil(2026, 12, 1, 10, 0, 0));
	ck_says("'kind':'resolved','service':'s'", 2, false,
	    "resolved|s||||", CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'maintenance','from':'2026-12-01 02:00','until':"
	    "'2026-12-01 04:00'", 3, false, "maintenance|||||",
	    clock_civil(2026, 11, 30, 18, 0, 0),
	    clock_civil(2026, 11, 30, 20, 0, 0));
	ck_says("'kind':'maintenance','every':'sun 02:00-04:00'", 4, false,
	    "maintenance||sun 02:00-04:00|Asia/Shanghai||", CLOCK_NONE,
	    CLOCK_NONE);
	ck_says("'kind':'maintenance','every':'daily 02:00-04:00','zone':"
	    "'Europe/Berlin'", 5, false,
	    "maintenance||daily 02:00-04:00|Europe/Berlin||", CLOCK_NONE,
	    CLOCK_NONE);
	ck_says("'kind':'closing','at':'2027-06-01','reason':'x',"
	    "'successor':'https://b.gov.cn'", 6, false,
	    "closing||||https://b.gov.cn/|x",
	    clock_civil(2027, 5, 31, 16, 0, 0), CLOCK_NONE);
}
END_TEST

START_TEST(taken_back)
{
	ck_says("'kind':'outage','withdraw':true,'service':'s'", 1, false,
	    "resolved|s||||", CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'maintenance','withdraw':true,'every':"
	    "'sun 02:00-04:00'", 2, false, "maintenance|||||",
	    CLOCK_NONE, CLOCK_NONE);
	ck_says("'kind':'closing','withdraw':true", 3, false,
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
}
END_TEST

START_TEST(refused)
{
	ck_refuses("'kind':'outage'", "a reason");
	ck_refuses("'kind':'outage','reason':'x','until':'2020-01-01'",
	    "has passed");
	ck_refuses("'kind':'outage','reason':'x','until':'tomorrow'",
	    "--until tomorrow");
	ck_refuses("'kind':'outage','reason':'x','from':'2027-01-02',"
	    "'until':'2027-01-01'", "before it begins");
	ck_refuses("'kind':'outage','reason':'x','successor':'nowhere'",
	    "--see nowhere");
	ck_refuses("'kind':'maintenance','from':'2027-01-02'", "until when");
	ck_refuses("'kind':'maintenance','every':'often'", "weekdays");
	ck_refuses("'kind':'maintenance','every':'sun 02:00-04:00','zone':"
	    "'Asia/Nowhere'", "no such time zone");
	ck_refuses("'kind':'maintenance','every':'sun 02:00-04:00','zone':"
	    "'../../etc/passwd'", "no such time zone");
	ck_refuses("'kind':'closing','reason':'x'", "--at is missing");
	ck_refuses("'kind':'holiday'", "give the whole address");
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
	tcase_add_test(t, said);
	tcase_add_test(t, taken_back);
	tcase_add_test(t, brief);
	tcase_add_test(t, refused);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
