/*
 * What is to be looked at (stack.h), what is to be withdrawn (going.h), and what
 * is watched (watch.h): lists that may be long.
 */
#include "agent/going.h"
#include "agent/stack.h"
#include "agent/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "tests/unit/agent/loopkit.h"
#include "tests/unit/agent/storekit.h"

#define MANY 150000
#define LONG 5000000		/* us of CPU; looking at each one takes more */

static void
ck_pop(struct stack *s, const char *want)
{
	char *path = stack_pop(s);

	if (want == NULL)
		ck_assert_ptr_null(path);
	else
		ck_assert_str_eq(path, want);
	free(path);
}

START_TEST(test_each_once)
{
	struct stack s = { .count = 0 };

	ck_pop(&s, NULL);
	ck_assert(stack_push(&s, ""));
	ck_assert(stack_push(&s, "a"));
	ck_assert(stack_push(&s, "a/b"));
	ck_assert(!stack_push(&s, "a"));
	ck_assert(!stack_push(&s, ""));
	ck_pop(&s, "a/b");
	ck_assert(stack_push(&s, "a/b"));
	ck_assert(!stack_push(&s, "a/b"));
	ck_pop(&s, "a/b");
	ck_pop(&s, "a");
	ck_assert(stack_push(&s, "a"));
	ck_pop(&s, "a");
	ck_pop(&s, "");
	ck_pop(&s, NULL);
	stack_clear(&s);
}
END_TEST

/* A column has a directory for each of its articles. */
START_TEST(test_wide)
{
	struct stack s = { .count = 0 };
	uint64_t began = clock_cpu();
	char path[64];

	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "content/2026/art_%06d", i);
		ck_assert(stack_push(&s, path));
		if (i % 1000 == 0)
			ck_assert_uint_lt(clock_cpu() - began, LONG);
	}
	ck_assert(!stack_push(&s, "content/2026/art_000000"));
	for (int i = MANY; i-- > 0;) {
		snprintf(path, sizeof(path), "content/2026/art_%06d", i);
		ck_pop(&s, path);
	}
	ck_pop(&s, NULL);
	ck_assert_uint_lt(clock_cpu() - began, LONG);
	stack_clear(&s);
}
END_TEST

/* --- what is going -------------------------------------------------------- */

static void
put(struct going *g, const char *a, const char *b, char *reason)
{
	const struct hold_word word = { .reason = reason };
	struct paths p = { .count = 0 };

	if (a != NULL)
		paths_add(&p, a);
	if (b != NULL)
		paths_add(&p, b);
	going_put(g, &p, &word);
	ck_assert_uint_eq(p.count, 0);
	paths_clear(&p);
}

static void
ck_next(struct going *g, const char *want, const char *reason)
{
	const struct hold_word *word;
	char *path = going_next(g, &word);

	ck_assert_str_eq(path, want);
	if (reason == NULL)
		ck_assert_ptr_null(word->reason);
	else
		ck_assert_str_eq(word->reason, reason);
	free(path);
}

START_TEST(test_going)
{
	static char moved[] = "moved";
	const struct hold_word *word;
	struct going g;

	going_init(&g);
	ck_assert_ptr_null(going_next(&g, &word));
	put(&g, NULL, NULL, moved);
	put(&g, "a", "b", moved);
	put(&g, "c", NULL, NULL);
	ck_assert_uint_eq(g.count, 3);
	ck_next(&g, "a", "moved");
	ck_next(&g, "b", "moved");
	ck_next(&g, "c", NULL);
	ck_assert_uint_eq(g.count, 0);
	ck_assert_ptr_null(going_next(&g, &word));
	put(&g, "d", "e", NULL);
	ck_next(&g, "d", NULL);
	going_clear(&g);
	ck_assert_uint_eq(g.count, 0);
	ck_assert_ptr_null(going_next(&g, &word));
}
END_TEST

/* --- what is watched ------------------------------------------------------ */

static struct buf heard;

