/*
 * Hashes of items: a sorted set of them, and those of some of the digest's
 * buckets gathered from what is known, in turns short enough that a loop goes
 * on beside them.
 */
#ifndef ZQ_AGENT_HASHES_H
#define ZQ_AGENT_HASHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/known.h"
#include "agent/store.h"
#include "protocol/digest.h"
#include "protocol/reconcile.h"

#define HASHES_TURN 4000	/* rows looked at in one */

struct hashes {			/* zeros: an empty set */
	uint8_t (*at)[RECONCILE_HASH];
	size_t count, room;
};

void hashes_add(struct hashes *h, const uint8_t hash[RECONCILE_HASH]);
void hashes_sort(struct hashes *h);		/* before the next ones */
bool hashes_has(const struct hashes *h, const uint8_t hash[RECONCILE_HASH]);
/* Those of one bucket: *count of them from what is returned on. */
const uint8_t *hashes_bucket(const struct hashes *h, unsigned bucket,
    size_t *count);
void hashes_clear(struct hashes *h);


/* Adds the hashes of the wanted buckets, from the mark on. True: there is more,
 * call again. */
bool hashes_gather(struct hashes *h, struct store_txn *t,
    struct known_mark *mark, const bool wanted[DIGEST_BUCKETS]);

#endif
