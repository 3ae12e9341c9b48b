/*
 * Asked: an address taken apart. The path and the arguments that we know,
 * decoded and UTF-8; an argument that we don't know is nobody's business,
 * but must decode as well.
 */
#ifndef ZQ_HUB_ASKED_H
#define ZQ_HUB_ASKED_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/visit.h"

#define ASKED_MAX 4096		/* bytes of a path or of an argument; an item's
				 * address is 2048 at most */

struct asked {
	struct buf path;
	struct buf argument[VISIT_ARGUMENT_COUNT];
};

void asked_init(struct asked *a);
void asked_clear(struct asked *a);

/* Of the two halves of an address, as they came. The spans in v->argument
 * live as long as *a. False: why is a constant sentence in English, fit for
 * a 400. */
bool asked_read(struct asked *a, struct span path, struct span query,
    struct visit *v, const char **why);

#endif
