/*
 * The check part: it has no store, and the only way out to strangers'
 * servers. Addresses come from the core (check_schedule.h), findings go back.
 */
#ifndef ZQ_HUB_INSPECT_H
#define ZQ_HUB_INSPECT_H

#include <event2/event.h>

#include "hub/config.h"

struct inspect;

/* Takes fd, its end of the channel to the core; the loop is told to break
 * when that ends. Opens what it needs of files (character sets); the
 * resolver and TLS open theirs later. */
struct inspect *inspect_new(struct event_base *base,
    const struct config *config, int fd);
void inspect_free(struct inspect *i);

/* "zhanqun/0.1.0 (link check; +contact)". */
#define INSPECT_LINKS "link check"
#define INSPECT_HOMES "home page check"
void inspect_agent(struct buf *b, const struct config *c, const char *what);

#endif
