/*
 * CMS SignedData, made and opened; see signed.h.
 */
#include "certs/signed.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "certs/keep.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"

static bool
fail(struct buf *why, const char *what)
{
	buf_printf(why, "%s: %s", what, keep_openssl_error());
	ERR_clear_error();
	return false;
}

static BIO *
source(struct span s)
{
	BIO *bio = BIO_new_mem_buf(s.n > 0 ? s.at : "", (int)s.n);

	must(s.n <= INT_MAX && bio != NULL);
	return bio;
}

static void
put_bio(struct buf *out, BIO *bio)
{
	char *at = NULL;
	long n = BIO_get_mem_data(bio, &at);

	if (n > 0)
		buf_put(out, at, (size_t)n);
}

/* --- making --------------------------------------------------------------- */

static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *
parse_key(struct span pem)
{
	BIO *bio = source(pem);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);

	BIO_free(bio);
	return key;
}

static bool
sign(struct buf *out, struct span bytes, STACK_OF(X509) *chain, EVP_PKEY *key)
{
	X509 *signer = sk_X509_shift(chain);
	BIO *in = source(bytes), *der = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = CMS_sign(signer, key, chain, in,
	    CMS_BINARY | CMS_NOSMIMECAP);
	bool ok = cms != NULL && der != NULL && i2d_CMS_bio(der, cms) == 1;

	if (ok)
		put_bio(out, der);
	CMS_ContentInfo_free(cms);
	BIO_free(der);
	BIO_free(in);
	X509_free(signer);
	return ok;
}

bool
signed_make(struct buf *out, struct span bytes, struct span chain,
    struct span key, struct buf *why)
{
	STACK_OF(X509) *certs = keep_parse_certs(_("the hub's certificate"),
	    chain, why);
	EVP_PKEY *own = certs != NULL ? parse_key(key) : NULL;
	bool ok = certs != NULL;

	if (ok && own == NULL)
		ok = fail(why, _("the hub's key"));
	if (ok && !sign(out, bytes, certs, own))
		ok = fail(why, _("the hub can't sign with its key"));
	EVP_PKEY_free(own);
	keep_free_certs(certs);
	return ok;
}

/* --- opening -------------------------------------------------------------- */

static X509_STORE *
trust(STACK_OF(X509) *cas, const char *hub, int64_t now)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *p;

	must(store != NULL);
	p = X509_STORE_get0_param(store);
	for (int i = 0; i < sk_X509_num(cas); i++)
		must(X509_STORE_add_cert(store, sk_X509_value(cas, i)) == 1);
	must(X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_SSL_SERVER) == 1 &&
	    X509_VERIFY_PARAM_set_trust(p, X509_TRUST_SSL_SERVER) == 1);
	X509_VERIFY_PARAM_set_time(p, (time_t)(now / 1000));
	if (hub != NULL && X509_VERIFY_PARAM_set1_ip_asc(p, hub) != 1)
		must(X509_VERIFY_PARAM_set1_host(p, hub, 0) == 1);
	ERR_clear_error();
	return store;
}

/* One signer, and the content inside: nothing else is made by signed_make(). */
static bool
is_ours(CMS_ContentInfo *cms)
{
	ASN1_OCTET_STRING **content;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
	    sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) != 1)
		return false;
	content = CMS_get0_content(cms);
	return content != NULL && *content != NULL;
}

static bool
verify(struct buf *out, CMS_ContentInfo *cms, X509_STORE *store,
    struct buf *why)
{
	BIO *content = BIO_new(BIO_s_mem());
	bool ok;

	must(content != NULL);
	ok = CMS_verify(cms, NULL, store, NULL, content, CMS_BINARY) == 1;
	if (ok)
		put_bio(out, content);
	else
		fail(why, _("not signed by the hub"));
	BIO_free(content);
	return ok;
}

static bool
open_with(struct buf *out, struct span der, X509_STORE *store,
    struct buf *why)
{
	const uint8_t *at = (const uint8_t *)der.at;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.n);
	bool ok = cms != NULL && at == (const uint8_t *)der.at + der.n &&
	    is_ours(cms);

	if (!ok)
		buf_text(why, _("not a signed document"));
	else
		ok = verify(out, cms, store, why);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return ok;
}

bool
signed_open(struct buf *out, struct span der, struct span cas,
    const char *hub, int64_t now, struct buf *why)
{
	STACK_OF(X509) *roots = keep_parse_certs(_("the CA's certificate"),
	    cas, why);
	X509_STORE *store;
	bool ok;

	if (roots == NULL)
		return false;
	store = trust(roots, hub, now);
	ok = open_with(out, der, store, why);
	X509_STORE_free(store);
	keep_free_certs(roots);
	return ok;
}
