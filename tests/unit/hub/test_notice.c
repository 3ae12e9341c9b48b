/*
 * Notices: what is announced, changed, resolved, withdrawn, and runs out; the
 * windows that come of it, also over days when clocks are put; and the history
 * of states.
 */
#include "tests/unit/hub/storekit.h"

#include "hub/history.h"
#include "hub/notice.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static struct kit k;

static void
setup(void)
{
	journal_mem_seed(0);
	kit_open(&k, &journal_mem);
	kit_site(&k, 1);
	kit_site(&k, 2);
}

static void
teardown(void)
{
	kit_close(&k);
}

static void
later(int64_t ms)
{
	k.now += ms;
	clock_set(k.now, 0);
}

/* --- saying it ----------------------------------------------------------- */

/* from, until: ms from now; 0: none; both the same: it is withdrawn. */
static void
say(uint32_t site, const char *scope, const char *service, int64_t from,
    int64_t until)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	c.when = k.now;
	c.word[WORD_SCOPE] = span_of(scope);
	c.word[WORD_SERVICE] = span_of(service);
	c.word[WORD_REASON] = SPAN("a reason");
	c.word[WORD_BY] = SPAN("wang");
	c.from = from != 0 ? k.now + from : CLOCK_NONE;
	c.until = until != 0 ? k.now + until : CLOCK_NONE;
	kit_say(&k, site, &c);
	kit_show(&k, 100);
}

static void
say_series(uint32_t site, const char *recurs, const char *zone)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	c.when = k.now;
	c.word[WORD_SCOPE] = SPAN("maintenance");
	c.word[WORD_RECURS] = span_of(recurs);
	c.word[WORD_ZONE] = span_of(zone);
	kit_say(&k, site, &c);
	kit_show(&k, 100);
}

static void
operate(const char *act)
{
	char text[2048];

	snprintf(text, sizeof(text), "{%s,'actor':'li','reason':'so'}", act);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	kit_act(&k, "%s", text);
	kit_show(&k, 100);
}

static void
run_out(void)
{
	operate("'do':'notice-time','most':500");
}

/* "outage open 'service'" of this number; "" if there is none. */
static const char *
is(uint32_t number)
{
	static char text[256];
	struct db_txn *t = view_read(k.view);
	struct notice n;

	text[0] = '\0';
	if (notice_get(t, number, &n))
		snprintf(text, sizeof(text), "%u %s %s '%.*s'", n.site,
		    notice_kind_name(n.kind), notice_state_name(n.state),
		    SPAN_ARGS(n.service));
	db_abort(t);
	return text;
}

static uint64_t
held(uint32_t site)
{
	return view_held_count(k.view, site, 100);
}

static bool
covers(uint32_t site, int64_t at)
{
	struct db_txn *t = view_read(k.view);
	bool yes = notice_covers(t, site, at);

	db_abort(t);
	return yes;
}

static enum notice_phase
phase(uint32_t number)
{
	struct db_txn *t = view_read(k.view);
	enum notice_phase p = NOTICE_PHASES;
	struct notice n;

	if (notice_get(t, number, &n))
		p = notice_phase(&n, k.now);
	db_abort(t);
	return p;
}

/* --- its life ------------------------------------------------------------ */

START_TEST(outage)
{
	say(1, "outage", "", 0, 2 * HOUR);
	ck_assert_str_eq(is(1), "1 outage open ''");
	ck_assert_int_eq(phase(1), NOTICE_CURRENT);
	later(HOUR);
	say(1, "outage", "", 0, 2 * HOUR);	/* the same, longer */
	ck_assert_str_eq(is(2), "");
	later(HOUR + 30 * MINUTE);
	run_out();
	ck_assert_str_eq(is(1), "1 outage open ''");
	later(HOUR);
	ck_assert_int_eq(phase(1), NOTICE_LATE);
	run_out();
	ck_assert_str_eq(is(1), "1 outage overrun ''");
	say(1, "resolved", "", 0, 0);
	ck_assert_str_eq(is(1), "1 outage resolved ''");
	ck_assert_int_eq(phase(1), NOTICE_ENDED);
	ck_assert_uint_eq(held(1), 0);
}
END_TEST

