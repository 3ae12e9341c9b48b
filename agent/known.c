/*
 * See known.h. The key is the source, a NUL, and the path; LMDB's keys end at
 * 511 bytes, so a long path is cut and its hash appended: it still stands
 * among its directory's, and the row has the whole path.
 */
#include "agent/known.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "agent/twin.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define FORMAT 1
#define FORMAT_WITHDRAWN 2	/* … with the time of it at the end */
#define ADOPTED 2		/* instead of 1, where it says: told */
#define KEPT 3			/* … */
#define CUT 4			/* … told, with links_cut; to an agent of
				 * before the same as 1 */
#define KEY_MAX 511
#define PATH_IN_KEY 420		/* bytes of a path that stand as they are */
#define ROW_MAX (LIMIT_CHANGE + LIMIT_URL + LIMIT_ID + 4096)

struct key {
	char at[KEY_MAX];
	size_t n;
};

static void
key_add(struct key *k, const void *at, size_t n)
{
	must(n <= sizeof(k->at) - k->n);
	if (n > 0)
		memcpy(k->at + k->n, at, n);
	k->n += n;
}

static void
key_make(struct key *k, struct span source, struct span path)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	k->n = 0;
	key_add(k, source.at, source.n);
	key_add(k, "", 1);
	if (path.n <= PATH_IN_KEY) {
		key_add(k, path.at, path.n);
		return;
	}
	key_add(k, path.at, PATH_IN_KEY);
	SHA256((const uint8_t *)path.at, path.n, hash);
	key_add(k, hash, sizeof(hash));
}

static struct span
key_look(const struct key *k)
{
	return (struct span){ .at = k->at, .n = k->n };
}

void
known_stat_of(struct known_stat *out, const struct stat *st)
{
	out->mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 +
	    st->st_mtim.tv_nsec;
	out->ctime = (int64_t)st->st_ctim.tv_sec * 1000000000 +
	    st->st_ctim.tv_nsec;
	out->size = (uint64_t)st->st_size;
	out->inode = st->st_ino;
}

bool
known_stat_is(const struct known_stat *a, const struct known_stat *b)
{
	return a->mtime == b->mtime && a->ctime == b->ctime &&
	    a->size == b->size && a->inode == b->inode;
}

static uint8_t
told_as(const struct known *k)
{
	if (k->adopted)
		return k->kept ? KEPT : ADOPTED;
	return k->told && k->links_cut ? CUT : k->told;
}

/* See row_read() for the other side. */
static void
row_write(struct buf *b, const struct known *k)
{
	write_u8(b, k->withdrawn != 0 ? FORMAT_WITHDRAWN : FORMAT);
	write_u8(b, told_as(k));
	write_u64(b, (uint64_t)k->stat.mtime);
	write_u64(b, (uint64_t)k->stat.ctime);
	write_u64(b, k->stat.size);
	write_u64(b, k->stat.inode);
	buf_put(b, k->hash, sizeof(k->hash));
	buf_put(b, k->change, sizeof(k->change));
	write_span(b, k->source);
	write_span(b, k->path);
	write_span(b, k->url);
	write_span(b, k->said);
	if (k->withdrawn != 0)
		write_u64(b, (uint64_t)k->withdrawn);
}

static void
read_hash(struct reader *r, uint8_t out[32])
{
	struct span s = read_bytes(r, 32);

	if (s.n == 32)
		memcpy(out, s.at, 32);
}

static void
row_read(struct known *k, struct span row)
{
	struct reader r = reader_of(row);
	uint8_t format, told;

	*k = (struct known){ 0 };
	format = read_u8(&r);
	if (format != FORMAT && format != FORMAT_WITHDRAWN)
		r.bad = true;
	told = read_u8(&r);
	k->told = told != 0;
	k->adopted = told == ADOPTED || told == KEPT;
	k->kept = told == KEPT;
	k->links_cut = told == CUT;
	k->stat.mtime = (int64_t)read_u64(&r);
	k->stat.ctime = (int64_t)read_u64(&r);
	k->stat.size = read_u64(&r);
	k->stat.inode = read_u64(&r);
	read_hash(&r, k->hash);
	read_hash(&r, k->change);
	k->source = read_span(&r);
	k->path = read_span(&r);
	k->url = read_span(&r);
	k->said = read_span(&r);
	if (format == FORMAT_WITHDRAWN)
		k->withdrawn = (int64_t)read_u64(&r);
	if (!reader_done(&r))
		fatal("a row of the store can't be read: it is damaged, or "
		    "was made by a newer zqagentd");
}

static struct span
copy(struct span s)
{
	return (struct span){ .at = mem_copy(s.at, s.n), .n = s.n };
}

void
known_own(struct known *k)
{
	k->source = copy(k->source);
	k->path = copy(k->path);
	k->url = copy(k->url);
	k->said = copy(k->said);
}

