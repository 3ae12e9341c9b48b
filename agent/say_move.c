/* See say_move.h. */
#include "agent/say_move.h"

#include <stdlib.h>
#include <string.h>

#include "agent/ability.h"
#include "agent/compare.h"
#include "agent/held_there.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/features.h"
#include "protocol/limits.h"
#include "protocol/movelist_said.h"
#include "protocol/rewrite.h"
#include "protocol/statement.h"
#include "protocol/url_place.h"

#define COMPLAINTS 20		/* lines of them; the rest is counted */
#define HELD_MOST 1000		/* letters of what the hub holds */
#define HERE_MOST 64		/* moves whose new address is looked for */
#define WHY_MAX (8 * LIMIT_URL)	/* bytes of a complaint */

struct one {
	struct movelist_said said;	/* its spans are the caller's */
	struct span where;
	bool same;			/* it was announced just so before */
	int64_t begins;			/* ms */
	char *instead;			/* of this, which was to come; or NULL */
	bool here;
	uint64_t items;
};

struct moving {
	struct one *one;
	size_t count, wrong;
	struct span by;
	int64_t now;
	struct buf *why;
	struct rewrite *rules;		/* these, and those of before */
	bool hub_moves;			/* it deals with them */
};

static struct span
trimmed(json_t *o, const char *name)
{
	return text_trim(json_text_span(o, name));
}

/* Begins a line of what is wrong; false: enough was said. */
static bool
complain(struct moving *m, const struct one *o)
{
	if (++m->wrong > COMPLAINTS)
		return false;
	if (m->why->n > 0)
		buf_byte(m->why, '\n');
	if (o->where.n > 0)
		buf_printf(m->why, "%.*s: ", SPAN_ARGS(o->where));
	return true;
}

/* --- taking what was asked ------------------------------------------------ */

static void
take(struct moving *m, struct one *o, json_t *ask, json_t *all, int zone)
{
	struct span own = trimmed(ask, "reason");
	const struct movelist_words w = { .old = trimmed(ask, "old"),
	    .new = trimmed(ask, "new"), .scope = trimmed(ask, "scope"),
	    .at = trimmed(ask, "at"), .until = trimmed(ask, "until"),
	    .reason = own.n > 0 ? own : trimmed(all, "reason"),
	    .back = json_object_get(ask, "new") == NULL };
	struct buf why;

	movelist_said_init(&o->said);
	o->where = trimmed(ask, "where");
	buf_init(&why, WHY_MAX);
	if (!movelist_said_read(&o->said, &w, LIMIT_TEXT, zone, m->now,
	    &why) && complain(m, o))
		buf_span(m->why, buf_look(&why));
	buf_clear(&why);
}

/* --- judging --------------------------------------------------------------- */

static struct moved
row_of(const struct moving *m, const struct one *o)
{
	return (struct moved){ .state = MOVES_SAID,
	    .scope = span_of(rewrite_scope_name(o->said.scope)),
	    .old = buf_look(&o->said.old), .new = buf_look(&o->said.new),
	    .reason = o->said.reason, .by = m->by, .from = o->said.from,
	    .until = o->said.until, .when = m->now };
}

static int64_t
begins(const struct moved *row)
{
	return row->from != CLOCK_NONE ? row->from : row->when;
}

static void
put_commands(const struct moving *m, const struct one *o, struct span first,
    int64_t at)
{
	static const char *const options[] = { [REWRITE_ADDRESS] = "",
		[REWRITE_PREFIX] = " --prefix", [REWRITE_DOMAIN] =
		" --domain" };
	struct span a = buf_look(&o->said.new), b = buf_look(&o->said.old);
	const char *option = options[o->said.scope];
	char when[CLOCK_TEXT_MAX];

	if (at <= m->now)
		buf_printf(m->why, "\n  zqagent say move '%.*s'%s --withdraw",
		    SPAN_ARGS(first), option);
	buf_printf(m->why, "\n  printf '\"%%s\",\"%%s\"\\n' '%.*s' '%.*s' "
	    "'%.*s' '%.*s' | zqagent say move --csv -%s", SPAN_ARGS(a),
	    SPAN_ARGS(b), SPAN_ARGS(b), SPAN_ARGS(a), option);
	if (at > m->now)
		buf_printf(m->why, " --at '%.19s%s'", clock_show(when, at),
		    when + 20);
}

