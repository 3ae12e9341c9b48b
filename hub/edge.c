#include "hub/edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/enroll.h"
#include "certs/issue.h"
#include "certs/peer.h"
#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "hub/edge_ask.h"
#include "hub/edge_pace.h"
#include "hub/edge_reconcile.h"
#include "hub/edge_sites.h"
#include "hub/edge_take.h"
#include "hub/edge_words.h"
#include "hub/frame.h"
#include "hub/http.h"
#include "hub/http_query.h"
#include "hub/http_serve.h"
#include "hub/tls.h"
#include "hub/room.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

#define IDLE_TIME 300000		/* ms; agents hold a long poll open */
#define CORE_BEHIND (16u << 20)		/* bytes not yet read by the core:
					 * then batches are told to wait */
#define BUSY_AFTER 2000			/* ms */
#define LARGE_SHARE 16			/* of the memory of bodies, for large
					 * ones: see room.h */
#define LARGE_LINE 256			/* wait for that: some 20 s' worth */
#define MEASURE_TIME 1			/* s between looks at gauges */

struct edge {
	struct event_base *base;
	const struct config *config;
	struct http_spec spec;
	struct http *http;
	SSL_CTX *ctx;
	struct channel *core, *ca;
	struct edge_ask asks;
	struct edge_sites *sites;
	struct edge_pace pace;
	struct event *measure;
	uint64_t cpu;		/* µs that were counted so far */
};

/* A request with its business: a batch being read, or a question asked. */
struct errand {
	struct edge_take *take;	/* until the core has it */
	bool is_batch;
	bool loads;		/* it is its site's large one */
	uint64_t number;	/* 0: not with the core */
	bool tells_gone;	/* the core wants to know when it's over */
	int64_t whole;		/* mono ms, when it was handed over; or 0 */
};

/* --- who is it ----------------------------------------------------------- */

static struct edge_guest *
guest_of(const struct http_request *r)
{
	return http_conn_kept(http_conn_of(r));
}

static struct frame_peer
frame_peer_of(const struct edge_guest *g)
{
	struct frame_peer p = { .site = g->peer.site,
	    .address = span_of(http_conn_address(g->conn)) };

	memcpy(p.key_hash, g->peer.key_hash, sizeof(p.key_hash));
	return p;
}

static void
tell_peer(struct edge *e, const struct edge_guest *g, bool open)
{
	struct frame_peer p = frame_peer_of(g);
	struct buf body;

	buf_init(&body, 1024);
	frame_peer_write(&body, &p, open);
	channel_send(e->core, FRAME_PEER, 0, buf_look(&body));
	buf_clear(&body);
}

static void
on_open(void *arg, struct http_conn *c)
{
	struct edge *e = arg;
	struct edge_guest *g = mem_new(sizeof(*g));
	char quoted[LOG_QUOTE_MAX];
	size_t n;

	g->conn = c;
	http_conn_keep(c, g);
	if (!peer_of(&g->peer, http_conn_ssl(c)))
		log_warn("address=%s its certificate is of our CA and names "
		    "no site", http_conn_address(c));
	if (!g->peer.known)
		return;
	issue_common_name(g->code, sizeof(g->code), X509_get_subject_name(
	    SSL_get0_peer_certificate(http_conn_ssl(c))));
	stats_add(COUNTER_EDGE_RESUMED,
	    SSL_session_reused(http_conn_ssl(c)) == 1);
	n = edge_sites_come(e->sites, g);
	tell_peer(e, g, true);
	if (n == 1)
		log_info("site=%s address=%s connected",
		    log_quote(quoted, g->code, strlen(g->code)),
		    http_conn_address(c));
}

static void
on_close(void *arg, struct http_conn *c)
{
	struct edge *e = arg;
	struct edge_guest *g = http_conn_kept(c);
	char quoted[LOG_QUOTE_MAX];

	if (g->peer.known) {
		tell_peer(e, g, false);
		if (edge_sites_leave(e->sites, g) == 0)
			log_info("site=%s address=%s disconnected",
			    log_quote(quoted, g->code, strlen(g->code)),
			    http_conn_address(c));
	}
	free(g);
}

