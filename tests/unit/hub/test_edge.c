/*
 * The edge with a core of straw behind it: who is let in, what reaches the
 * core and under whose name, what comes back, and what a blocked site sees.
 */
#include "hub/edge.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "certs/ca.h"
#include "certs/enroll.h"
#include "certs/identity.h"
#include "certs/peer.h"
#include "certs/roll.h"
#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "contrib/base/stats.h"
#include "hub/counters.h"
#include "hub/edge_ask.h"
#include "hub/edge_pace.h"
#include "hub/edge_sites.h"
#include "hub/frame.h"
#include "hub/http_link.h"
#include "hub/init.h"
#include "hub/tls.h"
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

static void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	bed.kinds[f->kind % 16]++;
	bed.number = f->number;
	buf_reset(&bed.body);
	buf_span(&bed.body, f->body);
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level, (void)line;
}

/* With priorities, as the part has it. */
static struct event_base *
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

static void
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

static void
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
static SSL_CTX *
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

static void
come(struct bed_client *c, uint32_t site)
{
	SSL_CTX *ctx = context(&bed.ca, site);

	bed_connect(c, bed.base, bed.port, ctx);
	SSL_CTX_free(ctx);
}

static void
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
static bool
frame_comes(enum frame_kind kind)
{
	for (int i = 0; i < BED_TURNS && bed.kinds[kind] == 0; i++)
		bed_turn(bed.base);
	return bed.kinds[kind] > 0;
}

static void
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

static void
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

START_TEST(test_hello)
{
	struct bed_client c;

	come(&c, 0);
	say(&c, "GET", "/v1/", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "/>\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "200 OK"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
	    "name=\"测试 &amp; Co\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "features=\""));
	ck_assert_uint_eq(bed.kinds[FRAME_PEER], 0);
	bed_leave(&c);
}
END_TEST

START_TEST(test_stranger)
{
	struct bed_client c;
	struct buf b;

	buf_init(&b, 65536);
	put_list(&b, 1);
	come(&c, 0);
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&b));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "403 Forbidden"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "zqagent enroll"));
	bed_leave(&c);
	come(&c, 0);
	say(&c, "GET", "/v1/letters?after=0", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "403 Forbidden"));
	bed_leave(&c);
	ck_assert_uint_eq(bed.kinds[FRAME_BATCH], 0);
	ck_assert_uint_eq(bed.kinds[FRAME_LETTERS], 0);
	buf_clear(&b);
}
END_TEST

/* A certificate that looks like ours and is of another CA. */
START_TEST(test_other_ca)
{
	char path[CONFIG_PATH_MAX];
	struct bed_client c;
	struct ca other;
	SSL_CTX *ctx;

	ck_assert(ca_create(config_path(path, bed.dir, "other"), "测试",
	    &bed.why));
	ck_assert(ca_open(&other, path, &bed.why));
	ctx = context(&other, 3);
	bed_connect(&c, bed.base, bed.port, ctx);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "403 Forbidden"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
	    "is not of this hub's CA"));
	ck_assert_uint_eq(bed.kinds[FRAME_PEER], 0);
	ck_assert_uint_eq(bed.kinds[FRAME_LETTERS], 0);
	bed_leave(&c);
	SSL_CTX_free(ctx);
	ca_close(&other);
}
END_TEST

