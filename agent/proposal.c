/* See proposal.h. */
#include "agent/proposal.h"

#include <stdlib.h>
#include <string.h>

#include "agent/compare.h"
#include "agent/held_there.h"
#include "agent/journey.h"
#include "agent/known.h"
#include "agent/moves.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/json_text.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

#define HELD 200		/* letters of what the hub holds */

struct pair {			/* one page that moved */
	struct span from, to;
	size_t head_from, head_to;	/* bytes of what differs, slash and
					 * all; 0: nothing is in common */
	bool done;			/* it is in a move, or none */
};

struct head {			/* what pages had in common that moved */
	struct span text;
	bool left;		/* something is there still */
};

struct work {
	struct store_txn *t;
	const struct proposal_ask *ask;
	const struct journey *journey;
	struct pair *pair;	/* a journey's each */
	size_t count;
	struct head *head;	/* in order, each once */
	size_t heads, head_room;
	size_t made, left_out;
	json_t *foreign;	/* hosts that aren't this site's: an object */
	bool room;
};

static struct span
head(struct span s, size_t n)
{
	return (struct span){ .at = s.at, .n = n };
}

/* --- what pages have in common ------------------------------------------------ */

/* Bytes up to the path's first slash, and that. */
static size_t
root_length(struct span url)
{
	struct url u;

	return url_parse(&u, url) ? (size_t)(u.path.at - url.at) + 1 : url.n;
}

/* The shortest heads that end in a slash, with the same behind them. */
static void
split(struct pair *p)
{
	size_t from = p->from.n, to = p->to.n;
	size_t least_from = root_length(p->from);
	size_t least_to = root_length(p->to);

	p->head_from = p->head_to = 0;
	for (;;) {
		if (p->from.at[from - 1] == '/' && p->to.at[to - 1] == '/') {
			p->head_from = from;
			p->head_to = to;
		}
		if (from <= least_from || to <= least_to ||
		    p->from.at[from - 1] != p->to.at[to - 1])
			break;
		from--;
		to--;
	}
}

/* The heads with one directory more. False: there is none in common. */
static bool
lengthen(struct pair *p)
{
	struct span rest = { .at = p->from.at + p->head_from,
	    .n = p->from.n - p->head_from };
	const char *slash = rest.n > 0 ? memchr(rest.at, '/', rest.n) : NULL;
	size_t n = slash != NULL ? (size_t)(slash - rest.at) + 1 : 0;

	if (n == 0)
		p->head_from = p->head_to = 0;
	p->head_from += n;
	p->head_to += n;
	return n > 0;
}

static int
order(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	size_t n = x->head_from < y->head_from ? x->head_from : y->head_from;
	int rc = memcmp(x->from.at, y->from.at, n);

	if (rc == 0 && x->head_from != y->head_from)
		return x->head_from < y->head_from ? -1 : 1;
	if (rc != 0)
		return rc;
	n = x->head_to < y->head_to ? x->head_to : y->head_to;
	rc = memcmp(x->to.at, y->to.at, n);
	if (rc == 0 && x->head_to != y->head_to)
		return x->head_to < y->head_to ? -1 : 1;
	return rc;
}

static bool
same_heads(const struct pair *a, const struct pair *b)
{
	return span_is(head(a->from, a->head_from),
	    head(b->from, b->head_from)) &&
	    span_is(head(a->to, a->head_to), head(b->to, b->head_to));
}

/* --- what may be proposed --------------------------------------------------------- */

static bool
is_there(const struct proposal_ask *ask, const struct known *k)
{
	return k->told && (ask->is_there == NULL ||
	    ask->is_there(ask->arg, k->source, k->path));
}

/* The hosts that are no domains of this site, says the hub: an address that
 * was mistyped in the settings, and corrected since. */
static json_t *
foreign_hosts(struct store_txn *t)
{
	static const struct span says = SPAN(" is not a domain of this site");
	json_t *held = held_there(t, HELD), *hosts = json_object(), *letter;
	size_t i;

	json_array_foreach(held, i, letter) {
		struct span text = json_text_span(letter, "text");
		const char *end = text.n > 0 ? memmem(text.at, text.n,
		    says.at, says.n) : NULL, *from = end;

		while (end != NULL && from > text.at && from[-1] != ' ')
			from--;		/* "change 7 is held: " */
		if (end != NULL)
			json_object_setn_new(hosts, from,
			    (size_t)(end - from), json_true());
	}
	json_decref(held);
	return hosts;
}

static bool
is_foreign(const struct work *w, struct span address)
{
	struct url u;

	return json_object_size(w->foreign) > 0 && url_parse(&u, address) &&
	    json_object_getn(w->foreign, u.host.at, u.host.n) != NULL;
}

/* Somebody stands there, it was said before, both are one place, it was there
 * once and is back, or the hub never took what was there. */
