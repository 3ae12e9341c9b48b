/*
 * One PKIMessage (RFC 4210 §5.1): its bytes, its head, its template's key.
 *
 * libcrypto speaks the protocol; here is what it keeps to itself, and the
 * bounds: a message comes from anybody who can reach the hub's port.
 */
#ifndef ZQ_CERTS_CMP_H
#define ZQ_CERTS_CMP_H

#include <openssl/cmp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define CMP_MESSAGE_MAX 65536	/* bytes; ours are under 2,000 */

/* What a client may cost the hub before it has shown to know a secret: a
 * count of 10,000 is 2 ms. OpenSSL's own client asks for 500. */
#define CMP_ITERATIONS_MOST 10000
#define CMP_TRANSACTION_MOST 64		/* bytes; the profile says 16 */

enum cmp_body {		/* the tags of PKIBody */
	CMP_BODY_IR = 0, CMP_BODY_CR = 2, CMP_BODY_P10CR = 4,
	CMP_BODY_KUR = 7, CMP_BODY_PKICONF = 19, CMP_BODY_CERTCONF = 24,
};

struct cmp_head {	/* spans into the message */
	int body;
	struct span kid;		/* senderKID: the reference value */
	struct span transaction;
	bool is_mac;			/* protected by PasswordBasedMac */
	struct span signer;		/* the first of extraCerts, or none */
};

/* Walks over the message's outside. `why` is a constant sentence. */
bool cmp_head_read(struct cmp_head *h, struct span der, const char **why);

/* NULL if libcrypto can't read it, or bytes follow it. */
OSSL_CMP_MSG *cmp_read(struct span der);
bool cmp_write(struct buf *out, const OSSL_CMP_MSG *msg);

/* The key to be certified; NULL if there is none that can be read. */
EVP_PKEY *cmp_template_key(const OSSL_CRMF_MSG *crm);

/* Libraries don't talk: nothing on stderr, the error queue is kept. */
void cmp_silence(OSSL_CMP_CTX *ctx);

#endif
