/*
 * Webcert: OpenSSL reads it, we write down what people ask for; see
 * webcert.h.
 */
#include "hub/webcert.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/sha.h"

/* What a certificate says is a stranger's: no control goes on, and what is no
 * UTF-8 isn't kept. */
static void
put(char *to, size_t size, struct span s)
{
	size_t at = strlen(to);

	if (!text_is_utf8(s))
		return;
	s = text_cut(s, size - 1 - at);
	for (size_t i = 0; i < s.n; i++)
		to[at++] = (s.at[i] > 0 && s.at[i] < ' ') || s.at[i] == 0x7f ||
		    s.at[i] == '\0' ? '?' : s.at[i];
	to[at] = '\0';
}

static void
put_part(char *to, const X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	unsigned char *utf8 = NULL;
	int n;

	if (at < 0)
		return;
	n = ASN1_STRING_to_UTF8(&utf8,
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n <= 0)
		return;
	if (to[0] != '\0')
		put(to, WEBCERT_TEXT, SPAN(", "));
	put(to, WEBCERT_TEXT, (struct span){ (const char *)utf8, (size_t)n });
	OPENSSL_free(utf8);
}

static int64_t
time_of(const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return CLOCK_NONE;
	return clock_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
put_name(struct webcert *c, struct span name)
{
	size_t at = strlen(c->names);

	if (at + name.n + 2 > WEBCERT_NAMES)
		return;
	if (at > 0)
		put(c->names, WEBCERT_NAMES, SPAN(" "));
	put(c->names, WEBCERT_NAMES, name);
}

static void
take_names(struct webcert *c, const X509 *x)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);

	for (int i = 0; all != NULL && i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);

		if (g->type == GEN_DNS)
			put_name(c, (struct span){ (const char *)
			    ASN1_STRING_get0_data(g->d.dNSName),
			    (size_t)ASN1_STRING_length(g->d.dNSName) });
	}
	GENERAL_NAMES_free(all);
}

static void
take_digest(struct webcert *c, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	uint8_t digest[32];

	must(n > 0);
	sha_of(digest, (struct span){ (const char *)der, (size_t)n });
	memcpy(c->digest, digest, WEBCERT_DIGEST);
	OPENSSL_free(der);
}

bool
webcert_read(struct webcert *c, struct span pem)
{
	BIO *bio = pem.n > 0 && pem.n < INT32_MAX ?
	    BIO_new_mem_buf(pem.at, (int)pem.n) : NULL;
	X509 *x = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) :
	    NULL;

	BIO_free(bio);
	if (x == NULL)
		return false;
	*c = (struct webcert){ .from = time_of(X509_get0_notBefore(x)),
	    .until = time_of(X509_get0_notAfter(x)) };
	take_digest(c, x);
	put_part(c->issuer, X509_get_issuer_name(x), NID_organizationName);
	put_part(c->issuer, X509_get_issuer_name(x), NID_commonName);
	put_part(c->subject, X509_get_subject_name(x), NID_commonName);
	take_names(c, x);
	X509_free(x);
	return true;
}
