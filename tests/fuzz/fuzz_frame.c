/*
 * Frames between parts: the first byte chooses the kind. What is read and
 * written again is the same bytes.
 */
#include <stdint.h>

#include "contrib/base/err.h"
#include "hub/frame.h"
#include "hub/move_try.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static bool
batch(struct span s, struct buf *again)
{
	struct frame_batch f;
	struct span row, why, rest = SPAN_NONE;
	uint64_t seq;

	if (!frame_batch_read(&f, s))
		return false;
	frame_batch_begin(again, &f.peer, &f.head, f.came);
	rest = f.rest;
	while (frame_batch_next(&f, &seq, &row, &why)) {
		if (row.at != NULL)
			frame_batch_change(again, seq, row);
		else
			frame_batch_refused(again, seq, why);
		rest = f.rest;
	}
	return rest.n == 0;
}

static bool
letters(struct span s, struct buf *again)
{
	struct frame_letters f;

	if (!frame_letters_read(&f, s))
		return false;
	frame_letters_write(again, &f);
	return true;
}

static bool
peer(struct span s, struct buf *again)
{
	struct frame_peer p;
	enum frame_line what;

	if (!frame_peer_read(&p, &what, s))
		return false;
	frame_peer_write(again, &p, what);
	return true;
}

static bool
answer(struct span s, struct buf *again)
{
	struct frame_answer f;

	if (!frame_answer_read(&f, s))
		return false;
	must(f.status >= 200 && f.status <= 599);
	frame_answer_write(again, &f);
	return true;
}

static bool
ask(struct span s, struct buf *again)
{
	struct frame_ask f;

	if (!frame_ask_read(&f, s))
		return false;
	frame_ask_write(again, &f);
	return true;
}

static bool
grant(struct span s, struct buf *again)
{
	struct frame_grant f;

	if (!frame_grant_read(&f, s))
		return false;
	frame_grant_write(again, &f);
	return true;
}

static bool
sites(struct span s, struct buf *again)
{
	struct span cause, reason, rest = s;
	uint32_t site;

	while (frame_site_read(&site, &cause, &reason, &rest))
		frame_site_write(again, site, cause, reason);
	return again->n == s.n;
}

static bool
reconcile(struct span s, struct buf *again)
{
	struct frame_reconcile f;
	const uint8_t *bytes;
	struct span id, url;
	uint64_t high, low;
	unsigned bucket;
	size_t n;

	if (!frame_reconcile_read(&f, s))
		return false;
	frame_reconcile_begin(again, &f.peer, &f.head);
	switch (f.head.round) {
	case RECONCILE_SUM:
		break;
	case RECONCILE_BUCKETS:
		while (frame_reconcile_next_bucket(&f, &bucket, &high, &low))
			frame_reconcile_bucket(again, bucket, high, low);
		break;
	case RECONCILE_HASHES:
		while (frame_reconcile_next_hashes(&f, &bucket, &bytes, &n))
			frame_reconcile_hashes(again, bucket, bytes, n);
		break;
	case RECONCILE_NAMED:
		while (frame_reconcile_next_name(&f, &bytes, &id, &url))
			frame_reconcile_name(again, bytes, id, url);
	}
	return again->n == s.n;
}

static bool
map(struct span s, struct buf *again)
{
	uint64_t after;

	if (!frame_map_read(&after, s))
		return false;
	frame_map_write(again, after);
	return true;
}

static bool
radius(struct span s, struct buf *again)
{
	struct frame_radius f;

	if (!frame_radius_read(&f, s))
		return false;
	frame_radius_write(again, &f);
	return true;
}

static bool
was_signed(struct span s, struct buf *again)
{
	struct span body;
	bool good;

	if (!frame_signed_read(&good, &body, s))
		return false;
	frame_signed_write(again, good, body);
	return true;
}

static bool
tls(struct span s, struct buf *again)
{
	struct frame_tls f;

	if (!frame_tls_read(&f, s))
		return false;
	frame_tls_write(again, &f);
	return true;
}

static bool
try_ask(struct span s, struct buf *again)
{
	struct move_try_ask a;

	if (!move_try_ask_read(&a, s))
		return false;
	move_try_ask_write(again, &a);
	return true;
}

static bool
try(struct span s, struct buf *again)
{
	struct move_try m;

	if (!move_try_read(&m, s))
		return false;
	move_try_write(again, &m);
	return true;
}

typedef bool again_fn(struct span s, struct buf *again);

static again_fn *const kinds[] = {
	batch, letters, peer, answer, ask, grant, sites, reconcile,
	map, radius, was_signed, tls, try_ask, try,
};

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span s = { .at = (const char *)at + 1, .n = n - 1 };
	struct buf again;

	if (n < 1)
		return 0;
	buf_init(&again, 16u << 20);
	if (kinds[at[0] % (sizeof(kinds) / sizeof(kinds[0]))](s, &again))
		must(span_is(s, buf_look(&again)));
	buf_clear(&again);
	return 0;
}
