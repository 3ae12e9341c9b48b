/*
 * Places: where a fact that is of no alert yet finds others that it has its
 * cause in common with, in an alert that there is or in one to be made. Those
 * behind one address whose trouble began together are one, and so are many
 * wherever they are (alert_crowd.h).
 */
#ifndef ZQ_HUB_ALERT_PLACE_H
#define ZQ_HUB_ALERT_PLACE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/alert.h"
#include "hub/alert_facts.h"
#include "hub/alert_rule.h"

struct alert_place {		/* an alert that others may join */
	uint32_t number;	/* that it has, or will be given */
	struct span class, group;
	enum alert_what cause;
	uint32_t count;
	struct span row;	/* members that it has; empty: it is new */
	int64_t latest;		/* ms, when it began for the last of them */
	json_t *members;	/* to join it, or NULL; whoever takes them
				 * frees them */
	const struct alert_fact *top;	/* of these: the most severe */
};

struct alert_places {
	const struct alert_facts *facts;
	const struct alert_rules *rules;
	int64_t together;	/* ms that troubles of one cause begin apart … */
	int64_t many_time;	/* … and those of many */
	struct alert_place *at;
	size_t count, room;
};
void alert_places_clear(struct alert_places *p);

/* One that there is; its spans stay the caller's. */
void alert_places_add(struct alert_places *p, const struct alert *a);
/* One for f, and for those that come after it. */
struct alert_place *alert_places_new(struct alert_places *p,
    const struct alert_fact *f, uint32_t number);
/* NULL: nobody has f's cause. Stays until there is one more. */
struct alert_place *alert_places_find(const struct alert_places *p,
    const struct alert_fact *f);
void alert_places_join(const struct alert_places *p, struct alert_place *at,
    const struct alert_fact *f);

#endif
