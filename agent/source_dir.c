/*
 * The source `dir`: a document root mapped to an address.
 *
 * inotify (watch.h) says what changes now; a scan (walk.h) finds what it
 * missed: at the start, at intervals, after the kernel's queue ran over, and
 * when the root leads to another directory. Both only name paths; the intake
 * looks what is there. A root that is missing, or empty, or was swapped,
 * withdraws nothing by itself.
 */
#include "agent/source_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/filter.h"
#include "agent/kept.h"
#include "agent/known.h"
#include "agent/place.h"
#include "agent/source_row.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define CHECK 1000		/* ms between looks where the root leads */
#define JUDGE 50		/* ms until a judgement that waits is tried */

/* --- scanning --------------------------------------------------------------- */

static void
start_scan(struct source *s)
{
	if (s->root_error != 0)
		return;
	if (s->scanning) {
		s->urgent = true;
		return;
	}
	event_del(s->rescan);
	event_del(s->judge);
	s->scanning = true;
	s->calm = false;
	s->urgent = s->looked_all = false;
	s->started = clock_mono();
	source_dir_mark_new(s);
	paths_clear(&s->missing);
	source_dir_cover_begin(s);
	filelinks_drop(s->links);	/* it meets them again */
	walk_reset(s->walk);
	walk_pace(s->walk, s->complete);
	walk_add(s->walk, "");
	log_debug("source=%s scan begins", s->name);
}

static void
on_rescan(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start_scan(arg);
}

void
source_dir_scan_soon(struct source *s)
{
	s->looked_all = false;
	if (s->scanning)
		s->urgent = true;
	else if (s->root_error == 0)
		timer_after(s->rescan, SOURCE_DIR_SOON);
}

static void
tell_limit(struct source *s)
{
	if (s->unwatched == 0 || s->limit_told)
		return;
	s->limit_told = true;
	log_warn("source=%s %llu directories are not watched: raise "
	    "fs.inotify.max_user_watches (sysctl); until then changes in them "
	    "are found by scans only", s->name,
	    (unsigned long long)s->unwatched);
}

static void
take_counts(struct source *s, const struct walk_counts *n)
{
	s->files = n->files;
	s->dirs = n->dirs;
	s->hidden = n->hidden;
	s->unwatched = n->unwatched;
	s->outside = n->outside;
	s->unfit = n->unfit;
	free(s->first_hidden);
	free(s->first_unfit);
	s->first_hidden = mem_text(n->first_hidden);
	s->first_unfit = mem_text(n->first_unfit);
}

static void
end_scan(struct source *s)
{
	bool first = !s->complete;

	s->scanning = false;
	s->complete = s->scanned = true;
	s->looked_all = !s->urgent;
	s->finished = clock_wall();
	s->ended = clock_mono();
	s->took = (uint64_t)(s->ended - s->started);
	take_counts(s, walk_counts(s->walk));
	tell_limit(s);
	(void)store_do(s->host.store, source_dir_save, s);
	if (first)
		log_info("source=%s first scan done files=%llu dirs=%llu "
		    "ms=%llu", s->name, (unsigned long long)s->files,
		    (unsigned long long)s->dirs, (unsigned long long)s->took);
	timer_after(s->rescan, s->urgent ? SOURCE_DIR_SOON : s->host.top->rescan);
	s->urgent = false;
	s->host.quiet(s->host.arg);
}

/* A directory that could be read before: nothing is proven from now on. */
static void
hide(struct source *s)
{
	s->hidden = walk_counts(s->walk)->hidden;
	free(s->first_hidden);
	s->first_hidden = mem_text(walk_counts(s->walk)->first_hidden);
	source_dir_scan_soon(s);
}

static void
on_walked(void *arg)
{
	struct source *s = arg;

	if (!s->scanning) {
		if (walk_counts(s->walk)->hidden > s->hidden)
			hide(s);
		return;
	}
	if ((s->missing.count > 0 || !burst_is_empty(s->burst)) &&
	    source_dir_in_doubt(s)) {
		timer_after(s->judge, JUDGE);
		return;
	}
	source_dir_gone_scan(s);
	end_scan(s);
}

