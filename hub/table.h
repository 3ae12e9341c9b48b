/*
 * The view's tables, and how their keys are made. Keys are big-endian, so
 * that LMDB's order is ours; names longer than a key may be are keyed by a
 * digest and stand whole in the row.
 */
#ifndef ZQ_HUB_TABLE_H
#define ZQ_HUB_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"

enum table {
	TABLE_META,	/* "state" → struct meta */
	TABLE_SITE,	/* site u32 → struct site */
	TABLE_CODE,	/* code → site u32 */
	TABLE_DOMAIN,	/* host → site u32 */
	TABLE_DOMAIN_UNTIL,	/* host → ms u64, see expiry.h */
	TABLE_TICKET,	/* ref → struct view_ticket */
	TABLE_STAND,	/* site u32 → struct stand */
	TABLE_COLUMN,	/* site u32, hash u64 → items u64, name */
	TABLE_ITEM,	/* item u32 → struct item */
	TABLE_NAME,	/* digest of site and id → item u32 */
	TABLE_URL,	/* digest of the address → item u32 */
	TABLE_PAST,	/* item u32, place u64 → nothing; earlier changes */
	TABLE_SHOWN,	/* last place of a group u64 → ms u64 */
	TABLE_POST,	/* see post.h */
	TABLE_HELD,	/* place u64 → struct held_row */
	TABLE_HELD_SITE,	/* site u32, place u64 → nothing */
	TABLE_HELD_NAME,	/* digest of site and id, place u64 → nothing */
	TABLE_GATE,	/* site u32, place u64 → change row; held by the gate */
	TABLE_SILENCED,	/* the same; held until the site may speak again */
	TABLE_FOREIGN,	/* the same; held until its host is the site's */
	TABLE_LETTER,	/* site u32, number u64 → letter row */
	TABLE_PROVEN,	/* site u32 → struct proven */
	TABLE_ISSUED,	/* site u32 → pin of the CA; 0: see issued.c */
	TABLE_MOVE,	/* number u32 → struct move */
	TABLE_MOVE_OLD,	/* digest of the old address, number u64 → nothing */
	TABLE_DUE,	/* ms u64, move u32 → nothing */
	TABLE_COVER,	/* site u32, head of digest of the prefix u64 → struct
			 * cover */
	TABLE_PLACE,	/* digest of a place, or page of one → see place.c */
	TABLE_OUT,	/* item u32 → its runs and lines (links.h) */
	TABLE_RUN,	/* run u32 → struct run */
	TABLE_RUN_KEY,	/* digest of site and links → run u32 */
	TABLE_RUN_FREE,	/* run u32 → nothing; to be given again */
	TABLE_TARGET,	/* target_key() → struct target */
	TABLE_LINK,	/* see post.h: target → runs, run → items */
	TABLE_BROKEN,	/* target_key() → nothing */
	TABLE_BETWEEN,	/* site u32, reversed host → links varint: of a site
			 * to hosts that aren't its own */
	TABLE_LINK_NEWS,	/* site u32, target_key() → see link_news.c */
	TABLE_LOOK,	/* range of targets → from where on to look again */
	TABLE_TELL,	/* see telling.h: letters that are to be written */
	TABLE_REFERRAL,	/* move u32, site u32 [, digest of a target's key] →
			 * struct referral; and see referral.c */
	TABLE_MAP,	/* version u64 → move u32: what changed in the map */
	TABLE_CHECK,	/* digest of a place → struct checked */
	TABLE_CHECK_BROKEN,	/* digest of a place → nothing */
	TABLE_CHECK_HOST,	/* host → its home page, when it was well */
	TABLE_HOME,	/* site u32 → struct home; see home_row.h */
	TABLE_HOME_DAY,	/* site u32, day u64 → struct home_day: counts */
	TABLE_HOME_LOOK,	/* site u32, day u64 → its looks, packed;
				 * 35 days */
	TABLE_DOMAIN_PAST,	/* site u32, place u64 → what became of a domain
				 * of it; see domains.h */
	TABLE_SETTLE,	/* ms u64, move u32 → nothing; see move.h */
	TABLE_DANGER,	/* target_key(), or a host's beginning → danger.h */
	TABLE_FORMER,	/* digest of an address → hits on it; see hits.h */
	TABLE_CLEAR,	/* site u32 → by, reason: is to be cleared further */
	TABLE_ALERT,	/* alert u32 → struct alert */
	TABLE_ALERT_OPEN,	/* alert u32 → nothing; not over */
	TABLE_ALERT_NOTICE,	/* alert u32, notice u64 → struct ledger_notice */
	TABLE_DELIVERY,	/* delivery u64 → struct delivery */
	TABLE_DELIVERY_DUE,	/* delivery u64 → nothing */
	TABLE_DELIVERY_OF,	/* alert u32, delivery u64 → nothing */
	TABLE_SILENCE,	/* silence u32 → struct silence */
	TABLE_STATE,	/* site u32, ms u64 → struct history */
	TABLE_NOTICE,	/* number u32 → struct notice */
	TABLE_NOTICE_SITE,	/* site u32, number u64 → nothing */
	TABLE_NOTICE_OPEN,	/* the same; only those that are open */
	TABLE_COUNT
};
extern const struct db_table table_list[TABLE_COUNT];

#define TABLE_DIGEST 16		/* bytes of a name's digest in a key */

struct key {
	uint8_t at[TABLE_DIGEST + 8];
	size_t n;
};

struct key key_u32(uint32_t a);
struct key key_u64(uint64_t a);
struct key key_u32_u64(uint32_t a, uint64_t b);
struct key key_u64_u32(uint64_t a, uint32_t b);
struct key key_digest(const uint8_t digest[TABLE_DIGEST]);
struct key key_digest_u64(const uint8_t digest[TABLE_DIGEST], uint64_t b);

static inline struct span
key_look(const struct key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

/* Of a table whose keys begin with a u32: the highest; 0: it is empty. */
uint32_t table_last(struct db_txn *t, enum table table);

/* Does `key` begin with the first n bytes of k? */
bool key_heads(const struct key *k, size_t n, struct span key);

#endif
