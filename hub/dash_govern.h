/*
 * What an admin may do about a site, on its page: as zqhub site …, zqhub
 * release, refuse (govern.h).
 */
#ifndef ZQ_HUB_DASH_GOVERN_H
#define ZQ_HUB_DASH_GOVERN_H

#include "hub/visit.h"

void dash_govern(struct visit *v, const struct site_info *s);

#endif
