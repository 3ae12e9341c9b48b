#include "hub/edge_reconcile.h"

#include "contrib/base/lang.h"
#include "protocol/reconcile.h"

struct taking {
	struct buf *frame;
	const struct frame_peer *from;
};

static void
on_head(void *arg, const struct reconcile *r)
{
	struct taking *t = arg;

	frame_reconcile_begin(t->frame, t->from, r);
}

static void
on_bucket(void *arg, unsigned bucket, uint64_t high, uint64_t low)
{
	frame_reconcile_bucket(((struct taking *)arg)->frame, bucket, high,
	    low);
}

static void
on_hashes(void *arg, unsigned bucket, const uint8_t *hashes, size_t count)
{
	frame_reconcile_hashes(((struct taking *)arg)->frame, bucket, hashes,
	    count);
}

static void
on_name(void *arg, const uint8_t hash[RECONCILE_HASH], struct span id,
    struct span url)
{
	frame_reconcile_name(((struct taking *)arg)->frame, hash, id, url);
}

bool
edge_reconcile_read(struct buf *frame, const struct frame_peer *from,
    struct span xml, const char **why)
{
	static const struct reconcile_reader to = {
		.head = on_head, .bucket = on_bucket, .hashes = on_hashes,
		.name = on_name,
	};
	struct taking t = { .frame = frame, .from = from };

	if (!reconcile_read(xml, &to, &t, why))
		return false;
	if (frame->bad)
		*why = _("the document is too long when it is decoded");
	return !frame->bad;
}
