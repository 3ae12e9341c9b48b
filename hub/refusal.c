/*
 * Refusals; see refusal.h.
 */
#include "hub/refusal.h"

#include <string.h>

#include "hub/held.h"
#include "hub/item.h"
#include "hub/table.h"
#include "protocol/wire.h"

/* What is listed at this place, if it is a withdrawal that was refused and of
 * which the site has said nothing since. */
static bool
get_kept(struct db_txn *t, uint64_t place, struct item *i)
{
	struct held_row h;
	uint32_t number;

	return held_get(t, place, &h) && h.kind == HELD_REFUSED &&
	    item_by_name(t, h.name, &number) && item_get(t, number, i) &&
	    i->site == h.site && !i->withdrawn && i->place < place;
}

bool
refusal_explains(struct db_txn *t, const struct stand *s,
    const uint8_t sum[32], uint64_t *kept)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_HELD_SITE);
	struct key first = key_u32_u64(s->site, 0);
	struct span key = key_look(&first), row;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	struct digest d = s->digest;
	uint8_t without[32];
	struct item i;
	size_t n;

	*kept = 0;
	for (n = 0; more && n < REFUSAL_LOOKED && key_heads(&first, 4, key);
	    n++) {
		/* A row with a word in it was dismissed: it isn't counted. */
		if ((s->refused > 0 || row.n > 0) && get_kept(t,
		    wire_get_u64((const uint8_t *)key.at + 4), &i)) {
			digest_remove(&d, i.hash);
			++*kept;
		}
		more = db_cursor_get(c, MDB_NEXT, &key, &row);
	}
	db_cursor_close(c);
	digest_sum(&d, without);
	return *kept > 0 && memcmp(without, sum, sizeof(without)) == 0;
}
