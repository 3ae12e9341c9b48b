/*
 * The reconciler: rounds, who waits in them, and the exchanges under way.
 */
#include "hub/reconciler.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/exchange.h"
#include "hub/frame.h"
#include "hub/reconciled.h"
#include "hub/refusal.h"
#include "hub/stand.h"
#include "hub/welcome.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

#define EXCHANGE_LIFE 30000	/* ms between two documents of one */

struct held {			/* a sum that waits for the view */
	TAILQ_ENTRY(held) entry;
	uint64_t number;
	uint64_t place;		/* which the view has to show */
	int64_t until;		/* ms, mono */
	struct frame_reconcile doc;	/* without address and rest */
};

struct reconciler {
	struct writer *writer;
	struct guests *guests;
	struct attests *attests;
	struct reconciled reply;
	struct event *step;
	TAILQ_HEAD(helds, held) held;
	size_t helds;
	LIST_HEAD(exchanges, exchange) exchanges;
};

static void
later(struct reconciler *r, uint64_t number, const char *why)
{
	reconciled_later(&r->reply, number, RECONCILED_LATER, why);
}

static void
bad(struct reconciler *r, uint64_t number, const char *why)
{
	reconciled_refuse(&r->reply, number, VERDICT_BAD, "", why);
}

/* --- do both speak of the same state? ------------------------------------- */

enum where { HERE, COMING, ELSEWHERE };

/* All that was taken of the site is exactly up to the document's seq, and is
 * shown (HERE) or will be (COMING). A new incarnation that has told nothing
 * yet may be compared with whatever is there. */
static enum where
where_is(struct reconciler *r, const struct frame_reconcile *f,
    uint64_t *place)
{
	struct position p = { .incarnation = 0 };
	const struct reconcile *h = &f->head;

	*place = 0;
	if (journal_position(r->writer->journal, f->peer.site, &p)) {
		bool fresh = p.incarnation != h->incarnation &&
		    !position_gave_up(&p, h->incarnation) && h->seq == 0;

		if (!fresh && (p.incarnation != h->incarnation ||
		    p.last != h->seq))
			return ELSEWHERE;
		*place = p.place;
	} else if (h->seq != 0) {
		return ELSEWHERE;
	}
	return view_place(r->writer->view) >= *place ? HERE : COMING;
}

static void
read_stand(struct reconciler *r, uint32_t site, struct stand *s)
{
	struct db_txn *t = view_read(r->writer->view);

	stand_read(t, site, s);
	db_abort(t);
}

/* --- exchanges under way -------------------------------------------------- */

static void
forget(struct exchange *e)
{
	LIST_REMOVE(e, entry);
	exchange_free(e);
}

static struct exchange *
find(struct reconciler *r, uint32_t site)
{
	struct exchange *e;

	for (e = LIST_FIRST(&r->exchanges); e != NULL;
	    e = LIST_NEXT(e, entry)) {
		if (e->site == site)
			return e;
	}
	return NULL;
}

static size_t
count_fresh(struct reconciler *r)
{
	int64_t since = clock_mono() - EXCHANGE_LIFE;
	struct exchange *e, *next;
	size_t n = 0;

	for (e = LIST_FIRST(&r->exchanges); e != NULL; e = next) {
		next = LIST_NEXT(e, entry);
		if (!e->busy && e->touched < since)
			forget(e);
		else
			n++;
	}
	return n;
}

static void
give_up(struct reconciler *r, struct exchange *e)
{
	if (e->busy)
		later(r, e->number, "another comparison was begun");
	forget(e);
}

/* What came of it; ends the exchange, if there is one. */
static void
attest(struct reconciler *r, const struct frame_reconcile *f, bool same,
    uint64_t items, uint64_t kept, struct exchange *e)
{
	struct attest a = { .site = f->peer.site, .same = same,
		.incarnation = f->head.incarnation, .seq = f->head.seq,
		.items = items, .kept = kept };
	struct view_site s;

	if (view_site(r->writer->view, a.site, &s))
		snprintf(a.code, sizeof(a.code), "%s", s.code);
	if (e != NULL) {
		a.tally = e->tally;
		e->tally = (struct tally){ .names = NULL };
		forget(e);
	}
	attest_put(r->attests, &a);
}

/* --- round one: sums ------------------------------------------------------ */

