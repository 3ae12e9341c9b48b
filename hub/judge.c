/*
 * Judge: a batch against the site's standing and its position.
 */
#include "hub/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/fork.h"
#include "hub/gate.h"
#include "hub/reply.h"
#include "hub/sift.h"
#include "hub/signer.h"
#include "hub/welcome.h"
#include "protocol/limits.h"

#define WHY_MAX 1024

/* Behind by this many entries the sites are asked to come slower: the view
 * takes some 15,000 a second, and memory does not grow with the backlog. */
#define BACKLOG_EASY 30000
#define BACKLOG_RATE 15		/* entries a ms */
#define BACKLOG_WAIT 5000	/* ms at most */

struct judge {
	struct writer *writer;
	struct guests *guests;
	int64_t at;		/* ms, this group's hub time */
	int64_t mono;
	uint64_t backlog;	/* entries not yet shown, as it began */

	/* the batch in hand */
	struct frame_batch frame;
	struct welcome welcome;
	struct sift sift;
	struct gate gate;
	struct buf why;
};

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
	};

	p->verdict = v->verdict;
	p->changes = j->sift.count;
	p->fresh = v->fresh;
	p->refused = j->sift.refused;
	p->held += j->sift.held + j->sift.refused;
	reply_write(&p->answer, &a, is_taken(v->verdict) ?
	    buf_look(&j->sift.complaints) : SPAN_NONE);
}

/* --- two agents with one key ----------------------------------------------- */

static struct fork_word
word_of(const struct frame_batch *f)
{
	return (struct fork_word){ .instance = f->head.instance,
	    .address = f->peer.address, .now = sift_time(f->head.now) };
}

/* An act among the entries of this group. */
static uint64_t
write_act(struct judge *j, struct acts *acts)
{
	uint64_t place = journal_act(j->writer->journal, acts_get(acts, 0),
	    j->at);

	acts_clear(acts);
	return place;
}

/* Once per fork: holds the site, and names both addresses (R4). */
static void
hold_fork(struct judge *j, struct pending *p, const char *cause,
    const struct fork_pair *pair)
{
	struct guest *g = guests_get(j->guests, p->site);
	struct fork_side side[2] = { fork_side(&pair->agent[0]),
		fork_side(&pair->agent[1]) };
	struct acts acts;

	p->cause = cause;
	p->pair = *pair;
	fork_advice(&j->why, j->welcome.site.code, side);
	if (g->fork > view_place(j->writer->view))
		return;
	acts_init(&acts);
	fork_act(&acts, p->site, cause, j->frame.head.first, pair);
	p->fork = write_act(j, &acts);
}

/* --- one of two is kept ---------------------------------------------------- */

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
	return write_act(j, &acts);
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
	p->heir = write_act(j, &acts);
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
	hold_fork(j, p, CAUSE_INSTANCE, &pair);
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
	struct fork_word word = word_of(&j->frame);
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
	struct fork_word word = word_of(&j->frame);

	if (word.instance == 0 || is_kept(s, word.instance))
		return true;
	if (heir_step(&g->heirs, s, &word, j->mono) != HEIR_GOES_ON)
		return false;
	pass_on(j, p, g);
	return true;
}

/* False: it was answered. What the kept one told before it began anew, and
 * comes only now, is the journal's to judge. */
static bool
settle(struct judge *j, struct pending *p)
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
	word = word_of(&f);
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
	p->gate = write_act(j, &acts);
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
		/* Its clock isn't slow by what the batch has waited here. */
		.now = sift_time(h->now) + clock_mono() - p->since,
		.agent = h->agent,
		.features = h->features,
		.instance = h->instance,
		.held = h->held,
		.trouble = h->trouble,
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
	struct fork_word word = word_of(&j->frame);
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
		hold_fork(j, p, v.cause, &pair);
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
	if (!settle(j, p))
		return;
	if (sift_batch(&j->sift, j->writer->view, p->site, &j->frame))
		take(j, p);
	else
		answer_plain(p, VERDICT_BAD, &j->sift.why);
}

/* Who speaks for a site of which one of two is kept, also in vain. */
static void
hear(struct judge *j, const struct welcome *w)
{
	struct fork_word word = word_of(&j->frame);

	if (w->site.kept != 0)
		heir_heard(&guests_get(j->guests, w->site.number)->heirs,
		    &w->site, &word, j->mono);
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
			hear(j, w);
		p->verdict = w->verdict;
		reply_refusal(&p->answer, w->verdict, w->cause,
		    buf_cstr(&w->why));
	} else {
		hear(j, w);
		take_site(j, p);
	}
}
