/*
 * Checked: rows, and what is read from them; see checked.h. The acts' rules
 * stand in checked_act.c.
 */
#include "hub/checked.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/json.h"
#include "hub/table.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define TEXT_MAX (4 * LIMIT_URL)

/* --- rows ------------------------------------------------------------------- */

void
checked_write(struct buf *b, const struct checked *c)
{
	const struct outcome_record *r = &c->record;

	write_span(b, c->url);
	write_u8(b, (uint8_t)r->cause);
	write_u64(b, (uint64_t)r->seen);
	write_u64(b, (uint64_t)r->since);
	write_u8(b, r->looks);
	write_u8(b, r->strikes);
	write_u64(b, (uint64_t)r->struck);
	write_u8(b, r->confirmed);
	write_span(b, c->detail);
	write_span(b, c->etag);
	write_span(b, c->modified);
	write_u8(b, c->has_pin);
	if (!c->has_pin)
		return;
	write_u8(b, (uint8_t)c->pin);
	write_u64(b, (uint64_t)c->pin_until);
	write_span(b, c->pin_reason);
	write_span(b, c->pin_by);
}

void
checked_read(struct span row, struct checked *c)
{
	struct reader r = reader_of(row);
	struct outcome_record *o = &c->record;

	*c = (struct checked){ .has_pin = false };
	c->url = read_span(&r);
	o->cause = (enum cause)read_u8(&r);
	o->seen = (int64_t)read_u64(&r);
	o->since = (int64_t)read_u64(&r);
	o->looks = read_u8(&r);
	o->strikes = read_u8(&r);
	o->struck = (int64_t)read_u64(&r);
	o->confirmed = read_u8(&r) != 0;
	c->detail = read_span(&r);
	c->etag = read_span(&r);
	c->modified = read_span(&r);
	c->has_pin = read_u8(&r) != 0;
	if (c->has_pin) {
		c->pin = (enum outcome)read_u8(&r);
		c->pin_until = (int64_t)read_u64(&r);
		c->pin_reason = read_span(&r);
		c->pin_by = read_span(&r);
	}
	if (!reader_done(&r) || o->cause >= CAUSE_COUNT ||
	    c->pin >= OUTCOME_COUNT)
		fatal("view: what was seen of an address is damaged: run "
		    "zqhub rebuild");
}

bool
checked_get(struct db_txn *t, struct span url, struct checked *c)
{
	uint8_t digest[TABLE_DIGEST];
	struct span row;
	struct key k;

	baseline_place(digest, url);
	k = key_digest(digest);
	if (!db_get(t, TABLE_CHECK, key_look(&k), &row))
		return false;
	checked_read(row, c);
	return true;
}

/* --- what counts ------------------------------------------------------------ */

bool
checked_is_pinned(const struct checked *c, int64_t now)
{
	return c->has_pin && now < c->pin_until;
}

enum outcome
checked_outcome(const struct checked *c, int64_t now)
{
	return checked_is_pinned(c, now) ? c->pin :
	    cause_outcome(c->record.cause);
}

bool
checked_is_broken(const struct checked *c, int64_t now)
{
	return checked_is_pinned(c, now) ? outcome_is_broken(c->pin) :
	    c->record.confirmed;
}

bool
checked_may_be_broken(const struct checked *c)
{
	return c->record.confirmed || (c->has_pin && outcome_is_broken(c->pin));
}

int64_t
checked_next(const struct checked *c, int64_t window)
{
	return outcome_next(&c->record, window);
}

/* --- lists ------------------------------------------------------------------ */

struct walk {
	struct db_txn *txn;
	enum table table;
	checked_fn *each;
	void *arg;
	int64_t now;		/* or CLOCK_NONE: broken or not */
};

static bool
visit(const struct walk *w, struct span key)
{
	struct checked c;
	struct span row;
	uint8_t digest[TABLE_DIGEST];

	must(key.n == TABLE_DIGEST);
	memcpy(digest, key.at, TABLE_DIGEST);
	if (!db_get(w->txn, TABLE_CHECK, key, &row))
		return true;
	checked_read(row, &c);
	return (w->now != CLOCK_NONE && !checked_is_broken(&c, w->now)) ||
	    w->each(w->arg, digest, &c);
}

