/* See say_notice.h. */
#include "agent/say_notice.h"

#include <stdio.h>
#include <string.h>

#include "agent/announced.h"
#include "agent/compare.h"
#include "agent/known.h"
#include "agent/services.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/date.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "contrib/base/zone.h"
#include "protocol/announcement.h"
#include "protocol/limits.h"
#include "protocol/say_fit.h"
#include "protocol/url.h"

#define AT_HOME "Asia/Shanghai"
#define DAY INT64_C(86400000)	/* ms */
#define LATE DAY		/* … or for the day that is over, at the
				 * latest */

struct saying {
	struct announcement what;
	struct change c;
	struct buf see;
	struct buf service;	/* with its address, if that is known */
	int64_t ahead;		/* ms that a closing is due before */
	json_t *effect;		/* on what is announced, see announced.h */
	uint64_t seq;
	bool many;		/* too much is announced */
	bool ends;		/* it says that something is over, or won't be */
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
has(json_t *ask, const char *name)
{
	return word(ask, name).n > 0;
}

/* Which options each has; of maintenance that is withdrawn these say which. */
static const struct {
	enum announcement_kind kind;
	bool back;
	const char *names;	/* all with a blank before and after */
} options[] = {
	{ ANNOUNCE_OUTAGE, false, " service from until successor " },
	{ ANNOUNCE_MAINTENANCE, false,
	  " service from until every zone successor " },
	{ ANNOUNCE_CLOSING, false, " at from successor " },
	{ ANNOUNCE_RESOLVED, false, " service " },
	{ ANNOUNCE_OUTAGE, true, " service " },
	{ ANNOUNCE_MAINTENANCE, true, " service from every " },
	{ ANNOUNCE_CLOSING, true, " " },
};

static const char *
options_of(enum announcement_kind kind, bool back)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].kind == kind && options[i].back == back)
			return options[i].names;
	return NULL;
}

/* Some that don't belong together are common enough for words of their own. */
static bool
refuse_odd(enum announcement_kind kind, bool back, const char *name,
    struct buf *why)
{
	if (kind == ANNOUNCE_OUTAGE && strcmp(name, "every") == 0)
		buf_text(why, _("--every: an outage doesn't come again and "
		    "again; announce maintenance, or give --until"));
	else if (kind == ANNOUNCE_CLOSING && strcmp(name, "until") == 0)
		buf_text(why, _("--until: a site that closes does so for "
		    "good; announce an outage"));
	else if (kind == ANNOUNCE_CLOSING && strcmp(name, "service") == 0)
		buf_text(why, _("--service: it is the whole site that "
		    "closes"));
	else if (back)
		buf_printf(why, _("--%s is not for --withdraw of %s"),
		    strcmp(name, "successor") == 0 ? "see" : name,
		    announcement_name(kind));
	else
		buf_printf(why, _("--%s is not for %s"),
		    strcmp(name, "successor") == 0 ? "see" : name,
		    announcement_name(kind));
	return false;
}

static bool
belongs(json_t *ask, enum announcement_kind kind, bool back,
    struct buf *why)
{
	static const char *const all[] = { "service", "from", "until", "at",
		"every", "zone", "successor" };
	const char *names = options_of(kind, back);

	if (names == NULL) {
		buf_printf(why, _("--%s is not for %s"), "withdraw",
		    announcement_name(kind));
		return false;
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), " %s ", all[i]);
		if (has(ask, all[i]) && strstr(names, name) == NULL)
			return refuse_odd(kind, back, all[i], why);
	}
	return true;
}

/* --- is it enough? ------------------------------------------------------- */

static bool
is_missing(struct buf *why, const char *text)
{
	buf_text(why, text);
	return false;
}

static bool
has_times(json_t *ask, struct buf *why)
{
	if (has(ask, "every") && (has(ask, "from") || has(ask, "until")))
		return is_missing(why, _("--every says when by itself: leave "
		    "--from and --until out; work that comes once is "
		    "announced by itself, and stands beside"));
	if (has(ask, "zone") && !has(ask, "every"))
		return is_missing(why, _("--zone says whose clocks --every "
		    "means, and that is missing"));
	if (has(ask, "every") || (has(ask, "from") && has(ask, "until")))
		return true;
	if (has(ask, "from"))
		return is_missing(why, _("--until is missing: until when is "
		    "the work?"));
	if (has(ask, "until"))
		return is_missing(why, _("--from is missing: from when on is "
		    "the work?"));
	return is_missing(why, _("when is the work? Give --from and --until, "
	    "or --every \"sun 02:00-04:00\" for what comes again and again; "
	    "--withdraw takes maintenance back"));
}

