/*
 * One PKIMessage, from the outside. See cmp.h.
 *
 *	PKIMessage ::= SEQUENCE { header, body [n], protection [0],
 *	    extraCerts [1] }
 */
#include "certs/cmp.h"

#include <limits.h>
#include <openssl/crmf.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "certs/der.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"

#define TEMPLATE_KEY 6		/* publicKey [6] of a CertTemplate */
#define HEADER_ALGORITHM 1	/* the fields of PKIHeader that we look at */
#define HEADER_SENDER_KID 2
#define HEADER_TRANSACTION 4

static bool
is_pbm(struct span oid)
{
	const ASN1_OBJECT *o = OBJ_nid2obj(NID_id_PasswordBasedMAC);

	return span_is(oid, (struct span){
	    .at = (const char *)OBJ_get0_data(o), .n = OBJ_length(o) });
}

static uint64_t
to_number(struct span s)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 8)
		return UINT64_MAX;
	for (size_t i = 0; i < s.n; i++)
		n = n << 8 | (uint8_t)s.at[i];
	return n;
}

/* PBMParameter ::= SEQUENCE { salt, owf, iterationCount, mac } */
static bool
is_cheap(struct span parameter)
{
	struct span p;
	struct der d;

	return der_into(&parameter, DER_SEQUENCE, &p) &&
	    der_take(&p, DER_OCTETS, &d) && der_take(&p, DER_SEQUENCE, &d) &&
	    der_take(&p, DER_INTEGER, &d) &&
	    to_number(d.content) <= CMP_ITERATIONS_MOST;
}

static bool
take_algorithm(struct cmp_head *h, struct span field, const char **why)
{
	struct span algorithm;
	struct der oid;

	if (!der_into(&field, DER_SEQUENCE, &algorithm) ||
	    !der_take(&algorithm, DER_OID, &oid))
		return false;
	h->is_mac = is_pbm(oid.content);
	if (!h->is_mac || is_cheap(algorithm))
		return true;
	*why = N_("its MAC asks for more than 10000 iterations");
	return false;
}

static bool
take_octets(struct span field, size_t most, struct span *out)
{
	struct der d;

	if (!der_take(&field, DER_OCTETS, &d) || d.content.n > most)
		return false;
	*out = d.content;
	return true;
}

static bool
take_field(struct cmp_head *h, const struct der *d, const char **why)
{
	switch (d->tag) {
	case DER_CONTEXT(HEADER_ALGORITHM):
		return take_algorithm(h, d->content, why);
	case DER_CONTEXT(HEADER_SENDER_KID):
		return take_octets(d->content, d->content.n, &h->kid);
	case DER_CONTEXT(HEADER_TRANSACTION):
		return take_octets(d->content, CMP_TRANSACTION_MOST,
		    &h->transaction);
	default:
		return true;
	}
}

/* pvno, sender, recipient, then the tagged ones. */
static bool
take_header(struct cmp_head *h, struct span header, const char **why)
{
	struct der d;

	if (!der_take(&header, DER_INTEGER, &d) || !der_next(&header, &d) ||
	    !der_next(&header, &d))
		return false;
	while (header.n > 0)
		if (!der_next(&header, &d) || !take_field(h, &d, why))
			return false;
	return true;
}

/* What follows the body. */
static bool
take_tail(struct cmp_head *h, struct span rest)
{
	struct der d, first;
	struct span certs;

	while (rest.n > 0) {
		if (!der_next(&rest, &d))
			return false;
		if (d.tag != DER_CONTEXT(1))
			continue;
		if (!der_into(&d.content, DER_SEQUENCE, &certs) ||
		    !der_take(&certs, DER_SEQUENCE, &first))
			return false;
		h->signer = first.whole;
	}
	return true;
}

bool
cmp_head_read(struct cmp_head *h, struct span der, const char **why)
{
	struct span message, header;
	struct der body;

	*h = (struct cmp_head){ .body = -1 };
	*why = N_("this is no PKIMessage (RFC 4210) in DER");
	if (!der_into(&der, DER_SEQUENCE, &message) || der.n > 0 ||
	    !der_into(&message, DER_SEQUENCE, &header) ||
	    !take_header(h, header, why) || !der_next(&message, &body) ||
	    (body.tag & 0xe0) != DER_CONTEXT(0) || !take_tail(h, message))
		return false;
	h->body = body.tag & 0x1f;
	return true;
}

OSSL_CMP_MSG *
cmp_read(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.at;
	OSSL_CMP_MSG *msg;

	if (der.n == 0 || der.n > LONG_MAX)
		return NULL;
	msg = d2i_OSSL_CMP_MSG(NULL, &at, (long)der.n);
	if (msg != NULL && (const char *)at == der.at + der.n)
		return msg;
	OSSL_CMP_MSG_free(msg);
	return NULL;
}

bool
cmp_write(struct buf *out, const OSSL_CMP_MSG *msg)
{
	unsigned char *der = NULL;
	int n = i2d_OSSL_CMP_MSG(msg, &der);

	if (n > 0)
		buf_put(out, der, (size_t)n);
	OPENSSL_free(der);
	return n > 0 && !out->bad;
}

/* CertReqMsg ::= SEQUENCE { CertRequest ::= SEQUENCE { id, CertTemplate } } */
static bool
find_key(struct span der, struct der *key)
{
	struct span message, request, template;
	struct der id;

	if (!der_into(&der, DER_SEQUENCE, &message) ||
	    !der_into(&message, DER_SEQUENCE, &request) ||
	    !der_take(&request, DER_INTEGER, &id) ||
	    !der_into(&request, DER_SEQUENCE, &template))
		return false;
	while (der_next(&template, key))
		if (key->tag == DER_CONTEXT(TEMPLATE_KEY))
			return true;
	return false;
}

/* A copy, because there the key is tagged implicitly. */
static EVP_PKEY *
read_key(struct span der)
{
	unsigned char *copy = mem_copy(der.at, der.n);
	const unsigned char *at = copy;
	EVP_PKEY *key;

	copy[0] = DER_SEQUENCE;
	key = d2i_PUBKEY(NULL, &at, (long)der.n);
	free(copy);
	return key;
}

EVP_PKEY *
cmp_template_key(const OSSL_CRMF_MSG *crm)
{
	unsigned char *der = NULL;
	int n = i2d_OSSL_CRMF_MSG(crm, &der);
	EVP_PKEY *key = NULL;
	struct span s = { .n = n > 0 ? (size_t)n : 0 };
	struct der d;

	s.at = (const char *)der;
	if (find_key(s, &d))
		key = read_key(d.whole);
	OPENSSL_free(der);
	ERR_clear_error();
	return key;
}

void
cmp_silence(OSSL_CMP_CTX *ctx)
{
	OSSL_CMP_CTX_set_log_verbosity(ctx, OSSL_CMP_LOG_EMERG);
}
