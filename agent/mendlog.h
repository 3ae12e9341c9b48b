/*
 * The mending log: what was mended in which file, so that it can be undone.
 *
 * DIR/mended, appended to and made durable before a page is replaced. A run
 * has a number; a page of it has the hashes of the file before and after, and
 * each edit with its old and new bytes. Whether a page was really replaced is
 * seen by its hash: the log may be ahead of the files, never behind.
 */
#ifndef ZQ_AGENT_MENDLOG_H
#define ZQ_AGENT_MENDLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/mendpage.h"
#include "contrib/base/buf.h"

struct mendlog_page {
	uint64_t place;		/* in the log; of pages handed out */
	uint64_t run;
	int64_t when;		/* ms */
	uint64_t letters;	/* the newest letter that was looked at */
	struct span source, path;
	uint8_t before[32], after[32];
	const struct mend_edit *edit;	/* only at, old and new */
	size_t count;
};

struct mendlog;

/* Opens dir's log, or makes it, and keeps others out until it is closed.
 * NULL: why says. */
struct mendlog *mendlog_open(const char *dir, struct buf *why);
void mendlog_close(struct mendlog *l);

/* A number of the agent whose log it is: another agent on this machine has
 * another. */
uint64_t mendlog_agent(const struct mendlog *l);

/* The number of the newest run, undone or not; 0: none. */
uint64_t mendlog_last(const struct mendlog *l);
/* How many entries could not be read, with others behind them. */
uint64_t mendlog_damaged(const struct mendlog *l);

/* Durable when it returns; false: why says. */
bool mendlog_put(struct mendlog *l, const struct mendlog_page *p,
    struct buf *why);
/* The page at this place was; also from within mendlog_each(). */
bool mendlog_undone(struct mendlog *l, uint64_t place, struct buf *why);

/* Was the file with this hash made by a run? Then the newest letter that the
 * run knew of, and when it was, ms. */
bool mendlog_made(const struct mendlog *l, const uint8_t hash[32],
    uint64_t *letters, int64_t *when);

/* Pages that were not undone, newest first. False ends it. Spans live until
 * the callback returns. */
typedef bool mendlog_fn(void *arg, const struct mendlog_page *p);
void mendlog_each(struct mendlog *l, mendlog_fn *fn, void *arg);

/* Drops runs that ended before `since` (ms), and the oldest of those that
 * together are longer than `size`, but never the newest; and pages that were
 * undone. *dropped: pages that could have been put back and can't be any more.
 * Writes the log anew, so it only does that if it is worth it. False: why says,
 * and nothing was dropped. */
bool mendlog_trim(struct mendlog *l, int64_t since, uint64_t size,
    uint64_t *dropped, struct buf *why);

#endif
