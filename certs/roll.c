/*
 * The two CAs' files. See roll.h.
 *
 * A finish moves the key first: from then on ca.key is the key of next.pem,
 * and that is how roll_mend() knows that it was begun.
 */
#include "certs/roll.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certs/issue.h"
#include "certs/keep.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define NAME_MAX_BYTES 512	/* 64 characters of UTF-8, with room */
#define GENERATIONS 1000

struct files {
	char key[KEEP_PATH_MAX], cert[KEEP_PATH_MAX];
	char next_key[KEEP_PATH_MAX], next[KEEP_PATH_MAX];
	char link[KEEP_PATH_MAX], old[KEEP_PATH_MAX];
};

static bool
find_files(struct files *f, const char *dir, struct buf *why)
{
	return keep_path(f->key, dir, "ca.key", why) &&
	    keep_path(f->cert, dir, "ca.pem", why) &&
	    keep_path(f->next_key, dir, ROLL_KEY, why) &&
	    keep_path(f->next, dir, ROLL_CERT, why) &&
	    keep_path(f->link, dir, ROLL_LINK, why) &&
	    keep_path(f->old, dir, "old.pem", why);
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* --- beginning ----------------------------------------------------------- */

/* "Zhanqun CA" is the first, "Zhanqun CA 2" the second. */
static unsigned
generation(const X509 *cert)
{
	const X509_NAME *n = X509_get_subject_name(cert);
	int at = X509_NAME_get_index_by_NID(n, NID_organizationalUnitName,
	    -1);
	const ASN1_STRING *s = at < 0 ? NULL :
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, at));
	struct span t = { .at = NULL };
	uint64_t number;

	if (s != NULL)
		t = (struct span){
		    .at = (const char *)ASN1_STRING_get0_data(s),
		    .n = (size_t)ASN1_STRING_length(s) };
	if (!text_starts(t, CA_UNIT " "))
		return 1;
	t.at += sizeof(CA_UNIT);
	t.n -= sizeof(CA_UNIT);
	return text_number(t, 2, GENERATIONS, &number) ? (unsigned)number : 1;
}

/* Same name and key as the root, but signed by the CA that is trusted. */
static X509 *
make_link(const struct ca *now, EVP_PKEY *key, const char *name,
    const char *unit)
{
	struct issue i;

	issue_begin(&i, key, name, unit, now->cert, CA_DAYS);
	issue_put(&i, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
	issue_put(&i, NID_key_usage, "critical,keyCertSign,cRLSign");
	issue_put(&i, NID_subject_key_identifier, "hash");
	issue_put(&i, NID_authority_key_identifier, "keyid:always");
	return issue_sign(&i, now->key) ? i.cert : NULL;
}

/* The certificate last: it is what says that a roll is under way. */
static bool
put_next(const struct files *f, EVP_PKEY *key, X509 *root, X509 *link,
    struct buf *why)
{
	return keep_put_key(f->next_key, KEEP_REPLACE, key, why) &&
	    keep_put_certs(f->link, KEEP_REPLACE, &link, 1, why) &&
	    keep_put_certs(f->next, KEEP_NEW, &root, 1, why);
}

bool
roll_begin(const char *dir, struct buf *why)
{
	char name[NAME_MAX_BYTES], unit[sizeof(CA_UNIT) + 16];
	X509 *root = NULL, *link = NULL;
	EVP_PKEY *key;
	struct files f;
	struct ca now;
	bool ok;

	if (!find_files(&f, dir, why) || !roll_mend(dir, why))
		return false;
	if (is_there(f.next))
		return true;
	if (!ca_read(&now, f.key, f.cert, why))
		return false;
	issue_common_name(name, sizeof(name),
	    X509_get_subject_name(now.cert));
	snprintf(unit, sizeof(unit), CA_UNIT " %u", generation(now.cert) + 1);
	key = EVP_EC_gen("P-256");
	must(key != NULL);
	root = ca_make_root(key, name, unit);
	link = make_link(&now, key, name, unit);
	ok = root != NULL && link != NULL;
	if (!ok)
		buf_printf(why, _("can't make the CA's certificate: %s\n"),
		    keep_openssl_error());
	ok = ok && put_next(&f, key, root, link, why);
	X509_free(root);
	X509_free(link);
	EVP_PKEY_free(key);
	ca_close(&now);
	return ok;
}

bool
roll_is_begun(const char *dir)
{
	char path[KEEP_PATH_MAX];

	return snprintf(path, sizeof(path), "%s/" ROLL_CERT, dir) <
	    (int)sizeof(path) && is_there(path);
}

bool
roll_open(struct ca *next, const char *dir, struct buf *why)
{
	struct files f;

	*next = (struct ca){ .key = NULL };
	if (!find_files(&f, dir, why))
		return false;
	return !is_there(f.next) || ca_read(next, f.next_key, f.next, why);
}

/* --- ending -------------------------------------------------------------- */

static bool
is_pair(const char *key_path, const char *cert_path)
{
	struct buf quiet;
	struct ca ca;
	bool ok;

	buf_init(&quiet, 4096);
	ok = ca_read(&ca, key_path, cert_path, &quiet);
	if (ok)
		ca_close(&ca);
	buf_clear(&quiet);
	return ok;
}

/* The key is in its place. */
static bool
finish(const struct files *f, struct buf *why)
{
	X509 *old = keep_get_cert(f->cert, why);
	bool ok = old != NULL &&
	    keep_put_certs(f->old, KEEP_REPLACE, &old, 1, why) &&
	    keep_move(f->next, f->cert, why);

	X509_free(old);
	if (ok)
		(void)unlink(f->link);
	return ok;
}

bool
roll_mend(const char *dir, struct buf *why)
{
	struct files f;

	if (!find_files(&f, dir, why))
		return false;
	if (!is_there(f.next) || is_there(f.next_key) ||
	    !is_pair(f.key, f.next))
		return true;
	return finish(&f, why);
}

bool
roll_finish(const char *dir, struct buf *why)
{
	struct files f;

	if (!find_files(&f, dir, why) || !roll_mend(dir, why))
		return false;
	if (!is_there(f.next)) {
		buf_text(why, _("no roll of the CA is under way\n"));
		return false;
	}
	if (!is_pair(f.next_key, f.next)) {
		buf_printf(why, _("%s: is not the certificate of the key "
		    "beside it (" ROLL_KEY ")\n"), f.next);
		return false;
	}
	return keep_move(f.next_key, f.key, why) && finish(&f, why);
}

/* --- believing ----------------------------------------------------------- */

bool
roll_is_link(X509 *link, X509 *root, X509 *by)
{
	uint8_t mine[TICKET_PIN], its[TICKET_PIN];
	EVP_PKEY *key = X509_get0_pubkey(by);
	bool ok;

	ca_pin(mine, root);
	ca_pin(its, link);
	ok = memcmp(mine, its, TICKET_PIN) == 0 && key != NULL &&
	    X509_check_ca(root) == 1 && X509_check_ca(link) == 1 &&
	    X509_check_ca(by) == 1 &&
	    X509_NAME_cmp(X509_get_subject_name(root),
	    X509_get_subject_name(link)) == 0 &&
	    X509_NAME_cmp(X509_get_issuer_name(link),
	    X509_get_subject_name(by)) == 0 &&
	    X509_verify(link, key) == 1;
	ERR_clear_error();
	return ok;
}
