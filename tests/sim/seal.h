/*
 * In the place of certs/signed.h: what the hub's ca would sign goes with the
 * sum of its bytes.
 */
#ifndef ZQ_SIM_SEAL_H
#define ZQ_SIM_SEAL_H

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define SIM_SEAL 32		/* bytes, before the document */

void sim_seal(struct buf *out, struct span document);
/* False: it was changed, or a piece of it is missing. */
bool sim_unseal(struct buf *out, struct span sealed);

#endif
