#include "hub/dash_alert.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/alert_detail.h"
#include "hub/alert_what.h"
#include "hub/dash.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/overview.h"
#include "hub/query_alert.h"
#include "hub/sheet.h"

#define LISTED 100		/* alerts of one page */
#define MEMBERS 5		/* of an alert in a list */
#define DELIVERIES 200
#define PATH_MAX_HERE 64

/* The shape and colour of a cell (sheet_style.c). */
static const char *const severity_classes[ALERT_SEVERITIES] = {
	[ALERT_INFO] = "unknown",
	[ALERT_WARNING] = "held",
	[ALERT_CRITICAL] = "down",
	[ALERT_DANGER] = "danger",
};

static const char *const delivery_words[DELIVERY_STATES] = {
	[DELIVERY_INTENDED] = N_("to be sent"),
	[DELIVERY_TRYING] = N_("tried, tried again"),
	[DELIVERY_SENT] = N_("sent"),
	[DELIVERY_CONFIRMED] = N_("confirmed"),
	[DELIVERY_FAILED] = N_("given up"),
};

static void
put_severity(struct buf *b, enum alert_severity s)
{
	buf_printf(b, "<span class=\"cell\"><i class=\"%s\"></i>%s</span> ",
	    severity_classes[s], alert_severity_word(s));
}

static void
put_about(struct buf *b, struct span rule, bool over)
{
	enum alert_what w = alert_what_named(rule);

	markup_text(b, w == ALERT_RULES ? rule : span_of(over ?
	    alert_what_was(w) : alert_what_about(w)));
}

/* What would end it. */
static void
put_ends(struct buf *b, const struct alert *a)
{
	enum alert_what w = alert_what_named(a->rule);

	if (w == ALERT_RULES || a->ended != CLOCK_NONE)
		return;
	buf_text(b, "<p>");
	buf_printf(b, _("It is over %s."), alert_what_ends(w));
	buf_text(b, "</p>\n");
}

static void
put_number_link(struct visit *v, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, number);
	sheet_link(v, v->out, "/alerts/", span_of(text));
}

/* --- of whom it is true ------------------------------------------------------ */

static void
put_detail(struct buf *out, struct span detail)
{
	struct buf b;

	buf_init(&b, ALERT_DETAIL_TEXT);
	alert_detail_put(&b, detail);
	markup_text(out, buf_look(&b));
	buf_clear(&b);
}

/* "move 7": the way to its page, where something can be done about it. */
static void
put_move(struct visit *v, struct span subject)
{
	size_t skip = sizeof("move ") - 1;
	struct span number;
	uint64_t n;

	if (!text_starts(subject, "move "))
		return;
	number = (struct span){ subject.at + skip, subject.n - skip };
	if (!text_number(number, 1, UINT32_MAX, &n))
		return;
	buf_text(v->out, " · ");
	sheet_link(v, v->out, "/moves/", number);
	buf_printf(v->out, _("Move %" PRIu64), n);
	buf_text(v->out, "</a>");
}

static void
member(struct visit *v, const struct alert_member *m)
{
	struct buf *b = v->out;
	struct site_info site;

	buf_text(b, "<li>");
	if (m->site != 0 && query_site_by_number(v->query, m->site, &site)) {
		sheet_link(v, b, "/site/", span_of(site.code));
		markup_text(b, site.name);
		buf_text(b, "</a>");
	} else {
		markup_text(b, m->site == 0 ? span_of(_("the hub")) :
		    m->subject);
	}
	put_move(v, m->subject);
	buf_text(b, " <span class=\"soft\">");
	markup_time(b, m->since);
	if (m->ended != CLOCK_NONE) {
		buf_text(b, " – ");
		markup_time(b, m->ended);
	}
	if (m->detail.n > 0) {
		buf_text(b, " · ");
		put_detail(b, m->detail);
	}
	buf_text(b, "</span></li>\n");
}

/* Those of which it is still true come first. */
static void
members(struct visit *v, const struct alert *a, size_t most)
{
	struct alert_member m;
	size_t n = 0;

	buf_text(v->out, "<ul class=\"members\">\n");
	for (int past = 0; past < 2; past++) {
		struct span rest = a->members;

		while (n < most && alert_member_next(&rest, &m)) {
			if ((m.ended != CLOCK_NONE) != past)
				continue;
			member(v, &m);
			n++;
		}
	}
	if (a->count > n)
		buf_printf(v->out, ngettext("<li>and %zu more</li>\n",
		    "<li>and %zu more</li>\n", a->count - n), a->count - n);
	buf_text(v->out, "</ul>\n");
}

/* --- what may be done ---------------------------------------------------------- */

