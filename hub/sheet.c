#include "hub/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/markup.h"

/* Colours have at least 4.5:1 against their ground in both schemes. */
static const char style[] =
"*{box-sizing:border-box}"
":root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d5dae0;"
"--paper:#fff;--wash:#f4f6f8;--link:#0b57a4;--good:#11682f;--warn:#8a4b00;"
"--bad:#a3121f}"
"@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a3adb8;"
"--line:#3a424c;--paper:#14181d;--wash:#1d2329;--link:#7fb6f5;"
"--good:#6fd08c;--warn:#f0b35c;--bad:#ff8d8d}}"
"body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 "
"system-ui,\"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif}"
"a{color:var(--link)}a:focus-visible,input:focus-visible,"
"select:focus-visible,button:focus-visible{outline:3px solid var(--link);"
"outline-offset:2px}"
".skip{position:absolute;left:-999em}.skip:focus{left:1em;top:.5em;"
"background:var(--paper);padding:.5em}"
"header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}"
"header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;"
"padding-top:1rem;padding-bottom:.75rem;border-bottom:1px solid var(--line)}"
"header .name{font-weight:700;font-size:1.1rem;text-decoration:none;"
"color:var(--ink)}"
"form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:0}"
"header form{flex:1 1 16rem}header input{flex:1;min-width:8rem}"
"label{display:block;font-size:.85rem;color:var(--soft)}"
"input,select,button{font:inherit;padding:.35rem .6rem;border:1px solid "
"var(--soft);border-radius:.3rem;background:var(--paper);color:var(--ink)}"
"button{background:var(--link);border-color:var(--link);color:var(--paper);"
"cursor:pointer}"
"h1{font-size:1.5rem;line-height:1.3;margin:1.25rem 0 .5rem}"
"h2{font-size:1.15rem;margin:1.75rem 0 .5rem}"
".sum{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;margin:1rem 0;"
"list-style:none}.sum li{background:var(--wash);border-radius:.4rem;"
"padding:.5rem .9rem}.sum b{display:block;font-size:1.35rem;"
"font-variant-numeric:tabular-nums}"
".wide{overflow-x:auto}"
"table{border-collapse:collapse;width:100%}"
"th,td{padding:.4rem .6rem;text-align:left;border-bottom:1px solid "
"var(--line);vertical-align:top}thead th{color:var(--soft);font-size:.85rem;"
"font-weight:600;white-space:nowrap}"
".n{text-align:right;font-variant-numeric:tabular-nums}"
".state{white-space:nowrap;font-weight:600}.sync{color:var(--good)}"
".behind,.new{color:var(--warn)}.silent,.held,.blocked{color:var(--bad)}"
".soft{color:var(--soft);font-size:.9rem}"
".items{list-style:none;padding:0;margin:0}.items li{padding:.6rem 0;"
"border-bottom:1px solid var(--line);overflow-wrap:anywhere}"
"dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;"
"margin:.75rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
"@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}"
"dd{margin-bottom:.5rem}th,td{padding:.4rem .35rem}.far{display:none}}"
"footer{margin-top:2.5rem;padding-top:.75rem;padding-bottom:2rem;"
"border-top:1px solid var(--line);color:var(--soft);font-size:.9rem}";

void
sheet_style(struct buf *b)
{
	buf_put(b, style, sizeof(style) - 1);
}

void
sheet_href(const struct visit *v, struct buf *b, const char *path,
    struct span rest)
{
	buf_text(b, path);
	markup_argument(b, rest);
	if (v->chose_language)
		buf_printf(b, "?lang=%s", lang_now());
}

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

	buf_printf(b, "<a lang=\"%s\" hreflang=\"%s\" href=\"",
	    zh ? "en" : "zh-CN", zh ? "en" : "zh-CN");
	visit_link(v, b, '?', VISIT_LANG, zh ? SPAN("en") : SPAN("zh"));
	buf_printf(b, "\">%s</a>\n", zh ? "English" : "中文");
}

