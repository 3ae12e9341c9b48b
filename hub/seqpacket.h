/*
 * A packet channel (SOCK_SEQPACKET) between two parts of which either may die
 * and come back.
 *
 * A channel (contrib/base/channel.h) is a stream, and ends with either side.
 * Here the daemon's main process keeps both ends, a packet is whole or not
 * there, and who starts again finds the same socket: what was asked of the one
 * before may go unanswered, and an answer may come that nobody waits for.
 */
#ifndef ZQ_HUB_SEQPACKET_H
#define ZQ_HUB_SEQPACKET_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/span.h"

#define SEQPACKET_BODY_MAX 65536	/* bytes */

struct seqpacket;

typedef void seqpacket_fn(void *arg, uint8_t kind, uint64_t number,
    struct span body);

/* The two ends, non-blocking and closed on exec; fatal if there are none. */
void seqpacket_pair(int pair[2]);
/* Takes fd. A body that got is given lives until it returns. */
struct seqpacket *seqpacket_new(struct event_base *base, int fd,
    seqpacket_fn *got, void *arg);
void seqpacket_free(struct seqpacket *s);
/* False: it is too long, or the other side doesn't read. */
bool seqpacket_send(struct seqpacket *s, uint8_t kind, uint64_t number,
    struct span body);

#endif
