/* See config.h. */
#include "agent/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/config_defs.h"
#include "contrib/base/err.h"
#include "contrib/base/inward.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define NAME_MAX_BYTES 32

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

/* What is judged: a file that was read, or what it will be (path is NULL). */
struct judging {
	const struct config *c;
	const char *path;
	struct buf *why;
};

/* A line of complaints begins with where the setting stands; it goes on in
 * what this gives. source: its name, or "" for the top; name: "" for all. */
static struct buf *
begin(const struct judging *j, const char *source, const char *name)
{
	if (j->path != NULL)
		conf_place(j->why, j->c->file, j->path,
		    source[0] != '\0' ? "source" : "", source, name);
	return j->why;
}

/* A source's address in normal form, with a slash at its end. */
static bool
source_url(const struct judging *j, struct buf *out, const char *text,
    const char *name)
{
	const char *wrong = NULL;
	struct url u;

	if (!url_normal(out, span_of(text), &wrong)) {
		buf_printf(begin(j, name, "url"), _("source %s: url \"%s\": "
		    "%s\n"), name, text, wrong);
		return false;
	}
	if (!url_parse(&u, buf_look(out)) || u.query.n > 0) {
		buf_printf(begin(j, name, "url"), _("source %s: url \"%s\": "
		    "expected an address without \"?\"\n"), name, text);
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
check_pair(const struct judging *j, size_t one, size_t other)
{
	const char *name = j->c->source[one].name;
	const char *before = j->c->source[other].name;
	const struct config_source *a = j->c->source[one].set;
	const struct config_source *b = j->c->source[other].set;
	struct buf x, y;

	buf_init(&x, LIMIT_URL + 1);
	buf_init(&y, LIMIT_URL + 1);
	if (strcmp(name, before) == 0)
		buf_printf(begin(j, name, ""), _("source %s is there twice: "
		    "give the second another name\n"), name);
	else if (roots_overlap(a->root, b->root))
		buf_printf(begin(j, name, "root"), _("sources %s and %s "
		    "overlap: %s and %s; the same file would be told twice\n"),
		    name, before, a->root, b->root);
	else if (source_url(j, &x, a->url, name) &&
	    source_url(j, &y, b->url, before) &&
	    urls_overlap(a, buf_cstr(&x), b, buf_cstr(&y)))
		buf_printf(begin(j, name, "url"), _("sources %s and %s "
		    "overlap: %s and %s have the same pages; give one another "
		    "address\n"), name, before, a->url, b->url);
	buf_clear(&x);
	buf_clear(&y);
}

static void
check_source_words(const struct judging *j, const struct config_source *s,
    const char *name)
{
	static const char *const mend[] = { "off", "ask", "auto", NULL };
	static const char *const moves[] = { "ask", "announce", "off", NULL };

	if (strcmp(s->type, "dir") != 0)
		buf_printf(begin(j, name, "type"), _("source %s: type is "
		    "\"%s\", expected dir\n"), name, s->type);
	if (!text_is_one_of(s->mend, mend))
		buf_printf(begin(j, name, "mend"), _("source %s: mend is "
		    "\"%s\", expected off, ask or auto\n"), name, s->mend);
	if (!text_is_one_of(s->moves, moves))
		buf_printf(begin(j, name, "moves"), _("source %s: moves is "
		    "\"%s\", expected ask, announce or off\n"), name, s->moves);
}

/* False: there is no comparing it with others. What isn't given was said. */
static bool
check_source(const struct judging *j, size_t i)
{
	const struct config_source *s = j->c->source[i].set;
	const char *name = j->c->source[i].name;
	size_t before = j->why->n;
	struct buf url;

	buf_init(&url, LIMIT_URL + 1);
	if (!name_is_good(name))
		buf_printf(begin(j, name, ""), _("source \"%s\": a name is 1 "
		    "to 32 letters, digits, \"-\" and \"_\"\n"), name);
	check_source_words(j, s, name);
	if (s->access_log[0] != '\0' && s->access_log[0] != '/')
		buf_printf(begin(j, name, "access_log"), _("source %s: "
		    "access_log is \"%s\", expected a path that begins with "
		    "/\n"), name, s->access_log);
	if (s->root != NULL && s->root[0] != '/')
		buf_printf(begin(j, name, "root"), _("source %s: root is "
		    "\"%s\", expected a path that begins with /\n"), name,
		    s->root);
	if (s->url != NULL)
		(void)source_url(j, &url, s->url, name);
	buf_clear(&url);
	return j->why->n == before && s->root != NULL && s->url != NULL;
}

static void
check_sources(const struct judging *j)
{
	bool good[CONFIG_SOURCES_MAX];

	for (size_t i = 0; i < j->c->count; i++) {
		good[i] = check_source(j, i);
		for (size_t k = 0; good[i] && k < i; k++)
			if (good[k])
				check_pair(j, i, k);
	}
}

static void
check_command(const struct judging *j, char *const *argv, const char *name)
{
	if (argv == NULL || argv[0] == NULL || argv[0][0] == '/')
		return;
	buf_printf(begin(j, "", name), _("%s is \"%s\", expected the whole "
	    "path of a command, from /\n"), name, argv[0]);
}

static bool
is_host_and_port(struct span url)
{
	struct buf normal;
	struct url u;
	bool good;

	buf_init(&normal, LIMIT_URL);
	good = url_normal(&normal, url, NULL) &&
	    url_parse(&u, buf_look(&normal)) && span_is(u.path, SPAN("/")) &&
	    u.query.n == 0;
	buf_clear(&normal);
	return good;
}

static void
check_file(const struct judging *j, const char *path, const char *name)
{
	if (path[0] == '\0' || path[0] == '/')
		return;
	buf_printf(begin(j, "", name), _("%s is \"%s\", expected a path that "
	    "begins with /\n"), name, path);
}

/* What goes out of the house. */
static void
check_outward(const struct judging *j)
{
	const struct config_top *top = j->c->top;

	check_command(j, top->hook, "hook");
	check_command(j, top->mail_command, "mail_command");
	check_command(j, top->map_reload, "map_reload");
	check_file(j, top->atom, "atom");
	check_file(j, top->map_nginx, "map_nginx");
	check_file(j, top->map_apache, "map_apache");
	if (top->mail[0] == '\0')
		return;
	if (strchr(top->mail, '@') == NULL ||
	    strpbrk(top->mail, " \t\r\n") != NULL)
		buf_printf(begin(j, "", "mail"), _("mail is \"%s\", expected "
		    "an address such as web@example.gov.cn\n"), top->mail);
	if (top->mail_command == NULL || top->mail_command[0] == NULL)
		buf_text(begin(j, "", "mail_command"), _("mail_command is "
		    "empty: it is what sends the mail\n"));
}

static void
check_home(const struct judging *j)
{
	const struct config_top *top = j->c->top;
	const char *to = top->home_connect;
	struct buf normal;

	buf_init(&normal, LIMIT_URL);
	if (top->home[0] != '\0' && strcmp(top->home, "off") != 0 &&
	    !url_normal(&normal, span_of(top->home), NULL))
		buf_printf(begin(j, "", "home"), _("home is \"%s\", expected "
		    "an address such as https://www.example.gov.cn/, or off\n"),
		    top->home);
	buf_reset(&normal);
	buf_printf(&normal, "http://%s/", to);
	if (to[0] != '\0' && !is_host_and_port(buf_look(&normal)))
		buf_printf(begin(j, "", "home_connect"), _("home_connect is "
		    "\"%s\", expected HOST or HOST:PORT, an IPv6 address in "
		    "brackets\n"), to);
	buf_clear(&normal);
}

static void
check_look(const struct judging *j)
{
	struct inward inward = { .count = 0 };
	struct buf wrong;

	buf_init(&wrong, CONFIG_WHY_MAX);
	if (!inward_allow_all(&inward, j->c->top->look_networks, &wrong))
		buf_printf(begin(j, "", "look_networks"), "look_networks: %s\n",
		    buf_cstr(&wrong));
	buf_clear(&wrong);
}

/* Of what says itself what is wrong with it. */
static void
check_way(const struct judging *j)
{
	const struct config_top *top = j->c->top;
	struct buf hub, wrong;

	buf_init(&wrong, CONFIG_WHY_MAX);
	buf_init(&hub, LIMIT_URL);
	if (top->hub != NULL && !config_hub(&hub, top->hub, &wrong))
		buf_printf(begin(j, "", "hub"), "%s\n", buf_cstr(&wrong));
	buf_reset(&wrong);
	if (!config_proxy(top->proxy, &wrong))
		buf_printf(begin(j, "", "proxy"), "%s\n", buf_cstr(&wrong));
	buf_clear(&hub);
	buf_clear(&wrong);
}

static void
check(const struct config *c, const char *path, struct buf *why)
{
	const struct judging all = { .c = c, .path = path, .why = why };
	const struct judging *j = &all;
	enum log_level level;

	check_way(j);
	if (!log_level_parse(c->top->log, &level))
		buf_printf(begin(j, "", "log"), _("log is \"%s\", expected "
		    "error, warn, info or debug\n"), c->top->log);
	check_outward(j);
	check_home(j);
	check_look(j);
	check_sources(j);
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
			buf_printf(why, _("%s:%zu: more than %d sources\n"),
			    path, conf_line_of(c->file, "source", name, ""),
			    CONFIG_SOURCES_MAX);
			return;
		}
		c->source[i].name = name;
		c->source[i].set = s;
		c->count = i + 1;
	}
}

