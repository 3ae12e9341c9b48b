/*
 * A hub's data directory, made once: CA, ticket key, the hub's certificate,
 * hub.conf, empty stores.
 *
 * Nothing that exists is ever overwritten, and if a step fails all that was
 * made is taken away again, so that the command can simply be repeated.
 */
#ifndef ZQ_HUB_INIT_H
#define ZQ_HUB_INIT_H

#include <stdbool.h>

#include "contrib/base/buf.h"

struct init {
	const char *dir;
	const char *name;	/* of the cluster */
	const char *listen;	/* NULL: as the manual has it */
	const char *web;	/* NULL: as the manual has it; "": none */
	const char *public;	/* NULL: as listen says */
};

/* Makes dir, or finds that there is nothing of a hub in it: then all that is
 * there later was made by us, and can be taken back. */
bool init_begin(const char *dir, bool *was_there, struct buf *why);
void init_take_back(const char *dir, bool was_there);

/* False: why says what is wrong and what to do. What comes next is for the
 * caller to print. */
bool init_hub(const struct init *i, struct buf *why);

#endif
