/*
 * The spool: changes on their way to the hub, in order, durable.
 *
 * A change gets its number here, in the same transaction in which `known`
 * learns of it. It stays when the hub has confirmed it, for a week or until
 * its room is needed, because a hub restored from an old backup is refilled
 * from here. Its number and bytes never change once it may have been sent.
 *
 * Limited by bytes. When it is full, confirmed changes go first; then
 * changes of one item that were never sent become one, the last; and when
 * that doesn't help, spool_put() says no: nothing is lost, because what was
 * not put is not known either, and the source will be read again.
 */
#ifndef ZQ_AGENT_SPOOL_H
#define ZQ_AGENT_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/store.h"
#include "protocol/change.h"

#define SPOOL_KEEP (7ll * 24 * 3600 * 1000)	/* ms that confirmed ones stay */

/* Gives c the next number and writes it. False: no room; nothing happened. */
bool spool_put(struct store_txn *t, struct change *c);

/* The change with that number. Its spans live until the transaction ends, or
 * the next write in it. */
bool spool_get(struct store_txn *t, uint64_t seq, struct change *c);

/* Numbers up to seq may leave this machine from now on. */
void spool_sent(struct store_txn *t, uint64_t seq);

/* The hub has everything up to seq. */
void spool_confirm(struct store_txn *t, uint64_t seq);

/* The hub has forgotten what came after seq. False if it isn't here any
 * more; then needs_snapshot is set. */
bool spool_rewind(struct store_txn *t, uint64_t seq);

/* Forgets confirmed changes that are old, at most `count` of them. True if
 * there may be more. */
bool spool_trim(struct store_txn *t, int64_t now, size_t count);

/* Makes what room can be made, in several transactions. True: an eighth of it
 * is free now. If it isn't, needs_snapshot is set, unless the disk is full:
 * then it may be that something is cut off (store_owes()). */
bool spool_make_room(struct store *s);
/* Ends what was cut off of that: before anything else is done with the spool.
 * False: the disk is full, and store_do() will try again. Until then numbers
 * above the cut are free, and spool_get() doesn't find them. */
bool spool_settle(struct store *s);

#define SPOOL_SLICE 1000	/* changes in one of these transactions … */
#define SPOOL_SLICE_BYTES (4u << 20)	/* … about so many bytes of them */

/* Changes that wait to be confirmed. */
uint64_t spool_waiting(const struct store_meta *m);

#endif
