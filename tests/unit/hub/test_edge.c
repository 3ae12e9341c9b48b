/*
 * The edge with a core of straw behind it: what reaches the core and under
 * whose name, what comes back, and what a blocked site sees. Who is let in is
 * in test_edge_tls.c.
 */
#include "tests/unit/hub/edgekit.h"

START_TEST(test_hello)
{
	struct bed_client c;

	come(&c, 0);
	say(&c, "GET", "/v1/", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "/>\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "200 OK"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
	    "name=\"测试 &amp; Co\""));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "features=\""));
	ck_assert_uint_eq(bed.kinds[FRAME_PEER], 0);
	bed_leave(&c);
}
END_TEST

START_TEST(test_changes)
{
	struct bed_client c;
	struct frame_batch f;
	struct span row, why;
	struct change change;
	uint64_t seq;
	struct buf b;

	buf_init(&b, 65536);
	put_list(&b, 2);
	come(&c, 42);
	ck_assert(frame_comes(FRAME_PEER));
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&b));
	ck_assert(frame_comes(FRAME_BATCH));
	ck_assert(frame_batch_read(&f, buf_look(&bed.body)));
	ck_assert_uint_eq(f.peer.site, 42);
	ck_assert_uint_eq(strncmp(f.peer.address.at, "127.0.0.1:", 10), 0);
	ck_assert_uint_eq(f.head.incarnation, 77);
	ck_assert_uint_eq(f.head.first, 5);
	ck_assert(frame_batch_next(&f, &seq, &row, &why));
	ck_assert(change_read(&change, row));
	ck_assert_uint_eq(seq, 5);
	ck_assert(span_is(change.word[WORD_TITLE], SPAN("政务公开")));
	ck_assert(frame_batch_next(&f, &seq, &row, &why));
	ck_assert_uint_eq(seq, 6);
	ck_assert(!frame_batch_next(&f, &seq, &row, &why));
	ck_assert_uint_eq(c.got.n, 0);	/* not before it is durable */
	answer(bed.number, "<taken/>");
	ck_assert(bed_until(&c, "<taken/>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "Retry-After: 7\r\n"));
	/* The connection goes on; an old number finds nobody. */
	answer(bed.number, "<twice/>");
	say(&c, "GET", "/v1/", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "zq:hub"));
	ck_assert_ptr_null(strstr(buf_cstr(&c.got), "<twice/>"));
	bed_leave(&c);
	bed.kinds[FRAME_PEER] = 0;
	ck_assert(frame_comes(FRAME_PEER));
	buf_clear(&b);
}
END_TEST

/* A crowd at the door: who is inside is answered first. */
START_TEST(test_crowd)
{
	static const char hello[] = "GET /v1/ HTTP/1.1\r\nHost: x\r\n\r\n";
	SSL_CTX *ctx = context(&bed.ca, 42);
	struct bed_client inside, crowd[30];

	come(&inside, 42);
	for (int i = 0; i < 30; i++)
		bed_connect(&crowd[i], bed.base, bed.port, NULL);
	bed_turn(bed.base);
	for (int i = 0; i < 30; i++) {
		crowd[i].ssl = SSL_new(ctx);
		SSL_set_fd(crowd[i].ssl, crowd[i].fd);
		ck_assert_int_ne(SSL_connect(crowd[i].ssl), 1);
	}
	SSL_write(inside.ssl, hello, (int)strlen(hello));
	for (int i = 0; i < 2; i++) {	/* a turn to read, one to write */
		event_base_loopexit(bed.base, NULL);
		event_base_loop(bed.base, 0);
	}
	while (bed_read(&inside))
		continue;
	ck_assert_ptr_nonnull(strstr(buf_cstr(&inside.got), "zq:hub"));
	for (int i = 0; i < 30; i++) {
		char byte;

		ck_assert_int_lt(recv(crowd[i].fd, &byte, 1, MSG_PEEK), 0);
	}
	for (int i = 0; i < 30; i++) {
		for (int n = 0; n < BED_TURNS &&
		    SSL_connect(crowd[i].ssl) != 1; n++)
			bed_turn(bed.base);
		ck_assert(SSL_is_init_finished(crowd[i].ssl));
		bed_leave(&crowd[i]);
	}
	bed_leave(&inside);
	SSL_CTX_free(ctx);
}
END_TEST

#define LARGE "POST /v1/changes HTTP/1.1\r\nHost: x\r\n" \
	"Content-Type: application/xml\r\nContent-Length: 100000\r\n\r\n"

