/*
 * Documents of reconciling become frames: what an agent writes is what the
 * core reads; and what is wrong with one is said.
 */
#include "hub/edge_reconcile.h"

#include <check.h>
#include <string.h>

#include "protocol/limits.h"

static const struct frame_peer peer = { .site = 42, .key_hash = { 1, 2 },
	.address = { "203.0.113.7:5", 13 } };

static struct buf xml, frame;
static struct frame_reconcile got;
static const char *why;

static void
set_up(void)
{
	buf_init(&xml, LIMIT_BODY);
	buf_init(&frame, FRAME_MAX);
	why = NULL;
}

static void
tear_down(void)
{
	buf_clear(&xml);
	buf_clear(&frame);
}

static void
begin(enum reconcile_round round)
{
	const struct reconcile r = { .round = round, .incarnation = 815,
		.seq = 4714, .instance = 77, .items = 3, .now = 5000,
		.sum = { [31] = 9 } };

	reconcile_begin(&xml, &r);
}

static bool
take(void)
{
	return edge_reconcile_read(&frame, &peer, buf_look(&xml), &why);
}

static void
take_whole(void)
{
	reconcile_end(&xml);
	ck_assert_msg(take(), "%s", why);
	ck_assert(frame_reconcile_read(&got, buf_look(&frame)));
	ck_assert_uint_eq(got.peer.site, 42);
	ck_assert_mem_eq(got.peer.key_hash, peer.key_hash, CA_KEY_HASH);
	ck_assert(span_is(got.peer.address, peer.address));
	ck_assert_uint_eq(got.head.incarnation, 815);
	ck_assert_uint_eq(got.head.seq, 4714);
	ck_assert_uint_eq(got.head.instance, 77);
	ck_assert_uint_eq(got.head.items, 3);
	ck_assert_uint_eq(got.head.sum[31], 9);
}

START_TEST(test_sum)
{
	begin(RECONCILE_SUM);
	take_whole();
	ck_assert_int_eq(got.head.round, RECONCILE_SUM);
	ck_assert_uint_eq(got.rest.n, 0);
}
END_TEST

START_TEST(test_buckets)
{
	struct digest d;
	uint64_t high, low;
	unsigned bucket, n = 0;

	digest_init(&d);
	d.bucket[255].high = 7;
	begin(RECONCILE_BUCKETS);
	reconcile_put_buckets(&xml, &d);
	take_whole();
	while (frame_reconcile_next_bucket(&got, &bucket, &high, &low)) {
		ck_assert_uint_eq(bucket, n++);
		ck_assert_uint_eq(high, bucket == 255 ? 7 : 0);
		ck_assert_uint_eq(low, 0);
	}
	ck_assert_uint_eq(n, DIGEST_BUCKETS);
}
END_TEST

START_TEST(test_hashes)
{
	static const uint8_t hashes[2 * RECONCILE_HASH] = { 7, [16] = 7, 1 };
	const uint8_t *at;
	unsigned bucket;
	size_t n;

	begin(RECONCILE_HASHES);
	reconcile_put_hashes(&xml, 7, hashes, 2);
	reconcile_put_hashes(&xml, 9, NULL, 0);
	take_whole();
	ck_assert(frame_reconcile_next_hashes(&got, &bucket, &at, &n));
	ck_assert(bucket == 7 && n == 2);
	ck_assert_mem_eq(at, hashes, sizeof(hashes));
	ck_assert(frame_reconcile_next_hashes(&got, &bucket, &at, &n));
	ck_assert(bucket == 9 && n == 0);
	ck_assert(!frame_reconcile_next_hashes(&got, &bucket, &at, &n));
}
END_TEST

START_TEST(test_names)
{
	static const uint8_t hash[RECONCILE_HASH] = { 7, 8 };
	struct span id, url;
	const uint8_t *at;

	begin(RECONCILE_NAMED);
	reconcile_put_name(&xml, hash, SPAN("web:a<&>"),
	    SPAN("https://www.a.gov.cn/"));
	take_whole();
	ck_assert(frame_reconcile_next_name(&got, &at, &id, &url));
	ck_assert_mem_eq(at, hash, sizeof(hash));
	ck_assert(span_is(id, SPAN("web:a<&>")));
	ck_assert(span_is(url, SPAN("https://www.a.gov.cn/")));
}
END_TEST

static const struct {
	const char *xml, *why;
} wrong[] = {
	{ "", "line 1" },
	{ "<zq:reconcile", "line 1" },
	{ "<!DOCTYPE x><x/>", "DOCTYPE" },
	{ "<zq:batch xmlns:zq=\"urn:zhanqun:1\"/>", "line 1" },
	{ "<zq:reconcile xmlns:zq=\"urn:zhanqun:1\" round=\"dance\"/>",
	  "round" },
};

START_TEST(test_wrong)
{
	buf_text(&xml, wrong[_i].xml);
	ck_assert(!take());
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, wrong[_i].why) != NULL, "%s: %s",
	    wrong[_i].xml, why);
}
END_TEST

/* More than a frame may have. */
START_TEST(test_too_long)
{
	struct buf small;

	begin(RECONCILE_SUM);
	reconcile_end(&xml);
	buf_init(&small, 40);
	ck_assert(!edge_reconcile_read(&small, &peer, buf_look(&xml), &why));
	ck_assert_ptr_nonnull(strstr(why, "too long"));
	buf_clear(&small);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edge_reconcile");
	TCase *t = tcase_create("edge_reconcile");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_sum);
	tcase_add_test(t, test_buckets);
	tcase_add_test(t, test_hashes);
	tcase_add_test(t, test_names);
	tcase_add_loop_test(t, test_wrong, 0,
	    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, test_too_long);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
