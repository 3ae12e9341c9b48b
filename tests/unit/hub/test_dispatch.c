/*
 * Dispatch, with the test as the notify part at the other end: each delivery
 * is given once, in order, and what came of it gets into the ledger, also if
 * the disk was full at first.
 */
#include "hub/dispatch.h"

#include <sys/socket.h>

#include "contrib/base/channel.h"
#include "hub/ledger.h"
#include "hub/notify_frame.h"
#include "tests/unit/hub/corekit.h"

#define MOST 50

static struct corekit kit;
static struct pending_queue pending;
static struct show *shows;
static struct turns *turns;
static struct event_base *base;
static struct channel *theirs;
static struct dispatch *dispatch;
static struct alert_receivers receivers;
static uint64_t given[MOST];	/* deliveries */
static size_t given_count, renewals, beats;
static int64_t mono;

static void
on_work(void *arg)
{
	(void)arg;
}

static void
on_job(void *arg, struct channel *c, const struct frame *f)
{
	struct notify_frame_job j;

	(void)arg, (void)c;
	if (f->kind == FRAME_BEAT) {
		beats++;
		return;
	}
	ck_assert_int_eq(f->kind, FRAME_NOTIFY);
	ck_assert(notify_frame_job_read(&j, f->body));
	ck_assert_uint_lt(given_count, MOST);
	if (j.delivery == 0)
		renewals++;
	else
		given[given_count++] = j.delivery;
}

static void
on_hangup(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static void
on_end(void *arg)
{
	(void)arg;
}

static void
set_up(void)
{
	int pair[2];

	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	theirs = channel_new(base, pair[1], NOTIFY_FRAME_MAX, on_job,
	    on_hangup, NULL);
	receivers.n = 0;
	dispatch = dispatch_new(base, &receivers, &kit.writer, turns, pair[0],
	    on_end, NULL);
	given_count = renewals = beats = 0;
	mono = 1000;
}

static void
tear_down(void)
{
	dispatch_free(dispatch);
	channel_free(theirs);
	event_base_free(base);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	core_close(&kit);
}

/* Some time later, all that goes between the two has gone. */
static void
later(int64_t ms)
{
	mono += ms;
	clock_set(CORE_NOW + mono, mono);
	for (int i = 0; i < 3; i++) {
		dispatch_look(dispatch);
		for (int turn = 0; turn < 5; turn++)
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

static void
say(const char *event)
{
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:[s], s:{}}", "do",
	    "alert-say", "alert", 1, "event", event, "to", "duty",
	    "notice"));
}

static void
fire(void)
{
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:s, s:i, s:s, "
	    "s:[{s:s, s:i, s:I, s:s}]}", "do", "alert-fire", "alert", 1,
	    "rule", "down", "class", "state", "severity", "critical",
	    "level", 32, "group", "", "members", "subject", "1", "site", 1,
	    "since", (json_int_t)CORE_NOW, "detail", ""));
	say("firing");
}

static void
end(void)
{
	core_act(&kit, json_pack("{s:s, s:i, s:[s]}", "do", "alert-leave",
	    "alert", 1, "subjects", "1"));
	say("resolved");
}

/* It says what came of it. */
static void
report(uint64_t delivery, enum delivery_state state, const char *error)
{
	struct notify_frame_done d = { .delivery = delivery, .state = state,
		.error = span_of(error) };
	struct buf b;

	buf_init(&b, NOTIFY_FRAME_MAX);
	notify_frame_done_write(&b, &d);
	channel_send(theirs, FRAME_NOTIFIED, 0, buf_look(&b));
	buf_clear(&b);
	later(100);
}

/* What waits is written, or isn't, as the disk is full. False: nothing does. */
static bool
work(bool full)
{
	struct pending *one = pending_pop(&pending);

	if (one == NULL)
		return false;
	ck_assert_ptr_null(pending_pop(&pending));
	if (!full)
		ck_assert(writer_act(&kit.writer, &one->acts));
	one->done(one->arg, full ? 0 :
	    journal_last(kit.writer.journal));
	pending_free(one);
	return true;
}

static void
is_in_ledger(uint64_t delivery, enum delivery_state state, const char *error)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct delivery d;

	ck_assert(ledger_get(t, delivery, &d));
	ck_assert_int_eq(d.state, state);
	ck_assert(span_is(d.error, span_of(error)));
	db_abort(t);
}

