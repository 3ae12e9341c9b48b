/*
 * The rules for acts: a table of verbs; see act.h. Each returns NULL, or why
 * it can't be followed, before it has changed anything.
 */
#include "hub/act.h"

#include <jansson.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/held.h"
#include "hub/outbox.h"
#include "hub/proven.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/code.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define REASON_MAX 255
#define EVIDENCE_MAX 255
#define NO_SITE "there is no such site"

/* --- parts of an act ------------------------------------------------------------------- */

static struct span
text_of(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return json_is_string(v) ? (struct span){ .at = json_string_value(v),
	    .n = json_string_length(v) } : SPAN_NONE;
}

static bool
number_of(const json_t *o, const char *name, uint64_t most, uint64_t *n)
{
	const json_t *v = json_object_get(o, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > most)
		return false;
	*n = (uint64_t)json_integer_value(v);
	return true;
}

static bool
site_of(struct group *g, const json_t *o, struct site *s)
{
	uint64_t n;

	return number_of(o, "site", UINT32_MAX, &n) &&
	    site_get(g->txn, (uint32_t)n, s);
}

/* --- tickets ------------------------------------------------------------------------------ */

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

static const char *
do_ticket(struct group *g, const struct entry *e, const json_t *o)
{
	struct act_ticket ticket = { .used = false };
	uint8_t ref[TICKET_REF];
	uint64_t expires;
	struct site s;

	(void)e;
	if (!site_of(g, o, &s))
		return NO_SITE;
	if (!text_unhex(text_of(o, "ref"), ref, sizeof(ref)) ||
	    !number_of(o, "expires", INT64_MAX, &expires))
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

static const char *
do_enroll(struct group *g, const struct entry *e, const json_t *o)
{
	struct act_ticket ticket;
	uint8_t ref[TICKET_REF], key[CA_KEY_HASH];
	struct site s;

	if (!site_of(g, o, &s))
		return NO_SITE;
	if (!text_unhex(text_of(o, "key"), key, sizeof(key)))
		return "a key is given as 64 hex digits";
	if (!text_unhex(text_of(o, "ref"), ref, sizeof(ref)) ||
	    !act_ticket(g->txn, ref, &ticket))
		return "there is no such ticket";
	if (ticket.site != s.number)
		return "the ticket is another site's";
	if (ticket.used && memcmp(ticket.key_hash, key, sizeof(key)) != 0)
		return "the ticket was used by another key";
	if (s.has_key && memcmp(s.key_hash, key, sizeof(key)) != 0)
		forget_proof(&s);
	s.has_key = true;
	s.has_old_key = false;
	s.enrolled = e->at;
	memcpy(s.key_hash, key, sizeof(key));
	site_put(g->txn, &s);
	ticket.used = true;
	memcpy(ticket.key_hash, key, sizeof(key));
	put_ticket(g, ref, &ticket);
	return NULL;
}

/* The key that signed the renewal stays good until the next one: the answer
 * that carries the new certificate may be lost, as often as it likes. */
static const char *
do_renew(struct group *g, const struct entry *e, const json_t *o)
{
	uint8_t key[CA_KEY_HASH], old[CA_KEY_HASH];
	struct site s;

	(void)e;
	if (!site_of(g, o, &s))
		return NO_SITE;
	if (!text_unhex(text_of(o, "key"), key, sizeof(key)) ||
	    !text_unhex(text_of(o, "old"), old, sizeof(old)))
		return "a key is given as 64 hex digits";
	if (!s.has_key)
		return "the site has no key yet: it enrols with a ticket";
	s.has_old_key = true;
	memcpy(s.old_key_hash, old, sizeof(old));
	memcpy(s.key_hash, key, sizeof(key));
	site_put(g->txn, &s);
	return NULL;
}

/* --- sites ---------------------------------------------------------------------------------- */

/* Normal forms of the domains, as site.h wants them. */
static const char *
read_domains(struct group *g, const json_t *o, struct buf *domains)
{
	const json_t *list = json_object_get(o, "domains"), *one;
	struct buf host;
	const char *why = NULL;
	uint32_t other;
	size_t i;

	if (json_array_size(list) > SITE_DOMAINS)
		return "a site has up to 64 domains";
	buf_init(&host, 256);
	json_array_foreach(list, i, one) {
		struct span given = { .at = json_string_value(one),
		    .n = json_string_length(one) };

		buf_reset(&host);
		if (why != NULL || given.n == 0)
			why = why != NULL ? why : "a domain is a text";
		else if (url_host_normal(&host, given, &why) &&
		    site_by_domain(g->txn, buf_look(&host), &other))
			why = "the domain is another site's";
		else if (why == NULL)
			write_span(domains, buf_look(&host));
	}
	buf_clear(&host);
	return why;
}

static const char *
read_site(struct group *g, const json_t *o, struct site *s,
    struct buf *domains)
{
	struct span parent = text_of(o, "parent");
	uint64_t number;
	uint32_t other;
	struct site there;

	s->code = text_of(o, "code");
	s->name = text_of(o, "name");
	s->kind = text_of(o, "kind");
	if (!number_of(o, "site", UINT32_MAX, &number) || number == 0)
		return "a site has a number from 1";
	s->number = (uint32_t)number;
	if (site_get(g->txn, s->number, &there))
		return "there is a site with this number already";
	if (!code_is_usable(s->code))
		return "a site's code has 4 to 20 letters and digits";
	if (site_by_code(g->txn, s->code, &other))
		return "there is a site with this code already";
	if (s->name.n == 0 || s->name.n > LIMIT_TEXT || s->kind.n > 32)
		return "a site has a name, of up to 1024 bytes";
	if (parent.n > 0 && !site_by_code(g->txn, parent, &s->parent))
		return "there is no site with the parent's code";
	return read_domains(g, o, domains);
}

static const char *
do_site_add(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s = { .added = e->at, .enrolled = CLOCK_NONE,
	    .checked = CLOCK_NONE };
	struct buf domains;
	struct span rest, one;
	const char *why;

	buf_init(&domains, (size_t)SITE_DOMAINS * 260);
	why = read_site(g, o, &s, &domains);
	if (why == NULL) {
		rest = s.domains = buf_look(&domains);
		site_put(g->txn, &s);
		site_put_code(g->txn, s.code, s.number);
		while (site_domain_next(&rest, &one))
			site_put_domain(g->txn, one, s.number);
		group_stand(g, s.number);
		group_forget_host(g);
	}
	buf_clear(&domains);
	return why;
}

/* Spans of a row that is about to be written over are copied first. */
static void
put_changed(struct group *g, struct site *s, struct span reason)
{
	s->reason = reason;
	site_put(g->txn, s);
	group_stand(g, s->number)->silenced = s->blocked || s->forked;
}

static const char *
do_block(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	(void)e;
	if (!site_of(g, o, &s))
		return NO_SITE;
	s.blocked = true;
	put_changed(g, &s, text_cut(text_of(o, "reason"), REASON_MAX));
	return NULL;
}

static const char *
do_unblock(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	(void)e;
	if (!site_of(g, o, &s))
		return NO_SITE;
	s.blocked = s.forked = false;
	put_changed(g, &s, SPAN_NONE);
	return NULL;
}

static const char *
do_fork(struct group *g, const struct entry *e, const json_t *o)
{
	struct span reason = text_of(o, "reason");
	struct site s;

	(void)e;
	if (!site_of(g, o, &s))
		return NO_SITE;
	s.forked = true;
	if (reason.n == 0)
		reason = SPAN("two agents speak with this site's key, or one "
		    "was restored from a copy");
	put_changed(g, &s, s.blocked ? s.reason : text_cut(reason,
	    REASON_MAX));
	return NULL;
}

static const char *
do_confirm(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t letter;
	struct site s;

	(void)e;
	if (!site_of(g, o, &s))
		return NO_SITE;
	if (!number_of(o, "letter", INT64_MAX, &letter) ||
	    !outbox_confirm(g, s.number, letter))
		return "there is no such letter";
	return NULL;
}

static bool
has_domain(const struct site *s, struct span domain)
{
	struct span rest = s->domains, one;

	while (site_domain_next(&rest, &one))
		if (span_is(one, domain))
			return true;
	return false;
}

static const char *
do_prove(struct group *g, const struct entry *e, const json_t *o)
{
	const json_t *proven = json_object_get(o, "proven");
	uint8_t key[CA_KEY_HASH];
	struct site s;

	if (!site_of(g, o, &s))
		return NO_SITE;
	if (!json_is_boolean(proven))
		return "proven is true or false";
	if (!has_domain(&s, text_of(o, "domain")))
		return "the domain is not the site's";
	if (!text_unhex(text_of(o, "key"), key, sizeof(key)))
		return "a key is given as 64 hex digits";
	if (!s.has_key || memcmp(key, s.key_hash, sizeof(key)) != 0)
		return "the key is not the site's any more";
	s.proven = json_is_true(proven);
	s.checked = e->at;
	s.evidence = text_cut(text_of(o, "evidence"), EVIDENCE_MAX);
	site_put(g->txn, &s);
	return NULL;
}

/* --- what is held --------------------------------------------------------------------------- */

static const char *
do_dismiss(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t site, place;
	struct site s;

	(void)e;
	if (!number_of(o, "site", UINT32_MAX, &site) ||
	    (site != 0 && !site_get(g->txn, (uint32_t)site, &s)))
		return NO_SITE;
	if (json_is_true(json_object_get(o, "all"))) {
		held_dismiss_all(g, (uint32_t)site);
		return NULL;
	}
	if (!number_of(o, "place", INT64_MAX, &place) ||
	    !held_dismiss(g, (uint32_t)site, place))
		return "nothing of this site is held at this place";
	return NULL;
}

/* --- which ------------------------------------------------------------------------------------ */

typedef const char *act_fn(struct group *g, const struct entry *e,
    const json_t *o);

static const struct {
	const char *name;
	act_fn *fn;
} acts[] = {
	{ "site-add", do_site_add },
	{ "ticket", do_ticket },
	{ "enroll", do_enroll },
	{ "renew", do_renew },
	{ "block", do_block },
	{ "unblock", do_unblock },
	{ "fork", do_fork },
	{ "confirm", do_confirm },
	{ "dismiss", do_dismiss },
	{ "prove", do_prove },
	{ "reconcile", proven_act },
};

static const char *
follow(struct group *g, const struct entry *e, const json_t *o)
{
	struct span name = text_of(o, "do");

	if (name.n == 0)
		return "an act is a JSON object with \"do\"";
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (span_is(name, span_of(acts[i].name)))
			return acts[i].fn(g, e, o);
	return NULL;
}

void
act_apply(struct group *g, const struct entry *e)
{
	json_t *o = json_loadb(e->body.at != NULL ? e->body.at : "",
	    e->body.n, JSON_REJECT_DUPLICATES, NULL);
	const char *why = follow(g, e, o);

	json_decref(o);
	group_record(g, "act", e->body);
	if (why != NULL)
		held_put(g, e, NULL, span_of(why));
}
