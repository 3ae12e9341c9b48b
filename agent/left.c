/* See left.h. */
#include "agent/left.h"

#include <stdlib.h>
#include <string.h>

#include "agent/job.h"
#include "agent/known.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

struct one {
	char *from, *to;	/* with a slash at the end; or NULL */
	int64_t seen;		/* ms: from was missing then */
	int64_t noted;		/* mono ms */
	uint64_t order;		/* of noting */
};

struct went {
	uint32_t from, to;	/* hashes of paths */
	int64_t noted;		/* mono ms; 0: none */
};

struct file {
	char *path;		/* or NULL */
	struct known_stat stat;
};

struct files {
	struct file *at;	/* LEFT_FILES; NULL: none yet */
	size_t next;
};

struct left {
	struct one at[LEFT_MOST];
	size_t next;
	uint64_t notes;
	struct went *item;	/* LEFT_ITEMS, by from; NULL: none yet */
	struct one copy[LEFT_COPIES];	/* from: the copy; to: the original */
	size_t next_copy;
	bool changed;
	struct files displaced;		/* where they were */
	struct files came;		/* where they are */
};

struct left *
left_new(void)
{
	return mem_new(sizeof(struct left));
}

static void
free_files(struct files *f)
{
	for (size_t i = 0; f->at != NULL && i < LEFT_FILES; i++)
		free(f->at[i].path);
	free(f->at);
}

void
left_free(struct left *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < LEFT_MOST; i++) {
		free(l->at[i].from);
		free(l->at[i].to);
	}
	for (size_t i = 0; i < LEFT_COPIES; i++) {
		free(l->copy[i].from);
		free(l->copy[i].to);
	}
	free(l->item);
	free_files(&l->displaced);
	free_files(&l->came);
	free(l);
}

/* Bytes at the end, from a slash on, that both have behind a directory. */
static size_t
same_tail(struct span a, struct span b)
{
	size_t n = 0, tail = 0;

	while (n < a.n && n < b.n && a.at[a.n - n - 1] == b.at[b.n - n - 1]) {
		n++;
		if (a.at[a.n - n] == '/' && n < a.n && n < b.n)
			tail = n;
	}
	return tail;
}

static struct span
head(struct span s, size_t tail)
{
	return (struct span){ .at = s.at, .n = s.n - tail + 1 };
}

bool
left_dir(struct span from, struct span to, struct buf *dir)
{
	size_t tail = same_tail(from, to);

	if (tail == 0)
		return false;
	buf_reset(dir);
	buf_put(dir, from.at, from.n - tail);
	return true;
}

static struct one *
place_for(struct one *at, size_t most, size_t *next, struct span from)
{
	for (size_t i = 0; i < most; i++)
		if (at[i].from != NULL && span_is(span_of(at[i].from), from))
			return &at[i];
	return &at[(*next)++ % most];
}

static void
put(struct one *o, struct span from, struct span to)
{
	free(o->from);
	free(o->to);
	*o = (struct one){ .from = mem_copy(from.at, from.n),
	    .to = mem_copy(to.at, to.n),
	    .seen = clock_wall(), .noted = clock_mono() };
}

static bool
is_pair(const struct one *o, struct span from, struct span to)
{
	return o->from != NULL && span_is(span_of(o->from), from) &&
	    span_is(span_of(o->to), to);
}

static struct one *
place_of(struct left *l, struct span from, struct span to)
{
	for (size_t i = 0; i < LEFT_MOST; i++)
		if (is_pair(&l->at[i], from, to))
			return &l->at[i];
	return &l->at[l->next++ % LEFT_MOST];
}

void
left_note(struct left *l, struct span from, struct span to)
{
	size_t tail = same_tail(from, to);
	struct span old, new;
	struct one *o;

	if (tail == 0)
		return;
	old = head(from, tail);
	new = head(to, tail);
	o = place_of(l, old, new);
	put(o, old, new);
	o->order = ++l->notes;
}

/* --- items ---------------------------------------------------------------------- */

static struct went *
item_of(const struct left *l, uint32_t from)
{
	return &l->item[from % LEFT_ITEMS];
}

void
left_went(struct left *l, struct span from, struct span to)
{
	uint32_t old = job_hash(from), new = job_hash(to);

	if (l->item == NULL)
		l->item = mem_new(LEFT_ITEMS * sizeof(*l->item));
	if (item_of(l, new)->from == new)
		*item_of(l, new) = (struct went){ .noted = 0 };
	*item_of(l, old) = (struct went){ .from = old, .to = new,
	    .noted = clock_mono() };
}

/* NULL: nobody knows. */
static const struct went *
find_item(const struct left *l, struct span path)
{
	uint32_t hash = job_hash(path);
	const struct went *w = l->item != NULL ? item_of(l, hash) : NULL;

	return w != NULL && w->noted > 0 && w->from == hash &&
	    clock_mono() - w->noted < LEFT_TIME ? w : NULL;
}

/* Of those that path is below the longest. */
static const struct one *
best_of(const struct one *at, size_t count, struct span path, int64_t age)
{
	const struct one *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		const struct one *o = &at[i];
		size_t n = o->from != NULL ? strlen(o->from) : 0;

		if (n > most && n < path.n && memcmp(path.at, o->from, n) == 0 &&
		    clock_mono() - o->noted < age) {
			best = o;
			most = n;
		}
	}
	return best;
}

static void
put_other(struct buf *to, const struct one *o, struct span path)
{
	size_t n = strlen(o->from);

	buf_reset(to);
	buf_span(to, span_of(o->to));
	buf_put(to, path.at + n, path.n - n);
}

