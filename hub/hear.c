/*
 * Moves, covers, replies and notices, as sites say them; see hear.h.
 */
#include "hub/hear.h"

#include "contrib/base/clock.h"
#include "hub/cover.h"
#include "hub/held.h"
#include "hub/move_say.h"
#include "hub/moved.h"
#include "hub/notice_say.h"
#include "hub/telling.h"
#include "protocol/limits.h"
#include "protocol/statement.h"
#include "protocol/url.h"

/* Does it say the move of another, that leads to its own host? */
static bool
is_other_end(struct group *g, uint32_t site, const struct rewrite_rule *r)
{
	struct url u;

	return r->to.n > 0 && url_parse(&u, r->to) &&
	    group_host(g, u.host) == site;
}

/* The other end of a move may have stood for it before its own site announced
 * it: that is heard again now. */
static void
hear_other_end(struct group *g, const struct entry *e,
    const struct change *c, const struct rewrite_rule *r)
{
	struct move_said said = { .rule = *r };
	uint8_t name[TABLE_DIGEST];
	struct change other;
	uint64_t place;
	struct buf row;
	struct url u;

	said.site = url_parse(&u, r->to) ? group_host(g, u.host) : 0;
	if (said.site == 0 || said.site == e->site)
		return;
	held_name(name, said.site, c);
	buf_init(&row, LIMIT_CHANGE);
	if (held_later_of(g->txn, HELD_FOREIGN, said.site, name, &place,
	    &row) && change_read(&other, buf_look(&row)) &&
	    span_is(other.word[WORD_SUCCESSOR], r->to)) {
		said.by = other.word[WORD_BY];
		if (move_say_too(g, e, &said) == NULL)
			held_settle(g, said.site, name, e->place);
	}
	buf_clear(&row);
}

static const char *
hear_own(struct group *g, const struct entry *e, const struct change *c,
    const struct move_said *said)
{
	const char *why;

	if (said->rule.to.n == 0)
		return move_unsay(g, e, said);
	why = move_say(g, e, said);
	if (why == NULL && span_is(c->word[WORD_SCOPE], SPAN("domain")))
		hear_other_end(g, e, c, &said->rule);
	return why;
}

static const char *
hear_move(struct group *g, const struct entry *e, const struct change *c,
    bool foreign)
{
	struct move_said said = { .site = e->site,
	    .reason = c->word[WORD_REASON], .by = c->word[WORD_BY] };
	const char *why;

	if (!statement_move(&said.rule, c, &why))
		return why;
	if (said.rule.at == CLOCK_NONE && c->when <= e->at)
		said.rule.at = c->when;	/* it may be said again by now */
	if (foreign)
		return is_other_end(g, e->site, &said.rule) ?
		    move_say_too(g, e, &said) : buf_cstr(&g->why);
	return hear_own(g, e, c, &said);
}

static const char *
hear_cover(struct group *g, const struct entry *e, const struct change *c,
    bool foreign)
{
	struct statement_cover said;
	const char *why;
	bool changed;

	if (!statement_cover(&said, c, &why))
		return why;
	if (foreign && said.whole)
		return buf_cstr(&g->why);
	if (!cover_put(g, e, c, &changed))
		return "a site has up to 256 sources";
	if (changed)
		moved_look_site(g, e->site);
	return NULL;
}

static const char *
hear_reply(struct group *g, const struct entry *e, const struct change *c,
    bool foreign)
{
	struct statement_reply said;
	const char *why;

	(void)foreign;		/* it is about links to others, mostly */
	if (!statement_reply(&said, c, &why))
		return why;
	return telling_reply(g, e, &said);
}

/* It had no effect, and needs none. */
static const char idle[] = "idle";

static const char *
hear_notice(struct group *g, const struct entry *e, const struct change *c,
    bool foreign)
{
	struct notice_said said = { .site = e->site, .when = c->when };
	const char *why;

	if (!announcement_read(&said.what, c, &why))
		return why;
	if (foreign)
		return buf_cstr(&g->why);
	why = notice_say(g, e, &said);
	if (why == NULL || !said.idle)
		return why;
	held_idle(g, e, c, span_of(why));
	return idle;
}

typedef const char *hear_fn(struct group *g, const struct entry *e,
    const struct change *c, bool foreign);

static const struct {
	enum change_kind kind;
	hear_fn *fn;
} table[] = {
	{ CHANGE_MOVE, hear_move },
	{ CHANGE_COVER, hear_cover },
	{ CHANGE_REPLY, hear_reply },
	{ CHANGE_NOTICE, hear_notice },
};

#define TABLE_COUNT_ (sizeof(table) / sizeof(table[0]))

bool
hear_is(const struct change *c)
{
	for (size_t i = 0; i < TABLE_COUNT_; i++)
		if (table[i].kind == c->kind)
			return true;
	return false;
}

static void
settle_one(struct group *g, const struct entry *e, const struct change *c)
{
	uint8_t name[TABLE_DIGEST];

	held_name(name, e->site, c);
	held_settle(g, e->site, name, e->place);
}

/* What was held of this before is said better now: of a notice that of its
 * service, and what was said of none. */
static void
settle(struct group *g, const struct entry *e, const struct change *c)
{
	struct change bare = *c;

	settle_one(g, e, &bare);
	if (c->kind != CHANGE_NOTICE)
		return;
	bare.word[WORD_SCOPE] = SPAN_NONE;
	settle_one(g, e, &bare);
	bare.word[WORD_SERVICE] = SPAN_NONE;
	settle_one(g, e, &bare);
}

/* A move that never had an effect is taken back: then nothing is held of it
 * any more. */
static bool
takes_back_held(struct group *g, const struct entry *e,
    const struct change *c)
{
	uint8_t name[TABLE_DIGEST];
	struct held_row h;

	if (c->kind != CHANGE_MOVE || c->word[WORD_SUCCESSOR].n > 0)
		return false;
	held_name(name, e->site, c);
	return held_item(g->txn, name, &h);
}

void
hear(struct group *g, const struct entry *e, const struct change *c,
    bool foreign)
{
	const char *why = NULL;

	if (group_stand(g, e->site)->silenced) {
		held_later(g, e, c, HELD_SILENCED, SPAN("the site was "
		    "blocked, in quarantine or retired, or two agents spoke "
		    "with its key"));
		return;
	}
	for (size_t i = 0; why == NULL && i < TABLE_COUNT_; i++)
		if (table[i].kind == c->kind)
			why = table[i].fn(g, e, c, foreign);
	if (why == idle)
		return;
	if (why != NULL && takes_back_held(g, e, c))
		why = NULL;
	if (why != NULL && foreign && c->kind != CHANGE_REPLY)
		held_later(g, e, c, HELD_FOREIGN, span_of(why));
	else if (why != NULL)
		held_put(g, e, c, span_of(why));
	else if (c->kind == CHANGE_NOTICE ||
	    group_stand(g, e->site)->held > 0)
		settle(g, e, c);
}
