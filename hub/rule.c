/*
 * The rules for a change; see rule.h.
 */
#include "hub/rule.h"

#include "contrib/base/buf.h"
#include "hub/act_gate.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/item_turn.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/url.h"

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
why_held(struct group *g, const struct entry *e, const struct change *c)
{
	struct url u;

	buf_reset(&g->why);
	if (span_is(c->critical, SPAN("unreadable")))
		buf_printf(&g->why, "not readable: %.*s",
		    SPAN_ARGS(c->word[WORD_REASON]));
	else if (c->critical.n > 0)
		buf_printf(&g->why, "its part %.*s is critical and this "
		    "version does not know it", SPAN_ARGS(c->critical));
	else if (c->url.n > 0 && (!url_parse(&u, c->url) ||
	    group_host(g, u.host) != e->site))
		site_why_not(g->txn, e->site,
		    url_parse(&u, c->url) ? u.host : c->url, &g->why);
	return g->why.n > 0;
}

static bool
is_of_item(const struct change *c)
{
	return c->kind == CHANGE_CREATED || c->kind == CHANGE_UPDATED ||
	    c->kind == CHANGE_DELETED;
}

void
rule_change(struct group *g, const struct entry *e, const struct change *c)
{
	if (why_held(g, e, c))
		held_put(g, e, c, buf_look(&g->why));
	else if (!is_of_item(c))
		keep(g, e, c);
	else if (group_stand(g, e->site)->silenced)
		held_later(g, e, c, HELD_SILENCED, SPAN("the site was "
		    "blocked, in quarantine or retired, or two agents spoke "
		    "with its key"));
	else if (!act_gate_holds(g, e, c))
		item_turn(g, e, c);
}

void
rule_unsilence(struct group *g, uint32_t site, int64_t at)
{
	struct entry e = { .site = site, .at = at };
	struct change c;
	struct buf said;

	buf_init(&said, LIMIT_CHANGE);
	while (held_later_first(g->txn, HELD_SILENCED, site, &e.place)) {
		held_later_take(g, HELD_SILENCED, site, e.place, &said);
		e.body = buf_look(&said);
		if (change_read(&c, e.body)) {
			e.seq = c.seq;
			rule_change(g, &e, &c);
		}
		g->work++;
	}
	buf_clear(&said);
}
