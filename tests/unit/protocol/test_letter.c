/* Letters: as rows, as a document, and what is not one. */
#include "protocol/changelist.h"
#include "protocol/letter.h"

#include "tests/unit/protocol/help.h"

static struct letter some[] = {
	{ .number = 12, .when = 1795219204500, .kind = SPAN("held"),
	    .about = SPAN("https://www.evil.example/?a&b"),
	    .text = SPAN("not a domain of this site: <evil>"),
	    .body = SPAN("<held xmlns=\"urn:zhanqun:1\" seq=\"4712\">"
	    "why &amp; how</held>") },
	{ .number = 13, .when = 1795219205000, .kind = SPAN("notice"),
	    .text = SPAN("今晚 22:00 起停机维护") },
	{ .number = 14, .when = 1795219206000, .kind = SPAN("x-y") },
};
#define COUNT (sizeof(some) / sizeof(some[0]))

static size_t got;

static void
same(const struct letter *a, const struct letter *b)
{
	ck_assert_uint_eq(a->number, b->number);
	ck_assert_int_eq(a->when, b->when);
	ck_assert(span_is(a->kind, b->kind));
	ck_assert(span_is(a->about, b->about));
	ck_assert(span_is(a->text, b->text));
	ck_assert(span_is(a->body, b->body));
}

static void
on_letter(void *arg, const struct letter *l)
{
	ck_assert(arg == &got);
	ck_assert_uint_lt(got, COUNT);
	same(l, &some[got++]);
}

static void
on_any(void *arg, const struct letter *l)
{
	(void)l;
	++*(size_t *)arg;
}