/* Which of them, if not all of the service? */
static bool
has_one(json_t *ask, struct buf *why)
{
	if (!has(ask, "from") || !has(ask, "every"))
		return true;
	return is_missing(why, _("which maintenance is withdrawn: the one "
	    "that begins at --from, or what recurs as --every says? Give one "
	    "of them, or none for all of the service"));
}

static bool
is_enough(json_t *ask, enum announcement_kind kind, bool back,
    struct buf *why)
{
	if (kind == ANNOUNCE_MAINTENANCE && !(back ? has_one(ask, why) :
	    has_times(ask, why)))
		return false;
	if (kind == ANNOUNCE_CLOSING && !back && !has(ask, "at") &&
	    !has(ask, "from"))
		return is_missing(why, _("--at is missing: from when on is "
		    "the site closed?"));
	if (!back && kind != ANNOUNCE_RESOLVED && !has(ask, "reason"))
		return is_missing(why, _("--reason is missing: it is what "
		    "people read who find it out of order"));
	return true;
}

/* --- word by word -------------------------------------------------------- */

static bool
take_time(int64_t *ms, json_t *ask, const char *name, int zone,
    struct buf *why)
{
	struct span s = word(ask, name);

	if (s.n == 0 || date_said(s, zone, ms))
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

static bool
take_words(struct saying *s, json_t *ask, struct buf *why)
{
	struct announcement *a = &s->what;

	a->service = word(ask, "service");
	a->reason = word(ask, "reason");
	a->by = word(ask, "by");
	return say_fits("service", a->service, ANNOUNCEMENT_TEXT, why) &&
	    say_fits("reason", a->reason, ANNOUNCEMENT_TEXT, why) &&
	    say_fits("by", a->by, ANNOUNCEMENT_TEXT, why);
}

static bool
is_in_order(const struct saying *s, struct buf *why)
{
	const struct announcement *a = &s->what;

	if (a->from == CLOCK_NONE || a->until == CLOCK_NONE ||
	    a->from < a->until)
		return true;
	return is_missing(why, _("--until is not after --from: it would end "
	    "before it begins"));
}

/* What is taken back says only which it was: see announcement.h. */
static void
take_back(struct saying *s)
{
	struct announcement *a = &s->what;

	a->zone = SPAN_NONE;
	if (a->kind == ANNOUNCE_OUTAGE)
		a->kind = ANNOUNCE_RESOLVED;
	if (a->recurs.n > 0)
		a->from = clock_wall();
	a->until = a->from;
}

static bool
take(struct saying *s, json_t *ask, int zone, struct buf *why)
{
	enum announcement_kind kind = announcement_named(word(ask, "kind"));
	bool back = json_is_true(json_object_get(ask, "withdraw"));

	s->what.kind = kind;
	if (!belongs(ask, kind, back, why) ||
	    !is_enough(ask, kind, back, why) || !take_words(s, ask, why) ||
	    !take_times(s, ask, zone, why) || !take_zone(s, ask, why) ||
	    !take_see(s, ask, why) || !is_in_order(s, why))
		return false;
	if (back)
		take_back(s);
	return true;
}

/* A name that was said with its address before stands for both. */
static void
find_service(struct store *store, struct saying *s)
{
	struct announcement *a = &s->what;
	struct store_txn *t = store_look(store);

	if (services_find(t, a->service, &s->service))
		a->service = buf_look(&s->service);
	store_end(t);
}

/* Where people are to turn to is gone as well, then. */
static bool
is_at_home(struct store *store, const struct announcement *a, struct buf *why)
{
	struct store_txn *t;
	struct known k;
	bool own;

	if (a->kind != ANNOUNCE_CLOSING || a->see.n == 0)
		return false;
	t = store_look(store);
	own = known_find_url(t, a->see, &k);
	store_end(t);
	if (own)
		buf_text(why, _("a closing names where its people turn to at "
		    "another site than the one that closes"));
	return own;
}

/* --- judged as the hub will ---------------------------------------------- */

static bool
is_over(const struct announcement *a, int64_t now)
{
	if (a->kind == ANNOUNCE_CLOSING)
		return a->from != CLOCK_NONE && a->from < now - LATE;
	return a->until != CLOCK_NONE && a->until <= now;
}

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
	s->ends = as_read.withdrawn || as_read.kind == ANNOUNCE_RESOLVED;
	if (s->ends || !is_over(&s->what, s->c.when))
		return true;
	buf_text(why, s->what.kind == ANNOUNCE_CLOSING ?
	    _("--at has passed: give a time that is to come, or today's") :
	    _("--until has passed: what is over isn't announced any more; "
	    "give an end that is to come, or none if it isn't known"));
	return false;
}

