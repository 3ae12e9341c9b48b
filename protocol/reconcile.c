/*
 * Reading what an agent posts to be compared; see reconcile.h, and
 * reconcile_put.c for the other side.
 *
 * Each round has its one element: none for a sum, zq:buckets once, zq:hashes
 * for bucket after bucket, zq:name. Lists are gathered without the white
 * space that a writer may have broken them with, and judged when they end.
 */
#include "protocol/reconcile.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/reconcile_item.h"
#include "protocol/wire.h"
#include "protocol/xml.h"


enum element { E_RECONCILE, E_BUCKETS, E_HASHES, E_NAME, E_ID, E_COUNT };

static const struct xml_name elements[E_COUNT] = {
	[E_RECONCILE] = { NS_ZQ, "reconcile" },
	[E_BUCKETS] = { NS_ZQ, "buckets" },
	[E_HASHES] = { NS_ZQ, "hashes" },
	[E_NAME] = { NS_ZQ, "name" },
	[E_ID] = { NS_ZQ, "id" },
};

static const int of_round[] = {
	[RECONCILE_SUM] = E_COUNT,
	[RECONCILE_BUCKETS] = E_BUCKETS,
	[RECONCILE_HASHES] = E_HASHES,
	[RECONCILE_NAMED] = E_NAME,
};

struct reading {
	const struct reconcile_reader *to;
	void *arg;
	struct reconcile head;
	int open;		/* E_BUCKETS, E_HASHES, E_NAME, or E_COUNT */
	unsigned count;		/* of those so far */
	uint64_t bucket, next;	/* of this list; the least for one more */
	struct buf list, bytes;	/* a list as it came, and what it says */
	struct reconcile_item item;
};

/* --- the root --------------------------------------------------------------- */

static void
read_round(struct reading *r, struct xml *x)
{
	struct span s = xml_attribute(x, NULL, "round");

	for (enum reconcile_round i = RECONCILE_SUM; i <= RECONCILE_NAMED; i++)
		if (span_is(s, span_of(reconcile_round_name(i))))
			r->head.round = i;
	if (r->head.round == 0)
		xml_fail(x, "zq:reconcile: round: expected one of sum, "
		    "buckets, hashes, names");
}

static void
read_root(struct reading *r, struct xml *x, int name)
{
	struct reconcile *h = &r->head;

	if (name != E_RECONCILE) {
		xml_fail(x, "expected <zq:reconcile xmlns:zq=\"" NS_ZQ "\">");
		return;
	}
	read_round(r, x);
	h->now = CLOCK_NONE;
	h->more = span_is(xml_attribute(x, NULL, "more"), SPAN("true"));
	if (h->round != 0 &&
	    attributes_number(x, "incarnation", 1, UINT64_MAX,
	    &h->incarnation) &&
	    attributes_number(x, "seq", 0, UINT64_MAX, &h->seq) &&
	    attributes_number(x, "items", 0, UINT64_MAX, &h->items) &&
	    attributes_hex(x, "sum", h->sum, sizeof(h->sum)) &&
	    attributes_count(x, "instance", UINT64_MAX, &h->instance) &&
	    attributes_time(x, "now", &h->now) && r->to->head != NULL)
		r->to->head(r->arg, h);
}

/* --- lists ------------------------------------------------------------------ */

static void
gather(struct buf *b, struct span s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] != ' ' && s.at[i] != '\n' && s.at[i] != '\t' &&
		    s.at[i] != '\r')
			continue;
		buf_put(b, s.at + from, i - from);
		from = i + 1;
	}
	buf_put(b, s.at + from, s.n - from);
}

static const uint8_t *
unpack(struct reading *r, struct xml *x, const char *what)
{
	buf_reset(&r->bytes);
	if (!r->list.bad && text_unbase64(&r->bytes, buf_look(&r->list)) &&
	    !r->bytes.bad)
		return (const uint8_t *)buf_cstr(&r->bytes);
	xml_fail(x, "zq:%s: expected base64", what);
	return NULL;
}

static void
end_buckets(struct reading *r, struct xml *x)
{
	const uint8_t *at = unpack(r, x, "buckets");

	if (at == NULL)
		return;
	if (r->bytes.n != RECONCILE_SUMS) {
		xml_fail(x, "zq:buckets: expected %d bytes, found %zu",
		    RECONCILE_SUMS, r->bytes.n);
		return;
	}
	for (unsigned i = 0; i < DIGEST_BUCKETS && r->to->bucket != NULL; i++)
		r->to->bucket(r->arg, i, wire_get_u64(at + 16 * i),
		    wire_get_u64(at + 16 * i + 8));
}

