/*
 * What agent/agent.c does with the agent's parts, for the simulator.
 */
#include "tests/sim/agent.h"

#include <stdlib.h>
#include <string.h>

#include "agent/inbox.h"
#include "agent/line.h"
#include "agent/push.h"
#include "agent/retell.h"
#include "agent/say.h"
#include "agent/spool.h"
#include "agent/store.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "tests/sim/disk.h"
#include "tests/sim/loop.h"
#include "tests/sim/root.h"

#define CHORES 60000		/* ms */
#define TRIM_COUNT 1000
#define BEAT 15000		/* ms */

struct agent {
	struct part *part;
	struct site *site;
	struct store *store;
	struct fetch *fetch;
	struct line line;
	struct push *push;
	struct inbox *inbox;
	struct root *root;
	struct event *chores;
};

/* Certificates are not in this world. */
void
line_prepare(const struct line *l, CURL *curl)
{
	(void)l;
	(void)curl;
}

/* --- what agent.c does ---------------------------------------------------------- */

static void
on_news(void *arg)
{
	struct agent *a = arg;

	push_kick(a->push);
}

static void
on_retell(void *arg)
{
	struct agent *a = arg;

	trace(a->part->name, "tells everything again");
	if (!retell(a->store))
		return;
	root_rescan(a->root);
	push_restart(a->push);
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

static void
open_parts(struct agent *a)
{
	static char hub[] = "http://hub", none[] = "";
	struct push_host host = { .base = a->part->base, .store = a->store,
		.line = &a->line, .beat = BEAT, .arg = a,
		.retell = on_retell };
	struct root_host root = { .base = a->part->base, .store = a->store,
		.site = a->site, .arg = a, .news = on_news };

	a->line = (struct line){ .hub = hub, .key = none, .cert = none,
		.ca = none };
	host.fetch = a->fetch = fetch_new(a->part->base, LINE_AGENT);
	a->push = push_new(&host);
	a->inbox = inbox_new(a->part->base, a->store, a->fetch, &a->line);
	a->root = root_new(&root);
	a->chores = event_new(a->part->base, -1, 0, on_chores, a);
	after(a->chores, CHORES);
}

struct agent *
agent_open(struct part *p, struct site *s, uint64_t spool)
{
	struct agent *a = mem_new(sizeof(*a));
	struct buf why;

	a->part = p;
	a->site = s;
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
	open_parts(a);
	return a;
}

void
agent_close(struct agent *a)
{
	struct part *p = a->part;

	loop_clocks(p);
	inbox_free(a->inbox);
	push_free(a->push);
	root_free(a->root);
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

/* --- what happens to it ------------------------------------------------------------ */

/* Its people act on it with its clocks, and it may die of it. */
static bool
outlives(struct agent *a)
{
	bool dead = a->part->dead;

	if (dead)
		a->part->bury(a->part);
	return !dead;
}

void
agent_notice(struct agent *a, size_t n)
{
	root_notice(a->root, n);
}

void
agent_rescan(struct agent *a)
{
	root_rescan(a->root);
}

bool
agent_release(struct agent *a)
{
	loop_clocks(a->part);
	return root_release(a->root);
}

bool
agent_refuse(struct agent *a)
{
	return root_refuse(a->root);
}

void
agent_retell_all(struct agent *a)
{
	loop_clocks(a->part);
	on_retell(a);
	(void)outlives(a);
}

bool
agent_say(struct agent *a, size_t n)
{
	const struct site_file *f = &a->site->said[n];
	char url[SITE_TEXT], title[SITE_TEXT];
	struct buf why;
	json_t *ask, *said;
	bool kept;

	site_said_url(url, a->site, n);
	ask = json_pack("{s:s, s:s}", "kind", f->there ? "item" : "deleted",
	    "url", url);
	if (f->there)
		json_object_set_new(ask, "title",
		    json_string(site_title(title, f, n)));
	loop_clocks(a->part);
	buf_init(&why, 4096);
	said = say_it(a->store, ask, 480, &why);
	json_decref(ask);
	trace(a->part->name, "is told that %s %s%s%s", url, f->there ?
	    "is there" : "is gone", said == NULL ? ": " : "",
	    buf_cstr(&why));
	buf_clear(&why);
	push_kick(a->push);
	kept = said != NULL;
	json_decref(said);
	return outlives(a) && kept;
}

/* --- looking ------------------------------------------------------------------------ */

bool
agent_is_quiet(const struct agent *a)
{
	return root_is_quiet(a->root) &&
	    spool_waiting(store_meta(a->store)) == 0 &&
	    push_is_well(a->push);
}

bool
agent_holds(const struct agent *a)
{
	return root_holds(a->root);
}

void
agent_look(struct agent *a, struct agent_state *s)
{
	struct store_txn *t = store_look(a->store);

	*s = (struct agent_state){ .incarnation = t->meta.incarnation,
		.seq = t->meta.next - 1, .confirmed = t->meta.confirmed,
		.letters = t->meta.letters, .told = t->digest.items };
	digest_sum(&t->digest, s->digest);
	store_end(t);
}

void
agent_letters(struct agent *a, agent_letter_fn *each, void *arg)
{
	struct store_txn *t = store_look(a->store);
	json_t *list = inbox_list(t, INBOX_KEEP), *one;
	size_t i;

	json_array_foreach(list, i, one)
		each(arg, (uint64_t)json_integer_value(json_object_get(one,
		    "number")), span_of(json_string_value(json_object_get(
		    one, "text"))));
	json_decref(list);
	store_end(t);
}
