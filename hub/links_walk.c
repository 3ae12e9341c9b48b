/*
 * Walking through the link graph; see links_walk.h.
 */
#include "hub/links_walk.h"

#include <string.h>

#include "hub/graph.h"
#include "hub/table.h"
#include "hub/term.h"
#include "hub/walk.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"

void
links_walk_begin(struct links_walk *w, struct db_txn *t, uint32_t site,
    int64_t *steps)
{
	*w = (struct links_walk){ .txn = t, .site = site, .steps = steps };
	meta_read(t, &w->meta);
	buf_init(&w->place, LIMIT_URL);
}

void
links_walk_end(struct links_walk *w)
{
	buf_clear(&w->place);
}

void
links_walk_target(struct links_walk *w, const struct target_key *k,
    const struct target *t)
{
	size_t n = 0;

	w->key = k;
	w->target = t;
	buf_reset(&w->place);
	(void)url_place(&w->place, t->url);
	while (n < w->place.n && strchr("?%!$&'()*+,;=:@",
	    w->place.at[n]) == NULL)	/* those are spelled in two ways */
		n++;
	buf_cut(&w->place, n);
}

bool
links_walk_is_it(const struct links_walk *w, struct span to)
{
	struct span bare = url_bare(to);
	struct target_key k;

	return bare.n >= w->place.n &&
	    memcmp(bare.at, w->place.at, w->place.n) == 0 &&
	    target_key(&k, to) && k.n == w->key->n &&
	    memcmp(k.at, w->key->at, k.n) == 0;
}

/* --- lists ---------------------------------------------------------------- */

static struct walk *
walk(struct links_walk *w, const uint64_t *term, uint64_t last,
    uint32_t site)
{
	uint64_t newest = site != 0 ? walk_key(site, UINT32_MAX) :
	    WALK_NEWEST;

	*w->steps -= (int64_t)((last >> POST_SHELF) + 1) * STEP_SHELF;
	return walk_new(w->txn, TABLE_LINK, term, 1, last, newest,
	    walk_key(site, 0), w->steps);
}

/* Others have the same term by chance. */
static bool
has_it(const struct links_walk *w, const struct run *run)
{
	struct run_reader r;
	struct run_link l;

	run_read(&r, run->links);
	while (run_link_next(&r, &l))
		if (links_walk_is_it(w, l.to))
			return true;
	return false;
}

static bool
one_run(struct links_walk *w, uint32_t number, links_run_fn *each, void *arg)
{
	struct run run;

	*w->steps -= STEP_RUN;
	if (!run_get(w->txn, number, &run) ||
	    (w->site != 0 && run.site != w->site) || !has_it(w, &run))
		return links_walk_goes_on(w);
	return each(arg, &run) && links_walk_goes_on(w);
}

bool
links_walk_runs(struct links_walk *w, links_run_fn *each, void *arg)
{
	uint64_t term, key;
	struct walk *runs;
	bool more = true;

	if (!w->target->shared)
		return one_run(w, w->target->run, each, arg);
	term = target_term(w->key);
	runs = walk(w, &term, w->meta.runs, w->site);
	while (more && walk_next(runs, &key))
		more = one_run(w, (uint32_t)key, each, arg);
	walk_free(runs);
	return more && links_walk_goes_on(w);
}

bool
links_walk_pages(struct links_walk *w, const struct run *r, uint64_t most,
    links_page_fn *each, void *arg)
{
	uint64_t term = term_of(TARGET_RUN_TERM, r->number), key;
	struct walk *pages;
	bool more = true;

	if (!r->shared)
		return each(arg, r->item);
	pages = walk(w, &term, w->meta.numbers, 0);
	for (; more && most > 0 && walk_next(pages, &key); most--)
		more = each(arg, (uint32_t)key);
	walk_free(pages);
	return more && links_walk_goes_on(w);
}