/* A site that brings in one large body after the other at once would have
 * the room of others. What is small may come all the same. */
START_TEST(test_one_large)
{
	struct bed_client a, b, c, other;
	struct buf xml;

	come(&a, 42);
	come(&b, 42);
	come(&c, 42);
	come(&other, 43);
	bed_say(&a, LARGE, strlen(LARGE));
	bed_say(&b, LARGE, strlen(LARGE));
	ck_assert(bed_until(&b, "another large body of this site"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b.got), "Retry-After: "));
	bed_say(&other, LARGE, strlen(LARGE));
	bed_turn(bed.base);
	ck_assert_uint_eq(other.got.n, 0);
	buf_init(&xml, 65536);
	put_list(&xml, 2);
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&xml));
	ck_assert(frame_comes(FRAME_BATCH));
	bed_leave(&b);
	bed_leave(&a);		/* and with it its body */
	bed_turn(bed.base);
	come(&b, 42);
	bed_say(&b, LARGE, strlen(LARGE));
	ck_assert(!bed_until(&b, "HTTP/1.1 503 "));
	bed_leave(&b);
	bed_leave(&c);
	bed_leave(&other);
	buf_clear(&xml);
}
END_TEST

START_TEST(test_bad_lists)
{
	struct bed_client c;
	struct buf b;

	buf_init(&b, 4u << 20);
	come(&c, 42);
	say(&c, "POST", "/v1/changes", "application/xml",
	    SPAN("<urlset>\n<oops"));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "verdict=\"bad\""));
	say(&c, "POST", "/v1/changes", "application/xml", SPAN_NONE);
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	say(&c, "POST", "/v1/changes", "application/xml",
	    SPAN("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>"));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	put_list(&b, 1001);
	say(&c, "POST", "/v1/changes", "application/xml", buf_look(&b));
	ck_assert(bed_until(&c, "</zq:answer>"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "400 Bad Request"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "1000"));
	ck_assert_uint_eq(bed.kinds[FRAME_BATCH], 0);
	ck_assert(!c.ended);
	bed_leave(&c);
	buf_clear(&b);
}
END_TEST

START_TEST(test_letters)
{
	struct frame_letters l;
	struct bed_client c;
	uint64_t number;

	come(&c, 42);
	say(&c, "GET", "/v1/letters?after=12&wait=60", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	ck_assert(frame_letters_read(&l, buf_look(&bed.body)));
	ck_assert_uint_eq(l.peer.site, 42);
	ck_assert_uint_eq(l.after, 12);
	ck_assert_uint_eq(l.wait, 60000);
	number = bed.number;
	ck_assert_uint_eq(bed.kinds[FRAME_GONE], 0);
	bed_leave(&c);
	ck_assert(frame_comes(FRAME_GONE));
	answer(number, "too late");
	bed_turn(bed.base);
	come(&c, 42);
	say(&c, "GET", "/v1/letters?after=-1", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "after must be a number"));
	say(&c, "GET", "/v1/letters?wait=61", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "wait must be a number from 0 to 60"));
	bed_leave(&c);
}
END_TEST

START_TEST(test_blocked)
{
	struct bed_client c, other;
	struct buf b;

	come(&c, 42);
	come(&other, 43);
	say(&c, "GET", "/v1/letters?wait=60", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	buf_init(&b, 1000);
	frame_site_write(&b, 42, SPAN("blocked"), SPAN("the key was lost"));
	channel_send(bed.core, FRAME_DROP, 0, buf_look(&b));
	ck_assert(bed_until_end(&c));
	bed_leave(&c);
	come(&c, 42);
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(bed_until(&c, "the key was lost"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got), "403 Forbidden"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&c.got),
	    "verdict=\"blocked\""));
	ck_assert(!other.ended);
	/* The list of the blocked is told anew, and is empty. */
	channel_send(bed.core, FRAME_BLOCKED, 0, SPAN_NONE);
	bed_turn(bed.base);
	bed.kinds[FRAME_LETTERS] = 0;
	say(&c, "GET", "/v1/letters", NULL, SPAN_NONE);
	ck_assert(frame_comes(FRAME_LETTERS));
	bed_leave(&c);
	bed_leave(&other);
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edge");
	TCase *c = tcase_create("edge");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_hello);
	tcase_add_test(c, test_changes);
	tcase_add_test(c, test_crowd);
	tcase_add_test(c, test_one_large);
	tcase_add_test(c, test_bad_lists);
	tcase_add_test(c, test_letters);
	tcase_add_test(c, test_blocked);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
