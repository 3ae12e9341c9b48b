/*
 * Crowds: what strikes so many sites within so short a time has one cause,
 * wherever they are: a line, a data centre. Counted is what is so now, be it
 * of an alert already or waiting to be told; so whoever is told of first is
 * told with the others, as far as they are known by then.
 *
 * A line that is cut silences one agent after the other, as their beats would
 * have come. Who hasn't been heard for half of the time that he may be silent,
 * or has hung up and isn't back at once, is expected to be next when another's
 * silence is to be told: he counts, and is not told of. If he speaks again, the
 * one who was told of was one of many that wavered.
 */
#ifndef ZQ_HUB_ALERT_CROWD_H
#define ZQ_HUB_ALERT_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/alert_facts.h"

/* By what one and the same trouble is known, as it grows. */
enum alert_what alert_crowd_cause(enum alert_what w);

struct alert_crowd {		/* all zero: nobody */
	struct alert_crowd_one *one;
	size_t count, room;
	bool waits;		/* an agent's silence is to be told */
};
void alert_crowd_clear(struct alert_crowd *c);

/* Keeps the facts that may be of many, and forgets what they were of. They
 * must stay while it is used. */
void alert_crowd_read(struct alert_crowd *c, struct alert_facts *facts);
/* … and, if there is somebody to tell it of, who wavers now by the pulse.
 * least: ms, the setting silent_after. */
void alert_crowd_expect(struct alert_crowd *c, int64_t now, int64_t least);
/* Says of each fact how many it fell ill with (f->crowd) and how many of
 * these are at its address (f->beside), if `many` of its cause at least did so
 * within `time` ms. */
void alert_crowd_judge(struct alert_crowd *c, uint64_t many, int64_t time);

#endif
