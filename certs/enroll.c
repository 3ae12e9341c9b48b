/*
 * The CA's desk: the hub's half of an enrolment.
 *
 * Each message is taken in twice: enroll_read() looks at it (request.c), and
 * enroll_answer() looks again and runs it through a server of libcrypto that
 * issues or refuses, so nothing has to be kept while the book thinks. Only a
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
#include <stdlib.h>
#include <string.h>

#include "certs/issue.h"
#include "certs/request.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"

#define DAY (INT64_C(1000) * 24 * 3600)
#define DEALS_MOST 64
#define DEAL_LIFE (INT64_C(1000) * 60 * 5)	/* ms */

/* One run of libcrypto's server: its custom context. */
struct deal {
	OSSL_CMP_SRV_CTX *srv;
	struct enroll *desk;
	const struct ca *by;		/* who signs */
	const char *refusal;		/* NULL: signed for */
	uint32_t site;
	const char *code;

	bool issued;
	uint8_t cert_hash[SHA256_DIGEST_LENGTH];
	char transaction[CMP_TRANSACTION_MOST];
	size_t transaction_n;
	int64_t since;			/* ms, mono */
};

struct enroll {
	struct request_cas cas;
	int leaf_days;
	struct deal *waiting[DEALS_MOST];	/* for a certConf; or NULL */
};

/*
 * libcrypto makes a status text of the oldest error in its queue, so these
 * are put there first when it is going to refuse on its own.
 */
