/* See links_keep.h. */
#include "hub/links_keep.h"

#include <stdlib.h>

#include "contrib/base/mem.h"
#include "hub/hash64.h"
#include "hub/out.h"
#include "hub/referral.h"
#include "hub/run.h"
#include "protocol/change.h"
#include "protocol/rewrite.h"

struct keeping {
	struct group *group;
	uint32_t site;
	uint64_t *seen;		/* hashes of addresses that are told, or kept
				 * already: in order, and as they came */
	size_t told, kept;
	struct buf *rows;
};

/* --- what is told --------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static void
note_told(struct keeping *k, struct span rows)
{
	struct link l;

	k->seen = mem_grow(NULL, LIMIT_LINKS + OUT_KEPT_MOST,
	    sizeof(*k->seen));
	while (k->told < LIMIT_LINKS && change_link_next(&rows, &l))
		k->seen[k->told++] = hash64(0, l.to);
	if (k->told > 0)
		qsort(k->seen, k->told, sizeof(*k->seen), compare);
}

/* Told, whatever the kind; or kept already. */
static bool
is_seen(const struct keeping *k, uint64_t hash)
{
	for (size_t i = k->told; i < k->told + k->kept; i++)
		if (k->seen[i] == hash)
			return true;
	return k->told > 0 && bsearch(&hash, k->seen, k->told, sizeof(hash),
	    compare) != NULL;
}

/* --- what letters were about ---------------------------------------------- */

static bool
is_open_move(const struct keeping *k, const struct rewrite *rules,
    struct span to)
{
	uint32_t move = 0;
	struct referral r;

	return rules != NULL && rewrite_count(rules) > 0 &&
	    rewrite_url(rules, to, INT64_MAX, NULL, &move) && move != 0 &&
	    referral_get(k->group->txn, move, k->site, SPAN_NONE, &r) &&
	    referral_is_open(&r);
}

static bool
is_in_letter(const struct keeping *k, struct span to)
{
	struct target_key key;
	struct referral r;

	if (target_key(&key, to) &&
	    referral_of_key(k->group->txn, k->site, &key, &r) &&
	    referral_is_open(&r))
		return true;
	return is_open_move(k, group_effective(k->group), to) ||
	    is_open_move(k, group_rules(k->group), to);
}

/* --- what the page had ---------------------------------------------------- */

static void
keep(struct keeping *k, const struct run_link *l)
{
	uint64_t hash = hash64(0, l->to);

	if (k->kept == OUT_KEPT_MOST || is_seen(k, hash) ||
	    !is_in_letter(k, l->to))
		return;
	k->seen[k->told + k->kept++] = hash;
	change_link_put(k->rows, &(struct link){ .kind = l->kind,
	    .to = l->to });
}

void
links_keep(struct group *g, uint32_t site, struct span told,
    struct span had, struct buf *rows)
{
	struct keeping k = { .group = g, .site = site, .rows = rows };
	struct run_reader reader;
	struct out_reader out;
	struct run_link l;
	struct run run;

	if (had.n == 0)
		return;
	note_told(&k, told);
	out_read(&out, had);
	while (out_next(&out)) {
		if (!run_get(g->txn, out.run, &run) || run.site != site)
			continue;
		run_read(&reader, run.links);
		while (run_link_next(&reader, &l))
			keep(&k, &l);
	}
	free(k.seen);
}
