/*
 * Scans: the site's posting list, and the head of each item's row.
 */
#include "hub/scan.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/item.h"
#include "hub/meta.h"
#include "hub/table.h"
#include "hub/term.h"
#include "hub/walk.h"

#define LOOK 64			/* items between looks at the clock */
#define SLICE 10000		/* items at most, whatever the clock says */

void
scan_init(struct scan *s)
{
	*s = (struct scan){ .done = true };
}

void
scan_clear(struct scan *s)
{
	for (size_t i = 0; i < DIGEST_BUCKETS; i++)
		free(s->list[i].at);
	scan_init(s);
}

void
scan_begin(struct scan *s, uint32_t site, const struct buckets *wanted)
{
	scan_clear(s);
	s->site = site;
	s->wanted = *wanted;
	s->left = WALK_NEWEST;
	s->done = false;
}

static void
put(struct scan *s, const struct item *i)
{
	struct scan_list *l = &s->list[i->hash[0]];
	struct scan_item *one;

	if (!buckets_has(&s->wanted, i->hash[0]))
		return;
	if (l->n == l->room) {
		l->room = l->room != 0 ? l->room + l->room / 2 : 16;
		l->at = mem_grow(l->at, l->room, sizeof(*l->at));
	}
	one = &l->at[l->n++];
	memcpy(one->hash, i->hash, RECONCILE_HASH);
	one->item = i->number;
}

/* True: there is nothing after these. */
static bool
slice(struct scan *s, struct db_txn *t, struct walk *w, int64_t until)
{
	struct item i;
	uint64_t key;
	size_t n;

	for (n = 0; n < SLICE && walk_next(w, &key); n++) {
		if (item_get(t, (uint32_t)key, &i) && i.site == s->site &&
		    !i.withdrawn)
			put(s, &i);
		if (key == 0)
			return true;
		s->left = key - 1;
		if (n % LOOK == LOOK - 1 && clock_mono() >= until)
			return false;
	}
	return n < SLICE;
}

bool
scan_step(struct scan *s, struct view *v, int64_t ms)
{
	uint64_t term = term_of(TERM_SITE, s->site);
	int64_t steps = INT64_MAX;
	struct db_txn *t;
	struct meta m;
	struct walk *w;

	if (s->done)
		return true;
	t = view_read(v);
	meta_read(t, &m);
	w = walk_new(t, TABLE_POST, &term, 1, m.numbers, s->left, 0, &steps);
	s->done = slice(s, t, w, clock_mono() + ms);
	walk_free(w);
	db_abort(t);
	return s->done;
}

static int
by_hash(const void *a, const void *b)
{
	return memcmp(a, b, RECONCILE_HASH);
}

const struct scan_list *
scan_bucket(struct scan *s, unsigned bucket)
{
	struct scan_list *l = &s->list[bucket];

	must(s->done && buckets_has(&s->wanted, bucket));
	if (l->n > 1)
		qsort(l->at, l->n, sizeof(*l->at), by_hash);
	return l;
}
