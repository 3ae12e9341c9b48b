/*
 * The CA: its files, and its certificates as openssl(1) sees them.
 */
#include "certs/ca.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>

#include "certs/identity.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "tests/unit/certs/help.h"

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
put_cert(const char *name, X509 *cert)
{
	FILE *f = fopen(help_path(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_X509(f, cert), 1);
	fclose(f);
}

static bool
verifies(const char *cert, const char *purpose)
{
	char command[1024];

	snprintf(command, sizeof(command), "openssl verify -x509_strict "
	    "-CAfile %s -purpose %s %s", help_path("ca/ca.pem"), purpose,
	    help_path(cert));
	return help_run(command) == 0;
}

static void
show(const char *cert)
{
	char command[1024];

	snprintf(command, sizeof(command), "openssl x509 -noout -text "
	    "-nameopt utf8 -in %s", help_path(cert));
	ck_assert_int_eq(help_run(command), 0);
}

START_TEST(test_files)
{
	ck_assert_uint_eq(mode_of(help_path("ca")), 0700);
	ck_assert_uint_eq(mode_of(help_path("ca/ca.key")), 0600);
	ck_assert_uint_eq(mode_of(help_path("ca/ticket.key")), 0600);
	ck_assert_uint_eq(mode_of(help_path("ca/ca.pem")), 0644);
}
END_TEST

START_TEST(test_never_overwrites)
{
	static const char *const names[] = { "ca.key", "ca.pem",
	    "ticket.key" };

	for (size_t i = 0; i < 3; i++) {
		char path[300];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", help_path("other"),
		    names[i]);
		mkdir(help_path("other"), 0700);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fputs("precious", f);
		fclose(f);
		ck_assert(!ca_create(help_path("other"), "x", &help_why));
		ck_assert_ptr_nonnull(strstr(buf_cstr(&help_why), names[i]));
		help_expect_why("never overwritten (its sites");
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(rmdir(help_path("other")), 0);
	}
	ck_assert(!ca_create(help_path("ca"), "x", &help_why));
	help_expect_why("this directory has a CA");
	ck_assert(!ca_create(help_path("no/such"), "x", &help_why));
	help_expect_why("No such file");
	ck_assert(!ca_create(help_path("odd"), "\xff", &help_why));
	help_expect_why("UTF-8");
}
END_TEST

START_TEST(test_root)
{
	show("ca/ca.pem");
	ck_assert(help_log_has("CN=" CLUSTER));
	ck_assert(help_log_has("CA:TRUE, pathlen:0"));
	ck_assert(help_log_has("Certificate Sign, CRL Sign"));
	ck_assert(help_log_has("Subject Key Identifier"));
	ck_assert(verifies("ca/ca.pem", "any"));
}
END_TEST

START_TEST(test_long_name_is_cut)
{
	char name[3 * 100 + 1];
	struct ca ca;
	char cn[256];

	for (size_t i = 0; i < 100; i++)
		memcpy(name + 3 * i, "河", 4);
	ck_assert(ca_create(help_path("long"), name, &help_why));
	ck_assert(ca_open(&ca, help_path("long"), &help_why));
	issue_common_name(cn, sizeof(cn), X509_get_subject_name(ca.cert));
	ck_assert_uint_eq(strlen(cn), 3 * 64);
	ca_close(&ca);
}
END_TEST

START_TEST(test_open_refuses)
{
	struct ca ca;
	char command[512];

	ck_assert_int_eq(chmod(help_path("ca/ca.key"), 0644), 0);
	ck_assert(!ca_open(&ca, help_path("ca"), &help_why));
	help_expect_why("everybody can read");
	ck_assert_int_eq(chmod(help_path("ca/ca.key"), 0600), 0);
	ck_assert(ca_create(help_path("second"), "x", &help_why));
	snprintf(command, sizeof(command), "cp %s %s",
	    help_path("ca/ca.key"), help_path("second/ca.key"));
	ck_assert_int_eq(help_run(command), 0);
	ck_assert(!ca_open(&ca, help_path("second"), &help_why));
	help_expect_why("is not the CA certificate of the key");
	ck_assert(!ca_open(&ca, help_path("nowhere"), &help_why));
	help_expect_why("ca.key");
}
END_TEST

