/*
 * What the core makes of a look: judged beside what the view has of the
 * site's home page, in short for who listens, and as an act if it says
 * something new.
 */
#ifndef ZQ_HUB_HOME_KEEP_H
#define ZQ_HUB_HOME_KEEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/home.h"
#include "hub/home_judge.h"
#include "hub/site.h"

struct home_kept {
	struct home_seen seen;
	json_t *act;		/* {"do":"home",…}, the caller's; NULL:
				 * nothing new */
};

/* What a 304 didn't say again is put into the look. */
void home_keep(struct db_txn *t, const struct site *s,
    struct home_look *look, const struct home_pace *pace,
    struct home_kept *k);

/* Is it to be expected that the home page leads to this host: is that the
 * site's own, or where a move of it that was announced leads? */
bool home_keep_expects(struct db_txn *t, const struct site *s,
    struct span host);

#endif
