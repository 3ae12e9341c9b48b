/* See walk.h. */
#include "agent/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/known.h"
#include "agent/stack.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"

#define TURN 5			/* ms of work before others have a turn */
#define REST_FACTOR 10		/* a paced walk rests this much longer */
#define FULL_WAIT 10		/* ms until is_full() is asked again */
#define PATH_MAX_BYTES (LIMIT_ID - 40)	/* the source's name comes before */
#define PATH_ROOM (LIMIT_ID + 512)

struct walk {
	struct walk_host host;
	struct stack todo;	/* directories */
	DIR *dir;		/* being listed, or NULL */
	char *path;		/* its path */
	uint64_t *seen;		/* hashes of the names in it */
	size_t seen_count, seen_room;
	bool slowly, all;
	struct event *turn;
	struct walk_counts counts;
};

static uint64_t
hash_of(const char *at, size_t n)
{
	uint64_t h = 14695981039346656037ull;	/* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)at[i]) * 1099511628211ull;
	return h;
}

void
walk_add(struct walk *w, const char *path)
{
	if (stack_push(&w->todo, path) &&
	    !event_pending(w->turn, EV_TIMEOUT, NULL))
		timer_after(w->turn, 0);
}

/* False: too long to be told. */
static bool
join(char out[PATH_ROOM], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_ROOM, "%s%s%s", dir,
	    dir[0] != '\0' ? "/" : "", name);

	return n > 0 && n <= PATH_MAX_BYTES;
}

/* --- one entry ------------------------------------------------------------ */

