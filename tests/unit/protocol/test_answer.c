/* Answers: what is written is read; strange ones are refused by name. */
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/features.h"

#include "tests/unit/protocol/help.h"

static unsigned complaints;
static struct buf told;

static void
on_complaint(void *arg, const struct complaint *c)
{
	ck_assert(arg == &told);
	complaints++;
	buf_printf(&told, "%llu|%.*s|%.*s\n", (unsigned long long)c->seq,
	    SPAN_ARGS(c->url), SPAN_ARGS(c->why));
}

static const struct answer full = {
	.verdict = VERDICT_TAKEN,
	.incarnation = UINT64_C(6148914691236517205),
	.taken = 4714,
	.expected = 4715,
	.credit = 4194304,
	.after = 250,
	.now = 1795219204500,
	.reason = SPAN("two of them are held, <see> below"),
	.features = SPAN("links moves"),
	.letters = 12,
};

static void
put_full(struct buf *b)
{
	answer_begin(b, &full);
	answer_complain(b, &(struct complaint){ .seq = 4712,
	    .url = SPAN("https://www.evil.example/?a&b"),
	    .why = SPAN("held: www.evil.example is not a domain of this "
	    "site") });
	answer_complain(b, &(struct complaint){ .seq = 4713,
	    .why = SPAN("line 12: loc: missing") });
	answer_end(b);
}

START_TEST(round_trip)
{
	struct buf b, keep;
	struct answer a;
	const char *why = "";

	buf_init(&b, LIMIT_ANSWER);
	buf_init(&keep, LIMIT_ANSWER);
	buf_init(&told, LIMIT_ANSWER);
	complaints = 0;
	put_full(&b);
	help_golden(GOLDEN "answer-taken.xml", buf_look(&b));
	ck_assert_msg(answer_read(&a, &keep, buf_look(&b), on_complaint,
	    &told, &why), "%s", why);
	ck_assert_int_eq(a.verdict, full.verdict);
	ck_assert_uint_eq(a.incarnation, full.incarnation);
	ck_assert_uint_eq(a.taken, full.taken);
	ck_assert_uint_eq(a.expected, full.expected);
	ck_assert_uint_eq(a.credit, full.credit);
	ck_assert_uint_eq(a.after, full.after);
	ck_assert_int_eq(a.now, full.now);
	ck_assert_uint_eq(a.letters, full.letters);
	ck_assert(span_is(a.reason, full.reason));
	ck_assert(span_is(a.features, full.features));
	ck_assert_uint_eq(complaints, 2);
	ck_assert_str_eq(told.at, "4712|https://www.evil.example/?a&b|held: "
	    "www.evil.example is not a domain of this site\n"
	    "4713||line 12: loc: missing\n");
	ck_assert(answer_read(&a, &keep, buf_look(&b), NULL, NULL, NULL));
	buf_clear(&b);
	buf_clear(&keep);
	buf_clear(&told);
}
END_TEST

/* Told only if there are any: older goldens stay as they are. */
START_TEST(held)
{
	struct buf b, keep;
	struct answer a, say = full;
	const char *why = "";

	buf_init(&b, LIMIT_ANSWER);
	buf_init(&keep, LIMIT_ANSWER);
	say.held = 10;
	answer_begin(&b, &say);
	answer_end(&b);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), " held=\"10\""));
	ck_assert_msg(answer_read(&a, &keep, buf_look(&b), NULL, NULL, &why),
	    "%s", why);
	ck_assert_uint_eq(a.held, 10);
	buf_reset(&b);
	buf_reset(&keep);
	put_full(&b);
	ck_assert(answer_read(&a, &keep, buf_look(&b), NULL, NULL, NULL));
	ck_assert_uint_eq(a.held, 0);
	buf_clear(&b);
	buf_clear(&keep);
}
END_TEST

