/*
 * Known rows as a tree: what is directly in a directory, what is below it,
 * with names that sort around the slash and paths longer than a key; and that
 * they stay when the spool is full.
 */
#include "tests/unit/agent/storekit.h"

#include "agent/kept.h"

static void
set_up(void)
{
	kit_make_dir();
}

static void
tear_down(void)
{
	kit_remove_dir();
}

static void
note_child(void *arg, struct span name, bool is_dir)
{
	buf_printf(arg, "%.*s%s ", SPAN_ARGS(name), is_dir ? "/" : "");
}

static bool
note_row(void *arg, const struct known *k)
{
	buf_printf(arg, "%.*s ", SPAN_ARGS(k->path));
	return true;
}

static void
children_are(struct store *s, const char *dir, const char *want)
{
	struct store_txn *t = store_look(s);
	struct buf got;

	buf_init(&got, 1u << 20);
	known_children(t, SPAN("www"), span_of(dir), note_child, &got);
	ck_assert_str_eq(buf_cstr(&got), want);
	buf_clear(&got);
	store_end(t);
}

static void
below_is(struct store *s, const char *dir, const char *want)
{
	struct store_txn *t = store_look(s);
	struct buf got;

	buf_init(&got, 1u << 20);
	known_each(t, SPAN("www"), span_of(dir), note_row, &got);
	ck_assert_str_eq(buf_cstr(&got), want);
	buf_clear(&got);
	store_end(t);
}

START_TEST(test_tree)
{
	static const char *const paths[] = { "a.html", "sub", "sub-x/1",
		"sub.html", "sub/1", "sub/2", "sub/deep/3", "sub/deep/4",
		"sub0", "t/u/v/w" };
	struct store *s = kit_open(KIT_LIMIT);

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)kit_tell(s, paths[i], 1);
	children_are(s, "", "a.html sub sub-x/ sub.html sub/ sub0 t/ ");
	children_are(s, "sub", "1 2 deep/ ");
	children_are(s, "t", "u/ ");
	children_are(s, "none", "");
	below_is(s, "sub", "sub sub/1 sub/2 sub/deep/3 sub/deep/4 ");
	below_is(s, "t/u", "t/u/v/w ");
	below_is(s, "sub-", "");
	store_close(s);
}
END_TEST

START_TEST(test_long_paths)
{
	struct store *s = kit_open(KIT_LIMIT);
	char dir[801], one[900], two[900], want[1200];
	struct store_txn *t;
	struct known k;

	for (size_t i = 0; i < sizeof(dir) - 1; i++)
		dir[i] = i % 100 == 99 ? '/' : 'd';
	dir[sizeof(dir) - 2] = 'd';
	dir[sizeof(dir) - 1] = '\0';
	snprintf(one, sizeof(one), "%s/one", dir);
	snprintf(two, sizeof(two), "%s/two", dir);
	ck_assert_int_eq(kit_tell(s, one, 1), COMPARE_CREATED);
	ck_assert_int_eq(kit_tell(s, two, 1), COMPARE_CREATED);
	t = store_look(s);
	ck_assert(known_get(t, SPAN("www"), span_of(one), &k));
	ck_assert(span_is(k.path, span_of(one)));
	ck_assert(known_get(t, SPAN("www"), span_of(two), &k));
	ck_assert(span_is(k.path, span_of(two)));
	store_end(t);
	kit_is_whole(s);
	snprintf(want, sizeof(want), "%.*s/ ", 99, dir);
	children_are(s, "", want);
	ck_assert_int_eq(kit_gone(s, one), COMPARE_DELETED);
	below_is(s, one, "");
	ck_assert_int_eq(kit_gone(s, two), COMPARE_DELETED);
	children_are(s, "", "");
	kit_is_whole(s);
	store_close(s);
}
END_TEST

START_TEST(test_ids)
{
	static const struct { const char *path, *id; } cases[] = {
		{ "a/b.html", "www:a/b.html" },
		{ "公告.html", "www:公告.html" },
		{ "\xb9\xab.html", "www%:%B9%AB.html" },
		{ "a%b\x01", "www%:a%25b%01" },
		{ " a", "www%:%20a" },
	};
	struct buf id;

	buf_init(&id, KNOWN_ID_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&id);
		known_id(&id, SPAN("www"), span_of(cases[i].path));
		ck_assert_str_eq(buf_cstr(&id), cases[i].id);
	}
	buf_reset(&id);
	known_id(&id, SPAN(""), SPAN("http://x/"));
	ck_assert_uint_eq(id.n, 0);
	buf_clear(&id);
}
END_TEST

