/*
 * What the hub saw of a site's home page, on the site's page: where its name
 * leads, the way a visitor goes with its certificates, and what the page says
 * of itself. If it isn't as it was, what it was like when it was well stands
 * beside that, and what differs is marked: by this an operator decides
 * whether it is right as it is now.
 */
#ifndef ZQ_HUB_DASH_EVIDENCE_H
#define ZQ_HUB_DASH_EVIDENCE_H

#include "hub/query_home.h"
#include "hub/visit.h"

#define DASH_EVIDENCE_ID "home"	/* of its heading, to lead there */

/* Of the last look that said something new. Nothing if there was none. */
void dash_evidence(struct visit *v, const struct site_info *s);

#endif
