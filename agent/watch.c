/*
 * See watch.h. Watches stand in the order of their numbers, which the kernel
 * gives rising, so adding is appending. One directory may be there under
 * several paths (links): then one number has several rows. Of a directory that
 * was removed the row stays for a while, without a path: where many are
 * removed, moving all that are behind it each time would take too long.
 */
#include "agent/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

#define MASK (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |    \
	IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define READ_SIZE 16384		/* bytes of events at a time */
#define READS_MAX 16		/* then others of the loop have a turn */

struct row {
	int wd;
	char *path;		/* NULL: it was removed */
};

struct watch {
	int fd;
	struct event *readable;
	watch_fn *fn;
	void *arg;
	struct row *rows;
	size_t count, room;
	size_t removed;		/* rows of these */
};

/* Index of the first row with that number, or where it would be. */
static size_t
find(const struct watch *w, int wd)
{
	size_t low = 0, high = w->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (w->rows[mid].wd < wd)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
insert(struct watch *w, size_t at, int wd, const char *path)
{
	if (w->count == w->room) {
		w->room = w->room > 0 ? w->room * 2 : 64;
		w->rows = mem_grow(w->rows, w->room, sizeof(*w->rows));
	}
	memmove(&w->rows[at + 1], &w->rows[at],
	    (w->count - at) * sizeof(*w->rows));
	w->rows[at].wd = wd;
	w->rows[at].path = mem_text(path);
	w->count++;
}

bool
watch_add(struct watch *w, int dir_fd, const char *path)
{
	char name[64];
	int wd;
	size_t at;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", dir_fd);
	wd = inotify_add_watch(w->fd, name, MASK);
	if (wd < 0)
		return false;
	for (at = find(w, wd); at < w->count && w->rows[at].wd == wd; at++)
		if (w->rows[at].path != NULL &&
		    strcmp(w->rows[at].path, path) == 0)
			return true;
	insert(w, at, wd, path);
	return true;
}

static void
tidy(struct watch *w)
{
	size_t kept = 0;

	if (w->removed == 0)
		return;
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].path != NULL)
			w->rows[kept++] = w->rows[i];
	w->count = kept;
	w->removed = 0;
}

/* The kernel has forgotten the number. */
static void
forget(struct watch *w, int wd)
{
	for (size_t at = find(w, wd); at < w->count && w->rows[at].wd == wd;
	    at++) {
		w->removed += w->rows[at].path != NULL;
		free(w->rows[at].path);
		w->rows[at].path = NULL;
	}
	if (w->removed > w->count / 2)
		tidy(w);
}

/* Is it one of these, or below one? */
static bool
is_below_any(const char *path, const struct paths *tops)
{
	struct span up = span_of(path);

	while (up.n > 0) {
		if (paths_has(tops, up))
			return true;
		while (up.n > 0 && path[--up.n] != '/')
			;
	}
	return false;
}

/* The kernel forgets a number with its last row. */
void
watch_remove_all(struct watch *w, const struct paths *tops)
{
	size_t kept = 0;

	if (tops->count == 0)
		return;
	tidy(w);
	for (size_t i = 0; i < w->count; i++) {
		struct row r = w->rows[i];
		bool twin = (kept > 0 && w->rows[kept - 1].wd == r.wd) ||
		    (i + 1 < w->count && w->rows[i + 1].wd == r.wd);

		if (tops->at[0][0] != '\0' && !is_below_any(r.path, tops)) {
			w->rows[kept++] = r;
			continue;
		}
		if (!twin)
			inotify_rm_watch(w->fd, r.wd);
		free(r.path);
	}
	w->count = kept;
	if (w->count == 0) {
		free(w->rows);
		w->rows = NULL;
		w->room = 0;
	}
}

void
watch_remove(struct watch *w, const char *path)
{
	struct paths one = { .count = 0 };

	paths_add(&one, path);
	watch_remove_all(w, &one);
	paths_clear(&one);
}

size_t
watch_count(const struct watch *w)
{
	return w->count - w->removed;
}

static bool
kind_of(uint32_t mask, enum watch_kind *kind)
{
	bool is_dir = (mask & IN_ISDIR) != 0;

	if (mask & (IN_DELETE | IN_MOVED_FROM))
		*kind = !is_dir ? WATCH_GONE : mask & IN_DELETE ?
		    WATCH_DIR_REMOVED : WATCH_DIR_GONE;
	else if (is_dir)
		*kind = WATCH_DIR;
	else if (mask & IN_CLOSE_WRITE)
		*kind = WATCH_CLOSED;
	else if (mask & (IN_MOVED_TO | IN_ATTRIB))
		*kind = WATCH_READY;
	else
		*kind = WATCH_BORN;
	return (mask & MASK) != 0;
}

/* One event, for one of the paths that its directory has. The row's path may
 * go away while it is told. */
static void
tell(struct watch *w, const char *dir, const struct inotify_event *e)
{
	char path[LIMIT_ID + NAME_MAX + 2];
	enum watch_kind kind;

	if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
		snprintf(path, sizeof(path), "%s", dir);
		w->fn(w->arg, WATCH_ROOT, path);
		return;
	}
	if (e->len == 0 || !kind_of(e->mask, &kind))
		return;
	snprintf(path, sizeof(path), "%s%s%s", dir,
	    dir[0] != '\0' ? "/" : "", e->name);
	w->fn(w->arg, kind, path);
}

static void
hear(struct watch *w, const struct inotify_event *e)
{
	if (e->mask & IN_Q_OVERFLOW) {
		w->fn(w->arg, WATCH_LOST, "");
		return;
	}
	/* Telling may add and remove rows: look for the n-th each time. */
	for (size_t n = 0;; n++) {
		size_t at = find(w, e->wd) + n;

		if (at >= w->count || w->rows[at].wd != e->wd)
			break;
		if (w->rows[at].path != NULL)
			tell(w, w->rows[at].path, e);
	}
	if (e->mask & IN_IGNORED)
		forget(w, e->wd);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	char bytes[READ_SIZE]
	    __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)what;
	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n <= 0)
			return;
		for (const char *at = bytes; at < bytes + n;) {
			const struct inotify_event *e = (const void *)at;

			hear(w, e);
			at += sizeof(*e) + e->len;
		}
	}
}

struct watch *
watch_open(struct event_base *base, watch_fn *fn, void *arg)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct watch *w;

	if (fd < 0)
		return NULL;
	w = mem_new(sizeof(*w));
	w->fd = fd;
	w->fn = fn;
	w->arg = arg;
	w->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    w);
	must(w->readable != NULL && event_add(w->readable, NULL) == 0);
	return w;
}

void
watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	event_free(w->readable);
	close(w->fd);
	for (size_t i = 0; i < w->count; i++)
		free(w->rows[i].path);
	free(w->rows);
	free(w);
}