static void
refuse_blocked(struct http_request *r, const char *cause,
    const char *reason)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_blocked(&b, cause, reason);
	stats_add(COUNTER_EDGE_REFUSED, 1);
	http_answer(r, 403, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

/* The agent may get a new one by itself, and is asked to. */
static void
refuse_expired(struct http_request *r, int64_t not_after)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_expired(&b, not_after);
	stats_add(COUNTER_EDGE_REFUSED, 1);
	http_answer(r, 403, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

static void
refuse_stranger(struct http_request *r, const struct peer *p)
{
	if (p->flaw == PEER_EXPIRED)
		refuse_expired(r, p->not_after);
	else
		http_refuse(r, 403, "%s", p->flaw == PEER_FOREIGN ?
		    edge_words_foreign() : edge_words_stranger());
}

/* The guest of a request that needs a site; NULL: it was refused. */
static struct edge_guest *
admit(struct edge *e, struct http_request *r)
{
	struct edge_guest *g = guest_of(r);
	const char *blocked, *cause;

	if (!g->peer.known) {
		refuse_stranger(r, &g->peer);
		return NULL;
	}
	blocked = edge_sites_blocked(e->sites, g->peer.site, &cause);
	if (blocked != NULL) {
		refuse_blocked(r, cause, blocked);
		return NULL;
	}
	if (g->peer.not_after < clock_wall()) {
		refuse_expired(r, g->peer.not_after);
		return NULL;
	}
	return g;
}

/* --- questions to the core ----------------------------------------------- */

static struct errand *
errand_of(struct http_request *r)
{
	struct errand *errand = http_kept(r);

	if (errand == NULL) {
		errand = mem_new(sizeof(*errand));
		http_keep(r, errand);
	}
	return errand;
}

static void
ask(struct edge *e, struct http_request *r, uint8_t kind, struct span body)
{
	struct errand *errand = errand_of(r);

	errand->number = edge_ask_put(&e->asks, r);
	errand->whole = clock_mono();
	channel_send(e->core, kind, errand->number, body);
}

/* Of every request, answered or not. */
static void
end_errand(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct errand *errand = http_kept(r);

	log_debug("site=%s address=%s %.*s %.*s%s", guest_of(r)->code,
	    http_conn_address(http_conn_of(r)), SPAN_ARGS(http_method(r)),
	    SPAN_ARGS(http_path(r)), http_answered(r) ? "" : " hung up");
	if (errand == NULL)
		return;
	if (errand->number != 0) {
		edge_ask_del(&e->asks, errand->number);
		if (errand->tells_gone)
			channel_send(e->core, FRAME_GONE, errand->number,
			    SPAN_NONE);
	}
	if (errand->loads)
		edge_sites_unload(e->sites, guest_of(r));
	edge_take_free(errand->take);
	free(errand);
}

static void
take_answer(struct edge *e, const struct frame *f)
{
	struct http_request *r = edge_ask_get(&e->asks, f->number);
	struct frame_answer a;
	struct errand *errand;
	char type[128];

	if (r == NULL)
		return;
	errand = http_kept(r);
	edge_ask_del(&e->asks, errand->number);
	errand->number = 0;
	if (!frame_answer_read(&a, f->body) || a.type.n >= sizeof(type)) {
		http_refuse(r, 500, "the hub misunderstood itself");
		return;
	}
	if (errand->is_batch)
		stats_observe(COUNTER_TAKE_TIME,
		    (uint64_t)(clock_mono() - errand->whole));
	snprintf(type, sizeof(type), "%.*s", SPAN_ARGS(a.type));
	if (a.retry_after > 0)
		http_retry(r, a.retry_after);
	http_answer(r, a.status, type, a.body);
}

/* --- changes ------------------------------------------------------------- */

static void
refuse_busy(struct http_request *r, const char *why)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_refusal(&b, VERDICT_BUSY, why, BUSY_AFTER);
	http_retry(r, BUSY_AFTER / 1000);
	http_answer(r, 503, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

static void
changes_head(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct edge_guest *g = admit(e, r);
	struct errand *errand;
	struct frame_peer p;

	if (g == NULL)
		return;
	if (channel_pending(e->core) > CORE_BEHIND) {
		refuse_busy(r, "the hub has more to write than its disk "
		    "takes; nothing is lost");
		return;
	}
	errand = errand_of(r);
	if (http_expected(r) > ROOM_SMALL) {
		if (!edge_sites_load(e->sites, g)) {
			refuse_busy(r, "another large batch of this site is "
			    "under way");
			return;
		}
		errand->loads = true;
	}
	p = frame_peer_of(g);
	errand->is_batch = true;
	errand->take = edge_take_new(&p);
}

static void
changes_body(void *arg, struct http_request *r, struct span bytes)
{
	(void)arg;
	stats_add(COUNTER_EDGE_BYTES, bytes.n);
	edge_take_feed(errand_of(r)->take, bytes, http_waited(r));
}

static void
changes_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct errand *errand = errand_of(r);
	struct span frame;
	const char *why;

	if (edge_take_finish(errand->take, &frame, &why))
		ask(e, r, FRAME_BATCH, frame);
	else
		http_refuse(r, 400, "%s", why);
	edge_take_free(errand->take);
	errand->take = NULL;
}

/* --- letters ------------------------------------------------------------- */

/* A number of the query, or preset. False: it was refused. */
static bool
number_argument(struct http_request *r, const char *name, uint64_t most,
    uint64_t *n)
{
	struct buf b;
	bool good = true;

	buf_init(&b, 32);
	if (http_query_get(http_query(r), name, &b))
		good = text_number(buf_look(&b), 0, most, n);
	else if (b.bad)
		good = false;
	if (!good)
		http_refuse(r, 400, "%s must be a number from 0 to %llu",
		    name, (unsigned long long)most);
	buf_clear(&b);
	return good;
}

static void
letters_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct edge_guest *g = admit(e, r);
	struct frame_letters l = { .after = 0 };
	uint64_t wait = 0;
	struct buf body;

	if (g == NULL || !number_argument(r, "after", INT64_MAX, &l.after) ||
	    !number_argument(r, "wait", LIMIT_POLL / 1000, &wait) ||
	    !number_argument(r, "instance", UINT64_MAX, &l.instance))
		return;
	l.peer = frame_peer_of(g);
	l.wait = (uint32_t)wait * 1000;
	errand_of(r)->tells_gone = true;
	buf_init(&body, 1024);
	frame_letters_write(&body, &l);
	ask(e, r, FRAME_LETTERS, buf_look(&body));
	buf_clear(&body);
}

/* --- reconciling --------------------------------------------------------- */

static void
reconcile_head(void *arg, struct http_request *r)
{
	struct edge *e = arg;

	if (admit(e, r) != NULL && channel_pending(e->core) > CORE_BEHIND)
		refuse_busy(r, "the hub has no time to compare now");
}

static void
reconcile_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct frame_peer p = frame_peer_of(guest_of(r));
	const char *why = NULL;
	struct buf frame;

	buf_init(&frame, FRAME_MAX - 1024);
	errand_of(r)->tells_gone = true;
	if (edge_reconcile_read(&frame, &p, http_body(r), &why))
		ask(e, r, FRAME_RECONCILE, buf_look(&frame));
	else
		http_refuse(r, 400, "%s", why);
	buf_clear(&frame);
}

