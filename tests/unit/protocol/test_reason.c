/*
 * Reasons: sentences are recognized by their form and said by a catalogue
 * that turns the parts around; what nobody knows stays as it is.
 */
#include "protocol/reason.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A catalogue of three. */
static const char *
say(const char *form)
{
	static const struct { const char *in, *out; } catalogue[] = {
		{ "%s is not a domain of this site, it belongs to site %s; "
		    "this site has %s", "<%3$s|%1$s|%2$s>" },
		{ "held: %s", "[%s]" },
		{ "loc: missing", "no loc" },
		{ "line %s: %s", "%2$s (l. %1$s)" },
		{ "refused by %s: %s", "%s, %s%%" },
		{ "somebody's words", "words" },
	};

	for (size_t i = 0; i < sizeof(catalogue) / sizeof(catalogue[0]); i++)
		if (strcmp(catalogue[i].in, form) == 0)
			return catalogue[i].out;
	return form;
}

static void
is_said(const char *english, const char *expected)
{
	struct buf b;

	buf_init(&b, 4096);
	reason_say(&b, span_of(english), say);
	ck_assert_str_eq(buf_cstr(&b), expected);
	buf_clear(&b);
}

START_TEST(parts_are_turned_around)
{
	is_said("a.gov.cn is not a domain of this site, it belongs to site "
	    "4101; this site has b.gov.cn, c.gov.cn",
	    "<b.gov.cn, c.gov.cn|a.gov.cn|4101>");
	is_said("refused by root: no", "root, no");
}
END_TEST

START_TEST(sentences_in_sentences)
{
	is_said("held: a.gov.cn is not a domain of this site, it belongs to "
	    "site 1; this site has b", "[<b|a.gov.cn|1>]");
	is_said("line 7: loc: missing", "no loc (l. 7)");
	is_said("held: somebody's words", "[words]");
}
END_TEST

START_TEST(unknown_stays)
{
	is_said("", "");
	is_said("held", "held");
	is_said("held: ", "held: ");
	is_said("a later hub says 100 % of this", "a later hub says 100 % of this");
	is_said("线路故障：%s %d %n", "线路故障：%s %d %n");
	is_said("refused by : no", "refused by : no");
	is_said("held: held: held: held: held: x", "[[[[held: x]]]]");
}
END_TEST

/* In English a sentence of any form is what it was. */
START_TEST(each_form_is_itself)
{
	struct buf said, again;
	const char *form, *s;
	size_t n;

	buf_init(&said, 4096);
	buf_init(&again, 4096);
	for (n = 0; (form = reason_form(n)) != NULL; n++) {
		buf_reset(&said);
		buf_reset(&again);
		for (; (s = strstr(form, "%s")) != NULL; form = s + 2) {
			buf_put(&said, form, (size_t)(s - form));
			buf_text(&said, "zq");
		}
		buf_text(&said, form);
		reason_put(&again, buf_look(&said));
		ck_assert_str_eq(buf_cstr(&again), buf_cstr(&said));
		ck_assert_ptr_null(strchr(buf_cstr(&said), '%'));
	}
	ck_assert_uint_gt(n, 50);
	buf_clear(&said);
	buf_clear(&again);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reason");
	TCase *t = tcase_create("said");
	SRunner *r;
	int failed;

	tcase_add_test(t, parts_are_turned_around);
	tcase_add_test(t, sentences_in_sentences);
	tcase_add_test(t, unknown_stays);
	tcase_add_test(t, each_form_is_itself);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
