#include "hub/dash_notice.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/dash.h"
#include "hub/dash_over.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/overview.h"
#include "hub/query_now.h"
#include "hub/sheet.h"

#define OPEN 500
#define PAST 100

struct rows {
	struct visit *v;
	size_t n;
};

/* How it went: the closing record. */
static bool
past_row(void *arg, const struct notice *n)
{
	struct rows *r = arg;
	struct visit *v = r->v;
	struct buf *b = v->out;
	struct site_info site;

	if (notice_is_open(n))
		return true;
	if (r->n++ == 0)
		buf_printf(b, "<h2>%s</h2>\n<ul class=\"items\">\n",
		    _("What has ended"));
	buf_printf(b, "<li><b class=\"tag\">%s</b> ",
	    notice_kind_word(n->kind));
	if (query_site_by_number(v->query, n->site, &site)) {
		sheet_link(v, b, "/site/", span_of(site.code));
		markup_text(b, site.name);
		buf_text(b, "</a> ");
	}
	markup_text(b, n->service);
	buf_text(b, "<br><span class=\"soft\">");
	markup_time(b, n->from);
	buf_text(b, " – ");
	markup_time(b, n->ended != CLOCK_NONE ? n->ended : n->until);
	buf_text(b, " · ");
	markup_text(b, n->reason);
	if (n->end_reason.n > 0) {
		buf_text(b, " · ");
		markup_text(b, n->end_by);
		buf_text(b, ": ");
		markup_text(b, n->end_reason);
	}
	buf_text(b, "</span></li>\n");
	return !b->bad && r->n < PAST;
}

void
dash_notices(struct visit *v)
{
	struct site_info site = { .number = 0 };
	struct rows past = { .v = v };
	struct buf *b = v->out;

	if (v->argument[VISIT_SITE].n > 0 && !query_site_by_code(v->query,
	    v->argument[VISIT_SITE], &site)) {
		dash_fail(v, 404, _("There is no site with this code."));
		return;
	}
	sheet_begin_live(v, span_of(_("Notices")), v->overview != NULL ?
	    v->overview->version : 0);
	buf_printf(b, "<h1>%s</h1>\n<div id=\"list\" data-fresh=\"\">\n",
	    _("What is announced"));
	if (dash_over_notices(v, site.number, OPEN) == 0)
		buf_printf(b, "<p>%s</p>\n", _("Nothing."));
	query_now_notices(v->query, site.number, false, past_row, &past);
	if (past.n > 0)
		buf_text(b, "</ul>\n");
	buf_text(b, "</div>\n");
	sheet_end(v);
}