START_TEST(record)
{
	struct db_txn *t;
	struct notice n;
	int64_t began = k.now;

	say(1, "outage", "", 0, HOUR);
	later(HOUR + 5 * MINUTE);
	run_out();
	later(5 * MINUTE);
	say(1, "resolved", "", 0, 0);
	t = view_read(k.view);
	ck_assert(notice_get(t, 1, &n));
	ck_assert_int_eq(n.announced, began);
	ck_assert_int_eq(n.until, began + HOUR);
	ck_assert_int_eq(n.ended, began + HOUR + 10 * MINUTE);
	ck_assert(span_is(n.reason, SPAN("a reason")));
	ck_assert(span_is(n.end_by, SPAN("wang")));
	db_abort(t);
}
END_TEST

START_TEST(services)
{
	say(1, "outage", "a", 0, 0);
	say(1, "outage", "b", 0, 0);
	say(2, "outage", "a", 0, 0);
	say(1, "resolved", "a", 0, 0);
	ck_assert_str_eq(is(1), "1 outage resolved 'a'");
	ck_assert_str_eq(is(2), "1 outage open 'b'");
	ck_assert_str_eq(is(3), "2 outage open 'a'");
	say(1, "maintenance", "c", -HOUR, HOUR);
	say(1, "maintenance", "d", HOUR, 2 * HOUR);
	say(1, "resolved", "", 0, 0);		/* all that have begun */
	ck_assert_str_eq(is(2), "1 outage resolved 'b'");
	ck_assert_str_eq(is(4), "1 maintenance resolved 'c'");
	ck_assert_str_eq(is(5), "1 maintenance open 'd'");
	ck_assert_uint_eq(held(1), 0);
}
END_TEST

START_TEST(maintenance)
{
	say(1, "maintenance", "", HOUR, 2 * HOUR);
	ck_assert_int_eq(phase(1), NOTICE_COMING);
	later(HOUR);
	ck_assert_int_eq(phase(1), NOTICE_CURRENT);
	later(HOUR);
	run_out();
	ck_assert_str_eq(is(1), "1 maintenance over ''");
	say(1, "maintenance", "", HOUR, 2 * HOUR);
	say(1, "maintenance", "", 0, 0);	/* will not be */
	ck_assert_str_eq(is(2), "1 maintenance withdrawn ''");
}
END_TEST

START_TEST(closing)
{
	struct db_txn *t;
	struct notice n;

	say(1, "closing", "", 40 * DAY, 0);	/* without a successor */
	t = view_read(k.view);
	ck_assert(notice_closing(t, 1, &n) && n.brief);
	ck_assert(!notice_closing(t, 2, &n));
	db_abort(t);
	operate("'do':'notice-announce','site':2,'kind':'closing',"
	    "'from':1797592000000,'see':'http://s1.gov.cn/'");
	t = view_read(k.view);	/* in 30 days, to the millisecond */
	ck_assert(notice_closing(t, 2, &n) && !n.brief);
	db_abort(t);
	later(1);
	operate("'do':'notice-end','notice':2");
	operate("'do':'notice-announce','site':2,'kind':'closing',"
	    "'from':1797592000000,'see':'http://s1.gov.cn/'");
	t = view_read(k.view);
	ck_assert(notice_closing(t, 2, &n) && n.brief && n.number == 3);
	db_abort(t);
	later(60 * DAY);
	run_out();		/* it closes for good */
	ck_assert_str_eq(is(1), "1 closing open ''");
	ck_assert(covers(1, k.now));
}
END_TEST

START_TEST(brief)
{
	static const struct { int64_t ahead; bool see; const char *want; }
	of[] = {
		{ 9 * DAY, true, "announced only 9 days ahead: 30 are due" },
		{ -DAY, true, "announced only 0 days ahead: 30 are due" },
		{ 40 * DAY, false, "no successor is named" },
		{ DAY, false, "announced only 1 day ahead: 30 are due; no "
		  "successor is named" },
		{ 40 * DAY, true, "" },
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct notice n = { .kind = NOTICE_CLOSING,
			.announced = k.now, .from = k.now + of[i].ahead,
			.see = of[i].see ? SPAN("http://b.cn/") : SPAN_NONE,
			.brief = of[i].want[0] != '\0' };
		struct buf b;

		buf_init(&b, 512);
		notice_put_brief(&b, &n);
		ck_assert_str_eq(buf_cstr(&b), of[i].want);
		buf_clear(&b);
	}
}
END_TEST

