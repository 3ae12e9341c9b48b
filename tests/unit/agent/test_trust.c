/*
 * What comes of a letter about the hub's CA; and when a certificate is due.
 */
#include "agent/trust.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/line.h"
#include "agent/renew.h"
#include "certs/anchor.h"
#include "certs/ca.h"
#include "certs/identity.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/clock.h"
#include "protocol/namespaces.h"
#include "protocol/xml.h"
#include "tests/scratch.h"

#define DAY (INT64_C(1000) * 24 * 3600)

static struct bed {
	char dir[64];
	struct ca ca, next;
	struct buf why, body;
} bed;

static const char *
path(const char *name)
{
	static char out[4][256];
	static int n;
	char *p = out[n++ % 4];

	snprintf(p, 256, "%s/%s", bed.dir, name);
	return p;
}

static void
set_up(void)
{
	EVP_PKEY *key = identity_make_key();
	const char *why;
	X509 *cert;

	memset(&bed, 0, sizeof(bed));
	buf_init(&bed.why, 65536);
	buf_init(&bed.body, 1u << 20);
	snprintf(bed.dir, sizeof(bed.dir), "/tmp/zq-trust-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bed.dir));
	ck_assert(ca_create(path("ca"), "测试", &bed.why));
	ck_assert(ca_open(&bed.ca, path("ca"), &bed.why));
	ck_assert(roll_begin(path("ca"), &bed.why));
	ck_assert(roll_open(&bed.next, path("ca"), &bed.why));
	cert = ca_issue_site(&bed.ca, key, 1, "4101000001", 90, &why);
	ck_assert(identity_save(path("id"), key, cert, bed.ca.cert,
	    &bed.why));
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void
tear_down(void)
{
	ca_close(&bed.ca);
	ca_close(&bed.next);
	buf_clear(&bed.why);
	buf_clear(&bed.body);
	ck_assert_int_eq(scratch_remove(bed.dir), 0);
}

static void
put_ca(const char *root, const char *link)
{
	struct buf pem;

	buf_init(&pem, 65536);
	ck_assert(keep_get(path(root), &pem, &bed.why));
	if (link != NULL)
		ck_assert(keep_get(path(link), &pem, &bed.why));
	buf_text(&bed.body, "<zq:ca>");
	xml_put_text(&bed.body, buf_look(&pem));
	buf_text(&bed.body, "</zq:ca>");
	buf_clear(&pem);
}

static void
begin(void)
{
	buf_reset(&bed.body);
	buf_text(&bed.body, "<zq:trust xmlns:zq=\"" NS_ZQ "\">");
}

static bool
take(void)
{
	buf_text(&bed.body, "</zq:trust>");
	return trust_take(path("id"), buf_look(&bed.body), &bed.why);
}

static int
count(void)
{
	STACK_OF(X509) *cas = keep_get_certs(path("id/ca.pem"), &bed.why);
	int n = sk_X509_num(cas);

	keep_free_certs(cas);
	return n;
}

static bool
is_outdated(void)
{
	struct identity i;

	ck_assert(identity_read(&i, path("id"), &bed.why));
	return i.outdated;
}

START_TEST(test_both_then_one)
{
	for (int i = 0; i < 2; i++) {
		begin();
		put_ca("ca/ca.pem", NULL);
		buf_text(&bed.body, "<zq:note>of a newer hub</zq:note>");
		put_ca("ca/next.pem", "ca/link.pem");
		ck_assert_msg(take(), "%s", buf_cstr(&bed.why));
		ck_assert_int_eq(count(), 2);
		ck_assert(is_outdated());
	}
	begin();
	put_ca("ca/next.pem", NULL);
	ck_assert(take());
	ck_assert_int_eq(count(), 1);
}
END_TEST

START_TEST(test_no_link)
{
	begin();
	put_ca("ca/ca.pem", NULL);
	put_ca("ca/next.pem", NULL);
	ck_assert(!take());
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.why), "CA 2 of the letter "
	    "is not signed for"));
	ck_assert_int_eq(count(), 1);
	ck_assert(!is_outdated());
}
END_TEST

/* An agent that was enrolled after a roll reads the letters of before: it
 * passes over them, and believes nobody more than it did. */
