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
#include "hub/listen.h"

#define TLS_RENEW_DAYS 30	/* made anew when fewer are left */

/* Makes key and certificate below dir, for the host of `public` ("" if there
 * is none) and of `listen`; a wildcard means the machine's names and
 * addresses. The machine itself is always among them. */
bool tls_make(const struct ca *ca, const char *dir, const char *name,
    const char *listen, const char *public, struct buf *why);

/* The names for these settings. Asks the machine for its addresses, which
 * can't be done in a sandbox. */
#define TLS_HOSTS 32		/* a machine may have many addresses */
struct tls_hosts {
	char name[TLS_HOSTS][LISTEN_HOST];
	const char *list[TLS_HOSTS + 1];	/* into the above */
	size_t count;
};
void tls_gather(struct tls_hosts *h, const struct config *c);

enum tls_state {
	TLS_GOOD,
	TLS_MADE_ANEW,
	TLS_OTHER_CA,		/* made anew: the last one was of another CA */
	TLS_NO_CA,		/* its files can't be used */
	TLS_FAILED,		/* something else; why says what of both */
};

/* Looks whether it is there, in date, for these names and of this CA, and
 * makes it anew if not, for the names that it had as well. Opens the CA's key: not for a part that talks. */
enum tls_state tls_look(const struct config *c, const struct tls_hosts *h,
    struct buf *why);

/* What the edge needs, as PEM: the hub's chain and key, and the CAs that
 * sign the agents: two while the CA is rolled over. */
struct tls_pem {
	struct buf chain, key, cas;
};
bool tls_read(struct tls_pem *pem, const char *dir, struct buf *why);
void tls_pem_clear(struct tls_pem *pem);	/* the key is wiped */

#endif
