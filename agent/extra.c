/*
 * See extra.h. Whether the source has something in a directory is asked of what
 * is known (known.h), not of the disk, which may be away.
 */
#include "agent/extra.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define FORMAT 1
#define ROW_MAX ((size_t)EXTRA_MOST * (LIMIT_URL + 8) + 64)

size_t
extra_find(const struct extra *e, const char *url)
{
	size_t i = 0;

	while (i < e->count && strcmp(e->url[i], url) != 0)
		i++;
	return i;
}

void
extra_add(struct extra *e, struct span url)
{
	if (e->count < EXTRA_MOST)
		e->url[e->count++] = mem_copy(url.at, url.n);
}

void
extra_drop(struct extra *e, size_t i)
{
	free(e->url[i]);
	memmove(&e->url[i], &e->url[i + 1],
	    (--e->count - i) * sizeof(e->url[0]));
}

bool
extra_path(const struct extra *e, struct buf *path, struct span url)
{
	buf_reset(path);
	return place_name(path, &e->place, url) && path->n > 0;
}

static bool
note_any(void *arg, const struct known *k)
{
	(void)k;
	*(bool *)arg = true;
	return false;
}

/* How much of the path is the topmost directory that has nothing of the
 * source; 0: each has something. */
static size_t
empty_dir(const struct extra *e, struct store_txn *t, const struct buf *path)
{
	const char *slash = path->at;

	while ((slash = memchr(slash, '/',
	    path->n - (size_t)(slash - path->at))) != NULL) {
		size_t n = (size_t)(slash++ - path->at);
		bool any = false;

		known_each(t, e->source, (struct span){ path->at, n },
		    note_any, &any);
		if (!any)
			return n;
	}
	return 0;
}

size_t
extra_dir(struct span path)
{
	return path.n - text_last_name(path).n;
}

/* How many that were found are of the same directory? */
static size_t
beside(const struct extra *e, struct span path)
{
	size_t dir = extra_dir(path), n = 0;
	struct buf other;

	buf_init(&other, LIMIT_URL);
	for (size_t i = 0; i < e->count; i++)
		n += extra_path(e, &other, span_of(e->url[i])) &&
		    extra_dir(buf_look(&other)) == dir &&
		    memcmp(other.at, path.at, dir) == 0;
	buf_clear(&other);
	return n;
}

/* A directory that the server lists, say: whatever its page is called. */
static void
leave_page_out(struct extra *e, struct buf *dir)
{
	char *const *index = e->place.index;
	size_t n = dir->n;

	for (; index != NULL && *index != NULL; index++) {
		buf_cut(dir, n);
		buf_text(dir, *index);
		blind_add(&e->out, buf_cstr(dir));
	}
}

static void
leave_path_out(struct extra *e, struct store_txn *t, struct buf *path)
{
	size_t n = empty_dir(e, t, path), dir = extra_dir(buf_look(path));

	if (n == 0 && dir == path->n) {
		leave_page_out(e, path);
		return;
	}
	if (n == 0 && dir > 1 && beside(e, buf_look(path)) >= EXTRA_FEW)
		n = dir - 1;
	if (n > 0)
		buf_cut(path, n);
	blind_add(&e->out, buf_cstr(path));
}

static void
leave_out(struct extra *e, struct store_txn *t, struct span url)
{
	struct buf path;

	buf_init(&path, LIMIT_URL + LIMIT_TEXT);
	if (extra_path(e, &path, url))
		leave_path_out(e, t, &path);
	buf_clear(&path);
}

void
extra_settle(struct extra *e, struct store *s)
{
	struct store_txn *t = store_look(s);

	blind_clear(&e->out);
	for (size_t i = 0; i < e->count; i++)
		leave_out(e, t, span_of(e->url[i]));
	store_end(t);
}

/* --- the store ------------------------------------------------------------- */

static void
row_name(char out[64], const struct extra *e)
{
	snprintf(out, 64, "beyond %.*s", SPAN_ARGS(e->source));
}

bool
extra_save(struct store_txn *t, void *arg)
{
	const struct extra *e = arg;
	struct buf row;
	char name[64];

	row_name(name, e);
	buf_init(&row, ROW_MAX);
	write_u8(&row, FORMAT);
	write_u32(&row, (uint32_t)e->count);
	for (size_t i = 0; i < e->count; i++)
		write_span(&row, span_of(e->url[i]));
	must(!row.bad);
	store_put(t, name, buf_look(&row));
	buf_clear(&row);
	return true;
}

/* By another url or root than now they are none of the source's. */
void
extra_load(struct extra *e, struct store *s)
{
	struct store_txn *t = store_look(s);
	struct buf path;
	struct span row;
	char name[64];

	row_name(name, e);
	buf_init(&path, LIMIT_URL);
	if (store_get(t, name, &row)) {
		struct reader r = reader_of(row);
		bool good = read_u8(&r) == FORMAT;
		uint32_t n = read_u32(&r);

		for (; good && n > 0 && !r.bad; n--) {
			struct span url = read_span(&r);

			if (!r.bad && extra_path(e, &path, url))
				extra_add(e, url);
		}
	}
	buf_clear(&path);
	store_end(t);
}

void
extra_clear(struct extra *e)
{
	while (e->count > 0)
		free(e->url[--e->count]);
	blind_clear(&e->out);
}
