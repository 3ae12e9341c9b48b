/*
 * zqagent source add, check: is the host of its address one that this site has,
 * and is what it has served at its path? A mistyped one costs people an hour: the
 * hub holds all that is told there, or tells others what is nowhere.
 * What is said here is advice; who is setting up a new domain may go on.
 */
#include "agent/tool.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/served.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define PATIENCE 5000L		/* ms for its name and a connection */

/* Is there no such name? Whether somebody answers there is another thing:
 * behind a balancer the machine itself may not reach it. */
static bool
is_nameless(const char *base)
{
	CURL *curl = curl_easy_init();
	CURLcode code;

	must(curl != NULL);
	curl_easy_setopt(curl, CURLOPT_URL, base);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, PATIENCE);
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	return code == CURLE_COULDNT_RESOLVE_HOST;
}

/* Has one of the other sources this host, if there are others? */
static bool
is_known(const struct config *c, const char *name, struct span host)
{
	struct buf other;
	struct url u;
	size_t others = 0;
	bool known = false;

	buf_init(&other, LIMIT_URL);
	for (size_t i = 0; i < c->count && !known; i++) {
		if (strcmp(c->source[i].name, name) == 0)
			continue;
		others++;
		buf_reset(&other);
		known = url_normal(&other, span_of(c->source[i].set->url),
		    NULL) && url_parse(&u, buf_look(&other)) &&
		    span_is(u.host, host);
	}
	buf_clear(&other);
	return known || others == 0;
}

static void
warn_of_path(const struct config *c, const char *name)
{
	struct buf why;

	buf_init(&why, CONFIG_WHY_MAX);
	served_look(c, name, _("but: "), &why);
	fputs(buf_cstr(&why), stdout);
	buf_clear(&why);
}

static bool
is_below(const char *path, const char *root)
{
	char *real = realpath(root, NULL);
	size_t n = real != NULL ? strlen(real) : 0;
	bool is = n > 0 && strncmp(path, real, n) == 0 &&
	    (path[n] == '/' || real[n - 1] == '/');

	free(real);
	return is;
}

void
tool_host_served(void *arg, struct buf *why)
{
	const struct tool *t = arg;
	char *path = realpath(t->place[0], NULL);
	struct buf wrong;
	struct config *c;

	buf_init(&wrong, CONFIG_WHY_MAX);
	c = config_read(tool_path(t, CONFIG_FILE), &wrong);
	for (size_t i = 0; c != NULL && path != NULL && i < c->count; i++)
		if (is_below(path, c->source[i].set->root))
			served_look(c, c->source[i].name, "", why);
	config_free(c);
	buf_clear(&wrong);
	free(path);
}

void
tool_host_warn(const struct tool *t, const char *name, const char *address)
{
	struct config *c = tool_config(t);
	struct buf normal;
	struct url u;

	buf_init(&normal, LIMIT_URL);
	if (c != NULL && url_normal(&normal, span_of(address), NULL) &&
	    url_parse(&u, buf_look(&normal))) {
		if (is_nameless(buf_cstr(&normal)))
			printf(_("but: there is no host %.*s, as far as this "
			    "machine can find out; if it is mistyped, correct "
			    "url in %s and let zqagentd follow (SIGHUP)\n"),
			    SPAN_ARGS(u.host), tool_path(t, CONFIG_FILE));
		if (!is_known(c, name, u.host))
			printf(_("but: no other source here is on %.*s; unless "
			    "it is a domain of this site, the hub holds what "
			    "is told there (its operator adds one: zqhub site "
			    "domain add)\n"), SPAN_ARGS(u.host));
		warn_of_path(c, name);
	}
	buf_clear(&normal);
	config_free(c);
}
