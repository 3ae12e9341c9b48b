/*
 * Enrolment, both halves: our client against our desk in memory, and
 * openssl(1) against it over HTTP on loopback.
 */
#include "certs/enroll.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "certs/identity.h"
#include "tests/unit/certs/help.h"

/* --- the hub, in memory ------------------------------------------------------- */

static struct enroll *desk;
static struct help_book book;
static int messages;		/* that came */
static struct buf last;		/* the one that came last */
static size_t flip;		/* changes this byte of it first, if not 0 */

static void
start(void)
{
	help_start();
	desk = enroll_new(&help_ca, CA_LEAF_DAYS);
	help_book(&book);
	messages = 0;
	flip = 0;
	buf_init(&last, ENROLL_MAX);
}

static void
end(void)
{
	enroll_free(desk);
	buf_clear(&last);
	help_end();
}

static bool
send_here(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	const char *w = "?";

	(void)arg;
	messages++;
	buf_reset(&last);
	buf_span(&last, der);
	if (flip != 0)
		last.at[flip] ^= 1;
	if (help_hub(desk, &book, buf_look(&last), answer, &w))
		return true;
	buf_printf(why, "HTTP 400: %s\n", w);
	return false;
}

static bool
ask(const struct ticket *t, EVP_PKEY *key, const char *code, X509 **cert)
{
	X509 *ca = NULL;
	bool ok = enroll_ask(t, key, code, send_here, NULL, cert, &ca,
	    &help_why);

	ck_assert(ok == (ca != NULL) && ok == (*cert != NULL));
	if (ok)
		ck_assert_int_eq(X509_cmp(ca, help_ca.cert), 0);
	X509_free(ca);
	return ok;
}

/* A new key asks; it must be refused with these words. */
static void
expect_refusal(const struct ticket *t, const char *code, const char *words)
{
	EVP_PKEY *key = identity_make_key();
	X509 *cert;

	ck_assert(!ask(t, key, code, &cert));
	help_expect_why(words);
	EVP_PKEY_free(key);
}

START_TEST(test_enrols)
{
	static const char *const codes[] = { CODE, "", NULL };
	EVP_PKEY *key = identity_make_key();
	uint8_t hash[CA_KEY_HASH];
	X509 *cert;

	ck_assert_msg(ask(&book.ticket, key, codes[_i], &cert), "%s",
	    buf_cstr(&help_why));
	ck_assert_int_eq(messages, 1);	/* implicit confirmation */
	ck_assert_uint_eq(ca_site_of(cert), SITE);
	ck_assert_int_eq(X509_check_private_key(cert, key), 1);
	ck_assert_int_eq(X509_verify(cert, X509_get0_pubkey(help_ca.cert)),
	    1);
	ca_key_hash(hash, key);
	ck_assert_mem_eq(hash, book.key_hash, CA_KEY_HASH);
	X509_free(cert);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(test_other_keys)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *small = EVP_RSA_gen(1024);
	EVP_PKEY *curve = EVP_EC_gen("P-224");
	X509 *cert;

	ck_assert(!ask(&book.ticket, small, CODE, &cert));
	help_expect_why("the hub says: this RSA key is too small");
	ck_assert(!ask(&book.ticket, curve, CODE, &cert));
	help_expect_why("curve is not accepted");
	ck_assert(!book.used);		/* a bad key costs no ticket */
	ck_assert(ask(&book.ticket, rsa, CODE, &cert));
	X509_free(cert);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(small);
	EVP_PKEY_free(curve);
}
END_TEST

START_TEST(test_refusals)
{
	struct ticket t = book.ticket;

	ticket_mint(&t, help_ca.ticket_key, help_ca.pin);
	expect_refusal(&t, CODE, "the hub says: this ticket is unknown");
	t = book.ticket;
	t.secret[3] ^= 1;
	expect_refusal(&t, CODE, "secret of this ticket is damaged");
	expect_refusal(&book.ticket, "4199999999", "for another site");
	book.until = clock_wall() - 1;
	expect_refusal(&book.ticket, CODE, "has expired");
	book.until = clock_wall() + 1000;
	book.used = true;
	expect_refusal(&book.ticket, CODE, "was used before");
}
END_TEST

