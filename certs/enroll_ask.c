/*
 * The agent's half of an enrolment: libcrypto's client, our transport, and
 * what we believe of the answer.
 *
 * First contact: the answer's MAC shows that it comes from who knows the
 * ticket's secret, and the CA in it must have the ticket's pin. A renewal:
 * the answer is signed below the CA that we have. Either way the new
 * certificate must be for our key, signed by that CA, and name a site.
 */
#include "certs/enroll.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string.h>
#include <time.h>

#include "certs/cmp.h"
#include "certs/keep.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

/* One errand to the hub: what the callbacks need and what they found. */
struct errand {
	enroll_send_fn *send;
	void *arg;
	struct buf *why;
	bool lost;		/* the transport failed, and said why */
	const uint8_t *pin;	/* NULL: `cas` are given */
	STACK_OF(X509) *cas;
	X509 *ca;		/* found by its pin; an own reference */
	const char *odd;	/* why the certificate isn't accepted */
};

/* --- what libcrypto calls back ------------------------------------------- */

static OSSL_CMP_MSG *
on_transfer(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *req)
{
	struct errand *e = OSSL_CMP_CTX_get_transfer_cb_arg(ctx);
	OSSL_CMP_MSG *msg = NULL;
	struct buf out, in;

	buf_init(&out, ENROLL_MAX);
	buf_init(&in, ENROLL_MAX);
	if (!cmp_write(&out, req) ||
	    !e->send(e->arg, buf_look(&out), &in, e->why))
		e->lost = true;
	else if (in.bad || (msg = cmp_read(buf_look(&in))) == NULL) {
		buf_text(e->why, _("the hub's answer is no PKIMessage; is "
		    "this the hub's address?\n"));
		e->lost = true;
	}
	buf_clear(&out);
	buf_clear(&in);
	return msg;
}

static X509 *
find_pinned(OSSL_CMP_CTX *ctx, const uint8_t *pin)
{
	STACK_OF(X509) *all = OSSL_CMP_CTX_get1_caPubs(ctx);
	uint8_t has[TICKET_PIN];
	X509 *found = NULL;

	for (int i = 0; i < sk_X509_num(all) && found == NULL; i++) {
		X509 *c = sk_X509_value(all, i);

		ca_pin(has, c);
		if (memcmp(has, pin, TICKET_PIN) == 0 &&
		    X509_check_ca(c) == 1 && X509_up_ref(c) == 1)
			found = c;
	}
	sk_X509_pop_free(all, X509_free);
	return found;
}

/* A store with these alone, by our clock. */
static X509_STORE *
trust(const struct errand *e)
{
	X509_STORE *store = X509_STORE_new();

	must(store != NULL);
	if (e->ca != NULL)
		must(X509_STORE_add_cert(store, e->ca) == 1);
	for (int i = 0; i < sk_X509_num(e->cas); i++)
		must(X509_STORE_add_cert(store,
		    sk_X509_value(e->cas, i)) == 1);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store),
	    (time_t)(clock_wall() / 1000));
	return store;
}

static bool
is_below(const struct errand *e, X509 *cert)
{
	X509_STORE *store = trust(e);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok = ctx != NULL &&
	    X509_STORE_CTX_init(ctx, store, cert, NULL) == 1 &&
	    X509_STORE_CTX_set_default(ctx, "ssl_client") == 1 &&
	    X509_verify_cert(ctx) > 0;

	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return ok;
}

/* Do we take this certificate? 0, or a bit of PKIFailureInfo. */
static int
on_certificate(OSSL_CMP_CTX *ctx, X509 *cert, int fail_info,
    const char **text)
{
	struct errand *e = OSSL_CMP_CTX_get_certConf_cb_arg(ctx);

	if (e->ca == NULL && e->pin != NULL)
		e->ca = find_pinned(ctx, e->pin);
	if (e->ca == NULL && e->pin != NULL)
		e->odd = _("the hub's CA is not the one with the ticket's "
		    "pin: this is not the hub that issued the ticket");
	else if (fail_info != 0)
		e->odd = _("the hub's certificate is for another key than "
		    "ours");
	else if (!is_below(e, cert))
		e->odd = _("the hub's CA did not sign this certificate, or it "
		    "is not valid now; check the clocks of both machines");
	else if (ca_site_of(cert) == 0)
		e->odd = _("the hub's certificate names no site");
	if (e->odd == NULL)
		return 0;
	*text = e->odd;
	return OSSL_CMP_CTX_FAILINFO_incorrectData;
}

/* --- setting up and telling ---------------------------------------------- */

static OSSL_CMP_CTX *
set_up(struct errand *e, EVP_PKEY *new_key)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_CTX_new(NULL, NULL);

	must(ctx != NULL && EVP_PKEY_up_ref(new_key) == 1 &&
	    OSSL_CMP_CTX_set0_newPkey(ctx, 1, new_key) == 1);
	cmp_silence(ctx);
	OSSL_CMP_CTX_set_transfer_cb(ctx, on_transfer);
	OSSL_CMP_CTX_set_transfer_cb_arg(ctx, e);
	OSSL_CMP_CTX_set_certConf_cb(ctx, on_certificate);
	OSSL_CMP_CTX_set_certConf_cb_arg(ctx, e);
	OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_IMPLICIT_CONFIRM, 1);
	/* Who has not shown to know the secret is told why all the same. */
	OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_UNPROTECTED_ERRORS, 1);
	return ctx;
}

