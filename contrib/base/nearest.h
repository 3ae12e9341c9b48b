/*
 * Nearest: which of some names was meant by a mistyped one, by how many letters
 * lie between them.
 */
#ifndef ZQ_BASE_NEAREST_H
#define ZQ_BASE_NEAREST_H

#include <stddef.h>

#include "contrib/base/span.h"

struct nearest {
	struct span name;
	const char *found;	/* the nearest so far; NULL: none is near */
	size_t least;
};

struct nearest nearest_to(struct span name);
void nearest_try(struct nearest *n, const char *candidate);	/* kept */

#endif
