/*
 * Who links where, what is broken, who lacks a link back.
 */
#include "hub/dash_links.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "hub/dash.h"
#include "hub/dash_from.h"
#include "hub/link_sheet.h"
#include "hub/markup.h"
#include "hub/query_links.h"
#include "hub/sheet.h"
#include "hub/site.h"
#include "protocol/limits.h"

#define GLANCE 10		/* rows of a section of another page */

/* --- rows ----------------------------------------------------------------- */

struct rows {
	struct visit *v;
	size_t n;
	size_t pairs;		/* of which these lack a link */
	struct buf last;	/* the address in the last row */
};

static void
put_site(struct visit *v, const char *code)
{
	sheet_link(v, v->out, "/site/", span_of(code));
	markup_text(v->out, span_of(code));
	buf_text(v->out, "</a>");
}

static void
put_page(struct visit *v, const struct link_info *l)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, l->item);
	sheet_link(v, v->out, "/item/", span_of(number));
	markup_text(v->out, l->title.n > 0 ? l->title : l->page);
	buf_text(v->out, "</a>");
	if (l->more > 0) {
		buf_text(v->out, " ");
		buf_printf(v->out, _("and %" PRIu64 " pages like it"),
		    l->more);
	}
}

/* --- from one page to the next -------------------------------------------- */

static const struct {
	const char *path, *name;
} ways[] = {
	{ "/links/broken", N_("Broken links") },
	{ "/links/reciprocal", N_("Links in both directions") },
	{ "/moves", N_("Moves") },
	{ "/hits", N_("Hits on former domains") },
};

/* here: the path of the page that they stand on. */
static void
put_ways(struct visit *v, const char *here)
{
	struct buf *b = v->out;

	buf_printf(b, "<nav aria-label=\"%s\"><ul class=\"pick\">\n",
	    _("Links and moves"));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		buf_text(b, "<li><a href=\"");
		sheet_href(v, b, ways[i].path, SPAN_NONE);
		buf_printf(b, "\"%s>%s</a></li>\n",
		    strcmp(ways[i].path, here) == 0 ?
		    " aria-current=\"page\"" : "", _(ways[i].name));
	}
	buf_text(b, "</ul></nav>\n");
}

/* --- who links there ------------------------------------------------------ */

