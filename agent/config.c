/* See config.h. */
#include "agent/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define TOP(name) offsetof(struct config_top, name)
#define SOURCE(name) offsetof(struct config_source, name)
#define MINUTE 60000ull
#define MIB (1ull << 20)
#define NAME_MAX_BYTES 32

static const struct conf_section sections[] = {
	{ .name = "", .size = sizeof(struct config_top) },
	{ .name = "source", .size = sizeof(struct config_source),
	  .many = true },
};
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

static const struct conf_def defs[] = {
	{ .section = "", .name = "hub", .type = CONF_TEXT,
	  .offset = TOP(hub), .about =
	  "The hub's address, such as https://hub.example:7443.\nIt is "
	  "written by zqagent enroll." },
	{ .section = "", .name = "proxy", .type = CONF_TEXT,
	  .offset = TOP(proxy), .preset = "", .about =
	  "The HTTP proxy on the way to the hub, such as "
	  "http://proxy.example:3128.\nIt is asked to CONNECT, so that TLS "
	  "still ends at the hub.\nUnless given, the environment decides "
	  "(https_proxy, no_proxy)." },
	{ .section = "", .name = "dir", .type = CONF_PATH,
	  .offset = TOP(dir), .preset = ".", .about =
	  "Where the key, the certificate, the store and the control socket "
	  "are.\nA relative path starts at this file." },
	{ .section = "", .name = "log", .type = CONF_TEXT,
	  .offset = TOP(log), .preset = "info", .about =
	  "How much is logged: error, warn, info or debug." },
	{ .section = "", .name = "language", .type = CONF_TEXT,
	  .offset = TOP(language), .preset = "", .about =
	  "The language of sentences for people: zh or en.\nUnless given, the "
	  "environment decides." },
	{ .section = "", .name = "spool", .type = CONF_BYTES,
	  .offset = TOP(spool), .preset = "256M", .least = MIB,
	  .most = 64ull << 30, .unit = "bytes", .about =
	  "The most that changes on their way to the hub may take.\nWhen it "
	  "is full the oldest confirmed ones go, then changes of one item "
	  "become one; after that nothing new is taken from the sources "
	  "until there is room, and nothing is lost." },
	{ .section = "", .name = "rescan", .type = CONF_TIME,
	  .offset = TOP(rescan), .preset = "10m", .least = 1000,
	  .most = 7ull * 24 * 60 * MINUTE, .about =
	  "How long after a scan of a source the next one starts.\nChanges "
	  "are noticed at once; scans find what was missed: on NFS, while "
	  "the agent was down, or when the kernel ran out of watches." },
	{ .section = "", .name = "settle", .type = CONF_TIME,
	  .offset = TOP(settle), .preset = "2s", .least = 0,
	  .most = 10 * MINUTE, .about =
	  "A file found by a scan that was written to less than this ago is "
	  "looked at again later, because it may not be finished.\nA file "
	  "that was closed or renamed into place is read at once." },
	{ .section = "", .name = "beat", .type = CONF_TIME,
	  .offset = TOP(beat), .preset = "15s", .least = 1000,
	  .most = 30 * 1000, .about =
	  "How often the hub hears that the site is alive when there is "
	  "nothing to tell.\nA hub shows a site as silent that it hasn't heard "
	  "for 60 seconds, unless its operator chose another time." },
	{ .section = "", .name = "prove_every", .type = CONF_TIME,
	  .offset = TOP(prove_every), .preset = "24h", .least = 1000,
	  .most = 7ull * 24 * 60 * MINUTE, .about =
	  "How often the hub's index is proven to be exactly what the site "
	  "has, give or take a tenth.\nIt is also proven after a start, when "
	  "the hub was away, and when its operator asks; what differs is "
	  "mended." },
	{ .section = "", .name = "gate_items", .type = CONF_NUMBER,
	  .offset = TOP(gate_items), .preset = "50", .least = 0,
	  .most = 1000000000, .unit = "items", .about =
	  "When more items than this, and more than gate_percent, are missing "
	  "from a source at once, or all of them, they are only withdrawn "
	  "when a person says so.\nThe hub has a gate of its own." },
	{ .section = "", .name = "gate_percent", .type = CONF_NUMBER,
	  .offset = TOP(gate_percent), .preset = "10", .least = 0,
	  .most = 100, .unit = "per cent of a source's items", .about =
	  "See gate_items." },
	{ .section = "", .name = "zone", .type = CONF_NUMBER,
	  .offset = TOP(zone), .preset = "480", .least = 0, .most = 840,
	  .unit = "minutes east of UTC", .about =
	  "The zone of dates in pages that don't name one." },
	{ .section = "", .name = "page", .type = CONF_BYTES,
	  .offset = TOP(page), .preset = "4M", .least = 4096,
	  .most = 64 * MIB, .unit = "bytes", .about =
	  "How much of a page is looked into for its tags and links.\nOf a "
	  "longer one the rest only counts for its hash." },
	{ .section = "", .name = "hook", .type = CONF_LIST,
	  .offset = TOP(hook), .preset = "", .about =
	  "A command that is run for each letter of the hub and reads it as "
	  "JSON, as zqagent letters --json shows it.\nIts first word is a "
	  "whole path; no shell is involved.\nIt runs as the agent's user, "
	  "one at a time, for a minute at most; if it fails it gets the letter "
	  "again, five times in all." },
	{ .section = "", .name = "atom", .type = CONF_TEXT,
	  .offset = TOP(atom), .preset = "", .about =
	  "A file that is an Atom feed of the last fifty letters.\nIts "
	  "directory must be there, and the agent's user must be able to write "
	  "to it." },
	{ .section = "", .name = "mail", .type = CONF_TEXT,
	  .offset = TOP(mail), .preset = "", .about =
	  "The address that gets a mail of new letters." },
	{ .section = "", .name = "mail_command", .type = CONF_LIST,
	  .offset = TOP(mail_command), .preset = "/usr/sbin/sendmail -t -i",
	  .about = "The command that sends what it reads." },
	{ .section = "", .name = "mail_every", .type = CONF_TIME,
	  .offset = TOP(mail_every), .preset = "24h", .least = 1000,
	  .most = 30ull * 24 * 60 * MINUTE, .about =
	  "A mail comes no sooner than this after the one before, and only if "
	  "there are letters." },
	{ .section = "", .name = "map_nginx", .type = CONF_TEXT,
	  .offset = TOP(map_nginx), .preset = "", .about =
	  "A file that tells nginx where old addresses of this site have "
	  "moved, to be included in a map; how is told in its head.\nIts "
	  "directory must be there, and the agent's user must be able to write "
	  "to it." },
	{ .section = "", .name = "map_apache", .type = CONF_TEXT,
	  .offset = TOP(map_apache), .preset = "", .about =
	  "The same for Apache, as the text of a RewriteMap." },
	{ .section = "", .name = "map_reload", .type = CONF_LIST,
	  .offset = TOP(map_reload), .preset = "", .about =
	  "A command that makes the web server read its settings again, run "
	  "when one of these files has changed.\nIts first word is a whole "
	  "path; no shell is involved, and the agent's user runs it." },
	{ .section = "source", .name = "type", .type = CONF_TEXT,
	  .offset = SOURCE(type), .preset = "dir", .about =
	  "What kind of source: dir, a document root on this machine." },
	{ .section = "source", .name = "root", .type = CONF_PATH,
	  .offset = SOURCE(root), .about =
	  "The document root.\nIt may be a symbolic link; when it is switched "
	  "to another directory the new one is read.\nNothing outside it is "
	  "ever read, whatever links say." },
	{ .section = "source", .name = "url", .type = CONF_TEXT,
	  .offset = SOURCE(url), .about =
	  "The address of the root, such as https://www.example.gov.cn/." },
	{ .section = "source", .name = "include", .type = CONF_LIST,
	  .offset = SOURCE(include), .preset = "", .about =
	  "Patterns as in the shell; if there are any, only files that match "
	  "one of them are told.\nA pattern without a slash is for names, one "
	  "with a slash for the path below the root." },
	{ .section = "source", .name = "exclude", .type = CONF_LIST,
	  .offset = SOURCE(exclude), .preset =
	  "*~ *.swp *.swx *.tmp *.temp *.part *.bak *.orig *.crdownload "
	  "lost+found CVS", .about =
	  "Patterns of files and directories that are left out.\nNames that "
	  "begin with a dot always are, but for .well-known." },
	{ .section = "source", .name = "index", .type = CONF_LIST,
	  .offset = SOURCE(index), .preset =
	  "index.html index.htm index.shtml default.html", .about =
	  "Names of files that are told as their directory, the first that "
	  "is there." },
	{ .section = "source", .name = "cover", .type = CONF_BOOL,
	  .offset = SOURCE(cover), .preset = "yes", .about =
	  "Whether all that the address answers is files below the root, so "
	  "that the hub may take a link to what is no item for one that "
	  "never was right.\nSay no where a program answers at addresses of "
	  "its own; what stands behind a question mark is never judged." },
	{ .section = "source", .name = "moves", .type = CONF_TEXT,
	  .offset = SOURCE(moves), .preset = "ask", .about =
	  "What becomes of it when files are elsewhere all at once: ask "
	  "proposes to announce the move, see zqagent moves; announce does "
	  "it at once; off does nothing." },
	{ .section = "source", .name = "mend", .type = CONF_TEXT,
	  .offset = SOURCE(mend), .preset = "off", .about =
	  "May the links of its pages be mended when the hub writes that what "
	  "they point to has moved?\noff: no; ask: when somebody types "
	  "zqagent mend --apply; auto: by zqagentd itself, too, whose user must "
	  "own the pages." },
};
#define DEFS (sizeof(defs) / sizeof(defs[0]))

