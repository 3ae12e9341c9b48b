/*
 * Notices: what is announced of a site besides its moves. An outage (a fault
 * that is known, or work that can't wait), maintenance (once, or recurring),
 * and the closing of the site. Each has a number for ever, and ends in a row
 * that says how it went: its closing record.
 *
 * A notice is of a site, a kind and a service (empty: the whole site). Said
 * again while it is open, it is the same notice with other times. Only of
 * maintenance there may be several of one service, beside each other: what
 * recurs is known by when it recurs, what is once by its beginning
 * (announcement_is_same()). Time alone makes no row: whether it is to come, or
 * now, is what notice_phase() says.
 *
 * What is within its window is excluded from availability, but not before it
 * was announced, nor past its end: who announces a fault afterwards, or too
 * short, has that time counted.
 */
#ifndef ZQ_HUB_NOTICE_H
#define ZQ_HUB_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "protocol/announcement.h"

#define NOTICE_ROW_MAX (8u << 10)
#define NOTICE_TEXT ANNOUNCEMENT_TEXT
#define NOTICES_SITE 200	/* of one site, that are open */

enum notice_kind {	/* numbers are in rows for ever */
	NOTICE_NONE = 0,
	NOTICE_OUTAGE = 1,
	NOTICE_MAINTENANCE = 2,
	NOTICE_CLOSING = 3,
	NOTICE_KINDS
};

enum notice_state {	/* numbers are in rows for ever */
	NOTICE_OPEN = 1,	/* 0: no state */
	NOTICE_OVERRUN = 2,	/* an outage that should be over and was not
				 * resolved */
	NOTICE_RESOLVED = 3,	/* somebody said it is over */
	NOTICE_WITHDRAWN = 4,	/* … before it began */
	NOTICE_OVER = 5,	/* its time has ended by itself */
	NOTICE_STATES
};

enum notice_phase {	/* of an open one, as time goes */
	NOTICE_COMING,
	NOTICE_CURRENT,
	NOTICE_BETWEEN,		/* it recurs */
	NOTICE_LATE,		/* overrun */
	NOTICE_UNSAID,		/* overrun, but the site is well: of
				 * query_notice_info() alone */
	NOTICE_ENDED,
	NOTICE_PHASES
};

struct notice {
	uint32_t number;	/* from 1 */
	uint32_t site;
	enum notice_kind kind;
	enum notice_state state;
	bool operated;		/* an operator announced it */
	int64_t announced;	/* ms, hub time: first */
	int64_t from;		/* ms; of a closing: when it closes */
	int64_t until;		/* ms; CLOCK_NONE: open */
	int64_t changed;	/* ms, hub time: its state, last */
	int64_t ended;		/* ms, hub time; CLOCK_NONE: it hasn't */
	uint64_t place;		/* in the journal: said first */
	struct span service;	/* "" the whole site */
	struct span recurs;	/* "mon,wed 02:00-04:00"; or empty */
	struct span zone;	/* IANA; of recurs */
	struct span see;	/* address: where to turn to, the successor */
	struct span reason, by;
	struct span end_reason, end_by;	/* who ended it */
};

/* A stretch of time; until CLOCK_NONE: no end is known. */
struct notice_window {
	int64_t from, until;	/* ms */
};

/* --- one notice ---------------------------------------------------------- */

bool notice_is_open(const struct notice *n);	/* or overrun */
/* Has its time run out, so that an act has to say so? */
bool notice_is_due(const struct notice *n, int64_t at);
enum notice_phase notice_phase(const struct notice *n, int64_t at);
/* The window that `at` lies in, or the first after it. False: none. Needs
 * the time zones of this machine, so it is nothing for apply. */
bool notice_next(const struct notice *n, int64_t at,
    struct notice_window *w);

const char *notice_kind_name(enum notice_kind k);	/* "outage" … */
enum notice_kind notice_kind_named(struct span name);	/* or 0 */
const char *notice_state_name(enum notice_state s);	/* "open" … */
enum notice_state notice_state_named(struct span name);	/* or 0 */
const char *notice_kind_word(enum notice_kind k);	/* translated */
const char *notice_phase_word(enum notice_phase p);	/* translated */

/* A closing that was announced too late, or without a successor
 * (国办发〔2017〕47号). ahead: ms that it is due before; closing_notice. */
bool notice_is_brief(const struct notice *n, int64_t ahead);
/* What it lacks of what the norm asks for, in words: "announced only 9 days
 * ahead: 30 are due". Nothing if it isn't. */
void notice_put_brief(struct buf *b, const struct notice *n, int64_t ahead);

/* --- rows ---------------------------------------------------------------- */

/* Reading copies nothing, spans point into the row. */
void notice_write(struct buf *row, const struct notice *n);
void notice_read(struct notice *n, uint32_t number, struct span row);
bool notice_get(struct db_txn *t, uint32_t number, struct notice *n);
void notice_put(struct db_txn *t, const struct notice *n, struct buf *row);
uint32_t notice_last(struct db_txn *t);	/* highest number given; 0: none */

/* Newest first, of a site (0: of all); until one returns false. The callback
 * must not write. */
typedef bool notice_fn(void *arg, const struct notice *n);
void notice_each(struct db_txn *t, uint32_t site, notice_fn *each,
    void *arg);
/* Only those that are open or overrun, of a site (0: of all). */
void notice_each_open(struct db_txn *t, uint32_t site, notice_fn *each,
    void *arg);

/* --- what they come to --------------------------------------------------- */

/* Is this moment excluded from the site's availability: within a window of
 * an outage or maintenance of the whole site, or after it was closed? For
 * whoever writes acts down, not for apply (notice_next()). */
bool notice_covers(struct db_txn *t, uint32_t site, int64_t at);
/* The same of a part of it: appends the address (a span, in normal form) of
 * each service that has one, or had one when it was announced before. What is
 * below it is meant. */
void notice_parts(struct db_txn *t, uint32_t site, int64_t at,
    struct buf *parts);
/* Of the whole site: the window around `at`, or the first after it, all its
 * notices together. False: none. */
bool notice_window(struct db_txn *t, uint32_t site, int64_t at,
    struct notice_window *w);
/* Its closing that is announced, if there is one: else a site that goes is
 * gone without leave (私自关停). */
bool notice_closing(struct db_txn *t, uint32_t site, struct notice *n);

#endif
