/*
 * DER, as far as libcrypto 3.0 keeps it to itself: it parses CMP and CRMF,
 * but hands out neither the header's senderKID nor the template's key.
 *
 * A cursor over bytes that a stranger wrote: definite lengths only, of at
 * most four bytes, never past the end. A bad element ends the walk.
 */
#ifndef ZQ_CERTS_DER_H
#define ZQ_CERTS_DER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define DER_INTEGER 0x02
#define DER_OCTETS 0x04
#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_CONTEXT(n) (0xa0 + (n))	/* constructed, n < 31 */

struct der {
	uint8_t tag;		/* identifier byte; tags over 30 are refused */
	struct span content;
	struct span whole;	/* with identifier and length */
};

/* The next element of s, moving s on. False at the end and for what is no
 * DER. */
bool der_next(struct span *s, struct der *d);

/* The same, and it must have that tag; s doesn't move if it hasn't. */
bool der_take(struct span *s, uint8_t tag, struct der *d);

/* Going into: the content of the element with that tag, as a new walk. */
bool der_into(struct span *s, uint8_t tag, struct span *content);

#endif
