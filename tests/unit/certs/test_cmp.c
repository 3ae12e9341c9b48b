/*
 * The desk as strangers' software sees it: openssl(1) enrols and renews over
 * HTTP on loopback.
 */
#include "certs/enroll.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "contrib/base/text.h"
#include "tests/unit/certs/help.h"

static struct enroll *desk;
static struct help_book book;

static void
start(void)
{
	help_start();
	desk = enroll_new(&help_ca, CA_LEAF_DAYS);
	help_book(&book);
}

static void
end(void)
{
	enroll_free(desk);
	help_end();
}

/* --- a hub of one port ----------------------------------------------- */

static int listener;
static pthread_t server;
static int posts;
static bool late;	/* the second message comes six minutes later */

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

/* What its header says; 0 if it says nothing. */
static size_t
body_length(const char *head)
{
	const char *at = strcasestr(head, "content-length:");
	uint64_t n = 0;

	if (at == NULL)
		return 0;
	at += 15 + strspn(at + 15, " ");
	(void)text_number((struct span){ .at = at,
	    .n = strspn(at, "0123456789") }, 0, ENROLL_MAX, &n);
	return (size_t)n;
}

static void
serve_one(int fd)
{
	static char in[ENROLL_MAX + 4096];
	size_t n = 0, length = 0;
	char *body = NULL;
	ssize_t got;

	while (n < sizeof(in) - 1 &&
	    (got = read(fd, in + n, sizeof(in) - 1 - n)) > 0) {
		n += (size_t)got;
		in[n] = '\0';
		if (body == NULL && (body = strstr(in, "\r\n\r\n")) != NULL) {
			body += 4;
			length = body_length(in);
		}
		if (body != NULL && n - (size_t)(body - in) >= length)
			break;
	}
	if (body != NULL) {
		if (++posts == 2 && late)
			clock_set(clock_wall(), clock_mono() + 6 * 60 * 1000);
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
	char options[600], bytes[8192];
	const char *why = "";
	struct span confirm = { .at = bytes };
	struct buf answer;
	FILE *f;

	snprintf(options, sizeof(options), "-subject /CN=" CODE
	    " -reqout '%s %s'", help_path("req1"), help_path("req2"));
	ck_assert_int_eq(openssl_cmp("ir", options), 0);
	f = fopen(help_path("req2"), "r");
	ck_assert_ptr_nonnull(f);
	confirm.n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
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

/* A client that goes to lunch finds no deal waiting. */
START_TEST(test_late_confirmation)
{
	int rc;

	late = true;
	rc = openssl_cmp("ir", "-subject /CN=" CODE " -unprotected_errors");
	late = false;
	ck_assert_int_ne(rc, 0);
	ck_assert_int_eq(posts, 2);
	ck_assert(help_log_has("no enrolment waits for this confirmation"));
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
	Suite *s = suite_create("cmp");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, start, end);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, test_openssl_implicit);
	tcase_add_test(c, test_openssl_confirms);
	tcase_add_loop_test(c, test_openssl_refused, 0,
	    sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(c, test_confirmation_of_nothing);
	tcase_add_test(c, test_late_confirmation);
	tcase_add_test(c, test_openssl_renews);
	suite_add_tcase(s, c);
	return help_main(s);
}
