/*
 * TLS as it really happens: our server's context on loopback, libcurl and a
 * bare OpenSSL client against it.
 */
#include "certs/peer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "certs/identity.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "tests/unit/certs/help.h"

static const char *const hosts[] = { "hub.example", NULL };

/* --- the server ---------------------------------------------------------- */

static SSL_CTX *server_ctx;
static int listener, port;
static pthread_t thread;

static struct {		/* of the last connection; read after drain() */
	int count;
	bool shook, named, resumed;
	struct peer peer;
} seen;

static void
serve_one(int fd)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3"
	    "\r\nConnection: close\r\n\r\nyes";
	SSL *ssl = SSL_new(server_ctx);
	char in[4096];

	SSL_set_fd(ssl, fd);
	seen.shook = SSL_accept(ssl) == 1;
	if (seen.shook) {
		seen.named = peer_of(&seen.peer, ssl);
		seen.resumed = SSL_session_reused(ssl) == 1;
		if (SSL_read(ssl, in, sizeof(in)) > 0)
			SSL_write(ssl, answer, sizeof(answer) - 1);
		SSL_shutdown(ssl);
	}
	ERR_clear_error();
	SSL_free(ssl);
	__atomic_add_fetch(&seen.count, 1, __ATOMIC_SEQ_CST);
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

/* Waits until the server is done with that many, for 10 s at most. */
static void
drain(int count)
{
	for (int i = 0; i < 1000; i++) {
		if (__atomic_load_n(&seen.count, __ATOMIC_SEQ_CST) >= count)
			return;
		usleep(10000);
	}
	ck_abort_msg("the server never ended");
}

/* From three files, one of which may not be there. */
static SSL_CTX *
server(const char *chain, const char *key, const char *cas)
{
	const char *path[] = { chain, key, cas };
	struct buf b[3], quiet;
	SSL_CTX *ctx;

	buf_init(&quiet, 4096);
	for (int i = 0; i < 3; i++) {
		buf_init(&b[i], 65536);
		(void)keep_get(path[i], &b[i], &quiet);
	}
	ctx = peer_server(&(struct peer_pem){ .chain = buf_look(&b[0]),
	    .key = buf_look(&b[1]), .cas = buf_look(&b[2]) }, &help_why);
	for (int i = 0; i < 3; i++)
		buf_clear(&b[i]);
	buf_clear(&quiet);
	return ctx;
}

static void
start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	help_start();
	memset(&seen, 0, sizeof(seen));
	ck_assert(ca_issue_hub(&help_ca, CLUSTER, hosts, CA_HUB_DAYS,
	    help_path("hub.key"), help_path("hub.pem"), &help_why));
	server_ctx = server(help_path("hub.pem"), help_path("hub.key"),
	    help_path("ca/ca.pem"));
	ck_assert_msg(server_ctx != NULL, "%s", buf_cstr(&help_why));
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&a, n), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&a, &n), 0);
	port = ntohs(a.sin_port);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
}

static void
end(void)
{
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(listener);
	SSL_CTX_free(server_ctx);
	help_end();
}

/* --- libcurl ------------------------------------------------------------- */

static CURLcode
on_ctx(CURL *curl, void *ctx, void *pin)
{
	(void)curl;
	return peer_client(ctx, pin) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static size_t
on_body(char *at, size_t size, size_t n, void *arg)
{
	(void)at, (void)arg;
	return size * n;
}

/* GET from that host name, which leads to our server. */
static CURLcode
get(const char *host, const uint8_t *pin, const char *ca, long *verify)
{
	struct curl_slist *resolve;
	CURL *curl = curl_easy_init();
	char url[256], to[256];
	CURLcode rc;

	snprintf(url, sizeof(url), "https://%s:%d/", host, port);
	snprintf(to, sizeof(to), "%s:%d:127.0.0.1", host, port);
	resolve = curl_slist_append(NULL, to);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_RESOLVE, resolve);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_ctx);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, pin);
	rc = curl_easy_perform(curl);
	*verify = -1;
	curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, verify);
	curl_easy_cleanup(curl);
	curl_slist_free_all(resolve);
	return rc;
}