static bool
to_row(void *arg, const struct link_info *l)
{
	static const char *const headings[] = { N_("Page"), N_("Site"),
		N_("Line"), N_("Link"), N_("State"), NULL };
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		link_sheet_begin(b, _("Links"), headings, LINK_SHEET_N(2));
	buf_text(b, "<tr><th scope=\"row\">");
	put_page(r->v, l);
	buf_text(b, "</th><td>");
	put_site(r->v, l->code);
	buf_text(b, "</td><td class=\"n\">");
	link_sheet_line(b, l->line);
	buf_text(b, "</td><td>");
	markup_url(b, l->to);
	link_sheet_text(b, l->text);
	buf_text(b, "</td><td>");
	link_sheet_state(b, l->target);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

static void
put_count_others(struct buf *b, const struct link_count *n)
{
	if (n->pages > 0)
		buf_printf(b, n->exact ? _("%" PRIu64 " pages of %" PRIu64
		    " other sites link here.") : _("At least %" PRIu64
		    " pages of %" PRIu64 " other sites link here."),
		    n->pages, n->sites);
	else if (n->exact)
		buf_text(b, _("No other site links here."));
}

/* False: it is answered already. */
static bool
read_site(struct visit *v, uint32_t *number)
{
	struct span code = v->argument[VISIT_SITE];
	struct site_info s;

	*number = 0;
	if (code.n > 0 && !query_site_by_code(v->query, code, &s)) {
		dash_fail(v, 404, _("There is no site with this code."));
		return false;
	}
	*number = code.n > 0 ? s.number : 0;
	return true;
}

/* Also not those of the site itself? False as above. */
static bool
read_others(struct visit *v, bool *others)
{
	struct span from = v->argument[VISIT_FROM];

	*others = span_is(from, SPAN("others"));
	if (from.n > 0 && !*others)
		dash_fail(v, 400, _("from: expected others"));
	return from.n == 0 || *others;
}

static void
list_to(struct visit *v, const struct link_spec *spec)
{
	struct rows r = { .v = v };
	struct buf *b = v->out;
	struct link_page page = { .shown = 0 };
	struct link_count n;

	sheet_begin(v, span_of(_("Links")));
	buf_printf(b, "<h1>%s</h1>\n<p>", spec->others ?
	    _("Links of other sites") : _("Links"));
	markup_url(b, spec->url);
	buf_text(b, spec->scope == REWRITE_ADDRESS ? "</p>\n<p>" :
	    " …</p>\n<p>");
	query_links_count(v->query, spec, &n);
	if (spec->others)
		put_count_others(b, &n);
	else
		link_sheet_count(b, &n);
	buf_text(b, "</p>\n");
	if (n.pages > 0 || !n.exact)
		query_links_to(v->query, spec, to_row, &r, &page);
	if (r.n > 0 || !page.cut)
		link_sheet_end(b, r.n);
	if (page.cut)
		buf_printf(b, "<p class=\"note\">%s</p>\n", _("There may be "
		    "more: to look through all of it takes longer than a web "
		    "page may. zqhub links to lists them."));
	if (page.more)
		link_sheet_next(v, "/links", spec->skip + page.shown);
	sheet_end(v);
}

static void
links_there(struct visit *v)
{
	struct link_spec spec = { .limit = LINK_SHEET_ROWS,
	    .steps = QUERY_LINKS_WEB };
	const char *why = NULL;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	if (!query_links_scope(v->argument[VISIT_URL], false, &spec.scope,
	    &url, &why)) {
		dash_fail(v, 400, _("url: expected an address, the beginning "
		    "of addresses (it ends in a slash), or a domain"));
	} else if (link_sheet_after(v, &spec.skip) &&
	    read_site(v, &spec.site) && read_others(v, &spec.others)) {
		spec.url = buf_look(&url);
		list_to(v, &spec);
	}
	buf_clear(&url);
}

/* --- what is broken ------------------------------------------------------- */

static bool
broken_row(void *arg, const struct broken_info *i)
{
	static const char *const headings[] = { N_("Link"), N_("State"),
		N_("Pages with it"), N_("Sites"), NULL };
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		link_sheet_begin(b, _("Broken links"), headings,
		    LINK_SHEET_N(2) | LINK_SHEET_N(3));
	buf_reset(&r->last);
	buf_span(&r->last, i->target.url);
	buf_text(b, "<tr><th scope=\"row\">");
	link_sheet_to(r->v, "/links", VISIT_URL, i->target.url);
	markup_url(b, i->target.url);
	buf_text(b, "</a></th><td>");
	link_sheet_state(b, &i->target);
	buf_printf(b, "</td><td class=\"n\">%" PRIu64 "</td><td class=\"n\">"
	    "%" PRIu64 "</td></tr>\n", i->links.pages, i->links.sites);
	return !b->bad;
}

static void
list_broken(struct visit *v, const struct broken_spec *spec)
{
	struct rows r = { .v = v };
	struct buf *b = v->out;
	bool all;

	buf_init(&r.last, LIMIT_URL);
	sheet_begin(v, span_of(_("Broken links")));
	buf_printf(b, "<h1>%s</h1>\n", _("Broken links"));
	put_ways(v, "/links/broken");
	buf_printf(b, "<p>%s</p>\n", _("What pages of the cluster link to, and "
	    "what its own site says is not there; or what the hub has looked "
	    "for in vain, outside and where no agent can say."));
	all = query_links_broken(v->query, spec, broken_row, &r);
	link_sheet_end(b, r.n);
	if (!all && r.last.n > 0) {
		buf_text(b, "<p class=\"more\"><a rel=\"next\" "
		    "href=\"/links/broken");
		visit_link(v, b, VISIT_AFTER, buf_look(&r.last));
		buf_printf(b, "\">%s</a></p>\n", _("More links"));
	}
	sheet_end(v);
	buf_clear(&r.last);
}

static void
broken(struct visit *v)
{
	struct broken_spec spec = { .limit = LINK_SHEET_ROWS,
	    .after = v->argument[VISIT_AFTER], .steps = QUERY_LINKS_WEB };

	if (read_site(v, &spec.site))
		list_broken(v, &spec);
}

/* --- both ways ------------------------------------------------------------ */

static void
put_member(struct visit *v, const struct site_info *s)
{
	sheet_link(v, v->out, "/site/", span_of(s->code));
	markup_text(v->out, s->name);
	buf_text(v->out, "</a>");
}

static bool
pair_row(void *arg, const struct reciprocal *p)
{
	static const char *const headings[] = { N_("Portal"), N_("Site"),
		N_("The portal links there"), N_("It links back"), NULL };
	struct rows *r = arg;
	struct buf *b = r->v->out;

	r->pairs++;
	if (p->to && p->back)
		return true;
	if (r->n++ == 0)
		link_sheet_begin(b, _("Links in both directions"), headings,
		    0);
	buf_text(b, "<tr><th scope=\"row\">");
	put_member(r->v, &p->portal);
	buf_text(b, "</th><td>");
	put_member(r->v, &p->member);
	buf_printf(b, "</td><td>%s</td><td>%s</td></tr>\n", p->to ? _("yes") :
	    _("no"), p->back ? _("yes") : _("no"));
	return !b->bad;
}

static void
reciprocal(struct visit *v)
{
	struct rows r = { .v = v };

	sheet_begin(v, span_of(_("Links in both directions")));
	buf_printf(v->out, "<h1>%s</h1>\n", _("Links in both directions"));
	put_ways(v, "/links/reciprocal");
	buf_printf(v->out, "<p>%s</p>\n",
	    _("Portals and member sites that lack a link to each other."));
	query_links_reciprocal(v->query, pair_row, &r);
	if (r.pairs == 0)
		buf_printf(v->out, "<p>%s</p>\n", _("No site is a portal that "
		    "has members. (zqhub site set CODE --kind portal says "
		    "which one is.)"));
	else
		link_sheet_end(v->out, r.n);
	sheet_end(v);
}

void
dash_links(struct visit *v)
{
	if (v->path.n == 0)
		links_there(v);
	else if (span_is(v->path, SPAN("from")))
		dash_from(v);
	else if (span_is(v->path, SPAN("broken")))
		broken(v);
	else if (span_is(v->path, SPAN("reciprocal")))
		reciprocal(v);
	else
		dash_fail(v, 404, _("There is no such page here."));
}

/* --- on the page of a site ------------------------------------------------ */

/* The way to what links to one of its domains. */
static void
put_inbound(struct visit *v, struct span domain)
{
	link_sheet_to(v, "/links?from=others", VISIT_URL, domain);
	markup_text(v->out, domain);
	buf_text(v->out, "</a>");
}

static void
inbound(struct visit *v, const struct site_info *s)
{
	struct span rest = s->domains, domain;
	const char *mark = " ";
	struct buf *b = v->out;
	struct link_count n;

	query_links_inbound(v->query, s->number, QUERY_LINKS_LINE, &n);
	buf_printf(b, "<h2>%s</h2>\n<p>", _("Links of other sites"));
	put_count_others(b, &n);
	while ((n.sites > 0 || !n.exact) &&
	    site_domain_next(&rest, &domain)) {
		buf_text(b, mark);
		mark = " · ";
		put_inbound(v, domain);
	}
	buf_text(b, "</p>\n");
}

void
dash_links_site(struct visit *v, const struct site_info *s)
{
	struct broken_spec spec = { .site = s->number, .limit = GLANCE,
	    .steps = QUERY_LINKS_WEB };
	struct rows r = { .v = v };
	struct buf *b = v->out;

	inbound(v, s);
	buf_init(&r.last, LIMIT_URL);
	buf_printf(b, "<h2>%s</h2>\n", _("Broken links"));
	if (!query_links_broken(v->query, &spec, broken_row, &r)) {
		link_sheet_end(b, r.n);
		buf_text(b, "<p class=\"more\">");
		link_sheet_to(v, "/links/broken", VISIT_SITE,
		    span_of(s->code));
		buf_printf(b, "%s</a></p>\n", _("More links"));
	} else {
		link_sheet_end(b, r.n);
	}
	buf_clear(&r.last);
}
