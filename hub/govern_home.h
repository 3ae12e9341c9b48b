/*
 * An operator's act about a home page: it is right as it is now.
 */
#ifndef ZQ_HUB_GOVERN_HOME_H
#define ZQ_HUB_GOVERN_HOME_H

#include "hub/ask.h"

bool govern_home_accept(struct ask *a);

#endif
