/*
 * For fuzz targets of the hub: a view that is opened once, and emptied for
 * each run.
 */
#ifndef ZQ_TESTS_FUZZ_VIEWKIT_H
#define ZQ_TESTS_FUZZ_VIEWKIT_H

#include "hub/journal.h"
#include "hub/view.h"
#include "tests/fuzz/fuzzkit.h"

static struct view *view;

static inline void
viewkit_close(void)
{
	view_close(view);
}

/* In the directory that fuzz_dir_make() has made, as "view". */
static inline void
viewkit_open(void)
{
	const char *reason;
	char path[80];
	struct buf why;
	bool fresh;

	buf_init(&why, 1024);
	snprintf(path, sizeof(path), "%s/view", fuzz_dir);
	view = view_open(path, FUZZ_MOST, &fresh, &reason, &why);
	must(view != NULL);
	buf_clear(&why);
	atexit(viewkit_close);
}

static inline uint64_t
viewkit_act(struct journal *j, struct span json, int64_t at)
{
	uint64_t place;

	journal_begin(j);
	place = journal_act(j, json, at);
	must(journal_commit(j) == DB_OK);
	return place;
}

/* All of the journal that the view hasn't, so many at a time. */
static inline void
viewkit_show(struct journal *j, size_t most)
{
	size_t applied;

	while (view_place(view) < journal_last(j))
		must(view_apply(view, j, most, FUZZ_NOW, &applied) ==
		    DB_OK);
}

/* … from nothing on. */
static inline void
viewkit_again(struct journal *j, size_t most)
{
	must(view_empty(view) == DB_OK);
	viewkit_show(j, most);
}

#endif
