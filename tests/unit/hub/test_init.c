/*
 * hub.conf and the data directory: presets, errors that say where, a
 * directory made once and never half, a certificate for the right names.
 */
#include "hub/init.h"

#include <check.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/clock.h"
#include "hub/config.h"
#include "hub/config_alert.h"
#include "hub/config_judge.h"
#include "hub/listen.h"
#include "hub/tls.h"
#include "tests/scratch.h"

static char dir[64], hub[80];
static struct buf why;

static void
set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-init-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(hub, sizeof(hub), "%s/a/hub", dir);
	buf_init(&why, 4096);
}

static void
tear_down(void)
{
	clock_release();
	buf_clear(&why);
	ck_assert_int_eq(scratch_remove(dir), 0);
}

static const char *
at(const char *name)
{
	static char path[CONFIG_PATH_MAX];

	return config_path(path, hub, name);
}

static unsigned
mode(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(at(name), &st), 0);
	return st.st_mode & 07777;
}

static enum tls_state
look(const struct config *c)
{
	struct tls_hosts hosts;

	tls_gather(&hosts, c);
	return tls_look(c, &hosts, &why);
}

START_TEST(test_init)
{
	const struct init i = { .dir = hub, .name = "河南省人民政府门户网站",
	    .listen = "127.0.0.1:17443", .web = "",
	    .public = "https://hub.example:7443" };
	const struct config *c;
	struct conf *file;
	struct ca ca;

	ck_assert_msg(init_hub(&i, &why), "%s", buf_cstr(&why));
	ck_assert_uint_eq(mode("."), 0700);
	ck_assert_uint_eq(mode("journal"), 0700);
	ck_assert_uint_eq(mode("view"), 0700);
	ck_assert_uint_eq(mode("ca/ca.key"), 0600);
	ck_assert_uint_eq(mode("tls/hub.key"), 0600);
	c = config_read(at("hub.conf"), &file, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_str_eq(c->name, i.name);
	ck_assert_str_eq(c->listen, i.listen);
	ck_assert_str_eq(c->web, "");
	ck_assert_str_eq(c->public, i.public);
	ck_assert_uint_eq(c->connections, 20000);
	ck_assert_uint_eq(c->body_memory, 64u << 20);
	ck_assert_uint_eq(c->request_time, 30000);
	ck_assert_uint_eq(c->ticket_life, 24 * 3600 * 1000);
	ck_assert_str_eq(c->language, "zh");
	ck_assert(ca_open(&ca, at("ca"), &why));
	ca_close(&ca);
	ck_assert_int_eq(look(c), TLS_GOOD);
	conf_free(file);
}
END_TEST

START_TEST(test_never_overwrites)
{
	const struct init i = { .dir = hub, .name = "n" };
	struct stat before, after;
	const struct config *c;
	struct conf *file;

	ck_assert(init_hub(&i, &why));
	c = config_read(at("hub.conf"), &file, &why);
	ck_assert_int_eq(look(c), TLS_GOOD);	/* as listen's
							 * preset has it */
	conf_free(file);
	ck_assert_int_eq(stat(at("ca/ca.key"), &before), 0);
	ck_assert(!init_hub(&i, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "Nothing was changed"));
	ck_assert_int_eq(stat(at("ca/ca.key"), &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	/* Not even the rest of one. */
	ck_assert_int_eq(unlink(at("hub.conf")), 0);
	buf_reset(&why);
	ck_assert(!init_hub(&i, &why));
	ck_assert_int_eq(access(at("hub.conf"), F_OK), -1);
}
END_TEST

/* What was made is taken away again when a later step fails: a host name
 * that no certificate can have. */
START_TEST(test_takes_back)
{
	struct init i = { .dir = hub, .name = "n" };

	i.listen = "bad host:7443";
	ck_assert(!init_hub(&i, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "nor a host name"));
	ck_assert_int_eq(access(hub, F_OK), -1);
	i.listen = NULL;
	buf_reset(&why);
	ck_assert_msg(init_hub(&i, &why), "%s", buf_cstr(&why));
}
END_TEST

#define LONG_LABEL "a23456789b123456789c123456789d123456789e123456789f123456789g1234"

static const struct init unfit[] = {
	{ .name = "" }, { .name = NULL }, { .name = "two\nlines" },
	{ .name = "\xff" }, { .name = "n", .listen = "7443" },
	{ .name = "n", .listen = "::1:7443" },
	{ .name = "n", .listen = "a:70000" }, { .name = "n", .web = "x" },
	{ .name = "n", .listen = "[::]:7443", .web = "127.0.0.1:7443" },
	{ .name = "n", .web = "127.0.0.1:7443" },
	{ .name = "n", .listen = "127.0.0.1:7480" },
	{ .name = "n", .public = "http://x" },
	{ .name = "n", .public = "https://" },
	{ .name = "n", .public = "https://bad host:7443" },
	{ .name = "n", .public = "https://hub.example/here" },
	{ .name = "n", .public = "https://河南.政务.cn:7443" },
	{ .name = "n", .public = "https://" LONG_LABEL ".cn:7443" },
};

START_TEST(test_unfit)
{
	struct init i = unfit[_i];

	i.dir = hub;
	ck_assert(!init_hub(&i, &why));
	ck_assert_uint_gt(why.n, 20);
	ck_assert_int_eq(access(hub, F_OK), -1);
}
END_TEST

static void
write_conf(const char *text)
{
	FILE *f;

	snprintf(hub, sizeof(hub), "%s", dir);
	f = fopen(at("x.conf"), "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static const struct {
	const char *text, *said;
} wrong[] = {
	{ "listen = x\n", "name" },
	{ "name = n\nlanguage = de\n", "expected zh or en" },
	{ "name = n\nmove_agree = no\n", "expected proof or operator" },
	{ "name = n\nlog = loud\n", "expected error, warn, info or debug" },
	{ "name = n\npublic = http://x\n", "expected https://" },
	{ "name = n\npublic = https://hub.example/here\n", "no path" },
	{ "name = n\npublic = https://河南.政务.cn:7443\n", "xn--" },
	{ "name = n\npublic = https://" LONG_LABEL ".cn\n", "public: " },
	{ "name = a\033[31mb\n", ":1: found a control character" },
	{ "name = n\nconnections = many\n", "connections" },
	{ "name = n\nbody_memory = 1k\n", "body_memory" },
	{ "name = n\nnonsense = 1\n", "nonsense" },
	{ "name = n\nlisten = here\n", "listen: \"here\": expected address" },
	{ "name = n\nweb = 127.0.0.1:http\n", "web: \"127" },
	{ "name = n\nlisten = 0.0.0.0:7443\nweb = 127.0.0.1:7443\n",
	  "web: \"127.0.0.1:7443\": expected another port" },
	{ "name = n\nlisten = 127.0.0.1:1\nweb = 127.0.0.1:1\n",
	  "agents connect there" },
	{ "name = n\nweb_proxy = localhost\n", "web_proxy: \"localhost\": "
	  "expected an address" },
	{ "name = n\nweb_public = hub.example\n", "web_public: \"hub.ex" },
	{ "name = n\nweb_public = ftp://hub.example\n", "web_public: \"ftp" },
	{ "name = n\nweb_public = https://a b/\n", "https://host:port" },
	{ "name = n\nweb_public = https://u@hub.example/\n",
	  "https://host:port" },
	{ "name = n\nweb_public = https://hub.example/zq/\n", "no path" },
	{ "name = n\nweb_public = https://hub.example/?a\n", "no path" },
	{ "name = n\nweb_public = https://hub.example/#a\n", "no path" },
	{ "name = n\nweb =\nweb_public = https://hub.example\n",
	  "web_public: expected web, too" },
	{ "name = n\nbeat_url = foo\n", "beat_url: \"foo\": expected" },
	{ "name = n\nbeat_url = https://\n", "beat_url: \"https://\"" },
};

START_TEST(test_wrong_settings)
{
	struct conf *file;

	write_conf(wrong[_i].text);
	ck_assert_ptr_null(config_read(at("x.conf"), &file, &why));
	ck_assert_ptr_null(file);
	ck_assert_msg(strstr(buf_cstr(&why), wrong[_i].said) != NULL, "%s",
	    buf_cstr(&why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "x.conf"));
}
END_TEST

/* Also where a type alone can't judge: its own line, or its section's. */
START_TEST(test_wrong_lines)
{
	static const char *const said[] = { "x.conf:3: public: \"http://x\"",
		"x.conf: home_slow: 5s is more", "x.conf:5: check_allow: ",
		"x.conf:6: [rule nosuch]: there is no such rule",
		"x.conf:9: [rule down]: for: \"soon\"",
		"x.conf:10: [receiver a]: to: \"\"",
		"x.conf:13: [receiver a]: quiet: \"07:00-07:00\"",
		"x.conf:14: [receiver a b]: the name: \"a b\"" };
	struct conf *file;

	write_conf("name = n\n# c\npublic = http://x\nhome_limit = 4s\n"
	    "check_allow = x\n[rule nosuch]\n[rule down]\n\nfor = soon\n"
	    "[receiver a]\nkind = mail\nurl = smtp://x\n"
	    "quiet = 07:00-07:00\n[receiver a b]\nkind = webhook\n"
	    "url = https://x\n");
	ck_assert_ptr_null(config_read(at("x.conf"), &file, &why));
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		ck_assert_msg(strstr(buf_cstr(&why), said[i]) != NULL,
		    "no %s in %s", said[i], buf_cstr(&why));
}
END_TEST

/* What -n prints is a settings file that means the same. */
START_TEST(test_printed_reads_back)
{
	const struct config *c;
	struct conf *file;
	struct buf a, b;

	write_conf("name = n\nstore_most = 3G\nsilent_after = 90s\n");
	buf_init(&a, 8192);
	buf_init(&b, 8192);
	c = config_read(at("x.conf"), &file, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	ck_assert_uint_eq(c->silent_after, 90000);
	config_print(&a, c);
	conf_free(file);
	write_conf(buf_cstr(&a));
	c = config_read(at("x.conf"), &file, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	config_print(&b, c);
	ck_assert_str_eq(buf_cstr(&a), buf_cstr(&b));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "store_most = 3G\n"));
	conf_free(file);
	buf_clear(&a);
	buf_clear(&b);
}
END_TEST

/* What stands in a new hub.conf as an example is right as it is, but for the
 * "#" before it. */
START_TEST(test_examples)
{
	const struct config_receiver *r;
	const struct config *c;
	struct conf *file;
	struct buf b, open;
	const char *name;

	buf_init(&b, 65536);
	buf_init(&open, 65536);
	buf_text(&open, "name = n\n");
	config_example(&b);
	for (const char *l = buf_cstr(&b); *l != '\0'; l += *l == '\n') {
		size_t n = strcspn(l, "\n");

		/* "# A sentence.", "#public = ": nothing to be read. */
		if (l[0] == '#' && n > 1 && l[1] != ' ' && l[n - 1] != ' ')
			buf_span(&open, (struct span){ l + 1, n - 1 });
		buf_text(&open, "\n");
		l += n;
	}
	write_conf(buf_cstr(&open));
	c = config_read(at("x.conf"), &file, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	r = config_receiver(file, 0, &name);
	ck_assert_ptr_nonnull(r);
	ck_assert_str_eq(name, "duty");
	ck_assert_str_eq(r->kind, "mail");
	ck_assert_ptr_nonnull(config_rule(file, 0, &name));
	ck_assert_str_eq(name, "silent");
	conf_free(file);
	buf_clear(&b);
	buf_clear(&open);
}
END_TEST

START_TEST(test_split)
{
	char host[LISTEN_HOST], port[LISTEN_PORT];

	ck_assert(listen_split("0.0.0.0:7443", host, port));
	ck_assert_str_eq(host, "0.0.0.0");
	ck_assert_str_eq(port, "7443");
	ck_assert(listen_split("[::1]:80", host, port));
	ck_assert_str_eq(host, "::1");
	ck_assert(listen_split("hub.example:443", host, port));
	ck_assert(!listen_split("", host, port));
	ck_assert(!listen_split(":80", host, port));
	ck_assert(!listen_split("[]:80", host, port));
	ck_assert(!listen_split("::1:80", host, port));
	ck_assert(!listen_split("a:", host, port));
	ck_assert(!listen_split("a:65536", host, port));
	ck_assert(!listen_split("a:0000000080", host, port));
	ck_assert(config_is_one_place("10.0.0.1:80", "[::]:80"));
	ck_assert(!config_is_one_place("10.0.0.1:80", "10.0.0.2:80"));
	ck_assert(!config_is_one_place("0.0.0.0:0", "127.0.0.1:0"));
	ck_assert(!config_is_one_place("0.0.0.0:80", ""));
}
END_TEST

/* It is waited for, in vain, and then it is said who has it. */
START_TEST(test_taken_port)
{
	char address[32], holder[32];
	struct sockaddr_in a;
	socklen_t n = sizeof(a);
	int fd = listen_open("listen", "127.0.0.1:0", &why);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u",
	    ntohs(a.sin_port));
	ck_assert_int_lt(listen_open("web", address, &why), 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), address));
	snprintf(holder, sizeof(holder), "process %d (", (int)getpid());
	ck_assert_msg(strstr(buf_cstr(&why), holder) != NULL, "%s",
	    buf_cstr(&why));
	close(fd);
}
END_TEST

/* Who is killed has it for a moment yet. */
START_TEST(test_port_of_who_ends)
{
	char address[32];
	struct sockaddr_in a;
	socklen_t n = sizeof(a);
	int fd = listen_open("listen", "127.0.0.1:0", &why), status;
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u",
	    ntohs(a.sin_port));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		usleep(500000);
		_exit(0);
	}
	close(fd);
	fd = listen_open("listen", address, &why);
	ck_assert_msg(fd >= 0, "%s", buf_cstr(&why));
	close(fd);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
}
END_TEST

