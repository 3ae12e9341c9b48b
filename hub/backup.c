/*
 * The document: made, and taken apart again. See backup.h.
 */
#include "hub/backup.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "certs/keep.h"
#include "certs/roll.h"
#include "certs/seal.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/register.h"
#include "protocol/sha.h"

#define FORMAT "zhanqun hub backup"
#define SIGNATURE_MAX 256	/* bytes of an ECDSA signature, with room */
#define SETTINGS_MAX 65536

/* --- sums and signature ---------------------------------------------------- */

static bool
is_summed(const char *name)
{
	return strcmp(name, "sums") != 0 && strcmp(name, "signature") != 0;
}

/* The same JSON is always the same bytes, however the file was laid out. */
static json_t *
sum_of(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS |
	    JSON_ENCODE_ANY);
	uint8_t hash[32];
	struct buf hex;
	json_t *sum;

	must(text != NULL);
	sha_of(hash, span_of(text));
	OPENSSL_cleanse(text, strlen(text));
	free(text);
	buf_init(&hex, 2 * sizeof(hash) + 1);
	text_hex(&hex, hash, sizeof(hash));
	sum = json_string(buf_cstr(&hex));
	buf_clear(&hex);
	return sum;
}

static json_t *
sums_of(json_t *whole)
{
	json_t *sums = json_object(), *value;
	const char *name;

	json_object_foreach(whole, name, value)
		if (is_summed(name))
			json_object_set_new(sums, name, sum_of(value));
	return sums;
}

static void
sign(json_t *whole, EVP_PKEY *key)
{
	json_t *sums = sums_of(whole);
	char *text = json_dumps(sums, JSON_COMPACT | JSON_SORT_KEYS);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_MAX];
	size_t n = sizeof(signature);
	struct buf hex;

	must(text != NULL && ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, signature, &n, (const unsigned char *)text,
	    strlen(text)) == 1);
	buf_init(&hex, 2 * sizeof(signature) + 1);
	text_hex(&hex, signature, n);
	json_object_set_new(whole, "sums", sums);
	json_object_set_new(whole, "signature",
	    json_string(buf_cstr(&hex)));
	buf_clear(&hex);
	EVP_MD_CTX_free(ctx);
	free(text);
}

static bool
is_signed(json_t *whole, EVP_PKEY *key)
{
	const json_t *given = json_object_get(whole, "signature");
	char *text = json_dumps(json_object_get(whole, "sums"),
	    JSON_COMPACT | JSON_SORT_KEYS);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_MAX];
	size_t n = json_string_length(given) / 2;
	bool good;

	must(ctx != NULL);
	good = text != NULL && n > 0 && n <= sizeof(signature) &&
	    text_unhex((struct span){ .at = json_string_value(given),
	    .n = json_string_length(given) }, signature, n) &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, signature, n, (const unsigned char *)text,
	    strlen(text)) == 1;
	ERR_clear_error();
	EVP_MD_CTX_free(ctx);
	free(text);
	return good;
}

/* --- making ---------------------------------------------------------------- */

static void
put_pem(json_t *o, const char *name, struct buf *pem)
{
	must(!pem->bad);
	json_object_set_new(o, name, json_stringn(pem->at, pem->n));
	OPENSSL_cleanse(pem->at, pem->n);
	buf_reset(pem);
}

static void
put_key(json_t *o, EVP_PKEY *key, const char *pass)
{
	struct buf pem;

	buf_init(&pem, KEEP_FILE_MAX);
	seal_key(&pem, key, pass);
	put_pem(o, "key", &pem);
	buf_clear(&pem);
}

static bool
put_file(json_t *o, const char *name, const char *dir, const char *file,
    struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	struct buf text;
	bool ok;

	buf_init(&text, SETTINGS_MAX);
	ok = keep_get(config_path(path, dir, file), &text, why);
	if (ok)
		json_object_set_new(o, name, json_stringn(text.at, text.n));
	buf_clear(&text);
	if (ok && json_object_get(o, name) == NULL) {
		buf_printf(why, _("%s: is not UTF-8\n"), path);
		return false;
	}
	return ok;
}

