/*
 * What mending and undoing it have in common: which sources, and their pages.
 */
#ifndef ZQ_AGENT_MEND_PRIVATE_H
#define ZQ_AGENT_MEND_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct mend_spec;

/* Is the i-th source asked for? *below: the path below its root that is,
 * NULL-ended and the caller's to free; "" for all of it; NULL: it isn't. */
char *mend_below(const struct mend_spec *s, size_t i);
bool mend_is_below(struct span path, const char *below);

/* None of the sources is what `only` names: why says. */
bool mend_is_any(const struct mend_spec *s, struct buf *why);

#endif
