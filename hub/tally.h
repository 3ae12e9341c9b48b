/*
 * A tally: what an index and its site were found to differ in. Counts, and,
 * if an operator is waiting for them, the items by name.
 */
#ifndef ZQ_HUB_TALLY_H
#define ZQ_HUB_TALLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define TALLY_NAMES 1000	/* of each kind that are listed */

enum tally_kind {
	TALLY_MISSING,		/* the site has it, the index doesn't */
	TALLY_EXTRA,		/* the other way round */
	TALLY_DIFFERS,		/* both, in another state */
	TALLY_HELD,		/* explained: what is newest is held */
	TALLY_KINDS
};
const char *tally_kind_name(enum tally_kind k);	/* "missing" … */

struct tally_item {
	struct span id, url;
	struct span title, why;		/* may be empty */
};

struct tally {
	uint64_t count[TALLY_KINDS];
	size_t listed[TALLY_KINDS];
	bool cut;			/* there were more than are listed */
	json_t *names;			/* an array, or NULL: nobody asks */
};

void tally_begin(struct tally *t, bool listed);
void tally_clear(struct tally *t);

/* Counts one, and lists it if i is given. */
void tally_put(struct tally *t, enum tally_kind kind,
    const struct tally_item *i);
/* One that was counted as missing has a name now, and is what `kind` says.
 * False: no more of them are missing. */
bool tally_name(struct tally *t, enum tally_kind kind,
    const struct tally_item *i);
/* Its other half was counted, as extra or held: not twice. */
void tally_pair(struct tally *t, enum tally_kind as);

/* All that push should have brought, and didn't (see proven.h). */
uint64_t tally_missed(const struct tally *t);

#endif
