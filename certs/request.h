/*
 * What somebody asks of the CA: one PKIMessage taken apart and judged as far
 * as that goes without the ticket book.
 */
#ifndef ZQ_CERTS_REQUEST_H
#define ZQ_CERTS_REQUEST_H

#include <openssl/cmp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "certs/ca.h"
#include "certs/cmp.h"
#include "certs/enroll_request.h"
#include "contrib/base/span.h"

#define REQUEST_INCOMPLETE N_("the request must hold one template, number 0, " \
	"with a subject, a public key, and a signature that proves " \
	"possession of the private key")

/* Both are trusted; `next` is NULL but while the CA is rolled over. */
struct request_cas {
	const struct ca *now, *next;
};

struct request {
	struct cmp_head head;		/* spans into the message's bytes */
	OSSL_CMP_MSG *msg;
	X509 *signer;			/* verified; NULL for a MAC */
	const struct ca *by;		/* the CA that is to sign */
	const uint8_t *tickets;		/* the hub's ticket key */
	struct enroll_request is;	/* what the book is asked about */
	bool complete;			/* one template, possession proven */
	const char *unfit;		/* why its key is not accepted */
};

/* False: nothing to clear; why is a constant sentence, not yet translated.
 * A certConf is only parsed. */
bool request_read(struct request *q, const struct request_cas *cas,
    struct span der, const char **why);
void request_clear(struct request *q);

/* Why it is refused whatever the book says; NULL: the book decides. */
const char *request_refusal(const struct request *q);

/* Sets what the protection of q is checked with, and a MAC answered with. */
void request_trust(const struct request *q, OSSL_CMP_CTX *ctx);

#endif
