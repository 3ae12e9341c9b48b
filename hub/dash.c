#include "hub/dash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/markup.h"
#include "hub/sheet.h"

#define SITES_PAGE 200	/* rows of one page of sites */

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
	buf_printf(v->out, "<h1>%d</h1>\n<p>", status);
	markup_text(v->out, span_of(why));
	buf_text(v->out, "</p>\n");
	sheet_end(v);
}

/* --- the cluster -------------------------------------------------------------- */

struct roll {		/* a walk over all sites */
	struct visit *v;
	struct span state;	/* only these; empty: all */
	struct span after;	/* a code: only what comes behind it */
	size_t by_state[SITE_BLOCKED + 1];
	size_t rows;
	char last[CODE_MAX + 1];
	bool more;
};

static void
site_row(struct visit *v, const struct site_info *s)
{
	struct buf *b = v->out;

	buf_text(b, "<tr><th scope=\"row\"><a href=\"");
	sheet_href(v, b, "/site/", span_of(s->code));
	buf_text(b, "\">");
	markup_text(b, s->name);
	buf_text(b, "</a><br><span class=\"soft\">");
	markup_text(b, s->domain);
	buf_text(b, "</span></th><td>");
	sheet_state(b, s->state);
	buf_text(b, "</td><td>");
	markup_time(b, s->heard);
	buf_printf(b, "</td><td class=\"n\">%" PRIu64 "</td>"
	    "<td class=\"n far\">%" PRIu64 "</td>"
	    "<td class=\"n far\">%" PRIu64 "</td></tr>\n", s->items,
	    s->head > s->taken ? s->head - s->taken : 0, s->held);
}

static bool
roll_site(void *arg, const struct site_info *s)
{
	struct roll *r = arg;

	r->by_state[s->state]++;
	if (r->state.n > 0 &&
	    !span_is(r->state, span_of(site_state_name(s->state))))
		return true;
	if (r->after.n > 0 && strncmp(s->code, r->after.at, r->after.n) <= 0)
		return true;
	if (r->rows == SITES_PAGE) {
		r->more = true;
		return true;	/* the counts go on */
	}
	r->rows++;
	snprintf(r->last, sizeof(r->last), "%s", s->code);
	site_row(r->v, s);
	return true;
}

static void
sum(struct buf *b, uint64_t n, const char *what)
{
	buf_printf(b, "<li><b>%" PRIu64 "</b>%s</li>\n", n, what);
}

static void
state_links(struct visit *v, const struct roll *r)
{
	struct buf *b = v->out;

	buf_printf(b, "<p><a href=\"/%s%s\">%s</a>",
	    v->chose_language ? "?lang=" : "",
	    v->chose_language ? lang_now() : "", _("all"));
	for (int s = SITE_NEW; s <= SITE_BLOCKED; s++) {
		if (r->by_state[s] == 0)
			continue;
		buf_text(b, " · <a href=\"/");
		visit_link(v, b, '?', VISIT_STATE,
		    span_of(site_state_name((enum site_state)s)));
		buf_printf(b, "\">%s %zu</a>",
		    sheet_state_word((enum site_state)s), r->by_state[s]);
	}
	buf_text(b, "</p>\n");
}

void
dash_home(struct visit *v)
{
	struct buf *b = v->out, rows;
	struct totals t;
	struct roll r = { .v = v, .state = v->argument[VISIT_STATE],
		.after = v->argument[VISIT_AFTER] };

	query_totals(v->query, &t);
	sheet_begin(v, SPAN_NONE);
	buf_text(b, "<h1>");
	markup_text(b, span_of(v->config->name));
	buf_text(b, "</h1>\n<ul class=\"sum\">\n");
	sum(b, t.sites, _("sites"));
	sum(b, t.items, _("items"));
	sum(b, t.journal_place - t.view_place, _("taken, not shown yet"));
	sum(b, t.held, _("held"));
	buf_text(b, "</ul>\n");

	/* The rows first, elsewhere: the counts stand above them. */
	buf_init(&rows, VISIT_BODY_MAX);
	v->out = &rows;
	query_sites(v->query, roll_site, &r);
	v->out = b;
	state_links(v, &r);
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\""
	    " aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\" class=\"n\">%s</th>"
	    "<th scope=\"col\" class=\"n far\">%s</th>"
	    "<th scope=\"col\" class=\"n far\">%s</th></tr></thead>\n<tbody>\n",
	    _("Sites"), _("Site"), _("State"), _("Last heard"), _("Items"),
	    _("Lag"), _("Held"));
	buf_span(b, buf_look(&rows));
	buf_clear(&rows);
	buf_text(b, "</tbody></table></div>\n");
	if (r.rows == 0)
		buf_printf(b, "<p>%s</p>\n", t.sites == 0 ?
		    _("No site yet. `zqhub site add` makes the first ticket.") :
		    _("No site is in this state."));
	if (r.more) {
		buf_text(b, "<p><a rel=\"next\" href=\"/");
		visit_link(v, b, '?', VISIT_AFTER, span_of(r.last));
		buf_printf(b, "\">%s</a></p>\n", _("Next page"));
	}
	sheet_end(v);
}

