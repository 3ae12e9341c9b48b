/*
 * Links on the pages of sites, and pages of their own.
 */
#ifndef ZQ_HUB_DASH_LINKS_H
#define ZQ_HUB_DASH_LINKS_H

#include "hub/visit.h"

void dash_links(struct visit *v);	/* /links?url=, /links/from?url=,
					 * /links/broken, /links/reciprocal */

/* Sections of a site's page: how many others link to it, and what is broken
 * on its pages. */
void dash_links_site(struct visit *v, const struct site_info *s);

#endif
