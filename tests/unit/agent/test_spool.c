/*
 * The store of the agent: known and spool change together, numbers have no
 * holes, and kill -9 at any moment loses and doubles nothing.
 */
#include "tests/unit/agent/storekit.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "protocol/wire.h"

#define DAY (24ll * 3600 * 1000)

static void
set_up(void)
{
	kit_make_dir();
}

static void
tear_down(void)
{
	clock_release();
	kit_remove_dir();
}

static bool
confirm(struct store_txn *t, void *arg)
{
	spool_confirm(t, *(const uint64_t *)arg);
	return true;
}

static bool
rewind_to(struct store_txn *t, void *arg)
{
	return spool_rewind(t, *(const uint64_t *)arg);
}

static bool
sent(struct store_txn *t, void *arg)
{
	spool_sent(t, *(const uint64_t *)arg);
	return true;
}

static bool
trim(struct store_txn *t, void *arg)
{
	(void)arg;
	while (spool_trim(t, clock_wall(), 10))
		;
	return true;
}

static void
do_with(struct store *s, store_work_fn *fn, uint64_t n)
{
	ck_assert_int_eq(store_do(s, fn, &n), STORE_DONE);
}

START_TEST(test_news)
{
	struct store *s = kit_open(KIT_LIMIT);
	struct store_txn *t;
	struct change c;
	struct known k;

	ck_assert_uint_ne(store_meta(s)->incarnation, 0);
	ck_assert_int_eq(kit_tell(s, "a.html", 1), COMPARE_CREATED);
	ck_assert_int_eq(kit_tell(s, "a.html", 1), COMPARE_NOTHING);
	ck_assert_int_eq(kit_tell(s, "a.html", 2), COMPARE_UPDATED);
	ck_assert_int_eq(kit_tell(s, "b.html", 1), COMPARE_CREATED);
	ck_assert_int_eq(kit_gone(s, "a.html"), COMPARE_DELETED);
	ck_assert_int_eq(kit_gone(s, "a.html"), COMPARE_NOTHING);
	ck_assert_uint_eq(store_meta(s)->next, 5);
	kit_is_whole(s);
	t = store_look(s);
	ck_assert(spool_get(t, 4, &c));
	ck_assert_int_eq(c.kind, CHANGE_DELETED);
	ck_assert(span_is(c.id, SPAN("www:a.html")));
	ck_assert(span_is(c.word[WORD_REASON], SPAN("file removed")));
	ck_assert(!known_get(t, SPAN("www"), SPAN("a.html"), &k));
	ck_assert(known_find_url(t, SPAN("http://www.test.gov.cn/b.html"),
	    &k));
	ck_assert(span_is(k.path, SPAN("b.html")));
	ck_assert_uint_eq(t->digest.items, 1);
	store_end(t);
	store_close(s);
}
END_TEST

/* A touched file says nothing, but its new stat is remembered. */
START_TEST(test_touch)
{
	struct store *s = kit_open(KIT_LIMIT);
	struct kit_item i = { .path = "a", .version = 1 };
	struct store_txn *t;
	struct known k;

	ck_assert_int_eq(kit_tell(s, "a", 1), COMPARE_CREATED);
	t = store_look(s);
	ck_assert(known_get(t, SPAN("www"), SPAN("a"), &k));
	ck_assert_int_eq(k.stat.mtime, 1);
	store_end(t);
	i.version = 1;
	ck_assert_int_eq(store_do(s, kit_tell_work, &i), STORE_DONE);
	ck_assert_int_eq(i.news, COMPARE_NOTHING);
	ck_assert_uint_eq(store_meta(s)->next, 2);
	kit_is_whole(s);
	store_close(s);
}
END_TEST

/* Confirmed changes stay for a week, and can be had again. */
START_TEST(test_confirm)
{
	struct store *s = kit_open(KIT_LIMIT);
	char path[16];

	clock_set(100 * DAY, 0);
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "%d", i);
		(void)kit_tell(s, path, 1);
	}
	do_with(s, confirm, 15);
	ck_assert_uint_eq(spool_waiting(store_meta(s)), 5);
	do_with(s, trim, 0);
	ck_assert_uint_eq(store_meta(s)->first, 1);
	do_with(s, rewind_to, 3);
	ck_assert_uint_eq(spool_waiting(store_meta(s)), 17);
	kit_is_whole(s);
	do_with(s, confirm, 15);
	clock_set(108 * DAY, 0);
	do_with(s, trim, 0);
	ck_assert_uint_eq(store_meta(s)->first, 16);
	ck_assert(!store_meta(s)->needs_snapshot);
	kit_is_whole(s);
	store_close(s);

	/* All of it is on the disk. */
	s = kit_open(KIT_LIMIT);
	ck_assert_uint_eq(store_meta(s)->confirmed, 15);
	ck_assert_uint_eq(store_meta(s)->first, 16);
	kit_is_whole(s);
	store_close(s);
}
END_TEST

