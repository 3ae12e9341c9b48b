/*
 * What the people of a site do about links: they rename pages and columns,
 * announce that before or not, take it back, say where to look for what they
 * delete; and mend their own pages, some time after a letter said so.
 */
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "protocol/letter.h"
#include "protocol/mending.h"
#include "tests/sim/hub.h"
#include "tests/sim/world.h"

#define MENDS 200		/* while it is calm; what is to be mended after
				 * that is taken out */

/* --- renaming ------------------------------------------------------------- */

static void
notice(struct actor *a, size_t n, bool surely)
{
	if (a->agent != NULL && (surely || chance(900)))
		agent_notice(a->agent, n);
}

/* With all quiet, and what is there told, so that the agent sees both ends of
 * it at once: then the item keeps its number at the hub, as long as nobody
 * touches either, or announces that something else is to be there. */
static bool
follow_number(struct actor *a, size_t from, size_t to)
{
	char id[2 * SITE_TEXT], title[SITE_TEXT];

	if (a->agent == NULL || !agent_is_quiet(a->agent) ||
	    agent_holds(a->agent) || a->site.unmounted ||
	    a->site.file[to].there || !a->site.file[from].there ||
	    agent_has_twin(a->agent, from) ||
	    agent_awaits(a->agent, from, to))
		return false;
	snprintf(id, sizeof(id), "%s:%s", SITE_SOURCE, site_path_name(to));
	if (hub_item_number(a->part.site, id, NULL) != 0)
		return false;	/* that it was removed isn't known yet */
	snprintf(id, sizeof(id), "%s:%s", SITE_SOURCE, site_path_name(from));
	site_page_title(title, a->site.file[from].content);
	a->seen.number = hub_item_number(a->part.site, id, title);
	a->seen.from = from;
	a->seen.to = to;
	a->seen.gone = a->site.file[from].stamp + 1;
	a->seen.stamp = a->site.file[to].stamp + 1;
	return true;
}

static void
rename_one(struct actor *a, size_t from, size_t to)
{
	bool seen = follow_number(a, from, to);

	if (!site_rename(&a->site, from, to))
		return;
	trace(a->part.name, "page %zu is %zu now", from, to);
	notice(a, from, seen);
	notice(a, to, seen);
}

/* All of one column, to the other half. */
static void
rename_column(struct actor *a, size_t n)
{
	char column[SITE_TEXT], other[SITE_TEXT];

	site_column(column, &a->site, n);
	for (size_t i = 0; i < SITE_PATHS; i++)
		if (strcmp(site_column(other, &a->site, i), column) == 0)
			rename_one(a, i, site_other(i));
}

static void
swap(struct actor *a, size_t from, size_t to)
{
	trace(a->part.name, "page %zu and %zu change places", from, to);
	site_swap(&a->site, from, to);
	notice(a, from, false);
	notice(a, to, false);
}

static void
swap_columns(struct actor *a, size_t n)
{
	char column[SITE_TEXT], other[SITE_TEXT];

	site_column(column, &a->site, n);
	for (size_t i = 0; i < SITE_PATHS; i++)
		if (strcmp(site_column(other, &a->site, i), column) == 0)
			swap(a, i, site_other(i));
}

/* Mostly to where nothing is. */
static size_t
draw_place(const struct site *s)
{
	size_t n = site_some(s);

	for (int i = 0; i < 10 && s->file[n].there; i++)
		n = site_some(s);
	return n;
}

void
people_rename(struct actor *a)
{
	if (chance(150))
		rename_column(a, site_some(&a->site));
	else
		rename_one(a, site_some(&a->site), draw_place(&a->site));
}

void
people_take_down(struct actor *a)
{
	size_t n = site_some(&a->site);

	if (!site_has(&a->site, n) || a->agent == NULL)
		return;
	site_take_down(&a->site, n);
	agent_say_gone(a->agent, n, site_some(&a->site));
	notice(a, n, false);
}

void
people_edit_nav(struct actor *a)
{
	site_edit_nav(&a->site);
	trace(a->part.name, "has another navigation");
	if (a->agent != NULL)
		agent_rescan(a->agent);
}

/* --- announcing ----------------------------------------------------------- */

static const char *
scope_of(const struct intent *p)
{
	static const char *const names[] = { [INTENT_PAGE] = "address",
		[INTENT_COLUMN] = "prefix", [INTENT_DOMAIN] = "domain" };

	return names[p->of];
}

static void
name(char out[SITE_TEXT], enum intent_of of, uint32_t host, size_t n)
{
	const struct site s = { .host = host };

	if (of == INTENT_DOMAIN)
		site_root(out, &s);
	else if (of == INTENT_COLUMN)
		site_column(out, &s, n);
	else
		site_url(out, &s, n);
}

static void
name_both(const struct intent *p, char old[SITE_TEXT], char new[SITE_TEXT])
{
	name(old, p->of, p->host, p->from);
	name(new, p->of, p->other, p->to);
}

/* From now on, or from a time on; and the pages follow at that time, a bit
 * before it, some time after, or never. */
