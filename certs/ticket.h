/*
 * The enrolment ticket: one line that an operator reads out or mails, good
 * once, for one site, for a day.
 *
 *	zq1.REF.SECRET.PIN
 *
 * REF (10 bytes) names it in the hub's store; SECRET (16 bytes) is the CMP
 * shared secret; PIN (16 bytes) is the head of the SHA-256 of the CA's public
 * key, so that the first contact is already with the right hub. All base32.
 * The secret is HMAC-SHA256(ticket key, "zhanqun ticket" REF) cut to 16
 * bytes: the store keeps REF only, and a copy of it opens nothing.
 */
#ifndef ZQ_CERTS_TICKET_H
#define ZQ_CERTS_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define TICKET_REF 10
#define TICKET_SECRET 16
#define TICKET_PIN 16
#define TICKET_KEY 32		/* the hub's ticket key, a file beside the CA */
#define TICKET_LIFE (24 * 3600 * 1000)	/* ms, unless set */

struct ticket {
	uint8_t ref[TICKET_REF];
	uint8_t secret[TICKET_SECRET];
	uint8_t pin[TICKET_PIN];
};

void ticket_secret(uint8_t secret[TICKET_SECRET],
    const uint8_t key[TICKET_KEY], const uint8_t ref[TICKET_REF]);
void ticket_mint(struct ticket *t, const uint8_t key[TICKET_KEY],
    const uint8_t pin[TICKET_PIN]);
void ticket_format(struct buf *b, const struct ticket *t);
/* `why`: which of the four parts is missing, short or misspelt. */
bool ticket_parse(struct ticket *t, struct span s, const char **why);

#endif
