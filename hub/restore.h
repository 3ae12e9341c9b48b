/*
 * Restoring: a hub made from a backup (backup.h). Its agents know it again
 * by its CA, and it knows them by their keys; what they had told they tell
 * again.
 *
 * Into a directory where no hub is, everything is made; what fails takes all
 * of it back. Where the same hub is, by its CA, or by its own certificate if
 * the CA was lost, only what was lost is put back: files of the CA, and the
 * register, if the journal is empty.
 */
#ifndef ZQ_HUB_RESTORE_H
#define ZQ_HUB_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "hub/backup.h"

struct restored {
	size_t sites;
	bool only_register;
	bool only_ca;		/* the journal is there, and has the rest */
	bool rolling;		/* a roll of the CA was under way */
};

/* actor: who does it, for the journal. False: why and hint say. */
bool restore_into(const struct backup *b, const char *dir,
    const char *actor, struct restored *r, struct buf *why,
    struct buf *hint);

#endif
