/* See cmd_text.h. */
#include "hub/cmd_text.h"

#include <stdio.h>

#include "contrib/base/buf.h"
#include "contrib/base/text.h"

#define ROOM (64u << 10)

void
cmd_text_line(const char *before, struct span s)
{
	struct buf b;

	buf_init(&b, ROOM);
	text_plain(&b, s);
	printf("%s%s\n", before, buf_cstr(&b));
	buf_clear(&b);
}