/* --- said ---------------------------------------------------------------- */

static bool
work(struct store_txn *t, void *arg)
{
	struct saying *s = arg;
	struct change c = s->c;
	enum compare_news news;

	s->many = !announced_put(t, &c);
	services_keep(t, s->what.service);
	news = s->many ? COMPARE_NO_ROOM : compare_said(t, &c);
	s->seq = c.seq;
	return news == COMPARE_UPDATED;
}

static void
look(struct store *store, struct saying *s)
{
	struct store_txn *t = store_look(store);

	s->effect = announced_effect(t, &s->c);
	if (s->ends && json_object_get(s->effect, "ends") == NULL)
		json_object_set_new(s->effect, "open", announced_list(t));
	store_end(t);
}

static bool
put(struct store *store, struct saying *s, struct buf *why)
{
	enum store_result rc = store_do(store, work, s);

	if (rc == STORE_REFUSED && !s->many) {
		(void)spool_make_room(store);
		rc = store_do(store, work, s);
	}
	if (rc == STORE_FULL)
		buf_text(why, _("the disk is full: nothing was kept"));
	else if (s->many)
		buf_text(why, _("200 things are announced that are not over: "
		    "say first which of them are; zqagent status shows "
		    "them"));
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

/* Whole days, of a closing. */
static json_int_t
days_ahead(const struct saying *s)
{
	int64_t ms = s->what.from - s->c.when;

	return ms > 0 ? (json_int_t)(ms / DAY) : 0;
}

/* What it is, and where: "" for a name that nobody ever gave an address. */
static void
set_service(json_t *o, const struct saying *s)
{
	struct span service = s->what.service;
	struct buf url;

	if (service.n == 0 || s->ends)
		return;
	buf_init(&url, LIMIT_URL);
	(void)announcement_address(&url, service);
	json_object_set_new(o, "service", json_stringn(service.at,
	    service.n));
	json_object_set_new(o, "address", json_string(buf_cstr(&url)));
	buf_clear(&url);
}

static json_t *
answer(struct saying *s)
{
	const struct announcement *a = &s->what;
	bool closes = a->kind == ANNOUNCE_CLOSING && a->from != CLOCK_NONE;
	json_t *o = json_pack("{s:b, s:I, s:s, s:b}", "said", 1,
	    "seq", (json_int_t)s->seq, "kind", announcement_name(a->kind),
	    "brief", closes && (a->see.n == 0 ||
	    a->from - s->c.when < s->ahead));

	if (closes) {
		json_object_set_new(o, "days_ahead",
		    json_integer(days_ahead(s)));
		json_object_set_new(o, "days_due",
		    json_integer((s->ahead + DAY - 1) / DAY));
	}
	if (a->see.n > 0)
		json_object_set_new(o, "see",
		    json_stringn(a->see.at, a->see.n));
	set_service(o, s);
	set_time(o, "from", a->from);
	set_time(o, "until", a->until);
	json_object_update(o, s->effect);
	if (s->ends)
		json_object_set_new(o, "unknown",
		    json_boolean(json_object_get(o, "ends") == NULL));
	return o;
}

json_t *
say_notice(struct store *store, json_t *ask, int zone, int64_t closing,
    struct buf *why)
{
	struct saying s = { .ahead = closing };
	json_t *done = NULL;
	bool good;

	buf_init(&s.see, LIMIT_URL);
	buf_init(&s.service, ANNOUNCEMENT_TEXT);
	good = take(&s, ask, zone, why);
	if (good)
		find_service(store, &s);
	if (good && !is_at_home(store, &s.what, why) && judge(&s, why)) {
		look(store, &s);
		if (put(store, &s, why))
			done = answer(&s);
	}
	json_decref(s.effect);
	buf_clear(&s.see);
	buf_clear(&s.service);
	return done;
}
