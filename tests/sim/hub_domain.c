/*
 * Domains, as the hub has them while it is up; and who has stood for a move of
 * one, as the simulator has it.
 */
#include <stdio.h>
#include <string.h>

#include "hub/cover.h"
#include "hub/move.h"
#include "hub/site.h"
#include "hub/view.h"
#include "protocol/rewrite.h"
#include "tests/sim/hub_graph.h"

static bool agreed[SITE_HOSTS][SITE_HOSTS];

void
hub_forget_agreed(void)
{
	memset(agreed, 0, sizeof(agreed));
}

void
hub_agree(uint32_t old, uint32_t new)
{
	agreed[old][new] = true;
}

/* A site's first domain was entered with it. */
bool
hub_is_agreed(uint32_t old, uint32_t new)
{
	return agreed[old][new] || new == site_of_own(old);
}

uint32_t
hub_host_owner(uint32_t host)
{
	struct view *v = hub_live();
	char name[SITE_TEXT];
	struct db_txn *t;
	uint32_t site;

	if (v == NULL)
		return 0;
	t = view_read(v);
	if (!site_of_host(t, span_of(site_host_name(name, host)), &site))
		site = 0;
	db_abort(t);
	return site;
}

struct covered {
	struct span root;
	bool is;
};

static bool
note_cover(void *arg, const struct cover *c)
{
	struct covered *k = arg;

	k->is |= span_is(c->url, k->root);
	return !k->is;
}

bool
hub_covers(struct db_txn *t, uint32_t host)
{
	char name[SITE_TEXT], root[2 * SITE_TEXT];
	struct covered k = { .is = false };

	snprintf(root, sizeof(root), "https://%s/", site_host_name(name,
	    host));
	k.root = span_of(root);
	cover_each(t, site_of_own(host), note_cover, &k);
	return k.is;
}

/* As its site promises it. */
bool
hub_is_covered(uint32_t host)
{
	struct view *v = hub_live();
	struct db_txn *t;
	bool is;

	if (v == NULL)
		return false;
	t = view_read(v);
	is = hub_covers(t, host);
	db_abort(t);
	return is;
}

/* --- what an operator looks for ------------------------------------------- */

struct search {
	uint32_t old, new, number;
};

uint32_t
hub_host_of(struct span root)
{
	char url[2 * SITE_TEXT];
	struct site_link at;
	int n = snprintf(url, sizeof(url), "%.*s%s", SPAN_ARGS(root),
	    site_path_name(0));

	if (!site_link_of(&at, url, (size_t)n))
		broken("%.*s is no site's", SPAN_ARGS(root));
	return at.host;
}

static bool
is_asked(const struct move *m)
{
	return m->scope == REWRITE_DOMAIN && !move_is_over(m->state) &&
	    ((m->needs && !m->agreed) || m->state == MOVE_CONTESTED);
}

static bool
note_asked(void *arg, const struct move *m)
{
	struct search *s = arg;

	if (!is_asked(m))
		return true;
	*s = (struct search){ .old = hub_host_of(m->old),
		.new = hub_host_of(m->new), .number = m->number };
	return false;
}

static bool
note_operated(void *arg, const struct move *m)
{
	struct search *s = arg;

	if (m->operated && m->scope == REWRITE_DOMAIN &&
	    !move_is_over(m->state) && hub_host_of(m->old) == s->old)
		s->number = m->number;
	return true;
}

static uint32_t
search(uint32_t from, move_fn *each, struct search *s)
{
	struct view *v = hub_live();
	struct db_txn *t;

	if (v == NULL)
		return 0;
	t = view_read(v);
	move_each(t, from, each, s);
	db_abort(t);
	return s->number;
}

uint32_t
hub_move_asked(uint32_t from, uint32_t *old, uint32_t *new)
{
	struct search s = { .number = 0 };
	uint32_t number = search(from, note_asked, &s);

	*old = s.old;
	*new = s.new;
	return number;
}

uint32_t
hub_move_operated(uint32_t old)
{
	struct search s = { .old = old };

	return search(1, note_operated, &s);
}
