#include "hub/markup.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/reason.h"
#include "protocol/url.h"

/* A time to come is one of a clock that was set back; what is less than that
 * was noted while this page was made. */
#define TO_COME 5000		/* ms */

/* XML 1.0 §2.2: what may stand in a document at all. */
static bool
is_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' ||
	    (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
	    (c >= 0x10000 && c <= 0x10ffff);
}

static const char *
escape(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
markup_text(struct buf *b, struct span s)
{
	while (s.n > 0) {
		const char *from = s.at;
		uint32_t c = text_next(&s);
		const char *escaped = escape(c);

		if (escaped != NULL)
			buf_text(b, escaped);
		else if (is_char(c) && !text_turns_line(c))
			buf_put(b, from, (size_t)(s.at - from));
		else
			buf_text(b, "\xef\xbf\xbd");
	}
}

void
markup_reason(struct buf *b, struct span english)
{
	struct buf said;

	buf_init(&said, 2 * LIMIT_LONG_TEXT);
	markup_text(b, reason_in(&said, english));
	buf_clear(&said);
}

void
markup_argument(struct buf *b, struct span s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] != '\0' && strchr(safe, s.at[i]) != NULL)
			buf_byte(b, s.at[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s.at[i]);
	}
}

void
markup_href(struct buf *b, struct span url)
{
	if (text_starts(url, "http://") || text_starts(url, "https://"))
		markup_text(b, url);
	else
		buf_byte(b, '#');
}

void
markup_url(struct buf *b, struct span url)
{
	struct buf shown;

	buf_init(&shown, (size_t)LIMIT_URL * 4);
	url_show(&shown, url);
	markup_text(b, shown.bad ? url : buf_look(&shown));
	buf_clear(&shown);
}

void
markup_time(struct buf *b, int64_t ms)
{
	char exact[CLOCK_TEXT_MAX], shown[CLOCK_TEXT_MAX];

	if (ms == CLOCK_NONE) {
		buf_text(b, "–");
		return;
	}
	buf_printf(b, "<time datetime=\"%s\">%s</time>",
	    clock_format(exact, ms), clock_show(shown, ms));
}

static const char *
ago(char *out, size_t room, int64_t ms)
{
	static const struct {
		int64_t from, unit;	/* ms; shown in units from here on */
		const char *past, *future;
	} steps[] = {
		{ 2 * 86400000, 86400000, N_("%lld d ago"), N_("in %lld d") },
		{ 2 * 3600000, 3600000, N_("%lld h ago"), N_("in %lld h") },
		{ 2 * 60000, 60000, N_("%lld min ago"), N_("in %lld min") },
		{ 0, 1000, N_("%lld s ago"), N_("in %lld s") },
	};
	bool to_come = ms < -TO_COME;
	size_t i = 0;

	ms = to_come ? -ms : ms < 0 ? 0 : ms;
	while (ms < steps[i].from)
		i++;
	snprintf(out, room, _(to_come ? steps[i].future : steps[i].past),
	    (long long)(ms / steps[i].unit));
	return out;
}

void
markup_ago(struct buf *b, int64_t ms)
{
	char exact[CLOCK_TEXT_MAX], shown[CLOCK_TEXT_MAX], text[64];

	if (ms == CLOCK_NONE) {
		buf_text(b, "–");
		return;
	}
	buf_printf(b, "<time datetime=\"%s\" title=\"%s\">%s</time>",
	    clock_format(exact, ms), clock_show(shown, ms),
	    ago(text, sizeof(text), clock_wall() - ms));
}

void
markup_day(struct buf *b, int64_t ms)
{
	char exact[CLOCK_TEXT_MAX], shown[CLOCK_TEXT_MAX];

	if (ms == CLOCK_NONE) {
		buf_text(b, "–");
		return;
	}
	clock_show(shown, ms);
	shown[strcspn(shown, " ")] = '\0';
	buf_printf(b, "<time datetime=\"%s\">%s</time>",
	    clock_format(exact, ms), shown);
}
