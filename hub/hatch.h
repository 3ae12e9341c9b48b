/*
 * A hatch: packets between two parts of which either may die and come back.
 *
 * A channel (contrib/base/channel.h) is a stream, and ends with either side.
 * Here the daemon's main process keeps both ends, a packet is whole or not
 * there, and who starts again finds the same hatch: what was asked of the one
 * before may go unanswered, and an answer may come that nobody waits for.
 */
#ifndef ZQ_HUB_HATCH_H
#define ZQ_HUB_HATCH_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define HATCH_BODY 65536	/* bytes of one packet's */

struct hatch;

typedef void hatch_fn(void *arg, uint8_t kind, uint64_t number,
    struct span body);

void hatch_pair(int pair[2]);
/* Takes fd. */
struct hatch *hatch_new(struct event_base *base, int fd, hatch_fn *got,
    void *arg);
void hatch_free(struct hatch *h);
/* False: it is too long, or the other side doesn't read. */
bool hatch_send(struct hatch *h, uint8_t kind, uint64_t number,
    struct span body);

#endif
