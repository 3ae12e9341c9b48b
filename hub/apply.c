/*
 * The rules of the view; see apply.h.
 *
 * A change is held if it can't be read, if it has a critical part that this
 * version doesn't know, if its site is blocked or forked, or if it speaks of
 * an address that isn't its site's; and a deletion, while the gate is closed
 * for its site (act_gate.h). Moves, notices and unknown kinds are kept.
 * Everything else makes an item what it now is.
 */
#include "hub/apply.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/act.h"
#include "hub/act_gate.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/item_turn.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/url.h"

/* --- one entry ------------------------------------------------------------------------------- */

/* Kept, and listed with the item it is about, if there is one. */
static void
keep(struct group *g, const struct entry *e, const struct change *c)
{
	uint32_t number;
	struct item i;
	struct key past;

	buf_reset(&g->why);
	buf_printf(&g->why, "kept: this version does not act on a %s yet",
	    c->kind == CHANGE_OTHER ? "change of this kind" :
	    change_kind_name(c->kind));
	held_keep(g, e, c, buf_look(&g->why));
	if (c->url.n == 0 || !item_by_url(g->txn, c->url, &number) ||
	    !item_get(g->txn, number, &i) || i.site != e->site)
		return;
	past = key_u32_u64(number, e->place);
	db_put(g->txn, TABLE_PAST, key_look(&past), SPAN_NONE);
}

/* Puts the reason into g->why; false: there is none. */
static bool
why_held(struct group *g, const struct entry *e, const struct change *c,
    const struct stand *s)
{
	struct url u;

	buf_reset(&g->why);
	if (span_is(c->critical, SPAN("unreadable")))
		buf_printf(&g->why, "not readable: %.*s",
		    SPAN_ARGS(c->word[WORD_REASON]));
	else if (c->critical.n > 0)
		buf_printf(&g->why, "its part %.*s is critical and this "
		    "version does not know it", SPAN_ARGS(c->critical));
	else if (s->silenced)
		buf_text(&g->why, "the site was blocked, in quarantine or "
		    "retired, or its key was used by two agents");
	else if (c->url.n > 0 && (!url_parse(&u, c->url) ||
	    group_host(g, u.host) != e->site))
		site_why_not(g->txn, e->site,
		    url_parse(&u, c->url) ? u.host : c->url, &g->why);
	return g->why.n > 0;
}

static void
apply_change(struct group *g, const struct entry *e)
{
	struct stand *s = group_stand(g, e->site);
	struct change c;

	s->incarnation = e->incarnation;
	s->seq = e->seq;
	s->place = e->place;
	s->changes++;
	if (!change_read(&c, e->body))
		held_put(g, e, NULL, SPAN("it is no change that this version "
		    "can read"));
	else if (why_held(g, e, &c, s))
		held_put(g, e, &c, buf_look(&g->why));
	else if (c.kind != CHANGE_CREATED && c.kind != CHANGE_UPDATED &&
	    c.kind != CHANGE_DELETED)
		keep(g, e, &c);
	else if (!act_gate_holds(g, e, &c))
		item_turn(g, e, &c);
}

void
apply_entry(struct group *g, const struct entry *e)
{
	must(e->place == g->meta.place + 1);
	if (e->site == 0)
		act_apply(g, e);
	else
		apply_change(g, e);
	g->meta.place = e->place;
	memcpy(g->meta.chain, e->chain, sizeof(g->meta.chain));
}
