/*
 * The writer: opening both stores, and applying one to the other.
 */
#include "hub/writer.h"

#include <errno.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/lost.h"

/* A map that had to grow ends a transaction with DB_AGAIN; it doubles each
 * time, so this many in a row is our mistake. */
#define AGAIN_MAX 64

bool
writer_open(struct writer *w, const struct config *config, struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	*w = (struct writer){ .config = config };
	w->journal = journal_open(&journal_lmdb,
	    config_path(path, config->dir, CONFIG_JOURNAL), true,
	    config->store_most, why);
	if (w->journal == NULL)
		return false;
	w->view = view_open(config_path(path, config->dir, CONFIG_VIEW),
	    config->store_most, &w->fresh, &w->reason, why);
	if (w->view == NULL) {
		journal_close(w->journal);
		w->journal = NULL;
		return false;
	}
	w->bereft = journal_last(w->journal) == 0 && view_place(w->view) > 0;
	if (w->bereft)
		lost_note(config->dir);
	if (!view_fits(w->view, w->journal)) {
		w->fresh = true;
		w->reason = "it was made from another journal";
	}
	return true;
}

bool
writer_is_lost(const struct config *config)
{
	char path[CONFIG_PATH_MAX];
	struct db *db = db_open(config_path(path, config->dir,
	    CONFIG_JOURNAL), 0, NULL, 0, config->store_most);
	int error = errno;

	db_close(db);
	return db == NULL && db_is_lost(error);
}

void
writer_close(struct writer *w)
{
	if (w->view != NULL)
		view_close(w->view);
	if (w->journal != NULL)
		journal_close(w->journal);
	w->view = NULL;
	w->journal = NULL;
}

uint64_t
writer_backlog(struct writer *w)
{
	uint64_t last = journal_last(w->journal), at = view_place(w->view);

	must(at <= last);
	return last - at;
}

bool
writer_apply(struct writer *w, size_t most, size_t *applied)
{
	enum db_result r;
	int tries = 0;

	do {
		*applied = 0;
		r = view_apply(w->view, w->journal, most, clock_wall(),
		    applied);
		must(++tries < AGAIN_MAX);
	} while (r == DB_AGAIN);
	return r == DB_OK;
}

bool
writer_catch_up(struct writer *w, writer_tell_fn *tell, void *arg)
{
	uint64_t of = journal_last(w->journal);
	size_t applied;

	while (view_place(w->view) < of) {
		if (!writer_apply(w, (size_t)w->config->group, &applied))
			return false;
		if (tell != NULL)
			tell(arg, view_place(w->view), of);
	}
	return true;
}

bool
writer_act(struct writer *w, const struct acts *a)
{
	enum db_result r;
	int tries = 0;

	do {
		journal_begin(w->journal);
		for (size_t i = 0; i < a->count; i++)
			journal_act(w->journal, acts_get(a, i), clock_wall());
		r = journal_commit(w->journal);
		must(++tries < AGAIN_MAX);
	} while (r == DB_AGAIN);
	return r == DB_OK && writer_catch_up(w, NULL, NULL);
}
