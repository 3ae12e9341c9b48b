/*
 * Tidy: a value from a page as it can be told to others.
 *
 * White space runs become one blank and go from both ends, controls go (XML
 * could not carry them), and entities that were encoded twice (&amp;nbsp;)
 * are decoded the second time; so are those of Latin-1 that lack their
 * semicolon, as browsers do.
 */
#ifndef ZQ_AGENT_TIDY_H
#define ZQ_AGENT_TIDY_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct tidy_done {
	bool cut;		/* longer than `most`: cut at a character */
	bool entities;		/* had been encoded twice */
};

/* Appends s, which is UTF-8, to out: at most `most` bytes. */
struct tidy_done tidy_text(struct buf *out, struct span s, size_t most);

#endif
