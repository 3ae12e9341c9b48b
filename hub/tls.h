/*
 * The hub's own certificate: which names it must carry, and when it must be
 * made anew. The CA signs it, so agents trust a new one without being told.
 */
#ifndef ZQ_HUB_TLS_H
#define ZQ_HUB_TLS_H

#include <stdbool.h>

#include "certs/ca.h"
#include "contrib/base/buf.h"
#include "hub/config.h"

#define TLS_RENEW_DAYS 30	/* made anew when fewer are left */

/* Makes key and certificate below dir, for the host of `public` ("" if there
 * is none) and of `listen`; a wildcard means the machine's names and
 * addresses. The machine itself is always among them. */
bool tls_make(const struct ca *ca, const char *dir, const char *name,
    const char *listen, const char *public, struct buf *why);

enum tls_state { TLS_GOOD, TLS_MADE_ANEW, TLS_FAILED };

/* Looks whether it is there, in date, for these names and of this CA, and
 * makes it anew if not. Opens the CA's key: not for a part that talks. */
enum tls_state tls_look(const struct config *c, struct buf *why);

#endif
