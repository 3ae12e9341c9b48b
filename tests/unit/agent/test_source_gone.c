/*
 * What the source dir makes of things that are gone: withdrawn soon when
 * they are few, held when they are many, however they went.
 */
#include "tests/unit/agent/sourcekit.h"

#include <fcntl.h>

#include "agent/intake_private.h"
#include "agent/source_dir.h"

static void
put_dirs(int dirs, int files)
{
	char name[16];

	for (int i = 0; i < dirs; i++) {
		snprintf(name, sizeof(name), "d%03d", i);
		put_dir(name);
		put_many_in(at(name), files);
	}
}

static void
remove_dirs(int from, int to)
{
	char name[16];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "d%03d", i);
		kit_remove_tree(at(name));
	}
}

static json_int_t
status_of(const char *name)
{
	json_t *o = source_dir.status(source);
	json_int_t n = json_integer_value(json_object_get(o, name));

	json_decref(o);
	return n;
}

/* Each directory alone would be few enough. */
START_TEST(test_tree)
{
	put_dirs(40, 10);
	start();
	wait_items(400);
	wait_state("fine");
	remove_dirs(0, 40);
	wait_state("held");
	turn_loop(5000);		/* the scan comes after it */
	ck_assert_uint_eq(items(), 400);
	ck_assert_int_eq(status_of("held"), 400);
	ck_assert(source_dir.release(source, "moved away", "wang"));
	wait_items(0);
	kit_is_whole(store);
	stop();
}
END_TEST

/* One after the other, with time between them. */
START_TEST(test_drip)
{
	put_dirs(8, 25);
	start();
	wait_items(200);
	wait_state("fine");
	for (int i = 0; i < 4; i++) {
		remove_dirs(i, i + 1);
		turn_loop(1000);
	}
	wait_state("held");
	ck_assert_uint_ge(items(), 150);
	stop();
}
END_TEST

/* How long it takes, in ms, until it is told that the page is away. */
static int64_t
withdraw(const char *page)
{
	int64_t began = clock_mono();
	uint64_t before = items();

	unlink(at(page));
	turn_loop(50);
	if (items() == before)
		ck_assert_str_eq(state(), "busy");	/* not in sync yet */
	wait_items(before - 1);
	return clock_mono() - began;
}

/* A slow machine may be late twice. */
START_TEST(test_few)
{
	int64_t began;
	uint64_t before;

	put_dirs(4, 40);
	put("a.html", "<title>a</title>");
	put("b.html", "<title>b</title>");
	put("c.html", "<title>c</title>");
	start();
	wait_items(163);
	wait_state("fine");
	ck_assert(withdraw("a.html") < 1500 || withdraw("b.html") < 1500 ||
	    withdraw("c.html") < 1500);
	began = clock_mono();
	before = items();
	remove_dirs(0, 1);
	wait_items(before - 40);
	ck_assert_int_lt(clock_mono() - began, 3500);
	wait_state("fine");
	stop();
}
END_TEST

/* Few, but there were no others. */
START_TEST(test_all)
{
	put_dirs(2, 10);
	start();
	wait_items(20);
	wait_state("fine");
	remove_dirs(0, 2);
	wait_state("held");
	turn_loop(4000);
	ck_assert_uint_eq(items(), 20);
	stop();
}
END_TEST

/* What is held is not forgotten because something else is withdrawn. */
START_TEST(test_held_stays)
{
	put_many(100);
	put_dirs(10, 10);
	start();
	wait_items(200);
	wait_state("fine");
	remove_many(0, 100);
	wait_state("held");
	remove_dirs(0, 1);
	wait_items(190);
	ck_assert_str_eq(state(), "held");
	stop();
}
END_TEST

/* What is held and comes back was no loss: nobody has to say so. */
START_TEST(test_back)
{
	char away[256];

	put_dirs(8, 25);
	start();
	wait_items(200);
	wait_state("fine");
	for (int i = 0; i < 6; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%03d", i);
		snprintf(away, sizeof(away), "%s/.%s", root, name);
		ck_assert_int_eq(rename(at(name), away), 0);
	}
	wait_state("held");
	turn_loop(5000);		/* the scan comes after it */
	for (int i = 0; i < 6; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d%03d", i);
		snprintf(away, sizeof(away), "%s/.%s", root, name);
		ck_assert_int_eq(rename(away, at(name)), 0);
	}
	wait_state("fine");
	ck_assert_uint_eq(items(), 200);
	ck_assert_int_eq(status_of("held"), 0);
	stop();
}
END_TEST

