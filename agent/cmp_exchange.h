/*
 * The way of a certificate: one CMP message to the hub and one back, for a
 * process that may block.
 */
#ifndef ZQ_AGENT_CMP_EXCHANGE_H
#define ZQ_AGENT_CMP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/line.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct cmp_exchange {
	const char *hub;	/* "https://hub.example:7443" */
	const char *proxy;	/* of the first contact; NULL: see line.h */
	const uint8_t *pin;	/* of the ticket, at the first contact … */
	const struct line *line;	/* … later the site's certificate */
	bool unreached;		/* out: there was no connection to the hub, or
				 * at the first contact no TLS */
	struct buf *answer;	/* inside */
};

/* An enroll_send_fn; arg is a struct cmp_exchange. */
bool cmp_exchange_send(void *arg, struct span der, struct buf *answer,
    struct buf *why);

#endif
