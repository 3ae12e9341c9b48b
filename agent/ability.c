/* See ability.h. */
#include "agent/ability.h"

#include "protocol/answer.h"
#include "protocol/limits.h"

#define ROW "hub features"

bool
ability_has(struct store_txn *t, const char *feature)
{
	struct span row;

	return store_get(t, ROW, &row) && answer_has_word(row, feature);
}

static bool
keep(struct store_txn *t, void *arg)
{
	const struct span *features = arg;

	store_put(t, ROW, *features);
	return true;
}

bool
ability_keep(struct store *s, struct span features)
{
	struct store_txn *t = store_look(s);
	struct span row = SPAN_NONE;
	bool same = (store_get(t, ROW, &row) || features.n == 0) &&
	    span_is(row, features);

	store_end(t);
	return !same && features.n <= LIMIT_LONG_TEXT &&
	    store_do(s, keep, &features) == STORE_DONE;
}
