/*
 * For tests of the reconciler: a core with a site, what that site has, and
 * the questions that its agent asks about it.
 */
#ifndef ZQ_TESTS_RECONCILEKIT_H
#define ZQ_TESTS_RECONCILEKIT_H

#include "hub/reconciler.h"
#include "contrib/base/mem.h"
#include "hub/proven.h"
#include "hub/scan.h"
#include "protocol/reconcile.h"
#include "tests/unit/hub/corekit.h"

#define ITEMS 4000
#define SITE 1
#define INCARNATION 77
#define SEEN 8

struct thing {
	char url[80], title[80];
};

struct heard {			/* an answer */
	uint64_t number;
	unsigned status;
	struct reconcile_answer a;
	struct buf keep;
	size_t buckets, missing, extra, held;
	unsigned bucket[DIGEST_BUCKETS];
	uint8_t missed[SEEN][RECONCILE_HASH];
	uint8_t extra_hash[32];		/* the last one's, whole */
	char extra_id[SEEN][80], extra_url[SEEN][80], held_why[SEEN][256];
};

static struct corekit kit;
static struct pending_queue queue;
static struct show *show;
static struct attests *attests;
static struct reconciler *reconciler;
static struct event_base *base;
static struct heard heard;
static size_t answers, works, tolds;
static struct attest told;
static char told_names[4096];

static struct thing *things;	/* what the site has … */
static size_t count;
static uint64_t seq;		/* … and how many changes it has told */
static uint64_t number;		/* of the last question */
static uint64_t telling;	/* the incarnation that tells; others ask by
				 * INCARNATION */

/* --- the bed --------------------------------------------------------------- */

static inline void
on_bucket(void *arg, unsigned bucket)
{
	struct heard *h = arg;

	h->bucket[h->buckets++] = bucket;
}

static inline void
on_missing(void *arg, const uint8_t hash[RECONCILE_HASH])
{
	struct heard *h = arg;

	if (h->missing < SEEN)
		memcpy(h->missed[h->missing], hash, RECONCILE_HASH);
	h->missing++;
}

static inline void
on_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	struct heard *h = arg;

	ck_assert_ptr_nonnull(rest);
	memcpy(h->extra_hash, hash, RECONCILE_HASH);
	memcpy(h->extra_hash + RECONCILE_HASH, rest, RECONCILE_REST);
	if (h->extra < SEEN) {
		snprintf(h->extra_id[h->extra], 80, "%.*s", SPAN_ARGS(id));
		snprintf(h->extra_url[h->extra], 80, "%.*s",
		    SPAN_ARGS(url));
	}
	h->extra++;
}

static inline void
on_held(void *arg, struct span id, struct span url, struct span why)
{
	struct heard *h = arg;

	(void)id, (void)url;
	if (h->held < SEEN)
		snprintf(h->held_why[h->held], 256, "%.*s", SPAN_ARGS(why));
	h->held++;
}

static inline void
send_to_agent(void *arg, uint64_t n, struct span body)
{
	static const struct reconcile_answer_reader to = {
		.bucket = on_bucket, .missing = on_missing,
		.extra = on_extra, .held = on_held,
	};
	struct frame_answer f;
	const char *why;

	(void)arg;
	ck_assert(frame_answer_read(&f, body));
	buf_clear(&heard.keep);
	heard = (struct heard){ .number = n, .status = f.status };
	buf_init(&heard.keep, LIMIT_BODY);
	ck_assert_msg(reconcile_answer_read(&heard.a, &heard.keep, f.body,
	    &to, &heard, &why), "%s", why);
	answers++;
}

static inline void
on_work(void *arg)
{
	(void)arg;
	works++;
}

static inline void
on_told(void *arg, const struct attest *a)
{
	char *text = json_dumps(a->tally.names, JSON_COMPACT);

	(void)arg;
	told = *a;
	snprintf(told_names, sizeof(told_names), "%s", text != NULL ? text :
	    "");
	free(text);
	tolds++;
}

