/*
 * A hub of a few lines that keeps what it is told and can reconcile, and
 * forgets, invents and lags on demand.
 */
#ifndef ZQ_TEST_AGENT_PROVEHUB_H
#define ZQ_TEST_AGENT_PROVEHUB_H

#include "tests/unit/agent/httpkit.h"
#include "tests/unit/agent/storekit.h"

#include "agent/hashes.h"
#include "contrib/base/mem.h"
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/limits.h"
#include "protocol/reconcile.h"

#define HUB_ITEMS 20000

struct hub_item {
	char *id, *url;		/* id NULL: free */
	uint8_t hash[32];
	bool listed;		/* in the document that is read */
};

static struct {
	struct hub_item item[HUB_ITEMS];
	size_t count;
	uint64_t incarnation, taken, deletes, batches;
	unsigned rounds[5];		/* documents of each round */
	uint64_t most_hashes;		/* in one document */
	uint64_t missing, extra, named;	/* that it said or heard */
	const char *want;
	const char *held_id;		/* it holds something of this one */
	const char *held_name;		/* … and says so of its name */
	int later;			/* answers `later` so often … */
	uint32_t later_after;		/* … by so many ms; 0: by 50 */
	enum verdict refuse;		/* instead; 0: no */
	int status;			/* HTTP of the next rounds; 0: 200 */
	bool meddles;			/* something changes after a round of
					 * buckets, and nobody says so */
	bool is_old;			/* it has no features */
	bool is_curt;			/* it says half of a hash */
	bool away;			/* 503 for everything */
	bool needs_snapshot;		/* said the last batch */
	bool busy;			/* the site changes with each batch */
	bool mute;			/* no sum is answered, unless the site
					 * waits for it */
	char first_by[64], first_reason[64];	/* of a deletion */
} hub;

static struct store *store;	/* the agent's */

/* The site: paths that are there, each with a version. */
static struct {
	const char *path[64];
	int version[64];
	size_t count;
	int looked, rescans, retold, pauses;
	bool paused, settled;
	bool keeps;		/* it doesn't withdraw what it is to look at */
} site;

/* --- what the hub keeps --------------------------------------------------------- */

static inline struct hub_item *
hub_find(struct span id)
{
	for (size_t i = 0; i < hub.count; i++)
		if (hub.item[i].id != NULL &&
		    span_is(id, span_of(hub.item[i].id)))
			return &hub.item[i];
	return NULL;
}

static inline void
hub_forget(struct hub_item *i)
{
	free(i->id);
	free(i->url);
	i->id = i->url = NULL;
}

static inline struct hub_item *
hub_add(struct span id, struct span url)
{
	struct hub_item *i = &hub.item[hub.count++];

	ck_assert_uint_le(hub.count, HUB_ITEMS);
	i->id = mem_copy(id.at, id.n);
	i->url = mem_copy(url.at, url.n);
	return i;
}

/* Something that no site told. */
static inline void
hub_invent(const char *id, const char *url)
{
	struct hub_item *i = hub_add(span_of(id), span_of(url));
	uint8_t change[32] = { 1 };

	digest_item_hash(i->hash, span_of(id), change);
}

static inline void
hub_digest(struct digest *d)
{
	digest_init(d);
	for (size_t i = 0; i < hub.count; i++)
		if (hub.item[i].id != NULL)
			digest_add(d, hub.item[i].hash);
}

static uint64_t first_seq;

static inline void
on_head(void *arg, const struct batch *h)
{
	(void)arg;
	if (hub.incarnation != h->incarnation) {
		hub.incarnation = h->incarnation;
		hub.taken = 0;
	}
	first_seq = h->first;
	hub.needs_snapshot = h->needs_snapshot;
}

static inline void
take(const struct change *c)
{
	struct span id = c->id.n > 0 ? c->id : c->url;
	struct hub_item *i = hub_find(id);
	uint8_t change[32];

	if (c->kind == CHANGE_DELETED) {
		hub.deletes++;
		if (hub.deletes == 1) {
			snprintf(hub.first_by, sizeof(hub.first_by), "%.*s",
			    SPAN_ARGS(c->word[WORD_BY]));
			snprintf(hub.first_reason, sizeof(hub.first_reason),
			    "%.*s", SPAN_ARGS(c->word[WORD_REASON]));
		}
		if (i != NULL)
			hub_forget(i);
		return;
	}
	if (i == NULL)
		i = hub_add(id, c->url);
	change_item_hash(c, change);
	digest_item_hash(i->hash, id, change);
}

