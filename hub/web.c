#include "hub/web.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/api.h"
#include "hub/asked.h"
#include "hub/counters.h"
#include "hub/dash.h"
#include "hub/dash_links.h"
#include "hub/feed.h"
#include "hub/former.h"
#include "hub/http.h"
#include "hub/http_serve.h"
#include "hub/metrics.h"
#include "hub/negotiate.h"
#include "hub/visit.h"
#include "protocol/limits.h"
#include "protocol/sha.h"

#define CONNECTIONS 512
#define MEMORY (1u << 20)	/* nobody posts anything here */
#define REQUEST_MS 10000
#define IDLE_MS 30000
#define ORIGIN_MAX 1024

struct web {
	const struct config *config;
	struct store *store;
	struct former *former;
	struct http *http;
};

typedef void maker_fn(struct visit *v);

static void health(struct visit *v);

/* By path, or by its beginning if that ends in '*'. */
static const struct maker {
	const char *path;
	maker_fn *make;
} makers[] = {
	{ "/", dash_home },
	{ "/site/*", dash_site },
	{ "/search", dash_search },
	{ "/item", dash_item },
	{ "/item/*", dash_item },
	{ "/moves", dash_moves },
	{ "/moves/*", dash_move },
	{ "/hits", dash_hits },
	{ "/links", dash_links },
	{ "/links/*", dash_links },
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

/* --- who asks, and how --------------------------------------------------- */

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
		lang_switch(negotiate_language(http_header(r,
		    "Accept-Language"), v->config->language));
}

/* Where the reader found us. A proxy in front passes Host on and says in
 * X-Forwarded-Proto that it speaks TLS; zqhub.conf(5), at `web`. A Host that
 * is none is not repeated. */
static void
put_origin(struct buf *b, const struct config *c, const struct http_request *r)
{
	struct span host = http_host(r);

	buf_text(b, span_is(http_header(r, "X-Forwarded-Proto"),
	    SPAN("https")) ? "https://" : "http://");
	buf_span(b, negotiate_is_host(host) ? host : span_of(c->web));
}

/* --- the answer ---------------------------------------------------------- */

/* RFC 9110 §8.8.3: strong, over the very bytes. */
static void
put_tag(struct buf *b, struct span body)
{
	uint8_t hash[32];

	sha_of(hash, body);
	buf_byte(b, '"');
	text_hex(b, hash, 16);
	buf_byte(b, '"');
}

static void
headers(struct http_request *r, const char *tag)
{
	http_set(r, "ETag", tag);
	http_set(r, "Cache-Control", "no-cache");
	http_set(r, "Vary", "Accept-Language, X-Forwarded-Proto");
	http_set(r, "X-Content-Type-Options", "nosniff");
	http_set(r, "Referrer-Policy", "no-referrer");
	http_set(r, "Content-Security-Policy", "default-src 'none'; "
	    "style-src 'self'; img-src 'self' data:; form-action 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'");
}