/* Two that change places are said at one time, and so together: what has taken
 * effect keeps its own. */
static void
advise(struct moving *m, const struct one *o, uint32_t other)
{
	const struct rewrite_rule *r = other != 0 ?
	    rewrite_get(m->rules, other) : NULL;
	int64_t at;

	if (r == NULL || !movelist_said_is_back(&o->said, r))
		return;
	if (other <= m->count && !m->one[other - 1].same && !o->same) {
		buf_text(m->why, _("; two that change places do so at one "
		    "time: say the same of both"));
		return;
	}
	at = o->same ? o->begins : r->at;
	buf_text(m->why, at > m->now ?
	    _("; to have the two change places, say both in one table:") :
	    _("; to have the two change places, take back the one that was "
	    "announced before, and say both in one table:"));
	put_commands(m, o, o->same ? buf_look(&o->said.old) :
	    buf_look(&o->said.new), at);
}

static void
add_rule(struct moving *m, struct one *o, uint32_t number)
{
	struct buf why;
	uint32_t other;

	buf_init(&why, WHY_MAX);
	if (!movelist_said_rule(&o->said, m->rules, o->begins, number, &other,
	    &why) && complain(m, o)) {
		buf_span(m->why, buf_look(&why));
		advise(m, o, other);
	}
	buf_clear(&why);
}

static void
judge_words(struct moving *m, struct one *o)
{
	struct moved row = row_of(m, o);
	struct rewrite_rule rule;
	struct change c;
	const char *wrong = "";

	moves_change(&c, &row);
	c.when = m->now;
	if ((!change_is_sane(&c, &wrong) ||
	    !statement_move(&rule, &c, &wrong)) && complain(m, o))
		buf_printf(m->why, "%.*s: %s", SPAN_ARGS(row.old), _(wrong));
}

/* What isn't announced can't be taken back; as something else it may be. */
static void
judge_back(struct moving *m, struct store_txn *t, struct one *o)
{
	struct moved row = row_of(m, o), is;
	const char *other = NULL;

	if (row.new.n > 0 || (moves_get(t, row.scope, row.old, &is) &&
	    (is.state == MOVES_SAID || is.state == MOVES_HEARD)))
		return;
	for (enum rewrite_scope s = REWRITE_ADDRESS; s <= REWRITE_DOMAIN; s++)
		if (moves_get(t, span_of(rewrite_scope_name(s)), row.old,
		    &is) && is.state == MOVES_SAID)
			other = rewrite_scope_name(s);
	if (!complain(m, o))
		return;
	if (other != NULL)
		buf_printf(m->why, _("%.*s is announced as %s: say that with "
		    "--withdraw"), SPAN_ARGS(row.old),
		    strcmp(other, "address") == 0 ? _("a single address") :
		    strcmp(other, "prefix") == 0 ? "--prefix" : "--domain");
	else
		buf_printf(m->why, _("%.*s: no move of this is announced; "
		    "zqagent moves shows what is"), SPAN_ARGS(row.old));
}

/* The hub wrote since it was said that it doesn't take it so. */
static bool
is_held(struct store_txn *t, const struct moved *row)
{
	json_t *held = held_there(t, HELD_MOST), *letter;
	bool is = false;
	int64_t ms;
	size_t i;

	json_array_foreach(held, i, letter) {
		struct span when = json_text_span(letter, "when");

		is |= span_is(json_text_span(letter, "about"), row->old) &&
		    clock_parse(when.at, when.n, 0, &ms) &&
		    ms - t->meta.skew >= row->when;
	}
	json_decref(held);
	return is;
}

/* What has taken effect can't be announced otherwise: pages have been led
 * there. */
static void
judge_late(struct moving *m, struct store_txn *t, struct one *o)
{
	struct moved row = row_of(m, o), is;
	char since[CLOCK_TEXT_MAX];

	if (row.new.n == 0 || !moves_get(t, row.scope, row.old, &is) ||
	    is.state != MOVES_SAID || span_is(is.new, row.new) ||
	    begins(&is) > m->now ||
	    (is.until != CLOCK_NONE && is.until <= m->now) || is_held(t, &is))
		return;
	if (complain(m, o))
		buf_printf(m->why, _("%.*s has moved to %.*s, since %s: say "
		    "where that goes, or take it back first (--withdraw)"),
		    SPAN_ARGS(row.old), SPAN_ARGS(is.new),
		    clock_show(since, begins(&is)));
}

