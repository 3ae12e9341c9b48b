/*
 * Rows of news: site u32, target_key(); see link_news.h.
 */
#include "hub/link_news.h"

#include <string.h>

#include "hub/table.h"
#include "protocol/wire.h"

#define END "e"			/* what stands in a row of it */

struct news_key {
	uint8_t at[4 + TARGET_KEY];
	size_t n;
};

static struct span
look(struct news_key *at, uint32_t site, const struct target_key *k)
{
	wire_put_u32(at->at, site);
	memcpy(at->at + 4, k->at, k->n);
	return (struct span){ .at = (const char *)at->at, .n = 4 + k->n };
}

void
link_news_put(struct db_txn *t, uint32_t site, const struct target_key *k)
{
	struct news_key at;

	if (!link_news_has(t, site, k))
		db_put(t, TABLE_LINK_NEWS, look(&at, site, k), SPAN_NONE);
}

void
link_news_put_end(struct db_txn *t, const struct target_key *k)
{
	struct news_key at;

	db_put(t, TABLE_LINK_NEWS, look(&at, 0, k), SPAN(END));
}

bool
link_news_is_end(struct db_txn *t, const struct target_key *k)
{
	struct news_key at;
	struct span row;

	return db_get(t, TABLE_LINK_NEWS, look(&at, 0, k), &row) && row.n > 0;
}

void
link_news_del(struct db_txn *t, uint32_t site, const struct target_key *k)
{
	struct news_key at;

	db_del(t, TABLE_LINK_NEWS, look(&at, site, k));
}

bool
link_news_has(struct db_txn *t, uint32_t site, const struct target_key *k)
{
	struct news_key at;
	struct span row;

	return db_get(t, TABLE_LINK_NEWS, look(&at, site, k), &row);
}
