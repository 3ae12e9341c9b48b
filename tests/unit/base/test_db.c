/* db: growth, a disk that is full, readers beside a writer, kill -9. */
#include "contrib/base/db.h"
#include "contrib/base/mem.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS, SETS };

static const struct db_table tables[] = {
	[ROWS] = { "rows", 0 },
	[SETS] = { "sets", MDB_DUPSORT },
};

#define MIB (UINT64_C(1) << 20)

static char dir[64];

static void
make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/zq-db-XXXXXX");
	ck_assert(mkdtemp(dir) != NULL);
}

static void
remove_dir(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	unlink(path);
	rmdir(dir);
}

static struct db *
reopen(unsigned mode, uint64_t most)
{
	struct db *d = db_open(dir, mode, tables, 2, most);

	ck_assert(d != NULL);
	return d;
}

/* One row of n bytes, in a transaction of its own. */
static enum db_result
put_big(struct db *d, const char *key, size_t n)
{
	char *at = mem_new(n);
	struct db_txn *t = db_begin(d, true);

	db_put(t, ROWS, span_of(key), (struct span){ at, n });
	free(at);
	return db_commit(t);
}

static bool
has(struct db *d, const char *key, size_t n)
{
	struct db_txn *t = db_begin(d, false);
	struct span v;
	bool is = db_get(t, ROWS, span_of(key), &v) && v.n == n;

	db_abort(t);
	return is;
}

START_TEST(rows_come_back)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);
	struct db_txn *t = db_begin(d, true);
	struct span v, k = SPAN("b");
	struct db_cursor *c;

	db_put(t, ROWS, SPAN("a"), SPAN("1"));
	db_append(t, ROWS, SPAN("b"), SPAN("2"));
	db_put_dup(t, SETS, SPAN("s"), SPAN("x"));
	db_put_dup(t, SETS, SPAN("s"), SPAN("y"));
	db_put_dup(t, SETS, SPAN("s"), SPAN("x"));
	ck_assert_uint_eq(db_count(t, SETS), 2);
	ck_assert(db_del_dup(t, SETS, SPAN("s"), SPAN("x")));
	ck_assert(!db_del_dup(t, SETS, SPAN("s"), SPAN("x")));
	ck_assert_int_eq(db_commit(t), DB_OK);
	t = db_begin(d, true);
	ck_assert(db_get(t, ROWS, SPAN("a"), &v) && span_is(v, SPAN("1")));
	ck_assert(!db_get(t, ROWS, SPAN("c"), &v));
	ck_assert(!db_get(t, ROWS, SPAN_NONE, &v));
	c = db_cursor_open(t, ROWS);
	ck_assert(db_cursor_get(c, MDB_SET_RANGE, &k, &v));
	ck_assert(span_is(k, SPAN("b")) && span_is(v, SPAN("2")));
	ck_assert(!db_cursor_get(c, MDB_NEXT, &k, &v));
	ck_assert(db_cursor_get(c, MDB_FIRST, &k, &v));
	db_cursor_del(c);
	db_cursor_put(c, SPAN("d"), SPAN("4"));
	db_cursor_close(c);
	ck_assert(db_del(t, ROWS, SPAN("b")));
	ck_assert(!db_del(t, ROWS, SPAN("b")));
	ck_assert_uint_eq(db_count(t, ROWS), 1);
	db_empty(t, SETS);
	ck_assert_uint_eq(db_count(t, SETS), 0);
	db_abort(t);
	ck_assert(has(d, "a", 1) && has(d, "b", 1));
	db_close(d);
}
END_TEST

START_TEST(the_map_grows_by_itself)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE | DB_NOSYNC, 400 * MIB);
	struct db *r = reopen(0, 400 * MIB);
	int again = 0;

	while (put_big(d, "big", 150 * MIB) == DB_AGAIN)
		again++;
	ck_assert_int_eq(again, 2);
	ck_assert(has(r, "big", 150 * MIB));
	ck_assert_uint_ge(db_size(d), 150 * MIB);
	db_release_memory(r);
	ck_assert(has(r, "big", 150 * MIB));
	db_sync(d);
	db_close(r);
	db_close(d);
	d = reopen(0, 1 * MIB);
	ck_assert(has(d, "big", 150 * MIB));
	db_close(d);
}
END_TEST