struct gathering {
	struct moving *m;
	struct store_txn *t;
	uint32_t number;
};

/* Has moves_put() one row for both? */
static bool
is_one_place(enum rewrite_scope scope, struct span a, struct span b)
{
	struct span other = url_bare(b);

	return scope == REWRITE_ADDRESS ? url_place_same(a, b) :
	    url_place_heads(url_bare(a), other) == other.n;
}

static bool
is_replaced(const struct moving *m, const struct moved *row)
{
	enum rewrite_scope scope = rewrite_scope_named(row->scope);

	for (size_t i = 0; i < m->count; i++)
		if (m->one[i].said.scope == scope && is_one_place(scope,
		    row->old, buf_look(&m->one[i].said.old)))
			return true;
	return false;
}

/* What was announced before, and isn't over or said anew. It was judged
 * when it was said: to judge each of ten thousand again beside all others
 * would keep the daemon from everything else. */
static bool
add_known(void *arg, const struct moved *row)
{
	struct gathering *g = arg;
	const struct rewrite_rule r = {
	    .scope = rewrite_scope_named(row->scope), .from = row->old,
	    .to = row->new, .at = begins(row), .until = row->until,
	    .number = ++g->number };

	if (row->state != MOVES_SAID || is_replaced(g->m, row) ||
	    (row->until != CLOCK_NONE && row->until <= g->m->now))
		return true;
	if (rewrite_rule_is_sane(&r, NULL))
		rewrite_put(g->m->rules, &r);
	return true;
}

/* It keeps the time that it was said at: the hub does so. */
static void
set_same(struct store_txn *t, const struct moving *m, struct one *o)
{
	struct moved now = row_of(m, o), then;

	o->begins = begins(&now);
	o->same = moves_get(t, now.scope, now.old, &then) &&
	    then.state == MOVES_SAID && span_is(now.new, then.new) &&
	    now.from == then.from && now.until == then.until &&
	    span_is(now.reason, then.reason);
	if (o->same)
		o->begins = begins(&then);
}

/* Where it was to go until now. */
static char *
before(struct store_txn *t, const struct moving *m, const struct one *o)
{
	struct moved now = row_of(m, o), then;

	if (now.new.n == 0 || !moves_get(t, now.scope, now.old, &then) ||
	    then.state != MOVES_SAID || span_is(then.new, now.new))
		return NULL;
	return mem_copy(then.new.at, then.new.n);
}

static void
judge(struct store_txn *t, struct moving *m)
{
	struct gathering g = { .m = m, .t = t,
	    .number = (uint32_t)m->count };

	moves_each(t, add_known, &g);
	for (size_t i = 0; i < m->count; i++)
		judge_words(m, &m->one[i]);
	for (size_t i = 0; i < m->count; i++) {
		judge_back(m, t, &m->one[i]);
		judge_late(m, t, &m->one[i]);
	}
	if (m->wrong > 0)
		return;
	for (size_t i = 0; i < m->count; i++) {
		struct one *o = &m->one[i];

		set_same(t, m, o);
		o->instead = before(t, m, o);
	}
	for (size_t i = 0; i < m->count; i++) {
		struct one *o = &m->one[i];

		if (o->said.new.n > 0)
			add_rule(m, o, (uint32_t)i + 1);
	}
}

/* --- what it would do --------------------------------------------------------- */

static bool
starts(struct span s, const struct buf *with)
{
	return s.n >= with->n && memcmp(s.at, with->at, with->n) == 0;
}

static bool
count_item(void *arg, const struct known *k)
{
	struct moving *m = arg;
	uint32_t number = 0;

	if (!k->told)
		return true;
	for (size_t i = 0; i < m->count && i < HERE_MOST; i++) {
		struct one *o = &m->one[i];

		if (!o->here && o->said.new.n > 0)
			o->here = o->said.scope == REWRITE_ADDRESS ?
			    span_is(k->url, buf_look(&o->said.new)) :
			    starts(k->url, &o->said.new);
	}
	if (rewrite_url(m->rules, k->url, INT64_MAX, NULL, &number) &&
	    number >= 1 && number <= m->count)
		m->one[number - 1].items++;
	return true;
}

/* --- saying it ------------------------------------------------------------------ */