START_TEST(test_pin)
{
	long verify;

	ck_assert_int_eq(get("hub.example", help_ca.pin, NULL, &verify),
	    CURLE_OK);
	drain(1);
	ck_assert(seen.shook && seen.named && !seen.peer.known);
}
END_TEST

START_TEST(test_wrong_pin)
{
	uint8_t pin[TICKET_PIN];
	long verify;

	memcpy(pin, help_ca.pin, TICKET_PIN);
	pin[15] ^= 1;
	ck_assert_int_eq(get("hub.example", pin, NULL, &verify),
	    CURLE_PEER_FAILED_VERIFICATION);
	ck_assert_ptr_nonnull(strstr(peer_why(verify),
	    "this is not the hub that issued the ticket"));
	drain(1);
	ck_assert(!seen.shook);
}
END_TEST

/* The pin doesn't make every name good. */
START_TEST(test_pin_and_other_host)
{
	long verify;

	ck_assert_int_eq(get("other.example", help_ca.pin, NULL, &verify),
	    CURLE_PEER_FAILED_VERIFICATION);
	ck_assert_ptr_nonnull(strstr(peer_why(verify),
	    "not for the name in its address"));
	drain(1);
	ck_assert(seen.shook);		/* so it was the name */
}
END_TEST

/* The CA's certificate is public: showing it proves nothing. */
START_TEST(test_borrowed_ca)
{
	struct ca stranger;
	char line[1000];
	SSL_CTX *good = server_ctx;
	long verify;

	ck_assert(ca_create(help_path("s"), CLUSTER, &help_why));
	ck_assert(ca_open(&stranger, help_path("s"), &help_why));
	ck_assert(ca_issue_hub(&stranger, CLUSTER, hosts, 1,
	    help_path("s.key"), help_path("s.pem"), &help_why));
	snprintf(line, sizeof(line), "cat %s >>%s", help_path("ca/ca.pem"),
	    help_path("s.pem"));
	ck_assert_int_eq(help_run(line), 0);
	server_ctx = server(help_path("s.pem"), help_path("s.key"),
	    help_path("ca/ca.pem"));
	ck_assert_msg(server_ctx != NULL, "%s", buf_cstr(&help_why));
	ck_assert_int_eq(get("hub.example", help_ca.pin, NULL, &verify),
	    CURLE_PEER_FAILED_VERIFICATION);
	ck_assert_int_ne(verify, X509_V_OK);
	drain(1);
	ck_assert(!seen.shook);
	SSL_CTX_free(server_ctx);
	server_ctx = good;
	ca_close(&stranger);
}
END_TEST

START_TEST(test_hub_out_of_date)
{
	int64_t now = clock_wall();
	long verify;

	clock_set(now + (CA_HUB_DAYS + 1) * 24 * 3600000LL, 0);
	ck_assert_int_eq(get("hub.example", help_ca.pin, NULL, &verify),
	    CURLE_PEER_FAILED_VERIFICATION);
	ck_assert_ptr_nonnull(strstr(peer_why(verify), "check the clocks"));
	clock_set(now - 24 * 3600000LL, 0);	/* so far they may lag */
	ck_assert_int_eq(get("hub.example", help_ca.pin, NULL, &verify),
	    CURLE_OK);
	clock_set(now - ISSUE_EARLY * 1000LL - 3600000, 0);
	ck_assert_int_eq(get("hub.example", help_ca.pin, NULL, &verify),
	    CURLE_PEER_FAILED_VERIFICATION);
	ck_assert_ptr_nonnull(strstr(peer_why(verify), "check the clocks"));
}
END_TEST

START_TEST(test_by_file)
{
	long verify;

	ck_assert_int_eq(get("hub.example", NULL, help_path("ca/ca.pem"),
	    &verify), CURLE_OK);
	ck_assert(ca_create(help_path("s"), CLUSTER, &help_why));
	ck_assert_int_eq(get("hub.example", NULL, help_path("s/ca.pem"),
	    &verify), CURLE_PEER_FAILED_VERIFICATION);
}
END_TEST

/* --- a bare client ------------------------------------------------------- */

static SSL_SESSION *session;

static int
on_session(SSL *ssl, SSL_SESSION *s)
{
	(void)ssl;
	SSL_SESSION_free(session);
	session = s;
	return 1;
}

