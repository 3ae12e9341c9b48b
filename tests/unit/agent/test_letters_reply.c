/*
 * Replies to letters about links: to which, with which words, and what is
 * shown of them.
 */
#include "agent/reply.h"

#include "agent/ability.h"
#include "tests/unit/agent/letterkit.h"

static json_t *
say(json_int_t letter, bool refused, const char *reason, char why[256])
{
	json_t *ask = json_pack("{s:I, s:b, s:s, s:s}", "letter", letter,
	    "refused", (int)refused, "reason", reason, "by", "张");
	struct buf b;
	json_t *answer;

	buf_init(&b, 4096);
	answer = reply_say(kit_store, ask, &b);
	snprintf(why, 256, "%s", buf_cstr(&b));
	buf_clear(&b);
	json_decref(ask);
	return answer;
}

static void
ck_refuses(json_int_t letter, bool refused, const char *word)
{
	char why[256];

	ck_assert_ptr_null(say(letter, refused, "", why));
	ck_assert_msg(strstr(why, word) != NULL, "said %s", why);
	ck_assert_uint_eq(store_meta(kit_store)->next, 1);
}

START_TEST(test_replies)
{
	struct store_txn *t;
	struct change c;
	char why[256];
	json_t *a, *l;

	put_links(MENDING_ANNOUNCED);
	put_letter(SPAN("held"), SPAN_NONE);
	ck_refuses(1, false, "takes no replies");
	ck_assert(ability_keep(kit_store, SPAN("changes moves")));
	ck_refuses(1, true, "--reason");
	ck_refuses(2, false, "not about links");
	ck_refuses(3, false, "no such letter");
	a = say(1, false, "", why);
	ck_assert_msg(a != NULL, "%s", why);
	ck_assert_int_eq(json_integer_value(json_object_get(a, "said")), 2);
	json_decref(a);
	t = store_look(kit_store);
	ck_assert(spool_get(t, 2, &c));
	ck_assert_int_eq(c.kind, CHANGE_REPLY);
	ck_assert(span_is(c.url, SPAN(B "old/%E4%B8%AD")));
	ck_assert(span_is(c.word[WORD_SCOPE], SPAN("will-fix")));
	ck_assert(span_is(c.word[WORD_BY], SPAN("张")));
	store_end(t);
	l = list();
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(
	    json_array_get(l, 0), "reply"), "state")), "will-fix");
	ck_assert_ptr_null(json_object_get(json_array_get(l, 1), "reply"));
	json_decref(l);
}
END_TEST

static size_t
replies_bytes(void)
{
	struct store_txn *t = store_look(kit_store);
	struct span row = SPAN_NONE;

	ck_assert(store_get(t, "replies", &row));
	store_end(t);
	return row.n;
}

START_TEST(test_another_mind)
{
	char why[256];
	size_t n;
	json_t *a, *l;

	ck_assert(ability_keep(kit_store, SPAN("moves")));
	put_links(MENDING_EFFECTIVE);
	put_links(MENDING_EFFECTIVE);
	json_decref(say(1, false, "", why));
	json_decref(say(2, false, "later", why));
	json_decref(say(1, true, "档案", why));
	n = replies_bytes();
	a = say(1, true, "档案", why);
	ck_assert_int_eq(json_integer_value(json_object_get(a, "seq")), 8);
	ck_assert_uint_eq(replies_bytes(), n);	/* only the last is kept */
	json_decref(a);
	l = list();
	a = json_object_get(json_array_get(l, 0), "reply");
	ck_assert_str_eq(json_string_value(json_object_get(a, "state")),
	    "refused");
	ck_assert_str_eq(json_string_value(json_object_get(a, "reason")),
	    "档案");
	a = json_object_get(json_array_get(l, 1), "reply");
	ck_assert_str_eq(json_string_value(json_object_get(a, "reason")),
	    "later");
	json_decref(l);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_replies, test_another_mind };
	Suite *s = suite_create("letters_reply");
	TCase *tc = tcase_create("reply");
	SRunner *runner;
	int failed;

	setenv("TZ", "Asia/Shanghai", 1);
	tcase_add_checked_fixture(tc, kit_begin, kit_end);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
