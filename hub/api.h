/*
 * /api/v1/: the questions of the web pages, answered as JSON.
 *
 *	/api/v1/totals
 *	/api/v1/sites			/api/v1/sites/CODE
 *	/api/v1/items?q=&site=&column=&since=&until=&limit=&after=
 *	/api/v1/items/NUMBER		/api/v1/items?url=ADDRESS
 *	/api/v1/held?site=CODE
 *	/api/v1/journal?from=PLACE
 *
 * An error is {"error": "…"} with its status.
 */
#ifndef ZQ_HUB_API_H
#define ZQ_HUB_API_H

#include "hub/visit.h"

#define API_TYPE "application/json; charset=utf-8"

void api_make(struct visit *v);

#endif
