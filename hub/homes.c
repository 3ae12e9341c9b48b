/*
 * The homes' scheduler; see homes.h.
 *
 * A slot for each site's number, gone through on every tick. Regular looks
 * keep their distance whatever happens between them, for they are what counts
 * in a week (home_days.h); extra looks follow a failure, or somebody's wish.
 */
#include "hub/homes.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/home_act.h"
#include "hub/home_frame.h"
#include "hub/home_keep.h"
#include "hub/home_log.h"
#include "hub/home_row.h"
#include "hub/notice.h"
#include "hub/pulse.h"
#include "hub/site.h"

#define UNDER_WAY 1024		/* looks */
#define NEAREST 3000		/* ms between two looks at one page */
#define FIRST_STEP 20		/* ms between first looks, after a start … */
#define FIRST_LEAST 2000	/* … that take so long together at least */
#define WHOLE 3600000		/* ms: after that a look is unconditional, */
#define MISSING 86400000	/* … and asks for a path that can't exist */
#define GIVEN_UP 86400000	/* ms: https that failed for so long */
#define LOOK 20000		/* ms that a look may take */
#define LIT 30000		/* … for which a page that came says that pages
				 * come */

struct slot {
	int64_t regular;	/* ms, mono: the next one … */
	int64_t extra;		/* … and one before that; 0: none */
	int64_t asked;		/* ms, mono; 0: none is under way */
	int64_t last;		/* ms, mono: asked then; 0: never */
	bool is_extra;		/* the one under way */
	bool wanted;		/* again, when that is done */
	bool well;		/* the last was fine: a 304 will do */
	bool lacks;		/* … or an answer that lacked its page */
	unsigned failures;	/* in a row */
	int64_t whole, missing;	/* ms, mono: last; 0: never */
	char *etag, *modified;	/* of the last, if it may be conditional */
};

struct homes {
	const struct config *config;
	struct writer *writer;
	struct channel *channel;
	homes_seen_fn *seen;
	void *arg;
	struct slot *slot;	/* by number; 0 isn't used */
	uint32_t slots;
	size_t under_way;
	int64_t cut;		/* ms, mono: the hub was isolated then; 0 */
	int64_t lit;		/* … a page came; 0: none yet */
	struct home_log *log;
};

/* --- when --------------------------------------------------------------------- */

/* After the first failure, the second, …: ms. */
static const int64_t again[] = { 10000, 20000, 60000, 120000, 300000 };
#define AGAIN (sizeof(again) / sizeof(again[0]))

/* Spread over all the time there is, a tenth of it by chance. */
static int64_t
next_regular(const struct homes *h, int64_t now)
{
	int64_t every = (int64_t)h->config->home_every;

	return now + every - every / 20 +
	    (int64_t)backoff_random((uint32_t)(every / 10) + 1);
}

/* Who has been here before a start is seen soon after it, one by one. */
static void
grow(struct homes *h, uint32_t last)
{
	int64_t now = clock_mono(), spread = (int64_t)last * FIRST_STEP;

	if (last < h->slots)
		return;
	if (spread < FIRST_LEAST)
		spread = FIRST_LEAST;
	if (spread > (int64_t)h->config->home_every)
		spread = (int64_t)h->config->home_every;
	h->slot = mem_grow(h->slot, (size_t)last + 1, sizeof(*h->slot));
	for (uint32_t i = h->slots; i <= last; i++)
		h->slot[i] = (struct slot){ .regular = now +
		    (int64_t)backoff_random((uint32_t)spread) };
	h->slots = last + 1;
}

static void
look_soon(struct slot *s, int64_t when)
{
	if (when < s->last + NEAREST && s->last > 0)
		when = s->last + NEAREST;
	if (s->extra == 0 || when < s->extra)
		s->extra = when;
}

