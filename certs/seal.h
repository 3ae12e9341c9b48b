/*
 * Sealing: a private key, or some secret bytes, as PEM that a passphrase
 * opens (PKCS#8, PBES2: PBKDF2 with HMAC-SHA256, AES-256), so that openssl
 * can open it too. Without a passphrase it is plain PKCS#8.
 */
#ifndef ZQ_CERTS_SEAL_H
#define ZQ_CERTS_SEAL_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define SEAL_ROUNDS 600000	/* of PBKDF2: half a second of a thief's CPU
				 * for each guess */

/* pass NULL: plain. Both wipe what they copy; `pem` is the caller's to. */
void seal_key(struct buf *pem, EVP_PKEY *key, const char *pass);
void seal_secret(struct buf *pem, struct span secret, const char *pass);

bool seal_is_closed(struct span pem);	/* needs a passphrase */

/* NULL, false: `why` is a constant sentence. */
EVP_PKEY *seal_open_key(struct span pem, const char *pass,
    const char **why);
bool seal_open_secret(uint8_t *out, size_t n, struct span pem,
    const char *pass, const char **why);

#endif