/* --- judging -------------------------------------------------------------- */

static bool
is_loopback(struct span host)
{
	return span_is(host, SPAN("127.0.0.1")) ||
	    span_is(host, SPAN("localhost")) || span_is(host, SPAN("[::1]"));
}

bool
config_hub(struct buf *out, const char *text, struct buf *why)
{
	struct buf normal;
	struct url u;
	const char *wrong = NULL;

	buf_init(&normal, LIMIT_URL);
	if (!url_normal(&normal, span_of(text), &wrong))
		buf_printf(why, _("the hub's address \"%s\": %s"), text,
		    wrong);
	else if (!url_parse(&u, buf_look(&normal)) ||
	    !span_is(u.path, SPAN("/")) || u.query.n > 0)
		buf_printf(why, _("the hub's address \"%s\" has something "
		    "behind the port: give only https://HOST:PORT"), text);
	else if (!span_is(u.scheme, SPAN("https")) && !is_loopback(u.host))
		buf_printf(why, _("the hub's address \"%s\" must begin with "
		    "https://"), text);
	else
		buf_put(out, normal.at, normal.n - 1);	/* not the slash */
	buf_clear(&normal);
	return out->n > 0;
}

bool
config_proxy(const char *text, struct buf *why)
{
	struct buf normal;
	struct url u;
	const char *wrong = NULL;
	bool ok;

	if (text[0] == '\0')
		return true;
	buf_init(&normal, LIMIT_URL);
	ok = url_normal(&normal, span_of(text), &wrong) &&
	    url_parse(&u, buf_look(&normal)) &&
	    span_is(u.scheme, SPAN("http")) && span_is(u.path, SPAN("/")) &&
	    u.query.n == 0;
	if (!ok)
		buf_printf(why, _("proxy is \"%s\", expected "
		    "http://HOST:PORT"), text);
	buf_clear(&normal);
	return ok;
}

