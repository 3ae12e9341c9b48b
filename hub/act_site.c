/*
 * Sites; see act_site.h.
 */
#include "hub/act_site.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/domains.h"
#include "hub/held.h"
#include "hub/moved.h"
#include "hub/rule.h"
#include "protocol/answer.h"
#include "protocol/code.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define EVIDENCE_MAX 255
#define ADDRESS_MAX 63
#define CAUSE_MAX 31

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
	struct span parent = act_read_text(o, "parent");
	uint64_t number;
	uint32_t other;
	struct site there;

	s->code = act_read_text(o, "code");
	s->name = act_read_text(o, "name");
	s->kind = act_read_text(o, "kind");
	if (!act_read_number(o, "site", UINT32_MAX, &number) || number == 0)
		return "a site has a number from 1";
	s->number = (uint32_t)number;
	if (site_get(g->txn, s->number, &there))
		return "there is a site with this number already";
	if (!code_is_usable(s->code))
		return "a site's code has 4 to 20 letters and digits";
	if (site_by_code(g->txn, s->code, &other) &&
	    site_get(g->txn, other, &there) && !there.retired)
		return "there is a site with this code already";
	if (s->name.n == 0 || s->name.n > LIMIT_TEXT || s->kind.n > 32)
		return "a site has a name, of up to 1024 bytes";
	if (parent.n > 0 && !site_by_code(g->txn, parent, &s->parent))
		return "there is no site with the parent's code";
	return read_domains(g, o, domains);
}

const char *
act_site_add(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s = { .added = e->at, .enrolled = CLOCK_NONE,
	    .checked = CLOCK_NONE, .until = CLOCK_NONE };
	struct buf domains;
	struct span rest, one;
	const char *why;

	buf_init(&domains, (size_t)SITE_DOMAINS * 260);
	why = read_site(g, o, &s, &domains);
	if (why == NULL) {
		rest = s.domains = buf_look(&domains);
		site_put(g->txn, &s);
		site_put_code(g->txn, s.code, s.number);
		while (site_domain_next(&rest, &one)) {
			moved_look_host(g, one);
			site_put_domain(g->txn, one, s.number);
			domains_note(g, e, s.number, DOMAINS_GIVEN, one, o);
		}
		group_stand(g, s.number);
		group_forget_host(g);
	}
	buf_clear(&domains);
	return why;
}

static const char *
set_parent(struct group *g, const json_t *o, struct site *s)
{
	struct span code = act_read_text(o, "parent");

	s->parent = 0;
	if (code.n > 0 && !site_by_code(g->txn, code, &s->parent))
		return "there is no site with the parent's code";
	return s->parent != 0 && site_is_above(g->txn, s->number, s->parent) ?
	    N_("a site can't belong to itself") : NULL;
}

/* What isn't said stays; a parent of no letters is none. */
const char *
act_site_set(struct group *g, const struct entry *e, const json_t *o)
{
	struct span name = act_read_text(o, "name");
	struct span kind = act_read_text(o, "kind");
	const char *why = NULL;
	struct site s;

	(void)e;
	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (name.n > LIMIT_TEXT || kind.n > 32)
		return "a site has a name, of up to 1024 bytes";
	s.name = name.n > 0 ? name : s.name;
	s.kind = kind.n > 0 ? kind : s.kind;
	if (json_object_get(o, "parent") != NULL)
		why = set_parent(g, o, &s);
	if (why == NULL)
		site_put(g->txn, &s);
	return why;
}

void
act_site_put(struct group *g, const struct site *s, int64_t at)
{
	struct stand *stand = group_stand(g, s->number);
	bool was = stand->silenced;

	site_put(g->txn, s);
	stand->silenced = s->blocked || s->forked || s->quarantined ||
	    s->retired;
	if (was && !stand->silenced)
		rule_unsilence(g, s->number, at);
}

/* --- may it speak? ------------------------------------------------------------------------ */

const char *
act_site_block(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	s.blocked = true;
	s.reason = text_cut(act_read_text(o, "reason"), ACT_READ_REASON);
	act_site_put(g, &s, e->at);
	return NULL;
}

/* Everything is as if nothing had been but, for whoever retired or is in
 * quarantine. */
const char *
act_site_unblock(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	s.blocked = s.forked = s.begun = s.renewed = false;
	s.kept = 0;
	s.given_up = 0;
	if (!s.retired)
		s.reason = SPAN_NONE;
	act_site_put(g, &s, e->at);
	return NULL;
}

const char *
act_site_admit(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	s.quarantined = false;
	act_site_put(g, &s, e->at);
	return NULL;
}

/* --- two agents with one key -------------------------------------------------------------- */

