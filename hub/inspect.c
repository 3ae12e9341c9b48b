/*
 * Inspect: frames in, jobs of the checker, frames out; see inspect.h.
 */
#include "hub/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/channel.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/checker.h"
#include "hub/frame.h"
#include "hub/home_names.h"
#include "hub/home_trip.h"
#include "hub/look_frame.h"
#include "hub/move_tries.h"
#include "hub/tree.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define TIMEOUT 15000		/* ms of one request */
#define PATIENCE (3600 * INT64_C(1000))	/* ms that one waits for a server */
#define VISITS 3		/* that a home page may miss until its name is
				 * forgotten */
#define BEFORE_MOST 20000	/* hosts whose past is kept here */

struct past {
	char *host;
	struct baseline before;
};

struct inspect {
	struct event_base *base;
	struct channel *channel;
	struct inward inward;
	struct checker *checker;
	struct home_trips *homes;
	struct home_names *names;
	struct trips *trips;		/* of … */
	struct move_tries *moves;
	void *pasts;		/* tree */
	size_t past_count;
};

/* --- what hosts were like ---------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const struct past *one = a, *two = b;

	return strcmp(one->host, two->host);
}

static void
free_past(void *arg)
{
	struct past *p = arg;

	free(p->host);
	free(p);
}

static void
remember(struct inspect *i, struct span host, const struct baseline *b)
{
	struct past *p, *there;

	if (i->past_count >= BEFORE_MOST) {	/* they come again */
		tree_clear(&i->pasts, free_past);
		i->past_count = 0;
	}
	p = mem_new(sizeof(*p));
	p->host = mem_copy(host.at, host.n);
	there = tree_put(&i->pasts, p, compare);
	there->before = *b;
	if (there == p)
		i->past_count++;
	else
		free_past(p);
}

static bool
on_before(void *arg, struct span host, struct baseline *b)
{
	struct inspect *i = arg;
	struct past key = { .host = mem_copy(host.at, host.n) };
	struct past *found = tree_find(&i->pasts, &key, compare);

	free(key.host);
	if (found != NULL)
		*b = found->before;
	return found != NULL;
}

static void
on_known(void *arg, struct span host, const struct baseline *b)
{
	struct inspect *i = arg;
	struct buf body;

	if (!b->has_home || host.n > BASELINE_HOST)
		return;
	buf_init(&body, LOOK_FRAME_MAX);
	look_frame_host_write(&body, host, b);
	channel_send(i->channel, FRAME_HOST, 0, buf_look(&body));
	buf_clear(&body);
}

/* --- jobs -------------------------------------------------------------------- */

static void
on_found(void *arg, void *job, const struct finding *f,
    const struct trail *t)
{
	struct inspect *i = arg;
	struct look_frame_seen l = { .url = span_of(job), .cause = f->cause,
	    .detail = buf_look(&f->detail), .etag = span_of(t->etag),
	    .modified = span_of(t->modified) };
	struct buf body;

	buf_init(&body, LOOK_FRAME_MAX);
	look_frame_seen_write(&body, &l);
	must(!body.bad);
	channel_send(i->channel, FRAME_LOOKED, 0, buf_look(&body));
	buf_clear(&body);
	free(job);
}

static void
on_dropped(void *arg, void *job)
{
	(void)arg;
	free(job);
}

static bool
look(struct inspect *i, struct span body)
{
	struct look_frame_ask l;
	char *etag, *modified;
	struct url u;

	if (!look_frame_ask_read(&l, body))
		return false;
	must(url_parse(&u, l.url));
	if (l.has_before)
		remember(i, (struct span){ u.host.at,
		    (size_t)(u.path.at - u.host.at) }, &l.before);
	etag = mem_copy(l.etag.at, l.etag.n);
	modified = mem_copy(l.modified.at, l.modified.n);
	checker_put(i->checker, l.url, etag, modified,
	    mem_copy(l.url.at, l.url.n));
	free(etag);
	free(modified);
	return true;
}

