/*
 * Who links where, what is broken, who lacks a link back.
 */
#include "hub/dash_links.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/dash.h"
#include "hub/markup.h"
#include "hub/query_links.h"
#include "hub/sheet.h"
#include "protocol/limits.h"

#define LISTED 100		/* rows of one page */
#define GLANCE 10		/* … of a section of another */

/* --- tables --------------------------------------------------------------- */

struct rows {
	struct visit *v;
	size_t n, most;
	struct buf last;	/* the address in the last row */
};

#define NUMBER(column) (1u << (column))

/* numbers: which columns stand to the right. */
static void
begin_table(struct buf *b, const char *label, const char *const *heading,
    unsigned numbers)
{
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\""
	    " aria-label=\"%s\"><table><thead><tr>", label);
	for (; *heading != NULL; heading++, numbers >>= 1)
		buf_printf(b, "<th scope=\"col\"%s>%s</th>",
		    (numbers & 1) != 0 ? " class=\"n\"" : "", _(*heading));
	buf_text(b, "</tr></thead>\n<tbody>\n");
}

static void
end_table(struct buf *b, const struct rows *r)
{
	if (r->n > 0)
		buf_text(b, "</tbody></table></div>\n");
	else
		buf_printf(b, "<p>%s</p>\n", _("There are none."));
}

/* The way to who links there. */
static void
link_links(struct visit *v, const char *path, enum visit_argument name,
    struct span value)
{
	struct buf rest;

	buf_init(&rest, 3 * LIMIT_URL + 32);
	buf_printf(&rest, "%s?%s=", path, visit_names[name]);
	buf_text(v->out, "<a href=\"");
	buf_span(v->out, buf_look(&rest));
	markup_argument(v->out, value);
	buf_text(v->out, v->chose_language ? "&amp;lang=" : "");
	if (v->chose_language)
		buf_text(v->out, lang_now());
	buf_text(v->out, "\">");
	buf_clear(&rest);
}

/* What was seen outside, and what to do. */
static void
put_seen(struct buf *b, const struct checked *c)
{
	struct buf text;

	buf_init(&text, 4 * LIMIT_URL);
	cause_evidence(&text, c->record.cause, c->detail);
	buf_byte(&text, ' ');
	cause_repair(&text, c->record.cause, c->detail);
	buf_text(b, "<br>");
	markup_text(b, buf_look(&text));
	buf_clear(&text);
}

static void
put_state(struct buf *b, const struct target_info *t)
{
	buf_text(b, t->broken ? "<strong>" : "");
	markup_text(b, span_of(t->looked ? outcome_word(checked_outcome(
	    &t->seen, t->asked)) : _(target_state_name(t->state))));
	buf_text(b, t->broken ? "</strong>" : "");
	if (t->now.n > 0) {
		buf_text(b, "<br>→ ");
		markup_url(b, t->now);
	}
	if (t->looked && t->broken)
		put_seen(b, &t->seen);
}

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

static void
put_text(struct buf *b, struct span text)
{
	if (text.n == 0)
		return;
	buf_text(b, "<br><span class=\"soft\">");
	markup_text(b, text);
	buf_text(b, "</span>");
}

