/* Digests: sums that don't care for order, and undo exactly. */
#include "protocol/digest.h"
#include "protocol/sha.h"

#include "tests/unit/protocol/help.h"

static void
hash_of(uint8_t out[32], unsigned n)
{
	uint8_t change[32] = { (uint8_t)n, (uint8_t)(n >> 8) };

	digest_item_hash(out, SPAN("id"), change);
}

START_TEST(sha)
{
	uint8_t out[32];
	struct buf b;
	struct sha s;

	buf_init(&b, 100000);
	sha_of(out, SPAN("abc"));
	text_hex(&b, out, 32);
	ck_assert_str_eq(buf_cstr(&b), "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");	/* FIPS 180-2 */
	buf_reset(&b);
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "%d,", i);

	uint8_t whole[32];

	sha_of(whole, buf_look(&b));
	for (size_t piece = 1; piece < 6000; piece = piece * 3 + 1) {
		sha_begin(&s);
		for (size_t i = 0; i < b.n; i += piece)
			sha_add(&s, b.at + i, b.n - i < piece ? b.n - i :
			    piece);
		sha_end(&s, out);
		ck_assert_mem_eq(out, whole, 32);
	}
	buf_clear(&b);
}
END_TEST

START_TEST(order_and_undo)
{
	struct digest up, down, none;
	uint8_t h[32], a[32], b[32];

	digest_init(&up);
	digest_init(&down);
	digest_init(&none);
	for (unsigned i = 0; i < 2000; i++) {
		hash_of(h, i);
		digest_add(&up, h);
		hash_of(h, 1999 - i);
		digest_add(&down, h);
	}
	ck_assert(digest_is(&up, &down));
	digest_sum(&up, a);
	digest_sum(&down, b);
	ck_assert_mem_eq(a, b, 32);
	ck_assert_uint_eq(up.items, 2000);
	for (unsigned i = 0; i < 2000; i++) {
		hash_of(h, (i * 7) % 2000);
		digest_remove(&up, h);
		ck_assert(!digest_is(&up, &down));
	}
	ck_assert(digest_is(&up, &none));
}
END_TEST

START_TEST(carries)
{
	struct digest d, none;
	uint8_t ones[32], one[32] = { 0 };

	memset(ones, 0xff, sizeof(ones));
	ones[0] = 0;
	one[31] = 1;
	digest_init(&d);
	digest_init(&none);
	digest_add(&d, ones);
	digest_add(&d, one);	/* 2^128: comes round to zero */
	ck_assert_uint_eq(d.bucket[0].high, 0);
	ck_assert_uint_eq(d.bucket[0].low, 0);
	digest_remove(&d, one);
	digest_remove(&d, ones);
	ck_assert(digest_is(&d, &none));
}
END_TEST

START_TEST(row)
{
	struct digest d, again;
	uint8_t out[DIGEST_ROW], h[32];

	digest_init(&d);
	for (unsigned i = 0; i < 500; i++) {
		hash_of(h, i);
		digest_add(&d, h);
	}
	digest_write(&d, out);
	digest_read(&again, out);
	ck_assert(digest_is(&d, &again));

	struct buf b;

	buf_init(&b, 100);
	digest_sum(&d, h);
	text_hex(&b, h, 32);
	buf_byte(&b, '\n');
	help_golden(GOLDEN "digest.txt", buf_look(&b));
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, sha);
	tcase_add_test(t, order_and_undo);
	tcase_add_test(t, carries);
	tcase_add_test(t, row);
}

int
main(void)
{
	return help_main("digest", fill);
}