static void
on_judge(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;

	(void)fd;
	(void)what;
	if (s->scanning && walk_is_idle(s->walk))
		on_walked(s);
}

/* --- the root ---------------------------------------------------------------- */

static void
leave_root(struct source *s, int error)
{
	walk_reset(s->walk);
	intake_drop(s->intake);
	source_dir_reread_back(s);
	paths_clear(&s->missing);
	burst_drop(s->burst);
	hold_clear(&s->hold);
	if (s->watch != NULL)
		watch_remove(s->watch, "");
	event_del(s->rescan);
	event_del(s->judge);
	root_close(&s->root);
	s->scanning = s->scanned = s->root_hidden = false;
	if (error != 0 && s->root_error != error)
		log_error("source=%s root=%s: %s; what is known of it stays",
		    s->name, s->set->root, strerror(error));
	s->root_error = error;
}

static void
enter_root(struct source *s)
{
	int error = s->is_own ? EPERM : root_open(&s->root, s->set->root);

	if (error != 0) {
		/* Seen missing, it is not one of those that were denied: the
		 * sandbox is what denies it, and nothing is to be said. */
		if (error != EACCES)
			s->denied = false;
		else if (!s->denied && s->host.reach(s->host.arg))
			s->root_error = error;
		leave_root(s, error);
		return;
	}
	s->denied = false;
	s->root_error = 0;
	start_scan(s);
}

/* Events tell of the rights of what is below the root, not of its own. */
static void
check_rights(struct source *s)
{
	int fd = root_open_dir(&s->root, "");
	bool hidden = fd < 0 && errno == EACCES;

	if (fd >= 0)
		close(fd);
	if (hidden == s->root_hidden)
		return;
	s->root_hidden = hidden;
	if (hidden)
		walk_add(s->walk, "");
	else
		source_dir_scan_soon(s);
}

/* The hub hears at once of what keeps the source from telling all, and when
 * that is over. */
static void
check_trouble(struct source *s)
{
	struct buf b;
	bool now;

	buf_init(&b, SOURCE_ROW_MAX);
	now = source_dir_trouble(s, &b);
	buf_clear(&b);
	if (now == s->told_trouble)
		return;
	s->told_trouble = now;
	s->host.news(s->host.arg, 0);
}

/* Where does the root lead? A deploy may have switched it. */
static void
on_check(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	bool was_open = s->root.fd >= 0;

	(void)fd;
	(void)what;
	timer_after(s->check, CHECK);
	source_dir_anew_check(s);
	source_dir_cover_check(s);
	source_dir_moves_check(s);
	check_trouble(s);
	if (left_changed(s->left) && store_do(s->host.store,
	    source_dir_save_left, s) == STORE_DONE)
		left_kept(s->left);
	if (!root_moved(&s->root)) {
		if (s->root_error == 0)
			check_rights(s);
		return;
	}
	if (was_open) {
		leave_root(s, 0);
		log_info("source=%s root=%s leads to another directory now",
		    s->name, s->set->root);
		/* The sandbox allows the directory that was there. */
		if (s->host.reach(s->host.arg))
			return;
	}
	enter_root(s);
}

/* --- what the parts say ------------------------------------------------------- */

static bool
on_is_full(void *arg)
{
	struct source *s = arg;

	return intake_is_full(s->intake);
}

static void
on_gone(void *arg, const char *path)
{
	struct source *s = arg;

	if (s->scanning)
		paths_add(&s->missing, path);
	else
		burst_add(s->burst, path);
}

static void
on_news(void *arg, size_t n)
{
	struct source *s = arg;

	s->host.news(s->host.arg, n);
}

static void
on_created(void *arg, const char *url, int64_t since)
{
	source_dir_created(arg, url, since);
}

static void
on_moved(void *arg, const char *from, const char *to, enum intake_moved how)
{
	source_dir_moved(arg, from, to, how);
}