void
homes_want(struct homes *h, uint32_t site)
{
	if (site == 0 || site >= h->slots)
		return;
	if (h->slot[site].asked > 0)
		h->slot[site].wanted = true;
	else
		look_soon(&h->slot[site], clock_mono());
}

bool
homes_lacks(const struct homes *h, uint32_t site)
{
	return site < h->slots && h->slot[site].lacks;
}

/* --- asking ------------------------------------------------------------------- */

static void
send_ask(struct homes *h, uint32_t site, const struct home_frame_ask *ask)
{
	struct buf b;

	buf_init(&b, HOME_FRAME_MAX);
	home_frame_ask_write(&b, ask);
	must(!b.bad);
	channel_send(h->channel, FRAME_HOME, site, buf_look(&b));
	buf_clear(&b);
}

/* Who has answered by https fails without it; but after a day it seems to be
 * meant so. */
static enum home_ways
ways_of(const struct home_row *r)
{
	struct home_look before;

	if (!home_row_look(r->before, &before))
		return HOME_BOTH;
	if (strncmp(before.hop[0].url, "https:", 6) != 0)
		return HOME_PLAIN;
	return r->outcome == HOME_FAILED && r->at - r->since >= GIVEN_UP ?
	    HOME_BOTH : HOME_SECURE;
}

/* What is found to be strange is looked at as a whole each time. */
static void
fill(struct slot *s, const struct home_row *r, int64_t now,
    struct home_frame_ask *ask)
{
	bool strange = r->verdict > HOME_NOTE;

	ask->ways = ways_of(r);
	ask->missing = s->missing == 0 || now - s->missing >= MISSING ||
	    (strange && r->why == HOME_WHY_MISSING);
	if (ask->missing)
		s->missing = now;
	if (s->whole > 0 && now - s->whole < WHOLE && s->well && !strange &&
	    !ask->missing && r->now.n > 0) {
		ask->etag = span_of(s->etag);
		ask->modified = span_of(s->modified);
	} else {
		s->whole = now;
		if (ask->ways == HOME_PLAIN)
			ask->ways = HOME_BOTH;
	}
}

static void
go(struct homes *h, uint32_t number, bool is_extra, int64_t now)
{
	struct db_txn *t = view_read(h->writer->view);
	struct home_frame_ask ask = { .ways = HOME_BOTH };
	struct slot *slot = &h->slot[number];
	struct home_row row;
	struct site s;

	slot->extra = 0;
	if (!is_extra)
		slot->regular = next_regular(h, now);
	if (site_get(t, number, &s) && !s.retired &&
	    site_domain_next(&s.domains, &ask.host) &&
	    ask.host.n < HOME_HOST) {
		(void)home_row_get(t, number, &row);
		fill(slot, &row, now, &ask);
		slot->asked = slot->last = now;
		slot->is_extra = is_extra;
		slot->wanted = false;
		h->under_way++;
		send_ask(h, number, &ask);
	}
	db_abort(t);
}

static void
look_through(struct homes *h, int64_t now)
{
	for (uint32_t i = 1; i < h->slots && h->under_way < UNDER_WAY; i++) {
		struct slot *s = &h->slot[i];

		if (s->asked > 0)
			continue;
		if (s->regular <= now)
			go(h, i, false, now);
		else if (s->extra > 0 && s->extra <= now)
			go(h, i, true, now);
	}
}

/* --- what comes back ------------------------------------------------------------ */

/* A sure sign soon: of a failure, and of its end. */
static void
plan(struct slot *s, const struct home_seen *seen)
{
	int64_t now = clock_mono();
	size_t n = s->failures < AGAIN ? s->failures : AGAIN - 1;

	s->well = seen->outcome == HOME_OK;
	s->lacks = seen->cause == CAUSE_EMPTY ||
	    seen->cause == CAUSE_CUT_SHORT;
	if (seen->outcome == HOME_FAILED || seen->outcome == HOME_DANGER) {
		look_soon(s, now + again[n]);
		s->failures++;
	} else if (home_is_there(seen->outcome)) {
		if (s->failures > 0)
			look_soon(s, now + again[0]);
		s->failures = 0;
	}
	if (s->wanted)
		look_soon(s, now);
	s->wanted = false;
}

