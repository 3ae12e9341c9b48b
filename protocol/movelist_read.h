/*
 * The inside of movelist.h: what reading a list is, whatever it is written in.
 */
#ifndef ZQ_PROTOCOL_MOVELIST_READ_H
#define ZQ_PROTOCOL_MOVELIST_READ_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/movelist_row.h"

#define MOVELIST_READ_COMPLAINTS 20	/* lines of them; others are counted */

struct movelist_reading {
	struct movelist *list;
	const char *name, *base;
	struct buf *why;
	unsigned line;		/* the reader is in */
	size_t wrong;
};

/* Begins a line of why about this line. False: enough was said. */
bool movelist_read_complain(struct movelist_reading *r, unsigned line);

/* A copy of an address, with the base before it if it is a path; NULL: that
 * is missing, which is said. */
char *movelist_read_address(struct movelist_reading *r, struct span s,
    unsigned line);

/* Takes what row has; without both addresses it is dropped. */
void movelist_read_add(struct movelist_reading *r, struct movelist_row *row);

/* The bytes as UTF-8, and the reader at their start. False: too many. */
bool movelist_read_begin(struct movelist_reading *r, struct buf *utf8,
    struct span bytes);
/* Takes the next byte off s, which isn't empty. */
char movelist_read_char(struct movelist_reading *r, struct span *s);
/* How many were wrong is said; true: none. */
bool movelist_read_end(struct movelist_reading *r);

#endif
