/*
 * Mending files: which are touched and which are not.
 */
#include "agent/mend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <time.h>

#include "agent/redirect_map.h"
#include "protocol/movemap.h"
#include "tests/unit/agent/mendkit.h"

/* The fragment is written so that it can't be told apart. */
START_TEST(test_by_hand)
{
	kit_page("a.html", SPAN(LINK(OLD) "\n<a href='" OLD "&#x23;a'>"));
	kit_know("a.html");
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(1, 1, 0);
	ck_assert_uint_eq(kit_count.left, 1);
	ck_assert_str_eq(kit_left, "a.html 3");
	CK_IS("a.html", LINK(NEW) "\n<a href='" OLD "&#x23;a'>");
}
END_TEST

START_TEST(test_mends)
{
	struct mend_spec s = kit_spec();
	struct stat st;
	char path[256];

	kit_page("a.html", SPAN(LINK(OLD) LINK("x") LINK(OLD)));
	kit_page("b.html", SPAN(LINK("y")));
	kit_page("c.txt", SPAN(LINK(OLD)));
	snprintf(path, sizeof(path), "%s/a.html", kit_root);
	ck_assert_int_eq(chmod(path, 0604), 0);
	kit_know("a.html");
	kit_moved(OLD, NEW, CLOCK_NONE);
	s.apply = false;
	kit_mend(&s);
	CK_COUNT(1, 2, 0);
	CK_IS("a.html", LINK(OLD) LINK("x") LINK(OLD));
	run();
	CK_COUNT(1, 2, 0);
	CK_IS("a.html", LINK(NEW) LINK("x") LINK(NEW));
	CK_IS("c.txt", LINK(OLD));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0604);
	run();			/* nothing is left to do */
	CK_COUNT(0, 0, 0);
	s.apply = false;
	kit_undo(&s);
	CK_COUNT(1, 2, 0);
	CK_IS("a.html", LINK(NEW) LINK("x") LINK(NEW));
	undo();
	CK_COUNT(1, 2, 0);
	CK_IS("a.html", LINK(OLD) LINK("x") LINK(OLD));
	undo();			/* nor to undo */
	CK_COUNT(0, 0, 0);
}
END_TEST

#define COLUMN "https://www.b.gov.cn/jy/"

/* Of a directory's index pages one may be gone, and the others not; what moves
 * goes with all of them. */
START_TEST(test_index_pages)
{
	struct mending_link gone = { .old = SPAN(COLUMN "index.htm"),
		.new = SPAN(COLUMN), .state = MENDING_WITHDRAWN,
		.from = CLOCK_NONE, .until = CLOCK_NONE };

	kit_page("a.html", SPAN(LINK(COLUMN) LINK(COLUMN "index.html")
	    LINK(COLUMN "index.htm")));
	kit_write_letter(&gone, 5000);
	run();
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(COLUMN) LINK(COLUMN "index.html") LINK(COLUMN));
	undo();
	kit_moved(COLUMN, NEW, CLOCK_NONE);
	gone.state = MENDING_FIXED;
	kit_write_letter(&gone, 5000);
	run();
	CK_COUNT(1, 2, 0);
	CK_IS("a.html", LINK(NEW) LINK(NEW) LINK(COLUMN "index.htm"));
}
END_TEST

/* The other name keeps the old file, and that is said before it is done. */
START_TEST(test_hard_links)
{
	struct mend_spec s = kit_spec();
	char a[256], b[256];

	kit_page("a.html", SPAN(LINK(OLD)));
	snprintf(a, sizeof(a), "%s/a.html", kit_root);
	snprintf(b, sizeof(b), "%s/.kept", kit_root);
	ck_assert_int_eq(link(a, b), 0);
	kit_know("a.html");
	kit_moved(OLD, NEW, CLOCK_NONE);
	s.apply = false;
	kit_names = 0;
	kit_mend(&s);
	ck_assert_uint_eq(kit_count.split, 1);
	ck_assert_uint_eq(kit_names, 2);
	run();
	CK_COUNT(1, 1, 0);
	ck_assert_uint_eq(kit_count.split, 1);
	CK_IS("a.html", LINK(NEW));
	CK_IS(".kept", LINK(OLD));
}
END_TEST

START_TEST(test_settings)
{
	struct mend_spec s;

	kit_page("a.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	kit_set_mend("off");
	run();
	CK_COUNT(0, 0, 1);
	CK_WHY("mend = off");
	s = kit_spec();
	s.apply = false;	/* to look is always right */
	kit_mend(&s);
	CK_COUNT(1, 1, 0);
	kit_set_mend("ask");
	s = kit_spec();
	s.automatic = true;
	kit_mend(&s);
	CK_COUNT(0, 0, 0);
	ck_assert_str_eq(kit_why, "");
	CK_IS("a.html", LINK(OLD));
	kit_set_mend("auto");
	s = kit_spec();
	s.automatic = true;
	kit_mend(&s);
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(NEW));
}
END_TEST

