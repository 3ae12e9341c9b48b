/*
 * A source with files that take their time: very big ones, and those that
 * change all the time.
 */
#include "tests/unit/agent/sourcekit.h"

#include "agent/ability.h"
#include "agent/restless.h"

#define GIB (1ll << 30)

/* A file with a hole for its contents takes no room, and long to read. */
static void
put_big(const char *path, long long size)
{
	int fd = open(at(path), O_WRONLY | O_CREAT | O_EXCL, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	close(fd);
}

static bool
has_text(const char *key, const char *want)
{
	json_t *o = source_dir.status(source);
	const char *have = json_string_value(json_object_get(o, key));
	bool is = have != NULL && strcmp(have, want) == 0;

	json_decref(o);
	return is;
}

static void
wait_text(const char *key, const char *want)
{
	int64_t start = clock_mono();

	while (!has_text(key, want)) {
		ck_assert_msg(clock_mono() - start < PATIENCE, "%s isn't %s",
		    key, want);
		turn_loop(10);
	}
}

/* Pages come and go while it is read, and it is named. */
START_TEST(test_big)
{
	put("a.html", "<title>a</title>");
	start();
	wait_told("a.html=/a.html ");
	put_big("video.mp4", 400 * GIB);
	wait_text("reading_first", "video.mp4");
	put("b.html", "<title>b</title>");
	wait_told("a.html=/a.html b.html=/b.html ");
	ck_assert_int_eq(unlink(at("a.html")), 0);
	wait_told("b.html=/b.html ");
	ck_assert(has_text("state", "busy"));
	ck_assert(has_text("reading_first", "video.mp4"));
	stop();
}
END_TEST

/* The root goes while it is read: that is no file that can't be read. */
START_TEST(test_big_root_goes)
{
	char away[sizeof(root) + 8], file[sizeof(away) + 16];
	json_t *o;

	put("a.html", "<title>a</title>");
	start();
	wait_told("a.html=/a.html ");
	put_big("video.mp4", 400 * GIB);
	wait_text("reading_first", "video.mp4");
	snprintf(away, sizeof(away), "%s.away", root);
	snprintf(file, sizeof(file), "%s/video.mp4", away);
	ck_assert_int_eq(rename(root, away), 0);
	wait_text("state", "no-root");
	ck_assert_int_eq(truncate(file, 0), 0);
	turn_loop(1500);
	ck_assert_int_eq(rename(away, root), 0);
	wait_told("a.html=/a.html video.mp4=/video.mp4 ");
	wait_text("state", "fine");
	o = source_dir.status(source);
	ck_assert_int_eq(json_integer_value(json_object_get(o, "unreadable")),
	    0);
	ck_assert_ptr_null(json_object_get(o, "unreadable_first"));
	json_decref(o);
	stop();
}
END_TEST

/* Nobody knows what changed while it was stopped until a scan has looked; to
 * look once more, as at times, is nothing of that kind. */
START_TEST(test_looks_first)
{
	put_many(300);
	start();
	ck_assert_str_eq(state(), "first-scan");
	wait_items(300);
	wait_state("fine");
	stop();
	start();
	ck_assert_str_eq(state(), "looking");
	wait_state("fine");
	source_dir.rescan(source);
	ck_assert_str_eq(state(), "fine");
	source_dir.afresh(source);
	ck_assert_str_eq(state(), "looking");
	wait_state("fine");
	stop();
}
END_TEST

/* A big file's name may change, too: it is the same item then, though another
 * one is read before it. */
START_TEST(test_big_renamed)
{
	struct store_txn *t;
	struct change c;

	put("page.html", "<title>page</title>");
	put_big("a.mp4", 5 << 20);
	start();
	ck_assert(ability_keep(store, SPAN("changes moves")));
	wait_told("a.mp4=/a.mp4 page.html=/page.html ");
	put_big("video.mp4", 400 * GIB);
	wait_text("reading_first", "video.mp4");
	ck_assert_int_eq(rename(at("a.mp4"), at("b.mp4")), 0);
	stays_told("a.mp4=/a.mp4 page.html=/page.html ", 1500);
	ck_assert_int_eq(truncate(at("video.mp4"), 0), 0);
	wait_told("b.mp4=/b.mp4 page.html=/page.html "
	    "video.mp4=/video.mp4 ");
	t = store_look(store);
	for (uint64_t i = 1; i < t->meta.next; i++)
		if (spool_get(t, i, &c))
			ck_assert_int_ne(c.kind, CHANGE_DELETED);
	store_end(t);
	stop();
}
END_TEST

/* More of them than are asked for at once. */
START_TEST(test_many_big)
{
	char name[32];

	for (int i = 0; i < PARSE_FLIGHT + 20; i++) {
		snprintf(name, sizeof(name), "%03d.pdf", i);
		put_big(name, 5 << 20);
	}
	start();
	wait_items(PARSE_FLIGHT + 20);
	wait_state("fine");
	stop();
}
END_TEST

static struct job *over;

static void
on_over(void *arg, struct job *j)
{
	(void)arg;
	over = j;
}

static void
on_crowd(void *arg)
{
	(void)arg;
	ck_abort();
}

static void
count_up(int n)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", n);
	put("count.txt", text);
}

