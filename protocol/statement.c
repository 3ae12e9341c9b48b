/*
 * Moves, replies and covers, judged; see statement.h.
 */
#include "protocol/statement.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/url.h"

static bool
refuse(const char **why, const char *reason)
{
	*why = reason;
	return false;
}

bool
statement_move(struct rewrite_rule *r, const struct change *c,
    const char **why)
{
	*r = (struct rewrite_rule){
		.scope = rewrite_scope_named(c->word[WORD_SCOPE]),
		.from = c->url,
		.to = c->word[WORD_SUCCESSOR],
		.at = c->from,
		.until = c->until,
	};
	if (c->kind != CHANGE_MOVE)
		return refuse(why, N_("not a move"));
	if (r->to.n == 0 && c->url.n == 0)
		return refuse(why, N_("a move without an old address"));
	if (r->to.n == 0)
		return true;	/* whatever its scope was, it is off */
	return rewrite_rule_is_sane(r, why);
}

bool
statement_reply(struct statement_reply *r, const struct change *c,
    const char **why)
{
	struct span word = c->word[WORD_SCOPE];

	*r = (struct statement_reply){
		.target = c->url,
		.refused = span_is(word, SPAN(STATEMENT_REFUSED)),
		.reason = c->word[WORD_REASON],
		.by = c->word[WORD_BY],
	};
	if (c->kind != CHANGE_REPLY)
		return refuse(why, N_("not a reply"));
	if (!url_is_normal(c->url))
		return refuse(why, N_("a reply has to name the address that "
		    "the letter was about"));
	if (!r->refused && !span_is(word, SPAN(STATEMENT_WILL_FIX)))
		return refuse(why, N_("a reply is will-fix or refused"));
	if (r->refused && r->reason.n == 0)
		return refuse(why, N_("who refuses has to give a reason"));
	if (c->word[WORD_LETTER].n > 0 && !text_number(c->word[WORD_LETTER],
	    1, UINT64_MAX, &r->letter))
		return refuse(why, N_("zq:letter of a reply is the number of "
		    "the letter that it answers"));
	return true;
}

bool
statement_cover(struct statement_cover *k, const struct change *c,
    const char **why)
{
	struct span word = c->word[WORD_SCOPE];

	*k = (struct statement_cover){
		.prefix = c->url,
		.whole = span_is(word, SPAN(STATEMENT_WHOLE)),
		.include = c->word[WORD_INCLUDE],
		.exclude = c->word[WORD_EXCLUDE],
		.index = c->word[WORD_INDEX],
	};
	if (c->kind != CHANGE_COVER)
		return refuse(why, N_("not a cover"));
	if (!url_is_normal(c->url) || c->url.at[c->url.n - 1] != '/' ||
	    memchr(c->url.at, '?', c->url.n) != NULL)
		return refuse(why, N_("a cover has to name a prefix that ends "
		    "in a slash"));
	if (!k->whole && !span_is(word, SPAN(STATEMENT_GONE)))
		return refuse(why, N_("a cover is whole or gone"));
	return true;
}