START_TEST(test_wrong_pin)
{
	struct ticket t = book.ticket;

	t.pin[0] ^= 1;
	expect_refusal(&t, CODE, "this is not the hub that issued the "
	    "ticket");
}
END_TEST

/* Whatever bit is changed on the way: no certificate. Every 7th byte. */
START_TEST(test_tampered)
{
	EVP_PKEY *key = identity_make_key();
	size_t n = 0;
	X509 *cert;

	book.used = true;		/* first a length to go by */
	ck_assert(!ask(&book.ticket, key, CODE, &cert));
	n = last.n;
	book.used = false;
	for (flip = 1; flip < n; flip += 7) {
		if (ask(&book.ticket, key, CODE, &cert)) {
			ck_abort_msg("a flipped bit at %zu went through",
			    flip);
		}
		ck_assert(!book.used);
		buf_reset(&help_why);
	}
	EVP_PKEY_free(key);
}
END_TEST

static bool
send_away(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	(void)der;
	if (arg == NULL) {
		buf_text(why, "the line is dead\n");
		return false;
	}
	buf_text(answer, arg);
	return true;
}

START_TEST(test_transport)
{
	EVP_PKEY *key = identity_make_key();
	X509 *cert, *ca;
	char page[] = "<html>404</html>";

	ck_assert(!enroll_ask(&book.ticket, key, CODE, send_away, NULL, &cert,
	    &ca, &help_why));
	ck_assert_str_eq(buf_cstr(&help_why), "the line is dead\n");
	buf_reset(&help_why);
	ck_assert(!enroll_ask(&book.ticket, key, CODE, send_away, page, &cert,
	    &ca, &help_why));
	help_expect_why("is no PKIMessage");
	EVP_PKEY_free(key);
}
END_TEST

