/*
 * Whom to ask, and how; see vantage_core.h.
 */
#include "hub/vantage_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/home_row.h"
#include "hub/pulse.h"
#include "hub/site.h"
#include "hub/vantage.h"
#include "protocol/url.h"

#define POOL 64			/* agents, by chance, of all that could */
#define FRESH 20000		/* ms since it was heard */
#define STALE 300000		/* ms: what was seen elsewhere */
#define HOSTS (HOME_ADDRESSES + 2)	/* at which nobody is asked */
#define BODY_MAX 1000

struct vantage_core {
	struct writer *writer;
	struct monitor *monitor;
	struct letters *letters;	/* or NULL */
	struct vantage *rounds;
	/* the one that is being asked for: */
	char url[HOME_URL];
	int64_t until;			/* ms, wall */
};

/* --- what for -------------------------------------------------------------- */

struct subject {
	uint32_t site;
	char url[HOME_URL];
	char host[HOSTS][PULSE_ADDRESS];	/* where page and agent are */
	size_t hosts;
};

static void
avoid(struct subject *s, const char *address)
{
	if (address[0] != '\0' && s->hosts < HOSTS)
		snprintf(s->host[s->hosts++], PULSE_ADDRESS, "%s", address);
}

/* Without its port. */
static void
host_of(char out[PULSE_ADDRESS], const char *address)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon != NULL ? (size_t)(colon - address) :
	    strlen(address);
	bool bracket = n > 1 && address[0] == '[';

	snprintf(out, PULSE_ADDRESS, "%.*s", (int)(bracket ? n - 2 : n),
	    address + bracket);
}

static bool
is_on(const char *url, struct span host)
{
	struct url u;

	return url_parse(&u, span_of(url)) && span_is(u.host, host);
}

/* The last hop that is the site's own: behind it may be somebody's who has
 * agreed to nothing, before it only a way there. */
static void
take_look(struct subject *s, const struct home_look *l, struct span host)
{
	for (size_t i = 0; i < l->hops; i++)
		if (i == 0 || is_on(l->hop[i].url, host))
			snprintf(s->url, sizeof(s->url), "%s", l->hop[i].url);
	for (size_t i = 0; i < l->dns_count; i++)
		avoid(s, l->dns[i]);
}

/* False: there is nothing to ask for. */
static bool
know(struct vantage_core *v, struct subject *s, uint32_t number)
{
	struct db_txn *t = view_read(v->writer->view);
	char address[PULSE_ADDRESS];
	struct span host = SPAN_NONE;
	struct pulse_row pulse;
	struct home_look look;
	struct home_row row;
	struct site site;
	bool good;

	*s = (struct subject){ .site = number };
	good = site_get(t, number, &site) && !site.retired &&
	    site_domain_next(&site.domains, &host);
	if (good && home_row_get(t, number, &row) &&
	    (home_row_look(row.before, &look) ||
	    home_row_look(row.now, &look)))
		take_look(s, &look, host);
	if (good && s->url[0] == '\0')
		snprintf(s->url, sizeof(s->url), "http://%.*s/",
		    SPAN_ARGS(host));
	db_abort(t);
	if (pulse_read(number, &pulse)) {
		host_of(address, pulse.address);
		avoid(s, address);
	}
	return good;
}

/* --- whom ------------------------------------------------------------------ */

struct pool {
	struct vantage_core *v;
	const struct subject *subject;
	uint32_t by[POOL];
	char host[POOL][PULSE_ADDRESS];
	size_t count, seen;
	int64_t now, wall;
};

static bool
is_avoided(const struct subject *s, const char *host)
{
	for (size_t i = 0; i < s->hosts; i++)
		if (strcmp(s->host[i], host) == 0)
			return true;
	return host[0] == '\0';
}

static bool
is_fit(const struct pool *p, uint32_t site, const struct pulse_row *row)
{
	struct monitor_now now;

	if (!row->looks || site == p->subject->site ||
	    row->state >= MONITOR_STATES ||
	    !monitor_is_good((enum monitor_state)row->state) ||
	    row->connections == 0 || p->wall - row->heard > FRESH ||
	    !vantage_is_free(p->v->rounds, site, p->now))
		return false;
	monitor_get(p->v->monitor, site, &now);
	return now.watched && !now.flapping;
}

