/*
 * Tickets and keys; see act_ticket.h.
 */
#include "hub/act_ticket.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/act_site.h"
#include "hub/issued.h"
#include "hub/table.h"
#include "protocol/wire.h"

bool
act_ticket(struct db_txn *t, const uint8_t ref[TICKET_REF],
    struct act_ticket *ticket)
{
	struct span key = { .at = (const char *)ref, .n = TICKET_REF }, row;
	struct reader r;
	struct span hash;

	if (!db_get(t, TABLE_TICKET, key, &row))
		return false;
	r = reader_of(row);
	ticket->site = read_u32(&r);
	ticket->expires = (int64_t)read_u64(&r);
	ticket->used = read_u8(&r) != 0;
	hash = read_bytes(&r, CA_KEY_HASH);
	if (!reader_done(&r))
		fatal("view: the row of a ticket is damaged: run zqhub "
		    "rebuild");
	memcpy(ticket->key_hash, hash.at, CA_KEY_HASH);
	return true;
}

static void
put_ticket(struct group *g, const uint8_t ref[TICKET_REF],
    const struct act_ticket *ticket)
{
	struct span key = { .at = (const char *)ref, .n = TICKET_REF };

	buf_reset(&g->row);
	write_u32(&g->row, ticket->site);
	write_u64(&g->row, (uint64_t)ticket->expires);
	write_u8(&g->row, ticket->used);
	buf_put(&g->row, ticket->key_hash, CA_KEY_HASH);
	db_put(g->txn, TABLE_TICKET, key, buf_look(&g->row));
}

const char *
act_ticket_give(struct group *g, const struct entry *e, const json_t *o)
{
	struct act_ticket ticket = { .used = false };
	uint8_t ref[TICKET_REF];
	uint64_t expires;
	struct site s;

	(void)e;
	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!text_unhex(act_read_text(o, "ref"), ref, sizeof(ref)) ||
	    !act_read_number(o, "expires", INT64_MAX, &expires))
		return "a ticket has a ref of 20 hex digits, and expires";
	if (act_ticket(g->txn, ref, &ticket))
		return "there is a ticket with this ref already";
	ticket = (struct act_ticket){ .site = s.number,
	    .expires = (int64_t)expires };
	put_ticket(g, ref, &ticket);
	return NULL;
}

/* Of another key: it may be somebody else's. */
static void
forget_proof(struct site *s)
{
	s->proven = false;
	s->checked = CLOCK_NONE;
	s->evidence = SPAN_NONE;
}

/* Of a site that a backup had: what was granted up to now is known. */
static void
know_again(struct site *s, int64_t at)
{
	if (s->as_of != 0 && s->as_of < at)
		s->as_of = at;
}

const char *
act_ticket_enroll(struct group *g, const struct entry *e, const json_t *o)
{
	struct act_ticket ticket;
	uint8_t ref[TICKET_REF], key[CA_KEY_HASH];
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!text_unhex(act_read_text(o, "key"), key, sizeof(key)))
		return "a key is given as 64 hex digits";
	if (!text_unhex(act_read_text(o, "ref"), ref, sizeof(ref)) ||
	    !act_ticket(g->txn, ref, &ticket))
		return "there is no such ticket";
	if (ticket.site != s.number)
		return "the ticket is another site's";
	if (s.retired)
		return "the site is retired";
	if (ticket.used && memcmp(ticket.key_hash, key, sizeof(key)) != 0)
		return "the ticket was used by another key";
	if (s.has_key && memcmp(s.key_hash, key, sizeof(key)) != 0)
		forget_proof(&s);
	s.has_key = true;
	s.has_old_key = s.old_key_spent = false;
	s.quarantined = s.begun = s.renewed = false;
	s.kept = 0;
	s.enrolled = e->at;
	s.until = act_read_time(o, "until");
	know_again(&s, e->at);
	memcpy(s.key_hash, key, sizeof(key));
	act_site_put(g, &s, e->at);
	issued_note(g, e, o, s.number);
	ticket.used = true;
	memcpy(ticket.key_hash, key, sizeof(key));
	put_ticket(g, ref, &ticket);
	return NULL;
}

/* The key that signed the renewal stays good until the next one: the answer
 * that carries the new certificate may be lost, as often as it likes. Whose
 * certificate had expired waits to be admitted. */
const char *
act_ticket_renew(struct group *g, const struct entry *e, const json_t *o)
{
	uint8_t key[CA_KEY_HASH], old[CA_KEY_HASH];
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!text_unhex(act_read_text(o, "key"), key, sizeof(key)) ||
	    !text_unhex(act_read_text(o, "old"), old, sizeof(old)))
		return "a key is given as 64 hex digits";
	if (!s.has_key)
		return "the site has no key yet: it enrols with a ticket";
	s.has_old_key = true;
	s.old_key_spent = false;
	s.quarantined = s.quarantined || act_read_flag(o, "quarantine");
	s.renewed = s.kept != 0;
	s.until = act_read_time(o, "until");
	know_again(&s, e->at);
	memcpy(s.old_key_hash, old, sizeof(old));
	memcpy(s.key_hash, key, sizeof(key));
	act_site_put(g, &s, e->at);
	issued_note(g, e, o, s.number);
	return NULL;
}

/* As if the grant had not been forgotten: of a renewal mostly, so the key of
 * before stays good, too. The newest one wins, and what was said twice is
 * said once. */
const char *
act_ticket_adopt(struct group *g, const struct entry *e, const json_t *o)
{
	uint8_t key[CA_KEY_HASH];
	uint64_t issued;
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!text_unhex(act_read_text(o, "key"), key, sizeof(key)) ||
	    !act_read_number(o, "issued", INT64_MAX, &issued))
		return "a key is given as 64 hex digits, and issued";
	if (s.retired || s.blocked)
		return "the site is blocked, or retired";
	if (s.as_of == 0 || (int64_t)issued <= s.as_of)
		return NULL;
	s.as_of = (int64_t)issued;
	if (!s.has_key)
		s.enrolled = s.as_of;
	s.has_old_key = s.has_key;
	s.has_key = true;
	s.old_key_spent = false;
	s.begun = s.renewed = s.kept != 0;
	s.until = act_read_time(o, "until");
	memcpy(s.old_key_hash, s.key_hash, sizeof(key));
	memcpy(s.key_hash, key, sizeof(key));
	act_site_put(g, &s, e->at);
	issued_note(g, e, o, s.number);
	return NULL;
}
