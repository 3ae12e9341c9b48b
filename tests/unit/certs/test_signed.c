/*
 * What the hub signs: opened with the CA and the hub's name and no other, in
 * date, unchanged; and as openssl(1) sees it.
 */
#include "certs/signed.h"

#include <openssl/cms.h>
#include <openssl/err.h>

#include "certs/keep.h"
#include "tests/unit/certs/help.h"

#define DAY (INT64_C(24) * 60 * 60 * 1000)

static struct buf chain, key, cas, other_cas, der, out;
static const struct span map = SPAN("<zq:map version=\"1\">\r\n政务\n\0</x>");

static void
read_file(struct buf *b, const char *name)
{
	buf_init(b, KEEP_FILE_MAX);
	ck_assert_msg(keep_get(help_path(name), b, &help_why), "%s",
	    buf_cstr(&help_why));
}

static void
start(void)
{
	static const char *const hosts[] = { "hub.gov.cn", "127.0.0.1", NULL };

	help_start();
	ck_assert_msg(ca_issue_hub(&help_ca, CLUSTER, hosts, CA_HUB_DAYS,
	    help_path("hub.key"), help_path("hub.pem"), &help_why), "%s",
	    buf_cstr(&help_why));
	ck_assert(ca_create(help_path("other"), CLUSTER, &help_why));
	read_file(&chain, "hub.pem");
	read_file(&key, "hub.key");
	read_file(&cas, "ca/ca.pem");
	read_file(&other_cas, "other/ca.pem");
	buf_init(&der, 1u << 20);
	buf_init(&out, 1u << 20);
	ck_assert_msg(signed_make(&der, map, buf_look(&chain), buf_look(&key),
	    &help_why), "%s", buf_cstr(&help_why));
}

static void
end(void)
{
	struct buf *const all[] = { &chain, &key, &cas, &other_cas, &der,
		&out };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_clear(all[i]);
	help_end();
}

static bool
opens(struct span what, struct buf *by, const char *hub, int64_t when)
{
	bool good;

	buf_reset(&out);
	buf_reset(&help_why);
	good = signed_open(&out, what, buf_look(by), hub, when, &help_why);
	ck_assert(good == (help_why.n == 0));
	ck_assert(good || out.n == 0);
	ck_assert(!good || span_is(buf_look(&out), map));
	return good;
}

START_TEST(test_who)
{
	int64_t now = clock_wall();
	struct span s = buf_look(&der);

	ck_assert_msg(opens(s, &cas, "hub.gov.cn", now), "%s",
	    buf_cstr(&help_why));
	ck_assert(opens(s, &cas, "127.0.0.1", now));
	ck_assert(opens(s, &cas, NULL, now));
	ck_assert(!opens(s, &cas, "bub.gov.cn", now));
	ck_assert(!opens(s, &cas, "127.0.0.2", now));
	ck_assert(!opens(s, &other_cas, NULL, now));
	ck_assert(!opens(s, &cas, NULL, now + (CA_HUB_DAYS + 2) * DAY));
	ck_assert(!opens(s, &cas, NULL, now - 9 * DAY));
	buf_span(&other_cas, buf_look(&cas));	/* both, while it is rolled */
	ck_assert(opens(s, &other_cas, NULL, now));
}
END_TEST

/* A site's own certificate is of the same CA, and yet no hub's. */
START_TEST(test_site)
{
	EVP_PKEY *own = EVP_EC_gen("P-256");
	const char *why;
	X509 *cert = ca_issue_site(&help_ca, own, SITE, CODE, CA_LEAF_DAYS,
	    &why);
	struct buf pem, secret, forged;

	ck_assert(keep_put_certs(help_path("site.pem"), KEEP_NEW, &cert, 1,
	    &help_why));
	ck_assert(keep_put_key(help_path("site.key"), KEEP_NEW, own,
	    &help_why));
	read_file(&pem, "site.pem");
	read_file(&secret, "site.key");
	buf_init(&forged, 1u << 20);
	ck_assert(signed_make(&forged, map, buf_look(&pem), buf_look(&secret),
	    &help_why));
	ck_assert(!opens(buf_look(&forged), &cas, NULL, clock_wall()));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&help_why), "not signed"));
	ck_assert(!signed_make(&forged, map, buf_look(&chain),
	    buf_look(&secret), &help_why));	/* another's key */
	X509_free(cert);
	EVP_PKEY_free(own);
	buf_clear(&pem);
	buf_clear(&secret);
	buf_clear(&forged);
}
END_TEST

START_TEST(test_changed)
{
	int64_t now = clock_wall();
	char *in = memmem(der.at, der.n, "version", 7);

	ck_assert_ptr_nonnull(in);
	in[0] = 'V';
	ck_assert(!opens(buf_look(&der), &cas, NULL, now));
	in[0] = 'v';
	ck_assert(opens(buf_look(&der), &cas, NULL, now));
	for (size_t i = 0; i < der.n; i += 7) {
		char was = der.at[i];

		der.at[i] = (char)(was ^ 0x41);
		(void)opens(buf_look(&der), &cas, NULL, now);
		der.at[i] = was;
		ck_assert(!opens((struct span){ der.at, i }, &cas, NULL,
		    now));
	}
	buf_byte(&der, 'x');
	ck_assert(!opens(buf_look(&der), &cas, NULL, now));
	ck_assert(!opens(SPAN("hello"), &cas, NULL, now));
	ck_assert(!opens(SPAN_NONE, &cas, NULL, now));
}
END_TEST

/* Nobody has signed it, so nobody's signature is wrong. */
START_TEST(test_unsigned)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY |
	    CMS_PARTIAL);
	uint8_t *bytes = NULL;
	int n;

	ck_assert_ptr_nonnull(cms);
	ck_assert_int_eq(ASN1_OCTET_STRING_set(*CMS_get0_content(cms),
	    (const uint8_t *)map.at, (int)map.n), 1);
	n = i2d_CMS_ContentInfo(cms, &bytes);
	ck_assert_int_gt(n, 0);
	ck_assert(!opens((struct span){ (char *)bytes, (size_t)n }, &cas,
	    NULL, clock_wall()));
	OPENSSL_free(bytes);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
}
END_TEST

START_TEST(test_openssl)
{
	char command[1024];
	FILE *f = fopen(help_path("map.der"), "wb");

	ck_assert(fwrite(der.at, 1, der.n, f) == der.n);
	fclose(f);
	snprintf(command, sizeof(command), "openssl cms -verify -binary "
	    "-inform DER -purpose sslserver -CAfile %s -in %s -out %s",
	    help_path("ca/ca.pem"), help_path("map.der"),
	    help_path("map.xml"));
	ck_assert_int_eq(help_run(command), 0);
	buf_reset(&out);
	ck_assert(keep_get(help_path("map.xml"), &out, &help_why));
	ck_assert(span_is(buf_look(&out), map));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signed");
	TCase *tests = tcase_create("signed");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_who);
	tcase_add_test(tests, test_site);
	tcase_add_test(tests, test_changed);
	tcase_add_test(tests, test_unsigned);
	tcase_add_test(tests, test_openssl);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