/* --- enrolment and the greeting ------------------------------------------ */

static void
cmp_head(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	int64_t wait;

	if (edge_pace_may(&e->pace, http_conn_who(http_conn_of(r)), &wait))
		return;
	http_retry(r, (uint32_t)(wait / 1000) + 1);
	http_refuse(r, 429, "too many enrolments from this address; wait a "
	    "second");
}

static void
cmp_run(void *arg, struct http_request *r)
{
	ask(arg, r, FRAME_CMP, http_body(r));
}

static void
hello_run(void *arg, struct http_request *r)
{
	struct edge *e = arg;
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	edge_words_hello(&b, e->config->name);
	http_answer(r, 200, EDGE_WORDS_TYPE, buf_look(&b));
	buf_clear(&b);
}

static const struct http_route routes[] = {
	{ .method = "POST", .path = "/v1/changes", .type = CHANGELIST_TYPE,
	  .most = LIMIT_BODY, .head = changes_head, .body = changes_body,
	  .run = changes_run, .end = end_errand },
	{ .method = "GET", .path = "/v1/letters", .run = letters_run,
	  .end = end_errand },
	{ .method = "POST", .path = "/v1/reconcile", .type = CHANGELIST_TYPE,
	  .most = LIMIT_BODY, .head = reconcile_head, .run = reconcile_run,
	  .end = end_errand },
	{ .method = "POST", .path = ENROLL_PATH, .type = ENROLL_TYPE,
	  .most = ENROLL_MAX, .head = cmp_head, .run = cmp_run,
	  .end = end_errand },
	{ .method = "POST", .path = "/.well-known/cmp", .type = ENROLL_TYPE,
	  .most = ENROLL_MAX, .head = cmp_head, .run = cmp_run,
	  .end = end_errand },
	{ .method = "GET", .path = "/v1/", .run = hello_run,
	  .end = end_errand },
};