static void
ack_state(struct visit *v, const struct alert *a)
{
	struct buf *b = v->out;

	if (!alert_is_acked(a, clock_wall()))
		return;
	buf_printf(b, "<p class=\"soft\">%s <b>", _("Taken by"));
	markup_text(b, a->ack_by);
	buf_printf(b, "</b>, %s ", _("until"));
	markup_time(b, a->ack_until);
	buf_text(b, ": ");
	markup_text(b, a->ack_reason);
	buf_text(b, "</p>\n");
}

static void
ack_form(struct visit *v, const struct alert *a, const char *next)
{
	struct form f;

	if (a->ended != CLOCK_NONE || !visit_may(v, "alert-ack"))
		return;
	form_begin(&f, v, &(struct form_spec){ .act = "alert-ack",
	    .next = next, .fold = _("Acknowledge"),
	    .key = { { "alert", SPAN_NONE, a->number } } });
	form_text(&f, "reason", _("What you do about it"), true);
	form_span(&f, "until", _("No reminders for"));
	form_end(&f, _("I take care of it"));
}

static bool
alert_row(void *arg, const struct alert *a)
{
	struct visit *v = arg;
	struct buf *b = v->out;

	buf_printf(b, "<li id=\"alert-%" PRIu32 "\">", a->number);
	put_severity(b, a->severity);
	put_number_link(v, a->number);
	put_about(b, a->rule, a->ended != CLOCK_NONE);
	buf_text(b, "</a> <span class=\"soft\">");
	markup_ago(b, a->at);
	if (a->group.n > 0) {
		buf_text(b, " · ");
		markup_text(b, a->group);
	}
	if (a->ended != CLOCK_NONE)
		buf_printf(b, " · %s", _("over"));
	else if (query_alert_muted(v->query, a))
		buf_printf(b, " · %s", _("not told: silenced or announced"));
	buf_text(b, "</span>\n");
	members(v, a, MEMBERS);
	ack_state(v, a);
	ack_form(v, a, "/alerts");
	buf_text(b, "</li>\n");
	return !b->bad;
}

/* --- silences -------------------------------------------------------------------- */

static void
unsilence_form(struct visit *v, const struct silence *s)
{
	struct form f;

	if (!visit_may(v, "alert-unsilence"))
		return;
	form_begin(&f, v, &(struct form_spec){ .act = "alert-unsilence",
	    .next = "/alerts",
	    .key = { { "silence", SPAN_NONE, s->number } } });
	form_text(&f, "reason", _("Reason"), true);
	form_end(&f, _("End this silence"));
}

static bool
silence_row(void *arg, const struct silence *s)
{
	struct visit *v = arg;
	struct buf *b = v->out;
	struct site_info site;

	buf_text(b, "<li>");
	if (s->rule.n > 0)
		put_about(b, s->rule, false);
	else
		buf_text(b, _("Everything"));
	if (s->site != 0 && query_site_by_number(v->query, s->site, &site)) {
		buf_text(b, " · ");
		sheet_link(v, b, "/site/", span_of(site.code));
		markup_text(b, site.name);
		buf_text(b, "</a>");
	}
	buf_printf(b, "<br><span class=\"soft\">%s ", _("until"));
	markup_time(b, s->until);
	buf_text(b, " · ");
	markup_text(b, s->by);
	buf_text(b, ": ");
	markup_text(b, s->reason);
	buf_text(b, "</span>\n");
	unsilence_form(v, s);
	buf_text(b, "</li>\n");
	return !b->bad;
}

static void
silence_form(struct visit *v)
{
	struct form_choice rules[ALERT_RULES + 1];
	struct form f;

	if (!visit_may(v, "alert-silence"))
		return;
	for (int i = 0; i < ALERT_RULES; i++)
		rules[i] = (struct form_choice){
			.value = alert_what_name((enum alert_what)i),
			.label = alert_what_about((enum alert_what)i) };
	/* Last: alone it is refused. */
	rules[ALERT_RULES] = (struct form_choice){
		.value = "", .label = _("everything, of one site") };
	form_begin(&f, v, &(struct form_spec){ .act = "alert-silence",
	    .next = "/alerts", .fold = _("Silence something for some "
	    "time") });
	form_choice(&f, "rule", _("What"), rules, ALERT_RULES + 1);
	form_text(&f, "code", _("Code of the site (empty: of all)"), false);
	form_span(&f, "until", _("For"));
	form_text(&f, "reason", _("Reason"), true);
	form_end(&f, _("Silence"));
}

/* --- the list ---------------------------------------------------------------------- */

static void
part(struct visit *v, const struct alert_spec *spec, const char *none)
{
	size_t before;
	uint32_t last;
	char after[16];

	buf_text(v->out, "<ul class=\"items\">\n");
	before = v->out->n;
	last = query_alerts(v->query, spec, alert_row, v);
	if (v->out->n == before)
		buf_printf(v->out, "<li>%s</li>\n", none);
	buf_text(v->out, "</ul>\n");
	if (last == 0)
		return;
	snprintf(after, sizeof(after), "%" PRIu32, last);
	buf_text(v->out, "<p class=\"more\"><a rel=\"next\" href=\"/alerts");
	visit_link(v, v->out, VISIT_AFTER, span_of(after));
	buf_printf(v->out, "\">%s</a></p>\n", _("Older ones"));
}