enum word { WORD_INCOMPLETE = 100, WORD_NO_DEAL, WORD_HASH };
static ERR_STRING_DATA words[] = {
	{ ERR_PACK(0, 0, WORD_INCOMPLETE), REQUEST_INCOMPLETE },
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

/* --- what libcrypto calls back ------------------------------------------- */

static OSSL_CMP_PKISI *
refuse(int bit, const char *text)
{
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, bit,
	    text);
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
		cert = ca_issue_site(d->by, key, d->site, d->code,
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
	if (d->refusal != NULL)
		return refuse(OSSL_CMP_CTX_FAILINFO_notAuthorized, d->refusal);
	if ((*cert = sign(d, crm, &why)) == NULL)
		return refuse(OSSL_CMP_CTX_FAILINFO_badCertTemplate, why);
	*chain = just(d->by->cert);
	*ca_pubs = just(d->by->cert);
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

/* --- deals --------------------------------------------------------------- */

static void
deal_free(struct deal *d)
{
	if (d == NULL)
		return;
	OSSL_CMP_SRV_CTX_free(d->srv);
	free(d);
}

/* What came signed is answered under a signer made for this one deal. */
static void
set_signer(OSSL_CMP_CTX *ctx, const struct ca *ca)
{
	EVP_PKEY *key;
	X509 *cert;

	if (!ca_issue_signer(ca, &key, &cert))
		return;		/* then the answer can't be protected */
	must(OSSL_CMP_CTX_set1_cert(ctx, cert) == 1 &&
	    OSSL_CMP_CTX_set1_pkey(ctx, key) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static struct deal *
deal_new(struct enroll *e, const struct request *q)
{
	struct deal *d = mem_new(sizeof(*d));
	OSSL_CMP_CTX *ctx;

	d->desk = e;
	d->by = q->by;
	d->srv = OSSL_CMP_SRV_CTX_new(NULL, NULL);
	must(d->srv != NULL && OSSL_CMP_SRV_CTX_init(d->srv, d, on_request,
	    NULL, NULL, NULL, on_confirm, NULL) == 1);
	OSSL_CMP_SRV_CTX_set_grant_implicit_confirm(d->srv, 1);
	ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv);
	request_trust(q, ctx);
	if (q->signer != NULL)
		set_signer(ctx, q->by);
	return d;
}

/* Runs the message through; the type of the answer, -1 if there is none. */
static int
deal_run(struct deal *d, const OSSL_CMP_MSG *msg, struct buf *out)
{
	OSSL_CMP_MSG *answer = OSSL_CMP_SRV_process_request(d->srv, msg);
	int type = -1;

	if (answer != NULL && cmp_write(out, answer))
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

/* --- the desk ------------------------------------------------------------ */

struct enroll *
enroll_new(const struct ca *ca, int leaf_days)
{
	struct enroll *e = mem_new(sizeof(*e));

	must(leaf_days > 0);
	e->cas.now = ca;
	e->leaf_days = leaf_days;
	return e;
}

void
enroll_roll(struct enroll *e, const struct ca *next)
{
	e->cas.next = next;
	for (size_t i = 0; i < DEALS_MOST; i++) {
		deal_free(e->waiting[i]);
		e->waiting[i] = NULL;
	}
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

/* Of what would be made now: not later than its CA (issue.h). */
static int64_t
end_of(const struct enroll *e, const struct ca *by)
{
	int64_t until = clock_wall() + e->leaf_days * DAY;
	int64_t last = issue_time(X509_get0_notAfter(by->cert));

	return last < until ? last : until;
}

bool
enroll_read(struct enroll *e, struct span der, struct enroll_request *r,
    const char **why)
{
	struct request q;

	*r = (struct enroll_request){ .is_confirm = false };
	if (!request_read(&q, &e->cas, der, why)) {
		*why = _(*why);
		return false;
	}
	*r = q.is;
	r->until = end_of(e, q.by);
	r->is_confirm = q.head.body == CMP_BODY_CERTCONF ||
	    request_refusal(&q) != NULL;
	request_clear(&q);
	return true;
}

/* Only who knows the secret of a waiting deal can end it. */
static bool
answer_confirm(struct enroll *e, const struct request *q, struct buf *out)
{
	struct deal **place = find_waiting(e, q->head.transaction);
	struct deal *d = place != NULL ? *place : NULL;
	bool ok;

	if (d != NULL && OSSL_CMP_validate_msg(
	    OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv), q->msg) == 1) {
		ERR_clear_error();
		ok = deal_run(d, q->msg, out) >= 0;
		deal_free(d);
		*place = NULL;
		return ok;
	}
	ERR_clear_error();
	d = deal_new(e, q);
	OSSL_CMP_SRV_CTX_set_send_unprotected_errors(d->srv, 1);
	say(WORD_NO_DEAL);
	ok = deal_run(d, q->msg, out) >= 0;
	deal_free(d);
	return ok;
}

static bool
answer_request(struct enroll *e, const struct request *q, struct deal *d,
    struct buf *out)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(d->srv);

	OSSL_CMP_SRV_CTX_set_accept_unprotected(d->srv, d->refusal != NULL);
	OSSL_CMP_SRV_CTX_set_send_unprotected_errors(d->srv, !q->is.mac_good);
	if (!q->complete)
		say(WORD_INCOMPLETE);
	if (deal_run(d, q->msg, out) < 0) {
		deal_free(d);
		return false;
	}
	d->refusal = d->code = NULL;
	if (d->issued && q->head.transaction.n > 0 && OSSL_CMP_CTX_get_option(
	    ctx, OSSL_CMP_OPT_IMPLICIT_CONFIRM) == 0)
		keep(e, d, q->head.transaction);
	else
		deal_free(d);
	return true;
}

bool
enroll_answer(struct enroll *e, struct span der, uint32_t site,
    const char *code, const char *refusal, struct buf *out)
{
	const char *why, *own;
	struct request q;
	struct deal *d;
	bool ok;

	if (!request_read(&q, &e->cas, der, &why))
		return false;
	if (q.head.body == CMP_BODY_CERTCONF) {
		ok = answer_confirm(e, &q, out);
		request_clear(&q);
		return ok;
	}
	if ((own = request_refusal(&q)) != NULL)
		refusal = own;
	else if (refusal == NULL && !q.is.mac_good)
		refusal = _("the request is not protected with the secret of "
		    "a ticket of this hub");
	d = deal_new(e, &q);
	d->refusal = refusal;
	d->site = site;
	d->code = code;
	must(d->refusal != NULL || (site > 0 && code != NULL));
	ok = answer_request(e, &q, d, out);
	request_clear(&q);
	return ok;
}