static X509 *
certificate(void)
{
	X509 *cert = keep_get_cert(at("tls/hub.pem"), &why);

	ck_assert_ptr_nonnull(cert);
	return cert;
}

/* Made anew when it runs out, when the address changes, when the key isn't
 * its key; and not otherwise. */
START_TEST(test_certificate)
{
	const struct init i = { .dir = hub, .name = "n",
	    .listen = "127.0.0.1:1", .public = "https://hub.example/" };
	const struct config *c;
	struct config other;
	struct conf *file;
	X509 *cert;

	ck_assert(init_hub(&i, &why));
	c = config_read(at("hub.conf"), &file, &why);
	cert = certificate();
	ck_assert_int_eq(X509_check_host(cert, "hub.example", 0, 0, NULL), 1);
	ck_assert_int_eq(X509_check_ip_asc(cert, "127.0.0.1", 0), 1);
	ck_assert_int_ne(X509_check_host(cert, "other.example", 0, 0, NULL),
	    1);
	X509_free(cert);
	other = *c;
	other.public = strdup("https://other.example:7443");
	ck_assert_int_eq(look(&other), TLS_MADE_ANEW);
	ck_assert_int_eq(look(&other), TLS_GOOD);
	ck_assert_int_eq(unlink(at("tls/hub.key")), 0);
	ck_assert_int_eq(unlink(at("tls/hub.pem")), 0);
	ck_assert_int_eq(rmdir(at("tls")), 0);
	ck_assert_int_eq(look(&other), TLS_MADE_ANEW);
	cert = certificate();
	ck_assert_int_eq(X509_check_host(cert, "other.example", 0, 0, NULL),
	    1);
	X509_free(cert);
	free(other.public);
	ck_assert_int_eq(look(c), TLS_MADE_ANEW);
	ck_assert_int_eq(look(c), TLS_GOOD);
	clock_set(clock_wall() + (CA_HUB_DAYS - TLS_RENEW_DAYS + 1) *
	    INT64_C(86400000), 0);
	ck_assert_int_eq(look(c), TLS_MADE_ANEW);
	ck_assert_int_eq(look(c), TLS_GOOD);
	ck_assert_int_eq(unlink(at("tls/hub.key")), 0);
	ck_assert_int_eq(look(c), TLS_MADE_ANEW);
	ck_assert_int_eq(look(c), TLS_GOOD);
	conf_free(file);
}
END_TEST

