#include "hub/init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/ca.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/config.h"
#include "hub/config_judge.h"
#include "hub/listen.h"
#include "hub/tls.h"

#define CONF_MAX 65536
#define LISTEN_PRESET "0.0.0.0:7443"	/* as in config.c's table: a test
					 * compares them */
#define WEB_PRESET "127.0.0.1:7480"	/* … */

/* All that is ever made, the contents of a directory before it. */
static const char *const made[] = {
	CONFIG_FILE, CONFIG_CA "/ca.key", CONFIG_CA "/ca.pem",
	CONFIG_CA "/ticket.key", CONFIG_CA "/" ROLL_KEY,
	CONFIG_CA "/" ROLL_CERT, CONFIG_CA "/" ROLL_LINK, CONFIG_CA,
	CONFIG_TLS_KEY, CONFIG_TLS_CERT, CONFIG_TLS,
	CONFIG_JOURNAL "/data.mdb", CONFIG_JOURNAL "/lock.mdb",
	CONFIG_JOURNAL, CONFIG_VIEW "/data.mdb", CONFIG_VIEW "/lock.mdb",
	CONFIG_VIEW "/mark", CONFIG_VIEW,
};

#define MADE_COUNT (sizeof(made) / sizeof(made[0]))

static const char *
or(const char *given, const char *preset)
{
	return given != NULL ? given : preset;
}

/* --- before anything is touched ------------------------------------------ */

static bool
is_one_line(const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return text_is_utf8(span_of(value));
}

static bool
judge_text(const char *option, const char *value, struct buf *why)
{
	if (value == NULL || is_one_line(value))
		return true;
	buf_printf(why, _("%s: expected one line of UTF-8\n"), option);
	return false;
}

static bool
judge_address(const char *option, const char *value, struct buf *why)
{
	char host[LISTEN_HOST], port[LISTEN_PORT];

	if (value == NULL || listen_split(value, host, port))
		return true;
	buf_printf(why, _("%s %s: expected address:port, as in 0.0.0.0:7443 "
	    "or [::]:7443\n"), option, value);
	return false;
}

static bool
judge_apart(const struct init *i, struct buf *why)
{
	const char *web = or(i->web, WEB_PRESET);

	if (!config_is_one_place(or(i->listen, LISTEN_PRESET), web))
		return true;
	buf_printf(why, _("--web %s: expected another port than that of "
	    "--listen: agents connect there\n"), web);
	return false;
}

static bool
judge(const struct init *i, struct buf *why)
{
	const char *web = i->web != NULL && i->web[0] == '\0' ? NULL : i->web;
	bool good = judge_text("--name", i->name, why) &&
	    judge_text("--public", i->public, why) &&
	    judge_address("--listen", i->listen, why) &&
	    judge_address("--web", web, why) &&
	    judge_apart(i, why);

	if (i->name == NULL || i->name[0] == '\0') {
		buf_text(why, _("--name is missing: what is the cluster's "
		    "portal called?\n"));
		return false;
	}
	if (i->public != NULL && i->public[0] != '\0' &&
	    !config_is_dialled(i->public)) {
		buf_printf(why, _("--public %s: expected https://host:port, "
		    "as agents will dial it, and no path behind it; a name "
		    "in Chinese in its xn-- form\n"), i->public);
		return false;
	}
	return good;
}

static bool
is_vacant(const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	for (size_t n = 0; n < MADE_COUNT; n++) {
		config_path(path, dir, made[n]);
		if (access(path, F_OK) != 0 && errno == ENOENT)
			continue;
		buf_printf(why, _("%s exists: there is a hub in %s already "
		    "(or the rest of one). Nothing was changed. Take another "
		    "--dir, or move the old one away\n"), path, dir);
		return false;
	}
	return true;
}

/* --- making -------------------------------------------------------------- */

static bool
make_dir(const char *path, mode_t mode, struct buf *why)
{
	if (mkdir(path, mode) == 0)
		return true;
	buf_printf(why, "%s: %s\n", path, strerror(errno));
	return false;
}

