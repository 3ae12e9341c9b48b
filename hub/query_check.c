/*
 * What was checked, asked for; see query_check.h.
 */
#include "hub/query_check.h"

#include "hub/query_inside.h"
#include "hub/seen.h"

struct pick {
	struct db_txn *txn;
	const struct check_spec *spec;
	int64_t now;
	size_t left;
	checked_fn *each;
	void *arg;
};

static bool
fits(const struct check_spec *s, const struct checked *c, int64_t now)
{
	enum outcome o = checked_outcome(c, now);

	return (!s->broken || checked_is_broken(c, now)) &&
	    (!s->danger || o == OUTCOME_SUSPICIOUS) &&
	    (!s->unreachable || (!checked_is_pinned(c, now) &&
	    outcome_is_unreachable_long(&c->record))) &&
	    (!s->pinned || checked_is_pinned(c, now)) &&
	    (!s->has_outcome || o == s->outcome);
}

static bool
pick(void *arg, const uint8_t key[TABLE_DIGEST], const struct checked *c)
{
	struct pick *p = arg;

	if (!fits(p->spec, c, p->now) || !seen_counts(p->txn, c))
		return true;
	return p->each(p->arg, key, c) && --p->left > 0;
}

bool
query_checks(struct query *q, const struct check_spec *spec,
    checked_fn *each, void *arg)
{
	struct pick p = { .txn = q->txn, .spec = spec, .now = q->now, .each = each,
	    .arg = arg, .left = spec->limit };
	int64_t steps = INT64_MAX;

	if (spec->limit == 0)
		return false;
	return spec->broken || spec->danger ?
	    checked_broken(q->txn, q->now, spec->after, pick, &p, &steps) :
	    checked_all(q->txn, spec->after, pick, &p, &steps);
}

bool
query_check(struct query *q, struct span url, struct checked *c)
{
	return checked_get(q->txn, url, c);
}

int64_t
query_check_now(const struct query *q)
{
	return q->now;
}

struct counting {
	struct db_txn *txn;
	struct check_counts *n;
	int64_t now;
};

static bool
count(void *arg, const uint8_t key[TABLE_DIGEST], const struct checked *c)
{
	struct counting *count = arg;

	(void)key;
	if (!seen_counts(count->txn, c))
		return true;
	count->n->all++;
	count->n->outcome[checked_outcome(c, count->now)]++;
	count->n->broken += checked_is_broken(c, count->now);
	count->n->pinned += checked_is_pinned(c, count->now);
	count->n->unreachable += !checked_is_pinned(c, count->now) &&
	    outcome_is_unreachable_long(&c->record);
	return true;
}

void
query_check_counts(struct query *q, struct check_counts *n)
{
	struct counting c = { .txn = q->txn, .n = n, .now = q->now };
	int64_t steps = INT64_MAX;

	*n = (struct check_counts){ .all = 0 };
	checked_all(q->txn, NULL, count, &c, &steps);
}
