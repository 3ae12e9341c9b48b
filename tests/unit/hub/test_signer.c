/*
 * The map of moves: a version per change of a rule, deltas that come to the
 * same as the whole, and one signature for all who ask for the same.
 */
#include "hub/signer.h"

#include "hub/chart.h"
#include "hub/frame.h"
#include "protocol/movemap.h"
#include "tests/unit/hub/movekit.h"

/* --- an agent's map ------------------------------------------------------------- */

static struct movemap_row {
	bool there;
	char text[200];
} map[50];
static uint64_t version;

static void
on_rule(void *arg, const struct movemap_rule *r)
{
	struct movemap_row *row = &map[r->rule.number];

	(void)arg;
	row->there = !r->gone;
	snprintf(row->text, sizeof(row->text), "%u %d %.*s %.*s %lld",
	    (unsigned)r->site, (int)r->rule.scope, SPAN_ARGS(r->rule.from),
	    SPAN_ARGS(r->rule.to), (long long)r->rule.at);
}

static void
take(struct span xml, uint64_t since)
{
	const char *why = "";
	struct movemap m;

	if (since == 0)
		memset(map, 0, sizeof(map));
	ck_assert_msg(movemap_read(&m, xml, on_rule, NULL, &why), "%s", why);
	ck_assert_uint_eq(m.since, since);
	version = m.version;
}

static void
fetch(uint64_t after, uint64_t since)
{
	struct db_txn *t;
	struct buf xml;

	kit_show(&k, 100);
	buf_init(&xml, LIMIT_MAP);
	t = view_read(k.view);
	ck_assert(chart_write(t, after, k.now, &xml));
	db_abort(t);
	take(buf_look(&xml), since);
	buf_clear(&xml);
}

static uint64_t
now(void)
{
	kit_show(&k, 100);
	return signer_version(k.view);
}

static void
withdraw(uint32_t move)
{
	kit_act(&k, "{\"do\":\"move-withdraw\",\"move\":%u,\"actor\":\"x\","
	    "\"reason\":\"\"}", move);
}

START_TEST(versions)
{
	struct movemap_row kept[50];
	char old[80], new[80];
	uint64_t first, second;

	ck_assert_uint_eq(now(), 0);
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + DAY, 0);
	first = now();
	ck_assert_uint_gt(first, 0);
	fetch(0, 0);
	ck_assert_uint_eq(version, first);
	ck_assert(map[1].there);
	ck_assert_has(map[1].text, "1 2 https://s1.gov.cn/a/ https://s1");
	later(DAY);
	tick();			/* it takes effect: the rule is the same */
	ck_assert_uint_eq(now(), first);
	say(2, "https://s2.gov.cn/a.html", "https://s2.gov.cn/b.html",
	    "address", 0, 0);
	fetch(first, first);
	second = version;
	ck_assert_uint_gt(second, first);
	ck_assert(map[1].there && map[2].there);
	withdraw(1);
	fetch(second, second);
	ck_assert(!map[1].there && map[2].there);
	/* Not from here, or of an old backup's time: all of it. */
	fetch(second - 1, 0);
	fetch(UINT64_MAX, 0);
	ck_assert_uint_gt(version, second);
	ck_assert(!map[1].there && map[2].there);
	/* Any two ways to the newest version come to the same. */
	for (int i = 3; i < 30; i++) {
		snprintf(old, sizeof(old), "https://s1.gov.cn/o%d/", i);
		snprintf(new, sizeof(new), "https://s1.gov.cn/n%d/", i);
		say(1, old, new, "prefix", k.now + DAY, 0);
		if (i % 3 == 0)
			withdraw((uint32_t)i);
		if (i % 4 == 0)
			fetch(version, version);
	}
	fetch(version, version);
	memcpy(kept, map, sizeof(map));
	fetch(0, 0);
	for (size_t i = 0; i < 50; i++) {
		ck_assert(kept[i].there == map[i].there);
		ck_assert(!map[i].there ||
		    strcmp(kept[i].text, map[i].text) == 0);
	}
	same_again();
}
END_TEST

/* Over a thousand changes ago: all of it, and not some of them. */
START_TEST(far_behind)
{
	uint64_t first, second = 0;
	char at[40];

	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + DAY, 0);
	first = now();
	for (int i = 1; i <= CHART_CHANGES; i++) {
		say(2, "https://s2.gov.cn/a/", "https://s2.gov.cn/b/",
		    "prefix", k.now + DAY + i, 0);
		if (i == 1)
			second = now();
	}
	snprintf(at, sizeof(at), " %lld", (long long)k.now + DAY +
	    CHART_CHANGES);
	fetch(first, first);
	ck_assert_has(map[2].text, at);
	say(2, "https://s2.gov.cn/a/", "https://s2.gov.cn/b/", "prefix",
	    k.now + 2 * DAY, 0);
	fetch(second, second);
	fetch(first, 0);
	ck_assert(map[1].there && map[2].there && !map[3].there);
	snprintf(at, sizeof(at), " %lld", (long long)k.now + 2 * DAY);
	ck_assert_has(map[2].text, at);
}
END_TEST

