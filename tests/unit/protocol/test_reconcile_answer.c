/*
 * Reconciling: what a hub answers comes back as it was, is cut where it has
 * no room, and what it never would answer is refused, with a reason.
 */
#include "protocol/namespaces.h"
#include "protocol/reconcile.h"

#include "tests/unit/protocol/help.h"

static struct buf b;		/* the document */
static struct buf told;		/* what a reader was told, as text */
static struct buf keep;
static struct reconcile_answer a;

static const uint8_t hashes[3][32] = {
	{ 0x07, 0x10, [31] = 1 }, { 0x07, 0x20, [31] = 2 },
	{ 0xc8, 0x00, [31] = 3 },
};

static void
answer_bucket(void *arg, unsigned bucket)
{
	ck_assert(arg == &told);
	buf_printf(&told, "bucket %u\n", bucket);
}

static void
answer_missing(void *arg, const uint8_t hash[RECONCILE_HASH])
{
	ck_assert(arg == &told);
	buf_text(&told, "missing ");
	text_hex(&told, hash, RECONCILE_HASH);
	buf_byte(&told, '\n');
}

static void
answer_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	ck_assert(arg == &told);
	buf_text(&told, "extra ");
	text_hex(&told, hash, RECONCILE_HASH);
	if (rest != NULL) {
		buf_byte(&told, '+');
		text_hex(&told, rest, RECONCILE_REST);
	}
	buf_printf(&told, " [%.*s] %.*s\n", SPAN_ARGS(id), SPAN_ARGS(url));
}

static void
answer_held(void *arg, struct span id, struct span url, struct span why)
{
	ck_assert(arg == &told);
	buf_printf(&told, "held [%.*s] %.*s: %.*s\n", SPAN_ARGS(id),
	    SPAN_ARGS(url), SPAN_ARGS(why));
}

static const struct reconcile_answer_reader answer_reader = { answer_bucket,
	answer_missing, answer_extra, answer_held };

static void
answer_reads(const char *want)
{
	const char *why = "";

	buf_reset(&told);
	buf_clear(&keep);
	buf_init(&keep, LIMIT_ANSWER);
	ck_assert_msg(reconcile_answer_read(&a, &keep, buf_look(&b),
	    &answer_reader, &told, &why), "%s\n%s", why, buf_cstr(&b));
	ck_assert_str_eq(buf_cstr(&told), want);
}

START_TEST(same)
{
	reconcile_answer_begin(&b, &(struct reconcile_answer){
	    .outcome = RECONCILE_SAME, .seq = 4714, .items = 3,
	    .now = 1795219205000 });
	reconcile_answer_end(&b);
	help_golden(GOLDEN "reconciled-same.xml", buf_look(&b));
	answer_reads("");
	ck_assert_int_eq(a.outcome, RECONCILE_SAME);
	ck_assert_uint_eq(a.seq, 4714);
	ck_assert_uint_eq(a.items, 3);
	ck_assert_int_eq(a.now, 1795219205000);
	ck_assert(a.verdict == 0 && a.after == 0 && !a.cut);
	ck_assert(a.cause.n == 0 && a.reason.n == 0);
}
END_TEST

START_TEST(differs)
{
	reconcile_answer_begin(&b, &(struct reconcile_answer){
	    .outcome = RECONCILE_DIFFERS, .seq = 4714, .items = 4,
	    .now = 1795219205000 });
	reconcile_answer_bucket(&b, 7);
	reconcile_answer_bucket(&b, 200);
	reconcile_answer_end(&b);
	help_golden(GOLDEN "reconciled-buckets.xml", buf_look(&b));
	answer_reads("bucket 7\nbucket 200\n");
	ck_assert_int_eq(a.outcome, RECONCILE_DIFFERS);
}
END_TEST