static void
keep_text(char **to, struct span s)
{
	free(*to);
	*to = mem_copy(s.at, s.n);
}

static void
log_news(const struct home_seen *s, const struct site *site)
{
	struct buf b;

	buf_init(&b, 4096);
	if (s->verdict == HOME_HIJACKED || s->verdict == HOME_CANDIDATE) {
		home_why_sentence(&b, s->why, span_of(s->detail));
		log_warn("home: site=%.*s verdict=%s: %s",
		    SPAN_ARGS(site->code), home_verdict_name(s->verdict),
		    buf_cstr(&b));
	} else if (!home_is_there(s->outcome)) {
		cause_evidence(&b, s->cause, span_of(s->detail));
		log_info("home: site=%.*s outcome=%s: %s",
		    SPAN_ARGS(site->code), home_outcome_name(s->outcome),
		    buf_cstr(&b));
	}
	buf_clear(&b);
}

/* What is no answer at all may be the hub's own fault. */
static bool
is_nothing(enum cause c)
{
	return c == CAUSE_NO_NAME || c == CAUSE_NO_CONNECTION ||
	    c == CAUSE_TIME;
}

/* Or was, when a look that ends now was begun. */
static bool
is_cut(const struct homes *h)
{
	return h->cut != 0 && clock_mono() - h->cut < LOOK;
}

/* Is there a line to it, for its agent speaks, and are pages seen to come? */
static bool
is_here(const struct homes *h, uint32_t site)
{
	struct pulse_row row;

	return h->lit != 0 && clock_mono() - h->lit < LIT &&
	    pulse_read(site, &row) && row.connections > 0 &&
	    clock_wall() - row.heard <
	    pulse_patience(&row, (int64_t)h->config->silent_after) / 2;
}

/* Nothing came, and the hub was cut off when it was asked for: it is not the
 * site's failure. */
static bool
is_ours(const struct homes *h, uint32_t site, enum cause c)
{
	return is_cut(h) && is_nothing(c) && !is_here(h, site);
}

/* … or not yet known to be: until another page is seen to come. Of few pages
 * none is another. */
static bool
is_doubtful(const struct homes *h, const struct home_seen *s)
{
	return s->outcome == HOME_FAILED && s->status == 0 &&
	    is_nothing(s->cause) && !is_cut(h) &&
	    (h->lit == 0 || h->slots > h->config->isolated_least);
}

static void
write_down(struct homes *h, const struct home_seen *s, unsigned flags,
    json_t *news)
{
	if (is_doubtful(h, s)) {
		home_log_doubt(h->log, s, flags, news);
		return;
	}
	if (s->status != 0)
		home_log_settle(h->log, false);
	home_log_add(h->log, s, flags, news);
}

static void
take(struct homes *h, const struct site *site, struct slot *slot,
    struct db_txn *t, struct home_frame_seen *f)
{
	const struct home_pace pace = {
		.slow = (uint32_t)h->config->home_slow,
		.limit = (uint32_t)h->config->home_limit };
	struct home_kept k;
	unsigned flags = slot->is_extra ? HOME_ACT_EXTRA : 0;
	bool ours = is_ours(h, site->number, f->look->cause);

