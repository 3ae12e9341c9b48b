/*
 * See movelist.h; the maps of nginx are read in movelist_nginx.c.
 *
 * CSV as RFC 4180 has it. The columns are old, new, scope, at, until and
 * reason, in this order, or in the one that a first line of these names says,
 * or of the Chinese ones; scopes have Chinese names, too.
 */
#include "protocol/movelist.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/movelist_read.h"
#include "protocol/rewrite_rule.h"
#include "protocol/url.h"

#define CELL_MOST 65536			/* bytes; longer ones are cut there, and
					 * refused for what they are then */

enum column { OLD, NEW, SCOPE, AT, UNTIL, REASON, COLUMNS };

#define NAMES 3			/* that a column may have, or NULL */

static const char *const names[COLUMNS][NAMES] = {
	[OLD] = { "old", "旧地址", "原地址" },
	[NEW] = { "new", "新地址" },
	[SCOPE] = { "scope", "范围" },
	[AT] = { "at", "生效时间", "时间" },
	[UNTIL] = { "until", "截止时间", "跳转截止" },
	[REASON] = { "reason", "原因", "理由" },
};

static const struct {
	const char *said;
	enum rewrite_scope scope;
} scopes[] = {
	{ "地址", REWRITE_ADDRESS }, { "网页", REWRITE_ADDRESS },
	{ "栏目", REWRITE_PREFIX }, { "目录", REWRITE_PREFIX },
	{ "域名", REWRITE_DOMAIN },
};

void
movelist_clear(struct movelist *l)
{
	for (size_t i = 0; i < l->count; i++)
		movelist_row_free(&l->row[i]);
	free(l->row);
	*l = (struct movelist){ .count = 0 };
}

bool
movelist_base(struct buf *out, struct span address)
{
	struct url u;
	struct buf b;
	bool ok;

	buf_init(&b, LIMIT_URL);
	ok = url_normal(&b, address, NULL) && url_parse(&u, buf_look(&b));
	buf_reset(out);
	if (ok)
		buf_put(out, b.at, (size_t)(u.path.at - b.at));
	buf_clear(&b);
	return ok;
}

bool
movelist_is_host(const char *address)
{
	return memchr(address, '.', strcspn(address, "/:")) != NULL;
}

/* --- CSV ---------------------------------------------------------------------- */

struct record {
	struct buf cell[COLUMNS];
	size_t count;
	unsigned line;		/* it begins in */
	bool is_bad;		/* that was said */
	char between;		/* what stands between cells */
};

/* Where the first line has no comma: the semicolon or tab that it has, which
 * spreadsheets of some settings write. */
static char
separator(struct span s)
{
	char found = ',';
	bool quoted = false;

	for (size_t i = 0; i < s.n && (quoted || (s.at[i] != '\n' &&
	    s.at[i] != '\r')); i++) {
		quoted ^= s.at[i] == '"';
		if (!quoted && s.at[i] == ',')
			return ',';
		if (!quoted && found == ',' && (s.at[i] == ';' ||
		    s.at[i] == '\t'))
			found = s.at[i];
	}
	return found;
}

/* A cell in quotes, without them; "" is one of them. */
static void
take_quoted(struct movelist_reading *r, struct span *s, struct record *rec,
    struct buf *cell)
{
	unsigned began = r->line;

	(void)movelist_read_char(r, s);
	while (s->n > 0) {
		char c = movelist_read_char(r, s);

		if (c == '"' && (s->n == 0 || s->at[0] != '"'))
			return;
		if (c == '"')
			(void)movelist_read_char(r, s);
		buf_byte(cell, c);
	}
	rec->is_bad = true;
	if (movelist_read_complain(r, began))
		buf_text(r->why, _("a quote is opened and never closed"));
}

static bool
is_end(struct span s)
{
	return s.n == 0 || s.at[0] == '\n' || s.at[0] == '\r';
}

