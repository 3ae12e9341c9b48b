/*
 * Reconciling: what each round posts comes back as it was, and what strangers
 * may write instead is refused, with a reason. The answers are in
 * test_reconcile_answer.c.
 */
#include "protocol/namespaces.h"
#include "protocol/reconcile.h"
#include "protocol/wire.h"

#include "tests/unit/protocol/help.h"

static struct buf b;		/* the document */
static struct digest sums;

/* What a reader was told, as text. */
static struct buf told;

static void
on_head(void *arg, const struct reconcile *r)
{
	ck_assert(arg == &told);
	buf_printf(&told, "%s %llu %llu %llu %llu %lld%s\n",
	    reconcile_round_name(r->round), (unsigned long long)r->incarnation,
	    (unsigned long long)r->seq, (unsigned long long)r->instance,
	    (unsigned long long)r->items, (long long)r->now,
	    r->more ? " more" : "");
	text_hex(&told, r->sum, sizeof(r->sum));
	buf_byte(&told, '\n');
}

static void
on_bucket(void *arg, unsigned bucket, uint64_t high, uint64_t low)
{
	ck_assert(arg == &told);
	ck_assert_uint_eq(sums.bucket[bucket].high, high);
	ck_assert_uint_eq(sums.bucket[bucket].low, low);
	buf_printf(&told, "%u,", bucket);
}

static void
on_hashes(void *arg, unsigned bucket, const uint8_t *hashes, size_t count)
{
	ck_assert(arg == &told);
	buf_printf(&told, "%u: %zu", bucket, count);
	for (size_t i = 0; i < count; i++) {
		buf_byte(&told, ' ');
		text_hex(&told, hashes + RECONCILE_HASH * i, RECONCILE_HASH);
	}
	buf_byte(&told, '\n');
}

static void
on_name(void *arg, const uint8_t hash[RECONCILE_HASH], struct span id,
    struct span url)
{
	ck_assert(arg == &told);
	text_hex(&told, hash, RECONCILE_HASH);
	buf_printf(&told, " [%.*s] %.*s\n", SPAN_ARGS(id), SPAN_ARGS(url));
}

static const struct reconcile_reader reader = { on_head, on_bucket, on_hashes,
	on_name };

static void
reads(const char *want)
{
	const char *why = "";

	buf_reset(&told);
	ck_assert_msg(reconcile_read(buf_look(&b), &reader, &told, &why),
	    "%s\n%s", why, buf_cstr(&b));
	ck_assert_str_eq(buf_cstr(&told), want);
}

static struct reconcile
head_of(enum reconcile_round round)
{
	struct reconcile r = { .round = round, .incarnation = 815,
		.seq = 4714, .items = 3, .now = 1795219204500,
		.instance = 77 };

	digest_sum(&sums, r.sum);
	return r;
}

/* Three items: two in one bucket. */
static const uint8_t hashes[3][32] = {
	{ 0x07, 0x10, [31] = 1 }, { 0x07, 0x20, [31] = 2 },
	{ 0xc8, 0x00, [31] = 3 },
};

static void
open_all(void)
{
	buf_init(&b, 16u << 20);
	buf_init(&told, 16u << 20);
	digest_init(&sums);
	for (size_t i = 0; i < 3; i++)
		digest_add(&sums, hashes[i]);
}

static void
close_all(void)
{
	buf_clear(&b);
	buf_clear(&told);
}

/* The line that on_head() writes, and what follows it. */
static const char *
after_head(const char *round, const char *more, const char *rest)
{
	static struct buf want;
	struct reconcile r = head_of(RECONCILE_SUM);

	buf_clear(&want);
	buf_init(&want, 1u << 20);
	buf_printf(&want, "%s 815 4714 77 3 1795219204500%s\n", round, more);
	text_hex(&want, r.sum, sizeof(r.sum));
	buf_printf(&want, "\n%s", rest);
	return buf_cstr(&want);
}

/* --- rounds ------------------------------------------------------------------- */

START_TEST(sum)
{
	struct reconcile r = head_of(RECONCILE_SUM);

	reconcile_begin(&b, &r);
	reconcile_end(&b);
	help_golden(GOLDEN "reconcile-sum.xml", buf_look(&b));
	reads(after_head("sum", "", ""));
}
END_TEST

