/*
 * For fuzz targets of the agent: a store that is opened once, and set back to
 * what it had for each run, row by row.
 */
#ifndef ZQ_TESTS_FUZZ_AGENTKIT_H
#define ZQ_TESTS_FUZZ_AGENTKIT_H

#include "agent/inbox.h"
#include "agent/store.h"
#include "protocol/sha.h"
#include "tests/fuzz/fuzzkit.h"

#define AGENTKIT_TABLES (STORE_REDIRECT_MAP + 1)
#define AGENTKIT_ROWS 256
#define AGENTKIT_LIMIT (1u << 20)	/* bytes of the spool */

static struct store *store;

struct agentkit_row {
	size_t table, key, n;	/* bytes of its key, then of its value */
	char *at;
};

static struct agentkit_row agentkit_row[AGENTKIT_ROWS];
static size_t agentkit_rows;
static struct store_meta agentkit_meta;
static struct digest agentkit_digest;

static inline void
agentkit_close(void)
{
	store_close(store);
	for (size_t i = 0; i < agentkit_rows; i++)
		free(agentkit_row[i].at);
}

static inline void
agentkit_open(void)
{
	struct buf why;

	buf_init(&why, 4096);
	store = store_open(fuzz_dir, DB_WRITE | DB_CREATE, AGENTKIT_LIMIT,
	    &why);
	must(store != NULL);
	buf_clear(&why);
	atexit(agentkit_close);
}

typedef void agentkit_fn(void *arg, size_t table, struct span key,
    struct span value);

static inline void
agentkit_each(agentkit_fn *fn, void *arg)
{
	struct store_txn *t = store_look(store);

	for (size_t i = 0; i < AGENTKIT_TABLES; i++) {
		struct db_cursor *c = db_cursor_open(t->db, i);
		struct span key, value;

		for (MDB_cursor_op op = MDB_FIRST; db_cursor_get(c, op, &key,
		    &value); op = MDB_NEXT)
			fn(arg, i, key, value);
		db_cursor_close(c);
	}
	store_end(t);
}

static inline void
agentkit_copy(void *arg, size_t table, struct span key, struct span value)
{
	struct agentkit_row *r = &agentkit_row[agentkit_rows++];

	(void)arg;
	must(agentkit_rows < AGENTKIT_ROWS);
	*r = (struct agentkit_row){ .table = table, .key = key.n,
	    .n = value.n, .at = malloc(key.n + value.n + 1) };
	must(r->at != NULL);
	memcpy(r->at, key.at, key.n);
	if (value.n > 0)
		memcpy(r->at + key.n, value.at, value.n);
}

/* What it has now is what agentkit_back() goes back to. */
static inline void
agentkit_keep(void)
{
	struct store_txn *t;

	agentkit_each(agentkit_copy, NULL);
	agentkit_meta = *store_meta(store);
	t = store_look(store);
	agentkit_digest = t->digest;
	store_end(t);
}

static inline bool
agentkit_put_all(struct store_txn *t, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < AGENTKIT_TABLES; i++)
		db_empty(t->db, i);
	for (size_t i = 0; i < agentkit_rows; i++) {
		const struct agentkit_row *r = &agentkit_row[i];

		db_put(t->db, r->table, (struct span){ r->at, r->key },
		    (struct span){ r->at + r->key, r->n });
	}
	t->meta = agentkit_meta;
	t->digest = agentkit_digest;
	return true;
}

static inline void
agentkit_back(void)
{
	must(store_do(store, agentkit_put_all, NULL) == STORE_DONE);
}

static inline void
agentkit_add(void *arg, size_t table, struct span key, struct span value)
{
	struct sha *s = arg;

	sha_add(s, &table, sizeof(table));
	sha_add(s, &key.n, sizeof(key.n));
	sha_add(s, key.at, key.n);
	sha_add(s, value.at, value.n);
}

/* Of every row there is. */
static inline void
agentkit_sum(uint8_t sum[32])
{
	struct sha s;

	sha_begin(&s);
	agentkit_each(agentkit_add, &s);
	sha_end(&s, sum);
}

#endif
