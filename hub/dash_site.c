/*
 * One site: how it stands, what of it is held, its columns, what is new.
 */
#include "hub/dash.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/advice.h"
#include "hub/dash_domains.h"
#include "hub/dash_evidence.h"
#include "hub/dash_govern.h"
#include "hub/dash_links.h"
#include "hub/dash_over.h"
#include "hub/dash_source.h"
#include "hub/dash_watch.h"
#include "hub/markup.h"
#include "hub/sheet.h"
#include "hub/site.h"

#define HELD 20
#define COLUMNS 200	/* shown; a site that has more has no columns but a
			 * mistake */
#define ITEMS 20
#define ANNOUNCED 20

static void
state_fact(struct buf *b, const struct site_info *s)
{
	struct buf what;

	buf_init(&what, ADVICE_MAX);
	advice_put(&what, s);
	buf_printf(b, "<dt>%s</dt><dd>", _("State"));
	sheet_state(b, s->state);
	if (what.n > 0) {
		buf_text(b, " · ");
		markup_text(b, buf_look(&what));
	}
	buf_text(b, "</dd>\n");
	buf_clear(&what);
}

/* In tenths; what is less is none, and has no sign. */
static void
put_skew(char *text, size_t room, int64_t skew)
{
	int64_t tenths = (skew + (skew < 0 ? -50 : 50)) / 100;
	int64_t far = tenths < 0 ? -tenths : tenths;

	snprintf(text, room, "%s%" PRId64 ".%" PRId64 " s", tenths > 0 ? "+" :
	    tenths < 0 ? "-" : "", far / 10, far % 10);
}

static void
progress_facts(struct buf *b, const struct site_info *s)
{
	char text[96];

	snprintf(text, sizeof(text), "%" PRIu64 " / %" PRIu64 " / %" PRIu64,
	    s->head, s->taken, s->shown);
	sheet_fact(b, _("Told / taken / shown"), text);
	if (s->heard == CLOCK_NONE)
		return;
	put_skew(text, sizeof(text), s->skew);
	sheet_fact(b, _("Clock skew"), text);
}

/* Did the site's own web server say that this key speaks for it (R9)? */
static void
proof_fact(struct buf *b, const struct site_info *s)
{
	buf_printf(b, "<dt>%s</dt><dd>%s", _("Proof of the domain"),
	    s->proven ? _("proven") : _("not proven"));
	if (s->checked != CLOCK_NONE) {
		buf_text(b, " · ");
		markup_time(b, s->checked);
		buf_text(b, " · ");
		markup_text(b, s->evidence);
	}
	buf_text(b, "</dd>\n");
}

/* Had the index exactly what the site has, when both were last compared? */
static void
synced_fact(struct buf *b, const struct site_info *s)
{
	char text[64];

	sheet_fact_time(b, _("Proven to be in sync"), s->synced);
	if (s->compares == 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " / %" PRIu64, s->missed,
	    s->changes);
	sheet_fact(b, _("Missed by push / told"), text);
}

/* All of them; the first is what it is called. */
static void
domains_fact(struct buf *b, const struct site_info *s)
{
	struct span rest = s->domains, domain;
	size_t n = 0;

	buf_printf(b, "<dt>%s</dt><dd>", _("Domain"));
	while (site_domain_next(&rest, &domain)) {
		if (n++ > 0)
			buf_text(b, " · ");
		markup_text(b, domain);
	}
	buf_text(b, "</dd>\n");
}

static void
letters_fact(struct buf *b, const struct site_info *s)
{
	char text[96];

	if (s->letters == 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " / %" PRIu64, s->letters,
	    s->confirmed);
	sheet_fact(b, _("Letters: written / fetched"), text);
}

static void
facts(struct buf *b, const struct site_info *s)
{
	buf_text(b, "<dl>\n");
	state_fact(b, s);
	sheet_fact_text(b, _("Code"), span_of(s->code));
	domains_fact(b, s);
	proof_fact(b, s);
	synced_fact(b, s);
	sheet_fact_time(b, _("Last heard"), s->heard);
	sheet_fact_time(b, _("Enrolled"), s->enrolled);
	sheet_fact_number(b, _("Items"), s->items);
	sheet_fact_number(b, _("Withdrawn"), s->withdrawn);
	sheet_fact_number(b, _("Held"), s->held);
	progress_facts(b, s);
	letters_fact(b, s);
	sheet_fact_text(b, _("Agent"), span_of(s->agent));
	if (s->until != CLOCK_NONE)
		sheet_fact_time(b, _("Its agent's certificate ends"),
		    s->until);
	buf_text(b, "</dl>\n");
}

