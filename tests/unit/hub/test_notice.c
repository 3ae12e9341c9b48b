/*
 * Notices: what is announced, changed, resolved, withdrawn, and runs out; the
 * windows that come of it, also over days when clocks are put.
 */
#include "tests/unit/hub/noticekit.h"

/* --- its life ------------------------------------------------------------ */

START_TEST(outage)
{
	say_notice(1, "outage", "", 0, 2 * HOUR);
	ck_assert_str_eq(is(1), "1 outage open ''");
	ck_assert_int_eq(phase(1), NOTICE_CURRENT);
	later(HOUR);
	say_notice(1, "outage", "", 0, 2 * HOUR);	/* the same, longer */
	ck_assert_str_eq(is(2), "");
	later(HOUR + 30 * MINUTE);
	run_out();
	ck_assert_str_eq(is(1), "1 outage open ''");
	later(HOUR);
	ck_assert_int_eq(phase(1), NOTICE_LATE);
	run_out();
	ck_assert_str_eq(is(1), "1 outage overrun ''");
	say_notice(1, "resolved", "", 0, 0);
	ck_assert_str_eq(is(1), "1 outage resolved ''");
	ck_assert_int_eq(phase(1), NOTICE_ENDED);
	ck_assert_uint_eq(held_of(1), 0);
}
END_TEST

START_TEST(record)
{
	struct db_txn *t;
	struct notice n;
	int64_t began = k.now;

	say_notice(1, "outage", "", 0, HOUR);
	later(HOUR + 5 * MINUTE);
	run_out();
	later(5 * MINUTE);
	say_notice(1, "resolved", "", 0, 0);
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
	say_notice(1, "outage", "a", 0, 0);
	say_notice(1, "outage", "b", 0, 0);
	say_notice(2, "outage", "a", 0, 0);
	say_notice(1, "resolved", "a", 0, 0);
	ck_assert_str_eq(is(1), "1 outage resolved 'a'");
	ck_assert_str_eq(is(2), "1 outage open 'b'");
	ck_assert_str_eq(is(3), "2 outage open 'a'");
	say_notice(1, "maintenance", "c", -HOUR, HOUR);
	say_notice(1, "maintenance", "d", HOUR, 2 * HOUR);
	say_notice(1, "resolved", "", 0, 0);		/* all that have begun */
	ck_assert_str_eq(is(2), "1 outage resolved 'b'");
	ck_assert_str_eq(is(4), "1 maintenance resolved 'c'");
	ck_assert_str_eq(is(5), "1 maintenance open 'd'");
	ck_assert_uint_eq(held_of(1), 0);
}
END_TEST

/* Addresses of what is out now: "url …". */
static const char *
parts(uint32_t site)
{
	static char out[500];
	struct buf all;
	struct reader r;
	struct db_txn *t = view_read(k.view);

	buf_init(&all, 65536);
	notice_parts(t, site, k.now, &all);
	db_abort(t);
	out[0] = '\0';
	for (r = reader_of(buf_look(&all)); reader_left(&r) > 0;) {
		struct span one = read_span(&r);
		size_t n = strlen(out);

		snprintf(out + n, sizeof(out) - n, "%.*s ", SPAN_ARGS(one));
	}
	buf_clear(&all);
	return out;
}

/* A name alone is what it was announced with before, at the same site. */
START_TEST(service_by_name)
{
	say_notice(1, "outage", "hall", 0, 0);
	later(1000);
	ck_assert_str_eq(parts(1), "");
	say_notice(1, "resolved", "hall", 0, 0);
	say_notice(1, "outage", "hall https://s1.gov.cn/h/", 0, 0);
	later(1000);
	ck_assert_str_eq(parts(1), "https://s1.gov.cn/h/ ");
	ck_assert_str_eq(is(2), "1 outage open 'hall https://s1.gov.cn/h/'");
	say_notice(1, "outage", "hall", 0, HOUR);
	ck_assert_str_eq(is(2), "1 outage open 'hall https://s1.gov.cn/h/'");
	ck_assert_str_eq(is(3), "");
	say_notice(1, "resolved", "hall", 0, 0);
	later(1000);
	ck_assert_str_eq(parts(1), "");
	say_notice(1, "outage", "hall", 0, 0);
	say_notice(2, "outage", "hall", 0, 0);
	say_notice(1, "outage", "the hall", 0, 0);
	later(1000);
	ck_assert_str_eq(parts(1), "https://s1.gov.cn/h/ ");
	ck_assert_str_eq(parts(2), "");
}
END_TEST