struct caller {
	EVP_PKEY *key;
	X509 *cert;
	int version;		/* 0: any */
	bool resume;
};

/* The reason of the first error, 0 if the answer came. */
static int
call(const struct caller *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)port) };
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	SSL *ssl;
	char in[512];
	int rc = 0, n;

	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL_STORE);
	SSL_CTX_sess_set_new_cb(ctx, on_session);
	if (c->version != 0)
		SSL_CTX_set_max_proto_version(ctx, c->version);
	if (c->cert != NULL) {
		ck_assert_int_eq(SSL_CTX_use_certificate(ctx, c->cert), 1);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, c->key), 1);
	}
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (c->resume)
		SSL_set_session(ssl, session);
	ERR_clear_error();
	if (SSL_connect(ssl) != 1 ||
	    SSL_write(ssl, "GET / HTTP/1.0\r\n\r\n", 18) != 18)
		rc = ERR_GET_REASON(ERR_peek_error());
	while (rc == 0 && (n = SSL_read(ssl, in, sizeof(in))) <= 0)
		rc = ERR_GET_REASON(ERR_peek_error());
	if (rc == 0) {
		while (SSL_read(ssl, in, sizeof(in)) > 0)
			continue;
		ck_assert_int_eq(SSL_version(ssl), TLS1_3_VERSION);
		ck_assert_int_eq(sk_X509_NAME_num(
		    SSL_get0_peer_CA_list(ssl)),
		    SSL_session_reused(ssl) ? -1 : 1);
		SSL_shutdown(ssl);
	}
	ERR_clear_error();
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return rc;
}

START_TEST(test_known_and_resumed)
{
	struct caller c = { .key = identity_make_key() };
	uint8_t hash[CA_KEY_HASH];
	const char *why;

	c.cert = ca_issue_site(&help_ca, c.key, SITE, CODE, 90, &why);
	ca_key_hash(hash, c.key);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(call(&c), 0);
		drain(i + 1);
		ck_assert(seen.shook && seen.named && seen.peer.known);
		ck_assert(seen.resumed == (i > 0));
		ck_assert_uint_eq(seen.peer.site, SITE);
		ck_assert_mem_eq(seen.peer.key_hash, hash, CA_KEY_HASH);
		ck_assert_mem_eq(seen.peer.ca, help_ca.pin, TICKET_PIN);
		ck_assert_int_eq(seen.peer.issued, issue_when(c.cert));
		ck_assert_int_gt(seen.peer.not_after,
		    clock_wall() + 89 * 24 * 3600000LL);
		c.resume = true;
		memset(&seen.peer, 0, sizeof(seen.peer));
	}
	SSL_SESSION_free(session);
	session = NULL;
	X509_free(c.cert);
	EVP_PKEY_free(c.key);
}
END_TEST

static void
expect_alert(struct caller *c, int reason)
{
	int got = call(c);

	ck_assert_msg(got == reason, "%s", ERR_reason_error_string(
	    ERR_PACK(ERR_LIB_SSL, 0, got)));
	X509_free(c->cert);
	EVP_PKEY_free(c->key);
	SSL_SESSION_free(session);
	session = NULL;
}

/* Both are let in as strangers: they can be told what is the matter. */
START_TEST(test_foreign_certificate)
{
	struct caller c = { .key = identity_make_key() };
	struct ca stranger;
	const char *why;

	ck_assert(ca_create(help_path("s"), CLUSTER, &help_why));
	ck_assert(ca_open(&stranger, help_path("s"), &help_why));
	c.cert = ca_issue_site(&stranger, c.key, SITE, CODE, 90, &why);
	for (int i = 0; i < 2; i++) {
		memset(&seen.peer, 0xff, sizeof(seen.peer));
		ck_assert_int_eq(call(&c), 0);
		drain(i + 1);
		ck_assert(seen.shook && seen.named && !seen.peer.known);
		ck_assert(seen.resumed == (i > 0));
		ck_assert_int_eq(seen.peer.flaw, PEER_FOREIGN);
		ck_assert_uint_eq(seen.peer.site, 0);
		c.resume = true;
	}
	expect_alert(&c, 0);
	ca_close(&stranger);
}
END_TEST

