/*
 * The ca part with a core of straw: an agent's enrolment goes through it
 * message by message; who the core refuses gets its words and no
 * certificate; rubbish is answered and costs nothing.
 */
#include "hub/issuer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs/ca.h"
#include "certs/enroll.h"
#include "certs/identity.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "certs/signed.h"
#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "hub/frame.h"
#include "hub/init.h"
#include "tests/scratch.h"

#define TURNS 400

static struct bed {
	char dir[64];
	struct event_base *base;
	struct issuer *issuer;
	struct channel *core;
	struct conf *file;
	struct buf why, minted, answer;
	const char *refusal;	/* what the core says; NULL: granted */
	struct frame_ask asked;
	unsigned asks;
	unsigned status;	/* of the last answer */
	uint64_t number;
	bool mute;		/* the core doesn't answer */
	bool reread;		/* it said that it has */
} bed;

static void
grant(uint64_t number)
{
	struct buf b;

	buf_init(&b, 1000);
	frame_grant_write(&b, &(struct frame_grant){ .site = 7,
	    .code = SPAN("4101000001"),
	    .refusal = span_of(bed.refusal) });
	channel_send(bed.core, FRAME_GRANT, number, buf_look(&b));
	buf_clear(&b);
}

static void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	struct frame_answer a;

	(void)arg, (void)c;
	if (f->kind == FRAME_ASK) {
		bed.asks++;
		ck_assert(frame_ask_read(&bed.asked, f->body));
		bed.asked.code = SPAN_NONE;
		if (!bed.mute)
			grant(f->number);
	} else if (f->kind == FRAME_MINTED) {
		buf_span(&bed.minted, f->body);
	} else if (f->kind == FRAME_REREAD) {
		bed.reread = true;
		buf_span(&bed.answer, f->body);
	} else if (f->kind == FRAME_SIGNED) {
		bed.number = f->number;
		buf_reset(&bed.answer);
		buf_span(&bed.answer, f->body);
	} else {
		ck_assert_uint_eq(f->kind, FRAME_ANSWER);
		ck_assert_uint_eq(f->number, bed.number);
		ck_assert(frame_answer_read(&a, f->body));
		bed.status = a.status;
		buf_reset(&bed.answer);
		buf_span(&bed.answer, a.body);
	}
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static void
turn(void)
{
	event_base_loop(bed.base, EVLOOP_NONBLOCK);
	usleep(1000);
}

static void
ask(struct span der)
{
	bed.status = 0;
	channel_send(bed.core, FRAME_CMP, ++bed.number, der);
	for (int i = 0; i < TURNS && bed.status == 0; i++)
		turn();
}

/* The agent's transport. */
static bool
carry(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	(void)arg, (void)why;
	ask(der);
	ck_assert_uint_eq(bed.status, 200);
	buf_span(answer, buf_look(&bed.answer));
	return true;
}

