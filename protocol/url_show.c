/*
 * Addresses for people; see url_show() in url.h. What is shown can't be
 * mistaken for something else: ASCII stays encoded as it is, and so do
 * blanks, controls and marks of direction. A path or a query that is not UTF-8
 * as a whole is in another character set, in which what looks like UTF-8 here
 * and there means something else: it stays as it is.
 */
#include "contrib/base/text.h"
#include "protocol/url.h"

#include <idn2.h>
#include <stdlib.h>
#include <unictype.h>

void
url_show_host(struct buf *out, struct span host)
{
	char text[256], *shown;

	if (host.n >= sizeof(text)) {
		buf_span(out, host);
		return;
	}
	memcpy(text, host.at, host.n);
	text[host.n] = '\0';
	if (strstr(text, "xn--") != NULL &&
	    idn2_to_unicode_8z8z(text, &shown, 0) == IDN2_OK) {
		buf_text(out, shown);
		idn2_free(shown);
	} else {
		buf_text(out, text);
	}
}

/* The bytes that a run of "%XX" at s stands for, at most 4; n: how many. */
static struct span
run(struct span s, uint8_t bytes[4])
{
	size_t n = 0;

	while (n < 4 && s.n >= 3 * n + 3 && s.at[3 * n] == '%' &&
	    text_unhex((struct span){ s.at + 3 * n + 1, 2 }, &bytes[n], 1))
		n++;
	return (struct span){ .at = (const char *)bytes, .n = n };
}

static bool
is_shown(uint32_t c)
{
	return c >= 0x80 && c != UINT32_MAX &&
	    !uc_is_general_category_withtable(c,
	    UC_CATEGORY_MASK_C | UC_CATEGORY_MASK_Z | UC_CATEGORY_MASK_Mn);
}

/* Is all that is encoded in s UTF-8? */
static bool
is_utf8_within(struct span s)
{
	uint8_t bytes[4];

	while (s.n > 0) {
		struct span rest = run(s, bytes), all = rest;
		size_t n = 1;

		if (all.n > 0) {
			if (text_next(&rest) == UINT32_MAX)
				return false;
			n = 3 * (all.n - rest.n);
		}
		s = (struct span){ .at = s.at + n, .n = s.n - n };
	}
	return true;
}

static void
show_part(struct buf *out, struct span s)
{
	uint8_t bytes[4];
	size_t i = 0;

	if (!is_utf8_within(s)) {
		buf_span(out, s);
		return;
	}
	while (i < s.n) {
		struct span rest = run((struct span){ s.at + i, s.n - i },
		    bytes), all = rest;

		if (is_shown(text_next(&rest))) {
			buf_put(out, all.at, all.n - rest.n);
			i += 3 * (all.n - rest.n);
		} else {
			buf_byte(out, s.at[i++]);
		}
	}
}

void
url_show(struct buf *out, struct span normal)
{
	struct url u;
	size_t i = 0, n;

	if (url_parse(&u, normal)) {
		buf_put(out, normal.at, (size_t)(u.host.at - normal.at));
		url_show_host(out, u.host);
		i = (size_t)(u.host.at - normal.at) + u.host.n;
	}
	for (; i < normal.n; i += n) {
		n = 1;
		while (i + n < normal.n && normal.at[i + n] != '?' &&
		    normal.at[i + n] != '#')
			n++;
		show_part(out, (struct span){ normal.at + i, n });
	}
}
