/*
 * The cluster at a glance: what is wrong now, what is announced, and every
 * site as one cell.
 */
#ifndef ZQ_HUB_DASH_OVER_H
#define ZQ_HUB_DASH_OVER_H

#include "hub/overview.h"
#include "hub/query_notice.h"
#include "hub/visit.h"

/* The visit's overview, up to date; where there is none (a test) one is made,
 * which the caller frees. */
struct overview *dash_over_open(struct visit *v);
void dash_over_close(const struct visit *v, struct overview *o);

/* The legend: each state with its number, linked to the list of those. */
void dash_over_legend(struct visit *v, const struct overview *o);
/* One that was announced, in two lines. */
void dash_over_notice(struct visit *v, const struct notice_info *n);
/* The open ones, of a site, or (0) of all. Nothing is written if there are
 * none. How many it were; more than `most`: there are more. */
size_t dash_over_notices(struct visit *v, uint32_t site, size_t most);
/* The list of those that are in this state (CELL_STATES: of all that are
 * wrong), worst first, from the from-th on; how many there are. */
size_t dash_over_list(struct visit *v, const struct overview *o,
    enum cell_state only, size_t from, size_t most);

#endif
