/*
 * What the core does before it serves: the view is brought up to the
 * journal, and what was found on the way is told.
 */
#ifndef ZQ_HUB_CORE_START_H
#define ZQ_HUB_CORE_START_H

#include "hub/writer.h"

void core_start(struct writer *w);

#endif
