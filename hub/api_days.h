/*
 * /api/v1/availability and /api/v1/response: what the looks at home pages come
 * to over days, as `zqhub availability --json` has it.
 */
#ifndef ZQ_HUB_API_DAYS_H
#define ZQ_HUB_API_DAYS_H

#include "hub/visit.h"

#define API_DAYS 1000		/* sites of one answer */

void api_days(struct visit *v);

#endif
