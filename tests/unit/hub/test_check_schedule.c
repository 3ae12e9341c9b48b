/*
 * The check's scheduler, over a hub of its own, with a check part that answers
 * what the test says: which links inside of the cluster are looked at, as
 * strangers' are, from when on no more, and what is not written down.
 */
#include "hub/check_schedule.h"

#include <event2/event.h>
#include <sys/socket.h>

#include "hub/checked.h"
#include "hub/look_frame.h"
#include "tests/unit/hub/corekit.h"

#define DAY (24 * INT64_C(3600) * 1000)
#define PASS 6000		/* ms, after which the next one has begun */
#define FAR "http://far.example/x.html"
#define LOST "http://www.s2.gov.cn/lost.html"
#define ASKS "http://www.s1.gov.cn/search?q=1"
#define HERE "http://www.s1.gov.cn/here.html"
#define URLS 4

static struct corekit kit;
static struct pending_queue pending;
static struct show *shows;
static struct turns *turns;
static struct event_base *base;
static struct channel *ours, *theirs;
static struct check_schedule *schedule;
static int64_t now;		/* ms, mono */
static uint64_t seq[4];

static const char *const urls[URLS] = { FAR, LOST, ASKS, HERE };
static unsigned asked[URLS];
static enum cause answer;
static const char *detail;
static bool deaf;		/* the check part doesn't answer yet */

static void
on_work(void *arg)
{
	(void)arg;
}

/* --- the check part ------------------------------------------------------- */

static void
say_seen(struct span url)
{
	struct look_frame_seen f = { .url = url, .cause = answer,
	    .detail = span_of(detail) };
	struct buf b;

	buf_init(&b, LOOK_FRAME_MAX);
	look_frame_seen_write(&b, &f);
	channel_send(theirs, FRAME_LOOKED, 0, buf_look(&b));
	buf_clear(&b);
}

static void
on_asked(void *arg, struct channel *c, const struct frame *f)
{
	struct look_frame_ask ask;

	(void)arg, (void)c;
	ck_assert_int_eq(f->kind, FRAME_LOOK);
	ck_assert(look_frame_ask_read(&ask, f->body));
	for (int i = 0; i < URLS; i++)
		asked[i] += span_is(ask.url, span_of(urls[i]));
	if (!deaf)
		say_seen(ask.url);
}

static void
on_answer(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	ck_assert(check_schedule_frame(schedule, f));
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

/* --- the hub -------------------------------------------------------------- */

static void
pass(int64_t ms)
{
	for (int64_t end = now + ms; now < end; now += 1000) {
		clock_set(CORE_NOW + now, now);
		check_schedule_look(schedule);
		for (int i = 0; i < 4; i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		core_write(&kit, &pending);
	}
}

/* So many days, on the last of which there is a pass. */
static void
days(int n)
{
	now += n * DAY;
	pass(4 * PASS);
}

static void
say(uint32_t site, struct change *c)
{
	struct buf row;
	struct span rows;
	uint8_t hash[1][32];
	struct journal_batch b = { .site = site, .incarnation = 1000 + site,
	    .now = CORE_NOW + now, .count = 1 };
	struct journal_verdict v;

	c->seq = b.first = b.head = ++seq[site];
	c->when = CORE_NOW + now;
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, c);
	rows = buf_look(&row);
	change_hash(c, hash[0]);
	b.row = &rows;
	b.hash = (const uint8_t (*)[32])hash;
	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW + now, &v);
	ck_assert_int_eq(v.verdict, VERDICT_TAKEN);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	buf_clear(&row);
}

static void
page(uint32_t site, const char *url, const char *const *to, size_t n)
{
	struct change c;
	struct buf rows;

	change_init(&c);
	buf_init(&rows, LIMIT_CHANGE);
	for (size_t i = 0; i < n; i++)
		change_link_put(&rows, &(struct link){ .kind = LINK_ANCHOR,
		    .line = (uint32_t)i + 1, .to = span_of(to[i]) });
	c.kind = CHANGE_UPDATED;
	c.url = span_of(url);
	c.word[WORD_TITLE] = SPAN("a page");
	c.links = buf_look(&rows);
	say(site, &c);
	buf_clear(&rows);
}

/* "" never looked at. */
static const char *
seen(const char *url)
{
	struct db_txn *t = view_read(kit.writer.view);
	static char text[64];
	struct checked c;

	text[0] = '\0';
	if (checked_get(t, span_of(url), &c))
		snprintf(text, sizeof(text), "%s%s",
		    cause_name(c.record.cause), checked_is_broken(&c,
		    CORE_NOW + now) ? " broken" : "");
	db_abort(t);
	return text;
}