START_TEST(test_expired_certificate)
{
	struct caller c = { .key = identity_make_key() };
	const char *why;

	c.cert = ca_issue_site(&help_ca, c.key, SITE, CODE, 90, &why);
	clock_set(clock_wall() + 91 * 24 * 3600000LL, 0);
	expect_alert(&c, 0);
	drain(1);
	ck_assert(seen.shook && seen.named && !seen.peer.known);
	ck_assert_int_eq(seen.peer.flaw, PEER_EXPIRED);
	ck_assert_uint_eq(seen.peer.site, 0);
	ck_assert_int_lt(seen.peer.not_after, clock_wall());
}
END_TEST

/* Made by a clock that was ahead, or looked at by one that lags: its holder
 * can be told. */
START_TEST(test_early_certificate)
{
	struct caller c = { .key = identity_make_key() };
	const char *why;

	c.cert = ca_issue_site(&help_ca, c.key, SITE, CODE, 90, &why);
	clock_set(clock_wall() - ISSUE_EARLY * 1000LL - 3600000, 0);
	ck_assert_int_eq(call(&c), 0);
	drain(1);
	ck_assert(seen.shook && seen.named && !seen.peer.known);
	ck_assert_int_eq(seen.peer.flaw, PEER_EARLY);
	ck_assert_uint_eq(seen.peer.site, 0);
	ck_assert_int_gt(seen.peer.not_before, clock_wall());
	/* The clock is put right: no session of before is in the way. */
	clock_set(clock_wall() + ISSUE_EARLY * 1000LL + 3600000, 0);
	c.resume = session != NULL;
	expect_alert(&c, 0);
	drain(2);
	ck_assert(seen.peer.known && !seen.resumed);
}
END_TEST

/* The hub's own certificate opens no site's door. */
START_TEST(test_hub_as_client)
{
	struct caller c;

	c = (struct caller){ .key = keep_get_key(help_path("hub.key"),
	    &help_why), .cert = keep_get_cert(help_path("hub.pem"),
	    &help_why) };
	expect_alert(&c, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE);
}
END_TEST

START_TEST(test_old_tls)
{
	struct caller c = { .version = TLS1_2_VERSION };

	expect_alert(&c, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}
END_TEST

START_TEST(test_server_refuses_files)
{
	ck_assert_ptr_null(server(help_path("ca/ca.pem"),
	    help_path("hub.key"), help_path("ca/ca.pem")));
	help_expect_why("is not the key of the certificate");
	ck_assert_ptr_null(server(help_path("none"),
	    help_path("hub.key"), help_path("ca/ca.pem")));
	help_expect_why("the hub's certificate: no certificate in PEM");
	ck_assert_ptr_null(server(help_path("hub.pem"),
	    help_path("hub.key"), help_path("ca/ca.key")));
	help_expect_why("the CA: no certificate in PEM");
	/* The first in hub.pem is no CA. */
	ck_assert_ptr_null(server(help_path("hub.pem"),
	    help_path("hub.key"), help_path("hub.pem")));
	help_expect_why("is no CA's certificate");
	ck_assert_ptr_null(server(help_path("hub.pem"),
	    help_path("none"), help_path("ca/ca.pem")));
	help_expect_why("no private key in PEM");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("peer");
	TCase *c = tcase_create("all");
	int rc;

	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_ALL);
	tcase_add_checked_fixture(c, start, end);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_pin);
	tcase_add_test(c, test_wrong_pin);
	tcase_add_test(c, test_pin_and_other_host);
	tcase_add_test(c, test_borrowed_ca);
	tcase_add_test(c, test_hub_out_of_date);
	tcase_add_test(c, test_by_file);
	tcase_add_test(c, test_known_and_resumed);
	tcase_add_test(c, test_foreign_certificate);
	tcase_add_test(c, test_expired_certificate);
	tcase_add_test(c, test_early_certificate);
	tcase_add_test(c, test_hub_as_client);
	tcase_add_test(c, test_old_tls);
	tcase_add_test(c, test_server_refuses_files);
	suite_add_tcase(s, c);
	rc = help_main(s);
	curl_global_cleanup();
	return rc;
}
