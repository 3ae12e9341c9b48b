/*
 * What a type alone can't judge of settings; see config_judge.h.
 */
#include "hub/config_judge.h"

#include <arpa/inet.h>
#include <string.h>

#include "contrib/base/conf.h"
#include "contrib/base/inward.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/listen.h"
#include "protocol/limits.h"
#include "protocol/url.h"

struct judging {
	const struct config *config;
	const char *path;
	struct buf *why;
};

/* found: NULL if the value isn't what is wrong. */
static void
wrong(const struct judging *j, const char *name, const char *found,
    const char *expected)
{
	conf_begin(j->why, j->config->file, j->path, "", "", name);
	if (found != NULL)
		buf_printf(j->why, "\"%s\": ", found);
	buf_printf(j->why, "expected %s\n", expected);
}

static void
judge_address(const struct judging *j, const char *name, const char *address)
{
	char host[LISTEN_HOST], port[LISTEN_PORT];

	if (!listen_split(address, host, port))
		wrong(j, name, address, "address:port, as in 0.0.0.0:7443 or "
		    "[::]:7443");
}

static bool
is_address(const char *text)
{
	struct in6_addr a;	/* is longer than the other */

	return inet_pton(AF_INET, text, &a) == 1 ||
	    inet_pton(AF_INET6, text, &a) == 1;
}

static bool
is_web(const char *text)
{
	struct span url = span_of(text);
	size_t head = text_starts(url, "https://") ? 8 : 7;

	return (head == 8 || text_starts(url, "http://")) && url.n > head &&
	    strcspn(text, " \t") == url.n;
}

/* Links of the pages begin with a slash: they can't lie below a path. */
static bool
is_root(const char *text)
{
	struct buf normal;
	struct url url;
	bool good;

	buf_init(&normal, LIMIT_URL);
	good = strpbrk(text, "?#") == NULL &&
	    url_normal(&normal, span_of(text), NULL) &&
	    url_parse(&url, buf_look(&normal)) &&
	    span_is(url.path, SPAN("/"));
	buf_clear(&normal);
	return good;
}

bool
config_is_dialled(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return false;
	return strncmp(text, "https://", 8) == 0 && is_root(text);
}

static bool
is_any(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

bool
config_is_one_place(const char *a, const char *b)
{
	char host[LISTEN_HOST], port[LISTEN_PORT];
	char other[LISTEN_HOST], others[LISTEN_PORT];

	return listen_split(a, host, port) && listen_split(b, other, others) &&
	    strcmp(port, others) == 0 && strcmp(port, "0") != 0 &&
	    (strcmp(host, other) == 0 || is_any(host) || is_any(other));
}

static void
judge_web(const struct judging *j)
{
	const struct config *c = j->config;

	if (c->web[0] != '\0')
		judge_address(j, "web", c->web);
	if (config_is_one_place(c->web, c->listen))
		wrong(j, "web", c->web, "another port: agents connect there "
		    "(listen)");
	if (c->web_public[0] != '\0' && !is_root(c->web_public))
		wrong(j, "web_public", c->web_public, "https://host or "
		    "https://host:port, and no path behind it");
	if (c->web_public[0] != '\0' && c->web[0] == '\0')
		wrong(j, "web_public", NULL, "web, too: there are no pages "
		    "without it");
	if (c->web_proxy[0] != '\0' && !is_address(c->web_proxy))
		wrong(j, "web_proxy", c->web_proxy, "an address, as in "
		    "127.0.0.1 or ::1");
	if (c->web_user_header[0] != '\0' && c->web_proxy[0] == '\0')
		wrong(j, "web_user_header", NULL, "web_proxy, too: from whom "
		    "is it to be believed?");
}

static void
judge_networks(const struct judging *j)
{
	struct inward inward = { .count = 0 };
	struct buf what;

	buf_init(&what, 4096);
	if (!inward_allow_all(&inward, j->config->check_allow, &what)) {
		conf_begin(j->why, j->config->file, j->path, "", "",
		    "check_allow");
		buf_printf(j->why, "%s\n", buf_cstr(&what));
	}
	buf_clear(&what);
}

void
config_judge(const struct config *c, const char *path, struct buf *why)
{
	static const char *const languages[] = { "zh", "en", NULL };
	static const char *const agreed[] = { "proof", "operator", NULL };
	const struct judging all = { .config = c, .path = path, .why = why };
	const struct judging *j = &all;
	enum log_level level;

	if (!text_is_one_of(c->language, languages))
		wrong(j, "language", c->language, "zh or en");
	if (!text_is_one_of(c->move_agree, agreed))
		wrong(j, "move_agree", c->move_agree, "proof or operator");
	if (!log_level_parse(c->log, &level))
		wrong(j, "log", c->log, "error, warn, info or debug");
	if (c->public[0] != '\0' && !config_is_dialled(c->public))
		wrong(j, "public", c->public, "https://host:port, as agents "
		    "dial it, and no path behind it; a name in Chinese in "
		    "its xn-- form");
	judge_address(j, "listen", c->listen);
	judge_web(j);
	judge_networks(j);
	if (c->beat_url[0] != '\0' && !is_web(c->beat_url))
		wrong(j, "beat_url", c->beat_url, "an address with http:// "
		    "or https://");
	if (c->name[0] == '\0')
		wrong(j, "name", c->name, "the name of the cluster's portal");
}
