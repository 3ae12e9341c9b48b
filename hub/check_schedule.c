/*
 * Passes over the targets, what is under way, and acts in turns; see
 * check_schedule.h.
 */
#include "hub/check_schedule.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/acts.h"
#include "hub/checked.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/json.h"
#include "hub/look_frame.h"
#include "hub/notice.h"
#include "hub/registrable.h"
#include "hub/seen.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "hub/underway.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define UNDER_WAY 2048		/* addresses, in all … */
#define OF_DOMAIN 64		/* … and of one registrable domain */
#define SLICE 1000		/* targets looked through at a time, in a view
				 * that is not to be kept from moving on */
#define PARTS (NOTICES_SITE * (LIMIT_URL + 4))	/* bytes */
#define PAUSE 5000		/* ms between two passes */
#define ISOLATED 600000		/* ms, after nothing at all has answered */
#define ACTS_MOST 256		/* in one turn */

struct check_schedule {
	const struct config *config;
	struct writer *writer;
	struct turns *turns;
	struct channel *channel;
	struct underway *under_way;
	/* The pass. */
	struct target_key at;	/* n 0: at the beginning */
	bool forgetting;	/* second half: rows that nobody needs */
	uint8_t row[TABLE_DIGEST];
	bool has_row;
	uint32_t site;		/* the last of which it was asked … */
	bool announced;		/* … whether it is down by announcement, */
	struct buf parts;	/* … and which addresses of it are */
	int64_t rest;		/* ms, mono: not before then */
	/* What came back. */
	struct acts acts;
	bool waits;		/* for a turn */
};

/* --- whom to look at ---------------------------------------------------------- */

static bool
is_asked(const struct check_schedule *s, enum target_state state)
{
	return seen_is_asked(state) && (state != TARGET_UNKNOWN ||
	    s->config->check_unknown);
}

/* Is url what the part names, or below it? */
static bool
is_below(struct span part, struct span url)
{
	struct span head = url_bare(part), bare = url_bare(url);

	if (head.n > 0 && head.at[head.n - 1] == '/')
		head.n--;
	return bare.n >= head.n && memcmp(bare.at, head.at, head.n) == 0 &&
	    (bare.n == head.n || bare.at[head.n] == '/' ||
	    bare.at[head.n] == '?');
}

static bool
is_in_part(const struct check_schedule *s, struct span url)
{
	struct reader r = reader_of(buf_look(&s->parts));

	while (reader_left(&r) > 0 && !r.bad)
		if (is_below(read_span(&r), url))
			return true;
	return false;
}

/* Has the site of this host said that nothing is to be expected there now? What
 * is seen then says nothing, good or bad. */
static bool
is_announced(struct check_schedule *s, struct db_txn *t, struct span url)
{
	uint32_t site;
	struct url u;

	if (!url_parse(&u, url) || !site_of_host(t, u.host, &site))
		return false;
	if (site != s->site) {
		s->announced = notice_covers(t, site, clock_wall());
		buf_reset(&s->parts);
		notice_parts(t, site, clock_wall(), &s->parts);
	}
	s->site = site;
	return s->announced || is_in_part(s, url);
}

/* --- giving ----------------------------------------------------------------- */

static void
give(struct check_schedule *s, struct db_txn *t, struct span url,
    const struct checked *c)
{
	struct look_frame_ask look = { .url = url };
	struct buf b;
	struct url u;

	must(url_parse(&u, url));
	if (c != NULL && cause_outcome(c->record.cause) == OUTCOME_OK) {
		look.etag = c->etag;
		look.modified = c->modified;
	}
	look.has_before = checked_host(t, (struct span){ u.host.at,
	    (size_t)(u.path.at - u.host.at) }, &look.before);
	buf_init(&b, LOOK_FRAME_MAX);
	look_frame_ask_write(&b, &look);
	must(!b.bad);
	channel_send(s->channel, FRAME_LOOK, 0, buf_look(&b));
	buf_clear(&b);
}

static void
consider(struct check_schedule *s, struct db_txn *t,
    const struct target *target)
{
	struct checked c;
	bool known;

	if (!is_asked(s, target->state) ||
	    underway_has(s->under_way, target->url))
		return;
	known = checked_get(t, target->url, &c);
	if (known && c.record.seen != CLOCK_NONE && checked_next(&c,
	    (int64_t)s->config->check_window) > clock_wall())
		return;
	if (is_announced(s, t, target->url))
		return;
	if (underway_put(s->under_way, target->url))
		give(s, t, target->url, known ? &c : NULL);
}