/* Gone and made anew at once is not gone. */
START_TEST(test_anew)
{
	uint64_t before;

	put_dirs(4, 20);
	put("x.txt", "x");
	start();
	wait_items(81);
	wait_state("fine");
	before = head();
	remove_dirs(0, 4);
	unlink(at("x.txt"));
	put_dirs(4, 20);
	put("x.txt", "x");
	turn_loop(2500);
	ck_assert_str_eq(state(), "fine");
	ck_assert_uint_eq(items(), 81);
	ck_assert_uint_eq(head(), before);
	stop();
}
END_TEST

/* Missing at the start; when it is there, the sandbox doesn't know it. */
START_TEST(test_root_late)
{
	if (getuid() == 0)
		return;		/* nothing is denied to root */
	rmdir(root);
	start();
	wait_state("no-root");
	turn_loop(1200);
	ck_assert(!reached);
	ck_assert_int_eq(mkdir(root, 0), 0);
	WAIT_FOR(reached);
	chmod(root, 0755);
	stop();
}
END_TEST

/* A deploy: a link to a directory is turned to the next one, then removed. */
START_TEST(test_link_switch)
{
	put_dir("r1");
	put("r1/a.txt", "a");
	put("r1/b.txt", "b");
	put_dir("r2");
	put("r2/b.txt", "b");
	put("r2/c.txt", "c");
	ck_assert_int_eq(symlink("r1", at("cur")), 0);
	start();
	wait_told("cur/a.txt=/cur/a.txt cur/b.txt=/cur/b.txt "
	    "r1/a.txt=/r1/a.txt r1/b.txt=/r1/b.txt "
	    "r2/b.txt=/r2/b.txt r2/c.txt=/r2/c.txt ");
	ck_assert_int_eq(symlink("r2", at("CuXXXXXX")), 0);
	turn_loop(300);
	rename(at("CuXXXXXX"), at("cur"));
	wait_told("cur/b.txt=/cur/b.txt cur/c.txt=/cur/c.txt "
	    "r1/a.txt=/r1/a.txt r1/b.txt=/r1/b.txt "
	    "r2/b.txt=/r2/b.txt r2/c.txt=/r2/c.txt ");
	put("r2/d.txt", "d");
	wait_told("cur/b.txt=/cur/b.txt cur/c.txt=/cur/c.txt "
	    "cur/d.txt=/cur/d.txt r1/a.txt=/r1/a.txt r1/b.txt=/r1/b.txt "
	    "r2/b.txt=/r2/b.txt r2/c.txt=/r2/c.txt r2/d.txt=/r2/d.txt ");
	unlink(at("cur"));
	wait_told("r1/a.txt=/r1/a.txt r1/b.txt=/r1/b.txt "
	    "r2/b.txt=/r2/b.txt r2/c.txt=/r2/c.txt r2/d.txt=/r2/d.txt ");
	stop();
}
END_TEST

/* It stands, but leads nowhere any more; nobody heard of that. */
START_TEST(test_link_dangles)
{
	put("x.txt", "x");
	put_dir("r");
	put("r/a.txt", "a");
	ck_assert_int_eq(symlink("r", at("cur")), 0);
	start();
	wait_told("cur/a.txt=/cur/a.txt r/a.txt=/r/a.txt x.txt=/x.txt ");
	stop();
	rename(at("r"), at("s"));
	start();
	wait_told("s/a.txt=/s/a.txt x.txt=/x.txt ");
	stop();
}
END_TEST

/* Renamed while files in it are on their way into the store. */
START_TEST(test_race)
{
	char from[32], to[32], name[64];

	put("x.txt", "x");
	start();
	wait_state("fine");
	for (int i = 0; i < 20; i++) {
		snprintf(from, sizeof(from), "a%d", i);
		snprintf(to, sizeof(to), "b%d", i);
		put_dir(from);
		for (int k = 0; k < 4; k++) {
			snprintf(name, sizeof(name), "%s/%d.html", from, k);
			put(name, "<title>race</title>");
		}
		turn_loop(140 + i * 2);
		rename(at(from), at(to));
		turn_loop(20);
	}
	turn_loop(1500);
	wait_items(81);
	kit_is_whole(store);
	stop();
}
END_TEST

