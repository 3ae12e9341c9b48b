/*
 * The agent's files: their modes, what is read back, what replaces them.
 */
#include "certs/identity.h"

#include <sys/stat.h>

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

static uint8_t saved[CA_KEY_HASH];	/* the last one's */

/* A key and certificate for that site, saved. */
static void
save(uint32_t site, const char *code)
{
	EVP_PKEY *key = identity_make_key();
	const char *why;
	X509 *cert = ca_issue_site(&help_ca, key, site, code, 90, &why);

	ca_key_hash(saved, key);
	ck_assert_msg(identity_save(help_path("id"), key, cert, help_ca.cert,
	    &help_why), "%s", buf_cstr(&help_why));
	X509_free(cert);
	EVP_PKEY_free(key);
}

START_TEST(test_round_trip)
{
	struct identity i;

	save(SITE, CODE);
	ck_assert_uint_eq(mode_of(help_path("id/key.pem")), 0600);
	ck_assert_uint_eq(mode_of(help_path("id/cert.pem")), 0644);
	ck_assert_uint_eq(mode_of(help_path("id/ca.pem")), 0644);
	ck_assert(identity_read(&i, help_path("id"), &help_why));
	ck_assert_uint_eq(i.site, SITE);
	ck_assert_str_eq(i.code, CODE);
	ck_assert_str_eq(i.hub_ca, CLUSTER);
	ck_assert_mem_eq(i.key_hash, saved, CA_KEY_HASH);
	ck_assert_int_eq(i.not_after - i.not_before,
	    90 * 24 * 3600000LL + ISSUE_EARLY * 1000LL);
}
END_TEST

