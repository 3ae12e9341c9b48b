/*
 * The inside of mendlog.c that mendlog_trim.c writes anew.
 */
#ifndef ZQ_AGENT_MENDLOG_PRIVATE_H
#define ZQ_AGENT_MENDLOG_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/mendpage.h"
#include "contrib/base/buf.h"

struct mendlog_page;

#define MENDLOG_NAME "mended"
#define MENDLOG_RECORD_MAX (64u << 20)

enum mendlog_kind {
	MENDLOG_PAGE = 1,
	MENDLOG_UNDONE = 2,	/* the page at a place was */
	MENDLOG_LAST = 3,	/* the highest run of those that were dropped */
};

struct mendlog_place {		/* of a record of a page */
	uint64_t at, run, letters;
	int64_t when;		/* ms */
	uint8_t after[32];
	bool undone;
};

struct mendlog {
	int dir, fd;
	uint64_t end, last;
	uint64_t damaged;	/* records that were left out */
	struct mendlog_place *place;	/* by where they are */
	size_t count, room;
	uint32_t *slot;		/* by what was made: number in place, and 1;
				 * twice as many as there is room */
	struct buf row;
	struct mend_edit edit[MENDPAGE_EDITS_MAX];
};

/* One without a file, in the directory of another. */
struct mendlog *mendlog_new(int dir);
/* Opens the file of that name; nobody else may have it. False: errno. */
bool mendlog_open_file(struct mendlog *l, const char *name, int flags);
/* Its mark: written if it is new, else looked at. */
bool mendlog_mark(struct mendlog *l);

/* The record's payload into l->row, and how long it is with what is around
 * it; 0: there is no whole one. */
uint64_t mendlog_read_record(struct mendlog *l, uint64_t at);
/* The other way; not durable yet. False: errno. */
bool mendlog_add_record(struct mendlog *l, struct span payload);
/* The page whose record stands at p->place. */
void mendlog_note(struct mendlog *l, const struct mendlog_page *p);

#endif
