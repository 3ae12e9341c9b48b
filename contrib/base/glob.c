/*
 * Matching a pattern; see glob.h.
 *
 * On a mismatch only the last star is tried again, a character further: what
 * an earlier one could take in the same part between slashes, the last can as
 * well, and from part to part nothing is open.
 */
#include "contrib/base/glob.h"

#include <stddef.h>

static size_t
character(struct span s)
{
	unsigned char c = (unsigned char)s.at[0];
	size_t n = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 :
	    1;

	for (size_t i = 1; i < n; i++)
		if (i >= s.n || ((unsigned char)s.at[i] & 0xc0) != 0x80)
			return 1;
	return n;
}

static struct span
skip(struct span s, size_t n)
{
	return (struct span){ .at = s.at + n, .n = s.n - n };
}

/* Where the bracket at the head of p ends, behind its "]"; 0: it doesn't. */
static size_t
bracket_end(struct span p)
{
	size_t i = 1;

	if (i < p.n && (p.at[i] == '!' || p.at[i] == '^'))
		i++;
	if (i < p.n && p.at[i] == ']')	/* the first is a member */
		i++;
	while (i < p.n && p.at[i] != ']')
		i++;
	return i < p.n ? i + 1 : 0;
}

/* Members are bytes. */
static bool
bracket_has(struct span p, size_t end, unsigned char c)
{
	size_t i = 1;
	bool not = p.at[i] == '!' || p.at[i] == '^', has = false;

	if (not)
		i++;
	while (i < end - 1) {
		unsigned char low = (unsigned char)p.at[i], high = low;

		if (i + 2 < end - 1 && p.at[i + 1] == '-') {
			high = (unsigned char)p.at[i + 2];
			i += 2;
		}
		has = has || (c >= low && c <= high);
		i++;
	}
	return has != not;
}

/* One step of the pattern that is no star, at the head of the text: how far
 * it goes in both. */
static bool
step(struct span p, struct span t, size_t *in_p, size_t *in_t)
{
	size_t end;

	*in_p = *in_t = 1;
	if (p.at[0] == '?') {
		*in_t = character(t);
		return t.at[0] != '/';
	}
	if (p.at[0] == '[' && (end = bracket_end(p)) > 0) {
		*in_p = end;
		return t.at[0] != '/' &&
		    bracket_has(p, end, (unsigned char)t.at[0]);
	}
	if (p.at[0] == '\\' && p.n > 1) {
		*in_p = 2;
		return p.at[1] == t.at[0];
	}
	return p.at[0] == t.at[0];
}

bool
glob_matches(struct span p, struct span t)
{
	struct span star = SPAN_NONE, from = SPAN_NONE;
	size_t in_p, in_t;

	for (;;) {
		if (p.n > 0 && p.at[0] == '*') {
			star = p = skip(p, 1);
			from = t;
		} else if (p.n > 0 && t.n > 0 && step(p, t, &in_p, &in_t)) {
			p = skip(p, in_p);
			t = skip(t, in_t);
		} else if (p.n == 0 && t.n == 0) {
			return true;
		} else if (from.at == NULL || from.n == 0 ||
		    from.at[0] == '/') {
			return false;
		} else {
			from = skip(from, character(from));
			p = star;
			t = from;
		}
	}
}
