/*
 * zqagent proof: the file by which the hub's operator sees that the site's
 * key and its web server are in one hand (protocol/proof.h).
 *
 * It is written beside its place and moved there, so a reader gets the old
 * one or the new one. Root may do that in a tree that is another's: nothing
 * is followed out of the source's root, and no file is opened for writing
 * that was there before.
 */
#include "agent/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/root.h"
#include "certs/identity.h"
#include "contrib/base/fd.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/proof.h"
#include "protocol/url.h"

struct tool_option tool_proof_options[] = {
	{ .name = "write", .about = N_("put it below the root of this "
	    "source") },
	{ .name = NULL }
};

/* --- below the root ------------------------------------------------------- */

static const char *
trouble(void)
{
	return errno == EXDEV ? _("a link leads out of the source's root") :
	    strerror(errno);
}

/* What is there already, for the lines of other sites. */
static bool
read_old(const struct root *r, struct buf *old, struct buf *why)
{
	char bytes[1024];
	int fd = root_open_file(r, PROOF_PATH);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else
		while (fd >= 0 && !old->bad &&
		    (n = read(fd, bytes, sizeof(bytes))) > 0)
			buf_put(old, bytes, (size_t)n);
	if (fd < 0 || n < 0)
		buf_printf(why, "%s/%s: %s", r->path, PROOF_PATH, trouble());
	else if (old->bad)
		buf_printf(why, _("%s/%s: is over %d bytes and no proof"),
		    r->path, PROOF_PATH, PROOF_MAX);
	if (fd >= 0)
		close(fd);
	return why->n == 0;
}

static bool
put_file(int dir, struct span bytes)
{
	char beside[64];
	int fd, error;
	bool ok;

	/* The dot keeps a running agent from telling it. */
	snprintf(beside, sizeof(beside), "." PROOF_FILE ".%ld",
	    (long)getpid());
	(void)unlinkat(dir, beside, 0);
	fd = openat(dir, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	/* Everybody may read it, whatever the umask: the web server must. */
	ok = fd_write(fd, bytes) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok &&
	    renameat(dir, beside, dir, PROOF_FILE) == 0;
	error = errno;
	if (!ok)
		(void)unlinkat(dir, beside, 0);
	else
		(void)fsync(dir);
	errno = error;
	return ok;
}

static int
open_dir(const struct root *r)
{
	int dir;

	if (mkdirat(r->fd, PROOF_DIR, 0755) == 0) {
		dir = root_open_dir(r, PROOF_DIR);
		if (dir >= 0)
			(void)fchmod(dir, 0755);
		return dir;
	}
	return errno == EEXIST ? root_open_dir(r, PROOF_DIR) : -1;
}

static bool
put_below(const struct root *r, struct span bytes, struct buf *why)
{
	int dir = open_dir(r);
	bool ok = dir >= 0 && put_file(dir, bytes);

	if (!ok)
		buf_printf(why, "%s/%s: %s", r->path,
		    dir < 0 ? PROOF_DIR : PROOF_PATH, trouble());
	if (dir >= 0)
		close(dir);
	return ok;
}

static bool
renew_below(const char *path, const struct proof *p, struct buf *why)
{
	struct root r = { .fd = -1 };
	struct buf old, fresh;
	int error = root_open(&r, path);
	bool ok = false;

	buf_init(&old, PROOF_MAX);
	buf_init(&fresh, PROOF_MAX);
	if (error != 0) {
		buf_printf(why, "%s: %s", path, strerror(error));
	} else if (read_old(&r, &old, why)) {
		proof_renew(&fresh, buf_look(&old), p);
		if (fresh.bad)
			buf_printf(why, _("%s/%s: has no room for another "
			    "line: over %d bytes"), path, PROOF_PATH,
			    PROOF_MAX);
		else
			ok = put_below(&r, buf_look(&fresh), why);
	}
	buf_clear(&old);
	buf_clear(&fresh);
	root_close(&r);
	return ok;
}

/* --- which source --------------------------------------------------------- */

static const struct config_source *
find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->source[i].name, name) == 0)
			return c->source[i].set;
	return NULL;
}

