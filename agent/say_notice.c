/* See say_notice.h. */
#include "agent/say_notice.h"

#include "agent/compare.h"
#include "agent/date.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "contrib/base/zone.h"
#include "protocol/announcement.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define AT_HOME "Asia/Shanghai"
#define AHEAD INT64_C(2592000000)	/* ms: a closing is announced 30 days
					 * ahead (NORMS 3) */

struct saying {
	struct announcement what;
	struct change c;
	struct buf see;
	uint64_t seq;
	bool full;		/* make room first */
};

bool
say_notice_is(struct span kind)
{
	return announcement_named(kind) != 0;
}

/* --- what is asked ------------------------------------------------------- */

static struct span
word(json_t *ask, const char *name)
{
	return text_trim(json_text_span(ask, name));
}

static bool
take_time(int64_t *ms, json_t *ask, const char *name, int zone,
    struct buf *why)
{
	struct span s = word(ask, name);

	if (s.n == 0 || date_parse(s, zone, ms))
		return true;
	buf_printf(why, _("--%s %.*s: expected a date such as "
	    "\"2026-11-21 09:30\""), name, SPAN_ARGS(s));
	return false;
}

static bool
take_times(struct saying *s, json_t *ask, int zone, struct buf *why)
{
	struct announcement *a = &s->what;

	a->from = a->until = CLOCK_NONE;
	return take_time(&a->from, ask, "from", zone, why) &&
	    take_time(&a->from, ask, "at", zone, why) &&
	    take_time(&a->until, ask, "until", zone, why);
}

static bool
take_zone(struct saying *s, json_t *ask, struct buf *why)
{
	struct announcement *a = &s->what;
	struct span zone = word(ask, "zone");

	a->recurs = word(ask, "every");
	if (a->recurs.n == 0)
		return true;
	a->zone = zone.n > 0 ? zone : SPAN(AT_HOME);
	if (zone.n == 0 || zone_is_known(json_text(ask, "zone")))
		return true;
	buf_printf(why, _("--zone %.*s: there is no such time zone here; "
	    "expected a name such as Asia/Shanghai"), SPAN_ARGS(zone));
	return false;
}

static bool
take_see(struct saying *s, json_t *ask, struct buf *why)
{
	struct span see = word(ask, "successor");
	const char *wrong = "";

	if (see.n > 0 && !url_normal(&s->see, see, &wrong)) {
		buf_printf(why, _("--see %.*s: %s; give the whole address"),
		    SPAN_ARGS(see), wrong);
		return false;
	}
	s->what.see = buf_look(&s->see);
	return true;
}

/* What is taken back has no time, and what isn't has one. */
static bool
take_back(struct saying *s, json_t *ask, struct buf *why)
{
	bool back = json_is_true(json_object_get(ask, "withdraw"));
	struct announcement *a = &s->what;

	if (back && a->kind == ANNOUNCE_OUTAGE)
		a->kind = ANNOUNCE_RESOLVED;
	if (back) {
		a->from = a->until = CLOCK_NONE;
		a->recurs = a->zone = SPAN_NONE;
		return true;
	}
	if (a->kind != ANNOUNCE_CLOSING || a->from != CLOCK_NONE)
		return true;
	buf_text(why, _("--at is missing: from when on is the site closed?"));
	return false;
}

static bool
take(struct saying *s, json_t *ask, int zone, struct buf *why)
{
	struct announcement *a = &s->what;

	a->kind = announcement_named(word(ask, "kind"));
	a->service = word(ask, "service");
	a->reason = word(ask, "reason");
	a->by = word(ask, "by");
	return take_times(s, ask, zone, why) && take_zone(s, ask, why) &&
	    take_see(s, ask, why) && take_back(s, ask, why);
}

/* --- judged as the hub will ---------------------------------------------- */

static bool
judge(struct saying *s, struct buf *why)
{
	struct announcement as_read;
	const char *wrong = NULL;

	change_init(&s->c);
	announcement_write(&s->c, &s->what);
	s->c.when = clock_wall();
	if (!announcement_read(&as_read, &s->c, &wrong) ||
	    !change_is_sane(&s->c, &wrong)) {
		buf_text(why, _(wrong));
		return false;
	}
	if (s->what.until != CLOCK_NONE && s->what.until <= s->c.when) {
		buf_text(why, _("its end has passed: there is nothing to "
		    "announce any more"));
		return false;
	}
	return true;
}

/* --- said ---------------------------------------------------------------- */

static bool
work(struct store_txn *t, void *arg)
{
	struct saying *s = arg;
	struct change c = s->c;
	enum compare_news news;

	if (s->full)
		(void)spool_make_room(t);
	news = compare_said(t, &c);
	s->seq = c.seq;
	return news == COMPARE_UPDATED;
}

static bool
put(struct store *store, struct saying *s, struct buf *why)
{
	enum store_result rc = store_do(store, work, s);

	s->full = rc == STORE_REFUSED;
	if (s->full)
		rc = store_do(store, work, s);
	if (rc == STORE_FULL)
		buf_text(why, _("the disk is full: nothing was kept"));
	else if (rc == STORE_REFUSED)
		buf_text(why, _("the spool is full of changes that the hub "
		    "has not taken: nothing was kept; see zqagent status"));
	return rc == STORE_DONE;
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		json_object_set_new(o, name,
		    json_string(clock_format(text, ms)));
}

static json_t *
answer(const struct saying *s)
{
	const struct announcement *a = &s->what;
	bool brief = a->kind == ANNOUNCE_CLOSING && a->from != CLOCK_NONE &&
	    (a->see.n == 0 || a->from - s->c.when < AHEAD);
	json_t *o = json_pack("{s:b, s:I, s:s, s:b}", "said", 1,
	    "seq", (json_int_t)s->seq, "kind", announcement_name(a->kind),
	    "brief", brief);

	set_time(o, "from", a->from);
	set_time(o, "until", a->until);
	return o;
}

json_t *
say_notice(struct store *store, json_t *ask, int zone, struct buf *why)
{
	struct saying s = { .seq = 0 };
	json_t *done = NULL;

	buf_init(&s.see, LIMIT_URL);
	if (take(&s, ask, zone, why) && judge(&s, why) &&
	    put(store, &s, why))
		done = answer(&s);
	buf_clear(&s.see);
	return done;
}