static inline void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	(void)arg;
	ck_assert_msg(c != NULL, "change %llu: %s", (unsigned long long)seq,
	    why);
	if (seq != hub.taken + 1)
		return;
	hub.taken = seq;
	take(c);
}

static inline void
reply(struct evhttp_request *r, const struct buf *b)
{
	struct evbuffer *out = evbuffer_new();

	if (hub.status == 0)
		evbuffer_add(out, b->at, b->n);
	evhttp_send_reply(r, hub.status != 0 ? hub.status : 200, "", out);
	evbuffer_free(out);
}

static inline struct span
body_of(struct evhttp_request *r)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(r);
	size_t n = evbuffer_get_length(in);

	return (struct span){ (char *)evbuffer_pullup(in, -1), n };
}

static inline void
on_changes(struct evhttp_request *r, void *arg)
{
	struct changelist *l = changelist_new(on_head, on_change, NULL);
	struct answer a = { .verdict = VERDICT_TAKEN, .credit = 4u << 20,
	    .features = SPAN(FEATURES_HUB), .now = clock_wall() };
	struct span in = body_of(r);
	struct buf b;

	(void)arg;
	hub.batches++;
	if (hub.busy && !site.paused) {
		char path[32];

		snprintf(path, sizeof(path), "b%llu.html",
		    (unsigned long long)hub.batches);
		(void)kit_tell(store, path, 1);
	}
	if (hub.away) {
		changelist_free(l);
		evhttp_send_reply(r, 503, "", NULL);
		return;
	}
	ck_assert_msg(changelist_feed(l, in.at, in.n) && changelist_finish(l),
	    "%s", changelist_error(l));
	changelist_free(l);
	if (first_seq > hub.taken + 1)
		a.verdict = VERDICT_EARLY;
	a.incarnation = hub.incarnation;
	a.taken = hub.taken;
	a.expected = hub.taken + 1;
	a.want = span_of(hub.want);
	if (hub.is_old)
		a.features = SPAN_NONE;
	buf_init(&b, 65536);
	answer_begin(&b, &a);
	answer_end(&b);
	evbuffer_add(evhttp_request_get_output_buffer(r), b.at, b.n);
	evhttp_send_reply(r, 200, "", NULL);
	buf_clear(&b);
}

/* --- how it reconciles -------------------------------------------------------------- */

static struct {
	struct reconcile head;
	struct digest theirs;
	uint64_t hashes;
	struct buf out;
	struct hashes missing;
} ask;

static inline void
on_round(void *arg, const struct reconcile *r)
{
	(void)arg;
	ask.head = *r;
	hub.rounds[r->round]++;
	ask.hashes = 0;
}

static inline void
on_bucket(void *arg, unsigned bucket, uint64_t high, uint64_t low)
{
	(void)arg;
	ask.theirs.bucket[bucket].high = high;
	ask.theirs.bucket[bucket].low = low;
}

static inline struct hub_item *
hub_by_hash(const uint8_t *hash)
{
	for (size_t i = 0; i < hub.count; i++)
		if (hub.item[i].id != NULL &&
		    memcmp(hub.item[i].hash, hash, RECONCILE_HASH) == 0)
			return &hub.item[i];
	return NULL;
}

