/*
 * Frames between parts: what is written is read, and what is cut short or
 * has something behind its end is not taken.
 */
#include "hub/frame.h"
#include "protocol/wire.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct frame_peer peer = { .site = 42,
    .key_hash = { 1, 2, 3, [31] = 32 }, .address = SPAN("192.0.2.7:51824"),
    .issued = -3, .until = 4, .ca = { 5, [15] = 6 } };

static void
check_peer(const struct frame_peer *p)
{
	ck_assert_uint_eq(p->site, 42);
	ck_assert_mem_eq(p->key_hash, peer.key_hash, CA_KEY_HASH);
	ck_assert(span_is(p->address, peer.address));
	ck_assert_int_eq(p->issued, -3);
	ck_assert_int_eq(p->until, 4);
	ck_assert_mem_eq(p->ca, peer.ca, TICKET_PIN);
}

START_TEST(test_batch)
{
	const struct batch head = { .incarnation = 7, .first = 8, .head = 99,
	    .now = -5, .features = SPAN("a b"), .agent = SPAN("x/1"),
	    .trouble = SPAN("disk full"), .needs_snapshot = true,
	    .health = { .told = true, .beat = 5000, .sources = 3,
	    .troubled = 1, .spool = 1ull << 40, .until = 99,
	    .home_at = 98, .home_error = HEALTH_TIMEOUT,
	    .home_ms = 15000 } };
	struct frame_batch f;
	struct span row, why;
	struct buf b;
	uint64_t seq;

	buf_init(&b, 1000);
	frame_batch_begin(&b, &peer, &head, -9);
	frame_batch_change(&b, 8, SPAN("row"));
	frame_batch_refused(&b, 9, SPAN("because"));
	ck_assert(frame_batch_read(&f, buf_look(&b)));
	check_peer(&f.peer);
	ck_assert_uint_eq(f.head.incarnation, 7);
	ck_assert_uint_eq(f.head.first, 8);
	ck_assert_uint_eq(f.head.head, 99);
	ck_assert_int_eq(f.head.now, -5);
	ck_assert(f.head.needs_snapshot);
	ck_assert(span_is(f.head.features, SPAN("a b")));
	ck_assert(span_is(f.head.agent, SPAN("x/1")));
	ck_assert(span_is(f.head.trouble, SPAN("disk full")));
	ck_assert(f.head.health.told && f.head.health.beat == 5000);
	ck_assert_uint_eq(f.head.health.sources, 3);
	ck_assert_uint_eq(f.head.health.troubled, 1);
	ck_assert_uint_eq(f.head.health.spool, 1ull << 40);
	ck_assert_int_eq(f.head.health.until, 99);
	ck_assert_int_eq(f.head.health.home_at, 98);
	ck_assert_uint_eq(f.head.health.home_status, 0);
	ck_assert_int_eq(f.head.health.home_error, HEALTH_TIMEOUT);
	ck_assert_int_eq(f.came, -9);
	ck_assert_uint_eq(f.head.health.home_ms, 15000);
	ck_assert(frame_batch_next(&f, &seq, &row, &why));
	ck_assert_uint_eq(seq, 8);
	ck_assert(span_is(row, SPAN("row")) && why.n == 0);
	ck_assert(frame_batch_next(&f, &seq, &row, &why));
	ck_assert_uint_eq(seq, 9);
	ck_assert(span_is(why, SPAN("because")) && row.n == 0);
	ck_assert(!frame_batch_next(&f, &seq, &row, &why));
	buf_clear(&b);
}
END_TEST

START_TEST(test_batch_bad_tag)
{
	const struct batch head = { .incarnation = 7 };
	struct frame_batch f;
	struct span row, why;
	struct buf b;
	uint64_t seq;

	buf_init(&b, 1000);
	frame_batch_begin(&b, &peer, &head, -9);
	frame_batch_change(&b, 8, SPAN("row"));
	b.at[b.n - 3 - 1 - 8 - 1] = 3;	/* the tag */
	ck_assert(frame_batch_read(&f, buf_look(&b)));
	ck_assert(!frame_batch_next(&f, &seq, &row, &why));
	ck_assert(!frame_batch_next(&f, &seq, &row, &why));
	buf_clear(&b);
}
END_TEST

/* Each kind by its pair. */
static void
write_letters(struct buf *b)
{
	frame_letters_write(b, &(struct frame_letters){ .peer = peer,
	    .after = 1234567890123, .wait = 60000 });
}

static bool
read_letters(struct span s)
{
	struct frame_letters f;

	if (!frame_letters_read(&f, s))
		return false;
	check_peer(&f.peer);
	ck_assert_uint_eq(f.after, 1234567890123);
	ck_assert_uint_eq(f.wait, 60000);
	return true;
}

