/*
 * Say fit: does a word of an option fit into a change? In the words of who
 * typed it: by the option's name.
 */
#ifndef ZQ_PROTOCOL_SAY_FIT_H
#define ZQ_PROTOCOL_SAY_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Up to `most` bytes, and a line of text; of what may be longer than
 * LIMIT_TEXT, several. False: why says. */
bool say_fits(const char *option, struct span word, size_t most,
    struct buf *why);

#endif