static bool
is_for(const char *host)
{
	X509 *cert = certificate();
	bool is = X509_check_host(cert, host, 0, 0, NULL) == 1 ||
	    X509_check_ip_asc(cert, host, 0) == 1;

	X509_free(cert);
	ERR_clear_error();
	return is;
}

static void
rename_to(struct config *c, const char *public)
{
	free(c->public);
	c->public = strdup(public);
	ck_assert_int_eq(look(c), TLS_MADE_ANEW);
	ck_assert_int_eq(look(c), TLS_GOOD);
}

/* Agents dial the name that they were given until a person changes it there:
 * the names of before stay, also when the CA is another. */
START_TEST(test_former_names)
{
	const struct init i = { .dir = hub, .name = "n",
	    .listen = "127.0.0.1:1", .public = "https://192.0.2.7:7443" };
	const struct config *c;
	struct config other;
	struct conf *file;

	ck_assert(init_hub(&i, &why));
	c = config_read(at("hub.conf"), &file, &why);
	other = *c;
	other.public = NULL;
	ck_assert(!is_for("one.example"));
	rename_to(&other, "https://one.example:7443");
	ck_assert(is_for("192.0.2.7") && is_for("one.example"));
	rename_to(&other, "https://[2001:db8::7]:7443");
	rename_to(&other, "https://two.example:7443");
	ck_assert(is_for("192.0.2.7") && is_for("2001:db8::7") &&
	    is_for("one.example") && is_for("two.example"));
	ck_assert(roll_begin(at("ca"), &why));
	ck_assert(roll_finish(at("ca"), &why));
	ck_assert_int_eq(look(&other), TLS_OTHER_CA);
	ck_assert(is_for("192.0.2.7") && is_for("one.example"));
	ck_assert_int_eq(unlink(at("tls/hub.pem")), 0);
	ck_assert_int_eq(look(&other), TLS_MADE_ANEW);
	ck_assert(!is_for("one.example") && is_for("two.example"));
	ck_assert_int_eq(unlink(at("ca/ca.key")), 0);
	ck_assert_int_eq(look(&other), TLS_NO_CA);
	free(other.public);
	conf_free(file);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("init");
	TCase *t = tcase_create("init");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_init);
	tcase_add_test(t, test_never_overwrites);
	tcase_add_test(t, test_takes_back);
	tcase_add_loop_test(t, test_unfit, 0,
	    sizeof(unfit) / sizeof(unfit[0]));
	tcase_add_test(t, test_wrong_lines);
	tcase_add_loop_test(t, test_wrong_settings, 0,
	    sizeof(wrong) / sizeof(wrong[0]));
	tcase_add_test(t, test_printed_reads_back);
	tcase_add_test(t, test_examples);
	tcase_add_test(t, test_split);
	tcase_add_test(t, test_taken_port);
	tcase_add_test(t, test_port_of_who_ends);
	tcase_add_test(t, test_certificate);
	tcase_add_test(t, test_former_names);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
