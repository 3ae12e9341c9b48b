/*
 * The store, one moment of it, and what is asked of the whole: totals, the
 * journal. Items are in query_item.c, sites in query_site.c, listings in
 * query_list.c.
 */
#include "hub/query_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "hub/config.h"
#include "hub/mark.h"
#include "hub/table.h"
#include "hub/view.h"
#include "protocol/wire.h"

#define DAY INT64_C(86400000)

#define MAP_MOST UINT64_MAX	/* a reader follows the writer's map */
#define JOURNAL_PAGE 256	/* entries read in one transaction */

/* --- the store -------------------------------------------------------------------------- */

static bool
file_of(const char *dir, struct stat *st)
{
	char path[CONFIG_PATH_MAX];

	return stat(config_path(path, dir, "data.mdb"), st) == 0;
}

static void
explain(struct buf *why, const char *dir, int error)
{
	buf_reset(why);
	if (error == ENOENT)
		buf_printf(why, "%s: there is no store yet: run zqhub init, "
		    "then start zqhubd", dir);
	else if (error == EACCES || error == EPERM)
		buf_printf(why, _("%s: permission denied: only root and the "
		    "hub's own user may read it: sudo -u zhanqun zqhub …"),
		    dir);
	else
		db_explain(why, dir, error);
	if (db_is_lost(error))
		buf_text(why, _(": start zqhubd anew, it makes the view again "
		    "from the journal"));
}

static bool
open_view(struct store *s, struct buf *why)
{
	struct stat st;

	/* Rows of other rules would be misread. */
	if (mark_read(s->dir, VIEW_VERSION) == MARK_OTHER_VERSION) {
		buf_reset(why);
		buf_printf(why, "%s: made by another version of zhanqun: "
		    "start zqhubd anew, it makes the view again from the "
		    "journal", s->dir);
		return false;
	}
	s->view = db_open(s->dir, 0, table_list, TABLE_COUNT, MAP_MOST);
	if (s->view == NULL && errno == ENOENT) {	/* the journal is */
		buf_reset(why);
		buf_printf(why, _("%s: there is no view: start zqhubd, it "
		    "makes it again from the journal"), s->dir);
		return false;
	} else if (s->view == NULL) {
		explain(why, s->dir, errno);
		return false;
	}
	db_on_damage(s->view, _(": zqhub rebuild makes it again from the "
	    "journal"), NULL);
	if (file_of(s->dir, &st)) {
		s->dev = st.st_dev;
		s->ino = st.st_ino;
	}
	return true;
}

struct store *
store_over(struct journal *j, const char *dir, struct buf *why)
{
	struct store *s = mem_new(sizeof(*s));

	s->dir = mem_text(dir);
	s->journal = j;
	s->keeps_journal = true;
	s->silent = STORE_SILENT;
	s->closing = 30 * DAY;
	s->moved_looks = 10;
	s->moved_after = 7 * DAY;
	if (open_view(s, why))
		return s;
	store_close(s);
	return NULL;
}

struct store *
store_open(const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	struct journal *j;
	struct store *s;

	errno = 0;
	j = journal_open(&journal_lmdb, config_path(path, dir,
	    CONFIG_JOURNAL), false, MAP_MOST, why);
	if (j == NULL) {
		if (errno != 0)
			explain(why, path, errno);
		return NULL;
	}
	s = store_over(j, config_path(path, dir, CONFIG_VIEW), why);
	if (s == NULL)
		journal_close(j);
	else
		s->keeps_journal = false;
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	db_close(s->view);
	if (!s->keeps_journal)
		journal_close(s->journal);
	free(s->dir);
	free(s);
}

void
store_heed(struct store *s, const struct config *c)
{
	s->silent = c->silent_after;
	s->closing = (int64_t)c->closing_notice;
	s->moved_looks = c->home_moved_looks;
	s->moved_after = (int64_t)c->home_moved_after;
}

void
store_unheard(struct store *s)
{
	s->unheard = true;
}

/* A view that was thrown away has another file; go on with that. */
static void
follow(struct store *s)
{
	struct db *old = s->view;
	struct buf why;
	struct stat st;

	if (!file_of(s->dir, &st) ||
	    (st.st_dev == s->dev && st.st_ino == s->ino))
		return;
	buf_init(&why, 1024);
	if (open_view(s, &why))
		db_close(old);
	else
		s->view = old;
	buf_clear(&why);
}

