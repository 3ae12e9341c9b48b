/*
 * What became of a site's domains, on its page: when each was given to it and
 * taken away, proven, and not any more; by whom, and why.
 */
#ifndef ZQ_HUB_DASH_DOMAINS_H
#define ZQ_HUB_DASH_DOMAINS_H

#include "hub/query.h"
#include "hub/visit.h"

void dash_domains(struct visit *v, const struct site_info *s);

#endif
