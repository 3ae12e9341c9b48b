/*
 * The asking part of view.h: what the core must know of sites, items and what
 * is held, to judge what comes.
 *
 * Each question has a transaction of its own, which sees the last group that
 * was committed, never one under way. What it gives back is copied out of the
 * view; what a callback sees lives as long as that call.
 */
#include "hub/view.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "hub/act.h"
#include "hub/act_ticket.h"
#include "hub/held.h"
#include "hub/issued.h"
#include "hub/item.h"
#include "hub/meta.h"
#include "hub/move.h"
#include "hub/outbox.h"
#include "hub/site.h"
#include "hub/stand.h"
#include "hub/view_inside.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

static void
copy_text(char *out, size_t room, struct span s)
{
	size_t n = s.n < room ? s.n : room - 1;

	if (n > 0)
		memcpy(out, s.at, n);
	out[n] = '\0';
}

static void
fill_site(struct db_txn *t, const struct site *from, struct view_site *s)
{
	struct span domains = from->domains, domain;
	struct stand stand;

	stand_look(t, from->number, &stand);
	*s = (struct view_site){
		.number = from->number,
		.blocked = from->blocked, .forked = from->forked,
		.quarantined = from->quarantined, .retired = from->retired,
		.has_key = from->has_key, .has_old_key = from->has_old_key,
		.old_key_spent = from->old_key_spent, .until = from->until,
		.confirmed = stand.confirmed,
		.incarnation = stand.incarnation, .seq = stand.seq,
		.items = stand.items, .held = stand.held,
		.gate = stand.gate, .gated = stand.gated,
		.gate_since = stand.gate_since,
		.gate_settled = stand.gate_settled,
		.speaker = from->speaker,
		.kept = from->kept, .begun = from->begun,
		.renewed = from->renewed,
		.given_up = from->given_up, .as_of = from->as_of,
	};
	(void)issued_by(t, from->number, s->ca);
	memcpy(s->key_hash, from->key_hash, sizeof(s->key_hash));
	memcpy(s->old_key_hash, from->old_key_hash, sizeof(s->old_key_hash));
	copy_text(s->code, sizeof(s->code), from->code);
	copy_text(s->reason, sizeof(s->reason), from->reason);
	copy_text(s->cause, sizeof(s->cause), from->cause);
	for (int i = 0; i < 2; i++) {
		s->agent[i].instance = from->agent[i].instance;
		s->agent[i].since = from->agent[i].since;
		copy_text(s->agent[i].address, sizeof(s->agent[i].address),
		    from->agent[i].address);
	}
	while (site_domain_next(&domains, &domain)) {
		if (s->domains++ == 0)
			copy_text(s->domain, sizeof(s->domain), domain);
	}
}

bool
view_site_has(const struct view_site *s, const uint8_t key_hash[CA_KEY_HASH])
{
	return (s->has_key &&
	    memcmp(s->key_hash, key_hash, CA_KEY_HASH) == 0) ||
	    (s->has_old_key &&
	    memcmp(s->old_key_hash, key_hash, CA_KEY_HASH) == 0);
}

bool
view_site_forgot(const struct view_site *s,
    const uint8_t key_hash[CA_KEY_HASH], int64_t issued)
{
	return s->as_of != 0 && issued > s->as_of && !s->blocked &&
	    !s->retired && !view_site_has(s, key_hash) &&
	    (!s->old_key_spent ||
	    memcmp(s->old_key_hash, key_hash, CA_KEY_HASH) != 0);
}

bool
view_site(struct view *v, uint32_t number, struct view_site *s)
{
	struct db_txn *t = db_begin(v->db, false);
	struct site site;
	bool found = site_get(t, number, &site);

	if (found)
		fill_site(t, &site, s);
	db_abort(t);
	return found;
}

bool
view_site_code(struct view *v, const char *code, uint32_t *number)
{
	struct db_txn *t = db_begin(v->db, false);
	bool found = site_by_code(t, span_of(code), number);

	db_abort(t);
	return found;
}

bool
view_site_domain(struct view *v, struct span domain, uint32_t *number)
{
	struct db_txn *t = db_begin(v->db, false);
	bool found = site_by_domain(t, domain, number);

	db_abort(t);
	return found;
}

uint32_t
view_sites(struct view *v)
{
	struct db_txn *t = db_begin(v->db, false);
	uint32_t last = site_last(t);

	db_abort(t);
	return last;
}

uint32_t
view_next_site(struct view *v)
{
	struct db_txn *t = db_begin(v->db, false);
	uint32_t last = site_last(t);
	struct site s;

	if (site_get(t, last, &s) && s.as_of != 0)
		last += VIEW_SKIP;
	db_abort(t);
	return last + 1;
}