/* *kept: so many are there besides, because an operator said so. */
static bool
is_same(struct reconciler *r, const struct frame_reconcile *f,
    struct stand *s, uint64_t *kept)
{
	struct db_txn *t = view_read(r->writer->view);
	uint8_t sum[32];
	bool same;

	*kept = 0;
	stand_read(t, f->peer.site, s);
	digest_sum(&s->digest, sum);
	same = memcmp(sum, f->head.sum, sizeof(sum)) == 0 ||
	    refusal_explains(t, s, f->head.sum, kept);
	db_abort(t);
	return same;
}

static void
judge_sum(struct reconciler *r, uint64_t number,
    const struct frame_reconcile *f)
{
	struct reconcile_answer a = { .seq = f->head.seq };
	uint64_t kept;
	struct stand s;
	bool same = is_same(r, f, &s, &kept);

	a.items = s.items;
	a.outcome = same ? RECONCILE_SAME : RECONCILE_DIFFERS;
	reconciled_answer(&r->reply, number, &a);
	if (same)
		attest(r, f, true, s.items, kept, NULL);
}

static void
let_go(struct reconciler *r, struct held *h)
{
	TAILQ_REMOVE(&r->held, h, entry);
	r->helds--;
	free(h);
}

/* Of one site the last question counts: it has no other under way. */
static void
let_older_go(struct reconciler *r, uint32_t site)
{
	struct held *h;

	for (h = TAILQ_FIRST(&r->held); h != NULL; h = TAILQ_NEXT(h, entry)) {
		if (h->doc.peer.site != site)
			continue;
		later(r, h->number, "you have asked again since");
		let_go(r, h);
		return;
	}
}

static void
hold(struct reconciler *r, uint64_t number, const struct frame_reconcile *f,
    uint64_t place)
{
	struct held *h = mem_new(sizeof(*h));

	let_older_go(r, f->peer.site);
	h->number = number;
	h->place = place;
	h->until = clock_mono() + RECONCILE_ROUND_TIME;
	h->doc = *f;
	h->doc.peer.address = h->doc.rest = SPAN_NONE;
	TAILQ_INSERT_TAIL(&r->held, h, entry);
	r->helds++;
}

static void
sum(struct reconciler *r, uint64_t number, struct frame_reconcile *f,
    struct span body)
{
	uint64_t place;

	(void)body;
	switch (where_is(r, f, &place)) {
	case HERE:
		judge_sum(r, number, f);
		break;
	case COMING:
		if (r->helds < RECONCILER_HELD) {
			hold(r, number, f, place);
			break;
		}
		/* fall through */
	default:
		later(r, number, "what you have told is not all shown, or not "
		    "all taken");
	}
}

void
reconciler_look(struct reconciler *r)
{
	uint64_t shown = view_place(r->writer->view), place;
	int64_t now = clock_mono();
	struct held *h, *next;

	(void)count_fresh(r);
	for (h = TAILQ_FIRST(&r->held); h != NULL; h = next) {
		next = TAILQ_NEXT(h, entry);
		if (h->place > shown && now < h->until)
			continue;
		if (where_is(r, &h->doc, &place) == HERE)
			judge_sum(r, h->number, &h->doc);
		else
			later(r, h->number, "what you have told is not all "
			    "shown");
		let_go(r, h);
	}
}

/* --- round two: buckets --------------------------------------------------- */

static void
answer_buckets(struct reconciler *r, uint64_t number,
    const struct stand *s, uint64_t seq, const struct buckets *differ)
{
	const struct reconcile_answer a = { .outcome = RECONCILE_DIFFERS,
		.seq = seq, .items = s->items, .now = clock_wall() };
	struct buf xml;

	buf_init(&xml, LIMIT_BODY);
	reconcile_answer_begin(&xml, &a);
	for (unsigned b = 0; b < DIGEST_BUCKETS; b++) {
		if (buckets_has(differ, b))
			reconcile_answer_bucket(&xml, b);
	}
	reconcile_answer_end(&xml);
	must(!xml.bad);
	reconciled_send(&r->reply, number, buf_look(&xml));
	buf_clear(&xml);
}

/* Those that differ; how many. */
static size_t
compare_buckets(struct frame_reconcile *f, const struct stand *s,
    struct buckets *differ)
{
	uint64_t high, low;
	unsigned b;
	size_t n = 0;

