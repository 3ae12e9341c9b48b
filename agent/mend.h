/*
 * Mending: the links of the site's own static pages are led to where letters
 * of the hub say (mendlist.h), or the cluster's map of moves (redirect_map.h),
 * and only these bytes change.
 *
 * A page is touched only if it is the one that the hub was told of, and has
 * not been changed by others since the letter; if its source's settings let
 * it; and if a file just like it can take its place. What was done stands in
 * the mending log first, and can be undone.
 */
#ifndef ZQ_AGENT_MEND_H
#define ZQ_AGENT_MEND_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/config.h"
#include "agent/mendlist.h"
#include "agent/mendpage.h"
#include "agent/store.h"

struct mend_spec {
	struct store *store;
	const struct config *config;
	const char *only;	/* a source, its root, or what is below that;
				 * NULL: all sources */
	bool apply;		/* else only look */
	bool changed;		/* pages changed since the letter, too */
	bool automatic;		/* nobody asks: only where mend is auto */
	void *arg;
	/* A page, before it is replaced; by[i] is why edit[i] is made;
	 * none if it is undone. */
	void (*page)(void *arg, const char *source, const char *path,
	    const struct mend_edit *edit, const struct mendlist_entry *const *by,
	    size_t count);
	/* The page just handed out has so many names (hard links): what is put
	 * in its place has only this one. */
	void (*split)(void *arg, const char *source, const char *path,
	    uint64_t names);
	/* A page, or a source (path is ""), that isn't mended. */
	void (*refused)(void *arg, const char *source, const char *path,
	    const char *why);
	/* Links that can't be written anew, on these lines. */
	void (*left)(void *arg, const char *source, const char *path,
	    const uint32_t *line, size_t count);
};

struct mend_count {
	uint64_t looked;	/* pages that were read */
	uint64_t pages, links;	/* mended, or to be mended */
	uint64_t refused;	/* pages, and sources that are not let */
	uint64_t left;		/* links that can't be written anew */
	uint64_t split;		/* pages that had other names, and have not
				 * any more */
	uint64_t unmarked;	/* pages that are as before, and of which the
				 * log doesn't know */
	uint64_t off;		/* sources with links to be mended that are
				 * not let */
	uint64_t later;		/* links whose move is still to come */
	uint64_t run;		/* in the mending log; 0: nothing was done */
	uint64_t dropped;	/* pages of runs that can't be undone any
				 * more: too old, or too much */
};

/* False: why says what kept it from working at all. */
bool mend_run(const struct mend_spec *s, struct mend_count *n,
    struct buf *why);

/* Takes the newest run back, or the part of it that `only` names. */
bool mend_undo(const struct mend_spec *s, struct mend_count *n,
    struct buf *why);

#endif
