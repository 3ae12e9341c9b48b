/*
 * Showing: the journal applied to the view, a slice at a time, between the
 * groups that are taken.
 *
 * A slice is as many entries as fit into the time given, going by what the
 * last ones cost. Whoever must know when an entry is shown waits here for
 * its place.
 */
#ifndef ZQ_HUB_SHOW_H
#define ZQ_HUB_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/writer.h"

struct show;

struct show *show_new(struct writer *w);	/* keeps w */
void show_free(struct show *s);			/* nobody is called */

/* A group is durable up to place since `at` (ms, mono), with this many
 * batches: for the lag between taken and shown. */
void show_mark(struct show *s, uint64_t place, int64_t at, size_t batches);

bool show_is_behind(struct show *s);
bool show_is_full(const struct show *s);	/* the disk, at the last step */
/* ms since the oldest group that isn't shown yet was taken; 0: none is. */
int64_t show_lag(const struct show *s);

/* ms of showing until the view is where the journal is, or since when it
 * isn't, whichever is more. */
int64_t show_behind(const struct show *s);

enum show_result { SHOW_ALL, SHOW_MORE, SHOW_FULL };
/* One slice of about this long; then calls who waited for what it showed.
 * SHOW_FULL: the disk is full, nothing happened (said in the log once). */
enum show_result show_step(struct show *s, uint32_t ms);

/* Calls fn, from show_step() or at once, when the view stands at place. */
typedef void show_fn(void *arg);
void show_wait(struct show *s, uint64_t place, show_fn *fn, void *arg);

#endif
