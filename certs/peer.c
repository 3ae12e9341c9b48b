/*
 * Both ends of a connection. Certificates are judged by our own clock
 * (contrib/base/clock.h), so verification goes through callbacks here.
 */
#include "certs/peer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs/issue.h"
#include "certs/keep.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"

#define SESSIONS 32768		/* kept for resumption: 1 KiB each */
#define SESSION_LIFE 3600	/* s; a resumed one isn't verified again */
#define CHAIN_BYTES 16384	/* of a peer's certificates; ours are 1 KiB */
#define CHAIN_DEPTH 2		/* leaf and CA, one for a roll-over */

static const unsigned char session_context[] = "zhanqun";

/* --- the hub's side ------------------------------------------------------ */

static void
set_clock(X509_STORE_CTX *ctx)
{
	X509_STORE_CTX_set_time(ctx, 0, (time_t)(clock_wall() / 1000));
}

static int
verify_by_clock(X509_STORE_CTX *ctx, void *arg)
{
	(void)arg;
	set_clock(ctx);
	return X509_verify_cert(ctx) > 0;
}

bool
peer_is_strange(long error)
{
	return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	    error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	    error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
	    error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	    error == X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

/* What doesn't end the handshake: see peer_of(). */
static bool
is_forgiven(int error)
{
	return error == X509_V_ERR_CERT_HAS_EXPIRED ||
	    error == X509_V_ERR_CERT_NOT_YET_VALID || peer_is_strange(error);
}

/* The result stays with the connection, and with its session. */
static int
verify_client(X509_STORE_CTX *ctx, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx,
	    SSL_get_ex_data_X509_STORE_CTX_idx());

	if (verify_by_clock(ctx, arg))
		return 1;
	/* By the clock, which may be put right: not for the next one. */
	if (X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CERT_NOT_YET_VALID)
		must(SSL_set_num_tickets(ssl, 0) == 1);
	return is_forgiven(X509_STORE_CTX_get_error(ctx));
}

static bool
fail(const char *what, struct buf *why)
{
	buf_printf(why, "%s: %s\n", what, keep_openssl_error());
	return false;
}

static enum peer_flaw
flaw_of(long verified)
{
	if (verified == X509_V_ERR_CERT_HAS_EXPIRED)
		return PEER_EXPIRED;
	return verified == X509_V_ERR_CERT_NOT_YET_VALID ? PEER_EARLY :
	    PEER_FOREIGN;
}

static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *
parse_key(struct span pem)
{
	BIO *bio = BIO_new_mem_buf(pem.n > 0 ? pem.at : "", (int)pem.n);
	EVP_PKEY *key;

	must(bio != NULL);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	return key;
}

/* The leaf, then what stands behind it. */
static bool
use_chain(SSL_CTX *ctx, STACK_OF(X509) *chain)
{
	bool ok = SSL_CTX_use_certificate(ctx, sk_X509_value(chain, 0)) == 1;

	for (int i = 1; i < sk_X509_num(chain); i++)
		ok = ok && SSL_CTX_add1_chain_cert(ctx,
		    sk_X509_value(chain, i)) == 1;
	return ok;
}

static bool
load_own(SSL_CTX *ctx, const struct peer_pem *pem, struct buf *why)
{
	STACK_OF(X509) *chain = keep_parse_certs(
	    _("the hub's certificate"), pem->chain, why);
	EVP_PKEY *key = chain != NULL ? parse_key(pem->key) : NULL;
	bool ok = false;

	if (chain != NULL && key == NULL)
		fail(_("the hub's key: no private key in PEM"), why);
	else if (chain != NULL && !use_chain(ctx, chain))
		fail(_("the hub's certificate"), why);
	else if (chain != NULL && SSL_CTX_use_PrivateKey(ctx, key) != 1)
		fail(_("the hub's key is not the key of the certificate "
		    "beside it"), why);
	else
		ok = chain != NULL;
	EVP_PKEY_free(key);
	keep_free_certs(chain);
	return ok;
}

static bool
load_cas(SSL_CTX *ctx, struct span pem, struct buf *why)
{
	STACK_OF(X509) *cas = keep_parse_certs(_("the CA"), pem, why);
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	bool ok = cas != NULL;

	for (int i = 0; ok && i < sk_X509_num(cas); i++) {
		X509 *ca = sk_X509_value(cas, i);

		ok = X509_check_ca(ca) == 1 &&
		    X509_STORE_add_cert(store, ca) == 1 &&
		    SSL_CTX_add_client_CA(ctx, ca) == 1;
		if (!ok)
			fail(_("the CA: is no CA's certificate"), why);
	}
	keep_free_certs(cas);
	return ok;
}

static void
set_sessions(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER);
	SSL_CTX_sess_set_cache_size(ctx, SESSIONS);
	SSL_CTX_set_timeout(ctx, SESSION_LIFE);
	SSL_CTX_set_session_id_context(ctx, session_context,
	    sizeof(session_context) - 1);
}

static void
set_server(SSL_CTX *ctx)
{
	must(SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_max_cert_list(ctx, CHAIN_BYTES);
	SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify_client, NULL);
	set_sessions(ctx);
}

