/*
 * What the tests of old versions share: the directories of
 * tests/golden/versions, the files in one, an LMDB environment that is made
 * of a dump, and the text in which each test writes what it understood.
 *
 * That text is held against a file beside the old bytes. It is written once,
 * with ZQ_GOLDEN=write, and read by a human; after that neither may change.
 */
#ifndef ZQ_TESTS_UNIT_VERSIONS_H
#define ZQ_TESTS_UNIT_VERSIONS_H

#include "tests/unit/protocol/help.h"

#include <dirent.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSIONS "tests/golden/versions"
#define VERSIONS_MOST 64

static char versions_name[VERSIONS_MOST][32];

static inline int
versions_filter(const struct dirent *e)
{
	return e->d_name[0] >= '0' && e->d_name[0] <= '9';
}

/* Fills versions_name; how many there are: 0.0 and 0.1 at least. */
static inline size_t
versions_list(void)
{
	struct dirent **list;
	int n = scandir(VERSIONS, &list, versions_filter, versionsort);
	size_t count = 0;

	ck_assert_msg(n >= 2, VERSIONS ": run from the top of the tree");
	for (int i = 0; i < n; i++) {
		if (count < VERSIONS_MOST)
			snprintf(versions_name[count++], 32, "%.31s",
			    list[i]->d_name);
		free(list[i]);
	}
	free(list);
	ck_assert_str_eq(versions_name[0], "0.0");
	return count;
}

/* Hands out the files of a version in their order, those that fit. */
static inline size_t
versions_each(const char *version, const char *ending,
    void (*fn)(void *arg, const char *name, struct span bytes), void *arg)
{
	char path[400];
	struct dirent **list;
	struct buf b;
	size_t count = 0;
	int n;

	snprintf(path, sizeof(path), VERSIONS "/%s", version);
	n = scandir(path, &list, versions_filter, alphasort);
	ck_assert(n >= 0);
	buf_init(&b, 16u << 20);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		size_t at = strlen(name), tail = strlen(ending);

		if (at > tail && strcmp(name + at - tail, ending) == 0) {
			snprintf(path, sizeof(path), VERSIONS "/%s/%s",
			    version, name);
			buf_reset(&b);
			help_file(&b, path);
			fn(arg, name, buf_look(&b));
			count++;
		}
		free(list[i]);
	}
	free(list);
	buf_clear(&b);
	return count;
}

/* What was understood must be what it meant then. */
static inline void
versions_means(const char *version, const char *file, const struct buf *text)
{
	char path[200];

	ck_assert(!text->bad);
	snprintf(path, sizeof(path), VERSIONS "/%s/%s", version, file);
	help_golden(path, buf_look(text));
}

/* One line of a dump, " 00ff", in its own place. */
static inline MDB_val
versions_unhex(char *line)
{
	struct span s = text_trim(span_of(line));

	ck_assert(line[0] == ' ' && text_unhex(s, line, s.n / 2));
	return (MDB_val){ s.n / 2, line };
}

/* Until the end of one table. mdb_load(1) would do, were it there. */
static inline void
versions_load_table(FILE *f, MDB_txn *txn, MDB_dbi dbi)
{
	char *key = NULL, *value = NULL;
	size_t room[2] = { 0, 0 };

	while (getline(&key, &room[0], f) > 0 && key[0] == ' ') {
		ck_assert(getline(&value, &room[1], f) > 0);

		MDB_val k = versions_unhex(key), v = versions_unhex(value);

		ck_assert(mdb_put(txn, dbi, &k, &v, 0) == 0);
	}
	ck_assert(key != NULL && strcmp(key, "DATA=END\n") == 0);
	free(key);
	free(value);
}

static inline void
versions_load_tables(FILE *f, MDB_txn *txn)
{
	char *line = NULL, name[64] = "";
	size_t room = 0;
	unsigned flags = MDB_CREATE;
	MDB_dbi dbi;

	while (getline(&line, &room, f) > 0) {
		if (sscanf(line, "database=%63s", name) == 1)
			flags = MDB_CREATE;
		else if (strncmp(line, "duplicates=1", 12) == 0)
			flags |= MDB_DUPSORT;
		else if (strncmp(line, "integerkey=1", 12) == 0)
			flags |= MDB_INTEGERKEY;
		else if (strncmp(line, "HEADER=END", 10) == 0) {
			ck_assert(mdb_dbi_open(txn, name, flags, &dbi) == 0);
			versions_load_table(f, txn, dbi);
		}
	}
	free(line);
}

/* A store as it stood on a disk then (mdb_dump -a), in dir, which is made. */
static inline void
versions_load(const char *version, const char *dump, const char *dir)
{
	char path[400];
	MDB_env *env;
	MDB_txn *txn;
	FILE *f;

	snprintf(path, sizeof(path), VERSIONS "/%s/%s", version, dump);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert(mkdir(dir, 0700) == 0);
	ck_assert(mdb_env_create(&env) == 0);
	ck_assert(mdb_env_set_maxdbs(env, 64) == 0);
	ck_assert(mdb_env_set_mapsize(env, 64u << 20) == 0);
	ck_assert(mdb_env_open(env, dir, 0, 0600) == 0);
	ck_assert(mdb_txn_begin(env, NULL, 0, &txn) == 0);
	versions_load_tables(f, txn);
	ck_assert(mdb_txn_commit(txn) == 0);
	mdb_env_close(env);
	fclose(f);
}

static inline void
versions_put(struct buf *b, const char *name, struct span s)
{
	if (s.n == 0)
		return;
	buf_printf(b, " %s=[%.*s]", name, SPAN_ARGS(s));
}

static inline void
versions_put_time(struct buf *b, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		versions_put(b, name, span_of(clock_format(text, ms)));
}

/* One change on a line, with all that it says. */
static inline void
versions_put_change(struct buf *b, const struct change *c)
{
	uint8_t hash[32];
	struct span links = c->links;
	struct link l;

	buf_printf(b, "%llu %s", (unsigned long long)c->seq,
	    change_kind_name(c->kind));
	versions_put_time(b, "when", c->when);
	versions_put(b, "url", c->url);
	versions_put(b, "id", c->id);
	for (int w = 0; w < WORD_COUNT; w++)
		versions_put(b, change_word_name(w), c->word[w]);
	versions_put_time(b, "published", c->published);
	versions_put_time(b, "modified", c->modified);
	versions_put_time(b, "from", c->from);
	versions_put_time(b, "until", c->until);
	if (c->length > 0)
		buf_printf(b, " length=%llu", (unsigned long long)c->length);
	versions_put(b, "type", c->type);
	while (change_link_next(&links, &l)) {
		buf_printf(b, " link=%d,%u", (int)l.kind, (unsigned)l.line);
		versions_put(b, "to", l.to);
		versions_put(b, "text", l.text);
	}
	if (c->links_cut)
		buf_text(b, " links are cut");
	versions_put(b, "unknown", c->unknown);
	versions_put(b, "critical", c->critical);
	if (c->has_hash) {
		buf_text(b, " hash=");
		text_hex(b, c->hash, 32);
	}
	change_hash(c, hash);
	buf_text(b, " means=");
	text_hex(b, hash, 32);
	buf_byte(b, '\n');
}

#endif