START_TEST(buckets)
{
	struct reconcile r = head_of(RECONCILE_BUCKETS);
	struct buf want;

	reconcile_begin(&b, &r);
	reconcile_put_buckets(&b, &sums);
	reconcile_end(&b);
	help_golden(GOLDEN "reconcile-buckets.xml", buf_look(&b));
	buf_init(&want, 10000);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		buf_printf(&want, "%u,", i);
	reads(after_head("buckets", "", buf_cstr(&want)));
	buf_clear(&want);
	ck_assert(sums.bucket[7].low == 3 && sums.bucket[200].low == 3);

	const char *why = "";

	buf_reset(&b);
	reconcile_begin(&b, &r);
	reconcile_put_buckets(&b, &sums);
	reconcile_put_buckets(&b, &sums);
	reconcile_end(&b);
	ck_assert(!reconcile_read(buf_look(&b), &reader, &told, &why));
	ck_assert(strstr(why, "a second <zq:buckets>") != NULL);
}
END_TEST

START_TEST(lists)
{
	struct reconcile r = head_of(RECONCILE_HASHES);
	uint8_t list[2 * RECONCILE_HASH];

	r.more = true;
	memcpy(list, hashes[0], RECONCILE_HASH);
	memcpy(list + RECONCILE_HASH, hashes[1], RECONCILE_HASH);
	reconcile_begin(&b, &r);
	reconcile_put_hashes(&b, 7, list, 2);
	reconcile_put_hashes(&b, 9, NULL, 0);
	reconcile_put_hashes(&b, 200, hashes[2], 1);
	reconcile_end(&b);
	help_golden(GOLDEN "reconcile-hashes.xml", buf_look(&b));
	reads(after_head("hashes", " more",
	    "7: 2 07100000000000000000000000000000 "
	    "07200000000000000000000000000000\n9: 0\n"
	    "200: 1 c8000000000000000000000000000000\n"));
}
END_TEST

START_TEST(names)
{
	struct reconcile r = head_of(RECONCILE_NAMED);

	reconcile_begin(&b, &r);
	reconcile_put_name(&b, hashes[0], SPAN("art/1 <2>.html"),
	    SPAN("https://www.zhengzhou.gov.cn/art/1%20%3C2%3E.html?a&b"));
	reconcile_put_name(&b, hashes[2], SPAN_NONE,
	    SPAN("https://www.zhengzhou.gov.cn/"));
	reconcile_end(&b);
	help_golden(GOLDEN "reconcile-names.xml", buf_look(&b));
	reads(after_head("names", "",
	    "07100000000000000000000000000000 [art/1 <2>.html] "
	    "https://www.zhengzhou.gov.cn/art/1%20%3C2%3E.html?a&b\n"
	    "c8000000000000000000000000000000 [] "
	    "https://www.zhengzhou.gov.cn/\n"));
}
END_TEST

/* An id keeps the blanks at its ends: its hash was made with them. */
START_TEST(odd_ids)
{
	struct reconcile r = head_of(RECONCILE_NAMED);

	reconcile_begin(&b, &r);
	reconcile_put_name(&b, hashes[0], SPAN(" \t\r\na "),
	    SPAN("http://a.cn/"));
	reconcile_end(&b);
	reads(after_head("names", "", "07100000000000000000000000000000 "
	    "[ \t\r\na ] http://a.cn/\n"));
}
END_TEST

/* --- a stranger's ---------------------------------------------------------------- */

#define SUM "sum='0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef'"
#define ROOT(round) "<zq:reconcile xmlns:zq='" NS_ZQ "' round='" round "' " \
	"incarnation='1' seq='2' items='3' " SUM ">"
#define END "</zq:reconcile>"
#define H7A "BwAAAAAAAAAAAAAAAAAAAA=="	/* 07 00 … */
#define H7AB "BwAAAAAAAAAAAAAAAAAAAAcAAAAAAAAAAAAAAAAAAAE="
#define H7BA "BwAAAAAAAAAAAAAAAAAAAQcAAAAAAAAAAAAAAAAAAAA="
#define H7AA "BwAAAAAAAAAAAAAAAAAAAAcAAAAAAAAAAAAAAAAAAAA="
#define NAME "<zq:name hash='07000000000000000000000000000000' "

