/*
 * See store.h. The numbers are one row, "meta"; the digest is another,
 * because most transactions that confirm something don't touch it.
 */
#include "agent/store.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/wire.h"

#define FORMAT 1
#define META_MAX 256		/* bytes of the row, with room */
#define KNOWN_ROOM (4ull << 30)	/* the map may grow this far past the spool */

struct store {
	struct db *db;
	uint64_t limit;
	struct store_meta meta;
	store_owed_fn *owed;	/* or NULL */
};

static const struct db_table tables[] = {
	[STORE_META] = { .name = "meta" },
	[STORE_KNOWN] = { .name = "known" },
	[STORE_URL] = { .name = "url" },
	[STORE_SPOOL] = { .name = "spool" },
	[STORE_LETTER] = { .name = "letter" },
	[STORE_TWIN] = { .name = "twin" },
	[STORE_MOVE] = { .name = "move" },
	[STORE_REDIRECT_MAP] = { .name = "atlas" },
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static void
meta_write(struct buf *b, const struct store_meta *m)
{
	write_u8(b, FORMAT);
	write_u64(b, m->incarnation);
	write_u64(b, m->next);
	write_u64(b, m->first);
	write_u64(b, m->confirmed);
	write_u64(b, m->sent);
	write_u64(b, m->bytes);
	write_u64(b, m->waiting);
	write_u64(b, m->letters);
	write_u8(b, m->needs_snapshot);
	write_u8(b, m->verdict);
	write_u64(b, (uint64_t)m->answered);
	write_u64(b, (uint64_t)m->skew);
}

static bool
meta_read(struct store_meta *m, struct span s)
{
	struct reader r = reader_of(s);

	if (read_u8(&r) != FORMAT)
		return false;
	m->incarnation = read_u64(&r);
	m->next = read_u64(&r);
	m->first = read_u64(&r);
	m->confirmed = read_u64(&r);
	m->sent = read_u64(&r);
	m->bytes = read_u64(&r);
	m->waiting = read_u64(&r);
	m->letters = read_u64(&r);
	m->needs_snapshot = read_u8(&r) != 0;
	m->verdict = read_u8(&r);
	m->answered = (int64_t)read_u64(&r);
	m->skew = (int64_t)read_u64(&r);
	return reader_done(&r) && m->incarnation != 0 && m->first >= 1 &&
	    m->first <= m->next && m->confirmed < m->next &&
	    m->sent < m->next;
}

static void
meta_fresh(struct store_meta *m)
{
	uint8_t random[8];

	m->incarnation = 0;
	while (m->incarnation == 0) {
		if (RAND_bytes(random, sizeof(random)) != 1)
			fatal("no random numbers from the system");
		m->incarnation = wire_get_u64(random);
	}
	m->next = m->first = 1;
	m->confirmed = m->sent = m->bytes = m->waiting = 0;
	m->needs_snapshot = false;
	m->verdict = 0;
	m->answered = CLOCK_NONE;
	m->skew = 0;
}

bool
store_get(struct store_txn *t, const char *name, struct span *value)
{
	return db_get(t->db, STORE_META, span_of(name), value);
}

void
store_put(struct store_txn *t, const char *name, struct span value)
{
	db_put(t->db, STORE_META, span_of(name), value);
}

/* The transaction with its numbers; false if the store has none yet. */
static bool
load(struct store_txn *t)
{
	struct span row;

	if (!store_get(t, "meta", &row))
		return false;
	if (!meta_read(&t->meta, row))
		fatal("the store's numbers can't be read: it is damaged, or "
		    "was made by a newer zqagentd");
	digest_init(&t->digest);
	if (store_get(t, "digest", &row) && row.n == DIGEST_ROW)
		digest_read(&t->digest, (const uint8_t *)row.at);
	return true;
}

static struct store_txn *
begin(struct store *s, bool write)
{
	struct store_txn *t = mem_new(sizeof(*t));

	t->store = s;
	t->db = db_begin(s->db, write);
	return t;
}

static void
keep(struct store_txn *t)
{
	uint8_t row[DIGEST_ROW];
	struct buf b;

	buf_init(&b, META_MAX);
	meta_write(&b, &t->meta);
	must(!b.bad);
	store_put(t, "meta", buf_look(&b));
	buf_clear(&b);
	if (t->digest_changed) {
		digest_write(&t->digest, row);
		store_put(t, "digest", (struct span){
		    .at = (const char *)row, .n = sizeof(row) });
	}
}

void
store_owe(struct store *s, store_owed_fn *owed)
{
	s->owed = owed;
}

bool
store_owes(const struct store *s)
{
	return s->owed != NULL;
}

enum store_result
store_do(struct store *s, store_work_fn *work, void *arg)
{
	if (s->owed != NULL && !s->owed(s))
		return STORE_FULL;
	for (;;) {
		struct store_txn *t = begin(s, true);

		if (!load(t))
			meta_fresh(&t->meta);
		if (!work(t, arg)) {
			store_end(t);
			return STORE_REFUSED;
		}
		keep(t);

		struct store_meta meta = t->meta;
		enum db_result rc = db_commit(t->db);

		free(t);
		if (rc == DB_FULL)
			return STORE_FULL;
		if (rc == DB_OK) {
			s->meta = meta;
			return STORE_DONE;
		}
	}
}

struct store_txn *
store_look(struct store *s)
{
	struct store_txn *t = begin(s, false);

	must(load(t));	/* store_open() has seen to that */
	return t;
}

void
store_end(struct store_txn *t)
{
	db_abort(t->db);
	free(t);
}

static bool
nothing(struct store_txn *t, void *arg)
{
	(void)t;
	(void)arg;
	return true;
}

/* The numbers as they stand; makes them in a new store. */
static bool
start(struct store *s, unsigned mode, struct buf *why)
{
	struct store_txn *t = begin(s, false);
	bool there = load(t);

	s->meta = t->meta;
	store_end(t);
	if (there)
		return true;
	if (!(mode & DB_WRITE)) {
		buf_text(why, _("nothing was ever kept here: zqagentd does "
		    "that when it runs"));
		return false;
	}
	if (store_do(s, nothing, NULL) == STORE_DONE)
		return true;
	buf_text(why, _("the disk is full"));
	return false;
}

static const char *
advice(void)
{
	return _(": stop zqagentd, move this directory away, and start it "
	    "again: everything is told anew");
}

static void
explain(struct buf *why, const char *dir, unsigned mode, int error)
{
	if (error == ENOENT && !(mode & DB_WRITE))
		buf_printf(why, _("%s: there is no store yet: zqagentd makes "
		    "it when it is started"), dir);
	else if (error == EACCES && !(mode & DB_WRITE))
		buf_printf(why, _("%s: permission denied: only root and the "
		    "agent's own user may read it: sudo -u zhanqun zqagent "
		    "…"), dir);
	else
		db_explain(why, dir, error);
	if (db_is_lost(error))
		buf_text(why, advice());
}

struct store *
store_open(const char *dir, unsigned mode, uint64_t limit, struct buf *why)
{
	struct store *s = mem_new(sizeof(*s));
	struct buf path;

	buf_init(&path, 4096);
	buf_printf(&path, "%s/" STORE_DIR, dir);
	if (mode & DB_CREATE)
		mkdir(buf_cstr(&path), 0700);	/* db_open() will tell */
	s->limit = limit;
	s->db = db_open(buf_cstr(&path), mode, tables, TABLES,
	    2 * limit + KNOWN_ROOM);
	if (s->db == NULL)
		explain(why, buf_cstr(&path), mode, errno);
	else
		db_on_damage(s->db, advice(), NULL);
	buf_clear(&path);
	if (s->db == NULL || !start(s, mode, why)) {
		store_close(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->db != NULL)
		db_close(s->db);
	free(s);
}

uint64_t
store_limit(const struct store *s)
{
	return s->limit;
}

uint64_t
store_size(const struct store *s)
{
	return db_size(s->db);
}

void
store_release_memory(struct store *s)
{
	db_release_memory(s->db);
}

const struct store_meta *
store_meta(const struct store *s)
{
	return &s->meta;
}

void
store_restart(struct store_txn *t)
{
	uint64_t letters = t->meta.letters;

	meta_fresh(&t->meta);
	t->meta.letters = letters;
	db_empty(t->db, STORE_SPOOL);
	digest_init(&t->digest);
	t->digest_changed = true;
}