static bool
name_is_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n <= NAME_MAX_BYTES && name[n] == '\0';
}

/* A source's address in normal form, with a slash at its end. */
static bool
source_url(struct buf *out, const char *text, const char *name,
    struct buf *why)
{
	const char *wrong = NULL;
	struct url u;

	if (!url_normal(out, span_of(text), &wrong)) {
		buf_printf(why, _("source %s: url \"%s\": %s\n"), name, text,
		    wrong);
		return false;
	}
	if (!url_parse(&u, buf_look(out)) || u.query.n > 0) {
		buf_printf(why, _("source %s: url \"%s\": expected an "
		    "address without \"?\"\n"), name, text);
		return false;
	}
	if (out->at[out->n - 1] != '/')
		buf_byte(out, '/');
	return true;
}

static size_t
length_without_slash(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && s[n - 1] == '/')
		n--;
	return n;
}

/* Is one of two directories or addresses inside the other? */
static bool
overlap(const char *a, const char *b)
{
	size_t x = length_without_slash(a), y = length_without_slash(b);
	const char *longer = x < y ? b : a;
	size_t n = x < y ? x : y;

	return strncmp(a, b, n) == 0 &&
	    (longer[n] == '\0' || longer[n] == '/');
}

static bool
roots_overlap(const char *a, const char *b)
{
	char *x = realpath(a, NULL), *y = realpath(b, NULL);
	bool yes = overlap(x != NULL ? x : a, y != NULL ? y : b);

	free(x);
	free(y);
	return yes;
}

