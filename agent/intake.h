/*
 * Intake: paths go in, news comes out.
 *
 * Whoever hears or suspects something of a path (an event, a scan) says so
 * here. The intake looks what is there now, compares it with what is known,
 * has changed files read by parse, several at a time, and writes what is
 * news into `known` and the spool, many in one transaction but none later
 * than its neighbours need. A path is worked on once at a time; what happens
 * to it meanwhile is looked at again afterwards.
 *
 * What is gone is given back to be judged (hold.h), and withdrawn when it
 * comes again as INTAKE_GONE.
 *
 * A file that somebody still writes to is left alone until it has settled. Big
 * files have a reader of their own, and nobody waits for them.
 * When the disk or the spool is full everything waits, and nothing is lost.
 */
#ifndef ZQ_AGENT_INTAKE_H
#define ZQ_AGENT_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/hold.h"
#include "agent/intake_host.h"
#include "agent/job.h"
#include "agent/paths.h"

struct intake;

struct intake *intake_new(const struct intake_host *host);
void intake_free(struct intake *in);

void intake_look(struct intake *in, const char *path, enum intake_why why);
/* They are missing, which was judged already: takes them, and none are left in
 * `missing`. What a person said of it, if one had to, is copied. */
void intake_gone(struct intake *in, struct paths *missing,
    const struct hold_word *word);
/* Nothing is written while it is on: somebody compares the store. */
void intake_pause(struct intake *in, bool on);
/* What seems to be as it was told is read all the same while it is on. */
void intake_anew(struct intake *in, bool on);
bool intake_is_full(const struct intake *in);	/* let it work first */
bool intake_is_idle(const struct intake *in);	/* nothing left, but what
						 * is big or has to settle */
size_t intake_settling(const struct intake *in);
/* Big files that are read or wait for that. The first of them, or NULL; is one
 * of this size among those that are read? */
size_t intake_big(const struct intake *in);
const char *intake_big_first(const struct intake *in);
bool intake_big_of(const struct intake *in, uint64_t size);
/* Files that change all the time and wait for that (restless.h). */
size_t intake_restless(const struct intake *in);
const char *intake_restless_first(const struct intake *in);	/* or NULL */
enum intake_stuck intake_stuck(const struct intake *in);
const struct intake_counts *intake_counts(const struct intake *in);
/* It, and what was below it, is not there any more, whatever it was. */
void intake_vanished(struct intake *in, const char *path);
/* All is looked at from now on: what can't be is found again. */
void intake_sees_again(struct intake *in);
/* The root leads elsewhere: forget what was to be looked at. */
void intake_drop(struct intake *in);

#endif
