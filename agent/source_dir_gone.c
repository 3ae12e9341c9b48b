/*
 * The judging part of source_dir.h: what is missing is looked for together,
 * counted, and withdrawn or held.
 */
#include "agent/source_dir.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ability.h"
#include "agent/filter.h"
#include "agent/kept.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "agent/renamed.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"
#include "protocol/limits.h"

#define DOUBT_READING 10000	/* ms that a judgement waits for files that are
				 * read, if none turns out to be renamed … */
#define DOUBT_SETTLING 3000	/* … and for those that must settle */
#define DOUBT_LONGEST 30000	/* … and ever, while more and more goes */

/* --- what is missing ------------------------------------------------------ */

struct gather {
	struct source *s;
	const char *path;		/* that was said to be gone */
	enum root_found found;		/* what is there */
	bool is_kept;			/* a file that is to be told */
	bool was_dir;			/* there were items below it */
	struct paths dirs;		/* … and so of these */
	struct paths *out;
};

static bool
gather_row(void *arg, const struct known *k)
{
	struct gather *g = arg;
	bool is_it = span_is(k->path, span_of(g->path));
	char *path;

	if (!is_it && g->found == ROOT_DIR)
		return false;		/* a walk looks what is in it */
	if (is_it && g->is_kept)
		return true;
	g->was_dir |= !is_it;
	path = mem_copy(k->path.at, k->path.n);
	paths_add(g->out, path);
	free(path);
	return true;
}

static void
gather(struct gather *g, struct store_txn *t)
{
	struct source *s = g->s;
	struct filter f = { .include = s->set->include,
	    .exclude = s->set->exclude };
	struct stat st;

	g->found = root_look(&s->root, g->path, &st);
	g->is_kept = g->found == ROOT_FILE && filter_takes_all(&f, g->path);
	g->was_dir = false;
	if (g->found == ROOT_HIDDEN)
		return;
	known_each(t, span_of(s->name), span_of(g->path), gather_row, g);
	if (g->is_kept)
		intake_look(s->intake, g->path, INTAKE_READY);
	if (g->was_dir)
		paths_add(&g->dirs, g->path);
}

/* What the events of the burst leave without anything behind it. */
static void
gather_all(struct source *s, struct paths *out)
{
	struct paths said = burst_take(s->burst);
	struct gather g = { .s = s, .out = out };
	struct store_txn *t;

	if (said.count == 0)
		return;
	t = store_look(s->host.store);
	for (size_t i = 0; i < said.count; i++) {
		g.path = said.at[i];
		gather(&g, t);
	}
	store_end(t);
	if (s->watch != NULL)
		watch_remove_all(s->watch, &g.dirs);
	paths_clear(&g.dirs);
	paths_clear(&said);
	paths_sort(out);
}

/* Nothing at all is there, or it can't be seen. */
static bool
is_empty(const struct source *s)
{
	int fd = root_open_dir(&s->root, "");
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	bool any = false;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	/* cppcheck-suppress readdirCalled */
	while (!any && (e = readdir(d)) != NULL)
		any = strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	closedir(d);
	return !any;
}

/* --- what is not missing -------------------------------------------------- */

/* What has gone since may turn up, too: its time is its own. */
static void
doubt_anew(struct source *s)
{
	int64_t first, last;

	if (!burst_times(s->burst, &first, &last))
		return;
	if (last > s->doubt && last - first < DOUBT_LONGEST)
		s->doubt = last;
}

struct sought {
	const struct source *s;
	bool found;
};

static bool
is_being_read(void *arg, const struct known *k)
{
	struct sought *look = arg;

	look->found = k->told && intake_big_of(look->s->intake, k->stat.size);
	return !look->found;
}

/* What is gone may be the big file that is being read, by its size. */
static bool
may_be_big(const struct source *s)
{
	const struct paths *said = burst_paths(s->burst);
	struct sought look = { .s = s };
	struct store_txn *t;
	struct known k;

	if (intake_big(s->intake) == 0)
		return false;
	t = store_look(s->host.store);
	for (size_t i = 0; i < said->count && !look.found; i++)
		known_each(t, span_of(s->name), span_of(said->at[i]),
		    is_being_read, &look);
	for (size_t i = 0; i < s->missing.count && !look.found; i++)
		if (known_get(t, span_of(s->name), span_of(s->missing.at[i]),
		    &k))
			(void)is_being_read(&look, &k);
	store_end(t);
	return look.found;
}

/* Nothing comes of a file that is read all the time, but as long as one after
 * the other turns out to be renamed the rest may be, too. */
bool
source_dir_in_doubt(struct source *s)
{
	int64_t now = clock_mono();
	bool reading = !intake_is_idle(s->intake) ||
	    (!s->scanning && !walk_is_idle(s->walk)) || may_be_big(s);

	if (!reading && intake_settling(s->intake) == 0) {
		s->doubt = CLOCK_NONE;
		return false;
	}
	if (s->doubt == CLOCK_NONE || s->renames != s->renames_then)
		s->doubt = now;
	doubt_anew(s);
	s->renames_then = s->renames;
	if (now - s->doubt < (reading ? DOUBT_READING : DOUBT_SETTLING))
		return true;
	s->doubt = CLOCK_NONE;
	return false;
}

/* No loss: told a moment ago, the same file took the place of another, or it is
 * an old copy. */
static bool
is_light(const struct source *s, struct store_txn *t, const struct known *k)
{
	const struct renamed_where where = { .source = span_of(s->name),
	    .root = &s->root, .left = s->left };
	char *url = mem_copy(k->url.at, k->url.n);
	bool young = young_is(s->young, url, YOUNG_GOES);

	free(url);
	return young || renamed_is_other(t, &where, k, NULL);
}

