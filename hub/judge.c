/*
 * Judge: a batch against the site's standing and its position. When two agents
 * speak for a site, and one of them is kept, see judge_settle.h.
 */
#include "hub/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/heir.h"
#include "hub/judge_inside.h"
#include "hub/judge_settle.h"
#include "hub/reply.h"
#include "hub/signer.h"
#include "protocol/limits.h"

#define WHY_MAX 1024

/* Behind by this many entries the sites are asked to come slower: the view
 * takes some 15,000 a second, and memory does not grow with the backlog. */
#define BACKLOG_EASY 30000
#define BACKLOG_RATE 15		/* entries a ms */
#define BACKLOG_WAIT 5000	/* ms at most */

struct judge *
judge_new(struct writer *w, struct guests *g)
{
	struct judge *j = mem_new(sizeof(*j));

	j->writer = w;
	j->guests = g;
	j->gate.writer = w;
	welcome_init(&j->welcome);
	sift_init(&j->sift);
	buf_init(&j->why, WHY_MAX);
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	welcome_clear(&j->welcome);
	sift_clear(&j->sift);
	buf_clear(&j->why);
	free(j);
}

void
judge_begin(struct judge *j, int64_t at)
{
	j->at = at;
	j->mono = clock_mono();
	j->backlog = writer_backlog(j->writer);
}

/* --- what comes of it ----------------------------------------------------- */

static void
begin_batch(struct judge *j, struct pending *p)
{
	buf_reset(&j->why);
	buf_reset(&p->answer);
	p->changes = p->fresh = p->refused = p->held = p->gated = 0;
	p->cause = "";
	p->fork = p->heir = p->begun = p->settled = p->gate = 0;
	p->site = 0;
}

static void
answer_plain(struct pending *p, enum verdict v, const struct buf *why)
{
	p->verdict = v;
	reply_plain(&p->answer, v, buf_cstr(why));
}

static uint32_t
wait_for_backlog(uint64_t backlog)
{
	uint64_t ms;

	if (backlog < BACKLOG_EASY)
		return 0;
	ms = (backlog - BACKLOG_EASY) / BACKLOG_RATE;
	return ms < BACKLOG_WAIT ? (uint32_t)ms : BACKLOG_WAIT;
}

static bool
is_taken(enum verdict v)
{
	return v == VERDICT_TAKEN || v == VERDICT_KNOWN;
}

static const char *
reason_of(struct judge *j)
{
	if (j->sift.untold > 0)
		buf_printf(&j->why, "%s%zu more changes were held or not "
		    "readable than are listed here",
		    j->why.n > 0 ? "; " : "", j->sift.untold);
	return buf_cstr(&j->why);
}

static void
answer_verdict(struct judge *j, struct pending *p,
    const struct journal_verdict *v)
{
	struct answer a = {
		.verdict = v->verdict,
		.incarnation = v->position.incarnation,
		.taken = v->taken,
		.expected = v->expected,
		.credit = LIMIT_BODY,
		.after = wait_for_backlog(j->backlog),
		.reason = span_of(reason_of(j)),
		.cause = span_of(p->cause),
		.want = guests_wanted(guests_get(j->guests, p->site)),
		.map = signer_version(j->writer->view),
		.letters = view_letters(j->writer->view, p->site, UINT64_MAX,
		    0, NULL, NULL),
		.held = view_holds(j->writer->view, p->site),
	};

	p->verdict = v->verdict;
	p->changes = j->sift.count;
	p->fresh = v->fresh;
	p->refused = j->sift.refused;
	p->held += j->sift.held + j->sift.refused;
	reply_write(&p->answer, &a, is_taken(v->verdict) ?
	    buf_look(&j->sift.complaints) : SPAN_NONE);
}

/* --- what is remembered ---------------------------------------------------- */

/* Once each, by the code that operators know. */
static void
say(struct judge *j, const struct pending *p, const struct fork_word *word)
{
	struct view_site s;

	if ((p->fork == 0 && p->heir == 0 && p->gate == 0) ||
	    !view_site(j->writer->view, p->site, &s))
		return;
	if (p->fork != 0)
		fork_say(s.code, p->cause, &p->pair);
	if (p->heir != 0)
		log_warn("site=%s the agent at %.*s is taken for the one that "
		    "was kept, started again: nobody else was heard", s.code,
		    SPAN_ARGS(word->address));
	if (p->gate != 0)
		log_warn("site=%s gate closed: %zu withdrawals are held "
		    "until zqhub release %s or zqhub refuse %s", s.code,
		    p->gated, s.code, s.code);
}

