/* See heard.h. */
#include "agent/heard.h"

#include "contrib/base/err.h"
#include "protocol/wire.h"

static const char *const names[HEARD_COUNT] = {
	[HEARD_HOOK] = "heard-hook", [HEARD_MAIL] = "heard-mail",
};

uint64_t
heard_get(struct store_txn *t, enum heard who)
{
	struct span row;

	must(who < HEARD_COUNT);
	if (!store_get(t, names[who], &row) || row.n != 8)
		return t->meta.letters;
	return wire_get_u64((const uint8_t *)row.at);
}

void
heard_set(struct store_txn *t, enum heard who, uint64_t letter)
{
	uint8_t row[8];

	must(who < HEARD_COUNT);
	wire_put_u64(row, letter);
	store_put(t, names[who], (struct span){ (const char *)row, 8 });
}

void
heard_rewind(struct store_txn *t, uint64_t letter)
{
	struct span row;

	for (size_t i = 0; i < HEARD_COUNT; i++)
		if (store_get(t, names[i], &row) && row.n == 8 &&
		    wire_get_u64((const uint8_t *)row.at) > letter)
			heard_set(t, (enum heard)i, letter);
}