SSL_CTX *
peer_server(const struct peer_pem *pem, struct buf *why)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	must(ctx != NULL);
	ERR_clear_error();
	set_server(ctx);
	if (load_own(ctx, pem, why) && load_cas(ctx, pem->cas, why))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/* A resumed session has no chain any more: the CA is looked for again among
 * those that are trusted; their names differ (roll.h). */
static void
note_issuer(struct peer *p, SSL *ssl, X509 *cert)
{
	X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
	STACK_OF(X509) *cas = X509_STORE_get1_all_certs(store);

	for (int i = 0; i < sk_X509_num(cas); i++)
		if (X509_check_issued(sk_X509_value(cas, i), cert) ==
		    X509_V_OK)
			ca_pin(p->ca, sk_X509_value(cas, i));
	keep_free_certs(cas);
}

bool
peer_of(struct peer *p, SSL *ssl)
{
	X509 *cert = SSL_get0_peer_certificate(ssl);
	long verified = SSL_get_verify_result(ssl);
	EVP_PKEY *key;

	*p = (struct peer){ .issued = CLOCK_NONE };
	if (cert == NULL)
		return true;
	p->not_before = issue_time(X509_get0_notBefore(cert));
	p->not_after = issue_time(X509_get0_notAfter(cert));
	if (verified != X509_V_OK) {
		p->flaw = flaw_of(verified);
		return true;
	}
	key = X509_get0_pubkey(cert);
	p->site = ca_site_of(cert);
	ERR_clear_error();
	if (p->site == 0 || key == NULL)
		return false;
	ca_key_hash(p->key_hash, key);
	p->issued = issue_when(cert);
	note_issuer(p, ssl, cert);
	ERR_clear_error();
	p->known = true;
	return true;
}

bool
peer_is_still_good(SSL *ssl, SSL_CTX *ctx)
{
	X509_STORE_CTX *v = X509_STORE_CTX_new();
	X509 *cert = SSL_get0_peer_certificate(ssl);
	bool ok = v != NULL && cert != NULL &&
	    X509_STORE_CTX_init(v, SSL_CTX_get_cert_store(ctx), cert,
	    NULL) == 1 &&
	    X509_STORE_CTX_set_default(v, "ssl_client") == 1 &&
	    verify_by_clock(v, NULL);

	X509_STORE_CTX_free(v);
	ERR_clear_error();
	return ok;
}

/* --- the agent's side ---------------------------------------------------- */

static X509 *
find_pinned(STACK_OF(X509) *chain, const uint8_t pin[TICKET_PIN])
{
	uint8_t has[TICKET_PIN];

	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *c = sk_X509_value(chain, i);

		ca_pin(has, c);
		if (memcmp(has, pin, TICKET_PIN) == 0 && X509_check_ca(c) == 1)
			return c;
	}
	return NULL;
}

/* The leaf under that CA alone, in date, fit for a server. */
static int
verify_below(X509 *ca, X509 *leaf)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int rc = X509_V_ERR_OUT_OF_MEM;

	if (store != NULL && ctx != NULL &&
	    X509_STORE_add_cert(store, ca) == 1 &&
	    X509_STORE_CTX_init(ctx, store, leaf, NULL) == 1 &&
	    X509_STORE_CTX_set_default(ctx, "ssl_server") == 1) {
		set_clock(ctx);
		rc = X509_verify_cert(ctx) > 0 ? X509_V_OK :
		    X509_STORE_CTX_get_error(ctx);
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return rc;
}

static int
verify_pin(X509_STORE_CTX *ctx, void *pin)
{
	X509 *ca = find_pinned(X509_STORE_CTX_get0_untrusted(ctx), pin);
	int rc = ca == NULL ? X509_V_ERR_APPLICATION_VERIFICATION :
	    verify_below(ca, X509_STORE_CTX_get0_cert(ctx));

	X509_STORE_CTX_set_error(ctx, rc);
	return rc == X509_V_OK;
}

static void
free_pin(void *parent, void *pin, CRYPTO_EX_DATA *ad, int index, long argl,
    void *argp)
{
	(void)parent, (void)ad, (void)index, (void)argl, (void)argp;
	free(pin);
}

bool
peer_client(SSL_CTX *ctx, const uint8_t pin[TICKET_PIN])
{
	static int index = -1;	/* where a context keeps its pin */
	void *copy;

	if (SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1)
		return false;
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	if (pin == NULL) {
		SSL_CTX_set_cert_verify_callback(ctx, verify_by_clock, NULL);
		return true;
	}
	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_pin);
	copy = mem_copy(pin, TICKET_PIN);
	if (index < 0 || SSL_CTX_set_ex_data(ctx, index, copy) != 1) {
		free(copy);
		return false;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify_pin, copy);
	return true;
}

const char *
peer_why(long verify_result)
{
	switch (verify_result) {
	case X509_V_ERR_APPLICATION_VERIFICATION:
		return _("this is not the hub that issued the ticket: no CA "
		    "with the ticket's pin stands behind it (a wrong address, "
		    "a proxy that opens TLS, or a hub set up anew)");
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return _("the hub's certificate is not valid at this time; "
		    "check the clocks of both machines");
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED:	/* curl's, when only the name is wrong */
		return _("the hub's certificate is not for the name in its "
		    "address: was the hub given another name (public, in its "
		    "settings), or does this one lead to another machine?");
	default:
		return NULL;
	}
}
