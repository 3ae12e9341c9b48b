/*
 * The homes' scheduler, in the core: whose home page is looked at when.
 *
 * Every site's home page is looked at every home_every (with jitter, spread
 * over that time), again soon after it failed, and at once when somebody
 * wants it. The check part does the looking; what comes back is judged, told
 * to who listens, and kept by acts.
 */
#ifndef ZQ_HUB_HOMES_H
#define ZQ_HUB_HOMES_H

#include <event2/event.h>

#include "contrib/base/channel.h"
#include "hub/config.h"
#include "hub/home.h"
#include "hub/turn.h"
#include "hub/writer.h"

struct homes;

/* One look is done; s lives until it returns. */
typedef void homes_seen_fn(void *arg, const struct home_seen *s);

/* channel: to the check part, which its owner reads (homes_frame()). Keeps
 * all of them. */
struct homes *homes_new(const struct config *config, struct writer *w,
    struct turns *t, struct channel *channel);
void homes_free(struct homes *h);
/* Who is told of each look; there is one. */
void homes_listen(struct homes *h, homes_seen_fn *seen, void *arg);
/* Look at it now: not more often than every 3 s, whoever wants it. */
void homes_want(struct homes *h, uint32_t site);
/* Was the last answer a good status, and no page? Who sees the status alone
 * isn't to be asked, then. */
bool homes_lacks(const struct homes *h, uint32_t site);
/* Has somebody's time come? Several times a second. */
void homes_look(struct homes *h);
/* From the check part. False: it makes no sense. */
bool homes_frame(struct homes *h, const struct frame *f);

#endif
