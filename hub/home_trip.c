/*
 * Going to home pages; see home_trip.h.
 *
 * A job asks the resolver and goes on its trip at the same time; it is over
 * when both are.
 */
#include "hub/home_trip.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/baseline.h"
#include "hub/home_answer.h"
#include "hub/home_dns.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define ABREAST 8		/* pages at a time from one server: a CMS has
				 * hundreds of sites, and may hang */
#define RANDOM 8		/* bytes of a path that can't exist */

struct job {
	TAILQ_ENTRY(job) entry;
	struct home_trips *trips;
	uint64_t number;
	char host[HOME_HOST];
	char etag[TRAIL_VALIDATOR], modified[TRAIL_VALIDATOR];
	bool plain;		/* http may be tried */
	bool missing;		/* a random path is to be asked for */
	struct home_dns *dns;	/* until it is done */
	const char *dns_why;	/* a constant: why there is no address */
	bool there;		/* the trip is over */
	struct trail trail;	/* kept until the random path has answered */
	struct home_look look;
};

struct home_trips {
	struct event_base *base;
	struct trips *trips;
	home_trip_fn *done;
	void *arg;
	TAILQ_HEAD(job_list, job) jobs;
};

/* --- the look ----------------------------------------------------------------- */

/* What is kept of an address is one. */
static void
put_url(char out[HOME_URL], struct span url)
{
	struct url u;

	if (url.n >= HOME_URL && url_parse(&u, url))
		url.n = (size_t)(u.path.at - url.at) + 1;
	snprintf(out, HOME_URL, "%.*s", SPAN_ARGS(url));
}

static void
put_hop(struct home_look *l, struct span url, long status,
    enum hop_kind kind, const struct trail_server *s, bool cert)
{
	struct home_hop *h = &l->hop[l->hops++];

	put_url(h->url, url);
	h->status = status;
	h->kind = kind;
	h->ms = s->ms;
	l->ms += s->ms;
	snprintf(h->address, sizeof(h->address), "%s", s->address);
	h->has_cert = cert && s->cert != NULL;
	if (h->has_cert)
		h->cert = *s->cert;
}

/* The certificates of the site itself, and of who answered in the end. */
static void
put_hops(struct home_look *l, const struct trail *t)
{
	for (size_t i = 0; i < t->hops; i++)
		put_hop(l, span_of(t->hop[i].url), t->hop[i].status,
		    t->hop[i].kind, &t->hop[i].server, i == 0);
	put_hop(l, buf_look(&t->url), t->trouble == CAUSE_FINE ? t->status :
	    0, HOP_PERMANENT, &t->server, true);
}

static void
free_job(struct job *j)
{
	TAILQ_REMOVE(&j->trips->jobs, j, entry);
	home_dns_cancel(j->dns);
	trail_clear(&j->trail);
	free(j);
}

static void
end_if_done(struct job *j)
{
	struct home_frame_seen seen = { .look = &j->look,
	    .etag = span_of(j->trail.etag),
	    .modified = span_of(j->trail.modified) };
	struct home_trips *h = j->trips;

	if (!j->there || j->dns != NULL)
		return;
	if (j->look.cause == CAUSE_NO_NAME && j->look.dns_count == 0)
		snprintf(j->look.detail, sizeof(j->look.detail), "%s",
		    j->dns_why);
	j->look.at = clock_wall();
	h->done(h->arg, j->number, &seen);
	free_job(j);
}

/* --- on the way --------------------------------------------------------------- */

static void
on_missing(void *arg, struct trail *t)
{
	struct baseline b = { .asked = false };
	struct job *j = arg;

	baseline_take_missing(&b, t);
	j->look.asked_missing = b.asked;
	j->look.is_missing = baseline_is_missing(&b, &j->trail);
	j->there = true;
	end_if_done(j);
}

