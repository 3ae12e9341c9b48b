/*
 * A look at the pages that letters name: which links aren't there any more, and
 * on which lines do the others stand? The hub knows of the first of them only.
 *
 * Only in pages that are as the hub was told of them: what it doesn't know yet
 * it can't confirm.
 */
#ifndef ZQ_AGENT_LETTER_LOOK_H
#define ZQ_AGENT_LETTER_LOOK_H

#include <jansson.h>

#include "agent/config.h"
#include "agent/store.h"

#define LETTER_LOOK_PAGES 2000	/* that are read, at most; others stay as
				 * letters have them */

#define LETTER_LOOK_LINES 20	/* of one link that are named */

/* Letters as letter_links_add() leaves them: links that are gone from their
 * page get the state "fixed"; those that stand on more lines than one get
 * "lines", and "more_lines": how many aren't named. */
void letter_look(json_t *list, struct store *store, const struct config *c);

#endif