/* Each that is fit has the same chance to be among them. */
static bool
consider(void *arg, uint32_t site, const struct pulse_row *row)
{
	struct pool *p = arg;
	char host[PULSE_ADDRESS];
	size_t at;

	if (!is_fit(p, site, row))
		return true;
	host_of(host, row->address);
	if (is_avoided(p->subject, host))
		return true;
	at = p->count < POOL ? p->count++ :
	    backoff_random((uint32_t)p->seen + 1);
	p->seen++;
	if (at < POOL) {
		p->by[at] = site;
		memcpy(p->host[at], host, sizeof(host));
	}
	return true;
}

static void
swap(struct pool *p, size_t a, size_t b)
{
	char host[PULSE_ADDRESS];
	uint32_t by = p->by[a];

	memcpy(host, p->host[a], sizeof(host));
	p->by[a] = p->by[b];
	memmove(p->host[a], p->host[b], sizeof(host));
	p->by[b] = by;
	memcpy(p->host[b], host, sizeof(host));
}

/* In an order by chance; one of each address, at the front. How many. */
static size_t
spread(struct pool *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++) {
		bool first = true;

		swap(p, i, i + backoff_random((uint32_t)(p->count - i)));
		for (size_t k = 0; k < n && first; k++)
			first = strcmp(p->host[k], p->host[i]) != 0;
		if (first)
			swap(p, n++, i);
	}
	return n;
}

/* So that who reads the page's state knows why nobody else has looked; but
 * what others saw a while ago says more. */
static void
say_nobody(uint32_t site, int64_t now)
{
	static const struct vantage_look nobody[VANTAGE_ASKED];
	struct pulse_row row;

	(void)pulse_read(site, &row);
	if (row.others[0].by == 0 || now - row.others_at >= STALE)
		pulse_others(site, now, nobody);
}

void
vantage_core_want(struct vantage_core *v, uint32_t site)
{
	struct pool p = { .v = v, .now = clock_mono(),
		.wall = clock_wall() };
	struct subject s;

	if (v->letters == NULL || site >= PULSE_SITES ||
	    !vantage_may(v->rounds, site, p.now) || !know(v, &s, site))
		return;
	p.subject = &s;
	(void)pulse_each_since(0, consider, &p);
	memcpy(v->url, s.url, sizeof(v->url));
	v->until = p.wall + VANTAGE_LIFE;
	if (vantage_ask(v->rounds, site, p.by, spread(&p), p.now,
	    p.wall) == 0)
		say_nobody(site, p.wall);
}

/* --- how ------------------------------------------------------------------- */

static bool
on_ask(void *arg, uint32_t by, uint64_t task)
{
	struct vantage_core *v = arg;
	struct letter l = { .when = clock_wall(), .kind = SPAN(LETTER_LOOK),
		.about = span_of(v->url),
		.text = SPAN("does this page come where you are?") };
	struct buf body;
	bool sent;

	buf_init(&body, BODY_MAX);
	vantage_task_put(&body, &(struct vantage_task){ .number = task,
	    .until = v->until });
	l.body = buf_look(&body);
	sent = letters_pass(v->letters, by, &l);
	buf_clear(&body);
	return sent;
}

static void
on_said(void *arg, const struct vantage_round *r)
{
	(void)arg;
	pulse_others(r->site, r->began, r->look);
}

static void
on_found(void *arg, uint32_t site, enum monitor_look look)
{
	struct vantage_core *v = arg;
	struct view_site s;

	log_info("site=%s page=%s: most of the others that were asked %s",
	    view_site(v->writer->view, site, &s) ? s.code : "?",
	    look == MONITOR_LOOK_WELL ? "well" : "failed",
	    look == MONITOR_LOOK_WELL ? "get it" : "don't get it either");
	monitor_seen_elsewhere(v->monitor, site, clock_wall(), look);
}

void
vantage_core_heard(struct vantage_core *v, uint32_t by,
    const struct vantage_answer *a)
{
	(void)vantage_answer(v->rounds, by, a, clock_mono());
}

void
vantage_core_look(struct vantage_core *v)
{
	vantage_tick(v->rounds, clock_mono());
}

/* --- its life -------------------------------------------------------------- */

struct vantage_core *
vantage_core_new(struct writer *w, struct monitor *m)
{
	struct vantage_core *v = mem_new(sizeof(*v));
	const struct vantage_hooks hooks = { .ask = on_ask, .said = on_said,
		.found = on_found, .arg = v };

	v->writer = w;
	v->monitor = m;
	v->rounds = vantage_new(&hooks);
	return v;
}

void
vantage_core_free(struct vantage_core *v)
{
	if (v == NULL)
		return;
	vantage_free(v->rounds);
	free(v);
}

void
vantage_core_through(struct vantage_core *v, struct letters *l)
{
	v->letters = l;
}
