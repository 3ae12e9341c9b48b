/*
 * Links, from either end; see links.h.
 */
#include "hub/links.h"

#include "hub/links_walk.h"
#include "hub/out.h"
#include "hub/table.h"
#include "protocol/limits.h"

/* --- a link within a run -------------------------------------------------- */

struct spot {
	struct links_walk *walk;
	link_hit_fn *each;
	void *arg;
	const struct run *run;
	struct link_hit hit;
	size_t index;
	int64_t offset;		/* lines from the run's first link */
};

static int64_t
own_offset(const struct out_reader *r, size_t index)
{
	struct out_reader copy = *r;
	int64_t offset = 0;

	for (size_t i = 0; i <= index; i++)
		offset += out_step(&copy);
	return offset;
}

static bool
hit(struct spot *s, const struct out_reader *r)
{
	s->hit.line = (uint32_t)(r->line + (r->own ?
	    own_offset(r, s->index) : s->offset));
	return s->each(s->arg, &s->hit);
}

/* --- links to a target ---------------------------------------------------- */

/* The page may have the run more than once. */
static bool
hit_page(void *arg, uint32_t item)
{
	struct key k = key_u32(item);
	struct spot *s = arg;
	struct out_reader r;
	bool more = true;
	struct span row;

	*s->walk->steps -= STEP_PAGE;
	if (!db_get(s->walk->txn, TABLE_OUT, key_look(&k), &row))
		return true;
	s->hit.item = item;
	out_read(&r, row);
	while (more && out_next(&r))
		if (r.run == s->run->number)
			more = hit(s, &r);
	return more;
}

static bool
hit_run(void *arg, const struct run *run)
{
	bool alike = run->pages > LINKS_ALIKE, more = true;
	struct spot *s = arg;
	struct run_reader reader;
	struct run_link l;

	s->run = s->hit.run = run;
	s->hit.site = run->site;
	s->hit.more = alike ? run->pages - 1 : 0;
	s->offset = 0;
	run_read(&reader, run->links);
	for (s->index = 0; more && run_link_next(&reader, &l); s->index++) {
		s->offset += s->index > 0 ? l.step : 0;
		s->hit.kind = l.kind;
		s->hit.to = l.to;
		if (links_walk_is_it(s->walk, l.to))
			more = links_walk_pages(s->walk, run, alike ? 1 :
			    UINT64_MAX, hit_page, s);
	}
	return more;
}

static bool
hit_target(void *arg, const struct target_key *k, const struct target *t)
{
	struct spot *s = arg;

	links_walk_target(s->walk, k, t);
	s->hit.target = t;
	return links_walk_runs(s->walk, hit_run, s);
}

bool
links_to(struct db_txn *t, enum rewrite_scope scope, struct span url,
    uint32_t site, const struct target_key *after, link_hit_fn *each,
    void *arg, int64_t *steps)
{
	struct links_walk w;
	struct spot s = { .walk = &w, .each = each, .arg = arg };
	bool more;

	links_walk_begin(&w, t, site, steps);
	more = links_targets(t, scope, url, after, hit_target, &s, steps);
	links_walk_end(&w);
	return more;
}

struct alike {
	struct links_walk walk;
	link_page_fn *each;
	void *arg;
};

static bool
alike_page(void *arg, uint32_t item)
{
	struct alike *a = arg;

	*a->walk.steps -= STEP_PAGE;
	return a->each(a->arg, item) && links_walk_goes_on(&a->walk);
}

bool
links_alike(struct db_txn *t, const struct link_hit *h, link_page_fn *each,
    void *arg, int64_t *steps)
{
	struct alike a = { .each = each, .arg = arg };
	bool more;

	links_walk_begin(&a.walk, t, h->site, steps);
	more = links_walk_pages(&a.walk, h->run, UINT64_MAX, alike_page, &a);
	links_walk_end(&a.walk);
	return more;
}

/* --- links from a page ---------------------------------------------------- */

static bool
hit_links(struct spot *s, const struct out_reader *r, struct buf *room)
{
	struct run_reader reader;
	struct target_key k;
	struct target target;
	struct run_link l;
	bool more = true;

	s->hit.run = s->run;
	s->hit.site = s->run->site;
	s->hit.more = s->run->pages - 1;
	s->offset = 0;
	run_read(&reader, s->run->links);
	for (s->index = 0; more && run_link_next(&reader, &l); s->index++) {
		*s->walk->steps -= STEP_TARGET;
		s->offset += s->index > 0 ? l.step : 0;
		s->hit.kind = l.kind;
		s->hit.to = l.to;
		s->hit.target = target_key(&k, l.to) &&
		    target_get(s->walk->txn, &k, &target, room) ?
		    &target : NULL;
		more = hit(s, r) && links_walk_goes_on(s->walk);
	}
	return more;
}

bool
links_from(struct db_txn *t, uint32_t item, link_hit_fn *each, void *arg,
    int64_t *steps)
{
	struct links_walk w = { .txn = t, .steps = steps };
	struct spot s = { .walk = &w, .each = each, .arg = arg,
	    .hit = { .item = item } };
	struct key k = key_u32(item);
	struct out_reader r;
	bool more = true;
	struct run run;
	struct buf room;
	struct span row;

	if (!db_get(t, TABLE_OUT, key_look(&k), &row))
		return true;
	buf_init(&room, LIMIT_URL + 16);
	s.run = &run;
	out_read(&r, row);
	while (more && out_next(&r)) {
		*steps -= STEP_RUN;
		if (run_get(t, r.run, &run))
			more = hit_links(&s, &r, &room);
	}
	buf_clear(&room);
	return more && *steps >= 0;
}
