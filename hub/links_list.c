/*
 * Lists and counts of targets; see links.h.
 */
#include "hub/links.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "hub/links_range.h"
#include "hub/links_walk.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

/* --- of a scope ----------------------------------------------------------- */

static int
order(const struct target_key *a, const struct target_key *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int d = memcmp(a->at, b->at, n);

	return d != 0 ? d : (a->n > b->n) - (a->n < b->n);
}

/* Programs that are named as an index have keys like it (url_place.h). */
static bool
is_asked_about(const struct links_range *r, struct span url)
{
	return r->page.n == 0 || url_place_asked(url, r->page);
}

static bool
range_targets(struct db_txn *t, const struct links_range *r,
    const struct target_key *after, link_target_fn *each, void *arg,
    int64_t *steps)
{
	bool behind = after != NULL && order(after, &r->key) >= 0;
	struct target_key k = behind ? *after : r->key;
	struct target target;
	bool more = true;
	struct buf room;

	buf_init(&room, LIMIT_URL + 16);
	while (more && *steps >= 0 && links_range_next(t, r, behind, &k)) {
		*steps -= STEP_TARGET;
		more = target_get(t, &k, &target, &room) &&
		    (!is_asked_about(r, target.url) ||
		    each(arg, &k, &target));
		behind = true;
	}
	buf_clear(&room);
	return more && *steps >= 0;
}

bool
links_targets(struct db_txn *t, enum rewrite_scope scope, struct span url,
    const struct target_key *after, link_target_fn *each, void *arg,
    int64_t *steps)
{
	struct links_ranges r;
	bool more = links_ranges(&r, scope, url);

	for (size_t i = 0; more && i < r.n; i++)
		more = range_targets(t, &r.range[i], after, each, arg,
		    steps);
	return more;
}

/* --- how many ------------------------------------------------------------- */

struct set {			/* of numbers */
	uint8_t *at;
	uint64_t n;		/* different ones */
};

static void
set_begin(struct set *s, uint64_t last)
{
	s->at = mem_new((size_t)(last / 8 + 1));
	s->n = 0;
}

static bool			/* it was not in it yet */
set_add(struct set *s, uint64_t number)
{
	uint8_t bit = (uint8_t)(1u << (number & 7));
	bool new = (s->at[number >> 3] & bit) == 0;

	s->at[number >> 3] |= bit;
	s->n += new;
	return new;
}

struct counting {
	struct links_walk walk;
	struct set runs, sites, pages;
	uint64_t targets;
	bool any;		/* of the target in hand */
	uint32_t but;		/* links from this site don't count; 0: all
				 * do */
	uint32_t of;		/* only what is of this site; 0: all */
};

static bool
count_page(void *arg, uint32_t item)
{
	struct counting *c = arg;

	--*c->walk.steps;
	set_add(&c->pages, item);
	return links_walk_goes_on(&c->walk);
}

static bool
count_run(void *arg, const struct run *run)
{
	struct counting *c = arg;

	if (run->site == c->but)
		return true;
	c->any = true;
	if (!set_add(&c->runs, run->number))
		return true;
	set_add(&c->sites, run->site);
	return links_walk_pages(&c->walk, run, UINT64_MAX, count_page, c);
}

/* Below a site's domain there may be one of another site. */
static bool
is_of(const struct counting *c, const struct target *t)
{
	uint32_t site;
	struct url u;

	return c->of == 0 || (url_parse(&u, t->url) &&
	    site_of_host(c->walk.txn, u.host, &site) && site == c->of);
}

static bool
count_target(void *arg, const struct target_key *k, const struct target *t)
{
	struct counting *c = arg;
	bool more;

	if (!is_of(c, t))
		return true;
	c->any = false;
	links_walk_target(&c->walk, k, t);
	more = links_walk_runs(&c->walk, count_run, c);
	c->targets += c->any;
	return more;
}

static void
count_begin(struct counting *c, struct db_txn *t, uint32_t site,
    int64_t *steps)
{
	links_walk_begin(&c->walk, t, site, steps);
	set_begin(&c->runs, c->walk.meta.runs);
	set_begin(&c->sites, site_last(t));
	set_begin(&c->pages, c->walk.meta.numbers);
}

static void
count_end(struct counting *c, struct link_count *n)
{
	n->targets = c->targets;
	n->sites = c->sites.n;
	n->pages = c->pages.n;
	free(c->runs.at);
	free(c->sites.at);
	free(c->pages.at);
	links_walk_end(&c->walk);
}

void
links_count(struct db_txn *t, enum rewrite_scope scope, struct span url,
    uint32_t site, struct link_count *n, int64_t *steps)
{
	struct counting c = { .but = 0 };

	count_begin(&c, t, site, steps);
	n->exact = links_targets(t, scope, url, NULL, count_target, &c,
	    steps);
	count_end(&c, n);
}

void
links_count_but(struct db_txn *t, enum rewrite_scope scope, struct span url,
    uint32_t site, struct link_count *n, int64_t *steps)
{
	struct counting c = { .but = site };

	count_begin(&c, t, 0, steps);
	n->exact = links_targets(t, scope, url, NULL, count_target, &c,
	    steps);
	count_end(&c, n);
}

