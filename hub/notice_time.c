/*
 * Notices and time: phases, the windows of what recurs, and what all notices
 * of a site come to; see notice.h.
 */
#include "hub/notice.h"

#include <stdio.h>
#include <time.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/zone.h"
#include "protocol/limits.h"
#include "protocol/recurs.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
#define DAYS 63			/* from a 31st to the next is 62 at most */
#define AT_HOME "Asia/Shanghai"	/* if its zone isn't known here */
#define MERGED 64		/* windows that touch and are one */

static bool
is_in(const struct notice_window *w, int64_t at)
{
	return w->from <= at && (w->until == CLOCK_NONE || at < w->until);
}

/* --- what recurs --------------------------------------------------------- */

/* That of the day which begins then, by its clocks; false: none does. */
static bool
window_of_day(const struct recurs *r, const char *zone, int64_t day,
    struct notice_window *w)
{
	time_t t = (time_t)(day / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    !recurs_begins(r, tm.tm_mday, tm.tm_wday))
		return false;
	w->from = zone_first(zone, day + r->from * MINUTE_MS);
	w->until = zone_last(zone, day + r->until * MINUTE_MS);
	return true;
}

/* The series may begin and end in the middle of a window. */
static bool
clip(const struct notice *n, struct notice_window *w)
{
	if (n->from != CLOCK_NONE && w->from < n->from)
		w->from = n->from;
	if (n->until != CLOCK_NONE && w->until > n->until)
		w->until = n->until;
	return w->from < w->until;
}

static bool
next_of_series(const struct notice *n, int64_t at, struct notice_window *w)
{
	int64_t start = n->from != CLOCK_NONE && n->from > at ? n->from : at;
	char zone[RECURS_ZONE + 1];
	struct recurs r;
	int64_t day;

	if (!recurs_parse(&r, n->recurs, NULL))
		return false;
	(void)snprintf(zone, sizeof(zone), "%.*s", SPAN_ARGS(n->zone));
	if (!zone_is_known(zone))
		(void)snprintf(zone, sizeof(zone), "%s", AT_HOME);
	day = zone_civil(zone, start);
	day -= day % DAY_MS + DAY_MS;	/* one may have begun yesterday */
	for (int i = 0; i < DAYS; i++, day += DAY_MS)
		if (window_of_day(&r, zone, day, w) && w->until > at &&
		    clip(n, w) && w->until > at)
			return true;
	return false;
}

/* --- one notice ---------------------------------------------------------- */

bool
notice_is_open(const struct notice *n)
{
	return n->state == NOTICE_OPEN || n->state == NOTICE_OVERRUN;
}

bool
notice_is_due(const struct notice *n, int64_t at)
{
	return n->state == NOTICE_OPEN && n->kind != NOTICE_CLOSING &&
	    n->until != CLOCK_NONE && n->until <= at;
}

/* When it was over, or is to be. */
static int64_t
end_of(const struct notice *n)
{
	if (n->ended != CLOCK_NONE &&
	    (n->until == CLOCK_NONE || n->ended < n->until))
		return n->ended;
	return n->until;
}

bool
notice_next(const struct notice *n, int64_t at, struct notice_window *w)
{
	struct notice whole = *n;

	whole.until = end_of(n);
	if (n->recurs.n > 0)
		return next_of_series(&whole, at, w);
	w->from = n->from;
	w->until = whole.until;
	return (w->until == CLOCK_NONE || w->from < w->until) &&
	    (w->until == CLOCK_NONE || at < w->until);
}

enum notice_phase
notice_phase(const struct notice *n, int64_t at)
{
	struct notice_window w;

	if (!notice_is_open(n))
		return NOTICE_ENDED;
	if (!notice_next(n, at, &w))
		return n->kind == NOTICE_OUTAGE ? NOTICE_LATE :
		    NOTICE_ENDED;
	if (is_in(&w, at))
		return NOTICE_CURRENT;
	return n->recurs.n > 0 ? NOTICE_BETWEEN : NOTICE_COMING;
}

const char *
notice_phase_word(enum notice_phase p)
{
	static const char *const words[NOTICE_PHASES] = {
		[NOTICE_COMING] = N_("to come"),
		[NOTICE_CURRENT] = N_("now"),
		[NOTICE_BETWEEN] = N_("recurs"),
		[NOTICE_LATE] = N_("overrun"),
		[NOTICE_UNSAID] = N_("ended without a word"),
		[NOTICE_ENDED] = N_("over"),
	};

	must(p < NOTICE_PHASES);
	return _(words[p]);
}