	if (ours)
		f->look->cause = CAUSE_ISOLATED;
	home_keep(t, site, f->look, &pace, &k);
	if (notice_covers(t, site->number, k.seen.at))
		flags |= HOME_ACT_EXCLUDED;
	if (k.act != NULL)
		log_news(&k.seen, site);
	write_down(h, &k.seen, flags, k.act);
	stats_add(COUNTER_HOME_LOOKED, 1);
	stats_add(COUNTER_HOME_FAILED, k.seen.outcome == HOME_FAILED);
	stats_add(COUNTER_HOME_DANGER, k.seen.outcome == HOME_DANGER);
	pulse_looked(k.seen.site, k.seen.at, (uint8_t)k.seen.outcome,
	    k.seen.status, k.seen.ms);
	if (home_is_there(k.seen.outcome))
		h->lit = clock_mono();
	if (ours)	/* who asks when to look again, and who is cut off */
		k.seen.outcome = HOME_FAILED;
	plan(slot, &k.seen);
	if (h->seen != NULL)
		h->seen(h->arg, &k.seen);
}

/* "Not changed" says something only from the machine that was asked before:
 * the name may lead to another one since. */
static bool
is_of_another(struct db_txn *t, uint32_t site, const struct home_look *l)
{
	struct home_look last;
	struct home_row r;

	return l->cause == CAUSE_UNCHANGED && home_row_get(t, site, &r) &&
	    home_row_look(r.now, &last) &&
	    strcmp(last.hop[last.hops - 1].address,
	    l->hop[l->hops - 1].address) != 0;
}

/* The whole page, at once. */
static void
look_anew(struct slot *s)
{
	s->whole = 0;
	keep_text(&s->etag, SPAN(""));
	keep_text(&s->modified, SPAN(""));
	look_soon(s, clock_mono());
}

static bool
take_seen(struct homes *h, const struct frame *f)
{
	struct home_look look;
	struct home_frame_seen seen = { .look = &look };
	struct slot *slot;
	struct db_txn *t;
	struct site s;

	if (h->slot[f->number].asked == 0)
		return false;
	slot = &h->slot[f->number];
	slot->asked = 0;
	h->under_way--;
	if (!home_frame_seen_read(&seen, f->body))
		return false;
	look.at = clock_wall();
	keep_text(&slot->etag, seen.etag);
	keep_text(&slot->modified, seen.modified);
	t = view_read(h->writer->view);
	if (is_of_another(t, (uint32_t)f->number, &look))
		look_anew(slot);
	else if (site_get(t, (uint32_t)f->number, &s) && !s.retired)
		take(h, &s, slot, t, &seen);
	db_abort(t);
	return true;
}

bool
homes_frame(struct homes *h, const struct frame *f)
{
	if (f->number == 0 || f->number >= h->slots)
		return false;
	if (f->kind == FRAME_HOMED)
		return take_seen(h, f);
	if (f->kind != FRAME_HOME_NOW || f->body.n > 0)
		return false;
	homes_want(h, (uint32_t)f->number);
	stats_add(COUNTER_HOME_NAMES, 1);
	return true;
}

void
homes_look(struct homes *h)
{
	struct db_txn *t = view_read(h->writer->view);
	struct pulse_head head;

	grow(h, site_last(t));
	db_abort(t);
	if (pulse_look(&head) && head.isolated) {
		h->cut = clock_mono();
		home_log_settle(h->log, true);
	}
	look_through(h, clock_mono());
	stats_set(COUNTER_HOME_UNDER_WAY, h->under_way);
	home_log_write(h->log);
}

/* --- its life ------------------------------------------------------------------- */

void
homes_listen(struct homes *h, homes_seen_fn *seen, void *arg)
{
	h->seen = seen;
	h->arg = arg;
}

struct homes *
homes_new(const struct config *config, struct writer *w, struct turns *t,
    struct channel *channel)
{
	struct homes *h = mem_new(sizeof(*h));

	h->config = config;
	h->writer = w;
	h->channel = channel;
	h->log = home_log_new(t);
	return h;
}

void
homes_free(struct homes *h)
{
	if (h == NULL)
		return;
	for (uint32_t i = 0; i < h->slots; i++) {
		free(h->slot[i].etag);
		free(h->slot[i].modified);
	}
	free(h->slot);
	home_log_free(h->log);
	free(h);
}
