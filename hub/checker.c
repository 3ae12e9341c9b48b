/*
 * Checker: jobs, and the hosts that they wait for; see checker.h.
 */
#include "hub/checker.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/tree.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define RANDOM 8		/* bytes of a path that cannot exist */

enum stage { HOST_NEW, HOST_ASKED, HOST_KNOWN };

struct host {
	TAILQ_ENTRY(host) entry;	/* who was used last stands last */
	struct checker *checker;
	char *name;		/* "www.a.cn:8080" */
	char *root;		/* "https://www.a.cn:8080/", as asked first */
	enum stage stage;
	int64_t since;		/* ms, mono */
	struct baseline now, before;
	bool has_before;
	TAILQ_HEAD(job_queue, job) waiting;
};

struct job {
	TAILQ_ENTRY(job) entry;	/* of a host's list */
	TAILQ_ENTRY(job) all;
	struct checker *checker;
	void *arg;
	struct trail trail;
};

struct checker {
	struct checker_spec spec;
	struct trips *trips;
	void *hosts;		/* tree */
	TAILQ_HEAD(host_list, host) order;
	TAILQ_HEAD(job_list, job) all;
	size_t host_count, jobs;
	unsigned silent;	/* hosts in a row that can't be reached */
	char last_silent[REGISTRABLE_MAX];
};

static void go_on(struct job *j);

/* --- hosts ------------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	const struct host *one = a, *two = b;

	return strcmp(one->name, two->name);
}

static void
free_host(struct checker *c, struct host *h)
{
	tree_del(&c->hosts, h, compare);
	TAILQ_REMOVE(&c->order, h, entry);
	c->host_count--;
	free(h->name);
	free(h->root);
	free(h);
}

static void
forget_oldest(struct checker *c)
{
	struct host *h = TAILQ_FIRST(&c->order), *next;

	for (; h != NULL && c->host_count > CHECKER_HOSTS; h = next) {
		next = TAILQ_NEXT(h, entry);
		if (h->stage != HOST_ASKED && TAILQ_EMPTY(&h->waiting))
			free_host(c, h);
	}
}

static struct host *
host_of(struct checker *c, struct span url)
{
	struct host key, *h;
	struct url u;

	must(url_parse(&u, url));
	key.name = mem_copy(u.host.at, (size_t)(u.path.at - u.host.at));
	h = tree_find(&c->hosts, &key, compare);
	if (h != NULL) {
		free(key.name);
		TAILQ_REMOVE(&c->order, h, entry);
		TAILQ_INSERT_TAIL(&c->order, h, entry);
		return h;
	}
	h = mem_new(sizeof(*h));
	h->checker = c;
	h->name = key.name;
	h->root = mem_copy(url.at, (size_t)(u.path.at - url.at) + 1);
	TAILQ_INIT(&h->waiting);
	(void)tree_put(&c->hosts, h, compare);
	TAILQ_INSERT_TAIL(&c->order, h, entry);
	c->host_count++;
	forget_oldest(c);
	return h;
}

static void
on_home(void *arg, struct trail *t)
{
	struct host *h = arg;
	const struct checker_spec *s = &h->checker->spec;
	struct job_queue ready = TAILQ_HEAD_INITIALIZER(ready);
	struct job *j;

	baseline_take_home(&h->now, t);
	h->stage = HOST_KNOWN;
	h->since = clock_mono();
	if (s->known != NULL)
		s->known(s->arg, span_of(h->name), &h->now);
	TAILQ_CONCAT(&ready, &h->waiting, entry);
	while ((j = TAILQ_FIRST(&ready)) != NULL) {
		TAILQ_REMOVE(&ready, j, entry);
		go_on(j);
	}
}

static void
on_missing(void *arg, struct trail *t)
{
	struct host *h = arg;
	struct trip_spec spec = { .certificate = true };

	baseline_take_missing(&h->now, t);
	spec.url = span_of(h->root);
	trip_start(h->checker->trips, &spec, on_home, h);
}

static void
ask_host(struct checker *c, struct host *h)
{
	const struct checker_spec *s = &c->spec;
	struct trip_spec spec = { .certificate = false };
	uint8_t random[RANDOM];
	struct buf url;

	h->stage = HOST_ASKED;
	h->now = (struct baseline){ .asked = false };
	h->has_before = s->before != NULL && s->before(s->arg,
	    span_of(h->name), &h->before);
	must(RAND_bytes(random, sizeof(random)) == 1);
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%szq-", h->root);
	text_hex(&url, random, sizeof(random));
	buf_text(&url, ".html");
	spec.url = buf_look(&url);
	trip_start(c->trips, &spec, on_missing, h);
	buf_clear(&url);
}

/* Is what we know of it fresh? If not the job waits for that. */
static bool
knows(struct job *j, struct host *h)
{
	struct checker *c = j->checker;

	if (h->stage == HOST_KNOWN &&
	    clock_mono() - h->since < c->spec.window)
		return true;
	TAILQ_INSERT_TAIL(&h->waiting, j, entry);
	if (h->stage != HOST_ASKED)
		ask_host(c, h);
	return false;
}

