/*
 * Advice: what is the matter with a site, in a sentence for its operator,
 * with the command that settles it. The same words stand in zqhub status, on
 * the site's page and in the API.
 */
#ifndef ZQ_HUB_ADVICE_H
#define ZQ_HUB_ADVICE_H

#include "contrib/base/buf.h"
#include "hub/query.h"

#define ADVICE_MAX 2048

/* Puts nothing if nothing is the matter. */
void advice_put(struct buf *b, const struct site_info *s);

#endif
