/*
 * Trip: hop by hop; see trip.h.
 *
 * A trip is in one of three places: in its server's list while the
 * robots.txt is being asked for, in a lane of polite.h, or on the wire.
 */
#include "hub/trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/origin.h"
#include "hub/polite.h"
#include "hub/probe.h"
#include "hub/registrable.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define TRIES 2			/* of one that was told to come back */

struct trip {
	struct polite_item item;	/* first: see trip_of(); in a lane, or
					 * waiting for an origin */
	TAILQ_ENTRY(trip) all;
	struct trips *trips;
	struct probe *probe;		/* on the wire */
	struct trail trail;
	char etag[TRAIL_VALIDATOR], modified[TRAIL_VALIDATOR];
	size_t body;
	bool certificate, robots, own;
	unsigned tries;
	trip_done_fn *done;
	void *arg;
};

struct trips {
	struct trips_spec spec;
	struct polite *polite;
	struct prober *prober;
	struct glancer *glancer;
	struct event *timer;
	struct origins *origins;
	TAILQ_HEAD(trip_list, trip) all;
	size_t under_way, requests;
	bool late;		/* somebody waits for longer than patience */
};

static void go_on(struct trip *t);

static struct trip *
trip_of(struct polite_item *item)
{
	return (struct trip *)item;
}

static void
look_soon(struct trips *t)
{
	struct timeval now = { 0 };

	event_add(t->timer, &now);
}

/* --- robots.txt -------------------------------------------------------------- */

static void
on_robots(void *arg, struct trail *t)
{
	struct origin_waiting ready = TAILQ_HEAD_INITIALIZER(ready);
	struct origin *o = arg;
	struct polite_item *item, *next;

	origin_take(o, t);
	TAILQ_CONCAT(&ready, &o->waiting, entry);
	for (item = TAILQ_FIRST(&ready); item != NULL; item = next) {
		next = TAILQ_NEXT(item, entry);
		go_on(trip_of(item));
	}
}

static void
ask_robots(struct trips *t, struct origin *o)
{
	struct trip_spec spec = { .body = ROBOTS_BODY, .robots = true };
	struct buf url;

	o->state = ORIGIN_ASKED;
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/robots.txt", o->name);
	spec.url = buf_look(&url);
	trip_start(t, &spec, on_robots, o);
	buf_clear(&url);
}

/* --- ends ------------------------------------------------------------------- */

static void
free_trip(struct trip *t)
{
	TAILQ_REMOVE(&t->trips->all, t, all);
	trail_clear(&t->trail);
	free(t);
}

static void
finish(struct trip *t)
{
	t->done(t->arg, &t->trail);
	free_trip(t);
}

/* A stranger's words go into the journal: in UTF-8, or in ASCII. */
static void
fail(struct trip *t, enum cause c, struct span detail)
{
	char *to = t->trail.detail;

	t->trail.trouble = c;
	snprintf(to, TRAIL_DETAIL, "%.*s",
	    SPAN_ARGS(text_cut(detail, TRAIL_DETAIL - 1)));
	if (!text_is_utf8(span_of(to))) {
		for (; *to != '\0'; to++)
			*to = *to < 0 ? '?' : *to;
	}
	finish(t);
}

/* --- a hop ------------------------------------------------------------------ */

/* Its server may have asked to be left alone for long, or its address may. */
static void
note_wait(struct trip *t)
{
	if (polite_item_wait(&t->item, clock_mono()) > t->trips->spec.patience)
		t->trips->late = true;
}

static void
queue(struct trip *t, bool in_front)
{
	char lane[REGISTRABLE_MAX];
	struct url u;

	must(url_parse(&u, buf_look(&t->trail.url)));
	registrable(lane, u.host);
	polite_put(t->trips->polite, &t->item, span_of(lane), in_front,
	    clock_mono());
	note_wait(t);
	look_soon(t->trips);
}

/* May it be asked for? Then it waits its turn. */
static void
go_on(struct trip *t)
{
	struct span url = buf_look(&t->trail.url), detail;
	struct origin *o;
	enum cause cause;

	if (t->robots || t->own) {
		queue(t, t->robots || t->trail.hops > 0);
		return;
	}
	o = origin_of(t->trips->origins, url);
	if (!origin_is_fresh(o)) {
		TAILQ_INSERT_TAIL(&o->waiting, &t->item, entry);
		if (o->state != ORIGIN_ASKED)
			ask_robots(t->trips, o);
	} else if ((cause = origin_may(o, url, &detail)) != CAUSE_FINE) {
		fail(t, cause, cause == CAUSE_ROBOTS ? SPAN_NONE : detail);
	} else {
		queue(t, t->trail.hops > 0);
	}
}

static void
hop(struct trip *t, enum hop_kind kind, struct span location)
{
	struct span here = buf_look(&t->trail.url);
	struct buf to;
	bool good;

	buf_init(&to, LIMIT_URL);
	good = url_resolve(&to, here, location, NULL);
	if (!good) {
		fail(t, CAUSE_NOWHERE, location);
	} else if (trail_was_at(&t->trail, buf_look(&to))) {
		fail(t, CAUSE_CIRCLE, SPAN_NONE);
	} else if (!trail_hop(&t->trail, kind, buf_look(&to))) {
		fail(t, CAUSE_HOPS, SPAN_NONE);
	} else {
		t->tries = 0;
		t->etag[0] = t->modified[0] = '\0';
		go_on(t);
	}
	buf_clear(&to);
}