/* --- jobs ------------------------------------------------------------------- */

static bool
is_silence(enum cause c)
{
	return c == CAUSE_NO_NAME || c == CAUSE_NO_CONNECTION ||
	    c == CAUSE_TIME;
}

/* Many hosts one after the other, and not one that answers. */
static void
listen_for_silence(struct checker *c, struct finding *f,
    const struct trail *t)
{
	struct url u;

	if (!is_silence(f->cause)) {
		if (t->status > 0)
			c->silent = 0;
		return;
	}
	must(url_parse(&u, buf_look(&t->url)));
	if (!span_is(u.host, span_of(c->last_silent)))
		c->silent++;
	snprintf(c->last_silent, sizeof(c->last_silent), "%.*s",
	    SPAN_ARGS(u.host));
	if (c->silent >= CHECKER_ISOLATED)
		f->cause = CAUSE_ISOLATED;
}

static void
free_job(struct job *j)
{
	TAILQ_REMOVE(&j->checker->all, j, all);
	j->checker->jobs--;
	trail_clear(&j->trail);
	free(j);
}

static void
judge(struct job *j, const struct host *asked, const struct host *landed)
{
	struct checker *c = j->checker;
	struct finding_facts facts = { .trail = &j->trail };
	struct finding f;

	if (asked != NULL)
		facts.asked = &asked->now;
	if (landed != NULL)
		facts.landed = &landed->now;
	if (asked != NULL && asked->has_before)
		facts.before = &asked->before;
	finding_init(&f);
	finding_judge(&f, &facts);
	listen_for_silence(c, &f, &j->trail);
	c->spec.found(c->spec.arg, j->arg, &f, &j->trail);
	finding_clear(&f);
	free_job(j);
}

static void
go_on(struct job *j)
{
	struct host *asked, *landed;

	if (!finding_needs_baseline(&j->trail)) {
		judge(j, NULL, NULL);
		return;
	}
	asked = host_of(j->checker, trail_from(&j->trail));
	if (!knows(j, asked))
		return;
	landed = host_of(j->checker, buf_look(&j->trail.url));
	if (knows(j, landed))
		judge(j, asked, landed);
}

static void
on_trip(void *arg, struct trail *t)
{
	struct job *j = arg;

	trail_take(&j->trail, t);
	go_on(j);
}

size_t
checker_room(const struct checker *c)
{
	return c->jobs < CHECKER_JOBS ? CHECKER_JOBS - c->jobs : 0;
}

size_t
checker_jobs(const struct checker *c)
{
	return c->jobs;
}

void
checker_put(struct checker *c, struct span url, const char *etag,
    const char *modified, void *arg)
{
	struct job *j = mem_new(sizeof(*j));
	const struct trip_spec spec = { .url = url, .etag = etag,
	    .modified = modified };

	j->checker = c;
	j->arg = arg;
	trail_init(&j->trail);
	TAILQ_INSERT_TAIL(&c->all, j, all);
	c->jobs++;
	trip_start(c->trips, &spec, on_trip, j);
}

size_t
checker_requests(const struct checker *c)
{
	return trips_requests(c->trips);
}

/* --- its life --------------------------------------------------------------- */

struct checker *
checker_new(struct event_base *base, const struct checker_spec *spec)
{
	struct checker *c = mem_new(sizeof(*c));

	c->spec = *spec;
	c->trips = trips_new(base, &spec->trips);
	TAILQ_INIT(&c->order);
	TAILQ_INIT(&c->all);
	return c;
}

void
checker_free(struct checker *c)
{
	if (c == NULL)
		return;
	trips_free(c->trips);
	while (!TAILQ_EMPTY(&c->all)) {
		c->spec.dropped(c->spec.arg, TAILQ_FIRST(&c->all)->arg);
		free_job(TAILQ_FIRST(&c->all));
	}
	while (!TAILQ_EMPTY(&c->order))
		free_host(c, TAILQ_FIRST(&c->order));
	free(c);
}
