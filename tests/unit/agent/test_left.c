/* Which directory is an old copy of which, and how long. */
#include "agent/left.h"

#include <check.h>
#include <stdio.h>

#include "agent/known.h"
#include "contrib/base/clock.h"
#include "protocol/limits.h"

static struct left *left;

static void
set_up(void)
{
	clock_set(0, 1000);
	left = left_new();
}

static void
tear_down(void)
{
	left_free(left);
	clock_release();
}

static bool
is_copy(const char *path, const char *of)
{
	struct buf to;
	bool is;

	buf_init(&to, LIMIT_ID);
	is = left_original(left, span_of(path), &to);
	if (is)
		ck_assert_str_eq(buf_cstr(&to), of);
	buf_clear(&to);
	return is;
}

START_TEST(test_copy)
{
	ck_assert(!is_copy("html.old/a/1.html", NULL));
	left_copy(left, SPAN("html.old/a/2.html"), SPAN("html/a/2.html"));
	ck_assert(is_copy("html.old/a/1.html", "html/a/1.html"));
	ck_assert(!is_copy("html.old", NULL));
	ck_assert(!is_copy("html/a/1.html", NULL));
	ck_assert(!is_copy("html.older/a/1.html", NULL));
	/* Only the name of a file differs, or all of it does. */
	left_copy(left, SPAN("x/1.html"), SPAN("x/2.html"));
	left_copy(left, SPAN("1.html"), SPAN("y/1.html"));
	ck_assert(!is_copy("x/3.html", NULL));
	/* It is put back: now it is the site. */
	left_copy(left, SPAN("html.bad/a/2.html"), SPAN("html.old/a/2.html"));
	ck_assert(!is_copy("html.old/a/1.html", NULL));
	ck_assert(is_copy("html.bad/a/1.html", "html.old/a/1.html"));
}
END_TEST

/* What is published there makes it a place of its own; not what is told while
 * it becomes one. */
START_TEST(test_lives)
{
	left_copy(left, SPAN("html.old/1.html"), SPAN("html/1.html"));
	clock_set(0, 1000 + LEFT_TIME - 1);
	left_lives(left, SPAN("html.old/2.html"));
	ck_assert(is_copy("html.old/1.html", "html/1.html"));
	clock_set(0, 1000 + LEFT_TIME);
	left_lives(left, SPAN("html/2.html"));
	left_lives(left, SPAN("html.older/2.html"));
	ck_assert(is_copy("html.old/1.html", "html/1.html"));
	left_lives(left, SPAN("html.old/2.html"));
	ck_assert(!is_copy("html.old/1.html", NULL));
	/* The next release: it is one again, as of then. */
	left_copy(left, SPAN("html.old/1.html"), SPAN("html/1.html"));
	clock_set(0, 1000 + 2 * LEFT_TIME);
	left_copy(left, SPAN("html.old/1.html"), SPAN("html/1.html"));
	left_lives(left, SPAN("html.old/2.html"));
	ck_assert(is_copy("html.old/1.html", "html/1.html"));
}
END_TEST

/* Both were renamed before anybody looked: in either order. */
START_TEST(test_files)
{
	struct known_stat a = { .inode = 1, .size = 10, .mtime = 5 };
	struct known_stat b = { .inode = 2, .size = 10, .mtime = 5 };
	struct known_stat other = { .inode = 1, .size = 10, .mtime = 6 };

	left_displaced(left, SPAN("html/1.html"), &a);
	left_came(left, SPAN("x/1.html"), &other);
	left_came(left, SPAN("x/1.html"), &b);
	ck_assert(!is_copy("x/2.html", NULL));
	left_came(left, SPAN("html.old/1.html"), &a);
	ck_assert(is_copy("html.old/2.html", "html/2.html"));
	left_came(left, SPAN("b.old/1.html"), &b);
	left_displaced(left, SPAN("b/1.html"), &b);
	ck_assert(is_copy("b.old/2.html", "b/2.html"));
}
END_TEST

START_TEST(test_kept)
{
	char copy[64], original[64];
	struct reader r;
	struct buf b;

	ck_assert(!left_changed(left));
	for (int i = 0; i < LEFT_COPIES + 1; i++) {
		snprintf(copy, sizeof(copy), "%d.old/x", i);
		snprintf(original, sizeof(original), "%d/x", i);
		left_copy(left, span_of(copy), span_of(original));
	}
	ck_assert(left_changed(left));
	buf_init(&b, 65536);
	left_write(&b, left);
	left_kept(left);
	left_copy(left, span_of(copy), span_of(original));
	ck_assert(!left_changed(left));
	left_free(left);
	left = left_new();
	r = reader_of(buf_look(&b));
	left_read(&r, left);
	ck_assert(!left_changed(left));
	ck_assert(!is_copy("0.old/y", NULL));
	ck_assert(is_copy("1.old/y", "1/y"));
	ck_assert(is_copy("31.old/y", "31/y"));
	ck_assert(is_copy("32.old/y", "32/y"));
	/* Cut off: what is whole. */
	left_free(left);
	left = left_new();
	r = reader_of((struct span){ .at = b.at, .n = 40 });
	left_read(&r, left);
	ck_assert(!is_copy("9.old/y", NULL));
	buf_clear(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/left");
	TCase *t = tcase_create("left");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_copy);
	tcase_add_test(t, test_lives);
	tcase_add_test(t, test_files);
	tcase_add_test(t, test_kept);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
