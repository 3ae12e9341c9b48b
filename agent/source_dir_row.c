/* What the store keeps of source_dir.h, and counts for it. */
#include "agent/source_dir.h"

#include "agent/known.h"
#include "agent/source_row.h"
#include "contrib/base/clock.h"

#define ROW "source"		/* see source_row.h */
#define ROW_LEFT "left"

bool
source_dir_save(struct store_txn *t, void *arg)
{
	const struct source *s = arg;
	struct buf b;

	source_row_begin(&b);
	write_u8(&b, s->complete);
	write_u64(&b, (uint64_t)s->finished);
	write_u64(&b, s->files);
	write_u64(&b, s->dirs);
	hold_write(&b, &s->hold);
	source_row_put(t, ROW, s->name, &b);
	return true;
}

bool
source_dir_save_left(struct store_txn *t, void *arg)
{
	const struct source *s = arg;
	struct buf b;

	source_row_begin(&b);
	left_write(&b, s->left);
	source_row_put(t, ROW_LEFT, s->name, &b);
	return true;
}

/* The hub is told so from the next batch on, until it has been proven. */
static bool
mark(struct store_txn *t, void *arg)
{
	(void)arg;
	t->meta.needs_snapshot = true;
	return true;
}

void
source_dir_mark_new(struct source *s)
{
	if (!s->complete && !store_meta(s->host.store)->needs_snapshot)
		(void)store_do(s->host.store, mark, NULL);
}

void
source_dir_load(struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	struct reader r;

	s->finished = CLOCK_NONE;
	if (source_row_get(t, ROW, s->name, &r)) {
		s->complete = read_u8(&r) != 0;
		s->finished = (int64_t)read_u64(&r);
		s->files = read_u64(&r);
		s->dirs = read_u64(&r);
		hold_read(&r, &s->hold);
	}
	if (source_row_get(t, ROW_LEFT, s->name, &r))
		left_read(&r, s->left);
	s->items = known_count(t, span_of(s->name));
	store_end(t);
}

void
source_dir_count(struct source *s)
{
	struct store_txn *t = store_look(s->host.store);

	s->items = known_count(t, span_of(s->name));
	store_end(t);
}
