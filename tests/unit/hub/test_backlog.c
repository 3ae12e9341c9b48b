/*
 * Backlog: what has to wait its turn, when the turn comes, how much of it is
 * taken, and what becomes of whoever waits too long.
 */
#include "hub/backlog.h"

#include "hub/room.h"
#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct show *view;
static struct backlog backlog;
static struct pending_queue group;

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	view = show_new(&kit.writer);
	backlog_init(&backlog);
	pending_init(&group);
}

static void
tear_down(void)
{
	pending_clear(&group);
	backlog_clear(&backlog);
	show_free(view);
	core_close(&kit);
}

/* A batch of one change, whose agent has up to seq `head` to tell. */
static void
make(struct buf *b, uint64_t first, uint64_t head, size_t title)
{
	static char text[LIMIT_BODY];
	struct frame_peer p = core_peer(1, "203.0.113.7:5000");

	memset(text, 'x', title);
	text[title] = '\0';
	buf_init(b, FRAME_MAX);
	frame_batch_begin(b, &p, &(struct batch){ .incarnation = 7,
	    .first = first, .head = head, .now = CORE_NOW,
	    .agent = SPAN("test/1") }, clock_mono());
	frame_batch_refused(b, first, span_of(text));
}

static bool
is(uint64_t first, uint64_t head, size_t title)
{
	struct buf b;
	bool late;

	make(&b, first, head, title);
	late = backlog_is(buf_look(&b));
	buf_clear(&b);
	return late;
}

static bool
put(uint64_t number, size_t bytes)
{
	struct buf b;
	bool done;

	make(&b, number, number + 1000, bytes);
	done = backlog_put(&backlog, number, buf_look(&b));
	buf_clear(&b);
	return done;
}

START_TEST(test_is)
{
	ck_assert(!is(5, 4, 10));	/* a beat */
	ck_assert(!is(5, 5, 10));
	ck_assert(!is(5, 5 + BACKLOG_LIVE - 1, 10));
	ck_assert(is(5, 5 + BACKLOG_LIVE, 10));
	ck_assert(is(1, UINT64_MAX, 10));
	ck_assert(is(5, 5, ROOM_SMALL));	/* it says it is news */
	ck_assert(!backlog_is(SPAN("nonsense")));
}
END_TEST

START_TEST(test_room)
{
	size_t n = 0;

	while (n < 100 && put(n, 1u << 20))
		n++;
	ck_assert_uint_eq(n, (BACKLOG_MOST >> 20) - 1);
	ck_assert_uint_le(backlog.queue.bytes, BACKLOG_MOST);
}
END_TEST

/* Only while the view is near the journal's end. */
START_TEST(test_may)
{
	ck_assert(!backlog_may(&backlog, view));
	put(1, 10);
	ck_assert(backlog_may(&backlog, view));
	show_mark(view, 100000, clock_mono() - BACKLOG_BEHIND + 50, 1);
	ck_assert(backlog_may(&backlog, view));
	clock_set(CORE_NOW, clock_mono() + 50);
	ck_assert(!backlog_may(&backlog, view));
}
END_TEST

/* It counts what is to be shown, too, however new that is. */
START_TEST(test_may_not)
{
	struct journal *j = kit.writer.journal;

	put(1, 10);
	journal_begin(j);
	for (int i = 0; i < BACKLOG_BEHIND * 40; i++)
		journal_act(j, SPAN("{\"do\":\"nothing\"}"), CORE_NOW);
	ck_assert_int_eq(journal_commit(j), DB_OK);
	ck_assert_int_eq(show_lag(view), 0);
	ck_assert(!backlog_may(&backlog, view));
	while (show_step(view, 1000) == SHOW_MORE)
		continue;
	ck_assert(backlog_may(&backlog, view));
}
END_TEST

START_TEST(test_take)
{
	struct pending *p;

	for (uint64_t n = 1; n <= 5; n++)
		put(n, BACKLOG_PIECE / 2);
	backlog_take(&backlog, &group);
	ck_assert_uint_eq(group.count, 2);
	ck_assert_uint_eq(backlog.queue.count, 3);
	backlog_take(&backlog, &group);
	backlog_take(&backlog, &group);
	ck_assert_uint_eq(backlog.queue.count, 0);
	for (uint64_t n = 1; n <= 5; n++) {
		p = pending_pop(&group);
		ck_assert_uint_eq(p->number, n);
		ck_assert_uint_eq(p->credit,
		    n < 5 ? BACKLOG_CREDIT : LIMIT_BODY);
		pending_free(p);
	}
	ck_assert_uint_eq(group.bytes, 0);
}
END_TEST

START_TEST(test_overdue)
{
	struct pending *p;

	put(1, 10);
	clock_set(CORE_NOW, clock_mono() + BACKLOG_PATIENCE - 1);
	put(2, 10);
	ck_assert_ptr_null(backlog_overdue(&backlog));
	clock_set(CORE_NOW, clock_mono() + 1);
	p = backlog_overdue(&backlog);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p->number, 1);
	pending_free(p);
	ck_assert_ptr_null(backlog_overdue(&backlog));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("backlog");
	TCase *t = tcase_create("backlog");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_is);
	tcase_add_test(t, test_room);
	tcase_add_test(t, test_may);
	tcase_add_test(t, test_may_not);
	tcase_add_test(t, test_take);
	tcase_add_test(t, test_overdue);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