START_TEST(maintenance)
{
	say_notice(1, "maintenance", "", HOUR, 2 * HOUR);
	ck_assert_int_eq(phase(1), NOTICE_COMING);
	later(HOUR);
	ck_assert_int_eq(phase(1), NOTICE_CURRENT);
	later(HOUR);
	run_out();
	ck_assert_str_eq(is(1), "1 maintenance over ''");
	say_notice(1, "maintenance", "", HOUR, 2 * HOUR);
	say_notice(1, "maintenance", "", 0, 0);	/* will not be */
	ck_assert_str_eq(is(2), "1 maintenance withdrawn ''");
}
END_TEST

START_TEST(closing)
{
	struct db_txn *t;
	struct notice n;

	say_notice(1, "closing", "", 40 * DAY, 0);	/* without a successor */
	t = view_read(k.view);
	ck_assert(notice_closing(t, 1, &n) &&
	    notice_is_brief(&n, 30 * DAY));
	ck_assert(!notice_closing(t, 2, &n));
	db_abort(t);
	operate("'do':'notice-announce','site':2,'kind':'closing',"
	    "'from':1797592000000,'see':'http://s1.gov.cn/'");
	t = view_read(k.view);	/* in 30 days, to the millisecond */
	ck_assert(notice_closing(t, 2, &n) &&
	    !notice_is_brief(&n, 30 * DAY));
	db_abort(t);
	/* Its own address is nowhere to turn to. */
	operate("'do':'notice-announce','site':2,'kind':'closing',"
	    "'from':1797592000000,'see':'http://s2.gov.cn/new/'");
	t = view_read(k.view);
	ck_assert(notice_closing(t, 2, &n) &&
	    span_is(n.see, SPAN("http://s1.gov.cn/")));
	db_abort(t);
	later(1);
	operate("'do':'notice-end','notice':2");
	operate("'do':'notice-announce','site':2,'kind':'closing',"
	    "'from':1797592000000,'see':'http://s1.gov.cn/'");
	t = view_read(k.view);
	ck_assert(notice_closing(t, 2, &n) &&
	    notice_is_brief(&n, 30 * DAY) && n.number == 3);
	db_abort(t);
	later(60 * DAY);
	run_out();		/* it closes for good */
	ck_assert_str_eq(is(1), "1 closing open ''");
	ck_assert(covers(1, k.now));
}
END_TEST

/* A site that is gone has nothing more to come. */
START_TEST(retired)
{
	struct db_txn *t;
	struct notice n;

	say_notice(1, "outage", "", 0, 0);
	say_notice(1, "maintenance", "a", DAY, DAY + HOUR);
	say_notice(1, "closing", "", 40 * DAY, 0);
	say_notice(2, "outage", "", 0, 0);
	operate("'do':'retire','site':1");
	ck_assert_str_eq(is(1), "1 outage resolved ''");
	ck_assert_str_eq(is(2), "1 maintenance withdrawn 'a'");
	ck_assert_str_eq(is(3), "1 closing open ''");
	ck_assert_int_eq(phase(3), NOTICE_CURRENT);
	ck_assert_str_eq(is(4), "2 outage open ''");
	t = view_read(k.view);
	ck_assert(notice_closing(t, 1, &n) && n.from == k.now);
	db_abort(t);
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
			.see = of[i].see ? SPAN("http://b.cn/") : SPAN_NONE };
		struct buf b;

		buf_init(&b, 512);
		notice_put_brief(&b, &n, 30 * DAY);
		ck_assert_str_eq(buf_cstr(&b), of[i].want);
		buf_reset(&b);
		notice_put_brief(&b, &n, 0);	/* not at all */
		ck_assert(strstr(buf_cstr(&b), "announced only") == NULL ||
		    of[i].ahead < 0);
		buf_reset(&b);
		notice_put_brief(&b, &n, 90 * DAY);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "90 are due"));
		buf_clear(&b);
	}
}
END_TEST

