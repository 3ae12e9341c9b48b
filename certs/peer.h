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

struct peer {
	bool known;		/* it showed a certificate of our CA */
	uint32_t site;
	uint8_t key_hash[CA_KEY_HASH];
	int64_t not_after;	/* ms */
};

/* The hub's side: its chain and key, and the CA that signs the agents. A
 * client certificate is asked for, and verified if there is one. */
SSL_CTX *peer_server(const char *cert_path, const char *key_path,
    const char *ca_path, struct buf *why);

/* Who is it? False: a certificate that is ours and yet carries no site. The
 * certificate was in date at the full handshake; not_after is for whoever
 * keeps a connection or a session longer than that. */
bool peer_of(struct peer *p, SSL *ssl);

/* The agent's side, for curl's CURLOPT_SSL_CTX_FUNCTION. With a pin, the
 * chain must hold a CA certificate whose key has that pin (and the host name
 * is still checked); without (NULL), curl's CURLOPT_CAINFO decides. */
bool peer_client(SSL_CTX *ctx, const uint8_t pin[TICKET_PIN]);

/* Words for CURLINFO_SSL_VERIFYRESULT after CURLE_PEER_FAILED_VERIFICATION,
 * since curl knows nothing of pins; NULL if curl's own sentence says it (a
 * wrong host name, for one). */
const char *peer_why(long verify_result);

#endif
