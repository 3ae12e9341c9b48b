/*
 * The watch over moves: what the index and the network say makes them
 * checked, verified or failed, and nobody has to ask for it.
 */
#include "hub/move_watch.h"

#include <sys/socket.h>

#include "hub/ingest.h"
#include "hub/look_frame.h"
#include "hub/move_try.h"
#include "tests/unit/hub/corekit.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static struct corekit kit;
static struct core_answers answers;
static struct pending_queue batches, pending;
static struct show *shows;
static struct turns *turns;
static struct ingest *ingest;
static struct move_watch *watch;
static struct event_base *base;
static struct channel *here, *there;
static int64_t now, mono;
static uint64_t seq;
static unsigned asked;		/* addresses, over the network */
static char last[256];		/* … the last one … */
static struct move_known known;	/* … and what came with it */
static struct move_try reply;	/* what the network says */
static bool deaf;		/* the check part doesn't answer */

static void
on_work(void *arg)
{
	(void)arg;
}

static void
on_try(void *arg, struct channel *c, const struct frame *f)
{
	struct move_try_ask ask;
	struct buf b;

	(void)arg;
	ck_assert_int_eq(f->kind, FRAME_TRY);
	ck_assert(move_try_ask_read(&ask, f->body));
	snprintf(last, sizeof(last), "%.*s", SPAN_ARGS(ask.asked));
	known = ask.known;
	asked++;
	if (deaf)
		return;
	buf_init(&b, LOOK_FRAME_MAX);
	move_try_write(&b, &reply);
	channel_send(c, FRAME_TRIED, f->number, buf_look(&b));
	buf_clear(&b);
}

static void
on_tried(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	ck_assert(move_watch_frame(watch, f));
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static void
set_up(void)
{
	int fd[2];

	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	now = CORE_NOW;
	mono = 1000;
	seq = asked = 0;
	deaf = false;
	pending_init(&batches);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	ingest = ingest_new(&kit.writer, &kit.guests, core_send, &answers);
	watch = move_watch_new(&kit.writer, turns);
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	here = channel_new(base, fd[0], LOOK_FRAME_MAX, on_tried, on_end,
	    NULL);
	there = channel_new(base, fd[1], LOOK_FRAME_MAX, on_try, on_end,
	    NULL);
}

static void
tear_down(void)
{
	move_watch_free(watch);
	channel_free(here);
	channel_free(there);
	event_base_free(base);
	core_forget(&answers);
	ingest_free(ingest);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	pending_clear(&batches);
	core_close(&kit);
}

static void
later(int64_t ms)
{
	now += ms;
	mono += ms;
	clock_set(now, mono);
}

/* --- what the site says ---------------------------------------------------------- */

static void
tell_titled(enum change_kind kind, const char *url, const char *scope,
    const char *title)
{
	struct ingest_group g;
	struct change c;
	struct buf b, row;
	size_t n;

	core_batch_head(&b, 1, 7, ++seq);
	change_init(&c);
	c.seq = seq;
	c.kind = kind;
	c.when = now;
	c.url = span_of(url);
	if (kind == CHANGE_COVER)
		c.word[WORD_SCOPE] = span_of(scope);
	else
		c.word[WORD_TITLE] = span_of(title);
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	frame_batch_change(&b, seq, buf_look(&row));
	buf_clear(&row);
	pending_batch(&batches, seq, buf_look(&b));
	buf_clear(&b);
	ck_assert(ingest_take(ingest, &batches, &g));
	ck_assert(writer_apply(&kit.writer, 100, &n));
	core_forget(&answers);
}

static void
tell(enum change_kind kind, const char *url, const char *scope)
{
	tell_titled(kind, url, scope, "a page");
}

static void
announce_as(const char *scope, const char *old, const char *new, int64_t from)
{
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:s, s:I}", "do",
	    "move-announce", "site", 1, "old", old, "new", new, "scope",
	    scope, "from", (json_int_t)from));
}

static void
announce(const char *old, const char *new, int64_t from)
{
	announce_as("prefix", old, new, from);
}

static void
tick(void)
{
	core_act(&kit, json_pack("{s:s, s:i}", "do", "tick", "grace",
	    900000));
}

/* --- the watch goes on -------------------------------------------------------------- */

