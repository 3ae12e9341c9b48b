/*
 * A CA that is rolled over: its files, cut off at each step; whom an agent
 * believes; who signs for whom meanwhile.
 */
#include "certs/roll.h"

#include "certs/anchor.h"
#include "certs/identity.h"
#include "certs/keep.h"
#include "tests/unit/certs/help.h"

static struct ca next;
static STACK_OF(X509) *linked;	/* the next CA's certificate, then its link */

static bool
is_there(const char *name)
{
	return access(help_path(name), F_OK) == 0;
}

static struct span
read_file(struct buf *b, const char *name)
{
	ck_assert_msg(keep_get(help_path(name), b, &help_why), "%s",
	    buf_cstr(&help_why));
	return buf_look(b);
}

static void
start(void)
{
	help_start();
	ck_assert_msg(roll_begin(help_path("ca"), &help_why), "%s",
	    buf_cstr(&help_why));
	ck_assert(roll_open(&next, help_path("ca"), &help_why));
	ck_assert_ptr_nonnull(next.cert);
	linked = help_certs(next.cert, NULL);
	ck_assert(sk_X509_push(linked, keep_get_cert(help_path("ca/link.pem"),
	    &help_why)) > 0);
}

static void
end(void)
{
	keep_free_certs(linked);
	ca_close(&next);
	help_end();
}

/* --- files --------------------------------------------------------------- */

START_TEST(test_begins)
{
	struct ca again;
	char name[256];

	ck_assert(roll_is_begun(help_path("ca")));
	ck_assert_mem_ne(next.pin, help_ca.pin, TICKET_PIN);
	ck_assert_int_ne(X509_NAME_cmp(X509_get_subject_name(next.cert),
	    X509_get_subject_name(help_ca.cert)), 0);
	X509_NAME_get_text_by_NID(X509_get_subject_name(next.cert),
	    NID_organizationalUnitName, name, sizeof(name));
	ck_assert_str_eq(name, CA_UNIT " 2");
	/* Begun again it is the same. */
	ck_assert(roll_begin(help_path("ca"), &help_why));
	ck_assert(roll_open(&again, help_path("ca"), &help_why));
	ck_assert_mem_eq(again.pin, next.pin, TICKET_PIN);
	ca_close(&again);
}
END_TEST

START_TEST(test_none_is_begun)
{
	struct ca none;

	ck_assert(ca_create(help_path("other"), CLUSTER, &help_why));
	ck_assert(!roll_is_begun(help_path("other")));
	ck_assert(roll_open(&none, help_path("other"), &help_why));
	ck_assert_ptr_null(none.cert);
	ck_assert(!roll_finish(help_path("other"), &help_why));
	help_expect_why("no roll of the CA is under way");
}
END_TEST

static void
expect_finished(void)
{
	struct ca now;
	X509 *old;

	ck_assert_msg(ca_open(&now, help_path("ca"), &help_why), "%s",
	    buf_cstr(&help_why));
	ck_assert_mem_eq(now.pin, next.pin, TICKET_PIN);
	ck_assert_mem_eq(now.ticket_key, help_ca.ticket_key, TICKET_KEY);
	ca_close(&now);
	ck_assert(!is_there("ca/next.key") && !is_there("ca/next.pem"));
	ck_assert(!is_there("ca/link.pem"));
	old = keep_get_cert(help_path("ca/old.pem"), &help_why);
	ck_assert_int_eq(X509_cmp(old, help_ca.cert), 0);
	X509_free(old);
	ck_assert(!roll_is_begun(help_path("ca")));
}

START_TEST(test_finishes)
{
	char name[64];
	struct ca third;

	ck_assert(roll_finish(help_path("ca"), &help_why));
	expect_finished();
	ck_assert(roll_begin(help_path("ca"), &help_why));
	ck_assert(roll_open(&third, help_path("ca"), &help_why));
	X509_NAME_get_text_by_NID(X509_get_subject_name(third.cert),
	    NID_organizationalUnitName, name, sizeof(name));
	ck_assert_str_eq(name, CA_UNIT " 3");
	ca_close(&third);
}
END_TEST

/* The machine went down after the key was moved. */
START_TEST(test_mends)
{
	struct ca now;

	ck_assert_int_eq(rename(help_path("ca/next.key"),
	    help_path("ca/ca.key")), 0);
	ck_assert(!ca_open(&now, help_path("ca"), &help_why));
	buf_reset(&help_why);
	ck_assert(roll_mend(help_path("ca"), &help_why));
	expect_finished();
	ck_assert(roll_mend(help_path("ca"), &help_why));
}
END_TEST