START_TEST(rows)
{
	struct buf b;
	struct letter l;

	buf_init(&b, LIMIT_LETTER);
	for (size_t i = 0; i < COUNT; i++) {
		buf_reset(&b);
		letter_write(&b, &some[i]);
		ck_assert(letter_read(&l, buf_look(&b)));
		same(&l, &some[i]);
		for (size_t n = 0; n < b.n; n++)
			ck_assert(!letter_read(&l, (struct span){ b.at, n }));
		if (i == 0)
			help_golden(GOLDEN "letter.row", buf_look(&b));
		buf_byte(&b, 0);
		ck_assert(!letter_read(&l, buf_look(&b)));
	}
	buf_reset(&b);
	letter_write(&b, &(struct letter){ .number = 1,
	    .kind = SPAN("Held") });
	ck_assert(!letter_read(&l, buf_look(&b)));
	buf_reset(&b);
	letter_write(&b, &(struct letter){ .number = 0,
	    .kind = SPAN("held") });
	ck_assert(!letter_read(&l, buf_look(&b)));
	buf_reset(&b);
	letter_write(&b, &(struct letter){ .number = 1, .kind = SPAN("held"),
	    .text = SPAN("\xff") });
	ck_assert(!letter_read(&l, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

START_TEST(document)
{
	struct buf b;
	struct letters_head head;
	const char *why = "";

	buf_init(&b, LIMIT_ANSWER);
	letters_begin(&b, &(struct letters_head){ .last = 14,
	    .now = 1795219207000 });
	for (size_t i = 0; i < COUNT; i++)
		letters_put(&b, &some[i]);
	letters_end(&b);
	help_golden(GOLDEN "letters.xml", buf_look(&b));
	got = 0;
	ck_assert_msg(letters_read(buf_look(&b), &head, NULL, on_letter,
	    &got, &why), "%s", why);
	ck_assert_uint_eq(got, COUNT);
	ck_assert_uint_eq(head.last, 14);
	ck_assert_int_eq(head.now, 1795219207000);
	buf_reset(&b);
	letters_begin(&b, &(struct letters_head){ .last = 0 });
	letters_end(&b);
	ck_assert(letters_read(buf_look(&b), &head, NULL, on_letter,
	    &got, NULL));
	buf_clear(&b);
}
END_TEST

/* Those on which agents act, and what the hub wants besides. */
static const struct letter orders[] = {
	{ .number = 15, .when = 1795219208000, .kind = SPAN(LETTER_RELEASE),
	    .text = SPAN("wang at the hub: the section was closed") },
	{ .number = 16, .when = 1795219209000, .kind = SPAN(LETTER_REFUSE),
	    .about = SPAN("www"), .text = SPAN("wang at the hub: a disk was "
	    "not mounted") },
	{ .number = 17, .when = 1795219210000, .kind = SPAN(LETTER_TRUST),
	    .text = SPAN("this hub's CA changes"),
	    .body = SPAN("<trust xmlns=\"urn:zhanqun:1\">"
	    "<ca xmlns=\"urn:zhanqun:1\">-----BEGIN CERTIFICATE-----&#10;"
	    "old&#10;-----END CERTIFICATE-----&#10;</ca>"
	    "<ca xmlns=\"urn:zhanqun:1\">-----BEGIN CERTIFICATE-----&#10;"
	    "new&#10;-----END CERTIFICATE-----&#10;</ca></trust>") },
};

static void
on_order(void *arg, const struct letter *l)
{
	ck_assert(arg == &got);
	ck_assert_uint_lt(got, 3);
	same(l, &orders[got++]);
}

START_TEST(orders_and_want)
{
	struct buf b, want;
	struct letters_head head;
	const char *why = "";

	buf_init(&b, LIMIT_ANSWER);
	buf_init(&want, LIMIT_TEXT);
	letters_begin(&b, &(struct letters_head){ .last = 17,
	    .now = 1795219211000, .want = SPAN("prove renew") });
	for (size_t i = 0; i < 3; i++)
		letters_put(&b, &orders[i]);
	letters_end(&b);
	help_golden(GOLDEN "letters-orders.xml", buf_look(&b));
	got = 0;
	ck_assert_msg(letters_read(buf_look(&b), &head, &want, on_order,
	    &got, &why), "%s", why);
	ck_assert_uint_eq(got, 3);
	ck_assert_str_eq(buf_cstr(&want), "prove renew");
	buf_clear(&b);
	buf_clear(&want);
}
END_TEST

#define ROOT "<zq:letters xmlns:zq='" NS_ZQ "' last='1' now='2026-11-21'>"
#define LETTER "<zq:letter number='1' when='2026-11-21' kind='held'>"
#define END "</zq:letter></zq:letters>"
static const struct { const char *xml, *why; } refused[] = {
	{ "", "not well-formed" },
	{ "<letters/>", "expected <zq:letters" },
	{ "<zq:letters xmlns:zq='" NS_ZQ "' now='2026-11-21'/>",
	    "last: expected a number" },
	{ "<zq:letters xmlns:zq='" NS_ZQ "' last='1'/>",
	    "now: expected a time" },
	{ ROOT "<zq:letter when='2026-11-21' kind='held'/></zq:letters>",
	    "number: expected a number" },
	{ ROOT "<zq:letter number='0' when='2026-11-21' kind='held'/>"
	    "</zq:letters>", "number: expected a number from 1" },
	{ ROOT "<zq:letter number='1' kind='held'/></zq:letters>",
	    "when: expected a time" },
	{ ROOT "<zq:letter number='1' when='2026-11-21' kind='HELD'/>"
	    "</zq:letters>", "kind: expected 1 to 32" },
	{ ROOT LETTER "<!DOCTYPE x>" END, "DOCTYPE" },
	{ ROOT LETTER "<zq:text>x" END, "not well-formed" },
};

START_TEST(strange)
{
	struct letters_head head;
	size_t count = 0;
	const char *why;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		ck_assert_msg(!letters_read(span_of(refused[i].xml), &head, NULL, on_any, &count, &why), "%s", refused[i].xml);
		ck_assert_msg(strstr(why, refused[i].why) != NULL, "%s", why);
	}
	ck_assert_uint_eq(count, 0);
	/* What a newer hub sends besides is read over. */
	ck_assert(letters_read(SPAN(ROOT "<zq:parcel/>" LETTER "<zq:stamp/>"
	    "<zq:text>x</zq:text>" END), &head, NULL, on_any, &count,
	    &why));
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(too_long)
{
	struct buf b;
	struct letters_head head;
	size_t count = 0;

	buf_init(&b, 4u << 20);
	buf_text(&b, ROOT LETTER "<zq:body><a>");
	while (b.n < LIMIT_LETTER + 1000)
		buf_byte(&b, 'a');
	buf_text(&b, "</a></zq:body>" END);
	ck_assert(!letters_read(buf_look(&b), &head, NULL, on_any,
	    &count, NULL));
	while (b.n <= LIMIT_ANSWER)
		buf_byte(&b, ' ');
	ck_assert(!letters_read(buf_look(&b), &head, NULL, on_any,
	    &count, NULL));
	ck_assert_uint_eq(count, 0);
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, rows);
	tcase_add_test(t, document);
	tcase_add_test(t, orders_and_want);
	tcase_add_test(t, strange);
	tcase_add_test(t, too_long);
}

int
main(void)
{
	return help_main("letter", fill);
}
