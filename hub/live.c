#include "hub/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/seldom.h"
#include "hub/share.h"

#define LOOK_MS 250
#define BEAT_MS 10000
#define SUMS_MS 5000
#define LIFE_MS 300000		/* of a stream */
#define EVENT_MAX (4u << 20)
#define RETRY_MS 3000		/* what a browser waits to come again */
#define AGAIN 30		/* s, what who is refused is told to wait */
#define SECONDS 60
#define NEWS "event: news\ndata: 1\n\n"

struct client {
	struct http_request *request;	/* NULL: this place is free */
	uint64_t seen;			/* the overview's version */
	int64_t until;			/* ms, mono */
	uint64_t who;			/* share_who() */
};

struct live {
	struct overview *overview;
	const struct live_calls *calls;
	void *arg;
	struct event *tick;
	struct client *client;
	size_t most, clients;
	struct share *share;
	struct seldom full;
	uint64_t news;
	int64_t beat, sums;		/* ms, mono: the last one */
	uint64_t summed;		/* the version of the last sums */
	struct buf event;
	uint64_t taken[SECONDS];	/* the counter, by second */
	int64_t second;
};

/* --- how much is taken --------------------------------------------------------- */

static void
sample(struct live *l)
{
	int64_t now = clock_mono() / 1000;
	uint64_t taken = stats_get(COUNTER_TAKEN_CHANGES);

	if (l->second == 0)
		for (size_t i = 0; i < SECONDS; i++)
			l->taken[i] = taken;
	else if (now - l->second > SECONDS)
		l->second = now - SECONDS;
	for (; l->second != 0 && l->second < now; l->second++)
		l->taken[(l->second + 1) % SECONDS] = taken;
	l->second = now;
}

uint64_t
live_taken(const struct live *l)
{
	uint64_t now = stats_get(COUNTER_TAKEN_CHANGES);
	uint64_t then = l->taken[(l->second + 1) % SECONDS];

	return now > then ? now - then : 0;
}

/* --- events -------------------------------------------------------------------- */

/* What is told so far. */
static void
put_id(struct live *l)
{
	const struct live_mark m = { l->overview->version, l->news };

	buf_text(&l->event, "id: ");
	live_mark_put(&l->event, &m);
	buf_text(&l->event, "\n");
}

/* Whose page hasn't the sites that there are reads it anew. */
static void
put_cells(struct live *l, uint64_t after)
{
	const struct overview *o = l->overview;
	struct buf *b = &l->event;
	const char *mark = "";

	if (after != 0 && after < o->epoch)
		buf_text(b, "event: sites\ndata: 1\n\n");
	buf_text(b, "event: cells\n");
	put_id(l);
	buf_text(b, "data: [");
	for (size_t i = 0; i < o->count; i++) {
		const struct overview_site *s = &o->site[i];

		if (s->changed <= after)
			continue;
		buf_printf(b, "%s[\"%s\",\"%s\",%" PRId64 "]", mark, s->code,
		    cell_name(s->cell), s->since);
		mark = ",";
	}
	buf_text(b, "]\n\n");
}

static void
put_sums(struct live *l)
{
	const struct overview *o = l->overview;
	uint64_t journal = stats_get(COUNTER_JOURNAL_PLACE);
	uint64_t view = stats_get(COUNTER_VIEW_PLACE);
	struct buf *b = &l->event;

	buf_text(b, "event: sums\n");
	put_id(l);
	buf_text(b, "data: {");
	for (int c = 0; c < CELL_STATES; c++)
		buf_printf(b, "\"%s\":%zu,", cell_name((enum cell_state)c),
		    o->by_state[c]);
	buf_printf(b, "\"wrong\":%zu,", overview_wrong(o));
	buf_printf(b, "\"sites\":%zu,\"taken\":%" PRIu64 ",\"lag\":%" PRIu64
	    "}\n\n", o->count, live_taken(l), journal > view ?
	    journal - view : 0);
}

static void
push(struct live *l, struct client *c)
{
	struct buf *b = &l->event;

	if (c->request != NULL && b->n > 0 && (b->bad ||
	    !l->calls->may(l->arg, c->request) ||
	    !http_push(c->request, buf_look(b))))
		http_conn_drop(http_conn_of(c->request));
}

static void
push_all(struct live *l)
{
	for (size_t i = 0; i < l->most; i++)
		push(l, &l->client[i]);
}

/* To those who have seen this much; most have seen the same. */
static void
tell_cells(struct live *l)
{
	uint64_t version = l->overview->version, last = 0;

	buf_reset(&l->event);
	for (size_t i = 0; i < l->most; i++) {
		struct client *c = &l->client[i];

		if (c->request == NULL || c->seen >= version)
			continue;
		if (l->event.n == 0 || c->seen != last) {
			buf_reset(&l->event);
			put_cells(l, c->seen);
			last = c->seen;
		}
		push(l, c);
		c->seen = version;
	}
}

