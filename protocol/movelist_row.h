/*
 * What lists of moves consist of; see movelist.h.
 */
#ifndef ZQ_PROTOCOL_MOVELIST_ROW_H
#define ZQ_PROTOCOL_MOVELIST_ROW_H

#include <stddef.h>

#define MOVELIST_BYTES (16u << 20)	/* of a file */
#define MOVELIST_MOST 100000		/* lines that say something */

/* As written, but for quotes and the base. */
struct movelist_row {
	unsigned line;		/* in the file, from 1 */
	char *old, *new;
	char *scope, *at, *until, *reason;	/* NULL: not given */
};

struct movelist {		/* zeros: an empty one */
	struct movelist_row *row;
	size_t count, room;
};

void movelist_row_free(struct movelist_row *row);	/* what it has */

#endif
