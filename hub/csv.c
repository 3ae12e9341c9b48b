/*
 * CSV: one character at a time; rows are short.
 */
#include "hub/csv.h"

#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define BOM "\xef\xbb\xbf"

/* What stands between the cells of the first line that isn't empty. */
static char
find_between(struct span s)
{
	bool quoted = false, any = false;
	char found = ',';

	for (size_t i = 0; i < s.n; i++) {
		char ch = s.at[i];

		quoted ^= ch == '"';
		if (quoted)
			continue;
		if (ch == ',')
			return ',';
		if (any && (ch == '\n' || ch == '\r'))
			break;
		any = any || (ch != '\n' && ch != '\r');
		if (found == ',' && (ch == ';' || ch == '\t'))
			found = ch;
	}
	return found;
}

void
csv_open(struct csv *c, struct span text)
{
	*c = (struct csv){ .rest = text, .next_line = 1 };
	if (text_starts(text, BOM))
		c->rest = (struct span){ text.at + 3, text.n - 3 };
	c->between = find_between(c->rest);
	buf_init(&c->bytes, CSV_ROW_MAX);
}

void
csv_close(struct csv *c)
{
	buf_clear(&c->bytes);
}

static int
look(const struct csv *c)
{
	return c->rest.n > 0 ? (unsigned char)c->rest.at[0] : -1;
}

static int
take(struct csv *c)
{
	int ch = look(c);

	if (ch < 0)
		return ch;
	c->rest.at++;
	c->rest.n--;
	if (ch == '\n' || (ch == '\r' && look(c) != '\n'))
		c->next_line++;
	return ch;
}

static void
take_quoted(struct csv *c)
{
	int ch;

	take(c);
	while ((ch = take(c)) >= 0) {
		if (ch == '"' && look(c) != '"')
			return;
		if (ch == '"')
			take(c);
		buf_byte(&c->bytes, (char)ch);
	}
	c->wrong = _("a quote is opened and never closed");
}

static bool
is_end(int ch, char between)
{
	return ch < 0 || ch == between || ch == '\n' || ch == '\r';
}

static void
take_cell(struct csv *c)
{
	if (look(c) == '"') {
		take_quoted(c);
		if (c->wrong == NULL && !is_end(look(c), c->between))
			c->wrong = _("something follows a closing quote; "
			    "expected a comma or the end of the line");
		return;
	}
	while (!is_end(look(c), c->between))
		buf_byte(&c->bytes, (char)take(c));
}

static void
take_row(struct csv *c)
{
	size_t from[CSV_CELLS] = { 0 }, to[CSV_CELLS] = { 0 };

	buf_reset(&c->bytes);
	for (c->cells = 0; c->wrong == NULL; take(c)) {
		if (c->cells == CSV_CELLS) {
			c->wrong = _("too many commas in one line");
			return;
		}
		from[c->cells] = c->bytes.n;
		take_cell(c);
		to[c->cells++] = c->bytes.n;
		if (look(c) != c->between)
			break;
	}
	if (look(c) == '\r')
		take(c);
	if (look(c) == '\n')
		take(c);
	if (c->bytes.bad)
		c->wrong = _("a line is too long");
	for (size_t i = 0; i < c->cells; i++)
		c->cell[i] = text_trim((struct span){
		    .at = buf_cstr(&c->bytes) + from[i],
		    .n = to[i] - from[i] });
}

static bool
is_blank(const struct csv *c)
{
	for (size_t i = 0; i < c->cells; i++) {
		if (c->cell[i].n > 0)
			return false;
	}
	return true;
}

bool
csv_next(struct csv *c)
{
	do {
		if (look(c) < 0 || c->wrong != NULL)
			return false;
		c->line = c->next_line;
		take_row(c);
	} while (c->wrong == NULL && is_blank(c));
	return c->wrong == NULL;
}

void
csv_put(struct buf *b, struct span cell)
{
	bool quote = false;

	for (size_t i = 0; i < cell.n; i++)
		quote = quote || is_end((unsigned char)cell.at[i], ',') ||
		    cell.at[i] == '"';
	if (!quote) {
		buf_span(b, cell);
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.at[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, cell.at[i]);
	}
	buf_byte(b, '"');
}

/* For Excel, WPS and LibreOffice; a tab or a line end may come before. A
 * spreadsheet may take the wide signs of a Chinese keyboard for the same. */
static bool
is_formula(struct span cell)
{
	static const char wide[][4] = { "\xef\xbc\x9d", "\xef\xbc\x8b",
		"\xef\xbc\x8d", "\xef\xbc\xa0" };	/* = + - @ */

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (text_starts(cell, wide[i]))
			return true;
	return cell.n > 0 && cell.at[0] != '\0' &&
	    strchr("=+-@\t\r\n", cell.at[0]) != NULL;
}

void
csv_put_text(struct buf *b, struct span cell)
{
	struct buf text;

	buf_init(&text, CSV_ROW_MAX);
	if (is_formula(cell))
		buf_byte(&text, '\'');
	text_plain(&text, cell);
	csv_put(b, buf_look(&text));
	buf_clear(&text);
}