static void
tell_rest(struct live *l, uint64_t news)
{
	int64_t now = clock_mono();

	buf_reset(&l->event);
	if (l->news != news)
		buf_text(&l->event, NEWS);
	l->news = news;
	if (l->summed != l->overview->version || now - l->sums >= SUMS_MS) {
		put_sums(l);
		l->sums = now;
		l->summed = l->overview->version;
	}
	if (now - l->beat >= BEAT_MS) {
		buf_text(&l->event, "event: beat\ndata: 1\n\n");
		l->beat = now;
	}
	if (l->event.n > 0)
		push_all(l);
}

static void
end_old(struct live *l)
{
	int64_t now = clock_mono();

	for (size_t i = 0; i < l->most; i++)
		if (l->client[i].request != NULL &&
		    l->client[i].until <= now)
			http_conn_drop(http_conn_of(l->client[i].request));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct live *l = arg;
	uint64_t news;

	(void)fd, (void)what;
	sample(l);
	if (l->clients == 0)
		return;
	news = l->calls->look(l->arg);
	tell_cells(l);
	tell_rest(l, news);
	end_old(l);
}

/* --- clients -------------------------------------------------------------------- */

static struct client *
find(struct live *l, const struct http_request *r)
{
	for (size_t i = 0; i < l->most; i++)
		if (l->client[i].request == r)
			return &l->client[i];
	return NULL;
}

static void
refuse(struct live *l, struct http_request *r, struct span address)
{
	uint64_t due = seldom_due(&l->full);
	char at[LOG_QUOTE_MAX];

	stats_add(COUNTER_WEB_LIVE_REFUSED, 1);
	if (due > 0)
		log_warn("live=%zu of web_live=%zu pages; refused=%" PRIu64
		    " last=%s: they look once a minute", l->clients, l->most,
		    due, log_quote(at, address.at, address.n));
	http_retry(r, AGAIN);
	http_refuse(r, 503, "as many pages are live as may be: look again "
	    "in a while");
}

static void
count(struct live *l, size_t clients)
{
	l->clients = clients;
	stats_set(COUNTER_WEB_LIVE, clients);
}

/* What was news between his page and this he hears now, and only what comes
 * after it with the others. */
static void
greet(struct live *l, struct client *c, uint64_t news)
{
	buf_reset(&l->event);
	buf_printf(&l->event, "retry: %d\n\n", RETRY_MS);
	if (news != 0 && news != l->news)
		buf_text(&l->event, NEWS);
	if (c->seen < l->overview->version)
		put_cells(l, c->seen);
	c->seen = l->overview->version;
	put_sums(l);
	push(l, c);
}

void
live_open(struct live *l, struct http_request *r, struct span address,
    const struct live_mark *after)
{
	uint64_t who = share_who_said(address);
	struct client *c;

	if (!share_take(l->share, who)) {
		refuse(l, r, address);
		return;
	}
	c = find(l, NULL);
	must(c != NULL);
	http_set(r, "Cache-Control", "no-store");
	http_set(r, "X-Accel-Buffering", "no");	/* nginx would wait for more */
	http_stream(r, "text/event-stream");
	if (l->clients == 0)
		l->news = l->calls->look(l->arg);
	count(l, l->clients + 1);
	*c = (struct client){ .request = r, .who = who, .seen = after->version,
	    .until = clock_mono() + LIFE_MS };
	greet(l, c, after->news);
}

void
live_end(struct live *l, struct http_request *r)
{
	struct client *c = find(l, r);

	if (c == NULL)
		return;
	c->request = NULL;
	share_give(l->share, c->who);
	count(l, l->clients - 1);
}

struct live *
live_new(struct event_base *base, struct overview *o, size_t most,
    const struct live_calls *calls, void *arg)
{
	const struct timeval every = { .tv_usec = LOOK_MS * 1000 };
	struct live *l = mem_new(sizeof(*l));

	l->overview = o;
	l->calls = calls;
	l->arg = arg;
	l->most = most;
	l->client = mem_new(most * sizeof(*l->client));
	l->share = share_new(most);
	count(l, 0);
	sample(l);
	buf_init(&l->event, EVENT_MAX);
	l->tick = event_new(base, -1, EV_PERSIST, on_tick, l);
	must(l->tick != NULL);
	event_add(l->tick, &every);
	return l;
}

void
live_free(struct live *l)
{
	if (l == NULL)
		return;
	event_free(l->tick);
	buf_clear(&l->event);
	share_free(l->share);
	free(l->client);
	free(l);
}