/* Somebody in the middle has the ticket's pin but not its secret. */
START_TEST(test_false_hub)
{
	struct help_book other;
	struct ca stranger;
	EVP_PKEY *key = identity_make_key();
	X509 *cert;

	ck_assert(ca_create(help_path("stranger"), CLUSTER, &help_why));
	ck_assert(ca_open(&stranger, help_path("stranger"), &help_why));
	enroll_free(desk);
	desk = enroll_new(&stranger, CA_LEAF_DAYS);
	other = book;
	ck_assert(!ask(&book.ticket, key, CODE, &cert));
	help_expect_why("damaged");	/* its own, unprotected words */
	/* It learns the secret, too: then the pin holds it. */
	memcpy(stranger.ticket_key, help_ca.ticket_key, TICKET_KEY);
	book = other;
	ck_assert(!ask(&book.ticket, key, CODE, &cert));
	help_expect_why("not the hub that issued");
	ca_close(&stranger);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(test_reads_only_requests)
{
	struct enroll_request r;
	const char *why = "";

	ck_assert(!enroll_read(desk, SPAN(""), &r, &why));
	ck_assert_ptr_nonnull(strstr(why, "PKIMessage"));
	ck_assert(!enroll_read(desk, SPAN("GET / HTTP/1.1\r\n"), &r, &why));
	ck_assert(!enroll_read(desk, SPAN("\x30\x80\x00\x00"), &r, &why));
	buf_reset(&last);
	while (!last.bad && last.n < ENROLL_MAX)
		buf_byte(&last, '0');
	struct span big = { .at = last.at, .n = ENROLL_MAX + 1 };
	ck_assert(!enroll_read(desk, big, &r, &why));
	ck_assert_ptr_nonnull(strstr(why, "larger"));
}
END_TEST

/* --- renewal -------------------------------------------------------------------- */

static struct enroll_request renewal;	/* as it was read */
static const char *renewal_refusal;

static bool
send_renewal(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	const char *w = "?";

	(void)arg;
	buf_reset(&last);
	buf_span(&last, der);
	if (flip != 0 && flip < last.n)
		last.at[flip] ^= 1;
	if (enroll_read(desk, buf_look(&last), &renewal, &w) &&
	    enroll_answer(desk, buf_look(&last), renewal.site, CODE,
	    renewal.is_confirm || renewal.is_renewal ? renewal_refusal :
	    "no renewal", answer))
		return true;
	buf_printf(why, "HTTP 400: %s\n", w);
	return false;
}

START_TEST(test_renews)
{
	EVP_PKEY *key = identity_make_key(), *next = identity_make_key();
	uint8_t hash[CA_KEY_HASH];
	X509 *cert, *fresh;

	renewal_refusal = NULL;
	ck_assert(ask(&book.ticket, key, CODE, &cert));
	ck_assert_msg(enroll_renew(cert, key, help_ca.cert, next,
	    send_renewal, NULL, &fresh, &help_why), "%s",
	    buf_cstr(&help_why));
	ck_assert(renewal.is_renewal && renewal.mac_good && !renewal.has_ref);
	ck_assert_uint_eq(renewal.site, SITE);
	ca_key_hash(hash, key);
	ck_assert_mem_eq(hash, renewal.old_key_hash, CA_KEY_HASH);
	ca_key_hash(hash, next);
	ck_assert_mem_eq(hash, renewal.key_hash, CA_KEY_HASH);
	ck_assert_int_eq(X509_check_private_key(fresh, next), 1);
	ck_assert_uint_eq(ca_site_of(fresh), SITE);
	X509_free(fresh);

	renewal_refusal = "this site is blocked";
	ck_assert(!enroll_renew(cert, key, help_ca.cert, next, send_renewal,
	    NULL, &fresh, &help_why));
	help_expect_why("the hub says: this site is blocked");

	renewal_refusal = NULL;
	size_t n = last.n;
	for (flip = 1; flip < n; flip += 13) {
		bool ok = enroll_renew(cert, key, help_ca.cert, next,
		    send_renewal, NULL, &fresh, &help_why);

		/* The CA's own certificate at the end is not signed over. */
		ck_assert_msg(!ok || flip > n - 700, "at %zu of %zu", flip,
		    n);
		if (ok)
			X509_free(fresh);
		buf_reset(&help_why);
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(next);
}
END_TEST

START_TEST(test_renewal_of_strangers)
{
	EVP_PKEY *key = identity_make_key(), *next = identity_make_key();
	X509 *cert, *fresh;
	struct ca stranger;
	const char *why;

	/* Signed by a CA that has our CA's name. */
	renewal_refusal = NULL;
	ck_assert(ca_create(help_path("stranger"), CLUSTER, &help_why));
	ck_assert(ca_open(&stranger, help_path("stranger"), &help_why));
	cert = ca_issue_site(&stranger, key, SITE, CODE, 90, &why);
	ck_assert(!enroll_renew(cert, key, help_ca.cert, next, send_renewal,
	    NULL, &fresh, &help_why));
	ck_assert(!renewal.is_renewal);
	help_expect_why("must be signed with the site's own certificate");
	X509_free(cert);

	/* Out of date. */
	cert = ca_issue_site(&help_ca, key, SITE, CODE, 90, &why);
	clock_set(clock_wall() + 91 * 24 * 3600000LL, 0);
	ck_assert(!enroll_renew(cert, key, help_ca.cert, next, send_renewal,
	    NULL, &fresh, &help_why));
	help_expect_why("while that is in date");
	clock_release();
	X509_free(cert);
	ca_close(&stranger);
	EVP_PKEY_free(key);
	EVP_PKEY_free(next);
}
END_TEST

/* --- openssl(1), over HTTP --------------------------------------------------------- */

static int listener;
static pthread_t server;
static int posts;

static void
answer_http(int fd, const char *body, size_t n)
{
	struct buf answer, http;
	const char *why = "";
	bool ok;

	buf_init(&answer, ENROLL_MAX);
	buf_init(&http, ENROLL_MAX + 1000);
	ok = help_hub(desk, &book, (struct span){ .at = body, .n = n },
	    &answer, &why);
	buf_printf(&http, "HTTP/1.1 %s\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n\r\n",
	    ok ? "200 OK" : "400 Bad Request",
	    ok ? ENROLL_TYPE : "text/plain", ok ? answer.n : strlen(why));
	if (ok)
		buf_span(&http, buf_look(&answer));
	else
		buf_text(&http, why);
	if (write(fd, http.at, http.n) < 0)
		perror("write");
	buf_clear(&answer);
	buf_clear(&http);
}

static void
serve_one(int fd)
{
	static char in[ENROLL_MAX + 4096];
	size_t n = 0, length = 0;
	char *body = NULL, *header;
	ssize_t got;

	while (n < sizeof(in) - 1 &&
	    (got = read(fd, in + n, sizeof(in) - 1 - n)) > 0) {
		n += (size_t)got;
		in[n] = '\0';
		if (body == NULL && (body = strstr(in, "\r\n\r\n")) != NULL) {
			body += 4;
			header = strcasestr(in, "content-length:");
			length = header != NULL ?
			    strtoul(header + 15, NULL, 10) : 0;
		}
		if (body != NULL && n - (size_t)(body - in) >= length)
			break;
	}
	if (body != NULL) {
		posts++;
		answer_http(fd, body, length);
	}
}

static void *
serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve_one(fd);
		close(fd);
	}
	return NULL;
}

