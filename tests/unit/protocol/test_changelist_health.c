/*
 * What an agent says of itself in a change list: its beat, its health, what is
 * the matter there.
 */
#include "tests/unit/protocol/changelistkit.h"

static const struct health well = { .told = true, .beat = 5000,
	.sources = 2, .until = 1802908800000, .home_at = 1795219220000,
	.home_status = 200, .home_ms = 35 };

static void
same_health(const struct health *a, const struct health *b)
{
	ck_assert_int_eq(a->told, b->told);
	ck_assert_uint_eq(a->beat, b->beat);
	ck_assert_uint_eq(a->sources, b->sources);
	ck_assert_uint_eq(a->troubled, b->troubled);
	ck_assert_uint_eq(a->spool, b->spool);
	ck_assert_int_eq(a->until, b->until);
	ck_assert_int_eq(a->home_at, b->home_at);
	ck_assert_uint_eq(a->home_status, b->home_status);
	ck_assert_int_eq(a->home_error, b->home_error);
	ck_assert_uint_eq(a->home_ms, b->home_ms);
}

/* What an agent of today says of itself; its beat, without any change. */
START_TEST(beat)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation =
	    UINT64_C(6148914691236517205), .first = 4715, .head = 4714,
	    .now = 1795219224000, .features = SPAN(FEATURES_AGENT),
	    .agent = SPAN("zqagentd/0.1.0"), .held = 120, .health = well,
	    .instance = UINT64_C(12297829382473034410) });
	changelist_end(&b);
	help_golden(GOLDEN "beat.xml", buf_look(&b));
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.heads, 1);
	ck_assert_uint_eq(got.good + got.bad, 0);
	ck_assert_uint_eq(got.head.instance, UINT64_C(12297829382473034410));
	ck_assert_uint_eq(got.head.held, 120);
	ck_assert(!got.head.needs_snapshot);
	same_health(&got.head.health, &well);
	buf_clear(&b);
	/* One of before says neither. */
	ck_assert(reads_text(HEAD BATCH END) == NULL);
	ck_assert_uint_eq(got.head.instance, 0);
	ck_assert_uint_eq(got.head.held, 0);
	ck_assert_str_eq(got.trouble, "");
	ck_assert(!got.head.health.told);
}
END_TEST

/* Each way in which it can be, there and back again. */
START_TEST(health)
{
	struct health h = { .told = true, .spool = INT64_MAX,
	    .sources = HEALTH_SOURCES, .troubled = 7,
	    .home_at = 1795219220000, .home_ms = HEALTH_HOME_MS };
	struct buf b;

	buf_init(&b, 1u << 20);
	for (int e = HEALTH_FINE + 1; e < HEALTH_ERRORS; e++) {
		h.home_error = (enum health_error)e;
		buf_reset(&b);
		changelist_begin(&b, &(struct batch){ .incarnation = 1,
		    .first = 1, .now = 1795219224000, .health = h });
		changelist_end(&b);
		ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
		same_health(&got.head.health, &h);
		ck_assert(!health_home_is_well(&got.head.health));
	}
	h = (struct health){ .told = true };
	buf_reset(&b);
	changelist_begin(&b, &(struct batch){ .incarnation = 1, .first = 1,
	    .now = 1795219224000, .health = h });
	changelist_end(&b);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	same_health(&got.head.health, &h);
	buf_clear(&b);
}
END_TEST

START_TEST(health_home)
{
	static const struct { uint16_t status; bool well; } is[] = {
		{ 0, false }, { 100, false }, { 199, false }, { 200, true },
		{ 302, true }, { 399, true }, { 400, false }, { 503, false },
	};

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++)
		ck_assert(health_home_is_well(&(struct health){ .home_at = 1,
		    .home_status = is[i].status }) == is[i].well);
	ck_assert(!health_home_is_well(&(struct health){
	    .home_status = 200 }));
}
END_TEST

/* A newer agent's word and attribute are passed over; what is no number, or
 * stands where it would be a change, is named. */
START_TEST(health_from_outside)
{
	static const struct { const char *in, *why; } bad[] = {
		{ "<zq:health spool='-1'/>" BATCH, "spool: expected" },
		{ "<zq:health beat='999'/>" BATCH, "beat: expected" },
		{ "<zq:health beat=''/>" BATCH, "beat: expected" },
		{ "<zq:health sources='100001'/>" BATCH, "sources: expected" },
		{ "<zq:health until='soon'/>" BATCH, "until: expected" },
		{ "<zq:health home-at='now'/>" BATCH, "home-at: expected" },
		{ "<zq:health home-at='2026-11-21T00:00:00Z' "
		    "home-status='99'/>" BATCH, "home-status: expected" },
		{ "<zq:health home-ms='600001'/>" BATCH, "home-ms: expected" },
		{ "<zq:health/><zq:health/>" BATCH, "a second <zq:health>" },
		{ BATCH "<zq:health/>", "after <zq:batch>" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[2000];
		const char *why;

		snprintf(text, sizeof(text), HEAD "%s" END, bad[i].in);
		why = reads_text(text);
		ck_assert_msg(why != NULL && strstr(why, bad[i].why) != NULL,
		    "%s: %s", bad[i].in, why);
	}
	ck_assert(reads_text(HEAD "<zq:health home-status='200' new='1'>"
	    "<zq:more/></zq:health>" BATCH GOOD END) == NULL);
	ck_assert_uint_eq(got.good, 1);
	ck_assert(got.head.health.told && got.head.health.home_at == 0);
	ck_assert_uint_eq(got.head.health.home_status, 0);
	ck_assert(reads_text(HEAD "<zq:health home-error='flood' "
	    "home-at='2026-11-21T00:00:00Z'/>" BATCH END) == NULL);
	ck_assert_int_eq(got.head.health.home_error, HEALTH_OTHER);
}
END_TEST

/* What is the matter at the agent, up to a ceiling. */
START_TEST(trouble)
{
	char most[1026];
	struct buf b;

	memset(most, 'x', sizeof(most));
	for (size_t n = 1024; n <= 1025; n++) {
		buf_init(&b, 1u << 20);
		changelist_begin(&b, &(struct batch){ .incarnation = 1,
		    .first = 1, .now = 1795219224000,
		    .trouble = { most, n } });
		changelist_end(&b);
		ck_assert((reads(buf_look(&b), 1u << 20) == NULL) ==
		    (n == 1024));
		buf_clear(&b);
	}
	buf_init(&b, 1u << 20);
	changelist_begin(&b, &(struct batch){ .incarnation = 1, .first = 1,
	    .now = 1795219224000, .trouble = SPAN("目录 \"<&>") });
	changelist_end(&b);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_str_eq(got.trouble, "目录 \"<&>");
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, beat);
	tcase_add_test(t, health);
	tcase_add_test(t, health_home);
	tcase_add_test(t, health_from_outside);
	tcase_add_test(t, trouble);
}

int
main(void)
{
	return changelistkit_main("changelist_health", fill);
}
