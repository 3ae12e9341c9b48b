/*
 * Bodies of frames: each pair writes and reads the same row. What doesn't
 * read to its last byte isn't taken.
 */
#include "hub/frame.h"

#include "protocol/wire.h"

enum change_tag { TAG_ROW = 1, TAG_REFUSED = 2 };

static void
put_peer(struct buf *b, const struct frame_peer *p)
{
	write_u32(b, p->site);
	buf_put(b, p->key_hash, sizeof(p->key_hash));
	write_span(b, p->address);
	write_u64(b, (uint64_t)p->issued);
	write_u64(b, (uint64_t)p->until);
	buf_put(b, p->ca, sizeof(p->ca));
}

static void
get_bytes(struct reader *r, uint8_t *out, size_t n)
{
	struct span s = read_bytes(r, n);

	if (s.n == n)
		memcpy(out, s.at, n);
	else
		memset(out, 0, n);
}

static void
get_peer(struct reader *r, struct frame_peer *p)
{
	p->site = read_u32(r);
	get_bytes(r, p->key_hash, sizeof(p->key_hash));
	p->address = read_span(r);
	p->issued = (int64_t)read_u64(r);
	p->until = (int64_t)read_u64(r);
	get_bytes(r, p->ca, sizeof(p->ca));
}

static struct span
rest_of(const struct reader *r)
{
	return (struct span){ .at = (const char *)r->at,
	    .n = reader_left(r) };
}

/* Flags are 0 or 1; anything else is a lie. */
static bool
get_flag(struct reader *r)
{
	uint8_t v = read_u8(r);

	if (v > 1)
		r->bad = true;
	return v == 1;
}

/* --- batches ------------------------------------------------------------- */

void
frame_batch_begin(struct buf *b, const struct frame_peer *p,
    const struct batch *h, int64_t came)
{
	put_peer(b, p);
	write_u64(b, h->incarnation);
	write_u64(b, h->first);
	write_u64(b, h->head);
	write_u64(b, (uint64_t)h->now);
	write_u8(b, h->needs_snapshot);
	write_u64(b, h->instance);
	write_u64(b, h->held);
	write_span(b, h->trouble);
	write_span(b, h->features);
	write_span(b, h->agent);
	health_write(b, &h->health);
	vantage_answer_write(b, &h->looked);
	write_u64(b, (uint64_t)came);
}

void
frame_batch_change(struct buf *b, uint64_t seq, struct span row)
{
	write_u8(b, TAG_ROW);
	write_u64(b, seq);
	write_span(b, row);
}

void
frame_batch_refused(struct buf *b, uint64_t seq, struct span why)
{
	write_u8(b, TAG_REFUSED);
	write_u64(b, seq);
	write_span(b, why);
}

bool
frame_batch_read(struct frame_batch *f, struct span body)
{
	struct reader r = reader_of(body);

	get_peer(&r, &f->peer);
	f->head.incarnation = read_u64(&r);
	f->head.first = read_u64(&r);
	f->head.head = read_u64(&r);
	f->head.now = (int64_t)read_u64(&r);
	f->head.needs_snapshot = get_flag(&r);
	f->head.instance = read_u64(&r);
	f->head.held = read_u64(&r);
	f->head.trouble = read_span(&r);
	f->head.features = read_span(&r);
	f->head.agent = read_span(&r);
	health_read(&f->head.health, &r);
	vantage_answer_read(&f->head.looked, &r);
	f->came = (int64_t)read_u64(&r);
	f->rest = rest_of(&r);
	return !r.bad;
}

bool
frame_batch_next(struct frame_batch *f, uint64_t *seq, struct span *row,
    struct span *why)
{
	struct reader r = reader_of(f->rest);
	uint8_t tag;

	if (f->rest.n == 0)
		return false;
	*row = *why = SPAN_NONE;
	tag = read_u8(&r);
	*seq = read_u64(&r);
	*(tag == TAG_ROW ? row : why) = read_span(&r);
	if (r.bad || (tag != TAG_ROW && tag != TAG_REFUSED)) {
		f->rest = SPAN_NONE;
		return false;
	}
	f->rest = rest_of(&r);
	return true;
}

/* --- letters, peers, answers --------------------------------------------- */

void
frame_letters_write(struct buf *b, const struct frame_letters *f)
{
	put_peer(b, &f->peer);
	write_u64(b, f->after);
	write_u64(b, f->instance);
	write_u32(b, f->wait);
}

