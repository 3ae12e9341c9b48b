/* See retell.h. */
#include "agent/retell.h"

#include <stdint.h>
#include <stdlib.h>

#include "agent/compare.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/wire.h"

#define MOVES_BYTES (256u << 20)	/* of all that were announced */

struct all_said {
	struct known *list;	/* with spans of their own memory */
	size_t count, room;
};

static bool
gather(void *arg, const struct known *k)
{
	struct all_said *all = arg;
	struct known *row;

	if (k->said.n == 0)
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
	(void)compare_again(t, k, &c);	/* an empty spool has room */
}

/* --- moves ------------------------------------------------------------------- */

static bool
gather_move(void *arg, const struct moved *m)
{
	struct buf *all = arg;
	struct change c;
	struct buf row;

	if (m->state != MOVES_SAID ||
	    (m->until != CLOCK_NONE && m->until <= clock_wall()))
		return true;
	moves_change(&c, m);
	c.when = m->when;
	buf_init(&row, MOVES_ROW_MAX);
	change_write(&row, &c);
	write_span(all, buf_look(&row));
	buf_clear(&row);
	return !all->bad;
}

/* What was announced holds for a hub that was set up anew, too. */
static void
announce_again(struct store_txn *t)
{
	struct reader r;
	struct change c;
	struct buf all;			/* rows of changes, as spans */

	buf_init(&all, MOVES_BYTES);
	moves_each(t, gather_move, &all);
	r = reader_of(buf_look(&all));
	while (reader_left(&r) > 0 && change_read(&c, read_span(&r)))
		(void)compare_said(t, &c);
	buf_clear(&all);
}

static bool
work(struct store_txn *t, void *arg)
{
	struct all_said all = { 0 };

	(void)arg;
	known_all(t, gather, &all);
	known_forget_files(t);
	for (size_t i = 0; i < all.count; i++)
		known_del(t, all.list[i].source, all.list[i].path);
	store_restart(t);
	for (size_t i = 0; i < all.count; i++) {
		struct known *k = &all.list[i];

		say_again(t, k);
		known_disown(k);
	}
	free(all.list);
	announce_again(t);
	t->meta.needs_snapshot = true;	/* until it is proven */
	return true;
}

bool
retell(struct store *s)
{
	return store_do(s, work, NULL) == STORE_DONE;
}
