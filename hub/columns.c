/*
 * Columns: cells are kept until all widths are known.
 */
#include "hub/columns.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

struct columns {
	size_t count;
	const char *heading[COLUMNS_MAX];
	bool right[COLUMNS_MAX];
	size_t width[COLUMNS_MAX];
	struct span *cell;	/* copies; row after row */
	size_t cells, room;
};

struct columns *
columns_new(const char *const *headings)
{
	struct columns *c = mem_new(sizeof(*c));

	for (; headings[c->count] != NULL; c->count++) {
		const char *h = headings[c->count];

		must(c->count < COLUMNS_MAX);
		if (h[0] != '\0')
			h = _(h);
		c->heading[c->count] = h;
		c->width[c->count] = text_width(span_of(h));
	}
	must(c->count > 0);
	return c;
}

void
columns_free(struct columns *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->cells; i++)
		free((void *)(uintptr_t)c->cell[i].at);
	free(c->cell);
	free(c);
}

void
columns_put(struct columns *c, struct span text)
{
	size_t column, width = text_width(text);

	must(c->count > 0);
	column = c->cells % c->count;
	if (c->cells == c->room) {
		c->room = c->room == 0 ? 64 : c->room * 2;
		c->cell = mem_grow(c->cell, c->room, sizeof(*c->cell));
	}
	c->cell[c->cells++] = (struct span){
		.at = mem_copy(text.n > 0 ? text.at : "", text.n),
		.n = text.n };
	if (width > COLUMNS_WIDEST)
		width = COLUMNS_WIDEST;
	if (width > c->width[column])
		c->width[column] = width;
}

void
columns_number(struct columns *c, uint64_t n)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%" PRIu64, n);

	size_t column;

	must(c->count > 0);
	column = c->cells % c->count;
	if (c->heading[column][0] != '\0')
		c->right[column] = true;	/* no list of name and value */
	columns_put(c, (struct span){ text, (size_t)length });
}

void
columns_time(struct columns *c, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	columns_put(c, ms == CLOCK_NONE ? SPAN("-") :
	    span_of(clock_show(text, ms)));
}

static void
put_cell(const struct columns *c, struct buf *line, size_t column,
    struct span text)
{
	size_t width = text_width(text);

	if (column + 1 == c->count && !c->right[column]) {
		text_pad(line, text, width);	/* whole, and made safe */
		return;
	}
	for (size_t n = width; c->right[column] && n < c->width[column]; n++)
		buf_byte(line, ' ');
	text_pad(line, text, c->right[column] && width < c->width[column] ?
	    width : c->width[column]);
	buf_text(line, "  ");
}

static void
print_line(struct buf *line, FILE *f)
{
	while (line->n > 0 && line->at[line->n - 1] == ' ')
		buf_cut(line, line->n - 1);
	fprintf(f, "%s\n", buf_cstr(line));
	buf_reset(line);
}

static bool
has_headings(const struct columns *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->heading[i][0] != '\0')
			return true;
	}
	return false;
}

void
columns_print(const struct columns *c, FILE *f)
{
	struct buf line;

	must(c->count > 0);
	buf_init(&line, 65536);
	for (size_t i = 0; i < c->count; i++)
		put_cell(c, &line, i, span_of(c->heading[i]));
	if (has_headings(c))
		print_line(&line, f);
	buf_reset(&line);
	for (size_t i = 0; i < c->cells; i++) {
		put_cell(c, &line, i % c->count, c->cell[i]);
		if (i % c->count == c->count - 1)
			print_line(&line, f);
	}
	buf_clear(&line);
}
