#include "hub/dash_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/units.h"
#include "hub/cell.h"
#include "hub/elsewhere.h"
#include "hub/home_days.h"
#include "hub/markup.h"
#include "hub/monitor_state.h"
#include "hub/plot.h"
#include "hub/pulse.h"
#include "hub/query_home.h"
#include "hub/query_notice.h"
#include "hub/sheet.h"

#define DAY INT64_C(86400000)	/* ms */
#define STATES_SHOWN 15
#define STRIP_STATES 500
#define LOOKS 3000		/* in a plot: of a week, every 5 min */
#define WHY_MAX 2048

/* --- now ------------------------------------------------------------------------ */

static bool
is_down(enum cell_state c)
{
	return c == CELL_DOWN || c == CELL_UNREACHABLE;
}

static void
state_line(struct visit *v, const struct site_info *s,
    const struct pulse_row *p)
{
	enum cell_state c = cell_of(s->state,
	    query_home_has_moved(v->query, s->number), p);
	struct buf why;

	buf_init(&why, WHY_MAX);
	if (!is_down(c) || !query_home_sent_to(v->query, s->number,
	    (enum monitor_cause)p->cause, &why))
		cell_sentence(&why, c, s->state, p);
	buf_text(v->out, "<p class=\"lead\">");
	cell_put(v->out, c);
	if (p->since > 0) {
		buf_printf(v->out, " · %s ", _("since"));
		markup_time(v->out, p->since);
	}
	if (why.n > 0) {
		buf_text(v->out, " · ");
		markup_text(v->out, buf_look(&why));
	}
	buf_text(v->out, "</p>\n");
	buf_clear(&why);
}

static void
put_ms(struct buf *b, uint32_t ms)
{
	buf_printf(b, "%.2f s", (double)ms / 1000);
}

/* What its agent says. */
static void
inside(struct buf *b, const struct pulse_row *p)
{
	const struct health *h = &p->health;
	char text[UNITS_TEXT_MAX];

	if (p->heard == 0)
		return;
	buf_printf(b, "<dt>%s</dt><dd>", _("Seen from inside"));
	markup_ago(b, p->heard);
	buf_text(b, " · ");
	buf_printf(b, ngettext("%" PRIu32 " connection",
	    "%" PRIu32 " connections", p->connections), p->connections);
	if (h->told) {
		buf_text(b, " · ");
		buf_printf(b, ngettext("%" PRIu32 " source",
		    "%" PRIu32 " sources", h->sources), h->sources);
		if (h->troubled > 0)
			buf_printf(b, _(", %" PRIu32 " in trouble"),
			    h->troubled);
		buf_printf(b, " · %s %s", _("waiting to be told:"),
		    units_show_bytes(text, h->spool));
	}
	if (h->home_at != 0) {
		buf_printf(b, " · %s ", _("its home page answers there:"));
		if (h->home_status != 0)
			buf_printf(b, "%u, ", h->home_status);
		else
			buf_printf(b, "%s, ",
			    health_error_word(h->home_error));
		put_ms(b, h->home_ms);
	}
	buf_text(b, "</dd>\n");
}

static void
outside(struct visit *v, uint32_t site)
{
	struct home_row row;
	struct buf *b = v->out, why;

	if (!query_home(v->query, site, &row) || row.at == CLOCK_NONE)
		return;
	buf_printf(b, "<dt>%s</dt><dd>", _("Seen from outside"));
	markup_ago(b, row.at);
	buf_printf(b, " · %s", home_outcome_word(row.outcome));
	if (row.status != 0)
		buf_printf(b, " · HTTP %u", row.status);
	buf_text(b, " · ");
	put_ms(b, row.ms);
	buf_init(&why, WHY_MAX);
	home_row_sentence(&why, &row);
	if (why.n > 0) {
		buf_text(b, " · ");
		markup_text(b, buf_look(&why));
	}
	buf_clear(&why);
	if (query_home_moved(v->query, site, &row))
		buf_printf(b, " · <b>%s</b>",
		    _("so lastingly that it is believed"));
	buf_text(b, "</dd>\n");
	if (home_row_cert_until(&row) != CLOCK_NONE &&
	    home_row_cert_is_known(&row, clock_wall()))
		sheet_fact_time(b, _("Its web certificate ends"),
		    home_row_cert_until(&row));
}

/* What others saw, who were asked because the hub couldn't get it. */
static void
elsewhere(struct visit *v, const struct pulse_row *p)
{
	struct buf list;
	struct span rest;

	if (!elsewhere_is_of_now(p))
		return;
	buf_init(&list, WHY_MAX);
	elsewhere_list(&list, v->query, p);
	rest = buf_look(&list);
	buf_printf(v->out, "<dt>%s</dt><dd>", _("Seen from elsewhere"));
	markup_ago(v->out, p->others_at);
	while (rest.n > 0) {
		const char *end = memchr(rest.at, '\n', rest.n);
		size_t n = end != NULL ? (size_t)(end - rest.at) : rest.n;

		buf_text(v->out, "<br>");
		markup_text(v->out, (struct span){ rest.at, n });
		n += end != NULL;
		rest.at += n;
		rest.n -= n;
	}
	buf_text(v->out, "</dd>\n");
	buf_clear(&list);
}