/* … and while it was begun: the certificate comes last. */
START_TEST(test_begins_again)
{
	struct ca now;

	ck_assert_int_eq(unlink(help_path("ca/next.pem")), 0);
	ck_assert(!roll_is_begun(help_path("ca")));
	ck_assert(roll_mend(help_path("ca"), &help_why));
	ck_assert(ca_open(&now, help_path("ca"), &help_why));
	ca_close(&now);
	ck_assert(roll_begin(help_path("ca"), &help_why));
	ck_assert(roll_finish(help_path("ca"), &help_why));
}
END_TEST

/* --- whom to believe ----------------------------------------------------- */

START_TEST(test_link)
{
	X509 *link = sk_X509_value(linked, 1);
	struct ca other;

	ck_assert(roll_is_link(link, next.cert, help_ca.cert));
	ck_assert(!roll_is_link(link, help_ca.cert, help_ca.cert));
	ck_assert(!roll_is_link(link, next.cert, next.cert));
	ck_assert(!roll_is_link(next.cert, next.cert, help_ca.cert));
	ck_assert(ca_create(help_path("o"), CLUSTER, &help_why));
	ck_assert(ca_open(&other, help_path("o"), &help_why));
	ck_assert(!roll_is_link(link, other.cert, help_ca.cert));
	ck_assert(!roll_is_link(link, next.cert, other.cert));
	ca_close(&other);
}
END_TEST

/* A site whose certificate is of the first CA. */
static void
enrolled(void)
{
	EVP_PKEY *key = identity_make_key();
	const char *why;
	X509 *cert = ca_issue_site(&help_ca, key, SITE, CODE, 90, &why);

	ck_assert(identity_save(help_path("id"), key, cert, help_ca.cert,
	    &help_why));
	X509_free(cert);
	EVP_PKEY_free(key);
}

static bool
believe(const char *first, const char *second)
{
	const char *const name[] = { first, second };
	struct span pem[2];
	struct buf b[2];
	bool ok;

	for (int i = 0; i < 2; i++) {
		buf_init(&b[i], 65536);
		if (name[i] != NULL)
			pem[i] = read_file(&b[i], name[i]);
	}
	ok = anchor_replace(help_path("id"), pem, second != NULL ? 2 : 1,
	    &help_why);
	buf_clear(&b[0]);
	buf_clear(&b[1]);
	return ok;
}

static int
believed(void)
{
	STACK_OF(X509) *cas = keep_get_certs(help_path("id/ca.pem"),
	    &help_why);
	int n = sk_X509_num(cas);

	keep_free_certs(cas);
	return n;
}

START_TEST(test_anchors)
{
	struct identity i;

	enrolled();
	/* Without its link the next one is anybody's. */
	ck_assert(!believe("ca/ca.pem", "ca/next.pem"));
	help_expect_why("CA 2 of the letter is not signed for");
	ck_assert_int_eq(believed(), 1);

	ck_assert(keep_put_certs(help_path("both"), KEEP_NEW,
	    (X509 *[]){ next.cert, sk_X509_value(linked, 1) }, 2,
	    &help_why));
	ck_assert(identity_read(&i, help_path("id"), &help_why));
	ck_assert(!i.outdated);
	ck_assert_msg(believe("ca/ca.pem", "both"), "%s",
	    buf_cstr(&help_why));
	ck_assert_int_eq(believed(), 2);
	ck_assert(identity_read(&i, help_path("id"), &help_why));
	ck_assert(i.outdated);
	ck_assert(believe("ca/ca.pem", "both"));
	ck_assert_int_eq(believed(), 2);
	/* The end: it is known by now. */
	ck_assert(believe("ca/next.pem", NULL));
	ck_assert_int_eq(believed(), 1);
	/* There is no way back, with a word or, if it is older, without. */
	ck_assert(believe("ca/ca.pem", NULL) == (help_why.n == 0));
	ck_assert_int_eq(believed(), 1);
}
END_TEST