/* One address below another is fine (an alias of the server) as long as the
 * outer root has nothing there itself. */
static bool
urls_overlap(const struct config_source *a, const char *a_url,
    const struct config_source *b, const char *b_url)
{
	bool a_outer = strlen(a_url) <= strlen(b_url);
	const char *outer = a_outer ? a_url : b_url;
	const char *inner = a_outer ? b_url : a_url;
	struct buf path;
	bool yes;

	if (!overlap(a_url, b_url))
		return false;
	buf_init(&path, 8192);
	buf_printf(&path, "%s/%s", a_outer ? a->root : b->root,
	    inner + strlen(outer));
	yes = access(buf_cstr(&path), F_OK) == 0 || strcmp(a_url, b_url) == 0;
	buf_clear(&path);
	return yes;
}

static void
check_pair(const struct config *c, size_t i, size_t j, struct buf *why)
{
	const struct config_source *a = c->source[i].set;
	const struct config_source *b = c->source[j].set;
	struct buf x, y;

	buf_init(&x, LIMIT_URL + 1);
	buf_init(&y, LIMIT_URL + 1);
	if (strcmp(c->source[i].name, c->source[j].name) == 0)
		buf_printf(why, _("source %s is there twice: give the second "
		    "another name\n"), c->source[i].name);
	else if (roots_overlap(a->root, b->root))
		buf_printf(why, _("sources %s and %s overlap: %s and %s; the "
		    "same file would be told twice\n"), c->source[i].name,
		    c->source[j].name, a->root, b->root);
	else if (source_url(&x, a->url, c->source[i].name, why) &&
	    source_url(&y, b->url, c->source[j].name, why) &&
	    urls_overlap(a, buf_cstr(&x), b, buf_cstr(&y)))
		buf_printf(why, _("sources %s and %s overlap: %s and %s "
		    "have the same pages; give one another address\n"),
		    c->source[i].name, c->source[j].name, a->url, b->url);
	buf_clear(&x);
	buf_clear(&y);
}

static void
check_source(const struct config *c, size_t i, struct buf *why)
{
	const struct config_source *s = c->source[i].set;
	const char *name = c->source[i].name;
	struct buf url;

	buf_init(&url, LIMIT_URL + 1);
	if (!name_is_good(name))
		buf_printf(why, _("source \"%s\": a name is 1 to 32 letters, "
		    "digits, \"-\" and \"_\"\n"), name);
	if (strcmp(s->type, "dir") != 0)
		buf_printf(why, _("source %s: type is \"%s\", expected "
		    "dir\n"), name, s->type);
	if (strcmp(s->mend, "off") != 0 && strcmp(s->mend, "ask") != 0 &&
	    strcmp(s->mend, "auto") != 0)
		buf_printf(why, _("source %s: mend is \"%s\", expected off, "
		    "ask or auto\n"), name, s->mend);
	if (s->root[0] != '/')
		buf_printf(why, _("source %s: root is \"%s\", expected a "
		    "path that begins with /\n"), name, s->root);
	if (strcmp(s->moves, "ask") != 0 && strcmp(s->moves, "announce") != 0 &&
	    strcmp(s->moves, "off") != 0)
		buf_printf(why, _("source %s: moves is \"%s\", expected ask, "
		    "announce or off\n"), name, s->moves);
	(void)source_url(&url, s->url, name, why);
	buf_clear(&url);
}

