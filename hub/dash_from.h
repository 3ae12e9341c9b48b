/*
 * Where a page links to: on the page of its item, and by parts on a page of
 * its own; what it has for itself first.
 */
#ifndef ZQ_HUB_DASH_FROM_H
#define ZQ_HUB_DASH_FROM_H

#include "hub/visit.h"

void dash_from(struct visit *v);	/* /links/from?url= */
/* A section of an item's page: also what links there. */
void dash_from_item(struct visit *v, const struct item_info *i);

#endif
