/*
 * The view's inside: what the files of the view share. Not for others; see
 * view.h.
 */
#ifndef ZQ_HUB_VIEW_INSIDE_H
#define ZQ_HUB_VIEW_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/group.h"

struct view {
	struct db *db;
	char *dir;
	struct group group;
	uint64_t place;
	bool fits;		/* the journal is known to be its own */
};

#endif