static bool
is_none(const struct work *w, const struct pair *p)
{
	struct known k;
	struct moved m;
	struct buf to;
	bool none;

	if (url_place_same(p->from, p->to) || is_foreign(w, p->from) ||
	    (known_find_url(w->t, p->from, &k) && is_there(w->ask, &k)))
		return true;
	buf_init(&to, LIMIT_URL);
	none = moves_successor(w->t, p->from, INT64_MAX, &to) &&
	    url_place_same(buf_look(&to), p->to);
	none |= moves_proposed(w->t, p->to, &m, &to) &&
	    url_place_same(buf_look(&to), p->from);
	buf_clear(&to);
	return none;
}

/* --- where something is left ---------------------------------------------------- */

static int
order_of_heads(const void *a, const void *b)
{
	struct span x = ((const struct head *)a)->text;
	struct span y = ((const struct head *)b)->text;
	int rc = memcmp(x.at, y.at, x.n < y.n ? x.n : y.n);

	return rc != 0 ? rc : (x.n > y.n) - (x.n < y.n);
}

static struct head *
find_head(const struct work *w, struct span text)
{
	const struct head key = { .text = text };

	return w->heads == 0 ? NULL : bsearch(&key, w->head, w->heads,
	    sizeof(*w->head), order_of_heads);
}

static void
add_head(struct work *w, struct span text)
{
	if (w->heads == w->head_room) {
		w->head_room = w->head_room > 0 ? w->head_room * 2 : 256;
		w->head = mem_grow(w->head, w->head_room, sizeof(*w->head));
	}
	w->head[w->heads++] = (struct head){ .text = text };
}

/* Those that so many pages have as make a prefix. */
static void
tidy_heads(struct work *w)
{
	size_t kept = 0, next;

	if (w->heads > 0)
		qsort(w->head, w->heads, sizeof(*w->head), order_of_heads);
	for (size_t i = 0; i < w->heads; i = next) {
		next = i + 1;
		while (next < w->heads && span_is(w->head[i].text,
		    w->head[next].text))
			next++;
		if (next - i >= PROPOSAL_LEAST)
			w->head[kept++] = w->head[i];
	}
	w->heads = kept;
}

/* An item stands in as many directories as its address has slashes. */
static bool
note_left(void *arg, const struct known *k)
{
	struct work *w = arg;
	struct head *h;

	for (size_t n = root_length(k->url); n > 0 && n <= k->url.n; n++)
		if (k->url.at[n - 1] == '/' &&
		    (h = find_head(w, head(k->url, n))) != NULL && !h->left)
			h->left = is_there(w->ask, k);
	return true;
}

/* All heads that will be asked for, and one look at all there is: that may be
 * millions. */
static void
find_left(struct work *w)
{
	w->heads = 0;
	for (size_t i = 0; i < w->count; i++) {
		struct pair p = w->pair[i];

		while (!p.done && p.head_from > 0) {
			add_head(w, head(p.from, p.head_from));
			(void)lengthen(&p);
		}
	}
	tidy_heads(w);
	if (w->heads > 0)
		known_all(w->t, note_left, w);
}

static bool
is_empty(const struct work *w, struct span prefix)
{
	const struct head *h = find_head(w, prefix);

	return h != NULL && !h->left;
}

/* --- what is proposed ------------------------------------------------------------ */

static enum rewrite_scope
scope_of(const struct pair *p)
{
	return p->head_from == root_length(p->from) &&
	    p->head_to == root_length(p->to) ? REWRITE_DOMAIN :
	    REWRITE_PREFIX;
}

static struct rewrite_rule
rule_of(const struct pair *p, enum rewrite_scope scope)
{
	return (struct rewrite_rule){ .scope = scope,
	    .from = scope == REWRITE_ADDRESS ? p->from :
	    head(p->from, p->head_from),
	    .to = scope == REWRITE_ADDRESS ? p->to :
	    head(p->to, p->head_to),
	    .at = CLOCK_NONE, .until = CLOCK_NONE, .number = 1 };
}

/* --- what is there again --------------------------------------------------- */

bool
proposal_is_back(struct store_txn *t, struct span url)
{
	struct known here, there;
	struct moved m;
	struct buf to;
	bool back;

	buf_init(&to, LIMIT_URL);
	back = moves_proposed(t, url, &m, &to) &&
	    known_find_url(t, url, &here);
	if (back && !span_is(m.scope,
	    span_of(rewrite_scope_name(REWRITE_ADDRESS))))
		back = known_find_url(t, buf_look(&to), &there) &&
		    there.told && memcmp(here.hash, there.hash,
		    sizeof(here.hash)) == 0;
	buf_clear(&to);
	return back;
}

/* --- proposing ---------------------------------------------------------------------- */

static bool
announce(struct work *w, const struct moved *m)
{
	struct change c;

	moves_change(&c, m);
	return compare_said(w->t, &c) != COMPARE_NO_ROOM;
}

