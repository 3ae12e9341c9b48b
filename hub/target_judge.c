/*
 * What has become of an address, by what its own site has said; see target.h.
 *
 * False alarms are worse than none: broken is only what an agent that sees
 * all of it has taken away, or never had; and not as long as a move that leads
 * there settles (move.h).
 */
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/cover.h"
#include "hub/group.h"
#include "hub/hash64.h"
#include "hub/item.h"
#include "hub/move.h"
#include "hub/place.h"
#include "hub/site.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

#define FOLLOW_MOST 8		/* successors of successors */

static uint32_t
site_of(const struct target_judge *j, struct span url)
{
	uint32_t site;
	struct url u;

	if (!url_parse(&u, url))
		return 0;
	if (j->group != NULL)
		return group_host(j->group, u.host);
	return site_of_host(j->txn, u.host, &site) ? site : 0;
}

/* Would its site's agent see it, if it were there? */
static bool
is_covered(const struct target_judge *j, uint32_t site, struct span url)
{
	return memchr(url.at, '?', url.n) == NULL &&
	    cover_takes(j->txn, site, url);
}

static bool
note_cover(void *arg, const struct cover *c)
{
	bool *any = arg;

	(void)c;
	*any = true;
	return false;
}

/* A person says that what was here is withdrawn. */
static bool
is_a_word(const struct item *i, const struct change *said, struct span url)
{
	return i->withdrawn && said->word[WORD_BY].n > 0 &&
	    place_same(said->url, url);
}

/* A source that was taken out of an agent's settings withdraws what it had,
 * though it may all be there still. A person's word counts by itself; that of
 * an agent which says what it covers, if it covers this. */
static bool
is_meant(const struct target_judge *j, const struct item *i,
    const struct change *said, struct span url)
{
	bool any = false;

	if (is_a_word(i, said, url))
		return true;
	cover_each(j->txn, i->site, note_cover, &any);
	return !any || is_covered(j, i->site, url);
}

/* It was an item's place once. */
static bool
was_there(const struct target_judge *j, uint32_t number, struct span url,
    struct target_verdict *v, struct buf *now, int64_t *word)
{
	struct change said;
	struct item i;

	if (!item_get(j->txn, number, &i) || i.site != v->site ||
	    !change_glance(&said, i.said) || !is_meant(j, &i, &said, url))
		return false;
	v->state = TARGET_WITHDRAWN;
	v->broken = true;
	v->item = number;
	if (is_a_word(&i, &said, url))
		*word = i.updated;
	if (now != NULL)
		buf_span(now, i.withdrawn ? said.word[WORD_SUCCESSOR] :
		    said.url);
	return true;
}

/* Its site was retired: what it had is withdrawn, by that word. Who has the
 * domain now isn't of the cluster. */
static bool
was_of_retired(const struct target_judge *j, struct span url,
    struct target_verdict *v, struct buf *now)
{
	struct change said;
	struct place p;
	struct item i;
	struct site s;

	if (!place_get(j->txn, url, &p) || p.here > 0 ||
	    !item_get(j->txn, p.item, &i) || !i.withdrawn ||
	    !site_get(j->txn, i.site, &s) || !s.retired ||
	    !change_glance(&said, i.said))
		return false;
	v->state = TARGET_WITHDRAWN;
	v->broken = true;
	v->item = p.item;
	if (now != NULL)
		buf_span(now, said.word[WORD_SUCCESSOR]);
	return true;
}

struct awaiting {
	struct db_txn *txn;
	struct span url;
	int64_t word;		/* ms: a person said that this is gone */
	bool awaited;
};

static bool
note_former(void *arg, struct span former, uint32_t number)
{
	struct awaiting *w = arg;
	struct rewrite_rule to;
	struct move m;

	(void)former;
	if (!move_get(w->txn, number, &m) || m.settle == CLOCK_NONE ||
	    m.settle <= w->word)
		return true;
	/* By itself, and not by what others made of where it leads. */
	move_rule(&m, &to);
	to.from = to.to;
	w->awaited = rewrite_rule_covers(&to, w->url);
	return !w->awaited;
}

