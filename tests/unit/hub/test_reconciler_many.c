/*
 * The reconciler with sites that have many items, and with agents that are
 * wrong.
 */
#include "tests/unit/hub/reconcilekit.h"

/* --- many items ---------------------------------------------------------------- */

static void
fill_many(size_t n)
{
	char url[80], title[80];

	for (size_t i = 0; i < n; i++) {
		snprintf(url, sizeof(url), "https://www.s1.gov.cn/%zu", i);
		snprintf(title, sizeof(title), "第%zu号", i);
		if (i % 7 != 0)
			tell(url, title);
		if (i % 5 != 0)
			has(url, title);
	}
	show_all();
}

START_TEST(test_many_documents)
{
	unsigned bucket[DIGEST_BUCKETS];
	size_t n, missing = 0, extra = 0;

	set_up();
	fill_many(3000);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	n = heard.buckets;
	ck_assert_uint_gt(n, 100);
	memcpy(bucket, heard.bucket, sizeof(bucket));
	for (size_t i = 0; i < n; i += 40) {
		size_t some = n - i < 40 ? n - i : 40;

		ask_hashes(bucket + i, some, i + some < n);
		expect(RECONCILE_DIFFERS);
		missing += heard.missing;
		extra += heard.extra;
	}
	/* of 3000: every 7th untold but had, every 5th told but not had */
	ck_assert_uint_eq(missing, 429 - 86);
	ck_assert_uint_eq(extra, 600 - 86);
	ask_names();
	expect(RECONCILE_DIFFERS);
	write_acts();
	ck_assert_uint_eq(proven().missing, missing);
	ck_assert_uint_eq(proven().extra, extra);
	tear_down();
}
END_TEST

/* The index moves while it is scanned: what was found is for nothing. */
START_TEST(test_moved)
{
	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	has("https://www.s1.gov.cn/b", "乙");
	show_all();
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	tell("https://www.s1.gov.cn/c", "丙");
	show_all();
	expect(RECONCILE_LATER);
	ck_assert_uint_eq(write_acts(), 0);
	tear_down();
}
END_TEST

static size_t
told_in_even_buckets(size_t n)
{
	uint8_t hash[32];
	struct thing t;
	size_t even = 0;

	for (size_t i = 0; i < n; i++) {
		snprintf(t.url, sizeof(t.url), "https://www.s1.gov.cn/%zu",
		    i);
		snprintf(t.title, sizeof(t.title), "第%zu号", i);
		hash_of(&t, hash);
		even += i % 7 != 0 && hash[0] % 2 == 0;
	}
	return even;
}

START_TEST(test_scan_in_slices)
{
	struct buckets wanted = { .bits = { 0 } };
	struct scan s;
	size_t steps = 1, n = 0;

	set_up();
	fill_many(500);
	for (unsigned b = 0; b < DIGEST_BUCKETS; b += 2)
		buckets_add(&wanted, b);
	scan_init(&s);
	scan_begin(&s, SITE, &wanted);
	/* no time at all: as few as a step takes */
	while (!scan_step(&s, kit.writer.view, 0))
		steps++;
	ck_assert_uint_gt(steps, 4);
	for (unsigned b = 0; b < DIGEST_BUCKETS; b += 2) {
		const struct scan_list *l = scan_bucket(&s, b);

		n += l->n;
		for (size_t i = 0; i < l->n; i++)
			ck_assert_uint_eq(l->at[i].hash[0], b);
		for (size_t i = 1; i < l->n; i++)
			ck_assert_int_lt(memcmp(l->at[i - 1].hash,
			    l->at[i].hash, RECONCILE_HASH), 0);
	}
	ck_assert_uint_eq(n, told_in_even_buckets(500));
	scan_clear(&s);
	tear_down();
}
END_TEST

/* --- agents that are wrong ------------------------------------------------------ */

START_TEST(test_wrong_agents)
{
	unsigned twice[2] = { 3, 3 }, every[DIGEST_BUCKETS];
	struct buf b;

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	ask_buckets();			/* of which none differs */
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BAD);
	has("https://www.s1.gov.cn/b", "乙");
	has("https://www.s1.gov.cn/c", "丙");
	ask_hashes(twice, 1, false);	/* before the buckets */
	expect(RECONCILE_LATER);
	ask_names();
	expect(RECONCILE_LATER);

	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ck_assert_uint_eq(heard.buckets, 2);
	twice[0] = twice[1] = heard.bucket[0];
	ask_hashes(twice, 2, false);
	expect(RECONCILE_REFUSED);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	twice[0] = heard.bucket[0];
	ask_hashes(&heard.bucket[1], 1, true);
	expect(RECONCILE_DIFFERS);
	ask_hashes(twice, 1, false);	/* falling */
	expect(RECONCILE_REFUSED);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		every[i] = i;
	ask_hashes(every, 0, false);	/* none of those that differ */
	expect(RECONCILE_REFUSED);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_hashes(every, DIGEST_BUCKETS, false);	/* more than differ */
	expect(RECONCILE_REFUSED);

	/* Names of what isn't missing. */
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_DIFFERS);
	begin(&b, SITE, RECONCILE_NAMED, false);
	for (int i = 0; i < 2000; i++)
		frame_reconcile_name(&b, (const uint8_t *)
		    "0123456789abcdef", span_of("x"), span_of("y"));
	ask(&b);
	expect(RECONCILE_DIFFERS);
	write_acts();
	ck_assert_uint_eq(proven().missing, 2);
	ck_assert_uint_eq(proven().extra, 0);
	ck_assert_uint_eq(proven().missed, 2);
	tear_down();
}
END_TEST

/* Sums that differ over the same items: it is in the log, and on record. */
START_TEST(test_wrong_sums)
{
	struct digest d;
	struct buf b;

	set_up();
	both("https://www.s1.gov.cn/a", "甲");
	show_all();
	digest_of(&d);
	begin(&b, SITE, RECONCILE_BUCKETS, false);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		frame_reconcile_bucket(&b, i, d.bucket[i].high,
		    d.bucket[i].low + (i == 3));
	ask(&b);
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_REFUSED);
	ck_assert_int_eq(heard.a.verdict, VERDICT_BAD);
	ck_assert(core_logged("zqhub rebuild"));
	ck_assert_uint_eq(write_acts(), 1);
	ck_assert(!proven().same);
	ck_assert_uint_eq(proven().missed, 0);
	tear_down();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reconciler_many");
	TCase *t = tcase_create("reconciler_many");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_many_documents);
	tcase_add_test(t, test_moved);
	tcase_add_test(t, test_scan_in_slices);
	tcase_add_test(t, test_wrong_agents);
	tcase_add_test(t, test_wrong_sums);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