/* --- who may, and what makes no sense ------------------------------------ */

START_TEST(operators)
{
	operate("'do':'notice-announce','site':1,'kind':'outage'");
	ck_assert_str_eq(is(1), "1 outage open ''");
	say(1, "outage", "", 0, HOUR);
	ck_assert_uint_eq(held(1), 1);
	say(1, "resolved", "", 0, 0);
	ck_assert_uint_eq(held(1), 2);
	ck_assert_str_eq(is(1), "1 outage open ''");
	operate("'do':'notice-end','notice':1");
	ck_assert_str_eq(is(1), "1 outage resolved ''");
	operate("'do':'notice-end','notice':1");	/* is over */
	operate("'do':'notice-end','notice':9");
	operate("'do':'notice-end'");
	operate("'do':'notice-announce','site':7,'kind':'outage'");
	operate("'do':'notice-announce','site':1,'kind':'resolved'");
	operate("'do':'notice-announce','site':1,'kind':'maintenance'");
	ck_assert_uint_eq(held(0), 6);
	ck_assert_str_eq(is(2), "");
}
END_TEST

START_TEST(nonsense)
{
	say(1, "holiday", "", 0, 0);
	ck_assert_uint_eq(held(1), 1);
	say(2, "resolved", "", 0, 0);		/* of what? */
	ck_assert_uint_eq(held(2), 1);
	ck_assert_str_eq(is(1), "");
	for (int i = 0; i < NOTICES_SITE + 1; i++) {
		char service[32];

		snprintf(service, sizeof(service), "s%d", i);
		say(2, "outage", service, 0, 0);
	}
	ck_assert_str_ne(is(NOTICES_SITE), "");
	ck_assert_str_eq(is(NOTICES_SITE + 1), "");
}
END_TEST

/* A hub that lost some hears all of it once more. */
START_TEST(echo)
{
	struct change out = kit_change(CHANGE_NOTICE, "", ""), end;

	out.word[WORD_SCOPE] = SPAN("outage");
	out.word[WORD_REASON] = SPAN("x");
	out.from = k.now - HOUR;
	end = out;
	end.word[WORD_SCOPE] = SPAN("resolved");
	end.from = CLOCK_NONE;
	kit_say(&k, 1, &out);
	later(HOUR);
	end.when = k.now;
	kit_say(&k, 1, &end);
	later(HOUR);
	kit_say(&k, 1, &out);
	kit_say(&k, 1, &end);
	kit_show(&k, 100);
	ck_assert_str_eq(is(1), "1 outage resolved ''");
	ck_assert_str_eq(is(2), "");
	ck_assert_uint_eq(held(1), 0);
	out.when = k.now;		/* it is out of order again */
	kit_say(&k, 1, &out);
	kit_show(&k, 100);
	ck_assert_str_eq(is(2), "1 outage open ''");
}
END_TEST

/* --- windows ------------------------------------------------------------- */

START_TEST(excluded)
{
	int64_t then = k.now;

	say(1, "outage", "", -HOUR, HOUR);	/* announced late */
	ck_assert(!covers(1, then - 1));
	ck_assert(covers(1, then) && covers(1, then + HOUR - 1));
	ck_assert(!covers(1, then + HOUR));
	ck_assert(!covers(2, then));
	later(30 * MINUTE);
	say(1, "resolved", "", 0, 0);
	ck_assert(covers(1, then + 30 * MINUTE - 1));
	ck_assert(!covers(1, then + 30 * MINUTE));
	say(2, "outage", "a service", 0, HOUR);	/* is no excuse for all */
	ck_assert(!covers(2, k.now));
	say(2, "maintenance", "", HOUR, 2 * HOUR);
	say(2, "maintenance", "", 0, 0);
	ck_assert(!covers(2, k.now + HOUR + 1));	/* withdrawn */
}
END_TEST

