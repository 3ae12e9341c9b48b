/*
 * Heads of requests: what is understood, and above all what is refused,
 * because two readers could understand it in two ways.
 */
#include "hub/http_head.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "hub/http_chunks.h"
#include "hub/http_query.h"
#include "hub/http_reply.h"

#define H "Host: hub\r\n"

static struct span
text(const char *s)
{
	return (struct span){ .at = s, .n = strlen(s) };
}

static const struct {
	const char *head;
	int status;
} judged[] = {
	{ "GET / HTTP/1.1\r\n" H "\r\n", 0 },
	{ "GET / HTTP/1.0\r\n\r\n", 0 },
	{ "GET http://hub/x?y HTTP/1.1\r\n" H "\r\n", 0 },
	{ "GET /\xe6\x94\xbf HTTP/1.1\r\n" H "\r\n", 0 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 7\r\n\r\n", 0 },
	{ "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 0 },
	/* the request line */
	{ "GET /\r\n\r\n", 400 },
	{ "GET  / HTTP/1.1\r\n" H "\r\n", 400 },
	{ "G(T / HTTP/1.1\r\n" H "\r\n", 400 },
	{ "GET x HTTP/1.1\r\n" H "\r\n", 400 },
	{ "GET /#x HTTP/1.1\r\n" H "\r\n", 400 },
	{ "GET http://hub HTTP/1.1\r\n" H "\r\n", 400 },
	{ "GET http://hub?a=/b HTTP/1.1\r\n" H "\r\n", 400 },
	{ "GET / HTTP/2.0\r\n" H "\r\n", 505 },
	{ "GET / http/1.1\r\n" H "\r\n", 400 },
	{ "GET / HTTP/1.1 \r\n" H "\r\n", 505 },
	/* lines */
	{ "GET / HTTP/1.1\n" H "\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: hub\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H "a : b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H " folded\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H ": b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H "nothing\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H "a: b\rc\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H "a: \x7f\r\n\r\n", 400 },
	/* Host */
	{ "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" H H "\r\n", 400 },
	/* how long is it? */
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n"
	  "Content-Length: 1\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n"
	  "content-length: 2\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n"
	  "\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n", 400 },
	{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n",
	  501 },
	{ "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: identity\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" H "Transfer-Encoding: \x0b" "chunked\r\n\r\n",
	  400 },
	{ "POST / HTTP/1.1\r\n" H "Expect: the-unexpected\r\n\r\n", 417 },
};

START_TEST(test_judged)
{
	struct http_head h;
	const char *why = NULL;
	int status = http_head_read(&h, text(judged[_i].head), &why);

	ck_assert_msg(status == judged[_i].status, "%s: %d, not %d (%s)",
	    judged[_i].head, status, judged[_i].status, why);
	ck_assert_uint_gt(strlen(why), 10);
}
END_TEST

START_TEST(test_nul)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: hub\r\na: b\0c\r\n\r\n";
	static const char line[] = "GET /\0 HTTP/1.1\r\nHost: hub\r\n\r\n";
	struct http_head h;
	const char *why;

	ck_assert_int_eq(http_head_read(&h, SPAN(head), &why), 400);
	ck_assert_int_eq(http_head_read(&h, SPAN(line), &why), 400);
}
END_TEST

START_TEST(test_parts)
{
	struct http_head h;
	const char *why;

	ck_assert_int_eq(http_head_read(&h, SPAN(
	    "POST /v1/changes?a=1?b HTTP/1.1\r\nhOST:  hub:7443 \t\r\n"
	    "content-TYPE: Application/XML ; charset=utf-8\r\n"
	    "Content-Length: 0012\r\nExpect: 100-Continue\r\n"
	    "Connection: x, Close\r\n\r\n"), &why), 0);
	ck_assert(span_is(h.method, SPAN("POST")));
	ck_assert(span_is(h.path, SPAN("/v1/changes")));
	ck_assert(span_is(h.query, SPAN("a=1?b")));
	ck_assert(span_is(h.host, SPAN("hub:7443")));
	ck_assert(span_is(h.type, SPAN("Application/XML")));
	ck_assert_uint_eq(h.length, 12);
	ck_assert(h.expects && !h.keep && !h.chunked && !h.old);
	ck_assert(span_is(http_head_get(&h, "Content-type"),
	    SPAN("Application/XML ; charset=utf-8")));
	ck_assert_uint_eq(http_head_get(&h, "X").n, 0);
}
END_TEST