void
sheet_begin(struct visit *v, struct span title)
{
	struct buf *b = v->out;
	struct span name = span_of(v->config->name);

	v->type = "text/html; charset=utf-8";
	buf_printf(b, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\""
	    " content=\"width=device-width, initial-scale=1\">\n<title>",
	    strcmp(lang_now(), "zh") == 0 ? "zh-CN" : "en");
	markup_text(b, title);
	if (title.n > 0)
		buf_text(b, " – ");
	markup_text(b, name);
	buf_text(b, "</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n"
	    "<link rel=\"alternate\" type=\"application/atom+xml\""
	    " href=\"/feed\">\n<link rel=\"icon\" href=\"data:,\">\n"
	    "</head>\n<body>\n");
	buf_printf(b, "<a class=\"skip\" href=\"#main\">%s</a>\n<header>"
	    "<a class=\"name\" href=\"", _("To the content"));
	sheet_href(v, b, "/", SPAN_NONE);
	buf_text(b, "\">");
	markup_text(b, name);
	buf_text(b, "</a>\n");
	search_form(v);
	other_language(v);
	buf_text(b, "</header>\n<main id=\"main\">\n");
}

void
sheet_end(struct visit *v)
{
	struct buf *b = v->out;

	buf_printf(b, "</main>\n<footer>Zhanqun %s · ", ZQ_VERSION);
	markup_time(b, clock_wall());
	buf_printf(b, " · <a href=\"/feed\">Atom</a> · "
	    "<a href=\"/metrics\">metrics</a> · "
	    "<a href=\"/api/v1/totals\">JSON</a></footer>\n"
	    "</body>\n</html>\n");
}

/* Shapes differ as well as colours. */
static const struct {
	const char *shape, *word;
} states[] = {
	[SITE_NEW] = { "◇", N_("not enrolled") },
	[SITE_SYNC] = { "●", N_("in sync") },
	[SITE_BEHIND] = { "◐", N_("behind") },
	[SITE_SILENT] = { "○", N_("silent") },
	[SITE_HELD] = { "▲", N_("held") },
	[SITE_BLOCKED] = { "■", N_("blocked") },
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

/* --- lists of items ---------------------------------------------------------- */

static bool
list_item(void *arg, const struct item_info *i)
{
	struct visit *v = arg;
	struct buf *b = v->out;
	struct site_info site;
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, i->number);
	buf_text(b, "<li><a href=\"");
	sheet_href(v, b, "/item/", span_of(number));
	buf_text(b, "\">");
	markup_text(b, visit_title(&i->said));
	buf_text(b, "</a><br><span class=\"soft\">");
	markup_day(b, i->date);
	if (query_site_by_number(v->query, i->site, &site)) {
		buf_text(b, " · ");
		markup_text(b, site.name);
	}
	if (i->said.word[WORD_COLUMN].n > 0) {
		buf_text(b, " · ");
		markup_text(b, i->said.word[WORD_COLUMN]);
	}
	buf_text(b, " · ");
	markup_url(b, i->said.url);
	buf_text(b, "</span></li>\n");
	return !b->bad;
}

static void
count(struct buf *b, const struct query_page *p)
{
	if (p->exact)
		buf_printf(b, ngettext("%" PRIu64 " item",
		    "%" PRIu64 " items", p->total), p->total);
	else
		buf_printf(b, _("over %" PRIu64 " items"), p->total);
}

void
sheet_items(struct visit *v, const struct query_spec *spec, const char *base)
{
	struct buf *b = v->out;
	struct query_page page;
	size_t before = b->n;

	buf_text(b, "<ul class=\"items\">\n");
	query_items(v->query, spec, list_item, v, &page);
	if (page.error != NULL || page.shown == 0) {
		buf_cut(b, before);
		buf_text(b, "<p>");
		markup_text(b, span_of(page.error != NULL ? page.error :
		    _("Nothing found.")));
		buf_text(b, "</p>\n");
		return;
	}
	buf_text(b, "</ul>\n<p class=\"soft\">");
	count(b, &page);
	if (page.next[0] != '\0') {
		buf_printf(b, " · <a rel=\"next\" href=\"%s", base);
		visit_link(v, b, '?', VISIT_AFTER, span_of(page.next));
		buf_printf(b, "\">%s</a>", _("Next page"));
	}
	buf_text(b, "</p>\n");
}