static bool
walk(const struct walk *w, const uint8_t *after, int64_t *steps)
{
	struct db_cursor *c = db_cursor_open(w->txn, w->table);
	struct key first = { .n = 0 };
	struct span key = SPAN_NONE, row;
	bool more, go_on = true;

	if (after != NULL) {
		first = key_digest(after);
		key = key_look(&first);
		more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
		if (more && span_is(key, key_look(&first)))
			more = db_cursor_get(c, MDB_NEXT, &key, &row);
	} else {
		more = db_cursor_get(c, MDB_FIRST, &key, &row);
	}
	while (more && go_on && --*steps >= 0) {
		go_on = visit(w, key);
		more = go_on && db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
	return go_on && *steps >= 0;
}

bool
checked_broken(struct db_txn *t, int64_t now, const uint8_t *after,
    checked_fn *each, void *arg, int64_t *steps)
{
	const struct walk w = { .txn = t, .table = TABLE_CHECK_BROKEN,
	    .each = each, .arg = arg, .now = now };

	return walk(&w, after, steps);
}

bool
checked_all(struct db_txn *t, const uint8_t *after, checked_fn *each,
    void *arg, int64_t *steps)
{
	const struct walk w = { .txn = t, .table = TABLE_CHECK,
	    .each = each, .arg = arg, .now = CLOCK_NONE };

	return walk(&w, after, steps);
}

/* --- hosts ------------------------------------------------------------------ */

bool
checked_host(struct db_txn *t, struct span host, struct baseline *b)
{
	struct span row;

	if (host.n == 0 || host.n > BASELINE_HOST ||
	    !db_get(t, TABLE_CHECK_HOST, host, &row))
		return false;
	if (!baseline_read(row, b))
		fatal("view: what is known of a host is damaged: run zqhub "
		    "rebuild");
	return true;
}

bool
checked_host_differs(struct db_txn *t, struct span host,
    const struct baseline *b)
{
	struct baseline kept;

	if (!b->has_home || host.n == 0 || host.n > BASELINE_HOST)
		return false;
	if (!checked_host(t, host, &kept))
		return true;
	/* Another language or owner is what it is kept to show. */
	if (kept.language != b->language ||
	    strcmp(kept.domain, b->domain) != 0 ||
	    baseline_is_stranger(b, &kept))
		return false;
	return strcmp(kept.title, b->title) != 0 ||
	    strcmp(kept.issuer, b->issuer) != 0 || memcmp(kept.certificate,
	    b->certificate, sizeof(kept.certificate)) != 0;
}

/* --- told ------------------------------------------------------------------- */

static void
put_texts(json_t *o, const struct checked *c)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	cause_evidence(&b, c->record.cause, c->detail);
	json_object_set_new(o, "evidence", json_span(buf_look(&b)));
	buf_reset(&b);
	outcome_repair(&b, &c->record, c->detail);
	json_object_set_new(o, "repair", json_span(buf_look(&b)));
	buf_clear(&b);
	if (c->detail.n > 0)
		json_object_set_new(o, "detail", json_span(c->detail));
}

static void
put_pin(json_t *o, const struct checked *c)
{
	json_t *pin = json_pack("{s:s, s:o, s:o}", "outcome",
	    outcome_name(c->pin), "reason", json_span(c->pin_reason), "by",
	    json_span(c->pin_by));

	json_time(pin, "until", c->pin_until);
	json_object_set_new(o, "pin", pin);
}

json_t *
checked_json(const struct checked *c, int64_t now)
{
	json_t *o = json_pack("{s:o, s:s, s:b}", "url", json_span(c->url),
	    "outcome", outcome_name(checked_outcome(c, now)),
	    "broken", checked_is_broken(c, now));

	if (c->record.seen != CLOCK_NONE) {
		json_object_set_new(o, "cause",
		    json_string(cause_name(c->record.cause)));
		json_object_set_new(o, "danger",
		    json_boolean(cause_is_danger(c->record.cause)));
		put_texts(o, c);
		json_time(o, "seen", c->record.seen);
		json_time(o, "since", c->record.since);
		if (c->record.strikes > 0)
			json_object_set_new(o, "strikes",
			    json_integer(c->record.strikes));
	}
	if (checked_is_pinned(c, now))
		put_pin(o, c);
	return o;
}
