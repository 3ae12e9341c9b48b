/*
 * Certificates in the making. Errors stick: a step after a failed one does
 * nothing, and issue_sign() tells.
 */
#include "certs/issue.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/span.h"
#include "contrib/base/text.h"

#define SERIAL 16	/* bytes of randomness; RFC 5280 allows 20 */
#define DAY INT64_C(86400)	/* s */

static bool
set_serial(X509 *c)
{
	uint8_t random[SERIAL];
	BIGNUM *n;
	bool ok;

	if (RAND_bytes(random, SERIAL) != 1)
		fatal("no randomness for a serial number");
	n = BN_bin2bn(random, SERIAL, NULL);
	ok = n != NULL &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(c)) != NULL;
	BN_free(n);
	return ok;
}

/* By one that has ended there is nothing good: what is made has ended, too. */
static bool
set_times(X509 *c, int days, const X509 *by)
{
	int64_t now = clock_wall() / 1000, until = now + days * DAY, early;
	int64_t last = by != NULL ? issue_time(X509_get0_notAfter(by)) / 1000 :
	    until;

	if (last < until)
		until = last;
	early = until > now ? (until - now) / ISSUE_EARLY_PART :
	    now - until + DAY;
	if (until > now && early > ISSUE_EARLY)
		early = ISSUE_EARLY;
	return ASN1_TIME_set(X509_getm_notBefore(c), (time_t)(now - early)) !=
	    NULL && ASN1_TIME_set(X509_getm_notAfter(c), (time_t)until) !=
	    NULL;
}

/* Bytes of the first ISSUE_NAME_MAX characters. */
static struct span
fit(const char *text)
{
	struct span s = span_of(text), rest = s;

	for (int i = 0; i < ISSUE_NAME_MAX; i++)
		if (text_next(&rest) == UINT32_MAX)
			break;
	s.n -= rest.n;
	return s;
}

static bool
add_name(X509_NAME *n, int nid, const char *text)
{
	struct span s = fit(text);

	return X509_NAME_add_entry_by_NID(n, nid, MBSTRING_UTF8,
	    (const unsigned char *)s.at, (int)s.n, -1, 0) == 1;
}

static bool
set_names(X509 *c, const char *name, const char *unit, X509 *by)
{
	X509_NAME *n = X509_get_subject_name(c);

	return (unit == NULL ||
	    add_name(n, NID_organizationalUnitName, unit)) &&
	    add_name(n, NID_commonName, name) &&
	    X509_set_issuer_name(c, X509_get_subject_name(by)) == 1;
}

void
issue_begin(struct issue *i, EVP_PKEY *key, const char *name,
    const char *unit, X509 *by, int days)
{
	i->cert = X509_new();
	must(i->cert != NULL && days > 0);
	i->by = by != NULL ? by : i->cert;
	i->bad = X509_set_version(i->cert, X509_VERSION_3) != 1 ||
	    !set_serial(i->cert) || !set_times(i->cert, days, by) ||
	    !set_names(i->cert, name, unit, i->by) ||
	    X509_set_pubkey(i->cert, key) != 1;
}

void
issue_put(struct issue *i, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	if (i->bad)
		return;
	X509V3_set_ctx(&ctx, i->by, i->cert, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	i->bad = e == NULL || X509_add_ext(i->cert, e, -1) != 1;
	X509_EXTENSION_free(e);
}

void
issue_put_alt(struct issue *i, GENERAL_NAMES *names)
{
	if (!i->bad)
		i->bad = X509_add1_ext_i2d(i->cert, NID_subject_alt_name,
		    names, 0, 0) != 1;
}

bool
issue_sign(struct issue *i, EVP_PKEY *key)
{
	if (!i->bad && X509_sign(i->cert, key, EVP_sha256()) > 0)
		return true;
	X509_free(i->cert);
	i->cert = NULL;
	return false;
}

int64_t
issue_time(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return CLOCK_NONE;
	return clock_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The life is days, and early the part of them that issue_begin() put
 * before: PART + 1 parts in all. */
int64_t
issue_when(const X509 *cert)
{
	int64_t from = issue_time(X509_get0_notBefore(cert));
	int64_t until = issue_time(X509_get0_notAfter(cert)), early;

	if (from == CLOCK_NONE || until == CLOCK_NONE || until < from)
		return CLOCK_NONE;
	early = (until - from) / (ISSUE_EARLY_PART + 1);
	if (early > ISSUE_EARLY * INT64_C(1000))
		early = ISSUE_EARLY * INT64_C(1000);
	return from + early;
}

void
issue_common_name(char *out, size_t size, const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	struct span s;
	int n = at < 0 ? -1 : ASN1_STRING_to_UTF8(&utf8,
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));

	s = text_cut((struct span){ .at = (const char *)utf8,
	    .n = n > 0 ? (size_t)n : 0 }, size - 1);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.at[i];

		out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	out[s.n] = '\0';
	OPENSSL_free(utf8);
	ERR_clear_error();
}
