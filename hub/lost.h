/*
 * A journal that is gone: the hub that had one starts with an empty one, and
 * knows no site any more. That it had one is seen when it starts, and noted
 * in a file, DIR/journal.lost, for whoever asks later; the note means nothing
 * any more once there are sites.
 */
#ifndef ZQ_HUB_LOST_H
#define ZQ_HUB_LOST_H

#include <stdbool.h>

/* Before the lock is taken, and anything made: a hub has run in dir, and
 * its journal isn't there? Then it is noted. */
void lost_look(const char *dir);

void lost_note(const char *dir);
bool lost_is_noted(const char *dir);

/* What happened and what to do, in the operator's language. */
const char *lost_text(void);

#endif
