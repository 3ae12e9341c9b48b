/*
 * The mending log by itself: what is dropped of it, and what stays.
 */
#include "agent/mendlog.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/agent/storekit.h"

#define DAY INT64_C(86400000)
#define EDIT_BYTES 1000

static struct mendlog *mended;

static void
reopen(void)
{
	struct buf why;

	buf_init(&why, 1024);
	mendlog_close(mended);
	mended = mendlog_open(kit_dir, &why);
	ck_assert_msg(mended != NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
}

static void
set_up(void)
{
	kit_make_dir();
	mended = NULL;
	reopen();
}

static void
tear_down(void)
{
	mendlog_close(mended);
	kit_remove_dir();
}

static void
put(uint64_t run, int64_t when, const char *path)
{
	static char old[EDIT_BYTES];
	struct mend_edit e = { .at = 7, .old = { old, sizeof(old) },
	    .new = SPAN("new") };
	struct mendlog_page p = { .run = run, .when = when, .letters = run,
	    .source = SPAN("www"), .path = span_of(path), .edit = &e,
	    .count = 1 };
	struct buf why;

	memset(old, 'o', sizeof(old));
	memset(p.after, path[0], sizeof(p.after));
	buf_init(&why, 1024);
	ck_assert_msg(mendlog_put(mended, &p, &why), "%s", buf_cstr(&why));
	buf_clear(&why);
}

static bool
show(void *arg, const struct mendlog_page *p)
{
	ck_assert_uint_eq(p->count, 1);
	ck_assert_uint_eq(p->edit[0].old.n, EDIT_BYTES);
	ck_assert(span_is(p->edit[0].new, SPAN("new")));
	ck_assert_int_eq(p->after[31], p->path.at[0]);
	buf_printf(arg, "%.*s%d ", SPAN_ARGS(p->path), (int)p->run);
	return true;
}

/* Before it is opened again and after. */
static void
ck_has(const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	for (int i = 0; i < 2; i++) {
		buf_reset(&b);
		mendlog_each(mended, show, &b);
		ck_assert_str_eq(buf_cstr(&b), want);
		reopen();
	}
	buf_clear(&b);
}

static uint64_t
trim(int64_t since, uint64_t size)
{
	uint64_t dropped = 99;
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_msg(mendlog_trim(mended, since, size, &dropped, &why),
	    "%s", buf_cstr(&why));
	buf_clear(&why);
	return dropped;
}

static bool
undo_one(void *arg, const struct mendlog_page *p)
{
	struct buf why;

	if (!span_is(p->path, span_of(arg)))
		return true;
	buf_init(&why, 1024);
	ck_assert(mendlog_undone(mended, p->place, &why));
	buf_clear(&why);
	return true;
}

static bool
is_made(char c)
{
	uint8_t hash[32];
	uint64_t letters;
	int64_t when;

	memset(hash, c, sizeof(hash));
	return mendlog_made(mended, hash, &letters, &when);
}

static void
four_runs(void)
{
	put(1, 1 * DAY, "a");
	put(1, 1 * DAY + 1, "b");
	put(2, 2 * DAY, "c");
	put(3, 3 * DAY, "d");
	put(3, 3 * DAY + 1, "e");
	put(4, 4 * DAY, "f");
}

static uint64_t
file_size(void)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/mended", kit_dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	return (uint64_t)st.st_size;
}

START_TEST(test_old_ones_go)
{
	four_runs();
	ck_assert_uint_eq(trim(1 * DAY, 1u << 20), 0);
	ck_has("f4 e3 d3 c2 b1 a1 ");
	ck_assert_uint_eq(trim(2 * DAY + 1, 1u << 20), 3);
	ck_has("f4 e3 d3 ");
	ck_assert(!is_made('a'));
	ck_assert(is_made('d'));
	/* It goes on where it was. */
	put(5, 5 * DAY, "g");
	ck_has("g5 f4 e3 d3 ");
	/* The newest run stays, however old it is. */
	ck_assert_uint_eq(trim(9 * DAY, 1u << 20), 3);
	ck_has("g5 ");
	ck_assert_uint_eq(mendlog_last(mended), 5);
}
END_TEST

/* Whole runs, or an undo would put back half of one. */
START_TEST(test_no_longer_than)
{
	four_runs();
	ck_assert_uint_eq(trim(0, 2 * (EDIT_BYTES + 200)), 5);
	ck_has("f4 ");
	put(5, 5 * DAY, "g");
	put(5, 5 * DAY, "h");
	put(5, 5 * DAY, "i");
	ck_assert_uint_eq(trim(0, 10), 1);
	ck_has("i5 h5 g5 ");
	ck_assert_uint_lt(file_size(), 4 * (EDIT_BYTES + 200));
}
END_TEST

START_TEST(test_undone_ones_go)
{
	char d[] = "d", f[] = "f";

	four_runs();
	mendlog_each(mended, undo_one, d);
	ck_assert_uint_eq(trim(2 * DAY, 1u << 20), 2);
	ck_has("f4 e3 c2 ");
	/* All of it: the numbers go on. */
	mendlog_each(mended, undo_one, f);
	ck_assert_uint_eq(trim(9 * DAY, 1u << 20), 2);
	ck_assert_uint_eq(mendlog_last(mended), 4);
	reopen();
	ck_assert_uint_eq(mendlog_last(mended), 4);
}
END_TEST

