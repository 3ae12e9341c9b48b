/*
 * Whose word a letter about links passes on: a site's, by its code and name,
 * and the person's who said it there; or that of an operator of this hub.
 *
 * What it knows is copied: letters are sent while their links are put in, and
 * rows don't outlive that.
 */
#ifndef ZQ_HUB_TELL_WHO_H
#define ZQ_HUB_TELL_WHO_H

#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/move.h"
#include "protocol/mending.h"

struct tell_who {
	struct buf by, name, person, operator;
};

void tell_who_init(struct tell_who *w);
void tell_who_clear(struct tell_who *w);

/* Into the link, whose spans are good until the next of these calls. */
void tell_who_of_site(struct tell_who *w, struct db_txn *t, uint32_t site,
    struct mending_link *l);
void tell_who_of_move(struct tell_who *w, struct db_txn *t,
    const struct move *m, struct mending_link *l);
/* An operator's, and no site's: older agents look at `by` alone. */
void tell_who_of_operator(struct tell_who *w, struct span name,
    struct mending_link *l);

#endif
