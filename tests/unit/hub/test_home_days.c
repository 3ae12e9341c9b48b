/*
 * Days of a home page: how many looks failed, held against a model that counts
 * them anew each time; where a day begins, and percentiles.
 */
#include "hub/home_days.h"
#include "tests/unit/hub/homekit.h"

static bool
count_sample(void *arg, const struct home_sample *s)
{
	(void)s;
	++*(int *)arg;
	return true;
}

/* A model of the week: a list of looks, counted anew by hand each time. */
struct model {
	struct home_sample s[4000];
	size_t n;
};

static void
check_week(const struct model *m, int64_t now)
{
	struct db_txn *t = view_read(kit.view);
	uint64_t last = home_days_of(now), first = last - 6;
	uint32_t looks = 0, failed = 0, excluded = 0, extra = 0, unknown = 0;
	uint64_t sum = 0;
	struct home_day d;

	for (size_t i = 0; i < m->n; i++) {
		const struct home_sample *s = &m->s[i];
		bool there = s->outcome == HOME_OK ||
		    s->outcome == HOME_SLOW || s->outcome == HOME_MOVED;

		if (home_days_of(s->at) < first || home_days_of(s->at) > last)
			continue;
		if (s->extra)
			extra++;
		else if (s->excluded)
			excluded++;
		else if (s->outcome == HOME_UNKNOWN)
			unknown++;
		else {
			looks++;
			failed += !there;
			sum += there ? s->ms : 0;
		}
	}
	home_days_week(t, 1, now, &d);
	db_abort(t);
	ck_assert_uint_eq(d.looks, looks);
	ck_assert_uint_eq(d.failed, failed);
	ck_assert_uint_eq(d.excluded, excluded);
	ck_assert_uint_eq(d.extra, extra);
	ck_assert_uint_eq(d.unknown, unknown);
	ck_assert_uint_eq(d.sum, sum);
	if (looks > 0)
		ck_assert_int_eq(home_days_share(&d), (int)((double)failed *
		    1000 / looks + 0.5));
}

static uint32_t
chance(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

START_TEST(test_availability_model)
{
	static struct model m;
	uint32_t seed = (uint32_t)_i + 1;
	int kept = 0, should = 0;
	struct db_txn *t;

	m.n = 0;
	while (m.n < 400) {
		struct home_sample *s = &m.s[m.n++];

		kit.now += 600000 + (int64_t)chance(&seed, 480) * 60000;
		*s = (struct home_sample){ .at = kit.now,
		    .outcome = (enum home_outcome)chance(&seed,
		    HOME_OUTCOMES), .status = 200,
		    .ms = chance(&seed, 20000),
		    .extra = chance(&seed, 5) == 0,
		    .excluded = chance(&seed, 7) == 0 };
		row(s->outcome, s->ms, (s->extra ? HOME_ACT_EXTRA : 0) |
		    (s->excluded ? HOME_ACT_EXCLUDED : 0));
		if (m.n % 20 == 0)
			check_week(&m, kit.now);
	}
	for (size_t i = 0; i < m.n; i++)
		should += home_days_of(m.s[i].at) + HOME_DAYS_KEPT >
		    home_days_of(kit.now);
	t = view_read(kit.view);
	home_days_samples(t, 1, 0, kit.now, count_sample, &kept);
	db_abort(t);
	ck_assert_int_eq(kept, should);
	ck_assert_msg(should < 400, "nothing was old enough to go");
}
END_TEST

START_TEST(test_days)
{
	struct home_day d = { .looks = 1000, .failed = 49 };

	/* A day begins at midnight in Beijing. */
	ck_assert_uint_eq(home_days_of(clock_civil(2026, 11, 21, 16, 0, 0)),
	    home_days_of(clock_civil(2026, 11, 22, 15, 59, 59)));
	ck_assert_int_eq(home_days_begin(home_days_of(clock_civil(2026, 11,
	    22, 3, 0, 0))), clock_civil(2026, 11, 21, 16, 0, 0));
	ck_assert_int_eq(home_days_share(&d), 49);
	d.failed = 50;
	ck_assert_int_ge(home_days_share(&d), 50);
	d.looks = d.failed = 0;
	ck_assert_int_eq(home_days_share(&d), -1);
	ck_assert_int_eq(home_days_percentile(&d, 50), -1);
	d = (struct home_day){ .looks = 10, .step = { 5, 4, 1 } };
	ck_assert_int_eq(home_days_percentile(&d, 50), 100);
	ck_assert_int_eq(home_days_percentile(&d, 90), 200);
	ck_assert_int_eq(home_days_percentile(&d, 95), 500);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home_days");
	TCase *c = tcase_create("days");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, homekit_open, homekit_close);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, test_availability_model, 0, 3);
	tcase_add_test(c, test_days);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
