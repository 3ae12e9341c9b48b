/*
 * The certificate authority of a cluster: one key, one certificate, and the
 * certificates it signs for the hub and for the sites' agents.
 *
 * Keys are EC P-256, files PEM, private ones 0600. A site's certificate
 * carries its number in a URI (subjectAltName "urn:zhanqun:site:42") and, for
 * people, its code as common name; identity is the number and the key.
 */
#ifndef ZQ_CERTS_CA_H
#define ZQ_CERTS_CA_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "certs/ticket.h"
#include "contrib/base/buf.h"

#define CA_KEY_HASH 32		/* SHA-256 of a SubjectPublicKeyInfo */
#define CA_DAYS 3650		/* the CA's own certificate */
#define CA_LEAF_DAYS 90		/* a site's; CA/Browser Forum's direction */
#define CA_HUB_DAYS 398		/* the hub's */

struct ca {
	EVP_PKEY *key;
	X509 *cert;
	uint8_t ticket_key[TICKET_KEY];
	uint8_t pin[TICKET_PIN];
};

/* Makes ca.key, ca.pem and ticket.key in dir (which it makes, 0700). Never
 * overwrites. False: why says which file, and why. */
bool ca_create(const char *dir, const char *name, struct buf *why);
bool ca_open(struct ca *ca, const char *dir, struct buf *why);
void ca_close(struct ca *ca);

/* For roll.c: another root, "CN=name, OU=unit", and a pair read from files
 * (without a ticket key). */
X509 *ca_make_root(EVP_PKEY *key, const char *name, const char *unit);
bool ca_read(struct ca *ca, const char *key_path, const char *cert_path,
    struct buf *why);
#define CA_UNIT "Zhanqun CA"

/* Signs for the hub: host names and addresses from `hosts` (NULL-ended) as
 * subjectAltName; writes key_path and cert_path (leaf, then the CA). */
bool ca_issue_hub(const struct ca *ca, const char *name,
    const char *const *hosts, int days, const char *key_path,
    const char *cert_path, struct buf *why);

/* NULL, or a sentence: nothing that it signs is good any more. */
const char *ca_has_ended(const struct ca *ca);

/* Signs a public key for a site. NULL if the key isn't fit (too small, an
 * unknown kind), or the CA has ended; the certificate is the caller's. */
X509 *ca_issue_site(const struct ca *ca, EVP_PKEY *key, uint32_t site,
    const char *code, int days, const char **why);

/* NULL, or a sentence: only EC P-256 and P-384, Ed25519, and RSA of 2048 to
 * 8192 bits are certified. */
const char *ca_key_unfit(EVP_PKEY *key);

/* A key and certificate for one signed CMP answer: short-lived, delegated by
 * the CA (id-kp-cmcCA), whose own key signs certificates and nothing else. */
bool ca_issue_signer(const struct ca *ca, EVP_PKEY **key, X509 **cert);

/* The number in "urn:zhanqun:site:N"; 0 if there is none, or more than one. */
uint32_t ca_site_of(X509 *cert);

void ca_key_hash(uint8_t out[CA_KEY_HASH], EVP_PKEY *key);
void ca_pin(uint8_t out[TICKET_PIN], X509 *cert);
int ca_days_left(const X509 *cert, int64_t now);	/* may be negative */

#endif