	while (frame_reconcile_next_bucket(f, &b, &high, &low)) {
		if (s->digest.bucket[b].high == high &&
		    s->digest.bucket[b].low == low)
			continue;
		n += !buckets_has(differ, b);
		buckets_add(differ, b);
	}
	return n;
}

static void
begin(struct reconciler *r, uint64_t number, struct frame_reconcile *f)
{
	struct guest *g = guests_get(r->guests, f->peer.site);
	struct buckets differ = { .bits = { 0 } };
	struct exchange *e;
	struct stand s;

	read_stand(r, f->peer.site, &s);
	if (compare_buckets(f, &s, &differ) == 0) {
		bad(r, number, "no bucket differs from ours, and the sum over "
		    "all of them does: it can't be");
		return;
	}
	e = exchange_new(f, &s, &differ, (g->want & GUEST_PROVE) != 0);
	LIST_INSERT_HEAD(&r->exchanges, e, entry);
	g->begun++;
	g->begun_at = clock_mono();
	answer_buckets(r, number, &s, f->head.seq, &differ);
}

static void
buckets(struct reconciler *r, uint64_t number, struct frame_reconcile *f,
    struct span body)
{
	uint32_t pause = attest_pause(guests_get(r->guests, f->peer.site));
	struct exchange *e = find(r, f->peer.site);
	uint64_t place;

	(void)body;
	if (e != NULL)
		give_up(r, e);
	if (where_is(r, f, &place) != HERE)
		later(r, number, "more was told meanwhile");
	else if (pause > 0)
		reconciled_later(&r->reply, number, pause,
		    "you were compared a moment ago");
	else if (count_fresh(r) >= RECONCILER_SITES)
		later(r, number, "others are being compared");
	else
		begin(r, number, f);
}

/* --- round three: hashes -------------------------------------------------- */

static void
step_soon(struct reconciler *r)
{
	const struct timeval now = { .tv_sec = 0 };

	event_add(r->step, &now);
}

static void
hashes(struct reconciler *r, uint64_t number, struct frame_reconcile *f,
    struct span body)
{
	struct exchange *e = find(r, f->peer.site);
	uint64_t place;

	if (e == NULL || e->busy || !exchange_fits(e, &f->head) ||
	    where_is(r, f, &place) != HERE) {
		if (e != NULL)
			give_up(r, e);
		later(r, number, "begin again: the sum first");
	} else if (!exchange_take(e, number, body)) {
		forget(e);
		bad(r, number, "buckets that do not differ, or not in "
		    "their order");
	} else {
		step_soon(r);
	}
}

/* Somebody has kept his sums wrongly, and it isn't said that it's the agent:
 * the record says that this site is not proven. */
static void
finish_odd(struct reconciler *r, struct exchange *e)
{
	struct frame_reconcile f = e->doc;

	log_error("site=%" PRIu32 " its items are those of the index, and the "
	    "sums over them are not: either its agent or this hub is wrong; "
	    "zqhub rebuild says if it is the hub", e->site);
	bad(r, e->number, "the sums of buckets differ, and what is in them "
	    "doesn't: it can't be");
	attest(r, &f, false, e->items, 0, e);
}

/* The answer to a document of hashes; after the last one it may be all. */
static void
finish_hashes(struct reconciler *r, struct exchange *e)
{
	struct frame_reconcile f = e->doc;
	const uint64_t *n = e->tally.count;

	if (!f.head.more && !exchange_is_whole(e)) {
		bad(r, e->number, "not all buckets that differ were told");
		forget(e);
		return;
	}
	if (!f.head.more && tally_missed(&e->tally) + n[TALLY_HELD] == 0) {
		finish_odd(r, e);
		return;
	}
	reconciled_send(&r->reply, e->number, buf_look(&e->xml));
	buf_reset(&e->xml);
	if (!f.head.more && n[TALLY_MISSING] == 0)
		attest(r, &f, false, e->items, 0, e);
}

static void
step(struct reconciler *r, struct exchange *e)
{
	uint64_t number = e->number;

	switch (exchange_step(e, r->writer->view, RECONCILER_SLICE)) {
	case EXCHANGE_MORE:
		/* the next one's turn */
		LIST_REMOVE(e, entry);
		LIST_INSERT_HEAD(&r->exchanges, e, entry);
		break;
	case EXCHANGE_ANSWERED:
		finish_hashes(r, e);
		break;
	case EXCHANGE_MOVED:
		forget(e);
		later(r, number, "the index was changed meanwhile");
	}
}

