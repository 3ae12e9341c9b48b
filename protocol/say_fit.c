/* See say_fit.h. */
#include "protocol/say_fit.h"

#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/utf8.h"

static bool
is_line(struct span word)
{
	for (size_t i = 0; i < word.n; i++)
		if ((unsigned char)word.at[i] < ' ' || word.at[i] == 0x7f)
			return false;
	return utf8_is_text(word);
}

bool
say_fits(const char *option, struct span word, size_t most, struct buf *why)
{
	if (word.n > most)
		buf_printf(why, ngettext("--%s: it is longer than %zu byte: "
		    "say it shorter", "--%s: it is longer than %zu bytes: "
		    "say it shorter", (unsigned long)most), option, most);
	else if (most > LIMIT_TEXT ? !utf8_is_text(word) : !is_line(word))
		buf_printf(why, _("--%s: expected one line of text, without "
		    "tabs or control characters"), option);
	else
		return true;
	return false;
}
