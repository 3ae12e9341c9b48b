/*
 * A signed document from a stranger: any bytes, in DER. None is opened.
 */
#include <stddef.h>
#include <stdint.h>

#include "certs/ca.h"
#include "certs/signed.h"
#include "contrib/base/err.h"

#include <openssl/pem.h>

static struct buf cas;

static void
make_ca(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *root = ca_make_root(key, "fuzz", CA_UNIT);
	BIO *bio = BIO_new(BIO_s_mem());
	char *at = NULL;
	long n;

	must(PEM_write_bio_X509(bio, root) == 1);
	n = BIO_get_mem_data(bio, &at);
	buf_init(&cas, 65536);
	buf_put(&cas, at, (size_t)n);
	BIO_free(bio);
	X509_free(root);
	EVP_PKEY_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct buf out, why;

	if (cas.n == 0)
		make_ca();
	buf_init(&out, 1u << 20);
	buf_init(&why, 4096);
	must(!signed_open(&out, (struct span){ (const char *)at, n },
	    buf_look(&cas), NULL, INT64_C(1795219207000), &why));
	must(why.n > 0 && out.n == 0);
	buf_clear(&out);
	buf_clear(&why);
	return 0;
}