static bool
is_late(const struct notice *n, int64_t ahead)
{
	return n->from - n->announced < ahead;
}

bool
notice_is_brief(const struct notice *n, int64_t ahead)
{
	return n->kind == NOTICE_CLOSING &&
	    (n->see.n == 0 || is_late(n, ahead));
}

void
notice_put_brief(struct buf *b, const struct notice *n, int64_t ahead)
{
	int64_t days = n->from > n->announced ?
	    (n->from - n->announced) / DAY_MS : 0;
	bool late = is_late(n, ahead);

	if (!notice_is_brief(n, ahead))
		return;
	if (late)
		buf_printf(b, ngettext("announced only %lld day ahead: %lld "
		    "are due", "announced only %lld days ahead: %lld are due",
		    (unsigned long)days), (long long)days,
		    (long long)((ahead + DAY_MS - 1) / DAY_MS));
	if (n->see.n == 0)
		buf_printf(b, "%s%s", late ? "; " : "",
		    _("no successor is named"));
}

/* --- what they come to --------------------------------------------------- */

struct asking {
	int64_t at;
	bool covered;
	struct notice_window *w;	/* the best so far … */
	bool found;			/* … if there is one */
};

static bool
is_excluded(const struct notice *n, int64_t at)
{
	struct notice_window w;

	return n->announced <= at && n->state != NOTICE_WITHDRAWN &&
	    notice_next(n, at, &w) && is_in(&w, at);
}

static bool
cover(void *arg, const struct notice *n)
{
	struct asking *a = arg;

	a->covered = n->service.n == 0 && is_excluded(n, a->at);
	return !a->covered;
}

bool
notice_covers(struct db_txn *t, uint32_t site, int64_t at)
{
	struct asking a = { .at = at };

	notice_each(t, site, cover, &a);
	return a.covered;
}

struct parting {
	struct db_txn *txn;
	int64_t at;
	struct buf *parts;
};

struct naming {
	struct span name;
	struct buf *url;
};

static bool
look_at_name(void *arg, const struct notice *n)
{
	struct naming *a = arg;

	return !span_is(announcement_service(n->service), a->name) ||
	    !announcement_address(a->url, n->service);
}

/* A name alone stands for the address that it was announced with, last. */
static void
find_address(struct db_txn *t, const struct notice *n, struct buf *url)
{
	struct naming a = { n->service, url };

	if (!announcement_address(url, n->service))
		notice_each(t, n->site, look_at_name, &a);
}

static bool
take_part(void *arg, const struct notice *n)
{
	struct parting *p = arg;
	struct buf url;

	if (n->service.n == 0 || !is_excluded(n, p->at))
		return true;
	buf_init(&url, LIMIT_URL);
	find_address(p->txn, n, &url);
	if (url.n > 0)
		write_span(p->parts, buf_look(&url));
	buf_clear(&url);
	return true;
}

void
notice_parts(struct db_txn *t, uint32_t site, int64_t at, struct buf *parts)
{
	struct parting p = { t, at, parts };

	notice_each(t, site, take_part, &p);
}

/* The earlier one; or the later end of two that both are there then. */
static bool
look_at_window(void *arg, const struct notice *n)
{
	struct asking *a = arg;
	struct notice_window w;

	if (n->service.n > 0 || !notice_next(n, a->at, &w))
		return true;
	if (!a->found || w.from < a->w->from ||
	    (w.from == a->w->from && (w.until == CLOCK_NONE ||
	    (a->w->until != CLOCK_NONE && w.until > a->w->until))))
		*a->w = w;
	a->found = true;
	return true;
}

/* Another that is there when this one ends goes on from it. */
bool
notice_window(struct db_txn *t, uint32_t site, int64_t at,
    struct notice_window *w)
{
	struct notice_window more = { CLOCK_NONE, CLOCK_NONE };
	struct asking a = { .at = at, .w = w };

	notice_each_open(t, site, look_at_window, &a);
	for (int i = 0; a.found && i < MERGED && w->until != CLOCK_NONE;
	    i++) {
		struct asking next = { .at = w->until, .w = &more };

		notice_each_open(t, site, look_at_window, &next);
		if (!next.found || more.from > w->until)
			break;
		w->until = more.until;
	}
	return a.found;
}

static bool
take_closing(void *arg, const struct notice *n)
{
	struct notice *found = arg;

	if (n->kind != NOTICE_CLOSING || !notice_is_open(n))
		return true;
	*found = *n;
	return false;
}

bool
notice_closing(struct db_txn *t, uint32_t site, struct notice *n)
{
	n->number = 0;
	notice_each_open(t, site, take_closing, n);
	return n->number != 0;
}
