/*
 * How far a move would reach: others' pages, and only of one's own addresses.
 */
#include "hub/radius.h"

#include "hub/frame.h"
#include "protocol/rewrite.h"
#include "tests/unit/hub/movekit.h"

static unsigned status;
static char said[2000];

static void
on_answer(void *arg, uint64_t number, struct span answer)
{
	struct frame_answer a;

	(void)arg;
	ck_assert_uint_eq(number, 7);
	ck_assert(frame_answer_read(&a, answer));
	status = a.status;
	snprintf(said, sizeof(said), "%.*s", SPAN_ARGS(a.body));
}

static void
ask(uint32_t site, enum rewrite_scope scope, const char *url)
{
	struct buf b;

	kit_show(&k, 100);
	buf_init(&b, 4000);
	frame_radius_write(&b, &(struct frame_radius){ .site = site,
	    .scope = (uint8_t)scope, .url = span_of(url) });
	status = 0;
	radius_ask(k.view, 7, buf_look(&b), on_answer, NULL);
	buf_clear(&b);
}

static void
page(uint32_t site, const char *url, const char *to)
{
	struct change c = kit_change(CHANGE_CREATED, url, "a page");
	struct buf rows;

	buf_init(&rows, 4000);
	change_link_put(&rows, &(struct link){ .kind = LINK_ANCHOR,
	    .to = span_of(to) });
	c.links = buf_look(&rows);
	kit_say(&k, site, &c);
	buf_clear(&rows);
}

START_TEST(counts)
{
	page(2, "https://s2.gov.cn/1", "http://s1.gov.cn/a/x");
	page(2, "https://s2.gov.cn/2", "http://s1.gov.cn/a/x");
	page(3, "https://s3.gov.cn/1", "http://s1.gov.cn/a/y");
	page(1, "https://s1.gov.cn/1", "http://s1.gov.cn/a/y");
	ask(1, REWRITE_PREFIX, "https://s1.gov.cn/a/");
	ck_assert_uint_eq(status, 200);
	ck_assert_has(said, " sites=\"2\" pages=\"3\"");
	ask(1, REWRITE_ADDRESS, "https://s1.gov.cn/a/x");
	ck_assert_has(said, " sites=\"1\" pages=\"2\"");
	ask(1, REWRITE_DOMAIN, "https://s1.gov.cn/");
	ck_assert_has(said, " sites=\"2\" pages=\"3\"");
	ask(1, REWRITE_PREFIX, "https://s1.gov.cn/b/");
	ck_assert_has(said, " sites=\"0\" pages=\"0\"");
	ask(2, REWRITE_PREFIX, "https://s1.gov.cn/a/");
	ck_assert_uint_eq(status, 403);
	ck_assert_has(said, "s2.gov.cn");
	ck_assert_has(said, "<zq:reason>");	/* as all answers below /v1/ */
	status = 7;
	radius_ask(k.view, 7, SPAN("rubbish"), on_answer, NULL);
	ck_assert_uint_eq(status, 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("radius");
	TCase *tests = tcase_create("radius");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, counts);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
