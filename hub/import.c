/*
 * Import: rows into sites.
 */
#include "hub/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "contrib/base/text_narrow.h"
#include "hub/csv.h"
#include "hub/enlist.h"
#include "protocol/url.h"

enum column { CODE, NAME, DOMAIN, PARENT, KIND, COLUMNS };

#define WORDS 4		/* for one column, at most */

/* As the head of a table has them, also of one that was made in Chinese. */
static const char *const column_names[COLUMNS][WORDS] = {
	[CODE] = { "code", "标识码", "网站标识码", "编码" },
	[NAME] = { "name", "名称", "网站名称", "站点名称" },
	[DOMAIN] = { "domain", "域名", "网站域名", "首页域名" },
	[PARENT] = { "parent", "上级", "上级标识码", "主站标识码" },
	[KIND] = { "kind", "类型", "网站类型", "类别" },
};

struct import {
	struct ask *ask;
	struct csv csv;
	int place[COLUMNS];	/* of a column in a row; -1: not there */
	json_t *codes, *domains;	/* objects: what this file gives */
	json_t *rows, *errors;
	uint32_t next;		/* number for the next new site */
	size_t count;
};

static bool
is_in(json_t *set, struct span word)
{
	return json_object_getn(set, word.at, word.n) != NULL;
}

static bool
code_taken(void *arg, struct span code)
{
	return is_in(((struct import *)arg)->codes, code);
}

static bool
domain_taken(void *arg, struct span domain)
{
	return is_in(((struct import *)arg)->domains, domain);
}

static void
note(struct import *i, struct span code, const char *error)
{
	if (!text_is_utf8(code))
		code = SPAN("?");
	json_array_append_new(i->errors, json_pack("{s:I, s:s%, s:s}",
	    "line", (json_int_t)i->csv.line, "code",
	    code.at != NULL ? code.at : "", code.n, "error", error));
}

static struct span
cell(const struct import *i, enum column c)
{
	int at = i->place[c];

	if (at < 0 || (size_t)at >= i->csv.cells)
		return SPAN_NONE;
	return i->csv.cell[at];
}

/* --- the header ----------------------------------------------------------- */

static bool
is_name_of(enum column c, struct span cell)
{
	for (int w = 0; w < WORDS; w++) {
		if (text_same_nocase(cell, span_of(column_names[c][w])))
			return true;
	}
	return false;
}

static bool
place_column(struct import *i, size_t at)
{
	for (int c = 0; c < COLUMNS; c++) {
		if (is_name_of((enum column)c, i->csv.cell[at])) {
			i->place[c] = (int)at;
			return true;
		}
	}
	return false;
}

/* Is this row the names of the columns? Then they may stand in any order. */
static bool
read_header(struct import *i, bool *good)
{
	bool found = false;

	*good = true;
	for (size_t at = 0; at < i->csv.cells; at++)
		found = found || is_name_of(CODE, i->csv.cell[at]);
	for (int c = 0; c < COLUMNS; c++)
		i->place[c] = found ? -1 : c;
	if (!found)
		return false;
	for (size_t at = 0; at < i->csv.cells; at++) {
		if (!place_column(i, at)) {
			note(i, i->csv.cell[at], _("no such column; there "
			    "are code (标识码), name (名称), domain (域名), "
			    "parent (上级) and kind (类型)"));
			*good = false;
		}
	}
	return true;
}

/* --- rows ----------------------------------------------------------------- */

static void
add_row(struct import *i, const char *what, const struct enlist *e,
    const char *domain, uint32_t number, bool ticket)
{
	json_t *row = json_pack("{s:I, s:s%, s:s%, s:s, s:s}",
	    "line", (json_int_t)i->csv.line, "code", e->code.at, e->code.n,
	    "name", e->name.at, e->name.n, "domain", domain, "what", what);

	must(row != NULL);
	if (ticket)
		ask_ticket(i->ask, number, row);
	json_array_append_new(i->rows, row);
}

static void
add_site(struct import *i, const struct enlist *e, const struct buf *domain)
{
	uint32_t number = i->next++;

	json_object_setn_new(i->codes, e->code.at, e->code.n, json_true());
	json_object_set_new(i->domains, buf_cstr(domain), json_true());
	ask_put(i->ask, enlist_act(e, buf_look(domain), number));
	add_row(i, "added", e, buf_cstr(domain), number, true);
}

/* It is there; perhaps called otherwise than in this row, or below another
 * one. */
