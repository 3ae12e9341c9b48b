/*
 * Left: directories that were renamed just now, and what they are called
 * since.
 *
 * Who publishes by renaming puts the directory away and another one in its
 * place. What appears there then has the address of what was put away, so it
 * is that item again, and what lies beside is an old copy of it. But a page
 * that somebody writes where a column was, to say where that is now, is a new
 * one.
 *
 * An old copy never was the site, however long it lies there: when it is
 * removed nothing is lost that has its successor in the other directory. That
 * is remembered, in the store (source_dir_row.c), until something is published
 * there. Where both names were changed before anybody looked, it takes a file
 * with the same bytes in both to see it.
 */
#ifndef ZQ_AGENT_LEFT_H
#define ZQ_AGENT_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/wire.h"

struct known_stat;

#define LEFT_TIME 600000	/* ms that it is remembered */
#define LEFT_MOST 32		/* directories; the oldest are forgotten */
#define LEFT_COPIES 32		/* … of those with old copies */
#define LEFT_ITEMS 65536	/* of which it is known where they went; later
				 * ones take the place of others */
#define LEFT_FILES 1024		/* (a power of two) that have another place,
				 * or another's */

struct left;

struct left *left_new(void);
void left_free(struct left *l);

/* The directory that both paths differ in: what it is called in `from`. False:
 * only the files' names are the same, or not even these. */
bool left_dir(struct span from, struct span to, struct buf *dir);
/* What was at `from` is at `to`; the directory isn't there now. */
void left_note(struct left *l, struct span from, struct span to);

/* The item that was at `from` is at `to`: whatever else of its directory went
 * elsewhere, or was copied there. */
void left_went(struct left *l, struct span from, struct span to);

/* Where the item may be that was at path, the latest first, by its directory's
 * other names and what is known of itself. *since (ms) is when the directory was
 * last seen to be missing. It goes on as long as fn says true. */
typedef bool left_fn(void *arg, struct span to, int64_t since);
void left_each(const struct left *l, struct span path, left_fn *fn,
    void *arg);
bool left_is(const struct left *l, struct span path, struct span to);

/* What lies at `copy` was at `original`, where another file is now. */
void left_copy(struct left *l, struct span copy, struct span original);
/* At path is another file with the same bytes than the one of before; and the
 * file at path is another than before: in whichever order, it may be that
 * one. */
void left_displaced(struct left *l, struct span path,
    const struct known_stat *before);
void left_came(struct left *l, struct span path,
    const struct known_stat *stat);
/* Something at path was told that is new: a copy that is no longer one of just
 * now is none. */
void left_lives(struct left *l, struct span path);
/* Of an old copy: where its successor would be. False: it is none. */
bool left_original(const struct left *l, struct span path, struct buf *to);

/* The old copies: are there others than were kept last? */
bool left_changed(const struct left *l);
void left_write(struct buf *b, const struct left *l);
void left_read(struct reader *r, struct left *l);
void left_kept(struct left *l);		/* as they are */

#endif