/* Whole, of this bucket, sorted, none twice? */
static const char *
list_is_wrong(const struct reading *r, const uint8_t *at, size_t n)
{
	if (n % RECONCILE_HASH != 0)
		return "expected hashes of 16 bytes each";
	for (size_t i = 0; i < n; i += RECONCILE_HASH) {
		if (at[i] != r->bucket)
			return "a hash that belongs to another bucket";
		if (i > 0 && memcmp(at + i - RECONCILE_HASH, at + i,
		    RECONCILE_HASH) >= 0)
			return "expected hashes in their order, each once";
	}
	return NULL;
}

static void
end_hashes(struct reading *r, struct xml *x)
{
	const uint8_t *at = unpack(r, x, "hashes");
	const char *wrong;

	if (at == NULL)
		return;
	wrong = list_is_wrong(r, at, r->bytes.n);
	if (wrong != NULL)
		xml_fail(x, "zq:hashes: %s", wrong);
	else if (r->to->hashes != NULL)
		r->to->hashes(r->arg, (unsigned)r->bucket, at,
		    r->bytes.n / RECONCILE_HASH);
}

/* --- elements --------------------------------------------------------------- */

static void
begin_hashes(struct reading *r, struct xml *x)
{
	if (!attributes_number(x, "bucket", 0, DIGEST_BUCKETS - 1, &r->bucket))
		return;
	if (r->bucket < r->next)
		xml_fail(x, "zq:hashes: bucket: expected them in their order, "
		    "each once");
	r->next = r->bucket + 1;
}

static void
begin_element(struct reading *r, struct xml *x, int name)
{
	r->open = E_COUNT;
	if (name == XML_UNKNOWN && attributes_are_critical(x))
		xml_fail(x, "an element that is marked critical and not known "
		    "here");
	if (name == XML_UNKNOWN)
		return;
	if (name != of_round[r->head.round]) {
		xml_fail(x, "<zq:%s>: not expected in the round %s",
		    elements[name].local, reconcile_round_name(r->head.round));
		return;
	}
	r->open = name;
	r->count++;
	buf_reset(&r->list);
	if (name == E_BUCKETS && r->count > 1)
		xml_fail(x, "a second <zq:buckets>");
	else if (name == E_HASHES)
		begin_hashes(r, x);
	else if (name == E_NAME && r->count > RECONCILE_NAMES)
		xml_fail(x, "more than %d <zq:name>", RECONCILE_NAMES);
	else if (name == E_NAME)
		(void)reconcile_item_begin(&r->item, x, true);
}

static void
end_name(struct reading *r, struct xml *x)
{
	if (reconcile_item_end(&r->item, x) && r->to->name != NULL)
		r->to->name(r->arg, r->item.hash, buf_look(&r->item.id),
		    buf_look(&r->item.url));
}

/* --- events ----------------------------------------------------------------- */

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;
	size_t depth = xml_depth(x);

	if (depth > LIMIT_DEPTH)
		xml_fail(x, "elements nested more than %d deep", LIMIT_DEPTH);
	else if (depth == 1)
		read_root(r, x, name);
	else if (depth == 2)
		begin_element(r, x, name);
	else if (depth == 3)
		r->item.open = name == E_ID ? &r->item.id : NULL;
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct reading *r = arg;
	size_t depth = xml_depth(x);

	if (depth == 2 && (r->open == E_BUCKETS || r->open == E_HASHES))
		gather(&r->list, s);
	else if (depth == 3 && r->open == E_NAME && r->item.open != NULL)
		buf_span(r->item.open, s);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	static void (*const end[E_COUNT])(struct reading *, struct xml *) = {
		[E_BUCKETS] = end_buckets,
		[E_HASHES] = end_hashes,
		[E_NAME] = end_name,
	};
	struct reading *r = arg;

	if (xml_depth(x) == 2 && r->open == name && name >= 0)
		end[name](r, x);
	else if (xml_depth(x) == 1 && r->count == 0 &&
	    r->head.round != RECONCILE_SUM)
		xml_fail(x, "zq:reconcile: empty, in the round %s",
		    reconcile_round_name(r->head.round));
}

bool
reconcile_read(struct span xml, const struct reconcile_reader *to, void *arg,
    const char **why)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct reading r = { .to = to, .arg = arg, .open = E_COUNT };
	struct xml *x = xml_new(elements, E_COUNT, &events, &r);
	bool good;

	buf_init(&r.list, LIMIT_BODY);
	buf_init(&r.bytes, LIMIT_BODY);
	reconcile_item_init(&r.item);
	if (xml.n > LIMIT_BODY)
		xml_fail(x, "more than %u bytes", LIMIT_BODY);
	good = xml_read(x, xml, why);
	buf_clear(&r.list);
	buf_clear(&r.bytes);
	reconcile_item_clear(&r.item);
	xml_free(x);
	return good;
}