START_TEST(test_changes)
{
	struct bed_client c;
	struct frame_batch f;
	struct span row, why;
	struct change change;
	uint64_t seq;
	struct buf b;

	buf_init(&b, 65536);
	put_list(&b, 2);
	come(&c, 42);
	ck_assert(frame_comes(FRAME_PEER));
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&b));
	ck_assert(frame_comes(FRAME_BATCH));
	ck_assert(frame_batch_read(&f, buf_look(&bed.body)));
	ck_assert_uint_eq(f.peer.site, 42);
	ck_assert_uint_eq(strncmp(f.peer.address.at, "127.0.0.1:", 10), 0);
	ck_assert_uint_eq(f.head.incarnation, 77);
	ck_assert_uint_eq(f.head.first, 5);
	ck_assert(frame_batch_next(&f, &seq, &row, &why));
	ck_assert(change_read(&change, row));
	ck_assert_uint_eq(seq, 5);
	ck_assert(span_is(change.word[WORD_TITLE], SPAN("政务公开")));
	ck_assert(frame_batch_next(&f, &seq, &row, &why));
	ck_assert_uint_eq(seq, 6);
	ck_assert(!frame_batch_next(&f, &seq, &row, &why));
	ck_assert_uint_eq(c.got.n, 0);	/* not before it is durable */
	answer(bed.number, "<taken/>");
	ck_assert(bed_until(&c, "<taken/>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "Retry-After: 7\r\n"));
	/* The connection goes on; an old number finds nobody. */
	answer(bed.number, "<twice/>");
	say(&c, "GET", "/v1/", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "zq:hub"));
	ck_assert_ptr_null(strstr(buf_cstr(&c.got), "<twice/>"));
	bed_leave(&c);
	bed.kinds[FRAME_PEER] = 0;
	ck_assert(frame_comes(FRAME_PEER));
	buf_clear(&b);
}
END_TEST

/* A crowd at the door: who is inside is answered first. */
START_TEST(test_crowd)
{
	static const char hello[] = "GET /v1/ HTTP/1.1\r\nHost: x\r\n\r\n";
	SSL_CTX *ctx = context(&bed.ca, 42);
	struct bed_client inside, crowd[30];

	come(&inside, 42);
	for (int i = 0; i < 30; i++)
		bed_connect(&crowd[i], bed.base, bed.port, NULL);
	bed_turn(bed.base);
	for (int i = 0; i < 30; i++) {
		crowd[i].ssl = SSL_new(ctx);
		SSL_set_fd(crowd[i].ssl, crowd[i].fd);
		ck_assert_int_ne(SSL_connect(crowd[i].ssl), 1);
	}
	SSL_write(inside.ssl, hello, (int)strlen(hello));
	for (int i = 0; i < 2; i++) {	/* a turn to read, one to write */
		event_base_loopexit(bed.base, NULL);
		event_base_loop(bed.base, 0);
	}
	while (bed_read(&inside))
		continue;
	ck_assert_ptr_nonnull(strstr(buf_cstr(&inside.got), "zq:hub"));
	for (int i = 0; i < 30; i++) {
		char byte;

		ck_assert_int_lt(recv(crowd[i].fd, &byte, 1, MSG_PEEK), 0);
	}
	for (int i = 0; i < 30; i++) {
		for (int n = 0; n < BED_TURNS &&
		    SSL_connect(crowd[i].ssl) != 1; n++)
			bed_turn(bed.base);
		ck_assert(SSL_is_init_finished(crowd[i].ssl));
		bed_leave(&crowd[i]);
	}
	bed_leave(&inside);
	SSL_CTX_free(ctx);
}
END_TEST

#define LARGE "POST /v1/changes HTTP/1.1\r\nHost: x\r\n" \
	"Content-Type: application/xml\r\nContent-Length: 100000\r\n\r\n"

/* A site that brings in one large body after the other at once would have
 * the room of others. What is small may come all the same. */
START_TEST(test_one_large)
{
	struct bed_client a, b, c, other;
	struct buf xml;

	come(&a, 42);
	come(&b, 42);
	come(&c, 42);
	come(&other, 43);
	bed_say(&a, LARGE, strlen(LARGE));
	bed_say(&b, LARGE, strlen(LARGE));
	ck_assert(bed_until(&b, "another large body of this site"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b.got), "Retry-After: "));
	bed_say(&other, LARGE, strlen(LARGE));
	bed_turn(bed.base);
	ck_assert_uint_eq(other.got.n, 0);
	buf_init(&xml, 65536);
	put_list(&xml, 2);
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&xml));
	ck_assert(frame_comes(FRAME_BATCH));
	bed_leave(&b);
	bed_leave(&a);		/* and with it its body */
	bed_turn(bed.base);
	come(&b, 42);
	bed_say(&b, LARGE, strlen(LARGE));
	ck_assert(!bed_until(&b, "HTTP/1.1 503 "));
	bed_leave(&b);
	bed_leave(&c);
	bed_leave(&other);
	buf_clear(&xml);
}
END_TEST