static void
on_homed(void *arg, uint64_t number, const struct home_frame_seen *seen)
{
	struct inspect *i = arg;
	struct buf body;

	buf_init(&body, HOME_FRAME_MAX);
	home_frame_seen_write(&body, seen);
	must(!body.bad);
	channel_send(i->channel, FRAME_HOMED, number, buf_look(&body));
	buf_clear(&body);
	home_names_visited(i->names, number, seen->look);
}

static void
on_elsewhere(void *arg, uint64_t number)
{
	struct inspect *i = arg;

	channel_send(i->channel, FRAME_HOME_NOW, number, SPAN_NONE);
}

static bool
look_at_home(struct inspect *i, const struct frame *f)
{
	struct home_frame_ask ask;

	if (!home_frame_ask_read(&ask, f->body))
		return false;
	home_trips_go(i->homes, f->number, &ask);
	return true;
}

static void
on_frame(void *arg, struct channel *channel, const struct frame *f)
{
	struct inspect *i = arg;
	bool good = false;

	(void)channel;
	if (f->kind == FRAME_LOOK)
		good = look(i, f->body);
	else if (f->kind == FRAME_HOME)
		good = look_at_home(i, f);
	else if (f->kind == FRAME_TRY)
		good = move_tries_frame(i->moves, f);
	if (!good)
		log_warn("part=core sent a frame of kind %u that makes no "
		    "sense", f->kind);
}

static void
on_end(void *arg, struct channel *channel)
{
	struct inspect *i = arg;

	(void)channel;
	event_base_loopbreak(i->base);
}

/* --- its life ---------------------------------------------------------------- */

void
inspect_agent(struct buf *b, const struct config *c, const char *what)
{
	bool named = c->check_contact != NULL && c->check_contact[0] != '\0';

	/* RFC 9309: the name that robots.txt knows us by comes first. */
	buf_printf(b, "zhanqun/" ZQ_VERSION " (%s", what);
	if (named && strpbrk(c->check_contact, "\r\n()") == NULL)
		buf_printf(b, "; +%s", c->check_contact);
	buf_text(b, ")");
}

struct inspect *
inspect_new(struct event_base *base, const struct config *config, int fd)
{
	struct inspect *i = mem_new(sizeof(*i));
	struct checker_spec spec = { .found = on_found, .dropped = on_dropped,
	    .before = on_before, .known = on_known, .arg = i,
	    .window = (int64_t)config->check_window, .trips = {
		.inward = &i->inward, .cas = config->check_cas,
		.timeout = TIMEOUT, .patience = PATIENCE,
		.delay = (uint32_t)config->check_delay,
		.parallel = (unsigned)config->check_parallel } };
	struct buf agent, why;

	buf_init(&why, 1024);
	must(inward_allow_all(&i->inward, config->check_allow, &why));
	buf_clear(&why);
	buf_init(&agent, 1024);
	inspect_agent(&agent, config, INSPECT_LINKS);
	spec.trips.user_agent = buf_cstr(&agent);
	i->base = base;
	i->checker = checker_new(base, &spec);
	i->trips = trips_new(base, &spec.trips);
	buf_reset(&agent);
	inspect_agent(&agent, config, INSPECT_HOMES);
	spec.trips.user_agent = buf_cstr(&agent);
	spec.trips.timeout = (uint32_t)config->home_limit;
	i->homes = home_trips_new(base, &spec.trips, on_homed, i);
	i->names = home_names_new(base, (int64_t)config->home_dns_every,
	    (int64_t)config->home_every * VISITS + TIMEOUT, on_elsewhere, i);
	i->channel = channel_new(base, fd, LOOK_FRAME_MAX, on_frame,
	    on_end, i);
	i->moves = move_tries_new(i->trips, i->channel);
	buf_clear(&agent);
	return i;
}

void
inspect_free(struct inspect *i)
{
	if (i == NULL)
		return;
	checker_free(i->checker);
	home_trips_free(i->homes);
	home_names_free(i->names);
	trips_free(i->trips);
	move_tries_free(i->moves);
	channel_free(i->channel);
	tree_clear(&i->pasts, free_past);
	free(i);
}
