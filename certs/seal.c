/*
 * PKCS#8, closed and open. A secret that is no key of its own kind is put
 * where an HMAC's key would be.
 */
#include "certs/seal.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"

#define PEM_MAX 65536

static void
put_bio(struct buf *pem, BIO *bio)
{
	char *at = NULL;
	long n = BIO_get_mem_data(bio, &at);

	must(n > 0);
	buf_put(pem, at, (size_t)n);
}

/* Takes the info. */
static void
seal(struct buf *pem, PKCS8_PRIV_KEY_INFO *info, const char *pass)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	X509_SIG *closed;

	must(bio != NULL && info != NULL);
	if (pass == NULL) {
		must(PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1);
	} else {
		closed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), pass,
		    (int)strlen(pass), NULL, 0, SEAL_ROUNDS, info);
		must(closed != NULL &&
		    PEM_write_bio_PKCS8(bio, closed) == 1);
		X509_SIG_free(closed);
	}
	put_bio(pem, bio);
	BIO_free(bio);
	PKCS8_PRIV_KEY_INFO_free(info);
}

void
seal_key(struct buf *pem, EVP_PKEY *key, const char *pass)
{
	seal(pem, EVP_PKEY2PKCS8(key), pass);
}

void
seal_secret(struct buf *pem, struct span secret, const char *pass)
{
	PKCS8_PRIV_KEY_INFO *info = PKCS8_PRIV_KEY_INFO_new();
	unsigned char *copy = OPENSSL_malloc(secret.n);

	must(info != NULL && copy != NULL && secret.n > 0);
	memcpy(copy, secret.at, secret.n);
	must(PKCS8_pkey_set0(info, OBJ_nid2obj(NID_hmacWithSHA256), 0,
	    V_ASN1_NULL, NULL, copy, (int)secret.n) == 1);
	seal(pem, info, pass);
}

/* --- opening -------------------------------------------------------------- */

bool
seal_is_closed(struct span pem)
{
	static const char mark[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

	return pem.n >= sizeof(mark) - 1 &&
	    memmem(pem.at, pem.n, mark, sizeof(mark) - 1) != NULL;
}

static PKCS8_PRIV_KEY_INFO *
open_closed(BIO *bio, const char *pass, const char **why)
{
	PKCS8_PRIV_KEY_INFO *info = NULL;
	X509_SIG *closed = PEM_read_bio_PKCS8(bio, NULL, NULL, NULL);

	*why = N_("is no key in PEM");
	if (closed != NULL && pass == NULL) {
		*why = N_("is encrypted, and no passphrase was given");
	} else if (closed != NULL) {
		info = PKCS8_decrypt(closed, pass, (int)strlen(pass));
		*why = N_("can't be opened with this passphrase");
	}
	X509_SIG_free(closed);
	return info;
}

static PKCS8_PRIV_KEY_INFO *
open_info(struct span pem, const char *pass, const char **why)
{
	PKCS8_PRIV_KEY_INFO *info;
	BIO *bio;

	*why = N_("is no key in PEM");
	if (pem.n == 0 || pem.n > PEM_MAX)
		return NULL;
	bio = BIO_new_mem_buf(pem.at, (int)pem.n);
	must(bio != NULL);
	if (seal_is_closed(pem))
		info = open_closed(bio, pass, why);
	else
		info = PEM_read_bio_PKCS8_PRIV_KEY_INFO(bio, NULL, NULL,
		    NULL);
	BIO_free(bio);
	ERR_clear_error();
	return info;
}

EVP_PKEY *
seal_open_key(struct span pem, const char *pass, const char **why)
{
	PKCS8_PRIV_KEY_INFO *info = open_info(pem, pass, why);
	EVP_PKEY *key = info != NULL ? EVP_PKCS82PKEY(info) : NULL;

	if (info != NULL && key == NULL)
		*why = N_("is a key of a kind that can't be read");
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return key;
}

bool
seal_open_secret(uint8_t *out, size_t n, struct span pem, const char *pass,
    const char **why)
{
	PKCS8_PRIV_KEY_INFO *info = open_info(pem, pass, why);
	const unsigned char *at = NULL;
	int has = 0;
	bool ok;

	if (info == NULL)
		return false;
	ok = PKCS8_pkey_get0(NULL, &at, &has, NULL, info) == 1 &&
	    has == (int)n;
	if (ok)
		memcpy(out, at, n);
	else
		*why = N_("has another length than it should have");
	PKCS8_PRIV_KEY_INFO_free(info);
	return ok;
}
