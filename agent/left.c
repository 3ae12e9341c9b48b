/* See left.h. */
#include "agent/left.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

struct one {
	char *from, *to;	/* with a slash at the end; or NULL */
	int64_t seen;		/* ms: from was missing then */
	int64_t noted;		/* mono ms */
};

struct left {
	struct one at[LEFT_MOST];
	size_t next;
};

struct left *
left_new(void)
{
	return mem_new(sizeof(struct left));
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
place_for(struct left *l, struct span from)
{
	for (size_t i = 0; i < LEFT_MOST; i++)
		if (l->at[i].from != NULL &&
		    span_is(span_of(l->at[i].from), from))
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
	o = place_for(l, old);
	free(o->from);
	free(o->to);
	*o = (struct one){ .from = mem_copy(old.at, old.n),
	    .to = mem_copy(new.at, new.n),
	    .seen = clock_wall(), .noted = clock_mono() };
}

bool
left_find(const struct left *l, struct span path, struct buf *to,
    int64_t *since)
{
	const struct one *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < LEFT_MOST; i++) {
		const struct one *o = &l->at[i];
		size_t n = o->from != NULL ? strlen(o->from) : 0;

		if (n > most && n < path.n && memcmp(path.at, o->from, n) == 0 &&
		    clock_mono() - o->noted < LEFT_TIME) {
			best = o;
			most = n;
		}
	}
	if (best == NULL)
		return false;
	buf_reset(to);
	buf_span(to, span_of(best->to));
	buf_put(to, path.at + most, path.n - most);
	*since = best->seen;
	return true;
}

bool
left_is(const struct left *l, struct span path, struct span to)
{
	struct buf went;
	int64_t since;
	bool is;

	buf_init(&went, LIMIT_ID);
	is = left_find(l, path, &went, &since) && !went.bad &&
	    span_is(buf_look(&went), to);
	buf_clear(&went);
	return is;
}
