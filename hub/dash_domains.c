#include "hub/dash_domains.h"

#include "contrib/base/lang.h"
#include "hub/markup.h"
#include "hub/query_home.h"

#define LISTED 50		/* the newest; zqhub site domains has all */

struct lines {
	struct buf *out;
	size_t skip;		/* the oldest of them */
};

static bool
count(void *arg, const struct domains_line *l)
{
	(void)l;
	(*(size_t *)arg)++;
	return true;
}

static bool
row(void *arg, const struct domains_line *l)
{
	struct lines *p = arg;
	struct buf *b = p->out;

	if (p->skip > 0) {
		p->skip--;
		return true;
	}
	buf_text(b, "<tr><td>");
	markup_time(b, l->at);
	buf_text(b, "</td><th scope=\"row\">");
	markup_text(b, l->domain);
	buf_printf(b, "<br>%s</th><td>", domains_event_word(l->event));
	markup_text(b, l->by);
	if (l->reason.n > 0) {
		buf_text(b, l->by.n > 0 ? ": " : "");
		markup_reason(b, l->reason);
	}
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

void
dash_domains(struct visit *v, const struct site_info *s)
{
	struct lines p = { .out = v->out };
	struct buf *b = v->out;
	size_t n = 0;

	query_home_domains(v->query, s->number, count, &n);
	if (n == 0)
		return;
	p.skip = n > LISTED ? n - LISTED : 0;
	buf_printf(b, "<h2>%s</h2>\n", _("What became of its domains"));
	if (p.skip > 0) {
		buf_text(b, "<p class=\"soft\">");
		buf_printf(b, ngettext("%zu line more is older: zqhub site "
		    "domains %s", "%zu lines more are older: zqhub site "
		    "domains %s", p.skip), p.skip, s->code);
		buf_text(b, "</p>\n");
	}
	buf_printf(b, "<table class=\"facing\"><thead><tr><th scope=\"col\">%s"
	    "</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr>"
	    "</thead>\n<tbody>\n", _("When"), _("Domain"),
	    _("By whom, and why"));
	query_home_domains(v->query, s->number, row, &p);
	buf_text(b, "</tbody></table>\n");
}
