#include "hub/web.h"

#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/api.h"
#include "hub/counters.h"
#include "hub/dash.h"
#include "hub/feed.h"
#include "hub/http.h"
#include "hub/http_query.h"
#include "hub/metrics.h"
#include "hub/visit.h"

#define CONNECTIONS 512
#define MEMORY (1u << 20)	/* nobody posts anything here */
#define REQUEST_MS 10000
#define IDLE_MS 30000

struct web {
	const struct config *config;
	struct store *store;
	struct http *http;
};

typedef void maker_fn(struct visit *v);

/* The makers, by the beginning of the path; the route table has the same
 * paths in the same order. */
static void health(struct visit *v);
static void run(void *arg, struct http_request *r);

static const struct maker {
	const char *path;
	maker_fn *make;
} makers[] = {
	{ "/", dash_home },
	{ "/site/*", dash_site },
	{ "/search", dash_search },
	{ "/item", dash_item },
	{ "/item/*", dash_item },
	{ "/feed", feed_make },
	{ "/metrics", metrics_make },
	{ "/api/v1/*", api_make },
	{ "/style.css", dash_style },
	{ "/healthz", health },
};
#define MAKERS (sizeof(makers) / sizeof(*makers))

static void
health(struct visit *v)
{
	v->type = "text/plain";
	buf_text(v->out, "ok\n");
}

/* The row that fits, and what of the path is left for it. */
static const struct maker *
maker_of(struct span path, struct span *rest)
{
	for (size_t i = 0; i < MAKERS; i++) {
		size_t n = strlen(makers[i].path);

		*rest = SPAN_NONE;
		if (makers[i].path[n - 1] != '*') {
			if (span_is(path, span_of(makers[i].path)))
				return &makers[i];
		} else if (path.n >= n &&
		    memcmp(path.at, makers[i].path, n - 1) == 0) {
			*rest = (struct span){ .at = path.at + n - 1,
			    .n = path.n - (n - 1) };
			return &makers[i];
		}
	}
	return NULL;
}

/* --- the language --------------------------------------------------------------- */

/* The first language of ours in Accept-Language. Weights are rarely out of
 * order, and a person who minds has the link. */
static const char *
wished(struct span accept, const char *preset)
{
	for (size_t i = 0; i + 2 <= accept.n; i++) {
		bool begins = i == 0 || accept.at[i - 1] == ',' ||
		    accept.at[i - 1] == ' ';

		if (begins && strncasecmp(accept.at + i, "zh", 2) == 0)
			return "zh";
		if (begins && strncasecmp(accept.at + i, "en", 2) == 0)
			return "en";
	}
	return preset;
}

static void
choose_language(struct visit *v, const struct http_request *r)
{
	struct span lang = v->argument[VISIT_LANG];

	v->chose_language = span_is(lang, SPAN("zh")) ||
	    span_is(lang, SPAN("en"));
	if (!v->chose_language)
		v->argument[VISIT_LANG] = SPAN_NONE;
	if (v->chose_language)
		lang_switch(lang.at[0] == 'z' ? "zh" : "en");
	else
		lang_switch(wished(http_header(r, "Accept-Language"),
		    v->config->language));
}

/* --- one request ------------------------------------------------------------------ */

struct asked {		/* the decoded parts of an address */
	struct buf path;
	struct buf argument[VISIT_ARGUMENT_COUNT];
};

static bool
take_apart(struct asked *a, struct visit *v, const struct http_request *r)
{
	buf_init(&a->path, 4096);
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		buf_init(&a->argument[i], 4096);
	if (!http_query_decode(&a->path, http_path(r), false))
		return false;
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++) {
		if (!http_query_get(http_query(r), visit_names[i],
		    &a->argument[i]))
			continue;
		v->argument[i] = text_trim(buf_look(&a->argument[i]));
		if (!text_is_utf8(v->argument[i]))
			return false;
	}
	return text_is_utf8(buf_look(&a->path));
}

