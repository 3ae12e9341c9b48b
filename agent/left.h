/*
 * Left: directories that were renamed just now, and what they are called
 * since.
 *
 * Who publishes by renaming puts the directory away and another one in its
 * place. What appears there then has the address of what was put away, so it
 * is that item again, and what lies beside is a copy of it. But a page that
 * somebody writes where a column was, to say where that is now, is a new one.
 */
#ifndef ZQ_AGENT_LEFT_H
#define ZQ_AGENT_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define LEFT_TIME 600000	/* ms that it is remembered */
#define LEFT_MOST 32		/* directories; the oldest are forgotten */

struct left;

struct left *left_new(void);
void left_free(struct left *l);

/* The directory that both paths differ in: what it is called in `from`. False: only the files' names are the same, or not even these. */
bool left_dir(struct span from, struct span to, struct buf *dir);
/* What was at `from` is at `to`; the directory isn't there now. */
void left_note(struct left *l, struct span from, struct span to);

/* Where what was at path went. *since (ms) is when its directory was last seen
 * to be missing. False: it wasn't renamed. */
bool left_find(const struct left *l, struct span path, struct buf *to,
    int64_t *since);
bool left_is(const struct left *l, struct span path, struct span to);

#endif
