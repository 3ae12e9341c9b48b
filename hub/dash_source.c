/*
 * Sources, see dash_source.h. The agent says what a source covers once it has
 * looked at all of it (cover.h), and takes it back when it can't look any
 * more; how many sources there are stands in its health.
 */
#include "hub/dash_source.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/markup.h"
#include "hub/query_links.h"

struct list {
	struct buf *out;
	size_t n;
};

static void
begin(struct buf *b)
{
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
	    _("Sources"), _("Address"), _("Files"), _("Left out"),
	    _("All of it told since"));
}

static bool
row(void *arg, const struct cover *c)
{
	struct list *l = arg;
	struct buf *b = l->out;

	if (l->n++ == 0)
		begin(b);
	buf_text(b, "<tr><th scope=\"row\">");
	markup_url(b, c->url);
	buf_text(b, "</th><td>");
	markup_text(b, c->include.n > 0 ? c->include :
	    span_of(_("all files")));
	buf_text(b, "</td><td>");
	markup_text(b, c->exclude.n > 0 ? c->exclude : SPAN("–"));
	buf_text(b, "</td><td>");
	markup_time(b, c->since);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

/* What isn't whole has no row: it is counted. */
static void
rest(struct buf *b, const struct health *h, size_t whole)
{
	size_t part = h->sources > whole ? h->sources - whole : 0;

	if (part > 0) {
		buf_text(b, "<p class=\"note\">");
		buf_printf(b, ngettext("%zu source is not told in full yet: "
		    "zqagent status at the site says why.",
		    "%zu sources are not told in full yet: zqagent status at "
		    "the site says why.", part), part);
		buf_text(b, "</p>\n");
	}
	if (h->troubled > 0) {
		buf_text(b, "<p class=\"note\">");
		buf_printf(b, ngettext("%" PRIu32 " source can't tell all "
		    "there is.", "%" PRIu32 " sources can't tell all there "
		    "is.", h->troubled), h->troubled);
		buf_text(b, "</p>\n");
	}
}

void
dash_source(struct visit *v, const struct site_info *s)
{
	struct list l = { .out = v->out };

	if (s->enrolled == CLOCK_NONE)
		return;
	buf_printf(v->out, "<h2>%s</h2>\n", _("Sources"));
	query_covers(v->query, s->number, row, &l);
	if (l.n > 0)
		buf_text(v->out, "</tbody></table></div>\n");
	else if (!s->health.told || s->health.sources == 0)
		buf_printf(v->out, "<p>%s</p>\n", _("There are none."));
	if (s->health.told)
		rest(v->out, &s->health, l.n);
}
