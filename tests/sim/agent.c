/*
 * What agent/agent.c does with the agent's parts, for the simulator.
 */

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "agent/errand.h"
#include "agent/retell.h"
#include "agent/spool.h"
#include "agent/trust.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "tests/sim/agent_inside.h"
#include "tests/sim/disk.h"
#include "tests/sim/loop.h"

#define CHORES 60000		/* ms */
#define TRIM_COUNT 1000
#define BEAT 15000		/* ms */
#define PROVE_EVERY 300000	/* ms: days are long here */

/* --- certificates are not in this world ----------------------------------- */

void
line_prepare(const struct line *l, CURL *curl)
{
	(void)l;
	(void)curl;
}

bool
trust_take(const char *dir, struct span body, struct buf *why)
{
	(void)dir;
	(void)body;
	(void)why;
	return true;
}

void
renew_look(struct renew *r)
{
	(void)r;
}

/* --- what agent.c does ---------------------------------------------------- */

bool
agent_tell_again(struct agent *a, const char *why)
{
	trace(a->part->name, "tells everything again: %s", why);
	if (strstr(why, "no longer in the spool") != NULL &&
	    store_meta(a->store)->first == 1)
		broken("%s tells everything again, and the spool has it all",
		    a->part->name);
	if (!retell(a->store))
		return false;
	sources_afresh(a->sources);
	push_restart(a->push);
	return true;
}

static void
on_retell(void *arg, const char *why)
{
	(void)agent_tell_again(arg, why);
}

/* The ca would grant it, and the core bind it. */
static void
on_renew(void *arg)
{
	struct agent *a = arg;

	a->part->wants_key = true;
}

static uint64_t
on_held(void *arg)
{
	const struct agent *a = arg;

	return sources_held(a->sources);
}

static void
on_trouble(void *arg, struct buf *b)
{
	const struct agent *a = arg;

	sources_trouble(a->sources, b);
}

static bool
on_is_settled(void *arg)
{
	const struct agent *a = arg;

	return sources_are_settled(a->sources);
}

static void
on_look(void *arg, struct span source, struct span path)
{
	struct agent *a = arg;

	sources_look(a->sources, source, path);
}

static void
on_rescan(void *arg)
{
	struct agent *a = arg;

	sources_rescan(a->sources);
}

static void
on_pause(void *arg, bool on)
{
	struct agent *a = arg;

	sources_pause(a->sources, on);
}

static void
on_want(void *arg, struct span words)
{
	struct agent *a = arg;

	push_want(a->push, words);
}

static bool
on_letter(void *arg, const struct letter *l)
{
	struct agent *a = arg;
	const struct errand_host host = { .store = a->store,
	    .sources = a->sources, .dir = a->part->dir };

	return errand_do(&host, l);
}

static void
on_map(void *arg, uint64_t version)
{
	struct agent *a = arg;

	redirect_sync_heard(a->redirect_sync, version);
}

static int64_t
on_rest(void *arg)
{
	const struct agent *a = arg;

	return push_rest(a->push);
}

static void
on_news(void *arg, size_t n)
{
	struct agent *a = arg;

	(void)n;
	push_kick(a->push);
}

static void
on_quiet(void *arg)
{
	struct agent *a = arg;

	push_kick(a->push);
}

static bool
on_reach(void *arg)
{
	(void)arg;
	return false;
}

static bool
trim(struct store_txn *t, void *arg)
{
	(void)arg;
	(void)spool_trim(t, clock_wall(), TRIM_COUNT);
	return true;
}

static void
after(struct event *e, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000 };

	event_add(e, &tv);
}

static void
on_chores(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	struct store_txn *t = store_look(a->store);
	struct change c;
	bool old = t->meta.first <= t->meta.confirmed &&
	    spool_get(t, t->meta.first, &c) &&
	    (c.when <= clock_wall() - SPOOL_KEEP || c.when > clock_wall());

	(void)fd;
	(void)what;
	store_end(t);
	if (old)
		(void)store_do(a->store, trim, NULL);
	after(a->chores, CHORES);
}