START_TEST(the_map_grows_no_further_than_told)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE | DB_NOSYNC, 2 * MIB);

	ck_assert_int_eq(put_big(d, "small", 1000), DB_OK);
	ck_assert_int_eq(put_big(d, "big", 3 * MIB), DB_FULL);
	ck_assert(has(d, "small", 1000) && !has(d, "big", 3 * MIB));
	ck_assert_int_eq(put_big(d, "small", 2000), DB_OK);
	db_close(d);
}
END_TEST

/* A limit on the file's size stands for a disk with no room. */
START_TEST(a_full_disk_undoes_the_transaction)
{
	struct rlimit limit = { .rlim_cur = 1 * MIB, .rlim_max = RLIM_INFINITY };
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(put_big(d, "small", 1000), DB_OK);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(put_big(d, "big", 2 * MIB), DB_FULL);
	ck_assert(has(d, "small", 1000) && !has(d, "big", 2 * MIB));
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	ck_assert_int_eq(put_big(d, "big", 2 * MIB), DB_OK);
	ck_assert(has(d, "big", 2 * MIB));
	db_close(d);
}
END_TEST

START_TEST(errors_stick_to_their_transaction)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE | DB_NOSYNC, 1 * MIB);
	struct db_txn *t = db_begin(d, true);
	char *big = mem_new(2 * MIB);
	struct db_cursor *c;
	struct span k;

	db_put(t, ROWS, SPAN("a"), SPAN("1"));
	ck_assert(!db_failed(t));
	db_put(t, ROWS, SPAN("b"), (struct span){ big, 2 * MIB });
	free(big);
	ck_assert(db_failed(t));
	db_put(t, ROWS, SPAN("c"), SPAN("3"));
	ck_assert(!db_get(t, ROWS, SPAN("a"), &k));
	ck_assert(!db_del(t, ROWS, SPAN("a")));
	c = db_cursor_open(t, ROWS);
	ck_assert(!db_cursor_get(c, MDB_FIRST, &k, NULL));
	db_cursor_put(c, SPAN("e"), SPAN("e"));
	db_cursor_close(c);
	ck_assert_int_eq(db_commit(t), DB_FULL);
	ck_assert(!has(d, "a", 1) && !has(d, "c", 1));
	db_close(d);
}
END_TEST

START_TEST(what_cannot_be_opened_says_why)
{
	char path[100];
	struct buf why;
	FILE *f;

	ck_assert(db_open(dir, DB_WRITE, tables, 2, MIB) == NULL);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(db_open("/nonexistent", DB_WRITE | DB_CREATE, tables, 2,
	    MIB) == NULL);
	ck_assert_int_eq(errno, ENOENT);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	f = fopen(path, "w");
	for (int i = 0; i < 9000; i++)
		fputc('x', f);
	fclose(f);
	ck_assert(db_open(dir, DB_WRITE, tables, 2, MIB) == NULL);
	ck_assert_int_eq(errno, EBADMSG);
	buf_init(&why, 1000);
	db_explain(&why, "/a/view", EACCES);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "denied: what is there "
	    "must belong to the user that this runs as: chown -R "
	    "--reference=/a/view/.. /a/view"));
	buf_reset(&why);
	db_explain(&why, "/a/view", ENOSPC);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), ": make space there"));
	buf_clear(&why);
}
END_TEST

static uint64_t
file_size(void)
{
	char path[100];
	struct stat st;

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

static void
cut_to(uint64_t size)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	ck_assert_int_eq(truncate(path, (off_t)size), 0);
}

