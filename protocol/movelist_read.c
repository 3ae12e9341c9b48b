/* See movelist_read.h. */
#include "protocol/movelist_read.h"

#include <string.h>

#include "contrib/base/charset.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"

#define SHOWN 200		/* bytes of what is odd */

bool
movelist_read_complain(struct movelist_reading *r, unsigned line)
{
	if (++r->wrong > MOVELIST_READ_COMPLAINTS)
		return false;
	if (r->why->n > 0)
		buf_byte(r->why, '\n');
	buf_printf(r->why, "%s:%u: ", r->name, line);
	return true;
}

char *
movelist_read_address(struct movelist_reading *r, struct span s, unsigned line)
{
	struct buf b;
	char *whole;

	if (s.n == 0 || s.at[0] != '/')
		return mem_copy(s.n > 0 ? s.at : "", s.n);
	if (r->base[0] == '\0') {
		if (movelist_read_complain(r, line))
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

void
movelist_read_add(struct movelist_reading *r, struct movelist_row *row)
{
	struct movelist *l = r->list;

	if (row->old == NULL || row->new == NULL ||
	    l->count == MOVELIST_MOST) {
		movelist_row_free(row);
		return;
	}
	if (l->count == l->room) {
		l->room = l->room > 0 ? l->room * 2 : 64;
		l->row = mem_grow(l->row, l->room, sizeof(*l->row));
	}
	l->row[l->count++] = *row;
}

bool
movelist_read_begin(struct movelist_reading *r, struct buf *utf8,
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
	if (bytes.n >= 2 && (memcmp(bytes.at, "\xff\xfe", 2) == 0 ||
	    memcmp(bytes.at, "\xfe\xff", 2) == 0)) {
		buf_printf(r->why, _("%s: it is UTF-16: save the file as "
		    "UTF-8, with commas"), r->name);
		return false;
	}
	c = charset_open();
	charset_convert(c, utf8, bytes, &found);
	charset_close(c);
	if (found.bad > 0 && movelist_read_complain(r, found.bad_line))
		buf_printf(r->why, _("%zu bytes are neither UTF-8 nor GBK: "
		    "save the file as UTF-8"), found.bad);
	return true;
}

char
movelist_read_char(struct movelist_reading *r, struct span *s)
{
	char c = s->at[0];

	r->line += c == '\n';
	s->at++;
	s->n--;
	return c;
}

bool
movelist_read_end(struct movelist_reading *r)
{
	if (r->wrong > MOVELIST_READ_COMPLAINTS)
		buf_printf(r->why, _("\n… and %zu more"),
		    r->wrong - MOVELIST_READ_COMPLAINTS);
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
