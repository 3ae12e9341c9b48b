/*
 * The rules for a change; see rule.h.
 */
#include "hub/rule.h"

#include "contrib/base/buf.h"
#include "hub/act_gate.h"
#include "hub/hear.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/item_turn.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/limits.h"
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
why_held(struct group *g, const struct change *c)
{
	buf_reset(&g->why);
	if (span_is(c->critical, SPAN("unreadable")))
		buf_printf(&g->why, "not readable: %.*s",
		    SPAN_ARGS(c->word[WORD_REASON]));
	else if (c->critical.n > 0)
		buf_printf(&g->why, "its part %.*s is critical and this "
		    "version does not know it", SPAN_ARGS(c->critical));
	return g->why.n > 0;
}

/* The same, for the address. */
static bool
is_foreign(struct group *g, uint32_t site, const struct change *c)
{
	bool good;
	struct url u;

	buf_reset(&g->why);
	if (c->url.n == 0)
		return false;
	good = url_parse(&u, c->url);
	if (good && group_host(g, u.host) == site)
		return false;
	site_why_not(g->txn, site, good ? u.host : c->url, &g->why);
	return true;
}

static bool
is_of_item(const struct change *c)
{
	return c->kind == CHANGE_CREATED || c->kind == CHANGE_UPDATED ||
	    c->kind == CHANGE_DELETED;
}

/* What a site has it may withdraw by its id, also when it has moved since to
 * an address that isn't its own. */
static bool
withdraws_own(struct group *g, uint32_t site, const struct change *c)
{
	uint8_t name[TABLE_DIGEST];
	uint32_t number;

	if (c->kind != CHANGE_DELETED || c->id.n == 0 ||
	    !is_foreign(g, site, c))
		return false;
	item_name(name, site, c->id);
	return item_by_name(g->txn, name, &number);
}

/* What was told below a host that isn't its own (a typing error) and is taken
 * back: as if it had never been told. */
static bool
withdraws_held(struct group *g, uint32_t site, const struct change *c)
{
	uint8_t name[TABLE_DIGEST];
	uint32_t number;

	if (c->kind != CHANGE_DELETED || c->word[WORD_SUCCESSOR].n > 0 ||
	    !is_foreign(g, site, c))
		return false;
	held_name(name, site, c);
	return !item_by_name(g->txn, name, &number) &&
	    held_withdraw(g, site, name);
}

void
rule_change(struct group *g, const struct entry *e, const struct change *c)
{
	struct change own;

	if (withdraws_own(g, e->site, c)) {
		own = *c;
		own.url = SPAN_NONE;
		c = &own;
	}
	if (why_held(g, c))
		held_put(g, e, c, buf_look(&g->why));
	else if (withdraws_held(g, e->site, c))
		return;
	else if (hear_is(c))
		hear(g, e, c, is_foreign(g, e->site, c));
	else if (is_foreign(g, e->site, c) && is_of_item(c))
		held_later(g, e, c, HELD_FOREIGN, buf_look(&g->why));
	else if (g->why.n > 0)
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

/* One that was held is judged as if it came now. */
static void
judge_again(struct group *g, enum held_kind kind, struct entry *e)
{
	struct change c;
	struct buf said;

	buf_init(&said, LIMIT_CHANGE);
	if (held_later_take(g, kind, e->site, e->place, &said) &&
	    change_read(&c, buf_look(&said))) {
		e->body = buf_look(&said);
		e->seq = c.seq;
		rule_change(g, e, &c);
	}
	buf_clear(&said);
	g->work++;
}

void
rule_unsilence(struct group *g, uint32_t site, int64_t at)
{
	struct entry e = { .site = site, .at = at };

	while (held_later_next(g->txn, HELD_SILENCED, site, 0, &e.place))
		judge_again(g, HELD_SILENCED, &e);
}

uint64_t
rule_look_again(struct group *g, uint32_t site, int64_t at, uint64_t after,
    uint64_t most)
{
	struct entry e = { .site = site, .at = at };
	struct change c;

	for (; most > 0 && held_later_next(g->txn, HELD_FOREIGN, site, after,
	    &e.place); most--) {
		after = e.place;
		if (change_read(&c, held_later_look(g->txn, HELD_FOREIGN,
		    site, after)) && !is_foreign(g, site, &c))
			judge_again(g, HELD_FOREIGN, &e);
	}
	return after;
}