static struct span
address_of(const json_t *o, const char *name)
{
	return text_cut(act_read_text(o, name), ADDRESS_MAX);
}

static int64_t
since_of(const json_t *o, const char *name)
{
	uint64_t ms;

	return act_read_number(o, name, INT64_MAX, &ms) ? (int64_t)ms : 0;
}

/* An act of before there were causes is of content. */
static struct span
cause_of(const json_t *o)
{
	struct span cause = act_read_text(o, "cause");

	return cause.n > 0 ? text_cut(cause, CAUSE_MAX) : SPAN(CAUSE_CONTENT);
}

const char *
act_site_fork(struct group *g, const struct entry *e, const json_t *o)
{
	struct span reason = act_read_text(o, "reason");
	uint64_t speaker;
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	s.forked = true;
	s.cause = cause_of(o);
	s.agent[0].address = address_of(o, "before");
	s.agent[0].instance = act_read_id(o, "instance_before");
	s.agent[1].address = address_of(o, "address");
	s.agent[0].since = since_of(o, "since_before");
	s.agent[1].instance = act_read_id(o, "instance");
	s.agent[1].since = since_of(o, "since");
	s.speaker = act_read_number(o, "speaker", 2, &speaker) ?
	    (uint8_t)speaker : 0;
	s.kept = 0;
	s.begun = s.renewed = false;
	if (reason.n == 0)
		reason = SPAN("two agents speak with this site's key, or one "
		    "was restored from a copy");
	if (!s.blocked)
		s.reason = text_cut(reason, ACT_READ_REASON);
	act_site_put(g, &s, e->at);
	return NULL;
}

/* What was kept was started again meanwhile (heir.h). */
static void
take_heir(struct site_agent *a, const json_t *o)
{
	uint64_t instance = act_read_id(o, "instance");

	if (instance == 0)
		return;
	a->instance = instance;
	a->address = address_of(o, "address");
	a->since = since_of(o, "since");
}

/* One of the two goes on, under a new incarnation and with a new key. What
 * was under way when the site was held is of either, and told again. */
const char *
act_site_settle(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t keep;
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!act_read_number(o, "keep", 2, &keep) || keep == 0)
		return "keep is 1, the agent heard first, or 2, the other";
	if (s.cause.n == 0)
		return "the site was never held for two agents";
	s.forked = s.begun = s.renewed = false;
	held_forget_silenced(g, s.number);
	s.kept = (uint8_t)keep;
	take_heir(&s.agent[keep - 1], o);
	s.given_up = act_read_id(o, "incarnation");
	if (!s.blocked)
		s.reason = SPAN_NONE;
	act_site_put(g, &s, e->at);
	return NULL;
}

/* What was kept tells everything anew: whoever goes on as before is the
 * copy. */
const char *
act_site_begun(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (s.kept == 0 || s.begun)
		return NULL;		/* said twice */
	s.begun = true;
	act_site_put(g, &s, e->at);
	return NULL;
}

/* What was kept speaks with its new key: the old one is the copy's alone. */
const char *
act_site_settled(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (s.kept == 0 || !s.renewed)
		return NULL;		/* said twice */
	s.kept = 0;
	s.begun = s.renewed = false;
	s.old_key_spent = s.has_old_key;
	s.has_old_key = false;
	act_site_put(g, &s, e->at);
	return NULL;
}

/* --- its domain --------------------------------------------------------------------------- */

static bool
has_domain(const struct site *s, struct span domain)
{
	struct span rest = s->domains, one;

	while (site_domain_next(&rest, &one))
		if (span_is(one, domain))
			return true;
	return false;
}

const char *
act_site_prove(struct group *g, const struct entry *e, const json_t *o)
{
	const json_t *proven = json_object_get(o, "proven");
	uint8_t key[CA_KEY_HASH];
	struct site s;
	bool was;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!json_is_boolean(proven))
		return "proven is true or false";
	if (!has_domain(&s, act_read_text(o, "domain")))
		return "the domain is not the site's";
	if (!text_unhex(act_read_text(o, "key"), key, sizeof(key)))
		return "a key is given as 64 hex digits";
	if (!s.has_key || memcmp(key, s.key_hash, sizeof(key)) != 0)
		return "the key is not the site's any more";
	was = s.proven;
	s.proven = json_is_true(proven);
	s.checked = e->at;
	s.evidence = text_cut(act_read_text(o, "evidence"), EVIDENCE_MAX);
	site_put(g->txn, &s);
	if (s.proven != was)
		domains_note(g, e, s.number, s.proven ? DOMAINS_PROVEN :
		    DOMAINS_UNPROVEN, act_read_text(o, "domain"), o);
	return NULL;
}
