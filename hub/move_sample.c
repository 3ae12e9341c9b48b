/*
 * Samples of moves; see move_sample.h.
 */
#include "hub/move_sample.h"

#include "contrib/base/buf.h"
#include "hub/item.h"
#include "hub/links.h"
#include "hub/meta.h"
#include "hub/place.h"
#include "hub/target.h"
#include "protocol/change.h"
#include "protocol/limits.h"

#define ITEMS 20000		/* that are looked through */

struct sample {
	struct db_txn *txn;
	const struct move *move;
	const struct rewrite *rules;
	int64_t when;
	struct buf to;
	move_sample_fn *each;
	void *arg;
	size_t left;
};

/* By this one first; s->to is where to. */
static bool
is_moved(struct sample *s, struct span url)
{
	uint32_t number;

	buf_reset(&s->to);
	return rewrite_url(s->rules, url, s->when, &s->to, &number) &&
	    number == s->move->number;
}

static bool
withdrawn_before(const struct sample *s, const struct place *p,
    struct span url)
{
	struct change said;
	struct item i;

	return p->here == 0 && item_get(s->txn, p->item, &i) && i.withdrawn &&
	    i.updated < s->move->from && change_glance(&said, i.said) &&
	    place_same(said.url, url);
}

/* At neither end there is anything, and not because of the move: it never was,
 * or was withdrawn before. A link that led to nothing leads to nothing, and
 * anybody may write one. */
static bool
was_dead(const struct sample *s, struct span url)
{
	struct target_verdict here, there;
	struct place p;

	target_judge(s->txn, NULL, url, 0, &here, NULL);
	target_judge(s->txn, NULL, buf_look(&s->to), 0, &there, NULL);
	if (there.state == TARGET_HERE)
		return false;
	if (place_get(s->txn, url, &p))
		return withdrawn_before(s, &p, url);
	return here.state == TARGET_NEVER || there.state == TARGET_NEVER;
}

static void
take(struct sample *s, struct span url)
{
	if (s->left == 0 || !is_moved(s, url))
		return;
	s->each(s->arg, url, buf_look(&s->to),
	    rewrite_is_reused(s->rules, url, s->when));
	s->left--;
}

static bool
take_target(void *arg, const struct target_key *k,
    const struct target *target)
{
	struct sample *s = arg;

	(void)k;
	if (is_moved(s, target->url) && !was_dead(s, target->url))
		take(s, target->url);
	return s->left > 0;
}

static bool
take_former(void *arg, struct span former, uint32_t number)
{
	struct sample *s = arg;

	if (number == s->move->number)
		take(s, former);
	return s->left > 0;
}

/* Whether it is where it was, or has moved already. */
static void
take_item(struct sample *s, struct span url)
{
	size_t left = s->left;

	take(s, url);
	if (s->left == left)
		rewrite_former(s->rules, url, s->when, take_former, s);
}

/* Newest items of its site, or of the one it moves to, first. */
static void
take_items(struct db_txn *t, struct sample *s)
{
	const struct move *m = s->move;
	size_t look = ITEMS;
	struct change said;
	struct meta meta;
	struct item i;
	uint64_t n;

	meta_read(t, &meta);
	for (n = meta.numbers; n > 0 && look > 0 && s->left > 0; n--, look--)
		if (item_get(t, (uint32_t)n, &i) &&
		    (i.site == m->site || i.site == m->other) &&
		    !i.withdrawn && change_glance(&said, i.said))
			take_item(s, said.url);
}

void
move_sample(struct db_txn *t, const struct rewrite *rules,
    const struct move *m, int64_t now, size_t most, move_sample_fn *each,
    void *arg)
{
	struct sample s = { .txn = t, .move = m, .rules = rules, .each = each,
	    .arg = arg, .left = most, .when = m->from > now ? m->from : now };
	int64_t steps = LINKS_STEPS;

	buf_init(&s.to, LIMIT_URL);
	if (m->scope != REWRITE_ADDRESS)
		links_targets(t, REWRITE_PREFIX, m->old, NULL, take_target,
		    &s, &steps);
	if (m->scope != REWRITE_ADDRESS && s.left == most)
		take_items(t, &s);
	if (s.left == most)
		take(&s, m->old);
	buf_clear(&s.to);
}
