/*
 * The overview page. Its grid is kept by the overview, in each language: with
 * 10,000 sites it is a megabyte that changes seldom.
 */
#include "hub/dash_over.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/stats.h"
#include "contrib/base/text.h"
#include "hub/counters.h"
#include "hub/dash.h"
#include "hub/dash_grid.h"
#include "hub/live.h"
#include "hub/markup.h"
#include "hub/query_alert.h"
#include "hub/query_home.h"
#include "hub/sheet.h"

#define WRONG 12		/* shown on the overview */
#define ANNOUNCED 8
#define WHY_MAX 2048

struct overview *
dash_over_open(struct visit *v)
{
	struct overview *o = v->overview != NULL ? v->overview :
	    overview_new();

	overview_look(o, v->query);
	return o;
}

void
dash_over_close(const struct visit *v, struct overview *o)
{
	if (o != v->overview)
		overview_free(o);
}

/* --- figures -------------------------------------------------------------------- */

static void
figure(struct buf *b, const char *name, uint64_t n, const char *what)
{
	buf_printf(b, "<li><b data-sum=\"%s\">%" PRIu64 "</b>%s</li>\n", name,
	    n, what);
}

static void
figures(struct visit *v, const struct overview *o)
{
	uint64_t journal = stats_get(COUNTER_JOURNAL_PLACE);
	uint64_t view = stats_get(COUNTER_VIEW_PLACE);
	struct buf *b = v->out;

	buf_text(b, "<ul class=\"sum\">\n");
	figure(b, "sites", o->count, _("sites"));
	figure(b, "up", o->by_state[CELL_UP], _("of them up"));
	figure(b, "wrong", overview_wrong(o), _("wrong now"));
	figure(b, "taken", v->live != NULL ? live_taken(v->live) : 0,
	    _("changes taken in a minute"));
	figure(b, "lag", journal > view ? journal - view : 0,
	    _("taken, not shown yet"));
	buf_text(b, "</ul>\n");
}

void
dash_over_legend(struct visit *v, const struct overview *o)
{
	struct buf *b = v->out;

	buf_printf(b, "<nav aria-label=\"%s\"><ul class=\"legend\">\n",
	    _("Sites by state"));
	for (int i = 0; i < CELL_STATES; i++) {
		enum cell_state c = (enum cell_state)i;

		buf_printf(b, "<li%s><a href=\"/now?state=%s%s%s\" "
		    "data-state=\"%s\">",
		    o->by_state[c] == 0 ? " class=\"none\"" : "",
		    cell_name(c), v->chose_language ? "&amp;lang=" : "",
		    v->chose_language ? lang_now() : "", cell_name(c));
		cell_put(b, c);
		buf_printf(b, " <b data-sum=\"%s\">%zu</b></a></li>\n",
		    cell_name(c), o->by_state[c]);
	}
	buf_text(b, "</ul></nav>\n");
}

/* --- what is wrong ----------------------------------------------------------------- */

static void
list_row(struct visit *v, const struct overview_site *s)
{
	struct buf *b = v->out, why;

	buf_init(&why, WHY_MAX);
	if ((s->cell != CELL_DOWN && s->cell != CELL_UNREACHABLE) ||
	    !query_home_sent_to(v->query, s->number,
	    (enum monitor_cause)s->cause, &why))
		overview_sentence(&why, s);
	buf_text(b, "<li>");
	cell_put(b, s->cell);
	buf_byte(b, ' ');
	sheet_link(v, b, "/site/", span_of(s->code));
	markup_text(b, span_of(s->name));
	buf_text(b, "</a>");
	if (s->since > 0) {
		buf_text(b, " <span class=\"soft\">");
		markup_ago(b, s->since);
		buf_text(b, "</span>");
	}
	if (why.n > 0) {
		buf_text(b, "<br><span class=\"soft\">");
		markup_text(b, buf_look(&why));
		buf_text(b, "</span>");
	}
	buf_text(b, "</li>\n");
	buf_clear(&why);
}

static bool
is_asked(const struct overview_site *s, enum cell_state c,
    enum cell_state only)
{
	return s->cell == c && (only == c ||
	    (only == CELL_STATES && cell_is_wrong(c)));
}

size_t
dash_over_list(struct visit *v, const struct overview *o,
    enum cell_state only, size_t from, size_t most)
{
	size_t n = 0;

	for (int c = 0; c < CELL_STATES; c++) {
		for (size_t i = 0; i < o->count; i++) {
			if (!is_asked(&o->site[i], (enum cell_state)c, only))
				continue;
			if (n >= from && n < from + most) {
				if (n == from)
					buf_text(v->out,
					    "<ul class=\"items now\">\n");
				list_row(v, &o->site[i]);
			}
			n++;
		}
	}
	if (n > from)
		buf_text(v->out, "</ul>\n");
	return n;
}

