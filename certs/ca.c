/*
 * The CA: its three files, and how each kind of certificate looks.
 *
 * pathlen 0: a stolen agent key can't grow a tree of its own. Agents and hub
 * have different extended key usages, so that neither can pose as the other.
 */
#include "certs/ca.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/issue.h"
#include "certs/keep.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define KEY_FILE "ca.key"
#define CERT_FILE "ca.pem"
#define TICKET_FILE "ticket.key"	/* hex, one line */

#define URN "urn:zhanqun:site:"
#define RSA_LEAST 2048
#define RSA_MOST 8192	/* larger ones only cost the verifier time */
#define SIGNER_DAYS 1

struct files {
	char key[KEEP_PATH_MAX], cert[KEEP_PATH_MAX], ticket[KEEP_PATH_MAX];
};

static bool
find_files(struct files *f, const char *dir, struct buf *why)
{
	return keep_path(f->key, dir, KEY_FILE, why) &&
	    keep_path(f->cert, dir, CERT_FILE, why) &&
	    keep_path(f->ticket, dir, TICKET_FILE, why);
}

/* --- making -------------------------------------------------------------- */

static bool
none_is_there(const struct files *f, struct buf *why)
{
	const char *const all[] = { f->key, f->cert, f->ticket };
	struct stat st;

	for (size_t i = 0; i < 3; i++)
		if (lstat(all[i], &st) == 0) {
			buf_printf(why, _("%s: is already there: this "
			    "directory has a CA, and a CA is never "
			    "overwritten (its sites would be lost)\n"),
			    all[i]);
			return false;
		}
	return true;
}

X509 *
ca_make_root(EVP_PKEY *key, const char *name, const char *unit)
{
	struct issue i;

	issue_begin(&i, key, name, unit, NULL, CA_DAYS);
	issue_put(&i, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
	issue_put(&i, NID_key_usage, "critical,keyCertSign,cRLSign");
	issue_put(&i, NID_subject_key_identifier, "hash");
	issue_put(&i, NID_authority_key_identifier, "keyid:always");
	return issue_sign(&i, key) ? i.cert : NULL;
}

static bool
put_ticket_key(const char *path, struct buf *why)
{
	uint8_t key[TICKET_KEY];
	struct buf hex;
	bool ok;

	if (RAND_bytes(key, sizeof(key)) != 1)
		fatal("no randomness for the ticket key");
	buf_init(&hex, 2 * TICKET_KEY + 1);
	text_hex(&hex, key, sizeof(key));
	buf_byte(&hex, '\n');
	ok = keep_put(path, 0600, KEEP_NEW, buf_look(&hex), why);
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(hex.at, hex.n);
	buf_clear(&hex);
	return ok;
}

/* What a broken set-up left would be in the way of the next try. */
static bool
put_all(const struct files *f, EVP_PKEY *key, X509 *cert, struct buf *why)
{
	if (!keep_put_key(f->key, KEEP_NEW, key, why))
		return false;
	if (keep_put_certs(f->cert, KEEP_NEW, &cert, 1, why)) {
		if (put_ticket_key(f->ticket, why))
			return true;
		unlink(f->cert);
	}
	unlink(f->key);
	return false;
}

bool
ca_create(const char *dir, const char *name, struct buf *why)
{
	struct files f;
	EVP_PKEY *key;
	X509 *cert;
	bool ok;

	if (!text_is_utf8(span_of(name)) || text_trim(span_of(name)).n == 0) {
		buf_text(why, _("the cluster's name must be some text in "
		    "UTF-8\n"));
		return false;
	}
	if (!find_files(&f, dir, why) || !keep_dir(dir, 0700, why) ||
	    !none_is_there(&f, why))
		return false;
	key = EVP_EC_gen("P-256");
	cert = key != NULL ? ca_make_root(key, name, CA_UNIT) : NULL;
	if (cert == NULL)
		buf_printf(why, _("can't make the CA's certificate: %s\n"),
		    keep_openssl_error());
	ok = cert != NULL && put_all(&f, key, cert, why);
	X509_free(cert);
	EVP_PKEY_free(key);
	return ok;
}

/* --- opening ------------------------------------------------------------- */

static bool
get_ticket_key(struct ca *ca, const char *path, struct buf *why)
{
	struct buf b;
	bool ok;

	buf_init(&b, 256);
	ok = keep_get_secret(path, &b, why);
	if (ok && !text_unhex(text_trim(buf_look(&b)), ca->ticket_key,
	    TICKET_KEY)) {
		buf_printf(why, _("%s: %d hexadecimal digits were expected\n"),
		    path, 2 * TICKET_KEY);
		ok = false;
	}
	if (b.at != NULL)
		OPENSSL_cleanse(b.at, b.n);
	buf_clear(&b);
	return ok;
}

static bool
is_pair(const struct ca *ca, const char *path, struct buf *why)
{
	if (X509_check_private_key(ca->cert, ca->key) == 1 &&
	    X509_check_ca(ca->cert) == 1)
		return true;
	ERR_clear_error();
	buf_printf(why, _("%s: is not the CA certificate of the key beside "
	    "it; put back the pair that was made together\n"), path);
	return false;
}

bool
ca_read(struct ca *ca, const char *key_path, const char *cert_path,
    struct buf *why)
{
	*ca = (struct ca){ .key = NULL };
	if ((ca->key = keep_get_key(key_path, why)) != NULL &&
	    (ca->cert = keep_get_cert(cert_path, why)) != NULL &&
	    is_pair(ca, cert_path, why)) {
		ca_pin(ca->pin, ca->cert);
		return true;
	}
	ca_close(ca);
	return false;
}

bool
ca_open(struct ca *ca, const char *dir, struct buf *why)
{
	struct files f;

	*ca = (struct ca){ .key = NULL };
	if (find_files(&f, dir, why) && ca_read(ca, f.key, f.cert, why) &&
	    get_ticket_key(ca, f.ticket, why))
		return true;
	ca_close(ca);
	return false;
}

void
ca_close(struct ca *ca)
{
	EVP_PKEY_free(ca->key);
	X509_free(ca->cert);
	OPENSSL_cleanse(ca, sizeof(*ca));
	*ca = (struct ca){ .key = NULL };
}

/* --- the hub's certificate ----------------------------------------------- */

static bool
is_host_name(const char *host)
{
	size_t n = strspn(host, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

	return n > 0 && n <= 253 && host[n] == '\0';
}

/* A host as a GeneralName: an address if it is one, else a name. */
static GENERAL_NAME *
host_name(const char *host)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	uint8_t address[16];
	ASN1_STRING *s;
	int type = GEN_IPADD, n = 0;

	must(g != NULL);
	if (inet_pton(AF_INET, host, address) == 1)
		n = 4;
	else if (inet_pton(AF_INET6, host, address) == 1)
		n = 16;
	else
		type = GEN_DNS;
	s = ASN1_STRING_type_new(n > 0 ? V_ASN1_OCTET_STRING :
	    V_ASN1_IA5STRING);
	must(s != NULL && (n > 0 ? ASN1_STRING_set(s, address, n) :
	    ASN1_STRING_set(s, host, -1)) == 1);
	GENERAL_NAME_set0_value(g, type, s);
	return g;
}

/* NULL: one of them can't stand in a certificate; why says which. */
static GENERAL_NAMES *
host_names(const char *const *hosts, struct buf *why)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	uint8_t address[16];

	must(names != NULL);
	for (; *hosts != NULL; hosts++) {
		if (!is_host_name(*hosts) &&
		    inet_pton(AF_INET6, *hosts, address) != 1) {
			buf_printf(why, _("\"%s\" is neither an address nor a "
			    "host name; a name in Chinese is given in its "
			    "xn-- form\n"), *hosts);
			break;
		}
		must(sk_GENERAL_NAME_push(names, host_name(*hosts)) > 0);
	}
	if (*hosts == NULL && sk_GENERAL_NAME_num(names) > 0)
		return names;
	if (*hosts == NULL)
		buf_text(why, _("the hub's certificate needs at least one "
		    "host name or address\n"));
	GENERAL_NAMES_free(names);
	return NULL;
}

