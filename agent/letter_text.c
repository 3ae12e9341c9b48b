/* See letter_text.h. */
#include "agent/letter_text.h"

#include <string.h>

#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define CHANGE "change "
#define HELD " is held: "

/* "change 7 is held: …", of which the end is a constant sentence. */
static bool
put_held(struct buf *b, const char *text)
{
	const char *why = strstr(text, HELD);
	uint64_t seq;

	if (why == NULL || strncmp(text, CHANGE, strlen(CHANGE)) != 0 ||
	    !text_number((struct span){ text + strlen(CHANGE),
	    (size_t)(why - text) - strlen(CHANGE) }, 0, INT64_MAX, &seq))
		return false;
	buf_printf(b, _("change %llu is held: %s"), (unsigned long long)seq,
	    _(why + strlen(HELD)));
	return true;
}

void
letter_text(struct buf *b, json_t *letter)
{
	const char *text = json_text(letter, "text");

	if (!put_held(b, text))
		buf_text(b, text[0] != '\0' ? _(text) : "");
}
