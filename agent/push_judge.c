/*
 * The judging part of push.h: what an answer means for the spool, and what is
 * to be done next.
 */
#include "agent/push_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"
#include "protocol/limits.h"
#include "protocol/reason.h"

#define STOP_WAIT 120000	/* ms between asks when the hub said no */
#define LOGGED_COMPLAINTS 10	/* of one answer; the rest is counted */
#define BACK_SPREAD 60000	/* ms over which agents prove when their hub is
				 * there again */
#define AGAIN_FIRST 5000	/* ms until what was mended is proven … */
#define AGAIN_TIMES 6		/* … and that much longer each time */
#define FAILED_WAIT 30000	/* ms until a proof that failed is tried again */
#define LATER_LEAST 1000	/* ms, whatever the hub says … */
#define LATER_MOST 600000
#define UNSPOKEN_WAIT 3600000	/* ms until a hub that can't is asked again */
#define BEHIND_LEAST 3600000	/* ms between two times that a store that went
				 * back is mended by itself */
#define APART INT64_C(172800000)	/* ms: of clocks; that is no drift */
#define CLOCKS_WAIT 120000	/* ms until they are compared again */
#define GAP 30000		/* ms: a hub that is started again is back by
				 * then */
#define RETOLD_LEAST 60000	/* ms between retellings that a hub wants */

static void
well(struct push *p)
{
	if (p->reason != NULL) {
		log_info("push hub=%s answers again", p->host.line->hub);
		push_prove_within(p, BACK_SPREAD);
	}
	free(p->reason);
	p->reason = NULL;
	backoff_reset(&p->backoff);
}

/* --- what the hub says of changes ------------------------------------------- */

static void
keep_complaint(struct push *p, const struct complaint *c)
{
	struct complaint_kept *k =
	    &p->complaint[p->complaints++ % PUSH_COMPLAINTS];

	free(k->url);
	free(k->why);
	k->seq = c->seq;
	k->when = clock_wall();
	k->url = mem_copy(c->url.at, c->url.n);
	k->why = mem_copy(c->why.at, c->why.n);
}

static void
on_complaint(void *arg, const struct complaint *c)
{
	struct push *p = arg;
	char url[LOG_QUOTE_MAX], why[LOG_QUOTE_MAX];

	keep_complaint(p, c);
	if (++p->complained <= LOGGED_COMPLAINTS)
		log_warn("push seq=%llu url=%s not taken as said: %s",
		    (unsigned long long)c->seq,
		    log_quote(url, c->url.at, c->url.n),
		    log_quote(why, c->why.at, c->why.n));
}

/* The hub has lost or never had what we took for confirmed, or has more than
 * we knew: our position becomes its own. */
struct position {
	const struct push *p;
	uint64_t taken;
	bool whole;			/* the site has told all it has */
	bool trimmed;			/* it asks for what we don't have */
};

static bool
set_position(struct store_txn *t, void *arg)
{
	struct position *at = arg;
	const struct push *p = at->p;

	at->trimmed = false;
	if (at->taken > t->meta.confirmed)
		spool_confirm(t, at->taken);
	else if (at->taken < t->meta.confirmed)
		at->trimmed = !spool_rewind(t, at->taken);
	if (at->whole && t->meta.confirmed + 1 == t->meta.next && !at->trimmed)
		t->meta.needs_snapshot = false;
	t->meta.verdict = (uint8_t)p->answer.verdict;
	t->meta.answered = p->answered;
	t->meta.skew = p->skew;
	return true;
}

static enum push_step
wait_and_go_on(struct push *p, uint64_t ms)
{
	p->pause = ms;
	return PUSH_PAUSE;
}

static enum push_step
fail(struct push *p, const char *reason, int64_t floor)
{
	push_unwell(p, reason);
	p->credit = PUSH_FIRST_CREDIT;
	return wait_and_go_on(p, backoff_next(&p->backoff,
	    floor > 0 && floor < INT32_MAX ? (uint32_t)floor : 0));
}

/* "the disk is full", say: it is the hub's. */
static void
say(struct buf *b, const char *what, struct span reason)
{
	buf_init(b, 4096);
	buf_text(b, what);
	if (reason.n > 0) {
		buf_text(b, ": ");
		reason_put(b, reason);
	}
}

static enum push_step
busy(struct push *p, struct span reason, uint32_t after)
{
	struct buf b;
	enum push_step next;

	say(&b, _("the hub is busy"), reason);
	next = fail(p, buf_cstr(&b), after);
	buf_clear(&b);
	return next;
}

