/*
 * Governing: one function per act.
 */
#include "hub/govern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "hub/act_domain.h"
#include "hub/act_gate.h"
#include "hub/act_retire.h"
#include "hub/enlist.h"
#include "hub/fork.h"
#include "hub/json.h"
#include "hub/welcome.h"
#include "protocol/answer.h"
#include "protocol/features.h"

/* --- which of two --------------------------------------------------------- */

static bool
is_agent(const struct view_site *s, int which, struct span word)
{
	struct span address = span_of(s->agent[which].address);
	char instance[17], name[FORK_NAME];

	snprintf(instance, sizeof(instance), "%016" PRIx64,
	    s->agent[which].instance);
	fork_name(name, s->agent[which].instance);
	return span_is(word, which == 0 ? SPAN("1") : SPAN("2")) ||
	    (s->agent[which].instance != 0 &&
	    (span_is(word, span_of(instance)) ||
	    span_is(word, span_of(name)))) ||
	    (address.n > 0 && span_is(word, address));
}

static bool
is_host_of(const struct view_site *s, int which, struct span word)
{
	struct span address = span_of(s->agent[which].address);

	return address.n > 0 && span_is(word, fork_host(address));
}

/* 1 or 2; 0: neither, or it could be both. */
static int
find_agent(const struct view_site *s, struct span word)
{
	bool one = is_agent(s, 0, word), two = is_agent(s, 1, word);

	if (!one && !two) {
		one = is_host_of(s, 0, word);
		two = is_host_of(s, 1, word);
	}
	return one == two ? 0 : one ? 1 : 2;
}

static bool
refuse_agent(struct ask *a, const struct view_site *s)
{
	struct buf hint;

	buf_init(&hint, 1024);
	welcome_fork_advice(&hint, s);
	ask_refuse(a, buf_cstr(&hint), _("which of the two agents of site %s "
	    "is \"%s\"?"), s->code, ask_word(a, "keep"));
	buf_clear(&hint);
	return false;
}

/* Does its agent know how to begin anew by itself? */
static bool
can_begin_anew(struct ask *a, const struct view_site *s, struct position *p)
{
	if (journal_position(a->journal, s->number, p) &&
	    answer_has_word(span_of(p->features), FEATURE_WANT))
		return true;
	return ask_refuse(a, _("stop the copy for good; then zqhub site "
	    "unblock lets the other go on as it is"),
	    _("the agent of site %s is too old to begin anew when it is "
	    "told to"), s->code);
}

bool
govern_settle(struct ask *a)
{
	struct view_site s = { .number = 0 };
	struct position p = { .incarnation = 0 };
	char incarnation[17];
	int keep;

	if (!ask_site(a, &s))
		return false;
	if (!s.forked && s.kept == 0)
		return ask_refuse(a, NULL, _("site %s is not held for two "
		    "agents that speak with one key"), s.code);
	keep = find_agent(&s, span_of(ask_word(a, "keep")));
	if (keep == 0)
		return refuse_agent(a, &s);
	if (!can_begin_anew(a, &s, &p))
		return false;
	snprintf(incarnation, sizeof(incarnation), "%016" PRIx64,
	    p.incarnation);
	ask_put(a, json_pack("{s:s, s:I, s:i, s:s}", "do", "settle", "site",
	    (json_int_t)s.number, "keep", keep, "incarnation", incarnation));
	a->result = json_pack("{s:I, s:s, s:i, s:s, s:s}", "site",
	    (json_int_t)s.number, "code", s.code, "keep", keep,
	    "kept", s.agent[keep - 1].address,
	    "dropped", s.agent[2 - keep].address);
	a->settled = s.number;
	return true;
}

/* --- in and out ----------------------------------------------------------- */

static json_t *
result_of(const struct view_site *s)
{
	return json_pack("{s:I, s:s}", "site", (json_int_t)s->number,
	    "code", s->code);
}

bool
govern_admit(struct ask *a)
{
	struct view_site s = { .number = 0 };

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (!s.quarantined)
		return ask_refuse(a, NULL, _("site %s is not in quarantine"),
		    s.code);
	ask_put(a, json_pack("{s:s, s:I}", "do", "admit", "site",
	    (json_int_t)s.number));
	a->result = result_of(&s);
	return true;
}