/* Not for a little: the file would be written anew each time. */
START_TEST(test_not_for_a_little)
{
	uint64_t size;
	char name[2] = "A";

	put(1, DAY, "a");
	for (int i = 0; i < 20; i++, name[0]++)
		put(2, 2 * DAY, name);
	put(3, 3 * DAY, "z");
	size = file_size();
	ck_assert_uint_eq(trim(2 * DAY, 1u << 20), 0);
	ck_assert_uint_eq(file_size(), size);
	ck_assert_uint_eq(trim(2 * DAY, size - 1), 1);
	ck_assert_uint_lt(file_size(), size);
	ck_assert(!is_made('a'));
}
END_TEST

static void
spoil(uint64_t at)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/mended", kit_dir);
	f = fopen(path, "r+");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, (long)at, SEEK_SET), 0);
	fputc('X', f);
	fclose(f);
}

static bool
spoil_one(void *arg, const struct mendlog_page *p)
{
	if (span_is(p->path, span_of(arg)))
		spoil(p->place + 200);
	return true;
}

static bool
spoil_length(void *arg, const struct mendlog_page *p)
{
	if (span_is(p->path, span_of(arg)))
		spoil(p->place + 1);
	return true;
}

static void
cut_file(uint64_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/mended", kit_dir);
	ck_assert_int_eq(truncate(path, (off_t)size), 0);
}

/* What a bad disk made of one is no reason to forget those behind it. */
START_TEST(test_damaged)
{
	char c[] = "c", f[] = "f";

	four_runs();
	mendlog_each(mended, spoil_one, c);
	reopen();
	ck_has("f4 e3 d3 b1 a1 ");
	put(5, 5 * DAY, "g");
	ck_has("g5 f4 e3 d3 b1 a1 ");
	mendlog_each(mended, spoil_one, f);
	reopen();
	ck_has("g5 e3 d3 b1 a1 ");
	/* The last one was cut off. */
	cut_file(file_size() - 3);
	reopen();
	ck_has("e3 d3 b1 a1 ");
	put(6, 6 * DAY, "h");
	ck_has("h6 e3 d3 b1 a1 ");
}
END_TEST

/* Several beside each other, and one of which nobody knows any more how long it
 * is: none of them takes others with it. */
START_TEST(test_damaged_much)
{
	char b[] = "b", c[] = "c", e[] = "e", g[] = "g", h[] = "h";

	four_runs();
	mendlog_each(mended, spoil_one, b);
	mendlog_each(mended, spoil_one, c);
	reopen();
	ck_has("f4 e3 d3 a1 ");
	ck_assert_uint_ge(mendlog_damaged(mended), 1);
	mendlog_each(mended, spoil_length, e);
	reopen();
	ck_has("f4 d3 a1 ");
	put(5, 5 * DAY, "g");
	put(6, 6 * DAY, "h");
	mendlog_each(mended, undo_one, g);
	ck_has("h6 f4 d3 a1 ");
	/* What says that one is undone is found again, too. */
	mendlog_each(mended, spoil_length, h);
	reopen();
	ck_has("f4 d3 a1 ");
	ck_assert(!is_made('h'));
	ck_assert_uint_eq(trim(0, 1u << 20), 0);
	ck_has("f4 d3 a1 ");
}
END_TEST

/* A name of a file that is root's doesn't make it the agent's. */
START_TEST(test_other_name)
{
	char path[128], secret[128];
	struct buf why;
	struct stat st;

	mendlog_close(mended);
	mended = NULL;
	snprintf(path, sizeof(path), "%s/mended", kit_dir);
	snprintf(secret, sizeof(secret), "%s/secret", kit_dir);
	ck_assert_int_eq(rename(path, secret), 0);
	ck_assert_int_eq(link(secret, path), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(kit_dir, 4711, 4711), 0);
	buf_init(&why, 1024);
	ck_assert_ptr_null(mendlog_open(kit_dir, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "mended: "));
	buf_clear(&why);
	ck_assert_int_eq(stat(secret, &st), 0);
	ck_assert_uint_eq(st.st_uid, geteuid());
	unlink(secret);
	reopen();
}
END_TEST

/* Others that wait for it don't write into what is not there any more. */
START_TEST(test_nobody_else)
{
	struct buf why;

	four_runs();
	ck_assert_uint_eq(trim(4 * DAY, 1u << 20), 5);
	buf_init(&why, 1024);
	ck_assert_ptr_null(mendlog_open(kit_dir, &why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "another zqagent mend"));
	buf_clear(&why);
	ck_has("f4 ");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/mendlog");
	TCase *t = tcase_create("mendlog");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_old_ones_go);
	tcase_add_test(t, test_no_longer_than);
	tcase_add_test(t, test_undone_ones_go);
	tcase_add_test(t, test_not_for_a_little);
	tcase_add_test(t, test_damaged);
	tcase_add_test(t, test_damaged_much);
	tcase_add_test(t, test_other_name);
	tcase_add_test(t, test_nobody_else);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
