/*
 * Push and inbox against a hub of a few lines that misbehaves on demand.
 */
#include "tests/unit/agent/storekit.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <netinet/in.h>

#include "agent/inbox.h"
#include "agent/push.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/features.h"
#include "protocol/letter.h"

#define PATIENCE 8000		/* ms */
#define INSTANCE 4711

/* What the hub has, and how it answers next. */
static struct {
	uint64_t incarnation, taken;
	uint64_t batches, changes;	/* that came, also twice */
	enum verdict verdict;		/* instead of what is right; or 0 */
	int times;			/* … that often; -1 for ever */
	int status;			/* HTTP, instead of 200; or 0 */
	bool silent;			/* takes it and doesn't answer */
	uint64_t credit;
	uint64_t largest;		/* body, in bytes */
	uint64_t letters;
	uint64_t asked_after;
	unsigned asks;			/* for letters */
	bool needs_snapshot;
	uint64_t held;
	struct health health;
	char trouble[2048];
	const char *want, *cause;	/* in answers; NULL: none */
	const char *letters_want;
	const char *letter_kind;
	bool proves;			/* its features say so */
} hub;

static struct event_base *base;
static struct evhttp *http;
static struct store *store;
static struct fetch *fetch;
static struct push *push;
static struct inbox *inbox;
static struct line line;
static int retold, renewed, acts;
static uint64_t held;
static const char *trouble;
static bool settled, may_act;
static int64_t rest;
static char wanted[64], acted[64];

/* --- the hub ----------------------------------------------------------------- */

static uint64_t first_seq;

static void
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
	snprintf(hub.trouble, sizeof(hub.trouble), "%.*s",
	    SPAN_ARGS(h->trouble));
	ck_assert_uint_eq(h->instance, INSTANCE);
	ck_assert(answer_has_word(h->features, FEATURE_RECONCILE));
}

static void
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

static void
reply(struct evhttp_request *r, const struct buf *b, int status)
{
	struct evbuffer *out = evbuffer_new();

	evbuffer_add(out, b->at, b->n);
	evhttp_send_reply(r, status, "", out);
	evbuffer_free(out);
}

