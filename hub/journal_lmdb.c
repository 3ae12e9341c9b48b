/*
 * The journal in LMDB: `entry` by place, appended in order, and `position`
 * by site. A commit is one fsync.
 */
#include "hub/journal_backend.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "hub/journal.h"
#include "protocol/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FORMAT "zhanqun journal 1"

enum table { TABLE_ENTRY, TABLE_POSITION, TABLE_META, TABLE_COUNT };

static const struct db_table tables[TABLE_COUNT] = {
	[TABLE_ENTRY] = { .name = "entry" },
	[TABLE_POSITION] = { .name = "position" },
	[TABLE_META] = { .name = "meta" },
};

struct backend {
	struct db *db;
	struct db_txn *group;	/* NULL outside of one */
};

static struct span
key_u64(uint8_t key[8], uint64_t v)
{
	wire_put_u64(key, v);
	return (struct span){ .at = (const char *)key, .n = 8 };
}

static struct span
key_u32(uint8_t key[4], uint32_t v)
{
	wire_put_u32(key, v);
	return (struct span){ .at = (const char *)key, .n = 4 };
}

static void lmdb_close(void *backend);

/* Stamps a new journal; refuses one that another version stamped. */
static bool
is_ours(struct backend *b, bool write, struct buf *why)
{
	struct db_txn *t = db_begin(b->db, write);
	struct span format = SPAN_NONE;
	bool found = db_get(t, TABLE_META, SPAN("format"), &format);
	bool same = found && span_is(format, SPAN(FORMAT));
	bool fresh = !found && write;

	if (found && !same)
		buf_printf(why, "its format is \"%.*s\", this program's is "
		    "\"" FORMAT "\": use the program that made it",
		    SPAN_ARGS(format));
	else if (!found && !write)
		buf_text(why, "it has no entries yet: start zqhubd once");
	if (!fresh) {
		db_abort(t);
		return same;
	}
	db_put(t, TABLE_META, SPAN("format"), SPAN(FORMAT));
	if (db_commit(t) == DB_OK)
		return true;
	buf_text(why, "the disk is full");
	return false;
}

static const char *
advice(void)
{
	return _(": stop zqhubd, move this directory away, and put the "
	    "journal back with zqhub load DUMP, or, without a dump, the "
	    "register of sites with zqhub restore FILE");
}

static void *
lmdb_open(const char *dir, bool write, uint64_t most, struct buf *why)
{
	struct backend *b;
	struct db *db;
	int error;

	if (write && mkdir(dir, 0700) != 0 && errno != EEXIST) {
		buf_printf(why, "%s: %s", dir, strerror(errno));
		return NULL;
	}
	db = db_open(dir, write ? DB_WRITE | DB_CREATE : 0, tables,
	    TABLE_COUNT, most);
	if (db == NULL) {
		error = errno;
		db_explain(why, dir, error);
		if (db_is_lost(error))
			buf_text(why, advice());
		errno = db_is_lost(error) ? 0 : error;	/* all is said */
		return NULL;
	}
	db_on_damage(db, advice(), NULL);
	b = mem_new(sizeof(*b));
	b->db = db;
	buf_printf(why, "%s: ", dir);
	if (!is_ours(b, write, why)) {
		lmdb_close(b);
		return NULL;
	}
	buf_reset(why);
	return b;
}

static void
lmdb_close(void *backend)
{
	struct backend *b = backend;

	must(b->group == NULL);
	db_close(b->db);
	free(b);
}

static void
lmdb_begin(void *backend)
{
	struct backend *b = backend;

	must(b->group == NULL);
	b->group = db_begin(b->db, true);
}

static void
lmdb_append(void *backend, uint64_t place, struct span row)
{
	struct backend *b = backend;
	uint8_t key[8];

	db_append(b->group, TABLE_ENTRY, key_u64(key, place), row);
}

static void
lmdb_put(void *backend, uint32_t site, struct span position)
{
	struct backend *b = backend;
	uint8_t key[4];

	db_put(b->group, TABLE_POSITION, key_u32(key, site), position);
}

static enum db_result
lmdb_commit(void *backend)
{
	struct backend *b = backend;
	struct db_txn *t = b->group;

	b->group = NULL;
	return db_commit(t);
}

static struct db_txn *
look(struct backend *b)
{
	return b->group != NULL ? b->group : db_begin(b->db, false);
}

static void
look_end(struct backend *b, struct db_txn *t)
{
	if (t != b->group)
		db_abort(t);
}

static bool
lmdb_get(void *backend, uint32_t site, struct buf *position)
{
	struct backend *b = backend;
	struct db_txn *t = look(b);
	struct span row;
	uint8_t key[4];
	bool found = db_get(t, TABLE_POSITION, key_u32(key, site), &row);

	if (found)
		buf_span(position, row);
	look_end(b, t);
	return found;
}

static uint64_t
lmdb_last(void *backend, struct buf *row)
{
	struct backend *b = backend;
	struct db_txn *t = look(b);
	struct db_cursor *c = db_cursor_open(t, TABLE_ENTRY);
	struct span key, value;
	uint64_t place = 0;

	if (db_cursor_get(c, MDB_LAST, &key, &value)) {
		place = wire_get_u64((const uint8_t *)key.at);
		if (row != NULL)
			buf_span(row, value);
	}
	db_cursor_close(c);
	look_end(b, t);
	return place;
}

static void
lmdb_each(void *backend, uint64_t from, size_t most, journal_row_fn *fn,
    void *arg)
{
	struct backend *b = backend;
	struct db_txn *t = look(b);
	struct db_cursor *c = db_cursor_open(t, TABLE_ENTRY);
	uint8_t first[8];
	struct span key = key_u64(first, from), row;
	bool more = most > 0 && db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	while (more && fn(arg, wire_get_u64((const uint8_t *)key.at), row))
		more = --most > 0 && db_cursor_get(c, MDB_NEXT, &key, &row);
	db_cursor_close(c);
	look_end(b, t);
}

static uint64_t
lmdb_bytes(void *backend)
{
	struct backend *b = backend;

	return db_size(b->db);
}

const struct journal_ops journal_lmdb = {
	.name = "lmdb",
	.open = lmdb_open,
	.close = lmdb_close,
	.begin = lmdb_begin,
	.append = lmdb_append,
	.put = lmdb_put,
	.commit = lmdb_commit,
	.get = lmdb_get,
	.last = lmdb_last,
	.each = lmdb_each,
	.bytes = lmdb_bytes,
};
