/*
 * Exchanges: two sorted lists of hashes against each other, bucket by
 * bucket.
 */
#include "hub/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/table.h"
#include "protocol/limits.h"

#define SCAN_MOST 500000	/* items, about, that one scan looks for: 10 MB */
#define ELEMENT_LEAST 20	/* bytes; the mark of what was cut is shorter */
#define LOOK 64			/* comparisons between looks at a clock */
#define SLICE 20000		/* … in a step, whatever the clock says */

struct exchange *
exchange_new(const struct frame_reconcile *f, const struct stand *s,
    const struct buckets *differ, bool listed)
{
	struct exchange *e = mem_new(sizeof(*e));

	e->site = f->peer.site;
	e->incarnation = f->head.incarnation;
	e->seq = f->head.seq;
	memcpy(e->sum, f->head.sum, sizeof(e->sum));
	digest_sum(&s->digest, e->shown);
	e->items = s->items;
	e->differ = *differ;
	e->touched = clock_mono();
	scan_init(&e->scan);
	tally_begin(&e->tally, listed);
	buf_init(&e->body, FRAME_MAX);
	buf_init(&e->xml, LIMIT_BODY + 4096);
	return e;
}

void
exchange_free(struct exchange *e)
{
	if (e == NULL)
		return;
	scan_clear(&e->scan);
	tally_clear(&e->tally);
	buf_clear(&e->body);
	buf_clear(&e->xml);
	free(e);
}

bool
exchange_fits(const struct exchange *e, const struct reconcile *r)
{
	return e->incarnation == r->incarnation && e->seq == r->seq &&
	    memcmp(e->sum, r->sum, sizeof(e->sum)) == 0;
}

bool
exchange_is_whole(const struct exchange *e)
{
	return memcmp(&e->differ, &e->done, sizeof(e->done)) == 0;
}

static void
begin_answer(struct exchange *e)
{
	const struct reconcile_answer a = {
		.outcome = RECONCILE_DIFFERS, .seq = e->seq,
		.items = e->items, .now = clock_wall(),
	};

	e->full = false;
	buf_reset(&e->xml);
	reconcile_answer_begin(&e->xml, &a);
}

/* --- a document of hashes ------------------------------------------------- */

/* Its buckets; false: one of them isn't due. They rise from one document to
 * the next, too: so what was scanned ahead is never for nothing. */
static bool
read_buckets(struct exchange *e, struct buckets *all)
{
	struct frame_reconcile f = e->doc;
	const uint8_t *hashes;
	unsigned bucket;
	size_t n;

	while (frame_reconcile_next_hashes(&f, &bucket, &hashes, &n)) {
		if (bucket < e->due || !buckets_has(&e->differ, bucket))
			return false;
		buckets_add(all, bucket);
		e->due = bucket + 1;
	}
	return true;
}

/* What was scanned for the last document may do for this one; else it is
 * done for this one and for as many of the next as memory has room for. */
static void
plan_scan(struct exchange *e, const struct buckets *all)
{
	uint64_t each = e->items / DIGEST_BUCKETS + 1, sum = 0;
	struct buckets wanted = *all;
	bool has = e->scan.site != 0;

	for (unsigned b = 0; b < DIGEST_BUCKETS; b++) {
		if (!buckets_has(all, b))
			continue;
		sum += each;
		has = has && buckets_has(&e->scan.wanted, b);
	}
	if (has)
		return;
	for (unsigned b = 0; b < DIGEST_BUCKETS && sum < SCAN_MOST; b++) {
		if (b < e->due || !buckets_has(&e->differ, b))
			continue;
		buckets_add(&wanted, b);
		sum += each;
	}
	scan_begin(&e->scan, e->site, &wanted);
}

bool
exchange_take(struct exchange *e, uint64_t number, struct span body)
{
	struct buckets all = { .bits = { 0 } };

	must(!e->busy);
	buf_reset(&e->body);
	buf_span(&e->body, body);
	if (!frame_reconcile_read(&e->doc, buf_look(&e->body)) ||
	    !read_buckets(e, &all))
		return false;
	plan_scan(e, &all);
	e->number = number;
	e->busy = true;
	e->touched = clock_mono();
	e->ours = NULL;
	begin_answer(e);
	return true;
}

/* --- comparing ------------------------------------------------------------ */

/* Is something newer of this item held? */
static bool
is_held(struct db_txn *t, uint32_t site, struct span id, struct held_row *h)
{
	uint8_t name[TABLE_DIGEST];

	item_name(name, site, id);
	return held_item(t, name, h);
}

/* Does it stay as the index has it, whatever its site has? Else only what was
 * said of it last waits: if the site has it no more, it is too much here. */
static bool
is_kept(const struct held_row *h)
{
	return h->kind != HELD_WAITS && h->kind != HELD_FOREIGN;
}

static void
put_missing(struct exchange *e, const uint8_t *hash)
{
	tally_put(&e->tally, TALLY_MISSING, NULL);
	reconcile_answer_missing(&e->xml, hash);
}

