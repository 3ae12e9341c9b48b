/*
 * The names of home pages between visits; see home_names.h.
 *
 * Each name has a timer of its own, so they keep apart as they came. Few are
 * asked for at a time, for the resolver's threads are those of visits as well
 * (home_dns.h); the others wait in the order in which their time came.
 */
#include "hub/home_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/home_dns.h"
#include "hub/home_known.h"
#include "hub/tree.h"

#define ABREAST 10		/* of the C library's 20 threads */
#define AGAIN 3000		/* ms: what wasn't found, to make sure */

struct name {
	TAILQ_ENTRY(name) entry;	/* of those that wait */
	struct home_names *names;
	uint64_t number;
	char host[HOME_HOST];
	struct event *timer;
	struct home_dns *dns;	/* while it is asked for */
	bool stale;		/* what is asked for was its host before */
	int64_t visited;	/* ms, mono */
	struct home_known known;
};

struct home_names {
	struct event_base *base;
	int64_t every, life;
	home_names_fn *look;
	void *arg;
	void *all;		/* tree */
	TAILQ_HEAD(name_list, name) waiting;
	unsigned under_way;
	int64_t found;		/* ms, mono: a name was, last */
};

/* --- names ---------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const struct name *one = a, *two = b;

	return (one->number > two->number) - (one->number < two->number);
}

static void
free_name(void *arg)
{
	struct name *n = arg;

	home_dns_cancel(n->dns);
	event_free(n->timer);
	free(n);
}

static void
wait_for(struct name *n, int64_t ms)
{
	struct timeval t = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	event_add(n->timer, &t);
}

/* --- asking ---------------------------------------------------------------------- */

static void go_on(struct home_names *h);

static void
log_news(const struct name *n, char (*address)[INET6_ADDRSTRLEN],
    size_t count, const char *why)
{
	if (count == 0)
		log_info("home: host=%s can't be found any more: %s; it is "
		    "looked at now", n->host, why);
	else
		log_info("home: host=%s leads elsewhere, address=%s: it is "
		    "looked at now", n->host, address[0]);
}

static void
on_answer(void *arg, char (*address)[INET6_ADDRSTRLEN], size_t count,
    const char *why)
{
	struct name *n = arg;
	struct home_names *h = n->names;
	bool doubted = home_known_doubts(&n->known);
	int64_t now = clock_mono(), next = h->every;

	n->dns = NULL;
	h->under_way--;
	if (count > 0)
		h->found = now;
	if (!n->stale &&
	    home_known_answer(&n->known, address, count, now)) {
		log_news(n, address, count, why);
		h->look(h->arg, n->number);
	}
	if (!doubted && home_known_doubts(&n->known) && next > AGAIN)
		next = AGAIN;
	wait_for(n, next);
	go_on(h);
}

static void
go_on(struct home_names *h)
{
	struct name *n;

	while (h->under_way < ABREAST &&
	    (n = TAILQ_FIRST(&h->waiting)) != NULL) {
		TAILQ_REMOVE(&h->waiting, n, entry);
		n->stale = false;
		h->under_way++;
		home_known_ask(&n->known, h->found);
		n->dns = home_dns_ask(h->base, n->host, on_answer, n);
	}
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct name *n = arg;
	struct home_names *h = n->names;

	(void)fd, (void)what;
	if (clock_mono() - n->visited >= h->life) {
		tree_del(&h->all, n, compare);
		free_name(n);
		return;
	}
	TAILQ_INSERT_TAIL(&h->waiting, n, entry);
	go_on(h);
}

/* --- visits ---------------------------------------------------------------------- */

static struct name *
name_of(struct home_names *h, uint64_t number)
{
	struct name key = { .number = number };
	struct name *n = tree_find(&h->all, &key, compare);

	if (n != NULL)
		return n;
	n = mem_new(sizeof(*n));
	n->names = h;
	n->number = number;
	n->timer = evtimer_new(h->base, on_time, n);
	must(n->timer != NULL);
	wait_for(n, (int64_t)backoff_random((uint32_t)h->every) + 1);
	(void)tree_put(&h->all, n, compare);
	return n;
}

void
home_names_visited(struct home_names *h, uint64_t number,
    const struct home_look *l)
{
	char host[HOME_HOST], address[HOME_ADDRESSES][INET6_ADDRSTRLEN];
	struct name *n;

	if (h->every == 0)
		return;
	n = name_of(h, number);
	n->visited = clock_mono();
	home_host(host, l->hop[0].url);
	if (strcmp(host, n->host) != 0) {	/* the site's domain is another */
		n->known = (struct home_known){ .count = 0 };
		n->stale = true;
		snprintf(n->host, sizeof(n->host), "%s", host);
	}
	memcpy(address, l->dns, sizeof(address));
	home_known_visited(&n->known, address, l->dns_count, n->visited);
}

/* --- its life --------------------------------------------------------------------- */

struct home_names *
home_names_new(struct event_base *base, int64_t every, int64_t life,
    home_names_fn *look, void *arg)
{
	struct home_names *h = mem_new(sizeof(*h));

	h->base = base;
	h->every = every;
	h->life = life;
	h->look = look;
	h->arg = arg;
	TAILQ_INIT(&h->waiting);
	return h;
}

void
home_names_free(struct home_names *h)
{
	if (h == NULL)
		return;
	tree_clear(&h->all, free_name);
	free(h);
}
