/*
 * The signer: hands out the map of moves, signed. The ca signs; what it has
 * signed is kept and given to all who ask for the same, until the map
 * changes or SIGNER_LIFE is over. So a thousand agents cost one signature.
 */
#ifndef ZQ_HUB_SIGNER_H
#define ZQ_HUB_SIGNER_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/reply.h"
#include "hub/view.h"

#define SIGNER_KEPT 16		/* documents: from so many versions on */
#define SIGNER_LIFE (INT64_C(3600) * 1000)	/* ms */
#define SIGNER_WAITING 20000	/* that wait for one; others come later */

/* The version that agents are told there is; 0: none. */
uint64_t signer_version(struct view *v);

struct signer;

/* Keeps where the view stands: a rebuild puts another there. send: an answer
 * to the edge; sign: a document for the ca, whose answer is to come with that
 * number. */
struct signer *signer_new(struct view *const *v, reply_send_fn *send,
    reply_send_fn *sign, void *arg);
void signer_free(struct signer *s);

void signer_ask(struct signer *s, uint64_t number, struct span body);
void signer_signed(struct signer *s, uint64_t number, struct span body);
/* The hub's certificate is another one: what was signed with the one before
 * may be believed by nobody who comes now. Who waits asks again. */
void signer_forget(struct signer *s);

#endif
