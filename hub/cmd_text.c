/* See cmd_text.h. */
#include "hub/cmd_text.h"

#include <stdio.h>

#include "contrib/base/buf.h"
#include "contrib/base/text.h"
#include "protocol/reason.h"

#define ROOM (64u << 10)

void
cmd_text_put(struct span s)
{
	struct buf b;

	buf_init(&b, ROOM);
	text_plain(&b, s);
	fputs(buf_cstr(&b), stdout);
	buf_clear(&b);
}

void
cmd_text_line(const char *before, struct span s)
{
	fputs(before, stdout);
	cmd_text_put(s);
	putchar('\n');
}

void
cmd_text_reason(struct columns *c, struct span english)
{
	struct buf b;

	buf_init(&b, ROOM);
	columns_put(c, reason_in(&b, english));
	buf_clear(&b);
}
