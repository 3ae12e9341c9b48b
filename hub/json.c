#include "hub/json.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "hub/advice.h"
#include "hub/site.h"
#include "protocol/limits.h"
#include "protocol/url.h"

/* jansson takes UTF-8 only; what isn't comes from an old page or a file. */
static json_t *
repaired(struct span s)
{
	struct buf b;
	json_t *j;

	buf_init(&b, s.n * 3 + 1);
	while (s.n > 0) {
		uint32_t c = text_next(&s);

		text_put_char(&b, c == UINT32_MAX ? 0xfffd : c);
	}
	j = json_stringn(buf_cstr(&b), b.n);
	buf_clear(&b);
	return j;
}

json_t *
json_span(struct span s)
{
	json_t *j = json_stringn(s.at != NULL ? s.at : "", s.n);

	return j != NULL ? j : repaired(s);
}

json_t *
json_bytes(const void *at, size_t n)
{
	struct buf b;
	json_t *j;

	buf_init(&b, n * 2 + 1);
	text_hex(&b, at, n);
	j = json_stringn(buf_cstr(&b), b.n);
	buf_clear(&b);
	return j;
}

static void
text(json_t *into, const char *name, struct span s)
{
	if (s.n > 0)
		json_object_set_new(into, name, json_span(s));
}

static void
number(json_t *into, const char *name, uint64_t n)
{
	json_object_set_new(into, name, json_integer((json_int_t)n));
}