static void
put_line(struct buf *b, uint32_t line)
{
	if (line > 0)
		buf_printf(b, "%" PRIu32, line);
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
		begin_table(b, _("Links"), headings, NUMBER(2));
	buf_text(b, "<tr><th scope=\"row\">");
	put_page(r->v, l);
	buf_text(b, "</th><td>");
	put_site(r->v, l->code);
	buf_text(b, "</td><td class=\"n\">");
	put_line(b, l->line);
	buf_text(b, "</td><td>");
	markup_url(b, l->to);
	put_text(b, l->text);
	buf_text(b, "</td><td>");
	put_state(b, l->target);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

static void
put_count(struct buf *b, const struct link_count *n)
{
	buf_printf(b, n->exact ? _("%" PRIu64 " pages of %" PRIu64 " sites "
	    "link there.") : _("At least %" PRIu64 " pages of %" PRIu64
	    " sites link there."), n->pages, n->sites);
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

static void
list_to(struct visit *v, const struct link_spec *spec)
{
	struct rows r = { .v = v };
	struct buf *b = v->out;
	struct link_page page;
	struct link_count n;
	char after[24];

	sheet_begin(v, span_of(_("Links")));
	buf_printf(b, "<h1>%s</h1>\n<p>", _("Links"));
	markup_url(b, spec->url);
	buf_text(b, spec->scope == REWRITE_ADDRESS ? "</p>\n<p>" :
	    " …</p>\n<p>");
	query_links_count(v->query, spec, &n);
	put_count(b, &n);
	buf_text(b, "</p>\n");
	query_links_to(v->query, spec, to_row, &r, &page);
	end_table(b, &r);
	if (page.more) {
		snprintf(after, sizeof(after), "%" PRIu64,
		    spec->skip + page.shown);
		buf_text(b, "<p class=\"more\"><a rel=\"next\" "
		    "href=\"/links");
		visit_link(v, b, VISIT_AFTER, span_of(after));
		buf_printf(b, "\">%s</a></p>\n", _("More links"));
	}
	sheet_end(v);
}

static void
links_there(struct visit *v)
{
	struct span after = v->argument[VISIT_AFTER];
	struct link_spec spec = { .limit = LISTED,
	    .steps = QUERY_LINKS_WEB };
	const char *why = NULL;
	struct buf url;

	buf_init(&url, LIMIT_URL);
	if (!query_links_scope(v->argument[VISIT_URL], false, &spec.scope,
	    &url, &why)) {
		dash_fail(v, 400, _("url: expected an address, the beginning "
		    "of addresses (it ends in a slash), or a domain"));
	} else if (after.n > 0 &&
	    !text_number(after, 0, INT64_MAX, &spec.skip)) {
		dash_fail(v, 400, _("after: expected the number of links to "
		    "leave out"));
	} else if (read_site(v, &spec.site)) {
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
		N_("Pages"), N_("Sites"), NULL };
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n++ == 0)
		begin_table(b, _("Broken links"), headings,
		    NUMBER(2) | NUMBER(3));
	buf_reset(&r->last);
	buf_span(&r->last, i->target.url);
	buf_text(b, "<tr><th scope=\"row\">");
	link_links(r->v, "/links", VISIT_URL, i->target.url);
	markup_url(b, i->target.url);
	buf_text(b, "</a></th><td>");
	put_state(b, &i->target);
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
	buf_printf(b, "<h1>%s</h1>\n<p>%s</p>\n", _("Broken links"),
	    _("What pages of the cluster link to, and what its own site says "
	    "is not there, or was looked for outside in vain."));
	all = query_links_broken(v->query, spec, broken_row, &r);
	end_table(b, &r);
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
	struct broken_spec spec = { .limit = LISTED,
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

	if (p->to && p->back)
		return true;
	if (r->n++ == 0)
		begin_table(b, _("Links in both directions"), headings, 0);
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
	buf_printf(v->out, "<h1>%s</h1>\n<p>%s</p>\n",
	    _("Links in both directions"),
	    _("Portals and member sites that lack a link to each other."));
	query_links_reciprocal(v->query, pair_row, &r);
	end_table(v->out, &r);
	sheet_end(v);
}

void
dash_links(struct visit *v)
{
	if (v->path.n == 0)
		links_there(v);
	else if (span_is(v->path, SPAN("broken")))
		broken(v);
	else if (span_is(v->path, SPAN("reciprocal")))
		reciprocal(v);
	else
		dash_fail(v, 404, _("There is no such page here."));
}

/* --- on other pages ------------------------------------------------------- */

static bool
from_row(void *arg, const struct link_info *l)
{
	static const char *const headings[] = { N_("Line"), N_("Link"),
		N_("State"), NULL };
	struct rows *r = arg;
	struct buf *b = r->v->out;

	if (r->n == r->most)
		return false;
	if (r->n++ == 0)
		begin_table(b, _("Links of this page"), headings, NUMBER(0));
	buf_text(b, "<tr><td class=\"n\">");
	put_line(b, l->line);
	buf_text(b, "</td><td>");
	link_links(r->v, "/links", VISIT_URL, l->to);
	markup_url(b, l->to);
	buf_text(b, "</a>");
	put_text(b, l->text);
	buf_text(b, "</td><td>");
	put_state(b, l->target);
	buf_text(b, "</td></tr>\n");
	return !b->bad;
}

void
dash_links_item(struct visit *v, const struct item_info *i)
{
	struct link_spec spec = { .scope = REWRITE_ADDRESS,
	    .url = i->said.url, .steps = QUERY_LINKS_WEB };
	struct rows r = { .v = v, .most = LISTED };
	struct link_count n;
	struct buf *b = v->out;

	buf_printf(b, "<h2>%s</h2>\n<p>", _("Links"));
	query_links_count(v->query, &spec, &n);
	link_links(v, "/links", VISIT_URL, i->said.url);
	put_count(b, &n);
	buf_text(b, "</a></p>\n");
	query_links_from(v->query, i, from_row, &r);
	if (r.n > 0)
		end_table(b, &r);
}

void
dash_links_site(struct visit *v, const struct site_info *s)
{
	struct broken_spec spec = { .site = s->number, .limit = GLANCE,
	    .steps = QUERY_LINKS_WEB };
	struct rows r = { .v = v };
	struct buf *b = v->out;

	buf_init(&r.last, LIMIT_URL);
	buf_printf(b, "<h2>%s</h2>\n", _("Broken links"));
	if (!query_links_broken(v->query, &spec, broken_row, &r)) {
		end_table(b, &r);
		buf_text(b, "<p class=\"more\">");
		link_links(v, "/links/broken", VISIT_SITE, span_of(s->code));
		buf_printf(b, "%s</a></p>\n", _("More links"));
	} else {
		end_table(b, &r);
	}
	buf_clear(&r.last);
}