static json_t *
pair_of(const struct ca *ca, const char *dir, const char *file,
    const char *pass, struct buf *why)
{
	json_t *o = json_object();

	put_key(o, ca->key, pass);
	if (put_file(o, "certificate", dir, file, why))
		return o;
	json_decref(o);
	return NULL;
}

static void
put_ticket_key(json_t *whole, const struct ca *ca, const char *pass)
{
	struct buf pem;

	buf_init(&pem, KEEP_FILE_MAX);
	seal_secret(&pem, (struct span){ .at = (const char *)ca->ticket_key,
	    .n = TICKET_KEY }, pass);
	put_pem(whole, "ticket_key", &pem);
	buf_clear(&pem);
}

static bool
put_cas(json_t *whole, const char *dir, const struct ca *now,
    const struct ca *next, const char *pass, struct buf *why)
{
	json_t *o = pair_of(now, dir, "ca.pem", pass, why);

	if (o == NULL)
		return false;
	json_object_set_new(whole, "ca", o);
	put_ticket_key(whole, now, pass);
	if (next->cert == NULL)
		return true;
	o = pair_of(next, dir, ROLL_CERT, pass, why);
	if (o == NULL)
		return false;
	json_object_set_new(whole, "next", o);
	return put_file(o, "link", dir, ROLL_LINK, why);
}

json_t *
backup_make(const struct config *c, json_t *sites, json_t *moves,
    const char *pass, struct buf *why)
{
	char dir[CONFIG_PATH_MAX], when[CLOCK_TEXT_MAX];
	struct ca now, next = { .key = NULL };
	json_t *whole = json_pack("{s:s, s:i, s:s, s:s, s:o, s:o}",
	    "format", FORMAT, "version", BACKUP_VERSION,
	    "made", clock_format(when, clock_wall()),
	    "software", ZQ_VERSION, "sites", sites, "moves", moves);
	bool ok;

	must(whole != NULL);
	config_path(dir, c->dir, CONFIG_CA);
	ok = ca_open(&now, dir, why);
	if (ok && roll_open(&next, dir, why) &&
	    put_file(whole, "settings", c->dir, CONFIG_FILE, why) &&
	    put_cas(whole, dir, &now, &next, pass, why)) {
		sign(whole, now.key);
	} else {
		json_decref(whole);
		whole = NULL;
	}
	if (ok)
		ca_close(&now);
	ca_close(&next);
	return whole;
}

/* --- taking apart ---------------------------------------------------------- */

static struct span
text_at(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_string(v) ? (struct span){ .at = json_string_value(v),
	    .n = json_string_length(v) } : SPAN_NONE;
}

static bool
is_ours(const json_t *whole, struct buf *why)
{
	json_int_t version = json_integer_value(json_object_get(whole,
	    "version"));

	if (!span_is(text_at(whole, "format"), SPAN(FORMAT)))
		buf_text(why, _("format: expected \"zhanqun hub "
		    "backup\": this is another kind of file\n"));
	else if (version != BACKUP_VERSION)
		buf_printf(why, _("version: it is of version %lld, and this "
		    "zqhub reads version %d: take the zqhub that made it, or "
		    "a newer one\n"), (long long)version, BACKUP_VERSION);
	else
		return true;
	return false;
}

/* Every member must have its sum, and every sum its member. */
static bool
sums_fit(json_t *whole, struct buf *why)
{
	json_t *sums = json_object_get(whole, "sums"), *value;
	json_t *are = sums_of(whole);
	const char *name;
	bool ok = json_is_object(sums);

	if (!ok)
		buf_text(why, _("sums: is missing: the file was cut off, or "
		    "tampered with\n"));
	json_object_foreach(sums, name, value)
		if (ok && json_object_get(are, name) == NULL) {
			buf_printf(why, _("%s: is missing: the file was "
			    "tampered with\n"), name);
			ok = false;
		}
	json_object_foreach(are, name, value)
		if (ok && !json_equal(value, json_object_get(sums, name))) {
			buf_printf(why, _("%s: was changed since the backup "
			    "was made (its sum doesn't fit)\n"), name);
			ok = false;
		}
	json_decref(are);
	return ok;
}

