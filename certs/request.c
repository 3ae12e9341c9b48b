/*
 * A request is run through a throw-away server of libcrypto that accepts any
 * protection and refuses everything: it parses, proves possession, and hands
 * us the template. Whether the protection is good is checked by itself, so
 * that a wrong secret can be told from an odd request.
 */
#include "certs/request.h"

#include <openssl/crmf.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string.h>
#include <time.h>

#include "certs/issue.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define REF_TEXT 16	/* characters of base32 */

/* --- who asks ------------------------------------------------------------ */

/* REF as text, either case; or its bytes. */
static bool
read_ref(struct span kid, uint8_t ref[TICKET_REF])
{
	if (kid.n == TICKET_REF) {
		memcpy(ref, kid.at, TICKET_REF);
		return true;
	}
	return kid.n == REF_TEXT && text_unbase32(kid, ref, TICKET_REF);
}

/* By one of our CAs, at that time? */
static bool
is_good(const struct request_cas *cas, X509 *cert, int64_t when)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok;

	must(store != NULL && ctx != NULL &&
	    X509_STORE_add_cert(store, cas->now->cert) == 1);
	if (cas->next != NULL)
		must(X509_STORE_add_cert(store, cas->next->cert) == 1);
	ok = X509_STORE_CTX_init(ctx, store, cert, NULL) == 1 &&
	    X509_STORE_CTX_set_default(ctx, "ssl_client") == 1;
	if (ok) {
		X509_STORE_CTX_set_time(ctx, 0, (time_t)(when / 1000));
		ok = X509_verify_cert(ctx) > 0 && ca_site_of(cert) != 0;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return ok;
}

/* The site's certificate that signed, if a CA of ours stands behind it.
 * expired: when it ran out, if it was good up to then; else 0. */
static X509 *
verify_signer(const struct request_cas *cas, struct span der,
    int64_t *expired)
{
	const unsigned char *at = (const unsigned char *)der.at;
	X509 *cert = der.n > 0 ? d2i_X509(NULL, &at, (long)der.n) : NULL;
	int64_t now = clock_wall(), until;

	*expired = 0;
	if (cert == NULL)
		return NULL;
	if (is_good(cas, cert, now))
		return cert;
	until = issue_time(X509_get0_notAfter(cert));
	if (until != CLOCK_NONE && until < now &&
	    is_good(cas, cert, until - 1000)) {
		*expired = until;
		return cert;
	}
	X509_free(cert);
	return NULL;
}

/* The reference and secret as text, on both sides of the wire. */
static void
set_secret(OSSL_CMP_CTX *ctx, const uint8_t *ticket_key, const uint8_t *ref)
{
	uint8_t secret[TICKET_SECRET];
	struct buf text;

	ticket_secret(secret, ticket_key, ref);
	buf_init(&text, 64);
	text_base32(&text, secret, TICKET_SECRET);
	must(OSSL_CMP_CTX_set1_secretValue(ctx,
	    (const unsigned char *)text.at, (int)text.n) == 1);
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(text.at, text.n);
	buf_reset(&text);
	text_base32(&text, ref, TICKET_REF);
	must(OSSL_CMP_CTX_set1_referenceValue(ctx,
	    (const unsigned char *)text.at, (int)text.n) == 1);
	buf_clear(&text);
}

void
request_trust(const struct request *q, OSSL_CMP_CTX *ctx)
{
	cmp_silence(ctx);
	must(OSSL_CMP_CTX_set1_subjectName(ctx,
	    X509_get_subject_name(q->by->cert)) == 1);
	if (q->signer != NULL)
		must(OSSL_CMP_CTX_set1_srvCert(ctx, q->signer) == 1);
	else if (q->is.has_ref)
		set_secret(ctx, q->tickets, q->is.ref);
}

/* Who asks, and is the protection good? */
static void
identify(struct request *q, const struct request_cas *cas)
{
	OSSL_CMP_CTX *ctx;

	if (q->head.is_mac)
		q->is.has_ref = read_ref(q->head.kid, q->is.ref);
	else
		q->signer = verify_signer(cas, q->head.signer,
		    &q->is.expired);
	if (!q->is.has_ref && q->signer == NULL)
		return;
	ctx = OSSL_CMP_CTX_new(NULL, NULL);
	must(ctx != NULL);
	request_trust(q, ctx);
	q->is.mac_good = OSSL_CMP_validate_msg(ctx, q->msg) == 1;
	OSSL_CMP_CTX_free(ctx);
	if (q->signer == NULL || !q->is.mac_good)
		return;
	q->is.is_renewal = true;
	q->is.site = ca_site_of(q->signer);
	q->is.issued = issue_when(q->signer);
	ca_key_hash(q->is.old_key_hash, X509_get0_pubkey(q->signer));
}

/* --- what is asked ------------------------------------------------------- */

/* A template may name the CA that is to sign; agents that believe the next
 * one name it. */