static void
wrong_now(struct visit *v, const struct overview *o)
{
	struct buf *b = v->out;
	size_t n;

	buf_printf(b, "<section aria-labelledby=\"h-wrong\"><h2 id=\"h-wrong\">%s</h2>\n",
	    _("Wrong now"));
	n = dash_over_list(v, o, CELL_STATES, 0, WRONG);
	if (n == 0)
		buf_printf(b, "<p>%s</p>\n", o->by_state[CELL_UP] > 0 ?
		    _("Nothing that is known.") :
		    _("Nothing is known yet."));
	if (n > WRONG) {
		buf_text(b, "<p class=\"more\">");
		sheet_link(v, b, "/now", SPAN_NONE);
		buf_printf(b, ngettext("All %zu site", "All %zu sites", n),
		    n);
		buf_text(b, "</a></p>\n");
	}
	buf_text(b, "</section>\n");
}

static void
alerts(struct visit *v)
{
	struct alert_counts n;
	struct buf *b = v->out;

	query_alert_counts(v->query, &n);
	if (n.all == 0)
		return;
	buf_text(b, "<p class=\"note\">");
	sheet_link(v, b, "/alerts", SPAN_NONE);
	buf_printf(b, ngettext("%" PRIu64 " alert goes on",
	    "%" PRIu64 " alerts go on", n.all), n.all);
	buf_text(b, "</a>");
	if (n.acked > 0)
		buf_printf(b, _(", of which somebody has taken %" PRIu64),
		    n.acked);
	buf_text(b, "</p>\n");
}

/* --- what is announced ------------------------------------------------------------- */

struct announced {
	struct visit *v;
	size_t n, most;
};

static void
put_window(struct buf *b, const struct notice_info *i)
{
	int64_t from = i->has_window ? i->window.from : i->notice.from;
	int64_t until = i->has_window ? i->window.until : i->notice.until;

	markup_time(b, from);
	if (i->notice.kind == NOTICE_CLOSING || until == CLOCK_NONE)
		return;
	buf_text(b, " – ");
	markup_time(b, until);
}

/* What stands before it is the next time only. */
static void
put_series(struct buf *b, const struct notice *n)
{
	if (n->recurs.n == 0)
		return;
	buf_text(b, " · ");
	markup_text(b, n->recurs);
	buf_text(b, " (");
	markup_text(b, n->zone);
	buf_text(b, ")");
}

void
dash_over_notice(struct visit *v, const struct notice_info *i)
{
	const struct notice *n = &i->notice;
	struct buf *b = v->out;
	struct site_info site;

	buf_printf(b, "<b class=\"tag\">%s</b> ", notice_kind_word(n->kind));
	if (query_site_by_number(v->query, n->site, &site)) {
		sheet_link(v, b, "/site/", span_of(site.code));
		markup_text(b, site.name);
		buf_text(b, "</a> ");
	}
	markup_text(b, n->service);
	buf_text(b, "<br><span class=\"soft\">");
	if (notice_is_open(n))
		buf_printf(b, "%s · ", notice_phase_word(i->phase));
	if (i->well != CLOCK_NONE) {
		buf_printf(b, "%s ", _("the site is well since"));
		markup_time(b, i->well);
		buf_text(b, " · ");
	}
	put_window(b, i);
	put_series(b, n);
	if (n->reason.n > 0) {
		buf_text(b, " · ");
		markup_text(b, n->reason);
	}
	buf_text(b, "</span>");
	if (notice_is_brief(n, i->ahead)) {
		buf_text(b, "<br><b>");
		notice_put_brief(b, n, i->ahead);
		buf_text(b, "</b>");
	}
}

static bool
notice_row(void *arg, const struct notice_info *i)
{
	struct announced *a = arg;

	if (a->n++ == 0)
		buf_text(a->v->out, "<ul class=\"items now\">\n");
	if (a->n > a->most)
		return false;
	buf_text(a->v->out, "<li>");
	dash_over_notice(a->v, i);
	buf_text(a->v->out, "</li>\n");
	return !a->v->out->bad;
}

size_t
dash_over_notices(struct visit *v, uint32_t site, size_t most)
{
	const struct notice_spec spec = { .site = site, .open = true,
		.limit = most + 1 };
	struct announced a = { .v = v, .most = most };

	query_notices(v->query, &spec, notice_row, &a);
	if (a.n > 0)
		buf_text(v->out, "</ul>\n");
	return a.n;
}