static void
answer(struct evhttp_request *r, enum verdict right)
{
	struct complaint odd = { .seq = 1, .url = SPAN("http://x.test/"),
	    .why = SPAN("held: not a domain of this site") };
	struct answer a = {
		.verdict = hub.verdict != 0 ? hub.verdict : right,
		.incarnation = hub.incarnation, .taken = hub.taken,
		.expected = hub.taken + 1, .credit = hub.credit,
		.now = clock_wall() + 90000, .reason = SPAN("because"),
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

static void
on_changes(struct evhttp_request *r, void *arg)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(r);
	size_t n = evbuffer_get_length(in);
	struct changelist *l = changelist_new(on_head, on_change, NULL);

	(void)arg;
	if (n > hub.largest)
		hub.largest = n;
	hub.batches++;
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

static void
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
	letters_end(&b);
	reply(r, &b, 200);
	buf_clear(&b);
}

/* --- the agent's side --------------------------------------------------------- */

static void
on_retell(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	retold++;
}

static void
on_renew(void *arg)
{
	(void)arg;
	renewed++;
}

static uint64_t
on_held(void *arg)
{
	(void)arg;
	return held;
}

static void
on_trouble(void *arg, struct buf *b)
{
	(void)arg;
	buf_text(b, trouble);
}

static void
on_health(void *arg, struct health *h)
{
	(void)arg;
	*h = (struct health){ .told = true, .beat = 5000, .sources = 2 };
}

static bool
on_is_settled(void *arg)
{
	(void)arg;
	return settled;
}

static void
on_look(void *arg, struct span source, struct span path)
{
	(void)arg;
	(void)source;
	(void)path;
}

static void
on_rescan(void *arg)
{
	(void)arg;
}

static void
on_pause(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

static void
on_want(void *arg, struct span words)
{
	(void)arg;
	snprintf(wanted, sizeof(wanted), "%.*s", SPAN_ARGS(words));
}

static bool
on_act(void *arg, const struct letter *l)
{
	(void)arg;
	snprintf(acted, sizeof(acted), "%.*s %llu", SPAN_ARGS(l->kind),
	    (unsigned long long)l->number);
	acts++;
	return may_act;
}

static int64_t
on_rest(void *arg)
{
	(void)arg;
	return rest;
}

static void
no_log(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

static void
start(void)
{
	struct push_host host = { .base = base, .store = store,
	    .line = &line, .beat = 100, .prove_every = 3600000,
	    .instance = INSTANCE, .retell = on_retell, .renew = on_renew,
	    .held = on_held, .trouble = on_trouble, .health = on_health,
	    .is_settled = on_is_settled,
	    .look = on_look, .rescan = on_rescan, .pause = on_pause };

	host.fetch = fetch = fetch_new(base, "test");
	push = push_new(&host);
}

static struct inbox *
open_inbox(void)
{
	struct inbox_host host = { .base = base, .store = store,
	    .fetch = fetch, .line = &line, .instance = INSTANCE,
	    .want = on_want, .act = on_act, .rest = on_rest };

	return inbox_new(&host);
}

static void
stop(void)
{
	push_free(push);
	fetch_free(fetch);
}

static void
set_up(void)
{
	struct evhttp_bound_socket *s;
	struct sockaddr_in at;
	socklen_t n = sizeof(at);
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
	wanted[0] = acted[0] = '\0';
	base = event_base_new();
	http = evhttp_new(base);
	evhttp_set_cb(http, "/v1/changes", on_changes, NULL);
	evhttp_set_cb(http, "/v1/letters", on_letters, NULL);
	s = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	ck_assert_ptr_nonnull(s);
	getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&at, &n);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(at.sin_port));
	buf_init(&why, 4096);
	ck_assert_msg(line_init(&line, url, kit_dir, &why), "%s",
	    buf_cstr(&why));
	store = kit_open(KIT_LIMIT);
}

static void
tear_down(void)
{
	store_close(store);
	line_clear(&line);
	evhttp_free(http);
	event_base_free(base);
	clock_release();
	kit_remove_dir();
}

static void
turn_loop(int ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	event_base_loopexit(base, &tv);
	event_base_dispatch(base);
}

#define WAIT_FOR(cond) do {						\
	int64_t wait_start = clock_mono();				\
	while (!(cond)) {						\
		ck_assert_msg(clock_mono() - wait_start < PATIENCE,	\
		    "waited in vain for %s", #cond);			\
		turn_loop(5);						\
	}								\
} while (0)

static uint64_t
waiting(void)
{
	return spool_waiting(store_meta(store));
}

static void
tell_many(int from, int to)
{
	char path[32];

	for (int i = from; i < to; i++) {
		snprintf(path, sizeof(path), "%d.html", i);
		(void)kit_tell(store, path, 1);
	}
	push_kick(push);
}

static bool
status_has(const char *member, const char *text)
{
	json_t *o = push_status(push);
	const char *s = json_string_value(json_object_get(o, member));
	bool yes = s != NULL && strstr(s, text) != NULL;

	json_decref(o);
	return yes;
}

/* --- the tests ------------------------------------------------------------------ */

START_TEST(test_taken)
{
	json_t *o;
	int64_t begin;

	start();
	WAIT_FOR(push_is_well(push));
	begin = clock_mono();
	tell_many(0, 1);
	WAIT_FOR(waiting() == 0);
	ck_assert_int_lt(clock_mono() - begin, 100);
	tell_many(1, 2500);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_eq(hub.taken, 2500);
	ck_assert_uint_eq(hub.changes, 2500);
	o = push_status(push);
	ck_assert_int_ge(json_integer_value(json_object_get(o, "skew_ms")),
	    89000);
	json_decref(o);
	/* With nothing to tell the hub hears a beat. */
	WAIT_FOR(hub.batches > 6);
	ck_assert_uint_eq(hub.changes, 2500);
	kit_is_whole(store);
	stop();
}
END_TEST

/* Only a hub that knows what it is hears of it; and goes on hearing. */
START_TEST(test_health)
{
	start();
	WAIT_FOR(hub.batches > 2);
	ck_assert(!hub.health.told);
	hub.proves = true;		/* a hub of today, from now on */
	WAIT_FOR(hub.health.told);
	ck_assert_uint_eq(hub.health.beat, 5000);
	ck_assert_uint_eq(hub.health.sources, 2);
	push_free(push);
	fetch_free(fetch);
	hub.health.told = false;
	hub.batches = 0;
	start();			/* it is kept what the hub can */
	WAIT_FOR(hub.batches == 1);
	ck_assert(hub.health.told);
	stop();
}
END_TEST

/* For how long it has not answered. */
START_TEST(test_unheard)
{
	start();
	WAIT_FOR(push_is_well(push));
	turn_loop(400);			/* beats */
	ck_assert_int_lt(push_unheard(push), 350);
	evhttp_del_cb(http, "/v1/changes");	/* something else is there */
	turn_loop(1000);
	ck_assert_int_ge(push_unheard(push), 800);
	evhttp_set_cb(http, "/v1/changes", on_changes, NULL);
	WAIT_FOR(push_unheard(push) < 300);
	stop();
}
END_TEST

START_TEST(test_credit)
{
	hub.credit = 20000;
	start();
	WAIT_FOR(push_is_well(push));
	hub.largest = 0;
	tell_many(0, 500);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_le(hub.largest, 20000);
	ck_assert_uint_eq(hub.taken, 500);
	stop();
}
END_TEST

/* The answer is lost: the hub has it, and gets it again. */
START_TEST(test_lost_answer)
{
	start();
	WAIT_FOR(push_is_well(push));
	hub.silent = true;
	tell_many(0, 10);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_eq(hub.taken, 10);
	ck_assert_uint_eq(hub.changes, 20);
	WAIT_FOR(push_is_well(push));
	stop();
}
END_TEST

static void
goes_on_after(enum verdict verdict, int status, const char *word)
{
	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = verdict;
	hub.status = status;
	hub.times = 2;
	tell_many(0, 10);
	WAIT_FOR(status_has("trouble", word));
	ck_assert_uint_eq(waiting(), 10);
	WAIT_FOR(waiting() == 0);
	WAIT_FOR(push_is_well(push));
	ck_assert_uint_eq(hub.taken, 10);
	stop();
}

START_TEST(test_busy)
{
	goes_on_after(VERDICT_BUSY, 503, "busy");
}
END_TEST

static void
stops_at(enum verdict verdict, const char *word)
{
	uint64_t batches;

	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = verdict;
	hub.times = -1;
	tell_many(0, 3);
	WAIT_FOR(status_has("trouble", word));
	ck_assert(status_has("trouble", "because"));
	ck_assert(status_has("step", "stop"));
	ck_assert(!push_is_well(push));
	batches = hub.batches;
	turn_loop(500);
	ck_assert_uint_eq(hub.batches, batches);
	ck_assert_uint_eq(waiting(), 3);
	stop();
}

START_TEST(test_forked)
{
	stops_at(VERDICT_FORKED, "forked");
}
END_TEST

START_TEST(test_blocked)
{
	stops_at(VERDICT_BLOCKED, "blocked");
}
END_TEST

START_TEST(test_bad)
{
	stops_at(VERDICT_BAD, "can't read");
}
END_TEST

/* A hub restored from a backup: it gets again what it lost. */
START_TEST(test_amnesia)
{
	start();
	tell_many(0, 50);
	WAIT_FOR(waiting() == 0);
	hub.taken = 20;
	WAIT_FOR(hub.taken == 50);
	WAIT_FOR(waiting() == 0);
	ck_assert_uint_eq(hub.changes, 80);
	ck_assert_int_eq(retold, 0);
	kit_is_whole(store);
	stop();
}
END_TEST

static bool
trim_all(struct store_txn *t, void *arg)
{
	(void)arg;
	while (spool_trim(t, clock_wall(), 1000))
		;
	return true;
}

/* … and what is no longer in the spool is told from the start. */
START_TEST(test_amnesia_past_the_spool)
{
	clock_set(1000000000000, clock_mono());
	start();
	tell_many(0, 50);
	clock_release();
	WAIT_FOR(waiting() == 0);
	ck_assert_int_eq(store_do(store, trim_all, NULL), STORE_DONE);
	ck_assert_uint_eq(store_meta(store)->first, 51);
	hub.taken = 20;
	WAIT_FOR(retold > 0);
	ck_assert(store_meta(store)->needs_snapshot);
	stop();
}
END_TEST

/* The push asks again, so long after the test began. */
static void
ask_after(int64_t began, int64_t ms)
{
	uint64_t batches = hub.batches;

	clock_set(clock_wall(), began + ms);
	push_restart(push);
	for (int n = 0; n < 100 && hub.batches == batches; n++)
		turn_loop(20);
	turn_loop(50);
	clock_release();
}

/* The hub knows more of this incarnation than we do: our store went back. That
 * is mended once; if it comes again there are two of us, for the next hour. */
START_TEST(test_copy)
{
	int64_t began = clock_mono();

	start();
	tell_many(0, 5);
	WAIT_FOR(waiting() == 0);
	hub.taken = 9;
	WAIT_FOR(retold == 1);
	WAIT_FOR(status_has("trouble", "another copy"));
	ck_assert(status_has("step", "stop"));
	ck_assert_int_eq(retold, 1);
	ask_after(began, 40 * 60000);
	ck_assert_int_eq(retold, 1);
	ask_after(began, 61 * 60000);
	ck_assert_int_eq(retold, 2);
	stop();
}
END_TEST

START_TEST(test_complaints)
{
	json_t *o, *c;

	(void)kit_tell(store, "a", 1);
	start();
	WAIT_FOR(waiting() == 0);
	o = push_status(push);
	c = json_array_get(json_object_get(o, "complaints"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(c, "why")),
	    "held: not a domain of this site");
	json_decref(o);
	stop();
}
END_TEST

/* No hub at all, then one. */
START_TEST(test_no_hub)
{
	struct line good = line, bad = line;

	bad.hub = (char *)(uintptr_t)"http://127.0.0.1:1";
	line = bad;
	start();
	tell_many(0, 3);
	WAIT_FOR(status_has("trouble", "onnect"));
	line = good;
	WAIT_FOR(waiting() == 0);
	stop();
}
END_TEST

START_TEST(test_letters)
{
	struct store_txn *t;
	json_t *list;

	fetch = fetch_new(base, "test");
	inbox = open_inbox();
	hub.letters = 3;
	WAIT_FOR(store_meta(store)->letters == 3);
	WAIT_FOR(hub.asked_after == 3);
	inbox_free(inbox);
	t = store_look(store);
	list = inbox_list(t, 100);
	ck_assert_uint_eq(json_array_size(list), 3);
	ck_assert_str_eq(json_string_value(json_object_get(
	    json_array_get(list, 2), "text")), "hello");
	json_decref(list);
	store_end(t);
	/* Started again it asks after the last one that it has. */
	hub.asked_after = 0;
	hub.letters = 4;
	inbox = open_inbox();
	WAIT_FOR(store_meta(store)->letters == 4);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* --- causes and wants --------------------------------------------------------- */

/* Each cause has a sentence of its own, and its pace. */
START_TEST(test_causes)
{
	static const struct {
		enum verdict verdict;
		const char *cause, *words;
		int64_t least, most;	/* ms that the hub is left alone */
	} cases[] = {
		{ VERDICT_BLOCKED, "blocked", "for now", 0, 0 },
		{ VERDICT_BLOCKED, "retired", "for good", 43200000,
		    86400000 },
		{ VERDICT_BLOCKED, "reissued", "another key", 1800000,
		    3600000 },
		{ VERDICT_BLOCKED, "unknown", "no such site", 0, 0 },
		{ VERDICT_BLOCKED, "quarantined", "expired", 0, 0 },
		{ VERDICT_BLOCKED, "odd", "has blocked this site", 0, 0 },
		{ VERDICT_FORKED, "content", "other changes", 0, 0 },
		{ VERDICT_FORKED, "instance", "two agents", 0, 0 },
		{ VERDICT_FORKED, "behind", "went back", 0, 0 },
		{ VERDICT_FORKED, "settled", "kept the other", 0, 0 },
		{ VERDICT_BAD, NULL, "can't read", 0, 0 },
	};

	hub.times = -1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hub.verdict = cases[i].verdict;
		hub.cause = cases[i].cause;
		start();
		WAIT_FOR(status_has("step", "stop"));
		ck_assert_msg(status_has("trouble", cases[i].words),
		    "%s lacks %s", cases[i].cause, cases[i].words);
		ck_assert(status_has("trouble", "because"));
		if (cases[i].cause != NULL)
			ck_assert(status_has("cause", cases[i].cause));
		ck_assert_int_ge(push_rest(push), cases[i].least);
		ck_assert_int_le(push_rest(push), cases[i].most);
		stop();
	}
}
END_TEST

/* An agent that was settled away doesn't ask any more; one that is told that
 * it is kept goes on, whatever the verdict. */
START_TEST(test_settled)
{
	uint64_t batches;

	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = VERDICT_FORKED;
	hub.cause = "settled";
	hub.times = -1;
	WAIT_FOR(status_has("step", "stop"));
	batches = hub.batches;
	turn_loop(400);
	ck_assert_uint_eq(hub.batches, batches);
	ck_assert_int_eq(retold, 0);
	/* Not even when the hub wants something; a person can. */
	push_want(push, SPAN("prove"));
	turn_loop(100);
	ck_assert_uint_eq(hub.batches, batches);
	hub.verdict = VERDICT_BUSY;
	hub.want = "retell renew";
	push_restart(push);
	WAIT_FOR(retold == 1);
	ck_assert_int_ge(renewed, 1);
	/* It is said until the hub has heard of it; once is enough. */
	batches = hub.batches;
	WAIT_FOR(hub.batches > batches + 1);
	ck_assert_int_eq(retold, 1);
	stop();
}
END_TEST

START_TEST(test_batch)
{
	held = 77;
	start();
	WAIT_FOR(push_is_well(push));
	ck_assert_uint_eq(hub.held, 77);
	ck_assert_str_eq(hub.trouble, "");
	stop();
}
END_TEST

/* What is the matter goes along, cut to what a batch may say; a kick is
 * enough for it, and the hub hears when it is over. */
START_TEST(test_trouble)
{
	char *most = calloc(3000, 1);

	memset(most, 'x', 2999);
	trouble = "source web: some directories can't be read";
	start();
	WAIT_FOR(push_is_well(push));
	ck_assert_str_eq(hub.trouble, trouble);
	trouble = most;
	push_kick(push);
	WAIT_FOR(strlen(hub.trouble) == 1024);
	trouble = "";
	push_kick(push);
	WAIT_FOR(hub.trouble[0] == '\0');
	stop();
	free(most);
}
END_TEST

/* The hub's reason is said while it is busy. */
START_TEST(test_busy_why)
{
	start();
	WAIT_FOR(push_is_well(push));
	hub.verdict = VERDICT_BUSY;
	hub.times = 2;
	WAIT_FOR(status_has("trouble", "because"));
	WAIT_FOR(push_is_well(push));
	stop();
}
END_TEST

/* --- what letters ask for -------------------------------------------------------- */

static uint64_t
acted_on(void)
{
	struct store_txn *t = store_look(store);
	uint64_t n = inbox_acted(t);

	store_end(t);
	return n;
}

/* Once each, also over a restart, and tried again when it could not be. */
START_TEST(test_acts)
{
	fetch = fetch_new(base, "test");
	inbox = open_inbox();
	hub.letters = 2;
	hub.letter_kind = "release";
	WAIT_FOR(acted_on() == 2);
	ck_assert_int_eq(acts, 2);
	ck_assert_str_eq(acted, "release 2");
	inbox_free(inbox);
	inbox = open_inbox();
	WAIT_FOR(hub.asked_after == 2);
	ck_assert_int_eq(acts, 2);
	may_act = false;
	hub.letters = 3;
	WAIT_FOR(acts >= 3);
	ck_assert_uint_eq(acted_on(), 2);
	inbox_free(inbox);
	acts = 0;
	/* It ended before it could: the next start does it. */
	may_act = true;
	inbox = open_inbox();
	ck_assert_int_eq(acts, 1);
	ck_assert_uint_eq(acted_on(), 3);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* A hub that was restored from a backup writes other letters under numbers
 * that were used: they are news; those that are the same are not. */
START_TEST(test_letters_again)
{
	fetch = fetch_new(base, "test");
	hub.letters = 5;
	hub.letter_kind = "release";
	inbox = open_inbox();
	WAIT_FOR(acted_on() == 5);
	acts = 0;
	hub.letters = 3;
	hub.letter_kind = "refuse";
	inbox_free(inbox);
	inbox = open_inbox();
	WAIT_FOR(acts == 3);
	ck_assert_str_eq(acted, "refuse 3");
	ck_assert_uint_eq(acted_on(), 3);
	hub.letters = 2;
	inbox_free(inbox);
	inbox = open_inbox();
	WAIT_FOR(store_meta(store)->letters == 2);
	turn_loop(100);
	ck_assert_int_eq(acts, 3);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

START_TEST(test_letters_want)
{
	fetch = fetch_new(base, "test");
	hub.letters_want = "prove renew";
	rest = 60000;
	inbox = open_inbox();
	turn_loop(500);
	ck_assert_str_eq(wanted, "");	/* the hub is left alone */
	inbox_free(inbox);
	rest = 0;
	inbox = open_inbox();
	WAIT_FOR(strcmp(wanted, "prove renew") == 0);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

/* A hub that wants something may want more at once; one that never stops
 * wanting isn't asked all the time. */
START_TEST(test_letters_want_again)
{
	fetch = fetch_new(base, "test");
	hub.letters_want = "prove";
	inbox = open_inbox();
	WAIT_FOR(hub.asks >= 3);
	turn_loop(1500);
	ck_assert_uint_le(hub.asks, 11);
	inbox_free(inbox);
	hub.letters_want = "";
	hub.asks = 0;
	inbox = open_inbox();
	turn_loop(1500);
	ck_assert_uint_eq(hub.asks, 1);
	inbox_free(inbox);
	fetch_free(fetch);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/push");
	TCase *t = tcase_create("push");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_taken);
	tcase_add_test(t, test_health);
	tcase_add_test(t, test_unheard);
	tcase_add_test(t, test_credit);
	tcase_add_test(t, test_lost_answer);
	tcase_add_test(t, test_busy);
	tcase_add_test(t, test_forked);
	tcase_add_test(t, test_blocked);
	tcase_add_test(t, test_bad);
	tcase_add_test(t, test_amnesia);
	tcase_add_test(t, test_amnesia_past_the_spool);
	tcase_add_test(t, test_copy);
	tcase_add_test(t, test_complaints);
	tcase_add_test(t, test_no_hub);
	tcase_add_test(t, test_letters);
	tcase_add_test(t, test_causes);
	tcase_add_test(t, test_settled);
	tcase_add_test(t, test_batch);
	tcase_add_test(t, test_trouble);
	tcase_add_test(t, test_busy_why);
	tcase_add_test(t, test_acts);
	tcase_add_test(t, test_letters_again);
	tcase_add_test(t, test_letters_want);
	tcase_add_test(t, test_letters_want_again);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
