/*
 * For tests of notices: two sites that say some, an operator's acts, and what
 * is there then.
 */
#ifndef ZQ_TESTS_NOTICEKIT_H
#define ZQ_TESTS_NOTICEKIT_H

#include "hub/history.h"
#include "hub/notice.h"
#include "tests/unit/hub/viewkit.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static inline void
later(int64_t ms)
{
	k.now += ms;
	clock_set(k.now, 0);
}

/* --- saying it ----------------------------------------------------------- */

/* from, until: ms from now; 0: none; both the same: it is withdrawn. */
static inline void
say_notice(uint32_t site, const char *scope, const char *service, int64_t from,
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

static inline void
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

static inline void
operate(const char *act)
{
	char text[2048];

	snprintf(text, sizeof(text), "{%s,'actor':'li','reason':'so'}", act);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	kit_act(&k, "%s", text);
	kit_show(&k, 100);
}

static inline void
run_out(void)
{
	operate("'do':'notice-time','most':500");
}

/* "outage open 'service'" of this number; "" if there is none. */
static inline const char *
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

static inline uint64_t
held_of(uint32_t site)
{
	return view_held_count(k.view, site, 100);
}

static inline bool
covers(uint32_t site, int64_t at)
{
	struct db_txn *t = view_read(k.view);
	bool yes = notice_covers(t, site, at);

	db_abort(t);
	return yes;
}

static inline enum notice_phase
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

#endif
