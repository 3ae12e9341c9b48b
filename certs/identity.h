/*
 * An agent's identity: its key, its certificate, the CA it trusts, as PEM
 * files in one directory (key.pem 0600, cert.pem, ca.pem). The key is made
 * here and never leaves. Files change by rename only.
 */
#ifndef ZQ_CERTS_IDENTITY_H
#define ZQ_CERTS_IDENTITY_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "certs/ca.h"
#include "contrib/base/buf.h"

EVP_PKEY *identity_make_key(void);
/* The key of the next certificate: made once and kept until identity_save()
 * has put one in place. So who asks again, because an answer was lost, asks
 * for the same. NULL: why. */
EVP_PKEY *identity_next_key(const char *dir, struct buf *why);
/* ca NULL: the CAs that are there stay. */
bool identity_save(const char *dir, EVP_PKEY *key, X509 *cert, X509 *ca,
    struct buf *why);

/*
 * Call before use: a renewal that was cut off between the new key and its
 * certificate left cert.pem.next, which is put in place if it is the key's
 * and dropped if it isn't; one that was cut off behind that left the key as the
 * next one, too. False: key.pem and cert.pem are no pair.
 */
bool identity_mend(const char *dir, struct buf *why);

struct identity {	/* what status shows */
	uint32_t site;
	char code[64];
	int64_t not_before, not_after;	/* ms */
	int64_t ca_until;		/* ms: the last CA's own end */
	char hub_ca[128];		/* the CA's name */
	bool outdated;			/* signed by another CA than the last
					 * of anchor.h: to be renewed */
	uint8_t key_hash[CA_KEY_HASH];	/* see ca_key_hash() */
};
bool identity_read(struct identity *i, const char *dir, struct buf *why);

#endif
