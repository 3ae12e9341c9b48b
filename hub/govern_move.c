/*
 * Operators' acts about moves; see govern_move.h.
 */
#include "hub/govern_move.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/act_domain.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/site.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

#define WHY_MAX 4096
#define DAY_MS INT64_C(86400000)

/* --- trying --------------------------------------------------------------------- */

struct trial {
	uint32_t number;	/* of this move; 0: of the newest */
	json_t *result;
};

static void
put_result(json_t *o, const struct move *m)
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

/* Who links there, as of before. */
static void
put_links(json_t *o, struct db_txn *t, const struct move *m)
{
	int64_t steps = LINKS_STEPS;
	struct link_count n;

	links_count(t, rewrite_reach((enum rewrite_scope)m->scope), m->old, 0,
	    &n, &steps);
	json_object_set_new(o, "targets",
	    json_integer((json_int_t)n.targets));
	json_object_set_new(o, "sites", json_integer((json_int_t)n.sites));
	json_object_set_new(o, "pages", json_integer((json_int_t)n.pages));
	json_object_set_new(o, "exact", json_boolean(n.exact));
}

static void
look(void *arg, struct db_txn *t)
{
	struct trial *r = arg;
	struct move m;

	if (!move_get(t, r->number != 0 ? r->number : move_last(t), &m))
		return;
	put_result(r->result, &m);
	put_links(r->result, t, &m);
}

/* The act as it would be written. False: refused, in apply's words. */
static bool
try(struct ask *a, json_t *act, uint32_t number)
{
	struct trial r = { .number = number, .result = json_object() };

	if (!ask_try(a, act, look, &r, _("zqhub move list shows all moves"))) {
		json_decref(r.result);
		return false;
	}
	a->result = r.result;
	return true;
}

/* --- a new domain ------------------------------------------------------------------- */

/* A domain moves to a host that no site has, nor one above it: it becomes
 * the site's, or nothing could be told of what is there. */
static void
put_domain(struct ask *a, uint32_t site, struct span url)
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
	json_object_set_new(a->result, "domain",
	    json_stringn(u.host.at, u.host.n));
}

/* --- announcing ------------------------------------------------------------------- */

/* As people write it: a domain may be a name alone, a prefix may lack its
 * slash. */
static bool
read_address(struct ask *a, const char *name, enum rewrite_scope scope,
    struct buf *out)
{
	const char *given = ask_word(a, name), *why = NULL;
	struct buf full;
	bool good;

	buf_init(&full, 2 * WHY_MAX);
	if (scope == REWRITE_DOMAIN && strstr(given, "://") == NULL)
		buf_text(&full, "https://");
	buf_text(&full, given);
	if (scope != REWRITE_ADDRESS && full.n > 0 &&
	    full.at[full.n - 1] != '/')
		buf_byte(&full, '/');
	good = url_normal(out, buf_look(&full), &why);
	if (!good)
		ask_refuse(a, _("expected an address like "
		    "https://www.example.gov.cn/zwgk/"), "%s: %s", given,
		    why != NULL ? why : "");
	buf_clear(&full);
	return good;
}

static void
set_time(struct ask *a, json_t *act, const char *name)
{
	json_t *ms = json_object_get(a->said, name);

	if (json_is_integer(ms) && json_integer_value(ms) >= 0)
		json_object_set(act, name, ms);
}