/* What all leaves have in common. */
static void
put_leaf(struct issue *i, const char *usage)
{
	issue_put(i, NID_basic_constraints, "critical,CA:FALSE");
	issue_put(i, NID_key_usage, "critical,digitalSignature");
	issue_put(i, NID_ext_key_usage, usage);
	issue_put(i, NID_subject_key_identifier, "hash");
	issue_put(i, NID_authority_key_identifier, "keyid:always");
}

bool
ca_issue_hub(const struct ca *ca, const char *name, const char *const *hosts,
    int days, const char *key_path, const char *cert_path, struct buf *why)
{
	GENERAL_NAMES *names = host_names(hosts, why);
	EVP_PKEY *key;
	struct issue i;
	bool ok;

	if (names == NULL)
		return false;
	key = EVP_EC_gen("P-256");
	must(key != NULL);
	issue_begin(&i, key, name, "Zhanqun hub", ca->cert, days);
	put_leaf(&i, "serverAuth");
	issue_put_alt(&i, names);
	ok = issue_sign(&i, ca->key);
	if (ok)
		ok = keep_put_key(key_path, KEEP_REPLACE, key, why) &&
		    keep_put_certs(cert_path, KEEP_REPLACE,
		    (X509 *[]){ i.cert, ca->cert }, 2, why);
	else
		buf_printf(why, _("can't make the hub's certificate: %s\n"),
		    keep_openssl_error());
	X509_free(i.cert);
	EVP_PKEY_free(key);
	GENERAL_NAMES_free(names);
	return ok;
}

/* --- the sites' certificates --------------------------------------------- */