uint32_t
view_items(struct view *v)
{
	struct db_txn *t = db_begin(v->db, false);
	struct meta m;

	meta_read(t, &m);
	db_abort(t);
	return (uint32_t)m.numbers;
}

size_t
view_shown(struct view *v, const uint8_t (*name)[TABLE_DIGEST], size_t count)
{
	struct db_txn *t = db_begin(v->db, false);
	struct item i;
	uint32_t number;
	size_t shown = 0;

	for (size_t n = 0; n < count; n++)
		shown += item_by_name(t, name[n], &number) &&
		    item_get(t, number, &i) && !i.withdrawn;
	db_abort(t);
	return shown;
}

bool
view_held(struct view *v, uint64_t place, uint32_t *site)
{
	struct db_txn *t = db_begin(v->db, false);
	struct held_row h;
	bool found = held_get(t, place, &h) && !h.dismissed;

	db_abort(t);
	if (found)
		*site = h.site;
	return found;
}

uint64_t
view_held_count(struct view *v, uint32_t site, uint64_t most)
{
	struct db_txn *t = db_begin(v->db, false);
	uint64_t n = held_count(t, site, most);

	db_abort(t);
	return n;
}

uint64_t
view_held_rows(struct view *v, uint32_t site)
{
	struct db_txn *t = db_begin(v->db, false);
	uint64_t n = held_rows(t, site);

	db_abort(t);
	return n;
}

uint64_t
view_holds(struct view *v, uint32_t site)
{
	struct db_txn *t = db_begin(v->db, false);
	struct stand s;

	stand_read(t, site, &s);
	db_abort(t);
	return s.held;
}

/* As the last group left them; one is under way only inside view_apply(). */
static const struct rewrite *
rules(struct view *v)
{
	struct db_txn *t;

	if (v->group.rules == NULL) {
		t = db_begin(v->db, false);
		v->group.rules = rewrite_new();
		move_rules(t, v->group.rules);
		db_abort(t);
	}
	return v->group.rules;
}

bool
view_moved(struct view *v, struct span url, int64_t at)
{
	return move_leads(rules(v), url, at);
}

bool
view_stands(struct view *v, uint32_t site, struct span url)
{
	struct db_txn *t = db_begin(v->db, false);
	struct item i;
	uint32_t number;
	bool is = item_by_url(t, url, &number) && item_get(t, number, &i) &&
	    !i.withdrawn && i.site == site;

	db_abort(t);
	return is;
}

void
view_try(struct view *v, const struct acts *all, int64_t now,
    view_tried_fn *each, void *arg)
{
	struct group *g = &v->group;
	bool more = true;

	group_begin(g, v->db);
	for (size_t i = 0; more && i < all->count; i++) {
		const struct entry e = { .at = now, .body = acts_get(all, i),
		    .place = g->meta.place + 1 + i };

		more = each(arg, i, g->txn, act_try(g, &e));
	}
	group_abort(g);
}

int64_t
view_due(struct view *v)
{
	struct db_txn *t = db_begin(v->db, false);
	int64_t when = CLOCK_NONE;
	uint32_t number;

	(void)move_due(t, &when, &number);
	db_abort(t);
	return when;
}

bool
view_may_speak(struct view *v, uint32_t site, struct span url,
    struct buf *why)
{
	struct db_txn *t;
	struct url u;
	uint32_t owner;
	bool may;

	if (!url_parse(&u, url)) {
		buf_text(why, "it is no address in normal form");
		return false;
	}
	t = db_begin(v->db, false);
	may = site_of_host(t, u.host, &owner) && owner == site;
	if (!may)
		site_why_not(t, site, u.host, why);
	db_abort(t);
	return may;
}

bool
view_ticket(struct view *v, const uint8_t ref[TICKET_REF],
    struct view_ticket *ticket)
{
	struct db_txn *t = db_begin(v->db, false);
	struct act_ticket found;
	bool there = act_ticket(t, ref, &found);

	db_abort(t);
	if (!there)
		return false;
	*ticket = (struct view_ticket){ .site = found.site,
	    .expires = found.expires, .used = found.used };
	memcpy(ticket->key_hash, found.key_hash, sizeof(ticket->key_hash));
	return true;
}

uint64_t
view_letters(struct view *v, uint32_t site, uint64_t after, size_t most,
    letter_fn *each, void *arg)
{
	struct db_txn *t = db_begin(v->db, false);
	struct stand s;

	stand_read(t, site, &s);
	outbox_each(t, site, after, most, each, arg);
	db_abort(t);
	return s.letters;
}
