/* See flat.h. */
#include "agent/flat.h"

#include <stdbool.h>
#include <string.h>

/* Somebody waits for its end (page.c). What a script has isn't seen anyway. */
static bool
must_end(const char *name)
{
	static const char *const names[] = { "a", "title", "h1" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

void
flat_keep(htmlParserCtxtPtr x)
{
	if (x->nameNr <= FLAT_FROM || must_end((const char *)x->name))
		return;
	x->nameNr--;
	x->name = x->nameTab[x->nameNr - 1];
}