START_TEST(golden)
{
	struct buf b;

	buf_init(&b, LIMIT_ANSWER);
	answer_begin(&b, &(struct answer){ .verdict = VERDICT_EARLY,
	    .incarnation = 815, .taken = 3, .expected = 4,
	    .credit = 4194304, .now = 1795219204500 });
	answer_end(&b);
	help_golden(GOLDEN "answer-early.xml", buf_look(&b));
	buf_reset(&b);
	answer_begin(&b, &(struct answer){ .verdict = VERDICT_BAD,
	    .now = 1795219204500, .reason = SPAN("line 1: a DOCTYPE is not "
	    "taken: no DTD, no entities") });
	answer_end(&b);
	help_golden(GOLDEN "answer-bad.xml", buf_look(&b));
	buf_clear(&b);
}
END_TEST

/* What a hub wants, and which kind of no it is. */
START_TEST(want_and_cause)
{
	struct buf b, keep;
	struct answer a;
	const char *why = "";

	buf_init(&b, LIMIT_ANSWER);
	buf_init(&keep, LIMIT_ANSWER);
	answer_begin(&b, &(struct answer){ .verdict = VERDICT_FORKED,
	    .incarnation = 815, .taken = 3, .expected = 4,
	    .now = 1795219204500, .want = SPAN("prove retell renew"),
	    .cause = SPAN(CAUSE_INSTANCE), .features = SPAN(FEATURES_HUB),
	    .reason = SPAN("two agents take turns: 192.0.2.1 & 192.0.2.9") });
	answer_end(&b);
	help_golden(GOLDEN "answer-forked.xml", buf_look(&b));
	ck_assert_msg(answer_read(&a, &keep, buf_look(&b), NULL, NULL, &why),
	    "%s", why);
	ck_assert(span_is(a.want, SPAN("prove retell renew")));
	ck_assert(span_is(a.cause, SPAN("instance")));
	ck_assert(span_is(a.features, SPAN(FEATURES_HUB)));
	ck_assert(span_is(a.reason,
	    SPAN("two agents take turns: 192.0.2.1 & 192.0.2.9")));
	ck_assert(answer_has_word(a.want, WANT_PROVE));
	ck_assert(answer_has_word(a.want, WANT_RETELL));
	ck_assert(answer_has_word(a.want, WANT_RENEW));

	/* An old hub says neither. */
	ck_assert(answer_read(&a, &keep, SPAN("<zq:answer xmlns:zq='" NS_ZQ
	    "' verdict='taken'/>"), NULL, NULL, NULL));
	ck_assert(a.want.n == 0 && a.cause.n == 0 && a.features.n == 0);
	buf_clear(&b);
	buf_clear(&keep);
}
END_TEST

START_TEST(words)
{
	ck_assert(answer_has_word(SPAN("prove"), "prove"));
	ck_assert(answer_has_word(SPAN("  a  prove "), "prove"));
	ck_assert(!answer_has_word(SPAN("proved improve prov"), "prove"));
	ck_assert(!answer_has_word(SPAN(""), "prove"));
	ck_assert(!answer_has_word(SPAN_NONE, "prove"));
	ck_assert_int_eq(verdict_named(SPAN("busy")), VERDICT_BUSY);
	ck_assert_int_eq(verdict_named(SPAN("bus")), 0);
	ck_assert_int_eq(verdict_named(SPAN_NONE), 0);
}
END_TEST

START_TEST(verdicts)
{
	static const char *const names[] = { "taken", "known", "early",
		"forked", "blocked", "busy", "bad" };
	struct buf b, keep;
	struct answer a;

	buf_init(&b, LIMIT_ANSWER);
	buf_init(&keep, LIMIT_ANSWER);
	for (enum verdict v = VERDICT_TAKEN; v <= VERDICT_BAD; v++) {
		ck_assert_str_eq(verdict_name(v), names[v - 1]);
		buf_reset(&b);
		answer_begin(&b, &(struct answer){ .verdict = v });
		answer_end(&b);
		ck_assert(answer_read(&a, &keep, buf_look(&b), NULL, NULL,
		    NULL));
		ck_assert_int_eq(a.verdict, v);
	}
	ck_assert_str_eq(verdict_name(0), "unknown");
	buf_clear(&b);
	buf_clear(&keep);
}
END_TEST

