/*
 * When the domains of sites run out: what an operator has said of each, for
 * registries don't tell it to everybody alike, and those of .gov.cn hardly at
 * all. It goes with the domain when that is taken from its site.
 *
 *	{"do":"domain-expires","site":N,"domain":HOST,"expires":MS}	0: it
 *		isn't known any more
 */
#ifndef ZQ_HUB_EXPIRY_H
#define ZQ_HUB_EXPIRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/act_read.h"

/* ms; CLOCK_NONE: nobody has said. */
int64_t expiry_of(struct db_txn *t, struct span domain);
/* Of a site's, see site_domain_next(): the one that runs out first. False: of
 * none it is known. */
bool expiry_first(struct db_txn *t, struct span domains, struct span *domain,
    int64_t *until);

act_read_fn expiry_act;

/* For the register: {HOST: MS, …} of a site's domains, NULL if there is none;
 * and back, of those that are the site's. */
json_t *expiry_list(struct db_txn *t, struct span domains);
void expiry_restore(struct group *g, uint32_t site, const json_t *list);

#endif
