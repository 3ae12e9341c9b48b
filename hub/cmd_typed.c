#include "hub/cmd_typed.h"

#include <stdint.h>
#include <string.h>

#include "contrib/base/text.h"
#include "contrib/base/text_narrow.h"

/* As the table of commands calls what the hub reads by its characters. */
static const char *const kinds[] = { "CODE", "N", "NUMBER", "PLACE", "DATE",
	"DAY", "TIME", "WHEN", "ZONE", "SECONDS", "F", "KIND", "ROLE", NULL };

static void
narrow(const char *text)
{
	text_narrow_word((char *)(uintptr_t)text);	/* of argv */
}

/* The kind of the word at i: of "CODE [OLD NEW]" 2 is NEW; the last may be
 * said many times. */
static struct span
kind_at(const char *words, size_t i)
{
	static const char ends[] = " []|";
	struct span kind = SPAN_NONE;

	for (const char *at = words + strspn(words, ends); *at != '\0';
	    at += strspn(at, ends)) {
		kind = (struct span){ at, strcspn(at, ends) };
		at += kind.n;
		if (i-- == 0)
			break;
	}
	if (kind.n > 3 && memcmp(kind.at + kind.n - 3, "…", 3) == 0)
		kind.n -= 3;
	return kind;
}

static bool
is_kind(struct span name)
{
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (span_is(name, span_of(kinds[i])))
			return true;
	return false;
}

void
cmd_typed_narrow(struct cmd_line *l)
{
	const struct cmd *c = l->cmd;

	for (int i = 0; i < CMD_OPTIONS && c->option[i].name != NULL; i++)
		if (l->value[i] != NULL && c->option[i].value != NULL &&
		    is_kind(span_of(c->option[i].value)))
			narrow(l->value[i]);
	for (size_t i = 0; i < l->words; i++)
		if (is_kind(kind_at(c->words, i)))
			narrow(l->word[i]);
}