/* Does a move lead here that took effect just now? Then its owner is about to
 * push what is to be here; unless somebody said since then that it is gone. */
static bool
is_awaited(const struct target_judge *j, struct span url, int64_t word)
{
	struct awaiting w = { .txn = j->txn, .url = url, .word = word };

	if (j->rules != NULL && db_count(j->txn, TABLE_SETTLE) > 0)
		rewrite_former(j->rules, url, j->when, note_former, &w);
	return w.awaited;
}

/* An item is at its place; but the address names an index page, and the items
 * that are there are other ones. */
static bool
is_other_page(const struct target_judge *j, uint32_t site, struct span url,
    const struct place *p)
{
	struct place page;

	return p->vague == 0 && url_place_index(url).n > 0 &&
	    !(place_get_page(j->txn, url, &page) && page.here > 0) &&
	    is_covered(j, site, url);
}

/* … as it was itself, once: then the directory's page came after it. */
static bool
was_other_page(const struct target_judge *j, struct span url,
    const struct place *p, struct target_verdict *v, struct buf *now,
    int64_t *word)
{
	struct change said;
	struct place page;
	struct item i;

	if (!place_get_page(j->txn, url, &page) ||
	    !was_there(j, page.item, url, v, now, word))
		return false;
	if (now != NULL && now->n == 0 && item_get(j->txn, p->item, &i) &&
	    !i.withdrawn && change_glance(&said, i.said) &&
	    place_same(said.url, url))
		buf_span(now, said.url);
	return true;
}

/* Nothing is there that the address is. */
static bool
was(const struct target_judge *j, struct span url, const struct place *p,
    struct target_verdict *v, struct buf *now, int64_t *word)
{
	return p->here > 0 ? was_other_page(j, url, p, v, now, word) :
	    was_there(j, p->item, url, v, now, word);
}

/* By itself, without moves. */
static void
judge(const struct target_judge *j, struct span url,
    struct target_verdict *v, struct buf *now)
{
	int64_t word = CLOCK_NONE;
	struct place p;
	bool known;

	*v = (struct target_verdict){ .state = TARGET_OUTSIDE,
	    .site = site_of(j, url), .since = CLOCK_NONE };
	if (v->site == 0) {
		(void)was_of_retired(j, url, v, now);
		return;
	}
	known = place_get(j->txn, url, &p);
	if (known && p.here > 0 && !is_other_page(j, v->site, url, &p)) {
		v->state = TARGET_HERE;
		v->item = p.item;
	} else if (!known || !was(j, url, &p, v, now, &word)) {
		v->broken = is_covered(j, v->site, url);
		v->state = v->broken ? TARGET_NEVER : TARGET_UNKNOWN;
	}
	v->awaited = v->broken && is_awaited(j, url, word);
	v->broken = v->broken && !v->awaited;
}

/* Where a successor leads in the end, by moves and by what was said of later
 * withdrawals. One that leads to nothing, or back, is none. */
static void
follow(const struct target_judge *j, struct span url, struct buf *now)
{
	struct target_verdict v = { .broken = true };
	struct buf to, next;
	bool good = false;

	buf_init(&to, LIMIT_URL);
	buf_init(&next, LIMIT_URL);
	for (int hops = 0; !good && now->n > 0 && hops < FOLLOW_MOST;
	    hops++) {
		buf_reset(&to);
		if (j->rules == NULL || !rewrite_url(j->rules, buf_look(now),
		    j->when, &to, NULL))
			buf_span(&to, buf_look(now));
		if (url_place_page_same(buf_look(&to), url))
			break;
		buf_reset(&next);
		judge(j, buf_look(&to), &v, &next);
		good = !v.broken;
		buf_reset(now);
		buf_span(now, buf_look(good ? &to : &next));
	}
	if (!good)
		buf_reset(now);
	buf_clear(&to);
	buf_clear(&next);
}

