/*
 * Proving much: the hub has nothing of 9,000 rows, and no turn over 100,000 of
 * them is long.
 */
#include "tests/unit/agent/provekit.h"

static bool
put_rows(struct store_txn *t, void *arg)
{
	const int *n = arg;
	char path[32], url[64];
	struct known k = { .source = SPAN("www"), .told = true };

	for (int i = 0; i < *n; i++) {
		snprintf(path, sizeof(path), "%d.html", i);
		snprintf(url, sizeof(url), U "%d.html", i);
		k.path = span_of(path);
		k.url = span_of(url);
		memcpy(k.change, &i, sizeof(i));
		known_put(t, &k);
	}
	return true;
}

/* The index has nothing of it: more than a turn's rows, several groups would
 * be more than one document; what is to be looked at is too much for one by
 * one. */
START_TEST(test_many)
{
	int n = 9000;

	ck_assert_int_eq(store_do(store, put_rows, &n), STORE_DONE);
	put("z.html", 1);
	start();
	WAIT_FOR(proven().count > 0);
	ck_assert_uint_eq(proven().missing, 9000);
	ck_assert_uint_eq(hub.named, RECONCILE_NAMES);
	WAIT_FOR(site.rescans == 1);
	WAIT_FOR(proven().same);
	ck_assert_uint_eq(proven().items, 1);	/* no file was looked at */
	ck_same();
	stop();
}
END_TEST

/* 100,000 rows: no turn is long. */
START_TEST(test_turns)
{
	bool wanted[DIGEST_BUCKETS];
	struct hashes h = { NULL, 0, 0 };
	struct known_mark mark = { .n = 0 };
	int64_t longest = 0, began;
	int n = 100000, turns = 0;
	bool more = true;

	store_close(store);
	store = kit_open(512u << 20);
	ck_assert_int_eq(store_do(store, put_rows, &n), STORE_DONE);
	memset(wanted, true, sizeof(wanted));
	while (more) {
		struct store_txn *t = store_look(store);

		began = clock_mono();
		more = hashes_gather(&h, t, &mark, wanted);
		if (clock_mono() - began > longest)
			longest = clock_mono() - began;
		turns++;
		store_end(t);
	}
	ck_assert_uint_eq(h.count, 100000);
	ck_assert_int_ge(turns, 20);
	began = clock_mono();
	hashes_sort(&h);
	if (clock_mono() - began > longest)
		longest = clock_mono() - began;
	ck_assert_int_lt(longest, 1000);	/* under a sanitizer, and load */
	hashes_clear(&h);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("agent/prove_many");
	TCase *c = tcase_create("many");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 90);
	tcase_add_test(c, test_many);
	tcase_add_test(c, test_turns);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
