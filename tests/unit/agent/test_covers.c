/*
 * What a source says that it covers: once, only when that is so, and taken
 * back when it isn't any more.
 */
#include "tests/unit/agent/sourcekit.h"

#include "agent/covers.h"
#include "agent/source_dir.h"
#include "protocol/limits.h"

static bool
can_moves(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, "hub features", SPAN("changes moves"));
	return true;
}

static void
start_with_moves(void)
{
	set.cover = true;
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
}

/* "URL whole include exclude index;"… */
static void
covers(struct buf *out)
{
	struct store_txn *t = store_look(store);
	struct change c;

	buf_reset(out);
	for (uint64_t n = 1; spool_get(t, n, &c); n++) {
		if (c.kind != CHANGE_COVER)
			continue;
		buf_printf(out, "%.*s %.*s", SPAN_ARGS(c.url),
		    SPAN_ARGS(c.word[WORD_SCOPE]));
		for (int w = WORD_INCLUDE; w <= WORD_INDEX; w++)
			if (c.word[w].n > 0)
				buf_printf(out, " %.*s",
				    SPAN_ARGS(c.word[w]));
		buf_byte(out, ';');
	}
	store_end(t);
}

static void
wait_covers(const char *want)
{
	int64_t start_at = clock_mono();
	struct buf got;

	buf_init(&got, 1u << 20);
	for (covers(&got); strcmp(buf_cstr(&got), want) != 0; covers(&got)) {
		ck_assert_msg(clock_mono() - start_at < PATIENCE,
		    "covers: %s\nexpected: %s", buf_cstr(&got), want);
		turn_loop(20);
	}
	buf_clear(&got);
}

static void
stays_covered(const char *want)
{
	turn_loop(2500);
	wait_covers(want);
}

#define WHOLE SITE "/ whole *.tmp private old/*.html index.html index.htm;"
#define GONE SITE "/ gone;"

START_TEST(test_once)
{
	put("a.html", "<title>a</title>");
	start_with_moves();
	wait_covers(WHOLE);
	stays_covered(WHOLE);
	stop();
	start_with_moves();
	wait_state("fine");
	stays_covered(WHOLE);
	stop();
}
END_TEST

START_TEST(test_old_hub)
{
	put("a.html", "<title>a</title>");
	set.cover = true;
	start();
	wait_state("fine");
	stays_covered("");
	stop();
}
END_TEST

static bool
restart(struct store_txn *t, void *arg)
{
	(void)arg;
	store_restart(t);
	return true;
}

/* Told anew where all is, and where its patterns are others. */
START_TEST(test_anew)
{
	static char new[] = "new name.html";
	static char *less[] = { new, NULL };

	put("a.html", "<title>a</title>");
	start_with_moves();
	wait_covers(WHOLE);
	ck_assert_int_eq(store_do(store, restart, NULL), STORE_DONE);
	wait_covers(WHOLE);
	stop();
	set.exclude = less;
	start_with_moves();
	wait_covers(WHOLE SITE "/ whole new%20name.html index.html "
	    "index.htm;");
	stop();
	set.cover = false;
	start();
	wait_covers(WHOLE SITE "/ whole new%20name.html index.html "
	    "index.htm;" GONE);
	stop();
}
END_TEST

#define LESS(paths) SITE "/ whole *.tmp private old/*.html " paths \
	" index.html index.htm;"

/* What leads out may answer, and isn't told: it alone is left out. */
START_TEST(test_outside)
{
	put("a.html", "<title>a</title>");
	start_with_moves();
	wait_covers(WHOLE);
	ck_assert_int_eq(symlink("/etc/passwd", at("out.html")), 0);
	source_dir.rescan(source);
	wait_covers(WHOLE LESS("/out.html"));
	ck_assert_int_eq(symlink("/etc", at("a b[1]%20")), 0);
	source_dir.rescan(source);
	wait_covers(WHOLE LESS("/out.html")
	    LESS("/a%20b\\[1\\]?20 /out.html"));
	ck_assert_int_eq(unlink(at("out.html")), 0);
	ck_assert_int_eq(unlink(at("a b[1]%20")), 0);
	source_dir.rescan(source);
	wait_covers(WHOLE LESS("/out.html")
	    LESS("/a%20b\\[1\\]?20 /out.html") WHOLE);
	stop();
}
END_TEST