START_TEST(union_of_all)
{
	struct notice_window w;
	int64_t then = k.now;
	struct db_txn *t;

	say(1, "maintenance", "", 2 * HOUR, 3 * HOUR);
	say(1, "outage", "", HOUR, 2 * HOUR);
	t = view_read(k.view);
	ck_assert(notice_window(t, 1, then, &w));
	ck_assert_int_eq(w.from, then + HOUR);
	ck_assert_int_eq(w.until, then + 3 * HOUR);
	ck_assert(notice_window(t, 1, then + 150 * MINUTE, &w));
	ck_assert_int_eq(w.until, then + 3 * HOUR);
	ck_assert(!notice_window(t, 1, then + 3 * HOUR, &w));
	db_abort(t);
	say(1, "closing", "", 10 * DAY, 0);
	t = view_read(k.view);
	ck_assert(notice_window(t, 1, then + 4 * HOUR, &w));
	ck_assert_int_eq(w.from, then + 10 * DAY);
	ck_assert_int_eq(w.until, CLOCK_NONE);
	db_abort(t);
}
END_TEST

static int64_t
utc(const char *text)
{
	int64_t ms;

	ck_assert_msg(clock_parse(text, strlen(text), 0, &ms), "%s", text);
	return ms;
}

/* The window that is at a moment, or the next. */
static const struct { const char *recurs, *zone, *at, *from, *until; }
windows[] = {
	{ "daily 02:00-04:00", "Asia/Shanghai", "2026-12-01T00:00:00Z",
	  "2026-12-01T18:00:00Z", "2026-12-01T20:00:00Z" },
	{ "daily 02:00-04:00", "Asia/Shanghai", "2026-12-01T19:59:59Z",
	  "2026-12-01T18:00:00Z", "2026-12-01T20:00:00Z" },
	{ "daily 02:00-04:00", "Asia/Shanghai", "2026-12-01T20:00:00Z",
	  "2026-12-02T18:00:00Z", "2026-12-02T20:00:00Z" },
	/* past midnight */
	{ "sun 23:00-01:00", "UTC", "2026-12-07T00:30:00Z",
	  "2026-12-06T23:00:00Z", "2026-12-07T01:00:00Z" },
	/* a month without a 31st has none */
	{ "monthly:31 02:00-04:00", "UTC", "2027-01-31T04:00:00Z",
	  "2027-03-31T02:00:00Z", "2027-03-31T04:00:00Z" },
	/* clocks put back: it takes an hour longer */
	{ "sun 02:00-04:00", "Europe/Berlin", "2027-10-31T00:00:00Z",
	  "2027-10-31T00:00:00Z", "2027-10-31T03:00:00Z" },
	{ "sun 02:00-02:30", "Europe/Berlin", "2027-10-30T12:00:00Z",
	  "2027-10-31T00:00:00Z", "2027-10-31T01:30:00Z" },
	/* put forward: an hour less, or none at all */
	{ "sun 01:30-03:30", "Europe/Berlin", "2027-03-28T00:00:00Z",
	  "2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z" },
	{ "sun 02:00-02:30", "Europe/Berlin", "2027-03-28T00:00:00Z",
	  "2027-04-04T00:00:00Z", "2027-04-04T00:30:00Z" },
	/* the clocks there stay where they are: the same local hour */
	{ "daily 02:00-04:00", "America/New_York", "2027-11-06T12:00:00Z",
	  "2027-11-07T07:00:00Z", "2027-11-07T09:00:00Z" },
	{ "daily 02:00-04:00", "America/New_York", "2027-11-05T12:00:00Z",
	  "2027-11-06T06:00:00Z", "2027-11-06T08:00:00Z" },
	/* a zone that isn't known is home's */
	{ "daily 02:00-04:00", "Mars/Olympus", "2026-12-01T00:00:00Z",
	  "2026-12-01T18:00:00Z", "2026-12-01T20:00:00Z" },
};

START_TEST(recurring)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct notice n = { .state = NOTICE_OPEN,
			.kind = NOTICE_MAINTENANCE, .from = k.now,
			.until = CLOCK_NONE, .ended = CLOCK_NONE,
			.recurs = span_of(windows[i].recurs),
			.zone = span_of(windows[i].zone) };
		char from[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];
		struct notice_window w;

		ck_assert(notice_next(&n, utc(windows[i].at), &w));
		ck_assert_msg(w.from == utc(windows[i].from) &&
		    w.until == utc(windows[i].until), "%zu: %s to %s", i,
		    clock_format(from, w.from), clock_format(until, w.until));
		n.until = w.from + MINUTE;	/* the series ends in it */
		ck_assert(notice_next(&n, utc(windows[i].at), &w) ==
		    (utc(windows[i].at) < n.until));
		ck_assert_int_le(w.until, n.until + DAY);
	}
}
END_TEST

