/* See govern_trial.h. */
#include "hub/govern_trial.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/act_domain.h"
#include "hub/links.h"
#include "hub/site.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define DAY_MS INT64_C(86400000)

void
govern_trial_put(json_t *o, const struct move *m)
{
	json_object_set_new(o, "move", json_integer(m->number));
	json_object_set_new(o, "state",
	    json_string(move_state_name(m->state)));
	json_object_set_new(o, "scope", json_string(rewrite_scope_name(
	    (enum rewrite_scope)m->scope)));
	json_object_set_new(o, "old", json_stringn(m->old.at, m->old.n));
	json_object_set_new(o, "new", json_stringn(m->new.at, m->new.n));
	json_object_set_new(o, "from_ms", json_integer(m->from));
	if (m->until != CLOCK_NONE)
		json_object_set_new(o, "until_ms", json_integer(m->until));
	json_object_set_new(o, "agreed", json_boolean(m->agreed));
	if (m->state == MOVE_CONTESTED)
		json_object_set_new(o, "rival", json_integer(m->rival));
	if (m->why.n > 0)
		json_object_set_new(o, "why",
		    json_stringn(m->why.at, m->why.n));
}

void
govern_trial_links(json_t *o, struct db_txn *t, const struct move *m,
    int64_t *steps)
{
	struct link_count n;

	if (*steps <= 0)
		return;
	links_count(t, rewrite_reach((enum rewrite_scope)m->scope), m->old, 0,
	    &n, steps);
	json_object_set_new(o, "targets",
	    json_integer((json_int_t)n.targets));
	json_object_set_new(o, "sites", json_integer((json_int_t)n.sites));
	json_object_set_new(o, "pages", json_integer((json_int_t)n.pages));
	json_object_set_new(o, "exact", json_boolean(n.exact));
}

bool
govern_trial_said(struct db_txn *t, const struct govern_trial *r,
    struct move *m)
{
	uint32_t before = 0;

	while (move_of_old(t, r->old, r->below, before, m)) {
		if (m->operated && span_is(m->new, r->new))
			return true;
		before = m->number;
	}
	return false;
}

static void
warn(json_t *result, const char *text)
{
	json_t *all = json_object_get(result, "warnings");

	if (all == NULL) {
		all = json_array();
		json_object_set_new(result, "warnings", all);
	}
	json_array_append_new(all, json_string(text));
}

/* Which of their own moves end by this one, as of the same moment. */
static void
warn_replaced(json_t *result, struct db_txn *t, const struct govern_trial *r,
    int64_t at)
{
	uint32_t before = 0;
	struct buf text;
	struct move m;

	buf_init(&text, 4 * LIMIT_URL);
	while (move_ever_of_old(t, r->old, r->below, before, &m)) {
		before = m.number;
		if (m.operated || m.state != MOVE_WITHDRAWN || m.changed != at)
			continue;
		buf_reset(&text);
		buf_printf(&text, _("this takes the place of move %lld, which "
		    "the site announced itself: %.*s -> %.*s; it is told so"),
		    (long long)m.number, SPAN_ARGS(m.old), SPAN_ARGS(m.new));
		warn(result, buf_cstr(&text));
	}
	buf_clear(&text);
}

static void
look(void *arg, struct db_txn *t)
{
	struct govern_trial *r = arg;
	int64_t steps = LINKS_STEPS;
	struct move m;

	if (!(r->number != 0 ? move_get(t, r->number, &m) :
	    govern_trial_said(t, r, &m)))
		return;
	govern_trial_put(r->result, &m);
	if (r->number == 0)
		warn_replaced(r->result, t, r, m.changed);
	govern_trial_links(r->result, t, &m, &steps);
}

bool
govern_trial_run(struct ask *a, json_t *act, struct govern_trial *r)
{
	r->result = json_object();
	if (!ask_try(a, act, look, r, _("zqhub move list shows all moves"))) {
		json_decref(r->result);
		return false;
	}
	a->result = r->result;
	return true;
}

/* --- how it is said --------------------------------------------------------- */

static void
set_time(struct ask *a, json_t *act, const char *name)
{
	json_t *ms = json_object_get(a->said, name);

	if (json_is_integer(ms) && json_integer_value(ms) >= 0)
		json_object_set(act, name, ms);
}

json_t *
govern_trial_act(struct ask *a, const struct view_site *s,
    enum rewrite_scope scope, const struct buf *old, const struct buf *new)
{
	json_t *act = json_pack("{s:s, s:I, s:s, s:s, s:s}", "do",
	    "move-announce", "site", (json_int_t)s->number,
	    "scope", rewrite_scope_name(scope), "old", buf_cstr(old), "new",
	    buf_cstr(new));

	set_time(a, act, "from");
	set_time(a, act, "until");
	return act;
}

bool
govern_trial_speaks(struct ask *a, const struct view_site *s,
    const struct buf *old, struct buf *why)
{
	buf_printf(why, "%s: ", buf_cstr(old));
	return view_may_speak(a->view, s->number, buf_look(old), why);
}

void
govern_trial_notice(const struct ask *a, json_t *result)
{
	const char *scope = json_string_value(json_object_get(result,
	    "scope"));
	int64_t from = json_integer_value(json_object_get(result,
	    "from_ms")), notice = (int64_t)a->config->move_notice;
	char text[GOVERN_TRIAL_WHY];

	if (scope == NULL || strcmp(scope, "domain") != 0 || notice == 0 ||
	    from - a->now >= notice - DAY_MS / 24)
		return;
	snprintf(text, sizeof(text), _("a domain that is replaced is "
	    "announced %lld days ahead (move_notice); this is %lld"),
	    (long long)(notice / DAY_MS),
	    (long long)((from > a->now ? from - a->now : 0) / DAY_MS));
	warn(result, text);
}

/* --- a new domain ------------------------------------------------------------------- */

void
govern_trial_domain(struct ask *a, json_t *result, uint32_t site,
    struct span url)
{
	struct db_txn *t = view_read(a->view);
	struct view_site s;
	uint32_t owner;
	struct url u;
	bool fresh = url_parse(&u, url) && !site_of_host(t, u.host, &owner);

	db_abort(t);
	if (!fresh || !view_site(a->view, site, &s) || s.retired)
		return;
	ask_put(a, json_pack("{s:s, s:I, s:s%}", "do", "domain-add", "site",
	    (json_int_t)site, "domain", u.host.at, u.host.n));
	for (uint64_t n = 0; n <= s.held / ACT_DOMAIN_SOME; n++)
		ask_put(a, json_pack("{s:s, s:I, s:i}", "do", "again",
		    "site", (json_int_t)site, "most", ACT_DOMAIN_SOME));
	json_object_set_new(result, "domain",
	    json_stringn(u.host.at, u.host.n));
}