static const char *
ec_unfit(EVP_PKEY *key)
{
	char group[32] = "";
	int is_explicit = 0;

	(void)EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	(void)EVP_PKEY_get_int_param(key,
	    OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit);
	if (!is_explicit && (strcmp(group, SN_X9_62_prime256v1) == 0 ||
	    strcmp(group, SN_secp384r1) == 0 || strcmp(group, "P-256") == 0 ||
	    strcmp(group, "P-384") == 0))
		return NULL;
	return _("this elliptic curve is not accepted; use P-256 or P-384, "
	    "by name");
}

const char *
ca_key_unfit(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);
	const char *why = _("this kind of key is not accepted; use EC P-256, "
	    "EC P-384, Ed25519 or RSA");

	if (EVP_PKEY_is_a(key, "EC"))
		why = ec_unfit(key);
	else if (EVP_PKEY_is_a(key, "ED25519"))
		why = NULL;
	else if (EVP_PKEY_is_a(key, "RSA") && bits < RSA_LEAST)
		why = _("this RSA key is too small; 2048 bits are the least");
	else if (EVP_PKEY_is_a(key, "RSA"))
		why = bits <= RSA_MOST ? NULL :
		    _("this RSA key is too large; 8192 bits are the most");
	ERR_clear_error();
	return why;
}

const char *
ca_has_ended(const struct ca *ca)
{
	if (ca_days_left(ca->cert, clock_wall()) >= 0)
		return NULL;
	return _("the hub's CA has ended: before there is a certificate again "
	    "the hub's operator makes another CA (zqhub ca roll)");
}

static void
put_site(struct issue *i, uint32_t site)
{
	char value[sizeof("URI:" URN) + 10];

	snprintf(value, sizeof(value), "URI:" URN "%" PRIu32, site);
	issue_put(i, NID_subject_alt_name, value);
}

X509 *
ca_issue_site(const struct ca *ca, EVP_PKEY *key, uint32_t site,
    const char *code, int days, const char **why)
{
	struct issue i;

	must(site > 0);
	if ((*why = ca_key_unfit(key)) != NULL ||
	    (*why = ca_has_ended(ca)) != NULL)
		return NULL;
	issue_begin(&i, key, code, NULL, ca->cert, days);
	put_leaf(&i, "clientAuth");
	put_site(&i, site);
	if (issue_sign(&i, ca->key))
		return i.cert;
	*why = _("the CA could not make this certificate");
	ERR_clear_error();
	return NULL;
}

bool
ca_issue_signer(const struct ca *ca, EVP_PKEY **key, X509 **cert)
{
	char name[256];
	struct issue i;

	issue_common_name(name, sizeof(name),
	    X509_get_subject_name(ca->cert));
	*key = EVP_EC_gen("P-256");
	must(*key != NULL);
	issue_begin(&i, *key, name, "Zhanqun enrolment", ca->cert,
	    SIGNER_DAYS);
	put_leaf(&i, "cmcCA");
	if (issue_sign(&i, ca->key)) {
		*cert = i.cert;
		return true;
	}
	EVP_PKEY_free(*key);
	*key = NULL;
	return false;
}

/* --- looking ------------------------------------------------------------- */

static uint32_t
parse_urn(const ASN1_STRING *s)
{
	struct span t = { .at = (const char *)ASN1_STRING_get0_data(s),
	    .n = (size_t)ASN1_STRING_length(s) };
	uint64_t n;

	if (!text_starts(t, URN))
		return 0;
	t.at += sizeof(URN) - 1;
	t.n -= sizeof(URN) - 1;
	return text_number(t, 1, UINT32_MAX, &n) ? (uint32_t)n : 0;
}

uint32_t
ca_site_of(X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name,
	    NULL, NULL);
	uint32_t site = 0;
	int count = sk_GENERAL_NAME_num(names);

	if (count == 1) {
		GENERAL_NAME *g = sk_GENERAL_NAME_value(names, 0);

		if (g->type == GEN_URI)
			site = parse_urn(g->d.uniformResourceIdentifier);
	}
	GENERAL_NAMES_free(names);
	return site;
}

void
ca_key_hash(uint8_t out[CA_KEY_HASH], EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);

	must(n > 0);
	SHA256(der, (size_t)n, out);
	OPENSSL_free(der);
}

void
ca_pin(uint8_t out[TICKET_PIN], X509 *cert)
{
	uint8_t hash[CA_KEY_HASH], *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	/* Not by way of ca_key_hash(): a stranger's certificate may hold a
	 * key of a kind that nobody can decode. */
	must(n > 0);
	SHA256(der, (size_t)n, hash);
	OPENSSL_free(der);
	memcpy(out, hash, TICKET_PIN);
}

int
ca_days_left(const X509 *cert, int64_t now)
{
	int64_t left = issue_time(X509_get0_notAfter(cert)) - now;
	const int64_t day = INT64_C(1000) * 24 * 3600;

	/* An hour too late is -1 day, not 0. */
	return (int)(left >= 0 ? left / day : -((-left + day - 1) / day));
}