START_TEST(test_bad_lists)
{
	struct bed_client c;
	struct buf b;

	buf_init(&b, 4u << 20);
	come(&c, 42);
	say(&c, "POST", "/v1/changes", "application/xml",
	    SPAN("<urlset>\n<oops"));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "verdict=\"bad\""));
	say(&c, "POST", "/v1/changes", "application/xml", SPAN_NONE);
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	say(&c, "POST", "/v1/changes", "application/xml",
	    SPAN("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>"));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	put_list(&b, 1001);
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&b));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "1000"));
	ck_assert_uint_eq(bed.kinds[FRAME_BATCH], 0);
	ck_assert(!c.ended);
	bed_leave(&c);
	buf_clear(&b);
}
END_TEST

START_TEST(test_letters)
{
	struct frame_letters l;
	struct bed_client c;
	uint64_t number;

	come(&c, 42);
	say(&c, "GET", "/v1/letters?after=12&wait=60", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	ck_assert(frame_letters_read(&l, buf_look(&bed.body)));
	ck_assert_uint_eq(l.peer.site, 42);
	ck_assert_uint_eq(l.after, 12);
	ck_assert_uint_eq(l.wait, 60000);
	number = bed.number;
	ck_assert_uint_eq(bed.kinds[FRAME_GONE], 0);
	bed_leave(&c);
	ck_assert(frame_comes(FRAME_GONE));
	answer(number, "too late");
	bed_turn(bed.base);
	come(&c, 42);
	say(&c, "GET", "/v1/letters?after=-1", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "after must be a number"));
	say(&c, "GET", "/v1/letters?wait=61", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "wait must be a number from 0 to 60"));
	bed_leave(&c);
}
END_TEST

START_TEST(test_blocked)
{
	struct bed_client c, other;
	struct buf b;

	come(&c, 42);
	come(&other, 43);
	say(&c, "GET", "/v1/letters?wait=60", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	buf_init(&b, 1000);
	frame_site_write(&b, 42, SPAN("blocked"), SPAN("the key was lost"));
	channel_send(bed.core, FRAME_DROP, 0, buf_look(&b));
	ck_assert(bed_until_end(&c));
	bed_leave(&c);
	come(&c, 42);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "the key was lost"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "403 Forbidden"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
	    "verdict=\"blocked\""));
	ck_assert(!other.ended);
	/* The list of the blocked is told anew, and is empty. */
	channel_send(bed.core, FRAME_BLOCKED, 0, SPAN_NONE);
	bed_turn(bed.base);
	bed.kinds[FRAME_LETTERS] = 0;
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	bed_leave(&c);
	bed_leave(&other);
	buf_clear(&b);
}
END_TEST

/* It ran out while the connection was open. */
START_TEST(test_run_out)
{
	struct bed_client c;

	come(&c, 42);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	answer(bed.number, "<none/>");
	ck_assert(bed_until(&c, "<none/>"));
	clock_set(clock_wall() + 91 * INT64_C(86400000), clock_mono());
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "expired at "));
	bed_leave(&c);
}
END_TEST

/* It had run out before: a readable word, and the way to a new one. */
START_TEST(test_expired)
{
	SSL_CTX *ctx = context(&bed.ca, 42);
	struct bed_client c;

	clock_set(clock_wall() + 91 * INT64_C(86400000), clock_mono());
	bed_connect(&c, bed.base, bed.port, ctx);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "403 Forbidden"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "expired at "));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "want=\"renew\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
	    "verdict=\"blocked\""));
	ck_assert_uint_eq(bed.kinds[FRAME_PEER], 0);
	ck_assert_uint_eq(bed.kinds[FRAME_LETTERS], 0);
	say(&c, "POST", ENROLL_PATH, ENROLL_TYPE, SPAN("kur"));
	ck_assert(frame_comes(FRAME_CMP));
	bed_leave(&c);
	SSL_CTX_free(ctx);
}
END_TEST

