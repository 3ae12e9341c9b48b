/*
 * For tests of the edge: one with a CA and a core of straw behind it, and
 * clients that come with a certificate of a site, or without.
 */
#ifndef ZQ_TESTS_EDGEKIT_H
#define ZQ_TESTS_EDGEKIT_H

#include "hub/edge.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "certs/ca.h"
#include "certs/identity.h"
#include "certs/peer.h"
#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/stats.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/http_link.h"
#include "hub/init.h"
#include "protocol/changelist.h"
#include "tests/scratch.h"
#include "tests/unit/hub/http_bed.h"

static struct bed {
	char dir[64];
	struct event_base *base;
	struct edge *edge;
	struct channel *core;
	uint16_t port;
	struct ca ca;
	struct conf *file;
	const struct config *config;
	struct buf why;
	unsigned kinds[16];		/* frames that came, by kind */
	uint64_t number;		/* of the last */
	struct buf body;		/* of the last */
} bed;

static inline void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	bed.kinds[f->kind % 16]++;
	bed.number = f->number;
	buf_reset(&bed.body);
	buf_span(&bed.body, f->body);
}

static inline void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static inline void
quiet(enum log_level level, const char *line)
{
	(void)level, (void)line;
}

/* With priorities, as the part has it. */
static inline struct event_base *
make_loop(void)
{
	struct event_config *c = event_config_new();
	struct event_base *base;

	http_link_loop(c);
	base = event_base_new_with_config(c);
	event_config_free(c);
	http_link_loop_made(base);
	return base;
}

static inline void
set_up(void)
{
	char path[CONFIG_PATH_MAX];
	int pair[2], fd;

	memset(&bed, 0, sizeof(bed));
	log_sink(quiet);
	signal(SIGPIPE, SIG_IGN);	/* as the parts do */
	buf_init(&bed.why, 4096);
	buf_init(&bed.body, FRAME_MAX);
	snprintf(bed.dir, sizeof(bed.dir), "/tmp/zq-edge-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed.dir));
	ck_assert_msg(init_hub(&(struct init){ .dir = bed.dir,
	    .name = "测试 & Co", .listen = "127.0.0.1:1", .web = "" },
	    &bed.why), "%s", buf_cstr(&bed.why));
	bed.config = config_read(config_path(path, bed.dir, CONFIG_FILE),
	    &bed.file, &bed.why);
	ck_assert_ptr_nonnull(bed.config);
	ck_assert(ca_open(&bed.ca, config_path(path, bed.dir, CONFIG_CA),
	    &bed.why));
	counters_open();
	bed.base = make_loop();
	fd = bed_listen(&bed.port);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	bed.core = channel_new(bed.base, pair[0], FRAME_MAX, on_frame,
	    on_end, NULL);
	bed.edge = edge_new(bed.base, bed.config, fd, pair[1], &bed.why);
	ck_assert_msg(bed.edge != NULL, "%s", buf_cstr(&bed.why));
}

static inline void
tear_down(void)
{
	clock_release();
	edge_free(bed.edge);
	channel_free(bed.core);
	event_base_free(bed.base);
	ca_close(&bed.ca);
	conf_free(bed.file);
	stats_close();
	buf_clear(&bed.why);
	buf_clear(&bed.body);
	ck_assert_int_eq(scratch_remove(bed.dir), 0);
}

/* A client's context; site 0: without a certificate. */
static inline SSL_CTX *
context(const struct ca *ca, uint32_t site)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char path[CONFIG_PATH_MAX];
	EVP_PKEY *key;
	const char *why;
	X509 *cert;

	ck_assert(peer_client(ctx, NULL));
	ck_assert_int_eq(SSL_CTX_load_verify_file(ctx,
	    config_path(path, bed.dir, CONFIG_CA "/ca.pem")), 1);
	if (site == 0)
		return ctx;
	key = identity_make_key();
	cert = ca_issue_site(ca, key, site, "4101000001", 90, &why);
	ck_assert_ptr_nonnull(cert);
	ck_assert_int_eq(SSL_CTX_use_certificate(ctx, cert), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(cert);
	EVP_PKEY_free(key);
	return ctx;
}

static inline void
come(struct bed_client *c, uint32_t site)
{
	SSL_CTX *ctx = context(&bed.ca, site);

	bed_connect(c, bed.base, bed.port, ctx);
	SSL_CTX_free(ctx);
}

static inline void
say(struct bed_client *c, const char *method, const char *path,
    const char *type, struct span body)
{
	struct buf b;

	buf_reset(&c->got);
	buf_init(&b, 8u << 20);
	buf_printf(&b, "%s %s HTTP/1.1\r\nHost: hub\r\n", method, path);
	if (type != NULL)
		buf_printf(&b, "Content-Type: %s\r\nContent-Length: %zu\r\n",
		    type, body.n);
	buf_text(&b, "\r\n");
	buf_span(&b, body);
	bed_say(c, b.at, b.n);
	buf_clear(&b);
}

/* Turns until a frame of that kind has come. */
static inline bool
frame_comes(enum frame_kind kind)
{
	for (int i = 0; i < BED_TURNS && bed.kinds[kind] == 0; i++)
		bed_turn(bed.base);
	return bed.kinds[kind] > 0;
}

static inline void
answer(uint64_t number, const char *body)
{
	struct buf b;

	buf_init(&b, 4096);
	frame_answer_write(&b, &(struct frame_answer){ .status = 200,
	    .type = SPAN("application/xml"), .retry_after = 7,
	    .body = span_of(body) });
	channel_send(bed.core, FRAME_ANSWER, number, buf_look(&b));
	buf_clear(&b);
}

static inline void
put_list(struct buf *b, size_t count)
{
	changelist_begin(b, &(struct batch){ .incarnation = 77, .first = 5,
	    .head = 9, .now = clock_wall(), .agent = SPAN("test/1") });
	for (size_t i = 0; i < count; i++) {
		struct change c;

		change_init(&c);
		c.seq = 5 + i;
		c.kind = CHANGE_CREATED;
		c.when = clock_wall();
		c.url = SPAN("http://www.example.cn/a.html");
		c.word[WORD_TITLE] = SPAN("政务公开");
		changelist_put(b, &c);
	}
	changelist_end(b);
}

#endif