START_TEST(a_cut_file_is_named)
{
	static const unsigned modes[] = { 0, DB_WRITE,
		DB_WRITE | DB_CREATE | DB_NOSYNC };
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);
	struct buf why;
	uint64_t size;

	put_big(d, "a", 10);
	put_big(d, "big", 2 * MIB);
	db_close(d);
	size = file_size();
	buf_init(&why, 1000);
	for (size_t i = 0; i < 3; i++) {
		cut_to(_i == 0 ? size - 4096 : _i == 1 ? 16384 : 4096);
		ck_assert(db_open(dir, modes[i], tables, 2, 100 * MIB) ==
		    NULL);
		ck_assert(db_is_lost(errno));
		buf_reset(&why);
		db_explain(&why, dir, errno);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&why), _i == 2 ?
		    "data.mdb is damaged" : "data.mdb is cut off: "));
		if (_i == 1)
			ck_assert_ptr_nonnull(strstr(buf_cstr(&why),
			    ": 16384 bytes, "));
	}
	buf_clear(&why);
}
END_TEST

/* LMDB doesn't write what was given back: pages at the end may be missing
 * of a file that is as it should be. */
START_TEST(free_pages_may_be_missing)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);
	struct db_txn *t;
	char key[16];

	put_big(d, "a", 10);
	put_big(d, "big", 2 * MIB);
	t = db_begin(d, true);
	ck_assert(db_del(t, ROWS, SPAN("big")));
	ck_assert_int_eq(db_commit(t), DB_OK);
	for (int i = 0; i < 8; i++) {
		snprintf(key, sizeof(key), "%d", i);
		put_big(d, key, 10);
	}
	db_close(d);
	cut_to(MIB);
	d = reopen(DB_WRITE, 100 * MIB);
	ck_assert(has(d, "a", 10) && has(d, "7", 10));
	ck_assert_int_eq(put_big(d, "big", 3 * MIB), DB_OK);
	db_close(d);
}
END_TEST

/* A child writes numbers; what it said was committed is there afterwards. */
static void
write_until_killed(int out)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE | DB_NOSYNC, 100 * MIB);
	struct db_txn *t;
	char key[16];

	for (unsigned i = 0;; i++) {
		snprintf(key, sizeof(key), "%08u", i);
		t = db_begin(d, true);
		db_append(t, ROWS, span_of(key), span_of(key));
		if (db_commit(t) != DB_OK ||
		    write(out, &i, sizeof(i)) != (ssize_t)sizeof(i))
			_exit(1);
	}
}

