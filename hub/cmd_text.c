/* See cmd_text.h. */
#include "hub/cmd_text.h"

#include <stdio.h>

#include "contrib/base/buf.h"
#include "contrib/base/json_text.h"
#include "contrib/base/text.h"
#include "protocol/reason.h"
#include "protocol/url.h"

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

const char *
cmd_text_host(char text[CMD_TEXT_HOST], struct span host)
{
	struct buf b;

	buf_init(&b, CMD_TEXT_HOST - 1);
	url_show_host(&b, host);
	snprintf(text, CMD_TEXT_HOST, "%.*s", SPAN_ARGS(b.bad ? host :
	    buf_look(&b)));
	buf_clear(&b);
	return text;
}

const char *
cmd_text_url(char text[CMD_TEXT_URL], const json_t *o, const char *name)
{
	struct buf b;

	buf_init(&b, CMD_TEXT_URL - 1);
	url_show(&b, json_text_span(o, name));
	snprintf(text, CMD_TEXT_URL, "%s", buf_cstr(&b));
	buf_clear(&b);
	return text;
}

void
cmd_text_reason(struct columns *c, struct span english)
{
	struct buf b;

	buf_init(&b, ROOM);
	columns_put(c, reason_in(&b, english));
	buf_clear(&b);
}
