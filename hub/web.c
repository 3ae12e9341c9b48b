#include "hub/web.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/api.h"
#include "hub/counters.h"
#include "hub/dash.h"
#include "hub/dash_alert.h"
#include "hub/dash_links.h"
#include "hub/dash_notice.h"
#include "hub/dash_sign.h"
#include "hub/feed.h"
#include "hub/http_query.h"
#include "hub/http_serve.h"
#include "hub/markup.h"
#include "hub/metrics.h"
#include "hub/negotiate.h"
#include "hub/pulse.h"
#include "hub/script.h"
#include "hub/share.h"
#include "hub/web_inside.h"
#include "protocol/limits.h"
#include "protocol/sha.h"

#define MEMORY (1u << 20)	/* forms are small */
#define REQUEST_MS 10000
#define IDLE_MS 30000
#define ORIGIN_MAX 1024
/* An address to go on at, in a head that a proxy takes: it may be a page's
 * with the query of a search, percent-encoded once more. */
#define NEXT_MAX 2048

typedef void maker_fn(struct visit *v);

static void health(struct visit *v);

/* By path, or by its beginning if that ends in '*'. */
static const struct maker {
	const char *path;
	maker_fn *make;
	bool open;		/* to everybody, whatever is set */
	bool forms;		/* by which people act stand on it */
} makers[] = {
	{ "/", dash_home, false, false },
	{ "/now", dash_now, false, false },
	{ "/beside", dash_beside, false, false },
	{ "/sites", dash_sites, false, false },
	{ "/alerts", dash_alerts, false, true },
	{ "/alerts/*", dash_alert, false, true },
	{ "/notices", dash_notices, false, true },
	{ "/signin", dash_sign, true, false },
	{ "/live.js", script_make, true, false },
	{ "/site/*", dash_site, false, true },
	{ "/search", dash_search, false, false },
	{ "/item", dash_item, false, false },
	{ "/item/*", dash_item, false, false },
	{ "/moves", dash_moves, false, false },
	{ "/moves/*", dash_move, false, true },
	{ "/hits", dash_hits, false, false },
	{ "/links", dash_links, false, false },
	{ "/links/*", dash_links, false, false },
	{ "/feed", feed_make, false, false },
	{ "/metrics", metrics_make, true, false },
	{ "/api/v1/*", api_make, false, false },
	{ "/style.css", dash_style, true, false },
	{ "/healthz", health, true, false },
};
#define MAKERS (sizeof(makers) / sizeof(*makers))

