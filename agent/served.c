/* See served.h. */
#include "agent/served.h"

#include <curl/curl.h>
#include <string.h>

#include "agent/sample.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define HERE "127.0.0.1"
#define HERE_TIME 2000		/* ms: the name is asked then */

struct served {
	const struct config *c;
	int64_t end;		/* mono ms */
	const char *at;		/* who answered last: HERE, home_connect; or
				 * NULL: whom the name leads to */
};

/* --- one question --------------------------------------------------------- */

static size_t
on_body(char *at, size_t size, size_t n, void *arg)
{
	(void)at;
	(void)size;
	(void)n;
	(void)arg;
	return 0;		/* the status was all there is to know */
}

/* What another host says after a redirect is no answer. */
static bool
is_of_host(CURL *curl, const char *asked)
{
	char *last = NULL;
	struct buf normal;
	struct url a, b;
	bool same;

	curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &last);
	buf_init(&normal, LIMIT_URL);
	same = last != NULL && url_normal(&normal, span_of(last), NULL) &&
	    url_parse(&a, buf_look(&normal)) &&
	    url_parse(&b, span_of(asked)) && span_is(a.host, b.host);
	buf_clear(&normal);
	return same;
}

static void
prepare(CURL *curl, const char *url, struct curl_slist *to, int64_t time)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 3L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);	/* of a name */
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "zqagent/" ZQ_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_CONNECT_TO, to);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)time);
}

/* The status of this address at `at` (see struct served); 0: none. */
static long
ask(struct served *s, const char *url, const char *at, int64_t most)
{
	int64_t left = s->end - clock_mono();
	struct curl_slist *to = NULL;
	long status = 0;
	CURLcode code;
	struct buf b;
	CURL *curl;

	if (left <= 0)
		return 0;
	buf_init(&b, LIMIT_URL);
	buf_printf(&b, "::%s%s", at != NULL ? at : "",
	    at != NULL && strcmp(at, HERE) == 0 ? ":" : "");
	if (at != NULL)
		to = curl_slist_append(NULL, buf_cstr(&b));
	buf_clear(&b);
	curl = curl_easy_init();
	must(curl != NULL);
	prepare(curl, url, to, left < most ? left : most);
	code = curl_easy_perform(curl);
	if ((code == CURLE_OK || code == CURLE_WRITE_ERROR) &&
	    is_of_host(curl, url))
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	return status;
}

static bool
is_none(long status)
{
	return status == 404 || status == 410;
}

/* The status at the site's own server. Another one may be on this machine:
 * what isn't there may be where the name leads to. */
static long
status_of(struct served *s, const char *url)
{
	const char *set = s->c->top->home_connect;
	long here, there;

	s->at = set[0] != '\0' ? set : HERE;
	here = ask(s, url, s->at, set[0] != '\0' ? SERVED_TIME : HERE_TIME);
	if (set[0] != '\0' || (here != 0 && !is_none(here)))
		return here;
	there = ask(s, url, NULL, SERVED_TIME);
	if (there != 0)
		s->at = NULL;
	return there != 0 ? there : here;
}

/* --- one source ----------------------------------------------------------- */

struct asked {
	struct buf url;		/* of the first that wasn't there */
	const char *path;	/* … and which that is */
	long status;
	size_t none, there;
};

static void
ask_all(struct served *s, const struct place *p, const struct sample *files,
    struct asked *a)
{
	struct buf url;
	long status;

	buf_init(&url, LIMIT_URL);
	for (size_t i = 0; i < files->n && a->there == 0; i++) {
		buf_reset(&url);
		if (!place_url(&url, p, files->path[i]))
			continue;
		status = status_of(s, buf_cstr(&url));
		a->none += is_none(status);
		a->there += status != 0 && !is_none(status);
		if (is_none(status) && a->path == NULL) {
			a->path = files->path[i];
			a->status = status;
			buf_span(&a->url, buf_look(&url));
		}
	}
	buf_clear(&url);
}

/* The document root is mostly the root of its host: is it there? */
static bool
is_at_root(struct served *s, const struct place *p, const char *path,
    struct buf *root)
{
	struct place other = *p;
	struct buf url;
	bool is = false;

	buf_init(&url, LIMIT_URL);
	if (url_resolve(root, span_of(p->url), SPAN("/"), NULL) &&
	    strcmp(buf_cstr(root), p->url) != 0) {
		other.url = buf_cstr(root);
		is = place_url(&url, &other, path) &&
		    status_of(s, buf_cstr(&url)) == 200;
	}
	buf_clear(&url);
	return is;
}

static void
say(struct served *s, const struct place *p, const struct asked *a,
    const char *name, struct buf *why)
{
	const char *at = s->at;
	char quoted[LOG_QUOTE_MAX];
	struct buf root;

	buf_init(&root, LIMIT_URL);
	buf_printf(why, _("source %s: %s/%s is there, but its address %s "
	    "answers %ld"), name, p->root->path, log_quote(quoted, a->path,
	    strlen(a->path)), buf_cstr(&a->url), a->status);
	if (at != NULL)
		buf_printf(why, _(" (asked at %s; home_connect says where "
		    "else the web server is)"), at);
	if (is_at_root(s, p, a->path, &root))
		buf_printf(why, _("; below %s it is there: set url = %s\n"),
		    buf_cstr(&root), buf_cstr(&root));
	else
		buf_printf(why, _("; is the path in url = %s right? Links to "
		    "what is told there lead nowhere\n"), p->url);
	buf_clear(&root);
}

static void
look_at(struct served *s, const char *name, const struct config_source *set,
    const char *by, struct buf *why)
{
	struct root root = { .fd = -1, .path = set->root };
	struct filter filter = { .include = set->include,
	    .exclude = set->exclude };
	struct place place = { .root = &root, .index = set->index };
	struct asked a = { .path = NULL };
	struct sample files;
	struct buf url;

	buf_init(&url, LIMIT_URL + 1);
	buf_init(&a.url, LIMIT_URL);
	if (url_normal(&url, span_of(set->url), NULL) &&
	    root_open(&root, set->root) == 0) {
		if (url.at[url.n - 1] != '/')
			buf_byte(&url, '/');
		place.url = buf_cstr(&url);
		sample_take(&files, &place, &filter);
		ask_all(s, &place, &files, &a);
		if (a.none > 0 && a.there == 0) {
			buf_text(why, by);
			say(s, &place, &a, name, why);
		}
		sample_clear(&files);
		root_close(&root);
	}
	buf_clear(&a.url);
	buf_clear(&url);
}

void
served_look(const struct config *c, const char *only, const char *by,
    struct buf *why)
{
	struct served s = { .c = c, .end = clock_mono() + SERVED_TIME };

	for (size_t i = 0; i < c->count; i++)
		if ((only == NULL || strcmp(c->source[i].name, only) == 0) &&
		    c->source[i].set->root != NULL &&
		    c->source[i].set->url != NULL)
			look_at(&s, c->source[i].name, c->source[i].set, by,
			    why);
}
