#include "hub/http_reply.h"

#include <stdio.h>
#include <time.h>

#include "contrib/base/clock.h"

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{ 200, "OK" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

const char *
http_reply_phrase(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Answer";
}

/* By hand: strftime's names of days are in the language of the reader. */
const char *
http_reply_date(char out[HTTP_REPLY_DATE], int64_t ms)
{
	static const char day[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	    "Fri", "Sat" };
	static const char month[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900)
		return memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", 30);
	snprintf(out, HTTP_REPLY_DATE, "%s, %02d %s %04d %02d:%02d:%02d GMT",
	    day[tm.tm_wday], tm.tm_mday, month[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

/* The line changes once a second, and stands in every answer. */
static const char *
date_now(void)
{
	static char line[HTTP_REPLY_DATE];
	static int64_t second = -1;
	int64_t now = clock_wall();

	if (now / 1000 != second) {
		second = now / 1000;
		http_reply_date(line, now);
	}
	return line;
}

void
http_reply_head(struct buf *b, const struct http_reply *r)
{
	buf_printf(b, "HTTP/1.1 %d %s\r\nDate: %s\r\n"
	    "Server: zhanqun/" ZQ_VERSION "\r\n", r->status,
	    http_reply_phrase(r->status), date_now());
	if (r->type != NULL)
		http_reply_field(b, "Content-Type", r->type);
	if (r->status != 304 && !r->endless)
		buf_printf(b, "Content-Length: %zu\r\n", r->length);
	if (r->close)
		buf_text(b, "Connection: close\r\n");
	else if (r->old)
		buf_text(b, "Connection: keep-alive\r\n");
	buf_span(b, r->extra);
	buf_text(b, "\r\n");
}

void
http_reply_field(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "%s: ", name);
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		buf_byte(b, c < 0x20 || c == 0x7f ? '?' : *value);
	}
	buf_text(b, "\r\n");
}
