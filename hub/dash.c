/*
 * The list of all sites, by what the index says of them; and what every page
 * may come to instead: that there is none.
 */
#include "hub/dash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "hub/again.h"
#include "hub/markup.h"
#include "hub/sheet.h"

#define SITES_PAGE 200	/* rows of one page of sites */
#define STATES SITE_STATES

void
dash_style(struct visit *v)
{
	v->type = "text/css; charset=utf-8";
	sheet_style(v->out);
}

void
dash_fail(struct visit *v, int status, const char *why)
{
	buf_reset(v->out);
	v->status = status;
	sheet_begin(v, span_of(_("Not to be had")));
	buf_printf(v->out, "<h1>%s</h1>\n<p>", status == 404 ?
	    _("Not found") : _("This can't be answered"));
	markup_text(v->out, span_of(why));
	buf_text(v->out, "</p>\n");
	sheet_end(v);
}

void
dash_refused(struct visit *v, int status, const char *why, const char *hint)
{
	buf_reset(v->out);
	v->status = status;
	sheet_begin(v, v->again != NULL ? SPAN_NONE : span_of(_("Not done")));
	buf_printf(v->out, "<h1>%s</h1>\n<p class=\"note\" role=\"alert\">",
	    _("This was not done"));
	markup_text(v->out, span_of(why));
	if (hint != NULL && hint[0] != '\0') {
		buf_text(v->out, "<br>");
		markup_text(v->out, span_of(hint));
	}
	buf_text(v->out, "</p>\n");
	if (v->again != NULL)
		again_put_said(v);
	sheet_end(v);
}

/* --- one walk over all sites --------------------------------------------- */

struct roll {
	struct visit *v;
	int state;		/* only these; -1: all */
	struct span after;	/* a code: only what comes behind it */
	struct buf rows;
	size_t shown;
	size_t by_state[STATES];
	char last[CODE_MAX + 1];
	bool more;
};

static void
site_row(struct roll *r, const struct site_info *s)
{
	struct buf *b = &r->rows;

	buf_text(b, "<tr><th scope=\"row\">");
	sheet_link(r->v, b, "/site/", span_of(s->code));
	markup_text(b, s->name);
	buf_text(b, "</a><br><span class=\"soft\">");
	markup_text(b, s->domain);
	buf_text(b, "</span></th><td>");
	sheet_state(b, s->state);
	buf_text(b, "</td><td>");
	markup_ago(b, s->heard);
	buf_printf(b, "</td><td class=\"n\">%" PRIu64 "</td>"
	    "<td class=\"n far\">%" PRIu64 "</td>"
	    "<td class=\"n far\">%" PRIu64 "</td><td class=\"far\">",
	    s->items, s->head > s->taken ? s->head - s->taken : 0, s->held);
	markup_ago(b, s->synced);
	buf_text(b, "</td></tr>\n");
}

static bool
take_site(void *arg, const struct site_info *s)
{
	struct roll *r = arg;

	r->by_state[s->state]++;	/* the counts are of all, always */
	if ((r->state >= 0 && (int)s->state != r->state) ||
	    visit_is_before(s->code, r->after))
		return true;
	if (r->shown == SITES_PAGE) {
		r->more = true;
		return true;
	}
	r->shown++;
	snprintf(r->last, sizeof(r->last), "%s", s->code);
	site_row(r, s);
	return true;
}

/* --- the page ------------------------------------------------------------ */

static void
figure(struct buf *b, uint64_t n, const char *what)
{
	buf_printf(b, "<li><b>%" PRIu64 "</b>%s</li>\n", n, what);
}

static void
figures(struct visit *v, const struct roll *r)
{
	struct buf *b = v->out;
	struct totals t;

	query_counts(v->query, &t);
	buf_printf(b, "<h1>%s</h1>\n<ul class=\"sum\">\n",
	    _("The sites of the cluster"));
	figure(b, t.sites, _("sites"));
	figure(b, r->by_state[SITE_SYNC], _("of them in sync"));
	figure(b, t.items, _("items"));
	figure(b, t.journal_place > t.view_place ?
	    t.journal_place - t.view_place : 0, _("taken, not shown yet"));
	figure(b, t.held, _("held"));
	buf_text(b, "</ul>\n");
}

static void
filter(struct visit *v, bool current, const char *state, const char *word,
    size_t n)
{
	struct buf *b = v->out;

	buf_text(b, "<li><a href=\"/sites");
	visit_link(v, b, VISIT_STATE, span_of(state));
	buf_printf(b, "\"%s>%s&nbsp;%zu</a></li>\n",
	    current ? " aria-current=\"true\"" : "", word, n);
}

static void
filters(struct visit *v, const struct roll *r)
{
	size_t all = 0;

	for (size_t s = 0; s < STATES; s++)
		all += r->by_state[s];
	buf_printf(v->out, "<nav aria-label=\"%s\"><ul class=\"pick\">\n",
	    _("Sites by state"));
	filter(v, r->state < 0, "", _("all"), all);
	for (int s = 0; s < STATES; s++)
		if (r->by_state[s] > 0 || r->state == s)
			filter(v, r->state == s,
			    site_state_name((enum site_state)s),
			    sheet_state_word((enum site_state)s),
			    r->by_state[s]);
	buf_text(v->out, "</ul></nav>\n");
}

static void
table(struct visit *v, const struct roll *r)
{
	struct buf *b = v->out;

	if (r->shown == 0) {
		buf_printf(b, "<p>%s</p>\n", _("There are none."));
		return;
	}
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\""
	    " aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\" class=\"n\">%s</th>"
	    "<th scope=\"col\" class=\"n far\">%s</th>"
	    "<th scope=\"col\" class=\"n far\">%s</th>"
	    "<th scope=\"col\" class=\"far\">%s</th></tr></thead>\n<tbody>\n",
	    _("Sites"), _("Site"), _("State"), _("Last heard"), _("Items"),
	    _("Lag"), _("Held"), _("Proven"));
	buf_span(b, buf_look(&r->rows));
	buf_text(b, "</tbody></table></div>\n");
	if (r->more) {
		buf_text(b, "<p class=\"more\"><a rel=\"next\" href=\"/sites");
		visit_link(v, b, VISIT_AFTER, span_of(r->last));
		buf_printf(b, "\">%s</a></p>\n", _("More sites"));
	}
}

static void
moves(struct visit *v)
{
	buf_text(v->out, "<p>");
	sheet_link(v, v->out, "/moves", SPAN_NONE);
	buf_printf(v->out, "%s</a></p>\n", _("What was announced to be "
	    "elsewhere"));
}

static bool
read_state(struct span name, int *state)
{
	*state = -1;
	for (int s = 0; s < STATES; s++)
		if (span_is(name,
		    span_of(site_state_name((enum site_state)s))))
			*state = s;
	return name.n == 0 || *state >= 0;
}

void
dash_sites(struct visit *v)
{
	struct roll r = { .v = v, .after = v->argument[VISIT_AFTER] };

	if (!read_state(v->argument[VISIT_STATE], &r.state)) {
		dash_fail(v, 400, _("state: expected new, sync, behind, "
		    "silent, held, blocked, quarantined or retired"));
		return;
	}
	buf_init(&r.rows, VISIT_BODY_MAX);
	query_sites(v->query, take_site, &r);
	sheet_begin(v, span_of(_("Sites")));
	figures(v, &r);
	filters(v, &r);
	table(v, &r);
	moves(v);
	sheet_end(v);
	v->out->bad = v->out->bad || r.rows.bad;
	buf_clear(&r.rows);
}