static void
on_event(void *arg, enum watch_kind kind, const char *path)
{
	static const char letters[] = "rcbdGDR~L";

	(void)arg;
	if (kind != WATCH_ROOT)
		buf_printf(&heard, "%c%s ", letters[kind], path);
}

static const char *
at(const char *path)
{
	static char whole[256];

	snprintf(whole, sizeof(whole), "%s/%s", kit_dir, path);
	return whole;
}

static void
add(struct watch *w, const char *path)
{
	int fd;

	(void)mkdir(at(path), 0755);
	fd = open(at(path), O_RDONLY | O_DIRECTORY);
	ck_assert(watch_add(w, fd, path));
	close(fd);
}

static void
rename_dir(const char *from, const char *to)
{
	char old[256];

	snprintf(old, sizeof(old), "%s", at(from));
	ck_assert_int_eq(rename(old, at(to)), 0);
}

static void
ck_heard(const char *want)
{
	turn_loop(50);
	ck_assert_str_eq(buf_cstr(&heard), want);
	buf_reset(&heard);
}

/* Of directories that are removed the watches go by themselves. */
START_TEST(test_removed)
{
	struct watch *w;
	char name[16];

	kit_make_dir();
	base = event_base_new();
	buf_init(&heard, 65536);
	w = watch_open(base, on_event, NULL);
	add(w, "");
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "d%02d", i);
		add(w, name);
	}
	turn_loop(50);
	buf_reset(&heard);
	ck_assert_uint_eq(watch_count(w), 21);
	for (int i = 0; i < 19; i++) {
		snprintf(name, sizeof(name), "d%02d", i);
		ck_assert_int_eq(rmdir(at(name)), 0);
		turn_loop(5);
		ck_assert_uint_eq(watch_count(w), 20 - i);
	}
	buf_reset(&heard);
	add(w, "d00");
	ck_assert_uint_eq(watch_count(w), 3);
	ck_heard("dd00 ");
	ck_assert_int_eq(mkdir(at("d00/x"), 0755), 0);
	ck_assert_int_eq(mkdir(at("d19/y"), 0755), 0);
	ck_heard("dd00/x dd19/y ");
	ck_assert_int_eq(rmdir(at("d00/x")), 0);
	ck_heard("Rd00/x ");
	watch_close(w);
	event_base_free(base);
	buf_clear(&heard);
	kit_remove_dir();
}
END_TEST

/* Those that were renamed, or that somebody says. */
START_TEST(test_taken_out)
{
	struct paths tops = { .count = 0 };
	struct watch *w;

	kit_make_dir();
	base = event_base_new();
	buf_init(&heard, 65536);
	w = watch_open(base, on_event, NULL);
	add(w, "");
	add(w, "a");
	add(w, "a/b");
	add(w, "a-b");
	add(w, "c");
	add(w, "c/d");
	add(w, "e");
	turn_loop(50);
	buf_reset(&heard);
	rename_dir("e", "f");
	ck_heard("De df ");
	paths_add(&tops, "e");
	paths_add(&tops, "a");
	paths_add(&tops, "c/d");
	paths_sort(&tops);
	watch_remove_all(w, &tops);
	paths_clear(&tops);
	ck_assert_uint_eq(watch_count(w), 3);	/* "", a-b, c */
	ck_assert_int_eq(mkdir(at("a/x"), 0755), 0);
	ck_assert_int_eq(mkdir(at("a-b/x"), 0755), 0);
	ck_assert_int_eq(mkdir(at("c/x"), 0755), 0);
	ck_assert_int_eq(mkdir(at("c/d/x"), 0755), 0);
	ck_heard("da-b/x dc/x ");
	watch_remove(w, "a-b");
	ck_assert_uint_eq(watch_count(w), 2);
	watch_remove(w, "");
	ck_assert_uint_eq(watch_count(w), 0);
	watch_close(w);
	event_base_free(base);
	buf_clear(&heard);
	kit_remove_dir();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/stack");
	TCase *t = tcase_create("stack");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_each_once);
	tcase_add_test(t, test_wide);
	tcase_add_test(t, test_going);
	tcase_add_test(t, test_removed);
	tcase_add_test(t, test_taken_out);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
