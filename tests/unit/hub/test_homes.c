/*
 * The homes' scheduler, over a hub of its own, with a check part that answers
 * what the test says: who is looked at when, how soon again after a failure,
 * what is asked of the check part, who is told, and what is written down.
 */
#include "hub/homes.h"

#include <event2/event.h>
#include <sys/socket.h>

#include "contrib/base/backoff.h"
#include "hub/home_days.h"
#include "hub/home_frame.h"
#include "hub/pulse.h"
#include "tests/unit/hub/corekit.h"

#define EVERY 900000		/* ms */
#define SITES 3
#define DAY (24 * INT64_C(3600) * 1000)

static struct corekit kit;
static struct pending_queue pending;
static struct show *shows;
static struct turns *turns;
static struct event_base *base;
static struct channel *ours, *theirs;
static struct homes *homes;
static int64_t now;		/* ms, mono */

/* What the check part was asked, and the site answers. */
static struct asked {
	unsigned times;
	int64_t last;		/* ms, mono */
	enum home_ways ways;
	bool missing, conditional;
	char host[HOME_HOST];
} asked[SITES + 1];
static enum cause answers[SITES + 1];
static const char *from[SITES + 1];	/* by which address; NULL: one */
static bool deaf;		/* the check part doesn't answer */
static struct home_seen seen;
static unsigned tells;

static void
on_work(void *arg)
{
	(void)arg;
}

static void
answer(uint32_t site)
{
	struct home_look l = { .at = CORE_NOW, .cause = answers[site],
	    .ms = 100, .hops = 1, .has_page = answers[site] == CAUSE_FINE,
	    .title = "t", .language = GLANCE_HAN };
	struct home_frame_seen f = { .look = &l, .etag = SPAN("\"e\"") };
	struct buf b;

	snprintf(l.hop[0].url, HOME_URL, "http://%s/", asked[site].host);
	snprintf(l.hop[0].address, sizeof(l.hop[0].address), "%s",
	    from[site] != NULL ? from[site] : "192.0.2.1");
	l.hop[0].status = l.has_page ? 200 : 0;
	l.secure = CAUSE_NO_CONNECTION;
	buf_init(&b, HOME_FRAME_MAX);
	home_frame_seen_write(&b, &f);
	channel_send(theirs, FRAME_HOMED, site, buf_look(&b));
	buf_clear(&b);
}

static void
on_asked(void *arg, struct channel *c, const struct frame *f)
{
	struct home_frame_ask ask;
	struct asked *a;

	(void)arg, (void)c;
	ck_assert_int_eq(f->kind, FRAME_HOME);
	ck_assert(f->number >= 1 && f->number <= SITES);
	ck_assert(home_frame_ask_read(&ask, f->body));
	a = &asked[f->number];
	a->times++;
	a->last = now;
	a->ways = ask.ways;
	a->missing = ask.missing;
	a->conditional = ask.etag.n > 0;
	snprintf(a->host, sizeof(a->host), "%.*s", SPAN_ARGS(ask.host));
	if (!deaf)
		answer((uint32_t)f->number);
}

