/*
 * Judging and chaining; see journal.h. A row in the backend is
 *
 *	u64 at, u32 site, u64 incarnation, u64 seq, the chain (32 bytes), body
 *
 * and its chain is SHA-256(chain before, place, at, site, incarnation, seq,
 * body). What is judged within a group sees what the group has put, so two
 * batches of one site in one group are judged in order.
 *
 * A site's position is a row of fixed fields and then those that came later,
 * in the order in which they came; a row that ends before one of them is of
 * an older version, and that field is 0 or empty.
 */
#include "hub/journal.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/journal_backend.h"
#include "protocol/change.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#include <stdlib.h>

#define ROW_HEAD (8 + 4 + 8 + 8 + JOURNAL_CHAIN)
#define ROW_MAX (ROW_HEAD + LIMIT_CHANGE)
#define WALK 4096	/* entries verified in one read transaction */

struct end {		/* of the chain */
	uint64_t place;
	uint8_t chain[JOURNAL_CHAIN];
};

struct journal {
	const struct journal_ops *ops;
	void *backend;
	struct buf row, beat;
	struct end durable, group;	/* group: while in one */
	bool in_group, writes;
};

/* --- rows ------------------------------------------------------------------- */

static void
chain(uint8_t out[JOURNAL_CHAIN], const uint8_t before[JOURNAL_CHAIN],
    const struct entry *e)
{
	uint8_t head[8 + 8 + 4 + 8 + 8];
	struct sha s;

	wire_put_u64(head, e->place);
	wire_put_u64(head + 8, (uint64_t)e->at);
	wire_put_u32(head + 16, e->site);
	wire_put_u64(head + 20, e->incarnation);
	wire_put_u64(head + 28, e->seq);
	sha_begin(&s);
	sha_add(&s, before, JOURNAL_CHAIN);
	sha_add(&s, head, sizeof(head));
	sha_add(&s, e->body.at, e->body.n);
	sha_end(&s, out);
}

static void
entry_write(struct buf *b, const struct entry *e)
{
	uint8_t head[ROW_HEAD];

	wire_put_u64(head, (uint64_t)e->at);
	wire_put_u32(head + 8, e->site);
	wire_put_u64(head + 12, e->incarnation);
	wire_put_u64(head + 20, e->seq);
	memcpy(head + 28, e->chain, JOURNAL_CHAIN);
	buf_put(b, head, sizeof(head));
	buf_span(b, e->body);
}

/* Our own file: what doesn't decode is the disk's failure. */
static void
entry_read(struct entry *e, uint64_t place, struct span row)
{
	const uint8_t *at = (const uint8_t *)row.at;

	if (row.n < ROW_HEAD)
		fatal("journal: entry %llu is cut short: restore the journal "
		    "from a dump", (unsigned long long)place);
	e->place = place;
	e->at = (int64_t)wire_get_u64(at);
	e->site = wire_get_u32(at + 8);
	e->incarnation = wire_get_u64(at + 12);
	e->seq = wire_get_u64(at + 20);
	memcpy(e->chain, at + 28, JOURNAL_CHAIN);
	e->body = (struct span){ .at = row.at + ROW_HEAD,
	    .n = row.n - ROW_HEAD };
}

/* --- a resource ------------------------------------------------------------- */

struct journal *
journal_open(const struct journal_ops *ops, const char *dir, bool write,
    uint64_t most, struct buf *why)
{
	void *backend = ops->open(dir, write, most, why);
	struct journal *j;

	if (backend == NULL)
		return NULL;
	j = mem_new(sizeof(*j));
	j->ops = ops;
	j->backend = backend;
	j->writes = write;
	buf_init(&j->row, ROW_MAX);
	buf_init(&j->beat, ROW_MAX);
	j->durable.place = journal_last(j);
	journal_head(j, j->durable.chain);
	return j;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	must(!j->in_group);
	j->ops->close(j->backend);
	buf_clear(&j->row);
	buf_clear(&j->beat);
	free(j);
}

/* --- judging ------------------------------------------------------------------ */

