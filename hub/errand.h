/*
 * An errand of zqhub: an act asked of the running daemon; or, when none
 * runs, done here with the same functions, under the daemon's lock.
 */
#ifndef ZQ_HUB_ERRAND_H
#define ZQ_HUB_ERRAND_H

#include <jansson.h>
#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/ctl.h"
#include "hub/config.h"
#include "hub/writer.h"

/* Takes said, an act of operate.h. NULL: error says what is wrong, and hint
 * (may stay empty) what to do. */
json_t *errand_act(const struct config *c, json_t *said, struct buf *error,
    struct buf *hint);

/* "ping", "rebuild": NULL and an empty error when no daemon runs. */
typedef void errand_tell_fn(void *arg, uint64_t done, uint64_t of);
json_t *errand_daemon(const struct config *c, json_t *said,
    errand_tell_fn *tell, void *arg, struct buf *error, struct buf *hint);

/* What is answered with more than counts: each line of progress as it comes,
 * the caller's business. */
json_t *errand_hear(const struct config *c, json_t *said,
    ctl_progress_fn *hear, void *arg, struct buf *error, struct buf *hint);

/* Has the daemon, if one runs, read the CA's files again. False: why not. */
bool errand_reread(const struct config *c, struct buf *error,
    struct buf *hint);
/* From now on files are made as the directory's owner: what root would make
 * the daemon could not open. */
void errand_become_owner(const char *dir);

struct errand {			/* the stores, ours alone */
	struct writer writer;
	bool busy;		/* not opened: another process has the lock */
};
/* Takes the lock, as the directory's owner. False: error and hint. */
bool errand_open(struct errand *e, const struct config *c,
    struct buf *error, struct buf *hint);
void errand_close(struct errand *e);

#endif