static void
asked_clear(struct asked *a)
{
	buf_clear(&a->path);
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		buf_clear(&a->argument[i]);
}

/* RFC 9110 §8.8.3: strong, over the very bytes. */
static void
etag(char out[40], struct span body)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf b;

	EVP_Digest(body.at != NULL ? body.at : "", body.n, hash, NULL,
	    EVP_sha256(), NULL);
	buf_init(&b, 40);
	buf_byte(&b, '"');
	text_hex(&b, hash, 16);
	buf_byte(&b, '"');
	snprintf(out, 40, "%s", buf_cstr(&b));
	buf_clear(&b);
}

static bool
is_unchanged(const struct http_request *r, const char *tag)
{
	struct span asked = http_header(r, "If-None-Match");

	return asked.n > 0 && (span_is(asked, SPAN("*")) ||
	    memmem(asked.at, asked.n, tag, strlen(tag)) != NULL);
}

static void
headers(struct http_request *r, const char *tag)
{
	http_set(r, "ETag", tag);
	http_set(r, "Cache-Control", "no-cache");
	http_set(r, "Vary", "Accept-Language");
	http_set(r, "X-Content-Type-Options", "nosniff");
	http_set(r, "Referrer-Policy", "no-referrer");
	http_set(r, "Content-Security-Policy", "default-src 'none'; "
	    "style-src 'self'; img-src 'self' data:; form-action 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'");
}

static void
answer(struct http_request *r, const struct visit *v)
{
	char tag[40];

	if (v->out->bad) {
		http_refuse(r, 500, "this page would be longer than %u bytes; "
		    "ask for less with limit=", VISIT_BODY_MAX);
		return;
	}
	etag(tag, buf_look(v->out));
	headers(r, tag);
	if (v->status == 200 && is_unchanged(r, tag))
		http_answer(r, 304, v->type, SPAN_NONE);
	else
		http_answer(r, v->status, v->type, buf_look(v->out));
}

static void
make(struct web *w, struct visit *v, const struct maker *m)
{
	v->query = query_begin(w->store);
	if (m == NULL)
		dash_fail(v, 404, _("There is no such page here."));
	else
		m->make(v);
	query_end(v->query);
}

static void
run(void *arg, struct http_request *r)
{
	struct web *w = arg;
	struct buf out;
	struct asked asked;
	struct visit v = { .config = w->config, .out = &out, .status = 200,
		.host = http_host(r), .type = DASH_TYPE };
	int64_t began = clock_mono();

	buf_init(&out, VISIT_BODY_MAX);
	if (!take_apart(&asked, &v, r)) {
		http_refuse(r, 400, "the address does not decode as UTF-8");
	} else {
		choose_language(&v, r);
		make(w, &v, maker_of(buf_look(&asked.path), &v.path));
		answer(r, &v);
	}
	asked_clear(&asked);
	buf_clear(&out);
	stats_add(COUNTER_WEB_REQUESTS, 1);
	stats_observe(COUNTER_WEB_TIME, (uint64_t)(clock_mono() - began));
}

static const struct http_route routes[] = {
	{ .method = "GET", .path = "/*", .run = run },
};

static const struct http_spec spec = {
	.connections = CONNECTIONS,
	.memory = MEMORY,
	.request = REQUEST_MS,
	.idle = IDLE_MS,
};

struct web *
web_new(struct event_base *base, const struct config *c, int fd,
    struct buf *why)
{
	struct store *store = store_open(c->dir, why);
	struct web *w;

	if (store == NULL)
		return NULL;
	w = mem_new(sizeof(*w));
	w->config = c;
	w->store = store;
	w->http = http_new(base, &spec, routes,
	    sizeof(routes) / sizeof(*routes), w);
	http_listen(w->http, fd, NULL);
	return w;
}

void
web_free(struct web *w)
{
	if (w == NULL)
		return;
	http_free(w->http);
	store_close(w->store);
	free(w);
}
