/*
 * Head, foot and shared pieces; see sheet.h. The style is in sheet_style.c.
 */
#include "hub/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/again.h"
#include "hub/form.h"
#include "hub/live_mark.h"
#include "hub/markup.h"
#include "hub/query_now.h"

void
sheet_href(const struct visit *v, struct buf *b, const char *path,
    struct span rest)
{
	buf_text(b, path);
	markup_argument(b, rest);
	if (v->chose_language)
		buf_printf(b, "?lang=%s", lang_now());
}

void
sheet_link(const struct visit *v, struct buf *b, const char *path,
    struct span rest)
{
	buf_text(b, "<a href=\"");
	sheet_href(v, b, path, rest);
	buf_text(b, "\">");
}

/* --- head and foot ------------------------------------------------------- */

static void
search_form(struct visit *v)
{
	struct buf *b = v->out;

	buf_printf(b, "<form action=\"/search\" role=\"search\">"
	    "<input type=\"search\" name=\"q\" aria-label=\"%s\""
	    " placeholder=\"%s\" value=\"", _("Search the cluster"),
	    _("Search the cluster"));
	markup_text(b, v->argument[VISIT_Q]);
	buf_text(b, "\">");
	if (v->chose_language)
		buf_printf(b, "<input type=\"hidden\" name=\"lang\""
		    " value=\"%s\">", lang_now());
	buf_printf(b, "<button>%s</button></form>\n", _("Search"));
}

/* The same page in the other language. */
static void
other_language(struct visit *v)
{
	bool zh = strcmp(lang_now(), "zh") == 0;
	struct buf *b = v->out;

	if (v->again != NULL)
		return;		/* what was typed isn't on that one */
	buf_printf(b, "<a lang=\"%s\" hreflang=\"%s\" href=\"",
	    zh ? "en" : "zh-CN", zh ? "en" : "zh-CN");
	visit_link(v, b, VISIT_LANG, zh ? SPAN("en") : SPAN("zh"));
	buf_printf(b, "\">%s</a>\n", zh ? "English" : "中文");
}

static void
head(struct visit *v, struct span title, bool live)
{
	struct buf *b = v->out;

	buf_printf(b, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\""
	    " content=\"width=device-width, initial-scale=1\">\n<title>",
	    strcmp(lang_now(), "zh") == 0 ? "zh-CN" : "en");
	if (v->again != NULL)
		buf_printf(b, "%s – ", v->again->title);
	markup_text(b, title);
	if (title.n > 0)
		buf_text(b, " – ");
	markup_text(b, span_of(v->config->name));
	buf_text(b, "</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n"
	    "<link rel=\"alternate\" type=\"application/atom+xml\""
	    " href=\"/feed\">\n<link rel=\"icon\" href=\"data:,\">\n");
	if (live)
		buf_text(b, "<script src=\"/live.js\" defer></script>\n");
	buf_text(b, "</head>\n");
}

static void
nav_link(struct visit *v, const char *path, const char *word)
{
	sheet_link(v, v->out, path, SPAN_NONE);
	buf_printf(v->out, "%s</a>\n", word);
}

static void
who(struct visit *v)
{
	if (v->who.role == USER_NONE) {
		if (v->has_users)
			nav_link(v, "/signin", _("Sign in"));
	} else if (v->who.by_header) {
		buf_text(v->out, "<p class=\"who\"><span>");
		markup_text(v->out, span_of(v->who.name));
		buf_text(v->out, "</span></p>\n");
	} else {
		form_sign_out(v);
	}
}

