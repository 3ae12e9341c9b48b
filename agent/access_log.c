/* See access_log.h. */
#include "agent/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define LINE_MOST (64u << 10)	/* bytes; what is longer is no line */

struct counting {
	struct access_log *log;
	struct span base;
	struct access_log_area *area;
	size_t areas;
	struct buf whole, url;	/* the address as asked for, its normal form */
};

/* --- a line ----------------------------------------------------------------- */

/* Up to c, and s goes on behind it; false: it isn't there. */
static bool
cut_at(struct span *s, char c, struct span *before)
{
	const char *at = s->n > 0 ? memchr(s->at, c, s->n) : NULL;

	if (at == NULL)
		return false;
	*before = (struct span){ s->at, (size_t)(at - s->at) };
	s->n -= before->n + 1;
	s->at = at + 1;
	return true;
}

static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.at[i] < ' ' || s.at[i] > '~')
			return false;
	return true;
}

/* host ident user [time] "GET /path HTTP/1.1" 200 … */
bool
access_log_read(struct access_log_line *out, struct span line)
{
	struct span rest = line, skipped, request, digits;
	uint64_t status;

	if (!cut_at(&rest, '[', &skipped) ||
	    !cut_at(&rest, ']', &out->time) || !is_plain(out->time) ||
	    !cut_at(&rest, '"', &skipped) || !cut_at(&rest, '"', &request) ||
	    !cut_at(&request, ' ', &out->method))
		return false;
	if (!cut_at(&request, ' ', &out->target))
		out->target = request;	/* HTTP 0.9 */
	rest = text_trim(rest);
	digits = (struct span){ rest.at, rest.n < 3 ? rest.n : 3 };
	if (!text_number(digits, 100, 999, &status))
		return false;
	out->status = (unsigned)status;
	return true;
}

static bool
is_hit(const struct access_log_line *l)
{
	return l->status < 400 && (span_is(l->method, SPAN("GET")) ||
	    span_is(l->method, SPAN("HEAD")));
}

/* \xE6 is a byte. */
static void
put_target(struct buf *b, struct span target)
{
	unsigned char byte;

	while (target.n > 0) {
		size_t n = 1;

		if (target.n >= 4 && text_starts(target, "\\x") &&
		    text_unhex((struct span){ target.at + 2, 2 }, &byte, 1)) {
			buf_put(b, &byte, 1);
			n = 4;
		} else {
			buf_put(b, target.at, 1);
		}
		target.at += n;
		target.n -= n;
	}
}

static void
add_hit(struct counting *c, struct span target)
{
	buf_reset(&c->whole);
	buf_reset(&c->url);
	if (text_starts(target, "/"))
		buf_span(&c->whole, c->base);
	put_target(&c->whole, target);
	if (c->whole.bad || !url_normal(&c->url, buf_look(&c->whole), NULL))
		return;
	for (size_t i = 0; i < c->areas; i++)
		c->area[i].hits += rewrite_rule_covers(&c->area[i].rule,
		    buf_look(&c->url));
}

static void
note_time(char out[ACCESS_LOG_TIME], struct span time)
{
	snprintf(out, ACCESS_LOG_TIME, "%.*s", SPAN_ARGS(text_cut(time,
	    ACCESS_LOG_TIME - 1)));
}

static void
count_line(struct counting *c, struct span line)
{
	struct access_log_line l;

	c->log->lines++;
	if (!access_log_read(&l, line)) {
		c->log->strange++;
		return;
	}
	if (c->log->first[0] == '\0')
		note_time(c->log->first, l.time);
	note_time(c->log->last, l.time);
	if (is_hit(&l))
		add_hit(c, l.target);
}

/* --- the file --------------------------------------------------------------- */

/* At the first line that is whole of the end that is read. A pipe would keep
 * whoever asks waiting. */
static FILE *
open_end(struct access_log *log, const char *path, struct buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	FILE *f;
	int c;

	if (fd < 0 || fstat(fd, &st) != 0) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		buf_printf(why, _("%s: is no file: expected a web server's "
		    "access log"), path);
		close(fd);
		return NULL;
	}
	f = fdopen(fd, "r");
	must(f != NULL);
	if (st.st_size <= (off_t)ACCESS_LOG_BYTES)
		return f;
	log->cut = true;
	if (fseeko(f, st.st_size - (off_t)ACCESS_LOG_BYTES, SEEK_SET) == 0)
		while ((c = getc(f)) != EOF && c != '\n')
			;
	return f;
}

bool
access_log_count(struct access_log *log, const char *path, struct span base,
    struct access_log_area *area, size_t n, struct buf *why)
{
	struct counting c = { .log = log, .base = base, .area = area,
		.areas = n };
	size_t read = 0;
	char *line;
	bool good;
	FILE *f;

	f = open_end(log, path, why);
	if (f == NULL)
		return false;
	line = mem_new(LINE_MOST);
	buf_init(&c.whole, 4 * LIMIT_URL);
	buf_init(&c.url, LIMIT_URL);
	/* who writes it may go on meanwhile */
	while (read < ACCESS_LOG_BYTES && fgets(line, LINE_MOST, f) != NULL) {
		read += strlen(line);
		count_line(&c, text_trim(span_of(line)));
	}
	good = !ferror(f);
	if (!good)
		buf_printf(why, "%s: %s", path, strerror(errno));
	fclose(f);
	free(line);
	buf_clear(&c.whole);
	buf_clear(&c.url);
	return good;
}
