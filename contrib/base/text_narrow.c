#include "contrib/base/text_narrow.h"

#include <string.h>

#include "contrib/base/text.h"

/* What one presses for it on a keyboard; UINT32_MAX: nothing, nobody sees
 * it. */
static uint32_t
key_of(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)		/* full-width ASCII */
		return c - 0xff01 + '!';
	if (c == 0x3000 || c == 0xa0)
		return ' ';
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe63)
		return '-';
	if (c == 0x200b || c == 0x2060 || c == 0xfeff)
		return UINT32_MAX;
	return c;
}

bool
text_narrow(struct buf *b, struct span s)
{
	struct span rest = s;

	if (!text_is_utf8(s))
		return false;
	while (rest.n > 0) {
		uint32_t c = key_of(text_next(&rest));

		if (c != UINT32_MAX)
			text_put_char(b, c);
	}
	return true;
}

void
text_narrow_word(char *word)
{
	size_t n = strlen(word);
	struct buf b;

	buf_init(&b, n + 1);
	if (text_narrow(&b, span_of(word)) && !b.bad && b.n < n)
		memcpy(word, buf_cstr(&b), b.n + 1);
	buf_clear(&b);
}