static bool
is_redirect(long status, enum hop_kind *kind)
{
	*kind = status == 301 || status == 308 ? HOP_PERMANENT :
	    HOP_TEMPORARY;
	return status == 301 || status == 302 || status == 303 ||
	    status == 307 || status == 308;
}

static bool
is_html(struct span type, struct span body)
{
	while (body.n > 0 && (*body.at == ' ' || *body.at == '\n' ||
	    *body.at == '\r' || *body.at == '\t')) {
		body.at++;
		body.n--;
	}
	if (type.n == 0)
		return body.n > 0 && body.at[0] == '<';
	return (type.n >= 9 && text_same_nocase((struct span){ type.at, 9 },
	    SPAN("text/html"))) || (type.n >= 17 && text_same_nocase(
	    (struct span){ type.at, 17 }, SPAN("application/xhtml")));
}

/* A page that came to its end is whole, whatever was said of its length. */
static bool
has_end(struct span body)
{
	const struct span end = SPAN("</html>");

	for (size_t i = 0; body.n >= end.n && i <= body.n - end.n; i++)
		if (text_same_nocase((struct span){ body.at + i, end.n }, end))
			return true;
	return false;
}

static void
copy(char *out, size_t size, struct span s)
{
	snprintf(out, size, "%.*s", SPAN_ARGS(s.n < size ? s :
	    SPAN_NONE));
}

static void
take(struct trip *t, const struct probe_answer *a)
{
	struct trail *to = &t->trail;

	to->status = a->status;
	to->cookies = to->cookies || a->cookies;
	snprintf(to->wall, sizeof(to->wall), "%s", a->wall);
	copy(to->etag, sizeof(to->etag), a->etag);
	copy(to->modified, sizeof(to->modified), a->modified);
	memcpy(to->certificate, a->certificate, sizeof(to->certificate));
	if (t->body > 0) {
		buf_clear(&to->body);
		buf_init(&to->body, t->body);
		buf_span(&to->body, a->body);
		return;
	}
	to->blank = text_is_blank(a->body) && !a->refresh && !(a->status == 304 &&
	    (t->etag[0] != '\0' || t->modified[0] != '\0'));
	to->cut = a->cut && !has_end(a->body);
	to->html = is_html(a->type, a->body);
	glance_clear(&to->page);
	glance_init(&to->page);
	if (to->html)
		glance_page(t->trips->glancer, &to->page, a->body, a->type);
}

/* Who answered, or didn't. */
static void
take_server(struct trip *t, const struct probe_answer *a)
{
	struct trail_server *s = &t->trail.server;
	struct webcert c;

	copy(s->address, sizeof(s->address), span_of(a->address));
	s->ms = a->ms;
	if (!(t->own || t->certificate) || !webcert_read(&c, a->pem))
		return;
	free(s->cert);
	s->cert = mem_new(sizeof(*s->cert));
	*s->cert = c;
}

/* ms, if the server wants us back so soon that we wait. */
static int64_t
comes_back(const struct trip *t, const struct probe_answer *a)
{
	if (t->own || (a->status != 429 && a->status != 503) || a->retry_after <= 0 ||
	    a->retry_after > t->trips->spec.patience || t->tries >= TRIES)
		return 0;
	return a->retry_after;
}

/* A page that reloads itself stays where it is. */
static bool
sends_on(const struct trip *t)
{
	struct span here = buf_look(&t->trail.url);
	struct buf to;
	bool on;

	if (t->trail.status != 200 || t->trail.page.refresh.n == 0)
		return false;
	buf_init(&to, LIMIT_URL);
	on = url_resolve(&to, here, buf_look(&t->trail.page.refresh),
	    NULL) && !span_is(buf_look(&to), here);
	buf_clear(&to);
	return on;
}

static void
go_where_it_sends(struct trip *t, const struct probe_answer *a)
{
	enum hop_kind kind;

	if (is_redirect(a->status, &kind) && a->location.n > 0)
		hop(t, kind, a->location);
	else if (sends_on(t))
		hop(t, HOP_REFRESH, buf_look(&t->trail.page.refresh));
	else
		finish(t);
}

/* ms that its server's robots.txt asks for between two. */
static int64_t
crawl_delay(struct trip *t)
{
	if (t->robots || t->own)
		return 0;
	return origin_of(t->trips->origins, buf_look(&t->trail.url))->robots.delay;
}

static void
give_up_late(struct trips *t)
{
	struct polite_item *item;

	t->late = false;
	while ((item = polite_give_up(t->polite, clock_mono(),
	    t->spec.patience)) != NULL)
		fail(trip_of(item), CAUSE_TOO_OFTEN, SPAN("Retry-After"));
}

