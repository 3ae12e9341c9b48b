/*
 * What was told when all is at rest: of a link to what is gone or elsewhere
 * the site has a letter that names a page which has it, or had it. (A page
 * that comes to have the same list of links as another is not named.)
 */
#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "hub/view.h"
#include "protocol/letter.h"
#include "protocol/mending.h"
#include "tests/sim/hub_graph.h"

#define TARGETS (SITE_HOSTS * GRAPH_TARGETS)

struct bits { uint64_t at[(TARGETS + 63) / 64]; };

struct told {			/* to one site */
	uint32_t site;
	const struct naive *n;
	struct bits target;
};

/* What a letter names, by its bytes and its site: they are looked at all the
 * time, and never change. */
#define MEMOS 4096

static struct memo {
	uint64_t sum;		/* 0: free */
	struct bits names;
} memo[MEMOS];

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

static void
on_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	struct told *t = arg;
	struct site_link to, at;

	if (!site_link_of(&to, l->old.at, l->old.n) ||
	    !site_link_of(&at, p->url.at, p->url.n) ||
	    site_of_own(at.host) != t->site)
		broken("site %u is told of %.*s on %.*s", t->site,
		    SPAN_ARGS(l->old), SPAN_ARGS(p->url));
	t->target.at[bit_of(&to) / 64] |= UINT64_C(1) << bit_of(&to) % 64;
}

static void
read_letter(struct bits *names, uint32_t site, const struct letter *l)
{
	static const struct mending_reader links = { .page = on_page };
	struct told one = { .site = site };
	const char *why;

	if (!mending_read(l->body, &links, &one, &why))
		broken("letter %llu can't be read: %s",
		    (unsigned long long)l->number, why);
	*names = one.target;
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
		read_letter(&m->names, t->site, l);
		m->sum = sum;
	}
	for (size_t i = 0; i < sizeof(t->target.at) / sizeof(uint64_t); i++)
		t->target.at[i] |= m->names.at[i];
}

static bool
is_named(const struct told *t, const struct site_link *l)
{
	return (t->target.at[bit_of(l) / 64] >> bit_of(l) % 64 & 1) != 0;
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
		    is_named(t, l))
			continue;
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
