/* Cursors: what is written is read; what is short, long or loose is bad. */
#include "protocol/wire.h"

#include "tests/unit/protocol/help.h"

START_TEST(round_trip)
{
	struct buf b;

	buf_init(&b, 1000);
	write_u8(&b, 0xfe);
	write_u16(&b, 0x1234);
	write_u32(&b, 0xdeadbeef);
	write_u64(&b, UINT64_C(0x0123456789abcdef));
	write_span(&b, SPAN("span"));
	write_span(&b, SPAN_NONE);
	ck_assert_mem_eq(b.at, "\xfe\x12\x34\xde\xad\xbe\xef\x01\x23\x45\x67"
	    "\x89\xab\xcd\xef\x04span\0", b.n);

	struct reader r = reader_of(buf_look(&b));

	ck_assert_uint_eq(read_u8(&r), 0xfe);
	ck_assert_uint_eq(read_u16(&r), 0x1234);
	ck_assert_uint_eq(read_u32(&r), 0xdeadbeef);
	ck_assert_uint_eq(read_u64(&r), UINT64_C(0x0123456789abcdef));
	ck_assert(span_is(read_span(&r), SPAN("span")));
	ck_assert(!reader_done(&r));
	ck_assert_uint_eq(reader_left(&r), 1);
	ck_assert_uint_eq(read_span(&r).n, 0);
	ck_assert(reader_done(&r));
	buf_clear(&b);
}
END_TEST

START_TEST(varints)
{
	static const uint64_t some[] = { 0, 1, 127, 128, 300, 16383, 16384,
		UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX };
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		buf_reset(&b);
		write_varint(&b, some[i]);

		struct reader r = reader_of(buf_look(&b));

		ck_assert_uint_eq(read_varint(&r), some[i]);
		ck_assert(reader_done(&r));
		for (size_t n = 0; n < b.n; n++) {	/* cut short */
			r = reader_of((struct span){ b.at, n });
			ck_assert_uint_eq(read_varint(&r), 0);
			ck_assert(r.bad);
		}
	}
	buf_clear(&b);
}
END_TEST

START_TEST(bad_varints)
{
	static const struct span some[] = {
		{ "\x80\x00", 2 },			/* longer than needed */
		{ "\xff\x80\x00", 3 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct reader r = reader_of(some[i]);

		ck_assert_uint_eq(read_varint(&r), 0);
		ck_assert(r.bad);
	}
}
END_TEST

START_TEST(never_past_the_end)
{
	struct reader r = reader_of((struct span){ "\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\x01" "abc", 13 });

	ck_assert(read_span(&r).at == NULL);	/* 2^64-1 bytes, it says */
	ck_assert(r.bad);
	ck_assert_uint_eq(reader_left(&r), 0);
	ck_assert_uint_eq(read_u64(&r), 0);	/* stays bad */
	ck_assert(!reader_done(&r));
	r = reader_of(SPAN_NONE);
	ck_assert(reader_done(&r));
	ck_assert_uint_eq(read_u8(&r), 0);
	ck_assert(!reader_done(&r));
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, round_trip);
	tcase_add_test(t, varints);
	tcase_add_test(t, bad_varints);
	tcase_add_test(t, never_past_the_end);
}

int
main(void)
{
	return help_main("wire", fill);
}
