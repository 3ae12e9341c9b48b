/*
 * What a small process does first that was forked to stay: it hears no
 * signals that a terminal or a service manager sends to the whole group, as
 * it ends when the one descriptor that it keeps says so.
 */
#ifndef ZQ_BASE_CHILD_H
#define ZQ_BASE_CHILD_H

void child_forget_signals(void);
/* All but stdin, stdout, stderr and fd. */
void child_close_others(int fd);

#endif
