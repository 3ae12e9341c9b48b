/*
 * /api/v1/links: who links where, what is broken, what lacks a link back.
 */
#ifndef ZQ_HUB_API_LINKS_H
#define ZQ_HUB_API_LINKS_H

#include "hub/visit.h"

#define API_LINKS 200		/* of one answer */

/* links?url=, links/from?url=, links/broken, links/reciprocal. */
void api_links(struct visit *v);

#endif