/* What the hub wrote, on one line and without control characters. */
static void
put_words(struct buf *why, OSSL_CMP_PKIFREETEXT *words)
{
	for (int i = 0; i < sk_ASN1_UTF8STRING_num(words); i++) {
		const ASN1_UTF8STRING *s = sk_ASN1_UTF8STRING_value(words, i);
		const unsigned char *at = ASN1_STRING_get0_data(s);
		int n = ASN1_STRING_length(s);

		if (!text_is_utf8((struct span){ .at = (const char *)at,
		    .n = (size_t)n }))
			continue;
		if (i > 0)
			buf_byte(why, ' ');
		for (; n > 0; n--, at++)
			buf_byte(why, *at < 0x20 || *at == 0x7f ? '?' :
			    (char)*at);
	}
}

static void
tell(const struct errand *e, OSSL_CMP_CTX *ctx)
{
	OSSL_CMP_PKIFREETEXT *words = OSSL_CMP_CTX_get0_statusString(ctx);

	if (e->lost)
		return;
	if (e->odd != NULL) {
		buf_printf(e->why, "%s\n", e->odd);
	} else if (OSSL_CMP_CTX_get_status(ctx) ==
	    OSSL_CMP_PKISTATUS_rejection && sk_ASN1_UTF8STRING_num(words) > 0) {
		buf_text(e->why, _("the hub says: "));
		put_words(e->why, words);
		buf_byte(e->why, '\n');
	} else {
		buf_printf(e->why, _("the hub's answer can't be trusted "
		    "(%s)\n"), keep_openssl_error());
	}
}

/* The whole exchange; takes ctx. The certificate is the caller's. */
static X509 *
run(struct errand *e, OSSL_CMP_CTX *ctx, int type)
{
	X509 *got, *cert = NULL;

	ERR_clear_error();
	got = OSSL_CMP_exec_certreq(ctx, type, NULL);
	if (got != NULL && X509_up_ref(got) == 1)
		cert = got;
	else
		tell(e, ctx);
	OSSL_CMP_CTX_free(ctx);
	ERR_clear_error();
	return cert;
}

/* --- the two errands ----------------------------------------------------- */

static void
set_ticket(OSSL_CMP_CTX *ctx, const struct ticket *t)
{
	struct buf text;

	buf_init(&text, 64);
	text_base32(&text, t->ref, TICKET_REF);
	must(OSSL_CMP_CTX_set1_referenceValue(ctx,
	    (const unsigned char *)text.at, (int)text.n) == 1);
	buf_reset(&text);
	text_base32(&text, t->secret, TICKET_SECRET);
	must(OSSL_CMP_CTX_set1_secretValue(ctx,
	    (const unsigned char *)text.at, (int)text.n) == 1);
	OPENSSL_cleanse(text.at, text.n);
	buf_clear(&text);
}

/* A proof of possession needs some subject, so who doesn't know its code
 * gives one without a common name. False: that can't be a name. */
static bool
set_subject(OSSL_CMP_CTX *ctx, const char *code)
{
	bool has_code = code != NULL && *code != '\0';
	X509_NAME *n = X509_NAME_new();
	bool ok = n != NULL && X509_NAME_add_entry_by_NID(n,
	    has_code ? NID_commonName : NID_organizationalUnitName,
	    MBSTRING_UTF8, (const unsigned char *)(has_code ? code :
	    "Zhanqun agent"), -1, -1, 0) == 1 &&
	    OSSL_CMP_CTX_set1_subjectName(ctx, n) == 1;

	X509_NAME_free(n);
	return ok;
}

bool
enroll_ask(const struct ticket *t, EVP_PKEY *key, const char *code,
    enroll_send_fn *send, void *arg, X509 **cert, X509 **ca, struct buf *why)
{
	struct errand e = { .send = send, .arg = arg, .why = why,
	    .pin = t->pin };
	OSSL_CMP_CTX *ctx = set_up(&e, key);

	*cert = *ca = NULL;
	if (!set_subject(ctx, code)) {
		buf_text(why, _("a site's code is at most 64 characters of "
		    "UTF-8\n"));
		OSSL_CMP_CTX_free(ctx);
		ERR_clear_error();
		return false;
	}
	set_ticket(ctx, t);
	*cert = run(&e, ctx, OSSL_CMP_IR);
	if (*cert != NULL)
		*ca = e.ca;
	else
		X509_free(e.ca);
	return *cert != NULL;
}

bool
enroll_renew(X509 *cert, EVP_PKEY *key, STACK_OF(X509) *cas,
    EVP_PKEY *new_key, enroll_send_fn *send, void *arg, X509 **new_cert,
    struct buf *why)
{
	struct errand e = { .send = send, .arg = arg, .why = why,
	    .cas = cas };
	OSSL_CMP_CTX *ctx = set_up(&e, new_key);
	X509 *last = sk_X509_value(cas, sk_X509_num(cas) - 1);

	must(last != NULL &&
	    OSSL_CMP_CTX_set1_issuer(ctx, X509_get_subject_name(last)) == 1 &&
	    OSSL_CMP_CTX_set0_trustedStore(ctx, trust(&e)) == 1 &&
	    OSSL_CMP_CTX_set1_cert(ctx, cert) == 1 &&
	    OSSL_CMP_CTX_set1_pkey(ctx, key) == 1 &&
	    OSSL_CMP_CTX_set1_oldCert(ctx, cert) == 1);
	*new_cert = run(&e, ctx, OSSL_CMP_KUR);
	return *new_cert != NULL;
}