static enum root_found
on_find(void *arg, struct span source, struct span path)
{
	const struct source *s = arg;

	return s->host.find == NULL ? ROOT_HIDDEN :
	    s->host.find(s->host.all, source, path);
}

static void
on_dir(void *arg, const char *path)
{
	struct source *s = arg;

	/* A link: it may have led to another one before. */
	if (s->watch != NULL)
		watch_remove(s->watch, path);
	walk_link(s->walk, path);
}

static void
on_withdraw(void *arg, const char *path)
{
	struct source *s = arg;

	burst_add(s->burst, path);
}

static void
on_lost(void *arg)
{
	source_dir_scan_soon(arg);
}

/* --- life ----------------------------------------------------------------------- */

static bool
on_is_ready(void *arg)
{
	const struct source *s = arg;

	return s->root_error == 0 && s->complete && s->scanned && !s->anew;
}

static void
open_astray(struct source *s, const struct place *place)
{
	const struct config_top *top = s->host.top;
	const struct astray_host host = { .base = s->host.base,
		.fetch = s->host.fetch, .store = s->host.store,
		.source = span_of(s->name), .place = *place,
		.connect = top->home_connect, .every = top->url_every,
		.arg = s, .is_ready = on_is_ready };

	if (s->host.fetch != NULL && top->url_every > 0 &&
	    strcmp(top->home, "off") != 0)
		s->astray = astray_new(&host);
}

static void
open_beyond(struct source *s, const struct place *place)
{
	const struct beyond_host host = { .base = s->host.base,
		.fetch = s->host.fetch, .store = s->host.store,
		.source = span_of(s->name), .place = *place,
		.connect = s->host.top->home_connect,
		.every = s->host.top->url_every, .arg = s,
		.is_ready = on_is_ready };

	if (s->astray != NULL && s->set->cover)
		s->beyond = beyond_new(&host);
}

static void
make_parts(struct source *s)
{
	struct place place = { .root = &s->root, .url = buf_cstr(&s->url),
	    .index = s->set->index };
	struct filter filter = { .include = s->set->include,
	    .exclude = s->set->exclude };
	struct intake_host in = {
		.base = s->host.base, .store = s->host.store,
		.parse = s->host.parse, .slow = s->host.slow,
		.place = place, .filter = filter, .left = s->left,
		.source = span_of(s->name), .settle = s->host.top->settle,
		.often = s->host.top->often,
		.arg = s, .news = on_news, .dir = on_dir,
		.gone = on_withdraw, .created = on_created,
		.moved = on_moved, .find = on_find, .lost = on_lost,
	};
	struct walk_host walk = {
		.base = s->host.base, .store = s->host.store,
		.place = place, .filter = filter,
		.source = span_of(s->name), .arg = s,
		.is_full = on_is_full, .file = source_dir_found,
		.link = source_dir_link, .gone = on_gone, .done = on_walked,
	};

	s->watch = watch_open(s->host.base, source_dir_hear, s);
	if (s->watch == NULL)
		log_error("source=%s no inotify: %s; changes are found by "
		    "scans only", s->name, strerror(errno));
	walk.watch = s->watch;
	s->intake = intake_new(&in);
	s->walk = walk_new(&walk);
	open_astray(s, &place);
	open_beyond(s, &place);
}

static struct source *
dir_open(const struct source_host *host, const char *name,
    const struct config_source *set)
{
	struct source *s = mem_new(sizeof(*s));

	s->host = *host;
	s->name = name;
	s->set = set;
	source_dir_own_open(s);
	s->root = (struct root){ .fd = -1, .path = set->root };
	buf_init(&s->url, LIMIT_URL + 1);
	(void)url_normal(&s->url, span_of(set->url), NULL);
	if (s->url.n == 0 || s->url.at[s->url.n - 1] != '/')
		buf_byte(&s->url, '/');
	hold_init(&s->hold, host->top->gate_items, host->top->gate_percent);
	s->burst = burst_new(host->base, source_dir_gone_burst, s);
	s->links = filelinks_new();
	s->young = young_new();
	s->left = left_new();
	source_dir_load(s);
	make_parts(s);
	source_dir_anew_open(s);
	source_dir_reread_open(s);
	s->check = event_new(host->base, -1, 0, on_check, s);
	s->rescan = event_new(host->base, -1, 0, on_rescan, s);
	s->judge = event_new(host->base, -1, 0, on_judge, s);
	s->doubt = CLOCK_NONE;
	must(s->check != NULL && s->rescan != NULL && s->judge != NULL);
	s->denied = true;	/* there is no sandbox yet */
	enter_root(s);
	timer_after(s->check, CHECK);
	return s;
}

