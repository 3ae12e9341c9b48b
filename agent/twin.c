/*
 * See twin.h. The key is the head of the bytes' hash, then that of the file's
 * name, then that of source and path: so those of one name stand together.
 */
#include "agent/twin.h"

#include <string.h>

#include "contrib/base/text.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define BYTES 16		/* of the bytes' hash in a key … */
#define NAME 8			/* … of the name's … */
#define PLACE 8			/* … and of source and path */
#define KEY (BYTES + NAME + PLACE)
#define ROW_MAX (64u << 10)

static void
put_name(uint8_t out[NAME], struct span path)
{
	uint8_t hash[32];

	sha_of(hash, text_last_name(path));
	memcpy(out, hash, NAME);
}

static bool
key_make(uint8_t key[KEY], const uint8_t hash[32], struct span source,
    struct span path)
{
	static const uint8_t none[32];
	uint8_t place[32];
	struct sha sha;

	if (memcmp(hash, none, sizeof(none)) == 0)
		return false;
	sha_begin(&sha);
	sha_add(&sha, source.at, source.n);
	sha_add(&sha, "", 1);
	sha_add(&sha, path.at, path.n);
	sha_end(&sha, place);
	memcpy(key, hash, BYTES);
	put_name(key + BYTES, path);
	memcpy(key + BYTES + NAME, place, PLACE);
	return true;
}

static struct span
key_look(const uint8_t *key, size_t n)
{
	return (struct span){ .at = (const char *)key, .n = n };
}

void
twin_put(struct store_txn *t, const uint8_t hash[32], struct span source,
    struct span path)
{
	uint8_t key[KEY];
	struct buf row;

	if (!key_make(key, hash, source, path))
		return;
	buf_init(&row, ROW_MAX);
	write_span(&row, source);
	write_span(&row, path);
	if (!row.bad)
		db_put(t->db, STORE_TWIN, key_look(key, KEY),
		    buf_look(&row));
	buf_clear(&row);
}

void
twin_del(struct store_txn *t, const uint8_t hash[32], struct span source,
    struct span path)
{
	uint8_t key[KEY];

	if (key_make(key, hash, source, path))
		db_del(t->db, STORE_TWIN, key_look(key, KEY));
}

struct search {
	struct db_cursor *cursor;
	const uint8_t *name;	/* only of this name; or but for this one */
	bool others;
	twin_fn *fn;
	void *arg;
	size_t left;		/* rows that may still be looked at */
};

/* False: the callback has had enough. */
static bool
search(struct search *s, struct span first)
{
	struct span key = first, row;

	for (bool more = db_cursor_get(s->cursor, MDB_SET_RANGE, &key, &row);
	    more && s->left > 0 && key.n == KEY &&
	    memcmp(key.at, first.at, first.n) == 0;
	    more = db_cursor_get(s->cursor, MDB_NEXT, &key, &row)) {
		struct reader r = reader_of(row);
		struct span source = read_span(&r), path = read_span(&r);

		s->left--;
		if (s->others &&
		    memcmp(key.at + BYTES, s->name, NAME) == 0)
			continue;
		if (reader_done(&r) && !s->fn(s->arg, source, path))
			return false;
	}
	return true;
}

void
twin_each(struct store_txn *t, const uint8_t hash[32], struct span path,
    twin_fn *fn, void *arg)
{
	uint8_t first[BYTES + NAME];
	struct search s = { .name = first + BYTES, .fn = fn, .arg = arg,
	    .left = TWIN_MOST };

	memcpy(first, hash, BYTES);
	put_name(first + BYTES, path);
	s.cursor = db_cursor_open(t->db, STORE_TWIN);
	if (search(&s, key_look(first, sizeof(first)))) {
		s.others = true;
		(void)search(&s, key_look(first, BYTES));
	}
	db_cursor_close(s.cursor);
}

uint64_t
twin_count(struct store_txn *t)
{
	return db_count(t->db, STORE_TWIN);
}