/* --- who may, and what makes no sense ------------------------------------ */

START_TEST(operators)
{
	operate("'do':'notice-announce','site':1,'kind':'outage'");
	ck_assert_str_eq(is(1), "1 outage open ''");
	say_notice(1, "outage", "", 0, HOUR);
	ck_assert_uint_eq(held_of(1), 1);
	say_notice(1, "resolved", "", 0, 0);
	ck_assert_uint_eq(held_of(1), 2);
	ck_assert_str_eq(is(1), "1 outage open ''");
	operate("'do':'notice-end','notice':1");
	ck_assert_str_eq(is(1), "1 outage resolved ''");
	operate("'do':'notice-end','notice':1");	/* is over */
	operate("'do':'notice-end','notice':9");
	operate("'do':'notice-end'");
	operate("'do':'notice-announce','site':7,'kind':'outage'");
	operate("'do':'notice-announce','site':1,'kind':'resolved'");
	operate("'do':'notice-announce','site':1,'kind':'maintenance'");
	ck_assert_uint_eq(held_of(0), 6);
	ck_assert_str_eq(is(2), "");
}
END_TEST

START_TEST(nonsense)
{
	say_notice(1, "holiday", "", 0, 0);
	ck_assert_uint_eq(held_of(1), 1);
	say_notice(2, "resolved", "", 0, 0);		/* of what? */
	ck_assert_uint_eq(held_of(2), 1);
	ck_assert_str_eq(is(1), "");
	for (int i = 0; i < NOTICES_SITE + 1; i++) {
		char service[32];

		snprintf(service, sizeof(service), "s%d", i);
		say_notice(2, "outage", service, 0, 0);
	}
	ck_assert_str_ne(is(NOTICES_SITE), "");
	ck_assert_str_eq(is(NOTICES_SITE + 1), "");
}
END_TEST

/* What is held of one service isn't settled by what is said of another. */
START_TEST(held_by_service)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	c.when = k.now;
	c.word[WORD_SCOPE] = SPAN("outage");
	c.word[WORD_SERVICE] = SPAN("a");
	c.word[WORD_REASON] = SPAN("x");
	c.word[WORD_SUCCESSOR] = SPAN("javascript:alert(5)");
	kit_say(&k, 1, &c);
	kit_show(&k, 100);
	ck_assert_uint_eq(held_of(1), 1);
	say_notice(1, "outage", "b", 0, HOUR);
	ck_assert_str_eq(is(1), "1 outage open 'b'");
	say_notice(1, "resolved", "b", 0, 0);
	ck_assert_uint_eq(held_of(1), 1);
	say_notice(1, "outage", "a", 0, HOUR);
	ck_assert_str_eq(is(2), "1 outage open 'a'");
	ck_assert_uint_eq(held_of(1), 0);
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
	ck_assert_uint_eq(held_of(1), 0);
	out.when = k.now;		/* it is out of order again */
	kit_say(&k, 1, &out);
	kit_show(&k, 100);
	ck_assert_str_eq(is(2), "1 outage open ''");
}
END_TEST

/* … also of a service that it named with its address first, and then without:
 * it is over all the same. */
START_TEST(echo_by_name)
{
	struct change out = kit_change(CHANGE_NOTICE, "", ""), more, end;

	out.word[WORD_SCOPE] = SPAN("outage");
	out.word[WORD_SERVICE] = SPAN("hall https://s1.gov.cn/h/");
	out.word[WORD_REASON] = SPAN("x");
	out.from = k.now - HOUR;
	more = out;
	more.word[WORD_SERVICE] = SPAN("hall");
	more.word[WORD_REASON] = SPAN("the power");
	end = more;
	end.word[WORD_SCOPE] = SPAN("resolved");
	end.from = CLOCK_NONE;
	kit_say(&k, 1, &out);
	kit_say(&k, 1, &more);
	later(HOUR);
	end.when = k.now;
	kit_say(&k, 1, &end);
	kit_show(&k, 100);
	ck_assert_str_eq(is(1), "1 outage resolved 'hall https://s1.gov.cn/h/'");
	later(HOUR);
	kit_say(&k, 1, &out);
	kit_say(&k, 1, &more);
	kit_show(&k, 100);
	ck_assert_str_eq(is(2), "");
	kit_say(&k, 1, &end);
	kit_show(&k, 100);
	ck_assert_str_eq(is(2), "");
	ck_assert_uint_eq(held_of(1), 0);
}
END_TEST