/* From where it stands; at the end the rows' turn comes. */
static void
look_through_targets(struct check_schedule *s, struct db_txn *t)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_TARGET);
	struct span key = target_key_look(&s->at), row;
	struct target target;
	struct buf room;
	bool more = db_cursor_get(c, s->at.n > 0 ? MDB_SET_RANGE : MDB_FIRST,
	    &key, &row);

	buf_init(&room, LIMIT_URL + 16);
	for (int i = 0; more && i < SLICE &&
	    underway_count(s->under_way) < UNDER_WAY; i++) {
		if (!target_key_set(&s->at, key))
			break;
		target_read(row, &s->at, &target, &room);
		consider(s, t, &target);
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
		if (more)
			(void)target_key_set(&s->at, key);
	}
	buf_clear(&room);
	db_cursor_close(c);
	if (more)
		return;
	s->at.n = 0;
	s->forgetting = true;
	s->has_row = false;
}

/* --- rows that nobody needs -------------------------------------------------- */

struct forget {
	struct check_schedule *schedule;
	struct db_txn *txn;
};

static bool
forget(void *arg, const uint8_t key[TABLE_DIGEST], const struct checked *c)
{
	struct forget *f = arg;
	struct target_key k;
	struct target target;
	struct buf room;
	bool linked;

	memcpy(f->schedule->row, key, TABLE_DIGEST);
	f->schedule->has_row = true;
	buf_init(&room, LIMIT_URL + 16);
	linked = target_key(&k, c->url) &&
	    target_get(f->txn, &k, &target, &room) &&
	    is_asked(f->schedule, target.state);
	if (!linked && !checked_is_pinned(c, clock_wall()))
		acts_put(&f->schedule->acts, json_pack("{s:s, s:s%}", "do",
		    "check-forget", "url", c->url.at, c->url.n), ACTS_HUB,
		    NULL);
	buf_clear(&room);
	return f->schedule->acts.count < ACTS_MOST;
}

static void
look_through_rows(struct check_schedule *s, struct db_txn *t)
{
	struct forget f = { s, t };
	int64_t steps = SLICE;
	bool whole = checked_all(t, s->has_row ? s->row : NULL, forget, &f,
	    &steps);

	if (!whole)
		return;
	s->forgetting = false;
	s->rest = clock_mono() + PAUSE;
}

/* --- turns ------------------------------------------------------------------- */

static void
begin(void *arg)
{
	struct check_schedule *s = arg;

	turn_write(s->turns, &s->acts);
}

static void
written(void *arg, bool good)
{
	struct check_schedule *s = arg;

	(void)good;	/* else it is looked at again, some day */
	s->waits = false;
}

static void
write_down(struct check_schedule *s)
{
	if (s->waits || s->acts.count == 0 || turn_is_stuck(s->turns))
		return;
	s->waits = true;
	turn_ask(s->turns, begin, written, s);
}

void
check_schedule_look(struct check_schedule *s)
{
	struct db_txn *t;

	stats_set(COUNTER_CHECK_UNDER_WAY, underway_count(s->under_way));
	write_down(s);
	if (s->acts.count >= ACTS_MOST || clock_mono() < s->rest ||
	    underway_count(s->under_way) >= UNDER_WAY)
		return;
	t = view_read(s->writer->view);
	s->site = 0;
	if (s->forgetting)
		look_through_rows(s, t);
	else
		look_through_targets(s, t);
	db_abort(t);
}

/* --- what comes back ---------------------------------------------------------- */

static void
tell(const struct look_frame_seen *f)
{
	struct buf b;

	stats_add(COUNTER_CHECK_LOOKED, 1);
	stats_add(COUNTER_CHECK_BAD,
	    outcome_is_broken(cause_outcome(f->cause)));
	if (!cause_is_danger(f->cause))
		return;
	stats_add(COUNTER_CHECK_DANGER, 1);
	buf_init(&b, 4 * LIMIT_URL);
	cause_evidence(&b, f->cause, f->detail);
	log_warn("check: danger url=%.*s cause=%s: %s", SPAN_ARGS(f->url),
	    cause_name(f->cause), buf_cstr(&b));
	buf_clear(&b);
}

static json_t *
act_of(const struct look_frame_seen *f)
{
	json_t *o = json_pack("{s:s, s:s%, s:s}", "do", "checked", "url",
	    f->url.at, f->url.n, "cause", cause_name(f->cause));
	struct span detail = text_cut(f->detail, CHECKED_DETAIL);

	if (detail.n > 0)
		json_object_set_new(o, "detail",
		    json_stringn(detail.at, detail.n));
	if (cause_outcome(f->cause) != OUTCOME_OK)
		return o;
	if (f->etag.n > 0)
		json_object_set_new(o, "etag",
		    json_stringn(f->etag.at, f->etag.n));
	if (f->modified.n > 0)
		json_object_set_new(o, "modified",
		    json_stringn(f->modified.at, f->modified.n));
	return o;
}