static inline void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	for (uint32_t n = 1; n <= 6; n++)
		core_site(&kit, n);
	core_log_begin();
	base = event_base_new();
	pending_init(&queue);
	show = show_new(&kit.writer);
	attests = attests_new(&kit.guests, &queue, show, on_work, NULL,
	    on_told, NULL);
	reconciler = reconciler_new(base, &kit.writer, &kit.guests, attests,
	    send_to_agent, NULL);
	things = mem_new(ITEMS * sizeof(*things));
	heard = (struct heard){ .number = 0 };
	buf_init(&heard.keep, LIMIT_BODY);
	telling = INCARNATION;
	count = seq = answers = works = tolds = number = 0;
}

static inline void
tear_down(void)
{
	reconciler_free(reconciler);
	attests_free(attests);
	show_free(show);
	pending_clear(&queue);
	event_base_free(base);
	buf_clear(&heard.keep);
	free(things);
	core_close(&kit);
}

/* --- what the index gets ---------------------------------------------------- */

static inline void
fill(struct change *c, enum change_kind kind, const char *url,
    const char *title)
{
	change_init(c);
	c->seq = seq;
	c->kind = kind;
	c->when = CORE_NOW;
	c->url = span_of(url);
	c->word[WORD_TITLE] = span_of(title);
}

static inline void
tell_change(uint32_t site, struct change *c)
{
	struct journal_verdict v;
	uint8_t hash[1][32];
	struct span rows[1];
	struct buf row;
	struct journal_batch b = { .site = site, .incarnation = telling,
		.now = CORE_NOW, .row = rows, .count = 1,
		.hash = (const uint8_t (*)[32])hash };

	b.first = b.head = c->seq = ++seq;
	change_hash(c, hash[0]);
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, c);
	rows[0] = buf_look(&row);
	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	buf_clear(&row);
}

static inline void
tell_as(uint32_t site, enum change_kind kind, const char *url,
    const char *title)
{
	struct change c;

	fill(&c, kind, url, title);
	tell_change(site, &c);
}

static inline void
tell(const char *url, const char *title)
{
	tell_as(SITE, CHANGE_CREATED, url, title);
}

static inline void
show_all(void)
{
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
}

static inline void
has(const char *url, const char *title)
{
	struct thing *t = &things[count++];

	snprintf(t->url, sizeof(t->url), "%s", url);
	snprintf(t->title, sizeof(t->title), "%s", title);
}

/* Said and had. */
static inline void
both(const char *url, const char *title)
{
	tell(url, title);
	has(url, title);
}

/* The acts that are due, as the core writes and shows them. */
static inline size_t
write_acts(void)
{
	struct pending *p;
	size_t n = 0;

	while ((p = pending_pop(&queue)) != NULL) {
		uint64_t place = 0;

		journal_begin(kit.writer.journal);
		for (size_t i = 0; i < p->acts.count; i++, n++)
			place = journal_act(kit.writer.journal,
			    acts_get(&p->acts, i), CORE_NOW + 5);
		ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
		p->done(p->arg, place);
		pending_free(p);
	}
	while (show_is_behind(show))
		show_step(show, 50);
	return n;
}

static inline struct proven
proven(void)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct proven p;

	(void)proven_get(t, SITE, &p);
	db_abort(t);
	return p;
}

/* --- what the agent asks ------------------------------------------------------ */

static inline void
hash_of(const struct thing *t, uint8_t out[32])
{
	uint8_t change[32];
	struct change c;

	fill(&c, CHANGE_CREATED, t->url, t->title);
	change_item_hash(&c, change);
	digest_item_hash(out, span_of(t->url), change);
}

static inline void
digest_of(struct digest *d)
{
	uint8_t hash[32];

	digest_init(d);
	for (size_t i = 0; i < count; i++) {
		hash_of(&things[i], hash);
		digest_add(d, hash);
	}
}

