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

/* The site's certificate that signed, if our CA stands behind it. */
static X509 *
verify_signer(const struct ca *ca, struct span der)
{
	const unsigned char *at = (const unsigned char *)der.at;
	X509 *cert = der.n > 0 ? d2i_X509(NULL, &at, (long)der.n) : NULL;
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok;

	must(store != NULL && ctx != NULL &&
	    X509_STORE_add_cert(store, ca->cert) == 1);
	ok = cert != NULL &&
	    X509_STORE_CTX_init(ctx, store, cert, NULL) == 1 &&
	    X509_STORE_CTX_set_default(ctx, "ssl_client") == 1;
	if (ok) {
		X509_STORE_CTX_set_time(ctx, 0,
		    (time_t)(clock_wall() / 1000));
		ok = X509_verify_cert(ctx) > 0 && ca_site_of(cert) != 0;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	if (ok)
		return cert;
	X509_free(cert);
	return NULL;
}

/* The reference and secret as text, on both sides of the wire. */
static void
set_secret(OSSL_CMP_CTX *ctx, const struct ca *ca, const uint8_t *ref)
{
	uint8_t secret[TICKET_SECRET];
	struct buf text;

	ticket_secret(secret, ca->ticket_key, ref);
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
request_trust(const struct request *q, const struct ca *ca, OSSL_CMP_CTX *ctx)
{
	cmp_silence(ctx);
	must(OSSL_CMP_CTX_set1_subjectName(ctx,
	    X509_get_subject_name(ca->cert)) == 1);
	if (q->signer != NULL)
		must(OSSL_CMP_CTX_set1_srvCert(ctx, q->signer) == 1);
	else if (q->is.has_ref)
		set_secret(ctx, ca, q->is.ref);
}

/* Who asks, and is the protection good? */
static void
identify(struct request *q, const struct ca *ca)
{
	OSSL_CMP_CTX *ctx;

	if (q->head.is_mac)
		q->is.has_ref = read_ref(q->head.kid, q->is.ref);
	else
		q->signer = verify_signer(ca, q->head.signer);
	if (!q->is.has_ref && q->signer == NULL)
		return;
	ctx = OSSL_CMP_CTX_new(NULL, NULL);
	must(ctx != NULL);
	request_trust(q, ca, ctx);
	q->is.mac_good = OSSL_CMP_validate_msg(ctx, q->msg) == 1;
	OSSL_CMP_CTX_free(ctx);
	if (q->signer == NULL || !q->is.mac_good)
		return;
	q->is.is_renewal = true;
	q->is.site = ca_site_of(q->signer);
	ca_key_hash(q->is.old_key_hash, X509_get0_pubkey(q->signer));
}

/* --- what is asked ------------------------------------------------------- */

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

/* Only called once possession is proven. */
static OSSL_CMP_PKISI *
on_request(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,
    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509 **cert,
    STACK_OF(X509) **chain, STACK_OF(X509) **ca_pubs)
{
	(void)req, (void)id, (void)p10;
	(void)cert, (void)chain, (void)ca_pubs;
	if (crm != NULL)
		note(OSSL_CMP_SRV_CTX_get0_custom_ctx(srv), crm);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 0,
	    "noted");
}

static void
look_inside(struct request *q, const struct ca *ca)
{
	OSSL_CMP_SRV_CTX *srv = OSSL_CMP_SRV_CTX_new(NULL, NULL);

	must(srv != NULL && OSSL_CMP_SRV_CTX_init(srv, q, on_request, NULL,
	    NULL, NULL, NULL, NULL) == 1);
	request_trust(q, ca, OSSL_CMP_SRV_CTX_get0_cmp_ctx(srv));
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
request_read(struct request *q, const struct ca *ca, struct span der,
    const char **why)
{
	*q = (struct request){ .complete = false };
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
	identify(q, ca);
	look_inside(q, ca);
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
		    "certificate while that is in date; otherwise enrol again "
		    "with a new ticket");
	if (q->head.body == CMP_BODY_IR && q->is.is_renewal)
		return _("a first request needs a ticket: its reference and "
		    "its secret");
	if (!q->is.mac_good)
		return NULL;	/* the book has better words for that */
	return q->complete ? q->unfit : _(REQUEST_INCOMPLETE);
}
