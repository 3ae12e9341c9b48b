/*
 * CSV as spreadsheets write it (RFC 4180): commas, cells in double quotes
 * where needed, a quote in them doubled, any line end, and maybe a byte
 * order mark. Where the first line has no comma, semicolons or tabs, which it
 * has, stand for them. Lines are counted as an editor does.
 */
#ifndef ZQ_HUB_CSV_H
#define ZQ_HUB_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define CSV_CELLS 16		/* in a row */
#define CSV_ROW_MAX 65536	/* bytes of one row's cells */

struct csv {
	struct span rest;
	char between;		/* two cells */
	size_t line;		/* where the row in hand began, from 1 */
	size_t next_line;
	struct buf bytes;	/* of the row's cells */
	struct span cell[CSV_CELLS];	/* until the next row */
	size_t cells;
	const char *wrong;	/* why csv_next() ended early */
};

void csv_open(struct csv *c, struct span text);
void csv_close(struct csv *c);
/* The next row that isn't blank. False: the end, or `wrong`, at `line`. */
bool csv_next(struct csv *c);

/* One cell, quoted if it must be. */
void csv_put(struct buf *b, struct span cell);
/* Words of strangers, for people: what could be a formula has an apostrophe
 * before it, so that it is text, and what could drive or mirror the screen is
 * replaced as on a terminal. */
void csv_put_text(struct buf *b, struct span cell);

/* Before the first row, for Excel on Chinese Windows, which takes a file
 * without for GBK. */
#define CSV_BOM "\xef\xbb\xbf"

#endif
