/*
 * From what is asked about to keys; see links_range.h.
 */
#include "hub/links_range.h"

#include <string.h>

#include "hub/table.h"
#include "protocol/url.h"

static bool
address_range(struct links_ranges *r, struct span url)
{
	r->n = 1;
	r->range[0].one = true;
	return target_key(&r->range[0].key, url);
}

static void
pages_range(struct links_ranges *r, struct span url)
{
	if (target_key_pages(&r->range[r->n].key, url))
		r->n++;
}

static bool
alike_ranges(struct links_ranges *r, struct span url)
{
	r->n = 1;
	r->range[0].one = true;
	if (!target_key_place(&r->range[0].key, url))
		return false;
	pages_range(r, url);
	return true;
}

/* One that has a query is alone. */
static bool
queried_ranges(struct links_ranges *r, struct span url)
{
	if (!alike_ranges(r, url))
		return false;
	if (memchr(url.at, '?', url.n) == NULL &&
	    target_key_queried(&r->range[r->n].key, url))
		r->range[r->n++].page = url;
	return true;
}

static bool
prefix_ranges(struct links_ranges *r, struct span url)
{
	r->n = 2;
	r->range[0].one = true;
	if (!target_key_place(&r->range[0].key, url) ||
	    !target_key_prefix(&r->range[1].key, url))
		return false;
	pages_range(r, url);
	return target_key_queried(&r->range[r->n++].key, url);
}

/* What is below sorts behind the host itself. */
static bool
domain_ranges(struct links_ranges *r, struct span url)
{
	struct url u;

	r->n = 2;
	return url_parse(&u, url) && target_key_domain(&r->range[0].key,
	    &r->range[1].key, u.host);
}

bool
links_ranges(struct links_ranges *r, enum rewrite_scope scope,
    struct span url)
{
	*r = (struct links_ranges){ .n = 0 };
	switch (scope) {
	case REWRITE_ADDRESS:
		return address_range(r, url);
	case REWRITE_ALIKE:
		return alike_ranges(r, url);
	case REWRITE_QUERIED:
		return queried_ranges(r, url);
	case REWRITE_PREFIX:
		return prefix_ranges(r, url);
	case REWRITE_DOMAIN:
		return domain_ranges(r, url);
	}
	return false;
}

static bool
holds(const struct links_range *r, struct span key)
{
	return (r->one ? key.n == r->key.n : key.n >= r->key.n) &&
	    memcmp(key.at, r->key.at, r->key.n) == 0;
}

bool
links_range_next(struct db_txn *t, const struct links_range *r, bool behind,
    struct target_key *k)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TARGET);
	struct span key = target_key_look(k), row;
	bool found = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	if (found && behind && span_is(key, target_key_look(k)))
		found = db_cursor_get(c, MDB_NEXT, &key, &row);
	found = found && holds(r, key) && target_key_set(k, key);
	db_cursor_close(c);
	return found;
}
