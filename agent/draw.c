/* See draw.h: down from the root, by some of the names in each directory. */
#include "agent/draw.h"

#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

#define LISTS 64		/* directories that are looked into, at most */
#define DEEP 64			/* … in each other */

struct drawing {
	struct draw *d;
	struct store_txn *t;
	struct span source;
	const struct place *p;
	int64_t before;		/* wall ms */
	unsigned lists;
};

/* Names of a directory, each as likely as any. */
struct hat {
	uint64_t seen;
	struct {
		char *name;
		bool is_dir;
	} at[DRAW_MOST];
};

static void
put_in(void *arg, struct span name, bool is_dir)
{
	struct hat *h = arg;
	uint64_t at = h->seen++;

	if (at >= DRAW_MOST)
		at = backoff_random((uint32_t)(h->seen < UINT32_MAX ?
		    h->seen : UINT32_MAX));
	if (at >= DRAW_MOST)
		return;
	free(h->at[at].name);
	h->at[at].name = mem_copy(name.at, name.n);
	h->at[at].is_dir = is_dir;
}

static bool
is_new(const struct draw *d, const char *path)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->path[i], path) == 0)
			return false;
	return true;
}

/* Told, there, and for long enough. */
static bool
is_fit(const struct drawing *g, const char *path, struct known *k)
{
	struct stat st;

	return is_new(g->d, path) &&
	    known_get(g->t, g->source, span_of(path), k) && k->told &&
	    !k->adopted && !span_is(k->url, span_of(g->p->url)) &&
	    root_look(g->p->root, path, &st) == ROOT_FILE &&
	    k->stat.ctime / 1000000 < g->before &&
	    st.st_ctim.tv_sec < g->before / 1000;
}

static void
take(struct drawing *g, const char *path)
{
	struct draw *d = g->d;
	struct known k;

	if (d->n == DRAW_MOST || !is_fit(g, path, &k))
		return;
	d->path[d->n] = mem_text(path);
	d->url[d->n++] = mem_copy(k.url.at, k.url.n);
}

static void descend(struct drawing *g, const char *dir, size_t want,
    unsigned depth);

/* One of each name first, so that they are from all over; then more. */
static void
draw_from(struct drawing *g, const char *dir, const struct hat *h,
    size_t want, unsigned depth)
{
	size_t end = g->d->n + want;
	struct buf path;

	buf_init(&path, LIMIT_ID);
	for (size_t i = 0; i < 2 * DRAW_MOST && g->d->n < end; i++) {
		const char *name = h->at[i % DRAW_MOST].name;

		if (name == NULL)
			continue;
		buf_reset(&path);
		buf_printf(&path, "%s%s%s", dir, dir[0] != '\0' ? "/" : "",
		    name);
		if (h->at[i % DRAW_MOST].is_dir)
			descend(g, buf_cstr(&path), i < DRAW_MOST ? 1 :
			    end - g->d->n, depth + 1);
		else
			take(g, buf_cstr(&path));
	}
	buf_clear(&path);
}

static void
descend(struct drawing *g, const char *dir, size_t want, unsigned depth)
{
	struct hat h = { .seen = 0 };

	if (g->lists++ >= LISTS || depth > DEEP)
		return;
	known_children(g->t, g->source, span_of(dir), put_in, &h);
	draw_from(g, dir, &h, want, depth);
	for (size_t i = 0; i < DRAW_MOST; i++)
		free(h.at[i].name);
}

void
draw_files(struct draw *d, struct store *s, struct span source,
    const struct place *p, int64_t age)
{
	struct drawing g = { .d = d, .t = store_look(s), .source = source,
	    .p = p, .before = clock_wall() - age };

	*d = (struct draw){ .n = 0 };
	descend(&g, "", DRAW_MOST, 0);
	store_end(g.t);
}

void
draw_clear(struct draw *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->path[i]);
		free(d->url[i]);
	}
	d->n = 0;
}
