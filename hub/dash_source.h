/*
 * What a site's agent watches, on the site's page: each source that it has
 * told all of, and since when.
 */
#ifndef ZQ_HUB_DASH_SOURCE_H
#define ZQ_HUB_DASH_SOURCE_H

#include "hub/visit.h"

void dash_source(struct visit *v, const struct site_info *s);

#endif
