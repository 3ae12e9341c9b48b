/*
 * For tests of push and inbox: a hub of a few lines that misbehaves on demand,
 * and an agent's side that only counts what it is asked for.
 */
#ifndef ZQ_TEST_AGENT_PUSHKIT_H
#define ZQ_TEST_AGENT_PUSHKIT_H

#include "tests/unit/agent/httpkit.h"
#include "tests/unit/agent/storekit.h"

#include "agent/inbox.h"
#include "agent/push.h"
#include "contrib/base/text.h"
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/letter.h"
#include "protocol/vantage.h"

#define INSTANCE 4711

/* What the hub has, and how it answers next. */
static struct {
	uint64_t incarnation, taken;
	uint64_t batches, changes;	/* that came, also twice */
	enum verdict verdict;		/* instead of what is right; or 0 */
	int times;			/* … that often; -1 for ever */
	int status;			/* HTTP, instead of 200; or 0 */
	bool silent;			/* takes it and doesn't answer */
	bool forgets;			/* one more with each answer */
	uint64_t credit;
	uint64_t largest;		/* body, in bytes */
	uint64_t letters;
	uint64_t asked_after;
	unsigned asks;			/* for letters */
	bool needs_snapshot;
	uint64_t held;
	struct health health;
	bool can_look;			/* the agent says so … */
	struct vantage_answer looked;	/* … and what it saw */
	uint64_t task;			/* to look, said in passing; 0 … */
	unsigned tasks;			/* … in so many answers, each another */
	char trouble[2048];
	int64_t ahead;			/* ms, its clock */
	const char *want, *cause;	/* in answers; NULL: none */
	const char *letters_want;
	const char *letter_kind;
	bool proves;			/* its features say so */
} hub;

static struct store *store;
static struct fetch *fetch;
static struct push *push;
static struct line line;
static int retold, renewed, acts;
static uint64_t held;
static const char *trouble;
static bool settled, may_act;
static int64_t rest;
static struct vantage_answer looked;	/* task 0: it doesn't look */
static char wanted[64], acted[64];

/* --- the hub ----------------------------------------------------------------- */

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
	hub.held = h->held;
	hub.health = h->health;
	hub.can_look = answer_has_word(h->features, FEATURE_LOOK);
	hub.looked = h->looked;
	snprintf(hub.trouble, sizeof(hub.trouble), "%.*s",
	    SPAN_ARGS(h->trouble));
	ck_assert_uint_eq(h->instance, INSTANCE);
	ck_assert(answer_has_word(h->features, FEATURE_RECONCILE));
}

static inline void
on_change(void *arg, uint64_t seq, const struct change *c, const char *why)
{
	(void)arg;
	ck_assert_msg(c != NULL, "change %llu: %s", (unsigned long long)seq,
	    why);
	hub.changes++;
	if (first_seq <= hub.taken + 1 && seq == hub.taken + 1 &&
	    hub.verdict == 0 && hub.status == 0)
		hub.taken = seq;
}

static inline void
reply(struct evhttp_request *r, const struct buf *b, int status)
{
	struct evbuffer *out = evbuffer_new();

	evbuffer_add(out, b->at, b->n);
	evhttp_send_reply(r, status, "", out);
	evbuffer_free(out);
}

static inline void
answer(struct evhttp_request *r, enum verdict right)
{
	struct complaint odd = { .seq = 1, .url = SPAN("http://x.test/"),
	    .why = SPAN("held: not a domain of this site") };
	struct answer a = {
		.verdict = hub.verdict != 0 ? hub.verdict : right,
		.incarnation = hub.incarnation, .taken = hub.taken,
		.expected = hub.taken + 1, .credit = hub.credit,
		.now = clock_wall() + 90000 + hub.ahead, .reason = SPAN("because"),
		.want = span_of(hub.want), .cause = span_of(hub.cause),
		.features = span_of(hub.proves ? FEATURES_HUB : "changes"),
	};
	struct buf b;

	buf_init(&b, 65536);
	answer_begin(&b, &a);
	if (hub.taken > 0 && hub.batches == 1)
		answer_complain(&b, &odd);
	answer_end(&b);
	reply(r, &b, hub.status != 0 ? hub.status : 200);
	buf_clear(&b);
	if (hub.times > 0 && --hub.times == 0)
		hub.verdict = 0, hub.status = 0;
}

static inline void
on_changes(struct evhttp_request *r, void *arg)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(r);
	size_t n = evbuffer_get_length(in);
	struct changelist *l = changelist_new(on_head, on_change, NULL);

	(void)arg;
	if (n > hub.largest)
		hub.largest = n;
	hub.batches++;
	hub.taken -= hub.forgets && hub.taken > 0;
	ck_assert_msg(changelist_feed(l, evbuffer_pullup(in, -1), n) &&
	    changelist_finish(l), "%s", changelist_error(l));
	changelist_free(l);
	if (hub.silent) {
		hub.silent = false;
		evhttp_connection_free(evhttp_request_get_connection(r));
		return;
	}
	answer(r, first_seq > hub.taken + 1 ? VERDICT_EARLY : VERDICT_TAKEN);
}

static inline void
put_task(struct buf *b)
{
	struct buf body;

	if (hub.task == 0)
		return;
	buf_init(&body, 1000);
	vantage_task_put(&body, &(struct vantage_task){ .number = hub.task,
	    .until = 20000 });
	letters_put(b, &(struct letter){ .kind = SPAN(LETTER_LOOK),
	    .about = SPAN("http://a.test/"), .body = buf_look(&body) });
	hub.task = --hub.tasks > 0 ? hub.task + 1 : 0;
	buf_clear(&body);
}

