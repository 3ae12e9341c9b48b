/*
 * What came of asking for an address of a move: good, wrong, or another page.
 */
#include "hub/move_try.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLD "http://www.s1.gov.cn/a/1.html"
#define NEW "http://www.s1.gov.cn/b/1.html"
#define HOME "http://www.s1.gov.cn/"

static struct trail trail;
static struct move_try m;

static void
set_up(void)
{
	trail_init(&trail);
	buf_text(&trail.url, OLD);
	trail.status = 301;
	ck_assert(trail_hop(&trail, HOP_PERMANENT, SPAN(NEW)));
	trail.status = 200;
	trail.html = true;
}

static void
tear_down(void)
{
	trail_clear(&trail);
}

/* Is it good, if it was called `was`, and is called `title` now? */
static bool
is_good(const char *was, const char *title)
{
	struct move_known k = { .file = false };
	struct buf b;

	buf_init(&b, sizeof(k.parts) - 1);
	likeness_parts(&b, span_of(was));
	snprintf(k.parts, sizeof(k.parts), "%s", buf_cstr(&b));
	snprintf(k.title, sizeof(k.title), "%s", was);
	buf_clear(&b);
	snprintf(trail.page.title, GLANCE_TITLE, "%s", title);
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert_int_eq(m.unlike, !move_try_is_good(&m, false));
	ck_assert(!move_try_is_dead(&m));
	return !m.unlike;
}

START_TEST(the_same)
{
	ck_assert(is_good("公告 1", "公告1 - 新版网站"));
	ck_assert(is_good("", "公告 1"));	/* nothing is known */
	ck_assert(is_good("公告 1", ""));	/* it doesn't say */
}
END_TEST

START_TEST(another)
{
	ck_assert(!is_good("公告 1", "公告 2"));
	ck_assert_str_eq(m.said, "another page: is titled \"公告 2\", was "
	    "\"公告 1\"; mend the redirect, or withdraw the move and say "
	    "deleted --see");
	ck_assert(m.led);
	trail.status = 302;
	ck_assert(trail_hop(&trail, HOP_TEMPORARY, SPAN(HOME)));
	trail.status = 200;
	trail.html = true;
	ck_assert(!is_good("公告 1", "某市人民政府"));
	ck_assert(m.led);
	ck_assert(strstr(m.said, "某市人民政府") != NULL);
}
END_TEST

/* Where all pages have one title, others of its words tell. */
START_TEST(other_names)
{
	snprintf(trail.page.article, GLANCE_TITLE, "公告 1");
	ck_assert(is_good("公告 1", "某市人民政府"));
	trail.page.article[0] = '\0';
	snprintf(trail.page.heading, GLANCE_TITLE, "要闻 | 公告 1");
	ck_assert(is_good("公告 1", "某市人民政府"));
	trail.page.heading[0] = '\0';
	ck_assert(!is_good("公告 1", "某市人民政府"));
}
END_TEST

START_TEST(files)
{
	struct move_known k = { .file = true, .title = "表.pdf" };

	snprintf(trail.page.title, GLANCE_TITLE, "某市人民政府");
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(m.unlike);		/* a page isn't a file */
	snprintf(k.parts, sizeof(k.parts), "表pdf\n");
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(m.unlike);
	snprintf(trail.page.title, GLANCE_TITLE, "表.pdf");
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(!m.unlike);		/* one that shows it */
	trail.html = false;
	trail.page.title[0] = '\0';
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(move_try_is_good(&m, false));
}
END_TEST

/* Only what answers 200 is compared: the rest is wrong, or isn't seen. */
START_TEST(no_answer)
{
	struct move_known k = { .parts = "公告1\n", .title = "公告 1" };

	snprintf(trail.page.title, GLANCE_TITLE, "别的");
	trail.status = 404;
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(!m.unlike && move_try_is_dead(&m));
	trail.status = 429;
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(!m.unlike && m.blind);
	trail.status = 200;
	trail.page.says_missing = true;
	move_try_judge(&m, &trail, SPAN(NEW), &k);
	ck_assert(!m.unlike && m.other && move_try_is_dead(&m));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("move_try");
	TCase *t = tcase_create("move_try");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, the_same);
	tcase_add_test(t, another);
	tcase_add_test(t, other_names);
	tcase_add_test(t, files);
	tcase_add_test(t, no_answer);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