static void
announced(struct visit *v, const struct site_info *s)
{
	struct buf *b = v->out;

	if (dash_over_notices(v, s->number, ANNOUNCED) > 0)
		buf_text(b, "<p>");
	else
		buf_printf(b, "<p>%s ", _("Nothing is announced."));
	buf_printf(b, "<a href=\"/notices?site=%s%s%s\">%s</a> · "
	    "<a href=\"/alerts?site=%s%s%s\">%s</a></p>\n", s->code,
	    v->chose_language ? "&amp;lang=" : "",
	    v->chose_language ? lang_now() : "", _("Notices of this site"),
	    s->code, v->chose_language ? "&amp;lang=" : "",
	    v->chose_language ? lang_now() : "", _("Alerts of this site"));
}

static bool
held_row(void *arg, const struct held *h)
{
	struct buf *b = arg;

	buf_text(b, "<li>");
	markup_url(b, h->said.url);
	buf_text(b, "<br><span class=\"soft\">");
	markup_time(b, h->taken);
	buf_text(b, " · ");
	markup_reason(b, h->why);
	buf_text(b, "</span></li>\n");
	return !b->bad;
}

static void
held(struct visit *v, const struct site_info *s)
{
	if (s->held == 0)
		return;
	buf_printf(v->out, "<h2>%s</h2>\n<ul class=\"items\">\n",
	    _("Held: told, and not shown"));
	query_held(v->query, s->number, HELD, held_row, v->out);
	buf_text(v->out, "</ul>\n");
}

struct columns {
	struct visit *v;
	const struct site_info *site;
	size_t n;
};

static bool
column(void *arg, struct span name, uint64_t items)
{
	struct columns *c = arg;
	struct buf *b = c->v->out;

	if (c->n == COLUMNS) {
		buf_text(b, "<li>…</li>\n");
		return false;
	}
	if (c->n++ == 0)
		buf_printf(b, "<h2>%s</h2>\n<ul class=\"pick\">\n",
		    _("Columns"));
	buf_printf(b, "<li><a href=\"/search?site=%s&amp;column=",
	    c->site->code);
	markup_argument(b, name);
	if (c->v->chose_language)
		buf_printf(b, "&amp;lang=%s", lang_now());
	buf_text(b, "\">");
	markup_text(b, name);
	buf_printf(b, "&nbsp;%" PRIu64 "</a></li>\n", items);
	return !b->bad;
}

static void
columns(struct visit *v, const struct site_info *s)
{
	struct columns c = { .v = v, .site = s };

	query_columns(v->query, s->number, column, &c);
	if (c.n > 0)
		buf_text(v->out, "</ul>\n");
}

static void
newest(struct visit *v, const struct site_info *s)
{
	struct query_spec spec = { .site = s->number, .since = CLOCK_NONE,
		.until = CLOCK_NONE, .limit = ITEMS };
	const char *why;

	buf_printf(v->out, "<h2>%s</h2>\n", _("Newest items"));
	if (!sheet_items(v, &spec, &why))
		markup_text(v->out, span_of(why));
	buf_printf(v->out, "<p><a href=\"/feed?site=%s\">%s</a></p>\n",
	    s->code, _("Follow this site (Atom)"));
}

void
dash_site(struct visit *v)
{
	struct site_info s;

	if (!query_site_by_code(v->query, v->path, &s)) {
		dash_fail(v, 404, _("There is no site with this code."));
		return;
	}
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		if (i != VISIT_LANG && i != VISIT_DONE)
			v->argument[i] = SPAN_NONE;
	sheet_begin(v, s.name);
	buf_text(v->out, "<h1>");
	markup_text(v->out, s.name);
	buf_text(v->out, "</h1>\n");
	dash_watch_now(v, &s);
	announced(v, &s);
	dash_govern(v, &s);
	dash_watch_past(v, &s);
	buf_printf(v->out, "<h2>%s</h2>\n", _("In the index"));
	facts(v->out, &s);
	dash_source(v, &s);
	dash_evidence(v, &s);
	dash_domains(v, &s);
	held(v, &s);
	dash_links_site(v, &s);
	columns(v, &s);
	buf_printf(v->out, "<p><a href=\"/moves?site=%s%s%s\">%s</a></p>\n",
	    s.code, v->chose_language ? "&amp;lang=" : "",
	    v->chose_language ? lang_now() : "", _("Moves of this site"));
	v->argument[VISIT_SITE] = span_of(s.code);	/* for the next page */
	newest(v, &s);
	sheet_end(v);
	v->argument[VISIT_SITE] = SPAN_NONE;
}
