/*
 * A cell: one site as the overview has it, one word for all that is known of
 * it. What the monitor says (monitor_state.h), what the index says of it
 * (query.h), and where its home page leads come to the worst of them.
 *
 * A word has a shape as well as a colour (sheet_style.c), so nothing is said
 * by colour alone.
 */
#ifndef ZQ_HUB_CELL_H
#define ZQ_HUB_CELL_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/pulse.h"
#include "hub/query.h"

enum cell_state {	/* from the worst to the best */
	CELL_DANGER,		/* its page isn't its own */
	CELL_UNREACHABLE,
	CELL_DOWN,
	CELL_OVERRUN,
	CELL_SILENT,
	CELL_BLOCKED,
	CELL_HELD,		/* something of it waits for a person */
	CELL_MOVED,		/* its page leads elsewhere, announced by
				 * nobody */
	CELL_SLOW,
	CELL_OUTAGE,		/* … that was announced */
	CELL_UNKNOWN,
	CELL_NEW,
	CELL_UP,
	CELL_STATES
};

const char *cell_name(enum cell_state c);	/* "down": a class, too */
bool cell_parse(enum cell_state *c, struct span name);
const char *cell_word(enum cell_state c);	/* translated */
/* Does it ask for somebody? */
bool cell_is_wrong(enum cell_state c);

/* moved: query_home_has_moved(). */
enum cell_state cell_of(enum site_state s, bool moved,
    const struct pulse_row *p);
/* Why, in a sentence; nothing if there is nothing to say. */
void cell_sentence(struct buf *b, enum cell_state c, enum site_state s,
    const struct pulse_row *p);

/* A mark of its shape and colour, and the word. */
void cell_put(struct buf *b, enum cell_state c);

#endif
