/*
 * Sites, with where they stand: the operators' acts and the items from the
 * view, what was heard of them from the journal.
 */
#include "hub/query_inside.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "hub/expiry.h"
#include "hub/held.h"
#include "hub/issued.h"
#include "hub/register.h"
#include "hub/proven.h"
#include "hub/pulse.h"
#include "hub/site.h"
#include "hub/stand.h"
#include "hub/table.h"
#include "protocol/wire.h"

const char *
site_state_name(enum site_state s)
{
	static const char *const names[] = {
		[SITE_NEW] = N_("new"),
		[SITE_SYNC] = N_("sync"),
		[SITE_BEHIND] = N_("behind"),
		[SITE_SILENT] = N_("silent"),
		[SITE_HELD] = N_("held"),
		[SITE_TROUBLE] = N_("trouble"),
		[SITE_BLOCKED] = N_("blocked"),
		[SITE_QUARANTINED] = N_("quarantined"),
		[SITE_RETIRED] = N_("retired"),
	};

	return names[s];
}

/* By a clock that was ahead then, and was put right since. */
static bool
is_to_come(const struct query *q, int64_t then)
{
	return then != CLOCK_NONE && then > q->now + JOURNAL_HEARD;
}

/* An agent that has just enrolled is given the same time to speak, and so are
 * all when the core has started. What the core hasn't read yet it hasn't
 * heard: its clock counts, not ours. A daemon that has no room for a pulse has
 * the journal, which may be older than the truth. */
static bool
is_silent(const struct query *q, const struct site_info *s)
{
	const int64_t least = (int64_t)q->store->silent;
	int64_t since = s->heard, now = q->now;
	struct pulse_head head;
	struct pulse_row row;

	if (q->store->unheard)
		return true;
	if ((since == CLOCK_NONE || s->enrolled > since) &&
	    !is_to_come(q, s->enrolled))
		since = s->enrolled;
	if (!pulse_look(&head))
		return since == CLOCK_NONE ||
		    now - since > least + JOURNAL_HEARD;
	(void)pulse_read(s->number, &row);
	if (head.started > since)
		since = head.started;
	if (head.alive < now)
		now = head.alive;
	return now - since > pulse_patience(&row, least);
}

/* What was so before the core started is no news of now. */
static bool
is_stale(const struct site_info *s)
{
	struct pulse_head head;

	return s->heard == CLOCK_NONE || s->incarnation == 0 ||
	    (pulse_look(&head) && s->heard < head.started);
}

static enum site_state
state(const struct query *q, const struct site *row,
    const struct site_info *s)
{
	if (row->retired)
		return SITE_RETIRED;
	if (row->blocked)
		return SITE_BLOCKED;
	if (!row->has_key)
		return SITE_NEW;
	if (row->quarantined)
		return SITE_QUARANTINED;
	if (row->forked || s->gate)
		return SITE_HELD;
	if (is_silent(q, s))
		return SITE_SILENT;
	if (s->held > 0 || s->agent_held > 0)
		return SITE_HELD;
	if (s->trouble[0] != '\0')
		return SITE_TROUBLE;
	if (is_stale(s) || s->head > s->taken || s->taken > s->shown ||
	    row->kept != 0 || s->needs_snapshot)
		return SITE_BEHIND;
	return SITE_SYNC;
}

static void
fill_position(struct query *q, struct site_info *s)
{
	struct position p;

	s->heard = s->ahead = CLOCK_NONE;
	if (!journal_position(q->store->journal, s->number, &p))
		return;
	*(is_to_come(q, p.heard) ? &s->ahead : &s->heard) = p.heard;
	s->skew = p.skew;
	s->incarnation = p.incarnation;
	s->taken = p.last;
	s->head = p.head;
	s->agent_held = p.held;
	memcpy(s->agent, p.agent, sizeof(s->agent));
	memcpy(s->trouble, p.trouble, sizeof(s->trouble));
	s->needs_snapshot = p.needs_snapshot;
}

static void
fill_pulse(struct site_info *s)
{
	struct pulse_row row;

	s->gone = CLOCK_NONE;
	if (!pulse_read(s->number, &row))
		return;
	if (row.heard != 0 && row.heard > s->heard) {
		s->heard = row.heard;
		s->ahead = CLOCK_NONE;
	}
	if (row.health.told || row.skew != 0)
		s->skew = row.skew;
	if (row.gone != 0)
		s->gone = row.gone;
	s->connections = row.connections;
	memcpy(s->address, row.address, sizeof(s->address));
	s->health = row.health;
}

/* A view that stands at another incarnation has shown nothing of this. */
static void
fill_stand(struct query *q, struct site_info *s)
{
	struct stand stand;

	stand_look(q->txn, s->number, &stand);
	s->shown = stand.incarnation == s->incarnation ? stand.seq : 0;
	s->items = stand.items;
	s->withdrawn = stand.withdrawn;
	s->held = stand.held;
	s->letters = stand.letters;
	s->confirmed = stand.confirmed;
	s->changes = stand.changes;
	s->gate = stand.gate;
	s->gated = stand.gated;
	s->gate_since = stand.gate_since;
}

static void
fill_proven(struct query *q, struct site_info *s)
{
	struct proven p;

	(void)proven_get(q->txn, s->number, &p);
	s->synced = is_to_come(q, p.at) ? CLOCK_NONE : p.at;
	s->synced_seq = p.seq;
	s->compared = is_to_come(q, p.tried) ? CLOCK_NONE : p.tried;
	s->missing = p.missing;
	s->extra = p.extra;
	s->differ = p.differ;
	s->explained = p.held;
	s->compares = p.count;
	s->missed = p.missed;
}