static void
announced(struct visit *v)
{
	struct buf *b = v->out;
	size_t n;

	buf_printf(b, "<section aria-labelledby=\"h-announced\"><h2 id=\"h-announced\">%s</h2>\n",
	    _("Announced"));
	n = dash_over_notices(v, 0, ANNOUNCED);
	if (n == 0)
		buf_printf(b, "<p>%s</p>\n", _("Nothing."));
	if (n > ANNOUNCED) {
		buf_text(b, "<p class=\"more\">");
		sheet_link(v, b, "/notices", SPAN_NONE);
		buf_printf(b, "%s</a></p>\n", _("All that is announced"));
	}
	buf_text(b, "</section>\n");
}

/* --- the pages ----------------------------------------------------------------------- */

static void
isolated(struct visit *v, const struct overview *o)
{
	struct buf *b = v->out;

	if (!o->head.isolated)
		return;
	buf_printf(b, "<p class=\"note\" role=\"alert\"><b>%s</b> %s (",
	    _("The hub is isolated."), o->head.blind ?
	    _("No home page comes, of nobody: the outside view is missing. "
	    "Look at this machine's resolver and firewall; no site is judged "
	    "by its page until one comes.") :
	    _("So many sites have vanished at once "
	    "that it is the hub's own line: nobody is judged until there is "
	    "fresh evidence."));
	markup_time(b, o->head.isolated_since);
	buf_text(b, ")</p>\n");
}

/* What of the page is made anew when something has changed. */
static void
beside(struct visit *v, const struct overview *o)
{
	buf_text(v->out, "<div class=\"beside\" id=\"beside\" "
	    "data-fresh=\"/beside\">\n");
	isolated(v, o);
	alerts(v);
	wrong_now(v, o);
	announced(v);
	buf_text(v->out, "</div>\n");
}

void
dash_home(struct visit *v)
{
	struct overview *o = dash_over_open(v);
	struct buf *b = v->out;

	sheet_begin_live(v, SPAN_NONE, o->version);
	buf_printf(b, "<h1>%s</h1>\n", _("The cluster at a glance"));
	figures(v, o);
	buf_text(b, "<div class=\"over\">\n");
	beside(v, o);
	buf_printf(b, "<section class=\"cells\" aria-labelledby=\"h-cells\">"
	    "<h2 id=\"h-cells\">%s</h2>\n", _("Every site"));
	dash_over_legend(v, o);
	dash_grid_put(v, o);
	buf_text(b, "</section>\n</div>\n");
	sheet_end(v);
	dash_over_close(v, o);
}

/* For the script of an open overview; by itself it is a short one. */
void
dash_beside(struct visit *v)
{
	struct overview *o = dash_over_open(v);

	sheet_begin(v, SPAN_NONE);
	buf_printf(v->out, "<h1>%s</h1>\n", _("The cluster at a glance"));
	beside(v, o);
	sheet_end(v);
	dash_over_close(v, o);
}

static bool
read_only(const struct visit *v, enum cell_state *only)
{
	*only = CELL_STATES;
	return v->argument[VISIT_STATE].n == 0 ||
	    cell_parse(only, v->argument[VISIT_STATE]);
}

#define PAGE 200

static void
now_list(struct visit *v, const struct overview *o, enum cell_state only,
    size_t from)
{
	struct buf *b = v->out;
	char next[24];
	size_t n;

	buf_text(b, "<h1>");
	if (only == CELL_STATES)
		buf_text(b, _("Wrong now"));
	else
		markup_text(b, span_of(cell_word(only)));
	buf_text(b, "</h1>\n");
	dash_over_legend(v, o);
	n = dash_over_list(v, o, only, from, PAGE);
	if (n <= from)
		buf_printf(b, "<p>%s</p>\n", _("There are none."));
	if (n <= from + PAGE)
		return;
	snprintf(next, sizeof(next), "%zu", from + PAGE);
	buf_text(b, "<p class=\"more\"><a rel=\"next\" href=\"/now");
	visit_link(v, b, VISIT_AFTER, span_of(next));
	buf_printf(b, "\">%s</a></p>\n", _("More sites"));
}

void
dash_now(struct visit *v)
{
	struct overview *o = dash_over_open(v);
	enum cell_state only;
	uint64_t from = 0;

	if (!read_only(v, &only)) {
		dash_fail(v, 400, _("state: expected up, down, silent or "
		    "another of the overview's"));
	} else if (v->argument[VISIT_AFTER].n > 0 && !text_number(
	    v->argument[VISIT_AFTER], 0, PULSE_SITES, &from)) {
		dash_fail(v, 400, _("after: expected a number"));
	} else {
		sheet_begin_live(v, span_of(_("Wrong now")), o->version);
		now_list(v, o, only, (size_t)from);
		sheet_end(v);
	}
	dash_over_close(v, o);
}