static void
answer(struct http_request *r, const struct visit *v)
{
	struct buf tag;

	if (v->out->bad) {
		http_refuse(r, 500, "this page would be longer than %u bytes; "
		    "ask for less with limit=", VISIT_BODY_MAX);
		return;
	}
	buf_init(&tag, 64);
	put_tag(&tag, buf_look(v->out));
	headers(r, buf_cstr(&tag));
	if (v->status == 200 && negotiate_has_tag(http_header(r,
	    "If-None-Match"), buf_look(&tag)))
		http_answer(r, 304, NULL, SPAN_NONE);
	else
		http_answer(r, v->status, v->type, buf_look(v->out));
	buf_clear(&tag);
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

/* A program that asks the API reads JSON. */
static void
refuse(struct visit *v, struct http_request *r, const char *why)
{
	struct span path = http_path(r);

	if (path.n < 5 || memcmp(path.at, "/api/", 5) != 0) {
		http_refuse(r, 400, "%s", why);
		return;
	}
	api_refuse(v, why);
	answer(r, v);
}

/* --- former domains ------------------------------------------------------- */

/* A day is long enough for a browser to keep it: a move may be called off. */
#define MOVED_KEPT "max-age=86400"

static void
answer_former(struct http_request *r, const struct former_answer *a)
{
	struct buf text;

	lang_switch(negotiate_language(http_header(r, "Accept-Language"),
	    "en"));
	buf_init(&text, VISIT_BODY_MAX);
	if (a->status == 308) {
		http_set(r, "Location", buf_cstr(&a->to));
		http_set(r, "Cache-Control", MOVED_KEPT);
		buf_printf(&text, _("This page is now at %s\n"),
		    buf_cstr(&a->to));
	} else if (a->to.n > 0) {
		buf_printf(&text, _("There is nothing here any more. What "
		    "came after it is at %s\n"), buf_cstr(&a->to));
	} else {
		buf_text(&text, _("This site was closed.\n"));
	}
	if (a->why.n > 0)
		buf_printf(&text, "%s\n", buf_cstr(&a->why));
	http_set(r, "X-Content-Type-Options", "nosniff");
	http_answer(r, a->status, "text/plain; charset=utf-8",
	    buf_look(&text));
	stats_add(a->status == 308 ? COUNTER_FORMER_MOVED :
	    COUNTER_FORMER_GONE, 1);
	buf_clear(&text);
}

static void
put_path(struct buf *b, const struct http_request *r)
{
	buf_span(b, http_path(r));
	if (http_query(r).n > 0)
		buf_byte(b, '?');
	buf_span(b, http_query(r));
}

/* Is it for a domain that was moved or closed, and points here now? */
static bool
run_former(struct web *w, struct http_request *r)
{
	struct query *q = query_begin(w->store);
	struct former_answer a = { .status = 0 };
	struct buf path;
	bool found;

	buf_init(&path, 4 * LIMIT_URL);
	buf_init(&a.to, LIMIT_URL);
	buf_init(&a.why, LIMIT_TEXT);
	put_path(&path, r);
	found = former_look(w->former, q, http_host(r), buf_look(&path), &a);
	if (found) {
		former_note(w->former, http_host(r), buf_look(&path), &a,
		    http_header(r, "Referer"));
		answer_former(r, &a);
	}
	query_end(q);
	buf_clear(&path);
	buf_clear(&a.to);
	buf_clear(&a.why);
	return found;
}

static void
run(void *arg, struct http_request *r)
{
	struct web *w = arg;
	struct buf out, origin;
	struct asked asked;
	struct visit v = { .config = w->config, .out = &out, .status = 200,
		.type = DASH_TYPE, .former = w->former };
	int64_t began = clock_mono();
	const char *why;

	if (run_former(w, r))
		return;

	buf_init(&out, VISIT_BODY_MAX);
	buf_init(&origin, ORIGIN_MAX);
	asked_init(&asked);
	put_origin(&origin, w->config, r);
	v.origin = buf_look(&origin);
	if (!asked_read(&asked, http_path(r), http_query(r), &v, &why)) {
		refuse(&v, r, why);
	} else {
		choose_language(&v, r);
		make(w, &v, maker_of(buf_look(&asked.path), &v.path));
		answer(r, &v);
	}
	asked_clear(&asked);
	buf_clear(&origin);
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
	store_silence(store, c->silent_after);
	w = mem_new(sizeof(*w));
	w->config = c;
	w->store = store;
	w->former = former_new();
	w->http = http_serve_new(base, &spec, routes,
	    sizeof(routes) / sizeof(*routes), w);
	http_serve_listen(w->http, fd, NULL);
	return w;
}

void
web_free(struct web *w)
{
	if (w == NULL)
		return;
	http_serve_free(w->http);
	former_free(w->former);
	store_close(w->store);
	free(w);
}
