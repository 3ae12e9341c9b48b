/* See push.h. */
#include "agent/push.h"

#include <stdlib.h>
#include <string.h>

#include "agent/spool.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

#define FIRST_WAIT 1000		/* ms, the first bound after a failure */
#define LAST_WAIT 40000		/* ms, the last: thousands who wait for the
				 * same hub are back within a minute */
#define FIRST_CREDIT (256u << 10)	/* bytes, until the hub grants more: it
				 * may have to hear thousands */
#define STOP_WAIT 120000	/* ms between asks when the hub said no */
#define TIMEOUT 120000		/* ms for a batch and its answer */
#define FULL_WAIT 5000		/* ms until a full disk is tried again */
#define MARK_AHEAD 64		/* changes marked as sent before they are */
#define LOGGED_COMPLAINTS 10	/* of one answer; the rest is counted */

enum push_step {
	PUSH_IDLE, PUSH_SEND, PUSH_WAIT, PUSH_JUDGE, PUSH_PAUSE, PUSH_STOP,
	PUSH_STEPS
};

struct complaint_kept {
	uint64_t seq;
	int64_t when;
	char *url, *why;
};

struct push {
	struct push_host host;
	enum push_step step;
	struct event *timer;
	struct fetch_request *request;
	struct backoff backoff;
	uint64_t pause;			/* ms, of the next PUSH_PAUSE */
	uint64_t credit;		/* bytes */
	uint64_t first, last;		/* of the batch under way; last <
					 * first: a beat */
	int64_t sent_wall, sent_mono;
	/* the answer, while it is judged */
	const struct fetch_answer *got;
	struct answer answer;
	struct buf keep;
	bool read;			/* it was an answer */
	size_t complained;		/* in it */
	/* for status */
	enum verdict verdict;		/* 0: none yet */
	char *reason;			/* why it isn't well; NULL: it is */
	int64_t answered;		/* ms, or CLOCK_NONE */
	int64_t skew;			/* ms */
	uint32_t took;			/* ms, of the last exchange */
	uint64_t batches;
	struct complaint_kept complaint[PUSH_COMPLAINTS];
	size_t complaints;		/* ever */
};

typedef enum push_step push_step_fn(struct push *p);
static push_step_fn idle, send_batch, wait_answer, judge, pause_push, stop;

#define TO(step) (1u << PUSH_##step)

static const struct {
	const char *name;
	push_step_fn *run;
	unsigned to;
} steps[PUSH_STEPS] = {
	[PUSH_IDLE] = { "idle", idle, TO(SEND) },
	[PUSH_SEND] = { "send", send_batch, TO(WAIT) | TO(PAUSE) },
	[PUSH_WAIT] = { "wait", wait_answer, TO(JUDGE) | TO(SEND) },
	[PUSH_JUDGE] = { "judge", judge,
	    TO(IDLE) | TO(SEND) | TO(PAUSE) | TO(STOP) },
	[PUSH_PAUSE] = { "pause", pause_push, TO(SEND) },
	[PUSH_STOP] = { "stop", stop, TO(SEND) },
};

/* Goes to a step and on from there; a step that waits returns itself. */
static void
push_move(struct push *p, enum push_step to)
{
	for (;;) {
		must(steps[p->step].to & (1u << to));
		log_debug("push step=%s from=%s", steps[to].name,
		    steps[p->step].name);
		p->step = to;
		to = steps[to].run(p);
		if (to == p->step)
			return;
	}
}

static void
after(struct push *p, uint64_t ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	must(event_add(p->timer, &tv) == 0);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	push_move(arg, PUSH_SEND);
}

/* What is wrong, in a sentence; said once as long as it stays the same. */
static void
unwell(struct push *p, const char *reason)
{
	if (p->reason != NULL && strcmp(p->reason, reason) == 0)
		return;
	free(p->reason);
	p->reason = mem_text(reason);
	log_warn("push hub=%s: %s", p->host.line->hub, reason);
}

static void
well(struct push *p)
{
	if (p->reason != NULL)
		log_info("push hub=%s answers again", p->host.line->hub);
	free(p->reason);
	p->reason = NULL;
	backoff_reset(&p->backoff);
}

/* --- the steps -------------------------------------------------------------- */

static enum push_step
idle(struct push *p)
{
	after(p, p->host.beat);
	return PUSH_IDLE;
}

static enum push_step
pause_push(struct push *p)
{
	after(p, p->pause);
	return PUSH_PAUSE;
}

static enum push_step
stop(struct push *p)
{
	after(p, STOP_WAIT / 2 + backoff_random(STOP_WAIT / 2));
	return PUSH_STOP;
}

static enum push_step
wait_answer(struct push *p)
{
	(void)p;
	return PUSH_WAIT;
}

