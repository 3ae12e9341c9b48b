/*
 * Mounts that may hang: file systems of other machines, or of a program
 * (NFS, CIFS, FUSE …), where a document root is or which are mounted below one.
 * When such a server goes away, whoever looks there waits in the kernel, and
 * cannot be woken; for a program that does one thing after the other that is
 * the end of all else.
 *
 * So each of them that anybody wants to look into is asked every MOUNTS_PAUSE
 * by a thread of its own, which may wait for as long as it likes; and while
 * the answer is overdue, or none ever came, nobody else looks there (root.h).
 * The list is the kernel's (proc(5), /proc/self/mounts), read again soon
 * after it changed. Other mounts, disks say, are not asked, and cost nothing.
 *
 * A server that goes away between two questions can still be met by somebody
 * else first.
 */
#ifndef ZQ_AGENT_MOUNTS_H
#define ZQ_AGENT_MOUNTS_H

#include <stdbool.h>

#define MOUNTS_PAUSE 5000	/* ms between two questions */
#define MOUNTS_PATIENCE 3000	/* ms that an answer may take */
#define MOUNTS_NOTICE 50	/* ms until a change of the list is noticed */
#define MOUNTS_MOST 64		/* asked; the others count as answering */

/* Is there one at all? */
bool mounts_any(void);

/* Does what is at this place answer, as far as is known? path: absolute,
 * without links. Of a mount that is new it waits for the first answer, for a
 * second at most. Says it in the log when it turns. */
bool mounts_answer(const char *path);

/* For tests: the list is this file (NULL: the kernel's), and this is how a
 * mount is asked (NULL: for its room). All that was known is forgotten. */
void mounts_test(const char *list, void (*ask)(const char *at));

#endif