static const char *
complain(void *arg, struct http_request *r, int status, const char *why,
    struct buf *body)
{
	bool busy = status == 503 || status == 429;
	uint32_t after = http_retried(r) * 1000;

	(void)arg;
	edge_words_refusal(body, busy ? VERDICT_BUSY : VERDICT_BAD, why,
	    busy && after == 0 ? BUSY_AFTER : after);
	return EDGE_WORDS_TYPE;
}

static void
on_http(void *arg, enum http_event what)
{
	static const enum counter counters[] = {
		[HTTP_HANDSHAKE] = COUNTER_EDGE_HANDSHAKES,
		[HTTP_HANDSHAKE_FAILED] = COUNTER_EDGE_HANDSHAKE_FAILED,
		[HTTP_REQUEST] = COUNTER_EDGE_REQUESTS,
		[HTTP_REFUSED] = COUNTER_EDGE_REFUSED,
	};

	(void)arg;
	if (what != HTTP_OPENED && what != HTTP_CLOSED)
		stats_add(counters[what], 1);
}

/* --- frames from the core ------------------------------------------------ */

static void
take_drop(struct edge *e, struct span body)
{
	uint32_t site;
	struct span cause, reason;

	while (frame_site_read(&site, &cause, &reason, &body)) {
		edge_sites_block(e->sites, site, cause, reason);
		edge_sites_drop(e->sites, site);
		log_info("site=%u blocked, connections closed", site);
	}
}

static void
take_blocked(struct edge *e, struct span body)
{
	uint32_t site;
	struct span cause, reason;

	edge_sites_unblock_all(e->sites);
	while (frame_site_read(&site, &cause, &reason, &body))
		edge_sites_block(e->sites, site, cause, reason);
}

static void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	struct edge *e = arg;

	(void)c;
	switch (f->kind) {
	case FRAME_ANSWER:
		take_answer(e, f);
		break;
	case FRAME_DROP:
		take_drop(e, f->body);
		break;
	case FRAME_BLOCKED:
		take_blocked(e, f->body);
		break;
	default:
		log_warn("part=core sent a frame of kind %u, which the edge "
		    "doesn't know", f->kind);
	}
}

static void
on_core_end(void *arg, struct channel *c)
{
	struct edge *e = arg;

	(void)c;
	log_debug("part=core is gone");
	event_base_loopbreak(e->base);
}

static void
on_ca_end(void *arg, struct channel *c)
{
	struct edge *e = arg;

	(void)c;
	log_debug("part=ca is gone");
	event_base_loopbreak(e->base);
}

static void
on_measure(evutil_socket_t fd, short what, void *arg)
{
	struct edge *e = arg;
	uint64_t cpu = clock_cpu();

	(void)fd, (void)what;
	stats_set(COUNTER_EDGE_CONNECTIONS, http_serve_connections(e->http));
	stats_set(COUNTER_EDGE_BODY_MEMORY, http_serve_memory(e->http));
	stats_set(COUNTER_EDGE_BODIES_WAITING, http_serve_waiting(e->http));
	stats_add(COUNTER_EDGE_CPU, cpu - e->cpu);
	e->cpu = cpu;
}

