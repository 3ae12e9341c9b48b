#include "hub/dash_grid.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "hub/markup.h"
#include "hub/sheet.h"

/* So many sites have cells of that size (sheet_style.c). Up to LARGE, and
 * by finger always, each is at least the 24 px that WCAG 2.2 asks for. */
#define HUGE 250
#define LARGE 1500
#define MIDDLE 4000

/* Its words are in its label: it is what a screen reader says, and what is
 * shown beside the pointer or the focus. */
static void
cell(const struct visit *v, struct buf *b, const struct overview_site *s)
{
	buf_printf(b, "<a class=\"%s%s\" href=\"/site/%s", cell_name(s->cell),
	    s->kind == 0 ? " portal" : "", s->code);
	if (v->chose_language)
		buf_printf(b, "?lang=%s", lang_now());
	buf_text(b, "\" aria-label=\"");
	markup_text(b, span_of(s->name));
	buf_printf(b, ": %s\"></a>", cell_word(s->cell));
}

static void
region(const struct visit *v, struct buf *b, const struct overview *o,
    size_t from, size_t to)
{
	const char *name = overview_region_name(o, from);

	buf_printf(b, "<section class=\"region\"><h3>%.*s",
	    (int)o->digits, o->site[from].code);
	if (name[0] != '\0') {
		buf_text(b, " · ");
		markup_text(b, span_of(name));
	}
	buf_printf(b, " <span class=\"soft\">%zu</span></h3>\n"
	    "<div class=\"grid\">", to - from);
	for (size_t i = from; i < to; i++) {
		if (i > from && o->site[i].kind != o->site[i - 1].kind)
			buf_text(b, "<b></b>");
		cell(v, b, &o->site[i]);
	}
	buf_text(b, "</div></section>\n");
}

static const char *
size_of(size_t count)
{
	if (count <= HUGE)
		return "huge";
	if (count <= LARGE)
		return "large";
	return count <= MIDDLE ? "middle" : "small";
}

static void
make(const struct visit *v, struct buf *b, const struct overview *o)
{
	buf_printf(b, "<div class=\"regions %s\">\n", size_of(o->count));
	for (size_t i = 0; i < o->count;) {
		size_t end = overview_region(o, i);

		region(v, b, o, i, end);
		i = end;
	}
	buf_text(b, "</div>\n");
}

void
dash_grid_put(struct visit *v, struct overview *o)
{
	int which = (strcmp(lang_now(), "zh") == 0 ? 2 : 0) +
	    (v->chose_language ? 1 : 0);
	struct overview_grid *g = &o->grid[which];

	if (o->count == 0) {
		buf_printf(v->out, "<p>%s</p>\n", _("There are none."));
		return;
	}
	if (g->version != o->version || g->markup.n == 0) {
		buf_reset(&g->markup);
		make(v, &g->markup, o);
		g->version = o->version;
	}
	buf_span(v->out, buf_look(&g->markup));
	v->out->bad = v->out->bad || g->markup.bad;
}
