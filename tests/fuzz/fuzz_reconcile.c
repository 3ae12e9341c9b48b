/*
 * The documents of reconciling, read as the hub and as the agent reads them.
 * What reads is bounded and in order, and written again it reads as the same:
 * the bytes of the second writing are those of the first.
 */
#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/reconcile.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

#define ROOM (8 * LIMIT_BODY)	/* a short "&" may have become a long one */

struct again {			/* what was read, written anew */
	struct buf b;
	enum reconcile_round round;
	struct digest sums;
	int bucket;		/* the last */
	unsigned names;
};

/* --- what an agent posts ---------------------------------------------------- */

static void
on_head(void *arg, const struct reconcile *r)
{
	struct again *a = arg;

	must(a->round == 0 && r->incarnation > 0);
	must(r->round >= RECONCILE_SUM && r->round <= RECONCILE_NAMED);
	a->round = r->round;
	reconcile_begin(&a->b, r);
}

static void
on_bucket(void *arg, unsigned bucket, uint64_t high, uint64_t low)
{
	struct again *a = arg;

	must(a->round == RECONCILE_BUCKETS && (int)bucket == a->bucket + 1);
	a->sums.bucket[bucket].high = high;
	a->sums.bucket[bucket].low = low;
	a->bucket = (int)bucket;
	if (bucket == DIGEST_BUCKETS - 1)
		reconcile_put_buckets(&a->b, &a->sums);
}

static void
on_hashes(void *arg, unsigned bucket, const uint8_t *hashes, size_t count)
{
	struct again *a = arg;

	must(a->round == RECONCILE_HASHES);
	must(bucket < DIGEST_BUCKETS && (int)bucket > a->bucket);
	a->bucket = (int)bucket;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *h = hashes + i * RECONCILE_HASH;

		must(h[0] == bucket);
		must(i == 0 || memcmp(h - RECONCILE_HASH, h,
		    RECONCILE_HASH) < 0);
	}
	reconcile_put_hashes(&a->b, bucket, hashes, count);
}

static void
on_name(void *arg, const uint8_t hash[RECONCILE_HASH], struct span id,
    struct span url)
{
	struct again *a = arg;

	must(a->round == RECONCILE_NAMED && ++a->names <= RECONCILE_NAMES);
	must(id.n <= LIMIT_ID && url.n > 0 && url.n <= LIMIT_URL);
	reconcile_put_name(&a->b, hash, id, url);
}

static bool
post(struct again *a, struct span xml)
{
	static const struct reconcile_reader reader = { on_head, on_bucket,
		on_hashes, on_name };
	const char *why = NULL;
	bool good;

	*a = (struct again){ .bucket = -1 };
	buf_init(&a->b, ROOM);
	good = reconcile_read(xml, &reader, a, &why);
	must(good == (why == NULL));
	if (good)
		reconcile_end(&a->b);
	return good;
}

/* --- what a hub answers ----------------------------------------------------- */

static void
on_differs(void *arg, unsigned bucket)
{
	struct again *a = arg;

	must(bucket < DIGEST_BUCKETS && (int)bucket > a->bucket);
	a->bucket = (int)bucket;
	reconcile_answer_bucket(&a->b, bucket);
}

static void
on_missing(void *arg, const uint8_t hash[RECONCILE_HASH])
{
	reconcile_answer_missing(&((struct again *)arg)->b, hash);
}

static void
on_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	must(id.n <= LIMIT_ID && url.n > 0 && url.n <= LIMIT_URL);
	reconcile_answer_extra(&((struct again *)arg)->b, hash, rest, id,
	    url);
}

static void
on_held(void *arg, struct span id, struct span url, struct span why)
{
	must(id.n <= LIMIT_ID && url.n <= LIMIT_URL && why.n <= LIMIT_TEXT);
	reconcile_answer_held(&((struct again *)arg)->b, id, url, why);
}

/* The head is known last: it is put before the rest. */
static bool
answer(struct again *a, struct span xml)
{
	static const struct reconcile_answer_reader reader = { on_differs,
		on_missing, on_extra, on_held };
	struct reconcile_answer got;
	struct buf keep, whole;
	const char *why = NULL;
	bool good;

	*a = (struct again){ .bucket = -1 };
	buf_init(&a->b, ROOM);
	buf_init(&whole, ROOM);
	buf_init(&keep, LIMIT_BODY);
	good = reconcile_answer_read(&got, &keep, xml, &reader, a, &why);
	must(good == (why == NULL));
	if (good) {
		must(got.reason.n + got.cause.n <= xml.n);
		must((got.outcome == RECONCILE_REFUSED) == (got.verdict != 0));
		reconcile_answer_begin(&whole, &got);
		buf_span(&whole, buf_look(&a->b));
		reconcile_answer_end(&whole);
	}
	buf_clear(&keep);
	buf_clear(&a->b);
	a->b = whole;
	return good;
}

/* --- */

static void
twice(bool (*take)(struct again *, struct span), struct span xml)
{
	struct again first, second;

	if (take(&first, xml) && first.b.n <= LIMIT_BODY) {
		must(take(&second, buf_look(&first.b)));
		must(span_is(buf_look(&second.b), buf_look(&first.b)));
		buf_clear(&second.b);
	}
	buf_clear(&first.b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span xml = { (const char *)at, n };

	twice(post, xml);
	twice(answer, xml);
	return 0;
}
