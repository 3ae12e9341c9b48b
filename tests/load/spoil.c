/*
 * Spoil: items of a hub that is stopped are made to differ from what their
 * sites told. Prints their addresses, a line each.
 */
#include "tests/load/spoil.h"
#include "tests/load/load.h"

#include <stdio.h>

#define NUMBERS 100000		/* items that are looked at */

static void
print(const struct item *i)
{
	struct change c;

	if (!change_read(&c, i->said))
		fatal("item %u doesn't read", i->number);
	printf("%.*s\n", SPAN_ARGS(c.url));
}

int
load_spoil(const struct load_options *o)
{
	spoil_hub(o->dir, o->changes, 1, NUMBERS, print);
	return 0;
}
