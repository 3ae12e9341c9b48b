/*
 * Reading a settings file by lines. See conf_line.h.
 */
#include "contrib/base/conf_line.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOM "\xef\xbb\xbf"	/* as Notepad puts before the first line */

/* Up to the first blank; the rest, trimmed, into *rest. */
static struct span
first_word(struct span s, struct span *rest)
{
	struct span word = { .at = s.at };

	while (word.n < s.n && s.at[word.n] != ' ' && s.at[word.n] != '\t')
		word.n++;
	*rest = text_trim((struct span){ s.at + word.n, s.n - word.n });
	return word;
}

enum conf_line_kind
conf_line_parse(struct span line, struct span *a, struct span *b)
{
	const char *equals;
	struct span s = text_trim(line);

	if (text_starts(s, BOM))
		s = text_trim((struct span){ s.at + 3, s.n - 3 });
	if (s.n == 0 || s.at[0] == '#')
		return CONF_LINE_EMPTY;
	if (s.at[0] == '[') {
		if (s.at[s.n - 1] != ']')
			return CONF_LINE_BAD;
		*a = first_word(text_trim((struct span){ s.at + 1, s.n - 2 }),
		    b);
		return a->n != 0 ? CONF_LINE_HEADER : CONF_LINE_BAD;
	}
	equals = memchr(s.at, '=', s.n);
	if (equals == NULL)
		return CONF_LINE_BAD;
	*a = text_trim((struct span){ s.at, (size_t)(equals - s.at) });
	*b = text_trim((struct span){ equals + 1,
	    s.n - (size_t)(equals + 1 - s.at) });
	return a->n != 0 ? CONF_LINE_SETTING : CONF_LINE_BAD;
}

struct span
conf_line_next(struct span *rest)
{
	const char *end = rest->n != 0 ? memchr(rest->at, '\n', rest->n) :
	    NULL;
	struct span line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - rest->at);
	rest->at += end != NULL ? line.n + 1 : line.n;
	rest->n -= end != NULL ? line.n + 1 : line.n;
	return line;
}

bool
conf_line_is_label(struct span label)
{
	struct span trimmed = text_trim(label);

	if (label.n == 0 || label.n > CONF_LABEL_MAX ||
	    trimmed.n != label.n || !text_is_utf8(label))
		return false;
	for (size_t i = 0; i < label.n; i++) {
		if ((unsigned char)label.at[i] < ' ' ||
		    label.at[i] == '\x7f' || label.at[i] == '[' ||
		    label.at[i] == ']')
			return false;
	}
	return true;
}

static bool
read_all(int fd, struct buf *text)
{
	char chunk[8192];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			buf_put(text, chunk, (size_t)n);
		if (text->bad) {
			errno = EFBIG;
			return false;
		}
	}
	return true;
}

/* A page or a feed that has one of them is none, and a terminal obeys. */
static bool
has_control(struct span line)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.at[i];

		if ((c < ' ' && c != '\t' &&
		    (c != '\r' || i + 1 < line.n)) || c == 0x7f)
			return true;
	}
	return false;
}

/* Is each line text? */
static bool
is_text(const char *path, struct span text, struct buf *why)
{
	struct span line;

	for (size_t n = 1; text.n != 0; n++) {
		line = conf_line_next(&text);
		if (!text_is_utf8(line))
			buf_printf(why, _("%s:%zu: found bytes that are no "
			    "UTF-8, expected UTF-8 text (if it is GBK: iconv "
			    "-f GBK -t UTF-8)\n"), path, n);
		else if (has_control(line))
			buf_printf(why, _("%s:%zu: found a control "
			    "character, expected text\n"), path, n);
		else
			continue;
		return false;
	}
	return true;
}

bool
conf_line_load(const char *path, struct buf *text, struct buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0;

	if (ok && !S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		ok = false;
	}
	ok = ok && read_all(fd, text);
	if (!ok && text->bad)
		buf_printf(why, _("%s: is larger than %zu bytes\n"), path,
		    text->most);
	else if (!ok)
		buf_printf(why, _("%s: can't read it: %s\n"), path,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok && is_text(path, buf_look(text), why);
}