struct config *
config_read_anyway(const char *path, struct buf *why, bool *good)
{
	struct config *c = mem_new(sizeof(*c));
	size_t before = why->n;

	c->file = conf_read_anyway(path, config_sections,
	    config_section_count, config_defs, config_def_count, why, good);
	if (c->file == NULL) {
		config_free(c);
		return NULL;
	}
	collect(c, path, why);
	check(c, path, why);
	*good = *good && why->n == before && !why->bad;
	return c;
}

struct config *
config_read(const char *path, struct buf *why)
{
	bool good;
	struct config *c = config_read_anyway(path, why, &good);

	if (good)
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
	conf_manual(out, config_defs, config_def_count, section);
}

void
config_example(struct buf *out, const char *hub)
{
	buf_text(out, "# Settings of zqagentd; see zqagent.conf(5). What "
	    "stands behind # is what holds\n# unless you say otherwise.\n\n");
	buf_printf(out, "hub = %s\n\n", hub);
	/* the hub is first */
	conf_example(out, config_defs + 1, config_def_count - 1, "");
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
	if (!text_is_utf8(span_of(value)))
		buf_printf(why, _("--%s is not UTF-8, as the settings are: make a "
		    "link there that has another name (ln -s), and name that\n"),
		    name);
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
		.access_log = mem_text(""), .moves = mem_text("ask"),
	};
	const struct judging j = { .c = &c, .path = NULL, .why = why };
	size_t before = why->n;

	if (c.count == CONFIG_SOURCES_MAX) {
		buf_printf(why, _("there are %d sources already\n"),
		    CONFIG_SOURCES_MAX);
	} else {
		c.source[c.count].name = a->name;
		c.source[c.count].set = &s;
		(void)check_source(&j, c.count);
		for (size_t i = 0; why->n == before && i < c.count; i++)
			check_pair(&j, c.count, i);
	}
	free(s.type);
	free(s.root);
	free(s.url);
	free(s.mend);
	free(s.access_log);
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
