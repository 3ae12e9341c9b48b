/*
 * Operators' calls for proof (`zqhub prove`).
 *
 * The sites called are wanted to reconcile (guests.h), which their agents
 * hear at once where they wait for letters. What each comes to is told the
 * operator as it comes, with the items that differ; when all have answered,
 * or his time is over, he is told how many have. Nothing of a call outlives
 * it: sites that haven't come are wanted no more.
 *
 * Asked: {"do": "prove-sync", "codes": [CODE, …] or none for all, "wait":
 * ms}. Progress: {"done": n, "of": m}, {"site": {…}}, {"code": …, "items":
 * […]}. Answer: {"sites": n, "same": n, "differs": n, "silent": n,
 * "unasked": n}.
 */
#ifndef ZQ_HUB_PROVE_CALLS_H
#define ZQ_HUB_PROVE_CALLS_H

#include <event2/event.h>
#include <jansson.h>

#include "contrib/base/ctl.h"
#include "hub/attest.h"
#include "hub/guests.h"
#include "hub/letters.h"
#include "hub/writer.h"

#define PROVE_CALLS_WAIT 30000	/* ms, unless the operator says otherwise */
#define PROVE_CALLS_WAIT_MOST 3600000
#define PROVE_CALLS_ITEMS 20000	/* that are named to one operator */

struct prove_calls;

/* Keeps the last three. */
struct prove_calls *prove_calls_new(struct event_base *base, struct writer *w,
    struct guests *g, struct letters *l);
void prove_calls_free(struct prove_calls *s);	/* nobody is answered */

void prove_calls_ask(struct prove_calls *s, struct ctl_peer *peer,
    const json_t *said);
void prove_calls_gone(struct prove_calls *s, const struct ctl_peer *peer);
/* Is the hub's disk full? Then who has something to say first can't be proven,
 * and nobody waits for that as long as otherwise. */
void prove_calls_disk(struct prove_calls *s, bool full);
/* An attest_told_fn. */
void prove_calls_told(void *arg, const struct attest *a);

#endif