START_TEST(test_past)
{
	ck_assert(keep_put_certs(path("id/ca.pem"), KEEP_REPLACE,
	    &bed.next.cert, 1, &bed.why));
	begin();
	put_ca("ca/ca.pem", NULL);
	put_ca("ca/next.pem", "ca/link.pem");
	ck_assert_msg(take(), "%s", buf_cstr(&bed.why));
	ck_assert_uint_eq(bed.why.n, 0);
	ck_assert_int_eq(count(), 1);
	begin();
	put_ca("ca/next.pem", NULL);
	ck_assert(take());
	/* Of two rolls before; but not of a hub that was set up anew. */
	for (int later = 0; later < 2; later++) {
		clock_set(clock_wall() + (later ? 90 : -90) * DAY, 0);
		ck_assert(ca_create(path(later ? "new" : "old"), "测试",
		    &bed.why));
		clock_release();
		begin();
		put_ca(later ? "new/ca.pem" : "old/ca.pem", NULL);
		ck_assert_int_eq(take(), !later);
		ck_assert_int_eq(bed.why.n > 0, later);
		ck_assert_int_eq(count(), 1);
	}
}
END_TEST

static const struct {
	const char *body, *why;
} odd[] = {
	{ "", "can't be read" },
	{ "<a/>", "expected <zq:trust>" },
	{ "<zq:trust/>", "can't be read" },
	{ "<zq:trust xmlns:zq=\"" NS_ZQ "\"/>", "names 0 CAs" },
	{ "<zq:trust xmlns:zq=\"" NS_ZQ "\"><zq:ca>x</zq:ca></zq:trust>",
	  "no certificate in PEM" },
	{ "<zq:trust xmlns:zq=\"" NS_ZQ "\"><zq:ca/><zq:ca/><zq:ca/><zq:ca/>"
	  "<zq:ca/></zq:trust>", "more than 4 CAs" },
	{ "<!DOCTYPE x><zq:trust xmlns:zq=\"" NS_ZQ "\"/>",
	  "can't be read" },
};

START_TEST(test_odd)
{
	ck_assert(!trust_take(path("id"), span_of(odd[_i].body), &bed.why));
	ck_assert_msg(strstr(buf_cstr(&bed.why), odd[_i].why) != NULL, "%s",
	    buf_cstr(&bed.why));
	ck_assert_int_eq(count(), 1);
}
END_TEST

/* Two thirds, give or take, and never before half nor after three
 * quarters. */
START_TEST(test_due)
{
	struct identity i = { .not_before = 1000 * DAY,
	    .not_after = 1090 * DAY };
	int64_t first = renew_due(&i, 0), last = renew_due(&i, 999);

	ck_assert_int_ge(first - i.not_before, 90 * DAY * 60 / 100);
	ck_assert_int_le(last - i.not_before, 90 * DAY * 70 / 100);
	ck_assert_int_ge(last - first, 5 * DAY);
	for (uint32_t j = 1; j < 1000; j++)
		ck_assert_int_ge(renew_due(&i, j), renew_due(&i, j - 1));
}
END_TEST

static bool
is_pair(void)
{
	EVP_PKEY *key = keep_get_key(path("id/key.pem"), &bed.why);
	X509 *cert = keep_get_cert(path("id/cert.pem"), &bed.why);
	bool is = X509_check_private_key(cert, key) == 1;

	X509_free(cert);
	EVP_PKEY_free(key);
	return is;
}

/* Who renewed was killed when the key was in its place and the certificate
 * wasn't: the daemon lives on, and the next try mends that. */
START_TEST(test_cut_off)
{
	EVP_PKEY *key = identity_make_key();
	struct line line;
	const char *why;
	bool answered;
	X509 *cert = ca_issue_site(&bed.ca, key, 1, "4101000001", 90, &why);

	ck_assert(keep_put_certs(path("id/cert.pem.next"), KEEP_REPLACE, &cert,
	    1, &bed.why));
	ck_assert(keep_put_key(path("id/key.pem"), KEEP_REPLACE, key,
	    &bed.why));
	ck_assert(!is_pair());
	ck_assert(line_init(&line, "https://127.0.0.1:1", path("id"),
	    &bed.why));
	ck_assert_uint_eq(bed.why.n, 0);
	ck_assert(!renew_now(&line, path("id"), &answered, &bed.why));
	ck_assert(!answered);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&bed.why), "127.0.0.1:1"));
	ck_assert(is_pair());
	line_clear(&line);
	X509_free(cert);
	EVP_PKEY_free(key);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("trust");
	TCase *c = tcase_create("trust");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_both_then_one);
	tcase_add_test(c, test_no_link);
	tcase_add_test(c, test_past);
	tcase_add_loop_test(c, test_odd, 0,
	    (int)(sizeof(odd) / sizeof(odd[0])));
	tcase_add_test(c, test_due);
	tcase_add_test(c, test_cut_off);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