static bool
load(struct journal *j, uint32_t site, struct position *p)
{
	*p = (struct position){ .incarnation = 0 };
	buf_reset(&j->row);
	if (!j->ops->get(j->backend, site, &j->row))
		return false;
	position_read(p, buf_look(&j->row));
	return true;
}

static void
save(struct journal *j, uint32_t site, const struct position *p)
{
	buf_reset(&j->row);
	position_write(&j->row, p);
	j->ops->put(j->backend, site, buf_look(&j->row));
}

/* Chains the entry and puts it at the end. */
static void
append(struct journal *j, struct entry *e)
{
	e->place = j->group.place + 1;
	chain(e->chain, j->group.chain, e);
	buf_reset(&j->row);
	entry_write(&j->row, e);
	must(!j->row.bad);
	j->ops->append(j->backend, e->place, buf_look(&j->row));
	j->group.place = e->place;
	memcpy(j->group.chain, e->chain, JOURNAL_CHAIN);
}

/* Does what came again say what it said before, as far as we remember? */
static bool
agrees(const struct position *p, const struct journal_batch *b)
{
	for (size_t i = 0; i < b->count && b->first + i <= p->last; i++) {
		uint64_t seq = b->first + i;

		if (p->last - seq < LIMIT_RECENT && memcmp(b->hash[i],
		    p->recent[seq % LIMIT_RECENT], 32) != 0)
			return false;
	}
	return true;
}

/* Was it sent before the last one that was taken, and held up on its way? By
 * the site's own clock, so it is a hint. */
static bool
is_late(const struct position *p, const struct journal_batch *b)
{
	return b->now < p->heard + p->skew;
}

/* Does the agent's spool end before what we have of it? Then it was restored
 * from a copy: a process that we don't know, for one that we do may have had
 * a request held up on the way. */
static bool
is_behind(const struct position *p, const struct journal_batch *b)
{
	return b->instance != 0 && p->instance != 0 &&
	    b->instance != p->instance && b->instance != p->instance_before &&
	    b->head < p->last && !is_late(p, b);
}

/* Of another incarnation than the one that speaks. */
static enum verdict
judge_other(const struct position *p, const struct journal_batch *b,
    const char **cause)
{
	if (b->count == 0)
		return VERDICT_TAKEN;
	if (position_gave_up(p, b->incarnation)) {
		*cause = CAUSE_BEHIND;
		return is_late(p, b) ? VERDICT_EARLY : VERDICT_FORKED;
	}
	return b->first == 1 ? VERDICT_TAKEN : VERDICT_EARLY;
}

/* `known` is how many of the batch came before. */
static enum verdict
judge(const struct position *p, const struct journal_batch *b, size_t *known,
    const char **cause)
{
	*known = 0;
	if (b->incarnation != p->incarnation)
		return judge_other(p, b, cause);
	*cause = CAUSE_BEHIND;
	if (is_behind(p, b))
		return VERDICT_FORKED;
	if (b->count == 0)
		return VERDICT_TAKEN;
	if (b->first == 0 || b->first > p->last + 1)
		return VERDICT_EARLY;
	*cause = CAUSE_CONTENT;
	if (!agrees(p, b))
		return VERDICT_FORKED;
	if (p->last + 1 - b->first >= b->count) {
		*known = b->count;
		return VERDICT_KNOWN;
	}
	*known = (size_t)(p->last + 1 - b->first);
	return VERDICT_TAKEN;
}

static void
take(struct journal *j, const struct journal_batch *b, size_t known,
    int64_t at, struct position *p)
{
	struct entry e = { .at = at, .site = b->site,
	    .incarnation = b->incarnation };

	if (b->incarnation != p->incarnation) {
		position_give_up(p, b->incarnation);
		p->last = 0;
		p->head = 0;
	}
	for (size_t i = known; i < b->count; i++) {
		e.seq = b->first + i;
		e.body = b->row[i];
		append(j, &e);
		memcpy(p->recent[e.seq % LIMIT_RECENT], b->hash[i], 32);
		p->last = e.seq;
		p->place = e.place;
	}
}

