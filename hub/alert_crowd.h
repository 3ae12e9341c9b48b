/*
 * Crowds: what strikes so many sites within so short a time has one cause,
 * wherever they are: a line, a data centre. Counted is what is so now, be it
 * of an alert already or waiting to be told; so whoever is told of first is
 * told with the others, as far as they are known by then.
 */
#ifndef ZQ_HUB_ALERT_CROWD_H
#define ZQ_HUB_ALERT_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include "hub/alert_facts.h"

/* By what one and the same trouble is known, as it grows. */
enum alert_what alert_crowd_cause(enum alert_what w);

struct alert_crowd {		/* all zero: nobody */
	struct alert_crowd_one *one;
	size_t count, room;
};
void alert_crowd_clear(struct alert_crowd *c);

/* Keeps f, if it may be one of many, and forgets what it was of. */
void alert_crowd_add(struct alert_crowd *c, struct alert_fact *f);
/* Says of each fact how many it fell ill with (f->crowd) and how many of
 * these are at its address (f->beside), if `many` of its cause at least did so
 * within `time` ms. */
void alert_crowd_judge(struct alert_crowd *c, uint64_t many, int64_t time);

#endif