static void
set_up(void)
{
	const struct config *config;
	char path[CONFIG_PATH_MAX];
	int pair[2];

	memset(&bed, 0, sizeof(bed));
	buf_init(&bed.why, 4096);
	buf_init(&bed.minted, 4096);
	buf_init(&bed.answer, ENROLL_MAX);
	snprintf(bed.dir, sizeof(bed.dir), "/tmp/zq-issuer-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed.dir));
	ck_assert(init_hub(&(struct init){ .dir = bed.dir, .name = "测试",
	    .listen = "127.0.0.1:1", .web = "" }, &bed.why));
	config = config_read(config_path(path, bed.dir, CONFIG_FILE),
	    &bed.file, &bed.why);
	ck_assert_ptr_nonnull(config);
	bed.base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	bed.core = channel_new(bed.base, pair[0], FRAME_MAX, on_frame,
	    on_end, NULL);
	bed.issuer = issuer_new(bed.base, config, pair[1], &bed.why);
	ck_assert_msg(bed.issuer != NULL, "%s", buf_cstr(&bed.why));
}

static void
tear_down(void)
{
	issuer_free(bed.issuer);
	channel_free(bed.core);
	event_base_free(bed.base);
	conf_free(bed.file);
	buf_clear(&bed.why);
	buf_clear(&bed.minted);
	buf_clear(&bed.answer);
	ck_assert_int_eq(scratch_remove(bed.dir), 0);
}

static void
mint(struct ticket *t, uint8_t ref[TICKET_REF])
{
	const char *why;

	channel_send(bed.core, FRAME_MINT, 1, SPAN_NONE);
	for (int i = 0; i < TURNS && bed.minted.n == 0; i++)
		turn();
	ck_assert_uint_gt(bed.minted.n, TICKET_REF);
	memcpy(ref, bed.minted.at, TICKET_REF);
	ck_assert(ticket_parse(t, (struct span){
	    .at = bed.minted.at + TICKET_REF,
	    .n = bed.minted.n - TICKET_REF }, &why));
}

START_TEST(test_enrol)
{
	EVP_PKEY *key = identity_make_key();
	uint8_t ref[TICKET_REF], hash[CA_KEY_HASH];
	X509 *cert = NULL, *ca = NULL;
	struct ticket t;

	mint(&t, ref);
	ck_assert_mem_eq(t.ref, ref, TICKET_REF);
	ck_assert_msg(enroll_ask(&t, key, "4101000001", carry, NULL, &cert,
	    &ca, &bed.why), "%s", buf_cstr(&bed.why));
	ck_assert_uint_eq(bed.asks, 1);
	ck_assert(bed.asked.has_ref && bed.asked.mac_good);
	ck_assert(!bed.asked.is_renewal);
	ck_assert_mem_eq(bed.asked.ref, ref, TICKET_REF);
	ca_key_hash(hash, key);
	ck_assert_mem_eq(bed.asked.key_hash, hash, CA_KEY_HASH);
	ck_assert_uint_eq(ca_site_of(cert), 7);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(test_refused)
{
	EVP_PKEY *key = identity_make_key();
	uint8_t ref[TICKET_REF];
	X509 *cert = NULL, *ca = NULL;
	struct ticket t;

	mint(&t, ref);
	bed.refusal = "this ticket was used yesterday";
	ck_assert(!enroll_ask(&t, key, "4101000001", carry, NULL, &cert, &ca,
	    &bed.why));
	ck_assert_ptr_null(cert);
	ck_assert_msg(strstr(buf_cstr(&bed.why), bed.refusal) != NULL, "%s",
	    buf_cstr(&bed.why));
	EVP_PKEY_free(key);
}
END_TEST

/* The secret is wrong: the core hears that the MAC was not good. */
START_TEST(test_wrong_secret)
{
	EVP_PKEY *key = identity_make_key();
	uint8_t ref[TICKET_REF];
	X509 *cert = NULL, *ca = NULL;
	struct ticket t;

	mint(&t, ref);
	t.secret[0] ^= 1;
	bed.refusal = "wrong secret";
	ck_assert(!enroll_ask(&t, key, "4101000001", carry, NULL, &cert, &ca,
	    &bed.why));
	ck_assert_uint_eq(bed.asks, 1);
	ck_assert(!bed.asked.mac_good);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(test_rubbish)
{
	ask(SPAN("rubbish"));
	ck_assert_uint_eq(bed.status, 400);
	ask(SPAN_NONE);
	ck_assert_uint_eq(bed.status, 400);
	ask(SPAN("\x30\x80\x30\x80"));
	ck_assert_uint_eq(bed.status, 400);
	ck_assert_uint_eq(bed.asks, 0);
}
END_TEST

static struct buf first;	/* the first message of an enrolment */

static bool
keep_first(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	(void)arg, (void)answer, (void)why;
	buf_reset(&first);
	buf_span(&first, der);
	return false;
}

/* A core that doesn't answer: requests under way are bounded, and the ones
 * that were taken are answered when it does. */
START_TEST(test_bounded)
{
	EVP_PKEY *key = identity_make_key();
	uint8_t ref[TICKET_REF];
	X509 *cert = NULL, *ca = NULL;
	struct ticket t;
	uint64_t last;

	buf_init(&first, ENROLL_MAX);
	mint(&t, ref);
	ck_assert(!enroll_ask(&t, key, "4101000001", keep_first, NULL, &cert,
	    &ca, &bed.why));
	ck_assert_uint_gt(first.n, 100);
	bed.mute = true;
	bed.status = 0;
	while (bed.number < 1000 && bed.status == 0) {
		channel_send(bed.core, FRAME_CMP, ++bed.number,
		    buf_look(&first));
		for (int i = 0; i < 4; i++)
			turn();
	}
	ck_assert_uint_eq(bed.status, 503);
	ck_assert_uint_eq(bed.asks, bed.number - 1);
	last = bed.number;
	bed.number = 1;
	bed.status = 0;
	grant(1);
	for (int i = 0; i < TURNS && bed.status == 0; i++)
		turn();
	ck_assert_uint_eq(bed.status, 200);
	bed.mute = false;
	bed.number = last;
	ask(buf_look(&first));
	ck_assert_uint_eq(bed.status, 200);
	buf_clear(&first);
	EVP_PKEY_free(key);
}
END_TEST

/* --- the files, while it runs ---------------------------------------------- */

static struct told {		/* what the edge heard */
	struct channel *channel;
	unsigned count;
	struct buf body;
} told;

static void
on_told(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	ck_assert_uint_eq(f->kind, FRAME_TLS);
	told.count++;
	buf_reset(&told.body);
	buf_span(&told.body, f->body);
}

static void
listen_as_edge(void)
{
	int pair[2];

	told.count = 0;
	buf_init(&told.body, FRAME_MAX);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	told.channel = channel_new(bed.base, pair[0], FRAME_MAX, on_told,
	    on_end, NULL);
	issuer_tell_edge(bed.issuer, pair[1]);
}

static void
stop_listening(void)
{
	channel_free(told.channel);
	buf_clear(&told.body);
}

/* Asks it as the core does; true if it had no complaint. */
static bool
reread(void)
{
	bed.reread = false;
	buf_reset(&bed.answer);
	channel_send(bed.core, FRAME_REREAD, ++bed.number, SPAN_NONE);
	for (int i = 0; i < TURNS && !bed.reread; i++)
		turn();
	ck_assert(bed.reread);
	for (int i = 0; i < 20; i++)
		turn();
	return bed.answer.n == 0;
}

static X509 *
told_cert(int *cas)
{
	struct frame_tls f;
	STACK_OF(X509) *certs;
	X509 *cert;

	ck_assert(frame_tls_read(&f, buf_look(&told.body)));
	certs = keep_parse_certs("CAs", f.cas, &bed.why);
	*cas = sk_X509_num(certs);
	keep_free_certs(certs);
	certs = keep_parse_certs("chain", f.chain, &bed.why);
	cert = sk_X509_shift(certs);
	keep_free_certs(certs);
	return cert;
}

START_TEST(test_hub_certificate)
{
	int64_t now = clock_wall();
	X509 *cert;
	int cas;

	listen_as_edge();
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 0);	/* nothing is new */
	clock_set(now + (CA_HUB_DAYS - 31) * INT64_C(86400000), 0);
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 0);
	clock_set(now + (CA_HUB_DAYS - 29) * INT64_C(86400000), 0);
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 1);
	cert = told_cert(&cas);
	ck_assert_int_eq(cas, 1);
	ck_assert_int_ge(ca_days_left(cert, clock_wall()), CA_HUB_DAYS - 1);
	X509_free(cert);
	clock_release();
	stop_listening();
}
END_TEST

