/*
 * Keys and certificates as PEM files, kept so that a crash leaves the old
 * file or the new one and never half of one: written beside, fsynced, moved
 * into place, directory fsynced.
 *
 * All return false (or NULL) with a line in `why` that names the file.
 */
#ifndef ZQ_CERTS_KEEP_H
#define ZQ_CERTS_KEEP_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <sys/types.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define KEEP_PATH_MAX 1024	/* a path with its NUL */
#define KEEP_FILE_MAX 65536	/* bytes; a chain of certificates is 4 KiB */

enum keep_how {
	KEEP_NEW,	/* never overwrites: an existing file is an error */
	KEEP_REPLACE,
};

/* "dir/name"; false if that is too long. */
bool keep_path(char out[KEEP_PATH_MAX], const char *dir, const char *name,
    struct buf *why);
bool keep_dir(const char *dir, mode_t mode, struct buf *why);

bool keep_put(const char *path, mode_t mode, enum keep_how how,
    struct span bytes, struct buf *why);
/* Removes what is left beside it of a keep_put() that was killed. For who alone
 * writes it: another's may be under way. */
void keep_sweep(const char *path);
bool keep_put_key(const char *path, enum keep_how how, EVP_PKEY *key,
    struct buf *why);				/* 0600 */
bool keep_put_certs(const char *path, enum keep_how how, X509 *const *certs,
    size_t count, struct buf *why);		/* 0644 */

/* Moves a file that was put by one of the above, durably. */
bool keep_move(const char *from, const char *to, struct buf *why);

bool keep_get(const char *path, struct buf *out, struct buf *why);
/* A file that everybody can read is no place for a secret: refused. */
bool keep_get_secret(const char *path, struct buf *out, struct buf *why);
EVP_PKEY *keep_get_key(const char *path, struct buf *why);
X509 *keep_get_cert(const char *path, struct buf *why);	/* the first */
/* All of them, at least one; the caller's. */
STACK_OF(X509) *keep_get_certs(const char *path, struct buf *why);
/* The same from bytes; `what` stands in why instead of a path. */
STACK_OF(X509) *keep_parse_certs(const char *what, struct span pem,
    struct buf *why);
void keep_free_certs(STACK_OF(X509) *certs);	/* NULL is fine */

/* The oldest OpenSSL error as a sentence; the queue is then empty. */
const char *keep_openssl_error(void);

#endif
