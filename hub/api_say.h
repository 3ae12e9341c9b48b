/*
 * How /api/v1/ answers: a JSON object, or why there is none.
 */
#ifndef ZQ_HUB_API_SAY_H
#define ZQ_HUB_API_SAY_H

#include <jansson.h>

#include "hub/visit.h"

#define API_TYPE "application/json; charset=utf-8"

void api_say(struct visit *v, json_t *j);	/* takes j */
void api_say_why(struct visit *v, int status, const char *why);

#endif