bool
frame_letters_read(struct frame_letters *f, struct span body)
{
	struct reader r = reader_of(body);

	get_peer(&r, &f->peer);
	f->after = read_u64(&r);
	f->instance = read_u64(&r);
	f->wait = read_u32(&r);
	return reader_done(&r);
}

void
frame_map_write(struct buf *b, uint64_t after)
{
	write_u64(b, after);
}

bool
frame_map_read(uint64_t *after, struct span body)
{
	struct reader r = reader_of(body);

	*after = read_u64(&r);
	return reader_done(&r);
}

void
frame_radius_write(struct buf *b, const struct frame_radius *f)
{
	write_u32(b, f->site);
	write_u8(b, f->scope);
	write_span(b, f->url);
}

bool
frame_radius_read(struct frame_radius *f, struct span body)
{
	struct reader r = reader_of(body);

	f->site = read_u32(&r);
	f->scope = read_u8(&r);
	f->url = read_span(&r);
	return reader_done(&r);
}

void
frame_signed_write(struct buf *b, bool good, struct span s)
{
	write_u8(b, good);
	write_span(b, s);
}

bool
frame_signed_read(bool *good, struct span *s, struct span body)
{
	struct reader r = reader_of(body);
	uint8_t is = read_u8(&r);

	*good = is == 1;
	*s = read_span(&r);
	return reader_done(&r) && is <= 1;
}

bool
frame_peer_look(struct frame_peer *p, struct span body)
{
	struct reader r = reader_of(body);

	get_peer(&r, p);
	return !r.bad;
}

void
frame_peer_write(struct buf *b, const struct frame_peer *p,
    enum frame_line what)
{
	put_peer(b, p);
	write_u8(b, (uint8_t)what);
}

bool
frame_peer_read(struct frame_peer *p, enum frame_line *what,
    struct span body)
{
	struct reader r = reader_of(body);
	uint8_t v;

	get_peer(&r, p);
	v = read_u8(&r);
	*what = (enum frame_line)v;
	return reader_done(&r) && v <= FRAME_LINE_BUSY;
}

void
frame_answer_write(struct buf *b, const struct frame_answer *f)
{
	write_u16(b, f->status);
	write_u32(b, f->retry_after);
	write_span(b, f->type);
	write_span(b, f->body);
}

bool
frame_answer_read(struct frame_answer *f, struct span body)
{
	struct reader r = reader_of(body);

	f->status = read_u16(&r);
	f->retry_after = read_u32(&r);
	f->type = read_span(&r);
	f->body = read_span(&r);
	return reader_done(&r) && f->status >= 200 && f->status <= 599;
}

/* --- reconciling --------------------------------------------------------- */

void
frame_reconcile_begin(struct buf *b, const struct frame_peer *p,
    const struct reconcile *r)
{
	put_peer(b, p);
	write_u8(b, (uint8_t)r->round);
	write_u64(b, r->incarnation);
	write_u64(b, r->seq);
	write_u64(b, r->instance);
	write_u64(b, r->items);
	write_u64(b, (uint64_t)r->now);
	buf_put(b, r->sum, sizeof(r->sum));
	write_u8(b, r->more);
}

void
frame_reconcile_bucket(struct buf *b, unsigned bucket, uint64_t high,
    uint64_t low)
{
	write_u8(b, (uint8_t)bucket);
	write_u64(b, high);
	write_u64(b, low);
}

void
frame_reconcile_hashes(struct buf *b, unsigned bucket,
    const uint8_t *hashes, size_t count)
{
	write_u8(b, (uint8_t)bucket);
	write_span(b, (struct span){ .at = (const char *)hashes,
	    .n = count * RECONCILE_HASH });
}

void
frame_reconcile_name(struct buf *b, const uint8_t hash[RECONCILE_HASH],
    struct span id, struct span url)
{
	buf_put(b, hash, RECONCILE_HASH);
	write_span(b, id);
	write_span(b, url);
}

bool
frame_reconcile_read(struct frame_reconcile *f, struct span body)
{
	struct reader r = reader_of(body);
	uint8_t round;

	get_peer(&r, &f->peer);
	round = read_u8(&r);
	f->head.round = (enum reconcile_round)round;
	f->head.incarnation = read_u64(&r);
	f->head.seq = read_u64(&r);
	f->head.instance = read_u64(&r);
	f->head.items = read_u64(&r);
	f->head.now = (int64_t)read_u64(&r);
	get_bytes(&r, f->head.sum, sizeof(f->head.sum));
	f->head.more = get_flag(&r);
	f->rest = rest_of(&r);
	return !r.bad && round >= RECONCILE_SUM && round <= RECONCILE_NAMED;
}