static void
send_tls(struct channel *to)
{
	struct tls_pem pem;
	struct buf b;

	ck_assert_msg(tls_read(&pem, bed.dir, &bed.why), "%s",
	    buf_cstr(&bed.why));
	buf_init(&b, FRAME_MAX);
	frame_tls_write(&b, &(struct frame_tls){
	    .chain = buf_look(&pem.chain), .key = buf_look(&pem.key),
	    .cas = buf_look(&pem.cas) });
	channel_send(to, FRAME_TLS, 0, buf_look(&b));
	buf_clear(&b);
	tls_pem_clear(&pem);
}

static bool
is_of(const struct bed_client *c, const struct ca *ca)
{
	return X509_verify(SSL_get0_peer_certificate(c->ssl), ca->key) == 1;
}

static bool
hears_from(struct bed_client *c)
{
	say(c, "GET", "/v1/", NULL, SPAN_NONE);
	return bed_until(c, "/>\n");
}

/* A CA is rolled over: new connections get the new certificate, old ones go
 * on, and end when their CA is trusted no more. */
START_TEST(test_certificates_anew)
{
	char dir[CONFIG_PATH_MAX];
	struct bed_client old, both, other;
	struct tls_hosts hosts;
	struct channel *ca;
	struct ca next;
	SSL_CTX *ctx;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ca = channel_new(bed.base, pair[0], FRAME_MAX, on_frame, on_end,
	    NULL);
	edge_listen_to_ca(bed.edge, pair[1]);
	config_path(dir, bed.dir, CONFIG_CA);
	come(&old, 42);
	ck_assert(is_of(&old, &bed.ca));

	ck_assert(roll_begin(dir, &bed.why));
	ck_assert(roll_open(&next, dir, &bed.why));
	send_tls(ca);
	ck_assert(hears_from(&old));
	ctx = context(&next, 43);
	bed_connect(&both, bed.base, bed.port, ctx);
	ck_assert(is_of(&both, &bed.ca));
	bed.kinds[FRAME_LETTERS] = 0;
	say(&both, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));

	ck_assert(roll_finish(dir, &bed.why));
	tls_gather(&hosts, bed.config);
	ck_assert_int_eq(tls_look(bed.config, &hosts, &bed.why),
	    TLS_MADE_ANEW);
	send_tls(ca);
	ck_assert(bed_until_end(&old));
	ck_assert(!both.ended);
	bed_connect(&other, bed.base, bed.port, ctx);
	ck_assert(is_of(&other, &next));
	ck_assert(hears_from(&other));
	bed_leave(&old);
	bed_leave(&both);
	bed_leave(&other);
	SSL_CTX_free(ctx);

	/* What doesn't fit together changes nothing. */
	ctx = context(&next, 44);
	channel_send(ca, FRAME_TLS, 0, SPAN("rubbish"));
	bed_connect(&other, bed.base, bed.port, ctx);
	ck_assert(hears_from(&other));
	bed_leave(&other);
	SSL_CTX_free(ctx);
	ca_close(&next);
	channel_free(ca);
}
END_TEST

START_TEST(test_cmp)
{
	struct bed_client c;

	come(&c, 0);
	say(&c, "POST", "/.well-known/cmp", "text/plain", SPAN("x"));
	ck_assert(bed_until(&c, "415 Unsupported"));
	bed_leave(&c);
	come(&c, 0);
	say(&c, "POST", ENROLL_PATH, ENROLL_TYPE, SPAN("\x30\x00"));
	ck_assert(frame_comes(FRAME_CMP));
	ck_assert(span_is(buf_look(&bed.body), SPAN("\x30\x00")));
	answer(bed.number, "pki");
	ck_assert(bed_until(&c, "\r\n\r\npki"));
	bed_leave(&c);
}
END_TEST

/* --- the pieces ---------------------------------------------------------- */

