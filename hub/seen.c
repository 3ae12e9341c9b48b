/*
 * What the check has seen inside of the cluster; see seen.h.
 */
#include "hub/seen.h"

#include "contrib/base/buf.h"
#include "hub/link_news.h"
#include "hub/links_range.h"
#include "hub/outcome.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "protocol/limits.h"

bool
seen_is_asked(enum target_state s)
{
	return s == TARGET_OUTSIDE || s == TARGET_UNKNOWN;
}

static enum target_state
state_of(struct db_txn *t, const struct target_key *k,
    enum target_state otherwise)
{
	struct target target = { .state = otherwise };
	struct buf room;

	buf_init(&room, LIMIT_URL + 16);
	(void)target_get(t, k, &target, &room);
	buf_clear(&room);
	return target.state;
}

/* What nobody links to any more is forgotten soon; until then it counts. */
bool
seen_counts(struct db_txn *t, const struct checked *c)
{
	struct target_key k;

	return !target_key(&k, c->url) ||
	    seen_is_asked(state_of(t, &k, TARGET_OUTSIDE));
}

/* A server in trouble takes no strikes away: what was gone is held to be so
 * until it is seen to be there. */
bool
seen_is_grave(const struct checked *c)
{
	const struct outcome_record *r = &c->record;

	if (checked_is_pinned(c, r->seen))
		return outcome_is_broken(c->pin);
	if (cause_outcome(r->cause) == OUTCOME_SOFT_404)
		return outcome_is_lasting(r);
	return r->strikes == OUTCOME_STRIKES || (r->confirmed &&
	    cause_outcome(r->cause) == OUTCOME_SUSPICIOUS);
}

bool
seen_gone(struct db_txn *t, enum target_state s, struct span url,
    struct checked *c)
{
	struct checked found;

	if (s != TARGET_UNKNOWN || db_count(t, TABLE_CHECK) == 0 ||
	    !checked_get(t, url, &found) || !seen_is_grave(&found))
		return false;
	if (c != NULL)
		*c = found;
	return true;
}

void
seen_turned(struct db_txn *t, struct span url)
{
	struct links_ranges r;
	struct target_key k;

	if (!links_ranges(&r, REWRITE_ALIKE, url))
		return;
	for (size_t i = 0; i < r.n; i++) {
		k = r.range[i].key;
		for (bool behind = false; links_range_next(t, &r.range[i],
		    behind, &k); behind = true)
			if (state_of(t, &k, TARGET_OUTSIDE) == TARGET_UNKNOWN)
				link_news_put(t, 0, &k);
	}
}
