/* See tree.h. */
#include "tests/sim/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/covers.h"
#include "agent/group.h"
#include "agent/hold.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "agent/record.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/features.h"
#include "protocol/limits.h"
#include "tests/sim/sim.h"

#define RESCAN 300000		/* ms between scans */
#define RETRY 5000		/* ms when there was no room */
#define BURST 1500		/* ms */

struct source {
	struct root root;	/* the first: root_look() finds the rest */
	struct source_host host;
	struct tree_set *set;
	struct site *site;
	const char *name;
	struct hold hold;
	struct jobs ready;
	size_t ready_count;
	bool noticed[SITE_PATHS];
	size_t noticed_count;
	bool scanned;		/* once, since it began or was told afresh */
	bool wanted;		/* a scan, as soon as nothing is ready */
	bool stuck;		/* there was no room */
	bool paused;
	bool released;		/* a person has said so, for one scan */
	uint64_t covered;	/* the incarnation that was told what it
				 * covers; 0: none */
	struct event *scan, *burst, *retry;
};

static void
after(struct event *e, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	must(event_add(e, &tv) == 0);
}

/* --- jobs ----------------------------------------------------------------- */

static struct job *
add(struct source *s, size_t n, enum job_todo todo)
{
	char url[SITE_TEXT];
	struct job *j = job_new(NULL, site_path_name(n));

	j->url = mem_text(site_url(url, s->site, n));
	j->todo = todo;
	TAILQ_INSERT_TAIL(&s->ready, j, entry);
	s->ready_count++;
	return j;
}

static struct known_stat
stat_of(const struct site_file *f, size_t n)
{
	return (struct known_stat){ .mtime = f->stamp, .ctime = f->stamp,
		.size = 1000 + f->content, .inode = n + 1 };
}

static void
put_links(struct buf *b, const struct site_page *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct link l = { .kind = LINK_ANCHOR, .line = SITE_LINE(i),
			.text = SPAN("more"),
			.to = span_of(site_link_name(&p->link[i])) };

		change_link_put(b, &l);
	}
}

static void
tell(struct source *s, size_t n)
{
	const struct site_file *f = &s->site->file[n];
	struct job *j = add(s, n, JOB_TELL);
	const struct site_page *p = site_page(f->content);
	char title[SITE_TEXT];
	struct record r;
	struct buf links;

	record_init(&r);
	buf_init(&links, SITE_LINKS * 4 * SITE_TEXT);
	put_links(&links, p);
	r.links = buf_look(&links);
	r.link_count = p->n;
	r.word[WORD_TITLE] = span_of(site_page_title(title, f->content));
	r.length = 1000 + f->content;
	r.type = SPAN("text/html");
	r.is_page = true;
	site_page_hash(r.hash, f->content);
	record_write(&j->row, &r);
	must(!j->row.bad && !links.bad);
	buf_clear(&links);
	j->stat = stat_of(f, n);
}

/* What the store has of it: is it there; is it as, and where, it is now? */
static bool
look_up(struct source *s, struct store_txn *t, size_t n, bool *same)
{
	struct known_stat now = stat_of(&s->site->file[n], n);
	char url[SITE_TEXT];
	struct known k;

	if (!known_get(t, span_of(s->name), span_of(site_path_name(n)), &k))
		return false;
	*same = known_stat_is(&k.stat, &now) &&
	    span_is(k.url, span_of(site_url(url, s->site, n)));
	return true;
}

/* In the place of agent/root.c: what renamed.c asks of a path. */
enum root_found
root_look(const struct root *r, const char *path, struct stat *st)
{
	const struct source *s = (const struct source *)(const void *)r;
	memset(st, 0, sizeof(*st));
	for (size_t n = 0; n < SITE_PATHS; n++)
		if (site_has(s->site, n) &&
		    strcmp(path, site_path_name(n)) == 0)
			return ROOT_FILE;
	return ROOT_GONE;
}

/* --- into the store ------------------------------------------------------- */

static bool
write_some(struct source *s)
{
	const struct group_of of = { .where.source = span_of(s->name),
	    .where.root = &s->root };
	struct group_written w = { 0 };
	struct job *j;

	if (group_write(s->host.store, &of, &s->ready, &w) == STORE_FULL)
		return false;
	for (size_t i = 0; i < w.done; i++) {
		j = TAILQ_FIRST(&s->ready);
		TAILQ_REMOVE(&s->ready, j, entry);
		job_free(j);
		s->ready_count--;
	}
	if (w.told + w.withdrawn > 0)
		s->host.news(s->host.arg, w.told + w.withdrawn);
	return !w.no_room || spool_make_room(s->host.store);
}

