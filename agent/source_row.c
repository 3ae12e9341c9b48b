/* See source_row.h. */
#include "agent/source_row.h"

#include <stdio.h>

#include "contrib/base/err.h"

#define FORMAT 1
#define ROW_NAME 64	/* bytes: a kind, and KNOWN_SOURCE_MAX */

void
source_row_begin(struct buf *b)
{
	buf_init(b, SOURCE_ROW_MAX);
	write_u8(b, FORMAT);
}

void
source_row_put(struct store_txn *t, const char *kind, const char *name,
    struct buf *b)
{
	char row[ROW_NAME];

	must(!b->bad);
	snprintf(row, sizeof(row), "%s %s", kind, name);
	store_put(t, row, buf_look(b));
	buf_clear(b);
}

bool
source_row_get(struct store_txn *t, const char *kind, const char *name,
    struct reader *r)
{
	char row[ROW_NAME];
	struct span found;

	snprintf(row, sizeof(row), "%s %s", kind, name);
	if (!store_get(t, row, &found))
		return false;
	*r = reader_of(found);
	return read_u8(r) == FORMAT;
}