/* --- one site ------------------------------------------------------------------ */

static void
fact_time(struct buf *b, const char *name, int64_t ms)
{
	struct buf value;

	buf_init(&value, 256);
	markup_time(&value, ms);
	sheet_fact(b, name, buf_cstr(&value));
	buf_clear(&value);
}

static void
fact_text(struct buf *b, const char *name, struct span s)
{
	struct buf value;

	if (s.n == 0)
		return;
	buf_init(&value, s.n * 6 + 1);
	markup_text(&value, s);
	sheet_fact(b, name, buf_cstr(&value));
	buf_clear(&value);
}

static void
fact_number(struct buf *b, const char *name, uint64_t n)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, n);
	sheet_fact(b, name, value);
}

static void
site_facts(struct visit *v, const struct site_info *s)
{
	struct buf *b = v->out, state;
	char skew[64];

	buf_init(&state, 1024);
	sheet_state(&state, s->state);
	if (s->reason.n > 0) {
		buf_text(&state, " ");
		markup_text(&state, s->reason);
	}
	buf_text(b, "<dl>\n");
	sheet_fact(b, _("State"), buf_cstr(&state));
	buf_clear(&state);
	fact_text(b, _("Code"), span_of(s->code));
	fact_text(b, _("Domains"), s->domain);
	fact_time(b, _("Last heard"), s->heard);
	fact_time(b, _("Enrolled"), s->enrolled);
	fact_number(b, _("Items"), s->items);
	fact_number(b, _("Withdrawn"), s->withdrawn);
	fact_number(b, _("Held"), s->held);
	snprintf(skew, sizeof(skew), "%" PRIu64 " / %" PRIu64 " / %" PRIu64,
	    s->head, s->taken, s->shown);
	sheet_fact(b, _("Told / taken / shown"), skew);
	if (s->heard != CLOCK_NONE) {
		snprintf(skew, sizeof(skew), "%+.1f s",
		    (double)s->skew / 1000);
		sheet_fact(b, _("Clock skew"), skew);
	}
	fact_text(b, _("Agent"), s->agent);
	buf_text(b, "</dl>\n");
}

struct columns {
	struct visit *v;
	struct span code;
	size_t n;
};

static bool
column_link(void *arg, struct span name, uint64_t items)
{
	struct columns *c = arg;
	struct buf *b = c->v->out;

	if (c->n++ == 0)
		buf_printf(b, "<h2>%s</h2>\n<p>", _("Columns"));
	else
		buf_text(b, " · ");
	buf_text(b, "<a href=\"/search?site=");
	markup_argument(b, c->code);
	buf_text(b, "&amp;column=");
	markup_argument(b, name);
	if (c->v->chose_language)
		buf_printf(b, "&amp;lang=%s", lang_now());
	buf_text(b, "\">");
	markup_text(b, name);
	buf_printf(b, "</a>&nbsp;<span class=\"soft\">%" PRIu64 "</span>",
	    items);
	return c->n < 500;
}

static bool
held_row(void *arg, const struct held *h)
{
	struct visit *v = arg;
	struct buf *b = v->out;

	buf_text(b, "<li>");
	markup_url(b, h->said.url);
	buf_text(b, "<br><span class=\"soft\">");
	markup_time(b, h->taken);
	buf_text(b, " · ");
	markup_text(b, h->why);
	buf_text(b, "</span></li>\n");
	return true;
}

void
dash_site(struct visit *v)
{
	struct buf *b = v->out;
	struct site_info s;
	struct columns columns = { .v = v, .code = v->path };
	struct query_spec spec = { .since = CLOCK_NONE, .until = CLOCK_NONE,
		.limit = 20 };

	if (!query_site_by_code(v->query, v->path, &s)) {
		dash_fail(v, 404, _("There is no site with this code."));
		return;
	}
	sheet_begin(v, s.name);
	buf_text(b, "<h1>");
	markup_text(b, s.name);
	buf_text(b, "</h1>\n");
	site_facts(v, &s);
	if (s.held > 0) {
		buf_printf(b, "<h2>%s</h2>\n<ul class=\"items\">\n",
		    _("Held: told, and not shown"));
		query_held(v->query, s.number, 20, held_row, v);
		buf_text(b, "</ul>\n");
	}
	query_columns(v->query, s.number, column_link, &columns);
	if (columns.n > 0)
		buf_text(b, "</p>\n");
	buf_printf(b, "<h2>%s</h2>\n<p><a href=\"/feed?site=%s\">Atom</a>"
	    "</p>\n", _("Newest items"), s.code);
	spec.site = s.number;
	v->argument[VISIT_SITE] = span_of(s.code);
	sheet_items(v, &spec, "/search");
	sheet_end(v);
}

/* --- a search ------------------------------------------------------------------- */

static void
field(struct buf *b, const char *label, const char *name, const char *type,
    struct span value)
{
	buf_printf(b, "<label>%s<br><input type=\"%s\" name=\"%s\" value=\"",
	    label, type, name);
	markup_text(b, value);
	buf_text(b, "\"></label>\n");
}

