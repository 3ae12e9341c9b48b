/*
 * What the acts of the check do to the view; see checked.h.
 */
#include "hub/checked.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "hub/act_read.h"
#include "hub/danger.h"
#include "hub/seen.h"
#include "hub/table.h"
#include "hub/trail.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define NO_ADDRESS "an address is http or https, in its normal form"
#define NO_ROW "nothing is known of this address"
#define NO_HOST "a host has a home page with title, language and domain"

/* The row's spans stand in g->said meanwhile: the table may move. */
static bool
find(struct group *g, struct span url, struct checked *c)
{
	struct checked in_table;

	if (!checked_get(g->txn, url, &in_table))
		return false;
	buf_reset(&g->said);
	checked_write(&g->said, &in_table);
	checked_read(buf_look(&g->said), c);
	return true;
}

static struct key
key_of(struct span url)
{
	uint8_t digest[TABLE_DIGEST];

	baseline_place(digest, url);
	return key_digest(digest);
}

/* What a person has pinned doesn't frighten anybody. */
static void
note_danger(struct group *g, const struct checked *c)
{
	if (!c->has_pin && cause_is_danger(c->record.cause))
		danger_set(g->txn, &(struct danger){ .url = c->url,
		    .cause = c->record.cause, .detail = c->detail });
	else
		danger_clear(g->txn, c->url);
}

static bool
is_grave(struct group *g, struct span url)
{
	struct checked c;

	return checked_get(g->txn, url, &c) && seen_is_grave(&c);
}

static void
put(struct group *g, const struct checked *c)
{
	struct key k = key_of(c->url);
	bool was = is_grave(g, c->url);

	buf_reset(&g->row);
	checked_write(&g->row, c);
	db_put(g->txn, TABLE_CHECK, key_look(&k), buf_look(&g->row));
	if (checked_may_be_broken(c))
		db_put(g->txn, TABLE_CHECK_BROKEN, key_look(&k), SPAN_NONE);
	else
		db_del(g->txn, TABLE_CHECK_BROKEN, key_look(&k));
	note_danger(g, c);
	if (seen_is_grave(c) != was)
		seen_turned(g->txn, c->url);
}

static void
drop(struct group *g, struct span url)
{
	struct key k = key_of(url);
	bool was = is_grave(g, url);

	danger_clear(g->txn, url);
	db_del(g->txn, TABLE_CHECK, key_look(&k));
	db_del(g->txn, TABLE_CHECK_BROKEN, key_look(&k));
	if (was)
		seen_turned(g->txn, url);
}

static void
begin(struct checked *c, struct span url)
{
	*c = (struct checked){ .url = url };
	outcome_init(&c->record);
}

static struct span
validator(const json_t *o, const char *name, enum cause c)
{
	struct span s = act_read_text(o, name);

	return cause_outcome(c) == OUTCOME_OK && s.n < TRAIL_VALIDATOR ? s :
	    SPAN_NONE;
}

const char *
checked_act(struct group *g, const struct entry *e, const json_t *o)
{
	struct span url = act_read_text(o, "url");
	struct span detail = text_cut(act_read_text(o, "detail"),
	    CHECKED_DETAIL);
	struct checked c;
	enum cause cause;

	if (!url_is_normal(url))
		return NO_ADDRESS;
	if (!cause_parse(&cause, act_read_text(o, "cause")))
		return "there is no such cause";
	if (!find(g, url, &c))
		begin(&c, url);
	/* Who moves to another place each time has not moved yet. */
	if (cause_outcome(cause) == OUTCOME_MOVED &&
	    !span_is(detail, c.detail))
		outcome_init(&c.record);
	outcome_add(&c.record, cause, e->at);
	c.detail = detail;
	if (cause != CAUSE_UNCHANGED) {
		c.etag = validator(o, "etag", cause);
		c.modified = validator(o, "modified", cause);
	}
	put(g, &c);
	return NULL;
}

const char *
checked_act_pin(struct group *g, const struct entry *e, const json_t *o)
{
	struct span url = act_read_text(o, "url");
	int64_t until = act_read_time(o, "until");
	struct checked c;
	enum outcome outcome;

	(void)e;
	if (!url_is_normal(url))
		return NO_ADDRESS;
	if (!outcome_parse(&outcome, act_read_text(o, "outcome")))
		return "there is no such outcome";
	if (until == CLOCK_NONE)
		return "a pinned verdict has an end";
	if (!find(g, url, &c))
		begin(&c, url);
	c.has_pin = true;
	c.pin = outcome;
	c.pin_until = until;
	c.pin_reason = text_cut(act_read_text(o, "reason"), CHECKED_REASON);
	c.pin_by = text_cut(act_read_text(o, "actor"), CHECKED_REASON);
	put(g, &c);
	return NULL;
}

const char *
checked_act_unpin(struct group *g, const struct entry *e, const json_t *o)
{
	struct span url = act_read_text(o, "url");
	struct checked c;

	(void)e;
	if (!url_is_normal(url) || !find(g, url, &c) || !c.has_pin)
		return "nothing is pinned for this address";
	c.has_pin = false;
	c.pin_reason = c.pin_by = SPAN_NONE;
	if (c.record.seen == CLOCK_NONE)
		drop(g, url);
	else
		put(g, &c);
	return NULL;
}

/* What a person has pinned stays until that ends. */
const char *
checked_act_forget(struct group *g, const struct entry *e, const json_t *o)
{
	struct span url = act_read_text(o, "url");
	struct checked c;

	if (!url_is_normal(url) || !find(g, url, &c))
		return NO_ROW;
	if (!checked_is_pinned(&c, e->at))
		drop(g, url);
	return NULL;
}

const char *
checked_act_host(struct group *g, const struct entry *e, const json_t *o)
{
	struct span host = act_read_text(o, "host");
	struct span domain = act_read_text(o, "domain");
	struct baseline b = { .has_home = true };

	(void)e;
	if (host.n == 0 || host.n > BASELINE_HOST || domain.n == 0 ||
	    domain.n >= sizeof(b.domain) ||
	    !glance_language_parse(&b.language, act_read_text(o,
	    "language")) || !text_unhex(act_read_text(o, "certificate"),
	    b.certificate, sizeof(b.certificate)))
		return NO_HOST;
	snprintf(b.title, sizeof(b.title), "%.*s", SPAN_ARGS(text_cut(
	    act_read_text(o, "title"), sizeof(b.title) - 1)));
	snprintf(b.domain, sizeof(b.domain), "%.*s", SPAN_ARGS(domain));
	snprintf(b.issuer, sizeof(b.issuer), "%.*s", SPAN_ARGS(text_cut(
	    act_read_text(o, "issuer"), sizeof(b.issuer) - 1)));
	if (!checked_host_differs(g->txn, host, &b))
		return NULL;
	buf_reset(&g->row);
	baseline_write(&g->row, &b);
	db_put(g->txn, TABLE_CHECK_HOST, host, buf_look(&g->row));
	return NULL;
}

const char *
checked_act_accept(struct group *g, const struct entry *e, const json_t *o)
{
	struct span host = act_read_text(o, "host");
	struct baseline b;

	(void)e;
	if (!checked_host(g->txn, host, &b))
		return "nothing is known of this host";
	db_del(g->txn, TABLE_CHECK_HOST, host);
	return NULL;
}