START_TEST(items)
{
	uint8_t rest[RECONCILE_REST];

	memset(rest, 0x5a, sizeof(rest));
	reconcile_answer_begin(&b, &(struct reconcile_answer){
	    .outcome = RECONCILE_DIFFERS, .seq = 4714, .items = 4,
	    .now = 1795219205000 });
	reconcile_answer_missing(&b, hashes[0]);
	reconcile_answer_extra(&b, hashes[2], rest, SPAN("old & gone.html"),
	    SPAN("https://www.zhengzhou.gov.cn/old%20&%20gone.html"));
	reconcile_answer_held(&b, SPAN_NONE,
	    SPAN("https://www.evil.example/?a&b"),
	    SPAN("not a domain of this site"));
	reconcile_answer_held(&b, SPAN("17"), SPAN_NONE, SPAN_NONE);
	reconcile_answer_end(&b);
	help_golden(GOLDEN "reconciled-items.xml", buf_look(&b));
	answer_reads("missing 07100000000000000000000000000000\n"
	    "extra c8000000000000000000000000000000+"
	    "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a [old & gone.html] "
	    "https://www.zhengzhou.gov.cn/old%20&%20gone.html\n"
	    "held [] https://www.evil.example/?a&b: not a domain of this "
	    "site\nheld [17] : \n");
	ck_assert(!a.cut);
}
END_TEST

START_TEST(not_now)
{
	reconcile_answer_begin(&b, &(struct reconcile_answer){
	    .outcome = RECONCILE_LATER, .seq = 4712, .items = 2,
	    .after = 1000, .now = 1795219205000,
	    .reason = SPAN("4714 was taken and isn't shown yet") });
	reconcile_answer_end(&b);
	help_golden(GOLDEN "reconciled-later.xml", buf_look(&b));
	answer_reads("");
	ck_assert_int_eq(a.outcome, RECONCILE_LATER);
	ck_assert_uint_eq(a.after, 1000);
	ck_assert(span_is(a.reason,
	    SPAN("4714 was taken and isn't shown yet")));
}
END_TEST

START_TEST(refusal)
{
	reconcile_answer_begin(&b, &(struct reconcile_answer){
	    .outcome = RECONCILE_REFUSED, .verdict = VERDICT_FORKED,
	    .cause = SPAN(CAUSE_INSTANCE), .now = 1795219205000,
	    .reason = SPAN("two agents take turns: 192.0.2.1 & 192.0.2.9") });
	reconcile_answer_end(&b);
	help_golden(GOLDEN "reconciled-refused.xml", buf_look(&b));
	answer_reads("");
	ck_assert_int_eq(a.outcome, RECONCILE_REFUSED);
	ck_assert_int_eq(a.verdict, VERDICT_FORKED);
	ck_assert(span_is(a.cause, SPAN("instance")));
	ck_assert(span_is(a.reason,
	    SPAN("two agents take turns: 192.0.2.1 & 192.0.2.9")));
}
END_TEST

static void
count_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	(void)hash;
	(void)url;
	ck_assert_ptr_null(rest);
	ck_assert_uint_eq(id.n, LIMIT_ID);
	++*(size_t *)arg;
}

/* The worst that an item can be: what has room is whole, and the rest is
 * said to be missing. A short one doesn't slip in after the mark. */
START_TEST(cut)
{
	struct buf id, url;
	size_t got = 0;
	const char *why = "";

	buf_init(&id, LIMIT_ID);
	buf_init(&url, LIMIT_URL);
	while (id.n < LIMIT_ID)
		buf_byte(&id, '"');
	buf_text(&url, "http://a.cn/?");
	while (url.n < LIMIT_URL)
		buf_byte(&url, '&');
	b.most = LIMIT_BODY;
	reconcile_answer_begin(&b, &(struct reconcile_answer){
	    .outcome = RECONCILE_DIFFERS });
	for (int i = 0; i < 300; i++)
		reconcile_answer_extra(&b, hashes[0], NULL, buf_look(&id),
		    buf_look(&url));
	reconcile_answer_missing(&b, hashes[0]);
	reconcile_answer_held(&b, SPAN("1"), SPAN_NONE, SPAN_NONE);
	reconcile_answer_end(&b);
	ck_assert(!b.bad && b.n <= LIMIT_BODY && b.n > LIMIT_BODY - 100000);
	buf_init(&keep, LIMIT_ANSWER);
	ck_assert_msg(reconcile_answer_read(&a, &keep, buf_look(&b),
	    &(struct reconcile_answer_reader){ .extra = count_extra }, &got,
	    &why), "%s", why);
	ck_assert(a.cut);
	ck_assert(got > 200 && got < 300);
	ck_assert(strstr(buf_cstr(&b), "<zq:missing") == NULL);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b),
	    "</zq:extra>\n<zq:cut/>\n</zq:reconciled>\n"));
	buf_clear(&id);
	buf_clear(&url);
}
END_TEST

