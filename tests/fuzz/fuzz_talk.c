/*
 * What a mail server says while a mail is sent: each line is a command that was
 * sent (">…") or a line that came. What is kept is short, ASCII, and about an
 * address that was named.
 */
#include <stdint.h>
#include <string.h>

#include "contrib/base/err.h"
#include "hub/mail_talk.h"

#define NAMES 3

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
judge(const struct mail_word *w)
{
	must(w->code == 0 || (w->code >= 200 && w->code <= 599));
	must(memchr(w->line, '\0', sizeof(w->line)) != NULL);
	for (const char *c = w->line; *c != '\0'; c++)
		must(*c >= 0x20 && *c <= 0x7e);
	must(w->code != 0 || w->line[0] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span rest = { (const char *)at, n };
	struct mail_talk t;

	mail_talk_init(&t, NAMES);
	while (rest.n > 0) {
		const char *end = memchr(rest.at, '\n', rest.n);
		struct span line = { rest.at, end != NULL ?
		    (size_t)(end - rest.at) + 1 : rest.n };

		rest.at += line.n;
		rest.n -= line.n;
		if (line.at[0] == '>')
			mail_talk_said(&t, (struct span){ line.at + 1,
			    line.n - 1 });
		else
			mail_talk_heard(&t, line);
	}
	must(t.asked <= NAMES);
	for (size_t i = 0; i < NAMES; i++) {
		judge(&t.to[i]);
		must(i < t.asked || t.to[i].code == 0);
	}
	must(t.no.code == 0 || t.no.code >= 400);
	judge(&t.no);
	mail_talk_clear(&t);
	return 0;
}