static void
list(struct visit *v, uint32_t site, uint32_t before)
{
	const struct alert_spec open = { .open = true, .site = site,
		.limit = LISTED };
	/* What goes on stands above: none is here twice. */
	const struct alert_spec rest = { .over = before == 0, .site = site,
		.before = before, .limit = before != 0 ? LISTED : 20 };
	struct buf *b = v->out;

	buf_printf(b, "<h1>%s</h1>\n<div id=\"list\" data-fresh=\"\">\n",
	    _("Alerts"));
	if (before == 0) {
		buf_printf(b, "<h2>%s</h2>\n", _("Going on"));
		part(v, &open, _("There are none."));
		buf_printf(b, "<h2>%s</h2>\n<ul class=\"items\">\n",
		    _("Silenced"));
		query_silences(v->query, false, silence_row, v);
		buf_text(b, "</ul>\n");
		silence_form(v);
		buf_printf(b, "<h2>%s</h2>\n", _("Over, newest first"));
	}
	part(v, &rest, _("There are none."));
	buf_text(b, "</div>\n");
}

static uint64_t
version_of(const struct visit *v)
{
	return v->overview != NULL ? v->overview->version : 0;
}

void
dash_alerts(struct visit *v)
{
	struct site_info site = { .number = 0 };
	uint64_t before = 0;

	if (v->argument[VISIT_SITE].n > 0 && !query_site_by_code(v->query,
	    v->argument[VISIT_SITE], &site)) {
		dash_fail(v, 404, _("There is no site with this code."));
	} else if (v->argument[VISIT_AFTER].n > 0 && !text_number(
	    v->argument[VISIT_AFTER], 1, UINT32_MAX, &before)) {
		dash_fail(v, 400, _("after: expected a number"));
	} else {
		sheet_begin_live(v, span_of(_("Alerts")), version_of(v));
		list(v, site.number, (uint32_t)before);
		sheet_end(v);
	}
}

/* --- one of them --------------------------------------------------------------------- */

struct deliveries {
	struct visit *v;
	size_t n;
};

static bool
delivery_row(void *arg, const struct delivery *d)
{
	struct deliveries *l = arg;
	struct buf *b = l->v->out;

	if (l->n++ == 0)
		buf_printf(b, "<h2>%s</h2>\n<div class=\"wide\" tabindex=\"0\" "
		    "role=\"region\" aria-label=\"%s\"><table><thead><tr>"
		    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
		    "<th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s"
		    "</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
		    _("Who was told"), _("Who was told"), _("Receiver"),
		    _("State"), _("When"), _("Tries"), _("Error"));
	buf_text(b, "<tr><th scope=\"row\">");
	markup_text(b, d->receiver);
	buf_printf(b, "</th><td>%s</td><td>", _(delivery_words[d->state]));
	markup_time(b, d->at != CLOCK_NONE ? d->at : d->intended);
	buf_printf(b, "</td><td class=\"n\">%" PRIu32 "</td><td>", d->tries);
	markup_text(b, d->error);
	buf_text(b, "</td></tr>\n");
	return !b->bad && l->n < DELIVERIES;
}

static void
one(struct visit *v, const struct alert *a)
{
	struct deliveries l = { .v = v };
	struct buf *b = v->out;
	char path[PATH_MAX_HERE];

	snprintf(path, sizeof(path), "/alerts/%" PRIu32, a->number);
	buf_text(b, "<h1>");
	put_about(b, a->rule, a->ended != CLOCK_NONE);
	buf_text(b, "</h1>\n<p>");
	put_severity(b, a->severity);
	markup_time(b, a->at);
	if (a->ended != CLOCK_NONE) {
		buf_text(b, " – ");
		markup_time(b, a->ended);
	} else {
		buf_printf(b, " · %s", _("goes on"));
	}
	buf_text(b, "</p>\n");
	put_ends(b, a);
	ack_state(v, a);
	ack_form(v, a, path);
	buf_printf(b, "<h2>%s</h2>\n", _("Of whom"));
	members(v, a, ALERT_MEMBERS);
	query_deliveries(v->query, a->number, delivery_row, &l);
	if (l.n > 0)
		buf_text(b, "</tbody></table></div>\n");
	else
		buf_printf(b, "<p>%s</p>\n", _("Nobody was told of it."));
}

void
dash_alert(struct visit *v)
{
	struct alert a;
	uint64_t n;

	if (!text_number(v->path, 1, UINT32_MAX, &n) ||
	    !query_alert(v->query, (uint32_t)n, &a)) {
		dash_fail(v, 404, _("There is no alert with this number."));
		return;
	}
	sheet_begin(v, span_of(_("Alert")));
	one(v, &a);
	sheet_end(v);
}