static void
draw_intent(const struct actor *a, struct intent *p)
{
	*p = (struct intent){ .announced = true,
		.of = chance(400) ? INTENT_COLUMN : INTENT_PAGE,
		.host = a->site.host, .other = a->site.host,
		.from = site_some(&a->site), .until = CLOCK_NONE };
	p->to = p->of == INTENT_COLUMN ? site_other(p->from) :
	    draw_place(&a->site);
	p->at = chance(250) ? CLOCK_NONE : sim.now + between(1, 90) * 1000;
	if (chance(150))
		p->until = sim.now + between(120, 900) * 1000;
	p->when = (p->at == CLOCK_NONE ? sim.now : p->at) +
	    between(chance(150) ? -20000 : 0, 20000);
	p->renamed = chance(100);
	p->swaps = chance(200);
	if (p->swaps && p->of == INTENT_PAGE)
		p->to = site_some(&a->site);
	p->swaps = p->swaps && p->from != p->to;
}

static bool
say_it(struct actor *a, const struct intent *p)
{
	char old[SITE_TEXT], new[SITE_TEXT];

	name_both(p, old, new);
	if (p->swaps)
		return agent_say_swap(a->agent, scope_of(p), old, new, p->at);
	return agent_say_move(a->agent, scope_of(p), old, new, p->at,
	    p->until);
}

void
people_announce(struct actor *a)
{
	struct intent *p = &a->plan[dice(WORLD_PLANS)];

	if (a->agent == NULL || (p->announced && !p->renamed))
		return;
	draw_intent(a, p);
	if (sim.domains && chance(200) && people_announce_domain(a, p))
		return;		/* an operator does */
	p->announced = say_it(a, p);
	if (a->agent != NULL && agent_awaits(a->agent, a->seen.from, a->seen.to))
		a->seen.number = 0;
	if (p->announced && p->at != CLOCK_NONE) {
		world_look_at(p->at);
		world_look_at(p->at + 1);
	}
}

/* Before the pages have moved, or after; of a swap a half. */
void
people_take_back(struct actor *a)
{
	struct intent *p = &a->plan[dice(WORLD_PLANS)];
	char old[SITE_TEXT], new[SITE_TEXT];

	if (a->agent == NULL || !p->announced)
		return;
	name_both(p, old, new);
	if (agent_say_move(a->agent, scope_of(p), old, NULL, CLOCK_NONE,
	    CLOCK_NONE))
		p->announced = false;
}

static void
follow(struct actor *a, const struct intent *p)
{
	if (p->of == INTENT_DOMAIN)
		people_change_host(a, p->other);
	else if (p->of == INTENT_COLUMN && p->swaps)
		swap_columns(a, p->from);
	else if (p->of == INTENT_COLUMN)
		rename_column(a, p->from);
	else if (p->swaps)
		swap(a, p->from, p->to);
	else
		rename_one(a, p->from, p->to);
}

void
people_follow(struct actor *a)
{
	for (size_t i = 0; i < WORLD_PLANS; i++) {
		struct intent *p = &a->plan[i];

		if (!p->announced || p->renamed || p->when > sim.now)
			continue;
		p->renamed = true;
		follow(a, p);
	}
}

/* --- mending -------------------------------------------------------------- */

struct mending {
	struct actor *actor;
	uint64_t last;
	unsigned left;		/* letters that are read now */
	bool any;
};

static void
mend_page(void *arg, const struct mending_link *l,
    const struct mending_page *p)
{
	struct mending *m = arg;
	struct site *s = &m->actor->site;
	struct site_link old, new, page;

	if (l->state == MENDING_ANNOUNCED ||
	    !site_link_of(&old, l->old.at, l->old.n) ||
	    !site_link_of(&page, p->url.at, p->url.n) ||
	    page.path >= SITE_PATHS || !site_has(s, page.path))
		return;
	if (!site_mend(s, page.path, &old, l->new.n > 0 &&
	    m->actor->mends < MENDS && site_link_of(&new, l->new.at,
	    l->new.n) ? &new : NULL))
		return;
	m->any = true;
	m->actor->mends += sim.calm;
	trace(m->actor->part.name, "mends page %u: %.*s is %s: %.*s",
	    page.path, SPAN_ARGS(l->old), mending_state_name(l->state),
	    SPAN_ARGS(l->new));
}

static void
mend(void *arg, const struct agent_letter *l)
{
	static const struct mending_reader reader = { .page = mend_page };
	struct mending *m = arg;
	const char *why;

	if (m->left == 0)
		return;
	m->left--;
	m->last = l->number;
	if (!span_is(l->kind, SPAN(LETTER_LINKS)))
		return;
	if (!mending_read(l->body, &reader, m, &why))
		broken("%s: letter %llu can't be read: %s",
		    m->actor->part.name, (unsigned long long)l->number, why);
}

/* Some letters, in order; a page that was mended is found by a scan. */
void
people_mend(struct actor *a)
{
	struct mending m = { .actor = a, .last = a->mended,
		.left = 1 + dice(4) };

	if (a->agent == NULL || a->lazy)
		return;
	agent_letters(a->agent, a->mended, mend, &m);
	a->mended = m.last;
	if (!m.any)
		return;
	trace(a->part.name, "mends its pages, up to letter %llu",
	    (unsigned long long)m.last);
	agent_rescan(a->agent);
}