static void
banner(struct visit *v, bool bare)
{
	struct buf *b = v->out;

	buf_printf(b, "<a class=\"skip\" href=\"#main\">%s</a>\n<header><div>"
	    "<a class=\"name\" href=\"", _("To the content"));
	sheet_href(v, b, "/", SPAN_NONE);
	buf_text(b, "\">");
	markup_text(b, span_of(v->config->name));
	buf_printf(b, "</a>\n<nav aria-label=\"%s\">", _("Pages"));
	nav_link(v, "/", _("Overview"));
	nav_link(v, "/alerts", _("Alerts"));
	nav_link(v, "/notices", _("Notices"));
	nav_link(v, "/sites", _("Sites"));
	nav_link(v, "/search", _("Newest items"));
	nav_link(v, "/links/broken", _("Links"));
	nav_link(v, "/moves", _("Moves"));
	other_language(v);
	buf_text(b, "</nav>\n");
	who(v);
	if (!bare)
		search_form(v);
	buf_text(b, "</div></header>\n");
}

/* An act has brought the reader here. */
static void
put_done(struct visit *v)
{
	if (v->argument[VISIT_DONE].n > 0 && v->who.role != USER_NONE)
		buf_printf(v->out, "<p class=\"done\" role=\"status\">%s</p>"
		    "\n", _("Done: it is written down, and in force."));
}

enum sheet_kind { PLAIN, BARE, LIVE };

static void
main_live(struct visit *v, uint64_t version)
{
	const struct live_mark m = { .version = version,
		.news = query_now_news(v->query) };

	buf_text(v->out, "<main id=\"main\" data-live=\"");
	live_mark_put(v->out, &m);
	buf_printf(v->out, "\">\n<p id=\"live\" class=\"soft\" role=\"status\""
	    " data-on=\"%s\" data-off=\"%s\" hidden></p>\n",
	    _("live"), _("not live: what you see may be old"));
}

static void
begin(struct visit *v, struct span title, enum sheet_kind kind,
    uint64_t version)
{
	if (v->again != NULL && kind == LIVE)
		kind = PLAIN;	/* it is not to be asked for anew */
	v->type = "text/html; charset=utf-8";
	head(v, title, kind == LIVE);
	buf_text(v->out, "<body>\n");
	banner(v, kind == BARE);
	if (kind == LIVE)
		main_live(v, version);
	else
		buf_text(v->out, "<main id=\"main\">\n");
	put_done(v);
	if (v->again != NULL)
		v->again->at = v->out->n;
}

void
sheet_begin(struct visit *v, struct span title)
{
	begin(v, title, PLAIN, 0);
}

void
sheet_begin_bare(struct visit *v, struct span title)
{
	begin(v, title, BARE, 0);
}

void
sheet_begin_live(struct visit *v, struct span title, uint64_t version)
{
	begin(v, title, LIVE, version);
}

void
sheet_end(struct visit *v)
{
	struct buf *b = v->out;

	buf_printf(b, "</main>\n<footer><p>Zhanqun %s · ", ZQ_VERSION);
	markup_time(b, clock_wall());
	buf_printf(b, " · <a href=\"/feed\">%s</a> · "
	    "<a href=\"/metrics\">%s</a> · "
	    "<a href=\"/api/v1/totals\">JSON</a></p></footer>\n"
	    "</body>\n</html>\n", _("Atom feed"), _("Metrics"));
	if (v->again != NULL && v->again->found)
		again_put_note(v);
}

/* --- states and facts ---------------------------------------------------- */

/* Shapes differ as well as colours. */
static const struct {
	const char *shape, *word;
} states[] = {
	[SITE_NEW] = { "◇", N_("not enrolled") },
	[SITE_SYNC] = { "●", N_("in sync") },
	[SITE_BEHIND] = { "◐", N_("behind") },
	[SITE_SILENT] = { "○", N_("silent") },
	[SITE_HELD] = { "▲", N_("held") },
	[SITE_TROUBLE] = { "△", N_("in trouble") },
	[SITE_BLOCKED] = { "■", N_("blocked") },
	[SITE_QUARANTINED] = { "◆", N_("in quarantine") },
	[SITE_RETIRED] = { "□", N_("retired") },
};

const char *
sheet_state_word(enum site_state s)
{
	return _(states[s].word);
}

