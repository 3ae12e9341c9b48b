#include "hub/config_look.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/hand.h"
#include "contrib/base/mem.h"
#include "hub/config_alert.h"
#include "hub/sink.h"

#define WHY_MAX 8192

struct looking {
	const struct conf *file;
	const char *path, *receiver;	/* NULL: none of those */
	struct buf *why;
};

/* Where a line begins: which setting of what. */
static void
begin(const struct looking *l, const char *name)
{
	conf_begin(l->why, l->file, l->path, l->receiver != NULL ?
	    "receiver" : "", l->receiver != NULL ? l->receiver : "", name);
}

static void
wrong(const struct looking *l, const char *name, const char *file,
    const char *what)
{
	begin(l, name);
	buf_printf(l->why, "%s: %s\n", file, what);
}

static void
look_at_secret(const struct looking *l, const char *name, const char *file)
{
	struct buf secret, why;

	if (file[0] == '\0')
		return;
	buf_init(&secret, SINK_SECRET_MAX);
	buf_init(&why, WHY_MAX);
	if (!sink_secret(&secret, file, &why)) {
		begin(l, name);
		buf_printf(l->why, "%s\n", buf_cstr(&why));
	}
	if (secret.n > 0)
		explicit_bzero(secret.at, secret.n);
	buf_clear(&secret);
	buf_clear(&why);
}

static void
look_at_authorities(const struct looking *l, const char *name,
    const char *file)
{
	X509 *first;
	FILE *f;

	if (file[0] == '\0')
		return;
	if ((f = fopen(file, "re")) == NULL) {
		wrong(l, name, file, strerror(errno));
		return;
	}
	first = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	if (first == NULL) {
		wrong(l, name, file, "there is no certificate in it: expected "
		    "PEM");
		ERR_clear_error();
	}
	X509_free(first);
}

static void
look_at_program(const struct looking *l, const char *file)
{
	struct stat st;

	if (stat(file, &st) != 0)
		wrong(l, "command", file, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		wrong(l, "command", file, "is no program");
	else if (faccessat(AT_FDCWD, file, X_OK, AT_EACCESS) != 0)
		wrong(l, "command", file, "can't be run (chmod +x?)");
}

/* It is written beside its place, and then put there. */
static void
look_at_place(const struct looking *l, const char *name, const char *file)
{
	char *copy;
	const char *dir;

	if (file[0] == '\0')
		return;
	copy = mem_text(file);
	dir = dirname(copy);
	if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0) {
		begin(l, name);
		buf_printf(l->why, "%s: can't be written to: %s\n", dir,
		    strerror(errno));
	}
	free(copy);
}

/* Where zqhubd wouldn't start. */
static void
look_at_home(const struct looking *l, const char *dir)
{
	struct stat st;

	if (stat(dir, &st) != 0)
		wrong(l, "dir", dir, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		wrong(l, "dir", dir, "is no directory");
}

static void
look_at_receivers(struct looking *l, const struct conf *file)
{
	const struct config_receiver *r;
	unsigned commands = 0;

	for (size_t n = 0; (r = config_receiver(file, n, &l->receiver)) !=
	    NULL; n++) {
		look_at_secret(l, "password_file", r->password_file);
		look_at_secret(l, "secret_file", r->secret_file);
		look_at_authorities(l, "cas", r->cas);
		if (strcmp(r->kind, "command") != 0)
			continue;
		look_at_program(l, r->command[0]);
		if (++commands > HAND_COMMANDS_MAX) {
			begin(l, "");
			buf_printf(l->why, "expected %d receivers at most "
			    "that are commands\n", HAND_COMMANDS_MAX);
		}
	}
	l->receiver = NULL;
}

bool
config_look(const struct config *c, const char *path, struct buf *why)
{
	struct looking l = { .file = c->file, .path = path, .why = why };
	size_t before = why->n;

	look_at_home(&l, c->dir);
	look_at_authorities(&l, "check_cas", c->check_cas);
	look_at_place(&l, "beat_file", c->beat_file);
	look_at_receivers(&l, c->file);
	return why->n == before;
}
