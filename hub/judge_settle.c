/* See judge_settle.h. */
#include "hub/judge_settle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/heir.h"
#include "hub/reply.h"

void
judge_hear(struct judge *j)
{
	const struct welcome *w = &j->welcome;
	struct fork_word word = judge_word(&j->frame);

	if (w->site.kept != 0)
		heir_heard(&guests_get(j->guests, w->site.number)->heirs,
		    &w->site, &word, j->mono);
}

static bool
is_kept(const struct view_site *s, uint64_t instance)
{
	return instance != 0 && instance == s->agent[s->kept == 2].instance;
}

/* Said again with each answer, but each poll is ended only once for it. */
static void
want(struct guest *g, unsigned what)
{
	if ((g->want & what) != what)
		guests_want(g, what);
}

static uint64_t
note(struct judge *j, const struct pending *p, const char *what,
    const char *why)
{
	struct acts acts;

	acts_init(&acts);
	acts_put(&acts, json_pack("{s:s, s:I}", "do", what, "site",
	    (json_int_t)p->site), ACTS_HUB, why);
	return judge_act(j, &acts);
}

static void
pass_on(struct judge *j, struct pending *p, struct guest *g)
{
	const struct view_site *s = &j->welcome.site;
	char incarnation[17], instance[17], address[FORK_ADDRESS];
	struct acts acts;

	if (g->heir > view_place(j->writer->view))
		return;
	snprintf(incarnation, sizeof(incarnation), "%016" PRIx64,
	    s->given_up);
	snprintf(instance, sizeof(instance), "%016" PRIx64,
	    j->frame.head.instance);
	acts_init(&acts);
	acts_put(&acts, json_pack("{s:s, s:I, s:i, s:s, s:s, s:s, s:I}",
	    "do", "settle", "site", (json_int_t)p->site, "keep", s->kept,
	    "incarnation", incarnation, "instance", instance, "address",
	    fork_address(address, j->frame.peer.address), "since",
	    (json_int_t)j->at), ACTS_HUB,
	    "the agent that was kept was started again");
	p->heir = judge_act(j, &acts);
}

static void
ask_to_begin(struct guest *g, struct answer *a)
{
	want(g, GUEST_RETELL | GUEST_RENEW);
	a->want = guests_wanted(g);
	a->reason = SPAN("the hub's operator kept this agent of two: it "
	    "begins a new incarnation and tells everything again");
}

static void
ask_again(struct judge *j, struct pending *p, const struct guest *g,
    const struct fork_word *word, struct answer *a)
{
	struct fork_pair pair;

	heir_pair(&g->heirs, &j->welcome.site, word, &pair);
	judge_hold_fork(j, p, CAUSE_INSTANCE, &pair);
	a->verdict = VERDICT_FORKED;
	a->cause = SPAN(CAUSE_INSTANCE);
	a->reason = buf_look(&j->why);
}

/* Nothing is taken of an incarnation of before, for either may have told it,
 * nor of whoever isn't known: it may be the kept one after a restart, or the
 * copy; see heir.h. */
static void
hold_back(struct judge *j, struct pending *p, struct guest *g)
{
	const struct view_site *s = &j->welcome.site;
	struct answer a = { .verdict = VERDICT_BUSY,
		.after = REPLY_BUSY_AFTER };
	struct fork_word word = judge_word(&j->frame);
	enum heir_step step = heir_step(&g->heirs, s, &word, j->mono);

	if (is_kept(s, word.instance)) {
		ask_to_begin(g, &a);
	} else if (step == HEIR_GOES_ON) {
		pass_on(j, p, g);
		ask_to_begin(g, &a);
	} else if (step == HEIR_IN_DOUBT) {
		ask_again(j, p, g, &word, &a);
	} else {
		a.reason = SPAN("one of two agents of this site was kept, "
		    "and this one may be it, started again: it is seen "
		    "within a minute whether another one speaks");
	}
	p->verdict = a.verdict;
	reply_write(&p->answer, &a, SPAN_NONE);
}

static void
refuse_copy(struct judge *j, struct pending *p)
{
	welcome_refuse_copy(&j->welcome);
	p->verdict = j->welcome.verdict;
	reply_refusal(&p->answer, p->verdict, j->welcome.cause,
	    buf_cstr(&j->welcome.why));
}

/* A new incarnation: it has begun anew. A new key: it is through. */
static void
go_on(struct judge *j, struct pending *p, struct guest *g)
{
	const struct view_site *s = &j->welcome.site;
	uint64_t shown = view_place(j->writer->view);

	guests_unwant(g, GUEST_RETELL);
	if (!s->begun && g->anew <= shown)
		p->begun = note(j, p, "begun", "a new incarnation");
	if (!s->renewed || memcmp(s->key_hash, j->frame.peer.key_hash,
	    CA_KEY_HASH) != 0) {
		want(g, GUEST_RENEW);
		return;
	}
	guests_unwant(g, GUEST_RENEW);
	if (g->settled <= shown)
		p->settled = note(j, p, "settled", "the new key is in use");
}

static void
leave_settled(struct guest *g)
{
	if (g->settling)
		guests_unwant(g, GUEST_RETELL | GUEST_RENEW);
	g->settling = false;
}

enum tale {
	TALE_OLD,		/* told before the settle: its last incarnation,
				 * or an earlier one, for a copy may be older */
	TALE_GOES_ON,		/* of what is kept, which has begun it */
	TALE_NEW,
};

static enum tale
tale_of(struct judge *j, const struct view_site *s)
{
	uint64_t told = j->frame.head.incarnation;
	struct position p = { .incarnation = 0 };

	if (s->given_up != 0 && s->given_up == told)
		return TALE_OLD;
	if (!journal_position(j->writer->journal, s->number, &p))
		return TALE_NEW;
	if (position_gave_up(&p, told))
		return TALE_OLD;
	return s->begun && p.incarnation == told ? TALE_GOES_ON : TALE_NEW;
}

/* Also a copy may begin anew, if its people say so. Who names no instance is
 * not to be told apart by that. */
static bool
may_begin(struct judge *j, struct pending *p, struct guest *g)
{
	const struct view_site *s = &j->welcome.site;
	struct fork_word word = judge_word(&j->frame);

	if (word.instance == 0 || is_kept(s, word.instance))
		return true;
	if (heir_step(&g->heirs, s, &word, j->mono) != HEIR_GOES_ON)
		return false;
	pass_on(j, p, g);
	return true;
}

/* What the kept one told before it began anew, and comes only now, is the
 * journal's to judge. */
bool
judge_settle(struct judge *j, struct pending *p)
{
	const struct view_site *s = &j->welcome.site;
	struct guest *g = guests_get(j->guests, p->site);
	enum tale tale;

	if (s->kept == 0) {
		leave_settled(g);
		return true;
	}
	g->settling = true;
	tale = tale_of(j, s);
	if (tale == TALE_OLD && s->begun) {
		if (is_kept(s, j->frame.head.instance))
			return true;
		refuse_copy(j, p);
		return false;
	}
	if (tale == TALE_GOES_ON ||
	    (tale == TALE_NEW && may_begin(j, p, g))) {
		go_on(j, p, g);
		return true;
	}
	hold_back(j, p, g);
	return false;
}