void
json_time(json_t *into, const char *name, int64_t ms)
{
	char out[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		json_object_set_new(into, name,
		    json_string(clock_format(out, ms)));
}

/* What comparing the index with the site came to, and comes to in all. */
static void
synced(json_t *into, const struct site_info *s)
{
	json_t *last;

	number(into, "changes", s->changes);
	number(into, "missed", s->missed);
	if (s->synced != CLOCK_NONE) {
		json_time(into, "proven_at", s->synced);
		number(into, "proven_seq", s->synced_seq);
	}
	if (s->compares == 0)
		return;
	last = json_object();
	json_time(last, "at", s->compared);
	number(last, "missing", s->missing);
	number(last, "extra", s->extra);
	number(last, "differs", s->differ);
	number(last, "held", s->explained);
	number(last, "count", s->compares);
	json_object_set_new(into, "reconciled", last);
}

static void
domains(json_t *j, struct span rest)
{
	json_t *list = json_array();
	struct span one;

	while (site_domain_next(&rest, &one))
		json_array_append_new(list, json_span(one));
	json_object_set_new(j, "domains", list);
}

static json_t *
agent(const struct site_info *s, int which)
{
	char instance[17];	/* 64 bits are no JSON number */
	json_t *j = json_object();

	snprintf(instance, sizeof(instance), "%016" PRIx64,
	    s->agent_instance[which]);
	text(j, "address", s->agent_address[which]);
	if (s->agent_instance[which] != 0)
		text(j, "instance", span_of(instance));
	if (s->agent_since[which] > 0)
		json_time(j, "since", s->agent_since[which]);
	return j;
}

/* What is the matter with it, and what to do. */
static void
trouble(json_t *j, const struct site_info *s)
{
	struct buf b;

	buf_init(&b, ADVICE_MAX);
	advice_put(&b, s);
	text(j, "advice", buf_look(&b));
	buf_clear(&b);
	if (s->forked || s->kept != 0) {
		text(j, "fork", s->cause);
		json_object_set_new(j, "agents", json_pack("[o, o]",
		    agent(s, 0), agent(s, 1)));
	}
	if (s->kept != 0)
		number(j, "kept", (uint64_t)s->kept);
	if (s->gate) {
		number(j, "gate_held", s->gated);
		json_time(j, "gate_since", s->gate_since);
	}
	number(j, "agent_held", s->agent_held);
	text(j, "trouble", span_of(s->trouble));
	json_object_set_new(j, "needs_snapshot",
	    json_boolean(s->needs_snapshot));
}

/* As its agent told it last; nothing if it tells none. */
static void
health(json_t *into, const struct health *h)
{
	json_t *j;

	if (!h->told)
		return;
	j = json_object();
	number(j, "beat_ms", h->beat);
	number(j, "sources", h->sources);
	number(j, "sources_troubled", h->troubled);
	number(j, "spool_bytes", h->spool);
	json_time(j, "certificate_until", h->until != 0 ? h->until :
	    CLOCK_NONE);
	if (h->home_at != 0) {
		json_time(j, "home_asked", h->home_at);
		number(j, "home_status", h->home_status);
		text(j, "home_error", span_of(health_error_name(
		    h->home_error)));
		number(j, "home_ms", h->home_ms);
	}
	json_object_set_new(into, "health", j);
}

json_t *
json_site(const struct site_info *s)
{
	json_t *j = json_object();

	number(j, "number", s->number);
	text(j, "code", span_of(s->code));
	text(j, "name", s->name);
	text(j, "domain", s->domain);
	domains(j, s->domains);
	if (s->expires != CLOCK_NONE) {
		text(j, "domain_expiring", s->expiring);
		json_time(j, "domain_expires", s->expires);
	}
	text(j, "kind", s->kind);
	if (s->parent != 0)
		number(j, "parent", s->parent);
	text(j, "state", span_of(site_state_name(s->state)));
	text(j, "reason", s->reason);
	trouble(j, s);
	json_time(j, "added", s->added);
	json_time(j, "enrolled", s->enrolled);
	json_time(j, "certificate_until", s->until);
	json_time(j, "heard", s->heard);
	json_time(j, "disconnected", s->gone);
	number(j, "connections", s->connections);
	health(j, &s->health);
	json_object_set_new(j, "skew_ms", json_integer(s->skew));
	number(j, "seq", s->taken);
	number(j, "head", s->head);
	number(j, "shown", s->shown);
	number(j, "lag", s->head > s->taken ? s->head - s->taken : 0);
	number(j, "items", s->items);
	number(j, "withdrawn", s->withdrawn);
	number(j, "held", s->held);
	number(j, "letters", s->letters);
	number(j, "letters_confirmed", s->confirmed);
	text(j, "agent", span_of(s->agent));
	synced(j, s);
	json_object_set_new(j, "proven", json_boolean(s->proven));
	json_time(j, "proof_checked", s->checked);
	text(j, "proof", s->evidence);
	if (s->has_digest)
		json_object_set_new(j, "digest", json_bytes(s->digest, 32));
	return j;
}

static void
links(json_t *into, const struct change *c)
{
	struct span rows = c->links;
	struct link l;
	json_t *list;

	if (c->links_cut)
		json_object_set_new(into, "links_cut", json_true());
	if (rows.n == 0)
		return;
	list = json_array();
	while (change_link_next(&rows, &l)) {
		json_t *one = json_object();

		text(one, "to", l.to);
		text(one, "text", l.text);
		number(one, "line", l.line);
		json_array_append_new(list, one);
	}
	json_object_set_new(into, "links", list);
}

/* What the site said, in the words of the protocol. */
static void
said(json_t *into, const struct change *c, bool with_links)
{
	text(into, "change", span_of(change_kind_name(c->kind)));
	text(into, "url", c->url);
	text(into, "id", c->id);
	for (int w = 0; w < WORD_COUNT; w++)
		text(into, change_word_name((enum change_word)w),
		    c->word[w]);
	json_time(into, "published", c->published);
	json_time(into, "modified", c->modified);
	json_time(into, "from", c->from);
	json_time(into, "until", c->until);
	json_time(into, "at_site", c->when);
	number(into, "seq", c->seq);
	if (c->length > 0)
		number(into, "length", c->length);
	text(into, "type", c->type);
	if (c->has_hash)
		json_object_set_new(into, "sha256",
		    json_bytes(c->hash, sizeof(c->hash)));
	if (with_links)
		links(into, c);
	text(into, "critical", c->critical);
}

json_t *
json_item(const struct item_info *i, const char *site_code)
{
	json_t *j = json_object();

	number(j, "number", i->number);
	text(j, "site", span_of(site_code));
	said(j, &i->said, false);
	json_object_set_new(j, "withdrawn", json_boolean(i->withdrawn));
	json_time(j, "date", i->date);
	json_time(j, "created", i->created);
	json_time(j, "updated", i->updated);
	number(j, "place", i->place);
	number(j, "changes", i->changes);
	return j;
}

json_t *
json_past(const struct past *p)
{
	json_t *j = json_object();

	number(j, "place", p->place);
	said(j, &p->said, true);
	json_time(j, "taken", p->taken);
	json_time(j, "shown", p->shown);
	return j;
}

json_t *
json_held(const struct held *h, const char *site_code)
{
	json_t *j = json_object();

	number(j, "place", h->place);
	text(j, "site", span_of(site_code));
	text(j, "why", h->why);
	said(j, &h->said, false);
	json_time(j, "taken", h->taken);
	return j;
}

json_t *
json_totals(const struct totals *t)
{
	json_t *j = json_object();

	number(j, "sites", t->sites);
	number(j, "items", t->items);
	number(j, "withdrawn", t->withdrawn);
	number(j, "held", t->held);
	number(j, "journal_place", t->journal_place);
	number(j, "view_place", t->view_place);
	number(j, "journal_bytes", t->journal_bytes);
	number(j, "view_bytes", t->view_bytes);
	json_object_set_new(j, "chain", json_bytes(t->chain, 32));
	json_object_set_new(j, "digest", json_bytes(t->digest, 32));
	json_time(j, "last_taken", t->last_taken);
	json_time(j, "last_shown", t->last_shown);
	return j;
}

json_t *
json_journal(const struct journal_line *l)
{
	char incarnation[17];	/* 64 bits are no JSON number */
	json_t *j = json_object();

	number(j, "place", l->place);
	json_time(j, "taken", l->at);
	number(j, "site", l->site);
	if (l->is_change) {
		snprintf(incarnation, sizeof(incarnation), "%016" PRIx64,
		    l->incarnation);
		text(j, "incarnation", span_of(incarnation));
		said(j, &l->said, true);
	} else {
		json_t *act = json_loadb(l->act.at != NULL ? l->act.at : "",
		    l->act.n, 0, NULL);

		json_object_set_new(j, "act",
		    act != NULL ? act : json_span(l->act));
	}
	json_object_set_new(j, "chain", json_bytes(l->chain, 32));
	return j;
}

void
json_page(json_t *into, const struct query_page *p)
{
	number(into, "total", p->total);
	json_object_set_new(into, "exact", json_boolean(p->exact));
	text(into, "next", span_of(p->next));
}