/* Changed by somebody: since the agent told it, or since the letter. */
START_TEST(test_changed)
{
	struct mend_spec s;

	kit_page("a.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	kit_write("a.html", SPAN(LINK(OLD) "\n"));
	run();
	CK_COUNT(0, 0, 1);
	CK_WHY("wasn't told");
	CK_IS("a.html", LINK(OLD) "\n");
	/* Told now, but the letter is older. */
	kit_know("a.html");
	kit_write_letter(&(struct mending_link){ .old = SPAN(OLD),
	    .new = SPAN(NEW), .state = MENDING_EFFECTIVE,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, -60000);
	run();
	CK_COUNT(0, 0, 1);
	CK_WHY("since the letter");
	CK_IS("a.html", LINK(OLD) "\n");
	s = kit_spec();
	s.changed = true;
	kit_mend(&s);
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(NEW) "\n");
}
END_TEST

static void
letter_about(const char *old, int64_t later)
{
	kit_write_letter(&(struct mending_link){ .old = span_of(old),
	    .new = SPAN(NEW), .state = MENDING_EFFECTIVE,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, later);
}

static void
map_leads(const char *old)
{
	const struct movemap_rule rule = { .site = 1, .rule = { .scope =
	    REWRITE_ADDRESS, .from = span_of(old), .to = SPAN(NEW),
	    .at = 1000, .until = CLOCK_NONE, .number = 1 } };
	struct buf xml, why;

	buf_init(&xml, 65536);
	buf_init(&why, 4096);
	movemap_begin(&xml, &(struct movemap){ 1, 0, 1000 });
	movemap_put(&xml, &rule);
	movemap_end(&xml);
	ck_assert_msg(redirect_map_take(kit_store, buf_look(&xml), &why), "%s",
	    buf_cstr(&why));
	buf_clear(&xml);
	buf_clear(&why);
}

/* Of a page that was changed since a letter came only a newer one changes
 * anything, and what stays is said; the map alone leaves it as it is. */
START_TEST(test_changed_half)
{
	kit_page("a.html", SPAN(LINK(OLD) LINK(NEXT)));
	letter_about(OLD, -60000);
	map_leads(NEXT);
	run();
	CK_COUNT(0, 0, 1);
	CK_WHY("was changed since the letter");
	CK_IS("a.html", LINK(OLD) LINK(NEXT));
	letter_about(NEXT, 60000);
	run();
	CK_COUNT(1, 1, 1);
	CK_WHY("has links that stay");
	CK_IS("a.html", LINK(OLD) LINK(NEW));
}
END_TEST

/* Written long ago, by its time, and touched since: that may be chown, and is
 * said; it may be another page with an old time as well. */
START_TEST(test_touched)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
	    { .tv_sec = time(NULL) - 3600 } };
	char full[256];

	kit_write("a.html", SPAN(LINK(OLD)));
	snprintf(full, sizeof(full), "%s/a.html", kit_root);
	ck_assert_int_eq(utimensat(AT_FDCWD, full, times, 0), 0);
	kit_know("a.html");
	letter_about(OLD, -60000);
	run();
	CK_COUNT(0, 0, 1);
	CK_WHY("another owner, mode or name");
	CK_IS("a.html", LINK(OLD));
	kit_page("a.html", SPAN(LINK(OLD) " "));
	run();
	CK_COUNT(0, 0, 1);
	CK_WHY("was changed since the letter: look");
}
END_TEST

/* What moved on since the letter is where the map has it; what was withdrawn
 * didn't move. */
START_TEST(test_moved_on)
{
	struct mending_link l = { .move = 1, .old = SPAN(OLD),
	    .new = SPAN(KIT_SITE "between.html"),
	    .state = MENDING_EFFECTIVE, .from = 1, .until = CLOCK_NONE };

	kit_page("a.html", SPAN(LINK(OLD)));
	map_leads(OLD);
	kit_write_letter(&l, 60000);
	run();
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(NEW));
	kit_know("a.html");
	kit_page("b.html", SPAN(LINK(OLD)));
	l.move = 0;
	l.state = MENDING_WITHDRAWN;
	kit_write_letter(&l, 120000);
	run();
	CK_COUNT(1, 1, 0);
	CK_IS("b.html", LINK(KIT_SITE "between.html"));
}
END_TEST

#define PLAIN "http://www.b.gov.cn/"
#define SECURE "https://www.b.gov.cn/"

/* A letter and the map have http: a link that has https keeps it at the same
 * host. What follows its address goes along. */