static void
put_extra(struct exchange *e, struct db_txn *t, const struct scan_item *s)
{
	struct tally_item item;
	size_t before = e->xml.n;
	struct held_row h;
	struct change c;
	struct item i;

	if (e->full || !item_get(t, s->item, &i) ||
	    !change_glance(&c, i.said)) {
		tally_put(&e->tally, TALLY_EXTRA, NULL);
		return;
	}
	item = (struct tally_item){ .id = item_id(&c), .url = c.url,
	    .title = c.word[WORD_TITLE] };
	if (is_held(t, e->site, item.id, &h) && is_kept(&h)) {
		item.why = h.why;
		reconcile_answer_held(&e->xml, item.id, item.url, item.why);
		tally_put(&e->tally, TALLY_HELD, &item);
	} else {
		reconcile_answer_extra(&e->xml, i.hash,
		    i.hash + RECONCILE_HASH, item.id, item.url);
		tally_put(&e->tally, TALLY_EXTRA, &item);
	}
	e->full = e->xml.n - before < ELEMENT_LEAST;
}

/* One comparison. False: the document is at its end. */
static bool
compare(struct exchange *e, struct db_txn *t)
{
	int order;

	if (e->ours == NULL) {
		if (!frame_reconcile_next_hashes(&e->doc, &e->bucket,
		    &e->theirs, &e->count))
			return false;
		e->ours = scan_bucket(&e->scan, e->bucket);
		e->i = e->j = 0;
	}
	if (e->i == e->count && e->j == e->ours->n) {
		buckets_add(&e->done, e->bucket);
		e->ours = NULL;
		return true;
	}
	order = e->i == e->count ? 1 : e->j == e->ours->n ? -1 :
	    memcmp(e->theirs + e->i * RECONCILE_HASH,
	    e->ours->at[e->j].hash, RECONCILE_HASH);
	if (order < 0)
		put_missing(e, e->theirs + e->i * RECONCILE_HASH);
	else if (order > 0)
		put_extra(e, t, &e->ours->at[e->j]);
	e->i += order <= 0;
	e->j += order >= 0;
	return true;
}

static bool
slice(struct exchange *e, struct db_txn *t, int64_t until)
{
	for (size_t n = 0; n < SLICE; n++) {
		if (!compare(e, t))
			return true;
		if (n % LOOK == LOOK - 1 && clock_mono() >= until)
			return false;
	}
	return false;
}

/* Equal sums before and after: what was compared was one state. */
static bool
stands_still(const struct exchange *e, struct db_txn *t)
{
	struct stand s;
	uint8_t sum[32];

	stand_read(t, e->site, &s);
	digest_sum(&s.digest, sum);
	return memcmp(sum, e->shown, sizeof(sum)) == 0;
}

enum exchange_step
exchange_step(struct exchange *e, struct view *v, int64_t ms)
{
	enum exchange_step step = EXCHANGE_MORE;
	struct db_txn *t;

	must(e->busy);
	if (!scan_step(&e->scan, v, ms))
		return EXCHANGE_MORE;
	t = view_read(v);
	if (slice(e, t, clock_mono() + ms))
		step = stands_still(e, t) ? EXCHANGE_ANSWERED :
		    EXCHANGE_MOVED;
	db_abort(t);
	if (step == EXCHANGE_MORE)
		return step;
	reconcile_answer_end(&e->xml);
	must(!e->xml.bad);
	buf_reset(&e->body);
	e->touched = clock_mono();
	e->busy = false;
	return step;
}

/* --- names ---------------------------------------------------------------- */

/* What the index shows of this id, and with another hash. */
static bool
is_shown(struct db_txn *t, uint32_t site, struct span id,
    const uint8_t *hash, struct tally_item *item)
{
	uint8_t name[TABLE_DIGEST];
	struct change c;
	struct item i;
	uint32_t number;

	item_name(name, site, id);
	if (!item_by_name(t, name, &number) || !item_get(t, number, &i) ||
	    i.withdrawn || memcmp(i.hash, hash, RECONCILE_HASH) == 0)
		return false;
	if (change_glance(&c, i.said))
		item->title = c.word[WORD_TITLE];
	return true;
}

/* An item that the index shows in another state was met before, as extra or
 * as held: its other half is not counted again. */
static void
name(struct exchange *e, struct db_txn *t, const uint8_t *hash,
    struct tally_item *item)
{
	struct tally *y = &e->tally;
	bool shown = is_shown(t, e->site, item->id, hash, item);
	struct held_row h;

	if (is_held(t, e->site, item->id, &h)) {
		item->why = h.why;
		reconcile_answer_held(&e->xml, item->id, item->url, h.why);
		if (shown && is_kept(&h))
			tally_pair(y, TALLY_MISSING);
		else if (tally_name(y, TALLY_HELD, item) && shown)
			tally_pair(y, TALLY_EXTRA);
	} else if (!shown) {
		tally_name(y, TALLY_MISSING, item);
	} else if (tally_name(y, TALLY_DIFFERS, item)) {
		tally_pair(y, TALLY_EXTRA);
	}
}

void
exchange_names(struct exchange *e, struct view *v, struct frame_reconcile *f)
{
	struct db_txn *t = view_read(v);
	struct tally_item item;
	const uint8_t *hash;

	begin_answer(e);
	for (size_t n = 0; n < RECONCILE_NAMES; n++) {
		item = (struct tally_item){ .id = SPAN_NONE };
		if (!frame_reconcile_next_name(f, &hash, &item.id,
		    &item.url))
			break;
		if (item.id.n == 0)
			item.id = item.url;
		name(e, t, hash, &item);
	}
	db_abort(t);
	reconcile_answer_end(&e->xml);
	must(!e->xml.bad);
}

