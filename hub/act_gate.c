/*
 * The gate; see act_gate.h.
 */
#include "hub/act_gate.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/item_turn.h"
#include "hub/move.h"
#include "hub/outbox.h"
#include "protocol/letter.h"
#include "protocol/limits.h"

#define WHY_HELD "the gate: more is withdrawn at once than this hub passes " \
	"unasked; its operator releases it or refuses"

/* --- closing ------------------------------------------------------------------------------ */

static void
tell(struct group *g, uint32_t site, int64_t when, const char *kind,
    struct span text)
{
	struct letter l = { .when = when, .kind = span_of(kind),
	    .text = text };

	outbox_put(g, site, &l);
}

const char *
act_gate_close(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t count = 0, of = 0;
	struct stand *stand;
	struct site s;
	struct buf text;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!act_read_number(o, "count", INT64_MAX, &count) ||
	    !act_read_number(o, "of", INT64_MAX, &of))
		return "how many it withdraws, and of how many, is missing";
	stand = group_stand(g, s.number);
	if (stand->gate)
		return NULL;
	stand->gate = true;
	stand->gate_since = e->at;
	buf_init(&text, LIMIT_TEXT);
	buf_printf(&text, "%" PRIu64 " of %" PRIu64 " items are withdrawn "
	    "within a short time, and nobody stands for it: this is held "
	    "until the hub's operator releases or refuses it", count, of);
	tell(g, s.number, e->at, "held", buf_look(&text));
	buf_clear(&text);
	return NULL;
}

bool
act_gate_holds(struct group *g, const struct entry *e, const struct change *c)
{
	uint8_t name[TABLE_DIGEST];
	uint32_t number;
	struct item i;

	if (c->kind != CHANGE_DELETED || c->word[WORD_BY].n > 0 ||
	    !group_stand(g, e->site)->gate ||
	    move_leads(group_rules(g), c->url, e->at))
		return false;
	item_name(name, e->site, item_id(c));
	if (!item_by_name(g->txn, name, &number) ||
	    !item_get(g->txn, number, &i) || i.withdrawn)
		return false;
	held_later(g, e, c, HELD_GATE, SPAN(WHY_HELD));
	return true;
}

/* --- settling ----------------------------------------------------------------------------- */

struct settling {
	struct group *group;
	const struct entry *act;
	const json_t *o;
	struct span actor, reason;
	struct buf said, why;
};

static void
withdraw(struct settling *s, uint32_t site, uint64_t place)
{
	struct entry e = { .site = site, .place = place, .at = s->act->at };
	struct change c;

	must(held_later_take(s->group, HELD_GATE, site, place, &s->said));
	if (!change_read(&c, buf_look(&s->said)))
		fatal("view: a row of what the gate holds is damaged: run "
		    "zqhub rebuild");
	c.word[WORD_BY] = s->actor;
	if (c.word[WORD_REASON].n == 0)
		c.word[WORD_REASON] = s->reason;
	item_turn(s->group, &e, &c);
}

static void
keep(struct settling *s, uint32_t site, uint64_t place)
{
	held_refuse(s->group, site, place, buf_look(&s->why));
}

typedef void settle_fn(struct settling *s, uint32_t site, uint64_t place);

/* In the order in which they came. */
static void
settle_some(struct settling *s, uint32_t site, uint64_t most, settle_fn *one)
{
	uint64_t place;

	for (; most > 0 && held_later_next(s->group->txn,
	    HELD_GATE, site, 0, &place);
	    most--) {
		one(s, site, place);
		s->group->work++;
	}
}

static void
open_gate(struct settling *s, uint32_t site)
{
	struct stand *stand = group_stand(s->group, site);

	stand->gate = false;
	stand->gate_since = 0;
	stand->gate_settled = s->act->at;
}

/* The gate here is open again: the site knew that it was closed. A hub that
 * wrote no number into the act wrote no letter. */
static void
tell_settled(struct settling *s, uint32_t site, const char *kind)
{
	uint64_t n = 0;

	if (!act_read_number(s->o, "settled", INT64_MAX, &n) || n == 0)
		return;
	buf_reset(&s->why);
	if (strcmp(kind, LETTER_REFUSE) == 0)
		buf_printf(&s->why, "what the hub's gate held (%" PRIu64
		    ") is refused by %.*s, and the index keeps it: put it "
		    "back; or, if it is to go, say so yourself (zqagent say "
		    "deleted). The reason: %.*s", n, SPAN_ARGS(s->actor),
		    SPAN_ARGS(s->reason));
	else
		buf_printf(&s->why, "what the hub's gate held (%" PRIu64
		    ") is withdrawn, released by %.*s. The reason: %.*s", n,
		    SPAN_ARGS(s->actor), SPAN_ARGS(s->reason));
	tell(s->group, site, s->act->at, LETTER_SETTLED, buf_look(&s->why));
}

static const char *
settle(struct group *g, const struct entry *e, const json_t *o,
    const char *kind, settle_fn *one)
{
	struct settling s = { .group = g, .act = e, .o = o };
	uint64_t most = UINT64_MAX;
	bool some = act_read_number(o, "most", INT64_MAX, &most);
	struct site site;

	if (!act_read_site(g, o, &site))
		return ACT_READ_NO_SITE;
	s.actor = text_cut(act_read_text(o, "actor"), LIMIT_TEXT / 2);
	s.reason = text_cut(act_read_text(o, "reason"), LIMIT_TEXT / 2);
	buf_init(&s.said, LIMIT_CHANGE);
	buf_init(&s.why, 2 * LIMIT_TEXT);
	buf_printf(&s.why, "refused by %.*s: %.*s", SPAN_ARGS(s.actor),
	    SPAN_ARGS(s.reason));
	settle_some(&s, site.number, most, one);
	if (!some)
		open_gate(&s, site.number);
	tell_settled(&s, site.number, kind);
	if (act_read_flag(o, "letter")) {
		buf_reset(&s.why);
		buf_printf(&s.why, "%.*s (%.*s, at the hub)",
		    SPAN_ARGS(s.reason), SPAN_ARGS(s.actor));
		tell(g, site.number, e->at, kind, buf_look(&s.why));
	}
	buf_clear(&s.said);
	buf_clear(&s.why);
	return NULL;
}

const char *
act_gate_release(struct group *g, const struct entry *e, const json_t *o)
{
	return settle(g, e, o, LETTER_RELEASE, withdraw);
}

const char *
act_gate_refuse(struct group *g, const struct entry *e, const json_t *o)
{
	return settle(g, e, o, LETTER_REFUSE, keep);
}