/* A domain of the cluster, or that of a site whose host is its "www". */
static bool
is_of_cluster(struct db_txn *t, struct span domain)
{
	char www[REGISTRABLE_MAX + 4];
	uint32_t site;

	snprintf(www, sizeof(www), "www.%.*s", SPAN_ARGS(domain));
	return site_of_host(t, domain, &site) ||
	    site_of_host(t, span_of(www), &site);
}

/* What the check part can't know. It may have been announced while it was
 * looked at: false, this is void. And whoever now sends all its readers to
 * another site of the cluster has no new owner, but has moved. */
static bool
judge_here(struct check_schedule *s, struct look_frame_seen *f,
    struct buf *home)
{
	struct db_txn *t = view_read(s->writer->view);
	bool announced;

	s->site = 0;
	announced = is_announced(s, t, f->url);
	if (f->cause == CAUSE_OTHER_OWNER && is_of_cluster(t, f->detail)) {
		buf_printf(home, "http://%.*s/", SPAN_ARGS(f->detail));
		f->cause = CAUSE_MOVED_HOME;
		f->detail = buf_look(home);
	}
	db_abort(t);
	return !announced;
}

static bool
on_looked(struct check_schedule *s, struct span body)
{
	struct look_frame_seen f;
	struct buf home;

	if (!look_frame_seen_read(&f, body) ||
	    !underway_done(s->under_way, f.url))
		return false;
	if (f.cause == CAUSE_ISOLATED) {
		if (s->rest < clock_mono() + ISOLATED / 2)
			log_warn("check: no server answers: the hub may be "
			    "cut off; looking again in 10 minutes");
		s->rest = clock_mono() + ISOLATED;
		return true;
	}
	buf_init(&home, LIMIT_URL);
	if (judge_here(s, &f, &home)) {
		tell(&f);
		acts_put(&s->acts, act_of(&f), ACTS_HUB, NULL);
	}
	buf_clear(&home);
	return true;
}

/* "www.a.cn:8080" */
static bool
is_announced_host(struct check_schedule *s, struct db_txn *t,
    struct span host)
{
	struct buf url;
	bool announced;

	s->site = 0;
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "http://%.*s/", SPAN_ARGS(host));
	announced = !url.bad && is_announced(s, t, buf_look(&url));
	buf_clear(&url);
	return announced;
}

static bool
on_host(struct check_schedule *s, struct span body)
{
	struct db_txn *t;
	struct baseline b;
	struct span host;
	struct buf hex;
	json_t *act;
	bool differs;

	if (!look_frame_host_read(&host, &b, body))
		return false;
	t = view_read(s->writer->view);
	differs = checked_host_differs(t, host, &b) &&
	    !is_announced_host(s, t, host);
	db_abort(t);
	if (!differs)
		return true;
	buf_init(&hex, 64);
	text_hex(&hex, b.certificate, sizeof(b.certificate));
	act = json_pack("{s:s, s:s%, s:s, s:s, s:s, s:s}", "do",
	    "checked-host", "host", host.at, host.n, "title", b.title,
	    "language", glance_language_name(b.language), "domain", b.domain,
	    "certificate", buf_cstr(&hex));
	json_object_set_new(act, "issuer", json_span(span_of(b.issuer)));
	acts_put(&s->acts, act, ACTS_HUB, NULL);
	buf_clear(&hex);
	return true;
}

bool
check_schedule_frame(struct check_schedule *s, const struct frame *f)
{
	return f->kind == FRAME_LOOKED ? on_looked(s, f->body) :
	    f->kind == FRAME_HOST && on_host(s, f->body);
}

/* --- its life ------------------------------------------------------------------- */

struct check_schedule *
check_schedule_new(const struct config *config, struct writer *w,
    struct turns *t, struct channel *channel)
{
	struct check_schedule *s = mem_new(sizeof(*s));

	s->config = config;
	s->writer = w;
	s->turns = t;
	s->channel = channel;
	buf_init(&s->parts, PARTS);
	acts_init(&s->acts);
	s->under_way = underway_new(OF_DOMAIN);
	return s;
}

void
check_schedule_free(struct check_schedule *s)
{
	if (s == NULL)
		return;
	underway_free(s->under_way);
	acts_clear(&s->acts);
	buf_clear(&s->parts);
	free(s);
}
