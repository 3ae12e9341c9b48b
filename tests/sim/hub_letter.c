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

struct told {			/* to one site */
	uint32_t site;
	const struct naive *n;
	bool target[HUB_SITES][GRAPH_TARGETS];
};

static void
on_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	struct told *t = arg;
	struct site_link to, at;

	if (!site_link_of(&to, l->old.at, l->old.n) ||
	    !site_link_of(&at, p->url.at, p->url.n) || at.site != t->site)
		broken("site %u is told of %.*s on %.*s", t->site,
		    SPAN_ARGS(l->old), SPAN_ARGS(p->url));
	t->target[to.site][to.path] = true;
}

static void
on_letter(void *arg, const struct letter *l)
{
	static const struct mending_reader links = { .page = on_page };
	const char *why;

	if (span_is(l->kind, SPAN(LETTER_LINKS)) &&
	    !mending_read(l->body, &links, arg, &why))
		broken("letter %llu can't be read: %s",
		    (unsigned long long)l->number, why);
}

static void
check_page(const struct told *t, const struct graph_page *p)
{
	const struct site_page *page = site_page(p->page);
	char url[SITE_TEXT], at[SITE_TEXT];

	for (size_t i = 0; i < page->n; i++) {
		const struct site_link *l = &page->link[i];
		const struct graph_target *g = &t->n->target[l->site][l->path];

		if ((g->move == 0 && g->fate != GRAPH_GONE) ||
		    t->target[l->site][l->path])
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