static void
fill_fork(struct site_info *s, const struct site *row)
{
	s->forked = row->forked;
	s->cause = row->cause;
	s->kept = row->kept;
	for (int i = 0; i < 2; i++) {
		s->agent_address[i] = row->agent[i].address;
		s->agent_instance[i] = row->agent[i].instance;
		s->agent_since[i] = row->agent[i].since;
	}
}

static bool
first_why(void *arg, const struct held *h)
{
	struct site_info *s = arg;

	s->reason = h->why;
	return false;
}

/* Of a CA that is trusted no more: as zqhub ca status counts it. */
static void
fill_issued(struct query *q, struct site_info *s)
{
	struct issued_roll roll;

	s->has_ca = issued_by(q->txn, s->number, s->ca);
	(void)issued_roll(q->txn, &roll);
	s->left_behind = s->has_key && roll.state == ISSUED_ROLLED &&
	    memcmp(s->ca, roll.pin, sizeof(s->ca)) != 0;
}

static bool
fill(struct query *q, uint32_t number, struct site_info *s)
{
	struct site row;
	struct span domains;

	if (!site_get(q->txn, number, &row))
		return false;
	domains = row.domains;
	*s = (struct site_info){
		.number = number,
		.name = row.name,
		.kind = row.kind,
		.parent = row.parent,
		.added = row.added,
		.enrolled = row.enrolled,
		.reason = row.reason,
		.has_key = row.has_key,
		.proven = row.proven,
		.checked = row.checked,
		.evidence = row.evidence,
	};
	memcpy(s->key, row.key_hash, sizeof(s->key));
	s->until = row.has_key ? row.until : CLOCK_NONE;
	fill_issued(q, s);
	s->quarantined = row.quarantined;
	s->retired = row.retired;
	fill_fork(s, &row);
	if (row.code.n <= CODE_MAX)
		memcpy(s->code, row.code.at, row.code.n);
	s->domains = row.domains;
	site_domain_next(&domains, &s->domain);
	(void)expiry_first(q->txn, row.domains, &s->expiring, &s->expires);
	fill_position(q, s);
	fill_pulse(s);
	fill_stand(q, s);
	fill_proven(q, s);
	s->state = state(q, &row, s);
	if (s->state == SITE_HELD && s->reason.n == 0)
		query_held(q, number, 1, first_why, s);
	return true;
}

static bool
fill_whole(struct query *q, uint32_t number, struct site_info *s)
{
	struct stand stand;

	if (!fill(q, number, s))
		return false;
	stand_read(q->txn, number, &stand);
	digest_sum(&stand.digest, s->digest);
	s->has_digest = true;
	return true;
}

int64_t
query_expiry(struct query *q, struct span domain)
{
	return expiry_of(q->txn, domain);
}

bool
query_site_by_number(struct query *q, uint32_t number, struct site_info *s)
{
	return fill_whole(q, number, s);
}

bool
query_site_by_code(struct query *q, struct span code, struct site_info *s)
{
	uint32_t number;

	return site_by_code(q->txn, code, &number) &&
	    fill_whole(q, number, s);
}

void
query_sites(struct query *q, query_site_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(q->txn, TABLE_CODE);
	struct span code, row;
	struct site_info s;
	bool more = db_cursor_get(c, MDB_FIRST, &code, &row);

	while (more) {
		if (fill(q, wire_get_u32((const uint8_t *)row.at), &s) &&
		    !each(arg, &s))
			break;
		more = db_cursor_get(c, MDB_NEXT, &code, &row);
	}
	db_cursor_close(c);
}

/* --- the CA ------------------------------------------------------------------------------- */

void
query_roll(struct query *q, struct roll_info *r)
{
	struct issued_roll roll;

	(void)issued_roll(q->txn, &roll);
	*r = (struct roll_info){ .since = roll.since,
		.rolling = roll.state == ISSUED_ROLLING,
		.rolled = roll.state == ISSUED_ROLLED };
	memcpy(r->pin, roll.pin, sizeof(r->pin));
}

json_t *
query_register(struct query *q)
{
	return register_of(q->txn);
}

/* --- columns ------------------------------------------------------------------------------ */

struct column {
	struct span name;
	uint64_t items;
};

static int
by_name(const void *a, const void *b)
{
	const struct column *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order = memcmp(x->name.at, y->name.at, n);

	return order != 0 ? order :
	    (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

void
query_columns(struct query *q, uint32_t site, query_column_fn *each,
    void *arg)
{
	struct db_cursor *c = db_cursor_open(q->txn, TABLE_COLUMN);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;
	struct column *list = NULL;
	size_t n = 0, room = 0;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	for (; more && key_heads(&first, 4, key);
	    more = db_cursor_get(c, MDB_NEXT, &key, &row)) {
		if (n == room) {
			room = room != 0 ? room * 2 : 64;
			list = mem_grow(list, room, sizeof(*list));
		}
		list[n] = (struct column){
			.name = { .at = row.at + 8, .n = row.n - 8 },
			.items = wire_get_u64((const uint8_t *)row.at),
		};
		n++;
	}
	db_cursor_close(c);
	if (n > 0)
		qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		if (!each(arg, list[i].name, list[i].items))
			break;
	free(list);
}
