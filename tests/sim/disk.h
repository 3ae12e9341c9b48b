/*
 * Disks: where a part is killed at a write, where a disk is full, and where
 * backups come from.
 *
 * The linker puts this between the programs and LMDB's commit. A kill copies
 * the part's files as they are at that instant, before or after the commit;
 * the step goes on, unseen, and when it is over the copy takes the place of
 * the directory. So a kill is exact, and nothing leaks.
 */
#ifndef ZQ_SIM_DISK_H
#define ZQ_SIM_DISK_H

#include "tests/sim/sim.h"

void disk_begin(void);		/* makes sim.dir, in memory if it can */
void disk_end(void);		/* removes it */

void disk_part(struct part *p, const char *name);	/* its directory */
void disk_forget(struct part *p);

/* Whose transactions these are, while it is up. */
void disk_watch(struct part *p);
void disk_unwatch(struct part *p);

void disk_copy(const char *from, const char *to);	/* but for locks */
void disk_remove(const char *dir);
bool disk_is(const char *dir);
/* Did this commit, of the last run in which none was killed, write at all? */
bool disk_wrote(uint64_t commit);
/* The files at the instant of its death take their place. */
void disk_bury(struct part *p);

#endif
