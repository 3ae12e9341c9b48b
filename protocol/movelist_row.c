/* See movelist_row.h. */
#include "protocol/movelist_row.h"

#include <stdlib.h>

void
movelist_row_free(struct movelist_row *row)
{
	free(row->old);
	free(row->new);
	free(row->scope);
	free(row->at);
	free(row->until);
	free(row->reason);
}