static bool
rewind_too_far(struct store_txn *t, void *arg)
{
	ck_assert(!spool_rewind(t, *(const uint64_t *)arg));
	return true;
}

START_TEST(test_rewind_past_the_start)
{
	struct store *s = kit_open(KIT_LIMIT);

	clock_set(100 * DAY, 0);
	(void)kit_tell(s, "a", 1);
	(void)kit_tell(s, "b", 1);
	(void)kit_tell(s, "c", 1);
	do_with(s, confirm, 2);
	clock_set(108 * DAY, 0);
	do_with(s, trim, 0);
	do_with(s, rewind_too_far, 0);
	ck_assert(store_meta(s)->needs_snapshot);
	kit_is_whole(s);
	store_close(s);
}
END_TEST

static void
fill(struct store *s, int versions, bool *full)
{
	char path[32];

	*full = false;
	for (int v = 1; v <= versions && !*full; v++)
		for (int i = 0; i < 50 && !*full; i++) {
			struct kit_item item = { .path = path, .version = v,
			    .padding = 4000 };

			snprintf(path, sizeof(path), "%d.html", i);
			*full = store_do(s, kit_tell_work, &item) ==
			    STORE_REFUSED;
		}
}

/* Full: no more is taken, nothing is lost; unsent changes of one item become
 * one, and those that may have been sent stay as they are. */
START_TEST(test_overflow)
{
	struct store *s = kit_open(1u << 20);
	struct store_txn *t;
	struct change c;
	uint64_t next;
	bool full;

	fill(s, 100, &full);
	ck_assert(full);
	kit_is_whole(s);
	do_with(s, sent, 10);
	next = store_meta(s)->next;
	ck_assert(spool_make_room(s));
	ck_assert_uint_lt(store_meta(s)->next, next);
	ck_assert_uint_eq(store_meta(s)->next, 10 + 50 + 1);
	ck_assert(!store_meta(s)->needs_snapshot);
	kit_is_whole(s);
	t = store_look(s);
	for (uint64_t n = 1; n <= 10; n++) {
		ck_assert(spool_get(t, n, &c));
		ck_assert_int_eq(c.kind, CHANGE_CREATED);
		ck_assert_uint_eq(c.hash[0], 1);
	}
	for (uint64_t n = 11; n <= 60; n++) {
		struct known k;
		uint8_t hash[32];

		ck_assert(spool_get(t, n, &c));
		ck_assert(known_find_url(t, c.url, &k));
		change_item_hash(&c, hash);
		ck_assert_mem_eq(hash, k.change, 32);
	}
	store_end(t);
	ck_assert_int_eq(kit_tell(s, "new", 1), COMPARE_CREATED);
	store_close(s);
}
END_TEST

START_TEST(test_still_full)
{
	struct store *s = kit_open(1u << 20);
	char path[32];
	bool full = false;

	for (int i = 0; !full; i++) {
		struct kit_item item = { .path = path, .version = 1,
		    .padding = 4000 };

		snprintf(path, sizeof(path), "%d.html", i);
		full = store_do(s, kit_tell_work, &item) == STORE_REFUSED;
	}
	ck_assert(!spool_make_room(s));
	ck_assert(store_meta(s)->needs_snapshot);
	kit_is_whole(s);
	/* The hub takes some: there is room again. */
	do_with(s, confirm, 100);
	ck_assert(spool_make_room(s));
	ck_assert_int_eq(kit_tell(s, "more", 1), COMPARE_CREATED);
	kit_is_whole(s);
	store_close(s);
}
END_TEST

/* --- in slices, and cut off between two ------------------------------------ */

#define ITEMS 3000		/* with several changes each */
#define SENT 700

static bool
fill_work(struct store_txn *t, void *arg)
{
	struct kit_item i = { .padding = 100 };
	char path[32];

	(void)arg;
	for (int n = 0;; n++) {
		snprintf(path, sizeof(path), "%d", n % ITEMS);
		i.path = path;
		i.version = n / ITEMS + 1;
		if (!kit_tell_work(t, &i))
			return true;
	}
}