START_TEST(test_pace)
{
	static struct edge_pace p;
	int64_t wait;
	unsigned n = 0;

	clock_set(0, 1000000);
	edge_pace_init(&p);
	while (n < 10000 && edge_pace_may(&p, 7, &wait))
		n++;
	ck_assert_uint_eq(n, EDGE_PACE_BURST);
	ck_assert_int_eq(wait, EDGE_PACE_EVERY);
	clock_set(0, 1000000 + EDGE_PACE_EVERY);
	ck_assert(edge_pace_may(&p, 7, &wait));
	ck_assert(!edge_pace_may(&p, 7, &wait));
	clock_set(0, 1000000 + 1000000);
	for (n = 0; n < 10000 && edge_pace_may(&p, 7, &wait); n++)
		;
	ck_assert_uint_eq(n, EDGE_PACE_BURST);
}
END_TEST

START_TEST(test_ask)
{
	struct edge_ask a;
	uint64_t number[200];
	int who[200];

	edge_ask_init(&a);
	for (int i = 0; i < 200; i++)
		number[i] = edge_ask_put(&a, &who[i]);
	for (int i = 0; i < 200; i++)
		ck_assert_ptr_eq(edge_ask_get(&a, number[i]), &who[i]);
	edge_ask_del(&a, number[5]);
	ck_assert_ptr_null(edge_ask_get(&a, number[5]));
	ck_assert_uint_ne(edge_ask_put(&a, &who[0]), number[5]);
	ck_assert_ptr_null(edge_ask_get(&a, number[5]));
	ck_assert_ptr_null(edge_ask_get(&a, 0));
	ck_assert_ptr_null(edge_ask_get(&a, UINT64_MAX));
	ck_assert_uint_eq(a.waiting, 200);
	edge_ask_clear(&a);
}
END_TEST

START_TEST(test_sites)
{
	struct edge_sites *s = edge_sites_new();
	struct edge_guest a = { .peer.site = 1 }, b = { .peer.site = 1 };
	struct edge_guest far = { .peer.site = 4097 };	/* the same slot */
	const char *cause;

	ck_assert_uint_eq(edge_sites_come(s, &a), 1);
	ck_assert_uint_eq(edge_sites_come(s, &far), 1);
	ck_assert_uint_eq(edge_sites_come(s, &b), 2);
	ck_assert_ptr_null(edge_sites_blocked(s, 1, &cause));
	edge_sites_block(s, 1, SPAN("retired"), SPAN("why"));
	edge_sites_block(s, 9, SPAN_NONE, SPAN_NONE);
	ck_assert_str_eq(edge_sites_blocked(s, 1, &cause), "why");
	ck_assert_str_eq(cause, "retired");
	ck_assert_str_eq(edge_sites_blocked(s, 9, &cause), "");
	ck_assert_ptr_null(edge_sites_blocked(s, 4097, &cause));
	ck_assert_uint_eq(edge_sites_leave(s, &a), 1);
	ck_assert_uint_eq(edge_sites_leave(s, &b), 0);
	ck_assert_str_eq(edge_sites_blocked(s, 1, &cause), "why");
	edge_sites_unblock_all(s);
	ck_assert_ptr_null(edge_sites_blocked(s, 1, &cause));
	ck_assert_ptr_null(edge_sites_blocked(s, 9, &cause));
	ck_assert_uint_eq(edge_sites_leave(s, &far), 0);
	edge_sites_free(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edge");
	TCase *t = tcase_create("edge"), *pieces = tcase_create("pieces");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_hello);
	tcase_add_test(t, test_stranger);
	tcase_add_test(t, test_other_ca);
	tcase_add_test(t, test_changes);
	tcase_add_test(t, test_crowd);
	tcase_add_test(t, test_one_large);
	tcase_add_test(t, test_bad_lists);
	tcase_add_test(t, test_letters);
	tcase_add_test(t, test_blocked);
	tcase_add_test(t, test_run_out);
	tcase_add_test(t, test_expired);
	tcase_add_test(t, test_certificates_anew);
	tcase_add_test(t, test_cmp);
	tcase_add_checked_fixture(pieces, NULL, clock_release);
	tcase_add_test(pieces, test_pace);
	tcase_add_test(pieces, test_ask);
	tcase_add_test(pieces, test_sites);
	suite_add_tcase(s, t);
	suite_add_tcase(s, pieces);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
