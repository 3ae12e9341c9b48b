/* See cmd_fact.h. */
#include "hub/cmd_fact.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/reason.h"
#include "protocol/url.h"

#define NAME 16			/* columns */
#define ROOM 16384		/* bytes of a line */

void
cmd_fact(const char *name, struct span value)
{
	struct buf b;

	if (value.n == 0)
		return;
	buf_init(&b, ROOM);
	text_pad(&b, span_of(name), NAME);
	text_plain(&b, value);
	printf("%s\n", buf_cstr(&b));
	buf_clear(&b);
}

void
cmd_fact_number(const char *name, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	cmd_fact(name, span_of(text));
}

void
cmd_fact_time(const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms != CLOCK_NONE)
		cmd_fact(name, span_of(clock_show(text, ms)));
}

void
cmd_fact_url(const char *name, struct span url)
{
	struct buf shown;

	buf_init(&shown, ROOM);
	url_show(&shown, url);
	cmd_fact(name, buf_look(&shown));
	buf_clear(&shown);
}

void
cmd_fact_reason(const char *name, struct span english)
{
	struct buf b;

	buf_init(&b, ROOM);
	cmd_fact(name, reason_in(&b, english));
	buf_clear(&b);
}
