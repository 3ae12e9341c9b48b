/*
 * Tickets: what is minted can be read, also by somebody with capitals and
 * blanks; what is odd is named.
 */
#include "certs/ticket.h"

#include "tests/unit/certs/help.h"

static const uint8_t key[TICKET_KEY] = "0123456789abcdef0123456789abcde";
static const uint8_t pin[TICKET_PIN] = "fedcba987654321";

/* The first case, worked out with openssl mac; a change breaks every ticket
 * that is under way. */
START_TEST(test_secret_is_fixed)
{
	static const uint8_t ref[TICKET_REF] = "ref456789";
	uint8_t secret[TICKET_SECRET];
	char command[512];
	struct buf hex;

	ticket_secret(secret, key, ref);
	buf_init(&hex, 128);
	for (size_t i = 0; i < TICKET_SECRET; i++)
		buf_printf(&hex, "%02X", secret[i]);
	snprintf(command, sizeof(command),
	    "printf 'zhanqun ticketref456789\\000' | openssl mac -digest "
	    "SHA256 -macopt hexkey:$(printf '%s\\000' | od -An -tx1 -v | "
	    "tr -d ' \\n') HMAC | cut -c1-32", (const char *)key);
	ck_assert_int_eq(help_run(command), 0);
	ck_assert(help_log_has(buf_cstr(&hex)));
	buf_clear(&hex);
}
END_TEST

START_TEST(test_round_trip)
{
	struct ticket t, u;
	const char *why = "";
	struct buf b;

	ticket_mint(&t, key, pin);
	buf_init(&b, 256);
	buf_text(&b, " \t");
	ticket_format(&b, &t);
	ck_assert_uint_eq(b.n, 2 + 3 + 1 + 16 + 1 + 26 + 1 + 26);
	buf_text(&b, "\r\n");
	ck_assert(ticket_parse(&u, buf_look(&b), &why));
	ck_assert_mem_eq(&t, &u, sizeof(t));
	for (size_t i = 0; i < b.n; i++)
		if (b.at[i] >= 'a' && b.at[i] <= 'z')
			b.at[i] = (char)(b.at[i] - 'a' + 'A');
	ck_assert(ticket_parse(&u, buf_look(&b), &why));
	ck_assert_mem_eq(&t, &u, sizeof(t));
	buf_clear(&b);
}
END_TEST

START_TEST(test_two_differ)
{
	struct ticket t, u;

	ticket_mint(&t, key, pin);
	ticket_mint(&u, key, pin);
	ck_assert_mem_ne(t.ref, u.ref, TICKET_REF);
	ck_assert_mem_ne(t.secret, u.secret, TICKET_SECRET);
}
END_TEST

#define REF "aaaaaaaaaaaaaaaa"
#define SECRET "bbbbbbbbbbbbbbbbbbbbbbbbba"
#define PIN "ccccccccccccccccccccccccca"

static const struct { const char *text, *why; } odd[] = {
	{ "", "starts with" },
	{ "zq2." REF "." SECRET "." PIN, "starts with" },
	{ "https://hub.example:7443", "starts with" },
	{ "zq1", "second" },
	{ "zq1.", "second" },
	{ "zq1." REF, "third" },
	{ "zq1." REF "." SECRET, "fourth" },
	{ "zq1." REF "." SECRET ".", "fourth" },
	{ "zq1.aaaa." SECRET "." PIN, "not 16" },
	{ "zq1." REF "." SECRET "b." PIN, "not 26" },
	{ "zq1." REF "." SECRET ".c", "not 26" },
	{ "zq1.aaaaaaaa1aaaaaaa." SECRET "." PIN, "character" },
	{ "zq1." REF ".bbbbbbbbbbbb bbbbbbbbbbbba." PIN, "third part" },
	{ "zq1." REF "." SECRET "." PIN ".", "more than four" },
	{ "zq1." REF "." SECRET "." PIN " x", "fourth part" },
};

START_TEST(test_odd_ones)
{
	struct ticket t;
	const char *why = NULL;

	ck_assert(!ticket_parse(&t, span_of(odd[_i].text), &why));
	ck_assert_msg(strstr(why, odd[_i].why) != NULL, "%s: %s",
	    odd[_i].text, why);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ticket");
	TCase *c = tcase_create("all");

	snprintf(help_dir, sizeof(help_dir), "/tmp/zq-certs.XXXXXX");
	if (mkdtemp(help_dir) == NULL)
		return 1;
	tcase_add_test(c, test_secret_is_fixed);
	tcase_add_test(c, test_round_trip);
	tcase_add_test(c, test_two_differ);
	tcase_add_loop_test(c, test_odd_ones, 0, sizeof(odd) / sizeof(odd[0]));
	suite_add_tcase(s, c);
	int rc = help_main(s);
	help_end();
	return rc;
}
