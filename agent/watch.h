/*
 * Watches on directories: inotify, told as paths.
 *
 * A directory is watched before it is listed, so that what happens in
 * between is heard. The kernel's limits are told, not hidden: WATCH_LOST
 * means that something happened and was not heard, and only a scan helps.
 */
#ifndef ZQ_AGENT_WATCH_H
#define ZQ_AGENT_WATCH_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "agent/paths.h"

enum watch_kind {
	WATCH_READY,	/* a file was renamed here, or its attributes changed */
	WATCH_CLOSED,	/* a file was closed after writing */
	WATCH_BORN,	/* a file was made; it may not be finished */
	WATCH_DIR,	/* a directory is here now */
	WATCH_GONE,	/* a name is gone */
	WATCH_DIR_GONE,	/* a directory has another name, or is elsewhere */
	WATCH_DIR_REMOVED,	/* … is removed, and so are its watches */
	WATCH_ROOT,	/* something happened to a watched directory itself */
	WATCH_LOST,	/* the queue ran over; path is "" */
};

struct watch;

/* The path lives until the callback returns. */
typedef void watch_fn(void *arg, enum watch_kind kind, const char *path);

/* NULL and errno if there is no inotify to be had. */
struct watch *watch_open(struct event_base *base, watch_fn *fn, void *arg);
void watch_close(struct watch *w);

/* Watches the open directory as `path` ("" is the root). False and errno:
 * ENOSPC is the limit fs.inotify.max_user_watches. */
bool watch_add(struct watch *w, int dir_fd, const char *path);
/* Forgets path and everything below it ("": all). */
void watch_remove(struct watch *w, const char *path);
/* The same of many, sorted. */
void watch_remove_all(struct watch *w, const struct paths *tops);
size_t watch_count(const struct watch *w);

#endif
