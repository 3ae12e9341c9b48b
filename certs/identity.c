/*
 * The agent's three files.
 *
 * A renewal changes two of them, and kill -9 may fall between: the old key
 * would be gone and the new certificate not there yet. So the certificate
 * waits beside as cert.pem.next before the key is moved, and identity_mend()
 * ends what was cut off. The next key waits as key.pem.next, and is none any
 * more when it is the key.
 */
#include "certs/identity.h"

#include <openssl/err.h>
#include <unistd.h>

#include "certs/ca.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"

#define KEY_FILE "key.pem"
#define CERT_FILE "cert.pem"
#define CA_FILE "ca.pem"
#define NEXT ".next"

EVP_PKEY *
identity_make_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	if (key == NULL)
		fatal("can't make a key: %s", keep_openssl_error());
	return key;
}

struct files {
	char key[KEEP_PATH_MAX], cert[KEEP_PATH_MAX], next[KEEP_PATH_MAX];
	char ca[KEEP_PATH_MAX], next_key[KEEP_PATH_MAX];
};

static bool
find_files(struct files *f, const char *dir, struct buf *why)
{
	return keep_path(f->key, dir, KEY_FILE, why) &&
	    keep_path(f->cert, dir, CERT_FILE, why) &&
	    keep_path(f->next, dir, CERT_FILE NEXT, why) &&
	    keep_path(f->next_key, dir, KEY_FILE NEXT, why) &&
	    keep_path(f->ca, dir, CA_FILE, why);
}

bool
identity_save(const char *dir, EVP_PKEY *key, X509 *cert, X509 *ca,
    struct buf *why)
{
	struct files f;

	bool ok;

	must(X509_check_private_key(cert, key) == 1);
	ok = keep_dir(dir, 0700, why) && find_files(&f, dir, why) &&
	    keep_put_certs(f.next, KEEP_REPLACE, &cert, 1, why) &&
	    (ca == NULL ||
	    keep_put_certs(f.ca, KEEP_REPLACE, &ca, 1, why)) &&
	    keep_put_key(f.key, KEEP_REPLACE, key, why) &&
	    keep_move(f.next, f.cert, why);
	if (ok)
		(void)unlink(f.next_key);
	return ok;
}

EVP_PKEY *
identity_next_key(const char *dir, struct buf *why)
{
	EVP_PKEY *key = NULL;
	struct files f;
	struct buf quiet;

	if (!find_files(&f, dir, why))
		return NULL;
	buf_init(&quiet, 4096);
	if (access(f.next_key, F_OK) == 0)
		key = keep_get_key(f.next_key, &quiet);
	buf_clear(&quiet);
	if (key != NULL)
		return key;
	key = identity_make_key();
	if (keep_put_key(f.next_key, KEEP_REPLACE, key, why))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* --- mending ------------------------------------------------------------- */

static bool
is_pair(const char *path, EVP_PKEY *key)
{
	struct buf quiet;
	X509 *cert;
	bool ok;

	buf_init(&quiet, 1024);
	cert = keep_get_cert(path, &quiet);
	ok = cert != NULL && X509_check_private_key(cert, key) == 1;
	ERR_clear_error();
	X509_free(cert);
	buf_clear(&quiet);
	return ok;
}

/* The next certificate would be for the same key once more. */
static void
drop_next_key(const struct files *f, EVP_PKEY *key)
{
	struct buf quiet;
	EVP_PKEY *next;

	if (access(f->next_key, F_OK) != 0)
		return;
	buf_init(&quiet, 4096);
	next = keep_get_key(f->next_key, &quiet);
	if (next != NULL && EVP_PKEY_eq(next, key) == 1)
		(void)unlink(f->next_key);
	ERR_clear_error();
	EVP_PKEY_free(next);
	buf_clear(&quiet);
}

static bool
mend(const struct files *f, EVP_PKEY *key, struct buf *why)
{
	if (is_pair(f->cert, key)) {
		(void)unlink(f->next);
		drop_next_key(f, key);
		return true;
	}
	if (is_pair(f->next, key)) {
		drop_next_key(f, key);
		return keep_move(f->next, f->cert, why);
	}
	buf_printf(why, _("%s: is not the certificate of the key beside it "
	    "(%s); put back the pair that was made together, or enrol again "
	    "with a new ticket\n"), f->cert, KEY_FILE);
	return false;
}

bool
identity_mend(const char *dir, struct buf *why)
{
	struct files f;
	EVP_PKEY *key;
	bool ok;

	if (!find_files(&f, dir, why) ||
	    (key = keep_get_key(f.key, why)) == NULL)
		return false;
	ok = mend(&f, key, why);
	EVP_PKEY_free(key);
	return ok;
}

/* --- looking ------------------------------------------------------------- */

static bool
tell(struct identity *i, X509 *cert, STACK_OF(X509) *cas,
    const char *path, struct buf *why)
{
	X509 *ca = sk_X509_value(cas, sk_X509_num(cas) - 1);

	*i = (struct identity){ .site = ca_site_of(cert) };
	issue_common_name(i->code, sizeof(i->code),
	    X509_get_subject_name(cert));
	issue_common_name(i->hub_ca, sizeof(i->hub_ca),
	    X509_get_subject_name(ca));
	i->not_before = issue_time(X509_get0_notBefore(cert));
	i->not_after = issue_time(X509_get0_notAfter(cert));
	i->ca_until = issue_time(X509_get0_notAfter(ca));
	i->outdated = X509_verify(cert, X509_get0_pubkey(ca)) != 1;
	ERR_clear_error();
	ca_key_hash(i->key_hash, X509_get0_pubkey(cert));
	if (i->site != 0)
		return true;
	buf_printf(why, _("%s: is no site's certificate (it has no "
	    "urn:zhanqun:site name); enrol again with a new ticket\n"), path);
	return false;
}

bool
identity_read(struct identity *i, const char *dir, struct buf *why)
{
	STACK_OF(X509) *cas = NULL;
	X509 *cert = NULL;
	struct files f;
	bool ok = find_files(&f, dir, why) &&
	    (cert = keep_get_cert(f.cert, why)) != NULL &&
	    (cas = keep_get_certs(f.ca, why)) != NULL &&
	    tell(i, cert, cas, f.cert, why);

	X509_free(cert);
	keep_free_certs(cas);
	return ok;
}