/* As many of the words as fit. */
static struct span
cut_words(struct span words, size_t most)
{
	if (words.n <= most)
		return words;
	while (most > 0 && words.at[most] != ' ')
		most--;
	return (struct span){ .at = words.at, .n = most };
}

static void
name_agent(struct position *p, const struct journal_batch *b)
{
	position_put_words(p->agent, sizeof(p->agent),
	    text_cut(b->agent, sizeof(p->agent) - 1));
	position_put_words(p->features, sizeof(p->features),
	    cut_words(b->features, sizeof(p->features) - 1));
	if (b->instance != 0 && b->instance != p->instance) {
		p->instance_before = p->instance;
		p->instance = b->instance;
	}
	p->held = b->held;
	p->needs_snapshot = b->needs_snapshot;
	position_put_words(p->trouble, sizeof(p->trouble),
	    text_cut(b->trouble, sizeof(p->trouble) - 1));
}

/* Counted from the first of them on; a window later begins another count. */
uint64_t
journal_withdrew(const struct position *p, const struct journal_batch *b,
    int64_t at)
{
	bool lately = at - p->withdrew_since < b->window &&
	    at >= p->withdrew_since && p->withdrew_since > b->forget;

	return lately ? p->withdrew : 0;
}

static void
count_withdrawn(struct position *p, const struct journal_batch *b, int64_t at)
{
	uint64_t before = journal_withdrew(p, b, at);

	if (b->withdraws == 0)
		return;
	if (before == 0)
		p->withdrew_since = at;
	p->withdrew = before + b->withdraws;
}

void
journal_look(struct journal *j, const struct journal_batch *b,
    struct journal_verdict *v)
{
	must(j->in_group && b->site != 0);
	*v = (struct journal_verdict){ .verdict = 0 };
	load(j, b->site, &v->position);
	v->verdict = judge(&v->position, b, &v->known, &v->cause);
	if (v->verdict != VERDICT_FORKED)
		v->cause = NULL;
}

/* Would the row be as it was loaded, but for when and with which clock the
 * site was heard? */
static bool
is_no_news(struct journal *j, const struct position *p, int64_t heard,
    int64_t skew)
{
	struct position then = *p;

	then.heard = heard;
	then.skew = skew;
	buf_reset(&j->beat);
	position_write(&j->beat, &then);
	return span_is(buf_look(&j->beat), buf_look(&j->row));
}

/* After a batch: the position is written, if it is worth it. heard and skew
 * are as they were loaded. */
static void
note(struct journal *j, const struct journal_batch *b, int64_t at,
    const struct journal_verdict *v, int64_t heard, int64_t skew)
{
	bool lately = at - heard < JOURNAL_HEARD && at >= heard;

	if (v->fresh > 0 || v->verdict == VERDICT_FORKED || !lately ||
	    !is_no_news(j, &v->position, heard, skew))
		save(j, b->site, &v->position);
}

void
journal_take(struct journal *j, const struct journal_batch *b, int64_t at,
    struct journal_verdict *v)
{
	struct position *p = &v->position;
	int64_t heard, skew;
	bool same;

	journal_look(j, b, v);
	heard = p->heard;
	skew = p->skew;
	if (v->verdict == VERDICT_TAKEN && b->count > 0) {
		take(j, b, v->known, at, p);
		v->fresh = b->count - v->known;
		count_withdrawn(p, b, at);
	}
	same = b->incarnation == p->incarnation;
	v->taken = same ? p->last : 0;
	v->expected = v->taken + 1;
	if (same && v->verdict != VERDICT_FORKED)
		p->head = b->head > p->last ? b->head : p->last;
	if (v->verdict != VERDICT_FORKED && !is_late(p, b))
		name_agent(p, b);
	p->heard = at;
	p->skew = b->now - at;
	note(j, b, at, v, heard, skew);
}

/* --- one group ---------------------------------------------------------------- */

void
journal_begin(struct journal *j)
{
	must(j->writes && !j->in_group);
	j->ops->begin(j->backend);
	j->group = j->durable;
	j->in_group = true;
}

uint64_t
journal_act(struct journal *j, struct span json, int64_t at)
{
	struct entry e = { .at = at, .body = json };

	must(j->in_group && json.n <= LIMIT_CHANGE);
	append(j, &e);
	return e.place;
}