/* What a link that leads back has behind it answers, and isn't told. */
START_TEST(test_circle)
{
	put_dir("d");
	put("d/a.html", "<title>a</title>");
	ck_assert_int_eq(symlink("../d", at("d/old")), 0);
	start_with_moves();
	wait_covers(LESS("/d/old"));
	ck_assert_int_eq(symlink(".", at("loop")), 0);
	wait_covers(LESS("/d/old") LESS("/d/old /loop"));
	ck_assert_int_eq(unlink(at("loop")), 0);
	ck_assert_int_eq(unlink(at("d/old")), 0);
	source_dir.rescan(source);
	wait_covers(LESS("/d/old") LESS("/d/old /loop") WHOLE);
	stop();
}
END_TEST

#define TEN "\u76ee\u5f55\u76ee\u5f55\u76ee\u5f55\u76ee\u5f55\u76ee\u5f55"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN	/* 240 bytes */

static void
put_far(bool there)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY);

	ck_assert(fd >= 0);
	for (int i = 0; there && i < 3; i++) {
		int in;

		ck_assert_int_eq(mkdirat(fd, LONG, 0755), 0);
		in = openat(fd, LONG, O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = in;
	}
	if (there)
		close(openat(fd, LONG, O_WRONLY | O_CREAT, 0644));
	else
		kit_remove_tree(at(LONG));
	close(fd);
}

static void
wait_unfit(const char *want)
{
	char is[LIMIT_ID + 32];

	for (int i = 0;; i++) {
		json_t *o = source_dir.status(source);
		const char *path = json_string_value(json_object_get(o,
		    "unfit_first"));

		snprintf(is, sizeof(is), "%d %s", (int)json_integer_value(
		    json_object_get(o, "unfit")), path != NULL ? path : "");
		json_decref(o);
		if (strncmp(is, want, strlen(want)) == 0)
			return;
		ck_assert_msg(i < 250, "unfit: %s", is);
		turn_loop(20);
	}
}

/* What can't be told for its long name: what is near it isn't judged. */
START_TEST(test_far)
{
	put("a.html", "<title>a</title>");
	put_far(true);
	start_with_moves();
	wait_covers(LESS("/" LONG "/" LONG));
	wait_unfit("1 " LONG "/");
	put_far(false);
	source_dir.rescan(source);
	wait_covers(LESS("/" LONG "/" LONG) WHOLE);
	wait_unfit("0 ");
	stop();
}
END_TEST

/* Too much to be named: then nothing is promised, until it is less. */
START_TEST(test_too_blind)
{
	char name[32];

	put("a.html", "<title>a</title>");
	start_with_moves();
	wait_covers(WHOLE);
	for (int i = 0; i <= BLIND_MOST; i++) {
		snprintf(name, sizeof(name), "out%d", i);
		ck_assert_int_eq(symlink("/etc", at(name)), 0);
	}
	source_dir.rescan(source);
	wait_covers(WHOLE GONE);
	ck_assert(source_dir_cover_is_blind(source));
	for (int i = 0; i <= BLIND_MOST; i++) {
		snprintf(name, sizeof(name), "out%d", i);
		ck_assert_int_eq(unlink(at(name)), 0);
	}
	source_dir.rescan(source);
	wait_covers(WHOLE GONE WHOLE);
	ck_assert(!source_dir_cover_is_blind(source));
	stop();
}
END_TEST

/* Another address: that of before is taken back. */
START_TEST(test_address)
{
	static char other[] = SITE "/new/";

	put("a.html", "<title>a</title>");
	start_with_moves();
	wait_covers(WHOLE);
	stop();
	set.url = other;
	start_with_moves();
	wait_covers(WHOLE GONE SITE "/new/ whole *.tmp private old/*.html "
	    "index.html index.htm;");
	stop();
}
END_TEST

static bool
is_live(void *arg, struct span name)
{
	return span_is(name, span_of(arg));
}

START_TEST(test_removed)
{
	char www[] = "www", files[] = "files";
	size_t told;

	put("a.html", "<title>a</title>");
	start_with_moves();
	wait_covers(WHOLE);
	ck_assert(covers_tell_gone(store, is_live, www, &told));
	ck_assert_uint_eq(told, 0);
	ck_assert(covers_tell_gone(store, is_live, files, &told));
	ck_assert_uint_eq(told, 1);
	wait_covers(WHOLE GONE);
	ck_assert(covers_tell_gone(store, is_live, files, &told));
	ck_assert_uint_eq(told, 0);
	stop();
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("covers");
	Suite *s = suite_create("agent/covers");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_once);
	tcase_add_test(t, test_old_hub);
	tcase_add_test(t, test_anew);
	tcase_add_test(t, test_outside);
	tcase_add_test(t, test_circle);
	tcase_add_test(t, test_far);
	tcase_add_test(t, test_too_blind);
	tcase_add_test(t, test_address);
	tcase_add_test(t, test_removed);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
