/*
 * The invariant: for every link inside the cluster its target exists, or a
 * redirect that its owner signed answers, or both ends hold an open notice
 * (or one is queued for them).
 */
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/item.h"
#include "hub/move.h"
#include "hub/referral.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "hub/tell_owed.h"
#include "hub/telling.h"
#include "hub/view.h"
#include "protocol/wire.h"
#include "tests/sim/hub_graph.h"
#include "tests/sim/loop.h"

/* Is anything of links to be told, be it later? What waits for a word is told
 * of again days ahead of its day (tell_ends.h), and changes no link. */
static bool
is_to_tell(struct db_txn *t)
{
	return telling_is_due(t, INT64_MIN) ||
	    tell_owed_is_due(t, INT64_MAX);
}

/* --- what is queued ------------------------------------------------------- */

static bool
has(struct db_txn *t, enum table table, char tag, uint32_t number,
    const struct target_key *k)
{
	uint8_t at[5 + TARGET_KEY];
	size_t n = 0;
	struct span row;

	if (tag != '\0')
		at[n++] = (uint8_t)tag;
	wire_put_u32(at + n, number);
	n += 4;
	if (k != NULL) {
		memcpy(at + n, k->at, k->n);
		n += k->n;
	}
	return db_get(t, table, (struct span){ .at = (const char *)at,
	    .n = n }, &row);
}

/* News of the target or of this site's links to it, the site's turn, or a
 * pass over all that refer to the move. */
static bool
is_queued(struct db_txn *t, uint32_t site, const struct target_key *k,
    uint32_t move)
{
	return has(t, TABLE_LINK_NEWS, '\0', 0, k) ||
	    has(t, TABLE_LINK_NEWS, '\0', site, k) ||
	    has(t, TABLE_TELL, 'O', site, k) ||
	    (move != 0 && has(t, TABLE_TELL, 'M', move, NULL));
}

/* --- for every link ------------------------------------------------------- */

static bool
is_told(struct db_txn *t, uint32_t move, uint32_t site, struct span url)
{
	struct referral r;

	return referral_get(t, move, site, url, &r) && referral_is_open(&r);
}

/* Whose page was taken away is told that others link to it. */
static void
check_owner(const struct naive *n, const struct site_link *at)
{
	const struct graph_target *t = &n->target[at->host][at->path];
	const struct target_key *k = graph_key(at);
	uint32_t own = site_of_own(at->host), others = 0;
	bool queued = is_queued(n->t, own, k, 0);

	if (t->move != 0 || t->fate != GRAPH_GONE)
		return;
	for (uint32_t s = 1; s < HUB_SITES; s++) {
		others += s != own ? t->pages[s] : 0;
		queued |= has(n->t, TABLE_LINK_NEWS, '\0', s, k);
	}
	if (others > 0 && !queued && !has(n->t, TABLE_TELL, 'N', own, k))
		broken("the invariant: %u pages of others link to %s, which is "
		    "gone, and its own site %u was not told", others,
		    site_link_name(at), own);
}

static void
check_target(const struct naive *n, const struct site_link *at)
{
	const struct graph_target *t = &n->target[at->host][at->path];
	const char *url = site_link_name(at);
	const struct target_key *k = graph_key(at);

	if (t->awaited || (t->move == 0 && t->fate != GRAPH_GONE))
		return;
	for (uint32_t s = 1; s < HUB_SITES; s++)
		if (t->pages[s] > t->meant[s] && !is_told(n->t, t->move, s,
		    span_of(url)) && !(t->stayed && is_told(n->t, 0, s,
		    span_of(url))) && !is_queued(n->t, s, k, t->move))
			broken("the invariant: %u pages of site %u link to "
			    "%s, which is %s, and it was not told",
			    t->pages[s], s, url, t->move != 0 ? "moved" :
			    "gone");
}

/* No word is open of what is well. */
struct leftover {
	const struct naive *n;
	uint32_t site;
};

static bool
on_referral(void *arg, const struct referral *r)
{
	const struct leftover *l = arg;
	const struct graph_target *t;
	struct site_link at;
	struct target_key k;

	if (!referral_is_open(r) || r->move != 0 || r->site != l->site)
		return true;
	if (!site_link_of(&at, r->target.at, r->target.n) ||
	    !target_key(&k, r->target))
		broken("site %u was told of %.*s", r->site,
		    SPAN_ARGS(r->target));
	t = &l->n->target[at.host][at.path];
	if ((t->pages[l->site] == 0 || (t->move == 0 &&
	    t->fate == GRAPH_HERE)) && !is_queued(l->n->t, l->site, &k, 0))
		broken("site %u has an open word about %.*s, which %s, and %u "
		    "of its pages link there", l->site, SPAN_ARGS(r->target),
		    t->fate == GRAPH_HERE ? "is here" : "is gone",
		    t->pages[l->site]);
	return true;
}

/* Does the move, which has taken effect, move a link of the site's pages? One
 * that means what came to its place counts as well: whether it was looked at
 * since its page was pushed nobody can tell. */
static bool
has_any(const struct naive *n, uint32_t site, uint32_t move)
{
	for (uint8_t h = 0; h < SITE_HOSTS; h++)
		for (uint16_t p = 0; p < GRAPH_TARGETS; p++) {
			const struct graph_target *t = &n->target[h][p];

			if (t->linked && t->move == move &&
			    t->pages[site] > 0)
				return true;
		}
	return false;
}

