#include "hub/edge.h"

#include <stdlib.h>
#include <string.h>

#include "certs/issue.h"
#include "certs/peer.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/edge_private.h"
#include "hub/edge_serve.h"
#include "hub/http_serve.h"
#include "hub/tls.h"

#define IDLE_TIME 300000		/* ms; agents hold a long poll open */
#define LARGE_SHARE 16			/* of the memory of bodies, for large
					 * ones: see room.h */
#define LARGE_LINE 256			/* wait for that: some 20 s' worth */
#define MEASURE_TIME 1			/* s between looks at gauges */

/* --- who is it ----------------------------------------------------------- */

static void
tell_peer(struct edge *e, const struct edge_guest *g, enum frame_line what)
{
	struct frame_peer p = edge_frame_peer(g);
	struct buf body;

	buf_init(&body, 1024);
	frame_peer_write(&body, &p, what);
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
	tell_peer(e, g, FRAME_LINE_OPENED);
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
		tell_peer(e, g, FRAME_LINE_CLOSED);
		if (edge_sites_leave(e->sites, g) == 0)
			log_info("site=%s address=%s disconnected",
			    log_quote(quoted, g->code, strlen(g->code)),
			    http_conn_address(c));
	}
	free(g);
}

static void
on_http(void *arg, enum http_event what)
{
	static const enum counter counters[] = {
		[HTTP_HANDSHAKE] = COUNTER_EDGE_HANDSHAKES,
		[HTTP_HANDSHAKE_FAILED] = COUNTER_EDGE_HANDSHAKE_FAILED,
		[HTTP_REQUEST] = COUNTER_EDGE_REQUESTS,
		[HTTP_REFUSED] = COUNTER_EDGE_REFUSED,
		[HTTP_TURNED_AWAY] = COUNTER_EDGE_TURNED_AWAY,
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
		edge_serve_answer(e, f);
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

/* A large body may be long in coming, or in line here, or waiting for its turn
 * with the core; its site can't send a beat meanwhile. */
static void
tell_busy(void *arg, struct edge_guest *g)
{
	tell_peer(arg, g, FRAME_LINE_BUSY);
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
	edge_sites_each_load(e->sites, tell_busy, e);
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
		.complain = edge_serve_complain, .event = on_http,
		.open = on_open, .close = on_close,
	};
	edge_ask_init(&e->asks);
	edge_pace_init(&e->pace);
	e->sites = edge_sites_new();
	e->core = channel_new(base, core_fd, FRAME_MAX, on_frame,
	    on_core_end, e);
	e->http = http_serve_new(base, &e->spec, edge_serve_routes,
	    edge_serve_count, e);
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
