/*
 * The CA's desk: the hub's half of an enrolment.
 *
 * Each message is taken in twice. enroll_read() runs it through a throw-away
 * server that accepts any protection, refuses everything and only notes what
 * was asked; whether the protection is good is checked by itself.
 * enroll_answer() runs it through a fresh one that issues or refuses. Only a
 * transaction that still waits for its certConf is kept between the two: at
 * most DEALS_MOST, none longer than DEAL_LIFE.
 *
 * A refusal to somebody who has not shown to know the secret goes out
 * unprotected: there is nothing to protect it with that the other side
 * could check. TLS, with the pin, says whose words they are.
 */
#include "certs/enroll.h"

#include <openssl/crmf.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs/cmp.h"
#include "certs/issue.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#define DEALS_MOST 64
#define DEAL_LIFE (5 * 60 * 1000)	/* ms */
#define REF_TEXT 16			/* characters of base32 */

/* One message taken apart; also what enroll_answer() decides by. */
struct look {
	struct cmp_head head;
	OSSL_CMP_MSG *msg;
	X509 *signer;			/* verified; NULL for a MAC */
	struct enroll_request r;
	bool complete;			/* one template, possession proven */
	const char *unfit;		/* why its key is not accepted */
};

/* One run of libcrypto's server: its custom context. */
struct deal {
	OSSL_CMP_SRV_CTX *srv;
	struct enroll *desk;
	struct look *note;		/* only to be noted here … */
	const char *refusal;		/* … or refused, or signed for: */
	uint32_t site;
	const char *code;

	bool issued;
	uint8_t cert_hash[SHA256_DIGEST_LENGTH];
	char transaction[CMP_TRANSACTION_MOST];
	size_t transaction_n;
	int64_t since;			/* ms, mono */
};

struct enroll {
	const struct ca *ca;
	int leaf_days;
	struct deal *waiting[DEALS_MOST];	/* for a certConf; or NULL */
};

/*
 * libcrypto makes a status text of the oldest error in its queue, so these
 * are put there first when it is going to refuse on its own.
 */
#define INCOMPLETE N_("the request must hold one template, number 0, with a " \
	"subject, a public key, and a signature that proves possession of " \
	"the private key")
enum word { WORD_INCOMPLETE = 100, WORD_NO_DEAL, WORD_HASH };
static ERR_STRING_DATA words[] = {
	{ ERR_PACK(0, 0, WORD_INCOMPLETE), INCOMPLETE },
	{ ERR_PACK(0, 0, WORD_NO_DEAL),
	  N_("no enrolment waits for this confirmation (it came too late, or "
	    "the hub was restarted); ask for a new ticket") },
	{ ERR_PACK(0, 0, WORD_HASH),
	  N_("the certificate confirmed is not the one that was issued") },
	{ 0, NULL },
};

static void
say(enum word w)
{
	static int library;

	if (library == 0) {
		library = ERR_get_next_error_library();
		ERR_load_strings(library, words);
	}
	ERR_raise(library, (int)w);
}

/* --- what libcrypto calls back ------------------------------------------------ */

static OSSL_CMP_PKISI *
refuse(int bit, const char *text)
{
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, bit,
	    text);
}

/* First pass: what is asked. */
static OSSL_CMP_PKISI *
note(struct look *l, const OSSL_CRMF_MSG *crm)
{
	const X509_NAME *subject = crm != NULL ?
	    OSSL_CRMF_CERTTEMPLATE_get0_subject(
	    OSSL_CRMF_MSG_get0_tmpl(crm)) : NULL;
	EVP_PKEY *key = crm != NULL ? cmp_template_key(crm) : NULL;

	if (key != NULL) {
		ca_key_hash(l->r.key_hash, key);
		l->unfit = ca_key_unfit(key);
		l->complete = true;
	}
	if (subject != NULL)
		issue_common_name(l->r.code, sizeof(l->r.code), subject);
	EVP_PKEY_free(key);
	return refuse(OSSL_CMP_CTX_FAILINFO_badRequest, "noted");
}

static STACK_OF(X509) *
just(X509 *cert)
{
	STACK_OF(X509) *s = sk_X509_new_null();

	must(s != NULL && X509_up_ref(cert) == 1 && sk_X509_push(s, cert) > 0);
	return s;
}