START_TEST(test_secure)
{
	kit_page("a.html", SPAN(LINK(PLAIN "old.html") LINK(SECURE "old.html")
	    LINK("//www.b.gov.cn/old.html#a")));
	kit_moved(PLAIN "old.html", PLAIN "new/a.html", CLOCK_NONE);
	run();
	CK_COUNT(1, 3, 0);
	CK_IS("a.html", LINK(PLAIN "new/a.html") LINK(SECURE "new/a.html")
	    LINK("//www.b.gov.cn/new/a.html#a"));
	kit_page("b.html", SPAN(LINK(PLAIN "old.html?p=1#b")
	    LINK(SECURE "old.html?p=1&q")));
	map_leads(PLAIN "old.html");
	run();
	CK_COUNT(1, 2, 0);
	CK_IS("b.html", LINK(SECURE "new/a.html?p=1#b")
	    LINK(SECURE "new/a.html?p=1&amp;q"));
}
END_TEST

/* A page that was mended isn't one that others changed. */
START_TEST(test_again)
{
	kit_page("a.html", SPAN(LINK(OLD) LINK(NEXT)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(1, 1, 0);
	kit_know("a.html");
	kit_write_letter(&(struct mending_link){ .old = SPAN(NEXT),
	    .new = SPAN(NEW), .state = MENDING_EFFECTIVE,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, -60000);
	run();
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(NEW) LINK(NEW));
	/* Run by run. */
	undo();
	CK_IS("a.html", LINK(NEW) LINK(NEXT));
	undo();
	CK_IS("a.html", LINK(OLD) LINK(NEXT));
}
END_TEST

static int64_t
a_moment_later(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	return clock_wall();
}

/* Those that change places do so once, whatever letters say afterwards: a page
 * that was written since then means what it says. */
START_TEST(test_swap)
{
	int64_t then;

	kit_page("b.html", SPAN(LINK("/1") LINK("/2") LINK("/3")));
	then = a_moment_later();
	kit_moved(KIT_SITE "1", KIT_SITE "2", then);
	kit_moved(KIT_SITE "2", KIT_SITE "3", then);
	kit_moved(KIT_SITE "3", KIT_SITE "1", then);
	run();
	CK_COUNT(1, 3, 0);
	CK_IS("b.html", LINK("/2") LINK("/3") LINK("/1"));
	kit_know("b.html");
	kit_page("a.html", SPAN(LINK(OLD) LINK(NEW)));
	then = a_moment_later();
	kit_page("c.html", SPAN(LINK(NEW)));
	kit_moved(OLD, NEW, then);
	kit_moved(NEW, OLD, then);
	run();
	CK_COUNT(1, 2, 0);
	CK_IS("a.html", LINK(NEW) LINK(OLD));
	CK_IS("c.html", LINK(NEW));
	kit_know("a.html");
	run();
	CK_COUNT(0, 0, 0);
	kit_write_letter(&(struct mending_link){ .old = SPAN(NEW),
	    .new = SPAN(OLD), .state = MENDING_EFFECTIVE, .from = then,
	    .until = CLOCK_NONE }, 60000);
	run();
	CK_COUNT(0, 0, 0);
	CK_IS("a.html", LINK(NEW) LINK(OLD));
}
END_TEST

START_TEST(test_list)
{
	kit_page("a.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, 1000);
	kit_moved(NEW, NEXT, 2000);	/* a chain collapses */
	run();
	CK_IS("a.html", LINK(NEXT));
	undo();
	kit_know("a.html");
	kit_moved(OLD, NEXT, clock_wall() + 1000000);
	run();
	CK_COUNT(0, 0, 0);
	ck_assert_uint_eq(kit_count.later, 1);
	kit_moved("http://www.b.gov.cn/old.html/", "", 1000);
	run();			/* deleted, and nobody knows where to */
	CK_COUNT(0, 0, 0);
	ck_assert_uint_eq(kit_count.later, 0);
	kit_moved("http://www.b.gov.cn/old.html", NEW, 1000);
	kit_write_letter(&(struct mending_link){ .old = SPAN(OLD),
	    .new = SPAN(NEW), .state = MENDING_OFF,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, 0);
	run();
	CK_COUNT(0, 0, 0);
	kit_moved("http://www.b.gov.cn/old.html", NEW, 1000);
	run();
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(NEXT));
}
END_TEST

START_TEST(test_below)
{
	struct mend_spec s = kit_spec();
	char path[256];
	struct buf why;

	snprintf(path, sizeof(path), "%s/x", kit_root);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	kit_page("x/a.html", SPAN(LINK(OLD)));
	kit_page("xa.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	s.only = path;
	kit_mend(&s);
	CK_COUNT(1, 1, 0);
	CK_IS("x/a.html", LINK(NEW));
	CK_IS("xa.html", LINK(OLD));
	s.only = "www";
	kit_mend(&s);
	CK_COUNT(1, 1, 0);
	s.only = path;		/* the newest run that touched it */
	kit_undo(&s);
	CK_COUNT(1, 1, 0);
	CK_IS("x/a.html", LINK(OLD));
	CK_IS("xa.html", LINK(NEW));
	buf_init(&why, 4096);
	s.only = "/nowhere";
	ck_assert(!mend_run(&s, &kit_count, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "/nowhere"));
	buf_clear(&why);
}
END_TEST

/* Links out of the root, links at all, and what is no file. */
START_TEST(test_strange)
{
	char path[256], outside[256];

	kit_page("a.html", SPAN(LINK(OLD)));
	kit_page("b.html", SPAN(LINK(OLD)));
	kit_page("c.html", SPAN(LINK(OLD)));
	kit_moved(OLD, NEW, CLOCK_NONE);
	snprintf(path, sizeof(path), "%s/a.html", kit_root);
	snprintf(outside, sizeof(outside), "%s/outside.html", kit_dir);
	ck_assert_int_eq(rename(path, outside), 0);
	ck_assert_int_eq(symlink(outside, path), 0);
	snprintf(path, sizeof(path), "%s/b.html", kit_root);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("c.html", path), 0);
	run();
	CK_COUNT(1, 1, 2);
	CK_WHY("is a link");
	snprintf(path, sizeof(path), "%s/c.html", kit_root);
	CK_IS("c.html", LINK(NEW));
	CK_IS("../outside.html", LINK(OLD));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	run();
	CK_COUNT(0, 0, 3);
}
END_TEST

/* Attributes stay, and nothing is left beside it. */
START_TEST(test_like_before)
{
	char path[256], value[16];
	DIR *d;
	unsigned names = 0;

	kit_page("a.html", SPAN(LINK(OLD)));
	snprintf(path, sizeof(path), "%s/a.html", kit_root);
	if (setxattr(path, "user.by", "zhang", 5, 0) != 0)
		ck_assert_int_eq(errno, ENOTSUP);
	kit_know("a.html");
	kit_moved(OLD, NEW, CLOCK_NONE);
	run();
	CK_COUNT(1, 1, 0);
	if (errno != ENOTSUP)
		ck_assert_int_eq(getxattr(path, "user.by", value,
		    sizeof(value)), 5);
	d = opendir(kit_root);
	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		names++;
	closedir(d);
	ck_assert_uint_eq(names, 3);
}
END_TEST

static bool
forget_letters(struct store_txn *t, void *arg)
{
	(void)arg;
	t->meta.letters = 0;
	return true;
}

/* A hub that was restored numbers its letters from 1 again: those are news,
 * also of pages that were mended by a letter with a higher number. */
START_TEST(test_letters_anew)
{
	kit_page("a.html", SPAN(LINK(OLD)));
	for (int i = 0; i < 9; i++)
		letter_about(OLD, 1000);
	run();
	CK_COUNT(1, 1, 0);
	kit_know("a.html");
	ck_assert_int_eq(store_do(kit_store, forget_letters, NULL),
	    STORE_DONE);
	kit_letter = 0;
	kit_write_letter(&(struct mending_link){ .old = SPAN(NEW),
	    .new = SPAN(NEXT), .state = MENDING_EFFECTIVE,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, 30000);
	run();
	CK_COUNT(0, 0, 0);	/* it may have been known */
	kit_write_letter(&(struct mending_link){ .old = SPAN(NEW),
	    .new = SPAN(NEXT), .state = MENDING_EFFECTIVE,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, 120000);
	run();
	CK_COUNT(1, 1, 0);
	CK_IS("a.html", LINK(NEXT));
}
END_TEST

/* What is there now endangers who goes there: a person takes the link out. */
START_TEST(test_danger)
{
	kit_page("a.html", SPAN(LINK(OLD)));
	kit_write_letter(&(struct mending_link){ .old = SPAN(OLD),
	    .new = SPAN(NEW), .from = CLOCK_NONE, .until = CLOCK_NONE,
	    .state = MENDING_DANGER }, 5000);
	run();
	CK_COUNT(0, 0, 0);
	CK_IS("a.html", LINK(OLD));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_mends, test_by_hand, test_settings,
		test_hard_links, test_index_pages, test_changed,
		test_changed_half, test_touched, test_moved_on, test_secure,
		test_again,
		test_swap, test_list, test_below, test_strange,
		test_like_before, test_letters_anew, test_danger };
	Suite *s = suite_create("mend");
	TCase *tc = tcase_create("mend");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, kit_begin, kit_end);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
