/*
 * A probe: one GET to one address of a stranger, and what came back.
 *
 * No redirect is followed, no proxy asked, and no connection made to an
 * address that inward.h keeps us from, whatever name it hides behind. Time,
 * headers, and what is read of the body have ceilings, compressed or not; no
 * cookie is kept. An address may be busy (polite.h): then nothing is asked.
 */
#ifndef ZQ_HUB_PROBE_H
#define ZQ_HUB_PROBE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/inward.h"
#include "contrib/base/span.h"
#include "hub/glance.h"
#include "hub/outcome.h"
#include "hub/polite.h"
#include "hub/trail.h"

#define PROBE_ADDRESSES 4	/* of one host that are tried */

struct prober;
struct probe;

struct prober_spec {
	const char *user_agent;
	const struct inward *inward;	/* kept */
	const char *cas;	/* PEM file of CAs, or NULL: the system's; kept */
	uint32_t timeout;	/* ms */
	struct polite *polite;	/* kept */
};

struct probe_answer {
	enum cause trouble;	/* CAUSE_FINE: there is an answer */
	const char *detail;	/* of the trouble */
	int64_t busy;		/* > 0: nothing was asked, come back in ms */
	long status;
	struct span type, body;	/* the body as far as it was read */
	struct span location;	/* as the server wrote it */
	int64_t retry_after;	/* ms, or -1 */
	bool cookies;
	bool cut;		/* less of the body came than was said; not:
				 * it is longer than what is read of it */
	bool refresh;		/* a header sends on: old servers, instead of
				 * a page */
	const char *wall;	/* a header of a wall against robots, or "" */
	struct span etag, modified;
	uint8_t certificate[16];
	struct span pem;	/* of the other side's certificate, if it was
				 * wanted and seen */
	const char *address;	/* that it came from, or was tried last; "" */
	uint32_t ms;		/* that it took */
};
typedef void probe_done_fn(void *arg, const struct probe_answer *a);

struct prober *prober_new(struct event_base *base,
    const struct prober_spec *spec);
void prober_free(struct prober *p);	/* what is under way is dropped */

struct probe_spec {
	const char *url;
	size_t most;		/* bytes of the body */
	const char *etag, *modified;	/* "": ask unconditionally */
	bool certificate;	/* is wanted */
	bool anew;		/* over a connection of its own, to where its
				 * name leads now; its Retry-After is not for
				 * others at that address */
	/* The address that the host is known to be at, which may be connected
	 * to already: polite_connect() was asked for it, and the probe gives
	 * it back. NULL: not known, or not asked. */
	struct polite_lane *lane;
	const char *address;
};
/* done is called once, later; then the probe is gone. */
struct probe *probe_start(struct prober *p, const struct probe_spec *spec,
    probe_done_fn *done, void *arg);
void probe_cancel(struct probe *p);

#endif
