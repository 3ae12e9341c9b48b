/*
 * Rebuild: the new view grows in DIR/view/new and is moved out of it.
 */
#include "hub/rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#define NEW "new"
#define DATA "data.mdb"		/* LMDB's two files */
#define LOCK "lock.mdb"
#define AGAIN_MAX 64		/* see writer.c */
#define ROOM_LEAST (128u << 10)	/* bytes, for an empty view */

struct rebuild {
	struct writer *writer;
	struct view *view;		/* the new one */
	char old[CONFIG_PATH_MAX], new[CONFIG_PATH_MAX];
};

static void
path_of(char out[CONFIG_PATH_MAX], const char *dir, const char *name)
{
	config_path(out, dir, name);
}

static void
remove_new(const struct rebuild *r)
{
	static const char *const files[] = { DATA, LOCK, "mark", "mark.new" };
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path_of(path, r->new, files[i]);
		unlink(path);
	}
	rmdir(r->new);
}

/* LMDB's lock file is mapped, and SIGBUS is how one learns that there is no
 * room for it. */
static bool
has_room(const struct rebuild *r, struct buf *why)
{
	struct statvfs fs;

	if (statvfs(r->old, &fs) != 0 ||
	    (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM_LEAST)
		return true;
	buf_text(why, _("the disk is full: a rebuild needs as much again as "
	    "the view has; the view stays as it was"));
	return false;
}

struct rebuild *
rebuild_begin(struct writer *w, struct buf *why)
{
	struct rebuild *r = mem_new(sizeof(*r));
	const char *reason;
	bool fresh;

	r->writer = w;
	path_of(r->old, w->config->dir, CONFIG_VIEW);
	path_of(r->new, r->old, NEW);
	remove_new(r);
	if (!has_room(r, why)) {
		free(r);
		return NULL;
	}
	if (mkdir(r->new, 0700) != 0) {
		buf_printf(why, "%s: %s", r->new, strerror(errno));
		free(r);
		return NULL;
	}
	r->view = view_open(r->new, w->config->store_most, &fresh, &reason,
	    why);
	if (r->view == NULL) {
		remove_new(r);
		free(r);
		return NULL;
	}
	must(fresh);
	return r;
}

void
rebuild_abort(struct rebuild *r)
{
	if (r == NULL)
		return;
	view_close(r->view);
	remove_new(r);
	free(r);
}

uint64_t
rebuild_place(const struct rebuild *r)
{
	return view_place(r->view);
}

uint64_t
rebuild_goal(const struct rebuild *r)
{
	return view_place(r->writer->view);
}

enum rebuild_state
rebuild_step(struct rebuild *r, size_t most)
{
	uint64_t left = rebuild_goal(r) - rebuild_place(r);
	enum db_result result;
	size_t applied = 0;
	int tries = 0;

	must(rebuild_place(r) <= rebuild_goal(r));
	if (left == 0)
		return REBUILD_THERE;
	if (most > left)
		most = (size_t)left;
	do {
		result = view_apply(r->view, r->writer->journal, most,
		    clock_wall(), &applied);
		must(++tries < AGAIN_MAX);
	} while (result == DB_AGAIN);
	if (result == DB_FULL)
		return REBUILD_FULL;
	return applied < left ? REBUILD_MORE : REBUILD_THERE;
}

/* --- taking the old one's place ------------------------------------------- */

/* Where a sandbox lets nothing be renamed into another directory. */
static bool
copy_file(const char *from, const char *to)
{
	char block[65536];
	ssize_t n = 1;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = in >= 0 && out >= 0;

	while (good && (n = read(in, block, sizeof(block))) > 0)
		good = write(out, block, (size_t)n) == n;
	good = good && n == 0;
	if (in >= 0)
		close(in);
	if (out >= 0)
		good = close(out) == 0 && good;
	return good;
}

static bool
move_data(const struct rebuild *r)
{
	char from[CONFIG_PATH_MAX], to[CONFIG_PATH_MAX];
	char part[CONFIG_PATH_MAX];

	path_of(from, r->new, DATA);
	path_of(to, r->old, DATA);
	if (rename(from, to) == 0)
		return true;
	path_of(part, r->old, DATA ".new");
	if (copy_file(from, part) && rename(part, to) == 0)
		return true;
	unlink(part);
	return false;
}

/* The lock file goes with the data: readers of the old one keep both. */
static bool
move_in(const struct rebuild *r, struct buf *why)
{
	char lock[CONFIG_PATH_MAX];

	path_of(lock, r->old, LOCK);
	if (unlink(lock) == 0 || errno == ENOENT) {
		if (move_data(r))
			return true;
	}
	buf_printf(why, _("%s could not be put in place of the old view: %s"),
	    r->new, strerror(errno));
	return false;
}

bool
rebuild_swap(struct rebuild *r, struct rebuild_result *result,
    struct buf *why)
{
	struct writer *w = r->writer;
	bool good;

	must(rebuild_place(r) == rebuild_goal(r));
	result->place = rebuild_place(r);
	view_digest(w->view, result->before);
	view_digest(r->view, result->after);
	result->same = memcmp(result->before, result->after, 32) == 0;
	view_close(r->view);
	view_close(w->view);
	good = move_in(r, why);
	remove_new(r);
	w->view = view_open(r->old, w->config->store_most, &w->fresh,
	    &w->reason, why);
	if (w->view == NULL)
		fatal("view: %s", buf_cstr(why));
	free(r);
	return good;
}

static json_t *
hex(const uint8_t digest[32])
{
	struct buf b;
	json_t *j;

	buf_init(&b, 65);
	text_hex(&b, digest, 32);
	j = json_string(buf_cstr(&b));
	buf_clear(&b);
	return j;
}

json_t *
rebuild_json(const struct rebuild_result *r)
{
	return json_pack("{s:b, s:I, s:o, s:o}", "same", r->same,
	    "place", (json_int_t)r->place, "before", hex(r->before),
	    "after", hex(r->after));
}