/* --- what is kept ---------------------------------------------------------- */

struct rows {
	struct span source;
	int count;
	bool adopted, said;	/* … and is it known how the hub has it? */
};

static bool
put_rows(struct store_txn *t, void *arg)
{
	const struct rows *r = arg;
	char path[32], url[64];

	for (int i = 0; i < r->count; i++) {
		struct known k = { .source = r->source, .told = true,
			.adopted = r->adopted };

		snprintf(path, sizeof(path), "%c%05d", r->adopted ? r->said ?
		    's' : 'u' : 't', i);
		snprintf(url, sizeof(url), "http://a.test/%.*s/%s",
		    SPAN_ARGS(r->source), path);
		memset(k.change, r->said ? i % 250 + 1 : 0, sizeof(k.change));
		k.path = span_of(path);
		k.url = span_of(url);
		known_put(t, &k);
	}
	return true;
}

static bool
count_kept(void *arg, const struct known *k)
{
	*(int *)arg += k->kept;
	ck_assert(!k->kept || (k->adopted && k->path.at[0] == 's'));
	return true;
}

static void
ck_kept(struct store *s, struct span source, int want)
{
	struct store_txn *t = store_look(s);
	int n = 0;

	known_each(t, source, SPAN_NONE, count_kept, &n);
	store_end(t);
	ck_assert_int_eq(n, want);
}

/* More than go into one transaction, among others. */
START_TEST(test_kept)
{
	struct store *s = kit_open(64u << 20);
	struct rows rows[] = { { SPAN("www"), 300, false, true },
	    { SPAN("www"), 1300, true, true }, { SPAN("www"), 20, true, false },
	    { SPAN("other"), 7, true, true }, { SPAN("x"), 3, true, true } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(store_do(s, put_rows, &rows[i]), STORE_DONE);
	kept_mark(s, SPAN("www"));
	ck_kept(s, SPAN("www"), 1300);
	ck_kept(s, SPAN("other"), 0);
	ck_kept(s, SPAN("x"), 0);
	kept_mark(s, SPAN("x"));
	ck_kept(s, SPAN("x"), 3);
	ck_kept(s, SPAN("www"), 1300);
	store_close(s);
}
END_TEST

/* --- while the spool is full ----------------------------------------------- */

/* As the last one of a group that is written all the same. */
static bool
tell_last(struct store_txn *t, void *arg)
{
	(void)kit_tell_work(t, arg);
	return true;
}

static bool
is_told(struct store *s, const char *path)
{
	struct store_txn *t = store_look(s);
	struct known k;
	bool told = known_get(t, SPAN("www"), span_of(path), &k) && k.told;

	store_end(t);
	return told;
}

/* Items with long words. How many there are. */
static int
fill(struct store *s)
{
	char path[32];
	struct kit_item i = { .path = path, .version = 1, .padding = 4000 };
	int n = 0;

	while (i.news != COMPARE_NO_ROOM) {
		snprintf(path, sizeof(path), "%d.html", n++);
		(void)store_do(s, kit_tell_work, &i);
	}
	return n - 1;
}

/* A withdrawal that had no room is told when there is some: until then the
 * item is known. */
START_TEST(test_withdrawn_when_full)
{
	struct store *s = kit_open(1u << 20);
	char path[32];
	struct kit_item i = { .path = path, .reason = "file removed" };
	int items = fill(s);

	for (int n = 0; n < items && i.news != COMPARE_NO_ROOM; n++) {
		snprintf(path, sizeof(path), "%d.html", n);
		ck_assert_int_eq(store_do(s, tell_last, &i), STORE_DONE);
		ck_assert_int_eq(is_told(s, path),
		    i.news == COMPARE_NO_ROOM);
	}
	ck_assert_int_eq(i.news, COMPARE_NO_ROOM);
	kit_is_whole(s);
	(void)spool_make_room(s);
	ck_assert_int_eq(store_do(s, tell_last, &i), STORE_DONE);
	ck_assert_int_eq(i.news, COMPARE_DELETED);
	ck_assert(!is_told(s, path));
	kit_is_whole(s);
	store_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/known");
	TCase *t = tcase_create("known");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_tree);
	tcase_add_test(t, test_long_paths);
	tcase_add_test(t, test_ids);
	tcase_add_test(t, test_kept);
	tcase_add_test(t, test_withdrawn_when_full);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