static bool
say_one(struct store_txn *t, const struct moving *m, const struct one *o)
{
	struct moved row = row_of(m, o);
	struct change c;

	if (o->same)
		return true;
	moves_change(&c, &row);
	c.when = row.when;	/* one moment for all: places may change */
	if (compare_said(t, &c) == COMPARE_NO_ROOM)
		return false;
	if (row.new.n == 0)
		moves_del(t, row.scope, row.old);
	else
		(void)moves_put(t, &row);	/* it holds all the same */
	return true;
}

static bool
work(struct store_txn *t, void *arg)
{
	const struct moving *m = arg;
	size_t i = 0;

	while (i < m->count && say_one(t, m, &m->one[i]))
		i++;
	moves_drop_proposed(t);
	return i == m->count;	/* half of it is none of it */
}

static bool
carry_out(struct store *s, struct moving *m)
{
	enum store_result rc = store_do(s, work, m);

	if (rc == STORE_REFUSED) {
		(void)spool_make_room(s);
		rc = store_do(s, work, m);
	}
	if (rc == STORE_FULL)
		buf_text(m->why, _("the disk is full: nothing was kept"));
	else if (rc == STORE_REFUSED)
		buf_text(m->why, _("the spool is full of changes that the hub "
		    "has not taken: nothing was kept; see zqagent status"));
	return rc == STORE_DONE;
}

/* --- answering --------------------------------------------------------------------- */

static json_t *
show(const struct one *o)
{
	char when[CLOCK_TEXT_MAX];
	json_t *j = json_pack("{s:s, s:o, s:o, s:b, s:I, s:b}",
	    "scope", rewrite_scope_name(o->said.scope),
	    "old", json_text_new(buf_look(&o->said.old)),
	    "new", json_text_new(buf_look(&o->said.new)), "same", o->same,
	    "items", (json_int_t)o->items, "here", o->here);

	must(j != NULL);
	if (o->instead != NULL)
		json_object_set_new(j, "instead", json_string(o->instead));
	if (o->said.from != CLOCK_NONE)
		json_object_set_new(j, "from",
		    json_string(clock_format(when, o->said.from)));
	if (o->said.until != CLOCK_NONE)
		json_object_set_new(j, "until",
		    json_string(clock_format(when, o->said.until)));
	return j;
}

static json_t *
answer(const struct moving *m)
{
	json_t *list = json_array();
	size_t same = 0;

	for (size_t i = 0; i < m->count; i++) {
		same += m->one[i].same;
		json_array_append_new(list, show(&m->one[i]));
	}
	return json_pack("{s:I, s:I, s:b, s:o}", "said",
	    (json_int_t)(m->count - same), "same", (json_int_t)same,
	    "hub", m->hub_moves, "moves", list);
}

static json_t *
do_all(struct store *s, struct moving *m, bool dry)
{
	struct store_txn *t = store_look(s);

	m->hub_moves = ability_has(t, FEATURE_MOVES);
	judge(t, m);
	if (m->wrong == 0 && (dry || m->count == 1))
		known_all(t, count_item, m);
	store_end(t);
	if (m->wrong > COMPLAINTS)
		buf_printf(m->why, _("\n… and %zu more"),
		    m->wrong - COMPLAINTS);
	if (m->wrong > 0 || (!dry && !carry_out(s, m)))
		return NULL;
	return answer(m);
}

json_t *
say_move(struct store *s, json_t *ask, int zone, struct buf *why)
{
	json_t *list = json_object_get(ask, "moves"), *one, *done = NULL;
	struct moving m = { .count = json_array_size(list), .why = why,
	    .by = trimmed(ask, "by"), .now = clock_wall() };
	size_t i;

	if (m.count == 0 || m.count > SAY_MOVES_MOST) {
		buf_printf(why, _("%zu moves: expected 1 to %d at a time; a "
		    "column that moves is one prefix"), m.count,
		    SAY_MOVES_MOST);
		return NULL;
	}
	m.one = mem_grow(NULL, m.count, sizeof(*m.one));
	memset(m.one, 0, m.count * sizeof(*m.one));
	m.rules = rewrite_new();
	json_array_foreach(list, i, one)
		take(&m, &m.one[i], one, ask, zone);
	if (m.wrong == 0)
		done = do_all(s, &m, json_is_true(json_object_get(ask,
		    "dry")));
	for (i = 0; i < m.count; i++) {
		free(m.one[i].instead);
		movelist_said_clear(&m.one[i].said);
	}
	rewrite_free(m.rules);
	free(m.one);
	return done;
}
