/*
 * The hub's own facts, and those of moves and links; see alert_scan.h.
 */
#include "hub/alert_scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "contrib/base/clock.h"
#include "hub/checked.h"
#include "hub/counters.h"
#include "hub/move.h"
#include "hub/seen.h"
#include "hub/site.h"
#include "protocol/url.h"

#define DAY INT64_C(86400000)
#define MOVES 1000		/* looked at in one go */
#define LINKS_LOOKED 500		/* … */
#define LINKS_MOST 50
#define DISK_PERCENT 5
#define DISK_BYTES (UINT64_C(512) << 20)

struct scanning {
	struct alert_scan *scan;
	struct db_txn *txn;	/* of links and moves only */
	int64_t now;
	size_t moves;
};

/* --- moves -------------------------------------------------------------------- */

/* A table of moves is announced at once, and fails at once: those of a site
 * are one alert. */
static bool
on_move(void *arg, const struct move *m)
{
	struct scanning *s = arg;
	char subject[32];
	struct alert_fact f = { .what = ALERT_MOVE, .site = m->site,
		.since = m->changed };
	char detail[ALERT_DETAIL + 1];
	struct site site;

	if (s->moves++ == MOVES)
		return false;
	s->scan->move = m->number + 1;
	if (m->state != MOVE_OVERDUE && m->state != MOVE_FAILED &&
	    m->state != MOVE_CONTESTED)
		return true;
	snprintf(subject, sizeof(subject), "move %" PRIu32, m->number);
	snprintf(detail, sizeof(detail), "%s: %.*s -> %.*s",
	    move_state_name(m->state), SPAN_ARGS(m->old), SPAN_ARGS(m->new));
	f.subject = span_of(subject);
	f.detail = span_of(detail);
	if (site_get(s->txn, m->site, &site))
		f.group = site.code;
	alert_facts_put(s->scan->facts, &f, s->now);
	return true;
}

bool
alert_scan_moves(struct alert_scan *scan, struct db_txn *t, int64_t now)
{
	struct scanning s = { .scan = scan, .txn = t, .now = now };

	move_each(t, scan->move, on_move, &s);
	return s.moves > MOVES;
}

/* --- links -------------------------------------------------------------------- */

static bool
on_link(void *arg, const uint8_t key[TABLE_DIGEST], const struct checked *c)
{
	struct scanning *s = arg;
	struct alert_fact f = { .what = ALERT_LINKS, .subject = c->url,
		.group = SPAN("links"), .since = c->record.since,
		.detail = c->detail };

	memcpy(s->scan->link, key, TABLE_DIGEST);
	s->scan->has_link = true;
	if (!checked_is_broken(c, s->now) ||
	    checked_outcome(c, s->now) != OUTCOME_SUSPICIOUS ||
	    c->url.n > ALERT_SUBJECT || !seen_counts(s->txn, c))
		return true;
	alert_facts_put(s->scan->facts, &f, s->now);
	return ++s->scan->links < LINKS_MOST;
}

/* Those in danger may stand behind any number of those that are only
 * broken. */
bool
alert_scan_links(struct alert_scan *scan, struct db_txn *t, int64_t now)
{
	struct scanning s = { .scan = scan, .txn = t, .now = now };
	int64_t steps = LINKS_LOOKED;

	if (!checked_broken(t, CLOCK_NONE, scan->has_link ? scan->link : NULL,
	    on_link, &s, &steps) && scan->links < LINKS_MOST)
		return true;
	scan->has_link = false;
	scan->links = 0;
	return false;
}

/* --- certificates, disk ------------------------------------------------------- */

static void
look_at_certificate(const struct scanning *s, const char *subject,
    uint64_t until)
{
	int64_t left = (int64_t)until * 1000 - s->now;
	char when[CLOCK_TEXT_MAX];
	struct alert_fact f = { .what = ALERT_HUB_CERTIFICATE,
		.subject = span_of(subject), .since = CLOCK_NONE };

	if (until == 0 || left > 30 * DAY)
		return;
	f.raise = left <= DAY ? 2 : left <= 14 * DAY;
	f.step = left <= 7 * DAY ? 2 : 1;
	f.detail = span_of(clock_show(when, (int64_t)until * 1000));
	alert_facts_put(s->scan->facts, &f, s->now);
}

static void
look_at_disk(const struct scanning *s)
{
	char detail[64];
	struct alert_fact f = { .what = ALERT_DISK, .subject = SPAN("disk"),
		.since = CLOCK_NONE };
	struct statvfs v;
	uint64_t left;

	if (statvfs(s->scan->writer->config->dir, &v) != 0 ||
	    v.f_blocks == 0)
		return;
	left = (uint64_t)v.f_bavail * v.f_frsize;
	if (v.f_bavail * 100 / v.f_blocks >= DISK_PERCENT &&
	    left >= DISK_BYTES)
		return;
	snprintf(detail, sizeof(detail), "%" PRIu64 " MiB", left >> 20);
	f.detail = span_of(detail);
	alert_facts_put(s->scan->facts, &f, s->now);
}

void
alert_scan_hub(struct alert_scan *scan, struct db_txn *t, int64_t now)
{
	struct scanning s = { .scan = scan, .txn = t, .now = now };

	look_at_certificate(&s, "ca", stats_get(COUNTER_CA_EXPIRY));
	look_at_certificate(&s, "hub", stats_get(COUNTER_HUB_EXPIRY));
	look_at_disk(&s);
}