static void
check_command(char *const *argv, const char *name, struct buf *why)
{
	if (argv != NULL && argv[0] != NULL && argv[0][0] != '/')
		buf_printf(why, _("%s is \"%s\", expected the whole path of a "
		    "command, from /\n"), name, argv[0]);
}

static void
check_file(const char *path, const char *name, struct buf *why)
{
	if (path[0] != '\0' && path[0] != '/')
		buf_printf(why, _("%s is \"%s\", expected a path that begins "
		    "with /\n"), name, path);
}

/* What goes out of the house. */
static void
check_outward(const struct config_top *top, struct buf *why)
{
	check_command(top->hook, "hook", why);
	check_command(top->mail_command, "mail_command", why);
	check_command(top->map_reload, "map_reload", why);
	check_file(top->atom, "atom", why);
	check_file(top->map_nginx, "map_nginx", why);
	check_file(top->map_apache, "map_apache", why);
	if (top->mail[0] != '\0' && (strchr(top->mail, '@') == NULL ||
	    strpbrk(top->mail, " \t\r\n") != NULL))
		buf_printf(why, _("mail is \"%s\", expected an address such "
		    "as web@example.gov.cn\n"), top->mail);
	if (top->mail[0] != '\0' && (top->mail_command == NULL ||
	    top->mail_command[0] == NULL))
		buf_text(why, _("mail_command is empty: it is what sends the "
		    "mail\n"));
}

static void
check(const struct config *c, const char *path, struct buf *why)
{
	enum log_level level;
	struct buf hub, wrong;

	buf_init(&wrong, why->most);
	buf_init(&hub, LIMIT_URL);
	if (!config_hub(&hub, c->top->hub, &wrong))
		buf_byte(&wrong, '\n');
	if (!config_proxy(c->top->proxy, &wrong))
		buf_byte(&wrong, '\n');
	if (!log_level_parse(c->top->log, &level))
		buf_printf(&wrong, _("log is \"%s\", expected error, warn, "
		    "info or debug\n"), c->top->log);
	check_outward(c->top, &wrong);
	for (size_t i = 0; i < c->count; i++)
		check_source(c, i, &wrong);
	for (size_t i = 0; wrong.n == 0 && i < c->count; i++)
		for (size_t j = 0; j < i; j++)
			check_pair(c, i, j, &wrong);
	if (wrong.n > 0)
		buf_printf(why, "%s: %s", path, buf_cstr(&wrong));
	buf_clear(&hub);
	buf_clear(&wrong);
}

/* --- reading -------------------------------------------------------------- */

static void
collect(struct config *c, const char *path, struct buf *why)
{
	c->top = conf_get(c->file, "", 0, NULL);
	for (size_t i = 0;; i++) {
		const char *name = "";
		const struct config_source *s = conf_get(c->file, "source", i,
		    &name);

		if (s == NULL)
			return;
		if (i == CONFIG_SOURCES_MAX) {
			buf_printf(why, _("%s: more than %d sources\n"), path,
			    CONFIG_SOURCES_MAX);
			return;
		}
		c->source[i].name = name;
		c->source[i].set = s;
		c->count = i + 1;
	}
}