/* Below /files/ nobody would look for it. */
static bool
is_top(const char *address)
{
	struct buf normal;
	struct url u;
	bool top;

	buf_init(&normal, LIMIT_URL);
	top = url_normal(&normal, span_of(address), NULL) &&
	    url_parse(&u, buf_look(&normal)) &&
	    span_is(u.path, SPAN("/")) && u.query.n == 0;
	buf_clear(&normal);
	return top;
}

static int
done(const struct tool *t, const struct config_source *s,
    const struct proof *p)
{
	const char *slash = s->url[strlen(s->url) - 1] == '/' ? "" : "/";
	json_t *o;

	if (t->json) {
		o = json_pack("{s:s+, s:s++}", "file", s->root,
		    "/" PROOF_PATH, "url", s->url, slash, PROOF_PATH);
		json_dumpf(o, stdout, 0);
		printf("\n");
		json_decref(o);
		return 0;
	}
	printf(_("written: %s/%s\nIt should be shown at %s%s%s; then the "
	    "hub's operator can say: zqhub site prove %.*s\n"), s->root,
	    PROOF_PATH, s->url, slash, PROOF_PATH, SPAN_ARGS(p->code));
	return 0;
}

static int
write_proof(struct tool *t, const struct proof *p)
{
	const char *name = tool_value(t, "write");
	struct config *c = tool_config(t);
	const struct config_source *s = c != NULL ? find(c, name) : NULL;
	struct buf why;
	int status = 2;

	if (c == NULL)
		return 2;
	buf_init(&why, CONFIG_WHY_MAX);
	if (s == NULL)
		status = tool_fail(_("zqagent source list shows them"),
		    _("there is no source \"%s\""), name);
	else if (!is_top(s->url))
		status = tool_fail(_("take a source whose address ends with "
		    "the host; or put what zqagent proof prints there by "
		    "hand"), _("source %s is at %s, and the proof must stand "
		    "at the top of the host"), name, s->url);
	else if (!renew_below(s->root, p, &why))
		status = tool_fail(_("say it as somebody who may write there, "
		    "such as root; or put what zqagent proof prints there by "
		    "hand"), "%s", buf_cstr(&why));
	else
		status = done(t, s, p);
	buf_clear(&why);
	config_free(c);
	return status;
}

/* --- the command ---------------------------------------------------------- */

static int
print(const struct tool *t, const struct proof *p)
{
	struct buf line;
	json_t *o;

	buf_init(&line, PROOF_MAX);
	proof_format(&line, p);
	if (t->json) {
		o = json_pack("{s:s, s:s}", "path", "/" PROOF_PATH,
		    "text", buf_cstr(&line));
		json_dumpf(o, stdout, 0);
		printf("\n");
		json_decref(o);
	} else {
		fputs(buf_cstr(&line), stdout);
	}
	buf_clear(&line);
	return 0;
}

int
tool_proof(struct tool *t)
{
	struct identity me;
	struct proof p;
	struct buf why;
	bool known;

	if (t->places != 0)
		return tool_fail(_("zqagent proof --help"),
		    _("too many words"));
	buf_init(&why, CONFIG_WHY_MAX);
	known = identity_read(&me, t->dir, &why);
	while (why.n > 0 && why.at[why.n - 1] == '\n')
		buf_cut(&why, why.n - 1);
	if (!known)
		(void)tool_fail(_("enrol first: zqagent enroll HUB TICKET"),
		    "%s", buf_cstr(&why));
	buf_clear(&why);
	if (!known)
		return 2;
	p.code = span_of(me.code);
	memcpy(p.key, me.key_hash, PROOF_KEY);
	return tool_value(t, "write") != NULL ? write_proof(t, &p) :
	    print(t, &p);
}
