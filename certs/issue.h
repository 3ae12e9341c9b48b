/*
 * Certificates in the making (RFC 5280): the fields that all of ours have,
 * then extensions, then a signature. How each kind looks is in ca.c.
 */
#ifndef ZQ_CERTS_ISSUE_H
#define ZQ_CERTS_ISSUE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>

/* Valid since before now: a site whose clock is a day behind still finds
 * the hub's certificate good (R22). */
#define ISSUE_EARLY (2 * 86400)	/* s, and no more than … */
#define ISSUE_EARLY_PART 30	/* … this part of its life */
#define ISSUE_NAME_MAX 64	/* characters: ub-common-name */

struct issue {
	X509 *cert;		/* of the caller once issue_sign() was true */
	X509 *by;		/* the issuer's; cert itself for a root */
	bool bad;		/* some step failed; the rest does nothing */
};

/* Serial (random), validity, key and subject "CN=name" with "OU=unit" if
 * unit isn't NULL. Names are UTF-8 and cut to what a name may have. `by` is
 * NULL for a root; nothing outlives it. */
void issue_begin(struct issue *i, EVP_PKEY *key, const char *name,
    const char *unit, X509 *by, int days);

/* value as in x509v3_config(5): constants of ours only, never text from
 * outside. */
void issue_put(struct issue *i, int nid, const char *value);
void issue_put_alt(struct issue *i, GENERAL_NAMES *names);

/* False: something failed since issue_begin(), and cert is freed. */
bool issue_sign(struct issue *i, EVP_PKEY *key);

/* ASN.1 time to ms since 1970; INT64_MIN if it is none. */
int64_t issue_time(const ASN1_TIME *t);

/* When a certificate of ours was made, ms in whole seconds: that is later
 * than it is valid from. INT64_MIN if it has no dates. */
int64_t issue_when(const X509 *cert);

/* The common name, UTF-8, control characters as '?', cut at a character to
 * size-1 bytes; "" if there is none. */
void issue_common_name(char *out, size_t size, const X509_NAME *name);

#endif
