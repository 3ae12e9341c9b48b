/*
 * What comparing came to, as the view keeps it: the act's rule, what counts
 * as missed, and that a rebuilt view says the same.
 */
#include "hub/proven.h"

#include "tests/unit/hub/corekit.h"

static struct corekit kit;

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
}

static struct proven
proven(bool *there)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct proven p;

	*there = proven_get(t, 1, &p);
	db_abort(t);
	return p;
}

static json_t *
act(uint64_t seq, bool same, int missing, int extra, int differ, int held)
{
	return json_pack("{s:s, s:i, s:s, s:I, s:b, s:i, s:i, s:i, s:i}",
	    "do", "reconcile", "site", 1, "incarnation", "00000000000000ff",
	    "seq", (json_int_t)seq, "same", same, "missing", missing,
	    "extra", extra, "differ", differ, "held", held);
}

static uint64_t
held(void)
{
	return view_held_count(kit.writer.view, 0, 100);
}

START_TEST(test_what_is_kept)
{
	struct proven p;
	bool there;

	set_up();
	p = proven(&there);
	ck_assert(!there && p.at == CLOCK_NONE && p.tried == CLOCK_NONE);
	core_act(&kit, act(10, true, 0, 0, 0, 0));
	p = proven(&there);
	ck_assert(there && p.same);
	ck_assert_int_eq(p.at, CORE_NOW);
	ck_assert_uint_eq(p.seq, 10);
	ck_assert_uint_eq(p.incarnation, 255);

	clock_set(CORE_NOW + 500, 2000);
	core_act(&kit, act(12, false, 1, 2, 3, 4));
	p = proven(&there);
	ck_assert(!p.same);
	ck_assert_int_eq(p.at, CORE_NOW);	/* as it was */
	ck_assert_uint_eq(p.seq, 10);
	ck_assert_int_eq(p.tried, CORE_NOW + 500);
	ck_assert_uint_eq(p.missing, 1);
	ck_assert_uint_eq(p.extra, 2);
	ck_assert_uint_eq(p.differ, 3);
	ck_assert_uint_eq(p.held, 4);
	ck_assert_uint_eq(p.missed, 6);		/* held isn't */
	core_act(&kit, act(0, false, 100, 0, 0, 0));
	p = proven(&there);
	ck_assert_uint_eq(p.missing, 100);
	ck_assert_uint_eq(p.missed, 6);		/* nothing was told */
	core_act(&kit, act(13, true, 0, 0, 0, 0));
	p = proven(&there);
	ck_assert_uint_eq(p.count, 4);
	ck_assert_uint_eq(p.missed, 6);
	ck_assert_int_eq(p.at, CORE_NOW + 500);
	ck_assert_uint_eq(held(), 0);
	core_close(&kit);
}
END_TEST

static const struct {
	const char *name;
	const char *value;	/* JSON; NULL: it is left out */
} wrong[] = {
	{ "site", "2" }, { "site", "\"1\"" }, { "site", "4294967297" },
	{ "same", NULL }, { "same", "1" },
	{ "incarnation", NULL }, { "incarnation", "255" },
	{ "incarnation", "\"ff\"" }, { "incarnation", "\"\"" },
	{ "incarnation", "\"00000000000000fg\"" },
	{ "seq", "-1" }, { "seq", "1.5" }, { "missing", "-1" },
	{ "extra", "\"0\"" }, { "differ", NULL }, { "held", "null" },
};

/* Held, and changes nothing. */
START_TEST(test_wrong_acts)
{
	json_t *a = act(10, true, 0, 0, 0, 0);
	bool there;

	set_up();
	json_object_del(a, wrong[_i].name);
	if (wrong[_i].value != NULL)
		ck_assert_int_eq(json_object_set_new(a, wrong[_i].name,
		    json_loads(wrong[_i].value, JSON_DECODE_ANY, NULL)), 0);
	core_act(&kit, a);
	ck_assert_uint_eq(held(), 1);
	(void)proven(&there);
	ck_assert(!there);
	core_close(&kit);
}
END_TEST

START_TEST(test_rebuilt)
{
	uint8_t before[32], without[32], after[32];
	struct proven p;
	bool there;

	set_up();
	view_digest(kit.writer.view, without);
	core_act(&kit, act(12, false, 1, 2, 3, 4));
	core_act(&kit, act(13, true, 0, 0, 0, 0));
	view_digest(kit.writer.view, before);
	ck_assert(memcmp(before, without, sizeof(before)) != 0);
	ck_assert_int_eq(view_empty(kit.writer.view), DB_OK);
	(void)proven(&there);
	ck_assert(!there);
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	view_digest(kit.writer.view, after);
	ck_assert_mem_eq(before, after, sizeof(before));
	p = proven(&there);
	ck_assert(there && p.missed == 6 && p.count == 2);
	core_close(&kit);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("proven");
	TCase *t = tcase_create("proven");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_what_is_kept);
	tcase_add_loop_test(t, test_wrong_acts, 0,
	    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, test_rebuilt);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
