/*
 * How a site is and was, on its page: its state, both views, availability of
 * the week, states and answer times as plots.
 */
#ifndef ZQ_HUB_DASH_WATCH_H
#define ZQ_HUB_DASH_WATCH_H

#include "hub/query_home.h"
#include "hub/visit.h"

void dash_watch_now(struct visit *v, const struct site_info *s);
void dash_watch_past(struct visit *v, const struct site_info *s);

#endif
