/*
 * See movelist.h; the maps of nginx are read in movelist_nginx.c.
 *
 * CSV as RFC 4180 has it. The columns are old, new, scope, at, until and
 * reason, in this order, or in the one that a first line of these names says.
 */
#include "agent/movelist.h"

#include <stdlib.h>
#include <string.h>

#include "agent/charset.h"
#include "agent/movelist_private.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#define COMPLAINTS 20			/* lines of them; others are counted */
#define SHOWN 200			/* bytes of what is odd */
#define CELL_MOST 65536			/* bytes; longer ones are cut there, and
					 * refused for what they are then */

enum column { OLD, NEW, SCOPE, AT, UNTIL, REASON, COLUMNS };

static const char *const names[COLUMNS] = {
	"old", "new", "scope", "at", "until", "reason"
};

bool
movelist_complain(struct movelist_reader *r, unsigned line)
{
	if (++r->wrong > COMPLAINTS)
		return false;
	if (r->why->n > 0)
		buf_byte(r->why, '\n');
	buf_printf(r->why, "%s:%u: ", r->name, line);
	return true;
}

char *
movelist_address(struct movelist_reader *r, struct span s, unsigned line)
{
	struct buf b;
	char *whole;

	if (s.n == 0 || s.at[0] != '/')
		return mem_copy(s.n > 0 ? s.at : "", s.n);
	if (r->base[0] == '\0') {
		if (movelist_complain(r, line))
			buf_printf(r->why, _("\"%.*s\" is a path; say with "
			    "--base https://HOST whose"),
			    SPAN_ARGS(text_cut(s, SHOWN)));
		return NULL;
	}
	buf_init(&b, MOVELIST_BYTES);
	buf_text(&b, r->base);
	buf_span(&b, s);
	whole = mem_copy(buf_cstr(&b), b.n);
	buf_clear(&b);
	return whole;
}

static void
free_row(struct movelist_row *row)
{
	free(row->old);
	free(row->new);
	free(row->scope);
	free(row->at);
	free(row->until);
	free(row->reason);
}

void
movelist_add(struct movelist_reader *r, struct movelist_row *row)
{
	struct movelist *l = r->list;

	if (row->old == NULL || row->new == NULL ||
	    l->count == MOVELIST_MOST) {
		free_row(row);
		return;
	}
	if (l->count == l->room) {
		l->room = l->room > 0 ? l->room * 2 : 64;
		l->row = mem_grow(l->row, l->room, sizeof(*l->row));
	}
	l->row[l->count++] = *row;
}

bool
movelist_begin(struct movelist_reader *r, struct buf *utf8,
    struct span bytes)
{
	struct charset_found found;
	struct charset *c;

	r->line = 1;
	buf_init(utf8, 2 * MOVELIST_BYTES);
	if (bytes.n > MOVELIST_BYTES) {
		buf_printf(r->why, _("%s: longer than %u MiB"), r->name,
		    MOVELIST_BYTES >> 20);
		return false;
	}
	c = charset_open();
	charset_convert(c, utf8, bytes, &found);
	charset_close(c);
	if (found.bad > 0 && movelist_complain(r, found.bad_line))
		buf_printf(r->why, _("%zu bytes are neither UTF-8 nor GBK: "
		    "save the file as UTF-8"), found.bad);
	return true;
}

bool
movelist_end(struct movelist_reader *r)
{
	if (r->wrong > COMPLAINTS)
		buf_printf(r->why, _("\n… and %zu more"),
		    r->wrong - COMPLAINTS);
	if (r->wrong > 0)
		return false;
	if (r->list->count == MOVELIST_MOST)
		buf_printf(r->why, _("%s: more than can be said at a time; a "
		    "column that moves is one line with the scope prefix"),
		    r->name);
	else if (r->list->count == 0)
		buf_printf(r->why, _("%s: there is no move in it"), r->name);
	else
		return true;
	return false;
}

void
movelist_clear(struct movelist *l)
{
	for (size_t i = 0; i < l->count; i++)
		free_row(&l->row[i]);
	free(l->row);
	*l = (struct movelist){ .count = 0 };
}

/* --- CSV ---------------------------------------------------------------------- */

struct record {
	struct buf cell[COLUMNS];
	size_t count;
	unsigned line;		/* it begins in */
	bool is_bad;		/* that was said */
};

static char
take_char(struct movelist_reader *r, struct span *s)
{
	char c = s->at[0];

	r->line += c == '\n';
	s->at++;
	s->n--;
	return c;
}

/* A cell in quotes, without them; "" is one of them. */
static void
take_quoted(struct movelist_reader *r, struct span *s, struct record *rec,
    struct buf *cell)
{
	unsigned began = r->line;

	(void)take_char(r, s);
	while (s->n > 0) {
		char c = take_char(r, s);

		if (c == '"' && (s->n == 0 || s->at[0] != '"'))
			return;
		if (c == '"')
			(void)take_char(r, s);
		buf_byte(cell, c);
	}
	rec->is_bad = true;
	if (movelist_complain(r, began))
		buf_text(r->why, _("a quote is opened and never closed"));
}