static inline void
on_hashes(void *arg, unsigned bucket, const uint8_t *hashes, size_t count)
{
	(void)arg;
	ask.hashes += count;
	for (size_t i = 0; i < hub.count; i++)
		if (hub.item[i].id != NULL && hub.item[i].hash[0] == bucket)
			hub.item[i].listed = false;
	for (size_t n = 0; n < count; n++) {
		const uint8_t *hash = hashes + n * RECONCILE_HASH;
		struct hub_item *i = hub_by_hash(hash);

		ck_assert_uint_eq(hash[0], bucket);
		if (i != NULL)
			i->listed = true;
		else
			hashes_add(&ask.missing, hash);
	}
	for (size_t i = 0; i < hub.count; i++) {
		struct hub_item *h = &hub.item[i];

		if (h->id == NULL || h->hash[0] != bucket || h->listed)
			continue;
		if (hub.held_id != NULL && strcmp(hub.held_id, h->id) == 0) {
			reconcile_answer_held(&ask.out, span_of(h->id),
			    span_of(h->url), SPAN("held"));
			continue;
		}
		hub.extra++;
		reconcile_answer_extra(&ask.out, h->hash, hub.is_curt ?
		    NULL : h->hash + RECONCILE_HASH, span_of(h->id),
		    span_of(h->url));
	}
}

static inline void
on_name(void *arg, const uint8_t hash[RECONCILE_HASH], struct span id,
    struct span url)
{
	(void)arg;
	(void)hash;
	ck_assert_uint_gt(id.n, 0);
	ck_assert_uint_gt(url.n, 0);
	hub.named++;
	if (hub.held_name != NULL && span_is(id, span_of(hub.held_name)))
		reconcile_answer_held(&ask.out, id, url, SPAN("held"));
}

static const struct reconcile_reader reader = {
	.head = on_round, .bucket = on_bucket, .hashes = on_hashes,
	.name = on_name,
};

static inline enum reconcile_outcome
outcome_of(void)
{
	struct digest ours;
	uint8_t sum[32];

	hub_digest(&ours);
	digest_sum(&ours, sum);
	if (ask.head.seq != hub.taken ||
	    ask.head.incarnation != hub.incarnation || hub.later > 0) {
		hub.later -= hub.later > 0;
		return RECONCILE_LATER;
	}
	return ask.head.round == RECONCILE_SUM &&
	    memcmp(sum, ask.head.sum, 32) == 0 ? RECONCILE_SAME :
	    RECONCILE_DIFFERS;
}

static inline void
answer_buckets(void)
{
	struct digest ours;

	hub_digest(&ours);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		if (ours.bucket[i].high != ask.theirs.bucket[i].high ||
		    ours.bucket[i].low != ask.theirs.bucket[i].low)
			reconcile_answer_bucket(&ask.out, i);
}

/* The head of the answer comes first, and some of it is known only when all
 * was read: so the document is read twice. */
static inline void
on_reconcile(struct evhttp_request *r, void *arg)
{
	const struct reconcile_reader head = { .head = on_round };
	struct reconcile_answer a = { .after = hub.later_after > 0 ?
	    hub.later_after : 50, .now = clock_wall() };
	struct span in = body_of(r);
	const char *why = "";

	(void)arg;
	ck_assert_msg(reconcile_read(in, &head, NULL, &why), "%s", why);
	hub.rounds[ask.head.round]--;
	a.outcome = hub.refuse != 0 ? RECONCILE_REFUSED : outcome_of();
	a.verdict = hub.refuse;
	a.cause = hub.refuse == VERDICT_BLOCKED ? SPAN(CAUSE_RETIRED) :
	    SPAN_NONE;
	a.seq = hub.taken;
	buf_init(&ask.out, LIMIT_BODY);
	reconcile_answer_begin(&ask.out, &a);
	ck_assert(reconcile_read(in, &reader, NULL, &why));
	if (ask.hashes > hub.most_hashes)
		hub.most_hashes = ask.hashes;
	if (ask.head.round == RECONCILE_BUCKETS) {
		answer_buckets();
		if (hub.meddles)
			(void)kit_tell(store, "meddled.html", 1);
		hub.meddles = false;
	}
	hub.missing += ask.missing.count;
	for (size_t i = 0; i < ask.missing.count; i++)
		reconcile_answer_missing(&ask.out, ask.missing.at[i]);
	hashes_clear(&ask.missing);
	reconcile_answer_end(&ask.out);
	if (ask.head.round == RECONCILE_SUM && hub.mute && !site.paused)
		buf_clear(&ask.out);
	else
		reply(r, &ask.out);
	buf_clear(&ask.out);
}

#endif