static X509 *
sign(struct deal *d, const OSSL_CRMF_MSG *crm, const char **why)
{
	EVP_PKEY *key = crm != NULL ? cmp_template_key(crm) : NULL;
	X509 *cert = NULL;
	unsigned n;

	*why = _("the request holds no key that can be read");
	if (key != NULL)
		cert = ca_issue_site(d->desk->ca, key, d->site, d->code,
		    d->desk->leaf_days, why);
	EVP_PKEY_free(key);
	if (cert != NULL)
		must(X509_digest(cert, EVP_sha256(), d->cert_hash, &n) == 1);
	return cert;
}

/* Ours names the site, whatever the template asked: hence "with mods". */
static OSSL_CMP_PKISI *
on_request(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,
    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509 **cert,
    STACK_OF(X509) **chain, STACK_OF(X509) **ca_pubs)
{
	struct deal *d = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);
	const char *why;

	(void)req, (void)id, (void)p10;
	if (d->note != NULL)
		return note(d->note, crm);
	if (d->refusal != NULL)
		return refuse(OSSL_CMP_CTX_FAILINFO_notAuthorized, d->refusal);
	if ((*cert = sign(d, crm, &why)) == NULL)
		return refuse(OSSL_CMP_CTX_FAILINFO_badCertTemplate, why);
	*chain = just(d->desk->ca->cert);
	*ca_pubs = just(d->desk->ca->cert);
	d->issued = true;
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_grantedWithMods, 0,
	    NULL);
}

/* The profile hashes as the certificate's signature does: SHA-256. */
static int
on_confirm(OSSL_CMP_SRV_CTX *srv, const OSSL_CMP_MSG *req, int id,
    const ASN1_OCTET_STRING *hash, const OSSL_CMP_PKISI *status)
{
	struct deal *d = OSSL_CMP_SRV_CTX_get0_custom_ctx(srv);

	(void)req, (void)id, (void)status;
	if (ASN1_STRING_length(hash) == SHA256_DIGEST_LENGTH &&
	    memcmp(ASN1_STRING_get0_data(hash), d->cert_hash,
	    SHA256_DIGEST_LENGTH) == 0)
		return 1;
	say(WORD_HASH);
	return 0;
}

/* --- deals ------------------------------------------------------------------------ */