enum db_result
journal_commit(struct journal *j)
{
	enum db_result result;

	must(j->in_group);
	result = j->ops->commit(j->backend);
	if (result == DB_OK)
		j->durable = j->group;
	j->in_group = false;
	return result;
}

/* The position as if the entry had just been taken. */
static void
follow(struct journal *j, const struct entry *e)
{
	struct position p;
	struct change c;
	uint8_t *hash;

	load(j, e->site, &p);
	if (p.incarnation != e->incarnation) {
		position_give_up(&p, e->incarnation);
	}
	hash = p.recent[e->seq % LIMIT_RECENT];
	if (change_read(&c, e->body)) {
		if (span_is(c.critical, SPAN(JOURNAL_UNREADABLE)))
			c.word[WORD_REASON] = SPAN_NONE;
		change_hash(&c, hash);
	} else {
		sha_of(hash, e->body);
	}
	p.last = p.head = e->seq;
	p.place = e->place;
	p.heard = e->at;
	save(j, e->site, &p);
}

bool
journal_restore(struct journal *j, const struct entry *e)
{
	uint8_t expected[JOURNAL_CHAIN];
	struct entry copy = *e;

	must(j->in_group);
	if (e->place != j->group.place + 1 || e->body.n > LIMIT_CHANGE)
		return false;
	chain(expected, j->group.chain, e);
	if (memcmp(expected, e->chain, JOURNAL_CHAIN) != 0)
		return false;
	append(j, &copy);
	if (e->site != 0)
		follow(j, e);
	return true;
}

/* --- reading -------------------------------------------------------------------- */

struct reading {
	journal_entry_fn *each;
	void *arg;
	uint64_t next;
};

static bool
hand_out(void *arg, uint64_t place, struct span row)
{
	struct reading *r = arg;
	struct entry e;

	entry_read(&e, place, row);
	if (place >= r->next)
		r->next = place + 1;
	return r->each(r->arg, &e);
}

uint64_t
journal_read(struct journal *j, uint64_t from, size_t most,
    journal_entry_fn *each, void *arg)
{
	struct reading r = { .each = each, .arg = arg,
	    .next = from != 0 ? from : 1 };

	must(!j->in_group);
	j->ops->each(j->backend, r.next, most, hand_out, &r);
	return r.next;
}

uint64_t
journal_last(struct journal *j)
{
	return j->ops->last(j->backend, NULL);
}

bool
journal_position(struct journal *j, uint32_t site, struct position *p)
{
	return load(j, site, p);
}

bool
journal_head(struct journal *j, uint8_t out[JOURNAL_CHAIN])
{
	struct entry e;
	uint64_t place;

	buf_reset(&j->row);
	memset(out, 0, JOURNAL_CHAIN);
	place = j->ops->last(j->backend, &j->row);
	if (place == 0)
		return false;
	entry_read(&e, place, buf_look(&j->row));
	memcpy(out, e.chain, JOURNAL_CHAIN);
	return true;
}

uint64_t
journal_bytes(struct journal *j)
{
	return j->ops->bytes(j->backend);
}

struct walk {
	struct end end;		/* up to where it is what it was */
	bool broken;
};

static bool
step(void *arg, const struct entry *e)
{
	struct walk *w = arg;
	uint8_t expected[JOURNAL_CHAIN];

	if (e->place <= w->end.place)
		return true;
	chain(expected, w->end.chain, e);
	w->broken = e->place != w->end.place + 1 ||
	    memcmp(expected, e->chain, JOURNAL_CHAIN) != 0;
	if (w->broken)
		return false;
	w->end.place = e->place;
	memcpy(w->end.chain, e->chain, JOURNAL_CHAIN);
	return true;
}

uint64_t
journal_verify(struct journal *j)
{
	struct walk w = { .broken = false };
	uint64_t last = journal_last(j);

	while (!w.broken && w.end.place < last)
		journal_read(j, w.end.place + 1, WALK, step, &w);
	return w.broken ? w.end.place + 1 : 0;
}
