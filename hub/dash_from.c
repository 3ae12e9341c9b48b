#include "hub/dash_from.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/lang.h"
#include "hub/dash.h"
#include "hub/link_sheet.h"
#include "hub/markup.h"
#include "hub/sheet.h"

struct rows {
	struct visit *v;
	size_t n;
};

/* --- a row ---------------------------------------------------------------- */

static void
put_shared(struct buf *b, uint64_t more)
{
	if (more == 0)
		return;
	buf_text(b, "<br><span class=\"soft\">");
	buf_printf(b, ngettext("on %" PRIu64 " more page of this site",
	    "on %" PRIu64 " more pages of this site", more), more);
	buf_text(b, "</span>");
}

static bool
from_row(void *arg, const struct link_info *l)
{
	static const char *const headings[] = { N_("Line"), N_("Link"),
		N_("State"), NULL };
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		link_sheet_begin(b, _("Links of this page"), headings,
		    LINK_SHEET_N(0));
	buf_text(b, "<tr><td class=\"n\">");
	link_sheet_line(b, l->line);
	buf_text(b, "</td><th scope=\"row\">");
	link_sheet_to(r->v, "/links", VISIT_URL, l->to);
	markup_url(b, l->to);
	buf_text(b, "</a>");
	link_sheet_text(b, l->text);
	put_shared(b, l->more);
	buf_text(b, "</th><td>");
	link_sheet_state(b, l->target);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

static void
put_cut(struct buf *b, const struct item_info *i)
{
	if (i->said.links_cut)
		buf_printf(b, "<p class=\"soft\">%s</p>\n", _("These are not "
		    "all links of this page: it has more than its agent "
		    "tells."));
}

/* --- a page of its own ---------------------------------------------------- */

static void
put_item(struct visit *v, const struct item_info *i)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, i->number);
	sheet_link(v, v->out, "/item/", span_of(number));
	visit_put_title(v->out, &i->said);
	buf_text(v->out, "</a><br>");
	markup_url(v->out, i->said.url);
}

static void
list_from(struct visit *v, const struct item_info *i,
    const struct link_spec *spec)
{
	struct rows r = { .v = v };
	struct buf *b = v->out;
	uint64_t all;

	sheet_begin(v, span_of(_("Links of this page")));
	buf_printf(b, "<h1>%s</h1>\n<p>", _("Links of this page"));
	put_item(v, i);
	buf_printf(b, "</p>\n<p>%s</p>\n", _("First what this page has for "
	    "itself, last what many pages of its site have in the same place, "
	    "as a navigation is."));
	all = query_links_from_part(v->query, i, spec, from_row, &r);
	link_sheet_end(b, r.n);
	put_cut(b, i);
	if (spec->skip + r.n < all)
		link_sheet_next(v, "/links/from", spec->skip + r.n);
	sheet_end(v);
}

void
dash_from(struct visit *v)
{
	struct link_spec spec = { .limit = LINK_SHEET_ROWS };
	struct item_info i;

	if (!link_sheet_after(v, &spec.skip))
		return;
	if (query_item(v->query, v->argument[VISIT_URL], &i))
		list_from(v, &i, &spec);
	else
		dash_fail(v, 404, _("There is no such item."));
}

/* --- on the page of an item ----------------------------------------------- */

static void
put_all_from(struct visit *v, struct span url, uint64_t all)
{
	struct buf *b = v->out;

	buf_text(b, "<p class=\"more\">");
	link_sheet_to(v, "/links/from", VISIT_URL, url);
	buf_printf(b, _("All %" PRIu64 " links of this page"), all);
	buf_text(b, "</a></p>\n");
}

void
dash_from_item(struct visit *v, const struct item_info *i)
{
	struct link_spec spec = { .scope = REWRITE_ADDRESS,
	    .url = i->said.url, .limit = LINK_SHEET_ROWS,
	    .steps = QUERY_LINKS_WEB };
	struct rows r = { .v = v };
	struct link_count n;
	struct buf *b = v->out;
	uint64_t all;

	buf_printf(b, "<h2>%s</h2>\n<p>", _("Links"));
	query_links_count(v->query, &spec, &n);
	link_sheet_to(v, "/links", VISIT_URL, i->said.url);
	link_sheet_count(b, &n);
	buf_text(b, "</a></p>\n");
	all = query_links_from_part(v->query, i, &spec, from_row, &r);
	if (r.n > 0)
		link_sheet_end(b, r.n);
	put_cut(b, i);
	if (r.n < all)
		put_all_from(v, i->said.url, all);
}
