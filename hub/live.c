#include "hub/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"

#define LOOK_MS 250
#define BEAT_MS 10000
#define SUMS_MS 5000
#define LIFE_MS 300000		/* of a stream */
#define EVENT_MAX (4u << 20)
#define RETRY_MS 3000		/* what a browser waits to come again */
#define SECONDS 60

struct client {
	struct http_request *request;	/* NULL: this place is free */
	uint64_t seen;			/* the overview's version */
	int64_t until;			/* ms, mono */
};

struct live {
	struct overview *overview;
	live_look_fn *look;
	void *arg;
	struct event *tick;
	struct client client[LIVE_CLIENTS];
	size_t clients;
	uint64_t news, epoch;
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

static void
put_cells(struct live *l, uint64_t after)
{
	const struct overview *o = l->overview;
	struct buf *b = &l->event;
	const char *mark = "";

	buf_printf(b, "event: cells\nid: %" PRIu64 "\ndata: [", o->version);
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

	buf_printf(b, "event: sums\nid: %" PRIu64 "\ndata: {", o->version);
	for (int c = 0; c < CELL_STATES; c++)
		buf_printf(b, "\"%s\":%zu,", cell_name((enum cell_state)c),
		    o->by_state[c]);
	buf_printf(b, "\"wrong\":%zu,", overview_wrong(o));
	buf_printf(b, "\"sites\":%zu,\"taken\":%" PRIu64 ",\"lag\":%" PRIu64
	    "}\n\n", o->count, live_taken(l), journal > view ?
	    journal - view : 0);
}

static void
push(struct client *c, const struct buf *b)
{
	if (c->request != NULL && b->n > 0 &&
	    (b->bad || !http_push(c->request, buf_look(b))))
		http_conn_drop(http_conn_of(c->request));
}

static void
push_all(struct live *l)
{
	for (size_t i = 0; i < LIVE_CLIENTS; i++)
		push(&l->client[i], &l->event);
}

/* To those who have seen this much; most have seen the same. */
static void
tell_cells(struct live *l)
{
	uint64_t version = l->overview->version, last = 0;

	buf_reset(&l->event);
	for (size_t i = 0; i < LIVE_CLIENTS; i++) {
		struct client *c = &l->client[i];

		if (c->request == NULL || c->seen >= version)
			continue;
		if (l->event.n == 0 || c->seen != last) {
			buf_reset(&l->event);
			put_cells(l, c->seen);
			last = c->seen;
		}
		push(c, &l->event);
		c->seen = version;
	}
}

static void
tell_rest(struct live *l, uint64_t news)
{
	int64_t now = clock_mono();

	buf_reset(&l->event);
	if (l->epoch != l->overview->epoch)
		buf_text(&l->event, "event: sites\ndata: 1\n\n");
	if (l->news != news)
		buf_text(&l->event, "event: news\ndata: 1\n\n");
	if (l->summed != l->overview->version || now - l->sums >= SUMS_MS) {
		put_sums(l);
		l->sums = now;
		l->summed = l->overview->version;
	}
	if (now - l->beat >= BEAT_MS) {
		buf_text(&l->event, "event: beat\ndata: 1\n\n");
		l->beat = now;
	}
	l->epoch = l->overview->epoch;
	l->news = news;
	if (l->event.n > 0)
		push_all(l);
}

static void
end_old(struct live *l)
{
	int64_t now = clock_mono();

	for (size_t i = 0; i < LIVE_CLIENTS; i++)
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
	news = l->look(l->arg);
	tell_cells(l);
	tell_rest(l, news);
	end_old(l);
}

/* --- clients -------------------------------------------------------------------- */

static struct client *
find(struct live *l, const struct http_request *r)
{
	for (size_t i = 0; i < LIVE_CLIENTS; i++)
		if (l->client[i].request == r)
			return &l->client[i];
	return NULL;
}

void
live_open(struct live *l, struct http_request *r, uint64_t after)
{
	struct client *c = find(l, NULL);

	if (c == NULL) {
		http_retry(r, 30);
		http_refuse(r, 503, "too many pages are open");
		return;
	}
	http_set(r, "Cache-Control", "no-store");
	http_set(r, "X-Accel-Buffering", "no");	/* nginx would wait for more */
	http_stream(r, "text/event-stream");
	if (l->clients++ == 0) {
		l->news = l->look(l->arg);
		l->epoch = l->overview->epoch;
	}
	*c = (struct client){ .request = r, .seen = after,
	    .until = clock_mono() + LIFE_MS };
	buf_reset(&l->event);
	buf_printf(&l->event, "retry: %d\n\n", RETRY_MS);
	put_sums(l);
	push(c, &l->event);
}

void
live_end(struct live *l, struct http_request *r)
{
	struct client *c = find(l, r);

	if (c == NULL)
		return;
	c->request = NULL;
	l->clients--;
}

struct live *
live_new(struct event_base *base, struct overview *o, live_look_fn *look,
    void *arg)
{
	const struct timeval every = { .tv_usec = LOOK_MS * 1000 };
	struct live *l = mem_new(sizeof(*l));

	l->overview = o;
	l->look = look;
	l->arg = arg;
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
	free(l);
}