/* Not if the core hangs: then all that is read here grows old. */
static void
health(struct visit *v)
{
	struct pulse_head head;
	bool hangs = pulse_look(&head) &&
	    clock_wall() - head.alive >= PULSE_STALE;

	v->type = "text/plain";
	v->status = hangs ? 503 : 200;
	buf_text(v->out, hangs ? "the hub's core does not answer\n" :
	    "ok\n");
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

/* What is shown to one reader is kept by nobody else. */
static void
headers(struct http_request *r, const struct visit *v, const char *tag)
{
	http_set(r, "ETag", tag);
	http_set(r, "Cache-Control", v->who.role != USER_NONE ?
	    "private, no-cache" : "no-cache");
	http_set(r, "Vary", "Accept-Language, Cookie, X-Forwarded-Proto");
	http_set(r, "X-Content-Type-Options", "nosniff");
	http_set(r, "Referrer-Policy", "same-origin");
	http_set(r, "Content-Security-Policy", "default-src 'none'; "
	    "style-src 'self'; script-src 'self'; connect-src 'self'; "
	    "img-src 'self' data:; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'");
}

void
web_answer(struct http_request *r, const struct visit *v)
{
	struct buf tag;

	if (v->out->bad) {
		http_refuse(r, 500, "this page would be longer than %u bytes; "
		    "ask for less with limit=", VISIT_BODY_MAX);
		return;
	}
	buf_init(&tag, 64);
	put_tag(&tag, buf_look(v->out));
	headers(r, v, buf_cstr(&tag));
	if (v->status == 200 && negotiate_has_tag(http_header(r,
	    "If-None-Match"), buf_look(&tag)))
		http_answer(r, 304, NULL, SPAN_NONE);
	else
		http_answer(r, v->status, v->type, buf_look(v->out));
	buf_clear(&tag);
}

/* A path of ours: "//host" and "/\\host" are elsewhere to a browser. */
static bool
is_path(struct span s)
{
	return s.n > 0 && s.at[0] == '/' && (s.n == 1 ||
	    (s.at[1] != '/' && s.at[1] != '\\')) &&
	    memchr(s.at, '\\', s.n) == NULL;
}

static const char *const languages[] = { "zh", "en", NULL };

static void
add_argument(struct buf *url, const char *name, struct span value)
{
	buf_printf(url, "%c%s=%.*s", memchr(url->at, '?', url->n) != NULL ?
	    '&' : '?', name, SPAN_ARGS(value));
}

static bool
asks_for(struct span query, const char *lang)
{
	struct buf value;
	bool so;

	buf_init(&value, NEXT_MAX);
	so = http_query_get(query, "lang", &value) && (lang == NULL ||
	    span_is(buf_look(&value), span_of(lang)));
	buf_clear(&value);
	return so;
}

static struct span
query_of(struct span path)
{
	const char *mark = memchr(path.at, '?', path.n);

	return mark == NULL ? SPAN_NONE : (struct span){ mark + 1,
	    (size_t)(path.at + path.n - mark) - 1 };
}

void
web_see(struct http_request *r, struct span path, const char *done)
{
	struct buf to;

	buf_init(&to, 2 * NEXT_MAX);
	if (!is_path(path) || path.n > NEXT_MAX)
		path = SPAN("/");
	buf_span(&to, path);
	for (const char *const *l = languages; *l != NULL; l++)
		if (asks_for(http_query(r), *l) &&
		    !asks_for(query_of(path), NULL))
			add_argument(&to, "lang", span_of(*l));
	if (done != NULL)
		add_argument(&to, "done", span_of(done));
	http_set(r, "Location", buf_cstr(&to));
	http_set(r, "Cache-Control", "no-store");
	http_answer(r, 303, NULL, SPAN_NONE);
	buf_clear(&to);
}

/* --- a visit ------------------------------------------------------------- */

static bool
is_api(const struct http_request *r)
{
	return text_starts(http_path(r), "/api/");
}

/* A program that asks the API reads JSON. */
static void
refuse(struct visit *v, struct http_request *r, int status, const char *why)
{
	if (!is_api(r)) {
		http_refuse(r, status, "%s", why);
		return;
	}
	api_refuse(v, why);
	v->status = status;
	web_answer(r, v);
}

bool
web_visit_begin(struct web *w, struct web_visit *x, struct http_request *r)
{
	const char *why;

	x->v = (struct visit){ .config = w->config, .out = &x->out,
		.status = 200, .type = DASH_TYPE, .former = w->former,
		.overview = w->overview, .live = w->live };
	buf_init(&x->out, VISIT_BODY_MAX);
	buf_init(&x->origin, ORIGIN_MAX);
	asked_init(&x->asked);
	put_origin(&x->origin, w->config, r);
	x->v.origin = buf_look(&x->origin);
	x->v.query = query_begin(w->store);
	if (!asked_read(&x->asked, http_path(r), http_query(r), &x->v,
	    &why)) {
		refuse(&x->v, r, 400, why);
		return false;
	}
	choose_language(&x->v, r);
	web_sign_who(w, &x->v, r);
	return true;
}

bool
web_visit_page(struct web_visit *x, struct span path)
{
	struct visit *v = &x->v;
	const struct maker *m;
	const char *why;

	asked_clear(&x->asked);
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		v->argument[i] = SPAN_NONE;
	path.n -= query_of(path).n;
	if (path.n > 0 && path.at[path.n - 1] == '?')
		path.n--;
	if (!asked_read(&x->asked, path, SPAN_NONE, v, &why))
		return false;
	if (v->chose_language)
		v->argument[VISIT_LANG] = span_of(lang_now());
	m = maker_of(buf_look(&x->asked.path), &v->path);
	if (m == NULL || !m->forms)
		return false;
	buf_reset(v->out);
	m->make(v);
	return true;
}

void
web_visit_end(struct web_visit *x)
{
	query_end(x->v.query);
	asked_clear(&x->asked);
	buf_clear(&x->origin);
	buf_clear(&x->out);
}

/* --- former domains ------------------------------------------------------- */

/* A day is long enough for a browser to keep it: a move may be called off. */
#define MOVED_KEPT "max-age=86400"

static void
put_gone(struct buf *text, const struct former_answer *a)
{
	if (a->status == 404)
		buf_text(text, _("There is no such page here, and there never "
		    "was one.\n"));
	if (a->to.n == 0)
		buf_text(text, _("This site was closed.\n"));
	else if (a->status == 404)
		buf_printf(text, _("What came after this site is at %s\n"),
		    buf_cstr(&a->to));
	else
		buf_printf(text, _("There is nothing here any more. What "
		    "came after it is at %s\n"), buf_cstr(&a->to));
}

static void
answer_former(struct web *w, struct http_request *r,
    const struct former_answer *a)
{
	struct buf text;

	lang_switch(negotiate_language(http_header(r, "Accept-Language"),
	    w->config->language));
	buf_init(&text, VISIT_BODY_MAX);
	if (a->status == 308) {
		http_set(r, "Location", buf_cstr(&a->to));
		http_set(r, "Cache-Control", MOVED_KEPT);
		buf_printf(&text, _("This page is now at %s\n"),
		    buf_cstr(&a->to));
	} else {
		put_gone(&text, a);
	}
	if (a->why.n > 0)
		buf_printf(&text, "%s\n", buf_cstr(&a->why));
	http_set(r, "X-Content-Type-Options", "nosniff");
	http_answer(r, a->status, "text/plain; charset=utf-8",
	    buf_look(&text));
	stats_add(a->status == 308 ? COUNTER_FORMER_MOVED :
	    a->status == 404 ? COUNTER_FORMER_NEVER : COUNTER_FORMER_GONE, 1);
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
	buf_init(&a.url, LIMIT_URL);
	buf_init(&a.to, LIMIT_URL);
	buf_init(&a.why, LIMIT_TEXT);
	put_path(&path, r);
	found = former_look(w->former, q, http_host(r), buf_look(&path), &a);
	if (found) {
		former_note(w->former, &a, http_header(r, "Referer"));
		answer_former(w, r, &a);
	}
	query_end(q);
	buf_clear(&path);
	buf_clear(&a.url);
	buf_clear(&a.to);
	buf_clear(&a.why);
	return found;
}

/* What was asked for, or its path alone if all of it is too long. */
static void
put_next(struct buf *b, const struct http_request *r)
{
	struct buf path;
	size_t n = b->n;

	buf_init(&path, LIMIT_HEADERS);
	put_path(&path, r);
	markup_argument(b, buf_look(&path));
	if (b->n > NEXT_MAX - sizeof("&lang=zh")) {
		buf_cut(b, n);
		markup_argument(b, text_cut(http_path(r), 512));
	}
	buf_clear(&path);
}

/* To whom reading isn't open the way to sign in is shown. */
static void
send_to_sign_in(struct visit *v, struct http_request *r)
{
	struct buf to;

	if (is_api(r) || text_starts(http_path(r), "/feed")) {
		refuse(v, r, 403, "sign in first");
		return;
	}
	buf_init(&to, 3 * LIMIT_HEADERS);
	buf_text(&to, "/signin?next=");
	put_next(&to, r);
	if (v->chose_language)
		buf_printf(&to, "&lang=%.*s",
		    SPAN_ARGS(v->argument[VISIT_LANG]));
	web_see(r, buf_look(&to), NULL);
	buf_clear(&to);
}

static void
make(struct web *w, struct visit *v, struct http_request *r,
    const struct maker *m)
{
	if (w->config->web_sign_in && v->who.role == USER_NONE &&
	    (m == NULL || !m->open)) {
		send_to_sign_in(v, r);
		return;
	}
	if (m == NULL && text_starts(http_path(r), "/act/")) {
		web_see(r, SPAN("/"), NULL);	/* "reload" */
		return;
	}
	if (m == NULL)
		dash_fail(v, 404, _("There is no such page here."));
	else
		m->make(v);
	web_answer(r, v);
}

static void
run(void *arg, struct http_request *r)
{
	int64_t began = clock_mono();
	struct web *w = arg;
	struct web_visit x;

	if (run_former(w, r))
		return;
	if (web_visit_begin(w, &x, r))
		make(w, &x.v, r, maker_of(buf_look(&x.asked.path),
		    &x.v.path));
	web_visit_end(&x);
	stats_add(COUNTER_WEB_REQUESTS, 1);
	stats_observe(COUNTER_WEB_TIME, (uint64_t)(clock_mono() - began));
}

/* --- its life ------------------------------------------------------------- */

#define FORM "application/x-www-form-urlencoded"

static const struct http_route routes[] = {
	{ .method = "GET", .path = "/live", .run = web_live_run,
	  .end = web_live_end },
	{ .method = "GET", .path = "/*", .run = run },
	{ .method = "POST", .path = "/signin", .type = FORM,
	  .most = WEB_FORM, .run = web_sign_in },
	{ .method = "POST", .path = "/signout", .type = FORM,
	  .most = WEB_FORM, .run = web_sign_out },
	{ .method = "POST", .path = "/act/*", .type = FORM,
	  .most = WEB_FORM, .run = web_act_run, .end = web_act_end },
};

/* Who finds no place is told nothing: the operator is. */
static void
on_http(void *arg, enum http_event what)
{
	struct web *w = arg;
	size_t open = http_serve_connections(w->http);
	uint64_t due;

	if (what == HTTP_OPENED || what == HTTP_CLOSED)
		stats_set(COUNTER_WEB_CONNECTIONS, open);
	if (what != HTTP_TURNED_AWAY)
		return;
	stats_add(COUNTER_WEB_TURNED_AWAY, 1);
	if ((due = seldom_due(&w->turned)) > 0)
		log_warn("connections=%zu turned_away=%" PRIu64 ": their "
		    "address has its share; there are %zu for all others, "
		    "and as many for web_proxy (web_live)", open, due,
		    w->spec.connections);
}

static struct http_spec
spec_of(const struct config *c)
{
	return (struct http_spec){
		.connections = web_connections(c),
		.trusted = share_who_said(span_of(c->web_proxy)),
		.memory = MEMORY,
		.request = REQUEST_MS,
		.idle = IDLE_MS,
		.event = on_http,
	};
}

struct web *
web_new(struct event_base *base, const struct config *c, int fd, int page_fd,
    struct buf *why)
{
	struct store *store = store_open(c->dir, why);
	struct web *w;

	if (store == NULL)
		return NULL;
	store_heed(store, c);
	w = mem_new(sizeof(*w));
	w->config = c;
	w->store = store;
	w->former = former_new();
	users_follow(&w->users, c->dir);
	w->sessions = sessions_new(c->dir, (int64_t)c->web_session);
	w->guesses = guesses_new();
	w->overview = overview_new();
	web_live_begin(w, base);
	w->acts = web_acts_new(base, page_fd, w);
	w->hits = web_hits_new(base, w);
	w->spec = spec_of(c);
	w->http = http_serve_new(base, &w->spec, routes,
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
	web_hits_free(w->hits);
	web_acts_free(w->acts);
	live_free(w->live);
	overview_free(w->overview);
	guesses_free(w->guesses);
	sessions_free(w->sessions);
	users_clear(&w->users);
	former_free(w->former);
	store_close(w->store);
	free(w);
}