static void
announce_part(const char *kind, const char *service, int64_t from,
    int64_t until)
{
	struct acts a;

	acts_init(&a);
	acts_put(&a, json_pack("{s:s, s:i, s:s, s:s, s:I, s:I}", "do",
	    "notice-announce", "site", 2, "kind", kind, "service",
	    service, "from", (json_int_t)(CORE_NOW + from), "until",
	    (json_int_t)(CORE_NOW + until)), "test", "work");
	ck_assert(writer_act(&kit.writer, &a));
	acts_clear(&a);
}

static void
announce(const char *kind, int64_t from, int64_t until)
{
	announce_part(kind, "", from, until);
}

static void
set_up(void)
{
	int pair[2];

	core_open(&kit, CORE_MOST);
	kit.config.check = kit.config.check_unknown = true;
	kit.config.check_window = 7 * DAY;
	memset(asked, 0, sizeof(asked));
	memset(seq, 0, sizeof(seq));
	answer = CAUSE_FINE;
	detail = "";
	deaf = false;
	now = 1000;
	core_site(&kit, 1);
	core_site(&kit, 2);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ours = channel_new(base, pair[0], 1 << 20, on_answer, on_end, NULL);
	theirs = channel_new(base, pair[1], 1 << 20, on_asked, on_end, NULL);
	schedule = check_schedule_new(&kit.config, &kit.writer, turns, ours);
	page(1, HERE, urls, URLS);
}

static void
tear_down(void)
{
	check_schedule_free(schedule);
	channel_free(ours);
	channel_free(theirs);
	event_base_free(base);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	core_close(&kit);
}

/* --- tests ---------------------------------------------------------------- */

START_TEST(test_each_once)
{
	pass(4 * PASS);
	ck_assert(asked[0] == 1 && asked[1] == 1 && asked[2] == 1);
	ck_assert_uint_eq(asked[3], 0);		/* its agent has it */
	ck_assert_str_eq(seen(FAR), "fine");
	ck_assert_str_eq(seen(LOST), "fine");
	ck_assert_str_eq(seen(ASKS), "fine");
	days(6);
	ck_assert_uint_eq(asked[1], 1);
	days(2);
	ck_assert(asked[0] == 2 && asked[1] == 2 && asked[2] == 2);
}
END_TEST

START_TEST(test_three_strikes)
{
	answer = CAUSE_404;
	pass(4 * PASS);
	ck_assert_str_eq(seen(LOST), "404");
	pass(4 * PASS);
	ck_assert_uint_eq(asked[1], 1);
	days(1);
	ck_assert_str_eq(seen(LOST), "404");
	days(1);
	ck_assert_str_eq(seen(LOST), "404 broken");
	ck_assert_uint_eq(asked[1], 3);
}
END_TEST

/* From the moment that an agent has it nobody looks there any more. */
START_TEST(test_covered)
{
	answer = CAUSE_404;
	pass(4 * PASS);
	ck_assert_str_eq(seen(LOST), "404");
	page(2, LOST, NULL, 0);
	days(30);
	ck_assert_uint_eq(asked[1], 1);
	ck_assert_str_eq(seen(LOST), "");
	ck_assert_uint_eq(asked[0], 2);
}
END_TEST

START_TEST(test_not_wanted)
{
	pass(4 * PASS);
	kit.config.check_unknown = false;
	days(8);
	ck_assert(asked[0] == 2 && asked[1] == 1 && asked[2] == 1);
	ck_assert_str_eq(seen(LOST), "");
	ck_assert_str_eq(seen(ASKS), "");
	ck_assert_str_eq(seen(FAR), "fine");
}
END_TEST

/* A site that has said it will be down isn't looked at; nor does it count what
 * was seen as it went down. */
START_TEST(test_announced)
{
	answer = CAUSE_404;
	deaf = true;
	pass(4 * PASS);
	ck_assert_uint_eq(asked[1], 1);
	announce("outage", now, now + 3 * DAY);
	now += 1000;
	clock_set(CORE_NOW + now, now);
	say_seen(SPAN(LOST));
	say_seen(SPAN(ASKS));
	deaf = false;
	pass(4 * PASS);
	ck_assert_str_eq(seen(LOST), "");
	ck_assert_str_eq(seen(ASKS), "404");	/* of another site */
	days(1);
	days(1);
	ck_assert_uint_eq(asked[1], 1);
	ck_assert_str_eq(seen(ASKS), "404 broken");
	/* It is over. */
	answer = CAUSE_FINE;
	days(2);
	ck_assert_uint_eq(asked[1], 2);
	ck_assert_str_eq(seen(LOST), "fine");
}
END_TEST

/* A service that is an address: what is below it isn't looked at. Any other
 * name says nothing of addresses, and nor does one of another site's. */
