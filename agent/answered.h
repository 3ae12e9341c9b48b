/*
 * Has a web server answered, and if not, why? As health has words for it.
 */
#ifndef ZQ_AGENT_ANSWERED_H
#define ZQ_AGENT_ANSWERED_H

#include <stdbool.h>

#include "contrib/base/fetch.h"
#include "protocol/health.h"

/* A page that is longer than we read of it has come. */
bool answered_is(const struct fetch_answer *a);
/* HEALTH_FINE if it has. */
enum health_error answered_why(const struct fetch_answer *a);

#endif