static void
go_on(void)
{
	for (int i = 0; i < 8; i++) {
		later(1000);
		move_watch_look(watch);
		for (int n = 0; n < 200; n++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		core_write(&kit, &pending);
	}
}

static const char *
state(uint32_t number)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct move m = { .state = MOVE_NONE };

	(void)move_get(t, number, &m);
	db_abort(t);
	return move_state_name(m.state);
}

static const char *
why(uint32_t number)
{
	static char text[MOVE_TEXT];
	struct db_txn *t = view_read(kit.writer.view);
	struct move m;

	text[0] = '\0';
	if (move_get(t, number, &m))
		snprintf(text, sizeof(text), "%.*s", SPAN_ARGS(m.why));
	db_abort(t);
	return text;
}

#define OLD "http://www.s1.gov.cn/a/"
#define NEW "http://www.s1.gov.cn/b/"

START_TEST(by_the_index_alone)
{
	tell(CHANGE_COVER, "http://www.s1.gov.cn/", "whole");
	tell(CHANGE_CREATED, OLD "1.html", "");
	announce(OLD, NEW, now + HOUR * 2);
	go_on();
	ck_assert_str_eq(state(1), "announced");	/* not there yet */
	tell(CHANGE_CREATED, NEW "1.html", "");
	later(HOUR);
	go_on();
	ck_assert_str_eq(state(1), "checked");
	later(HOUR);
	tick();
	ck_assert_str_eq(state(1), "effective");
	go_on();
	ck_assert_str_eq(state(1), "effective");
	later(MINUTE);
	go_on();
	ck_assert_str_eq(state(1), "verified");
	ck_assert_uint_eq(asked, 0);
	/* A day later it is looked at again. */
	tell(CHANGE_DELETED, NEW "1.html", "");
	later(15 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(state(1), "verified");
	later(24 * HOUR);
	go_on();
	ck_assert_str_eq(state(1), "failed");
}
END_TEST

/* What nobody links to is looked at by what has moved there; and that there is
 * no page at the top of a column is no harm. */
START_TEST(what_has_moved_already)
{
	tell(CHANGE_COVER, "http://www.s1.gov.cn/", "whole");
	tell(CHANGE_CREATED, NEW "1.html", "");
	announce(OLD, NEW, now);
	tick();
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(state(1), "verified");
	announce("http://www.s1.gov.cn/c/", "http://www.s1.gov.cn/d/", now);
	tick();
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(state(2), "effective");
}
END_TEST

START_TEST(what_settles_has_time)
{
	tell(CHANGE_COVER, "http://www.s1.gov.cn/", "whole");
	tell(CHANGE_CREATED, OLD "1.html", "");
	announce(OLD, NEW, now);
	tick();
	later(5 * MINUTE);
	go_on();
	ck_assert_str_eq(state(1), "effective");
	later(10 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(state(1), "failed");
	tell(CHANGE_CREATED, NEW "1.html", "");
	later(HOUR);
	go_on();
	ck_assert_str_eq(state(1), "verified");
}
END_TEST

START_TEST(over_the_network)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 404 };
	announce(OLD, NEW, now + HOUR * 30);
	go_on();
	ck_assert_uint_eq(asked, 1);
	ck_assert_str_eq(last, NEW);
	ck_assert_str_eq(state(1), "announced");
	reply.status = 200;
	go_on();
	ck_assert_uint_eq(asked, 1);	/* not so soon */
	later(HOUR);
	go_on();
	ck_assert_uint_eq(asked, 2);
	ck_assert_str_eq(state(1), "checked");
	later(29 * HOUR);
	tick();
	later(MINUTE);
	go_on();
	ck_assert_uint_eq(asked, 3);
	ck_assert_str_eq(last, OLD);
	ck_assert_str_eq(state(1), "effective");	/* it leads nowhere,
							 * yet */
	later(2 * MINUTE);
	reply.led = true;
	go_on();
	ck_assert_str_eq(state(1), "verified");
	reply.led = false;
	later(24 * HOUR);
	tick();
	snprintf(reply.said, sizeof(reply.said), "404");
	go_on();
	ck_assert_str_eq(state(1), "failed");
	ck_assert_str_eq(why(1), OLD ": 404");	/* which was asked */
}
END_TEST

