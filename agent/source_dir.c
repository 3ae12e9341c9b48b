/*
 * The source `dir`: a document root mapped to an address.
 *
 * inotify (watch.h) says what changes now; a scan (walk.h) finds what it
 * missed: at the start, at intervals, after the kernel's queue ran over, and
 * when the root leads to another directory. Both only name paths; the intake
 * looks what is there. A root that is missing, or empty, or was swapped,
 * withdraws nothing by itself.
 */
#include "agent/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/filter.h"
#include "agent/hold.h"
#include "agent/intake.h"
#include "agent/known.h"
#include "agent/place.h"
#include "agent/root.h"
#include "agent/walk.h"
#include "agent/watch.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define CHECK 1000		/* ms between looks where the root leads */
#define SOON 3000		/* ms until an urgent scan starts */
#define FORMAT 1

struct source {
	struct source_host host;
	const char *name;
	const struct config_source *set;
	struct buf url;
	struct root root;
	struct watch *watch;
	struct walk *walk;
	struct intake *intake;
	struct hold hold;
	struct event *check, *rescan;
	int root_error;		/* errno; 0: the root is open */
	bool denied;		/* it wasn't the sandbox that denied it */
	bool scanning;		/* a scan of all of it */
	bool withdrawing;	/* its judged paths are with the intake */
	bool urgent;		/* a scan was asked for meanwhile */
	bool limit_told;
	uint64_t items;		/* told ones; by the last count and since */
	/* of the last whole scan; kept in the store */
	bool complete;		/* there was one */
	int64_t finished;	/* ms, or CLOCK_NONE */
	int64_t started;	/* mono ms */
	uint64_t took, files, dirs, hidden, unwatched;
};

static void
after(struct event *e, uint64_t ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	must(event_add(e, &tv) == 0);
}

/* --- what the store keeps of it ------------------------------------------ */

static void
row_name(char out[64], const struct source *s)
{
	snprintf(out, 64, "source %s", s->name);
}

static bool
save(struct store_txn *t, void *arg)
{
	const struct source *s = arg;
	struct buf b;
	char name[64];

	row_name(name, s);
	buf_init(&b, 256);
	write_u8(&b, FORMAT);
	write_u8(&b, s->complete);
	write_u64(&b, (uint64_t)s->finished);
	write_u64(&b, s->files);
	write_u64(&b, s->dirs);
	write_u64(&b, s->hold.held);
	write_u8(&b, s->hold.refused);
	store_put(t, name, buf_look(&b));
	buf_clear(&b);
	return true;
}

static void
load(struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	struct span row;
	struct reader r;
	char name[64];

	row_name(name, s);
	s->finished = CLOCK_NONE;
	if (store_get(t, name, &row)) {
		r = reader_of(row);
		if (read_u8(&r) == FORMAT) {
			s->complete = read_u8(&r) != 0;
			s->finished = (int64_t)read_u64(&r);
			s->files = read_u64(&r);
			s->dirs = read_u64(&r);
			s->hold.held = read_u64(&r);
			s->hold.refused = read_u8(&r) != 0;
		}
	}
	s->items = known_count(t, span_of(s->name));
	store_end(t);
}

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
	s->scanning = true;
	s->urgent = false;
	s->started = clock_mono();
	hold_forget(&s->hold);
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

/* A scan before its time; not at once, so that many reasons are one scan. */
static void
scan_soon(struct source *s)
{
	if (s->scanning)
		s->urgent = true;
	else if (s->root_error == 0)
		after(s->rescan, SOON);
}

static void
count_items(struct source *s)
{
	struct store_txn *t = store_look(s->host.store);

	s->items = known_count(t, span_of(s->name));
	store_end(t);
}

static void
withdraw_missing(struct source *s)
{
	intake_reason(s->intake, s->hold.released);
	for (size_t i = 0; i < s->hold.count; i++)
		intake_look(s->intake, s->hold.missing[i], INTAKE_GONE);
	free(s->hold.released);
	s->hold.released = NULL;
}

