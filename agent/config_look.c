/* See config_look.h. */
#include "agent/config_look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/lang.h"

static void
look_at_root(const char *name, const char *root, const char *by,
    struct buf *why)
{
	struct stat st;
	int error = 0;

	if (stat(root, &st) != 0 || (S_ISDIR(st.st_mode) &&
	    faccessat(AT_FDCWD, root, R_OK | X_OK, AT_EACCESS) != 0))
		error = errno;
	else if (!S_ISDIR(st.st_mode))
		error = ENOTDIR;
	if (error != 0)
		buf_printf(why, _("%s: source %s: root %s: %s\n"), by, name,
		    root, strerror(error));
}

/* It becomes another user or group by its mode, or runs what does: sendmail of
 * exim, or of postfix. */
static bool
needs_rights(const char *program, const struct stat *st)
{
	const char *name = strrchr(program, '/');

	return (st->st_mode & (S_ISUID | S_ISGID)) != 0 ||
	    strcmp(name != NULL ? name + 1 : program, "sendmail") == 0;
}

static void
look_at_mail(const struct config_top *top, const char *by, struct buf *why)
{
	const char *program = top->mail_command[0];
	struct stat st;

	if (top->mail[0] == '\0' || program == NULL || program[0] != '/')
		return;
	if (stat(program, &st) != 0 || access(program, X_OK) != 0)
		buf_printf(why, _("%s: mail_command: %s: %s\n"), by, program,
		    strerror(errno));
	else if (needs_rights(program, &st) &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		buf_printf(why, _("%s: mail_command: %s needs rights that it "
		    "doesn't get here (NoNewPrivileges of the unit): name an "
		    "SMTP client instead, see zqagent.conf(5), What leaves the "
		    "house\n"), by, program);
}

void
config_look(const struct config *c, const char *by, struct buf *why)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->source[i].set->root != NULL)
			look_at_root(c->source[i].name, c->source[i].set->root,
			    by, why);
	look_at_mail(c->top, by, why);
}
