/*
 * A channel: frames between two parts of one daemon, over a socket pair.
 *
 * A frame is a kind, a number that the asker gave, and bytes. Channels don't
 * know what frames mean. A part never trusts a frame's bytes because they
 * came from a brother: the edge stands in the weather.
 */
#ifndef ZQ_BASE_CHANNEL_H
#define ZQ_BASE_CHANNEL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"

struct channel;

struct frame {
	uint8_t kind;
	uint64_t number;
	struct span body;	/* lives until the callback returns */
};

typedef void channel_frame_fn(void *arg, struct channel *c,
    const struct frame *f);
typedef void channel_end_fn(void *arg, struct channel *c);

/* Takes fd (set non-blocking). A frame over `most` bytes, or a malformed
 * one, ends the channel. The callbacks may close the channel. */
struct channel *channel_new(struct event_base *base, int fd, size_t most,
    channel_frame_fn *on_frame, channel_end_fn *on_end, void *arg);
void channel_free(struct channel *c);

void channel_send(struct channel *c, uint8_t kind, uint64_t number,
    struct span body);
size_t channel_pending(const struct channel *c);  /* bytes not yet written */

#endif