/* The view first: the journal has all that the view has. */
struct query *
query_begin(struct store *s)
{
	struct query *q = mem_new(sizeof(*q));

	follow(s);
	q->store = s;
	q->txn = db_begin(s->view, false);
	q->now = clock_wall();
	meta_read(q->txn, &q->meta);
	return q;
}

void
query_end(struct query *q)
{
	struct kept *k;

	if (q == NULL)
		return;
	while ((k = q->kept) != NULL) {
		q->kept = k->next;
		free(k);
	}
	db_abort(q->txn);
	free(q);
}

struct span
query_keep(struct query *q, struct span s)
{
	struct kept *k = mem_grow(NULL, sizeof(*k) + s.n + 1, 1);

	k->next = q->kept;
	q->kept = k;
	if (s.n > 0)
		memcpy(k->at, s.at, s.n);
	return (struct span){ .at = k->at, .n = s.n };
}

/* --- one entry --------------------------------------------------------------------------- */

struct wanted {
	uint64_t place;
	journal_entry_fn *each;
	void *arg;
	bool found;
};

static bool
is_wanted(void *arg, const struct entry *e)
{
	struct wanted *w = arg;

	if (e->place < w->place)
		return true;
	if (e->place == w->place && !w->found) {
		w->found = true;
		w->each(w->arg, e);
	}
	return false;
}

bool
query_entry(struct query *q, uint64_t place, journal_entry_fn *each,
    void *arg)
{
	struct wanted w = { .place = place, .each = each, .arg = arg };

	journal_read(q->store->journal, place, 1, is_wanted, &w);
	return w.found;
}

int64_t
query_shown(struct query *q, uint64_t place)
{
	struct db_cursor *c = db_cursor_open(q->txn, TABLE_SHOWN);
	struct key k = key_u64(place);
	struct span key = key_look(&k), row;
	int64_t ms = CLOCK_NONE;

	if (place <= q->meta.place &&
	    db_cursor_get(c, MDB_SET_RANGE, &key, &row))
		ms = (int64_t)wire_get_u64((const uint8_t *)row.at);
	db_cursor_close(c);
	return ms;
}

/* --- the whole --------------------------------------------------------------------------------- */

static bool
note_time(void *arg, const struct entry *e)
{
	int64_t *at = arg;

	*at = e->at;
	return false;
}

void
query_counts(struct query *q, struct totals *t)
{
	struct journal *j = q->store->journal;

	*t = (struct totals){
		.sites = db_count(q->txn, TABLE_SITE),
		.items = q->meta.items,
		.withdrawn = q->meta.withdrawn,
		.held = q->meta.held,
		.journal_place = journal_last(j),
		.view_place = q->meta.place,
		.journal_bytes = journal_bytes(j),
		.view_bytes = db_size(q->store->view),
		.view_version = VIEW_VERSION,
		.last_taken = CLOCK_NONE,
		.last_shown = query_shown(q, q->meta.place),
	};
	journal_head(j, t->chain);
	if (t->journal_place > 0)
		query_entry(q, t->journal_place, note_time, &t->last_taken);
}

void
query_totals(struct query *q, struct totals *t)
{
	query_counts(q, t);
	meta_digest(q->txn, t->digest);
}

struct printing {
	query_journal_fn *each;
	void *arg;
	uint64_t next;
	bool more;
};

static bool
print(void *arg, const struct entry *e)
{
	struct printing *p = arg;
	struct journal_line l = { .place = e->place, .at = e->at,
	    .site = e->site, .incarnation = e->incarnation, .seq = e->seq };

	if (e->place < p->next)
		return true;
	p->next = e->place + 1;
	memcpy(l.chain, e->chain, sizeof(l.chain));
	l.is_change = e->site != 0 && change_read(&l.said, e->body);
	if (!l.is_change)
		l.act = e->body;
	p->more = p->each(p->arg, &l);
	return p->more;
}

void
query_journal(struct query *q, uint64_t from, query_journal_fn *each,
    void *arg)
{
	struct printing p = { .each = each, .arg = arg, .more = true,
	    .next = from != 0 ? from : 1 };
	uint64_t last = journal_last(q->store->journal);

	while (p.more && p.next <= last)
		journal_read(q->store->journal, p.next, JOURNAL_PAGE, print,
		    &p);
}