/* Changes from p->first on, as many as the ceilings allow; one always. */
static void
put_changes(struct push *p, struct store_txn *t, struct buf *xml)
{
	uint64_t most = p->credit < LIMIT_BODY ? p->credit : LIMIT_BODY;
	struct change c;

	p->last = p->first - 1;
	while (p->last - p->first + 1 < LIMIT_BATCH &&
	    spool_get(t, p->last + 1, &c)) {
		size_t before = xml->n;

		changelist_put(xml, &c);
		if (p->last >= p->first && xml->n + 1024 > most) {
			buf_cut(xml, before);
			return;
		}
		p->last++;
	}
}

static void
build(struct push *p, struct buf *xml)
{
	struct store_txn *t = store_look(p->host.store);
	struct batch h = {
		.incarnation = t->meta.incarnation,
		.first = t->meta.confirmed + 1,
		.head = t->meta.next - 1,
		.now = clock_wall(),
		.agent = SPAN(LINE_AGENT),
		.needs_snapshot = t->meta.needs_snapshot,
	};

	p->first = h.first;
	changelist_begin(xml, &h);
	put_changes(p, t, xml);
	changelist_end(xml);
	store_end(t);
}

static bool
mark(struct store_txn *t, void *arg)
{
	const struct push *p = arg;
	uint64_t to = p->last + MARK_AHEAD;

	spool_sent(t, to < t->meta.next ? to : t->meta.next - 1);
	return true;
}

static void
on_prepare(void *arg, CURL *curl)
{
	struct push *p = arg;

	line_prepare(p->host.line, curl);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct push *p = arg;

	p->request = NULL;
	p->got = a;
	push_move(p, PUSH_JUDGE);
}

static void
post(struct push *p, const struct buf *xml)
{
	struct buf url;
	struct fetch_spec spec = {
		.type = CHANGELIST_TYPE, .body = buf_look(xml),
		.most = LIMIT_ANSWER, .timeout = TIMEOUT,
		.connect_timeout = LINE_CONNECT, .prepare = on_prepare,
	};

	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/v1/changes", p->host.line->hub);
	spec.url = buf_cstr(&url);
	p->sent_wall = clock_wall();
	p->sent_mono = clock_mono();
	p->request = fetch_start(p->host.fetch, &spec, on_answer, p);
	buf_clear(&url);
}

static enum push_step
send_batch(struct push *p)
{
	struct buf xml;

	event_del(p->timer);
	/* One change may be larger than the credit: it goes alone. */
	buf_init(&xml, (size_t)2 * LIMIT_BODY);
	build(p, &xml);
	must(!xml.bad);
	if (p->last >= p->first && p->last > store_meta(p->host.store)->sent &&
	    store_do(p->host.store, mark, p) != STORE_DONE) {
		buf_clear(&xml);
		unwell(p, "the disk is full");
		p->pause = FULL_WAIT;
		return PUSH_PAUSE;
	}
	post(p, &xml);
	buf_clear(&xml);
	return PUSH_WAIT;
}

/* --- judging the answer -------------------------------------------------- */

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
	if (t->meta.confirmed + 1 == t->meta.next && !at->trimmed)
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
	unwell(p, reason);
	p->credit = FIRST_CREDIT;
	return wait_and_go_on(p, backoff_next(&p->backoff,
	    floor > 0 && floor < INT32_MAX ? (uint32_t)floor : 0));
}

static enum push_step
refused(struct push *p, const char *what, struct span reason)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_text(&b, what);
	if (reason.n > 0)
		buf_printf(&b, ": %.*s", SPAN_ARGS(reason));
	unwell(p, buf_cstr(&b));
	buf_clear(&b);
	return PUSH_STOP;
}

/* TAKEN, KNOWN, EARLY: the hub says where it stands. */
static enum push_step
follow(struct push *p)
{
	const struct store_meta *m = store_meta(p->host.store);
	struct position at = { .p = p, .taken = p->answer.taken };
	uint64_t before = m->confirmed;

	if (p->answer.verdict == VERDICT_EARLY)
		at.taken = p->answer.expected > 0 ?
		    p->answer.expected - 1 : 0;
	if (at.taken >= m->next)
		return refused(p, "the hub has more from this site than was "
		    "ever told here: this agent is a copy or was restored; "
		    "see `zqagent retell`", SPAN_NONE);
	if ((at.taken != before || p->answer.verdict != p->verdict) &&
	    store_do(p->host.store, set_position, &at) != STORE_DONE)
		return fail(p, "the disk is full", FULL_WAIT);
	if (at.trimmed) {
		unwell(p, "the hub asks for changes that are no longer in "
		    "the spool: telling everything again");
		p->host.retell(p->host.arg);
		return wait_and_go_on(p, FIRST_WAIT);
	}
	if (p->answer.verdict == VERDICT_EARLY && at.taken <= before)
		return fail(p, "the hub asks for earlier changes again",
		    p->answer.after);
	well(p);
	if (p->answer.after > 0)
		return wait_and_go_on(p, p->answer.after);
	return spool_waiting(m) > 0 ? PUSH_SEND : PUSH_IDLE;
}

