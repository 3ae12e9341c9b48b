/*
 * What is asked of the CA, for the ticket book to judge.
 */
#ifndef ZQ_CERTS_ENROLL_REQUEST_H
#define ZQ_CERTS_ENROLL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "certs/ticket.h"

struct enroll_request {
	bool is_confirm;		/* nothing to ask */
	bool has_ref, mac_good;
	uint8_t ref[TICKET_REF];
	uint8_t key_hash[CA_KEY_HASH];	/* of the key to be certified */
	char code[64];			/* common name asked for, or "" */

	/* A renewal has no reference. Its signature was good, by a
	 * certificate of this CA: whether the site is blocked, the old key
	 * still its key, and an expired one not too old, is for the book to
	 * say. */
	bool is_renewal;
	uint32_t site;
	uint8_t old_key_hash[CA_KEY_HASH];
	int64_t expired;		/* ms, when it did; 0: in date */
	int64_t issued;			/* ms, when the old key's was made */

	/* What would be issued. */
	uint8_t ca[TICKET_PIN];		/* by the CA with this pin */
	int64_t until;			/* ms */
};

#endif