static void
on_step(evutil_socket_t fd, short what, void *arg)
{
	struct reconciler *r = arg;
	struct exchange *e, *last = NULL;
	uint64_t cpu = clock_cpu();

	(void)fd;
	(void)what;
	for (e = LIST_FIRST(&r->exchanges); e != NULL;
	    e = LIST_NEXT(e, entry)) {
		if (e->busy)
			last = e;
	}
	if (last == NULL)
		return;
	step(r, last);
	step_soon(r);
	stats_add(COUNTER_RECONCILE_CPU, clock_cpu() - cpu);
}

/* --- round four: names ---------------------------------------------------- */

static void
names(struct reconciler *r, uint64_t number, struct frame_reconcile *f,
    struct span body)
{
	struct exchange *e = find(r, f->peer.site);
	uint64_t place;

	(void)body;
	if (e == NULL || e->busy || !exchange_fits(e, &f->head) ||
	    !exchange_is_whole(e) || where_is(r, f, &place) != HERE) {
		if (e != NULL)
			give_up(r, e);
		later(r, number, "begin again: the sum first");
		return;
	}
	exchange_names(e, r->writer->view, f);
	reconciled_send(&r->reply, number, buf_look(&e->xml));
	attest(r, f, false, e->items, 0, e);
}

/* --- who asks ------------------------------------------------------------- */

typedef void round_fn(struct reconciler *r, uint64_t number,
    struct frame_reconcile *f, struct span body);

static round_fn *const rounds[] = {
	[RECONCILE_SUM] = sum,
	[RECONCILE_BUCKETS] = buckets,
	[RECONCILE_HASHES] = hashes,
	[RECONCILE_NAMED] = names,
};

void
reconciler_ask(struct reconciler *r, uint64_t number, struct span body)
{
	uint64_t cpu = clock_cpu();
	struct frame_reconcile f;
	struct welcome w;

	welcome_init(&w);
	if (!frame_reconcile_read(&f, body)) {
		bad(r, number, "nothing to compare");
	} else if (!welcome_speaker(&w, r->writer->view, &f.peer,
	    f.head.instance)) {
		reconciled_refuse(&r->reply, number, w.verdict, w.cause,
		    buf_cstr(&w.why));
	} else {
		log_debug("site=%s reconcile %s seq=%" PRIu64, w.site.code,
		    reconcile_round_name(f.head.round), f.head.seq);
		rounds[f.head.round](r, number, &f, body);
	}
	welcome_clear(&w);
	stats_add(COUNTER_RECONCILE_CPU, clock_cpu() - cpu);
}

void
reconciler_gone(struct reconciler *r, uint64_t number)
{
	struct exchange *e;
	struct held *h;

	for (h = TAILQ_FIRST(&r->held); h != NULL; h = TAILQ_NEXT(h, entry)) {
		if (h->number == number) {
			let_go(r, h);
			return;
		}
	}
	for (e = LIST_FIRST(&r->exchanges); e != NULL;
	    e = LIST_NEXT(e, entry)) {
		if (e->busy && e->number == number) {
			forget(e);
			return;
		}
	}
}

struct reconciler *
reconciler_new(struct event_base *base, struct writer *w, struct guests *g,
    struct attests *a, reply_send_fn *send, void *arg)
{
	struct reconciler *r = mem_new(sizeof(*r));

	r->writer = w;
	r->guests = g;
	r->attests = a;
	r->reply = (struct reconciled){ .send = send, .arg = arg };
	TAILQ_INIT(&r->held);
	LIST_INIT(&r->exchanges);
	r->step = evtimer_new(base, on_step, r);
	must(r->step != NULL);
	return r;
}

void
reconciler_free(struct reconciler *r)
{
	struct held *h, *next_held;
	struct exchange *e, *next;

	if (r == NULL)
		return;
	for (h = TAILQ_FIRST(&r->held); h != NULL; h = next_held) {
		next_held = TAILQ_NEXT(h, entry);
		free(h);
	}
	for (e = LIST_FIRST(&r->exchanges); e != NULL; e = next) {
		next = LIST_NEXT(e, entry);
		exchange_free(e);
	}
	event_free(r->step);
	free(r);
}
