/*
 * Moves that wait for a word: a domain's, for its other end; and those that
 * are contested. What an operator can do about one. tell_ends.h tells the
 * sites.
 */
#ifndef ZQ_HUB_MOVE_WAITS_H
#define ZQ_HUB_MOVE_WAITS_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "hub/move.h"

/* Does it lack its other end, and nobody has agreed to it? */
bool move_waits(const struct move *m);

/* What it waits for, and what to run, in the reader's language (lang.h);
 * nothing if it doesn't. other: the code of the site that has its new address,
 * or "". */
void move_waits_advise(struct buf *b, const struct move *m,
    const char *other);

#endif
