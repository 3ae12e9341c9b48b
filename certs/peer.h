/*
 * The peer: who is at the other end of a TLS connection.
 *
 * TLS 1.3 only, both ends by certificate of the cluster's CA. Only the
 * enrolment path may be walked without one. Sessions resume (stateful, one
 * ticket), buffers are released when idle.
 */
#ifndef ZQ_CERTS_PEER_H
#define ZQ_CERTS_PEER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "certs/ca.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Of a certificate that was shown and isn't good. Its holder is a stranger
 * like who shows none, but can be told what is the matter. */
enum peer_flaw { PEER_FLAWLESS, PEER_EXPIRED, PEER_EARLY, PEER_FOREIGN };

struct peer {
	bool known;		/* it showed a certificate of our CA */
	enum peer_flaw flaw;
	uint32_t site;		/* 0 unless known */
	uint8_t key_hash[CA_KEY_HASH];
	int64_t not_before;	/* ms; of what isn't good at this time … */
	int64_t not_after;	/* … as well */
	int64_t issued;		/* ms; CLOCK_NONE unless known */
	uint8_t ca[TICKET_PIN];	/* which signed it; zeros: not known */
};

/* The hub's side, all in PEM: its chain, its key, and the CAs that sign the
 * agents. A client certificate is asked for, and verified if there is one;
 * one that has expired, is not good yet, or is of another CA is let in as a
 * stranger's. */
struct peer_pem {
	struct span chain, key, cas;
};
SSL_CTX *peer_server(const struct peer_pem *pem, struct buf *why);

/* Who is it? False: a certificate that is ours and yet carries no site. The
 * certificate was in date at the full handshake; not_after is for whoever
 * keeps a connection or a session longer than that. */
bool peer_of(struct peer *p, SSL *ssl);

/* Would its certificate be good under this context, too? For connections
 * that were made before the CAs changed. */
bool peer_is_still_good(SSL *ssl, SSL_CTX *ctx);

/* The agent's side, for curl's CURLOPT_SSL_CTX_FUNCTION. With a pin, the
 * chain must hold a CA certificate whose key has that pin (and the host name
 * is still checked); without (NULL), curl's CURLOPT_CAINFO decides. */
bool peer_client(SSL_CTX *ctx, const uint8_t pin[TICKET_PIN]);

/* Words for CURLINFO_SSL_VERIFYRESULT after CURLE_PEER_FAILED_VERIFICATION,
 * since curl knows nothing of pins; NULL if curl's own sentence says it. */
const char *peer_why(long verify_result);
/* Is it that no CA which is believed stands behind the certificate? */
bool peer_is_strange(long verify_result);

#endif