/* As long as its CA, and not made anew for nothing each time that it is looked
 * at; when that has ended the hub starts all the same. */
START_TEST(test_hub_certificate_at_the_end)
{
	char path[CONFIG_PATH_MAX];
	X509 *cert = keep_get_cert(config_path(path, bed.dir,
	    CONFIG_CA "/ca.pem"), &bed.why);
	int64_t last = issue_time(X509_get0_notAfter(cert));
	int cas;

	X509_free(cert);
	listen_as_edge();
	clock_set(last - 20 * INT64_C(86400000), 0);
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 1);
	cert = told_cert(&cas);
	ck_assert_int_eq(issue_time(X509_get0_notAfter(cert)), last);
	X509_free(cert);
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 1);
	clock_set(last + 20 * INT64_C(86400000), 0);
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 1);
	clock_release();
	stop_listening();
}
END_TEST

START_TEST(test_rolled)
{
	char dir[CONFIG_PATH_MAX];
	X509 *cert;
	struct ca next;
	int cas;

	config_path(dir, bed.dir, CONFIG_CA);
	listen_as_edge();
	ck_assert(roll_begin(dir, &bed.why));
	ck_assert(roll_open(&next, dir, &bed.why));
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 1);
	cert = told_cert(&cas);
	ck_assert_int_eq(cas, 2);
	ck_assert_int_ne(X509_verify(cert, next.key), 1);
	X509_free(cert);
	ck_assert(roll_finish(dir, &bed.why));
	ck_assert(reread());
	ck_assert_uint_eq(told.count, 2);
	cert = told_cert(&cas);
	ck_assert_int_eq(cas, 1);
	ck_assert_int_eq(X509_verify(cert, next.key), 1);
	X509_free(cert);
	ca_close(&next);
	stop_listening();
}
END_TEST

