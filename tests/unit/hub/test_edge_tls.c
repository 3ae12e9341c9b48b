/*
 * Who is let in at the edge: strangers, sites of another CA, certificates that
 * have expired, enrolment; and certificates that change while it runs.
 */
#include "certs/enroll.h"
#include "certs/roll.h"
#include "hub/tls.h"
#include "tests/unit/hub/edgekit.h"

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
	/* Longer ago than the days of grace: it is told so, and asked for
	 * nothing. */
	clock_set(clock_wall() + INT64_C(86400000) *
	    (int64_t)bed.config->grace_days, clock_mono());
	buf_reset(&c.got);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "cause=\"expired\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "zqhub site reissue"));
	ck_assert_ptr_null(strstr(buf_cstr(&c.got), "want=\"renew\""));
	say(&c, "POST", ENROLL_PATH, ENROLL_TYPE, SPAN("kur"));
	ck_assert(frame_comes(FRAME_CMP));
	bed_leave(&c);
	SSL_CTX_free(ctx);
}
END_TEST

static unsigned early;

static void
on_line(enum log_level level, const char *line)
{
	if (strstr(line, "isn't good yet") == NULL)
		return;
	ck_assert_int_eq(level, LOG_LEVEL_WARN);
	early++;
}

/* The hub's clock was put back, or is years behind after a start: the agent
 * is told so, and the log says that it was; once, however often it asks. */
START_TEST(test_early)
{
	SSL_CTX *ctx = context(&bed.ca, 42);
	struct bed_client c;

	log_sink(on_line);
	clock_set(clock_wall() - 30 * INT64_C(86400000), clock_mono());
	for (int i = 0; i < 3; i++) {
		bed_connect(&c, bed.base, bed.port, ctx);
		say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
		ck_assert(bed_until_end(&c));
		ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
		    "403 Forbidden"));
		ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
		    "is good from "));
		ck_assert_ptr_null(strstr(buf_cstr(&c.got),
		    "want=\"renew\""));
		bed_leave(&c);
	}
	log_sink(quiet);
	ck_assert_uint_eq(early, 1);
	ck_assert_uint_eq(bed.kinds[FRAME_PEER], 0);
	ck_assert_uint_eq(bed.kinds[FRAME_LETTERS], 0);
	/* It is put right, and goes on by itself. */
	clock_set(clock_wall() + 30 * INT64_C(86400000), clock_mono());
	bed_connect(&c, bed.base, bed.port, ctx);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
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
	    TLS_OTHER_CA);
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

int
main(void)
{
	Suite *s = suite_create("edge_tls");
	TCase *c = tcase_create("tls");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_stranger);
	tcase_add_test(c, test_other_ca);
	tcase_add_test(c, test_run_out);
	tcase_add_test(c, test_expired);
	tcase_add_test(c, test_early);
	tcase_add_test(c, test_certificates_anew);
	tcase_add_test(c, test_cmp);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