/* Settings that leave out more than before, too, withdraw few and hold many. */
START_TEST(test_excluded_now)
{
	static char one[] = "d000", some[] = "d00[1-4]";
	static char *more[] = { one, NULL }, *most[] = { one, some, NULL };

	put_dirs(8, 20);
	start();
	wait_items(160);
	wait_state("fine");
	stop();
	set.exclude = more;
	start();
	wait_items(140);
	wait_state("fine");
	stop();
	set.exclude = most;
	start();
	wait_state("held");
	ck_assert_uint_eq(items(), 140);
	ck_assert_int_eq(status_of("held"), 80);
	ck_assert(source_dir.release(source, "for nobody", "wang"));
	wait_items(60);
	kit_is_whole(store);
	stop();
}
END_TEST

/* What can't be told is counted, and the first of it is named. */
START_TEST(test_left_out)
{
	char name[256], whole[160];
	json_t *o;
	int was = open(".", O_RDONLY | O_DIRECTORY);

	put("x.txt", "x");
	put_dir("d");
	snprintf(whole, sizeof(whole), "%s/d", root);
	ck_assert_int_eq(symlink(whole, at("absolute")), 0);
	ck_assert_int_eq(chdir(root), 0);
	for (int i = 0; i < 70; i++) {
		ck_assert_int_eq(mkdir("n", 0755), 0);
		ck_assert_int_eq(chdir("n"), 0);
	}
	ck_assert_int_eq(chdir(root), 0);
	memset(name, 'l', 250);
	name[250] = '\0';
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(mkdir(name, 0755), 0);
		ck_assert_int_eq(chdir(name), 0);
	}
	ck_assert_int_eq(fchdir(was), 0);
	close(was);
	start();
	wait_told("x.txt=/x.txt ");
	wait_state("fine");
	ck_assert_int_eq(status_of("unfit"), 2);
	ck_assert_int_eq(status_of("outside"), 1);
	o = source_dir.status(source);
	ck_assert_ptr_nonnull(json_object_get(o, "unfit_first"));
	json_decref(o);
	stop();
}
END_TEST

static void
check_trouble(const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	ck_assert_int_eq(source_dir.trouble(source, &b), want[0] != '\0');
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_clear(&b);
}

/* Without a root nothing can be proven, and it says so. */
START_TEST(test_trouble_of_root)
{
	char away[160];

	put("a.txt", "a");
	start();
	wait_state("fine");
	check_trouble("");
	WAIT_FOR(source_dir.is_settled(source));
	snprintf(away, sizeof(away), "%s.away", root);
	ck_assert_int_eq(rename(root, away), 0);
	wait_state("no-root");
	check_trouble("source www: its root can't be opened");
	ck_assert(!source_dir.is_settled(source));
	ck_assert_int_eq(rename(away, root), 0);
	wait_state("fine");
	check_trouble("");
	stop();
}
END_TEST

/* Rights are lost while it runs: below the root, and of the root itself. */
START_TEST(test_rights_lost)
{
	char want[512];

	if (getuid() == 0)
		return;		/* nothing is hidden from root */
	put_dir("d");
	put("d/a.txt", "a");
	put("x.txt", "x");
	start();
	wait_told("d/a.txt=/d/a.txt x.txt=/x.txt ");
	wait_state("fine");
	chmod(at("d"), 0);
	wait_state("partly-hidden");
	ck_assert(!source_dir.is_settled(source));
	chmod(at("d"), 0755);
	wait_state("fine");
	chmod(root, 0);
	wait_state("partly-hidden");
	ck_assert(!source_dir.is_settled(source));
	snprintf(want, sizeof(want), "source www: some directories can't be "
	    "read; 1 could not be read, the first: %s", root);
	check_trouble(want);
	chmod(root, 0755);
	wait_state("fine");
	check_trouble("");
	stop();
}
END_TEST

