/*
 * Renewal: a new key and a certificate for it, asked for with the old one
 * (R10). It falls due at two thirds of a certificate's life, give or take, so
 * that a cluster's agents don't all come at once; at once if the certificate
 * has expired, or isn't of the CA that signs (anchor.h).
 */
#ifndef ZQ_AGENT_RENEW_H
#define ZQ_AGENT_RENEW_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/line.h"
#include "agent/store.h"
#include "certs/identity.h"
#include "contrib/base/buf.h"

/* Does it, and blocks meanwhile. False: why says, and all is as before;
 * *answered: the hub was there, and it won't. */
bool renew_now(const struct line *line, const char *dir, bool *answered,
    struct buf *why);

/* When? jitter: 0 … 999. */
int64_t renew_due(const struct identity *i, uint32_t jitter);

/* Does it when it is due, in a child process; done() when there is a new
 * certificate. */
struct renew;
typedef void renew_done_fn(void *arg);
struct renew *renew_new(struct event_base *base, const struct line *line,
    const char *dir, renew_done_fn *done, void *arg);
/* If this machine's clock is far from the hub's, as the hub's last answer
 * (which s remembers) was understood, then the hub's says what is due: it
 * judges the certificate by that. */
#define RENEW_APART INT64_C(172800000)	/* ms: that is no drift */
void renew_by(struct renew *r, const struct store *s);
void renew_free(struct renew *r);

/* Whom the site trusts has changed: looks within half a minute, and renews
 * if its certificate isn't of the CA that signs from now on. */
void renew_look(struct renew *r);
/* Why the last try failed, in the hub's words if it has any, and when the next
 * one is: {"failed", "next_ms"}; JSON's null if it didn't. */
json_t *renew_status(const struct renew *r);
/* The hub wants it now, due or not. May be called as often as the hub says
 * so: does nothing while it is under way, has just been done, or waits to be
 * tried again. */
void renew_soon(struct renew *r);

#endif