static void
dir_close(struct source *s)
{
	source_dir_reread_close(s);
	beyond_free(s->beyond);
	astray_free(s->astray);
	walk_free(s->walk);
	intake_free(s->intake);
	watch_close(s->watch);
	event_free(s->check);
	event_free(s->rescan);
	event_free(s->judge);
	burst_free(s->burst);
	filelinks_free(s->links);
	young_free(s->young);
	left_free(s->left);
	source_dir_own_close(s);
	free(s->first_hidden);
	free(s->first_unfit);
	free(s->cover_less);
	paths_clear(&s->missing);
	paths_clear(&s->moved);
	hold_free(&s->hold);
	root_close(&s->root);
	buf_clear(&s->url);
	free(s);
}

static void
dir_rescan(struct source *s)
{
	start_scan(s);
}

static void
dir_afresh(struct source *s)
{
	s->scanning = s->scanned = false;
	start_scan(s);
}

static void
dir_look(struct source *s, const char *path)
{
	if (s->root_error == 0)
		intake_look(s->intake, path, INTAKE_FOUND);
}

/* Big files, and those that are still being written to, are waited for, but not
 * for ever. */
static bool
dir_is_settled(const struct source *s)
{
	if (s->root_error != 0 || s->hidden > 0 || !s->scanned || s->anew ||
	    intake_counts(s->intake)->denied.count > 0 ||
	    hold_waiting(&s->hold) > 0 ||
	    intake_stuck(s->intake) != INTAKE_GOING)
		return false;
	if (s->paused)
		return true;
	if ((intake_settling(s->intake) > 0 || intake_big(s->intake) > 0) &&
	    clock_mono() - s->ended < SOURCE_DIR_SETTLE)
		return false;
	return burst_is_empty(s->burst) && intake_is_idle(s->intake);
}

static bool
dir_is_looking(const struct source *s)
{
	if (s->root_error != 0)
		return false;
	return !s->scanned || !intake_is_idle(s->intake) ||
	    intake_big(s->intake) > 0 ||
	    (intake_settling(s->intake) > 0 &&
	    clock_mono() - s->ended < SOURCE_DIR_SETTLE);
}

static void
dir_pause(struct source *s, bool on)
{
	s->paused = on;
	intake_pause(s->intake, on);
}

static uint64_t
dir_held(const struct source *s)
{
	return hold_waiting(&s->hold);
}

static bool
dir_release(struct source *s, const char *reason, const char *by)
{
	if (!hold_release(&s->hold, reason, by))
		return false;
	(void)store_do(s->host.store, source_dir_save, s);
	s->scanning = s->scanned = false;	/* to find all of it */
	start_scan(s);
	return true;
}

static bool
dir_refuse(struct source *s, const char *reason, const char *by)
{
	if (!hold_refuse(&s->hold, reason, by))
		return false;
	(void)store_do(s->host.store, source_dir_save, s);
	kept_mark(s->host.store, span_of(s->name));
	s->host.news(s->host.arg, 0);
	return true;
}

const struct source_kind source_dir = {
	.type = "dir",
	.open = dir_open,
	.close = dir_close,
	.rescan = dir_rescan,
	.afresh = dir_afresh,
	.look = dir_look,
	.find = source_dir_find,
	.is_settled = dir_is_settled,
	.is_looking = dir_is_looking,
	.pause = dir_pause,
	.held = dir_held,
	.trouble = source_dir_trouble,
	.release = dir_release,
	.refuse = dir_refuse,
	.status = source_dir_status,
};
