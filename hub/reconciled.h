/*
 * Reconciled: answers to what agents post to be compared, as frames for the
 * edge. One outcome, one HTTP status, said here only.
 */
#ifndef ZQ_HUB_RECONCILED_H
#define ZQ_HUB_RECONCILED_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/reply.h"
#include "protocol/reconcile.h"

#define RECONCILED_LATER 1000	/* ms, where nothing says better */

struct reconciled {
	reply_send_fn *send;
	void *arg;
	unsigned later;		/* told so often: spreads them */
};

/* A document that is whole. */
void reconciled_send(struct reconciled *r, uint64_t number, struct span xml);
/* One that is only a head; a->now is filled in. */
void reconciled_answer(struct reconciled *r, uint64_t number,
    struct reconcile_answer *a);
/* Come after so many ms, or a bit more: so that those who wait don't all
 * come at once. */
void reconciled_later(struct reconciled *r, uint64_t number, uint32_t after,
    const char *why);
void reconciled_refuse(struct reconciled *r, uint64_t number,
    enum verdict v, const char *cause, const char *why);

#endif
