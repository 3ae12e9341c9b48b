/*
 * PEM files, whole or not at all. See keep.h.
 */
#include "certs/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/fd.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define BESIDE ".XXXXXX"	/* mkostemp(3) */

const char *
keep_openssl_error(void)
{
	unsigned long e = ERR_peek_error();
	const char *reason = ERR_reason_error_string(e);

	if (reason == NULL)
		reason = ERR_SYSTEM_ERROR(e) ? strerror(ERR_GET_REASON(e)) :
		    _("no reason given");
	ERR_clear_error();
	return reason;
}

bool
keep_path(char out[KEEP_PATH_MAX], const char *dir, const char *name,
    struct buf *why)
{
	int n = snprintf(out, KEEP_PATH_MAX, "%s/%s", dir, name);

	if (n >= 0 && n < KEEP_PATH_MAX)
		return true;
	buf_printf(why, _("%s: this path is longer than %d bytes\n"), dir,
	    KEEP_PATH_MAX - 1);
	return false;
}

bool
keep_dir(const char *dir, mode_t mode, struct buf *why)
{
	struct stat st;

	if (mkdir(dir, mode) == 0)
		return true;
	if (errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	buf_printf(why, _("%s: can't make this directory: %s\n"), dir,
	    strerror(errno));
	return false;
}

/* link() is the move that doesn't overwrite. */
static bool
move(const char *from, const char *to, enum keep_how how)
{
	if (how == KEEP_REPLACE)
		return rename(from, to) == 0;
	return link(from, to) == 0 && unlink(from) == 0;
}

static bool
put_beside(int fd, const char *beside, const char *path, mode_t mode,
    enum keep_how how, struct span bytes)
{
	bool ok = fchmod(fd, mode) == 0 && fd_write(fd, bytes) &&
	    fsync(fd) == 0;
	int e = errno;

	close(fd);
	errno = e;
	return ok && move(beside, path, how) && fd_sync_dir_of(path);
}

bool
keep_put(const char *path, mode_t mode, enum keep_how how,
    struct span bytes, struct buf *why)
{
	char beside[KEEP_PATH_MAX + 8];
	int fd, e;

	must(strlen(path) < KEEP_PATH_MAX);
	snprintf(beside, sizeof(beside), "%s" BESIDE, path);
	fd = mkostemp(beside, O_CLOEXEC);	/* 0600 from the start */
	if (fd >= 0 && put_beside(fd, beside, path, mode, how, bytes))
		return true;
	e = errno;
	if (fd >= 0)
		unlink(beside);
	if (e == EEXIST)
		buf_printf(why, _("%s: is already there and is never "
		    "overwritten; move it away first if it is no longer "
		    "needed\n"), path);
	else
		buf_printf(why, _("%s: can't write: %s\n"), path, strerror(e));
	return false;
}

/* "NAME.XXXXXX"? */
static bool
is_beside(const char *file, struct span name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return strlen(file) == name.n + sizeof(BESIDE) - 1 &&
	    memcmp(file, name.at, name.n) == 0 && file[name.n] == '.' &&
	    strspn(file + name.n + 1, letters) == sizeof(BESIDE) - 2;
}

void
keep_sweep(const char *path)
{
	struct span name = text_last_name(span_of(path));
	char dir[KEEP_PATH_MAX];
	struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof(dir), "%.*s", (int)(name.at - path), path);
	if ((d = opendir(dir[0] != '\0' ? dir : ".")) == NULL)
		return;
	/* cppcheck-suppress readdirCalled */
	while ((e = readdir(d)) != NULL)
		if (is_beside(e->d_name, name))
			(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

bool
keep_move(const char *from, const char *to, struct buf *why)
{
	if (move(from, to, KEEP_REPLACE) && fd_sync_dir_of(to))
		return true;
	buf_printf(why, _("%s: can't move to %s: %s\n"), from, to,
	    strerror(errno));
	return false;
}

/* What the memory BIO holds, into the file. */
static bool
put_bio(const char *path, mode_t mode, enum keep_how how, BIO *bio, bool ok,
    struct buf *why)
{
	char *at = NULL;
	long n = ok ? BIO_get_mem_data(bio, &at) : 0;

	if (n > 0)
		return keep_put(path, mode, how,
		    (struct span){ .at = at, .n = (size_t)n }, why);
	buf_printf(why, _("%s: can't write as PEM: %s\n"), path,
	    keep_openssl_error());
	return false;
}

bool
keep_put_key(const char *path, enum keep_how how, EVP_PKEY *key,
    struct buf *why)
{
	BIO *bio = BIO_new(BIO_s_secmem());	/* wiped when freed */
	bool ok;

	must(bio != NULL);
	ok = PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
	ok = put_bio(path, 0600, how, bio, ok, why);
	BIO_free(bio);
	return ok;
}

bool
keep_put_certs(const char *path, enum keep_how how, X509 *const *certs,
    size_t count, struct buf *why)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool ok = true;

	must(bio != NULL && count > 0);
	for (size_t i = 0; i < count; i++)
		ok = ok && PEM_write_bio_X509(bio, certs[i]) == 1;
	ok = put_bio(path, 0644, how, bio, ok, why);
	BIO_free(bio);
	return ok;
}

static bool
read_all(int fd, const char *path, struct buf *out, struct buf *why)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 && !out->bad)
		buf_put(out, part, (size_t)n);
	OPENSSL_cleanse(part, sizeof(part));
	if (n == 0 && !out->bad)
		return true;
	if (n < 0)
		buf_printf(why, _("%s: can't read: %s\n"), path,
		    strerror(errno));
	else
		buf_printf(why, _("%s: is larger than %zu bytes\n"), path,
		    out->most);
	return false;
}

