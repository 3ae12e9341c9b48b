/*
 * The walk: directories below a root, listed one after the other and
 * compared with what is known.
 *
 * Each directory is watched before it is listed. A file whose stat or address
 * differs from the known one is reported, and so is what is known and not
 * there any more; a directory that can't be read says nothing about what is in
 * it. Links to directories inside the root are followed, but not in circles.
 * It works in short turns, and a paced walk rests between them.
 */
#ifndef ZQ_AGENT_WALK_H
#define ZQ_AGENT_WALK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/filter.h"
#include "agent/blind.h"
#include "agent/place.h"
#include "agent/store.h"
#include "agent/watch.h"

#define WALK_DEPTH 64		/* directories in each other */

struct walk_host {
	struct event_base *base;
	struct store *store;
	struct place place;
	struct filter filter;
	struct span source;		/* its name */
	struct watch *watch;		/* may be NULL */
	void *arg;
	bool (*is_full)(void *arg);	/* wait */
	void (*file)(void *arg, const char *path);
	void (*link)(void *arg, const char *path);	/* to no directory */
	/* A row has nothing behind it any more. */
	void (*gone)(void *arg, const char *path);
	/* All that was asked for has been walked. */
	void (*done)(void *arg);
};

struct walk_counts {		/* since walk_reset() */
	uint64_t dirs, files;
	uint64_t hidden;	/* directories that couldn't be read */
	uint64_t unwatched;	/* … that the kernel wouldn't watch */
	uint64_t entries;	/* names in the root itself */
	uint64_t outside;	/* links that leave the root or go in circles */
	uint64_t unfit;		/* too deep, or their path is too long */
	int error;		/* errno of the last hidden one */
	char *first_hidden, *first_unfit;	/* paths, or NULL */
	struct blind blind;	/* all of these */
};

struct walk;

struct walk *walk_new(const struct walk_host *host);
void walk_free(struct walk *w);

void walk_add(struct walk *w, const char *path);	/* "": everything */
/* The same for a link that leads to a directory, unless in a circle. */
void walk_link(struct walk *w, const char *path);
void walk_pace(struct walk *w, bool slowly);
void walk_all(struct walk *w, bool on);	/* files that seem the same, too */
void walk_reset(struct walk *w);	/* drops what was asked, counts 0 */
bool walk_is_idle(const struct walk *w);
const struct walk_counts *walk_counts(const struct walk *w);

#endif