static void
write_peer(struct buf *b)
{
	frame_peer_write(b, &peer, FRAME_LINE_BUSY);
}

static bool
read_peer(struct span s)
{
	struct frame_peer p;
	enum frame_line what;

	if (!frame_peer_read(&p, &what, s))
		return false;
	check_peer(&p);
	ck_assert_int_eq(what, FRAME_LINE_BUSY);
	return true;
}

static void
write_answer(struct buf *b)
{
	frame_answer_write(b, &(struct frame_answer){ .status = 503,
	    .retry_after = 5, .type = SPAN("t"), .body = SPAN("body") });
}

static bool
read_answer(struct span s)
{
	struct frame_answer f;

	if (!frame_answer_read(&f, s))
		return false;
	ck_assert_uint_eq(f.status, 503);
	ck_assert_uint_eq(f.retry_after, 5);
	ck_assert(span_is(f.type, SPAN("t")));
	ck_assert(span_is(f.body, SPAN("body")));
	return true;
}

static void
write_ask(struct buf *b)
{
	frame_ask_write(b, &(struct frame_ask){ .ref = { 9, [9] = 8 },
	    .has_ref = true, .key_hash = { 7 }, .code = SPAN("4101000001"),
	    .is_renewal = true, .site = 6, .old_key_hash = { [31] = 5 },
	    .issued = 77 });
}

static bool
read_ask(struct span s)
{
	struct frame_ask f;

	if (!frame_ask_read(&f, s))
		return false;
	ck_assert_uint_eq(f.ref[0], 9);
	ck_assert_uint_eq(f.ref[9], 8);
	ck_assert(f.has_ref && !f.mac_good && f.is_renewal);
	ck_assert_uint_eq(f.key_hash[0], 7);
	ck_assert(span_is(f.code, SPAN("4101000001")));
	ck_assert_uint_eq(f.site, 6);
	ck_assert_uint_eq(f.old_key_hash[31], 5);
	ck_assert_int_eq(f.issued, 77);
	return true;
}

static void
write_grant(struct buf *b)
{
	frame_grant_write(b, &(struct frame_grant){ .site = 3,
	    .code = SPAN("code"), .refusal = SPAN("used before") });
}

static bool
read_grant(struct span s)
{
	struct frame_grant f;

	if (!frame_grant_read(&f, s))
		return false;
	ck_assert_uint_eq(f.site, 3);
	ck_assert(span_is(f.code, SPAN("code")));
	ck_assert(span_is(f.refusal, SPAN("used before")));
	return true;
}

static const struct {
	void (*write)(struct buf *b);
	bool (*read)(struct span s);
} pairs[] = {
	{ write_letters, read_letters },
	{ write_peer, read_peer },
	{ write_answer, read_answer },
	{ write_ask, read_ask },
	{ write_grant, read_grant },
};

START_TEST(test_pair)
{
	struct buf b;

	buf_init(&b, 1000);
	pairs[_i].write(&b);
	ck_assert(pairs[_i].read(buf_look(&b)));
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!pairs[_i].read((struct span){ b.at, n }));
	buf_byte(&b, '\0');
	ck_assert(!pairs[_i].read(buf_look(&b)));
	buf_clear(&b);
}
END_TEST

/* A head and one row of each kind. */
static struct frame_reconcile
read_reconcile(const struct buf *b)
{
	struct frame_reconcile f;

	ck_assert(frame_reconcile_read(&f, buf_look(b)));
	check_peer(&f.peer);
	ck_assert_uint_eq(f.head.incarnation, 815);
	ck_assert_uint_eq(f.head.seq, UINT64_MAX);
	ck_assert_uint_eq(f.head.instance, 77);
	ck_assert_uint_eq(f.head.items, 3);
	ck_assert_int_eq(f.head.now, -5);
	ck_assert_uint_eq(f.head.sum[31], 9);
	ck_assert(f.head.more);
	return f;
}

static void
begin_reconcile(struct buf *b, enum reconcile_round round)
{
	buf_init(b, 1000);
	frame_reconcile_begin(b, &peer, &(struct reconcile){
	    .round = round, .incarnation = 815, .seq = UINT64_MAX,
	    .instance = 77, .items = 3, .now = -5, .sum = { [31] = 9 },
	    .more = true });
}

