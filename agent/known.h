/*
 * Known: what the site's items are, as far as the agent has seen, and which
 * of them it has told.
 *
 * A row is named by its source and the path below the source's root; what
 * people said of an address that no source covers stands under the source
 * SAID, with the address for a path. Putting and deleting rows keeps the
 * digest of all told items right, and the list of addresses.
 */
#ifndef ZQ_AGENT_KNOWN_H
#define ZQ_AGENT_KNOWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "agent/store.h"
#include "contrib/base/span.h"

#define KNOWN_SAID ""		/* the source of what people said */
#define KNOWN_STRAY "?"		/* … of what the hub has under an id that no
				 * agent makes: the id is the path */
#define KNOWN_SOURCE_MAX 33	/* bytes of a source's name, and "%" */

struct known_stat {		/* equal: the file wasn't touched */
	int64_t mtime, ctime;	/* ns */
	uint64_t size, inode;
};

struct known {
	struct span source, path;
	struct known_stat stat;		/* zeros for what people said */
	bool told;		/* the hub is to have it; else withdrawn by a
				 * word, or couldn't be read */
	bool adopted;		/* told, says the hub; we know nothing of it.
				 * It isn't in the digest; to be looked at, then
				 * told or withdrawn (see repair.h) */
	bool kept;		/* … and it is to stay: in the digest it is as
				 * the hub has it (kept.h) */
	uint8_t hash[32];	/* of the bytes */
	uint8_t change[32];	/* change_hash() of what was told; of what is
				 * adopted the item's hash, or zeros if the hub
				 * didn't say it */
	bool links_cut;		/* told with a list of links that is cut; of
				 * what is adopted it isn't known */
	struct span url;	/* normal form */
	struct span said;	/* the change row, if a person said it */
	int64_t withdrawn;	/* ms, when a person said that it is gone; 0:
				 * not told otherwise, or by an older agent */
};

void known_stat_of(struct known_stat *out, const struct stat *st);
bool known_stat_is(const struct known_stat *a, const struct known_stat *b);

/* The item's id as the hub knows it: "source:path", or nothing (the address
 * is the id) for what people said. */
#define KNOWN_ID_MAX 8192	/* bytes of any; a change has LIMIT_ID */
void known_id(struct buf *out, struct span source, struct span path);
/* The other way: of an item that the hub has. Spans live as long as id, url
 * and *keep (the caller's). */
void known_of_id(struct span id, struct span url, struct buf *keep,
    struct span *source, struct span *path);

/* The item's hash, as the digest has it. False: it isn't in the digest. */
bool known_hash(uint8_t out[32], const struct known *k);

/* Makes k's spans its own memory, so that a write doesn't take them away; and
 * gives that back. */
void known_own(struct known *k);
void known_disown(struct known *k);

/* Spans of k live until the transaction ends, or the next write in it. */
bool known_get(struct store_txn *t, struct span source, struct span path,
    struct known *k);
bool known_find_url(struct store_txn *t, struct span url, struct known *k);
/* k's spans must not be of this transaction: copy what a get gave. */
void known_put(struct store_txn *t, const struct known *k);
void known_del(struct store_txn *t, struct span source, struct span path);
uint64_t known_count(struct store_txn *t, struct span source);

/* Each row of a source at or below `below` ("" for all), in order; the
 * callback ends it with false, and doesn't write. */
typedef bool known_each_fn(void *arg, const struct known *k);
void known_each(struct store_txn *t, struct span source, struct span below,
    known_each_fn *fn, void *arg);

/* What stands directly in a directory ("" for the root): rows, and once the
 * name of each directory that has rows below it. */
typedef void known_child_fn(void *arg, struct span name, bool is_dir);
void known_children(struct store_txn *t, struct span source,
    struct span dir, known_child_fn *fn, void *arg);

/* The name of each source that has rows. */
typedef void known_source_fn(void *arg, struct span source);
void known_sources(struct store_txn *t, known_source_fn *fn, void *arg);

/* Every row of any source, in order; as known_each(). */
void known_all(struct store_txn *t, known_each_fn *fn, void *arg);

/* The same in turns, of at most `most` rows each, from the mark on, which is
 * moved: zeros are the start. False: that was the end. A callback that ends it
 * gets the same row again. */
struct known_mark {
	char at[511];		/* LMDB's longest key */
	size_t n;
};
bool known_walk(struct store_txn *t, struct known_mark *mark, size_t most,
    known_each_fn *fn, void *arg);

/* A store of before twin.h has none: they are put. */
void known_fill_twins(struct store *s);

/* Drops all rows: tables, not one row after the other, of which there may be
 * millions. The digest is the caller's to start anew. */
void known_forget(struct store_txn *t);

#endif