START_TEST(test_keep)
{
	struct http_head h;
	const char *why;

	ck_assert_int_eq(http_head_read(&h,
	    SPAN("GET / HTTP/1.1\r\n" H "\r\n"), &why), 0);
	ck_assert(h.keep);
	ck_assert_int_eq(http_head_read(&h,
	    SPAN("GET / HTTP/1.0\r\n\r\n"), &why), 0);
	ck_assert(h.old && !h.keep);
	ck_assert_int_eq(http_head_read(&h, SPAN("GET / HTTP/1.0\r\n"
	    "Connection: Keep-Alive\r\n\r\n"), &why), 0);
	ck_assert(h.keep);
}
END_TEST

START_TEST(test_many_fields)
{
	struct http_head h;
	struct buf b;
	const char *why;

	buf_init(&b, 65536);
	buf_text(&b, "GET / HTTP/1.1\r\n" H);
	for (int i = 1; i < HTTP_FIELDS; i++)
		buf_printf(&b, "a%d: b\r\n", i);
	buf_text(&b, "\r\n");
	ck_assert_int_eq(http_head_read(&h, buf_look(&b), &why), 0);
	buf_cut(&b, b.n - 2);
	buf_text(&b, "more: b\r\n\r\n");
	ck_assert_int_eq(http_head_read(&h, buf_look(&b), &why), 431);
	buf_clear(&b);
}
END_TEST

/* --- chunks -------------------------------------------------------------- */

/* Feeds `step` bytes at a time; false if refused. Body into out. */
static bool
unchunk(struct span s, size_t step, struct buf *out, bool *done)
{
	struct http_chunks c;

	http_chunks_init(&c);
	while (s.n > 0 && !http_chunks_done(&c)) {
		struct span part = { .at = s.at,
		    .n = s.n < step ? s.n : step };

		s.at += part.n;
		s.n -= part.n;
		while (part.n > 0 && !http_chunks_done(&c)) {
			struct span data;

			if (!http_chunks_next(&c, &part, &data))
				return false;
			buf_span(out, data);
		}
	}
	*done = http_chunks_done(&c);
	return true;
}

static const struct {
	const char *body, *means;	/* means NULL: refused */
	bool done;
} chunked[] = {
	{ "5\r\nhello\r\n0\r\n\r\n", "hello", true },
	{ "5;a=\"b\"\r\nhello\r\n00A\r\n, world!!!\r\n0\r\nx: y\r\n\r\n",
	  "hello, world!!!", true },
	{ "5\r\nhel", "hel", false },
	{ "0\r\n\r", "", false },
	{ "", "", false },
	{ "5\nhello\r\n0\r\n\r\n", NULL, false },
	{ "+5\r\nhello\r\n", NULL, false },
	{ "0x5\r\nhello\r\n", NULL, false },
	{ " 5\r\nhello\r\n", NULL, false },
	{ "5 \r\nhello\r\n", NULL, false },
	{ "\r\nhello\r\n", NULL, false },
	{ ";a\r\nhello\r\n", NULL, false },
	{ "5\r\nhelloX\r\n", NULL, false },
	{ "5\r\nhello\n", NULL, false },
	{ "1234567890123456\r\n", NULL, false },
};

