/*
 * Underway: a tree of places, and one of domains; see underway.h.
 */
#include "hub/underway.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/baseline.h"
#include "hub/registrable.h"
#include "hub/tree.h"
#include "protocol/url.h"

struct domain {
	char name[REGISTRABLE_MAX];
	unsigned count;
};

struct place {
	uint8_t key[URL_KEY];
	struct domain *domain;
};

struct underway {
	void *places, *domains;	/* trees */
	size_t count;
	unsigned of_domain;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *one = a, *two = b;

	return memcmp(one->key, two->key, URL_KEY);
}

static int
compare_domains(const void *a, const void *b)
{
	const struct domain *one = a, *two = b;

	return strcmp(one->name, two->name);
}

static struct domain *
domain_of(struct underway *u, struct span url)
{
	struct domain *d = mem_new(sizeof(*d)), *there;
	struct url parts;

	must(url_parse(&parts, url));
	registrable(d->name, parts.host);
	there = tree_put(&u->domains, d, compare_domains);
	if (there != d)
		free(d);
	return there;
}

static void
leave(struct underway *u, struct domain *d)
{
	if (d->count > 0)
		return;
	tree_del(&u->domains, d, compare_domains);
	free(d);
}

static struct place *
find(const struct underway *u, struct span url)
{
	struct place key;

	baseline_place(key.key, url);
	return tree_find(&u->places, &key, compare_places);
}

bool
underway_has(const struct underway *u, struct span url)
{
	return find(u, url) != NULL;
}

bool
underway_put(struct underway *u, struct span url)
{
	struct domain *d;
	struct place *p;

	if (find(u, url) != NULL)
		return false;
	d = domain_of(u, url);
	if (d->count >= u->of_domain) {
		leave(u, d);
		return false;
	}
	p = mem_new(sizeof(*p));
	baseline_place(p->key, url);
	p->domain = d;
	(void)tree_put(&u->places, p, compare_places);
	d->count++;
	u->count++;
	return true;
}

bool
underway_done(struct underway *u, struct span url)
{
	struct place *p = find(u, url);
	struct domain *d;

	if (p == NULL)
		return false;
	d = p->domain;
	tree_del(&u->places, p, compare_places);
	free(p);
	u->count--;
	d->count--;
	leave(u, d);
	return true;
}

size_t
underway_count(const struct underway *u)
{
	return u->count;
}

struct underway *
underway_new(unsigned of_domain)
{
	struct underway *u = mem_new(sizeof(*u));

	must(of_domain > 0);
	u->of_domain = of_domain;
	return u;
}

void
underway_free(struct underway *u)
{
	if (u == NULL)
		return;
	tree_clear(&u->places, free);
	tree_clear(&u->domains, free);
	free(u);
}