START_TEST(test_announced_part)
{
	static const struct { const char *service; bool covers; } rows[] = {
		{ "https://www.s2.gov.cn/", true }, { LOST, true },
		{ "http://www.s2.gov.cn/lost", false },
		{ "http://www.s2.gov.cn/los/", false },
		{ "www.s2.gov.cn", false }, { FAR, false },
		{ "http://www.s1.gov.cn/", false },
		{ "网上办事 " LOST, true }, { LOST " 网上办事", false },
	};

	answer = CAUSE_404;
	announce_part("outage", rows[_i].service, now, now + 3 * DAY);
	now += 1000;
	pass(4 * PASS);
	ck_assert_uint_eq(asked[1], rows[_i].covers ? 0 : 1);
	ck_assert_str_eq(seen(LOST), rows[_i].covers ? "" : "404");
	ck_assert_str_eq(seen(ASKS), "404");
	ck_assert_str_eq(seen(FAR), "404");
	days(4);
	ck_assert_str_eq(seen(LOST), "404");
}
END_TEST

static bool
home_is_kept(void)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct baseline b;
	bool kept = checked_host(t, SPAN("www.s2.gov.cn:8080"), &b);

	db_abort(t);
	return kept;
}

/* What a host shows while it is being worked at is not what it is like. */
START_TEST(test_announced_home)
{
	struct baseline home = { .has_home = true, .title = "work is done",
	    .language = GLANCE_HAN, .domain = "s2.gov.cn" };
	struct buf b;

	buf_init(&b, LOOK_FRAME_MAX);
	look_frame_host_write(&b, SPAN("www.s2.gov.cn:8080"), &home);
	announce("maintenance", now, now + DAY);
	now += 1000;
	for (int i = 0; i < 2; i++) {
		channel_send(theirs, FRAME_HOST, 0, buf_look(&b));
		pass(4 * PASS);
		ck_assert(home_is_kept() == (i == 1));
		days(2);
	}
	buf_clear(&b);
}
END_TEST

/* Of a check part that was taken over: no act comes of it. */
START_TEST(test_host_nonsense)
{
	static const struct {
		const char *host, *title, *domain, *issuer;
	} rows[] = {
		{ "www.s2.gov.cn:8080", "\xff", "s2.gov.cn", "" },
		{ "www.s2.gov.cn:8080", "\xe5\xa5", "s2.gov.cn", "" },
		{ "www.s2.gov.cn:8080", "t", "\xff.cn", "" },
		{ "www.s2.gov.cn:8080", "t", "s2.gov.cn", "\xff" },
		{ "www.s2.gov.cn\xff", "t", "s2.gov.cn", "" },
		{ "www.s2.gov.cn/x", "t", "s2.gov.cn", "" },
		{ "WWW.s2.gov.cn", "t", "s2.gov.cn", "" },
		{ "", "t", "s2.gov.cn", "" },
	};
	struct baseline home = { .has_home = true,
	    .language = GLANCE_HAN };
	struct span host;
	struct buf b;

	snprintf(home.title, sizeof(home.title), "%s", rows[_i].title);
	snprintf(home.domain, sizeof(home.domain), "%s", rows[_i].domain);
	snprintf(home.issuer, sizeof(home.issuer), "%s", rows[_i].issuer);
	buf_init(&b, LOOK_FRAME_MAX);
	look_frame_host_write(&b, span_of(rows[_i].host), &home);
	ck_assert(!check_schedule_frame(schedule, &(struct frame){
	    .kind = FRAME_HOST, .body = buf_look(&b) }));
	pass(4 * PASS);
	ck_assert(!home_is_kept());
	buf_reset(&b);			/* and so it does */
	snprintf(home.title, sizeof(home.title), "t");
	snprintf(home.domain, sizeof(home.domain), "s2.gov.cn");
	home.issuer[0] = '\0';
	look_frame_host_write(&b, SPAN("www.s2.gov.cn:80"), &home);
	ck_assert(look_frame_host_read(&host, &home, buf_look(&b)));
	buf_clear(&b);
}
END_TEST

/* A whole host that leads to another site of the cluster has no stranger for
 * an owner. */
START_TEST(test_leads_inside)
{
	answer = CAUSE_OTHER_OWNER;
	detail = "s1.gov.cn";
	pass(4 * PASS);
	ck_assert_str_eq(seen(LOST), "moved-home");
	detail = "casino.example";
	days(8);
	ck_assert_str_eq(seen(LOST), "other-owner broken");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("check schedule");
	TCase *c = tcase_create("check schedule");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, test_each_once);
	tcase_add_test(c, test_three_strikes);
	tcase_add_test(c, test_covered);
	tcase_add_test(c, test_not_wanted);
	tcase_add_test(c, test_announced);
	tcase_add_loop_test(c, test_announced_part, 0, 9);
	tcase_add_test(c, test_announced_home);
	tcase_add_loop_test(c, test_host_nonsense, 0, 8);
	tcase_add_test(c, test_leads_inside);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