static void
on_answer(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	ck_assert(homes_frame(homes, f));
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static void
on_seen(void *arg, const struct home_seen *s)
{
	(void)arg;
	seen = *s;
	tells++;
}

/* So many ms go by, a second at a time. */
static void
pass(int64_t ms)
{
	for (int64_t end = now + ms; now < end; now += 1000) {
		clock_set(CORE_NOW + now, now);
		homes_look(homes);
		for (int i = 0; i < 4; i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
		core_write(&kit, &pending);
	}
}

static void
set_up(void)
{
	int pair[2];

	core_open(&kit, CORE_MOST);
	kit.config.home_every = EVERY;
	kit.config.home_slow = 5000;
	kit.config.home_limit = HOME_LIMIT;
	memset(asked, 0, sizeof(asked));
	memset(answers, 0, sizeof(answers));
	deaf = false;
	tells = 0;
	now = 1000;
	backoff_seed(7);
	for (uint32_t n = 1; n <= SITES; n++)
		core_site(&kit, n);
	pending_init(&pending);
	shows = show_new(&kit.writer);
	turns = turns_new(&pending, shows, on_work, NULL);
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ours = channel_new(base, pair[0], 1 << 20, on_answer, on_end, NULL);
	theirs = channel_new(base, pair[1], 1 << 20, on_asked, on_end, NULL);
	homes = homes_new(&kit.config, &kit.writer, turns, ours);
	homes_listen(homes, on_seen, NULL);
	pulse_open(kit.dir);
	pulse_begin(CORE_NOW + now);
}

static void
tear_down(void)
{
	pulse_close();
	homes_free(homes);
	channel_free(ours);
	channel_free(theirs);
	event_base_free(base);
	turns_free(turns);
	show_free(shows);
	pending_clear(&pending);
	core_close(&kit);
}

static struct home_day
days_of(uint32_t site)
{
	struct db_txn *t = view_read(kit.writer.view);
	struct home_day d;

	(void)home_days_week(t, site, CORE_NOW + now, &d);
	db_abort(t);
	return d;
}

START_TEST(test_regular)
{
	struct home_day d;

	pass(20000);
	for (int n = 1; n <= SITES; n++) {
		ck_assert_uint_eq(asked[n].times, 1);
		ck_assert(asked[n].missing && !asked[n].conditional);
		ck_assert_int_eq(asked[n].ways, HOME_BOTH);
	}
	ck_assert_str_eq(asked[2].host, "www.s2.gov.cn");
	ck_assert(tells == 3 && seen.outcome == HOME_OK);
	/* The second is by http only, and may be a 304. */
	pass(EVERY + EVERY / 20 + 1000);
	ck_assert_uint_eq(asked[1].times, 2);
	ck_assert(asked[1].conditional && !asked[1].missing);
	ck_assert_int_eq(asked[1].ways, HOME_PLAIN);
	/* A day has its 96, and at least the 20 of an inspection. */
	pass(DAY - now);
	for (int n = 1; n <= SITES; n++)
		ck_assert(asked[n].times >= 92 && asked[n].times <= 101);
	pass(20000);
	d = days_of(1);
	ck_assert(d.looks + 2 >= asked[1].times && d.extra == 0 &&
	    d.failed == 0);
	pass(EVERY);
	ck_assert_msg(asked[2].last > DAY, "a day later, and no look");
}
END_TEST

/* Another machine that says "not changed" doesn't know what was there. */
START_TEST(test_not_changed_elsewhere)
{
	unsigned times, told;

	pass(20000);
	answers[1] = CAUSE_UNCHANGED;
	pass(EVERY + EVERY / 20 + 1000);
	ck_assert(asked[1].times == 2 && asked[1].conditional);
	told = tells;
	times = asked[1].times;
	from[1] = "203.0.113.9";
	pass(EVERY);
	ck_assert(asked[1].times >= times + 2 && !asked[1].conditional);
	answers[1] = CAUSE_FINE;
	pass(20000);
	ck_assert_uint_gt(tells, told);
	times = asked[1].times;
	pass(60000);
	ck_assert_uint_eq(asked[1].times, times);
	from[1] = NULL;
}
END_TEST

START_TEST(test_failure)
{
	int64_t began;
	struct home_day d;

	pass(20000);
	answers[1] = CAUSE_NO_CONNECTION;
	while (asked[1].times < 2)
		pass(1000);
	began = asked[1].last;
	ck_assert(seen.outcome == HOME_FAILED && seen.site == 1);
	/* 10 s, 20 s, 60 s, 120 s and then 300 s. */
	pass(11000);
	ck_assert_uint_eq(asked[1].times, 3);
	ck_assert_int_eq(asked[1].last, began + 10000);
	ck_assert_msg(!asked[1].conditional && asked[1].ways == HOME_BOTH,
	    "in doubt, the whole of it");
	pass(20000);
	ck_assert_int_eq(asked[1].last, began + 30000);
	pass(60000);
	ck_assert_int_eq(asked[1].last, began + 90000);
	/* It is back: soon once more, and then at its time. */
	answers[1] = CAUSE_FINE;
	pass(130000);
	ck_assert_int_eq(asked[1].last, began + 210000 + 10000);
	ck_assert_uint_eq(asked[1].times, 7);
	pass(60000);
	ck_assert_uint_eq(asked[1].times, 7);
	pass(12000);
	d = days_of(1);
	/* Only the regular one of them counts. */
	ck_assert_uint_eq(d.failed, 1);
	ck_assert_uint_eq(d.extra, 5);
	ck_assert_uint_eq(asked[2].times, 2);
}
END_TEST

/* While the hub is cut off, and for as long as a look may take, nothing that
 * doesn't come is the site's failure; but it is looked at again. */
/* 200, and nothing with it: a failure, and not of the way there. */
START_TEST(test_empty)
{
	pass(20000);
	answers[1] = CAUSE_EMPTY;
	while (asked[1].times < 2)
		pass(1000);
	ck_assert(seen.site == 1 && seen.outcome == HOME_FAILED);
	ck_assert(homes_lacks(homes, 1) && !homes_lacks(homes, 2));
	ck_assert(!homes_lacks(homes, SITES + 1));
	pass(11000);
	ck_assert(asked[1].times == 3 && !asked[1].conditional);
	answers[1] = CAUSE_FINE;
	pass(60000);
	ck_assert(!homes_lacks(homes, 1));
}
END_TEST

START_TEST(test_isolated)
{
	struct home_day d;

	pass(20000);
	pulse_isolated(true, CORE_NOW + now);
	answers[1] = CAUSE_NO_CONNECTION;
	answers[2] = CAUSE_404;
	pass(EVERY + EVERY / 20);
	ck_assert_uint_ge(asked[1].times, 4);
	pulse_isolated(false, 0);
	answers[1] = CAUSE_FINE;
	pass(12000);
	d = days_of(1);
	ck_assert_uint_eq(d.failed, 0);
	ck_assert_uint_eq(d.unknown, 1);
	d = days_of(2);
	ck_assert_uint_eq(d.failed, 1);
	answers[1] = CAUSE_NO_CONNECTION;
	pass(EVERY);
	ck_assert_uint_eq(days_of(1).failed, 1);
}
END_TEST

/* … but if its agent speaks, and other pages come, it is. */
START_TEST(test_isolated_from_others)
{
	pass(20000);
	pulse_isolated(true, CORE_NOW + now);
	answers[1] = CAUSE_NO_CONNECTION;
	answers[2] = CAUSE_NO_CONNECTION;
	pulse_connected(1, 1, CORE_NOW + now);
	for (int64_t end = now + EVERY + EVERY / 20; now < end; ) {
		pulse_heard(1, CORE_NOW + now, NULL, NULL);
		homes_want(homes, 3);
		pass(1000);
	}
	ck_assert_uint_ge(days_of(1).failed, 1);
	ck_assert_uint_eq(days_of(1).unknown, 0);
	ck_assert_uint_eq(days_of(2).failed, 0);
	ck_assert_uint_ge(days_of(2).unknown, 1);
}
END_TEST

/* What failed just before it was noticed isn't counted either; but it is when
 * another page comes, or none does and it isn't us. */
START_TEST(test_doubtful)
{
	kit.config.isolated_least = 3;
	pass(20000);
	for (int n = 1; n <= SITES; n++)
		answers[n] = CAUSE_NO_NAME;
	while (asked[1].times < 2 || asked[2].times < 2 || asked[3].times < 2)
		pass(1000);
	pulse_isolated(true, CORE_NOW + now);
	pass(30000);
	pulse_isolated(false, 0);
	for (int n = 1; n <= SITES; n++) {
		ck_assert_uint_eq(days_of((uint32_t)n).failed, 0);
		ck_assert_uint_ge(days_of((uint32_t)n).unknown, 1);
		answers[n] = CAUSE_FINE;
	}
	pass(2 * EVERY);
	answers[1] = CAUSE_NO_NAME;
	for (unsigned was = asked[1].times; asked[1].times == was; )
		pass(1000);
	pass(15000);
	ck_assert_uint_eq(days_of(1).failed, 0);
	homes_want(homes, 2);
	pass(15000);
	ck_assert_uint_eq(days_of(1).failed, 1);
	for (int n = 1; n <= SITES; n++)
		answers[n] = CAUSE_NO_NAME;
	pass(EVERY + EVERY / 20 + 80000);
	ck_assert_uint_ge(days_of(2).failed, 1);
}
END_TEST

START_TEST(test_wanted)
{
	pass(20000);
	homes_want(homes, 2);
	homes_want(homes, 2);
	homes_want(homes, 77);
	homes_want(homes, 0);
	pass(2000);
	ck_assert_uint_eq(asked[2].times, 2);
	homes_want(homes, 2);
	pass(1000);
	ck_assert_msg(asked[2].times == 2, "twice within three seconds");
	pass(3000);
	ck_assert_uint_eq(asked[2].times, 3);
	/* While it is being looked at: when that is done. */
	deaf = true;
	homes_want(homes, 3);
	pass(2000);
	ck_assert_uint_eq(asked[3].times, 2);
	homes_want(homes, 3);
	pass(10000);
	ck_assert_uint_eq(asked[3].times, 2);
	deaf = false;
	answer(3);
	pass(5000);
	ck_assert_uint_eq(asked[3].times, 3);
}
END_TEST

/* What the check part says unasked, or twice, is not believed. */
START_TEST(test_unasked)
{
	struct frame f = { .kind = FRAME_HOMED, .number = 1 };

	pass(20000);
	ck_assert(!homes_frame(homes, &f));
	f.number = 4000000000u;
	ck_assert(!homes_frame(homes, &f));
	f.number = 0;
	ck_assert(!homes_frame(homes, &f));
	f.kind = FRAME_LOOKED;
	ck_assert(!homes_frame(homes, &f));
	deaf = true;
	homes_want(homes, 1);
	pass(4000);
	f = (struct frame){ .kind = FRAME_HOMED, .number = 1,
	    .body = SPAN("garbage") };
	ck_assert(!homes_frame(homes, &f));
	deaf = false;
	pass(2 * EVERY);
	ck_assert_msg(asked[1].times >= 3, "it is never looked at again");
}
END_TEST

/* Its name leads elsewhere: now, not at its time, and not each second. */
START_TEST(test_name)
{
	struct frame f = { .kind = FRAME_HOME_NOW, .number = 2 };

	pass(20000);
	ck_assert(homes_frame(homes, &f));
	pass(2000);
	ck_assert_uint_eq(asked[2].times, 2);
	ck_assert(homes_frame(homes, &f));
	pass(1000);
	ck_assert_msg(asked[2].times == 2, "twice within three seconds");
	pass(3000);
	ck_assert_uint_eq(asked[2].times, 3);
	ck_assert_uint_eq(asked[1].times, 1);
	pass(12000);
	ck_assert_uint_eq(days_of(2).extra, 2);
	f.body = SPAN("x");
	ck_assert(!homes_frame(homes, &f));
	f.body = SPAN_NONE;
	f.number = SITES + 1;
	ck_assert(!homes_frame(homes, &f));
	f.number = 0;
	ck_assert(!homes_frame(homes, &f));
}
END_TEST

/* Who is retired isn't looked at; who is added is, soon. */
START_TEST(test_sites)
{
	core_act(&kit, json_pack("{s:s, s:i}", "do", "retire", "site", 2));
	pass(2 * EVERY);
	ck_assert_uint_eq(asked[2].times, 0);
	ck_assert_uint_ge(asked[1].times, 2);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_regular);
	tcase_add_test(t, test_name);
	tcase_add_test(t, test_not_changed_elsewhere);
	tcase_add_test(t, test_failure);
	tcase_add_test(t, test_empty);
	tcase_add_test(t, test_isolated);
	tcase_add_test(t, test_isolated_from_others);
	tcase_add_test(t, test_doubtful);
	tcase_add_test(t, test_wanted);
	tcase_add_test(t, test_unasked);
	tcase_add_test(t, test_sites);
}

int
main(void)
{
	return core_run_suite("homes", add);
}