/* Replaced whole; nothing of the writing is left beside. */
START_TEST(test_replaces)
{
	struct identity i;
	char line[300];
	EVP_PKEY *key;
	X509 *cert;

	save(SITE, CODE);
	save(SITE + 1, "4102000002");
	ck_assert(identity_read(&i, help_path("id"), &help_why));
	ck_assert_uint_eq(i.site, SITE + 1);
	key = keep_get_key(help_path("id/key.pem"), &help_why);
	cert = keep_get_cert(help_path("id/cert.pem"), &help_why);
	ck_assert_int_eq(X509_check_private_key(cert, key), 1);
	snprintf(line, sizeof(line), "test $(ls %s | wc -l) = 3",
	    help_path("id"));
	ck_assert_int_eq(help_run(line), 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}
END_TEST

/* Asked for again it is the same key, until it has its certificate. */
START_TEST(test_next_key)
{
	EVP_PKEY *one, *two, *three;
	const char *why;
	X509 *cert;

	ck_assert_int_eq(mkdir(help_path("id"), 0700), 0);
	one = identity_next_key(help_path("id"), &help_why);
	two = identity_next_key(help_path("id"), &help_why);
	ck_assert_int_eq(EVP_PKEY_eq(one, two), 1);
	cert = ca_issue_site(&help_ca, two, SITE, CODE, 90, &why);
	ck_assert(identity_save(help_path("id"), two, cert, help_ca.cert,
	    &help_why));
	three = identity_next_key(help_path("id"), &help_why);
	ck_assert_int_ne(EVP_PKEY_eq(one, three), 1);
	X509_free(cert);
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
	EVP_PKEY_free(three);
}
END_TEST

static bool
is_next_key(const char *than)
{
	EVP_PKEY *next = identity_next_key(help_path("id"), &help_why);
	EVP_PKEY *key = keep_get_key(help_path(than), &help_why);
	bool same;

	ck_assert(next != NULL && key != NULL);
	same = EVP_PKEY_eq(next, key) == 1;
	EVP_PKEY_free(next);
	EVP_PKEY_free(key);
	return same;
}

/* kill -9 before the next key was removed that is the key now: another
 * certificate is for another key. A next one that isn't it yet stays. */
START_TEST(test_next_key_left)
{
	char line[1500];

	save(SITE, CODE);
	snprintf(line, sizeof(line), "cp %s %s", help_path("id/key.pem"),
	    help_path("id/key.pem.next"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert(identity_mend(help_path("id"), &help_why));
	ck_assert(!is_next_key("id/key.pem"));
	snprintf(line, sizeof(line), "cp %s %s", help_path("id/key.pem.next"),
	    help_path("kept.pem"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert(identity_mend(help_path("id"), &help_why));
	ck_assert(is_next_key("kept.pem"));
	/* … between key and certificate. */
	snprintf(line, sizeof(line), "mv %s %s && cp %s %s && cp %s %s",
	    help_path("id/cert.pem"), help_path("id/cert.pem.next"),
	    help_path("ca/ca.pem"), help_path("id/cert.pem"),
	    help_path("id/key.pem"), help_path("id/key.pem.next"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert_msg(identity_mend(help_path("id"), &help_why), "%s",
	    buf_cstr(&help_why));
	ck_assert(!is_next_key("id/key.pem"));
}
END_TEST

/* kill -9 between the two renames of a renewal. */
START_TEST(test_mends)
{
	char line[1500];
	EVP_PKEY *key;
	X509 *cert;

	save(SITE, CODE);
	snprintf(line, sizeof(line), "cp %s %s", help_path("id/cert.pem"),
	    help_path("old.pem"));
	ck_assert_int_eq(help_run(line), 0);
	save(SITE, CODE);
	snprintf(line, sizeof(line), "mv %s %s && mv %s %s",
	    help_path("id/cert.pem"), help_path("id/cert.pem.next"),
	    help_path("old.pem"), help_path("id/cert.pem"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert_msg(identity_mend(help_path("id"), &help_why), "%s",
	    buf_cstr(&help_why));
	key = keep_get_key(help_path("id/key.pem"), &help_why);
	cert = keep_get_cert(help_path("id/cert.pem"), &help_why);
	ck_assert_int_eq(X509_check_private_key(cert, key), 1);
	ck_assert_int_ne(access(help_path("id/cert.pem.next"), F_OK), 0);
	ck_assert(identity_mend(help_path("id"), &help_why));
	X509_free(cert);
	EVP_PKEY_free(key);

	/* A next one that never got its key is of no use. */
	snprintf(line, sizeof(line), "cp %s %s", help_path("ca/ca.pem"),
	    help_path("id/cert.pem.next"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert(identity_mend(help_path("id"), &help_why));
	ck_assert_int_ne(access(help_path("id/cert.pem.next"), F_OK), 0);
	/* Neither fits: said, with what to do. */
	snprintf(line, sizeof(line), "cp %s %s", help_path("ca/ca.pem"),
	    help_path("id/cert.pem"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert(!identity_mend(help_path("id"), &help_why));
	help_expect_why("enrol again");
}
END_TEST

START_TEST(test_refuses)
{
	struct identity i;
	char line[600];

	ck_assert(!identity_read(&i, help_path("id"), &help_why));
	help_expect_why("cert.pem: can't open");
	ck_assert(!identity_mend(help_path("id"), &help_why));
	help_expect_why("key.pem: can't open");
	save(SITE, CODE);
	snprintf(line, sizeof(line), "cp %s %s", help_path("id/ca.pem"),
	    help_path("id/cert.pem"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert(!identity_read(&i, help_path("id"), &help_why));
	help_expect_why("is no site's certificate");
	snprintf(line, sizeof(line), "echo junk >%s",
	    help_path("id/cert.pem"));
	ck_assert_int_eq(help_run(line), 0);
	ck_assert(!identity_read(&i, help_path("id"), &help_why));
	help_expect_why("no certificate in PEM");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("identity");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, help_start, help_end);
	tcase_add_test(c, test_round_trip);
	tcase_add_test(c, test_replaces);
	tcase_add_test(c, test_next_key);
	tcase_add_test(c, test_next_key_left);
	tcase_add_test(c, test_mends);
	tcase_add_test(c, test_refuses);
	suite_add_tcase(s, c);
	return help_main(s);
}
