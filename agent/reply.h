/*
 * Replies: what the site's people say to a letter about links.
 *
 * That they will fix them, or that they refuse to, and why. It goes to the
 * hub as one change per address that the letter names, and the letter is
 * shown with it from then on. Whether links are fixed the hub sees by itself.
 */
#ifndef ZQ_AGENT_REPLY_H
#define ZQ_AGENT_REPLY_H

#include <jansson.h>
#include <stdint.h>

#include "agent/store.h"
#include "contrib/base/buf.h"

/*
 * {"letter": N, "refused": bool, "reason": …, "by": …}. NULL: why says what
 * is wrong; nothing was said. Else {"said": how many addresses, "seq": of the
 * last change}.
 */
json_t *reply_say(struct store *s, json_t *ask, struct buf *why);

/* {"state": "will-fix" | "refused", "when", "by", "reason"}, the caller's;
 * NULL: nobody has said anything yet. */
json_t *reply_of(struct store_txn *t, uint64_t letter);

#endif
