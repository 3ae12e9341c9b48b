/*
 * Nearest: what was meant by a name that nobody knows, as far as it can be
 * guessed: the known one that is the fewest letters away, if that isn't more
 * than a third of it and one.
 */
#ifndef ZQ_BASE_NEAREST_H
#define ZQ_BASE_NEAREST_H

#include <stddef.h>

#include "contrib/base/span.h"

struct nearest {
	struct span name;
	const char *found;	/* of those tried; NULL: nothing is near */
	size_t least;
};

struct nearest nearest_of(struct span name);
void nearest_try(struct nearest *n, const char *known);	/* is kept */

#endif
