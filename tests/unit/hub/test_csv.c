/*
 * Tables as text: what is read, what is refused, and what is written so that a
 * spreadsheet takes it for words.
 */
#include "hub/csv.h"

#include <check.h>
#include <string.h>

START_TEST(test_csv)
{
	struct csv c;
	struct buf b;

	csv_open(&c, SPAN("a,\"b \"\"q\"\", \",  c  \r\n\n,,\n"
	    "\"two\nlines\",x\rlast"));
	ck_assert(csv_next(&c));
	ck_assert_uint_eq(c.line, 1);
	ck_assert_uint_eq(c.cells, 3);
	ck_assert(span_is(c.cell[1], SPAN("b \"q\",")));
	ck_assert(span_is(c.cell[2], SPAN("c")));
	ck_assert(csv_next(&c));
	ck_assert_uint_eq(c.line, 4);
	ck_assert(span_is(c.cell[0], SPAN("two\nlines")));
	ck_assert(csv_next(&c));
	ck_assert_uint_eq(c.line, 6);
	ck_assert(span_is(c.cell[0], SPAN("last")));
	ck_assert(!csv_next(&c));
	ck_assert_ptr_null(c.wrong);
	csv_close(&c);

	csv_open(&c, SPAN("\"a\"b\n"));
	ck_assert(!csv_next(&c));
	ck_assert_ptr_nonnull(c.wrong);
	csv_close(&c);
	csv_open(&c, SPAN("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n"));
	ck_assert(!csv_next(&c));
	ck_assert_ptr_nonnull(c.wrong);
	csv_close(&c);

	buf_init(&b, 64);
	csv_put(&b, SPAN("plain"));
	csv_put(&b, SPAN("a\"b,c"));
	ck_assert_str_eq(buf_cstr(&b), "plain\"a\"\"b,c\"");
	buf_reset(&b);
	csv_put_text(&b, SPAN("=HYPERLINK(\"http://e\")"));
	ck_assert_str_eq(buf_cstr(&b), "\"'=HYPERLINK(\"\"http://e\"\")\"");
	for (const char *f = "=+-@\t\r"; *f != '\0'; f++) {
		char text[] = { *f, 'x', '\0' };

		buf_reset(&b);
		csv_put_text(&b, span_of(text));
		ck_assert_int_eq(buf_cstr(&b)[0], '\'');
	}
	buf_reset(&b);
	csv_put_text(&b, SPAN("＝1"));
	csv_put_text(&b, SPAN("＋1"));
	csv_put_text(&b, SPAN("－1"));
	csv_put_text(&b, SPAN("＠1"));
	csv_put_text(&b, SPAN("（1"));
	ck_assert_str_eq(buf_cstr(&b), "'＝1'＋1'－1'＠1（1");
	buf_reset(&b);
	csv_put_text(&b, SPAN("a=b"));
	csv_put_text(&b, SPAN_NONE);
	ck_assert_str_eq(buf_cstr(&b), "a=b");
	buf_reset(&b);
	csv_put_text(&b, SPAN("a\xe2\x80\xae" "b"));	/* right to left */
	ck_assert_ptr_null(strstr(buf_cstr(&b), "\xe2\x80\xae"));
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("csv");
	TCase *t = tcase_create("csv");
	SRunner *r;
	int failed;

	tcase_add_test(t, test_csv);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
