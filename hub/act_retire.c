/*
 * Retiring; see act_retire.h.
 */
#include "hub/act_retire.h"

#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/act_site.h"
#include "hub/cover.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/item_turn.h"
#include "hub/links.h"
#include "protocol/change.h"
#include "protocol/limits.h"
#include "protocol/url.h"

static void
free_domains(struct group *g, const struct site *s)
{
	struct span rest = s->domains, one;
	uint32_t owner;

	while (site_domain_next(&rest, &one)) {
		if (site_by_domain(g->txn, one, &owner) &&
		    owner == s->number) {
			links_look_host(g, one);
			site_free_domain(g->txn, one);
		}
	}
	group_forget_host(g);
}

const char *
act_retire_begin(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (s.retired)
		return "the site is retired already";
	free_domains(g, &s);
	cover_forget(g, s.number);
	s.retired = true;
	s.blocked = s.forked = s.quarantined = false;
	s.begun = s.renewed = false;
	s.kept = 0;
	s.reason = text_cut(act_read_text(o, "reason"), ACT_READ_REASON);
	act_site_put(g, &s, e->at);
	return NULL;
}

/* --- what it had -------------------------------------------------------------------------- */

struct clear {
	struct group *group;
	struct entry entry;	/* of the act, as if the site had said it */
	struct buf said;	/* the item's row, which is written over */
	struct span by, reason;
};

static void
withdraw(struct clear *c, const struct item *i)
{
	struct change was, gone;

	buf_reset(&c->said);
	buf_span(&c->said, i->said);
	if (!change_glance(&was, buf_look(&c->said)))
		fatal("view: the row of item %u is damaged: run zqhub "
		    "rebuild", i->number);
	change_init(&gone);
	gone.kind = CHANGE_DELETED;
	gone.seq = was.seq;
	gone.when = c->entry.at;
	gone.url = was.url;
	gone.id = was.id;
	gone.word[WORD_REASON] = c->reason;
	gone.word[WORD_BY] = c->by;
	item_turn(c->group, &c->entry, &gone);
	c->group->work++;
}

static bool
is_its_own(struct group *g, const struct item *i)
{
	struct change c;
	struct url u;

	return change_glance(&c, i->said) && (c.url.n == 0 ||
	    (url_parse(&u, c.url) && group_host(g, u.host) == i->site));
}

/* Goes on behind s->cleared; how many were withdrawn. */
static void
withdraw_some(struct clear *c, struct site *s, uint64_t most, uint64_t look)
{
	uint64_t last = c->group->meta.numbers;
	struct item i;

	for (; s->cleared < last && most > 0 && look > 0; look--) {
		if (!item_get(c->group->txn, ++s->cleared, &i) ||
		    i.site != s->number || i.withdrawn ||
		    (!s->retired && is_its_own(c->group, &i)))
			continue;
		withdraw(c, &i);
		most--;
	}
}

const char *
act_retire_clear(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t most = UINT64_MAX, look = UINT64_MAX;
	struct clear c = { .group = g, .entry = *e };
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (act_read_number(o, "most", INT64_MAX, &most))
		look = ACT_RETIRE_LOOK;
	c.entry.site = s.number;
	c.by = text_cut(act_read_text(o, "actor"), LIMIT_TEXT);
	c.reason = text_cut(act_read_text(o, "reason"), LIMIT_TEXT);
	if (s.retired)
		held_dismiss_some(g, s.number, most);
	buf_init(&c.said, ITEM_ROW_MAX);
	withdraw_some(&c, &s, most, look);
	buf_clear(&c.said);
	/* The row may have moved since: its spans are read again. */
	struct site now;

	must(site_get(g->txn, s.number, &now));
	now.cleared = s.cleared;
	site_put(g->txn, &now);
	return NULL;
}
