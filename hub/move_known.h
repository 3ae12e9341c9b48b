/*
 * What is known of an address of a move from before it moved, so that what
 * answers at the new one can be told from something else.
 *
 * It comes from the index: the title that its site gave it last at the old
 * address. If the site has told it at the new one since, and as much the
 * same page, what it is called now counts. What stands in the titles of
 * other pages of the site as well (its name, a column) says nothing of this
 * one and is left out.
 */
#ifndef ZQ_HUB_MOVE_KNOWN_H
#define ZQ_HUB_MOVE_KNOWN_H

#include <stdbool.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/journal.h"
#include "hub/likeness.h"
#include "hub/move.h"

#define MOVE_KNOWN_TITLE 200	/* bytes */

struct move_known {
	char title[MOVE_KNOWN_TITLE];	/* "": not known */
	char parts[LIKENESS_PARTS];	/* likeness.h: its own; "": nothing to
					 * compare with */
	bool file;		/* it is no page: a document, a picture */
};

/* url leads to `to`, by this move. Nothing is known (all is empty) of what no
 * site has told; of the top of a column or domain that has moved, which has
 * another name then more often than not; and of a move that was verified:
 * a page that has arrived may be called what it likes. Not inside a group. */
void move_known_read(struct move_known *k, struct db_txn *t,
    struct journal *j, const struct move *m, struct span url,
    struct span to);

#endif
