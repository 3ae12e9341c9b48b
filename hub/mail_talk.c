/* See mail_talk.h. */
#include "hub/mail_talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "contrib/base/text.h"

void
mail_talk_init(struct mail_talk *t, size_t count)
{
	*t = (struct mail_talk){ .count = count,
		.to = mem_new((count + 1) * sizeof(*t->to)) };
}

void
mail_talk_clear(struct mail_talk *t)
{
	free(t->to);
	*t = (struct mail_talk){ .count = 0 };
}

void
mail_talk_said(struct mail_talk *t, struct span command)
{
	t->naming = text_starts(command, "RCPT TO:") && t->asked < t->count;
	if (t->naming)
		t->asked++;
}

/* Only what is a line of ASCII: it goes into the ledger. */
static void
keep(struct mail_word *w, int code, struct span line)
{
	size_t n = 0;

	w->code = code;
	for (size_t i = 0; i < line.n && n + 1 < sizeof(w->line); i++) {
		unsigned char c = (unsigned char)line.at[i];

		w->line[n++] = c < 0x20 || c > 0x7e ? '?' : line.at[i];
	}
	w->line[n] = '\0';
}

/* "550-more comes" and "550 the last line": that one counts. */
void
mail_talk_heard(struct mail_talk *t, struct span line)
{
	uint64_t code = 0;

	line = text_trim(line);
	if (line.n < 3 || !text_number((struct span){ .at = line.at, .n = 3 },
	    200, 599, &code) || (line.n > 3 && line.at[3] != ' '))
		return;
	if (t->naming)
		keep(&t->to[t->asked - 1], (int)code, line);
	else if (code >= 400)
		keep(&t->no, (int)code, line);
	t->naming = false;
}
