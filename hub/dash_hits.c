/*
 * Hits on former domains: which old addresses people still come to, the most
 * hit first, and from which page, if their browsers say so.
 */
#include "hub/dash.h"

#include <inttypes.h>

#include "contrib/base/lang.h"
#include "hub/former.h"
#include "hub/markup.h"
#include "hub/sheet.h"

#define LISTED 200

struct rows {
	struct visit *v;
	const char *title;	/* of these */
	size_t n;
};

static void
head(struct buf *b, const char *title)
{
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\""
	    " aria-label=\"%s\"><table><thead><tr>"
	    "<th scope=\"col\" class=\"far\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "</tr></thead>\n<tbody>\n", title,
	    _("Hits"), _("Old address, where it is now"),
	    _("The page with the link"), _("Last"));
}

static bool
row(void *arg, const struct former_hit *h)
{
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		head(b, r->title);
	buf_printf(b, "<tr><td class=\"far\">%" PRIu64 "</td>"
	    "<th scope=\"row\">", h->count);
	markup_url(b, h->url);
	buf_text(b, "<br>→ ");
	if (h->to.n > 0)
		markup_url(b, h->to);
	if (h->status == 410)
		buf_printf(b, " (%s)", _("no longer redirected"));
	buf_text(b, "</th><td>");
	if (h->from.n > 0)
		markup_url(b, h->from);
	buf_text(b, "</td><td>");
	markup_ago(b, h->last);
	buf_text(b, "</td></tr>\n");
	return !b->bad && r->n < LISTED;
}

static void
list(struct visit *v, bool never, const char *title)
{
	struct rows r = { .v = v, .title = title };

	if (v->former != NULL)
		former_each(v->former, v->query, never, row, &r);
	if (r.n > 0)
		buf_text(v->out, "</tbody></table></div>\n");
	else
		buf_printf(v->out, "<p>%s</p>\n", _("None so far."));
}

void
dash_hits(struct visit *v)
{
	sheet_begin(v, span_of(_("Hits on former domains")));
	buf_printf(v->out, "<h1>%s</h1>\n<p>%s</p>\n",
	    _("Hits on former domains"), _("Requests for domains that were "
	    "moved or closed and point at this hub. What is hit most is to be "
	    "mended first."));
	list(v, false, _("Hits on former domains"));
	buf_printf(v->out, "<h2>%s</h2>\n<p>%s</p>\n",
	    _("Where nothing is known to have been"), _("No page was ever "
	    "there or links there: typing errors, or somebody who looks for "
	    "holes."));
	list(v, true, _("Where nothing is known to have been"));
	sheet_end(v);
}