static enum push_step
judge_answer(struct push *p)
{
	const struct answer *a = &p->answer;

	switch (a->verdict) {
	case VERDICT_TAKEN:
	case VERDICT_KNOWN:
	case VERDICT_EARLY:
		return follow(p);
	case VERDICT_FORKED:
		return refused(p, "forked: the hub has other changes under "
		    "the same numbers, so this agent is a copy or was "
		    "restored; stop the other one, then `zqagent retell`",
		    a->reason);
	case VERDICT_BLOCKED:
		return refused(p, "the hub has blocked this site",
		    a->reason);
	case VERDICT_BUSY:
		return fail(p, "the hub is busy", a->after);
	default:
		return refused(p, "the hub can't read what we send",
		    a->reason);
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
		    "certificate", g->body.n < 300 ? g->body : SPAN_NONE);
	buf_init(&b, 4096);
	if (g->code != CURLE_OK)
		buf_text(&b, g->error);
	else if (g->status == 200)
		buf_printf(&b, "the answer is none of a hub: %s", why);
	else
		buf_printf(&b, "HTTP status %ld", g->status);
	next = fail(p, buf_cstr(&b), g->retry_after);
	buf_clear(&b);
	return next;
}

static enum push_step
judge(struct push *p)
{
	const char *why = "";
	enum push_step next;

	buf_init(&p->keep, LIMIT_ANSWER);
	p->complained = 0;
	if (p->got->code == CURLE_OK && !p->got->too_long &&
	    answer_read(&p->answer, &p->keep, p->got->body, on_complaint, p,
	    &why)) {
		p->answered = clock_wall();
		p->took = (uint32_t)(clock_mono() - p->sent_mono);
		if (p->answer.now != CLOCK_NONE)
			p->skew = p->answer.now - p->sent_wall - p->took / 2;
		p->credit = p->answer.credit > 0 ? p->answer.credit :
		    LIMIT_BODY;
		p->batches++;
		if (p->last >= p->first)
			log_debug("push seq=%llu..%llu %s ms=%u",
			    (unsigned long long)p->first,
			    (unsigned long long)p->last,
			    verdict_name(p->answer.verdict), p->took);
		next = judge_answer(p);
		p->verdict = p->answer.verdict;
	} else {
		next = judge_failure(p, why);
	}
	buf_clear(&p->keep);
	p->got = NULL;
	return next;
}

/* --- life -------------------------------------------------------------------- */

struct push *
push_new(const struct push_host *host)
{
	struct push *p = mem_new(sizeof(*p));

	p->host = *host;
	p->credit = FIRST_CREDIT;
	p->answered = store_meta(host->store)->answered;
	p->skew = store_meta(host->store)->skew;
	backoff_init(&p->backoff, FIRST_WAIT, LAST_WAIT);
	p->timer = event_new(host->base, -1, 0, on_timer, p);
	must(p->timer != NULL);
	p->step = PUSH_IDLE;
	after(p, 0);
	return p;
}

void
push_free(struct push *p)
{
	if (p == NULL)
		return;
	if (p->request != NULL)
		fetch_cancel(p->request);
	event_free(p->timer);
	for (size_t i = 0; i < PUSH_COMPLAINTS; i++) {
		free(p->complaint[i].url);
		free(p->complaint[i].why);
	}
	free(p->reason);
	free(p);
}

void
push_kick(struct push *p)
{
	if (p->step == PUSH_IDLE)
		after(p, 0);
}

void
push_restart(struct push *p)
{
	if (p->request != NULL)
		fetch_cancel(p->request);
	p->request = NULL;
	/* Not from within a step: the timer goes on. */
	if (p->step == PUSH_WAIT || p->step == PUSH_STOP ||
	    p->step == PUSH_IDLE || p->step == PUSH_PAUSE)
		after(p, 0);
}

bool
push_is_well(const struct push *p)
{
	return p->reason == NULL && p->answered != CLOCK_NONE &&
	    p->batches > 0;
}

static json_t *
complaints(const struct push *p)
{
	json_t *list = json_array();
	size_t from = p->complaints > PUSH_COMPLAINTS ?
	    p->complaints - PUSH_COMPLAINTS : 0;
	char when[CLOCK_TEXT_MAX];

	for (size_t i = from; i < p->complaints; i++) {
		const struct complaint_kept *k =
		    &p->complaint[i % PUSH_COMPLAINTS];

		json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s}",
		    "seq", (json_int_t)k->seq, "url", k->url, "why", k->why,
		    "when", clock_format(when, k->when)));
	}
	return list;
}

json_t *
push_status(const struct push *p)
{
	char when[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:o, s:I}",
	    "url", p->host.line->hub, "step", steps[p->step].name,
	    "skew_ms", (json_int_t)p->skew, "took_ms", (json_int_t)p->took,
	    "complaints", complaints(p),
	    "complained", (json_int_t)p->complaints);

	must(o != NULL);
	if (p->verdict != 0)
		json_object_set_new(o, "verdict",
		    json_string(verdict_name(p->verdict)));
	if (p->answered != CLOCK_NONE)
		json_object_set_new(o, "answered",
		    json_string(clock_format(when, p->answered)));
	if (p->reason != NULL)
		json_object_set_new(o, "trouble", json_string(p->reason));
	return o;
}
