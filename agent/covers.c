/* See covers.h. One row of the store has all of them: there are few. */
#include "agent/covers.h"

#include <stdlib.h>

#include "agent/ability.h"
#include "agent/compare.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"
#include "protocol/limits.h"
#include "protocol/statement.h"
#include "protocol/wire.h"

#define ROW "covers"
#define FORMAT 1
#define ROW_MAX (4u << 20)

struct told {			/* one of the row */
	uint64_t incarnation;	/* in which it was told */
	struct covers_one is;
};

static void
write_one(struct buf *b, const struct told *k)
{
	write_u64(b, k->incarnation);
	write_span(b, k->is.source);
	write_span(b, k->is.url);
	write_span(b, k->is.include);
	write_span(b, k->is.exclude);
	write_span(b, k->is.index);
}

static bool
read_one(struct reader *r, struct told *k)
{
	*k = (struct told){ .incarnation = read_u64(r), .is.whole = true };
	k->is.source = read_span(r);
	k->is.url = read_span(r);
	k->is.include = read_span(r);
	k->is.exclude = read_span(r);
	k->is.index = read_span(r);
	return !r->bad;
}

/* A copy of the row, which outlives writes. */
static char *
read_row(struct store_txn *t, struct reader *r)
{
	struct span row;
	char *copy;

	*r = reader_of(SPAN_NONE);
	if (!store_get(t, ROW, &row))
		return NULL;
	copy = mem_copy(row.at, row.n);
	*r = reader_of((struct span){ .at = copy, .n = row.n });
	if (read_u8(r) != FORMAT)
		*r = reader_of(SPAN_NONE);
	return copy;
}

static bool
is_same(const struct covers_one *a, const struct covers_one *b)
{
	return span_is(a->url, b->url) && span_is(a->include, b->include) &&
	    span_is(a->exclude, b->exclude) && span_is(a->index, b->index);
}

static bool
tell(struct store_txn *t, const struct covers_one *c, bool whole,
    size_t *told)
{
	struct change say;

	change_init(&say);
	say.kind = CHANGE_COVER;
	say.url = c->url;
	say.word[WORD_SCOPE] = whole ? SPAN(STATEMENT_WHOLE) :
	    SPAN(STATEMENT_GONE);
	if (whole) {
		say.word[WORD_INCLUDE] = c->include;
		say.word[WORD_EXCLUDE] = c->exclude;
		say.word[WORD_INDEX] = c->index;
	}
	switch (compare_said(t, &say)) {
	case COMPARE_NO_ROOM:
		return false;
	case COMPARE_UNFIT:		/* then it is not promised */
		return true;
	default:
		++*told;
		return true;
	}
}

struct telling {
	const struct covers_one *now;	/* NULL: those that are gone */
	covers_live_fn *is_live;
	void *arg;
	size_t told;
	struct buf row;			/* as it will be */
	bool found;
};

/* What becomes of one that was told. */
static bool
judge(struct store_txn *t, struct telling *g, const struct told *k)
{
	bool stays;

	if (g->now == NULL)
		stays = g->is_live(g->arg, k->is.source);
	else if (!span_is(g->now->source, k->is.source))
		stays = true;
	else
		stays = g->found = g->now->whole &&
		    is_same(g->now, &k->is) &&
		    k->incarnation == t->meta.incarnation;
	if (stays) {
		write_one(&g->row, k);
		return true;
	}
	/* Of the same prefix the new one replaces it. */
	return (g->now != NULL && g->now->whole &&
	    span_is(g->now->url, k->is.url)) ||
	    tell(t, &k->is, false, &g->told);
}

static bool
work(struct store_txn *t, void *arg)
{
	struct telling *g = arg;
	struct reader r;
	struct told k;
	char *copy = read_row(t, &r);
	bool room = true;

	g->told = 0;
	g->found = false;
	buf_reset(&g->row);
	write_u8(&g->row, FORMAT);
	while (room && reader_left(&r) > 0 && read_one(&r, &k))
		room = judge(t, g, &k);
	free(copy);
	if (room && g->now != NULL && g->now->whole && !g->found) {
		k = (struct told){ .incarnation = t->meta.incarnation,
		    .is = *g->now };
		room = tell(t, g->now, true, &g->told);
		write_one(&g->row, &k);
	}
	if (!room || g->row.bad)
		return false;
	store_put(t, ROW, buf_look(&g->row));
	return true;
}

static bool
can_hear(struct store *s)
{
	struct store_txn *t = store_look(s);
	bool can = ability_has(t, FEATURE_MOVES);

	store_end(t);
	return can;
}

static bool
carry_out(struct store *s, struct telling *g, size_t *told)
{
	bool done;

	*told = 0;
	if (!can_hear(s))
		return true;
	buf_init(&g->row, ROW_MAX);
	done = store_do(s, work, g) == STORE_DONE;
	buf_clear(&g->row);
	if (done)
		*told = g->told;
	return done;
}

bool
covers_tell(struct store *s, const struct covers_one *c, size_t *told)
{
	struct telling g = { .now = c };

	return carry_out(s, &g, told);
}

bool
covers_tell_gone(struct store *s, covers_live_fn *is_live, void *arg,
    size_t *told)
{
	struct telling g = { .is_live = is_live, .arg = arg };

	return carry_out(s, &g, told);
}
