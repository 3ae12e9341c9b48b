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
#include "contrib/base/text.h"
#include "hub/reply.h"
#include "protocol/change.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define WHY_MAX 1024
/* Complaints leave room in an answer for its head and its reason. */
#define COMPLAINTS_MAX (LIMIT_ANSWER - (32u << 10))
#define COMPLAINT_MAX (16u << 10)	/* an address and a reason, escaped */

/* Behind by this many entries the sites are asked to come slower: the view
 * takes some 15,000 a second, and memory does not grow with the backlog. */
#define BACKLOG_EASY 200000
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
	size_t count, refused, held;
	struct span row[LIMIT_BATCH];
	uint8_t hash[LIMIT_BATCH][32];
	size_t made_at[LIMIT_BATCH];	/* where in `made` a row is, if its
					 * span has no address */
	struct buf made;		/* rows of what could not be read */
	struct buf complaints;
	size_t untold;			/* complaints that found no room */
	struct span host;		/* the last one looked up … */
	bool host_good;			/* … and what was found */
	struct buf why;
};

struct judge *
judge_new(struct writer *w, struct guests *g)
{
	struct judge *j = mem_new(sizeof(*j));

	j->writer = w;
	j->guests = g;
	buf_init(&j->made, LIMIT_BATCH * (WHY_MAX + 256));
	buf_init(&j->complaints, LIMIT_ANSWER);
	buf_init(&j->why, WHY_MAX);
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	buf_clear(&j->made);
	buf_clear(&j->complaints);
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
	if (!s->has_key || memcmp(s->key_hash, p->key_hash,
	    sizeof(s->key_hash)) != 0) {
		buf_printf(why, "this key is not the one of site %s: it was "
		    "enrolled again since; stop this agent, or enrol it with "
		    "a new ticket", s->code);
		return false;
	}
	return true;
}

/* --- what stands in it ---------------------------------------------------- */

static void
complain(struct judge *j, uint64_t seq, struct span url, const char *why)
{
	struct complaint c = {
		.seq = seq, .url = url, .why = span_of(why),
	};

	if (j->complaints.n + COMPLAINT_MAX > COMPLAINTS_MAX)
		j->untold++;
	else
		answer_complain(&j->complaints, &c);
}

/* A site's clock may say anything; differences stay numbers. */
static int64_t
sane_time(int64_t now)
{
	const int64_t most = INT64_C(253402300799999);	/* end of 9999 */

	return now < 0 ? 0 : now > most ? most : now;
}

/* Keeps the place of a change that could not be read. Its hash is the same
 * whatever the reason says, so that a hub which words it differently after
 * an update does not take the repetition for a fork. */
static void
keep_unreadable(struct judge *j, uint64_t seq, struct span why)
{
	size_t n = j->count;
	struct change c;

	change_init(&c);
	c.kind = CHANGE_OTHER;
	c.seq = seq;
	c.when = sane_time(j->frame.head.now);
	c.critical = SPAN("unreadable");
	change_hash(&c, j->hash[n]);
	c.word[WORD_REASON] = text_cut(why, WHY_MAX - 1);
	if (!change_is_sane(&c, NULL))
		c.word[WORD_REASON] = SPAN("(a reason that is no text)");
	j->made_at[n] = j->made.n;
	change_write(&j->made, &c);
	j->row[n] = (struct span){ .n = j->made.n - j->made_at[n] };
	j->refused++;
	buf_reset(&j->why);
	buf_printf(&j->why, "not readable: %.*s", SPAN_ARGS(why));
	complain(j, seq, SPAN_NONE, buf_cstr(&j->why));
}

static void
hold(struct judge *j, const struct change *c, const char *why)
{
	j->held++;
	complain(j, c->seq, c->url, why);
}

/* Told at once for the site's sake; apply decides it for good. */
static void
look_at_host(struct judge *j, const struct change *c)
{
	struct url u;

	if (c->url.n == 0 || !url_parse(&u, c->url))
		return;
	if (!span_is(u.host, j->host)) {
		buf_reset(&j->why);
		buf_text(&j->why, "held: ");
		j->host_good = view_may_speak(j->writer->view,
		    j->site.number, c->url, &j->why);
		j->host = u.host;
	}
	if (!j->host_good)
		hold(j, c, buf_cstr(&j->why));
}

static void
keep(struct judge *j, const struct change *c, struct span row)
{
	char why[160];

	change_hash(c, j->hash[j->count]);
	j->row[j->count] = row;
	if (c->critical.n > 0) {
		snprintf(why, sizeof(why), "held: this hub does not know "
		    "the critical part \"%.*s\"",
		    SPAN_ARGS(text_cut(c->critical, 80)));
		hold(j, c, why);
		return;
	}
	look_at_host(j, c);
}