static void
search_fields(struct visit *v)
{
	struct buf *b = v->out;

	buf_text(b, "<form action=\"/search\">\n");
	field(b, _("Words"), "q", "search", v->argument[VISIT_Q]);
	field(b, _("Site code"), "site", "text", v->argument[VISIT_SITE]);
	field(b, _("Column"), "column", "text", v->argument[VISIT_COLUMN]);
	field(b, _("From"), "since", "date", v->argument[VISIT_SINCE]);
	field(b, _("Before"), "until", "date", v->argument[VISIT_UNTIL]);
	if (v->chose_language)
		buf_printf(b, "<input type=\"hidden\" name=\"lang\""
		    " value=\"%s\">", lang_now());
	buf_printf(b, "<button>%s</button></form>\n", _("Search"));
}

void
dash_search(struct visit *v)
{
	struct buf *b = v->out, why;
	struct query_spec spec;
	struct site_info site;

	buf_init(&why, 1024);
	if (!visit_spec(v, &spec, &site, &why)) {
		dash_fail(v, 400, buf_cstr(&why));
		buf_clear(&why);
		return;
	}
	buf_clear(&why);
	sheet_begin(v, v->argument[VISIT_Q].n > 0 ? v->argument[VISIT_Q] :
	    span_of(_("Search")));
	buf_printf(b, "<h1>%s</h1>\n", _("Search"));
	search_fields(v);
	buf_text(b, "<p><a href=\"/feed");
	visit_link(v, b, '?', VISIT_LANG, SPAN_NONE);
	buf_printf(b, "\">%s</a></p>\n", _("Follow this search (Atom)"));
	sheet_items(v, &spec, "/search");
	sheet_end(v);
}

/* --- one item -------------------------------------------------------------------- */

static void
item_facts(struct visit *v, const struct item_info *i)
{
	struct buf *b = v->out, url;
	struct site_info site;
	const struct change *c = &i->said;

	buf_init(&url, 65536);
	buf_text(&url, "<a href=\"");
	markup_href(&url, c->url);
	buf_text(&url, "\">");
	markup_url(&url, c->url);
	buf_text(&url, "</a>");
	buf_text(b, "<dl>\n");
	sheet_fact(b, _("Address"), buf_cstr(&url));
	buf_reset(&url);
	if (query_site_by_number(v->query, i->site, &site)) {
		buf_text(&url, "<a href=\"");
		sheet_href(v, &url, "/site/", span_of(site.code));
		buf_text(&url, "\">");
		markup_text(&url, site.name);
		buf_text(&url, "</a>");
		sheet_fact(b, _("Site"), buf_cstr(&url));
	}
	buf_clear(&url);
	if (i->withdrawn)
		fact_time(b, _("Withdrawn"), i->updated);
	fact_time(b, _("Published"), c->published);
	fact_text(b, _("Column"), c->word[WORD_COLUMN]);
	fact_text(b, _("Source"), c->word[WORD_SOURCE]);
	fact_text(b, _("Author"), c->word[WORD_AUTHOR]);
	fact_text(b, _("Keywords"), c->word[WORD_KEYWORDS]);
	fact_text(b, _("Description"), c->word[WORD_DESCRIPTION]);
	fact_text(b, _("Reason"), c->word[WORD_REASON]);
	fact_text(b, _("Type"), c->type);
	if (c->length > 0)
		fact_number(b, _("Bytes"), c->length);
	fact_text(b, _("Site's own id"), c->id);
	buf_text(b, "</dl>\n");
}

static bool
past_row(void *arg, const struct past *p)
{
	struct visit *v = arg;
	struct buf *b = v->out;

	buf_printf(b, "<tr><th scope=\"row\">%s</th><td>",
	    _(change_kind_name(p->said.kind)));
	markup_time(b, p->said.when);
	buf_text(b, "</td><td>");
	markup_time(b, p->taken);
	buf_text(b, "</td><td>");
	markup_time(b, p->shown);
	buf_printf(b, "</td><td class=\"n far\">%" PRIu64 "</td></tr>\n",
	    p->place);
	return !b->bad;
}

void
dash_item(struct visit *v)
{
	struct buf *b = v->out;
	struct item_info i;
	struct span name = v->path.n > 0 ? v->path : v->argument[VISIT_URL];

	if (name.n == 0 || !query_item(v->query, name, &i)) {
		dash_fail(v, 404, _("There is no such item."));
		return;
	}
	sheet_begin(v, visit_title(&i.said));
	buf_text(b, "<h1>");
	markup_text(b, visit_title(&i.said));
	buf_text(b, "</h1>\n");
	item_facts(v, &i);
	buf_printf(b, "<h2>%s</h2>\n<div class=\"wide\" tabindex=\"0\""
	    " role=\"region\" aria-label=\"%s\"><table><thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\" class=\"n far\">%s</th></tr></thead>\n<tbody>\n",
	    _("History"), _("History"), _("Change"), _("At the site"),
	    _("Taken"), _("Shown"), _("Journal place"));
	query_past(v->query, i.number, past_row, v);
	buf_text(b, "</tbody></table></div>\n");
	sheet_end(v);
}