static void
put_clear(struct ask *a, const struct view_site *s, uint64_t acts)
{
	for (uint64_t n = 0; n < acts; n++)
		ask_put(a, json_pack("{s:s, s:I, s:i}", "do", "clear",
		    "site", (json_int_t)s->number, "most", ACT_RETIRE_SOME));
	ask_put(a, json_pack("{s:s, s:I}", "do", "clear", "site",
	    (json_int_t)s->number));
}

/* So many clears that the last, which has no bound, finds little to do. */
bool
govern_retire(struct ask *a)
{
	struct view_site s = { .number = 0 };
	uint64_t held;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (s.retired)
		return ask_refuse(a, NULL, _("site %s is retired already: "
		    "%s"), s.code, s.reason);
	held = view_held_rows(a->view, s.number);
	ask_put(a, json_pack("{s:s, s:I}", "do", "retire", "site",
	    (json_int_t)s.number));
	put_clear(a, &s, (s.items > held ? s.items : held) /
	    ACT_RETIRE_SOME + view_items(a->view) / ACT_RETIRE_LOOK + 1);
	a->result = result_of(&s);
	json_object_set_new(a->result, "withdrawn",
	    json_integer((json_int_t)s.items));
	a->dropped = s.number;
	return true;
}

/* --- tickets -------------------------------------------------------------- */

static bool
can_reissue(const struct view_site *s)
{
	return !s->blocked && !s->retired;
}

static json_t *
row_of(const struct view_site *s)
{
	return json_pack("{s:s, s:s, s:s, s:b}", "code", s->code,
	    "domain", s->domain, "what", s->has_key ? "reissued" : "issued",
	    "enrolled", s->has_key);
}

static void
reissue_all(struct ask *a)
{
	json_t *rows = json_array(), *row;
	uint32_t last = view_sites(a->view);
	struct view_site s;
	size_t left = 0;

	for (uint32_t n = 1; n <= last; n++) {
		if (!view_site(a->view, n, &s) || s.retired)
			continue;
		if (!can_reissue(&s)) {
			left++;
			continue;
		}
		row = row_of(&s);
		ask_ticket(a, n, row);
		json_array_append_new(rows, row);
	}
	a->result = json_pack("{s:o, s:I}", "rows", rows, "blocked",
	    (json_int_t)left);
}

bool
govern_reissue(struct ask *a)
{
	struct view_site s = { .number = 0 };

	if (ask_flag(a, "all")) {
		reissue_all(a);
		return true;
	}
	if (!ask_site(a, &s))
		return false;
	if (!can_reissue(&s))
		return ask_refuse(a, s.blocked ?
		    _("zqhub site unblock lifts it") :
		    _("zqhub site add makes a new site of it"),
		    s.blocked ? _("site %s is blocked: %s") :
		    _("site %s is retired: %s"), s.code, s.reason);
	a->result = row_of(&s);
	json_object_set_new(a->result, "site",
	    json_integer((json_int_t)s.number));
	ask_ticket(a, s.number, a->result);
	return true;
}

/* --- domains -------------------------------------------------------------- */

static void
put_domain(struct ask *a, const char *act, const struct view_site *s,
    const char *domain)
{
	ask_put(a, json_pack("{s:s, s:I, s:s}", "do", act, "site",
	    (json_int_t)s->number, "domain", domain));
	a->result = result_of(s);
	json_object_set_new(a->result, "domain", json_string(domain));
}

/* What was held for it is judged again, in pieces. */
static void
put_again(struct ask *a, const struct view_site *s)
{
	for (uint64_t n = 0; n < s->held / ACT_DOMAIN_SOME; n++)
		ask_put(a, json_pack("{s:s, s:I, s:i}", "do", "again",
		    "site", (json_int_t)s->number, "most",
		    ACT_DOMAIN_SOME));
	ask_put(a, json_pack("{s:s, s:I}", "do", "again", "site",
	    (json_int_t)s->number));
}

bool
govern_domain_add(struct ask *a)
{
	struct enlist_book book = { .view = a->view };
	struct view_site s = { .number = 0 };
	struct buf domain, why;
	bool good;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (s.retired)
		return ask_refuse(a, NULL, _("site %s is retired: %s"),
		    s.code, s.reason);
	buf_init(&domain, 256);
	buf_init(&why, 4096);
	good = enlist_domain(&book, span_of(ask_word(a, "domain")), &domain,
	    &why);
	if (good) {
		put_domain(a, "domain-add", &s, buf_cstr(&domain));
		put_again(a, &s);
	} else {
		ask_refuse(a, NULL, "%s", buf_cstr(&why));
	}
	buf_clear(&domain);
	buf_clear(&why);
	return good;
}

