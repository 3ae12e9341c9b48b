/*
 * The mark of a store that is written without fsync: who has it open, in
 * which life of the machine.
 *
 * A process that dies leaves its pages with the kernel, and nothing is lost;
 * a machine that dies does not. So a store may be trusted if it was closed,
 * or if the machine hasn't been started anew since it was opened. The mark
 * is a file of its own, because a torn store can't be asked. On a disk without
 * room for another it is written over: a few bytes, where they are.
 */
#ifndef ZQ_HUB_MARK_H
#define ZQ_HUB_MARK_H

#include <stdbool.h>

enum mark {
	MARK_NONE,
	MARK_GOOD,
	MARK_OTHER_VERSION,
	MARK_TORN,
	MARK_DAMAGED,		/* mark_damage() was the last word */
};

enum mark mark_read(const char *dir, unsigned version);
/* Durable when it returns; false (errno) if it can't be written. */
bool mark_write(const char *dir, unsigned version, bool closed);
/* The store isn't to be trusted: a page of it is damaged, or may turn out to
 * be so. */
bool mark_damage(const char *dir, unsigned version);

#endif