void
sheet_state(struct buf *b, enum site_state s)
{
	buf_printf(b, "<span class=\"state %s\"><span aria-hidden=\"true\">%s"
	    "</span> %s</span>", site_state_name(s), states[s].shape,
	    sheet_state_word(s));
}

void
sheet_fact(struct buf *b, const char *name, const char *markup)
{
	buf_printf(b, "<dt>%s</dt><dd>%s</dd>\n", name, markup);
}

void
sheet_fact_text(struct buf *b, const char *name, struct span s)
{
	if (s.n == 0)
		return;
	buf_printf(b, "<dt>%s</dt><dd>", name);
	markup_text(b, s);
	buf_text(b, "</dd>\n");
}

void
sheet_fact_time(struct buf *b, const char *name, int64_t ms)
{
	buf_printf(b, "<dt>%s</dt><dd>", name);
	markup_time(b, ms);
	buf_text(b, "</dd>\n");
}

void
sheet_fact_number(struct buf *b, const char *name, uint64_t n)
{
	buf_printf(b, "<dt>%s</dt><dd>%" PRIu64 "</dd>\n", name, n);
}

/* --- lists of items ------------------------------------------------------ */

struct list {
	struct visit *v;
	struct buf out;
	struct site_info site;	/* the last one asked for */
};

static void
about_item(struct list *l, const struct item_info *i)
{
	struct buf *b = &l->out;

	markup_day(b, i->date);
	if (l->site.number == i->site || query_site_by_number(l->v->query,
	    i->site, &l->site)) {
		buf_text(b, " · ");
		markup_text(b, l->site.name);
	}
	if (i->said.word[WORD_COLUMN].n > 0) {
		buf_text(b, " · ");
		markup_text(b, i->said.word[WORD_COLUMN]);
	}
}

static bool
list_item(void *arg, const struct item_info *i)
{
	struct list *l = arg;
	struct buf *b = &l->out;
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, i->number);
	buf_text(b, "<li>");
	sheet_link(l->v, b, "/item/", span_of(number));
	visit_put_title(b, &i->said);
	buf_text(b, "</a><br><span class=\"soft\">");
	about_item(l, i);
	buf_text(b, "<br><a rel=\"nofollow\" href=\"");
	markup_href(b, i->said.url);
	buf_text(b, "\">");
	markup_url(b, i->said.url);
	buf_text(b, "</a></span></li>\n");
	return !b->bad;
}

static void
count(struct buf *b, const struct query_page *p)
{
	buf_text(b, "<p class=\"soft\">");
	if (p->exact)
		buf_printf(b, ngettext("%" PRIu64 " item",
		    "%" PRIu64 " items", p->total), p->total);
	else
		buf_printf(b, _("at least %" PRIu64 " items"), p->total);
	buf_text(b, "</p>\n");
}

static void
put_list(struct list *l, const struct query_page *page)
{
	struct visit *v = l->v;
	struct buf *b = v->out;

	if (page->shown > 0) {
		count(b, page);
		buf_text(b, "<ul class=\"items\">\n");
		buf_span(b, buf_look(&l->out));
		buf_text(b, "</ul>\n");
	} else if (page->next[0] == '\0') {
		buf_printf(b, "<p>%s</p>\n", _("Nothing found."));
	}
	if (page->next[0] != '\0') {
		buf_text(b, "<p class=\"more\"><a rel=\"next\""
		    " href=\"/search");
		visit_link(v, b, VISIT_AFTER, span_of(page->next));
		buf_printf(b, "\">%s</a></p>\n", _("Next page"));
	}
}

bool
sheet_items(struct visit *v, const struct query_spec *spec, const char **why)
{
	struct list l = { .v = v };
	struct query_page page;

	buf_init(&l.out, VISIT_BODY_MAX);
	query_items(v->query, spec, list_item, &l, &page);
	if (page.error == NULL)
		put_list(&l, &page);
	else
		*why = _(page.error);
	v->out->bad = v->out->bad || l.out.bad;
	buf_clear(&l.out);
	return page.error == NULL;
}
