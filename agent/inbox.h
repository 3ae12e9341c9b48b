/*
 * The inbox: letters from the hub, each once, in order.
 *
 * A long poll that asks for letters after N; asking confirms N, so a letter
 * is on the disk before the next ask. The last thousand are kept.
 */
#ifndef ZQ_AGENT_INBOX_H
#define ZQ_AGENT_INBOX_H

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "agent/line.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "protocol/letter.h"

#define INBOX_KEEP 1000		/* letters */

struct inbox;

struct inbox *inbox_new(struct event_base *base, struct store *store,
    struct fetch *fetch, const struct line *line);
void inbox_free(struct inbox *i);	/* before the fetch */

/* Takes one letter into the store; false if it is not the next one. */
bool inbox_put(struct store_txn *t, const struct letter *l);

/* The newest `most` of them, oldest first; the caller's. */
json_t *inbox_list(struct store_txn *t, size_t most);

#endif