/* There and back: two that lead to each other are a circle. */
static bool
is_back(const struct work *w, const struct moved *m, struct moved *was)
{
	return moves_get(w->t, m->scope, m->new, was) &&
	    was->state == MOVES_SAID && span_is(was->new, m->old);
}

/* What was announced without asking is taken back so, too. */
static void
take_back(struct work *w, const struct moved *m)
{
	struct moved back = *m;

	back.old = m->new;
	back.new = SPAN_NONE;
	back.reason = SPAN("the files are there again");
	if (!announce(w, &back)) {
		w->room = false;
		return;
	}
	moves_del(w->t, m->scope, m->new);
	w->made++;
}

static void
propose(struct work *w, const struct rewrite_rule *r, uint64_t items)
{
	struct moved was, m = {
		.state = w->ask->announce ? MOVES_SAID : MOVES_PROPOSED,
		.scope = span_of(rewrite_scope_name(r->scope)),
		.old = r->from, .new = r->to, .source = w->ask->source,
		.reason = SPAN("the files are there now"),
		.by = SPAN("zqagentd"), .from = CLOCK_NONE,
		.until = CLOCK_NONE, .when = clock_wall(), .items = items,
	};

	if (moves_get(w->t, m.scope, m.old, &was) &&
	    span_is(was.new, m.new))
		return;		/* known; or refused */
	if (w->ask->announce && is_back(w, &m, &was)) {
		if (span_is(was.by, m.by))	/* a person's word stands */
			take_back(w, &m);
		return;
	}
	if (w->ask->announce && !announce(w, &m)) {
		w->room = false;
		return;
	}
	if (moves_put(w->t, &m))
		w->made++;
}

/* Pairs from i on that have the same heads: one move, if it can be. */
static size_t
try_prefix(struct work *w, size_t i)
{
	struct rewrite_rule r = rule_of(&w->pair[i], scope_of(&w->pair[i]));
	size_t n = i, items = 0;
	bool yes;

	for (; n < w->count && same_heads(&w->pair[i], &w->pair[n]); n++)
		items += !w->pair[n].done;
	yes = w->pair[i].head_from > 0 && items >= PROPOSAL_LEAST &&
	    rewrite_rule_is_sane(&r, NULL) && is_empty(w, r.from);
	if (yes)
		propose(w, &r, items);
	for (; yes && i < n; i++)
		w->pair[i].done = true;
	return n;
}

/* Shortest heads first; those that make none are tried with longer ones. */
static void
find_prefixes(struct work *w)
{
	bool more = true;

	while (more) {
		more = false;
		qsort(w->pair, w->count, sizeof(*w->pair), order);
		for (size_t i = 0; i < w->count;)
			i = try_prefix(w, i);
		for (size_t i = 0; i < w->count; i++)
			if (!w->pair[i].done && w->pair[i].head_from > 0)
				more |= lengthen(&w->pair[i]);
	}
}

static void
find_addresses(struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++) {
		struct rewrite_rule r = rule_of(&w->pair[i],
		    REWRITE_ADDRESS);

		if (w->pair[i].done || !rewrite_rule_is_sane(&r, NULL))
			continue;
		if (n++ < PROPOSAL_ADDRESSES)
			propose(w, &r, 1);
		else
			w->left_out++;
	}
}

static void
take_pairs(struct work *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct pair *one = &w->pair[i];

		*one = (struct pair){ .from = w->journey[i].from,
		    .to = w->journey[i].to };
		one->done = is_none(w, one);
		if (!one->done)
			split(one);
	}
}

/* May be called again from the start: the map had to grow. */
static bool
work(struct store_txn *t, void *arg)
{
	struct work *w = arg;

	w->t = t;
	w->made = w->left_out = 0;
	w->room = true;
	w->foreign = foreign_hosts(t);
	take_pairs(w);
	for (size_t i = 0; i < w->count; i++)
		moves_drop_back(t, w->pair[i].to);
	find_left(w);
	find_prefixes(w);
	find_addresses(w);
	json_decref(w->foreign);
	return w->room;
}

bool
proposal_make(struct store *s, const struct proposal_ask *ask, size_t *count)
{
	size_t most = ask->moved->count / 2;
	struct work w = { .ask = ask };
	struct journey *journey;
	bool done;

	*count = 0;
	w.journey = journey = mem_grow(NULL, most + 1, sizeof(*journey));
	w.count = journey_join(ask->moved, journey);
	w.pair = mem_grow(NULL, most + 1, sizeof(*w.pair));
	done = store_do(s, work, &w) == STORE_DONE;
	free(journey);
	free(w.pair);
	free(w.head);
	if (!done)
		return false;
	*count = w.made;
	if (w.left_out > 0)
		log_warn("source=%.*s %zu more pages have other addresses now "
		    "and nothing in common: no move is proposed for them",
		    SPAN_ARGS(ask->source), w.left_out);
	return true;
}