static void
on_answer(void *arg, const struct probe_answer *a)
{
	struct trip *t = arg;
	struct trips *trips = t->trips;
	int64_t now = clock_mono(), pause = t->own ? 0 : a->retry_after;

	t->probe = NULL;
	trips->late |= pause > trips->spec.patience;
	trips->under_way--;
	look_soon(trips);
	if (a->address[0] != '\0')
		snprintf(origin_of(trips->origins, buf_look(&t->trail.url))->address,
		    ORIGIN_ADDRESS, "%s", a->address);
	if (a->busy > 0) {
		t->tries--;
		trips->requests--;
		polite_again(trips->polite, &t->item, now, a->busy);
		note_wait(t);
		return;
	}
	if (pause < crawl_delay(t))
		pause = crawl_delay(t);
	polite_end(trips->polite, &t->item, now, pause);
	take_server(t, a);
	if (a->trouble == CAUSE_INWARD) {
		struct url u;

		must(url_parse(&u, buf_look(&t->trail.url)));
		fail(t, CAUSE_INWARD, u.host);
	} else if (a->trouble != CAUSE_FINE) {
		fail(t, a->trouble, span_of(a->detail));
	} else {
		take(t, a);
		if (comes_back(t, a) > 0)
			queue(t, true);
		else
			go_where_it_sends(t, a);
	}
}

/* --- the turn --------------------------------------------------------------- */

/* A connection that is open already must wait for others of its address,
 * too. */
static void
ask(struct trip *t)
{
	const struct origin *o = origin_of(t->trips->origins,
	    buf_look(&t->trail.url));
	struct polite *polite = t->trips->polite;
	int64_t wait, now = clock_mono();
	struct probe_spec spec = { .url = buf_cstr(&t->trail.url),
	    .most = t->body > 0 ? t->body : GLANCE_MOST, .etag = t->etag,
	    .modified = t->modified, .certificate = t->certificate,
	    .anew = t->own, .address = t->own ? "" : o->address };

	if (spec.address[0] != '\0') {
		spec.lane = polite_connect(polite, span_of(o->address), now,
		    &wait);
		if (spec.lane == NULL) {
			polite_again(polite, &t->item, now, wait);
			note_wait(t);
			return;
		}
	}
	t->tries++;
	t->trips->under_way++;
	t->trips->requests++;
	t->probe = probe_start(t->trips->prober, &spec, on_answer, t);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct trips *t = arg;
	struct polite_item *item;
	struct timeval wait;
	int64_t ms;

	(void)fd, (void)what;
	if (t->late)
		give_up_late(t);
	while (t->under_way < t->spec.parallel &&
	    (item = polite_take(t->polite, clock_mono())) != NULL)
		ask(trip_of(item));
	ms = t->under_way < t->spec.parallel ?
	    polite_wait(t->polite, clock_mono()) : -1;
	if (ms < 0)
		return;
	wait = (struct timeval){ .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };
	event_add(t->timer, &wait);
}

struct trip *
trip_start(struct trips *trips, const struct trip_spec *spec,
    trip_done_fn *done, void *arg)
{
	struct trip *t = mem_new(sizeof(*t));

	must(url_is_normal(spec->url));
	t->trips = trips;
	trail_init(&t->trail);
	buf_span(&t->trail.url, spec->url);
	copy(t->etag, sizeof(t->etag), span_of(spec->etag));
	copy(t->modified, sizeof(t->modified), span_of(spec->modified));
	t->body = spec->body;
	t->certificate = spec->certificate;
	t->robots = spec->robots;
	t->own = spec->own;
	t->done = done;
	t->arg = arg;
	TAILQ_INSERT_TAIL(&trips->all, t, all);
	go_on(t);
	return t;
}

size_t
trips_requests(const struct trips *t)
{
	return t->requests;
}

/* --- all of them ------------------------------------------------------------ */

struct trips *
trips_new(struct event_base *base, const struct trips_spec *spec)
{
	struct trips *t = mem_new(sizeof(*t));
	struct prober_spec prober = { .user_agent = spec->user_agent,
	    .inward = spec->inward, .cas = spec->cas,
	    .timeout = spec->timeout };

	must(spec->parallel > 0);
	t->spec = *spec;
	if (t->spec.patience < spec->delay)
		t->spec.patience = spec->delay;
	t->polite = polite_new(spec->delay, spec->abreast > 0 ?
	    spec->abreast : spec->parallel);
	prober.polite = t->polite;
	t->prober = prober_new(base, &prober);
	t->glancer = glancer_new();
	t->timer = evtimer_new(base, on_timer, t);
	must(t->timer != NULL);
	t->origins = origins_new();
	TAILQ_INIT(&t->all);
	return t;
}

void
trips_free(struct trips *t)
{
	struct trip *next;

	if (t == NULL)
		return;
	for (struct trip *i = TAILQ_FIRST(&t->all); i != NULL; i = next) {
		next = TAILQ_NEXT(i, all);
		probe_cancel(i->probe);
		free_trip(i);
	}
	origins_free(t->origins);
	prober_free(t->prober);
	polite_free(t->polite);
	glancer_free(t->glancer);
	event_free(t->timer);
	free(t);
}
