/*
 * Enrolment, both halves: our client against our desk, in memory.
 */
#include "certs/enroll.h"

#include "certs/identity.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "tests/unit/certs/help.h"

/* --- the hub, in memory -------------------------------------------------- */

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
	expect_refusal(&book.ticket, "\xff\xfe", "at most 64 characters");
	expect_refusal(&book.ticket, "12345678901234567890123456789012345678"
	    "901234567890123456789012345", "at most 64 characters");
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

/* The right CA is shown, but it didn't sign. */
START_TEST(test_false_signature)
{
	EVP_PKEY *key = identity_make_key();
	struct ca mixed = help_ca;
	X509 *cert;

	mixed.key = identity_make_key();
	enroll_free(desk);
	desk = enroll_new(&mixed, CA_LEAF_DAYS);
	ck_assert(!ask(&book.ticket, key, CODE, &cert));
	help_expect_why("did not sign this certificate");
	enroll_free(desk);
	desk = NULL;
	EVP_PKEY_free(mixed.key);
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

/* A stranger may not choose how long the hub computes: 500 iterations made
 * 32767. */
START_TEST(test_dear_mac)
{
	struct enroll_request r;
	const char *why = "";
	char *count;

	book.used = true;
	expect_refusal(&book.ticket, CODE, "used before");
	ck_assert(enroll_read(desk, buf_look(&last), &r, &why));
	count = memmem(last.at, last.n, "\x02\x02\x01\xf4", 4);
	ck_assert_ptr_nonnull(count);
	memcpy(count + 2, "\x7f\xff", 2);
	ck_assert(!enroll_read(desk, buf_look(&last), &r, &why));
	ck_assert_ptr_nonnull(strstr(why, "iterations"));
}
END_TEST

/* --- renewal ------------------------------------------------------------- */

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
	STACK_OF(X509) *cas = help_certs(help_ca.cert, NULL);
	EVP_PKEY *key = identity_make_key(), *next = identity_make_key();
	uint8_t hash[CA_KEY_HASH];
	X509 *cert, *fresh;

	renewal_refusal = NULL;
	ck_assert(ask(&book.ticket, key, CODE, &cert));
	ck_assert_msg(enroll_renew(cert, key, cas, next,
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
	ck_assert(!enroll_renew(cert, key, cas, next, send_renewal,
	    NULL, &fresh, &help_why));
	help_expect_why("the hub says: this site is blocked");

	renewal_refusal = NULL;
	size_t n = last.n;
	for (flip = 1; flip < n; flip += 13) {
		bool ok = enroll_renew(cert, key, cas, next,
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
	keep_free_certs(cas);
}
END_TEST

START_TEST(test_renewal_of_strangers)
{
	STACK_OF(X509) *cas = help_certs(help_ca.cert, NULL);
	EVP_PKEY *key = identity_make_key(), *next = identity_make_key();
	X509 *cert, *fresh;
	struct ca stranger;
	const char *why;

	/* Signed by a CA that has our CA's name. */
	renewal_refusal = NULL;
	ck_assert(ca_create(help_path("stranger"), CLUSTER, &help_why));
	ck_assert(ca_open(&stranger, help_path("stranger"), &help_why));
	cert = ca_issue_site(&stranger, key, SITE, CODE, 90, &why);
	ck_assert(!enroll_renew(cert, key, cas, next, send_renewal,
	    NULL, &fresh, &help_why));
	ck_assert(!renewal.is_renewal);
	help_expect_why("must be signed with the site's own certificate");
	X509_free(cert);

	/* Not valid yet. */
	cert = ca_issue_site(&help_ca, key, SITE, CODE, 90, &why);
	clock_set(clock_wall() - ISSUE_EARLY * 1000LL - 3600000LL, 0);
	ck_assert(!enroll_renew(cert, key, cas, next, send_renewal,
	    NULL, &fresh, &help_why));
	help_expect_why("must be signed with the site's own certificate");
	clock_release();
	X509_free(cert);
	ca_close(&stranger);
	EVP_PKEY_free(key);
	EVP_PKEY_free(next);
	keep_free_certs(cas);
}
END_TEST

/* Out of date: the book is told since when, and decides. */
START_TEST(test_expired)
{
	STACK_OF(X509) *cas = help_certs(help_ca.cert, NULL);
	EVP_PKEY *key = identity_make_key(), *next = identity_make_key();
	int64_t then = clock_wall();
	const int64_t day = 24 * 3600000LL;
	X509 *cert, *fresh;
	const char *why;

	renewal_refusal = NULL;
	cert = ca_issue_site(&help_ca, key, SITE, CODE, 90, &why);
	clock_set(then + 89 * day, 0);
	ck_assert(enroll_renew(cert, key, cas, next, send_renewal, NULL,
	    &fresh, &help_why));
	ck_assert_int_eq(renewal.expired, 0);
	X509_free(fresh);
	clock_set(then + 97 * day, 0);
	ck_assert_msg(enroll_renew(cert, key, cas, next, send_renewal, NULL,
	    &fresh, &help_why), "%s", buf_cstr(&help_why));
	ck_assert(renewal.is_renewal && renewal.mac_good);
	ck_assert_int_eq(renewal.expired / day, (then + 90 * day) / day);
	ck_assert_int_ge(renewal.until, then + (97 + CA_LEAF_DAYS) * day);
	ck_assert_mem_eq(renewal.ca, help_ca.pin, TICKET_PIN);
	ck_assert_int_ge(ca_days_left(fresh, clock_wall()), CA_LEAF_DAYS - 1);
	X509_free(fresh);
	renewal_refusal = "it expired too long ago";
	ck_assert(!enroll_renew(cert, key, cas, next, send_renewal, NULL,
	    &fresh, &help_why));
	help_expect_why("the hub says: it expired too long ago");
	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(next);
	keep_free_certs(cas);
}
END_TEST

/* What the book writes down is what is made: it ends with the CA. Afterwards
 * the book isn't asked, or a ticket would be used up for nothing. */
START_TEST(test_end_of_ca)
{
	STACK_OF(X509) *cas = help_certs(help_ca.cert, NULL);
	EVP_PKEY *key = identity_make_key(), *next = identity_make_key();
	int64_t until = issue_time(X509_get0_notAfter(help_ca.cert));
	X509 *cert, *fresh;
	const char *why;

	renewal_refusal = NULL;
	clock_set(until - 10 * 24 * 3600000LL, 0);
	cert = ca_issue_site(&help_ca, key, SITE, CODE, 90, &why);
	ck_assert(enroll_renew(cert, key, cas, next, send_renewal, NULL,
	    &fresh, &help_why));
	ck_assert_int_eq(renewal.until, until);
	ck_assert_int_eq(issue_time(X509_get0_notAfter(fresh)), until);
	X509_free(fresh);
	clock_set(until + 3600000LL, 0);
	ck_assert(!enroll_renew(cert, key, cas, next, send_renewal, NULL,
	    &fresh, &help_why));
	ck_assert(renewal.is_confirm);
	X509_free(cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(next);
	keep_free_certs(cas);
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
	tcase_add_test(c, test_false_signature);
	tcase_add_test(c, test_reads_only_requests);
	tcase_add_test(c, test_dear_mac);
	tcase_add_test(c, test_renews);
	tcase_add_test(c, test_renewal_of_strangers);
	tcase_add_test(c, test_expired);
	tcase_add_test(c, test_end_of_ca);
	suite_add_tcase(s, c);
	return help_main(s);
}