START_TEST(test_odd_anchors)
{
	struct span none = SPAN("-----BEGIN CERTIFICATE-----\nxx\n");
	struct span many[ANCHOR_MOST + 1];
	X509 *leaf;

	enrolled();
	ck_assert(!anchor_replace(help_path("id"), &none, 1, &help_why));
	help_expect_why("no certificate in PEM");
	ck_assert(!anchor_replace(help_path("id"), &none, 0, &help_why));
	help_expect_why("names 0 CAs");
	for (size_t i = 0; i <= ANCHOR_MOST; i++)
		many[i] = none;
	ck_assert(!anchor_replace(help_path("id"), many, ANCHOR_MOST + 1,
	    &help_why));
	help_expect_why("names 5 CAs");
	/* A site's certificate is no CA's. */
	leaf = keep_get_cert(help_path("id/cert.pem"), &help_why);
	ck_assert(!believe("id/cert.pem", NULL));
	help_expect_why("is no CA's certificate");
	X509_free(leaf);
	clock_set(clock_wall() + (CA_DAYS + 1) * 24 * 3600000LL, 0);
	ck_assert(!believe("ca/ca.pem", NULL));
	help_expect_why("has expired");
	clock_release();
	ck_assert_int_eq(believed(), 1);
}
END_TEST

/* --- who signs ----------------------------------------------------------- */

static struct enroll *desk;

static bool
carry(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	struct enroll_request *r = arg;
	const char *w = NULL;

	(void)why;
	return enroll_read(desk, der, r, &w) &&
	    enroll_answer(desk, der, SITE, CODE, NULL, answer);
}

/* Renews with key and cert of `by`; who signed, or NULL: refused. */
static const struct ca *
renewed(const struct ca *by, STACK_OF(X509) *cas)
{
	EVP_PKEY *key = identity_make_key(), *fresh = identity_make_key();
	const struct ca *who = NULL;
	struct enroll_request r;
	const char *why;
	X509 *cert = ca_issue_site(by, key, SITE, CODE, 90, &why), *got;

	if (enroll_renew(cert, key, cas, fresh, carry, &r, &got,
	    &help_why)) {
		who = X509_verify(got, help_ca.key) == 1 ? &help_ca : &next;
		ck_assert_int_eq(X509_verify(got, who->key), 1);
		ck_assert_mem_eq(r.ca, who->pin, TICKET_PIN);
		X509_free(got);
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(fresh);
	return who;
}

START_TEST(test_signs)
{
	STACK_OF(X509) *old = help_certs(help_ca.cert, NULL);
	STACK_OF(X509) *both = help_certs(help_ca.cert, next.cert);
	STACK_OF(X509) *only = help_certs(next.cert, NULL);

	desk = enroll_new(&help_ca, CA_LEAF_DAYS);
	/* Not begun: nobody knows the next one. */
	ck_assert_ptr_eq(renewed(&help_ca, old), &help_ca);
	ck_assert_ptr_null(renewed(&next, both));
	help_expect_why("must be signed with the site's own certificate");

	enroll_roll(desk, &next);
	ck_assert_ptr_eq(renewed(&help_ca, old), &help_ca);
	ck_assert_msg(renewed(&help_ca, both) == &next, "%s",
	    buf_cstr(&help_why));
	ck_assert_ptr_eq(renewed(&next, both), &next);
	ck_assert_ptr_eq(renewed(&next, only), &next);

	/* Ended: the second is the first, the old one nobody. */
	enroll_free(desk);
	desk = enroll_new(&next, CA_LEAF_DAYS);
	ck_assert_ptr_eq(renewed(&next, both), &next);
	ck_assert_ptr_eq(renewed(&next, only), &next);
	ck_assert_ptr_null(renewed(&help_ca, both));
	help_expect_why("of this hub's CA");
	enroll_free(desk);
	keep_free_certs(old);
	keep_free_certs(both);
	keep_free_certs(only);
}
END_TEST

/* A ticket of the first CA enrols, whatever is under way. */
START_TEST(test_ticket)
{
	EVP_PKEY *key = identity_make_key();
	struct enroll_request r;
	struct ticket t;
	X509 *cert, *ca;

	desk = enroll_new(&help_ca, CA_LEAF_DAYS);
	enroll_roll(desk, &next);
	ticket_mint(&t, help_ca.ticket_key, help_ca.pin);
	ck_assert_msg(enroll_ask(&t, key, CODE, carry, &r, &cert, &ca,
	    &help_why), "%s", buf_cstr(&help_why));
	ck_assert_int_eq(X509_verify(cert, help_ca.key), 1);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	enroll_free(desk);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("roll");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, start, end);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_begins);
	tcase_add_test(c, test_none_is_begun);
	tcase_add_test(c, test_finishes);
	tcase_add_test(c, test_mends);
	tcase_add_test(c, test_begins_again);
	tcase_add_test(c, test_link);
	tcase_add_test(c, test_anchors);
	tcase_add_test(c, test_odd_anchors);
	tcase_add_test(c, test_signs);
	tcase_add_test(c, test_ticket);
	suite_add_tcase(s, c);
	return help_main(s);
}
