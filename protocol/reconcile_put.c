/*
 * Writing what an agent posts to be compared; see reconcile.h, and
 * reconcile.c for the other side. One hash is hexadecimal, for the eye; all
 * that come by the hundred are base64, in one piece.
 */
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/reconcile.h"
#include "protocol/reconcile_item.h"
#include "protocol/xml.h"

const char *
reconcile_round_name(enum reconcile_round round)
{
	static const char *const names[] = {
		[RECONCILE_SUM] = "sum",
		[RECONCILE_BUCKETS] = "buckets",
		[RECONCILE_HASHES] = "hashes",
		[RECONCILE_NAMED] = "names",
	};

	return round >= RECONCILE_SUM && round <= RECONCILE_NAMED ?
	    names[round] : "unknown";
}

void
reconcile_begin(struct buf *b, const struct reconcile *r)
{
	must(r->round >= RECONCILE_SUM && r->round <= RECONCILE_NAMED);
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<zq:reconcile xmlns:zq=\"" NS_ZQ "\"");
	xml_put_attribute(b, "round", span_of(reconcile_round_name(r->round)));
	xml_put_number(b, "incarnation", r->incarnation);
	xml_put_number(b, "seq", r->seq);
	xml_put_number(b, "items", r->items);
	if (r->now != CLOCK_NONE)
		xml_put_time(b, "now", r->now);
	if (r->instance != 0)
		xml_put_number(b, "instance", r->instance);
	reconcile_item_hex(b, "sum", r->sum, sizeof(r->sum));
	if (r->more)
		buf_text(b, " more=\"true\"");
	buf_text(b, ">\n");
}

void
reconcile_put_buckets(struct buf *b, const struct digest *d)
{
	uint8_t row[DIGEST_ROW];

	digest_write(d, row);
	buf_text(b, "<zq:buckets>");
	text_base64(b, row, RECONCILE_SUMS);
	buf_text(b, "</zq:buckets>\n");
}

void
reconcile_put_hashes(struct buf *b, unsigned bucket, const uint8_t *hashes,
    size_t count)
{
	must(bucket < DIGEST_BUCKETS);
	buf_text(b, "<zq:hashes");
	xml_put_number(b, "bucket", bucket);
	buf_byte(b, '>');
	text_base64(b, hashes, count * RECONCILE_HASH);
	buf_text(b, "</zq:hashes>\n");
}

void
reconcile_put_name(struct buf *b, const uint8_t hash[RECONCILE_HASH],
    struct span id, struct span url)
{
	buf_text(b, "<zq:name");
	reconcile_item_hex(b, "hash", hash, RECONCILE_HASH);
	xml_put_attribute(b, "url", url);
	buf_byte(b, '>');
	reconcile_item_put(b, "zq:id", id);
	buf_text(b, "</zq:name>\n");
}

void
reconcile_end(struct buf *b)
{
	buf_text(b, "</zq:reconcile>\n");
}
