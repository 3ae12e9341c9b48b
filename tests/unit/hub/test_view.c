/*
 * The view's life: when it is kept, when it is thrown away, and that it
 * comes to the same either way.
 */
#include "tests/unit/hub/storekit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hub/mark.h"

#define TEXT_OF(n) #n
#define VERSION_TEXT(n) TEXT_OF(n)
#define MARK_VERSION VERSION_TEXT(VIEW_VERSION)

static struct kit k;
static bool fresh;
static const char *reason;

static void
setup(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_lmdb);
	kit_site(&k, 1);
	for (int i = 0; i < 10; i++) {
		struct change c = kit_change(CHANGE_CREATED,
		    "http://s1.gov.cn/a", "政务公开");

		c.when += i;
		kit_say(&k, 1, &c);
	}
	kit_show(&k, 4);
}

static void
teardown(void)
{
	kit_close(&k);
}

static void
reopen(void)
{
	view_close(k.view);
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert_ptr_nonnull(k.view);
}

static void
write_mark(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/mark", k.view_dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(stays_when_closed)
{
	uint8_t before[32], after[32];

	view_digest(k.view, before);
	reopen();
	ck_assert(!fresh);
	ck_assert_ptr_null(reason);
	ck_assert_uint_eq(view_place(k.view), 11);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
}
END_TEST

/* A process that dies leaves the view to the kernel: kill -9 in a child. */
START_TEST(stays_when_killed)
{
	int status;
	pid_t pid;

	view_close(k.view);
	pid = fork();
	if (pid == 0) {
		size_t applied;

		k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason,
		    &k.why);
		journal_close(k.journal);
		k.journal = journal_open(&journal_lmdb, k.journal_dir, true,
		    KIT_MOST, &k.why);
		kit_act(&k, "{\"do\":\"start\"}");
		view_apply(k.view, k.journal, 10, k.now, &applied);
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert_ptr_nonnull(k.view);
	ck_assert(!fresh);
	ck_assert_uint_eq(view_place(k.view), 12);
}
END_TEST

START_TEST(goes_when_the_machine_went_down)
{
	uint8_t before[32], after[32];

	view_digest(k.view, before);
	view_close(k.view);
	write_mark(MARK_VERSION " open "
	    "00000000-dead-beef-0000-000000000000\n");
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert(fresh);
	ck_assert_ptr_nonnull(strstr(reason, "went down"));
	ck_assert_uint_eq(view_place(k.view), 0);
	kit_show(&k, 3);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
}
END_TEST

START_TEST(goes_when_cut_off)
{
	uint8_t before[32], after[32];
	char path[128];

	view_digest(k.view, before);
	view_close(k.view);
	snprintf(path, sizeof(path), "%s/data.mdb", k.view_dir);
	ck_assert_int_eq(truncate(path, 16384), 0);
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert(k.view != NULL && fresh);
	ck_assert_ptr_nonnull(strstr(reason, "cut off"));
	ck_assert_uint_eq(view_place(k.view), 0);
	kit_show(&k, 3);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
}
END_TEST

/* Every page but those that say where all begins. */
static void
spoil(void)
{
	char path[128], page[4096] = "";
	struct stat st;
	FILE *f;

	snprintf(path, sizeof(path), "%s/data.mdb", k.view_dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_ptr_nonnull(f = fopen(path, "r+"));
	ck_assert_int_eq(fseek(f, 2L * 4096, SEEK_SET), 0);
	for (off_t n = 2; n < st.st_size / 4096; n++)
		ck_assert_int_eq(fwrite(page, 1, 4096, f), 4096);
	fclose(f);
}

/* Under who has it open: that one ends, and the next makes it anew. */
START_TEST(goes_when_a_page_is_damaged)
{
	int status;
	pid_t pid;

	view_close(k.view);
	if ((pid = fork()) == 0) {
		k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason,
		    &k.why);
		journal_close(k.journal);
		k.journal = journal_open(&journal_lmdb, k.journal_dir, true,
		    KIT_MOST, &k.why);
		kit_act(&k, "{\"do\":\"start\"}");
		spoil();
		kit_show(&k, 4);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert(k.view != NULL && fresh);
	ck_assert_ptr_nonnull(strstr(reason, "a page of it was damaged"));
	kit_show(&k, 3);
	ck_assert_uint_eq(view_place(k.view), journal_last(k.journal));
}
END_TEST

/* Whoever opens it dies of what is there: that is no way to begin each time.
 * Where it could only not be opened, it is kept. */
START_TEST(goes_when_opening_it_kills)
{
	int status;
	pid_t pid;

	view_close(k.view);
	if ((pid = fork()) == 0) {
		const struct rlimit few = { .rlim_cur = 1000, .rlim_max = 1000 };
		char path[128];

		snprintf(path, sizeof(path), "%s/lock.mdb", k.view_dir);
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &few), 0);
		signal(SIGXFSZ, _i == 0 ? SIG_DFL : SIG_IGN);
		k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason,
		    &k.why);
		_exit(k.view == NULL ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(_i, WIFSIGNALED(status) ? 0 : 1);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert_ptr_nonnull(k.view);
	ck_assert(fresh == (_i == 0));
	kit_show(&k, 3);
}
END_TEST

START_TEST(goes_when_rules_changed)
{
	view_close(k.view);
	write_mark("999999 closed\n");
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	ck_assert(fresh);
	ck_assert_ptr_nonnull(strstr(reason, "rules"));
	ck_assert_uint_eq(view_place(k.view), 0);
}
END_TEST

START_TEST(goes_with_another_journal)
{
	struct kit other;
	size_t applied;

	ck_assert(view_fits(k.view, k.journal));
	kit_open(&other, &journal_lmdb);
	for (int i = 0; i < 20; i++)
		kit_act(&other, "{\"do\":\"start\"}");
	reopen();
	ck_assert(!view_fits(k.view, other.journal));
	ck_assert_uint_eq(view_place(k.view), 0);
	ck_assert_int_eq(view_apply(k.view, other.journal, 100, 1, &applied),
	    DB_OK);
	ck_assert_uint_eq(applied, 20);
	kit_close(&other);
}
END_TEST

/* One restored from a backup that is older than the view. */
START_TEST(goes_with_a_shorter_journal)
{
	struct kit other;

	kit_open(&other, &journal_lmdb);
	kit_site(&other, 1);
	reopen();
	ck_assert(!view_fits(k.view, other.journal));
	ck_assert_uint_eq(view_place(k.view), 0);
	kit_close(&other);
}
END_TEST

START_TEST(empties_and_refills)
{
	struct store *s = kit_store(&k);
	uint8_t before[32], after[32];
	struct totals t;
	struct query *q;

	view_digest(k.view, before);
	ck_assert_int_eq(view_empty(k.view), DB_OK);
	ck_assert_uint_eq(view_place(k.view), 0);
	q = query_begin(s);
	query_totals(q, &t);
	ck_assert_uint_eq(t.items, 0);
	ck_assert_uint_eq(t.view_place, 0);
	ck_assert_uint_eq(t.journal_place, 11);
	query_end(q);
	kit_show(&k, 100);
	view_digest(k.view, after);
	ck_assert_mem_eq(before, after, 32);
	q = query_begin(s);
	query_totals(q, &t);
	ck_assert_uint_eq(t.items, 1);
	ck_assert_mem_eq(t.digest, after, 32);
	query_end(q);
	store_close(s);
}
END_TEST

/* A reader that has an old file open goes over to the new one. */
START_TEST(readers_follow)
{
	struct store *s = kit_store(&k);
	struct query *q = query_begin(s);
	struct totals t;

	query_totals(q, &t);
	ck_assert_uint_eq(t.view_place, 11);
	query_end(q);
	view_close(k.view);
	write_mark("999999 closed\n");
	k.view = view_open(k.view_dir, KIT_MOST, &fresh, &reason, &k.why);
	q = query_begin(s);
	query_totals(q, &t);
	ck_assert_uint_eq(t.view_place, 0);
	query_end(q);
	store_close(s);
}
END_TEST

START_TEST(marks)
{
	char dir[] = "/tmp/zq-mark-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mark_read(dir, 3), MARK_NONE);
	ck_assert(mark_write(dir, 3, false));
	ck_assert_int_eq(mark_read(dir, 3), MARK_GOOD);
	ck_assert_int_eq(mark_read(dir, 4), MARK_OTHER_VERSION);
	ck_assert_int_eq(mark_read(dir, 33), MARK_OTHER_VERSION);
	ck_assert(mark_write(dir, 3, true));
	ck_assert_int_eq(mark_read(dir, 3), MARK_GOOD);
	ck_assert(mark_damage(dir, 3));
	ck_assert_int_eq(mark_read(dir, 3), MARK_DAMAGED);
	ck_assert_int_eq(mark_read(dir, 4), MARK_OTHER_VERSION);
	kit_wipe(dir);
	ck_assert(!mark_write(dir, 3, true));
}
END_TEST

START_TEST(says_why_it_cannot_open)
{
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_ptr_null(view_open("/nonexistent/x", KIT_MOST, &fresh,
	    &reason, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "/nonexistent/x"));
	ck_assert_ptr_null(store_open("/nonexistent", &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "zqhub init"));
	buf_clear(&why);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("view");
	TCase *c = tcase_create("life");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, stays_when_closed);
	tcase_add_test(c, stays_when_killed);
	tcase_add_test(c, goes_when_the_machine_went_down);
	tcase_add_test(c, goes_when_cut_off);
	tcase_add_test(c, goes_when_a_page_is_damaged);
	tcase_add_loop_test(c, goes_when_opening_it_kills, 0, 2);
	tcase_add_test(c, goes_when_rules_changed);
	tcase_add_test(c, goes_with_another_journal);
	tcase_add_test(c, goes_with_a_shorter_journal);
	tcase_add_test(c, empties_and_refills);
	tcase_add_test(c, readers_follow);
	tcase_add_test(c, marks);
	tcase_add_test(c, says_why_it_cannot_open);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