/* Directories on the way to dir that are missing. */
static bool
make_way(const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	size_t n = strlen(dir);

	if (n >= sizeof(path) || n == 0) {
		buf_printf(why, _("%s: no path for a directory\n"), dir);
		return false;
	}
	memcpy(path, dir, n + 1);
	for (char *p = path + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		if (access(path, F_OK) != 0 && !make_dir(path, 0755, why))
			return false;
	}
	return true;
}

/* The example with some of its settings given. Lines of settings begin with
 * the name, or with '#' and the name. */
static bool
put_setting(struct buf *b, struct span line, const char *name,
    const char *value)
{
	struct span s = line;

	if (value == NULL)
		return false;
	if (s.n > 0 && s.at[0] == '#')
		s.at++, s.n--;
	if (!text_starts(s, name) || !text_starts((struct span){
	    .at = s.at + strlen(name), .n = s.n - strlen(name) }, " ="))
		return false;
	buf_printf(b, "%s = %s\n", name, value);
	return true;
}

static void
write_conf(struct buf *b, const struct init *i)
{
	struct buf example;
	struct span rest, line;
	const char *end;

	buf_init(&example, CONF_MAX);
	config_example(&example);
	buf_text(b, "# The hub's settings: zqhub.conf(5). zqhubd reads them "
	    "when it starts;\n# \"zqhubd -n -c THIS-FILE\" checks them.\n\n");
	for (rest = buf_look(&example); rest.n > 0; rest.n -= line.n + 1) {
		end = memchr(rest.at, '\n', rest.n);
		line = (struct span){ .at = rest.at,
		    .n = (size_t)(end - rest.at) };
		if (!put_setting(b, line, "name", i->name) &&
		    !put_setting(b, line, "listen", i->listen) &&
		    !put_setting(b, line, "web", i->web) &&
		    !put_setting(b, line, "public", i->public)) {
			buf_span(b, line);
			buf_byte(b, '\n');
		}
		rest.at = end + 1;
	}
	buf_clear(&example);
}

static bool
make_conf(const struct init *i, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	struct buf b;
	bool good;

	buf_init(&b, CONF_MAX);
	write_conf(&b, i);
	good = keep_put(config_path(path, i->dir, CONFIG_FILE), 0640,
	    KEEP_NEW, buf_look(&b), why);
	buf_clear(&b);
	return good;
}

static bool
make_certs(const struct init *i, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	struct ca ca;
	bool good;

	config_path(path, i->dir, CONFIG_CA);
	if (!ca_create(path, i->name, why) || !ca_open(&ca, path, why))
		return false;
	good = make_dir(config_path(path, i->dir, "tls"), 0700, why) &&
	    tls_make(&ca, i->dir, i->name, or(i->listen, LISTEN_PRESET),
	    or(i->public, ""), why);
	ca_close(&ca);
	return good;
}

static bool
make_all(const struct init *i, struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	return make_certs(i, why) &&
	    make_dir(config_path(path, i->dir, CONFIG_JOURNAL), 0700, why) &&
	    make_dir(config_path(path, i->dir, CONFIG_VIEW), 0700, why) &&
	    make_conf(i, why);
}

bool
init_begin(const char *dir, bool *was_there, struct buf *why)
{
	if (!make_way(dir, why))
		return false;
	*was_there = access(dir, F_OK) == 0;
	if (!*was_there)
		return make_dir(dir, 0700, why);
	if (!is_vacant(dir, why))
		return false;
	if (chmod(dir, 0700) == 0)
		return true;
	buf_printf(why, "%s: %s\n", dir, strerror(errno));
	return false;
}

/* is_vacant() was true before: all that is there now was made here. */
void
init_take_back(const char *dir, bool was_there)
{
	char path[CONFIG_PATH_MAX];

	for (size_t n = 0; n < MADE_COUNT; n++)
		(void)remove(config_path(path, dir, made[n]));
	(void)unlink(config_path(path, dir, CONFIG_LOCK));
	if (!was_there)
		(void)rmdir(dir);
}

bool
init_hub(const struct init *i, struct buf *why)
{
	bool was_there;

	if (!judge(i, why) || !init_begin(i->dir, &was_there, why))
		return false;
	if (make_all(i, why))
		return true;
	init_take_back(i->dir, was_there);
	return false;
}