/* Pages are told at once, a counter only as often as the settings say, and its
 * last state when it was left alone. */
START_TEST(test_counter)
{
	uint64_t before;

	top.often = 3;
	put("page.html", "<title>page</title>");
	start();
	wait_told("page.html=/page.html ");
	before = head();
	for (int i = 0; i < 12; i++) {
		count_up(i);
		turn_loop(300);
	}
	WAIT_FOR(has_text("restless_first", "count.txt") && head() >= before + 3 &&
	    source_dir.is_settled(source) && has_text("state", "fine"));
	ck_assert_uint_le(head(), before + 5);
	before = head();
	put("page.html", "<title>another</title>");
	WAIT_FOR(head() != before);
	ck_assert_uint_eq(head(), before + 1);
	ck_assert(has_text("restless_first", "count.txt"));
	wait_text("state", "fine");
	before = head();
	WAIT_FOR(head() != before);
	ck_assert_uint_eq(head(), before + 1);
	ck_assert(!has_text("restless_first", "count.txt"));
	stop();
}
END_TEST

/* What is open for writing for long is no reason to be busy. */
START_TEST(test_open_for_long)
{
	struct restless *r = restless_new(base, 0, on_over, on_crowd, NULL);
	struct job *j = job_new(NULL, "site.log"), *other;
	const int64_t now = clock_mono();

	over = NULL;
	ck_assert(!restless_written(r, j));
	ck_assert_int_ge(j->since, now);
	j->why = INTAKE_FOUND;
	j->since = now - RESTLESS_LONGEST;
	ck_assert(restless_written(r, j));
	ck_assert_uint_eq(restless_count(r), 1);
	ck_assert_str_eq(restless_first(r), "site.log");
	other = job_new(NULL, "site.log");	/* a scan met it again */
	other->why = INTAKE_READY;
	ck_assert(restless_written(r, other));
	ck_assert_uint_eq(restless_count(r), 1);
	WAIT_FOR(over != NULL);
	ck_assert_ptr_eq(over, j);
	ck_assert_int_eq(j->why, INTAKE_READY);
	ck_assert_int_ge(clock_mono() - now, RESTLESS_QUIET - 500);
	ck_assert_uint_eq(restless_count(r), 0);
	job_free(j);
	restless_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/source_busy");
	TCase *t = tcase_create("source_busy");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_big);
	tcase_add_test(t, test_big_root_goes);
	tcase_add_test(t, test_looks_first);
	tcase_add_test(t, test_big_renamed);
	tcase_add_test(t, test_many_big);
	tcase_add_test(t, test_counter);
	tcase_add_test(t, test_open_for_long);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
