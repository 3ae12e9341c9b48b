/* See charset_short.h. */
#include "contrib/base/charset_short.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "contrib/base/text.h"

#define HEAD 4096		/* where <html lang> is looked for */

/* What two bytes of UTF-8 can be. */
enum script {
	RARE,			/* nothing that pages are written in */
	SIGN,			/* § · ½: goes with all of them */
	LATIN,			/* of words, the other letters are ASCII */
	GREEK,
	CYRILLIC,
	CYRILLIC_MORE,		/* … of fewer languages: beside the others */
	ARMENIAN,
	HEBREW,
	SCRIPTS
};

static const struct {
	uint32_t first, last;
	enum script script;
} blocks[] = {
	{ 0xa0, 0xbf, SIGN }, { 0xd7, 0xd7, SIGN }, { 0xf7, 0xf7, SIGN },
	{ 0xc0, 0x2ff, LATIN },
	{ 0x386, 0x3ce, GREEK },
	{ 0x410, 0x44f, CYRILLIC },
	{ 0x400, 0x45f, CYRILLIC_MORE }, { 0x48a, 0x4ff, CYRILLIC_MORE },
	{ 0x531, 0x58a, ARMENIAN },
	{ 0x5d0, 0x5ea, HEBREW },
};

static enum script
script_of(uint32_t c)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (c >= blocks[i].first && c <= blocks[i].last)
			return blocks[i].script;
	return RARE;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* In a row, without anything of ASCII between. */
struct run {
	struct span bytes;
	bool beside_letter;	/* one of ASCII */
	bool all_same;		/* as in »» */
	size_t count, of[SCRIPTS];
};

/* The next run of the page. False: there is none, and nothing but pairs of
 * the most common characters was met, if *common is still true. */
static bool
next_run(struct run *r, struct span page, size_t *at, bool *common)
{
	size_t i = *at;

	while (i < page.n && (unsigned char)page.at[i] < 0x80)
		i++;
	*r = (struct run){ .bytes = { page.at + i, 0 },
	    .beside_letter = i > 0 && is_letter(page.at[i - 1]),
	    .all_same = true };
	while (i + 1 < page.n && (unsigned char)page.at[i] >= 0x80) {
		unsigned char lead = (unsigned char)page.at[i];
		unsigned char trail = (unsigned char)page.at[i + 1];

		if (lead > 0xd7 || trail < 0xa1) {
			*common = false;
			return false;
		}
		r->all_same &= memcmp(page.at + i, r->bytes.at, 2) == 0;
		r->of[script_of(((lead & 0x1fu) << 6) | (trail & 0x3fu))]++;
		r->count++;
		i += 2;
	}
	r->bytes.n = 2 * r->count;
	r->beside_letter |= i < page.n && is_letter(page.at[i]);
	*at = i;
	return r->count > 0;
}

/* Does it make sense as UTF-8? */
static bool
is_plain(const struct run *r)
{
	size_t cyrillic = r->of[CYRILLIC] + r->of[CYRILLIC_MORE];
	size_t letters = r->count - r->of[SIGN];

	if (r->of[LATIN] == letters)
		return letters == 0 || r->beside_letter;
	if (cyrillic == letters)
		return r->of[CYRILLIC] >= r->of[CYRILLIC_MORE];
	return r->of[GREEK] == letters || r->of[ARMENIAN] == letters ||
	    r->of[HEBREW] == letters;
}

/* <html lang="zh-CN">: what makes sense in both is Chinese then. */
static bool
says_chinese(struct span page)
{
	static const struct span tag = SPAN("<html"), word = SPAN("lang=");
	size_t end = page.n < HEAD ? page.n : HEAD;
	bool in = false;

	for (size_t i = 0; i + 8 < end; i++) {
		const char *p = page.at + i;

		if (in && *p == '>')
			return false;
		if (in && text_same_nocase((struct span){ p, word.n }, word))
			return text_same_nocase((struct span){ p + word.n +
			    (p[word.n] == '"' || p[word.n] == '\''), 2 },
			    SPAN("zh"));
		in |= text_same_nocase((struct span){ p, tag.n }, tag);
	}
	return false;
}

bool
charset_short_is_gb(struct span page)
{
	size_t at = 0, odd = 0, plain = 0, either = 0;
	bool common = true;
	struct run r;

	while (next_run(&r, page, &at, &common)) {
		if (r.count > 1 && !is_plain(&r))
			odd += r.count;
		else if (r.beside_letter)
			plain += r.count;
		else if (r.count > 1 && !r.all_same)
			either += r.count;
	}
	if (!common)
		return false;
	if (either > 0 && says_chinese(page))
		odd += either;
	else
		plain += either;
	return odd > plain;
}