/* --- what is broken ------------------------------------------------------- */

static bool
find_run(void *arg, const struct run *run)
{
	bool *found = arg;

	(void)run;
	*found = true;
	return false;
}

static bool
has_run(struct links_walk *w, const struct target_key *k,
    const struct target *t)
{
	bool found = false;

	links_walk_target(w, k, t);
	(void)links_walk_runs(w, find_run, &found);
	return found;
}

static bool
next_broken(struct db_txn *t, struct target_key *k)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_BROKEN);
	struct span key = target_key_look(k), row;
	bool found = db_cursor_get(c, k->n > 0 ? MDB_SET_RANGE : MDB_FIRST,
	    &key, &row);

	if (found && k->n > 0 && span_is(key, target_key_look(k)))
		found = db_cursor_get(c, MDB_NEXT, &key, &row);
	found = found && target_key_set(k, key);
	db_cursor_close(c);
	return found;
}

bool
links_broken(struct db_txn *t, uint32_t site,
    const struct target_key *after, link_target_fn *each, void *arg,
    int64_t *steps)
{
	struct target_key k = { .n = 0 };
	struct target target;
	struct links_walk w;
	bool more = true;
	struct buf room;

	if (after != NULL)
		k = *after;
	links_walk_begin(&w, t, site, steps);
	buf_init(&room, LIMIT_URL + 16);
	while (more && *steps >= 0 && next_broken(t, &k)) {
		*steps -= STEP_TARGET;
		if (target_get(t, &k, &target, &room) &&
		    (site == 0 || has_run(&w, &k, &target)))
			more = each(arg, &k, &target);
	}
	buf_clear(&room);
	links_walk_end(&w);
	return more && *steps >= 0;
}

/* --- between sites -------------------------------------------------------- */

/* Does it link to this host, or to one below it, that is the other site's? */
static bool
links_below(struct db_txn *t, uint32_t from, struct span host, uint32_t to,
    int64_t *steps)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_BETWEEN);
	struct key site = key_u32(from);
	struct span key, row, is;
	uint32_t owner = 0;
	struct buf at, name;
	bool more;

	buf_init(&at, 4 + TARGET_KEY);
	buf_init(&name, TARGET_KEY);
	buf_span(&at, key_look(&site));
	target_reverse(&at, host);
	key = buf_look(&at);
	more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	*steps -= STEP_PAGE;
	while (more && owner != to && *steps >= 0 && key.n >= at.n &&
	    memcmp(key.at, at.at, at.n) == 0) {
		*steps -= STEP_PAGE;
		is = (struct span){ .at = key.at + 4, .n = key.n - 4 };
		buf_reset(&name);
		target_reverse(&name, is);
		if (!site_of_host(t, buf_look(&name), &owner))
			owner = 0;
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	buf_clear(&at);
	buf_clear(&name);
	db_cursor_close(c);
	return owner == to;
}

static bool
links_to_site(struct db_txn *t, uint32_t from, const struct site *to,
    int64_t *steps)
{
	struct span rest = to->domains, one;
	bool found = false;

	while (!found && *steps >= 0 && site_domain_next(&rest, &one))
		found = links_below(t, from, one, to->number, steps);
	return found;
}

bool
links_between(struct db_txn *t, uint32_t from, uint32_t to)
{
	int64_t steps = INT64_MAX;
	struct site s;

	return site_get(t, to, &s) && links_to_site(t, from, &s, &steps);
}

/* --- to a site ------------------------------------------------------------ */

static uint64_t
sites_that_link(struct db_txn *t, const struct site *to, int64_t *steps)
{
	uint32_t last = site_last(t);
	uint64_t n = 0;

	for (uint32_t from = 1; from <= last && *steps >= 0; from++)
		n += from != to->number && links_to_site(t, from, to, steps);
	return n;
}

static bool
count_domain(struct counting *c, struct span domain, int64_t *steps)
{
	struct buf url;
	bool more;

	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "http://%.*s/", SPAN_ARGS(domain));
	more = links_targets(c->walk.txn, REWRITE_DOMAIN, buf_look(&url),
	    NULL, count_target, c, steps);
	buf_clear(&url);
	return more;
}

static void
count_pages(struct db_txn *t, const struct site *to, struct link_count *n,
    int64_t *steps)
{
	struct counting c = { .but = to->number, .of = to->number };
	struct span rest = to->domains, one;

	count_begin(&c, t, 0, steps);
	while (n->exact && site_domain_next(&rest, &one))
		n->exact = count_domain(&c, one, steps);
	count_end(&c, n);
}

/* Where nobody links there is no reason to walk through what it links to
 * itself. */
void
links_count_inbound(struct db_txn *t, uint32_t to, struct link_count *n,
    int64_t *steps)
{
	uint64_t sites;
	struct site s;

	*n = (struct link_count){ .exact = true };
	if (!site_get(t, to, &s))
		return;
	sites = sites_that_link(t, &s, steps);
	n->exact = *steps >= 0;
	if (sites > 0)
		count_pages(t, &s, n, steps);
	n->sites = sites;
	n->pages = n->pages > sites ? n->pages : sites;
}
