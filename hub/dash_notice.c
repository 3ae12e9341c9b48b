#include "hub/dash_notice.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/dash.h"
#include "hub/dash_over.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/overview.h"
#include "hub/query_notice.h"
#include "hub/sheet.h"

#define OPEN 500
#define PAST 100

struct rows {
	struct visit *v;
	bool open;
	size_t n;
};

/* --- what was announced --------------------------------------------------- */

static void
end_form(struct visit *v, const struct notice *n)
{
	struct form f;

	if (!visit_may(v, "notice-end"))
		return;
	buf_byte(v->out, '\n');
	form_begin(&f, v, &(struct form_spec){ .act = "notice-end",
	    .next = "/notices", .fold = _("It is over, or will not be"),
	    .key = { { "notice", SPAN_NONE, n->number } } });
	form_text(&f, "reason", _("Reason"), true);
	form_end(&f, _("End this notice"));
}

/* How it went: the closing record. */
static void
put_end(struct buf *b, const struct notice *n)
{
	buf_printf(b, "<br><span class=\"soft\">%s ", _("ended"));
	markup_time(b, n->ended);
	if (n->end_reason.n > 0) {
		buf_text(b, " · ");
		markup_text(b, n->end_by);
		buf_text(b, ": ");
		markup_text(b, n->end_reason);
	}
	buf_text(b, "</span>");
}

static bool
row(void *arg, const struct notice_info *i)
{
	struct rows *r = arg;
	struct visit *v = r->v;

	if (notice_is_open(&i->notice) != r->open)
		return true;
	if (r->n++ == 0)
		buf_printf(v->out, "<h2>%s</h2>\n<ul class=\"items\">\n",
		    r->open ? _("To come, and now") : _("What has ended"));
	buf_text(v->out, "<li>");
	dash_over_notice(v, i);
	if (r->open)
		end_form(v, &i->notice);
	else
		put_end(v->out, &i->notice);
	buf_text(v->out, "</li>\n");
	return !v->out->bad;
}

/* False: there is none. */
static bool
list(struct visit *v, uint32_t site, bool open)
{
	const struct notice_spec spec = { .site = site, .open = open,
		.limit = open ? OPEN : PAST };
	struct rows r = { .v = v, .open = open };

	query_notices(v->query, &spec, row, &r);
	if (r.n > 0)
		buf_text(v->out, "</ul>\n");
	return r.n > 0;
}

/* --- announcing ------------------------------------------------------------- */

static void
announce_form(struct visit *v, const struct site_info *site)
{
	const struct form_choice kinds[] = {
		{ "outage", notice_kind_word(NOTICE_OUTAGE) },
		{ "maintenance", notice_kind_word(NOTICE_MAINTENANCE) },
		{ "closing", notice_kind_word(NOTICE_CLOSING) },
	};

	struct form_spec s = { .act = "notice-announce", .next = "/notices",
		.fold = _("Announce something for a site") };
	struct form f;

	if (!visit_may(v, "notice-announce"))
		return;
	if (site->number != 0)
		s.key[0] = (struct form_key){ "code", span_of(site->code),
		    0 };
	form_begin(&f, v, &s);
	form_choice(&f, "kind", _("What"), kinds,
	    sizeof(kinds) / sizeof(kinds[0]));
	if (site->number == 0)
		form_text(&f, "code", _("Code of the site"), true);
	form_text(&f, "service", _("Service (empty: the whole site)"), false);
	form_time(&f, "from", _("From (empty: now)"), false);
	form_time(&f, "until", _("Until (empty: not known)"), false);
	form_text(&f, "recurs", _("Recurs: sun 02:00-04:00 (empty: once)"),
	    false);
	form_text(&f, "zone", _("Time zone of that (empty: Asia/Shanghai)"),
	    false);
	form_text(&f, "see", _("Where to turn to, or the successor: an "
	    "address"), false);
	form_text(&f, "reason", _("Reason"), true);
	form_end(&f, _("Announce"));
}

void
dash_notices(struct visit *v)
{
	struct site_info site = { .number = 0 };
	struct buf *b = v->out;

	if (v->argument[VISIT_SITE].n > 0 && !query_site_by_code(v->query,
	    v->argument[VISIT_SITE], &site)) {
		dash_fail(v, 404, _("There is no site with this code."));
		return;
	}
	sheet_begin_live(v, span_of(_("Notices")), v->overview != NULL ?
	    v->overview->version : 0);
	buf_printf(b, "<h1>%s</h1>\n", _("What is announced"));
	announce_form(v, &site);
	buf_text(b, "<div id=\"list\" data-fresh=\"\">\n");
	if (!list(v, site.number, true))
		buf_printf(b, "<p>%s</p>\n", _("Nothing."));
	list(v, site.number, false);
	buf_text(b, "</div>\n");
	sheet_end(v);
}
