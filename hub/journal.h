/*
 * The journal: every entry the hub ever took, in the order it took them.
 *
 * What a site says, and what the hub says to itself (site 0: operators'
 * acts, tickets, enrolments, ticks of the clock). Appended in groups; a
 * group is durable, whole or not at all, when journal_commit() returns
 * DB_OK. Entries are chained: each carries the SHA-256 of the one before
 * and of itself, so a journal can't be edited unseen (R26).
 *
 * Order per site is judged here, inside the group's transaction, against
 * the site's position (R2, R4). Whoever reads may see an entry twice, and
 * never sees one missing.
 *
 * Backends (journal_lmdb, journal_mem) are tables of verbs and know neither
 * sites nor changes; the judging and the chain are in journal.c alone.
 */
#ifndef ZQ_HUB_JOURNAL_H
#define ZQ_HUB_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/position.h"
#include "protocol/answer.h"
#include "protocol/limits.h"

#define JOURNAL_CHAIN 32

/* ms: `heard` and `skew` of a position are as coarse as that. To write down
 * every beat that has no news would cost an fsync each; see pulse.h. */
#define JOURNAL_HEARD 60000

/* The critical part of a change that could not be read. Its hash leaves out
 * the reason, which another version may word otherwise. */
#define JOURNAL_UNREADABLE "unreadable"

struct entry {
	uint64_t place;		/* from 1, without holes */
	int64_t at;		/* ms, the hub's clock when it was taken */
	uint32_t site;		/* 0: the hub itself */
	uint64_t incarnation, seq;	/* 0 for site 0 */
	struct span body;	/* a change row, or an act's JSON (site 0) */
	uint8_t chain[JOURNAL_CHAIN];
};

struct journal;
struct journal_ops;	/* see journal_backend.h */
extern const struct journal_ops journal_lmdb, journal_mem;

/* dir is the journal's own; a writer makes it if it is missing. NULL: why.
 * dir is ignored by journal_mem, which begins empty. */
struct journal *journal_open(const struct journal_ops *ops, const char *dir,
    bool write, uint64_t most, struct buf *why);
void journal_close(struct journal *j);

/* --- one group ------------------------------------------------------------ */

struct journal_batch {
	uint32_t site;
	uint64_t incarnation, first, head;
	int64_t now;			/* the site's clock */
	struct span agent;		/* the version it names; may be empty */
	struct span features;		/* words; may be empty */
	uint64_t instance;		/* of its process; 0: not told */
	uint64_t held;			/* withdrawals that wait there */
	struct span trouble;		/* as in struct batch; may be empty */
	bool needs_snapshot;		/* … as there */
	uint64_t withdraws;		/* how many of these it says on its own,
					 * counted in the position … */
	int64_t window;			/* … for so long, ms, and not … */
	int64_t forget;			/* … those of until then; ms */
	const struct span *row;		/* change rows, seq first, first+1 … */
	const uint8_t (*hash)[32];	/* change_hash() of each */
	size_t count;			/* 0 is allowed: a beat */
};

struct journal_verdict {
	enum verdict verdict;
	uint64_t taken, expected;	/* as in struct answer */
	const char *cause;		/* of FORKED, as in answer.h; or NULL */
	size_t known;			/* changes that came before */
	size_t fresh;			/* … and that were new */
	struct position position;	/* after it */
};

void journal_begin(struct journal *j);
/* How many the position counts as withdrawn lately, as of `at`. */
uint64_t journal_withdrew(const struct position *p,
    const struct journal_batch *b, int64_t at);
/* Judges only: what journal_take() would say next. */
void journal_look(struct journal *j, const struct journal_batch *b,
    struct journal_verdict *v);
/* Judges and appends what is new. `at` is the hub's time. */
void journal_take(struct journal *j, const struct journal_batch *b,
    int64_t at, struct journal_verdict *v);
/* An entry of the hub itself; its place. */
uint64_t journal_act(struct journal *j, struct span json, int64_t at);
/* Durable, or (DB_FULL, DB_AGAIN) as if it had never begun. */
enum db_result journal_commit(struct journal *j);

/* --- reading -------------------------------------------------------------- */

typedef bool journal_entry_fn(void *arg, const struct entry *e);
/* Hands out entries from `from` on, at most `most` of them, until one
 * returns false; the next place to read. Never inside a group. */
uint64_t journal_read(struct journal *j, uint64_t from, size_t most,
    journal_entry_fn *each, void *arg);
uint64_t journal_last(struct journal *j);	/* place; 0: empty */
bool journal_position(struct journal *j, uint32_t site, struct position *p);
bool journal_head(struct journal *j, uint8_t chain[JOURNAL_CHAIN]);
uint64_t journal_bytes(struct journal *j);

/* Walks the chain from the first entry; 0, or the first place that is not
 * what it was. */
uint64_t journal_verify(struct journal *j);

/* Appends an entry exactly as it was (zqhub load); false if it doesn't
 * continue the chain. Inside a group. */
bool journal_restore(struct journal *j, const struct entry *e);

#endif
