/*
 * Operators' acts about links that leave the cluster: a verdict pinned, taken
 * off again, and a host accepted as it is now.
 */
#ifndef ZQ_HUB_GOVERN_CHECK_H
#define ZQ_HUB_GOVERN_CHECK_H

#include "hub/ask.h"

bool govern_check_pin(struct ask *a);
bool govern_check_unpin(struct ask *a);
bool govern_check_accept(struct ask *a);

#endif