static const struct graph_rule *
rule_of(const struct naive *n, uint32_t move)
{
	for (size_t i = 0; i < n->rules; i++)
		if (n->rule[i].move == move)
			return &n->rule[i];
	return NULL;
}

/* Nothing is to be told to the site: its word about each move that has taken
 * effect is of links that there are. */
static void
check_moves(const struct naive *n, uint32_t site)
{
	uint32_t move[64];
	size_t count = referral_moves(n->t, site, 0, move,
	    sizeof(move) / sizeof(move[0]));

	if (db_count(n->t, TABLE_LINK_NEWS) > 0 ||
	    has(n->t, TABLE_TELL, 'S', site, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct graph_rule *r = rule_of(n, move[i]);

		if (has(n->t, TABLE_TELL, 'M', move[i], NULL) ||
		    (r != NULL && !r->effective))
			continue;
		if (r == NULL)
			broken("site %u has an open word about move %u, which "
			    "is over", site, move[i]);
		if (!has_any(n, site, move[i]))
			broken("site %u has an open word about move %u, and no "
			    "link that it moves", site, move[i]);
	}
}

static void
check_leftovers(const struct naive *n)
{
	for (uint32_t s = 1; s < HUB_SITES; s++) {
		struct leftover l = { .n = n, .site = s };

		if (!n->known[s])
			continue;
		referral_each(n->t, 0, s, on_referral, &l);
		check_moves(n, s);
	}
}

static void
check_targets(const struct naive *n)
{
	for (uint8_t h = 0; h < SITE_HOSTS; h++)
		for (uint16_t p = 0; p < GRAPH_TARGETS; p++) {
			struct site_link at = { .host = h, .path = p };

			if (!n->target[h][p].linked)
				continue;
			check_target(n, &at);
			check_owner(n, &at);
		}
}

static int64_t instant = INT64_MAX;	/* ms, of the hub's clock */

int64_t
hub_instant(void)
{
	return instant == INT64_MAX || hub_part == NULL ? INT64_MAX :
	    instant - SIM_EPOCH - hub_part->wall;
}

/* What is to be judged again is queued as well: nothing can be said of it. */
void
hub_check_links(void)
{
	struct view *v = hub_live();
	struct naive *n;
	bool settled;

	if (v == NULL || view_place(v) == 0)
		return;
	loop_clocks(hub_part);
	n = mem_new(sizeof(*n));
	graph_read(n, view_read(v));
	instant = n->next;
	sim.early |= n->early;
	sim.chained |= n->chained;
	if (n->early && sim.steady)
		broken("a move has taken effect before its time");
	settled = !links_look_left(n->t) && !n->due &&
	    (!sim.early || is_judged(RULE_CLOCK)) &&
	    (!sim.chained || is_judged(RULE_CHAIN));
	if (is_judged(RULE_GRAPH))
		graph_compare(n, settled);
	if (settled && is_judged(RULE_TOLD))
		check_targets(n);
	if (settled && is_judged(RULE_DONE))
		check_leftovers(n);
	if (settled && is_judged(RULE_TOLD) && !is_to_tell(n->t))
		graph_check_letters(n, v);
	db_abort(n->t);
	graph_free_all(n);
	free(n);
}

/* --- what sites say ------------------------------------------------------- */

struct last {
	uint32_t site;
	uint64_t letter;
	enum referral_state state;
};

/* Of what the hub has told later, or is done with, nothing can be said. */
static bool
check_word(void *arg, const struct referral *r)
{
	const struct last *l = arg;

	if (r->site == l->site && r->last == l->letter &&
	    referral_is_open(r) && r->state != l->state)
		broken("site %u said to letter %llu: %s; and its word of "
		    "%.*s (move %u) stands as: %s", l->site,
		    (unsigned long long)l->letter,
		    referral_state_name(l->state), SPAN_ARGS(r->target),
		    r->move, referral_state_name(r->state));
	return true;
}

void
hub_check_reply(uint32_t site, uint64_t letter, bool refused)
{
	struct last l = { .site = site, .letter = letter, .state = refused ?
	    REFERRAL_REFUSED : REFERRAL_WILL_FIX };
	struct view *v = hub_live();
	uint32_t move[64];
	struct db_txn *t;
	size_t n;

	if (v == NULL)
		return;
	t = view_read(v);
	referral_each(t, 0, site, check_word, &l);
	n = referral_moves(t, site, 0, move, sizeof(move) / sizeof(move[0]));
	for (size_t i = 0; i < n; i++)
		referral_each(t, move[i], site, check_word, &l);
	db_abort(t);
}

/* --- looking -------------------------------------------------------------- */

bool
hub_has_told(void)
{
	struct view *v = hub_live();
	struct db_txn *t;
	uint32_t number;
	int64_t since;
	bool left;

	if (v == NULL)
		return false;
	t = view_read(v);
	left = links_look_left(t) || is_to_tell(t) ||
	    move_settling(t, &since, &number);
	db_abort(t);
	return !left;
}

uint32_t
hub_item_number(uint32_t site, const char *id, const char *title)
{
	struct view *v = hub_live();
	uint8_t name[TABLE_DIGEST];
	uint32_t number = 0;
	struct change said;
	struct db_txn *t;
	struct item i;

	if (v == NULL)
		return 0;
	t = view_read(v);
	item_name(name, site, span_of(id));
	if (!item_by_name(t, name, &number) || !item_get(t, number, &i) ||
	    i.withdrawn || !change_glance(&said, i.said) ||
	    (title != NULL &&
	    !span_is(said.word[WORD_TITLE], span_of(title))))
		number = 0;
	db_abort(t);
	return number;
}