START_TEST(series)
{
	say_series(1, "daily 00:00-24:00", "UTC");
	ck_assert_int_eq(phase(1), NOTICE_CURRENT);
	ck_assert(covers(1, k.now) && covers(1, k.now + 3 * DAY));
	say_series(1, "daily 00:00-24:00", "Asia/Shanghai");	/* instead */
	ck_assert_str_eq(is(2), "");
	later(DAY);
	say(1, "maintenance", "", 0, 0);
	ck_assert_str_eq(is(1), "1 maintenance withdrawn ''");
}
END_TEST

static int64_t
end_of(uint32_t number)
{
	struct db_txn *t = view_read(k.view);
	struct notice n;
	int64_t until;

	ck_assert(notice_get(t, number, &n));
	until = n.until;
	db_abort(t);
	return until;
}

/* Work of one service, several times: each stands by itself. */
START_TEST(beside)
{
	int64_t then = k.now;

	say_series(1, "monthly:31 02:00-04:00", "UTC");
	say(1, "maintenance", "", HOUR, 3 * HOUR);
	say(1, "maintenance", "", 2 * HOUR, 4 * HOUR);	/* it overlaps */
	ck_assert_str_eq(is(1), "1 maintenance open ''");
	ck_assert_str_eq(is(2), "1 maintenance open ''");
	ck_assert_str_eq(is(3), "1 maintenance open ''");
	ck_assert(covers(1, then + HOUR) && covers(1, then + 4 * HOUR - 1));
	say(1, "maintenance", "", HOUR, 90 * MINUTE);	/* shorter */
	ck_assert_str_eq(is(4), "");
	ck_assert_int_eq(end_of(2), then + 90 * MINUTE);
	ck_assert(!covers(1, then + 100 * MINUTE));
	say(1, "maintenance", "", 2 * HOUR, 2 * HOUR);	/* will not be */
	ck_assert_str_eq(is(1), "1 maintenance open ''");
	ck_assert_str_eq(is(2), "1 maintenance open ''");
	ck_assert_str_eq(is(3), "1 maintenance withdrawn ''");
	ck_assert_uint_eq(held(1), 0);
	say(1, "maintenance", "", 5 * HOUR, 5 * HOUR);	/* of what? */
	say(1, "maintenance", "db", HOUR, HOUR);
	ck_assert_uint_eq(held(1), 2);
	say(1, "maintenance", "", 0, 0);		/* all of them */
	ck_assert_str_eq(is(1), "1 maintenance withdrawn ''");
	ck_assert_str_eq(is(2), "1 maintenance withdrawn ''");
}
END_TEST

/* Only the series. */
START_TEST(series_alone)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	say_series(1, "mon,sun 02:00-04:00", "UTC");
	say(1, "maintenance", "", HOUR, 3 * HOUR);
	c.when = c.from = c.until = k.now;
	c.word[WORD_SCOPE] = SPAN("maintenance");
	c.word[WORD_RECURS] = SPAN("sun,mon 02:00-04:00");
	kit_say(&k, 1, &c);
	kit_show(&k, 100);
	ck_assert_str_eq(is(1), "1 maintenance withdrawn ''");
	ck_assert_str_eq(is(2), "1 maintenance open ''");
	ck_assert_uint_eq(held(1), 0);
}
END_TEST

/* What nobody announced can't be over. That it is may be said once more, but
 * not for ever. */
START_TEST(resolved_what)
{
	say(1, "outage", "db", 0, 0);
	say(1, "resolved", "nosuch", 0, 0);
	ck_assert_uint_eq(held(1), 1);
	ck_assert_str_eq(is(1), "1 outage open 'db'");
	say(1, "resolved", "db", 0, 0);
	ck_assert_str_eq(is(1), "1 outage resolved 'db'");
	ck_assert_uint_eq(held(1), 0);
	later(HOUR);
	say(1, "resolved", "db", 0, 0);
	ck_assert_uint_eq(held(1), 0);
	later(2 * DAY);
	say(1, "resolved", "db", 0, 0);
	ck_assert_uint_eq(held(1), 1);
	say(1, "resolved", "", 0, 0);
	ck_assert_uint_eq(held(1), 2);
}
END_TEST

