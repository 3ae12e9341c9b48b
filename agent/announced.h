/*
 * Announced: what this site has announced of itself and hasn't said to be
 * over: outages, maintenance, its closing. As it was said here: what became of
 * it at the hub, and what the hub's operator announced for the site, the hub
 * knows.
 *
 * Kept so that whoever says one more is told which one that replaces, and
 * which stand beside it; and so that a hub that has lost it all is told again
 * (retell.h). Work whose time is over is dropped at the next word; an outage
 * stays until somebody says that it is resolved.
 */
#ifndef ZQ_AGENT_ANNOUNCED_H
#define ZQ_AGENT_ANNOUNCED_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/buf.h"
#include "protocol/change.h"

#define ANNOUNCED_MOST 200	/* a hub takes no more of a site */

/* Each whose time isn't over, as it was said, oldest first, until the callback
 * says false. Spans live until the next write. */
typedef bool announced_fn(void *arg, const struct change *c);
void announced_each(struct store_txn *t, announced_fn *fn, void *arg);

/* Does this one, said then, stand there? */
bool announced_has(struct store_txn *t, const struct change *notice);

/* A notice is being said: what it replaces or ends goes. False: there are too
 * many. */
bool announced_put(struct store_txn *t, const struct change *notice);

/* Before it is said: {"replaces": […], "ends": […], "beside": […]}, of each
 * only if there are any. The caller's. */
json_t *announced_effect(struct store_txn *t, const struct change *notice);

/* All of them, [{"kind", "service", "from", "until", "recurs",
 * "zone", "see", "reason", "by", "said"}]. The caller's. */
json_t *announced_list(struct store_txn *t);

/* One of these for people: "maintenance of x, … until …". */
void announced_show(struct buf *b, json_t *one);

#endif
