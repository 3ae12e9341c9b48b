/*
 * Where each site stands in the view: up to which of its changes is shown,
 * how many items that comes to, and their digest. Kept as changes are
 * applied; the newest are in memory, and written once per group.
 */
#ifndef ZQ_HUB_STAND_H
#define ZQ_HUB_STAND_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/map.h"
#include "protocol/digest.h"

struct stand {
	uint32_t site;
	bool dirty;		/* in memory only */
	bool silenced;		/* blocked, forked, quarantined or retired: what
				 * it says is held */
	bool gate;		/* closed: what it withdraws is held */
	uint64_t incarnation, seq;	/* of the last change shown */
	uint64_t place;
	uint64_t changes;	/* shown, of all incarnations */
	uint64_t items, withdrawn, held;
	uint64_t gated;		/* … of those held, by the gate */
	uint64_t refused;	/* withdrawals that an operator refused; not
				 * counted as held */
	int64_t gate_since;	/* ms, hub time: closed; or … */
	int64_t gate_settled;	/* … when an operator last settled it; 0 */
	uint64_t again;		/* held for a foreign host up to this place was
				 * judged by the domains it has now */
	uint64_t moves;		/* announced, and not over */
	uint64_t idle;		/* deletions of what was not there */
	uint64_t letters, confirmed;	/* numbers, see letter.h */
	struct digest digest;
};

/* From the table alone: zeros if it is not there. */
void stand_read(struct db_txn *t, uint32_t site, struct stand *s);
/* The same without the digest, which is 99 % of the row. */
void stand_look(struct db_txn *t, uint32_t site, struct stand *s);

struct stands {		/* those in memory; all are what the table has, or
			 * dirty */
	struct map map;
};

void stands_init(struct stands *s);
void stands_clear(struct stands *s);	/* forgets; for after a failure, too */
/* For changing; stays until cleared. */
struct stand *stands_get(struct stands *s, struct db_txn *t, uint32_t site);
void stands_write(struct stands *s, struct db_txn *t);

#endif
