/*
 * Addresses for people; see url_show() in url.h. What is shown can't be
 * mistaken for something else: ASCII stays encoded as it is, and so do
 * blanks, controls, marks of direction and bytes that are no UTF-8.
 */
#include "contrib/base/text.h"
#include "protocol/url.h"

#include <idn2.h>
#include <stdlib.h>
#include <unictype.h>

static void
show_host(struct buf *out, struct span host)
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

void
url_show(struct buf *out, struct span normal)
{
	struct url u;
	uint8_t bytes[4];
	size_t i = 0;

	if (url_parse(&u, normal)) {
		buf_put(out, normal.at, (size_t)(u.host.at - normal.at));
		show_host(out, u.host);
		i = (size_t)(u.host.at - normal.at) + u.host.n;
	}
	while (i < normal.n) {
		struct span rest = run((struct span){ normal.at + i,
		    normal.n - i }, bytes), all = rest;
		uint32_t c = text_next(&rest);

		if (is_shown(c)) {
			buf_put(out, all.at, all.n - rest.n);
			i += 3 * (all.n - rest.n);
		} else {
			buf_byte(out, normal.at[i++]);
		}
	}
}
