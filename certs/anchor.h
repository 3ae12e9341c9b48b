/*
 * Whom an agent believes: DIR/ca.pem, the hub's CA, or, while that is rolled
 * over, two of them. The last is the one that signs new certificates.
 */
#ifndef ZQ_CERTS_ANCHOR_H
#define ZQ_CERTS_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define ANCHOR_MOST 4	/* CAs at a time */

/*
 * From now on these, each a CA's certificate in PEM, with links after it
 * (roll.h) if it is a new one. A new one needs a link from one that is
 * believed already: not even the hub's own TLS key can slip in another.
 * Durable when it returns true; the same again changes nothing, nor does
 * what was so before this agent came: if the newest of them is no newer than
 * the newest that is believed, it was enrolled since, and none that it
 * doesn't know is added. False: all is as before, and why says what was wrong
 * with which.
 */
bool anchor_replace(const char *dir, const struct span *pem, size_t count,
    struct buf *why);

#endif