/* --- windows ------------------------------------------------------------- */

START_TEST(excluded)
{
	int64_t then = k.now;

	say_notice(1, "outage", "", -HOUR, HOUR);	/* announced late */
	ck_assert(!covers(1, then - 1));
	ck_assert(covers(1, then) && covers(1, then + HOUR - 1));
	ck_assert(!covers(1, then + HOUR));
	ck_assert(!covers(2, then));
	later(30 * MINUTE);
	say_notice(1, "resolved", "", 0, 0);
	ck_assert(covers(1, then + 30 * MINUTE - 1));
	ck_assert(!covers(1, then + 30 * MINUTE));
	say_notice(2, "outage", "a service", 0, HOUR);	/* is no excuse for all */
	ck_assert(!covers(2, k.now));
	say_notice(2, "maintenance", "", HOUR, 2 * HOUR);
	say_notice(2, "maintenance", "", 0, 0);
	ck_assert(!covers(2, k.now + HOUR + 1));	/* withdrawn */
}
END_TEST

START_TEST(union_of_all)
{
	struct notice_window w;
	int64_t then = k.now;
	struct db_txn *t;

	say_notice(1, "maintenance", "", 2 * HOUR, 3 * HOUR);
	say_notice(1, "outage", "", HOUR, 2 * HOUR);
	t = view_read(k.view);
	ck_assert(notice_window(t, 1, then, &w));
	ck_assert_int_eq(w.from, then + HOUR);
	ck_assert_int_eq(w.until, then + 3 * HOUR);
	ck_assert(notice_window(t, 1, then + 150 * MINUTE, &w));
	ck_assert_int_eq(w.until, then + 3 * HOUR);
	ck_assert(!notice_window(t, 1, then + 3 * HOUR, &w));
	db_abort(t);
	say_notice(1, "closing", "", 10 * DAY, 0);
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
	say_notice(1, "maintenance", "", 0, 0);
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
	say_notice(1, "maintenance", "", HOUR, 3 * HOUR);
	say_notice(1, "maintenance", "", 2 * HOUR, 4 * HOUR);	/* it overlaps */
	ck_assert_str_eq(is(1), "1 maintenance open ''");
	ck_assert_str_eq(is(2), "1 maintenance open ''");
	ck_assert_str_eq(is(3), "1 maintenance open ''");
	ck_assert(covers(1, then + HOUR) && covers(1, then + 4 * HOUR - 1));
	say_notice(1, "maintenance", "", HOUR, 90 * MINUTE);	/* shorter */
	ck_assert_str_eq(is(4), "");
	ck_assert_int_eq(end_of(2), then + 90 * MINUTE);
	ck_assert(!covers(1, then + 100 * MINUTE));
	say_notice(1, "maintenance", "", 2 * HOUR, 2 * HOUR);	/* will not be */
	ck_assert_str_eq(is(1), "1 maintenance open ''");
	ck_assert_str_eq(is(2), "1 maintenance open ''");
	ck_assert_str_eq(is(3), "1 maintenance withdrawn ''");
	ck_assert_uint_eq(held_of(1), 0);
	say_notice(1, "maintenance", "", 5 * HOUR, 5 * HOUR);	/* of what? */
	say_notice(1, "maintenance", "db", HOUR, HOUR);
	ck_assert_uint_eq(held_of(1), 2);
	say_notice(1, "maintenance", "", 0, 0);		/* all of them */
	ck_assert_str_eq(is(1), "1 maintenance withdrawn ''");
	ck_assert_str_eq(is(2), "1 maintenance withdrawn ''");
}
END_TEST