/* --- its life ------------------------------------------------------------ */

static SSL_CTX *
open_tls(const struct config *c, struct buf *why)
{
	struct tls_pem pem;
	SSL_CTX *ctx;

	if (!tls_read(&pem, c->dir, why))
		return NULL;
	ctx = peer_server(&(struct peer_pem){ .chain = buf_look(&pem.chain),
	    .key = buf_look(&pem.key), .cas = buf_look(&pem.cas) }, why);
	tls_pem_clear(&pem);
	return ctx;
}

/* --- certificates anew --------------------------------------------------- */

/* Connections of sites whose CA is trusted no more. */
static void
drop_if_old(void *arg, struct edge_guest *g)
{
	struct edge *e = arg;

	if (peer_is_still_good(http_conn_ssl(g->conn), e->ctx))
		return;
	log_info("site=%u its certificate isn't good any more: connection "
	    "closed", g->peer.site);
	http_conn_drop(g->conn);
}

/* For connections to come; those that are there go on as they are. */
static void
take_tls(struct edge *e, struct span body)
{
	struct frame_tls f;
	struct buf why;
	SSL_CTX *ctx;

	buf_init(&why, 1024);
	if (!frame_tls_read(&f, body))
		buf_text(&why, "does not decode");
	else if ((ctx = peer_server(&(struct peer_pem){ .chain = f.chain,
	    .key = f.key, .cas = f.cas }, &why)) != NULL) {
		http_serve_tls(e->http, ctx);
		SSL_CTX_free(e->ctx);
		e->ctx = ctx;
		edge_sites_each(e->sites, drop_if_old, e);
		log_info("certificates were read again");
	}
	if (why.n > 0)
		log_error("certificates: %s", buf_cstr(&why));
	buf_clear(&why);
}

static void
on_ca_frame(void *arg, struct channel *c, const struct frame *f)
{
	(void)c;
	if (f->kind == FRAME_TLS)
		take_tls(arg, f->body);
	else
		log_warn("part=ca sent a frame of kind %u, which the edge "
		    "doesn't know", f->kind);
}

struct edge *
edge_new(struct event_base *base, const struct config *config, int listen_fd,
    int core_fd, struct buf *why)
{
	const struct timeval often = { .tv_sec = MEASURE_TIME };
	SSL_CTX *ctx = open_tls(config, why);
	struct edge *e;

	if (ctx == NULL)
		return NULL;
	e = mem_new(sizeof(*e));
	e->base = base;
	e->config = config;
	e->ctx = ctx;
	e->spec = (struct http_spec){
		.connections = config->connections,
		.memory = config->body_memory,
		.large = config->body_memory / LARGE_SHARE,
		.line = LARGE_LINE,
		.request = (int64_t)config->request_time, .idle = IDLE_TIME,
		.complain = complain, .event = on_http,
		.open = on_open, .close = on_close,
	};
	edge_ask_init(&e->asks);
	edge_pace_init(&e->pace);
	e->sites = edge_sites_new();
	e->core = channel_new(base, core_fd, FRAME_MAX, on_frame,
	    on_core_end, e);
	e->http = http_serve_new(base, &e->spec, routes,
	    sizeof(routes) / sizeof(routes[0]), e);
	http_serve_listen(e->http, listen_fd, ctx);
	e->measure = event_new(base, -1, EV_PERSIST, on_measure, e);
	must(e->measure != NULL);
	event_add(e->measure, &often);
	return e;
}

void
edge_listen_to_ca(struct edge *e, int fd)
{
	e->ca = channel_new(e->base, fd, FRAME_MAX, on_ca_frame, on_ca_end,
	    e);
}

void
edge_free(struct edge *e)
{
	if (e == NULL)
		return;
	event_free(e->measure);
	http_serve_free(e->http);
	channel_free(e->core);
	if (e->ca != NULL)
		channel_free(e->ca);
	edge_sites_free(e->sites);
	edge_ask_clear(&e->asks);
	SSL_CTX_free(e->ctx);
	free(e);
}