static inline void
on_letters(struct evhttp_request *r, void *arg)
{
	const char *after = strstr(evhttp_request_get_uri(r), "after=");
	struct letter l = { .kind = SPAN("notice"), .when = 1000,
	    .text = SPAN("hello") };
	struct buf b;

	(void)arg;
	hub.asks++;
	after += 6;
	ck_assert_ptr_nonnull(strstr(after, "&instance=4711"));
	ck_assert(text_number((struct span){ after, strcspn(after, "&") }, 0,
	    UINT64_MAX, &hub.asked_after));
	buf_init(&b, 65536);
	if (hub.letter_kind != NULL)
		l.kind = span_of(hub.letter_kind);
	letters_begin(&b, &(struct letters_head){ .last = hub.letters,
	    .now = clock_wall(), .want = span_of(hub.letters_want) });
	for (l.number = hub.asked_after + 1; l.number <= hub.letters;
	    l.number++)
		letters_put(&b, &l);
	put_task(&b);
	letters_end(&b);
	reply(r, &b, 200);
	buf_clear(&b);
}

/* --- the agent's side --------------------------------------------------------- */

static inline void
on_retell(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	retold++;
}

static inline void
on_renew(void *arg)
{
	(void)arg;
	renewed++;
}

static inline uint64_t
on_held(void *arg)
{
	(void)arg;
	return held;
}

static inline void
on_trouble(void *arg, struct buf *b)
{
	(void)arg;
	buf_text(b, trouble);
}

static inline void
on_health(void *arg, struct health *h)
{
	(void)arg;
	*h = (struct health){ .told = true, .beat = 5000, .sources = 2 };
}

static inline bool
on_is_settled(void *arg)
{
	(void)arg;
	return settled;
}

static inline void
on_look(void *arg, struct span source, struct span path)
{
	(void)arg;
	(void)source;
	(void)path;
}

static inline void
on_rescan(void *arg)
{
	(void)arg;
}

static inline void
on_pause(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

static inline void
on_want(void *arg, struct span words)
{
	(void)arg;
	snprintf(wanted, sizeof(wanted), "%.*s", SPAN_ARGS(words));
}

static inline void
on_task(void *arg, const struct vantage_task *t, int64_t now)
{
	(void)arg;
	(void)now;
	snprintf(acted, sizeof(acted), "%.*s %llu %lld", SPAN_ARGS(t->url),
	    (unsigned long long)t->number, (long long)t->until);
	acts++;
}

static inline void
on_looked(void *arg, struct vantage_answer *a)
{
	(void)arg;
	*a = looked;
}

static inline bool
on_act(void *arg, const struct letter *l)
{
	(void)arg;
	snprintf(acted, sizeof(acted), "%.*s %llu", SPAN_ARGS(l->kind),
	    (unsigned long long)l->number);
	acts++;
	return may_act;
}

static inline int64_t
on_rest(void *arg)
{
	(void)arg;
	return rest;
}

static inline void
start(void)
{
	struct push_host host = { .base = base, .store = store,
	    .line = &line, .beat = 100, .prove_every = 3600000,
	    .instance = INSTANCE, .retell = on_retell, .renew = on_renew,
	    .held = on_held, .trouble = on_trouble, .health = on_health,
	    .is_settled = on_is_settled,
	    .look = on_look, .rescan = on_rescan, .pause = on_pause };

	if (looked.task != 0)
		host.looked = on_looked;
	host.fetch = fetch = fetch_new(base, "test");
	push = push_new(&host);
}

static inline struct inbox *
open_inbox(void)
{
	struct inbox_host host = { .base = base, .store = store,
	    .fetch = fetch, .line = &line, .instance = INSTANCE,
	    .want = on_want, .act = on_act, .look = on_task,
	    .rest = on_rest };

	return inbox_new(&host);
}

static inline void
stop(void)
{
	push_free(push);
	fetch_free(fetch);
}

static inline void
set_up(void)
{
	char url[64];
	struct buf why;

	log_sink(no_log);
	kit_make_dir();
	memset(&hub, 0, sizeof(hub));
	hub.credit = 1u << 20;
	retold = renewed = acts = 0;
	held = 0;
	trouble = "";
	settled = may_act = true;
	rest = 0;
	looked = (struct vantage_answer){ .task = 0 };
	wanted[0] = acted[0] = '\0';
	base = event_base_new();
	snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    http_open("127.0.0.1", 0));
	evhttp_set_cb(http, "/v1/changes", on_changes, NULL);
	evhttp_set_cb(http, "/v1/letters", on_letters, NULL);
	buf_init(&why, 4096);
	ck_assert_msg(line_init(&line, url, kit_dir, &why), "%s",
	    buf_cstr(&why));
	store = kit_open(KIT_LIMIT);
}

static inline void
tear_down(void)
{
	store_close(store);
	line_clear(&line);
	http_close();
	event_base_free(base);
	clock_release();
	kit_remove_dir();
}

static inline uint64_t
waiting(void)
{
	return spool_waiting(store_meta(store));
}

static inline void
tell_many(int from, int to)
{
	char path[32];

	for (int i = from; i < to; i++) {
		snprintf(path, sizeof(path), "%d.html", i);
		(void)kit_tell(store, path, 1);
	}
	push_kick(push);
}

static inline bool
status_has(const char *member, const char *text)
{
	json_t *o = push_status(push);
	const char *s = json_string_value(json_object_get(o, member));
	bool yes = s != NULL && strstr(s, text) != NULL;

	json_decref(o);
	return yes;
}

#endif
