/*
 * The agent's three files. The key goes first: a certificate without its key
 * is worth nothing.
 */
#include "certs/identity.h"

#include <string.h>

#include "certs/ca.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"

#define KEY_FILE "key.pem"
#define CERT_FILE "cert.pem"
#define CA_FILE "ca.pem"

EVP_PKEY *
identity_make_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	if (key == NULL)
		fatal("can't make a key: %s", keep_openssl_error());
	return key;
}

bool
identity_save(const char *dir, EVP_PKEY *key, X509 *cert, X509 *ca,
    struct buf *why)
{
	char key_path[KEEP_PATH_MAX], cert_path[KEEP_PATH_MAX];
	char ca_path[KEEP_PATH_MAX];

	must(X509_check_private_key(cert, key) == 1);
	return keep_path(key_path, dir, KEY_FILE, why) &&
	    keep_path(cert_path, dir, CERT_FILE, why) &&
	    keep_path(ca_path, dir, CA_FILE, why) &&
	    keep_dir(dir, 0700, why) &&
	    keep_put_key(key_path, KEEP_REPLACE, key, why) &&
	    keep_put_certs(cert_path, KEEP_REPLACE, &cert, 1, why) &&
	    keep_put_certs(ca_path, KEEP_REPLACE, &ca, 1, why);
}

static bool
tell(struct identity *i, X509 *cert, X509 *ca, const char *path,
    struct buf *why)
{
	*i = (struct identity){ .site = ca_site_of(cert) };
	issue_common_name(i->code, sizeof(i->code),
	    X509_get_subject_name(cert));
	issue_common_name(i->hub_ca, sizeof(i->hub_ca),
	    X509_get_subject_name(ca));
	i->not_before = issue_time(X509_get0_notBefore(cert));
	i->not_after = issue_time(X509_get0_notAfter(cert));
	if (i->site != 0)
		return true;
	buf_printf(why, _("%s: is no site's certificate (it has no "
	    "urn:zhanqun:site name); enrol again with a new ticket\n"), path);
	return false;
}

bool
identity_read(struct identity *i, const char *dir, struct buf *why)
{
	char cert_path[KEEP_PATH_MAX], ca_path[KEEP_PATH_MAX];
	X509 *cert = NULL, *ca = NULL;
	bool ok = keep_path(cert_path, dir, CERT_FILE, why) &&
	    keep_path(ca_path, dir, CA_FILE, why) &&
	    (cert = keep_get_cert(cert_path, why)) != NULL &&
	    (ca = keep_get_cert(ca_path, why)) != NULL &&
	    tell(i, cert, ca, cert_path, why);

	X509_free(cert);
	X509_free(ca);
	return ok;
}
