/*
 * Parts of titles, and how near they are; see likeness.h.
 */
#include "hub/likeness.h"

#include <string.h>
#include <unictype.h>

#include "contrib/base/text.h"

#define CHARS 256		/* of a part that are compared */
#define SHORT 4			/* characters: less than that is found inside
				 * of anything */
#define NEAR 60			/* per cent of the pairs of characters; … */
#define FAR 20			/* … a body that was merged and renamed keeps
				 * about 40 of its name */

/* --- parts ------------------------------------------------------------------- */

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_ascii_word(uint32_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

/* Between two parts? A dash inside of a date or a Latin word isn't. */
static bool
divides(uint32_t before, uint32_t c, uint32_t after)
{
	switch (c) {
	case '_': case '|': case '>': case 0xbb: case 0x203a:
		return true;
	case '-': case 0x2013: case 0x2014:
		return !is_ascii_word(before) || !is_ascii_word(after);
	default:
		return false;
	}
}

static bool
says_something(uint32_t c)
{
	return c != UINT32_MAX && uc_is_general_category_withtable(c,
	    UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
}

static void
end_part(struct buf *b, size_t from)
{
	if (b->n == from)
		return;
	buf_byte(b, '\n');
	if (b->bad)
		buf_cut(b, from);
}

static void
put_parts(struct buf *b, struct span folded)
{
	uint32_t before = ' ', c;
	size_t from = b->n;

	while (folded.n > 0 && !b->bad) {
		struct span rest;

		c = text_next(&folded);
		rest = folded;
		if (divides(before, c, text_next(&rest))) {
			end_part(b, from);
			from = b->n;
		} else if (says_something(c)) {
			text_put_char(b, c);
		}
		before = c;
	}
	end_part(b, from);
}

void
likeness_parts(struct buf *b, struct span title)
{
	struct buf folded;

	buf_init(&folded, 4 * title.n + 64);
	if (text_fold(&folded, title) && !folded.bad)
		put_parts(b, buf_look(&folded));
	buf_clear(&folded);
}

bool
likeness_next(struct span *parts, struct span *part)
{
	const char *end = parts->n > 0 ?
	    memchr(parts->at, '\n', parts->n) : NULL;

	if (end == NULL)
		return false;
	*part = (struct span){ parts->at, (size_t)(end - parts->at) };
	parts->n -= part->n + 1;
	parts->at = end + 1;
	return true;
}

bool
likeness_has(struct span parts, struct span part)
{
	struct span one;

	while (likeness_next(&parts, &one))
		if (span_is(one, part))
			return true;
	return false;
}

/* --- nearness ----------------------------------------------------------------- */

struct chars {
	uint32_t at[CHARS];
	size_t n;
};

static void
read_chars(struct chars *c, struct span s)
{
	c->n = 0;
	while (s.n > 0 && c->n < CHARS)
		c->at[c->n++] = text_next(&s);
}

/* Not in the middle of a number. */
static bool
stands_at(const struct chars *in, size_t at, const struct chars *c)
{
	size_t end = at + c->n;

	return memcmp(in->at + at, c->at, c->n * sizeof(c->at[0])) == 0 &&
	    !(at > 0 && is_digit(in->at[at - 1]) && is_digit(c->at[0])) &&
	    !(end < in->n && is_digit(in->at[end]) &&
	    is_digit(c->at[c->n - 1]));
}

static bool
stands_in(const struct chars *in, const struct chars *c)
{
	for (size_t at = 0; c->n >= SHORT && at + c->n <= in->n; at++)
		if (stands_at(in, at, c))
			return true;
	return false;
}

static size_t
next_digit(const struct chars *c, size_t i)
{
	while (i < c->n && !is_digit(c->at[i]))
		i++;
	return i;
}

static bool
same_digits(const struct chars *a, const struct chars *b)
{
	size_t i = next_digit(a, 0), k = next_digit(b, 0);

	while (i < a->n && k < b->n && a->at[i] == b->at[k]) {
		i = next_digit(a, i + 1);
		k = next_digit(b, k + 1);
	}
	return i == a->n && k == b->n;
}

/* Of the pairs of neighbours in a and b, per cent that both have. */
static size_t
nearness(const struct chars *a, const struct chars *b)
{
	bool used[CHARS] = { false };
	size_t both = 0;

	if (a->n < 2 || b->n < 2)
		return 0;
	for (size_t i = 0; i + 1 < a->n; i++) {
		for (size_t k = 0; k + 1 < b->n; k++) {
			if (used[k] || a->at[i] != b->at[k] ||
			    a->at[i + 1] != b->at[k + 1])
				continue;
			used[k] = true;
			both++;
			break;
		}
	}
	return 2 * both * 100 / (a->n - 1 + b->n - 1);
}

static bool
is_alike(struct span old, struct span now)
{
	struct chars a, b;

	if (span_is(old, now))
		return true;
	read_chars(&a, old);
	read_chars(&b, now);
	return stands_in(&b, &a) || (2 * b.n >= a.n && stands_in(&a, &b)) ||
	    (same_digits(&a, &b) && nearness(&a, &b) >= NEAR);
}

bool
likeness_is(struct span old, struct span now)
{
	struct span a, b, rest;

	while (likeness_next(&old, &a))
		for (rest = now; likeness_next(&rest, &b);)
			if (is_alike(a, b))
				return true;
	return false;
}

/* Of the parts that are long enough to be a name: is any pair not far? */
static bool
keeps_its_name(struct span old, struct span now, bool *has_name)
{
	struct chars a, b;
	struct span part, other, rest;

	*has_name = false;
	while (likeness_next(&old, &part)) {
		read_chars(&a, part);
		for (rest = now; likeness_next(&rest, &other);) {
			read_chars(&b, other);
			if (a.n < SHORT || b.n < SHORT)
				continue;
			*has_name = true;
			if (nearness(&a, &b) >= FAR)
				return true;
		}
	}
	return false;
}

bool
likeness_is_stranger(struct span old, struct span now)
{
	bool has_name;

	return !likeness_is(old, now) &&
	    !keeps_its_name(old, now, &has_name) && has_name;
}