static enum push_step
refused(struct push *p, const char *what, struct span reason, uint64_t wait)
{
	struct buf b;

	p->stop = wait;
	say(&b, what, reason);
	push_unwell(p, buf_cstr(&b));
	buf_clear(&b);
	return PUSH_STOP;
}

/* The hub lacks what the spool no longer has. */
static enum push_step
retell(struct push *p, const char *why)
{
	push_unwell(p, why);
	p->host.retell(p->host.arg, why);
	return wait_and_go_on(p, PUSH_FIRST_WAIT);
}

/* It has more of this incarnation than was ever told here: the store went
 * back, and not even the hub could know whether this process is another one
 * (a machine that was restored with its memory). Once that is mended by
 * itself; if it comes back soon, two copies are at it. */
static enum push_step
behind(struct push *p)
{
	int64_t now = clock_mono();
	bool lately = p->behind != CLOCK_NONE &&
	    now - p->behind < BEHIND_LEAST;

	if (lately)
		return refused(p, _("the hub has more from this site than was "
		    "ever told here, again: another copy of this agent runs; "
		    "stop it, then zqagent retell"), SPAN_NONE, STOP_WAIT);
	p->behind = now;
	return retell(p, "the hub has more from this site than was ever told "
	    "here: this agent was restored, or is a copy");
}

/* Nothing is left to be told, and no proof can say so, with this hub. */
static bool
is_whole(const struct push *p)
{
	return !p->hub_proves && p->host.is_settled(p->host.arg);
}

/* Our disk is full: what waits can't be read before that is mended, which is
 * tried from beat to beat, for there may be nobody else who does. */
static bool
is_cut_off(const struct push *p)
{
	return store_owes(p->host.store) && !spool_settle(p->host.store) &&
	    p->last < p->first;
}

static enum push_step
next_of(struct push *p)
{
	push_hush_look(p);
	if (is_cut_off(p))
		return wait_and_go_on(p, PUSH_FULL_WAIT);
	if (spool_waiting(store_meta(p->host.store)) > 0)
		return PUSH_SEND;
	return push_may_prove(p) ? PUSH_RECONCILE : PUSH_IDLE;
}

/* A hub that was restored asks once for what it has lost, and is told it at
 * once: it hears no beat of this site until then. One that asks again has not
 * understood. */
static bool
has_come_nearer(const struct push *p, const struct position *at,
    uint64_t before)
{
	return at->taken > before ||
	    (at->taken < before && p->verdict != VERDICT_EARLY);
}

/* TAKEN, KNOWN, EARLY: the hub says where it stands. */
static enum push_step
follow(struct push *p)
{
	const struct store_meta *m = store_meta(p->host.store);
	struct position at = { .p = p, .taken = p->answer.taken,
	    .whole = m->needs_snapshot && is_whole(p) };
	uint64_t before = m->confirmed;
	enum push_step next;

	if (p->answer.verdict == VERDICT_EARLY)
		at.taken = p->answer.expected > 0 ?
		    p->answer.expected - 1 : 0;
	if (at.taken > p->head || at.taken >= m->next)
		return behind(p);
	/* What it has beyond that was not compared with ours: if it is a
	 * copy's, only sending it shows that. */
	if (at.taken > p->last)
		at.taken = p->last;
	if ((at.taken != before || p->answer.verdict != p->verdict ||
	    at.whole) &&
	    store_do(p->host.store, set_position, &at) != STORE_DONE)
		return fail(p, "the disk is full", PUSH_FULL_WAIT);
	if (at.trimmed)
		return retell(p, "the hub asks for changes that are no longer "
		    "in the spool");
	if (at.taken < before)
		push_prove_within(p, BACK_SPREAD);
	if (p->answer.verdict == VERDICT_EARLY && !has_come_nearer(p, &at,
	    before))
		return fail(p, "the hub asks for earlier changes again",
		    p->answer.after);
	well(p);
	next = next_of(p);
	if (p->answer.after > 0 && next != PUSH_RECONCILE)
		return wait_and_go_on(p, p->answer.after);
	return next;
}

/* It takes our certificate for expired, and its clock and ours are days apart:
 * one of them is wrong, and what is made by a wrong one is no good. */
static bool
is_by_another_clock(const struct push *p)
{
	return p->outdated && (p->skew >= APART || p->skew <= -APART);
}