/* It left this place by another way than the move's, which leads to nothing:
 * it was renamed to elsewhere; or its site withdrew it before the move took
 * effect, and what moves is told at the new address first; or a person says
 * that it is gone, whenever that is. Another site tells in its own time. */
static bool
has_stayed(const struct target_judge *j, struct span url, struct span to,
    const struct target_verdict *v, uint32_t move)
{
	struct change said;
	struct item i;
	struct move m;

	if (!item_get(j->txn, v->item, &i) || !change_glance(&said, i.said))
		return false;
	if (!place_same(said.url, url))
		return !place_same(said.url, to);
	return is_a_word(&i, &said, url) || (i.withdrawn &&
	    move_get(j->txn, move, &m) && i.updated < m.from);
}

/* It did not move, or what came to its place when it did is gone again: no
 * redirect answers there, so it counts as gone. What never was at either end,
 * and isn't awaited any more, did not move. */
static bool
is_gone(const struct target_judge *j, struct span url, struct span to,
    const struct target_verdict *v, const struct target_verdict *there,
    uint32_t move)
{
	if (v->state == TARGET_NEVER)
		return there->state == TARGET_NEVER && there->broken;
	if (v->state != TARGET_WITHDRAWN)
		return false;
	if (v->broken && rewrite_is_reused(j->rules, url, j->when))
		return true;
	return there->state != TARGET_HERE && there->site == v->site &&
	    has_stayed(j, url, to, v, move);
}

static void
set_moved(const struct target_judge *j, struct span url, struct span to,
    struct target_verdict *v, const struct target_verdict *there)
{
	int64_t since;

	if (!v->broken && rewrite_reused_since(j->rules, url, j->when,
	    &since))
		v->since = since;
	v->end = (uint32_t)hash64((uint64_t)v->since, to);
	v->state = TARGET_MOVED;
	v->broken = there->broken;
	v->item = there->item;
}

static void
set_now(struct buf *now, struct span url)
{
	if (now == NULL)
		return;
	buf_reset(now);
	buf_span(now, url);
}

/* What it moved to was taken away there: so it is gone, and what came after it
 * is what its site said then. */
static void
set_gone(const struct target_judge *j, struct span url,
    struct target_verdict *v, const struct target_verdict *there,
    struct buf *next, struct buf *now)
{
	v->state = TARGET_WITHDRAWN;
	v->broken = true;
	v->item = there->item;
	follow(j, url, next);
	set_now(now, buf_look(next));
}

/* By the rules. */
static void
lead(const struct target_judge *j, struct span url, struct target_verdict *v,
    struct buf *now)
{
	struct target_verdict there;
	struct buf to, next;
	uint32_t move;
	bool gone;

	buf_init(&to, LIMIT_URL);
	buf_init(&next, LIMIT_URL);
	if (rewrite_url(j->rules, url, j->when, &to, &move) && !to.bad) {
		judge(j, buf_look(&to), &there, &next);
		gone = is_gone(j, url, buf_look(&to), v, &there, move);
		if (!gone && there.broken &&
		    there.state == TARGET_WITHDRAWN) {
			set_gone(j, url, v, &there, &next, now);
		} else if (!gone) {
			set_moved(j, url, buf_look(&to), v, &there);
			v->move = move;
			set_now(now, buf_look(&to));
		}
	}
	buf_clear(&to);
	buf_clear(&next);
}

void
target_judge_by(const struct target_judge *j, struct span url,
    struct target_verdict *v, struct buf *now)
{
	if (now != NULL)
		buf_reset(now);
	judge(j, url, v, now);
	if (now != NULL && v->state == TARGET_WITHDRAWN)
		follow(j, url, now);
	if (j->rules != NULL)
		lead(j, url, v, now);
}

void
target_judge(struct db_txn *t, const struct rewrite *rules, struct span url,
    int64_t when, struct target_verdict *v, struct buf *now)
{
	struct target_judge j = { .txn = t, .rules = rules, .when = when };

	target_judge_by(&j, url, v, now);
}