static void
flush(struct source *s)
{
	int tries = 0;		/* for what is larger than the room made */

	if (s->paused)
		return;
	s->stuck = false;
	while (s->ready_count > 0 && !s->stuck) {
		size_t before = s->ready_count;

		s->stuck = !write_some(s) ||
		    (before == s->ready_count && tries++ > 0);
	}
	if (s->stuck)
		after(s->retry, RETRY);
	else if (s->wanted)
		after(s->scan, 0);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

/* --- what is missing ------------------------------------------------------ */

struct missing {
	size_t at[SITE_PATHS], count;
	size_t moved[SITE_PATHS], moves;	/* where a move says, that was
						 * announced: no loss */
	uint64_t items;		/* in the index, as far as is known */
};

static void
note_missing(struct store_txn *t, struct missing *m, size_t n,
    const struct known *k)
{
	struct buf to;

	buf_init(&to, LIMIT_URL);
	if (ability_has(t, FEATURE_MOVES) && moves_successor(t, k->url,
	    clock_wall() + MOVES_EARLY, &to))
		m->moved[m->moves++] = n;
	else
		m->at[m->count++] = n;
	buf_clear(&to);
}

/* What is gone of all, or of what was noticed. What has been found elsewhere
 * by now has no row any more. */
static void
look_missing(struct source *s, const bool *only, struct missing *m)
{
	struct store_txn *t = store_look(s->host.store);
	struct known k;

	m->count = m->moves = 0;
	for (size_t n = 0; n < SITE_PATHS; n++)
		if ((only == NULL || only[n]) && !site_has(s->site, n) &&
		    known_get(t, span_of(s->name), span_of(
		    site_path_name(n)), &k))
			note_missing(t, m, n, &k);
	m->items = known_count(t, span_of(s->name));
	store_end(t);
}

static void
withdraw_moved(struct source *s, const struct missing *m)
{
	for (size_t i = 0; i < m->moves; i++)
		add(s, m->moved[i], JOB_WITHDRAW)->reason =
		    "moved, as announced";
}

/* What nobody has let go must not go, whatever the hold says. */
static void
withdraw(struct source *s, const struct missing *m,
    const struct hold_word *word)
{
	if (!s->released && (m->count >= m->items ||
	    (m->count > HOLD_ITEMS &&
	    m->count * 100 > m->items * HOLD_PERCENT)))
		broken("the gate let %zu of %llu items go unasked", m->count,
		    (unsigned long long)m->items);
	for (size_t i = 0; i < m->count; i++) {
		struct job *j = add(s, m->at[i], JOB_WITHDRAW);

		j->said = mem_text(word->reason);
		j->by = mem_text(word->by);
		j->reason = j->said != NULL ? j->said : "file removed";
	}
}

static void
tell_changed(struct source *s)
{
	struct store_txn *t = store_look(s->host.store);
	bool same;

	for (size_t n = 0; n < SITE_PATHS; n++)
		if (site_has(s->site, n) &&
		    (!look_up(s, t, n, &same) || !same))
			tell(s, n);
	store_end(t);
}

/* All below its address, as source_dir_cover.c says it. */
static void
tell_cover(struct source *s)
{
	uint64_t incarnation = store_meta(s->host.store)->incarnation;
	struct covers_one c = { .source = span_of(s->name), .whole = true };
	char url[SITE_TEXT];
	size_t told;
	struct store_txn *t = store_look(s->host.store);
	bool can = ability_has(t, FEATURE_MOVES);

	store_end(t);
	c.url = span_of(site_root(url, s->site));
	if (!can || s->covered == incarnation ||
	    !covers_tell(s->host.store, &c, &told))
		return;
	s->covered = incarnation;
	if (told > 0)
		s->host.news(s->host.arg, told);
}

/* Twice a scan looks: for what is there, and when that is told for what is
 * not, since what was renamed is no longer missing then. */
static void
on_scan(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	struct missing m;

	(void)fd;
	(void)what;
	s->wanted = s->ready_count > 0 || s->paused;
	if (s->wanted)
		return;		/* when what was found before is told */
	tell_changed(s);
	flush(s);
	s->wanted = s->ready_count > 0;
	if (s->wanted)
		return;
	look_missing(s, NULL, &m);
	if (hold_scan(&s->hold, &(struct hold_count){ .missing = m.count,
	    .items = m.items }, site_is_empty(s->site)) == HOLD_WITHDRAW)
		withdraw(s, &m, &s->hold.released);
	hold_clear(&s->hold);
	withdraw_moved(s, &m);
	s->released = false;
	s->scanned = true;
	after(s->scan, RESCAN);
	flush(s);
	tell_cover(s);
}

static void
tell_noticed(struct source *s)
{
	for (size_t n = 0; n < SITE_PATHS; n++) {
		if (!s->noticed[n] || !site_has(s->site, n))
			continue;
		tell(s, n);
		s->noticed[n] = false;
		s->noticed_count--;
	}
}

static void
on_burst(evutil_socket_t fd, short what, void *arg)
{
	static const struct hold_word nobody = { NULL, NULL };
	struct source *s = arg;
	struct missing m;

	(void)fd;
	(void)what;
	tell_noticed(s);
	flush(s);
	if (s->ready_count > 0) {
		after(s->burst, BURST);
		return;
	}
	look_missing(s, s->noticed, &m);
	memset(s->noticed, 0, sizeof(s->noticed));
	s->noticed_count = 0;
	switch (hold_burst(&s->hold, &(struct hold_count){
	    .missing = m.count, .items = m.items })) {
	case HOLD_WITHDRAW:
		withdraw(s, &m, &nobody);
		break;
	case HOLD_WAIT:
	case HOLD_STILL:
		after(s->scan, 0);	/* it says how many there are */
		break;
	case HOLD_NOTHING:
		break;
	}
	withdraw_moved(s, &m);
	flush(s);
}

/* --- the verbs ------------------------------------------------------------ */

static struct source *
tree_open(const struct source_host *host, const char *name,
    const struct config_source *set)
{
	struct source *s = mem_new(sizeof(*s));

	s->host = *host;
	s->name = name;
	s->set = (struct tree_set *)(uintptr_t)set;
	s->set->source = s;
	s->site = s->set->site;
	hold_init(&s->hold, host->top->gate_items, host->top->gate_percent);
	TAILQ_INIT(&s->ready);
	s->scan = event_new(host->base, -1, 0, on_scan, s);
	s->burst = event_new(host->base, -1, 0, on_burst, s);
	s->retry = event_new(host->base, -1, 0, on_retry, s);
	after(s->scan, 500);
	return s;
}

static void
tree_close(struct source *s)
{
	s->set->source = NULL;
	job_empty(&s->ready, &s->ready_count);
	hold_free(&s->hold);
	event_free(s->scan);
	event_free(s->burst);
	event_free(s->retry);
	free(s);
}

static void
tree_rescan(struct source *s)
{
	after(s->scan, 0);
}

static void
tree_afresh(struct source *s)
{
	s->scanned = false;
	after(s->scan, 0);
}

void
tree_notice(struct source *s, size_t n)
{
	if (s->noticed[n])
		return;
	if (s->noticed_count++ == 0)
		after(s->burst, BURST);
	s->noticed[n] = true;
}

static void
tree_look(struct source *s, const char *path)
{
	for (size_t n = 0; n < SITE_PATHS; n++)
		if (strcmp(path, site_path_name(n)) == 0)
			tree_notice(s, n);
}

bool
tree_is_quiet(const struct source *s)
{
	return s->scanned && s->ready_count == 0 && s->noticed_count == 0 &&
	    !s->wanted;
}

bool
tree_has_covered(const struct source *s)
{
	return s->covered == store_meta(s->host.store)->incarnation;
}

bool
tree_holds(const struct source *s)
{
	return s->hold.held > 0;
}

static bool
tree_is_settled(const struct source *s)
{
	return tree_is_quiet(s) && hold_waiting(&s->hold) == 0 && !s->stuck;
}

static bool
tree_is_looking(const struct source *s)
{
	return !tree_is_quiet(s);
}

static void
tree_pause(struct source *s, bool on)
{
	s->paused = on;
	if (!on)
		after(s->retry, 0);
}

static uint64_t
tree_held(const struct source *s)
{
	return hold_waiting(&s->hold);
}

static bool
tree_release(struct source *s, const char *reason, const char *by)
{
	if (!hold_release(&s->hold, reason, by))
		return false;
	s->released = true;
	tree_rescan(s);
	return true;
}

static bool
tree_refuse(struct source *s, const char *reason, const char *by)
{
	return hold_refuse(&s->hold, reason, by);
}

static bool
tree_trouble(const struct source *s, struct buf *b)
{
	(void)s;
	(void)b;
	return false;
}

static json_t *
tree_status(struct source *s)
{
	(void)s;
	return NULL;
}

const struct source_kind source_dir = {
	.type = "dir", .open = tree_open, .close = tree_close,
	.rescan = tree_rescan, .afresh = tree_afresh, .look = tree_look,
	.is_settled = tree_is_settled, .is_looking = tree_is_looking,
	.pause = tree_pause,
	.held = tree_held, .trouble = tree_trouble, .release = tree_release,
	.refuse = tree_refuse, .status = tree_status,
};