START_TEST(in_order)
{
	fire();
	end();
	later(100);
	ck_assert_uint_eq(given_count, 1);
	ck_assert_uint_eq(given[0], 1);
	report(1, DELIVERY_TRYING, "no route");
	ck_assert(work(false));
	is_in_ledger(1, DELIVERY_TRYING, "no route");
	later(100);
	ck_assert_uint_eq(given_count, 1);
	report(1, DELIVERY_CONFIRMED, "");
	ck_assert(work(false));
	is_in_ledger(1, DELIVERY_CONFIRMED, "");
	later(100);
	ck_assert_uint_eq(given_count, 2);
	ck_assert_uint_eq(given[1], 2);
	ck_assert(!work(false));
}
END_TEST

/* Nothing is sent twice, and what comes after it is sent when it is known
 * what came of it. */
START_TEST(disk_full)
{
	fire();
	end();
	later(100);
	report(1, DELIVERY_CONFIRMED, "");
	ck_assert(work(true));
	later(100);
	ck_assert(!work(true));		/* not at once */
	later(5000);
	ck_assert(work(true));
	is_in_ledger(1, DELIVERY_INTENDED, "");
	ck_assert_uint_eq(given_count, 1);
	later(5000);
	ck_assert(work(false));
	is_in_ledger(1, DELIVERY_CONFIRMED, "");
	later(100);
	ck_assert_uint_eq(given_count, 2);
	ck_assert_uint_eq(given[1], 2);
	later(5000);
	ck_assert(!work(false));
}
END_TEST

/* While one word on it is being written there is another: that counts. */
START_TEST(two_words)
{
	fire();
	later(100);
	report(1, DELIVERY_TRYING, "no route");
	ck_assert_uint_eq(pending.count, 1);
	report(1, DELIVERY_FAILED, "given \xe5\x80");
	ck_assert(work(_i == 1));
	later(5000);
	ck_assert(work(false));
	is_in_ledger(1, DELIVERY_FAILED, "given \xef\xbf\xbd\xef\xbf\xbd");
	later(5000);
	ck_assert(!work(false));
	ck_assert_uint_eq(given_count, 1);
}
END_TEST

/* --- renewals ------------------------------------------------------------ */

static void
journal_many(void)
{
	journal_begin(kit.writer.journal);
	for (int i = 0; i < 100; i++)
		journal_act(kit.writer.journal, SPAN("{\"do\":"
		    "\"alert-silence\",\"rule\":\"gate\",\"site\":0,"
		    "\"until\":1,\"actor\":\"a\",\"reason\":\"r\"}"),
		    clock_wall());
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
}

/* Nothing more of the journal can be shown. */
static void
fill_view(void)
{
	char path[128];
	int i = 0;

	view_close(kit.writer.view);
	snprintf(path, sizeof(path), "%s/" CONFIG_VIEW, kit.dir);
	kit.writer.view = view_open(path, 4096, &kit.writer.fresh,
	    &kit.writer.reason, &kit.why);
	ck_assert_msg(kit.writer.view != NULL, "%s", buf_cstr(&kit.why));
	do {
		journal_many();
		ck_assert_int_lt(i++, 1000);
	} while (show_step(shows, 1000) != SHOW_FULL);
}

/* What goes on is renewed each minute, with the beat; and while the disk is
 * full without it: nothing is over by that. */
START_TEST(renewed)
{
	receivers.n = 1;
	receivers.at[0] = (struct alert_receiver){ .name = "duty",
		.renewed = true };
	later(100);
	ck_assert_uint_eq(renewals, 0);
	fire();
	later(60000);
	later(100);
	ck_assert_uint_eq(renewals, 1);
	ck_assert_uint_eq(beats, 2);
	fill_view();
	later(60000);
	ck_assert_uint_eq(renewals, 2);
	ck_assert_uint_eq(beats, 2);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, in_order);
	tcase_add_test(t, disk_full);
	tcase_add_loop_test(t, two_words, 0, 2);
	tcase_add_test(t, renewed);
}

int
main(void)
{
	return core_run_suite("dispatch", add);
}
