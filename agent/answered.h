/*
 * Asking the site's own web server, where it is said to be, on this machine or
 * where its name leads to: has it answered, and if not, why? As health has
 * words for it.
 */
#ifndef ZQ_AGENT_ANSWERED_H
#define ZQ_AGENT_ANSWERED_H

#include <stdbool.h>

#include "contrib/base/fetch.h"
#include "contrib/base/span.h"
#include "protocol/health.h"

/* For CURLOPT_CONNECT_TO: whatever the name, "HOST:PORT", or on this machine if
 * that is NULL. The caller's. */
struct curl_slist *answered_to(const char *where);
/* A connection of its own (that it can be made is half of an answer), by no
 * proxy, whatever the certificate. NULL: where the name leads to. */
void answered_prepare(CURL *curl, struct curl_slist *to);
/* Was it the host of url, in the end? What another one says after a redirect is
 * no answer. */
bool answered_by_host(CURL *curl, const char *url);

/* A page that is longer than we read of it has come. */
bool answered_is(const struct fetch_answer *a);
/* HEALTH_FINE if it has. */
enum health_error answered_why(const struct fetch_answer *a);

#endif
