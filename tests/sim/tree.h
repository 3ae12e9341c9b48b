/*
 * A document root that is a list in memory, in the place of agent/source_dir:
 * the linker finds the source kind of that name here.
 *
 * It does what source_dir does with files: what it was told of in a burst, or
 * finds in a scan, it compares and tells; what is missing goes through the
 * hold. Held against that is the gate in its plainest form (R3).
 */
#ifndef ZQ_SIM_TREE_H
#define ZQ_SIM_TREE_H

#include "agent/source.h"
#include "tests/sim/site.h"

/* What the settings of such a source are: the first member is given to
 * source_dir.open(), which finds the rest. */
struct tree_set {
	struct config_source set;
	struct site *site;
	struct source *source;		/* as long as it is open */
};

void tree_notice(struct source *s, size_t n);	/* as by inotify */
bool tree_is_quiet(const struct source *s);	/* seen it, told it */
bool tree_has_covered(const struct source *s);	/* told what it covers */
bool tree_holds(const struct source *s);	/* refused or not */

#endif
