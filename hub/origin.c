/*
 * Origins: a tree by name, and a list by age; see origin.h.
 */
#include "hub/origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/tree.h"
#include "protocol/url.h"

#define NAME_SIZE 300		/* bytes of "https://host:65535" */

struct origins {
	void *tree;
	TAILQ_HEAD(origin_list, origin) order;
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const struct origin *one = a, *two = b;

	return strcmp(one->name, two->name);
}

static void
forget(struct origins *all, struct origin *o)
{
	tree_del(&all->tree, o, compare);
	TAILQ_REMOVE(&all->order, o, entry);
	all->count--;
	robots_clear(&o->robots);
	free(o->name);
	free(o);
}

static void
forget_oldest(struct origins *all)
{
	struct origin *next;

	for (struct origin *o = TAILQ_FIRST(&all->order);
	    o != NULL && all->count > ORIGIN_MOST; o = next) {
		next = TAILQ_NEXT(o, entry);
		if (o->state == ORIGIN_KNOWN && TAILQ_EMPTY(&o->waiting))
			forget(all, o);
	}
}

static struct origin *
make(struct origins *all, const char *name)
{
	struct origin *o = mem_new(sizeof(*o));

	o->name = mem_text(name);
	robots_init(&o->robots);
	TAILQ_INIT(&o->waiting);
	(void)tree_put(&all->tree, o, compare);
	TAILQ_INSERT_TAIL(&all->order, o, entry);
	all->count++;
	forget_oldest(all);
	return o;
}

struct origin *
origin_of(struct origins *all, struct span url)
{
	char name[NAME_SIZE];
	struct origin key = { .name = name }, *o;
	struct url u;

	must(url_parse(&u, url));
	snprintf(name, sizeof(name), "%.*s",
	    (int)(u.path.at - url.at), url.at);
	o = tree_find(&all->tree, &key, compare);
	if (o == NULL)
		return make(all, name);
	TAILQ_REMOVE(&all->order, o, entry);
	TAILQ_INSERT_TAIL(&all->order, o, entry);
	return o;
}

bool
origin_is_fresh(const struct origin *o)
{
	return o->state == ORIGIN_KNOWN &&
	    clock_mono() - o->since < ORIGIN_LIFE;
}

/* There is no answer from this server, for anything. */
static bool
is_dead(const struct trail *t)
{
	switch (t->trouble) {
	case CAUSE_NO_NAME: case CAUSE_NO_CONNECTION: case CAUSE_TIME:
	case CAUSE_INWARD: case CAUSE_CERTIFICATE: case CAUSE_GARBAGE:
		return t->hops == 0;	/* else it is another's trouble */
	default:
		return false;
	}
}

/* RFC 9309 §2.3.1: whoever has none lets everybody in; whoever is in trouble
 * is left alone. */
void
origin_take(struct origin *o, const struct trail *t)
{
	o->state = ORIGIN_KNOWN;
	o->since = clock_mono();
	o->trouble = CAUSE_FINE;
	robots_clear(&o->robots);
	robots_init(&o->robots);
	if (is_dead(t)) {
		o->trouble = t->trouble;
		snprintf(o->detail, sizeof(o->detail), "%s", t->detail);
	} else if (t->trouble != CAUSE_FINE) {
		return;
	} else if (t->status >= 500) {
		o->trouble = CAUSE_SERVER;
		snprintf(o->detail, sizeof(o->detail), "%ld", t->status);
	} else if (t->status >= 200 && t->status < 300) {
		robots_parse(&o->robots, buf_look(&t->body));
	}
}

enum cause
origin_may(const struct origin *o, struct span url, struct span *detail)
{
	struct url u;

	must(url_parse(&u, url));
	*detail = o->trouble == CAUSE_INWARD ? u.host : span_of(o->detail);
	if (o->trouble != CAUSE_FINE)
		return o->trouble;
	return robots_may(&o->robots, (struct span){ u.path.at,
	    (size_t)(url.at + url.n - u.path.at) }) ? CAUSE_FINE :
	    CAUSE_ROBOTS;
}

struct origins *
origins_new(void)
{
	struct origins *all = mem_new(sizeof(*all));

	TAILQ_INIT(&all->order);
	return all;
}

void
origins_free(struct origins *all)
{
	struct origin *next;

	if (all == NULL)
		return;
	for (struct origin *o = TAILQ_FIRST(&all->order); o != NULL;
	    o = next) {
		next = TAILQ_NEXT(o, entry);
		forget(all, o);
	}
	free(all);
}
