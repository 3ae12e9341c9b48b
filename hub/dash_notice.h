/*
 * What is announced: outages, maintenance, closings; and the forms by which
 * operators announce for a site.
 */
#ifndef ZQ_HUB_DASH_NOTICE_H
#define ZQ_HUB_DASH_NOTICE_H

#include "hub/visit.h"

void dash_notices(struct visit *v);	/* /notices?site= */

#endif