void
judge_settled(struct judge *j, const struct pending *p)
{
	struct fork_word word;
	struct frame_batch f;
	struct guest *g;

	if (p->site == 0 || !frame_batch_read(&f, buf_look(&p->body)))
		return;
	g = guests_get(j->guests, p->site);
	word = judge_word(&f);
	say(j, p, &word);
	if (p->fork != 0) {
		g->fork = p->fork;
		g->watch.returns = 0;
		heir_begin(&g->heirs);
	}
	if (p->heir != 0)
		g->heir = p->heir;
	if (p->begun != 0)
		g->anew = p->begun;
	if (p->settled != 0)
		g->settled = p->settled;
	if (p->gate != 0)
		g->gate = p->gate;
	if (is_taken(p->verdict))
		fork_seen(&g->watch, &word, clock_mono());
}

/* --- the gate ------------------------------------------------------------- */

/* Before what it withdraws is in the journal (R6). */
static void
watch_gate(struct judge *j, struct pending *p, struct journal_batch *b)
{
	struct gate *t = &j->gate;
	struct acts acts;

	gate_watch(t, &j->welcome.site, &j->sift, b, j->at);
	p->gated = t->held;
	p->held += t->held;
	if (t->held > 0)
		buf_printf(&j->why, "held: %zu withdrawals, until the hub's "
		    "operator releases or refuses them: it is more at once "
		    "than passes unasked", t->held);
	if (!t->closes || guests_get(j->guests, p->site)->gate >
	    view_place(j->writer->view))
		return;
	acts_init(&acts);
	acts_put(&acts, json_pack("{s:s, s:I, s:I, s:I}", "do", "gate",
	    "site", (json_int_t)p->site, "count", (json_int_t)t->count,
	    "of", (json_int_t)t->of), ACTS_HUB,
	    "more is withdrawn at once than passes unasked");
	p->gate = judge_act(j, &acts);
}

/* --- taking --------------------------------------------------------------- */

static struct journal_batch
batch_of(struct judge *j, const struct pending *p)
{
	const struct batch *h = &j->frame.head;

	return (struct journal_batch){
		.site = p->site,
		.incarnation = h->incarnation,
		.first = h->first,
		.head = h->head,
		.now = sift_clock(&j->frame),
		.agent = h->agent,
		.features = h->features,
		.instance = h->instance,
		.held = h->held,
		.trouble = h->trouble,
		.needs_snapshot = h->needs_snapshot,
		.row = j->sift.row,
		.hash = (const uint8_t (*)[32])j->sift.hash,
		.count = j->sift.count,
	};
}

static void
take(struct judge *j, struct pending *p)
{
	struct guest *g = guests_get(j->guests, p->site);
	struct journal_batch b = batch_of(j, p);
	struct fork_word word = judge_word(&j->frame);
	struct journal_verdict v = { .verdict = VERDICT_FORKED,
		.cause = CAUSE_INSTANCE };
	struct fork_pair pair;

	if (!fork_turns(&g->watch, &word, j->mono)) {
		watch_gate(j, p, &b);
		journal_take(j->writer->journal, &b, j->at, &v);
	}
	if (v.verdict == VERDICT_FORKED) {
		fork_pair(&pair, &g->watch, &word,
		    v.position.instance != word.instance ?
		    v.position.instance : v.position.instance_before);
		judge_hold_fork(j, p, v.cause, &pair);
	}
	guests_skew(g, j->welcome.site.code, b.now - j->at);
	answer_verdict(j, p, &v);
	log_debug("site=%s seq=%" PRIu64 "+%zu %s fresh=%zu refused=%zu",
	    j->welcome.site.code, b.first, b.count, verdict_name(v.verdict),
	    v.fresh, j->sift.refused);
}

static void
take_site(struct judge *j, struct pending *p)
{
	p->site = j->welcome.site.number;
	if (!judge_settle(j, p))
		return;
	if (sift_batch(&j->sift, j->writer->view, p->site, &j->frame))
		take(j, p);
	else
		answer_plain(p, VERDICT_BAD, &j->sift.why);
}

void
judge_batch(struct judge *j, struct pending *p)
{
	struct welcome *w = &j->welcome;

	begin_batch(j, p);
	if (!frame_batch_read(&j->frame, buf_look(&p->body))) {
		buf_text(&j->why, "not a batch");
		answer_plain(p, VERDICT_BAD, &j->why);
	} else if (!welcome_speaker(w, j->writer->view, &j->frame.peer,
	    j->frame.head.instance)) {
		if (strcmp(w->cause, CAUSE_SETTLED) == 0)
			judge_hear(j);
		p->verdict = w->verdict;
		reply_refusal(&p->answer, w->verdict, w->cause,
		    buf_cstr(&w->why));
	} else {
		judge_hear(j);
		take_site(j, p);
	}
}
