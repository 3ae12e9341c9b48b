/*
 * Proofs of domains: what is written is read, whatever else stands in the
 * file; and what a file says to somebody who expects one of them.
 */
#include "protocol/proof.h"

#include "tests/unit/protocol/help.h"

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS "2222222222222222222222222222222222222222222222222222222222222222"
#define MIXED "00aAbBcCdDeEfF00112233445566778899aabbccddeeff001122334455667788"
#define LINE "zhanqun-site=4101000001 key=" ONES "\n"
#define OTHER "zhanqun-site=4101000002 key=" TWOS "\n"

static struct proof
one(void)
{
	struct proof p = { .code = SPAN("4101000001") };

	memset(p.key, 0x11, sizeof(p.key));
	return p;
}

START_TEST(golden)
{
	struct proof p = one(), again;
	struct span file;
	struct buf b;

	buf_init(&b, PROOF_MAX);
	proof_format(&b, &p);
	ck_assert_str_eq(buf_cstr(&b), LINE);
	file = buf_look(&b);
	ck_assert(proof_next(&file, &again));
	ck_assert(span_is(again.code, p.code));
	ck_assert_mem_eq(again.key, p.key, PROOF_KEY);
	ck_assert(!proof_next(&file, &again));
	ck_assert_uint_eq(file.n, 0);
	buf_clear(&b);
}
END_TEST

static const struct { const char *file; int proofs; } files[] = {
	{ "", 0 }, { "\n\n", 0 }, { LINE, 1 }, { LINE LINE OTHER, 3 },
	{ "zhanqun-site=4101000001 key=" ONES, 1 },
	{ "zhanqun-site=4101000001\t \tkey=" ONES " \r\n", 1 },
	{ "\xef\xbb\xbf  zhanqun-site=bm01000001 key=" MIXED "\r\n", 1 },
	{ "# zhanqun-site=4101000001 key=" ONES "\n", 0 },
	{ "hello\n\n" LINE "contact: mail\n" OTHER "bye", 2 },
	{ "zhanqun-site=4101000001 key=" ONES "1\n", 0 },
	{ "zhanqun-site=4101000001 key=" ONES " x\n", 0 },
	{ "zhanqun-site=4101000001 key=1" ONES "\n" LINE, 1 },
	{ "zhanqun-site=4101000001 key=x" ONES "\n", 0 },
	{ "zhanqun-site=4101000001key=" ONES "\n", 0 },
	{ "zhanqun-site= key=" ONES "\n", 0 },
	{ "zhanqun-site=410 key=" ONES "\n", 0 },
	{ "zhanqun-site=4101000001", 0 }, { "zhanqun-site=", 0 },
	{ "zhanqun-site=4101000001 ", 0 },
	{ "zhanqun-site=4101000001 key=", 0 },
	{ "zhanqun-site=<script>alert(1)</script> key=" ONES "\n", 0 },
	{ "<html><body>" LINE "</body>", 0 },
};

START_TEST(reads)
{
	struct span file = span_of(files[_i].file);
	struct proof p;
	int n = 0;

	while (proof_next(&file, &p))
		n++;
	ck_assert_msg(n == files[_i].proofs, "%d in: %s", n,
	    files[_i].file);
}
END_TEST

START_TEST(judges)
{
	struct proof p = one(), found = { .code = SPAN_NONE };

	ck_assert_int_eq(proof_judge(SPAN(""), &p, &found), PROOF_NONE);
	ck_assert_int_eq(proof_judge(SPAN("x\n"), &p, &found), PROOF_NONE);
	ck_assert_int_eq(proof_judge(SPAN(LINE), &p, &found), PROOF_FITS);
	ck_assert(span_is(found.code, SPAN("4101000001")));
	ck_assert_int_eq(proof_judge(SPAN(OTHER LINE), &p, &found),
	    PROOF_FITS);
	ck_assert_int_eq(proof_judge(SPAN(OTHER), &p, &found),
	    PROOF_OTHER_SITE);
	ck_assert(span_is(found.code, SPAN("4101000002")));
	ck_assert_int_eq(proof_judge(SPAN("zhanqun-site=4101000001 key="
	    TWOS "\n"), &p, &found), PROOF_OTHER_KEY);
	ck_assert_int_eq(found.key[31], 0x22);
	ck_assert_int_eq(proof_judge(SPAN(OTHER "zhanqun-site=4101000001 "
	    "key=" TWOS "\n" OTHER), &p, &found), PROOF_OTHER_KEY);
	ck_assert(span_is(found.code, SPAN("4101000001")));
	ck_assert_int_eq(proof_judge(SPAN("zhanqun-site=4101000001 key="
	    TWOS "\n" LINE), &p, &found), PROOF_FITS);
	p.key[0] ^= 1;
	ck_assert_int_eq(proof_judge(SPAN(LINE), &p, &found),
	    PROOF_OTHER_KEY);
}
END_TEST

static const struct { const char *before, *after; } renewals[] = {
	{ "", LINE },
	{ LINE, LINE },
	{ "zhanqun-site=4101000001 key=" TWOS "\n", LINE },
	{ LINE OTHER LINE, OTHER LINE },
	{ "# ours\nno end", "# ours\nno end\n" LINE },
	{ OTHER "zhanqun-site=4101000001 key=cut", OTHER
	    "zhanqun-site=4101000001 key=cut\n" LINE },
};

START_TEST(renews)
{
	struct proof p = one();
	struct buf b;

	buf_init(&b, PROOF_MAX);
	proof_renew(&b, span_of(renewals[_i].before), &p);
	ck_assert_str_eq(buf_cstr(&b), renewals[_i].after);
	buf_clear(&b);
}
END_TEST

START_TEST(keeps_its_ceiling)
{
	static char big[PROOF_MAX];
	struct proof p = one();
	struct buf b;

	memset(big, '#', sizeof(big));
	buf_init(&b, PROOF_MAX);
	proof_renew(&b, (struct span){ big, sizeof(big) }, &p);
	ck_assert(b.bad);
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, golden);
	tcase_add_loop_test(t, reads, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(t, judges);
	tcase_add_loop_test(t, renews, 0,
	    sizeof(renewals) / sizeof(renewals[0]));
	tcase_add_test(t, keeps_its_ceiling);
}

int
main(void)
{
	return help_main("proof", fill);
}