static void
deal_free(struct deal *d)
{
	if (d == NULL)
		return;
	OSSL_CMP_SRV_CTX_free(d->srv);
	free(d);
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

/* A message signed with `by` is checked with it and answered under a signer
 * made for this one deal. */
static void
set_signer(OSSL_CMP_CTX *ctx, const struct ca *ca, X509 *by)
{
	EVP_PKEY *key;
	X509 *cert;

	must(OSSL_CMP_CTX_set1_srvCert(ctx, by) == 1);
	if (!ca_issue_signer(ca, &key, &cert))
		return;		/* then the answer can't be protected */
	must(OSSL_CMP_CTX_set1_cert(ctx, cert) == 1 &&
	    OSSL_CMP_CTX_set1_pkey(ctx, key) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static struct deal *
deal_new(struct enroll *e, const struct look *l)
{
	struct deal *d = mem_new(sizeof(*d));
	OSSL_CMP_CTX *ctx;

	d->desk = e;
	d->srv = OSSL_CMP_SRV_CTX_new(NULL, NULL);
	must(d->srv != NULL && OSSL_CMP_SRV_CTX_init(d->srv, d, on_request,
	    NULL, NULL, NULL, on_confirm, NULL) == 1);
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(d->srv, 1);
	ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv);
	cmp_silence(ctx);
	must(OSSL_CMP_CTX_set1_subjectName(ctx,
	    X509_get_subject_name(e->ca->cert)) == 1);
	if (l->signer != NULL)
		set_signer(ctx, e->ca, l->signer);
	else if (l->r.has_ref)
		set_secret(ctx, e->ca, l->r.ref);
	return d;
}

/* Runs the message through; the type of the answer, -1 if there is none. */
static int
deal_run(struct deal *d, const OSSL_CMP_MSG *msg, struct buf *out)
{
	OSSL_CMP_MSG *answer = OSSL_CMP_SRV_process_request(d->srv, msg);
	int type = -1;

	if (answer != NULL && (out == NULL || cmp_write(out, answer)))
		type = OSSL_CMP_MSG_get_bodytype(answer);
	OSSL_CMP_MSG_free(answer);
	ERR_clear_error();
	return type;
}

static bool
is_stale(const struct deal *d)
{
	return d == NULL || clock_mono() - d->since > DEAL_LIFE;
}

/* A place for one more: an empty or stale one, else the oldest. */
static struct deal **
find_place(struct enroll *e)
{
	struct deal **oldest = &e->waiting[0];

	for (size_t i = 0; i < DEALS_MOST; i++) {
		struct deal **d = &e->waiting[i];

		if (is_stale(*d))
			return d;
		if ((*d)->since < (*oldest)->since)
			oldest = d;
	}
	return oldest;
}

/* Takes the deal. */
static void
keep(struct enroll *e, struct deal *d, struct span transaction)
{
	struct deal **place = find_place(e);

	deal_free(*place);
	*place = d;
	memcpy(d->transaction, transaction.at, transaction.n);
	d->transaction_n = transaction.n;
	d->since = clock_mono();
}

static struct deal **
find_waiting(struct enroll *e, struct span transaction)
{
	for (size_t i = 0; i < DEALS_MOST; i++) {
		struct deal *d = e->waiting[i];

		if (!is_stale(d) && transaction.n > 0 && span_is(transaction,
		    (struct span){ .at = d->transaction,
		    .n = d->transaction_n }))
			return &e->waiting[i];
	}
	return NULL;
}

/* --- looking at a request ------------------------------------------------------------ */

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

/* Who asks, and is the protection good? */
static void
identify(struct enroll *e, struct look *l)
{
	struct deal *d;

	if (l->head.is_mac)
		l->r.has_ref = read_ref(l->head.kid, l->r.ref);
	else
		l->signer = verify_signer(e->ca, l->head.signer);
	if (!l->r.has_ref && l->signer == NULL)
		return;
	d = deal_new(e, l);
	l->r.mac_good = OSSL_CMP_validate_msg(
	    OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv), l->msg) == 1;
	deal_free(d);
	if (l->signer == NULL || !l->r.mac_good)
		return;
	l->r.is_renewal = true;
	l->r.site = ca_site_of(l->signer);
	ca_key_hash(l->r.old_key_hash, X509_get0_pubkey(l->signer));
}

static void
note_request(struct enroll *e, struct look *l)
{
	struct deal *d = deal_new(e, l);

	d->note = l;
	OSSL_CMP_SRV_CTX_set_accept_unprotected(d->srv, 1);
	OSSL_CMP_SRV_CTX_set_send_unprotected_errors(d->srv, 1);
	(void)deal_run(d, l->msg, NULL);
	deal_free(d);
}

static bool
is_served(int body)
{
	return body == CMP_BODY_IR || body == CMP_BODY_CR ||
	    body == CMP_BODY_P10CR || body == CMP_BODY_KUR ||
	    body == CMP_BODY_CERTCONF;
}

static void
look_clear(struct look *l)
{
	OSSL_CMP_MSG_free(l->msg);
	X509_free(l->signer);
	ERR_clear_error();
}

static bool
look_at(struct enroll *e, struct span der, struct look *l, const char **why)
{
	*l = (struct look){ .complete = false };
	*why = N_("this PKIMessage is larger than 65536 bytes");
	if (der.n > ENROLL_MAX || !cmp_head_read(&l->head, der, why))
		return false;
	*why = N_("only ir, kur and certConf messages are answered here");
	if (!is_served(l->head.body))
		return false;
	*why = N_("this PKIMessage can't be read");
	if ((l->msg = cmp_read(der)) == NULL ||
	    OSSL_CMP_MSG_get_bodytype(l->msg) != l->head.body) {
		look_clear(l);
		return false;
	}
	if (l->head.body == CMP_BODY_CERTCONF)
		return true;
	identify(e, l);
	note_request(e, l);
	return true;
}

/* What is refused whatever the book says; NULL: the book decides. */
static const char *
own_refusal(const struct look *l)
{
	if (l->head.body == CMP_BODY_CR || l->head.body == CMP_BODY_P10CR)
		return _("this hub takes the first request as ir and renewals "
		    "as kur");
	if (l->head.body == CMP_BODY_KUR && !l->r.is_renewal)
		return _("a renewal must be signed with the site's own "
		    "certificate while that is in date; otherwise enrol again "
		    "with a new ticket");
	if (l->head.body == CMP_BODY_IR && l->r.is_renewal)
		return _("a first request needs a ticket: its reference and "
		    "its secret");
	if (!l->r.mac_good)
		return NULL;	/* the book has better words for that */
	return l->complete ? l->unfit : _(INCOMPLETE);
}

/* --- the desk -------------------------------------------------------------------------- */

struct enroll *
enroll_new(const struct ca *ca, int leaf_days)
{
	struct enroll *e = mem_new(sizeof(*e));

	must(leaf_days > 0);
	e->ca = ca;
	e->leaf_days = leaf_days;
	return e;
}

void
enroll_free(struct enroll *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < DEALS_MOST; i++)
		deal_free(e->waiting[i]);
	free(e);
}