START_TEST(test_reconcile)
{
	static const uint8_t hashes[2 * RECONCILE_HASH] = { 7, [16] = 7, 1 };
	struct frame_reconcile f;
	struct span id, url;
	const uint8_t *at;
	uint64_t high, low;
	unsigned bucket;
	struct buf b;
	size_t n;

	begin_reconcile(&b, RECONCILE_BUCKETS);
	frame_reconcile_bucket(&b, 255, 1, UINT64_MAX);
	f = read_reconcile(&b);
	ck_assert(frame_reconcile_next_bucket(&f, &bucket, &high, &low));
	ck_assert(bucket == 255 && high == 1 && low == UINT64_MAX);
	ck_assert(!frame_reconcile_next_bucket(&f, &bucket, &high, &low));
	buf_clear(&b);

	begin_reconcile(&b, RECONCILE_HASHES);
	frame_reconcile_hashes(&b, 6, NULL, 0);
	frame_reconcile_hashes(&b, 7, hashes, 2);
	f = read_reconcile(&b);
	ck_assert(frame_reconcile_next_hashes(&f, &bucket, &at, &n));
	ck_assert(bucket == 6 && n == 0);
	ck_assert(frame_reconcile_next_hashes(&f, &bucket, &at, &n));
	ck_assert(bucket == 7 && n == 2);
	ck_assert_mem_eq(at, hashes, sizeof(hashes));
	ck_assert(!frame_reconcile_next_hashes(&f, &bucket, &at, &n));
	buf_cut(&b, b.n - 33);		/* not a whole number of them: */
	write_span(&b, (struct span){ (const char *)hashes, 17 });
	f = read_reconcile(&b);
	ck_assert(frame_reconcile_next_hashes(&f, &bucket, &at, &n));
	ck_assert(!frame_reconcile_next_hashes(&f, &bucket, &at, &n));
	ck_assert(!frame_reconcile_next_hashes(&f, &bucket, &at, &n));
	buf_clear(&b);

	begin_reconcile(&b, RECONCILE_NAMED);
	frame_reconcile_name(&b, hashes, SPAN("id"), SPAN("url"));
	f = read_reconcile(&b);
	ck_assert(frame_reconcile_next_name(&f, &at, &id, &url));
	ck_assert(span_is(id, SPAN("id")) && span_is(url, SPAN("url")));
	ck_assert_mem_eq(at, hashes, RECONCILE_HASH);
	ck_assert(!frame_reconcile_next_name(&f, &at, &id, &url));
	buf_clear(&b);
}
END_TEST

START_TEST(test_reconcile_bad_head)
{
	struct frame_reconcile f;
	struct buf b;

	begin_reconcile(&b, RECONCILE_SUM);
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!frame_reconcile_read(&f,
		    (struct span){ b.at, n }));
	b.at[b.n - 1] = 2;			/* more is a flag */
	ck_assert(!frame_reconcile_read(&f, buf_look(&b)));
	buf_clear(&b);
	begin_reconcile(&b, (enum reconcile_round)5);
	ck_assert(!frame_reconcile_read(&f, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

START_TEST(test_flags_are_flags)
{
	struct frame_peer p;
	struct buf b;
	enum frame_line what;

	buf_init(&b, 1000);
	write_peer(&b);
	b.at[b.n - 1] = FRAME_LINE_BUSY + 1;
	ck_assert(!frame_peer_read(&p, &what, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

START_TEST(test_sites)
{
	struct span rest, cause, reason;
	struct buf b;
	uint32_t site;

	buf_init(&b, 1000);
	frame_site_write(&b, 1, SPAN("retired"), SPAN("one"));
	frame_site_write(&b, 2, SPAN_NONE, SPAN_NONE);
	rest = buf_look(&b);
	ck_assert(frame_site_read(&site, &cause, &reason, &rest));
	ck_assert_uint_eq(site, 1);
	ck_assert(span_is(cause, SPAN("retired")));
	ck_assert(span_is(reason, SPAN("one")));
	ck_assert(frame_site_read(&site, &cause, &reason, &rest));
	ck_assert_uint_eq(site, 2);
	ck_assert_uint_eq(reason.n, 0);
	ck_assert(!frame_site_read(&site, &cause, &reason, &rest));
	rest = (struct span){ b.at, 5 };
	ck_assert(!frame_site_read(&site, &cause, &reason, &rest));
	ck_assert_uint_eq(rest.n, 0);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("frame");
	TCase *t = tcase_create("frame");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_batch);
	tcase_add_test(t, test_batch_bad_tag);
	tcase_add_loop_test(t, test_pair, 0,
	    sizeof(pairs) / sizeof(pairs[0]));
	tcase_add_test(t, test_reconcile);
	tcase_add_test(t, test_reconcile_bad_head);
	tcase_add_test(t, test_flags_are_flags);
	tcase_add_test(t, test_sites);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