/* What is wrong is told, and what was there stays in use. */
/* Signed in the hub's name; without its files the reason is told. */
START_TEST(test_sign)
{
	static const struct span map = SPAN("<zq:map version=\"1\"/>");
	char path[CONFIG_PATH_MAX];
	struct buf ca, out;
	struct span s;
	bool good;

	buf_init(&ca, KEEP_FILE_MAX);
	buf_init(&out, 1024);
	snprintf(path, sizeof(path), "%s/ca/ca.pem", bed.dir);
	ck_assert(keep_get(path, &ca, &bed.why));
	for (unsigned i = 0; i < 2; i++) {
		channel_send(bed.core, FRAME_SIGN, 77 + i, map);
		for (int n = 0; n < TURNS && bed.number != 77 + i; n++)
			turn();
		ck_assert(frame_signed_read(&good, &s, buf_look(&bed.answer)));
		ck_assert(good == (i == 0));
		if (i > 0)
			break;
		ck_assert_msg(signed_open(&out, s, buf_look(&ca), NULL,
		    clock_wall(), &bed.why), "%s", buf_cstr(&bed.why));
		ck_assert(span_is(buf_look(&out), map));
		snprintf(path, sizeof(path), "%s/tls/hub.pem", bed.dir);
		ck_assert_int_eq(unlink(path), 0);
	}
	ck_assert_ptr_nonnull(memmem(s.at, s.n, "hub.pem", 7));
	buf_clear(&ca);
	buf_clear(&out);
}
END_TEST

START_TEST(test_spoilt)
{
	char from[CONFIG_PATH_MAX], to[CONFIG_PATH_MAX];
	EVP_PKEY *key = identity_make_key();
	uint8_t ref[TICKET_REF];
	X509 *cert = NULL, *ca = NULL;
	struct ticket t;

	listen_as_edge();
	config_path(from, bed.dir, CONFIG_CA "/ca.pem");
	config_path(to, bed.dir, CONFIG_CA "/away");
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert(!reread());
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.answer), "ca.pem"));
	ck_assert_uint_eq(told.count, 0);
	mint(&t, ref);
	ck_assert(enroll_ask(&t, key, "4101000001", carry, NULL, &cert, &ca,
	    &bed.why));
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	ck_assert_int_eq(rename(to, from), 0);
	ck_assert(reread());
	stop_listening();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("issuer");
	TCase *t = tcase_create("issuer");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_enrol);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_wrong_secret);
	tcase_add_test(t, test_rubbish);
	tcase_add_test(t, test_bounded);
	tcase_add_test(t, test_hub_certificate);
	tcase_add_test(t, test_hub_certificate_at_the_end);
	tcase_add_test(t, test_rolled);
	tcase_add_test(t, test_sign);
	tcase_add_test(t, test_spoilt);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
