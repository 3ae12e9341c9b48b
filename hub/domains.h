/*
 * The history of a site's domains: when each was given to it, taken from it,
 * and proven to be its own or not any more. It stays for ever, also of a site
 * that is retired.
 */
#ifndef ZQ_HUB_DOMAINS_H
#define ZQ_HUB_DOMAINS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"

enum domains_event {		/* in rows by number: add at the end */
	DOMAINS_GIVEN,		/* when the site was added, or later */
	DOMAINS_TAKEN,
	DOMAINS_PROVEN,		/* its web server shows the site's key … */
	DOMAINS_UNPROVEN,	/* … and doesn't any more */
	DOMAINS_EVENTS
};
const char *domains_event_name(enum domains_event e);
const char *domains_event_word(enum domains_event e);	/* translated */

struct domains_line {		/* spans live as a get's (db.h) */
	int64_t at;		/* ms, hub time */
	enum domains_event event;
	struct span domain, by, reason;
};

/* o: the act that did it, with its actor and reason. */
void domains_note(struct group *g, const struct entry *e, uint32_t site,
    enum domains_event event, struct span domain, const json_t *o);

/* In the order in which it happened; false stops. */
typedef bool domains_fn(void *arg, const struct domains_line *l);
void domains_each(struct db_txn *t, uint32_t site, domains_fn *each,
    void *arg);

#endif