START_TEST(test_chunks)
{
	struct buf out;
	bool done;

	buf_init(&out, 1000);
	for (size_t step = 1; step < 40; step++) {
		bool good = unchunk(text(chunked[_i].body), step, &out, &done);

		ck_assert_msg(good == (chunked[_i].means != NULL), "%s",
		    chunked[_i].body);
		if (good) {
			ck_assert_str_eq(buf_cstr(&out), chunked[_i].means);
			ck_assert(done == chunked[_i].done);
		}
		buf_reset(&out);
	}
	buf_clear(&out);
}
END_TEST

START_TEST(test_chunk_lines_are_bounded)
{
	struct buf b, out;
	bool done;

	buf_init(&b, 100000);
	buf_init(&out, 1000);
	buf_text(&b, "5;");
	for (int i = 0; i < 300; i++)
		buf_byte(&b, 'x');
	ck_assert(!unchunk(buf_look(&b), 7, &out, &done));
	buf_reset(&b);
	buf_text(&b, "0\r\n");
	for (int i = 0; i < 1000; i++)
		buf_text(&b, "a: b\r\n");
	ck_assert(!unchunk(buf_look(&b), 7, &out, &done));
	buf_clear(&b);
	buf_clear(&out);
}
END_TEST

/* --- queries and replies ------------------------------------------------- */

START_TEST(test_query)
{
	const struct span q = SPAN("a=1&bb=%E6%94%BF+x&c=%4&d&a=2&e=%zz");
	struct buf b;

	buf_init(&b, 8);
	ck_assert(http_query_get(q, "a", &b));
	ck_assert_str_eq(buf_cstr(&b), "1");
	ck_assert(http_query_get(q, "bb", &b));
	ck_assert_str_eq(buf_cstr(&b), "政 x");
	ck_assert(!http_query_get(q, "b", &b));
	ck_assert(!http_query_get(q, "c", &b));
	ck_assert(!http_query_get(q, "d", &b));
	ck_assert(!http_query_get(q, "e", &b));
	ck_assert(http_query_has(q, "a") && http_query_has(q, "bb"));
	ck_assert(!http_query_has(q, "b") && !http_query_has(SPAN_NONE, "a"));
	ck_assert(!http_query_get(SPAN("x=1&a=half%4"), "a", &b));
	ck_assert(http_query_has(SPAN("x=1&a=half%4"), "a"));
	ck_assert(b.n == 0 && !b.bad);
	ck_assert(!http_query_get(SPAN("a=123456789"), "a", &b));
	ck_assert(!http_query_get(SPAN_NONE, "a", &b));
	buf_clear(&b);
}
END_TEST

START_TEST(test_reply)
{
	struct buf b;
	char date[HTTP_REPLY_DATE];

	buf_init(&b, 10000);
	http_reply_field(&b, "ETag", "a\r\nSet-Cookie: b");
	ck_assert_str_eq(buf_cstr(&b), "ETag: a??Set-Cookie: b\r\n");
	buf_reset(&b);
	http_reply_head(&b, &(struct http_reply){ .status = 405,
	    .type = "text/plain", .length = 7, .close = true,
	    .extra = SPAN("Allow: GET\r\n") });
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b),
	    "HTTP/1.1 405 Method Not Allowed\r\nDate: "));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "\r\nServer: zhanqun/"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b),
	    "\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n"
	    "Connection: close\r\nAllow: GET\r\n\r\n"));
	ck_assert_str_eq(http_reply_date(date, 784111777000),
	    "Sun, 06 Nov 1994 08:49:37 GMT");
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("http_head");
	TCase *t = tcase_create("head");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, test_judged, 0,
	    sizeof(judged) / sizeof(judged[0]));
	tcase_add_test(t, test_nul);
	tcase_add_test(t, test_parts);
	tcase_add_test(t, test_keep);
	tcase_add_test(t, test_many_fields);
	tcase_add_loop_test(t, test_chunks, 0,
	    sizeof(chunked) / sizeof(chunked[0]));
	tcase_add_test(t, test_chunk_lines_are_bounded);
	tcase_add_test(t, test_query);
	tcase_add_test(t, test_reply);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
