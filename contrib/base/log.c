/*
 * Log lines, each written with one write(2) so that the lines of several
 * processes on one descriptor don't mix.
 */
#include "contrib/base/log.h"

#include "contrib/base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>

#define LINE_BYTES 4096		/* of one line; what is over is cut */
#define CUT "\xe2\x80\xa6"	/* … */

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};
#define LEVELS (sizeof(level_names) / sizeof(level_names[0]))

static const char *who = "zhanqun";
static enum log_level most_said = LOG_LEVEL_INFO;
static log_sink_fn *sink;

void
log_open(const char *name, enum log_level most)
{
	who = name;
	most_said = most;
}

void
log_name(const char *name)
{
	who = name;
}

bool
log_level_parse(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < LEVELS; i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void
log_sink(log_sink_fn *fn)
{
	sink = fn;
}

/* The last guard against a value that wasn't quoted: a line is one line. */
static void
flatten(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
			text[i] = ' ';
	}
}

static void
write_line(const char *line, size_t n)
{
	ssize_t done;

	do
		done = write(STDERR_FILENO, line, n);
	while (done < 0 && errno == EINTR);
}

/* Writes fmt into line (room bytes), cut if need be. Returns its length. */
static size_t
compose(char *line, size_t room, const char *fmt, va_list ap)
{
	int n = vsnprintf(line, room, fmt, ap);
	size_t cut = room - sizeof(CUT);

	if (n < 0)
		return 0;
	if ((size_t)n < room)
		return (size_t)n;
	while (cut > 0 && ((unsigned char)line[cut] & 0xc0) == 0x80)
		cut--;
	memcpy(line + cut, CUT, sizeof(CUT));
	return cut + sizeof(CUT) - 1;
}

static void
say(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_BYTES], when[CLOCK_TEXT_MAX];
	int error = errno;
	size_t head, n;

	if (level > most_said && sink == NULL)
		return;
	head = (size_t)snprintf(line, sizeof(line) / 2, "%s %s %s: ",
	    clock_format(when, clock_wall()), level_names[level], who);
	if (head >= sizeof(line) / 2)
		head = sizeof(line) / 2 - 1;
	n = head + compose(line + head, sizeof(line) - head - 1, fmt, ap);
	flatten(line, n);
	if (sink != NULL) {
		sink(level, line + head);
	} else {
		line[n] = '\n';
		write_line(line, n + 1);
	}
	errno = error;
}

#define SAY(level, fmt)							\
	do {								\
		va_list ap;						\
									\
		va_start(ap, fmt);					\
		say(level, fmt, ap);					\
		va_end(ap);						\
	} while (0)

void
log_error(const char *fmt, ...)
{
	SAY(LOG_LEVEL_ERROR, fmt);
}

void
log_warn(const char *fmt, ...)
{
	SAY(LOG_LEVEL_WARN, fmt);
}

void
log_info(const char *fmt, ...)
{
	SAY(LOG_LEVEL_INFO, fmt);
}

void
log_debug(const char *fmt, ...)
{
	SAY(LOG_LEVEL_DEBUG, fmt);
}

/* C0, DEL, C1, and what turns the direction of a line or breaks it. */
static bool
is_control(ucs4_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	    c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
	    c == 0x061c;
}

/* How many of the n bytes stand as they are: a printable character. */
static size_t
plain(const uint8_t *at, size_t n)
{
	ucs4_t c;
	int used = u8_mbtoucr(&c, at, n);

	return used > 0 && !is_control(c) && c != '\\' ? (size_t)used : 0;
}

const char *
log_quote(char out[LOG_QUOTE_MAX], const void *at, size_t n)
{
	const uint8_t *p = at;
	const size_t room = LOG_QUOTE_MAX - sizeof(CUT);
	size_t done = 0, used;

	for (size_t i = 0; i < n; i += used) {
		used = plain(p + i, n - i);
		if (done + (used > 0 ? used : 4) > room) {
			memcpy(out + done, CUT, sizeof(CUT));
			return out;
		}
		if (used > 0) {
			memcpy(out + done, p + i, used);
			done += used;
		} else {
			done += (size_t)snprintf(out + done, 5, "\\x%02x",
			    p[i]);
			used = 1;
		}
	}
	out[done] = '\0';
	return out;
}
