/* See retell.h. */
#include "agent/retell.h"

#include <stdint.h>
#include <stdlib.h>

#include "agent/announced.h"
#include "agent/compare.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define SAID_BYTES ((size_t)2 << 30)	/* of all that people said */
#define SAID_ROW_MAX (LIMIT_CHANGE + 4096)

struct all_said {		/* or withdrawn: what isn't in files */
	struct known *list;	/* with spans of their own memory */
	size_t count, room;
};

static bool
gather(void *arg, const struct known *k)
{
	struct all_said *all = arg;
	struct known *row;

	if (k->told && k->said.n == 0)
		return true;
	if (all->count == all->room) {
		all->room = all->room > 0 ? all->room * 2 : 16;
		all->list = mem_grow(all->list, all->room,
		    sizeof(*all->list));
	}
	row = &all->list[all->count++];
	*row = *k;
	known_own(row);
	return true;
}

static void
say_again(struct store_txn *t, struct known *k)
{
	struct change c;

	if (!change_read(&c, k->said))
		fatal("what was said of an item can't be read: the store is "
		    "damaged");
	(void)compare_again(t, k, &c);
}

/* What was withdrawn by a person, or couldn't be read, stays that. */
static void
put_again(struct store_txn *t, struct known *k)
{
	if (k->said.n > 0)
		say_again(t, k);
	else
		known_put(t, k);
}

/* --- what stands in no row -------------------------------------------------- */

/* It is announced still, just so: gather_move() finds it. */
static bool
is_in_row(struct store_txn *t, const struct change *c)
{
	struct moved m;

	return moves_get(t, c->word[WORD_SCOPE], c->url, &m) &&
	    m.state == MOVES_SAID && span_is(m.new, c->word[WORD_SUCCESSOR]);
}

/* Did a person say it, and is it kept nowhere but in the spool? */
static bool
is_only_here(struct store_txn *t, const struct change *c)
{
	switch (c->kind) {
	case CHANGE_REPLY:
		return true;
	case CHANGE_NOTICE:	/* … or over */
		return !announced_has(t, c);
	case CHANGE_MOVE:	/* … or taken back */
		return !is_in_row(t, c) && (c->until == CLOCK_NONE ||
		    c->until > clock_wall());
	case CHANGE_DELETED:
		return c->word[WORD_BY].n > 0;
	default:
		return false;
	}
}

static void
put_change(struct buf *all, const struct change *c)
{
	struct buf row;

	buf_init(&row, SAID_ROW_MAX);
	change_write(&row, c);
	must(!row.bad);
	write_span(all, buf_look(&row));
	buf_clear(&row);
}

/* The hub may have taken some of it: said twice it means the same. */
static void
gather_spooled(struct store_txn *t, struct buf *all)
{
	struct change c;

	for (uint64_t seq = t->meta.confirmed + 1; seq < t->meta.next; seq++)
		if (spool_get(t, seq, &c) && is_only_here(t, &c)) {
			/* the hub may number its letters anew */
			c.word[WORD_LETTER] = SPAN_NONE;
			put_change(all, &c);
		}
}

static bool
gather_move(void *arg, const struct moved *m)
{
	struct change c;

	if (m->state != MOVES_SAID ||
	    (m->until != CLOCK_NONE && m->until <= clock_wall()))
		return true;
	moves_change(&c, m);
	c.when = m->when;	/* it takes effect when it did */
	put_change(arg, &c);
	return true;
}

/* With the time at which it was said: from then on, unless it says when. */
static bool
gather_announced(void *arg, const struct change *c)
{
	put_change(arg, c);
	return true;
}

static void
tell_again(struct store_txn *t, const struct buf *all)
{
	struct reader r = reader_of(buf_look(all));
	struct change c;

	while (reader_left(&r) > 0 && change_read(&c, read_span(&r)))
		must(spool_put(t, &c));
}

/* --- all of it -------------------------------------------------------------- */

static bool
work(struct store_txn *t, void *arg)
{
	struct all_said all = { 0 };
	struct buf spooled, moves;	/* rows of changes, as spans; of moves
					 * and notices */

	(void)arg;
	buf_init(&spooled, SAID_BYTES);
	buf_init(&moves, SAID_BYTES);
	gather_spooled(t, &spooled);
	moves_each(t, gather_move, &moves);
	announced_each(t, gather_announced, &moves);
	known_all(t, gather, &all);
	known_forget(t);
	store_restart(t);
	t->beyond = true;	/* else some of it would be lost */
	tell_again(t, &spooled);
	for (size_t i = 0; i < all.count; i++) {
		struct known *k = &all.list[i];

		put_again(t, k);
		known_disown(k);
	}
	free(all.list);
	tell_again(t, &moves);
	buf_clear(&spooled);
	buf_clear(&moves);
	t->beyond = false;
	t->meta.needs_snapshot = true;	/* until it is proven */
	return true;
}

bool
retell(struct store *s)
{
	return store_do(s, work, NULL) == STORE_DONE;
}