#define AROOT "<zq:reconciled xmlns:zq='" NS_ZQ "' outcome='differs'>"
#define AEND "</zq:reconciled>"

static const struct { const char *xml, *why; } no_answer[] = {
	{ "", "not well-formed" },
	{ "<html/>", "expected <zq:reconciled" },
	{ "<zq:reconciled xmlns:zq='" NS_ZQ "'/>", "outcome: expected one" },
	{ "<zq:reconciled xmlns:zq='" NS_ZQ "' outcome='fine'/>",
	    "outcome: expected one of same" },
	{ "<zq:reconciled xmlns:zq='" NS_ZQ "' outcome='refused'/>",
	    "verdict: expected one of" },
	{ "<zq:reconciled xmlns:zq='" NS_ZQ "' outcome='refused' "
	    "verdict='taken'/>", "verdict: expected one of" },
	{ "<zq:reconciled xmlns:zq='" NS_ZQ "' outcome='later' "
	    "after='4294967296'/>", "after: expected a number" },
	{ AROOT "<zq:bucket/>" AEND, "number: expected a number" },
	{ AROOT "<zq:bucket number='256'/>" AEND, "from 0 to 255" },
	{ AROOT "<zq:bucket number='3'/><zq:bucket number='3'/>" AEND,
	    "in their order" },
	{ AROOT "<zq:missing hash='07'/>" AEND, "hash: expected 32 digits" },
	{ AROOT "<zq:extra url='http://a.cn/'/>" AEND, "hash: expected 32" },
	{ AROOT "<zq:extra hash='07000000000000000000000000000000'/>" AEND,
	    "url: expected" },
	{ AROOT "<zq:held url='javascript:x'/>" AEND, "url: expected" },
	{ AROOT "<zq:later zq:critical='1'/>" AEND, "marked critical" },
};

START_TEST(strange_answers)
{
	const char *why;

	buf_init(&keep, LIMIT_ANSWER);
	for (size_t i = 0; i < sizeof(no_answer) / sizeof(no_answer[0]);
	    i++) {
		why = "";
		ck_assert_msg(!reconcile_answer_read(&a, &keep,
		    span_of(no_answer[i].xml),
		    &(struct reconcile_answer_reader){ .bucket = NULL }, NULL,
		    &why), "%s", no_answer[i].xml);
		ck_assert_msg(strstr(why, no_answer[i].why) != NULL,
		    "%s\n%s", no_answer[i].xml, why);
	}
	/* A newer hub's parts are passed over. */
	buf_text(&b, AROOT "<zq:mood>calm</zq:mood><zq:missing "
	    "hash='07000000000000000000000000000000'>x<zq:id>y</zq:id>"
	    "</zq:missing>" AEND);
	answer_reads("missing 07000000000000000000000000000000\n");
}
END_TEST

static void
open_all(void)
{
	buf_init(&b, 16u << 20);
	buf_init(&told, 1u << 20);
	buf_init(&keep, 0);
}

static void
close_all(void)
{
	buf_clear(&b);
	buf_clear(&told);
	buf_clear(&keep);
}

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, open_all, close_all);
	tcase_add_test(t, same);
	tcase_add_test(t, differs);
	tcase_add_test(t, items);
	tcase_add_test(t, not_now);
	tcase_add_test(t, refusal);
	tcase_add_test(t, cut);
	tcase_add_test(t, strange_answers);
}

int
main(void)
{
	return help_main("reconcile_answer", fill);
}