static void
choose_ca(struct request *q, const struct request_cas *cas,
    const OSSL_CRMF_MSG *crm)
{
	const X509_NAME *issuer = OSSL_CRMF_CERTTEMPLATE_get0_issuer(
	    OSSL_CRMF_MSG_get0_tmpl(crm));

	if (cas->next != NULL && issuer != NULL && X509_NAME_cmp(issuer,
	    X509_get_subject_name(cas->next->cert)) == 0)
		q->by = cas->next;
}

static void
note(struct request *q, const OSSL_CRMF_MSG *crm)
{
	const X509_NAME *subject = OSSL_CRMF_CERTTEMPLATE_get0_subject(
	    OSSL_CRMF_MSG_get0_tmpl(crm));
	EVP_PKEY *key = cmp_template_key(crm);

	if (key != NULL) {
		ca_key_hash(q->is.key_hash, key);
		q->unfit = ca_key_unfit(key);
		q->complete = true;
	}
	if (subject != NULL)
		issue_common_name(q->is.code, sizeof(q->is.code), subject);
	EVP_PKEY_free(key);
}

struct looking {
	struct request *q;
	const struct request_cas *cas;
};

/* Only called once possession is proven. */
static OSSL_CMP_PKISI *
on_request(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,
    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509 **cert,
    STACK_OF(X509) **chain, STACK_OF(X509) **ca_pubs)
{
	struct looking *l = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);

	(void)req, (void)id, (void)p10;
	(void)cert, (void)chain, (void)ca_pubs;
	if (crm != NULL) {
		choose_ca(l->q, l->cas, crm);
		note(l->q, crm);
	}
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 0,
	    "noted");
}

static void
look_inside(struct request *q, const struct request_cas *cas)
{
	OSSL_CMP_SRV_CTX *srv = OSSL_CMP_SRV_CTX_new(NULL, NULL);
	struct looking l = { .q = q, .cas = cas };

	must(srv != NULL && OSSL_CMP_SRV_CTX_init(srv, &l, on_request, NULL,
	    NULL, NULL, NULL, NULL) == 1);
	request_trust(q, OSSL_CMP_SRV_CTX_get0_cmp_ctx(srv));
	OSSL_CMP_SRV_CTX_set_accept_unprotected(srv, 1);
	OSSL_CMP_SRV_CTX_set_send_unprotected_errors(srv, 1);
	OSSL_CMP_MSG_free(OSSL_CMP_SRV_process_request(srv, q->msg));
	OSSL_CMP_SRV_CTX_free(srv);
	ERR_clear_error();
}

/* --- the whole ----------------------------------------------------------- */

static bool
is_served(int body)
{
	return body == CMP_BODY_IR || body == CMP_BODY_CR ||
	    body == CMP_BODY_P10CR || body == CMP_BODY_KUR ||
	    body == CMP_BODY_CERTCONF;
}

void
request_clear(struct request *q)
{
	OSSL_CMP_MSG_free(q->msg);
	X509_free(q->signer);
	ERR_clear_error();
}

bool
request_read(struct request *q, const struct request_cas *cas,
    struct span der, const char **why)
{
	*q = (struct request){ .by = cas->now,
	    .tickets = cas->now->ticket_key };
	*why = N_("this PKIMessage is larger than 65536 bytes");
	if (der.n > CMP_MESSAGE_MAX || !cmp_head_read(&q->head, der, why))
		return false;
	*why = N_("only ir, kur and certConf messages are answered here");
	if (!is_served(q->head.body))
		return false;
	*why = N_("this PKIMessage can't be read");
	if ((q->msg = cmp_read(der)) == NULL ||
	    OSSL_CMP_MSG_get_bodytype(q->msg) != q->head.body) {
		request_clear(q);
		return false;
	}
	if (q->head.body == CMP_BODY_CERTCONF)
		return true;
	identify(q, cas);
	look_inside(q, cas);
	memcpy(q->is.ca, q->by->pin, TICKET_PIN);
	return true;
}

const char *
request_refusal(const struct request *q)
{
	if (q->head.body == CMP_BODY_CR || q->head.body == CMP_BODY_P10CR)
		return _("this hub takes the first request as ir and renewals "
		    "as kur");
	if (q->head.body == CMP_BODY_KUR && !q->is.is_renewal)
		return _("a renewal must be signed with the site's own "
		    "certificate of this hub's CA; otherwise ask the hub's "
		    "operator for a new ticket (zqhub site reissue) and enrol "
		    "again");
	if (q->head.body == CMP_BODY_IR && q->is.is_renewal)
		return _("a first request needs a ticket: its reference and "
		    "its secret");
	if (!q->is.mac_good)
		return NULL;	/* the book has better words for that */
	if (ca_has_ended(q->by) != NULL)
		return ca_has_ended(q->by);
	return q->complete ? q->unfit : _(REQUEST_INCOMPLETE);
}