static void
ask_missing(struct job *j)
{
	struct trip_spec spec = { .own = true };
	struct span end = buf_look(&j->trail.url);
	uint8_t random[RANDOM];
	struct buf url;
	struct url u;

	must(url_parse(&u, end));
	must(RAND_bytes(random, sizeof(random)) == 1);
	buf_init(&url, LIMIT_URL);
	buf_put(&url, end.at, (size_t)(u.path.at - end.at));
	buf_text(&url, "/zq-");
	text_hex(&url, random, sizeof(random));
	buf_text(&url, ".html");
	spec.url = buf_look(&url);
	trip_start(j->trips->trips, &spec, on_missing, j);
	buf_clear(&url);
}

static void go(struct job *j, const char *scheme);

/* Only https is served there: what is wrong with that is what is wrong. */
static bool
is_closed(const struct job *j, const struct trail *t)
{
	return t->trouble == CAUSE_NO_CONNECTION &&
	    (j->look.secure == CAUSE_CERTIFICATE ||
	    j->look.secure == CAUSE_GARBAGE || j->look.secure == CAUSE_TIME);
}

static void
on_home(void *arg, struct trail *t)
{
	struct job *j = arg;

	if (t->trouble != CAUSE_FINE && t->hops == 0 && j->plain) {
		j->plain = false;
		j->look.secure = t->trouble;
		trail_take(&j->trail, t);
		go(j, "http");
		return;
	}
	if (!is_closed(j, t)) {
		trail_clear(&j->trail);
		trail_take(&j->trail, t);
	}
	put_hops(&j->look, &j->trail);
	home_answer(&j->look, &j->trail);
	if (j->missing && j->look.has_page) {
		ask_missing(j);
		return;
	}
	j->there = true;
	end_if_done(j);
}

static void
go(struct job *j, const char *scheme)
{
	struct trip_spec spec = { .etag = j->etag, .modified = j->modified,
	    .certificate = true, .own = true };
	struct buf url;

	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s://%s/", scheme, j->host);
	spec.url = buf_look(&url);
	trip_start(j->trips->trips, &spec, on_home, j);
	buf_clear(&url);
}

/* The resolver's words are better than libcurl's. */
static void
on_dns(void *arg, char (*address)[INET6_ADDRSTRLEN], size_t count,
    const char *why)
{
	struct job *j = arg;
	struct home_look *l = &j->look;

	j->dns = NULL;
	for (size_t i = 0; i < count; i++)
		snprintf(l->dns[i], sizeof(l->dns[i]), "%s", address[i]);
	l->dns_count = count;
	j->dns_why = why;
	end_if_done(j);
}

void
home_trips_go(struct home_trips *h, uint64_t number,
    const struct home_frame_ask *ask)
{
	struct job *j = mem_new(sizeof(*j));

	j->trips = h;
	j->number = number;
	snprintf(j->host, sizeof(j->host), "%.*s", SPAN_ARGS(ask->host));
	snprintf(j->etag, sizeof(j->etag), "%.*s", SPAN_ARGS(ask->etag));
	snprintf(j->modified, sizeof(j->modified), "%.*s",
	    SPAN_ARGS(ask->modified));
	j->plain = ask->ways == HOME_BOTH;
	j->missing = ask->missing;
	trail_init(&j->trail);
	TAILQ_INSERT_TAIL(&h->jobs, j, entry);
	j->dns = home_dns_ask(h->base, j->host, on_dns, j);
	go(j, ask->ways == HOME_PLAIN ? "http" : "https");
}

/* --- its life ------------------------------------------------------------------ */

struct home_trips *
home_trips_new(struct event_base *base, const struct trips_spec *spec,
    home_trip_fn *done, void *arg)
{
	struct home_trips *h = mem_new(sizeof(*h));
	struct trips_spec own = *spec;

	own.delay = 0;
	own.patience = TRIP_PATIENCE;
	own.abreast = ABREAST;
	h->base = base;
	h->trips = trips_new(base, &own);
	h->done = done;
	h->arg = arg;
	TAILQ_INIT(&h->jobs);
	return h;
}

void
home_trips_free(struct home_trips *h)
{
	struct job *next;

	if (h == NULL)
		return;
	trips_free(h->trips);
	for (struct job *j = TAILQ_FIRST(&h->jobs); j != NULL; j = next) {
		next = TAILQ_NEXT(j, entry);
		free_job(j);
	}
	free(h);
}