static int
serve_start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	posts = 0;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&a, n), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&a, &n), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
	return ntohs(a.sin_port);
}

static void
serve_end(void)
{
	shutdown(listener, SHUT_RDWR);
	pthread_join(server, NULL);
	close(listener);
}

/* `openssl cmp` with the ticket's text; more options after. */
static int
openssl_cmp(const char *command, const char *options)
{
	struct buf text, line;
	int port = serve_start(), rc;
	char key[300];

	buf_init(&text, 256);
	buf_init(&line, 4000);
	ticket_format(&text, &book.ticket);
	snprintf(key, sizeof(key), "openssl ecparam -name prime256v1 -genkey "
	    "-noout -out %s", help_path("new.key"));
	ck_assert_int_eq(help_run(key), 0);
	buf_printf(&line, "timeout 30 openssl cmp -config '' -cmd %s "
	    "-server 127.0.0.1:%d -path .well-known/cmp/p/zhanqun "
	    "-newkey %s -certout %s -cacertsout %s -ref %.16s "
	    "-secret pass:%.26s %s", command, port, help_path("new.key"),
	    help_path("new.pem"), help_path("new-ca.pem"), text.at + 4,
	    text.at + 4 + 17, options);
	ck_assert(!line.bad);
	rc = help_run(line.at);
	serve_end();
	buf_clear(&text);
	buf_clear(&line);
	return rc;
}

static bool
new_verifies(void)
{
	char line[1000];

	snprintf(line, sizeof(line), "openssl verify -x509_strict -CAfile %s "
	    "-purpose sslclient %s && cmp %s %s", help_path("new-ca.pem"),
	    help_path("new.pem"), help_path("new-ca.pem"),
	    help_path("ca/ca.pem"));
	return help_run(line) == 0;
}

START_TEST(test_openssl_implicit)
{
	int rc = openssl_cmp("ir", "-subject /CN=" CODE
	    " -implicit_confirm");

	ck_assert(rc == 0 || !help_log_has("success"));
	ck_assert_int_eq(posts, 1);
	ck_assert(new_verifies());
}
END_TEST

START_TEST(test_openssl_confirms)
{
	int rc = openssl_cmp("ir", "-subject /CN=" CODE);

	ck_assert(rc == 0 || !help_log_has("success"));
	ck_assert_int_eq(posts, 2);	/* ir, certConf */
	ck_assert(new_verifies());
}
END_TEST

static const struct {
	const char *command, *options, *words;
} refused[] = {
	{ "ir", "-subject /CN=" CODE " -secret pass:wrong "
	    "-unprotected_errors", "the secret of this ticket is damaged" },
	{ "ir", "-subject /CN=" CODE " -ref aaaaaaaaaaaaaaaa "
	    "-unprotected_errors", "this ticket is unknown to the hub" },
	{ "ir", "-subject /CN=" CODE " -ref hello -unprotected_errors",
	    "no ticket was given" },
	{ "ir", "-subject /CN=4199999999", "for another site" },
	{ "ir", "-subject /CN=" CODE " -popo 0", "proves possession" },
	{ "ir", "-subject /CN=" CODE " -popo -1", "proves possession" },
	{ "cr", "-subject /CN=" CODE, "takes the first request as ir" },
	{ "genm", "-subject /CN=" CODE, "400" },
};