START_TEST(test_hub)
{
	static const char *const hosts[] = { "hub.example", "203.0.113.7",
	    "2001:db8::7", NULL };
	static const char *const none[] = { NULL };
	static const char *const odd[] = { "a.example", "b,URI:urn:x", NULL };
	static const char *const han[] = { "网站.example", NULL };

	ck_assert_msg(ca_issue_hub(&help_ca, CLUSTER, hosts, CA_HUB_DAYS,
	    help_path("hub.key"), help_path("hub.pem"), &help_why), "%s",
	    buf_cstr(&help_why));
	ck_assert_uint_eq(mode_of(help_path("hub.key")), 0600);
	show("hub.pem");
	ck_assert(help_log_has("DNS:hub.example, IP Address:203.0.113.7, "
	    "IP Address:2001:DB8:0:0:0:0:0:7"));
	ck_assert(help_log_has("TLS Web Server Authentication\n"));
	ck_assert(help_log_has("CA:FALSE"));
	ck_assert(verifies("hub.pem", "sslserver"));
	ck_assert(!verifies("hub.pem", "sslclient"));
	ck_assert(!ca_issue_hub(&help_ca, "x", none, 1, help_path("k"),
	    help_path("c"), &help_why));
	help_expect_why("at least one");
	ck_assert(!ca_issue_hub(&help_ca, "x", odd, 1, help_path("k"),
	    help_path("c"), &help_why));
	help_expect_why("b,URI:urn:x");
	ck_assert(!ca_issue_hub(&help_ca, "x", han, 1, help_path("k"),
	    help_path("c"), &help_why));
	help_expect_why("xn--");
}
END_TEST

START_TEST(test_site)
{
	EVP_PKEY *key = identity_make_key();
	const char *why = "";
	X509 *cert = ca_issue_site(&help_ca, key, SITE, CODE, 90, &why);

	ck_assert_msg(cert != NULL, "%s", why);
	put_cert("site.pem", cert);
	show("site.pem");
	ck_assert(help_log_has("URI:urn:zhanqun:site:42\n"));
	ck_assert(help_log_has("Subject: CN=" CODE "\n"));
	ck_assert(help_log_has("TLS Web Client Authentication\n"));
	ck_assert(help_log_has("Digital Signature\n"));
	ck_assert(help_log_has("Authority Key Identifier"));
	ck_assert(verifies("site.pem", "sslclient"));
	ck_assert(!verifies("site.pem", "sslserver"));
	ck_assert_uint_eq(ca_site_of(cert), SITE);
	ck_assert_uint_eq(ca_site_of(help_ca.cert), 0);
	ck_assert_int_eq(ca_days_left(cert, clock_wall()), 89);
	ck_assert_int_eq(ca_days_left(cert,
	    clock_wall() + 90 * 24 * 3600000LL + 5000), -1);
	X509_free(cert);
	EVP_PKEY_free(key);
}
END_TEST

/* Times come from the clock that everything else uses. */
START_TEST(test_times)
{
	EVP_PKEY *key = identity_make_key();
	int64_t now = clock_civil(2049, 12, 31, 23, 58, 0);
	const char *why = "";
	struct ca ca;
	X509 *cert;

	clock_set(now, 0);
	ck_assert(ca_create(help_path("then"), CLUSTER, &help_why));
	ck_assert(ca_open(&ca, help_path("then"), &help_why));
	cert = ca_issue_site(&ca, key, 1, CODE, 90, &why);
	ck_assert_ptr_nonnull(cert);
	ck_assert_int_eq(issue_time(X509_get0_notBefore(cert)),
	    now - ISSUE_EARLY * 1000LL);
	ck_assert_int_eq(issue_time(X509_get0_notAfter(cert)),
	    now + 90 * 24 * 3600000LL);
	X509_free(cert);
	for (int days = 1; days < 400; days += 7) {
		cert = ca_issue_site(&ca, key, 1, CODE, days, &why);
		ck_assert_int_eq(issue_when(cert), now);
		X509_free(cert);
	}
	clock_release();
	ca_close(&ca);
	EVP_PKEY_free(key);
}
END_TEST