#define ZQ "xmlns:zq='" NS_ZQ "' "
static const struct { const char *xml, *why; } refused[] = {
	{ "", "not well-formed" },
	{ "<html/>", "expected <zq:answer" },
	{ "<answer verdict='taken'/>", "expected <zq:answer" },
	{ "<zq:answer " ZQ "/>", "verdict: expected one of" },
	{ "<zq:answer " ZQ "verdict='maybe'/>", "verdict: expected one of" },
	{ "<zq:answer " ZQ "verdict='taken' taken='-1'/>",
	    "taken: expected a number" },
	{ "<zq:answer " ZQ "verdict='taken' after='4294967296'/>",
	    "after: expected a number" },
	{ "<zq:answer " ZQ "verdict='taken' now='x'/>",
	    "now: expected a time" },
	{ "<zq:answer " ZQ "verdict='taken'><zq:complaint seq='x'/>"
	    "</zq:answer>", "seq: expected a number" },
	{ "<!DOCTYPE a><zq:answer " ZQ "verdict='taken'/>", "DOCTYPE" },
	{ "<zq:answer " ZQ "verdict='taken'><a><a><a><a><a><a><a><a><a><a><a>"
	    "<a><a><a><a><a/></a></a></a></a></a></a></a></a></a></a></a></a>"
	    "</a></a></a></zq:answer>", "nested more than 16 deep" },
};

START_TEST(strange)
{
	struct buf keep;
	struct answer a;

	buf_init(&keep, LIMIT_ANSWER);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *why = NULL;

		ck_assert_msg(!answer_read(&a, &keep, span_of(refused[i].xml),
		    NULL, NULL, &why), "%s", refused[i].xml);
		ck_assert_msg(strstr(why, refused[i].why) != NULL, "%s",
		    why);
	}
	/* What a newer hub says besides is read over. */
	ck_assert(answer_read(&a, &keep, SPAN("<zq:answer " ZQ
	    "verdict='known' mood='calm'><zq:moon><zq:reason>no</zq:reason>"
	    "</zq:moon><zq:reason>yes<b/></zq:reason><zq:reason>no!</zq:reason>"
	    "<zq:reason>other</zq:reason></zq:answer>"), NULL,
	    NULL, NULL));
	ck_assert(span_is(a.reason, SPAN("yes")));
	buf_clear(&keep);
}
END_TEST

/* A thousand complaints of the longest kind still make an answer. */
START_TEST(full_of_complaints)
{
	static char url[LIMIT_URL + 1], why[5000];
	struct buf b, keep;
	struct answer a;

	memset(url, '&', LIMIT_URL);
	memset(why, '"', sizeof(why) - 1);
	buf_init(&b, LIMIT_ANSWER);
	buf_init(&keep, LIMIT_ANSWER);
	buf_init(&told, 8u << 20);
	answer_begin(&b, &full);
	for (unsigned i = 0; i < LIMIT_BATCH; i++)
		answer_complain(&b, &(struct complaint){ .seq = i,
		    .url = span_of(url), .why = span_of(why) });
	answer_end(&b);
	ck_assert(!b.bad);
	complaints = 0;
	ck_assert(answer_read(&a, &keep, buf_look(&b), on_complaint, &told,
	    NULL));
	ck_assert_uint_gt(complaints, 50);
	buf_clear(&told);
	buf_clear(&b);
	buf_clear(&keep);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, round_trip);
	tcase_add_test(t, held);
	tcase_add_test(t, golden);
	tcase_add_test(t, want_and_cause);
	tcase_add_test(t, words);
	tcase_add_test(t, verdicts);
	tcase_add_test(t, strange);
	tcase_add_test(t, full_of_complaints);
}

int
main(void)
{
	return help_main("answer", fill);
}