START_TEST(kill_loses_nothing)
{
	unsigned last = 0, n;
	char key[16];
	struct db *d;
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		write_until_killed(ends[1]);
	close(ends[1]);
	while (last < 500 && read(ends[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (read(ends[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	close(ends[0]);
	d = reopen(DB_WRITE, 100 * MIB);
	for (unsigned i = 0; i <= last; i++) {
		snprintf(key, sizeof(key), "%08u", i);
		ck_assert(has(d, key, 8));
	}
	ck_assert_int_eq(put_big(d, "more", 10), DB_OK);
	db_close(d);
}
END_TEST

/* A page of it that a full disk can't give is a SIGBUS to who touches it. */
START_TEST(the_lock_file_has_all_its_pages)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);
	char path[100];
	struct stat st, cut;

	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_gt(st.st_size, 0);
	ck_assert_int_ge(st.st_blocks * 512, st.st_size);
	db_close(d);
	if (_i == 1) {		/* one that has holes, as it was made before */
		ck_assert_int_eq(truncate(path, 0), 0);
		ck_assert_int_eq(truncate(path, 16512), 0);
	}
	d = reopen(_i == 1 ? 0 : DB_WRITE, 100 * MIB);
	ck_assert_int_eq(stat(path, &cut), 0);
	ck_assert_int_eq(cut.st_size, _i == 1 ? 16512 : st.st_size);
	ck_assert_int_ge(cut.st_blocks * 512, cut.st_size);
	db_close(d);
}
END_TEST

/* --- pages that aren't what they should be --------------------------------- */

#define MANY 4000

static void
fill(void)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);
	struct db_txn *t = db_begin(d, true);
	char key[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%08d", i);
		db_put(t, ROWS, span_of(key), span_of("some forty bytes for "
		    "a row of the table rows"));
	}
	ck_assert_int_eq(db_commit(t), DB_OK);
	db_close(d);
}

/* Pages amid the file: with no kind, or leaves that say they are branches. */
static void
spoil(int how)
{
	char path[100], page[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	ck_assert_ptr_nonnull(f = fopen(path, "r+"));
	for (long n = 10; n < 40; n++) {
		ck_assert_int_eq(fseek(f, n * 4096, SEEK_SET), 0);
		ck_assert_int_eq(fread(page, 1, 4096, f), 4096);
		if (how == 0)
			memset(page + 8, 0, 8);
		else if (page[10] == 2)
			page[10] = 1;
		ck_assert_int_eq(fseek(f, n * 4096, SEEK_SET), 0);
		ck_assert_int_eq(fwrite(page, 1, 4096, f), 4096);
	}
	fclose(f);
}

static void
note_damage(const char *of)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/damaged", of);
	fclose(fopen(path, "w"));
}

static void
read_all(void)
{
	struct db *d = reopen(0, 100 * MIB);
	struct db_txn *t = db_begin(d, false);
	struct db_cursor *c = db_cursor_open(t, ROWS);
	struct span key, value;
	size_t n = 0;

	db_on_damage(d, ": the advice", note_damage);
	db_on_damage(d, ": not this", NULL);
	while (db_cursor_get(c, MDB_NEXT, &key, &value))
		n++;
	_exit(n == MANY ? 0 : 2);
}

START_TEST(a_damaged_page_is_named_and_acted_on)
{
	char path[100], line[1000] = "";
	int ends[2], status = 0;
	pid_t pid;
	ssize_t n;

	fill();
	spoil(_i);
	ck_assert_int_eq(pipe(ends), 0);
	if ((pid = fork()) == 0) {
		dup2(ends[1], STDERR_FILENO);
		read_all();
	}
	close(ends[1]);
	while ((n = read(ends[0], line, sizeof(line) - 1)) > 0)
		line[n] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	    "%x: %s", (unsigned)status, line);
	ck_assert_ptr_nonnull(strstr(line, "/data.mdb is damaged ("));
	ck_assert_ptr_nonnull(strstr(line, "): the advice"));
	snprintf(path, sizeof(path), "%s/damaged", dir);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Pages of files in our RSS. */
static long
resident(void)
{
	long size, all, of_files;
	FILE *f = fopen("/proc/self/statm", "r");

	ck_assert(f != NULL);
	ck_assert_int_eq(fscanf(f, "%ld %ld %ld", &size, &all, &of_files), 3);
	fclose(f);
	return of_files;
}

START_TEST(memory_is_given_back)
{
	struct db *d = reopen(DB_WRITE | DB_CREATE, 100 * MIB);
	struct span v, big = SPAN("big");
	struct db_txn *t;
	long before;

	ck_assert_int_eq(put_big(d, "big", 16 * MIB), DB_OK);
	t = db_begin(d, false);
	ck_assert(db_get(t, ROWS, big, &v));
	for (size_t i = 0; i < v.n; i += 4096)
		ck_assert_int_eq(((const volatile char *)v.at)[i], 0);
	db_abort(t);
	before = resident();
	db_release_memory(d);
	ck_assert_int_le(resident(), before - 15 * 256);
	ck_assert(has(d, "big", 16 * MIB));
	db_close(d);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("db");
	TCase *t = tcase_create("db");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, make_dir, remove_dir);
	tcase_add_test(t, rows_come_back);
	tcase_add_test(t, the_map_grows_by_itself);
	tcase_add_test(t, the_map_grows_no_further_than_told);
	tcase_add_test(t, a_full_disk_undoes_the_transaction);
	tcase_add_test(t, errors_stick_to_their_transaction);
	tcase_add_test(t, what_cannot_be_opened_says_why);
	tcase_add_loop_test(t, a_cut_file_is_named, 0, 3);
	tcase_add_test(t, free_pages_may_be_missing);
	tcase_add_test(t, kill_loses_nothing);
	tcase_add_loop_test(t, the_lock_file_has_all_its_pages, 0, 2);
	tcase_add_loop_test(t, a_damaged_page_is_named_and_acted_on, 0, 2);
	tcase_add_test(t, memory_is_given_back);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