static void
set_site(struct import *i, const struct enlist_book *book,
    const struct enlist *e, const struct view_site *s)
{
	struct buf why;
	json_t *act;

	buf_init(&why, 4096);
	if (!enlist_judge_set(book, e, s->number, &why)) {
		note(i, e->code, buf_cstr(&why));
	} else {
		act = enlist_act_set(e, false, i->ask->view, s->number);
		if (act != NULL)
			ask_put(i->ask, act);
		add_row(i, act != NULL ? "changed" : "there", e, s->domain,
		    s->number, !s->has_key && !s->blocked);
	}
	buf_clear(&why);
}

/* Is the site there, with this row's domain? */
static bool
is_there(struct import *i, const struct enlist *e, struct view_site *s)
{
	char code[CODE_MAX + 1];
	const char *why;
	struct buf domain;
	uint32_t number;
	bool same;

	if (e->code.n > CODE_MAX)
		return false;
	snprintf(code, sizeof(code), "%.*s", SPAN_ARGS(e->code));
	if (!view_site_code(i->ask->view, code, &number) ||
	    !view_site(i->ask->view, number, s) || s->retired)
		return false;
	buf_init(&domain, 256);
	same = url_host_normal(&domain, e->domain, &why) &&
	    strcmp(buf_cstr(&domain), s->domain) == 0;
	buf_clear(&domain);
	return same;
}

/* In the words of a Chinese table, too. */
static struct span
kind_of(struct span cell)
{
	static const struct { const char *said, *is; } words[] = {
		{ "门户", "portal" }, { "门户网站", "portal" },
		{ "部门", "department" }, { "部门网站", "department" },
	};

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++)
		if (span_is(cell, span_of(words[n].said)))
			return span_of(words[n].is);
	return cell;
}

/* A code as somebody typed it into a table. */
static struct span
code_in(struct span cell, struct buf *room)
{
	buf_init(room, cell.n + 1);
	return text_narrow(room, cell) ? text_trim(buf_look(room)) : cell;
}

static void
read_row(struct import *i)
{
	struct buf domain, why, code, parent;
	struct enlist_book book = { .view = i->ask->view,
		.code_taken = code_taken, .domain_taken = domain_taken,
		.arg = i };
	struct enlist e = {
		.code = code_in(cell(i, CODE), &code), .name = cell(i, NAME),
		.domain = cell(i, DOMAIN),
		.parent = code_in(cell(i, PARENT), &parent),
		.kind = kind_of(cell(i, KIND)),
		.odd_code = ask_flag(i->ask, "odd-code"),
	};
	struct view_site s;

	buf_init(&domain, 256);
	buf_init(&why, 4096);
	if (is_there(i, &e, &s))
		set_site(i, &book, &e, &s);
	else if (enlist_judge(&book, &e, &domain, &why))
		add_site(i, &e, &domain);
	else
		note(i, e.code, buf_cstr(&why));
	buf_clear(&domain);
	buf_clear(&why);
	buf_clear(&code);
	buf_clear(&parent);
}

static void
read_rows(struct import *i)
{
	bool good = true, more = csv_next(&i->csv);

	if (more && read_header(i, &good))
		more = csv_next(&i->csv);
	for (; more && good; more = csv_next(&i->csv)) {
		if (++i->count > IMPORT_ROWS) {
			note(i, SPAN_NONE, _("over 20000 sites in one file: "
			    "split it"));
			return;
		}
		read_row(i);
	}
	if (i->csv.wrong != NULL)
		note(i, SPAN_NONE, i->csv.wrong);
	else if (good && i->count == 0)
		note(i, SPAN_NONE, _("no site in this file: expected lines "
		    "of code,name,domain,parent,kind"));
}

bool
import_run(struct ask *a)
{
	struct import i = { .ask = a, .next = view_next_site(a->view) };

	i.codes = json_object();
	i.domains = json_object();
	i.rows = json_array();
	i.errors = json_array();
	csv_open(&i.csv, span_of(ask_word(a, "csv")));
	read_rows(&i);
	if (json_array_size(i.errors) > 0 || ask_flag(a, "dry-run")) {
		acts_clear(&a->acts);
		a->wanted = 0;
	}
	a->result = json_pack("{s:o, s:o, s:b}", "rows", i.rows,
	    "errors", i.errors, "dry-run", ask_flag(a, "dry-run"));
	csv_close(&i.csv);
	json_decref(i.codes);
	json_decref(i.domains);
	return true;
}