static json_t *
announcement(struct ask *a, const struct view_site *s,
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

/* NORMS 3: what a notice owes to those who follow it. Said, never enforced. */
static void
warn_notice(struct ask *a, int64_t notice)
{
	const char *scope = json_string_value(json_object_get(a->result,
	    "scope"));
	int64_t from = json_integer_value(json_object_get(a->result,
	    "from_ms"));
	char text[WHY_MAX];

	if (scope == NULL || strcmp(scope, "domain") != 0 || notice == 0 ||
	    from - a->now >= notice - DAY_MS / 24)
		return;
	snprintf(text, sizeof(text), _("a domain that is replaced is "
	    "announced %lld days ahead (move_notice); this is %lld"),
	    (long long)(notice / DAY_MS),
	    (long long)((from > a->now ? from - a->now : 0) / DAY_MS));
	warn(a->result, text);
}

static bool
may_speak(struct ask *a, const struct view_site *s, const struct buf *old)
{
	struct buf why;
	bool may;

	buf_init(&why, WHY_MAX);
	may = view_may_speak(a->view, s->number, buf_look(old), &why);
	if (!may)
		ask_refuse(a, _("zqhub site show lists a site's domains"),
		    "%s: %s", buf_cstr(old), buf_cstr(&why));
	buf_clear(&why);
	return may;
}

static bool
announce(struct ask *a, const struct view_site *s, enum rewrite_scope scope,
    const struct buf *old, const struct buf *new)
{
	json_t *act = announcement(a, s, scope, old, new);
	bool good = may_speak(a, s, old) && try(a, act, 0);

	if (good) {
		warn_notice(a, (int64_t)a->config->move_notice);
		if (!ask_flag(a, "dry")) {
			ask_put(a, json_incref(act));
			if (scope == REWRITE_DOMAIN)
				put_domain(a, s->number, buf_look(new));
		}
		json_object_set_new(a->result, "dry",
		    json_boolean(ask_flag(a, "dry")));
		json_object_set_new(a->result, "code", json_string(s->code));
	}
	json_decref(act);
	return good;
}

bool
govern_move_announce(struct ask *a)
{
	enum rewrite_scope scope = rewrite_scope_named(span_of(
	    ask_word(a, "scope")));
	struct view_site s = { .number = 0 };
	struct buf old, new;
	bool good;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	buf_init(&old, LIMIT_URL);
	buf_init(&new, LIMIT_URL);
	good = read_address(a, "old", scope, &old) &&
	    read_address(a, "new", scope, &new) &&
	    announce(a, &s, scope, &old, &new);
	buf_clear(&old);
	buf_clear(&new);
	return good;
}

/* --- by number ---------------------------------------------------------------------- */

static bool
find(struct ask *a, uint32_t *number)
{
	json_int_t n = json_integer_value(json_object_get(a->said, "move"));

	*number = n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
	return *number != 0 || ask_refuse(a, _("zqhub move list shows all "
	    "moves"), _("which move? its number is missing"));
}

static json_t *
numbered(const char *act, uint32_t number)
{
	return json_pack("{s:s, s:I}", "do", act, "move",
	    (json_int_t)number);
}

static bool
put(struct ask *a, uint32_t number, json_t *act)
{
	bool good = try(a, act, number);

	if (good)
		ask_put(a, json_incref(act));
	json_decref(act);
	return good;
}

/* What is to be known of it; the address is the caller's to clear. */
static bool
new_of(struct ask *a, uint32_t number, struct move *m, struct buf *new)
{
	struct db_txn *t = view_read(a->view);
	bool found = move_get(t, number, m);

	buf_init(new, LIMIT_URL);
	if (found)
		buf_span(new, m->new);
	db_abort(t);
	return found;
}

bool
govern_move_agree(struct ask *a)
{
	uint32_t number;
	struct move m;
	struct buf new;
	bool good;

	if (!ask_reason(a) || !find(a, &number))
		return false;
	good = put(a, number, numbered("move-agree", number));
	if (good && new_of(a, number, &m, &new)) {
		if (m.scope == REWRITE_DOMAIN)
			put_domain(a, m.site, buf_look(&new));
		buf_clear(&new);
	}
	return good;
}

bool
govern_move_withdraw(struct ask *a)
{
	uint32_t number;

	return ask_reason(a) && find(a, &number) &&
	    put(a, number, numbered("move-withdraw", number));
}

bool
govern_move_looked(struct ask *a)
{
	static const char *const names[] = { "looked", "wrong", "why" };
	uint32_t number;
	json_t *act;

	if (!find(a, &number))
		return false;
	act = numbered("move-looked", number);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_object_get(a->said, names[i]) != NULL)
			json_object_set(act, names[i],
			    json_object_get(a->said, names[i]));
	return put(a, number, act);
}