/* How many there are of what is missing; of what is light, as many as decide
 * something: each has to be looked for, and a million may be missing. */
static struct hold_count
count_missing(struct source *s, const struct paths *missing)
{
	struct hold_count n = { .items = s->items };
	struct store_txn *t = store_look(s->host.store);
	bool all = missing->count >= s->items;
	struct known k;

	while (!all && n.missing < missing->count &&
	    !hold_is_many(&s->hold, &n)) {
		const char *path = missing->at[n.missing++];

		n.light += known_get(t, span_of(s->name), span_of(path), &k) &&
		    is_light(s, t, &k);
	}
	store_end(t);
	n.missing = missing->count;
	return n;
}

/* Drops those that have been found elsewhere since, and takes out those that
 * went where an announced move says: they are withdrawn, and no loss. Not long
 * before it begins, and not of an empty root: that one isn't mounted. */
static void
sort_out(struct source *s, struct paths *missing, struct paths *announced)
{
	struct store_txn *t = store_look(s->host.store);
	bool moves = moves_count(t) > 0 && ability_has(t, FEATURE_MOVES) &&
	    !is_empty(s);
	int64_t soon = clock_wall() + MOVES_EARLY;
	size_t kept = 0;
	struct known k;
	struct buf to;

	buf_init(&to, LIMIT_URL);
	for (size_t i = 0; i < missing->count; i++) {
		char *path = missing->at[i];
		bool there = known_get(t, span_of(s->name), span_of(path),
		    &k);

		if (there && !(moves &&
		    moves_successor(t, k.url, soon, &to))) {
			missing->at[kept++] = path;
			continue;
		}
		if (there)
			paths_add(announced, path);
		free(path);
	}
	missing->count = kept;
	buf_clear(&to);
	store_end(t);
}

/* --- what is done about it ------------------------------------------------ */

/* In the log, and to the hub with a beat at once. */
static void
tell_hold(const struct source *s)
{
	s->host.news(s->host.arg, 0);
	log_error("source=%s held: %llu of %llu items are missing%s; nothing "
	    "of it is withdrawn until `zqagent release %s --reason R` or "
	    "`zqagent refuse %s --reason R`", s->name,
	    (unsigned long long)s->hold.held,
	    (unsigned long long)s->items, s->hold.empty_root ?
	    " because the root is empty" : "", s->name, s->name);
}

/* Of what is held: where the same bytes are still. It may be a move that
 * nobody has announced (source_dir_moves.c). */
static void
note_copies(struct source *s, const struct paths *missing)
{
	const struct renamed_where where = { .source = span_of(s->name),
	    .root = &s->root, .left = s->left };
	struct store_txn *t = store_look(s->host.store);
	struct known k;
	struct buf to;

	buf_init(&to, LIMIT_URL);
	for (size_t i = 0; i < missing->count; i++) {
		if (!known_get(t, where.source, span_of(missing->at[i]), &k))
			continue;
		buf_reset(&to);
		if (!renamed_is_other(t, &where, &k, NULL) &&
		    renamed_to(t, &where, &k, &to)) {
			char *from = mem_copy(k.url.at, k.url.n);

			source_dir_moved(s, from, buf_cstr(&to),
			    INTAKE_WITHDRAWN);
			free(from);
		}
	}
	buf_clear(&to);
	store_end(t);
}

static void
carry_out(struct source *s, enum hold_verdict v, struct paths *missing,
    const struct hold_word *word)
{
	if (v == HOLD_WAIT) {
		tell_hold(s);
		note_copies(s, missing);
	}
	if (v == HOLD_WITHDRAW)
		intake_gone(s->intake, missing, word);
}

static void
withdraw_announced(struct source *s, struct paths *announced)
{
	static char reason[] = "moved, as announced";
	const struct hold_word word = { .reason = reason };

	intake_gone(s->intake, announced, &word);
}

void
source_dir_gone_burst(void *arg)
{
	struct source *s = arg;
	const struct hold_word nobody = { NULL, NULL };
	struct paths missing = { 0 }, announced = { 0 };
	struct hold_count n;
	enum hold_verdict v;

	if (s->root_error != 0 || root_moved(&s->root)) {
		burst_drop(s->burst);
		return;
	}
	if (source_dir_in_doubt(s)) {
		burst_wait(s->burst);
		return;
	}
	gather_all(s, &missing);
	sort_out(s, &missing, &announced);
	if (missing.count > 0)	/* a name that was only for a moment has none */
		source_dir_count(s);
	n = count_missing(s, &missing);
	v = hold_burst(&s->hold, &n);
	carry_out(s, v, &missing, &nobody);
	if (v == HOLD_WAIT || v == HOLD_STILL)
		source_dir_scan_soon(s);	/* it says how many there are */
	withdraw_announced(s, &announced);
	paths_clear(&missing);
}

void
source_dir_gone_scan(struct source *s)
{
	struct hold *h = &s->hold;
	struct paths announced = { 0 };
	struct hold_count n;
	enum hold_verdict v;

	gather_all(s, &s->missing);
	sort_out(s, &s->missing, &announced);
	if (s->missing.count > 0)
		source_dir_count(s);
	n = count_missing(s, &s->missing);
	v = hold_scan(h, &n, walk_counts(s->walk)->entries == 0);
	carry_out(s, v, &s->missing, &h->released);
	if (v == HOLD_STILL && h->refused)
		kept_mark(s->host.store, span_of(s->name));
	hold_clear(h);		/* a release is for one scan */
	withdraw_announced(s, &announced);
	paths_clear(&s->missing);
}