/* Only the series. */
START_TEST(series_alone)
{
	struct change c = kit_change(CHANGE_NOTICE, "", "");

	say_series(1, "mon,sun 02:00-04:00", "UTC");
	say_notice(1, "maintenance", "", HOUR, 3 * HOUR);
	c.when = c.from = c.until = k.now;
	c.word[WORD_SCOPE] = SPAN("maintenance");
	c.word[WORD_RECURS] = SPAN("sun,mon 02:00-04:00");
	kit_say(&k, 1, &c);
	kit_show(&k, 100);
	ck_assert_str_eq(is(1), "1 maintenance withdrawn ''");
	ck_assert_str_eq(is(2), "1 maintenance open ''");
	ck_assert_uint_eq(held_of(1), 0);
}
END_TEST

static void
note_text(void *arg, const struct letter *l)
{
	struct buf *text = arg;

	buf_reset(text);
	buf_span(text, l->text);
}

/* The newest of `n` letters to this site is that its last word had no effect,
 * and it waits for nobody. */
static void
ck_idle(uint32_t number, uint64_t n, const char *because)
{
	struct buf text;

	buf_init(&text, 4096);
	ck_assert_uint_eq(site(number).held, 0);
	ck_assert_uint_eq(site(number).letters, n);
	view_letters(k.view, number, n - 1, 1, note_text, &text);
	ck_assert_has(buf_cstr(&text), "had no effect: nothing");
	ck_assert_has(buf_cstr(&text), because);
	buf_clear(&text);
}

/* It ends nothing: the site hears so, and isn't out of sync for it. */
START_TEST(nothing_to_end)
{
	say_notice(1, "resolved", "", 0, 0);
	ck_idle(1, 1, "was the service named otherwise");
	say_notice(1, "closing", "", 0, 0);
	ck_idle(1, 2, "nothing like this");
	say_notice(1, "maintenance", "", 0, 0);
	ck_idle(1, 3, "nothing like this");
	ck_assert_str_eq(is(1), "");
	ck_assert_uint_eq(held_of(1), 3);	/* listed, no more */
	say_notice(1, "outage", "", 0, HOUR);
	ck_assert_str_eq(is(1), "1 outage open ''");
	ck_assert_uint_eq(held_of(1), 0);
	ck_same_again(3);
	operate("'do':'notice-end','notice':1");
	operate("'do':'notice-announce','site':1,'kind':'outage'");
	say_notice(1, "resolved", "", 0, 0);	/* contradicts them: waits */
	ck_assert_uint_eq(site(1).held, 1);
}
END_TEST

/* What nobody announced can't be over. That it is may be said once more, but
 * not for ever. */
START_TEST(resolved_what)
{
	say_notice(1, "outage", "db", 0, 0);
	say_notice(1, "resolved", "nosuch", 0, 0);
	ck_assert_uint_eq(held_of(1), 1);
	ck_assert_str_eq(is(1), "1 outage open 'db'");
	say_notice(1, "resolved", "db", 0, 0);
	ck_assert_str_eq(is(1), "1 outage resolved 'db'");
	ck_assert_uint_eq(held_of(1), 0);
	later(HOUR);
	say_notice(1, "resolved", "db", 0, 0);
	ck_assert_uint_eq(held_of(1), 0);
	later(2 * DAY);
	say_notice(1, "resolved", "db", 0, 0);
	ck_assert_uint_eq(held_of(1), 1);
	say_notice(1, "resolved", "", 0, 0);
	ck_assert_uint_eq(held_of(1), 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notice");
	TCase *c = tcase_create("notice");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, viewkit_open_two, viewkit_close);
	tcase_add_test(c, outage);
	tcase_add_test(c, record);
	tcase_add_test(c, services);
	tcase_add_test(c, service_by_name);
	tcase_add_test(c, maintenance);
	tcase_add_test(c, closing);
	tcase_add_test(c, retired);
	tcase_add_test(c, brief);
	tcase_add_test(c, operators);
	tcase_add_test(c, nonsense);
	tcase_add_test(c, held_by_service);
	tcase_add_test(c, echo);
	tcase_add_test(c, echo_by_name);
	tcase_add_test(c, excluded);
	tcase_add_test(c, union_of_all);
	tcase_add_test(c, recurring);
	tcase_add_test(c, series);
	tcase_add_test(c, beside);
	tcase_add_test(c, series_alone);
	tcase_add_test(c, nothing_to_end);
	tcase_add_test(c, resolved_what);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