/* --- its life ------------------------------------------------------------- */

static void
open_push(struct agent *a)
{
	struct push_host host = {
		.base = a->part->base, .store = a->store, .line = &a->line,
		.fetch = a->fetch, .beat = BEAT, .prove_every = PROVE_EVERY,
		.instance = a->instance, .arg = a, .retell = on_retell,
		.renew = on_renew, .held = on_held, .trouble = on_trouble,
		.is_settled = on_is_settled, .look = on_look,
		.rescan = on_rescan, .pause = on_pause,
	};

	a->push = push_new(&host);
}

static void
open_inbox(struct agent *a)
{
	struct inbox_host host = {
		.base = a->part->base, .store = a->store, .fetch = a->fetch,
		.line = &a->line, .instance = a->instance, .arg = a,
		.want = on_want, .act = on_letter, .rest = on_rest,
		.map = on_map,
	};

	a->inbox = inbox_new(&host);
}

/* Nothing is written for a web server: agent_leads() asks what it would
 * say. */
static void
open_charts(struct agent *a)
{
	const struct redirect_sync_host host = {
		.base = a->part->base, .store = a->store, .fetch = a->fetch,
		.line = &a->line, .config = &a->config, .arg = a,
	};

	a->redirect_sync = redirect_sync_new(&host);
}

static void
open_sources(struct agent *a, struct site *s)
{
	struct source_host host = {
		.base = a->part->base, .store = a->store, .top = &a->top,
		.arg = a, .news = on_news, .reach = on_reach,
		.quiet = on_quiet,
	};

	a->set.site = s;
	a->config.top = &a->top;
	a->config.count = 1;
	a->config.source[0].name = SITE_SOURCE;
	a->config.source[0].set = &a->set.set;
	a->sources = sources_open(&host, &a->config);
}

static void
open_parts(struct agent *a, struct site *s, uint64_t spool)
{
	static char hub[] = "http://hub", none[] = "",
	    devices[] = "/dev/null";	/* for there is no ca */

	a->top = (struct config_top){ .hub = hub, .dir = a->part->dir,
		.map_nginx = none, .map_apache = none,
		.spool = spool, .beat = BEAT, .prove_every = PROVE_EVERY,
		.gate_items = 50, .gate_percent = 10 };
	a->line = (struct line){ .hub = hub, .key = none, .cert = none,
		.ca = devices };
	RAND_bytes((unsigned char *)&a->instance, sizeof(a->instance));
	a->fetch = fetch_new(a->part->base, LINE_AGENT);
	open_push(a);
	open_charts(a);
	open_sources(a, s);
	open_inbox(a);
	a->chores = event_new(a->part->base, -1, 0, on_chores, a);
	after(a->chores, CHORES);
}

struct agent *
agent_open(struct part *p, struct site *s, uint64_t spool)
{
	struct agent *a = mem_new(sizeof(*a));
	struct buf why;

	a->part = p;
	p->base = loop_new(p);
	p->mono = between(0, 1000000) - sim.now;
	p->up = true;
	p->dead = false;
	disk_watch(p);
	loop_clocks(p);
	buf_init(&why, 4096);
	a->store = store_open(p->dir, DB_WRITE | DB_CREATE, spool, &why);
	trace(p->name, "%s%s", a->store != NULL ? "starts" :
	    "can't start: ", buf_cstr(&why));
	buf_clear(&why);
	if (a->store == NULL) {
		agent_close(a);
		return NULL;
	}
	open_parts(a, s, spool);
	return a;
}

void
agent_close(struct agent *a)
{
	struct part *p = a->part;

	loop_clocks(p);
	inbox_free(a->inbox);
	redirect_sync_free(a->redirect_sync);
	push_free(a->push);
	sources_close(a->sources);
	if (a->fetch != NULL)
		fetch_free(a->fetch);
	if (a->chores != NULL)
		event_free(a->chores);
	store_close(a->store);
	disk_unwatch(p);
	loop_free(p->base);
	p->base = NULL;
	p->up = false;
	free(a);
}