static bool
is_end(struct span s)
{
	return s.n == 0 || s.at[0] == '\n' || s.at[0] == '\r';
}

static void
take_cell(struct movelist_reader *r, struct span *s, struct record *rec,
    struct buf *cell)
{
	struct span plain = { .at = s->at, .n = 0 };

	if (s->n > 0 && s->at[0] == '"') {
		take_quoted(r, s, rec, cell);
		return;
	}
	while (!is_end(*s) && s->at[0] != ',') {
		(void)take_char(r, s);
		plain.n++;
	}
	buf_span(cell, text_trim(plain));
}

static void
take_record(struct movelist_reader *r, struct span *s, struct record *rec)
{
	struct buf over;		/* of cells that no column has */

	for (size_t i = 0; i < COLUMNS; i++)
		buf_reset(&rec->cell[i]);
	buf_init(&over, CELL_MOST);
	rec->count = 0;
	rec->line = r->line;
	rec->is_bad = false;
	for (;;) {
		take_cell(r, s, rec, rec->count < COLUMNS ?
		    &rec->cell[rec->count] : &over);
		rec->count++;
		if (is_end(*s))
			break;
		if (s->at[0] != ',' && !rec->is_bad) {
			rec->is_bad = true;
			if (movelist_complain(r, rec->line))
				buf_text(r->why, _("something stands behind "
				    "a closing quote"));
		}
		if (s->at[0] == ',' || rec->is_bad)
			(void)take_char(r, s);
	}
	while (s->n > 0 && is_end(*s))
		(void)take_char(r, s);
	buf_clear(&over);
}

/* Nothing at all, cells of nothing, or a remark. */
static bool
is_blank(const struct record *rec)
{
	if (rec->cell[0].n > 0)
		return rec->cell[0].at[0] == '#';
	for (size_t i = 0; i < COLUMNS; i++)
		if (rec->cell[i].n > 0)
			return false;
	return true;
}

/* Which cell is which column: a line of names says; false: it is none. */
static bool
read_names(const struct record *rec, size_t where[COLUMNS])
{
	bool any = false;

	for (size_t c = 0; c < COLUMNS; c++) {
		where[c] = COLUMNS;
		for (size_t i = 0; i < rec->count && i < COLUMNS; i++)
			if (text_same_nocase(buf_look(&rec->cell[i]),
			    span_of(names[c])))
				where[c] = i;
		any |= c <= NEW && where[c] < COLUMNS;
	}
	return any;
}

static struct span
cell_of(const struct record *rec, const size_t where[COLUMNS],
    enum column c)
{
	return where[c] < COLUMNS ? buf_look(&rec->cell[where[c]]) :
	    SPAN_NONE;
}

static char *
copy_of(const struct record *rec, const size_t where[COLUMNS],
    enum column c)
{
	struct span s = cell_of(rec, where, c);

	return s.n > 0 ? mem_copy(s.at, s.n) : NULL;
}

static void
take_row(struct movelist_reader *r, const struct record *rec,
    const size_t where[COLUMNS])
{
	struct span old = cell_of(rec, where, OLD);
	struct span new = cell_of(rec, where, NEW);
	struct movelist_row row = { .line = rec->line };

	if (old.n == 0 || new.n == 0 || rec->count > COLUMNS) {
		if (movelist_complain(r, rec->line))
			buf_printf(r->why, _("expected old,new and, if need "
			    "be, scope,at,until,reason; found %zu cells"),
			    rec->count);
		return;
	}
	row.old = movelist_address(r, old, rec->line);
	row.new = movelist_address(r, new, rec->line);
	row.scope = copy_of(rec, where, SCOPE);
	row.at = copy_of(rec, where, AT);
	row.until = copy_of(rec, where, UNTIL);
	row.reason = copy_of(rec, where, REASON);
	movelist_add(r, &row);
}

static void
read_table(struct movelist_reader *r, struct span s, struct record *rec)
{
	size_t where[COLUMNS] = { OLD, NEW, SCOPE, AT, UNTIL, REASON };
	size_t asked[COLUMNS];
	bool first = true;

	while (s.n > 0 && r->wrong <= COMPLAINTS) {
		take_record(r, &s, rec);
		if (rec->is_bad || is_blank(rec))
			continue;
		if (first && read_names(rec, asked))
			memcpy(where, asked, sizeof(where));
		else
			take_row(r, rec, where);
		first = false;
	}
}

bool
movelist_csv(struct movelist *l, struct span bytes, const char *name,
    const char *base, struct buf *why)
{
	struct movelist_reader r = { .list = l, .name = name, .base = base,
	    .why = why };
	struct record rec = { .count = 0 };
	struct buf utf8;

	if (!movelist_begin(&r, &utf8, bytes))
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		buf_init(&rec.cell[i], CELL_MOST);
	read_table(&r, buf_look(&utf8), &rec);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_clear(&rec.cell[i]);
	buf_clear(&utf8);
	return movelist_end(&r);
}