/* --- the history of states ----------------------------------------------- */

struct seen {
	char text[512];
	unsigned count;
};

static bool
put_state(void *arg, const struct history *h)
{
	struct seen *s = arg;

	s->count++;
	if (strlen(s->text) < 400)
		snprintf(s->text + strlen(s->text), 64, "%s %s%s; ",
		    monitor_state_name(h->state),
		    monitor_cause_name(h->cause),
		    h->flapping ? " flapping" : "");
	return true;
}

static struct seen
states(uint32_t site)
{
	struct db_txn *t = view_read(k.view);
	struct seen s = { .count = 0 };

	history_each(t, site, CLOCK_NONE, put_state, &s);
	db_abort(t);
	return s;
}

START_TEST(states_of_sites)
{
	struct db_txn *t;
	struct history h;

	operate("'do':'states','rows':[[1,'up',1000,900,'fine',2,1,false],"
	    "[2,'down',1000,900,'both',4,3,false],"
	    "[1,'silent',2000,1500,'agent',5,1,true],"
	    "[1,'up',2000,2000,'fine',2,1,false],"	/* the same moment */
	    "[0,'isolated',3000,3000,'isolated',0,0,false]]");
	ck_assert_str_eq(states(1).text, "up fine; silent agent flapping; "
	    "up fine; ");
	ck_assert_str_eq(states(2).text, "down both; ");
	ck_assert_str_eq(states(0).text, "isolated isolated; ");
	ck_assert_str_eq(states(3).text, "");
	t = view_read(k.view);
	ck_assert(history_last(t, 2, &h));
	ck_assert_int_eq(h.since, 900);
	ck_assert_int_eq(h.inside, MONITOR_INSIDE_ILL);
	ck_assert_int_eq(h.outside, MONITOR_OUTSIDE_FAILED);
	ck_assert(!history_last(t, 3, &h));
	db_abort(t);
	ck_assert_uint_eq(held(0), 0);
}
END_TEST

/* All of an act is good, or none of it is done. */
START_TEST(history_nonsense)
{
	static const char *const rows[] = { "", "[1]",
	    "[1,'odd',1,1,'fine',2,1,false]",
	    "[1,'up',-1,1,'fine',2,1,false]",
	    "[1,'up',1,1,'odd',2,1,false]",
	    "[1,'up',1,1,'fine',6,1,false]",
	    "[1,'up',1,1,'fine',2,5,false]",
	    "['1','up',1,1,'fine',2,1,false]", "7" };
	char act[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(act, sizeof(act), "'do':'states','rows':["
		    "%s%s%s]", i == 0 ? "" :
		    "[1,'up',9,9,'fine',2,1,false],", rows[i], "");
		operate(act);
		ck_assert_uint_eq(held(0), i + 1);
	}
	ck_assert_uint_eq(states(1).count, 0);
}
END_TEST

/* Old rows go as new ones come. */
START_TEST(history_ends)
{
	int64_t at = k.now;
	char act[256];

	for (int i = 0; i < 1000; i++, at += DAY) {
		snprintf(act, sizeof(act), "'do':'states','rows':[[1,'%s',"
		    "%lld,1,'fine',2,1,false]]", i % 2 == 0 ? "up" : "slow",
		    (long long)at);
		operate(act);
	}
	ck_assert_uint_ge(states(1).count, HISTORY_DAYS);
	ck_assert_uint_le(states(1).count, HISTORY_DAYS + 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notice");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, outage);
	tcase_add_test(t, record);
	tcase_add_test(t, services);
	tcase_add_test(t, maintenance);
	tcase_add_test(t, closing);
	tcase_add_test(t, brief);
	tcase_add_test(t, operators);
	tcase_add_test(t, nonsense);
	tcase_add_test(t, echo);
	tcase_add_test(t, excluded);
	tcase_add_test(t, union_of_all);
	tcase_add_test(t, recurring);
	tcase_add_test(t, series);
	tcase_add_test(t, beside);
	tcase_add_test(t, series_alone);
	tcase_add_test(t, resolved_what);
	tcase_add_test(t, states_of_sites);
	tcase_add_test(t, history_nonsense);
	tcase_add_test(t, history_ends);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
