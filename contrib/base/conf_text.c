/*
 * The table of settings as text for people: the manual's list, and an
 * example file to begin with. Both come from what the parser itself uses.
 */
#include "contrib/base/conf.h"
#include "contrib/base/units.h"

#include <string.h>

#define FOLD_AT 72	/* columns of the example's comments */

static const char *
argument(enum conf_type type)
{
	static const char *const names[] = {
		[CONF_TEXT] = "text",
		[CONF_PATH] = "path",
		[CONF_LIST] = "words",
		[CONF_NUMBER] = "number",
		[CONF_BYTES] = "size",
		[CONF_TIME] = "time",
		[CONF_BOOL] = "yes|no",
	};

	return names[type];
}

/* mdoc takes a line that begins with . or ' for a request, and \ anywhere. */
static void
put_mdoc(struct buf *b, const char *text)
{
	bool at_start = true;

	for (; *text != '\0'; text++) {
		if (at_start && (*text == '.' || *text == '\''))
			buf_text(b, "\\&");
		if (*text == '\\')
			buf_text(b, "\\e");
		else
			buf_byte(b, *text);
		at_start = *text == '\n';
	}
	buf_byte(b, '\n');
}

static void
put_bound(struct buf *b, const struct conf_def *d, uint64_t n)
{
	char text[UNITS_TEXT_MAX];

	if (d->type == CONF_BYTES)
		buf_text(b, units_format_bytes(text, n));
	else if (d->type == CONF_TIME)
		buf_text(b, units_format_time(text, n));
	else
		buf_printf(b, "%llu", (unsigned long long)n);
}

static void
put_range(struct buf *b, const struct conf_def *d)
{
	if (d->type != CONF_NUMBER && d->type != CONF_BYTES &&
	    d->type != CONF_TIME)
		return;
	buf_text(b, "From ");
	put_bound(b, d, d->least);
	if (d->most != 0) {
		buf_text(b, " to ");
		put_bound(b, d, d->most);
	}
	if (d->unit != NULL)
		buf_printf(b, " %s", d->unit);
	buf_text(b, d->most != 0 ? ".\n" : " upwards.\n");
}

static void
put_preset(struct buf *b, const struct conf_def *d)
{
	if (d->preset == NULL)
		buf_text(b, "Must be given.\n");
	else if (d->preset[0] == '\0')
		buf_text(b, "Empty if not given.\n");
	else
		/* A lone "." would be taken for the end of the sentence. */
		buf_printf(b, "If not given:\n.Ql %s%s .\n",
		    d->preset[0] == '.' ? "\\&" : "", d->preset);
}

void
conf_manual(struct buf *b, const struct conf_def *defs, size_t count,
    const char *section)
{
	const struct conf_def *d = defs;

	for (size_t i = 0; i < count; i++, d++) {
		if (strcmp(d->section, section) != 0)
			continue;
		buf_printf(b, ".It Ic %s No = Ar %s\n", d->name,
		    argument(d->type));
		put_mdoc(b, d->about);
		put_range(b, d);
		put_preset(b, d);
	}
}

/* Text as comment lines, broken at blanks. */
static void
put_comment(struct buf *b, const char *text)
{
	size_t column = 0, n;

	while (*(text += strspn(text, " \n")) != '\0') {
		n = strcspn(text, " \n");
		if (column != 0 && column + 1 + n > FOLD_AT) {
			buf_byte(b, '\n');
			column = 0;
		}
		if (column == 0) {
			buf_byte(b, '#');
			column = 1;
		}
		buf_byte(b, ' ');
		buf_put(b, text, n);
		column += 1 + n;
		text += n;
	}
	buf_byte(b, '\n');
}

void
conf_example(struct buf *b, const struct conf_def *defs, size_t count,
    const char *section)
{
	const struct conf_def *d = defs;

	for (size_t i = 0; i < count; i++, d++) {
		if (strcmp(d->section, section) != 0)
			continue;
		put_comment(b, d->about);
		if (d->preset != NULL)
			buf_printf(b, "#%s = %s\n\n", d->name, d->preset);
		else
			buf_printf(b, "%s =\n\n", d->name);
	}
}
