/*
 * Days of a home page: how often it was looked at, how often it wasn't
 * there, and how long it took.
 *
 * What an inspection counts (国办秘函〔2019〕19号) is visits spaced over the day,
 * and the share of them that fail or take 15 seconds; over a week it must
 * stay below 5 %. So the looks at their regular time count, those between
 * them (to be sure of a failure, or of its end) are kept and don't count.
 * Nor do looks within an announced outage or maintenance: they are excluded,
 * and shown as such. Days are Beijing's.
 */
#ifndef ZQ_HUB_HOME_DAYS_H
#define ZQ_HUB_HOME_DAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/group.h"
#include "hub/home.h"

#define HOME_DAYS_KEPT 35	/* days that each look is kept */
#define HOME_DAYS_STEPS 9	/* of the histogram */
#define HOME_DAYS_LEAST 40	/* looks of a week, or its share says
				 * nothing */

/* Upper ends (ms, not in it) of the histogram's steps but the last, which has
 * no end: 100, 200, 500, … 15000. */
extern const uint32_t home_days_step[HOME_DAYS_STEPS - 1];

struct home_day {		/* or of many days together */
	uint32_t looks;		/* that count … */
	uint32_t failed;	/* … of which so many failed, took home_limit,
				 * or met a stranger's page */
	uint32_t excluded;	/* within an announced window */
	uint32_t unknown;	/* said nothing of the site */
	uint32_t extra;		/* between the regular ones */
	uint64_t sum;		/* ms, of those that count and came */
	uint32_t step[HOME_DAYS_STEPS];	/* … by how long they took */
};

struct home_sample {
	int64_t at;		/* ms */
	enum home_outcome outcome;
	uint16_t status;
	uint32_t ms;
	bool extra, excluded;
};

uint64_t home_days_of(int64_t ms);	/* which day that is */
int64_t home_days_begin(uint64_t day);	/* its first moment, ms */

/* Of all days from … to, both in it. False: no look in them. */
bool home_days_sum(struct db_txn *t, uint32_t site, uint64_t from,
    uint64_t to, struct home_day *sum);
/* Of the seven days up to now. */
bool home_days_week(struct db_txn *t, uint32_t site, int64_t now,
    struct home_day *sum);
/* How many looks a whole week has, one each `every` ms; that is what counts
 * while there is none yet, and then *since is the first day of those that
 * there are. Else 0. */
uint32_t home_days_planned(struct db_txn *t, uint32_t site, int64_t now,
    int64_t every, uint64_t *since);
/* Failed of those that count, in thousandths, rounded half up; -1: none
 * counts. */
int home_days_share(const struct home_day *d);
/* ms, on the average; -1: none came. */
int64_t home_days_mean(const struct home_day *d);
/* ms that so many per cent of those that came took at most: the upper end of
 * a step of the histogram, or HOME_LIMIT; -1: none came. */
int64_t home_days_percentile(const struct home_day *d, unsigned percent);

/* Each look that is kept, from … to (ms), in order; false stops. */
typedef bool home_sample_fn(void *arg, const struct home_sample *s);
void home_days_samples(struct db_txn *t, uint32_t site, int64_t from,
    int64_t to, home_sample_fn *each, void *arg);

/* One more look; what is too old goes. */
void home_days_add(struct group *g, uint32_t site,
    const struct home_sample *s);

#endif
