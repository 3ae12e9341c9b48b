/*
 * Parts of a daemon: child processes with one job each.
 *
 * The parent makes the sockets between them before the first fork, starts
 * the parts, and starts a dead one again (at once, then with back-off while
 * it keeps dying). A part dies with its parent. SIGTERM and SIGINT end all
 * parts in an orderly way, and SIGHUP does if no part wants it for itself;
 * what does not end within some seconds is killed, by pid. The parent parses nothing from anywhere.
 */
#ifndef ZQ_BASE_PROC_H
#define ZQ_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROC_PARTS_MAX 8
#define PROC_CANNOT 78		/* a part's exit code: starting it again is of
				 * no use, and it has said why */
#define PROC_LEFT 77		/* it isn't at fault: a part that it works
				 * with has hung up */

struct proc_part {
	const char *name;
	int (*run)(void *arg);	/* in the child; its value is the exit code */
	void *arg;
	/* Called in the parent before each start; for new socket pairs. When
	 * a part dies, every part with the same `group` is started again
	 * with it (their sockets are pairs); 0 is a group of its own. */
	int group;
	void (*before)(void *arg);
	void (*after)(void *arg);	/* in the parent, after the forks */
	/* SIGHUP to the parent is handed on to it; it must catch that. */
	bool hangup;
};

/* Runs until told to end; 0, or 1 if a part would not stay up (it died
 * within a second, 10 times in a row, or once with PROC_CANNOT). notify_ready() is called once. */
int proc_run(const struct proc_part *parts, size_t count,
    void (*notify_ready)(void));

/* sd_notify(3) without the library: "READY=1", to $NOTIFY_SOCKET if any. */
void proc_notify(const char *state);

/* Takes the lock file or says who has it (0 if unknown): one daemon per
 * directory. Keeps the descriptor until the process ends; -1 if it is held,
 * and still is after some seconds. */
int proc_lock(const char *path, pid_t *holder);
/* Has somebody the lock just now? A question, for those who don't want it. */
bool proc_is_locked(const char *path);

#endif