/* False: refused, it isn't the site's. */
static bool
find_domain(struct ask *a, const struct view_site *s, struct buf *domain)
{
	struct db_txn *t = view_read(a->view);
	bool has = site_has_domain(t, s->number,
	    span_of(ask_word(a, "domain")), domain);

	db_abort(t);
	return has || ask_refuse(a, _("zqhub site show lists what it has"),
	    _("%s is not a domain of site %s"), ask_word(a, "domain"),
	    s->code);
}

/* What a registry says needs no reason. */
bool
govern_domain_expires(struct ask *a)
{
	const json_t *expires = json_object_get(a->said, "expires");
	struct view_site s = { .number = 0 };
	struct buf domain;
	bool good;

	if (!ask_site(a, &s))
		return false;
	if (!json_is_integer(expires) || json_integer_value(expires) < 0)
		return ask_refuse(a, NULL, _("expires is a time in "
		    "milliseconds since 1970, or 0"));
	buf_init(&domain, 256);
	good = find_domain(a, &s, &domain);
	if (good) {
		ask_put(a, json_pack("{s:s, s:I, s:s, s:I}", "do",
		    "domain-expires", "site", (json_int_t)s.number, "domain",
		    buf_cstr(&domain), "expires",
		    json_integer_value(expires)));
		a->result = result_of(&s);
		json_object_set_new(a->result, "domain",
		    json_string(buf_cstr(&domain)));
		if (json_integer_value(expires) > 0)
			json_time(a->result, "expires",
			    json_integer_value(expires));
	}
	buf_clear(&domain);
	return good;
}

bool
govern_domain_remove(struct ask *a)
{
	struct view_site s = { .number = 0 };
	struct buf domain;
	bool good = false;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	buf_init(&domain, 256);
	if (!find_domain(a, &s, &domain)) {
		good = false;		/* said why */
	} else if (s.domains < 2) {
		ask_refuse(a, _("zqhub site retire closes it; zqhub site "
		    "domain add gives it another first"),
		    _("%s is the only domain of site %s"),
		    buf_cstr(&domain), s.code);
	} else {
		good = true;
		put_domain(a, "domain-remove", &s, buf_cstr(&domain));
		put_clear(a, &s, s.items / ACT_RETIRE_SOME +
		    view_items(a->view) / ACT_RETIRE_LOOK + 1);
	}
	buf_clear(&domain);
	return good;
}

/* --- the gate ------------------------------------------------------------- */

/* What the agent holds itself is for the agent: by a letter. */
static uint64_t
held_there(struct ask *a, const struct view_site *s)
{
	struct position p;

	return journal_position(a->journal, s->number, &p) &&
	    answer_has_word(span_of(p.features), FEATURE_GATE) ? p.held : 0;
}

static bool
settle_gate(struct ask *a, const char *act)
{
	struct view_site s = { .number = 0 };
	uint64_t there;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	there = held_there(a, &s);
	if (!s.gate && there == 0)
		return ask_refuse(a, _("zqhub status shows who holds what"),
		    _("nothing of site %s waits for a release"), s.code);
	for (uint64_t n = 0; n < s.gated / ACT_GATE_SOME; n++)
		ask_put(a, json_pack("{s:s, s:I, s:i}", "do", act, "site",
		    (json_int_t)s.number, "most", ACT_GATE_SOME));
	ask_put(a, json_pack("{s:s, s:I, s:b, s:I}", "do", act, "site",
	    (json_int_t)s.number, "letter", there > 0, "settled",
	    s.gate ? (json_int_t)s.gated : 0));
	a->result = result_of(&s);
	json_object_set_new(a->result, "here",
	    json_integer((json_int_t)s.gated));
	json_object_set_new(a->result, "there",
	    json_integer((json_int_t)there));
	return true;
}

bool
govern_release(struct ask *a)
{
	return settle_gate(a, "release");
}

bool
govern_refuse(struct ask *a)
{
	return settle_gate(a, "refuse");
}