bool
enroll_read(struct enroll *e, struct span der, struct enroll_request *r,
    const char **why)
{
	struct look l;

	*r = (struct enroll_request){ .is_confirm = false };
	if (!look_at(e, der, &l, why)) {
		*why = _(*why);
		return false;
	}
	*r = l.r;
	r->is_confirm = l.head.body == CMP_BODY_CERTCONF ||
	    own_refusal(&l) != NULL;
	look_clear(&l);
	return true;
}

/* Only who knows the secret of a waiting deal can end it. */
static bool
answer_confirm(struct enroll *e, const struct look *l, struct buf *out)
{
	struct deal **place = find_waiting(e, l->head.transaction);
	struct deal *d = place != NULL ? *place : NULL;
	bool ok;

	if (d != NULL && OSSL_CMP_validate_msg(
	    OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv), l->msg) == 1) {
		ERR_clear_error();
		ok = deal_run(d, l->msg, out) >= 0;
		deal_free(d);
		*place = NULL;
		return ok;
	}
	ERR_clear_error();
	d = deal_new(e, l);
	OSSL_CMP_SRV_CTX_set_send_unprotected_errors(d->srv, 1);
	say(WORD_NO_DEAL);
	ok = deal_run(d, l->msg, out) >= 0;
	deal_free(d);
	return ok;
}

static bool
answer_request(struct enroll *e, const struct look *l, struct deal *d,
    struct buf *out)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv);

	OSSL_CMP_SRV_CTX_set_accept_unprotected(d->srv, d->refusal != NULL);
	OSSL_CMP_SRV_CTX_set_send_unprotected_errors(d->srv, !l->r.mac_good);
	if (!l->complete)
		say(WORD_INCOMPLETE);
	if (deal_run(d, l->msg, out) < 0) {
		deal_free(d);
		return false;
	}
	d->refusal = d->code = NULL;
	if (d->issued && l->head.transaction.n > 0 && OSSL_CMP_CTX_get_option(
	    ctx, OSSL_CMP_OPT_IMPLICIT_CONFIRM) == 0)
		keep(e, d, l->head.transaction);
	else
		deal_free(d);
	return true;
}

bool
enroll_answer(struct enroll *e, struct span der, uint32_t site,
    const char *code, const char *refusal, struct buf *out)
{
	const char *why, *own;
	struct look l;
	struct deal *d;
	bool ok;

	if (!look_at(e, der, &l, &why))
		return false;
	if (l.head.body == CMP_BODY_CERTCONF) {
		ok = answer_confirm(e, &l, out);
		look_clear(&l);
		return ok;
	}
	if ((own = own_refusal(&l)) != NULL)
		refusal = own;
	else if (refusal == NULL && !l.r.mac_good)
		refusal = _("the request is not protected with the secret of "
		    "a ticket of this hub");
	d = deal_new(e, &l);
	d->refusal = refusal;
	d->site = site;
	d->code = code;
	must(d->refusal != NULL || (site > 0 && code != NULL));
	ok = answer_request(e, &l, d, out);
	look_clear(&l);
	return ok;
}
