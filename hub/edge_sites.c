#include "hub/edge_sites.h"

#include <stdio.h>
#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define EDGE_SITES_CAUSE 32
#define SLOTS 4096	/* a power of two; clusters have up to thousands */

struct site {
	struct site *next;
	uint32_t number;
	size_t count;			/* of connections */
	struct edge_guest *loads;	/* who brings in a large body, or
					 * NULL */
	char *blocked;			/* why; NULL: it isn't … */
	char cause[EDGE_SITES_CAUSE];	/* … and which kind of no */
	LIST_HEAD(guests, edge_guest) guests;
};

struct edge_sites {
	struct site *slot[SLOTS];
};

struct edge_sites *
edge_sites_new(void)
{
	return mem_new(sizeof(struct edge_sites));
}

void
edge_sites_free(struct edge_sites *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		while (s->slot[i] != NULL) {
			struct site *site = s->slot[i];

			s->slot[i] = site->next;
			free(site->blocked);
			free(site);
		}
	}
	free(s);
}

/* The CA numbers sites one after the other: no need to mix. */
static struct site **
place(struct edge_sites *s, uint32_t number)
{
	struct site **at = &s->slot[number & (SLOTS - 1)];

	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

static struct site *
site_for(struct edge_sites *s, uint32_t number)
{
	struct site **at = place(s, number);

	if (*at == NULL) {
		*at = mem_new(sizeof(**at));
		(*at)->number = number;
		LIST_INIT(&(*at)->guests);
	}
	return *at;
}

/* True if it was: then *at is the next one. */
static bool
forget_if_empty(struct site **at)
{
	struct site *site = *at;

	if (site->count > 0 || site->blocked != NULL)
		return false;
	*at = site->next;
	free(site);
	return true;
}

size_t
edge_sites_come(struct edge_sites *s, struct edge_guest *g)
{
	struct site *site = site_for(s, g->peer.site);

	LIST_INSERT_HEAD(&site->guests, g, entry);
	return ++site->count;
}

size_t
edge_sites_leave(struct edge_sites *s, struct edge_guest *g)
{
	struct site **at = place(s, g->peer.site);
	size_t left;

	must(*at != NULL && (*at)->count > 0);
	LIST_REMOVE(g, entry);
	left = --(*at)->count;
	(void)forget_if_empty(at);
	return left;
}

void
edge_sites_block(struct edge_sites *s, uint32_t site, struct span cause,
    struct span reason)
{
	struct site *one = site_for(s, site);

	snprintf(one->cause, sizeof(one->cause), "%.*s", SPAN_ARGS(cause));

	free(one->blocked);
	one->blocked = mem_copy(reason.n > 0 ? reason.at : "", reason.n);
}

void
edge_sites_unblock_all(struct edge_sites *s)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct site **at = &s->slot[i];

		while (*at != NULL) {
			free((*at)->blocked);
			(*at)->blocked = NULL;
			if (!forget_if_empty(at))
				at = &(*at)->next;
		}
	}
}

const char *
edge_sites_blocked(struct edge_sites *s, uint32_t site, const char **cause)
{
	const struct site *one = *place(s, site);

	if (one == NULL)
		return NULL;
	*cause = one->cause;
	return one->blocked;
}

bool
edge_sites_load(struct edge_sites *s, struct edge_guest *g)
{
	struct site *site = *place(s, g->peer.site);

	must(site != NULL);
	if (site->loads != NULL)
		return false;
	site->loads = g;
	return true;
}

void
edge_sites_unload(struct edge_sites *s, const struct edge_guest *g)
{
	struct site *site = *place(s, g->peer.site);

	must(site != NULL && site->loads == g);
	site->loads = NULL;
}

void
edge_sites_each_load(struct edge_sites *s, edge_sites_fn *fn, void *arg)
{
	for (size_t i = 0; i < SLOTS; i++)
		for (struct site *one = s->slot[i]; one != NULL;
		    one = one->next)
			if (one->loads != NULL)
				fn(arg, one->loads);
}

void
edge_sites_drop(struct edge_sites *s, uint32_t site)
{
	const struct site *one = *place(s, site);
	struct edge_guest *g;

	if (one == NULL)
		return;
	LIST_FOREACH(g, &one->guests, entry)
		http_conn_drop(g->conn);
}

/* A guest that is dropped leaves later, from its own callback. */
void
edge_sites_each(struct edge_sites *s, edge_sites_fn *fn, void *arg)
{
	struct edge_guest *g;

	for (size_t i = 0; i < SLOTS; i++)
		for (struct site *one = s->slot[i]; one != NULL;
		    one = one->next)
			LIST_FOREACH(g, &one->guests, entry)
				fn(arg, g);
}