/* The latest of one directory's names that was noted before that. */
static const struct one *
next_of(const struct left *l, const char *from, uint64_t before)
{
	const struct one *best = NULL;

	for (size_t i = 0; i < LEFT_MOST; i++) {
		const struct one *o = &l->at[i];

		if (o->from != NULL && strcmp(o->from, from) == 0 &&
		    o->order < before &&
		    clock_mono() - o->noted < LEFT_TIME &&
		    (best == NULL || o->order > best->order))
			best = o;
	}
	return best;
}

void
left_each(const struct left *l, struct span path, left_fn *fn, void *arg)
{
	const struct one *o = best_of(l->at, LEFT_MOST, path, LEFT_TIME);
	const struct went *item = find_item(l, path);
	const char *from = o != NULL ? o->from : NULL;
	uint64_t before = UINT64_MAX;
	bool more = from != NULL;
	struct buf went;

	buf_init(&went, LIMIT_ID);
	while (more && (o = next_of(l, from, before)) != NULL) {
		before = o->order;
		put_other(&went, o, path);
		if (!went.bad && (item == NULL ||
		    item->to == job_hash(buf_look(&went))))
			more = fn(arg, buf_look(&went), o->seen);
	}
	buf_clear(&went);
}

struct looking {
	struct span to;
	bool is;
};

static bool
compare(void *arg, struct span to, int64_t since)
{
	struct looking *k = arg;

	(void)since;
	k->is = span_is(to, k->to);
	return !k->is;
}

bool
left_is(const struct left *l, struct span path, struct span to)
{
	struct looking k = { .to = to };

	left_each(l, path, compare, &k);
	return k.is;
}

/* --- old copies --------------------------------------------------------------- */

static void
put_copy(struct left *l, struct span copy, struct span original)
{
	struct one *o = place_for(l->copy, LEFT_COPIES, &l->next_copy, copy);

	if (o->from != NULL && span_is(span_of(o->from), copy) &&
	    span_is(span_of(o->to), original)) {
		o->noted = clock_mono();
		return;
	}
	put(o, copy, original);
	l->changed = true;
}

static void
drop_copy(struct left *l, struct one *o)
{
	free(o->from);
	free(o->to);
	*o = (struct one){ .from = NULL };
	l->changed = true;
}

/* What took the place of something is no copy any more. */
void
left_copy(struct left *l, struct span copy, struct span original)
{
	size_t tail = same_tail(copy, original);
	struct span place;

	if (tail == 0)
		return;
	place = head(original, tail);
	for (size_t i = 0; i < LEFT_COPIES; i++)
		if (l->copy[i].from != NULL &&
		    span_is(span_of(l->copy[i].from), place))
			drop_copy(l, &l->copy[i]);
	put_copy(l, head(copy, tail), place);
}

void
left_lives(struct left *l, struct span path)
{
	for (size_t i = 0; i < LEFT_COPIES; i++) {
		struct one *o = &l->copy[i];
		size_t n = o->from != NULL ? strlen(o->from) : 0;

		if (n > 0 && n < path.n && memcmp(path.at, o->from, n) == 0 &&
		    clock_mono() - o->noted >= LEFT_TIME)
			drop_copy(l, o);
	}
}

static void
note_file(struct files *f, struct span path, const struct known_stat *stat)
{
	struct file *o;

	if (f->at == NULL)
		f->at = mem_new(LEFT_FILES * sizeof(*o));
	o = &f->at[f->next++ % LEFT_FILES];
	free(o->path);
	*o = (struct file){ .path = mem_copy(path.at, path.n),
	    .stat = *stat };
}

/* The latest; NULL: it isn't among them. */
static const char *
find_file(const struct files *f, const struct known_stat *stat)
{
	for (size_t i = 1; f->at != NULL && i <= LEFT_FILES; i++) {
		const struct file *o = &f->at[(f->next - i) % LEFT_FILES];

		if (o->path != NULL && o->stat.inode == stat->inode &&
		    o->stat.size == stat->size &&
		    o->stat.mtime == stat->mtime)
			return o->path;
	}
	return NULL;
}

void
left_displaced(struct left *l, struct span path,
    const struct known_stat *before)
{
	const char *now = find_file(&l->came, before);

	if (now != NULL)
		left_copy(l, span_of(now), path);
	note_file(&l->displaced, path, before);
}

void
left_came(struct left *l, struct span path, const struct known_stat *stat)
{
	const char *was = find_file(&l->displaced, stat);

	if (was != NULL)
		left_copy(l, path, span_of(was));
	note_file(&l->came, path, stat);
}

bool
left_original(const struct left *l, struct span path, struct buf *to)
{
	const struct one *o = best_of(l->copy, LEFT_COPIES, path, INT64_MAX);

	if (o == NULL)
		return false;
	put_other(to, o, path);
	return true;
}

bool
left_changed(const struct left *l)
{
	return l->changed;
}

void
left_write(struct buf *b, const struct left *l)
{
	size_t count = 0;

	for (size_t i = 0; i < LEFT_COPIES; i++)
		count += l->copy[i].from != NULL;
	write_u64(b, count);
	for (size_t i = 0; i < LEFT_COPIES; i++) {
		if (l->copy[i].from == NULL)
			continue;
		write_span(b, span_of(l->copy[i].from));
		write_span(b, span_of(l->copy[i].to));
	}
}

void
left_kept(struct left *l)
{
	l->changed = false;
}

void
left_read(struct reader *r, struct left *l)
{
	uint64_t count = read_u64(r);

	for (uint64_t i = 0; i < count && i < LEFT_COPIES && !r->bad; i++) {
		struct span copy = read_span(r), original = read_span(r);

		if (!r->bad && copy.n > 0 && original.n > 0)
			put_copy(l, copy, original);
	}
	l->changed = false;
}