static void
let_go(struct span s)
{
	free((void *)(uintptr_t)s.at);
}

void
known_disown(struct known *k)
{
	let_go(k->source);
	let_go(k->path);
	let_go(k->url);
	let_go(k->said);
}

bool
known_get(struct store_txn *t, struct span source, struct span path,
    struct known *k)
{
	struct key key;
	struct span row;

	key_make(&key, source, path);
	if (!db_get(t->db, STORE_KNOWN, key_look(&key), &row))
		return false;
	row_read(k, row);
	return true;
}

static struct span
url_key_span(uint8_t key[URL_KEY], struct span url)
{
	url_key(key, url);
	return (struct span){ .at = (const char *)key, .n = URL_KEY };
}

bool
known_find_url(struct store_txn *t, struct span url, struct known *k)
{
	uint8_t key[URL_KEY];
	struct span name, row;

	if (!db_get(t->db, STORE_URL, url_key_span(key, url), &name) ||
	    !db_get(t->db, STORE_KNOWN, name, &row))
		return false;
	row_read(k, row);
	return true;
}

bool
known_hash(uint8_t out[32], const struct known *k)
{
	struct buf id;

	if (!k->told || (k->adopted && !k->kept))
		return false;
	if (k->adopted) {
		memcpy(out, k->change, sizeof(k->change));
		return true;
	}
	buf_init(&id, KNOWN_ID_MAX);
	known_id(&id, k->source, k->path);
	digest_item_hash(out, id.n > 0 ? buf_look(&id) : k->url, k->change);
	buf_clear(&id);
	return true;
}

/* In the digest, or out of it. */
static void
count_in(struct store_txn *t, const struct known *k, bool in)
{
	uint8_t hash[32];

	if (!known_hash(hash, k))
		return;
	if (in)
		digest_add(&t->digest, hash);
	else
		digest_remove(&t->digest, hash);
	t->digest_changed = true;
}

/* The address leads here no longer, if it does. */
static void
forget_url(struct store_txn *t, struct span url, const struct key *key)
{
	uint8_t at[URL_KEY];
	struct span name;

	if (db_get(t->db, STORE_URL, url_key_span(at, url), &name) &&
	    span_is(name, key_look(key)))
		db_del(t->db, STORE_URL, url_key_span(at, url));
}

void
known_del(struct store_txn *t, struct span source, struct span path)
{
	struct key key;
	struct known old;

	if (!known_get(t, source, path, &old))
		return;
	key_make(&key, source, path);
	count_in(t, &old, false);
	forget_url(t, old.url, &key);
	twin_del(t, old.hash, source, path);
	db_del(t->db, STORE_KNOWN, key_look(&key));
}

void
known_put(struct store_txn *t, const struct known *k)
{
	uint8_t at[URL_KEY];
	struct key key;
	struct known old = { .told = false };
	struct buf row;

	key_make(&key, k->source, k->path);
	if (known_get(t, k->source, k->path, &old)) {
		count_in(t, &old, false);
		if (!span_is(old.url, k->url))
			forget_url(t, old.url, &key);
	}
	count_in(t, k, true);
	if (memcmp(old.hash, k->hash, sizeof(old.hash)) != 0) {
		twin_del(t, old.hash, k->source, k->path);
		twin_put(t, k->hash, k->source, k->path);
	}
	buf_init(&row, ROW_MAX);
	row_write(&row, k);
	must(!row.bad);
	db_put(t->db, STORE_KNOWN, key_look(&key), buf_look(&row));
	buf_clear(&row);
	/* What the hub is wrong about hides nobody's address. */
	if (!k->adopted || !known_find_url(t, k->url, &old))
		db_put(t->db, STORE_URL, url_key_span(at, k->url),
		    key_look(&key));
}

/* --- walking ------------------------------------------------------------- */

static bool
starts(struct span s, struct span with)
{
	return s.n >= with.n &&
	    (with.n == 0 || memcmp(s.at, with.at, with.n) == 0);
}

/* Is path `below` itself or under it? */
static bool
is_below(struct span path, struct span below)
{
	return below.n == 0 || span_is(path, below) ||
	    (starts(path, below) && path.at[below.n] == '/');
}

/* Where to start: at the cut prefix, since a long path's key is cut too. */
static void
key_first(struct key *k, struct span source, struct span path)
{
	if (path.n > PATH_IN_KEY)
		path.n = PATH_IN_KEY;
	key_make(k, source, path);
}

void
known_each(struct store_txn *t, struct span source, struct span below,
    known_each_fn *fn, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_KNOWN);
	struct key first;
	struct span key, row;

	key_first(&first, source, below);
	key = key_look(&first);
	for (bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	    more && starts(key, key_look(&first));
	    more = db_cursor_get(c, MDB_NEXT, &key, &row)) {
		struct known k;

		row_read(&k, row);
		if (is_below(k.path, below) && !fn(arg, &k))
			break;
	}
	db_cursor_close(c);
}