static X509 *
open_cert(const json_t *o, const char *what, const char *name,
    struct buf *why)
{
	struct span pem = text_at(o, name);
	STACK_OF(X509) *certs;
	char field[64];
	X509 *cert = NULL;

	snprintf(field, sizeof(field), "%s.%s", what, name);
	if (pem.n == 0 || pem.n > KEEP_FILE_MAX) {
		buf_printf(why, _("%s: expected a certificate in PEM\n"),
		    field);
		return NULL;
	}
	certs = keep_parse_certs(field, pem, why);
	if (certs != NULL)
		cert = sk_X509_shift(certs);
	keep_free_certs(certs);
	return cert;
}

static bool
open_ca(struct ca *ca, const json_t *o, const char *what, const char *pass,
    struct buf *why)
{
	const char *wrong;

	ca->cert = open_cert(o, what, "certificate", why);
	if (ca->cert == NULL)
		return false;
	ca->key = seal_open_key(text_at(o, "key"), pass, &wrong);
	if (ca->key == NULL)
		buf_printf(why, "%s.key: %s\n", what, _(wrong));
	else if (X509_check_private_key(ca->cert, ca->key) != 1 ||
	    X509_check_ca(ca->cert) != 1)
		buf_printf(why, _("%s.key: is not the key of the CA's "
		    "certificate beside it\n"), what);
	else
		ca_pin(ca->pin, ca->cert);
	ERR_clear_error();
	return why->n == 0;
}

static bool
open_next(struct backup *b, const char *pass, struct buf *why)
{
	const json_t *o = json_object_get(b->whole, "next");

	if (o == NULL)
		return true;
	if (!open_ca(&b->next, o, "next", pass, why) ||
	    (b->link = open_cert(o, "next", "link", why)) == NULL)
		return false;
	if (roll_is_link(b->link, b->next.cert, b->ca.cert))
		return true;
	buf_text(why, _("next.link: doesn't link the next CA to the CA\n"));
	return false;
}

static bool
open_all(struct backup *b, const char *pass, struct buf *why)
{
	const char *wrong;

	if (!is_ours(b->whole, why) || !sums_fit(b->whole, why) ||
	    !open_ca(&b->ca, json_object_get(b->whole, "ca"), "ca", pass,
	    why))
		return false;
	if (!is_signed(b->whole, b->ca.key)) {
		buf_text(why, _("signature: is not this CA's: the file was "
		    "tampered with\n"));
		return false;
	}
	if (!seal_open_secret(b->ca.ticket_key, TICKET_KEY,
	    text_at(b->whole, "ticket_key"), pass, &wrong)) {
		buf_printf(why, "ticket_key: %s\n", _(wrong));
		return false;
	}
	if (text_at(b->whole, "settings").n == 0) {
		buf_text(why, _("settings: expected the text of hub.conf\n"));
		return false;
	}
	return open_next(b, pass, why) &&
	    register_check(json_object_get(b->whole, "sites"), why);
}

bool
backup_open(struct backup *b, struct span text, const char *pass,
    struct buf *why)
{
	json_error_t error;

	*b = (struct backup){ .link = NULL };
	b->whole = json_loadb(text.n > 0 ? text.at : "", text.n,
	    JSON_REJECT_DUPLICATES, &error);
	if (b->whole == NULL) {
		buf_printf(why, _("line %d: %s: this is no backup, or it was "
		    "cut off\n"), error.line, error.text);
		return false;
	}
	if (json_is_object(b->whole) && open_all(b, pass, why))
		return true;
	if (why->n == 0)
		buf_text(why, _("format: expected an object\n"));
	backup_close(b);
	return false;
}

void
backup_close(struct backup *b)
{
	json_decref(b->whole);
	ca_close(&b->ca);
	ca_close(&b->next);
	X509_free(b->link);
	*b = (struct backup){ .link = NULL };
}
