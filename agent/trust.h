/*
 * Trust: what comes of a letter of the kind `trust`: the CAs that the site
 * believes from now on, while the hub's CA is rolled over and afterwards.
 */
#ifndef ZQ_AGENT_TRUST_H
#define ZQ_AGENT_TRUST_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/*
 * body is the letter's: <zq:trust> with a <zq:ca> for each CA, in PEM, see
 * certs/anchor.h for what is believed of it. Changes DIR/ca.pem durably;
 * acting on the same letter again changes nothing. False: nothing was
 * changed, and why says.
 */
bool trust_take(const char *dir, struct span body, struct buf *why);

#endif