/* What a hub may not look at is no proof, however often it doesn't. */
START_TEST(out_of_sight)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .blind = true, .said = "inward" };
	announce(OLD, NEW, now);
	tick();
	later(20 * MINUTE);
	tick();
	for (unsigned i = 1; i <= 4; i++) {
		go_on();
		ck_assert_uint_eq(asked, i);
		ck_assert_str_eq(state(1), "effective");
		later(HOUR);
	}
	/* The index alone has to do. */
	tell(CHANGE_COVER, "http://www.s1.gov.cn/", "whole");
	tell(CHANGE_CREATED, NEW "1.html", "");
	go_on();
	ck_assert_str_eq(state(1), "verified");
	ck_assert_uint_eq(asked, 5);
}
END_TEST

#define ONE OLD "1.html"
#define OTHER OLD "2.html"

/* Two pages change places: no redirect answers at either. */
START_TEST(changed_places)
{
	int64_t from = now + HOUR;

	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 200 };
	announce_as("address", ONE, OTHER, from);
	announce_as("address", OTHER, ONE, from);
	later(HOUR);
	tick();
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(state(1), "verified");
	ck_assert_str_eq(state(2), "verified");
	reply.status = 404;
	later(25 * HOUR);
	go_on();
	ck_assert_str_eq(state(1), "failed");
	ck_assert(strncmp(why(1), OTHER, strlen(OTHER)) == 0);
}
END_TEST

/* As long as it settles, only what is dead twice counts. */
START_TEST(seen_not_to_work)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 404 };
	announce(OLD, NEW, now);
	tick();
	later(MINUTE);
	go_on();
	ck_assert_uint_eq(asked, 1);
	ck_assert_str_eq(state(1), "effective");
	later(2 * MINUTE);
	go_on();
	ck_assert_str_eq(state(1), "failed");
}
END_TEST

/* A server that can't be reached, or a hub that is cut off, is no proof. */
START_TEST(silence)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = false };
	announce(OLD, NEW, now);
	tick();
	later(20 * MINUTE);
	tick();
	for (int i = 0; i < 2; i++) {
		go_on();
		ck_assert_str_eq(state(1), "effective");
		later(2 * MINUTE);
	}
	go_on();
	ck_assert_uint_eq(asked, 3);
	ck_assert_str_eq(state(1), "failed");
}
END_TEST

START_TEST(no_answer)
{
	move_watch_connect(watch, here);
	deaf = true;
	announce(OLD, NEW, now);
	tick();
	later(MINUTE);
	go_on();
	ck_assert_uint_eq(asked, 1);
	later(11 * MINUTE);
	deaf = false;
	reply = (struct move_try){ .answered = true, .status = 200,
		.led = true };
	go_on();
	later(2 * MINUTE);
	go_on();
	ck_assert_str_eq(state(1), "verified");
}
END_TEST

/* --- what has moved --------------------------------------------------------- */

#define SITE "_网上政务"

/* Takes effect, and is looked at. */
static void
move_one(uint32_t number)
{
	tick();
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(last, ONE);
	ck_assert_str_eq(state(number), "verified");
}

static void
tell_many(const char *title)
{
	char url[64];

	for (int i = 3; i < 8; i++) {
		snprintf(url, sizeof(url), "http://www.s1.gov.cn/c/%d", i);
		tell_titled(CHANGE_CREATED, url, "", title);
	}
}

START_TEST(by_its_title)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 200,
		.led = true };
	tell_titled(CHANGE_CREATED, ONE, "", "公告 1" SITE);
	tell_many("别的事" SITE);
	announce_as("address", ONE, NEW "1.html", now);
	move_one(1);
	ck_assert_str_eq(known.title, "公告 1" SITE);
	ck_assert_str_eq(known.parts, "公告1\n");	/* the rest is theirs */
	ck_assert(!known.file);
	/* What has arrived may be called what it likes. */
	later(25 * HOUR);
	go_on();
	ck_assert_uint_eq(asked, 2);
	ck_assert_str_eq(known.parts, "");
	/* What isn't like it, isn't it. */
	tell_titled(CHANGE_CREATED, OTHER, "", "公告 2" SITE);
	announce_as("address", OTHER, NEW "2.html", now);
	reply.unlike = true;
	snprintf(reply.said, sizeof(reply.said), "another page");
	tick();
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(known.parts, "公告2\n");
	ck_assert_str_eq(state(2), "failed");
	ck_assert_str_eq(why(2), OTHER ": another page");
}
END_TEST