/* Named while it can't be read; looked into when it can. */
START_TEST(test_readable_again)
{
	json_t *o;

	if (getuid() == 0)
		return;		/* nothing is hidden from root */
	put_dir("d");
	put("d/a.txt", "a");
	put("x.txt", "x");
	chmod(at("d"), 0);
	start();
	wait_state("partly-hidden");
	o = source_dir.status(source);
	ck_assert_str_eq(json_string_value(json_object_get(o,
	    "unreadable_first")), "d");
	json_decref(o);
	ck_assert(!source_dir.is_settled(source));
	check_trouble("source www: some directories can't be read; 1 could "
	    "not be read, the first: d");
	chmod(at("d"), 0755);
	wait_told("d/a.txt=/d/a.txt x.txt=/x.txt ");
	wait_state("fine");
	stop();
}
END_TEST

/* --- very many -------------------------------------------------------------- */

struct rows {
	int from, to;
};

static void
name_row(char out[64], int i)
{
	snprintf(out, 64, "gone/%05d.txt", i);
}

static bool
put_rows(struct store_txn *t, void *arg)
{
	const struct rows *r = arg;
	char path[64], url[128];

	for (int i = r->from; i < r->to; i++) {
		struct known k = { .source = SPAN("www"), .told = true };

		name_row(path, i);
		snprintf(url, sizeof(url), SITE "/%s", path);
		k.path = span_of(path);
		k.url = span_of(url);
		k.stat.inode = (uint64_t)i;
		known_put(t, &k);
	}
	return true;
}

/* A site of a million pages is withdrawn at a word: what is done next is in
 * memory, and no more. */
START_TEST(test_very_many)
{
	static char reason[] = "taken down";
	const struct hold_word word = { .reason = reason };
	struct rows rows = { 0, 3000 };
	struct paths missing = { .count = 0 };
	char path[64];

	put("page.html", "<title>p</title>");
	start();
	wait_items(1);
	wait_state("fine");
	ck_assert_int_eq(store_do(store, put_rows, &rows), STORE_DONE);
	ck_assert_uint_eq(items(), 3001);
	for (int i = 0; i < 3000; i++) {
		name_row(path, i);
		paths_add(&missing, path);
	}
	intake_gone(source->intake, &missing, &word);
	ck_assert_uint_eq(missing.count, 0);
	ck_assert_uint_le(source->intake->queued_count, 1000);
	ck_assert(!source_dir.is_settled(source));
	ck_assert(!intake_is_idle(source->intake));
	for (int i = 0; i < 3000 && items() > 1; i++) {
		turn_loop(10);
		ck_assert_uint_le(source->intake->queued_count, 1000);
	}
	ck_assert_uint_eq(items(), 1);
	wait_state("fine");
	ck_assert_uint_eq(source->intake->going.count, 0);
	kit_is_whole(store);
	stop();
}
END_TEST

/* A page that is written beside and renamed leaves a name behind, and nothing
 * is missing: all that the site has is not counted each time. */
START_TEST(test_passing_name)
{
	struct rows rows = { 0, 5 };

	put("page.html", "<title>p</title>");
	start();
	wait_items(1);
	wait_state("fine");
	ck_assert_int_eq(store_do(store, put_rows, &rows), STORE_DONE);
	put("new", "<title>p</title>");
	unlink(at("new"));
	WAIT_FOR(!burst_is_empty(source->burst));
	WAIT_FOR(burst_is_empty(source->burst));
	ck_assert_uint_eq(source->items, 1);
	put("other", "<title>p</title>");
	wait_items(7);
	unlink(at("other"));
	wait_items(6);
	ck_assert_uint_eq(source->items, 7);	/* there is a reason */
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/source_gone");
	TCase *t = tcase_create("source_gone");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_tree);
	tcase_add_test(t, test_drip);
	tcase_add_test(t, test_few);
	tcase_add_test(t, test_all);
	tcase_add_test(t, test_held_stays);
	tcase_add_test(t, test_back);
	tcase_add_test(t, test_anew);
	tcase_add_test(t, test_root_late);
	tcase_add_test(t, test_link_switch);
	tcase_add_test(t, test_link_dangles);
	tcase_add_test(t, test_race);
	tcase_add_test(t, test_excluded_now);
	tcase_add_test(t, test_left_out);
	tcase_add_test(t, test_trouble_of_root);
	tcase_add_test(t, test_rights_lost);
	tcase_add_test(t, test_readable_again);
	tcase_add_test(t, test_very_many);
	tcase_add_test(t, test_passing_name);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