static bool
same_dir(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Does a link to this directory lead back to one that we came through? */
static bool
is_circle(struct walk *w, const char *path, const struct stat *target)
{
	char up[PATH_ROOM];
	struct stat st;
	size_t depth = 0;

	snprintf(up, sizeof(up), "%s", path);
	for (;;) {
		char *slash = strrchr(up, '/');

		up[slash != NULL ? slash - up : 0] = '\0';
		if (root_look(w->host.place.root, up, &st) != ROOT_DIR ||
		    same_dir(&st, target) || ++depth > WALK_DEPTH)
			return true;
		if (up[0] == '\0')
			return false;
	}
}

static void
be_unfit(struct walk *w, const char *path, const char *why)
{
	char quoted[LOG_QUOTE_MAX];

	w->counts.unfit++;
	blind_add(&w->counts.blind, path);
	if (w->counts.first_unfit != NULL)
		return;
	w->counts.first_unfit = mem_text(path);
	log_warn("source=%.*s path=%s %s: it is left out, and so are others "
	    "like it", SPAN_ARGS(w->host.source),
	    log_quote(quoted, path, strlen(path)), why);
}

static void
meet_dir(struct walk *w, const char *path)
{
	size_t depth = 0;

	for (const char *p = path; *p != '\0'; p++)
		depth += *p == '/';
	if (depth < WALK_DEPTH)
		walk_add(w, path);
	else
		be_unfit(w, path, "lies too deep");
}

/* A link to a directory. What is behind one that leads back is there, under
 * names without end. */
static void
follow(struct walk *w, const char *path, const struct stat *target)
{
	if (!is_circle(w, path, target)) {
		meet_dir(w, path);
		return;
	}
	w->counts.outside++;
	blind_add(&w->counts.blind, path);
}

void
walk_link(struct walk *w, const char *path)
{
	struct stat st;

	if (root_look(w->host.place.root, path, &st) == ROOT_DIR)
		follow(w, path, &st);
}

/* Is it where it was told to be? The root's address may have changed. */
static bool
is_at(const struct walk *w, const char *path, struct span told)
{
	struct buf url;
	bool same;

	buf_init(&url, LIMIT_URL);
	same = place_url(&url, &w->host.place, path) &&
	    span_is(told, buf_look(&url));
	buf_clear(&url);
	return same;
}

static void
meet_file(struct walk *w, struct store_txn *t, const char *path,
    const struct stat *st)
{
	struct known_stat now;
	struct known k;

	w->counts.files++;
	known_stat_of(&now, st);
	if (!w->all && known_get(t, w->host.source, span_of(path), &k) &&
	    known_stat_is(&k.stat, &now) && is_at(w, path, k.url))
		return;
	w->host.file(w->host.arg, path);
}

static bool
report(void *arg, const struct known *k)
{
	struct walk *w = arg;
	char path[LIMIT_ID + 1];

	snprintf(path, sizeof(path), "%.*s", SPAN_ARGS(k->path));
	w->host.gone(w->host.arg, path);
	return true;
}

static void
meet_link(struct walk *w, struct store_txn *t, const char *path)
{
	struct stat st;
	enum root_found found = root_look(w->host.place.root, path, &st);

	if (found != ROOT_DIR)
		w->host.link(w->host.arg, path);
	switch (found) {
	case ROOT_DIR:
		if (filter_takes(&w->host.filter, path, true))
			follow(w, path, &st);
		break;
	case ROOT_FILE:
		if (filter_takes(&w->host.filter, path, false))
			meet_file(w, t, path, &st);
		break;
	case ROOT_HIDDEN:
		w->host.file(w->host.arg, path);
		break;
	case ROOT_OUTSIDE:
		w->counts.outside++;
		blind_add(&w->counts.blind, path);
		/* fall through */
	default:		/* it led to a file, or to a directory of them */
		known_each(t, w->host.source, span_of(path), report, w);
	}
}

static void
see(struct walk *w, const char *name)
{
	if (w->seen_count == w->seen_room) {
		w->seen_room = w->seen_room > 0 ? w->seen_room * 2 : 64;
		w->seen = mem_grow(w->seen, w->seen_room, sizeof(*w->seen));
	}
	w->seen[w->seen_count++] = hash_of(name, strlen(name));
}

static void
meet(struct walk *w, struct store_txn *t, const char *name)
{
	char path[PATH_ROOM];
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (w->path[0] == '\0')
		w->counts.entries++;
	if (!join(path, w->path, name)) {
		be_unfit(w, path, "is too long");
		return;
	}
	if (!root_answers(w->host.place.root, path)) {
		if (filter_takes(&w->host.filter, path, true)) {
			see(w, name);
			meet_dir(w, path);	/* only mounts don't */
		}
		return;
	}
	if (fstatat(dirfd(w->dir), name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			see(w, name);
		return;
	}
	if (S_ISLNK(st.st_mode)) {
		if (filter_takes(&w->host.filter, path, false) ||
		    filter_takes(&w->host.filter, path, true)) {
			see(w, name);
			meet_link(w, t, path);
		}
		return;
	}
	if (!filter_takes(&w->host.filter, path, S_ISDIR(st.st_mode)))
		return;
	if (S_ISDIR(st.st_mode)) {
		see(w, name);
		meet_dir(w, path);
	} else if (S_ISREG(st.st_mode)) {
		see(w, name);
		meet_file(w, t, path, &st);
	}
}

/* --- one directory -------------------------------------------------------- */

static void
watch_dir(struct walk *w, int fd)
{
	if (w->host.watch != NULL && watch_add(w->host.watch, fd, w->path))
		return;
	w->counts.unwatched++;
}

static void
hide(struct walk *w, int error)
{
	char quoted[LOG_QUOTE_MAX];

	if (error == ENOENT || error == ENOTDIR)
		return;		/* gone meanwhile: its parent will tell */
	w->counts.hidden++;
	blind_add(&w->counts.blind, w->path);
	w->counts.error = error;
	if (w->counts.first_hidden == NULL)
		w->counts.first_hidden = mem_text(w->path);
	log_warn("source=%.*s dir=%s can't be read: %s; what is known below "
	    "it stays", SPAN_ARGS(w->host.source),
	    log_quote(quoted, w->path, strlen(w->path)), strerror(error));
}

static void
close_dir(struct walk *w)
{
	if (w->dir != NULL)
		closedir(w->dir);
	free(w->path);
	w->dir = NULL;
	w->path = NULL;
	w->seen_count = 0;
}

static bool
open_next(struct walk *w)
{
	int fd;

	while ((w->path = stack_pop(&w->todo)) != NULL) {
		fd = root_open_dir(w->host.place.root, w->path);
		if (fd >= 0) {
			watch_dir(w, fd);
			w->dir = fdopendir(fd);
			must(w->dir != NULL);
			w->counts.dirs++;
			return true;
		}
		hide(w, errno);
		close_dir(w);
	}
	return false;
}

static int
order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct missing {
	struct walk *w;
	struct store_txn *t;
};

static void
miss(void *arg, struct span name, bool is_dir)
{
	struct missing *m = arg;
	struct walk *w = m->w;
	uint64_t h = hash_of(name.at, name.n);
	char path[PATH_ROOM];

	if (w->seen_count > 0 && bsearch(&h, w->seen, w->seen_count,
	    sizeof(h), order) != NULL)
		return;
	snprintf(path, sizeof(path), "%s%s%.*s", w->path,
	    w->path[0] != '\0' ? "/" : "", SPAN_ARGS(name));
	if (is_dir)
		known_each(m->t, w->host.source, span_of(path), report, w);
	else
		w->host.gone(w->host.arg, path);
}

/* All names are seen: what is known and wasn't among them? */
static void
end_dir(struct walk *w, struct store_txn *t)
{
	struct missing m = { .w = w, .t = t };

	if (w->seen_count > 0)
		qsort(w->seen, w->seen_count, sizeof(*w->seen), order);
	known_children(t, w->host.source, span_of(w->path), miss, &m);
	close_dir(w);
}

/* True: there is more to do. */
static bool
step(struct walk *w, struct store_txn *t)
{
	struct dirent *e;

	if (w->dir == NULL)
		return open_next(w);
	errno = 0;
	e = readdir(w->dir);	/* cppcheck-suppress readdirCalled */
	if (e != NULL) {
		meet(w, t, e->d_name);
	} else if (errno != 0) {
		hide(w, errno);
		close_dir(w);
	} else {
		end_dir(w, t);
	}
	return true;
}

static void
rest(struct walk *w)
{
	stack_clear(&w->todo);
	free(w->seen);
	w->seen = NULL;
	w->seen_room = w->seen_count = 0;
	w->host.done(w->host.arg);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct walk *w = arg;
	int64_t start = clock_mono();
	struct store_txn *t;
	bool more = true;

	(void)fd;
	(void)what;
	if (w->host.is_full(w->host.arg)) {
		timer_after(w->turn, FULL_WAIT);
		return;
	}
	t = store_look(w->host.store);
	while (more && clock_mono() - start < TURN &&
	    !w->host.is_full(w->host.arg))
		more = step(w, t);
	store_end(t);
	if (more)
		timer_after(w->turn, w->slowly ? TURN * REST_FACTOR : 0);
	else
		rest(w);
}

/* --- life -------------------------------------------------------------------- */

struct walk *
walk_new(const struct walk_host *host)
{
	struct walk *w = mem_new(sizeof(*w));

	w->host = *host;
	w->turn = event_new(host->base, -1, 0, on_turn, w);
	must(w->turn != NULL);
	return w;
}

void
walk_reset(struct walk *w)
{
	event_del(w->turn);
	close_dir(w);
	stack_clear(&w->todo);
	free(w->counts.first_hidden);
	free(w->counts.first_unfit);
	blind_clear(&w->counts.blind);
	w->counts = (struct walk_counts){ 0 };
}

void
walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	walk_reset(w);
	event_free(w->turn);
	free(w->seen);
	free(w);
}

void
walk_pace(struct walk *w, bool slowly)
{
	w->slowly = slowly;
}

void
walk_all(struct walk *w, bool on)
{
	w->all = on;
}

bool
walk_is_idle(const struct walk *w)
{
	return w->dir == NULL && w->todo.count == 0;
}

const struct walk_counts *
walk_counts(const struct walk *w)
{
	return &w->counts;
}