static bool
get_file(const char *path, bool secret, struct buf *out, struct buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok = false;

	if (fd < 0 || fstat(fd, &st) != 0)
		buf_printf(why, _("%s: can't open: %s\n"), path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		buf_printf(why, _("%s: is no regular file\n"), path);
	else if (secret && (st.st_mode & 007) != 0)
		buf_printf(why, _("%s: everybody can read this secret (mode "
		    "%04o); chmod 600 it, and replace it if the machine has "
		    "other users\n"), path, (unsigned)(st.st_mode & 07777));
	else
		ok = read_all(fd, path, out, why);
	if (fd >= 0)
		close(fd);
	return ok;
}

bool
keep_get(const char *path, struct buf *out, struct buf *why)
{
	return get_file(path, false, out, why);
}

bool
keep_get_secret(const char *path, struct buf *out, struct buf *why)
{
	return get_file(path, true, out, why);
}

/* Never asks a terminal for a pass phrase: daemons have none. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

/* A BIO over the file's bytes, which b holds; NULL: why. */
static BIO *
open_bio(const char *path, bool secret, struct buf *b, struct buf *why)
{
	BIO *bio;

	buf_init(b, KEEP_FILE_MAX);
	if (!get_file(path, secret, b, why))
		return NULL;
	bio = BIO_new_mem_buf(buf_cstr(b), (int)b->n);
	must(bio != NULL);
	return bio;
}

EVP_PKEY *
keep_get_key(const char *path, struct buf *why)
{
	struct buf b;
	BIO *bio = open_bio(path, true, &b, why);
	EVP_PKEY *key = NULL;

	if (bio != NULL) {
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
		if (key == NULL)
			buf_printf(why, _("%s: no private key in PEM without "
			    "a pass phrase: %s\n"), path, keep_openssl_error());
	}
	BIO_free(bio);
	if (b.at != NULL)
		OPENSSL_cleanse(b.at, b.n);
	buf_clear(&b);
	return key;
}

/* As many as there are, up to what is none or the end. */
static STACK_OF(X509) *
read_certs(const char *what, BIO *bio, struct buf *why)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509 *cert;
	bool ended;

	must(certs != NULL);
	ERR_clear_error();
	while ((cert = PEM_read_bio_X509(bio, NULL, no_password, NULL)) !=
	    NULL)
		must(sk_X509_push(certs, cert) > 0);
	ended = ERR_GET_REASON(ERR_peek_last_error()) ==
	    PEM_R_NO_START_LINE;
	if (ended && sk_X509_num(certs) > 0) {
		ERR_clear_error();
		return certs;
	}
	buf_printf(why, _("%s: no certificate in PEM: %s\n"), what,
	    keep_openssl_error());
	keep_free_certs(certs);
	return NULL;
}

STACK_OF(X509) *
keep_parse_certs(const char *what, struct span pem, struct buf *why)
{
	BIO *bio = BIO_new_mem_buf(pem.n > 0 ? pem.at : "", (int)pem.n);
	STACK_OF(X509) *certs;

	must(bio != NULL && pem.n <= KEEP_FILE_MAX);
	certs = read_certs(what, bio, why);
	BIO_free(bio);
	return certs;
}

STACK_OF(X509) *
keep_get_certs(const char *path, struct buf *why)
{
	struct buf b;
	BIO *bio = open_bio(path, false, &b, why);
	STACK_OF(X509) *certs = NULL;

	if (bio != NULL)
		certs = read_certs(path, bio, why);
	BIO_free(bio);
	buf_clear(&b);
	return certs;
}

void
keep_free_certs(STACK_OF(X509) *certs)
{
	sk_X509_pop_free(certs, X509_free);
}

X509 *
keep_get_cert(const char *path, struct buf *why)
{
	STACK_OF(X509) *certs = keep_get_certs(path, why);
	X509 *first = certs != NULL ? sk_X509_shift(certs) : NULL;

	keep_free_certs(certs);
	return first;
}
