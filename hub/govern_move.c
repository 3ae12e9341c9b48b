/*
 * Operators' acts about moves; see govern_move.h.
 */
#include "hub/govern_move.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/act_domain.h"
#include "hub/links.h"
#include "hub/move.h"
#include "hub/move_back.h"
#include "hub/site.h"
#include "protocol/limits.h"
#include "protocol/movelist_said.h"
#include "protocol/reason.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

#define WHY_MAX (8 * LIMIT_URL)
#define ZONE_MOST (14 * 60)		/* minutes, east or west of UTC */
#define DAY_MS INT64_C(86400000)

/* --- trying --------------------------------------------------------------------- */

struct trial {
	uint32_t number;	/* of this move; 0: the one that is said */
	struct span old, new;
	bool below;
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

/* Who links there, as of before; as far as the steps go. */
static void
put_links(json_t *o, struct db_txn *t, const struct move *m, int64_t *steps)
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

/* What an operator has just said of this address: anew, perhaps. */
static bool
get_said(struct db_txn *t, const struct trial *r, struct move *m)
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
warn_replaced(json_t *result, struct db_txn *t, const struct trial *r,
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
	struct trial *r = arg;
	int64_t steps = LINKS_STEPS;
	struct move m;

	if (!(r->number != 0 ? move_get(t, r->number, &m) :
	    get_said(t, r, &m)))
		return;
	put_result(r->result, &m);
	if (r->number == 0)
		warn_replaced(r->result, t, r, m.changed);
	put_links(r->result, t, &m, &steps);
}

/* The act as it would be written. False: refused, in apply's words. */
static bool
try(struct ask *a, json_t *act, struct trial *r)
{
	r->result = json_object();
	if (!ask_try(a, act, look, r, _("zqhub move list shows all moves"))) {
		json_decref(r->result);
		return false;
	}
	a->result = r->result;
	return true;
}

/* --- a new domain ------------------------------------------------------------------- */

/* A domain moves to a host that no site has, nor one above it: it becomes
 * the site's, or nothing could be told of what is there. */
static void
put_domain(struct ask *a, json_t *result, uint32_t site, struct span url)
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

/* --- announcing ------------------------------------------------------------------- */

static bool
end_column(struct ask *a, enum rewrite_scope scope, struct buf *url)
{
	struct buf why;
	bool good;

	buf_init(&why, 2 * WHY_MAX);
	good = scope != REWRITE_PREFIX ||
	    movelist_said_is_column(buf_look(url), &why);
	if (good)
		buf_byte(url, '/');
	else
		ask_refuse(a, NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	return good;
}

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
	good = url_normal(out, buf_look(&full), &why);
	if (!good)
		ask_refuse(a, _("expected an address like "
		    "https://www.example.gov.cn/zwgk/"), "%s: %s", given,
		    why != NULL ? why : "");
	else if (scope != REWRITE_ADDRESS && out->at[out->n - 1] != '/')
		good = end_column(a, scope, out);
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

/* NORMS 3: what a notice owes to those who follow it. Said, never enforced. */
static void
warn_notice(const struct ask *a, json_t *result)
{
	const char *scope = json_string_value(json_object_get(result,
	    "scope"));
	int64_t from = json_integer_value(json_object_get(result,
	    "from_ms")), notice = (int64_t)a->config->move_notice;
	char text[WHY_MAX];

	if (scope == NULL || strcmp(scope, "domain") != 0 || notice == 0 ||
	    from - a->now >= notice - DAY_MS / 24)
		return;
	snprintf(text, sizeof(text), _("a domain that is replaced is "
	    "announced %lld days ahead (move_notice); this is %lld"),
	    (long long)(notice / DAY_MS),
	    (long long)((from > a->now ? from - a->now : 0) / DAY_MS));
	warn(result, text);
}

static bool
speaks(struct ask *a, const struct view_site *s, const struct buf *old,
    struct buf *why)
{
	buf_printf(why, "%s: ", buf_cstr(old));
	return view_may_speak(a->view, s->number, buf_look(old), why);
}

static bool
may_speak(struct ask *a, const struct view_site *s, const struct buf *old)
{
	struct buf why;
	bool may;

	buf_init(&why, WHY_MAX);
	may = speaks(a, s, old, &why);
	if (!may)
		ask_refuse(a, _("zqhub site show lists a site's domains"),
		    "%s", buf_cstr(&why));
	buf_clear(&why);
	return may;
}

static bool
announce(struct ask *a, const struct view_site *s, enum rewrite_scope scope,
    const struct buf *old, const struct buf *new)
{
	json_t *act = announcement(a, s, scope, old, new);
	struct trial r = { .old = buf_look(old), .new = buf_look(new),
	    .below = scope != REWRITE_ADDRESS };
	bool good = may_speak(a, s, old);

	if (good && !try(a, act, &r)) {
		move_back_advise(a, s->code, &(struct rewrite_rule){
		    .scope = scope, .from = r.old, .to = r.new });
		good = false;
	}
	if (good) {
		warn_notice(a, a->result);
		if (!ask_flag(a, "dry")) {
			ask_put(a, json_incref(act));
			if (scope == REWRITE_DOMAIN)
				put_domain(a, a->result, s->number,
				    buf_look(new));
		}
		json_object_set_new(a->result, "dry",
		    json_boolean(ask_flag(a, "dry")));
		json_object_set_new(a->result, "code", json_string(s->code));
	}
	json_decref(act);
	return good;
}

/* --- a list ------------------------------------------------------------------------ */

struct list {
	struct ask *ask;
	const struct view_site *site;
	json_t *asked, *rows, *errors;
	struct movelist_said *said;
	struct rewrite *set;	/* what was read so far */
	struct acts acts;
	size_t bytes, wrong;
	int64_t steps;		/* to count links with */
};

/* What is wrong with the n-th. */
static void
complain(struct list *l, size_t n, const char *why)
{
	json_t *line = json_object_get(json_array_get(l->asked, n), "line");

	if (l->wrong++ < GOVERN_MOVE_ERRORS)
		json_array_append_new(l->errors, json_pack("{s:I, s:s}",
		    "line", json_integer_value(line), "error", why));
}

static struct span
word(const json_t *o, const char *name)
{
	return text_trim(json_text_span(o, name));
}

static bool
read_said(struct list *l, size_t n, struct buf *why)
{
	const json_t *o = json_array_get(l->asked, n);
	int64_t zone = json_integer_value(json_object_get(l->ask->said,
	    "zone")), now = l->ask->now;
	const struct movelist_words w = { .old = word(o, "old"),
	    .new = word(o, "new"), .scope = word(o, "scope"),
	    .at = word(o, "at"), .until = word(o, "until"),
	    .reason = word(o, "reason") };
	struct movelist_said *s = &l->said[n];

	if (zone < -ZONE_MOST || zone > ZONE_MOST ||
	    !movelist_said_read(s, &w, ASK_REASON, (int)zone, now, why) ||
	    !speaks(l->ask, l->site, &s->old, why))
		return false;
	l->bytes += s->old.n + s->new.n;
	buf_reset(why);
	return movelist_said_rule(s, l->set, s->from != CLOCK_NONE ?
	    s->from : now, (uint32_t)n + 1, NULL, why);
}

static void
put_said(struct list *l, size_t n)
{
	struct movelist_said *s = &l->said[n];
	const char *own = json_text(json_array_get(l->asked, n), "reason");
	json_t *act = announcement(l->ask, l->site, s->scope, &s->old,
	    &s->new);

	if (s->from != CLOCK_NONE)
		json_object_set_new(act, "from", json_integer(s->from));
	if (s->until != CLOCK_NONE)
		json_object_set_new(act, "until", json_integer(s->until));
	acts_put(&l->acts, act, l->ask->actor, s->reason.n > 0 ? own :
	    ask_word(l->ask, "reason"));
}

static void
read_list(struct list *l)
{
	struct buf why;

	buf_init(&why, WHY_MAX);
	for (size_t i = 0; i < json_array_size(l->asked); i++) {
		movelist_said_init(&l->said[i]);
		buf_reset(&why);
		if (read_said(l, i, &why))
			put_said(l, i);
		else
			complain(l, i, buf_cstr(&why));
	}
	buf_clear(&why);
}

static bool
see(void *arg, size_t n, struct db_txn *t, const char *wrong)
{
	struct list *l = arg;
	const struct movelist_said *s = &l->said[n];
	const struct trial r = { .old = buf_look(&s->old),
	    .new = buf_look(&s->new), .below = s->scope != REWRITE_ADDRESS };
	json_t *row = json_object();
	struct buf why;
	struct move m;

	if (wrong != NULL) {
		buf_init(&why, WHY_MAX);
		buf_printf(&why, "%s → %s: ", buf_cstr(&s->old),
		    buf_cstr(&s->new));
		reason_put(&why, span_of(wrong));
		complain(l, n, buf_cstr(&why));
		buf_clear(&why);
	} else if (get_said(t, &r, &m)) {
		json_object_set(row, "line", json_object_get(json_array_get(
		    l->asked, n), "line"));
		put_result(row, &m);
		put_links(row, t, &m, &l->steps);
		warn_notice(l->ask, row);
	}
	json_array_append_new(l->rows, row);
	return true;
}

/* All of it; new domains once each. */
static void
put_list(struct list *l)
{
	json_t *hosts = json_object(), *row;
	size_t i;

	acts_move(&l->ask->acts, &l->acts);
	json_array_foreach(l->rows, i, row) {
		const char *new = buf_cstr(&l->said[i].new);

		if (strcmp(json_text(row, "scope"), "domain") != 0 ||
		    json_object_get(hosts, new) != NULL)
			continue;
		put_domain(l->ask, row, l->site->number, span_of(new));
		json_object_set_new(hosts, new, json_true());
	}
	json_decref(hosts);
}

static bool
judge_list(struct list *l)
{
	struct ask *a = l->ask;

	read_list(l);
	if (l->bytes > GOVERN_MOVE_BYTES)
		return ask_refuse(a, _("split it, or say a column that moves "
		    "as one prefix"), _("the addresses are over %u KiB "
		    "together"), GOVERN_MOVE_BYTES >> 10);
	if (l->wrong == 0)
		view_try(a->view, &l->acts, a->now, see, l);
	if (l->wrong > 0)
		json_array_clear(l->rows);
	else if (!ask_flag(a, "dry"))
		put_list(l);
	a->result = json_pack("{s:s, s:b, s:O, s:O, s:I}", "code",
	    l->site->code, "dry", ask_flag(a, "dry"), "moves", l->rows,
	    "errors", l->errors, "wrong", (json_int_t)l->wrong);
	return true;
}

static bool
announce_list(struct ask *a, const struct view_site *s, json_t *asked)
{
	struct list l = { .ask = a, .site = s, .asked = asked,
	    .steps = LINKS_STEPS };
	size_t n = json_array_size(asked);
	bool good;

	if (n == 0 || n > GOVERN_MOVES)
		return ask_refuse(a, NULL, _("%zu moves: expected 1 to %d at "
		    "a time; a column that moves is one prefix"), n,
		    GOVERN_MOVES);
	l.rows = json_array();
	l.errors = json_array();
	l.set = rewrite_new();
	l.said = mem_grow(NULL, n, sizeof(*l.said));
	acts_init(&l.acts);
	good = judge_list(&l);
	for (size_t i = 0; i < n; i++)
		movelist_said_clear(&l.said[i]);
	acts_clear(&l.acts);
	free(l.said);
	rewrite_free(l.set);
	json_decref(l.rows);
	json_decref(l.errors);
	return good;
}

/* --- announcing: either -------------------------------------------------------------- */

bool
govern_move_announce(struct ask *a)
{
	json_t *list = json_object_get(a->said, "moves");
	enum rewrite_scope scope = rewrite_scope_named(span_of(
	    ask_word(a, "scope")));
	struct view_site s = { .number = 0 };
	struct buf old, new;
	bool good;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (list != NULL)
		return announce_list(a, &s, list);
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
	struct trial r = { .number = number };
	bool good = try(a, act, &r);

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
			put_domain(a, a->result, m.site, buf_look(&new));
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