/* One more of the rest was read; false: it was the end, or not readable. */
static bool
went_on(struct frame_reconcile *f, const struct reader *r)
{
	f->rest = r->bad ? SPAN_NONE : rest_of(r);
	return !r->bad;
}

bool
frame_reconcile_next_bucket(struct frame_reconcile *f, unsigned *bucket,
    uint64_t *high, uint64_t *low)
{
	struct reader r = reader_of(f->rest);

	if (f->rest.n == 0)
		return false;
	*bucket = read_u8(&r);
	*high = read_u64(&r);
	*low = read_u64(&r);
	return went_on(f, &r);
}

bool
frame_reconcile_next_hashes(struct frame_reconcile *f, unsigned *bucket,
    const uint8_t **hashes, size_t *count)
{
	struct reader r = reader_of(f->rest);
	struct span all;

	if (f->rest.n == 0)
		return false;
	*bucket = read_u8(&r);
	all = read_span(&r);
	if (all.n % RECONCILE_HASH != 0)
		r.bad = true;
	*hashes = (const uint8_t *)all.at;
	*count = all.n / RECONCILE_HASH;
	return went_on(f, &r);
}

bool
frame_reconcile_next_name(struct frame_reconcile *f, const uint8_t **hash,
    struct span *id, struct span *url)
{
	struct reader r = reader_of(f->rest);

	if (f->rest.n == 0)
		return false;
	*hash = (const uint8_t *)read_bytes(&r, RECONCILE_HASH).at;
	*id = read_span(&r);
	*url = read_span(&r);
	return went_on(f, &r);
}

/* --- enrolment ----------------------------------------------------------- */

void
frame_ask_write(struct buf *b, const struct frame_ask *f)
{
	buf_put(b, f->ref, sizeof(f->ref));
	write_u8(b, f->has_ref);
	write_u8(b, f->mac_good);
	buf_put(b, f->key_hash, sizeof(f->key_hash));
	write_span(b, f->code);
	write_u8(b, f->is_renewal);
	write_u32(b, f->site);
	buf_put(b, f->old_key_hash, sizeof(f->old_key_hash));
	write_u64(b, (uint64_t)f->expired);
	write_u64(b, (uint64_t)f->issued);
	write_u64(b, (uint64_t)f->until);
	buf_put(b, f->ca, sizeof(f->ca));
}

bool
frame_ask_read(struct frame_ask *f, struct span body)
{
	struct reader r = reader_of(body);

	get_bytes(&r, f->ref, sizeof(f->ref));
	f->has_ref = get_flag(&r);
	f->mac_good = get_flag(&r);
	get_bytes(&r, f->key_hash, sizeof(f->key_hash));
	f->code = read_span(&r);
	f->is_renewal = get_flag(&r);
	f->site = read_u32(&r);
	get_bytes(&r, f->old_key_hash, sizeof(f->old_key_hash));
	f->expired = (int64_t)read_u64(&r);
	f->issued = (int64_t)read_u64(&r);
	f->until = (int64_t)read_u64(&r);
	get_bytes(&r, f->ca, sizeof(f->ca));
	return reader_done(&r);
}

void
frame_tls_write(struct buf *b, const struct frame_tls *f)
{
	write_span(b, f->chain);
	write_span(b, f->key);
	write_span(b, f->cas);
}

bool
frame_tls_read(struct frame_tls *f, struct span body)
{
	struct reader r = reader_of(body);

	f->chain = read_span(&r);
	f->key = read_span(&r);
	f->cas = read_span(&r);
	return reader_done(&r);
}

void
frame_grant_write(struct buf *b, const struct frame_grant *f)
{
	write_u32(b, f->site);
	write_span(b, f->code);
	write_span(b, f->refusal);
}

bool
frame_grant_read(struct frame_grant *f, struct span body)
{
	struct reader r = reader_of(body);

	f->site = read_u32(&r);
	f->code = read_span(&r);
	f->refusal = read_span(&r);
	return reader_done(&r);
}

void
frame_site_write(struct buf *b, uint32_t site, struct span cause,
    struct span reason)
{
	write_u32(b, site);
	write_span(b, cause);
	write_span(b, reason);
}

bool
frame_site_read(uint32_t *site, struct span *cause, struct span *reason,
    struct span *rest)
{
	struct reader r = reader_of(*rest);

	if (rest->n == 0)
		return false;
	*site = read_u32(&r);
	*cause = read_span(&r);
	*reason = read_span(&r);
	*rest = r.bad ? SPAN_NONE : rest_of(&r);
	return !r.bad;
}
