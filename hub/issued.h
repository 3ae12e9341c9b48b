/*
 * Issued: which CA signed the certificate that a site has, and how far a
 * roll of the CA has come (certs/roll.h), as acts have told it:
 *
 *	{"do":"ca-roll","ca":HEX,"trust":XML}	there is a next CA, with this
 *		pin; XML is the body of the letter `trust` to every site
 *	{"do":"ca-rolled","ca":HEX,"trust":XML}	it is the CA now, and the
 *		one before is trusted no more
 *
 * A CA is told by its pin, as in tickets. Certificates that were issued
 * before the hub kept this are of no known CA, which counts as the old one.
 */
#ifndef ZQ_HUB_ISSUED_H
#define ZQ_HUB_ISSUED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "certs/ticket.h"
#include "contrib/base/db.h"
#include "hub/act_read.h"
#include "hub/group.h"

/* False: not known, and zeros. */
bool issued_by(struct db_txn *t, uint32_t site, uint8_t pin[TICKET_PIN]);

enum issued_state { ISSUED_STILL, ISSUED_ROLLING, ISSUED_ROLLED };

struct issued_roll {
	enum issued_state state;
	int64_t since;			/* ms, hub time */
	uint8_t pin[TICKET_PIN];	/* of the next CA, or the new one */
	struct span trust;		/* body of the letter */
};
/* False: never, and ISSUED_STILL. */
bool issued_roll(struct db_txn *t, struct issued_roll *r);

/* A certificate was granted, says the act enroll or renew ("ca"). A site that
 * got one of the old CA while there is a next one is written to. */
void issued_note(struct group *g, const struct entry *e, const json_t *o,
    uint32_t site);

act_read_fn issued_act_roll, issued_act_rolled;

#endif
