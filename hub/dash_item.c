/*
 * One item: what its site says of it, and what became of that, change by
 * change: at the site, taken, shown.
 */
#include "hub/dash.h"

#include <inttypes.h>

#include "contrib/base/lang.h"
#include "hub/dash_from.h"
#include "hub/markup.h"
#include "hub/sheet.h"

#define PAST 100	/* changes shown, the newest; each is looked up in the
			 * journal */

static void
address(struct visit *v, struct span url)
{
	struct buf *b = v->out;

	buf_printf(b, "<dt>%s</dt><dd><a rel=\"nofollow\" href=\"",
	    _("Address"));
	markup_href(b, url);
	buf_text(b, "\">");
	markup_url(b, url);
	buf_text(b, "</a></dd>\n");
}

static void
site(struct visit *v, uint32_t number)
{
	struct buf *b = v->out;
	struct site_info s;

	if (!query_site_by_number(v->query, number, &s))
		return;
	buf_printf(b, "<dt>%s</dt><dd>", _("Site"));
	sheet_link(v, b, "/site/", span_of(s.code));
	markup_text(b, s.name);
	buf_text(b, "</a></dd>\n");
}

static const struct {
	enum change_word word;
	const char *name;
} words[] = {
	{ WORD_COLUMN, N_("Column") },
	{ WORD_SOURCE, N_("Source") },
	{ WORD_AUTHOR, N_("Author") },
	{ WORD_KEYWORDS, N_("Keywords") },
	{ WORD_DESCRIPTION, N_("Description") },
	{ WORD_REASON, N_("Reason") },
};

static void
facts(struct visit *v, const struct item_info *i)
{
	struct buf *b = v->out;
	const struct change *c = &i->said;

	buf_text(b, "<dl>\n");
	address(v, c->url);
	site(v, i->site);
	sheet_fact_time(b, _("Published"), c->published);
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
		sheet_fact_text(b, _(words[w].name), c->word[words[w].word]);
	sheet_fact_text(b, _("Type"), c->type);
	if (c->length > 0)
		sheet_fact_number(b, _("Bytes"), c->length);
	sheet_fact_text(b, _("Site's own id"), c->id);
	buf_text(b, "</dl>\n");
}

/* --- its past ------------------------------------------------------------ */

static const char *
kind_word(enum change_kind k)
{
	static const char *const names[] = {
		[CHANGE_CREATED] = N_("created"),
		[CHANGE_UPDATED] = N_("updated"),
		[CHANGE_DELETED] = N_("withdrawn"),
		[CHANGE_MOVE] = N_("move announced"),
		[CHANGE_NOTICE] = N_("notice"),
	};

	if ((size_t)k >= sizeof(names) / sizeof(names[0]) || names[k] == NULL)
		return _("other");
	return _(names[k]);
}

struct history {
	struct buf *out;
	size_t rows;
};

static bool
past_row(void *arg, const struct past *p)
{
	struct history *h = arg;
	struct buf *b = h->out;

	buf_printf(b, "<tr><th scope=\"row\" class=\"state\">%s</th><td>",
	    kind_word(p->said.kind));
	markup_time(b, p->said.when);
	buf_text(b, "</td><td>");
	markup_time(b, p->taken);
	buf_text(b, "</td><td>");
	markup_time(b, p->shown);
	buf_printf(b, "</td><td class=\"n far\">%" PRIu64 "</td></tr>\n",
	    p->place);
	return ++h->rows < PAST && !b->bad;
}

static void
history(struct visit *v, const struct item_info *i)
{
	struct buf *b = v->out;
	struct history h = { .out = b };

	buf_printf(b, "<h2>%s</h2>\n<div class=\"wide\" tabindex=\"0\""
	    " role=\"region\" aria-label=\"%s\"><table><thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
	    "<th scope=\"col\" class=\"n far\">%s</th></tr></thead>\n<tbody>\n",
	    _("History"), _("History"), _("Change"), _("At the site"),
	    _("Taken"), _("Shown"), _("Journal place"));
	query_past(v->query, i->number, past_row, &h);
	buf_text(b, "</tbody></table></div>\n");
	if (h.rows == PAST && i->changes > PAST) {
		buf_text(b, "<p class=\"soft\">");
		buf_printf(b, _("The newest %d of %" PRIu64 " changes; zqhub "
		    "item shows all."), PAST, i->changes);
		buf_text(b, "</p>\n");
	}
}

static void
page(struct visit *v, const struct item_info *i)
{
	struct buf *b = v->out, title;

	buf_init(&title, VISIT_TITLE);
	visit_title(&title, &i->said);
	sheet_begin(v, buf_look(&title));
	buf_text(b, "<h1>");
	markup_text(b, buf_look(&title));
	buf_text(b, "</h1>\n");
	buf_clear(&title);
	if (i->withdrawn) {
		buf_printf(b, "<p class=\"note\">%s ",
		    _("Withdrawn by its site:"));
		markup_time(b, i->updated);
		buf_text(b, "</p>\n");
	}
	facts(v, i);
	dash_from_item(v, i);
	history(v, i);
	sheet_end(v);
}

void
dash_item(struct visit *v)
{
	struct item_info i;
	struct span name = v->path.n > 0 ? v->path : v->argument[VISIT_URL];

	if (name.n > 0 && query_item(v->query, name, &i))
		page(v, &i);
	else
		dash_fail(v, 404, _("There is no such item."));
}