/* Nothing outlives its CA; and by one that has ended nobody gets any. */
START_TEST(test_end)
{
	static const char *const hosts[] = { "hub.example", NULL };
	int64_t last = issue_time(X509_get0_notAfter(help_ca.cert));
	EVP_PKEY *key = identity_make_key();
	const int64_t day = 24 * 3600000LL;
	const char *why = "";
	X509 *cert;

	for (int64_t left = 40 * day; left > 0; left -= 13 * day) {
		clock_set(last - left, 0);
		ck_assert_ptr_null(ca_has_ended(&help_ca));
		cert = ca_issue_site(&help_ca, key, 1, CODE, 90, &why);
		ck_assert_int_eq(issue_time(X509_get0_notAfter(cert)), last);
		ck_assert_int_eq(issue_when(cert), last - left);
		X509_free(cert);
	}
	clock_set(last + 1000, 0);
	ck_assert_ptr_null(ca_issue_site(&help_ca, key, 1, CODE, 90, &why));
	ck_assert_ptr_nonnull(strstr(why, "zqhub ca roll"));
	/* The hub has to have one to start with, good or not. */
	ck_assert(ca_issue_hub(&help_ca, CLUSTER, hosts, CA_HUB_DAYS,
	    help_path("late.key"), help_path("late.pem"), &help_why));
	cert = keep_get_cert(help_path("late.pem"), &help_why);
	ck_assert_int_eq(issue_time(X509_get0_notAfter(cert)), last);
	ck_assert_int_lt(issue_time(X509_get0_notBefore(cert)), last);
	X509_free(cert);
	clock_release();
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(test_serials_are_long_and_differ)
{
	EVP_PKEY *key = identity_make_key();
	const char *why = "";
	X509 *a = ca_issue_site(&help_ca, key, 1, CODE, 90, &why);
	X509 *b = ca_issue_site(&help_ca, key, 1, CODE, 90, &why);

	ck_assert_int_ne(ASN1_INTEGER_cmp(X509_get_serialNumber(a),
	    X509_get_serialNumber(b)), 0);
	ck_assert_int_ge(ASN1_STRING_length(X509_get_serialNumber(a)), 13);
	X509_free(a);
	X509_free(b);
	EVP_PKEY_free(key);
}
END_TEST

static void
expect_key(EVP_PKEY *key, const char *words)
{
	const char *why = "none";
	X509 *cert;

	ck_assert_ptr_nonnull(key);
	cert = ca_issue_site(&help_ca, key, 1, CODE, 90, &why);
	if (words == NULL)
		ck_assert_msg(cert != NULL, "%s", why);
	else
		ck_assert_msg(cert == NULL && strstr(why, words) != NULL,
		    "%s", why);
	X509_free(cert);
	EVP_PKEY_free(key);
}

START_TEST(test_keys)
{
	expect_key(EVP_EC_gen("P-256"), NULL);
	expect_key(EVP_EC_gen("P-384"), NULL);
	expect_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
	expect_key(EVP_RSA_gen(2048), NULL);
	expect_key(EVP_RSA_gen(1024), "too small");
	expect_key(EVP_EC_gen("P-224"), "curve");
	expect_key(EVP_EC_gen("secp256k1"), "curve");
	expect_key(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "kind of key");
}
END_TEST

START_TEST(test_pin_is_of_the_key)
{
	char command[512], hex[2 * TICKET_PIN + 1];

	for (size_t i = 0; i < TICKET_PIN; i++)
		snprintf(hex + 2 * i, 3, "%02x", help_ca.pin[i]);
	snprintf(command, sizeof(command), "openssl x509 -in %s -pubkey "
	    "-noout | openssl pkey -pubin -outform DER | sha256sum",
	    help_path("ca/ca.pem"));
	ck_assert_int_eq(help_run(command), 0);
	ck_assert(help_log_has(hex));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ca");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, help_start, help_end);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_files);
	tcase_add_test(c, test_never_overwrites);
	tcase_add_test(c, test_root);
	tcase_add_test(c, test_long_name_is_cut);
	tcase_add_test(c, test_open_refuses);
	tcase_add_test(c, test_hub);
	tcase_add_test(c, test_site);
	tcase_add_test(c, test_times);
	tcase_add_test(c, test_end);
	tcase_add_test(c, test_serials_are_long_and_differ);
	tcase_add_test(c, test_keys);
	tcase_add_test(c, test_pin_is_of_the_key);
	suite_add_tcase(s, c);
	return help_main(s);
}
