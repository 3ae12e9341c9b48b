/*
 * Acts about notices; see act_notice.h.
 */
#include "hub/act_notice.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/notice_say.h"
#include "protocol/change.h"

/* The same judgement as of what a site says: as if it were its change. */
static void
as_change(struct change *c, const json_t *o)
{
	change_init(c);
	c->kind = CHANGE_NOTICE;
	c->from = act_read_time(o, "from");
	c->until = act_read_time(o, "until");
	c->word[WORD_SCOPE] = act_read_text(o, "kind");
	c->word[WORD_SERVICE] = act_read_text(o, "service");
	c->word[WORD_RECURS] = act_read_text(o, "recurs");
	c->word[WORD_ZONE] = act_read_text(o, "zone");
	c->word[WORD_SUCCESSOR] = act_read_text(o, "see");
	c->word[WORD_REASON] = act_read_text(o, "reason");
	c->word[WORD_BY] = act_read_text(o, "actor");
}

const char *
act_notice_announce(struct group *g, const struct entry *e, const json_t *o)
{
	struct notice_said said = { .operated = true, .when = e->at };
	struct change c;
	struct site s;
	const char *why;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	as_change(&c, o);
	if (!announcement_read(&said.what, &c, &why))
		return why;
	if (said.what.kind == ANNOUNCE_RESOLVED || said.what.withdrawn)
		return N_("maintenance and a closing say when; what is over is "
		    "said by the number of its notice");
	said.site = s.number;
	return notice_say(g, e, &said);
}

const char *
act_notice_end(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t number;

	if (!act_read_number(o, "notice", UINT32_MAX, &number))
		return N_("there is no such notice");
	return notice_end(g, e, (uint32_t)number,
	    act_read_text(o, "reason"), act_read_text(o, "actor"));
}

const char *
act_notice_time(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t most = ACT_NOTICE_SOME;

	(void)act_read_number(o, "most", ACT_NOTICE_SOME, &most);
	notice_time(g, e, most);
	return NULL;
}