/* 国办秘函〔2019〕19号: 5 % of a week's visits fail a site. */
static void
availability(struct visit *v, uint32_t site)
{
	struct buf *b = v->out;
	struct home_day week;
	char limit[16];
	int share;

	if (!query_home_week(v->query, site, &week))
		return;
	share = home_days_share(&week);
	if (share < 0)
		return;
	snprintf(limit, sizeof(limit), "%u %%",
	    (unsigned)v->config->week_fails);
	buf_printf(b, "<dt>%s</dt><dd>", _("Availability of the week"));
	buf_printf(b, "<b>%d.%d %%</b> · ", (1000 - share) / 10,
	    (1000 - share) % 10);
	buf_printf(b, ngettext("%" PRIu32 " of %" PRIu32 " visit failed",
	    "%" PRIu32 " of %" PRIu32 " visits failed", week.looks),
	    week.failed, week.looks);
	if (week.excluded > 0)
		buf_printf(b, _(", %" PRIu32 " more were within announced "
		    "outages and don't count"), week.excluded);
	if (week.looks < HOME_DAYS_LEAST)
		buf_text(b, _(" · too few to say more"));
	else if (share >= (int)v->config->week_fails * 10)
		buf_printf(b, _(" · <b>%s and more failed: the site fails an "
		    "inspection</b>"), limit);
	else if (share >= (int)v->config->week_warns * 10)
		buf_printf(b, _(" · near the %s at which a site fails an "
		    "inspection"), limit);
	buf_text(b, "</dd>\n");
}

void
dash_watch_now(struct visit *v, const struct site_info *s)
{
	struct pulse_row p;

	(void)pulse_read(s->number, &p);
	state_line(v, s, &p);
	buf_text(v->out, "<dl>\n");
	inside(v->out, &p);
	outside(v, s->number);
	elsewhere(v, &p);
	availability(v, s->number);
	buf_text(v->out, "</dl>\n");
}

/* --- over time ------------------------------------------------------------------- */

static bool
count_state(void *arg, const struct history *h)
{
	(void)h;
	(*(size_t *)arg)++;
	return false;
}

static bool
strip_state(void *arg, const struct history *h)
{
	return plot_strip_state(arg, h);
}

struct rows {
	struct visit *v;
	uint32_t site;
	size_t n;
};

static bool
state_row(void *arg, const struct history *h)
{
	struct rows *r = arg;
	struct buf *b = r->v->out, why;

	buf_text(b, "<tr><td>");
	markup_time(b, h->since);
	buf_printf(b, "</td><th scope=\"row\"><span class=\"cell\"><i "
	    "class=\"%s\"></i>%s</span>%s</th><td>",
	    monitor_state_name(h->state), monitor_state_word(h->state),
	    h->flapping ? _(" (flapping)") : "");
	buf_init(&why, WHY_MAX);
	if (r->n++ == 0)	/* the state it is in */
		query_home_cause(r->v->query, r->site, h->cause, &why);
	else
		buf_text(&why, monitor_sentence(h->cause));
	markup_text(b, buf_look(&why));
	buf_clear(&why);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

static void
states(struct visit *v, uint32_t site)
{
	int64_t now = clock_wall();
	struct buf *b = v->out;
	struct rows rows = { .v = v, .site = site };
	struct plot p;
	size_t n = 0;

	query_states(v->query, site, 1, count_state, &n);
	if (n == 0)
		return;
	buf_printf(b, "<h2>%s</h2>\n", _("States of the last seven days"));
	plot_strip_begin(&p, b, now - 7 * DAY, now, _("States of the last "
	    "seven days; the list below says them in words"));
	query_states(v->query, site, STRIP_STATES, strip_state, &p);
	plot_strip_end(&p);
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n"
	    "<tbody>\n", _("States"), _("Since"), _("State"), _("Why"));
	query_states(v->query, site, STATES_SHOWN, state_row, &rows);
	buf_text(b, "</tbody></table></div>\n");
}

struct looks {
	struct plot *plot;	/* NULL: only look how long they take */
	size_t n;
	uint32_t most;		/* ms */
};

static bool
take_look(void *arg, const struct home_sample *s)
{
	struct looks *l = arg;

	if (l->plot != NULL)
		plot_times_look(l->plot, s);
	else if (home_is_there(s->outcome) && s->ms > l->most)
		l->most = s->ms;
	return ++l->n < LOOKS;
}

/* The top of the plot: the next of these, or the limit. */
static uint32_t
top_of(uint32_t most, uint32_t limit)
{
	static const uint32_t tops[] = { 500, 1000, 2000, 5000 };

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (most <= tops[i] && tops[i] < limit)
			return tops[i];
	return limit;
}

static void
times(struct visit *v, uint32_t site)
{
	uint32_t limit = (uint32_t)v->config->home_limit;
	int64_t now = clock_wall();
	struct looks l = { .most = 0 };
	struct plot p;

	query_home_looks(v->query, site, now - 2 * DAY, now, take_look, &l);
	if (l.n == 0)
		return;
	buf_printf(v->out, "<h2>%s</h2>\n", _("Answer times of the home page, "
	    "two days"));
	plot_times_begin(&p, v->out, now - 2 * DAY, now,
	    top_of(l.most, limit), limit, _("Answer times of the home page "
	    "over two days; failed visits are marks at the top"));
	l.n = 0;
	l.plot = &p;
	query_home_looks(v->query, site, now - 2 * DAY, now, take_look, &l);
	plot_times_end(&p);
}

void
dash_watch_past(struct visit *v, const struct site_info *s)
{
	states(v, s->number);
	times(v, s->number);
}