START_TEST(test_openssl_refused)
{
	int rc = openssl_cmp(refused[_i].command, refused[_i].options);

	ck_assert_int_ne(rc, 0);
	ck_assert(help_log_has(refused[_i].words));
	ck_assert_int_ne(access(help_path("new.pem"), F_OK), 0);
	ck_assert(!book.used);
}
END_TEST

/* A hub that was restarted, or took too long, knows no deal. */
START_TEST(test_confirmation_of_nothing)
{
	struct enroll *other = enroll_new(&help_ca, 90);
	struct enroll_request r;
	const char *why = "";
	struct buf answer;
	struct span confirm;

	char options[600];

	snprintf(options, sizeof(options), "-subject /CN=" CODE
	    " -reqout '%s %s'", help_path("req1"), help_path("req2"));
	ck_assert_int_eq(openssl_cmp("ir", options), 0);
	FILE *f = fopen(help_path("req2"), "r");
	ck_assert_ptr_nonnull(f);
	last.n = 0;
	char bytes[8192];
	buf_put(&last, bytes, fread(bytes, 1, sizeof(bytes), f));
	fclose(f);
	confirm = buf_look(&last);
	buf_init(&answer, ENROLL_MAX);
	ck_assert(enroll_read(other, confirm, &r, &why));
	ck_assert(r.is_confirm);
	ck_assert(enroll_answer(other, confirm, 0, NULL, NULL, &answer));
	ck_assert_ptr_nonnull(memmem(answer.at, answer.n,
	    "no enrolment waits", 18));
	buf_clear(&answer);
	enroll_free(other);
}
END_TEST

static const char *
renew_command(int port)
{
	static char line[2000];

	snprintf(line, sizeof(line), "openssl ecparam -name prime256v1 "
	    "-genkey -noout -out %s && timeout 30 openssl cmp -config '' "
	    "-cmd kur -server 127.0.0.1:%d -path .well-known/cmp -newkey %s "
	    "-certout %s -cert %s -key %s -trusted %s -unprotected_errors",
	    help_path("new.key"), port, help_path("new.key"),
	    help_path("new.pem"), help_path("old.pem"), help_path("old.key"),
	    help_path("ca/ca.pem"));
	return line;
}

/* openssl renews, too: what we enrolled, by kur. */
START_TEST(test_openssl_renews)
{
	char options[900];
	int rc, port;

	ck_assert_int_eq(openssl_cmp("ir", "-subject /CN=" CODE), 0);
	snprintf(options, sizeof(options), "mv %s %s && mv %s %s",
	    help_path("new.key"), help_path("old.key"),
	    help_path("new.pem"), help_path("old.pem"));
	ck_assert_int_eq(help_run(options), 0);
	port = serve_start();
	rc = help_run(renew_command(port));
	serve_end();
	ck_assert(rc == 0 || !help_log_has("success"));
	ck_assert_int_eq(posts, 2);
	ck_assert(new_verifies());

	/* The old key is the site's no longer. */
	port = serve_start();
	rc = help_run(renew_command(port));
	serve_end();
	ck_assert_int_ne(rc, 0);
	ck_assert(help_log_has("this key is not the site's"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("enroll");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, start, end);
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, test_enrols, 0, 3);
	tcase_add_test(c, test_other_keys);
	tcase_add_test(c, test_refusals);
	tcase_add_test(c, test_wrong_pin);
	tcase_add_test(c, test_tampered);
	tcase_add_test(c, test_transport);
	tcase_add_test(c, test_false_hub);
	tcase_add_test(c, test_reads_only_requests);
	tcase_add_test(c, test_renews);
	tcase_add_test(c, test_renewal_of_strangers);
	tcase_add_test(c, test_openssl_implicit);
	tcase_add_test(c, test_openssl_confirms);
	tcase_add_loop_test(c, test_openssl_refused, 0,
	    sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(c, test_confirmation_of_nothing);
	tcase_add_test(c, test_openssl_renews);
	suite_add_tcase(s, c);
	return help_main(s);
}