static void
take_cell(struct movelist_reading *r, struct span *s, struct record *rec,
    struct buf *cell)
{
	struct span plain = { .at = s->at, .n = 0 };

	if (s->n > 0 && s->at[0] == '"') {
		take_quoted(r, s, rec, cell);
		return;
	}
	while (!is_end(*s) && s->at[0] != rec->between) {
		(void)movelist_read_char(r, s);
		plain.n++;
	}
	buf_span(cell, text_trim(plain));
}

static void
take_record(struct movelist_reading *r, struct span *s, struct record *rec)
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
		if (s->at[0] != rec->between && !rec->is_bad) {
			rec->is_bad = true;
			if (movelist_read_complain(r, rec->line))
				buf_text(r->why, _("something stands behind "
				    "a closing quote"));
		}
		if (s->at[0] == rec->between || rec->is_bad)
			(void)movelist_read_char(r, s);
	}
	while (s->n > 0 && is_end(*s))
		(void)movelist_read_char(r, s);
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

static bool
is_named(struct span cell, enum column c)
{
	for (size_t i = 0; i < NAMES && names[c][i] != NULL; i++)
		if (text_same_nocase(cell, span_of(names[c][i])))
			return true;
	return false;
}

/* Which cell is which column: a line of names says; false: it is none. */
static bool
read_names(const struct record *rec, size_t where[COLUMNS])
{
	bool any = false;

	for (size_t c = 0; c < COLUMNS; c++) {
		where[c] = COLUMNS;
		for (size_t i = 0; i < rec->count && i < COLUMNS; i++)
			if (is_named(buf_look(&rec->cell[i]),
			    (enum column)c))
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

static char *
scope_of(const struct record *rec, const size_t where[COLUMNS])
{
	struct span s = cell_of(rec, where, SCOPE);

	for (size_t i = 0; i < sizeof(scopes) / sizeof(*scopes); i++)
		if (span_is(s, span_of(scopes[i].said)))
			return mem_text(rewrite_scope_name(scopes[i].scope));
	return copy_of(rec, where, SCOPE);
}

static void
take_row(struct movelist_reading *r, const struct record *rec,
    const size_t where[COLUMNS])
{
	struct span old = cell_of(rec, where, OLD);
	struct span new = cell_of(rec, where, NEW);
	struct movelist_row row = { .line = rec->line };

	if (old.n == 0 || new.n == 0 || rec->count > COLUMNS) {
		if (movelist_read_complain(r, rec->line))
			buf_printf(r->why, ngettext("expected old,new and, if "
			    "need be, scope,at,until,reason, with commas "
			    "between; found %zu cell", "expected old,new and, "
			    "if need be, scope,at,until,reason, with commas "
			    "between; found %zu cells", rec->count),
			    rec->count);
		return;
	}
	row.old = movelist_read_address(r, old, rec->line);
	row.new = movelist_read_address(r, new, rec->line);
	row.scope = scope_of(rec, where);
	row.at = copy_of(rec, where, AT);
	row.until = copy_of(rec, where, UNTIL);
	row.reason = copy_of(rec, where, REASON);
	movelist_read_add(r, &row);
}

static void
read_table(struct movelist_reading *r, struct span s, struct record *rec)
{
	size_t where[COLUMNS] = { OLD, NEW, SCOPE, AT, UNTIL, REASON };
	size_t asked[COLUMNS];
	bool first = true;

	rec->between = separator(s);
	while (s.n > 0 && r->wrong <= MOVELIST_READ_COMPLAINTS) {
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
	struct movelist_reading r = { .list = l, .name = name, .base = base,
	    .why = why };
	struct record rec = { .count = 0 };
	struct buf utf8;

	if (!movelist_read_begin(&r, &utf8, bytes))
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		buf_init(&rec.cell[i], CELL_MOST);
	read_table(&r, buf_look(&utf8), &rec);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_clear(&rec.cell[i]);
	buf_clear(&utf8);
	return movelist_read_end(&r);
}