static enum push_step
wait_for_clocks(struct push *p)
{
	char span[CLOCK_TEXT_MAX];
	enum push_step next;
	struct buf b;

	buf_init(&b, 4096);
	buf_printf(&b, _("the clocks of this machine and of the hub differ by "
	    "%s, and by the hub's this site's certificate has expired: put "
	    "right the one that is wrong; nothing is renewed until then"),
	    clock_span(span, p->skew < 0 ? -p->skew : p->skew));
	next = refused(p, buf_cstr(&b), SPAN_NONE, CLOCKS_WAIT);
	buf_clear(&b);
	return next;
}

/* The hub takes nothing now: of a batch, or of a proof. */
static enum push_step
judge_refusal(struct push *p, enum verdict v, struct span word,
    struct span reason, uint32_t after)
{
	const struct cause *c = cause_of(v, word);

	if (v == VERDICT_BUSY)
		return busy(p, reason, after);
	snprintf(p->cause, sizeof(p->cause), "%.*s", SPAN_ARGS(word));
	if (is_by_another_clock(p))
		return wait_for_clocks(p);
	return refused(p, _(c->text), reason, c->wait);
}

static enum push_step
judge_answer(struct push *p)
{
	const struct answer *a = &p->answer;

	p->cause[0] = '\0';
	switch (a->verdict) {
	case VERDICT_TAKEN:
	case VERDICT_KNOWN:
	case VERDICT_EARLY:
		return follow(p);
	default:
		return judge_refusal(p, a->verdict, a->cause, a->reason,
		    a->after);
	}
}

/* --- what the hub wants ----------------------------------------------------- */

/* It goes on wanting it until it has heard the new incarnation, so what it
 * says of an older one is no news. */
static bool
is_retelling_due(const struct push *p)
{
	return p->answered_of == store_meta(p->host.store)->incarnation &&
	    (p->retold == CLOCK_NONE ||
	    clock_mono() - p->retold >= RETOLD_LEAST);
}

bool
push_take_want(struct push *p, struct span words)
{
	if (answer_has_word(words, WANT_PROVE)) {
		if (!p->wanted)
			p->wanted_at = clock_mono();
		p->wanted = true;
		/* A person waits for it: "later" was said of another. */
		if (p->unasked)
			p->earliest = INT64_MIN;
		p->unasked = false;
	}
	if (answer_has_word(words, WANT_RENEW) && !is_by_another_clock(p))
		p->host.renew(p->host.arg);
	if (!answer_has_word(words, WANT_RETELL) || !is_retelling_due(p))
		return false;
	p->retold = clock_mono();
	p->host.retell(p->host.arg, "the hub wants it");
	return true;
}

/* A proxy was asked for a way to the hub, and said no. */
static bool
is_turned_away(const struct fetch_answer *g)
{
	return g->proxied > 0 && g->proxied / 100 != 2;
}

/* The connection ended, or there is none, moments after an answer: what that
 * is as a rule. */
static bool
is_gap(const struct push *p)
{
	if (is_turned_away(p->got))
		return false;
	switch (p->got->code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return p->batches > 0 && clock_mono() - p->heard < GAP;
	default:
		return false;
	}
}

/* No answer of ours: the network, a proxy, a hub that doesn't know us. */
static enum push_step
judge_failure(struct push *p, const char *why)
{
	const struct fetch_answer *g = p->got;
	struct buf b;
	enum push_step next;

	if (g->code == CURLE_OK && (g->status == 401 || g->status == 403))
		return refused(p, "the hub does not accept this site's "
		    "certificate", g->body.n < 300 ? g->body : SPAN_NONE,
		    STOP_WAIT);
	buf_init(&b, 4096);
	if (is_gap(p))
		buf_text(&b, _("the hub answered a moment ago and does not "
		    "now: it may be starting again"));
	else if (g->code != CURLE_OK)
		cause_of_failure(&b, g);
	else if (g->status == 200)
		buf_printf(&b, "the answer is none of a hub: %s", why);
	else
		buf_printf(&b, "HTTP status %ld", g->status);
	next = fail(p, buf_cstr(&b), g->retry_after);
	buf_clear(&b);
	return next;
}

/* What an answer says beside its verdict. */
static void
take_answer(struct push *p)
{
	const struct answer *a = &p->answer;

	p->answered = clock_wall();
	p->heard = clock_mono();
	p->answered_of = p->incarnation;
	p->took = (uint32_t)(clock_mono() - p->sent_mono);
	if (a->now != CLOCK_NONE)
		p->skew = a->now - p->sent_wall - p->took / 2;
	p->outdated = a->verdict == VERDICT_BLOCKED &&
	    (answer_has_word(a->want, WANT_RENEW) ||
	    span_is(a->cause, SPAN(CAUSE_EXPIRED)));
	p->credit = a->credit > 0 ? a->credit : LIMIT_BODY;
	p->hub_proves = answer_has_word(a->features, FEATURE_RECONCILE) &&
	    (!p->unspoken || clock_mono() >= p->earliest);
	if (a->verdict <= VERDICT_EARLY) {
		p->held = a->held;
		(void)ability_keep(p->host.store, a->features);
		if (a->map > 0 && p->host.map != NULL)
			p->host.map(p->host.arg, a->map);
	}
	p->batches++;
	if (p->last >= p->first)
		log_debug("push seq=%llu..%llu %s ms=%u",
		    (unsigned long long)p->first, (unsigned long long)p->last,
		    verdict_name(a->verdict), p->took);
}

