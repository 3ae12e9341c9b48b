/*
 * Tables and keys; see table.h.
 */
#include "hub/table.h"

#include <string.h>

#include "protocol/wire.h"

const struct db_table table_list[TABLE_COUNT] = {
	[TABLE_META] = { .name = "meta" },
	[TABLE_SITE] = { .name = "site" },
	[TABLE_CODE] = { .name = "code" },
	[TABLE_DOMAIN] = { .name = "domain" },
	[TABLE_DOMAIN_UNTIL] = { .name = "domain-until" },
	[TABLE_TICKET] = { .name = "ticket" },
	[TABLE_STAND] = { .name = "stand" },
	[TABLE_COLUMN] = { .name = "column" },
	[TABLE_ITEM] = { .name = "item" },
	[TABLE_NAME] = { .name = "name" },
	[TABLE_URL] = { .name = "url" },
	[TABLE_PAST] = { .name = "past" },
	[TABLE_SHOWN] = { .name = "shown" },
	[TABLE_POST] = { .name = "post" },
	[TABLE_HELD] = { .name = "held" },
	[TABLE_HELD_SITE] = { .name = "held-site" },
	[TABLE_HELD_NAME] = { .name = "held-name" },
	[TABLE_GATE] = { .name = "gate" },
	[TABLE_SILENCED] = { .name = "silenced" },
	[TABLE_FOREIGN] = { .name = "foreign" },
	[TABLE_LETTER] = { .name = "letter" },
	[TABLE_ISSUED] = { .name = "issued" },
	[TABLE_PROVEN] = { .name = "proven" },
	[TABLE_MOVE] = { .name = "move" },
	[TABLE_MOVE_OLD] = { .name = "move-old" },
	[TABLE_DUE] = { .name = "due" },
	[TABLE_COVER] = { .name = "cover" },
	[TABLE_PLACE] = { .name = "place" },
	[TABLE_OUT] = { .name = "out" },
	[TABLE_RUN] = { .name = "run" },
	[TABLE_RUN_KEY] = { .name = "run-key" },
	[TABLE_RUN_FREE] = { .name = "run-free" },
	[TABLE_TARGET] = { .name = "target" },
	[TABLE_LINK] = { .name = "link" },
	[TABLE_BROKEN] = { .name = "broken" },
	[TABLE_BETWEEN] = { .name = "between" },
	[TABLE_LINK_NEWS] = { .name = "link-news" },
	[TABLE_LOOK] = { .name = "look" },
	[TABLE_TELL] = { .name = "tell" },
	[TABLE_REFERRAL] = { .name = "referral" },
	[TABLE_MAP] = { .name = "map" },
	[TABLE_CHECK] = { .name = "check" },
	[TABLE_CHECK_BROKEN] = { .name = "check-broken" },
	[TABLE_CHECK_HOST] = { .name = "check-host" },
	[TABLE_HOME] = { .name = "home" },
	[TABLE_HOME_DAY] = { .name = "home-day" },
	[TABLE_HOME_LOOK] = { .name = "home-look" },
	[TABLE_DOMAIN_PAST] = { .name = "domain-past" },
	[TABLE_SETTLE] = { .name = "settle" },
	[TABLE_DANGER] = { .name = "danger" },
	[TABLE_FORMER] = { .name = "former" },
	[TABLE_CLEAR] = { .name = "clear" },
	[TABLE_ALERT] = { .name = "alert" },
	[TABLE_ALERT_OPEN] = { .name = "alert-open" },
	[TABLE_ALERT_NOTICE] = { .name = "alert-notice" },
	[TABLE_DELIVERY] = { .name = "delivery" },
	[TABLE_DELIVERY_DUE] = { .name = "delivery-due" },
	[TABLE_DELIVERY_OF] = { .name = "delivery-of" },
	[TABLE_SILENCE] = { .name = "silence" },
	[TABLE_STATE] = { .name = "state" },
	[TABLE_NOTICE] = { .name = "notice" },
	[TABLE_NOTICE_SITE] = { .name = "notice-site" },
	[TABLE_NOTICE_OPEN] = { .name = "notice-open" },
};

struct key
key_u32(uint32_t a)
{
	struct key k = { .n = 4 };

	wire_put_u32(k.at, a);
	return k;
}

struct key
key_u64(uint64_t a)
{
	struct key k = { .n = 8 };

	wire_put_u64(k.at, a);
	return k;
}

struct key
key_u32_u64(uint32_t a, uint64_t b)
{
	struct key k = { .n = 12 };

	wire_put_u32(k.at, a);
	wire_put_u64(k.at + 4, b);
	return k;
}

struct key
key_u64_u32(uint64_t a, uint32_t b)
{
	struct key k = { .n = 12 };

	wire_put_u64(k.at, a);
	wire_put_u32(k.at + 8, b);
	return k;
}

struct key
key_digest(const uint8_t digest[TABLE_DIGEST])
{
	struct key k = { .n = TABLE_DIGEST };

	memcpy(k.at, digest, TABLE_DIGEST);
	return k;
}

struct key
key_digest_u64(const uint8_t digest[TABLE_DIGEST], uint64_t b)
{
	struct key k = { .n = TABLE_DIGEST + 8 };

	memcpy(k.at, digest, TABLE_DIGEST);
	wire_put_u64(k.at + TABLE_DIGEST, b);
	return k;
}

bool
key_heads(const struct key *k, size_t n, struct span key)
{
	return key.n >= n && memcmp(k->at, key.at, n) == 0;
}

uint32_t
table_last(struct db_txn *t, enum table table)
{
	struct db_cursor *c = db_cursor_open(t, table);
	struct span key, row;
	uint32_t last = 0;

	if (db_cursor_get(c, MDB_LAST, &key, &row) && key.n >= 4)
		last = wire_get_u32((const uint8_t *)key.at);
	db_cursor_close(c);
	return last;
}