static const struct { const char *xml, *why; } refused[] = {
	{ "", "not well-formed" },
	{ "<reconcile/>", "expected <zq:reconcile" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "'/>", "round: expected one of" },
	{ ROOT("all") END, "round: expected one of" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='0' "
	    "seq='0' items='0' " SUM "/>", "incarnation: expected a number" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='1' "
	    "items='0' " SUM "/>", "seq: expected a number" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='1' "
	    "seq='0' items='-1' " SUM "/>", "items: expected a number" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='1' "
	    "seq='0' items='0' sum='01'/>", "sum: expected 64 digits" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='1' "
	    "seq='0' items='0' instance='x' " SUM "/>", "instance: expected" },
	{ "<zq:reconcile xmlns:zq='" NS_ZQ "' round='sum' incarnation='1' "
	    "seq='0' items='0' now='now' " SUM "/>", "now: expected a time" },
	{ ROOT("sum") "<!DOCTYPE a>" END, "DOCTYPE" },
	{ ROOT("sum") "<zq:buckets/>" END, "not expected in the round sum" },
	{ ROOT("sum") "<zq:reconcile/>" END, "not expected" },
	{ ROOT("sum") "<a xmlns='urn:a' zq:critical='true'/>" END,
	    "marked critical" },
	{ ROOT("buckets") END, "empty, in the round buckets" },
	{ ROOT("buckets") "<zq:buckets/>" END, "expected 4096 bytes, found 0" },
	{ ROOT("buckets") "<zq:buckets>" H7A "</zq:buckets>" END,
	    "expected 4096 bytes, found 16" },
	{ ROOT("hashes") END, "empty, in the round hashes" },
	{ ROOT("hashes") "<zq:hashes/>" END, "bucket: expected a number" },
	{ ROOT("hashes") "<zq:hashes bucket='256'/>" END,
	    "bucket: expected a number from 0 to 255" },
	{ ROOT("hashes") "<zq:hashes bucket='8'>" H7A "</zq:hashes>" END,
	    "belongs to another bucket" },
	{ ROOT("hashes") "<zq:hashes bucket='7'>" H7BA "</zq:hashes>" END,
	    "in their order, each once" },
	{ ROOT("hashes") "<zq:hashes bucket='7'>" H7AA "</zq:hashes>" END,
	    "in their order, each once" },
	{ ROOT("hashes") "<zq:hashes bucket='7'>BwA=</zq:hashes>" END,
	    "hashes of 16 bytes" },
	{ ROOT("hashes") "<zq:hashes bucket='7'>BwA</zq:hashes>" END,
	    "expected base64" },
	{ ROOT("hashes") "<zq:hashes bucket='7'>B-_=</zq:hashes>" END,
	    "expected base64" },
	{ ROOT("hashes") "<zq:hashes bucket='8'/><zq:hashes bucket='7'/>" END,
	    "bucket: expected them in their order" },
	{ ROOT("hashes") "<zq:hashes bucket='8'/><zq:hashes bucket='8'/>" END,
	    "bucket: expected them in their order" },
	{ ROOT("names") END, "empty, in the round names" },
	{ ROOT("names") "<zq:name url='http://a.cn/'/>" END,
	    "hash: expected 32 digits" },
	{ ROOT("names") NAME "/>" END, "url: expected an address" },
	{ ROOT("names") NAME "url='http://A.cn'/>" END,
	    "url: expected an address in its normal form" },
	{ ROOT("names") NAME "url='http://a.cn/'><zq:id>a\xff</zq:id>"
	    "</zq:name>" END, "not UTF-8" },
	{ ROOT("sum") "<a xmlns='x'><a><a><a><a><a><a><a><a><a><a><a><a><a>"
	    "<a><a><a>", "nested more than 16 deep" },
};

START_TEST(strange)
{
	const char *why;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		why = "";
		ck_assert_msg(!reconcile_read(span_of(refused[i].xml),
		    &(struct reconcile_reader){ .head = NULL }, NULL, &why),
		    "%s", refused[i].xml);
		ck_assert_msg(strstr(why, refused[i].why) != NULL,
		    "%s\n%s", refused[i].xml, why);
	}
}
END_TEST