void
known_all(struct store_txn *t, known_each_fn *fn, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_KNOWN);
	struct span key, row;

	for (bool more = db_cursor_get(c, MDB_FIRST, &key, &row); more;
	    more = db_cursor_get(c, MDB_NEXT, &key, &row)) {
		struct known k;

		row_read(&k, row);
		if (!fn(arg, &k))
			break;
	}
	db_cursor_close(c);
}

void
known_sources(struct store_txn *t, known_source_fn *fn, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_KNOWN);
	struct key past;
	struct span key, row;
	MDB_cursor_op op = MDB_FIRST;

	while (db_cursor_get(c, op, &key, &row)) {
		struct known k;

		row_read(&k, row);
		fn(arg, k.source);
		past.n = 0;
		key_add(&past, k.source.at, k.source.n);
		key_add(&past, "\1", 1);	/* after each "source\0path" */
		key = key_look(&past);
		op = MDB_SET_RANGE;
	}
	db_cursor_close(c);
}

bool
known_walk(struct store_txn *t, struct known_mark *mark, size_t most,
    known_each_fn *fn, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_KNOWN);
	struct span row, key = { .at = mark->at, .n = mark->n };
	bool more = db_cursor_get(c, mark->n > 0 ? MDB_SET_RANGE : MDB_FIRST,
	    &key, &row);

	for (; more && most > 0; most--) {
		struct known k;

		row_read(&k, row);
		if (!fn(arg, &k))
			break;
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	if (more) {
		must(key.n <= sizeof(mark->at));
		memcpy(mark->at, key.at, key.n);
		mark->n = key.n;
	}
	db_cursor_close(c);
	return more;
}

void
known_forget(struct store_txn *t)
{
	db_empty(t->db, STORE_KNOWN);
	db_empty(t->db, STORE_URL);
	db_empty(t->db, STORE_TWIN);
}

static bool
put_twin(void *arg, const struct known *k)
{
	twin_put(arg, k->hash, k->source, k->path);
	return true;
}

static bool
fill_twins(struct store_txn *t, void *arg)
{
	(void)arg;
	known_all(t, put_twin, t);
	return true;
}

void
known_fill_twins(struct store *s)
{
	struct store_txn *t = store_look(s);
	bool none = twin_count(t) == 0;

	store_end(t);
	if (none)
		(void)store_do(s, fill_twins, NULL);
}

static bool
one_more(void *arg, const struct known *k)
{
	(void)k;
	++*(uint64_t *)arg;
	return true;
}

uint64_t
known_count(struct store_txn *t, struct span source)
{
	uint64_t n = 0;

	known_each(t, source, SPAN_NONE, one_more, &n);
	return n;
}

/* The part of path after "dir/", or all of it for the root; NULL: not in. */
static struct span
rest_of(struct span path, struct span dir)
{
	if (dir.n == 0)
		return path;
	if (path.n <= dir.n + 1 || !starts(path, dir) ||
	    path.at[dir.n] != '/')
		return SPAN_NONE;
	return (struct span){
	    .at = path.at + dir.n + 1, .n = path.n - dir.n - 1 };
}

/* Past all that is below the directory `name` in dir: "name/" is followed by
 * "name0", as '0' is the byte after '/'. False if the key can't say that. */
static bool
key_past(struct key *k, struct span source, struct span dir,
    struct span name)
{
	size_t slash = dir.n > 0 ? 1 : 0;

	if (dir.n + slash + name.n + 1 > PATH_IN_KEY)
		return false;
	key_make(k, source, dir);
	key_add(k, "/", slash);
	key_add(k, name.at, name.n);
	key_add(k, "0", 1);
	return true;
}

void
known_children(struct store_txn *t, struct span source, struct span dir,
    known_child_fn *fn, void *arg)
{
	struct db_cursor *c = db_cursor_open(t->db, STORE_KNOWN);
	struct key first, past;
	struct span key, row, last = SPAN_NONE;
	MDB_cursor_op op = MDB_SET_RANGE;

	key_first(&first, source, dir);
	key = key_look(&first);
	while (db_cursor_get(c, op, &key, &row) &&
	    starts(key, key_look(&first))) {
		struct known k;
		struct span rest;
		const char *slash;

		op = MDB_NEXT;
		row_read(&k, row);
		rest = rest_of(k.path, dir);
		if (rest.n == 0)
			continue;
		slash = memchr(rest.at, '/', rest.n);
		if (slash != NULL)
			rest.n = (size_t)(slash - rest.at);
		if (slash != NULL && span_is(rest, last))
			continue;
		fn(arg, rest, slash != NULL);
		if (slash == NULL)
			continue;
		last = rest;
		if (key_past(&past, source, dir, rest)) {
			key = key_look(&past);
			op = MDB_SET_RANGE;
		}
	}
	db_cursor_close(c);
}
