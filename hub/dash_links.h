/*
 * Links on the pages of items and sites, and pages of their own.
 */
#ifndef ZQ_HUB_DASH_LINKS_H
#define ZQ_HUB_DASH_LINKS_H

#include "hub/visit.h"

void dash_links(struct visit *v);	/* /links?url=, /links/broken,
					 * /links/reciprocal */

/* Sections: of an item, what links there and where it links to; of a site,
 * what is broken on its pages. */
void dash_links_item(struct visit *v, const struct item_info *i);
void dash_links_site(struct visit *v, const struct site_info *s);

#endif
