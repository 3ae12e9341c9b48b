/*
 * Admitting: an enrolment as the core sees it. The ca asks (FRAME_ASK), the
 * ticket book is judged in a turn of its own, the key is bound in the
 * journal and shown, and only then the ca may sign (FRAME_GRANT).
 */
#ifndef ZQ_HUB_ADMIT_H
#define ZQ_HUB_ADMIT_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct admit;

/* Tells the ca; body is a FRAME_GRANT. */
typedef void admit_send_fn(void *arg, uint64_t number, struct span body);
/* This site has a new key: who is connected with the old one must go. */
typedef void admit_rebound_fn(void *arg, uint32_t site);

/* Keeps both. */
struct admit *admit_new(struct writer *w, struct turns *t,
    admit_send_fn *send, admit_rebound_fn *rebound, void *arg);
void admit_free(struct admit *a);	/* what waits is forgotten */

void admit_ask(struct admit *a, uint64_t number, struct span body);

#endif