/* A newer agent's parts, and lines as base64(1) breaks them. */
START_TEST(newer)
{
	buf_text(&b, "<zq:reconcile xmlns:zq='" NS_ZQ "' round='hashes' "
	    "incarnation='815' seq='4714' items='3' instance='77' mood='calm' "
	    "now='2026-11-21T00:00:04.5Z' ");
	struct reconcile r = head_of(RECONCILE_SUM);

	buf_text(&b, "sum='");
	text_hex(&b, r.sum, sizeof(r.sum));
	buf_text(&b, "'><zq:weather>fine</zq:weather><zq:hashes bucket='7'>\n"
	    " BwAAAAAA\r\nAAAAAAAAAAAAAA\t=<zq:x>B</zq:x>=\n</zq:hashes>" END);
	reads(after_head("hashes", "",
	    "7: 1 07000000000000000000000000000000\n"));
}
END_TEST

START_TEST(many_names)
{
	struct reconcile r = head_of(RECONCILE_NAMED);
	const char *why = "";

	reconcile_begin(&b, &r);
	for (int i = 0; i < RECONCILE_NAMES; i++)
		reconcile_put_name(&b, hashes[0], SPAN_NONE,
		    SPAN("http://a.cn/"));
	size_t n = b.n;

	reconcile_end(&b);
	ck_assert(reconcile_read(buf_look(&b), &reader, &told, &why));
	buf_cut(&b, n);
	reconcile_put_name(&b, hashes[0], SPAN_NONE, SPAN("http://a.cn/"));
	reconcile_end(&b);
	ck_assert(!reconcile_read(buf_look(&b), &reader, &told, &why));
	ck_assert(strstr(why, "more than 1000") != NULL);
}
END_TEST

/* As many hashes as the header promises fit, and an answer without any of
 * them, too. */
START_TEST(most)
{
	struct reconcile r = head_of(RECONCILE_HASHES);
	const char *why = "";
	uint8_t *list = malloc(RECONCILE_HASHES_MOST * RECONCILE_HASH);
	struct reconcile_answer a = { .outcome = RECONCILE_DIFFERS };
	struct buf keep;

	for (uint32_t i = 0; i < RECONCILE_HASHES_MOST; i++) {
		uint8_t *h = list + i * RECONCILE_HASH;

		memset(h, 0, RECONCILE_HASH);
		h[0] = 9;
		wire_put_u32(h + 1, i);
	}
	reconcile_begin(&b, &r);
	reconcile_put_hashes(&b, 9, list, RECONCILE_HASHES_MOST);
	reconcile_end(&b);
	ck_assert_uint_le(b.n, LIMIT_BODY);
	ck_assert_msg(reconcile_read(buf_look(&b), &reader, &told, &why),
	    "%s", why);
	buf_reset(&b);
	reconcile_answer_begin(&b, &a);
	for (uint32_t i = 0; i < RECONCILE_HASHES_MOST; i++)
		reconcile_answer_missing(&b, list + i * RECONCILE_HASH);
	reconcile_answer_end(&b);
	buf_init(&keep, LIMIT_BODY);
	ck_assert(reconcile_answer_read(&a, &keep, buf_look(&b),
	    &(struct reconcile_answer_reader){ .missing = NULL }, NULL, &why));
	ck_assert(!a.cut);
	buf_clear(&keep);
	free(list);
}
END_TEST

START_TEST(too_long)
{
	const char *why = "";

	buf_text(&b, ROOT("sum"));
	while (b.n <= LIMIT_BODY)
		buf_byte(&b, ' ');
	buf_text(&b, END);
	ck_assert(!reconcile_read(buf_look(&b), &reader, &told, &why));
	ck_assert(strstr(why, "more than 4194304 bytes") != NULL);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, open_all, close_all);
	tcase_add_test(t, sum);
	tcase_add_test(t, buckets);
	tcase_add_test(t, lists);
	tcase_add_test(t, names);
	tcase_add_test(t, odd_ids);
	tcase_add_test(t, strange);
	tcase_add_test(t, newer);
	tcase_add_test(t, many_names);
	tcase_add_test(t, most);
	tcase_add_test(t, too_long);
}

int
main(void)
{
	return help_main("reconcile", fill);
}
