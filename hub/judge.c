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
#include "hub/reply.h"
#include "hub/sift.h"
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
	uint64_t backlog;	/* entries not yet shown, as it began */

	/* the batch in hand */
	struct frame_batch frame;
	struct view_site site;
	struct sift sift;
	struct buf why;
};

struct judge *
judge_new(struct writer *w, struct guests *g)
{
	struct judge *j = mem_new(sizeof(*j));

	j->writer = w;
	j->guests = g;
	sift_init(&j->sift);
	buf_init(&j->why, WHY_MAX);
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	sift_clear(&j->sift);
	buf_clear(&j->why);
	free(j);
}

void
judge_begin(struct judge *j, int64_t at)
{
	j->at = at;
	j->backlog = writer_backlog(j->writer);
}

bool
judge_peer(struct view *v, const struct frame_peer *p, struct view_site *s,
    struct buf *why)
{
	if (p->site == 0 || !view_site(v, p->site, s)) {
		buf_printf(why, "this hub has no site number %" PRIu32
		    ": ask its operator for a ticket and enrol again",
		    p->site);
		return false;
	}
	if (s->blocked) {
		buf_printf(why, "the site %s is blocked: %s", s->code,
		    s->reason[0] != '\0' ? s->reason : "no reason given");
		return false;
	}
	if (!view_site_has(s, p->key_hash)) {
		buf_printf(why, "this key is not the one of site %s: it was "
		    "enrolled again since; stop this agent, or enrol it with "
		    "a new ticket", s->code);
		return false;
	}
	return true;
}

/* --- what comes of it ----------------------------------------------------- */

static void
begin_batch(struct judge *j, struct pending *p)
{
	buf_reset(&j->why);
	buf_reset(&p->answer);
	p->changes = p->fresh = p->refused = p->held = 0;
	p->fork = 0;
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
reason_of(struct judge *j, enum verdict v)
{
	if (v == VERDICT_FORKED)
		buf_printf(&j->why, JUDGE_FORKED, j->site.code);
	else if (j->sift.untold > 0)
		buf_printf(&j->why, "%zu more changes were held or not "
		    "readable than are listed here", j->sift.untold);
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
		.credit = p->credit,
		.after = wait_for_backlog(j->backlog),
		.reason = span_of(reason_of(j, v->verdict)),
		.want = guests_wanted(guests_get(j->guests, p->site)),
		.letters = view_letters(j->writer->view, p->site, UINT64_MAX,
		    0, NULL, NULL),
	};

	p->verdict = v->verdict;
	p->changes = j->sift.count;
	p->fresh = v->fresh;
	p->refused = j->sift.refused;
	p->held = j->sift.held + j->sift.refused;
	reply_write(&p->answer, &a, is_taken(v->verdict) ?
	    buf_look(&j->sift.complaints) : SPAN_NONE);
}

/* Once per fork: hold the site, and name both addresses (R4). */
static void
hold_fork(struct judge *j, struct pending *p, const struct guest *g)
{
	char address[GUESTS_ADDRESS];
	struct acts acts;

	if (g->fork > view_place(j->writer->view))
		return;
	snprintf(address, sizeof(address), "%.*s",
	    SPAN_ARGS(j->frame.peer.address));
	acts_init(&acts);
	acts_put(&acts, json_pack("{s:s, s:I, s:I, s:s, s:s}", "do", "fork",
	    "site", (json_int_t)p->site,
	    "seq", (json_int_t)j->frame.head.first,
	    "address", address, "before", g->address),
	    ACTS_HUB, "the same number with other content");
	p->fork = journal_act(j->writer->journal, acts_get(&acts, 0), j->at);
	acts_clear(&acts);
}

void
judge_settled(struct judge *j, const struct pending *p)
{
	struct frame_batch f;
	struct guest *g;

	if (p->site == 0 || !frame_batch_read(&f, buf_look(&p->body)))
		return;
	g = guests_get(j->guests, p->site);
	if (p->fork != 0) {
		g->fork = p->fork;
		log_warn("site=%" PRIu32 " forked: seq=%" PRIu64 " came with "
		    "other content from %.*s; before it spoke from %s",
		    p->site, f.head.first, SPAN_ARGS(f.peer.address),
		    g->address[0] != '\0' ? g->address : "(unknown)");
	}
	if (p->verdict != VERDICT_FORKED)
		guests_address(g, f.peer.address);
}

static void
take(struct judge *j, struct pending *p)
{
	struct guest *g = guests_get(j->guests, p->site);
	struct journal_batch b = {
		.site = p->site,
		.incarnation = j->frame.head.incarnation,
		.first = j->frame.head.first,
		.head = j->frame.head.head,
		.now = sift_time(j->frame.head.now),
		.agent = j->frame.head.agent,
		.features = j->frame.head.features,
		.instance = j->frame.head.instance,
		.held = j->frame.head.held,
		.row = j->sift.row,
		.hash = (const uint8_t (*)[32])j->sift.hash,
		.count = j->sift.count,
	};
	struct journal_verdict v = { .verdict = 0 };

	journal_take(j->writer->journal, &b, j->at, &v);
	if (v.verdict == VERDICT_FORKED)
		hold_fork(j, p, g);
	guests_skew(g, j->site.code, b.now - j->at);
	answer_verdict(j, p, &v);
	log_debug("site=%s seq=%" PRIu64 "+%zu %s fresh=%zu refused=%zu",
	    j->site.code, b.first, b.count, verdict_name(v.verdict), v.fresh,
	    j->sift.refused);
}

void
judge_batch(struct judge *j, struct pending *p)
{
	begin_batch(j, p);
	if (!frame_batch_read(&j->frame, buf_look(&p->body))) {
		buf_text(&j->why, "not a batch");
		answer_plain(p, VERDICT_BAD, &j->why);
	} else if (!judge_peer(j->writer->view, &j->frame.peer, &j->site,
	    &j->why)) {
		answer_plain(p, VERDICT_BLOCKED, &j->why);
	} else if (j->site.forked) {
		buf_printf(&j->why, JUDGE_FORKED, j->site.code);
		answer_plain(p, VERDICT_FORKED, &j->why);
	} else if (!sift_batch(&j->sift, j->writer->view, j->site.number,
	    &j->frame)) {
		answer_plain(p, VERDICT_BAD, &j->sift.why);
	} else {
		p->site = j->site.number;
		take(j, p);
	}
}