static struct store *
filled(void)
{
	struct store *s = kit_open(KIT_LIMIT);

	ck_assert_int_eq(store_do(s, fill_work, NULL), STORE_DONE);
	do_with(s, sent, SENT);
	ck_assert_uint_gt(store_meta(s)->next, 2 * ITEMS);
	return s;
}

static size_t
bytes_of(struct store_txn *t, uint64_t seq)
{
	uint8_t key[8];
	struct span row;

	wire_put_u64(key, seq);
	ck_assert(db_get(t->db, STORE_SPOOL, (struct span){
	    (const char *)key, sizeof(key) }, &row));
	return row.n;
}

/* The last change of each item says what is known of it, and all is counted. */
static void
ck_newest(struct store *s)
{
	static uint8_t last[ITEMS][32];
	struct store_txn *t = store_look(s);
	uint64_t bytes = 0;
	char path[32];
	struct change c;
	struct known k;

	for (uint64_t seq = 1; seq < t->meta.next; seq++) {
		ck_assert(spool_get(t, seq, &c));
		snprintf(path, sizeof(path), "%.*s", (int)c.id.n - 4,
		    c.id.at + 4);	/* "www:" */
		change_item_hash(&c, last[strtoul(path, NULL, 10) % ITEMS]);
		bytes += bytes_of(t, seq);
	}
	ck_assert_uint_eq(t->meta.bytes, bytes);
	ck_assert_uint_eq(t->meta.waiting, bytes);
	for (int i = 0; i < ITEMS; i++) {
		snprintf(path, sizeof(path), "%d", i);
		ck_assert(known_get(t, SPAN("www"), span_of(path), &k));
		ck_assert_mem_eq(last[i], k.change, 32);
	}
	store_end(t);
	kit_is_whole(s);
}

START_TEST(test_slices)
{
	struct store *s = filled();

	ck_assert_uint_gt(store_meta(s)->next, 4 * SPOOL_SLICE);
	ck_assert(spool_make_room(s));
	ck_assert_uint_eq(store_meta(s)->next, SENT + ITEMS + 1);
	ck_newest(s);
	store_close(s);
}
END_TEST

static bool
has_gap(struct store *reader)
{
	struct store_txn *t = store_look(reader);
	struct span row;
	bool has = store_get(t, "gap", &row);

	store_end(t);
	return has;
}

/* Kills it when it has begun. False: it was done too soon. */
static bool
cut_off(pid_t pid)
{
	struct store *reader;
	struct buf why;
	int status = 0;
	bool done = false;

	buf_init(&why, 4096);
	reader = store_open(kit_dir, 0, KIT_LIMIT, &why);
	ck_assert_msg(reader != NULL, "%s", buf_cstr(&why));
	while (!done && !has_gap(reader))
		done = waitpid(pid, &status, WNOHANG) == pid;
	store_close(reader);
	buf_clear(&why);
	if (!done) {
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	}
	return WIFSIGNALED(status);
}

/* Nothing is lost then but time. */
START_TEST(test_cut_off)
{
	struct store *s;
	bool cut = false;
	pid_t pid;

	for (int i = 0; !cut && i < 20; i++) {
		store_close(filled());
		pid = fork();
		if (pid == 0) {
			(void)spool_make_room(kit_open(KIT_LIMIT));
			_exit(0);
		}
		cut = cut_off(pid);
		s = kit_open(KIT_LIMIT);
		ck_assert(spool_settle(s));
		ck_assert(!has_gap(s));
		ck_newest(s);
		store_close(s);
		tear_down();
		set_up();
	}
	ck_assert(cut);
}
END_TEST

/* What was confirmed gives way, also to a change that is larger than all that
 * spool_make_room() would keep free. */
START_TEST(test_large)
{
	struct store *s = kit_open(32u << 10);
	struct kit_item large = { .path = "large.html", .version = 1,
	    .padding = 8000 };
	bool full;

	fill(s, 1, &full);
	ck_assert(full);
	ck_assert_int_eq(store_do(s, kit_tell_work, &large), STORE_REFUSED);
	do_with(s, confirm, store_meta(s)->next - 1);
	ck_assert_int_eq(store_do(s, kit_tell_work, &large), STORE_DONE);
	kit_is_whole(s);
	/* No more of it than had to. */
	ck_assert_uint_gt(store_meta(s)->confirmed + 1,
	    store_meta(s)->first);
	store_close(s);
}
END_TEST

/* --- words ------------------------------------------------------------------ */

