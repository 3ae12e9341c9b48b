/*
 * One item as both documents of reconciling name it: <zq:name>, <zq:extra>
 * and <zq:held> have its hash and address as attributes, and in them its id
 * and, of what is held, the reason. Not for others than reconcile*.c.
 */
#ifndef ZQ_PROTOCOL_RECONCILE_ITEM_H
#define ZQ_PROTOCOL_RECONCILE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/digest.h"
#include "protocol/xml.h"

#define RECONCILE_SUMS (DIGEST_BUCKETS * 16)	/* bytes: all buckets */

struct reconcile_item {	/* one being read */
	bool has_hash;		/* then it has an address, too */
	uint8_t hash[DIGEST_SHORT];
	bool has_rest;		/* … and perhaps what follows of it */
	uint8_t rest[32 - DIGEST_SHORT];
	struct buf url, id, why;
	struct buf *open;	/* where text goes now, or NULL */
};

void reconcile_item_init(struct reconcile_item *i);
void reconcile_item_clear(struct reconcile_item *i);

/* At the start of the element; has_hash: it must have one. False: failed. */
bool reconcile_item_begin(struct reconcile_item *i, struct xml *x,
    bool has_hash);
/* At its end: is it one? */
bool reconcile_item_end(struct reconcile_item *i, struct xml *x);

/* Writing: nothing if the text is empty. */
void reconcile_item_put(struct buf *b, const char *element, struct span text);
void reconcile_item_hex(struct buf *b, const char *name, const uint8_t *at,
    size_t n);

#endif
