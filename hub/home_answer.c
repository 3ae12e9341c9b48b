/*
 * What a trip to a home page comes to; see home_answer.h.
 */
#include "hub/home_answer.h"

#include <stdio.h>

#include "contrib/base/text.h"
#include "hub/finding.h"

/* Of what is an answer otherwise. Frames, scripts and what sends on are
 * something; words that give another away count, however few came. */
static enum cause
lack_of(const struct trail *t)
{
	if (t->cut && t->page.bad[0] == '\0' && t->page.parked[0] == '\0')
		return CAUSE_CUT_SHORT;
	return t->blank ? CAUSE_EMPTY : CAUSE_FINE;
}

static enum cause
cause_of(enum cause found, const struct trail *t)
{
	switch (found) {
	case CAUSE_FINE: case CAUSE_UNCHANGED:
	case CAUSE_MOVED: case CAUSE_MOVED_HOME: case CAUSE_ELSEWHERE_NOW:
	case CAUSE_WORDS: case CAUSE_FOR_SALE: case CAUSE_SCRIPT:
		break;
	case CAUSE_LOGIN:
		if (t->status != 401)
			break;
		return found;
	default:
		return found;
	}
	if (lack_of(t) != CAUSE_FINE)
		return lack_of(t);
	return found == CAUSE_UNCHANGED ? found : CAUSE_FINE;
}

static void
put_cause(struct home_look *l, const struct trail *t)
{
	const struct finding_facts facts = { .trail = t };
	struct finding f;

	finding_init(&f);
	finding_judge(&f, &facts);
	l->cause = cause_of(f.cause, t);
	if (l->cause == CAUSE_EMPTY || l->cause == CAUSE_CUT_SHORT)
		snprintf(l->detail, sizeof(l->detail), "%ld", t->status);
	else if (l->cause != CAUSE_FINE)
		snprintf(l->detail, sizeof(l->detail), "%.*s",
		    SPAN_ARGS(text_cut(buf_look(&f.detail),
		    sizeof(l->detail) - 1)));
	finding_clear(&f);
}

static void
put_page(struct home_look *l, const struct trail *t)
{
	const struct glance *p = &t->page;

	l->has_page = t->trouble == CAUSE_FINE && t->html &&
	    t->status >= 200 && t->status < 300 && l->cause != CAUSE_EMPTY &&
	    l->cause != CAUSE_CUT_SHORT;
	if (!l->has_page)
		return;
	snprintf(l->title, sizeof(l->title), "%s", p->title);
	l->language = p->language;
	snprintf(l->bad, sizeof(l->bad), "%s", p->bad);
	snprintf(l->parked, sizeof(l->parked), "%s", p->parked);
	snprintf(l->code, sizeof(l->code), "%s", p->code);
	snprintf(l->domain, sizeof(l->domain), "%s", p->domain);
}

void
home_answer(struct home_look *l, const struct trail *t)
{
	put_cause(l, t);
	put_page(l, t);
}