/* One change, in its turn. False: the batch as a whole makes no sense. */
static bool
read_change(struct judge *j, uint64_t seq, struct span row, struct span why)
{
	uint64_t expected = j->frame.head.first + j->count;
	struct change c;

	if (j->count == LIMIT_BATCH) {
		buf_printf(&j->why, "over %d changes in one batch",
		    LIMIT_BATCH);
		return false;
	}
	if (seq != expected && (seq != 0 || row.n > 0)) {
		buf_printf(&j->why, "a change has the number %" PRIu64
		    " where %" PRIu64 " was expected", seq, expected);
		return false;
	}
	if (row.n == 0)
		keep_unreadable(j, expected, why);
	else if (!change_read(&c, row) || c.seq != expected)
		keep_unreadable(j, expected, SPAN("its row does not decode"));
	else
		keep(j, &c, row);
	j->count++;
	return true;
}

/* All of it into row[] and hash[]. False: why says what is wrong. */
static bool
read_batch(struct judge *j)
{
	struct span row, why;
	uint64_t seq;

	if (j->frame.head.incarnation == 0 || j->frame.head.first == 0) {
		buf_text(&j->why, "a batch needs an incarnation and the "
		    "number of its first change, neither of them 0");
		return false;
	}
	if (j->frame.head.first > UINT64_MAX - LIMIT_BATCH) {
		buf_text(&j->why, "the numbers of its changes are at an end: "
		    "start a new incarnation");
		return false;
	}
	while (frame_batch_next(&j->frame, &seq, &row, &why)) {
		if (!read_change(j, seq, row, why))
			return false;
	}
	for (size_t n = 0; n < j->count; n++) {
		if (j->row[n].at == NULL)
			j->row[n].at = j->made.at + j->made_at[n];
	}
	must(!j->made.bad);
	buf_reset(&j->why);
	return true;
}

/* --- what comes of it ----------------------------------------------------- */

static void
begin_batch(struct judge *j, struct pending *p)
{
	j->count = j->refused = j->held = j->untold = 0;
	j->host = SPAN_NONE;
	buf_reset(&j->made);
	buf_reset(&j->complaints);
	buf_reset(&j->why);
	buf_reset(&p->answer);
	p->changes = p->fresh = p->refused = p->held = 0;
	p->fork = 0;
	p->site = 0;
}

static void
answer_plain(struct judge *j, struct pending *p, enum verdict v)
{
	p->verdict = v;
	reply_plain(&p->answer, v, buf_cstr(&j->why));
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
	else if (j->untold > 0)
		buf_printf(&j->why, "%zu more changes were held or not "
		    "readable than are listed here", j->untold);
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
		.reason = span_of(reason_of(j, v->verdict)),
		.letters = view_letters(j->writer->view, p->site, UINT64_MAX,
		    0, NULL, NULL),
	};

	p->verdict = v->verdict;
	p->changes = j->count;
	p->fresh = v->fresh;
	p->refused = j->refused;
	p->held = j->held + j->refused;
	reply_write(&p->answer, &a, is_taken(v->verdict) ?
	    buf_look(&j->complaints) : SPAN_NONE);
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
		.now = sane_time(j->frame.head.now),
		.row = j->row,
		.hash = (const uint8_t (*)[32])j->hash,
		.count = j->count,
	};
	struct journal_verdict v = { .verdict = 0 };

	journal_take(j->writer->journal, &b, j->at, &v);
	if (v.verdict == VERDICT_FORKED)
		hold_fork(j, p, g);
	guests_skew(g, j->site.code, b.now - j->at);
	answer_verdict(j, p, &v);
	log_debug("site=%s seq=%" PRIu64 "+%zu %s fresh=%zu refused=%zu",
	    j->site.code, b.first, b.count, verdict_name(v.verdict), v.fresh,
	    j->refused);
}

void
judge_batch(struct judge *j, struct pending *p)
{
	begin_batch(j, p);
	if (!frame_batch_read(&j->frame, buf_look(&p->body))) {
		buf_text(&j->why, "not a batch");
		answer_plain(j, p, VERDICT_BAD);
	} else if (!judge_peer(j->writer->view, &j->frame.peer, &j->site,
	    &j->why)) {
		answer_plain(j, p, VERDICT_BLOCKED);
	} else if (j->site.forked) {
		buf_printf(&j->why, JUDGE_FORKED, j->site.code);
		answer_plain(j, p, VERDICT_FORKED);
	} else if (p->site = j->site.number, !read_batch(j)) {
		answer_plain(j, p, VERDICT_BAD);
	} else {
		take(j, p);
	}
}