static inline void
begin(struct buf *b, uint32_t site, enum reconcile_round round, bool more)
{
	struct frame_peer p = core_peer(site, "203.0.113.7:5000");
	struct reconcile r = { .round = round, .incarnation = INCARNATION,
		.seq = seq, .items = count, .now = CORE_NOW, .more = more };
	struct digest d;

	digest_of(&d);
	digest_sum(&d, r.sum);
	buf_init(b, FRAME_MAX);
	frame_reconcile_begin(b, &p, &r);
}

static inline void
ask(struct buf *b)
{
	reconciler_ask(reconciler, ++number, buf_look(b));
	buf_clear(b);
}

/* Is there an answer to the last question? Then it is in `heard`. */
static inline bool
answered(void)
{
	for (int i = 0; i < 100000 && heard.number != number; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	return heard.number == number;
}

static inline void
ask_sum(void)
{
	struct buf b;

	begin(&b, SITE, RECONCILE_SUM, false);
	ask(&b);
}

static inline void
ask_buckets_as(uint32_t site)
{
	struct digest d;
	struct buf b;

	digest_of(&d);
	begin(&b, site, RECONCILE_BUCKETS, false);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		frame_reconcile_bucket(&b, i, d.bucket[i].high,
		    d.bucket[i].low);
	ask(&b);
}

static inline void
ask_buckets(void)
{
	ask_buckets_as(SITE);
}

static inline int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, RECONCILE_HASH);
}

static inline void
put_hashes(struct buf *b, unsigned bucket)
{
	uint8_t (*all)[RECONCILE_HASH] = mem_new((count + 1) * sizeof(*all));
	uint8_t hash[32];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		hash_of(&things[i], hash);
		if (hash[0] == bucket)
			memcpy(all[n++], hash, RECONCILE_HASH);
	}
	qsort(all, n, sizeof(*all), by_bytes);
	frame_reconcile_hashes(b, bucket, all[0], n);
	free(all);
}

static inline void
ask_hashes(const unsigned *bucket, size_t buckets, bool more)
{
	struct buf b;

	begin(&b, SITE, RECONCILE_HASHES, more);
	for (size_t i = 0; i < buckets; i++)
		put_hashes(&b, bucket[i]);
	ask(&b);
}

/* All that differ, as the answer to ask_buckets() says. */
static inline void
ask_all_hashes(void)
{
	unsigned bucket[DIGEST_BUCKETS];
	size_t n = heard.buckets;

	memcpy(bucket, heard.bucket, sizeof(bucket));
	ask_hashes(bucket, n, false);
}

static inline void
ask_names(void)
{
	uint8_t hash[32];
	struct buf b;

	begin(&b, SITE, RECONCILE_NAMED, false);
	for (size_t m = 0; m < heard.missing && m < SEEN; m++) {
		for (size_t i = 0; i < count; i++) {
			hash_of(&things[i], hash);
			if (memcmp(hash, heard.missed[m],
			    RECONCILE_HASH) == 0)
				frame_reconcile_name(&b, hash,
				    span_of(things[i].url),
				    span_of(things[i].url));
		}
	}
	ask(&b);
}

static inline void
expect(enum reconcile_outcome outcome)
{
	ck_assert_msg(answered(), "question %llu is not answered",
	    (unsigned long long)number);
	ck_assert_msg(heard.a.outcome == outcome, "%s instead of %s: %.*s",
	    reconcile_outcome_name(heard.a.outcome),
	    reconcile_outcome_name(outcome), SPAN_ARGS(heard.a.reason));
}

/* From the sum to the hashes. */
static inline void
find_differences(void)
{
	ask_sum();
	expect(RECONCILE_DIFFERS);
	ask_buckets();
	expect(RECONCILE_DIFFERS);
	ask_all_hashes();
	expect(RECONCILE_DIFFERS);
}

#endif