enum push_step
push_judge(struct push *p)
{
	const char *why = "";
	enum push_step next;

	buf_init(&p->keep, LIMIT_ANSWER);
	p->complained = 0;
	if (p->got->code == CURLE_OK && !p->got->too_long &&
	    answer_read(&p->answer, &p->keep, p->got->body, on_complaint, p,
	    &why)) {
		take_answer(p);
		if (push_take_want(p, p->answer.want))
			next = wait_and_go_on(p, PUSH_FIRST_WAIT);
		else
			next = judge_answer(p);
		p->verdict = p->answer.verdict;
	} else {
		next = judge_failure(p, why);
	}
	buf_clear(&p->keep);
	p->got = NULL;
	return next;
}

/* --- what came of a proof --------------------------------------------------- */

static uint64_t
bounded(uint64_t ms, uint64_t least, uint64_t most)
{
	return ms < least ? least : ms > most ? most : ms;
}

/* Daily, or whatever is set, give or take a tenth. */
static int64_t
regular(const struct push *p)
{
	uint64_t every = p->host.prove_every;

	return clock_mono() + (int64_t)(every - every / 10) +
	    backoff_random((uint32_t)(every / 5) + 1);
}

/* Once more in a while; in a longer one each time that it was in vain. */
static void
prove_again(struct push *p)
{
	p->again = p->again == 0 ? AGAIN_FIRST :
	    bounded(p->again * AGAIN_TIMES, 0, p->host.prove_every);
	push_prove_within(p, p->again);
}

/* What differs is mended by changes; when they are confirmed it is proven
 * once more. If it still differs something is wrong, and asking more often
 * would not mend it. */
static void
after_proof(struct push *p, const struct prove_end *e)
{
	p->given_up = 0;
	p->wanted = p->unspoken = false;
	p->due = regular(p);
	if (e->outcome == PROVE_SAME || !e->whole)
		p->again = 0;
	if (e->outcome != PROVE_SAME)
		prove_again(p);
}

/* The hub may want it all the time: not more often than makes sense. */
static void
put_off_proof(struct push *p, uint64_t ms)
{
	p->wanted = false;
	p->earliest = clock_mono() + (int64_t)ms;
	p->due = p->earliest + backoff_random((uint32_t)ms / 8 + 1);
}

static enum push_step
fail_proof(struct push *p, const struct prove_end *e)
{
	enum push_step next;

	if (e->got == NULL)
		return fail(p, e->why, 0);
	p->got = e->got;
	next = judge_failure(p, e->why);
	p->got = NULL;
	return next;
}

enum push_step
push_judge_proof(struct push *p)
{
	const struct prove_end *e = p->proved;

	p->proved = NULL;
	p->due = INT64_MAX;
	p->unasked = false;
	switch (e->outcome) {
	case PROVE_SAME:
	case PROVE_DIFFERS:
		after_proof(p, e);
		break;
	case PROVE_LATER:
		p->unasked = !p->wanted;
		put_off_proof(p, bounded(e->after, LATER_LEAST, LATER_MOST));
		break;
	case PROVE_UNSPOKEN:
		p->hub_proves = false;
		p->unspoken = true;
		put_off_proof(p, UNSPOKEN_WAIT);
		break;
	case PROVE_CHANGED:
		p->given_up++;
		push_prove_within(p, AGAIN_FIRST);
		break;
	case PROVE_FULL:
		put_off_proof(p, FAILED_WAIT);
		return fail(p, "the disk is full", PUSH_FULL_WAIT);
	case PROVE_REFUSED:
		put_off_proof(p, FAILED_WAIT);
		return judge_refusal(p, e->verdict, e->cause, e->reason,
		    e->after);
	case PROVE_BROKEN:
		put_off_proof(p, FAILED_WAIT);
		return fail_proof(p, e);
	}
	return spool_waiting(store_meta(p->host.store)) > 0 ? PUSH_SEND :
	    PUSH_IDLE;
}
