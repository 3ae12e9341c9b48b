/*
 * Kept: what the index has, this site knows nothing of, and a person said is
 * to stay (zqagent refuse).
 *
 * An item that the hub said it has too much is known as `adopted`, with the
 * hash that the hub has of it. Nothing here vouches for it, so the digest is
 * without it, and no proof could end well as long as it stays. When a person
 * refuses to withdraw it that is a word for it: from then on it is in the
 * digest as the hub has it, until a live source tells it or somebody releases
 * it after all. Of an older hub only half of the hash is known: then it stays
 * what it was.
 */
#ifndef ZQ_AGENT_KEPT_H
#define ZQ_AGENT_KEPT_H

#include "agent/store.h"
#include "contrib/base/span.h"

/* All that is adopted of this source. A full disk ends it early; whoever
 * judges the source again says it again. */
void kept_mark(struct store *s, struct span source);

#endif