struct word {
	enum change_kind kind;
	const char *url, *title;
	enum compare_news news;
};

static bool
say(struct store_txn *t, void *arg)
{
	struct word *w = arg;
	struct change c;

	change_init(&c);
	c.kind = w->kind;
	c.url = span_of(w->url);
	c.word[WORD_TITLE] = span_of(w->title);
	w->news = compare_said(t, &c);
	return true;
}

static enum compare_news
said(struct store *s, enum change_kind kind, const char *url,
    const char *title)
{
	struct word w = { .kind = kind, .url = url, .title = title };

	ck_assert_int_eq(store_do(s, say, &w), STORE_DONE);
	return w.news;
}

#define U "http://www.test.gov.cn/"

START_TEST(test_words)
{
	struct store *s = kit_open(KIT_LIMIT);

	ck_assert_int_eq(said(s, CHANGE_CREATED, U "s", "one"),
	    COMPARE_CREATED);
	ck_assert_int_eq(said(s, CHANGE_CREATED, U "s", "two"),
	    COMPARE_UPDATED);
	ck_assert_int_eq(said(s, CHANGE_DELETED, U "s", NULL),
	    COMPARE_DELETED);
	kit_is_whole(s);
	/* A file that a person withdrew stays away until it changes. */
	(void)kit_tell(s, "a", 1);
	ck_assert_int_eq(said(s, CHANGE_DELETED, U "a", NULL),
	    COMPARE_DELETED);
	ck_assert_int_eq(said(s, CHANGE_DELETED, U "a", NULL),
	    COMPARE_NOTHING);
	ck_assert_int_eq(kit_tell(s, "a", 1), COMPARE_NOTHING);
	ck_assert_int_eq(kit_tell(s, "a", 2), COMPARE_CREATED);
	/* One that a person described keeps that until it changes. */
	ck_assert_int_eq(said(s, CHANGE_CREATED, U "a", "better"),
	    COMPARE_UPDATED);
	ck_assert_int_eq(kit_tell(s, "a", 2), COMPARE_NOTHING);
	ck_assert_int_eq(kit_tell(s, "a", 3), COMPARE_UPDATED);
	kit_is_whole(s);
	store_close(s);
}
END_TEST

/* --- kill -9 ---------------------------------------------------------------- */

/* Writes until it is killed, and reports each committed change on fd. */
static void
write_for_ever(int fd, unsigned seed)
{
	struct store *s = kit_open(KIT_LIMIT);
	char path[32];

	for (unsigned i = seed;; i = i * 1103515245 + 12345) {
		uint64_t n = store_meta(s)->next - 1;

		snprintf(path, sizeof(path), "%u", i >> 16 & 31);
		if ((i >> 21 & 7) == 0)
			(void)kit_gone(s, path);
		else
			(void)kit_tell(s, path, (int)(i >> 8 & 127));
		if ((i >> 24 & 7) == 0)
			(void)store_do(s, confirm, &n);
		n = store_meta(s)->next - 1;
		if (write(fd, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
}

static uint64_t
last_report(int fd)
{
	uint64_t n, last = 0;

	while (read(fd, &n, sizeof(n)) == sizeof(n))
		last = n;
	return last;
}

START_TEST(test_kill)
{
	for (unsigned round = 0; round < 30; round++) {
		struct timespec nap = { .tv_nsec =
		    (long)(2 + round * 7 % 23) * 1000000 };
		int fds[2];
		uint64_t told;
		struct store *s;
		pid_t pid;

		ck_assert_int_eq(pipe(fds), 0);
		pid = fork();
		if (pid == 0) {
			close(fds[0]);
			write_for_ever(fds[1], round * 7919 + 1);
		}
		close(fds[1]);
		nanosleep(&nap, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		told = last_report(fds[0]);
		close(fds[0]);
		s = kit_open(KIT_LIMIT);
		ck_assert_uint_ge(store_meta(s)->next - 1, told);
		kit_is_whole(s);
		store_close(s);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/spool");
	TCase *t = tcase_create("spool");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_news);
	tcase_add_test(t, test_touch);
	tcase_add_test(t, test_confirm);
	tcase_add_test(t, test_rewind_past_the_start);
	tcase_add_test(t, test_overflow);
	tcase_add_test(t, test_still_full);
	tcase_add_test(t, test_slices);
	tcase_add_test(t, test_cut_off);
	tcase_add_test(t, test_large);
	tcase_add_test(t, test_words);
	tcase_add_test(t, test_kill);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