/* What all are called is nobody's own. */
START_TEST(titles_of_all)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 200,
		.led = true };
	tell_titled(CHANGE_CREATED, ONE, "", "网上政务");
	tell_many("网上政务");
	announce_as("address", ONE, NEW "1.html", now);
	move_one(1);
	ck_assert_str_eq(known.title, "网上政务");
	ck_assert_str_eq(known.parts, "");
}
END_TEST

/* Its site tells it at its new address: as another page … */
START_TEST(told_anew)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 200,
		.led = true };
	tell_titled(CHANGE_CREATED, ONE, "", "公告 1");
	announce_as("address", ONE, NEW "1.html", now);
	tick();
	tell_titled(CHANGE_DELETED, ONE, "", "");
	tell_titled(CHANGE_CREATED, NEW "1.html", "", "首页");
	move_one(1);
	ck_assert_str_eq(known.parts, "公告1\n");
	/* … or as the same, which is renamed later. */
	tell_titled(CHANGE_CREATED, OTHER, "", "公告 2");
	announce_as("address", OTHER, NEW "2.html", now);
	tick();
	tell_titled(CHANGE_DELETED, OTHER, "", "");
	tell_titled(CHANGE_CREATED, NEW "2.html", "", "公告 2（修订）");
	tell_titled(CHANGE_UPDATED, NEW "2.html", "", "新的名字");
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(last, OTHER);
	ck_assert_str_eq(known.parts, "新的名字\n");
}
END_TEST

/* The top of a column may be called otherwise. */
START_TEST(tops_of_columns)
{
	move_watch_connect(watch, here);
	reply = (struct move_try){ .answered = true, .status = 200,
		.led = true };
	tell_titled(CHANGE_CREATED, OLD, "", "政务公开");
	announce(OLD, NEW, now);
	tick();
	later(20 * MINUTE);
	tick();
	go_on();
	ck_assert_str_eq(last, OLD);
	ck_assert_str_eq(known.parts, "");
	ck_assert_str_eq(known.title, "");
}
END_TEST

START_TEST(what_goes_over)
{
	struct move_try_ask a = { .asked = SPAN(OLD), .wanted = SPAN(NEW),
		.known = { .title = "公告 1", .parts = "公告1\n",
		.file = true } }, out;
	struct buf b;

	buf_init(&b, LOOK_FRAME_MAX);
	move_try_ask_write(&b, &a);
	ck_assert(move_try_ask_read(&out, buf_look(&b)));
	ck_assert(span_is(out.asked, a.asked) && span_is(out.wanted, a.wanted));
	ck_assert_str_eq(out.known.title, a.known.title);
	ck_assert_str_eq(out.known.parts, a.known.parts);
	ck_assert(out.known.file);
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!move_try_ask_read(&out, (struct span){ .at = b.at,
		    .n = n }));
	b.at[b.n - 1] = 2;
	ck_assert(!move_try_ask_read(&out, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

START_TEST(what_came_over)
{
	struct move_try m = { .answered = true, .status = 302,
		.said = "302 to 别处" }, out;
	struct buf b;

	buf_init(&b, 4096);
	move_try_write(&b, &m);
	ck_assert(move_try_read(&out, buf_look(&b)));
	ck_assert_uint_eq(out.status, 302);
	ck_assert_str_eq(out.said, m.said);
	ck_assert(out.answered && !out.blind && !out.led && !out.other);
	for (size_t n = 0; n < b.n; n++)
		ck_assert(!move_try_read(&out, (struct span){ .at = b.at,
		    .n = n }));
	b.at[0] = 2;
	ck_assert(!move_try_read(&out, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, by_the_index_alone);
	tcase_add_test(t, what_has_moved_already);
	tcase_add_test(t, what_settles_has_time);
	tcase_add_test(t, over_the_network);
	tcase_add_test(t, out_of_sight);
	tcase_add_test(t, changed_places);
	tcase_add_test(t, seen_not_to_work);
	tcase_add_test(t, silence);
	tcase_add_test(t, no_answer);
	tcase_add_test(t, by_its_title);
	tcase_add_test(t, titles_of_all);
	tcase_add_test(t, told_anew);
	tcase_add_test(t, tops_of_columns);
	tcase_add_test(t, what_goes_over);
	tcase_add_test(t, what_came_over);
}

int
main(void)
{
	return core_run_suite("move_watch", add);
}
