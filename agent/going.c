/* See going.h. */
#include "agent/going.h"

#include <stdlib.h>

#include "contrib/base/mem.h"

struct going_batch {
	STAILQ_ENTRY(going_batch) entry;
	struct paths paths;	/* those before `next` are NULL */
	size_t next;
	struct hold_word word;
};

void
going_init(struct going *g)
{
	STAILQ_INIT(&g->batches);
	g->count = 0;
}

static void
drop_first(struct going *g)
{
	struct going_batch *b = STAILQ_FIRST(&g->batches);

	STAILQ_REMOVE_HEAD(&g->batches, entry);
	g->count -= b->paths.count - b->next;
	paths_clear(&b->paths);
	free(b->word.reason);
	free(b->word.by);
	free(b);
}

void
going_clear(struct going *g)
{
	while (!STAILQ_EMPTY(&g->batches))
		drop_first(g);
}

void
going_put(struct going *g, struct paths *p, const struct hold_word *word)
{
	struct going_batch *b;

	if (p->count == 0)
		return;
	b = mem_new(sizeof(*b));
	b->paths = *p;
	b->word.reason = mem_text(word->reason);
	b->word.by = mem_text(word->by);
	*p = (struct paths){ .count = 0 };
	g->count += b->paths.count;
	STAILQ_INSERT_TAIL(&g->batches, b, entry);
}

char *
going_next(struct going *g, const struct hold_word **word)
{
	struct going_batch *b = STAILQ_FIRST(&g->batches);
	char *path;

	if (b != NULL && b->next == b->paths.count) {
		drop_first(g);
		b = STAILQ_FIRST(&g->batches);
	}
	if (b == NULL)
		return NULL;
	path = b->paths.at[b->next];
	b->paths.at[b->next++] = NULL;
	g->count--;
	*word = &b->word;
	return path;
}
