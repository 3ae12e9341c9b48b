/*
 * What was told when all is at rest: of a link to what is gone or elsewhere
 * the site has a letter that names a page which has it, or had it (a page
 * that comes to have the same list of links as another is not named); and of
 * one to what is elsewhere, the newest of these letters says where that is
 * now, after all that moved.
 */
#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "hub/view.h"
#include "protocol/letter.h"
#include "protocol/mending.h"
#include "tests/sim/hub_graph.h"
#include "tests/sim/sim.h"

#define TARGETS (SITE_HOSTS * GRAPH_TARGETS)

struct told {			/* to one site */
	uint32_t site;
	const struct naive *n;
	bool named[TARGETS];
	uint16_t end[TARGETS];	/* where it is, by the newest; NOWHERE */
};

#define NOWHERE UINT16_MAX
#define AHEAD (UINT16_MAX - 1)	/* by a move that is yet to take effect */

/* What a letter names, by its bytes and its site: they are looked at all the
 * time, and never change. */
#define MEMOS 4096

struct name {
	uint16_t old, end;
};

static struct memo {
	uint64_t sum;		/* 0: free */
	struct name *name;
	size_t n;
} memo[MEMOS];

void
hub_forget_letters(void)
{
	for (size_t i = 0; i < MEMOS; i++) {
		free(memo[i].name);
		memo[i] = (struct memo){ .sum = 0 };
	}
}

static size_t
bit_of(const struct site_link *l)
{
	return (size_t)l->host * GRAPH_TARGETS + l->path;
}

/* FNV-1a, of the site and the letter. */
static uint64_t
sum_of(uint32_t site, struct span body)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ site;

	for (size_t i = 0; i < body.n; i++)
		sum = (sum ^ (uint8_t)body.at[i]) * UINT64_C(0x100000001b3);
	return sum != 0 ? sum : 1;
}

struct reading {
	uint32_t site;
	struct memo *memo;
};

static uint16_t
end_of(const struct mending_link *l)
{
	struct site_link end;

	if (l->state == MENDING_ANNOUNCED)
		return AHEAD;
	return l->new.n > 0 && site_link_of(&end, l->new.at, l->new.n) ?
	    (uint16_t)bit_of(&end) : NOWHERE;
}

static void
on_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	const struct reading *r = arg;
	struct memo *m = r->memo;
	struct site_link to, at;

	if (!site_link_of(&to, l->old.at, l->old.n) ||
	    !site_link_of(&at, p->url.at, p->url.n) ||
	    site_of_own(at.host) != r->site)
		broken("site %u is told of %.*s on %.*s", r->site,
		    SPAN_ARGS(l->old), SPAN_ARGS(p->url));
	m->name = mem_grow(m->name, m->n + 1, sizeof(*m->name));
	m->name[m->n++] = (struct name){ .old = (uint16_t)bit_of(&to),
	    .end = end_of(l) };
}

static void
read_letter(struct memo *m, uint32_t site, const struct letter *l)
{
	static const struct mending_reader links = { .page = on_page };
	struct reading r = { .site = site, .memo = m };
	const char *why;

	m->n = 0;
	if (!mending_read(l->body, &links, &r, &why))
		broken("letter %llu can't be read: %s",
		    (unsigned long long)l->number, why);
}

static void
on_letter(void *arg, const struct letter *l)
{
	struct told *t = arg;
	uint64_t sum = sum_of(t->site, l->body);
	struct memo *m = &memo[sum % MEMOS];

	if (!span_is(l->kind, SPAN(LETTER_LINKS)))
		return;
	if (m->sum != sum) {
		read_letter(m, t->site, l);
		m->sum = sum;
	}
	for (size_t i = 0; i < m->n; i++) {
		t->named[m->name[i].old] = true;
		if (m->name[i].end != AHEAD)
			t->end[m->name[i].old] = m->name[i].end;
	}
}

/* By wrong clocks nobody can tell what was pushed before a swap. */
static void
check_end(const struct told *t, const struct site_link *l,
    const struct graph_target *g)
{
	char url[SITE_TEXT], end[SITE_TEXT];

	if (sim.steady && g->move != 0 && !g->stayed &&
	    t->end[bit_of(l)] != bit_of(&g->to))
		broken("site %u was not told that %s is %s now", t->site,
		    site_link_url(url, l), site_link_url(end, &g->to));
}

static void
check_page(const struct told *t, const struct graph_page *p)
{
	const struct site_page *page = site_page(p->page);
	char url[SITE_TEXT], at[SITE_TEXT];

	for (size_t i = 0; i < page->n; i++) {
		const struct site_link *l = &page->link[i];
		const struct graph_target *g = &t->n->target[l->host][l->path];

		if ((g->move == 0 && g->fate != GRAPH_GONE) || g->awaited ||
		    graph_is_meant(p, g))
			continue;
		if (t->named[bit_of(l)]) {
			check_end(t, l, g);
			continue;
		}
		broken("site %u was told of no link to %s on %s", t->site,
		    site_link_url(url, l), site_link_url(at, &p->at));
	}
}

void
graph_check_letters(const struct naive *n, struct view *v)
{
	struct told *t = mem_new(sizeof(*t));

	for (uint32_t s = 1; s < HUB_SITES; s++) {
		if (!n->known[s])
			continue;
		memset(t, 0, sizeof(*t));
		t->site = s;
		t->n = n;
		view_letters(v, s, 0, SIZE_MAX, on_letter, t);
		for (size_t i = 0; i < n->pages; i++)
			if (n->page[i].site == s)
				check_page(t, &n->page[i]);
	}
	free(t);
}