static void
judge(struct source *s)
{
	const struct walk_counts *n = walk_counts(s->walk);

	if (s->hold.count > 0)
		count_items(s);
	switch (hold_judge(&s->hold, s->items,
	    s->scanning && n->entries == 0)) {
	case HOLD_WITHDRAW:
		withdraw_missing(s);
		break;
	case HOLD_WAIT:
		log_error("source=%s held: %llu of %llu items are missing%s; "
		    "nothing is withdrawn until `zqagent release %s --reason "
		    "R` or `zqagent refuse %s`", s->name,
		    (unsigned long long)s->hold.held,
		    (unsigned long long)s->items, s->hold.empty_root ?
		    " because the root is empty" : "", s->name, s->name);
		break;
	default:
		break;
	}
	hold_forget(&s->hold);
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
end_scan(struct source *s)
{
	const struct walk_counts *n = walk_counts(s->walk);
	bool first = !s->complete;

	s->scanning = false;
	s->complete = true;
	s->finished = clock_wall();
	s->took = (uint64_t)(clock_mono() - s->started);
	s->files = n->files;
	s->dirs = n->dirs;
	s->hidden = n->hidden;
	s->unwatched = n->unwatched;
	tell_limit(s);
	(void)store_do(s->host.store, save, s);
	if (first)
		log_info("source=%s first scan done files=%llu dirs=%llu "
		    "ms=%llu", s->name, (unsigned long long)s->files,
		    (unsigned long long)s->dirs, (unsigned long long)s->took);
	after(s->rescan, s->urgent ? SOON : s->host.top->rescan);
	s->urgent = false;
	s->host.quiet(s->host.arg);
}

static void
on_walked(void *arg)
{
	struct source *s = arg;

	judge(s);
	if (s->scanning)
		end_scan(s);
}

/* --- the root ---------------------------------------------------------------- */

static void
leave_root(struct source *s, int error)
{
	walk_reset(s->walk);
	intake_drop(s->intake);
	hold_forget(&s->hold);
	if (s->watch != NULL)
		watch_remove(s->watch, "");
	event_del(s->rescan);
	root_close(&s->root);
	s->scanning = false;
	if (error != 0 && s->root_error != error)
		log_error("source=%s root=%s: %s; what is known of it stays",
		    s->name, s->set->root, strerror(error));
	s->root_error = error;
}

static void
enter_root(struct source *s)
{
	int error = root_open(&s->root, s->set->root);

	if (error != 0) {
		leave_root(s, error);
		if (error == EACCES && !s->denied)
			(void)s->host.reach(s->host.arg);
		return;
	}
	s->denied = false;
	s->root_error = 0;
	start_scan(s);
}

/* Where does the root lead? A deploy may have switched it. */
static void
on_check(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	bool was_open = s->root.fd >= 0;

	(void)fd;
	(void)what;
	after(s->check, CHECK);
	if (!root_moved(&s->root))
		return;
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

static void
on_event(void *arg, enum watch_kind kind, const char *path)
{
	struct source *s = arg;
	struct filter f = { .include = s->set->include,
	    .exclude = s->set->exclude };

	if (kind == WATCH_LOST) {
		log_warn("source=%s more happened than the kernel could "
		    "tell: scanning", s->name);
		scan_soon(s);
		return;
	}
	/* A name may be a link to a directory: `include` is the intake's. */
	if (strlen(path) > LIMIT_ID || (kind != WATCH_ROOT &&
	    !filter_takes(&f, path, true)))
		return;
	switch (kind) {
	case WATCH_READY:
		intake_look(s->intake, path, INTAKE_READY);
		break;
	case WATCH_CLOSED:
	case WATCH_GONE:
		intake_look(s->intake, path, INTAKE_SOON);
		break;
	case WATCH_BORN:
		intake_look(s->intake, path, INTAKE_FOUND);
		break;
	case WATCH_DIR:
		walk_add(s->walk, path);
		break;
	case WATCH_DIR_GONE:
		watch_remove(s->watch, path);
		if (!root_moved(&s->root)) {
			walk_gone_below(s->walk, path);
			if (walk_is_idle(s->walk))
				judge(s);
		}
		break;
	default:
		break;
	}
}

static bool
on_is_full(void *arg)
{
	struct source *s = arg;

	return intake_is_full(s->intake);
}

static void
on_file(void *arg, const char *path)
{
	struct source *s = arg;

	intake_look(s->intake, path, INTAKE_FOUND);
}

static void
on_gone(void *arg, const char *path)
{
	struct source *s = arg;

	hold_miss(&s->hold, path);
}

static void
on_news(void *arg, size_t n)
{
	struct source *s = arg;

	s->host.news(s->host.arg, n);
}

static void
on_dir(void *arg, const char *path)
{
	struct source *s = arg;

	walk_link(s->walk, path);
}

static bool
on_withdraw(void *arg)
{
	struct source *s = arg;

	if (hold_allow(&s->hold, s->items))
		return true;
	scan_soon(s);
	return false;
}

static void
on_lost(void *arg)
{
	scan_soon(arg);
}

/* --- life ----------------------------------------------------------------------- */

static void
make_parts(struct source *s)
{
	struct place place = { .root = &s->root, .url = buf_cstr(&s->url),
	    .index = s->set->index };
	struct filter filter = { .include = s->set->include,
	    .exclude = s->set->exclude };
	struct intake_host in = {
		.base = s->host.base, .store = s->host.store,
		.parse = s->host.parse, .place = place, .filter = filter,
		.source = span_of(s->name), .settle = s->host.top->settle,
		.arg = s, .news = on_news, .dir = on_dir,
		.may_withdraw = on_withdraw, .lost = on_lost,
	};
	struct walk_host walk = {
		.base = s->host.base, .store = s->host.store,
		.place = place, .filter = filter,
		.source = span_of(s->name), .arg = s,
		.is_full = on_is_full, .file = on_file, .gone = on_gone,
		.done = on_walked,
	};

	s->watch = watch_open(s->host.base, on_event, s);
	if (s->watch == NULL)
		log_error("source=%s no inotify: %s; changes are found by "
		    "scans only", s->name, strerror(errno));
	walk.watch = s->watch;
	s->intake = intake_new(&in);
	s->walk = walk_new(&walk);
}

static struct source *
dir_open(const struct source_host *host, const char *name,
    const struct config_source *set)
{
	struct source *s = mem_new(sizeof(*s));

	s->host = *host;
	s->name = name;
	s->set = set;
	s->root = (struct root){ .fd = -1, .path = set->root };
	buf_init(&s->url, LIMIT_URL + 1);
	(void)url_normal(&s->url, span_of(set->url), NULL);
	if (s->url.n == 0 || s->url.at[s->url.n - 1] != '/')
		buf_byte(&s->url, '/');
	hold_init(&s->hold);
	load(s);
	make_parts(s);
	s->check = event_new(host->base, -1, 0, on_check, s);
	s->rescan = event_new(host->base, -1, 0, on_rescan, s);
	must(s->check != NULL && s->rescan != NULL);
	s->denied = true;	/* there is no sandbox yet */
	enter_root(s);
	after(s->check, CHECK);
	return s;
}

static void
dir_close(struct source *s)
{
	walk_free(s->walk);
	intake_free(s->intake);
	watch_close(s->watch);
	event_free(s->check);
	event_free(s->rescan);
	hold_clear(&s->hold);
	root_close(&s->root);
	buf_clear(&s->url);
	free(s);
}

static void
dir_rescan(struct source *s)
{
	start_scan(s);
}

static bool
dir_release(struct source *s, const char *reason)
{
	if (!hold_release(&s->hold, reason))
		return false;
	start_scan(s);
	return true;
}

static bool
dir_refuse(struct source *s)
{
	if (!hold_refuse(&s->hold))
		return false;
	(void)store_do(s->host.store, save, s);
	return true;
}

/* --- status --------------------------------------------------------------------- */

static const char *
state(const struct source *s)
{
	if (s->root_error != 0)
		return "no-root";
	if (intake_stuck(s->intake) == INTAKE_DISK_FULL)
		return "disk-full";
	if (intake_stuck(s->intake) == INTAKE_SPOOL_FULL)
		return "spool-full";
	if (!s->complete)
		return "first-scan";
	if (s->hold.held > 0 && !s->hold.refused)
		return "held";
	if (s->hidden > 0)
		return "partly-hidden";
	return !intake_is_idle(s->intake) ||
	    intake_settling(s->intake) > 0 ? "busy" : "fine";
}

static json_t *
progress(const struct source *s)
{
	const struct walk_counts *n = walk_counts(s->walk);

	return json_pack("{s:I, s:I, s:I, s:I}",
	    "files", (json_int_t)n->files, "dirs", (json_int_t)n->dirs,
	    "read", (json_int_t)intake_counts(s->intake)->read,
	    "ms", (json_int_t)(clock_mono() - s->started));
}

static json_t *
dir_status(struct source *s)
{
	const struct intake_counts *n = intake_counts(s->intake);
	char when[CLOCK_TEXT_MAX];
	json_t *o;

	count_items(s);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}",
	    "name", s->name, "type", "dir", "root", s->set->root,
	    "url", buf_cstr(&s->url), "state", state(s),
	    "items", (json_int_t)s->items, "files", (json_int_t)s->files,
	    "settling", (json_int_t)intake_settling(s->intake));
	must(o != NULL);
	json_object_set_new(o, "read", json_integer((json_int_t)n->read));
	json_object_set_new(o, "told", json_integer((json_int_t)n->told));
	json_object_set_new(o, "withdrawn",
	    json_integer((json_int_t)n->withdrawn));
	json_object_set_new(o, "unreadable",
	    json_integer((json_int_t)n->unreadable + (json_int_t)s->hidden));
	json_object_set_new(o, "unfit", json_integer((json_int_t)n->unfit));
	if (s->watch != NULL)
		json_object_set_new(o, "watched",
		    json_integer((json_int_t)watch_count(s->watch)));
	json_object_set_new(o, "unwatched",
	    json_integer((json_int_t)s->unwatched));
	json_object_set_new(o, "held",
	    json_integer((json_int_t)s->hold.held));
	json_object_set_new(o, "refused", json_boolean(s->hold.refused));
	if (s->root_error != 0)
		json_object_set_new(o, "error",
		    json_string(strerror(s->root_error)));
	if (s->finished != CLOCK_NONE)
		json_object_set_new(o, "scanned",
		    json_string(clock_format(when, s->finished)));
	if (s->scanning)
		json_object_set_new(o, "scan", progress(s));
	return o;
}

const struct source_kind source_dir = {
	.type = "dir",
	.open = dir_open,
	.close = dir_close,
	.rescan = dir_rescan,
	.release = dir_release,
	.refuse = dir_refuse,
	.status = dir_status,
};
