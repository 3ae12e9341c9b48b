/*
 * Lines of proof; see proof.h.
 */
#include "protocol/proof.h"

#include <string.h>

#include "contrib/base/text.h"
#include "protocol/code.h"

#define SITE_WORD "zhanqun-site="
#define KEY_WORD "key="

void
proof_format(struct buf *out, const struct proof *p)
{
	buf_text(out, SITE_WORD);
	buf_span(out, p->code);
	buf_text(out, " " KEY_WORD);
	text_hex(out, p->key, PROOF_KEY);
	buf_byte(out, '\n');
}

/* Without its end; "\r\n" of a file that came over another system is white
 * space to whoever reads the line. */
static bool
next_line(struct span *file, struct span *line)
{
	const char *end;

	if (file->n == 0)
		return false;
	end = memchr(file->at, '\n', file->n);
	*line = *file;
	if (end != NULL)
		line->n = (size_t)(end - file->at);
	file->at += line->n + (end != NULL);
	file->n -= line->n + (end != NULL);
	return true;
}

static void
skip(struct span *s, size_t n)
{
	s->at += n;
	s->n -= n;
}

static size_t
blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n && (s.at[n] == ' ' || s.at[n] == '\t'))
		n++;
	return n;
}

/* Editors of one system begin a file with a mark. */
static struct span
without_mark(struct span line)
{
	if (text_starts(line, "\xef\xbb\xbf"))
		skip(&line, 3);
	return text_trim(line);
}

static bool
read_line(struct span line, struct proof *p)
{
	line = without_mark(line);
	if (!text_starts(line, SITE_WORD))
		return false;
	skip(&line, strlen(SITE_WORD));
	p->code = line;
	for (p->code.n = 0; p->code.n < line.n &&
	    line.at[p->code.n] != ' ' && line.at[p->code.n] != '\t'; )
		p->code.n++;
	skip(&line, p->code.n);
	skip(&line, blanks(line));
	if (!code_is_usable(p->code) || !text_starts(line, KEY_WORD))
		return false;
	skip(&line, strlen(KEY_WORD));
	return text_unhex(line, p->key, PROOF_KEY);
}

bool
proof_next(struct span *file, struct proof *p)
{
	struct span line;

	while (next_line(file, &line))
		if (read_line(line, p))
			return true;
	return false;
}

void
proof_renew(struct buf *out, struct span file, const struct proof *p)
{
	struct proof other;
	struct span line;

	while (next_line(&file, &line)) {
		if (read_line(line, &other) &&
		    text_same_nocase(other.code, p->code))
			continue;
		buf_span(out, line);
		buf_byte(out, '\n');
	}
	proof_format(out, p);
}

enum proof_verdict
proof_judge(struct span file, const struct proof *wanted,
    struct proof *found)
{
	enum proof_verdict verdict = PROOF_NONE;
	struct proof p;

	while (proof_next(&file, &p)) {
		bool same = text_same_nocase(p.code, wanted->code);

		if (same && memcmp(p.key, wanted->key, PROOF_KEY) == 0) {
			*found = p;
			return PROOF_FITS;
		}
		if ((same && verdict != PROOF_OTHER_KEY) ||
		    verdict == PROOF_NONE) {
			*found = p;
			verdict = same ? PROOF_OTHER_KEY : PROOF_OTHER_SITE;
		}
	}
	return verdict;
}