/* --- the signer -------------------------------------------------------------------- */

static unsigned answers[1000], signatures;
static uint64_t to_sign;
static struct buf document, body;

static void
on_answer(void *arg, uint64_t number, struct span answer)
{
	struct frame_answer a;

	(void)arg;
	ck_assert(frame_answer_read(&a, answer));
	answers[number] = a.status;
	buf_reset(&body);
	buf_span(&body, a.body);
}

static void
on_sign(void *arg, uint64_t number, struct span bytes)
{
	(void)arg;
	signatures++;
	to_sign = number;
	buf_reset(&document);
	buf_span(&document, bytes);
}

static void
ask_now(struct signer *s, uint64_t number, uint64_t after)
{
	struct buf b;

	buf_init(&b, 100);
	frame_map_write(&b, after);
	signer_ask(s, number, buf_look(&b));
	buf_clear(&b);
}

static void
ask(struct signer *s, uint64_t number, uint64_t after)
{
	kit_show(&k, 100);
	ask_now(s, number, after);
}

/* While the view is made anew it has fewer versions than there were: nobody
 * is told of those. */
static void
half_anew(void)
{
	size_t applied;

	ck_assert_int_eq(view_empty(k.view), DB_OK);
	while (signer_version(k.view) == 0)
		ck_assert_int_eq(view_apply(k.view, k.journal, 1, k.now,
		    &applied), DB_OK);
	ck_assert_uint_gt(signer_version(k.view), 0);
}

static void
sign(struct signer *s, bool good, struct span der)
{
	struct buf b;

	buf_init(&b, 1000);
	frame_signed_write(&b, good, der);
	signer_signed(s, to_sign, buf_look(&b));
	buf_clear(&b);
}

START_TEST(one_for_all)
{
	struct signer *s = signer_new(&k.view, on_answer, on_sign, NULL);
	uint64_t first;

	memset(answers, 0, sizeof(answers));
	signatures = 0;
	buf_init(&document, LIMIT_MAP);
	buf_init(&body, LIMIT_MAP);
	ask(s, 1, 0);
	ck_assert_uint_eq(answers[1], 304);	/* no map at all yet */
	say(1, "https://s1.gov.cn/a/", "https://s1.gov.cn/b/", "prefix",
	    k.now + DAY, 0);
	for (uint64_t i = 2; i < 900; i++)
		ask(s, i, 0);
	ck_assert_uint_eq(signatures, 1);
	ck_assert_uint_eq(answers[2], 0);
	take(buf_look(&document), 0);
	sign(s, true, SPAN("signed"));
	for (size_t i = 2; i < 900; i++)
		ck_assert_uint_eq(answers[i], 200);
	ck_assert_str_eq(buf_cstr(&body), "signed");
	ask(s, 900, 0);
	ck_assert_uint_eq(answers[900], 200);
	/* The CA was rolled: nothing that was signed before is given out. */
	signer_forget(s);
	ask(s, 902, 0);
	ck_assert_uint_eq(signatures, 2);
	ck_assert_uint_eq(answers[902], 0);
	signer_forget(s);		/* it may be of the old one */
	ck_assert_uint_eq(answers[902], 503);
	sign(s, true, SPAN("late"));
	ask(s, 903, 0);
	ck_assert_uint_eq(signatures, 3);
	sign(s, true, SPAN("signed anew"));
	ck_assert_uint_eq(answers[903], 200);
	ck_assert_str_eq(buf_cstr(&body), "signed anew");
	signatures = 1;
	first = now();
	ask(s, 901, first);
	ck_assert_uint_eq(answers[901], 304);
	ask(s, 902, first + 7);			/* of another hub: all of it */
	sign(s, true, SPAN("again"));
	ck_assert_uint_eq(signatures, 2);
	say(1, "https://s1.gov.cn/c/", "https://s1.gov.cn/d/", "prefix",
	    k.now + DAY, 0);
	ask(s, 903, first);
	take(buf_look(&document), first);
	ck_assert_uint_gt(version, first);
	sign(s, false, SPAN("no key"));
	ck_assert_uint_eq(answers[903], 503);
	ask(s, 904, first);
	ck_assert_uint_eq(signatures, 4);	/* tried again */
	sign(s, true, SPAN("good"));
	ck_assert_uint_eq(answers[904], 200);
	later(SIGNER_LIFE + 1);
	clock_set(k.now, SIGNER_LIFE + 1);
	ask(s, 905, first);
	ck_assert_uint_eq(signatures, 5);	/* too old */
	signer_signed(s, 999, SPAN("rubbish"));
	half_anew();
	ask_now(s, 906, 0);
	ck_assert_uint_eq(answers[906], 304);
	for (uint64_t i = 910; i < 950; i++)	/* more than are kept */
		ask(s, i, i);
	signer_free(s);
	buf_clear(&document);
	buf_clear(&body);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signer");
	TCase *tests = tcase_create("signer");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, versions);
	tcase_add_test(tests, far_behind);
	tcase_add_test(tests, one_for_all);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