struct config *
config_read(const char *path, struct buf *why)
{
	struct config *c = mem_new(sizeof(*c));
	size_t before = why->n;

	c->file = conf_read(path, sections, SECTIONS, defs, DEFS, why);
	if (c->file != NULL) {
		collect(c, path, why);
		check(c, path, why);
	}
	if (c->file != NULL && why->n == before && !why->bad)
		return c;
	config_free(c);
	return NULL;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	if (c->file != NULL)
		conf_free(c->file);
	free(c);
}

/* --- writing -------------------------------------------------------------- */

void
config_manual(struct buf *out, const char *section)
{
	conf_manual(out, defs, DEFS, section);
}

void
config_example(struct buf *out, const char *hub)
{
	buf_text(out, "# Settings of zqagentd; see zqagent.conf(5). What "
	    "stands behind # is what holds\n# unless you say otherwise.\n\n");
	buf_printf(out, "hub = %s\n\n", hub);
	conf_example(out, defs + 1, DEFS - 1, "");	/* the hub is first */
	buf_text(out, "# What the site publishes. Better than by hand:\n"
	    "# zqagent source add dir NAME --root DIR --url URL\n"
	    "#\n#[source www]\n#type = dir\n#root = /var/www/html\n"
	    "#url = https://www.example.gov.cn/\n");
}

static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static void
put_line(struct buf *lines, const char *name, const char *value,
    struct buf *why)
{
	if (value == NULL)
		return;
	if (!is_plain(value))
		buf_printf(why, _("--%s: control characters don't fit into a "
		    "line of the settings\n"), name);
	buf_printf(lines, "%s = %s\n", name, value);
}

static bool
root_is_readable(const char *root, struct buf *why)
{
	struct stat st;

	if (root[0] != '/')
		buf_printf(why, _("--root %s: give the whole path, from /"),
		    root);
	else if (stat(root, &st) != 0)
		buf_printf(why, "--root %s: %s", root, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		buf_printf(why, _("--root %s: is not a directory"), root);
	else if (access(root, R_OK | X_OK) != 0)
		buf_printf(why, _("--root %s: can't be read: %s"), root,
		    strerror(errno));
	else
		return true;
	buf_byte(why, '\n');
	return false;
}

/* Would the file with this section be right? Tried on a copy of what the
 * file says, before the file is touched. */
static bool
would_fit(const struct config *old, const struct config_add *a,
    struct buf *why)
{
	struct config c = *old;
	struct config_source s = {
		.type = mem_text("dir"), .root = mem_text(a->root),
		.url = mem_text(a->url), .mend = mem_text("off"),
		.moves = mem_text("ask"),
	};
	size_t before = why->n;

	if (c.count == CONFIG_SOURCES_MAX) {
		buf_printf(why, _("there are %d sources already\n"),
		    CONFIG_SOURCES_MAX);
	} else {
		c.source[c.count].name = a->name;
		c.source[c.count].set = &s;
		check_source(&c, c.count, why);
		for (size_t j = 0; why->n == before && j < c.count; j++)
			check_pair(&c, c.count, j, why);
	}
	free(s.type);
	free(s.root);
	free(s.url);
	free(s.mend);
	free(s.moves);
	return why->n == before;
}

bool
config_add_source(const char *path, const struct config_add *a,
    struct buf *why)
{
	struct config *old = config_read(path, why);
	struct buf lines;
	bool ok;

	if (old == NULL)
		return false;
	buf_init(&lines, 65536);
	put_line(&lines, "type", "dir", why);
	put_line(&lines, "root", a->root, why);
	put_line(&lines, "url", a->url, why);
	put_line(&lines, "include", a->include, why);
	put_line(&lines, "exclude", a->exclude, why);
	put_line(&lines, "index", a->index, why);
	ok = why->n == 0 && root_is_readable(a->root, why) &&
	    would_fit(old, a, why) &&
	    conf_add_section(path, "source", a->name, buf_cstr(&lines), why);
	buf_clear(&lines);
	config_free(old);
	return ok;
}

bool
config_remove_source(const char *path, const char *name, struct buf *why)
{
	return conf_remove_section(path, "source", name, why);
}
