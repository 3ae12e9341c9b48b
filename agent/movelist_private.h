/*
 * The inside of movelist.h, which movelist_nginx.c shares.
 */
#ifndef ZQ_AGENT_MOVELIST_PRIVATE_H
#define ZQ_AGENT_MOVELIST_PRIVATE_H

#include "agent/movelist.h"

struct movelist_reader {
	struct movelist *list;
	const char *name, *base;
	struct buf *why;
	unsigned line;		/* the reader is in */
	size_t wrong;
};

/* Begins a line of why about this line. False: enough was said. */
bool movelist_complain(struct movelist_reader *r, unsigned line);

/* A copy of an address, with the base before it if it is a path; NULL: that
 * is missing, which is said. */
char *movelist_address(struct movelist_reader *r, struct span s,
    unsigned line);

/* Takes what row has; without both addresses it is dropped. */
void movelist_add(struct movelist_reader *r, struct movelist_row *row);

/* The bytes as UTF-8, and the reader at their start. False: too many. */
bool movelist_begin(struct movelist_reader *r, struct buf *utf8,
    struct span bytes);
/* How many were wrong is said; true: none. */
bool movelist_end(struct movelist_reader *r);

#endif
