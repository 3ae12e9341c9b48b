#include "hub/link_sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/dash.h"
#include "hub/markup.h"
#include "protocol/limits.h"

/* --- tables --------------------------------------------------------------- */

void
link_sheet_begin(struct buf *b, const char *label, const char *const *heading,
    unsigned numbers)
{
	buf_printf(b, "<div class=\"wide\" tabindex=\"0\" role=\"region\""
	    " aria-label=\"%s\"><table><thead><tr>", label);
	for (; *heading != NULL; heading++, numbers >>= 1)
		buf_printf(b, "<th scope=\"col\"%s>%s</th>",
		    (numbers & 1) != 0 ? " class=\"n\"" : "", _(*heading));
	buf_text(b, "</tr></thead>\n<tbody>\n");
}

void
link_sheet_end(struct buf *b, size_t rows)
{
	if (rows > 0)
		buf_text(b, "</tbody></table></div>\n");
	else
		buf_printf(b, "<p>%s</p>\n", _("There are none."));
}

void
link_sheet_to(struct visit *v, const char *path, enum visit_argument name,
    struct span value)
{
	struct buf rest;

	buf_init(&rest, 3 * LIMIT_URL + 32);
	buf_printf(&rest, "%s%s%s=", path, strchr(path, '?') != NULL ?
	    "&amp;" : "?", visit_names[name]);
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
	outcome_repair(&text, &c->record, c->detail);
	buf_text(b, "<br>");
	markup_text(b, buf_look(&text));
	buf_clear(&text);
}

void
link_sheet_state(struct buf *b, const struct target_info *t)
{
	buf_text(b, t->broken ? "<strong>" : "");
	markup_text(b, span_of(t->looked ? outcome_word(checked_outcome(
	    &t->seen, t->asked)) : _(target_state_name(t->state))));
	buf_text(b, t->broken ? "</strong>" : "");
	if (t->looked)
		buf_printf(b, " <span class=\"soft\">(%s)</span>",
		    checked_is_pinned(&t->seen, t->asked) ?
		    _("a person says so") : _("seen by the hub"));
	if (t->now.n > 0) {
		buf_text(b, "<br>→ ");
		markup_url(b, t->now);
	}
	if (t->looked && t->broken)
		put_seen(b, &t->seen);
}

void
link_sheet_text(struct buf *b, struct span text)
{
	if (text.n == 0)
		return;
	buf_text(b, "<br><span class=\"soft\">");
	markup_text(b, text);
	buf_text(b, "</span>");
}

void
link_sheet_line(struct buf *b, uint32_t line)
{
	if (line > 0)
		buf_printf(b, "%" PRIu32, line);
}

void
link_sheet_count(struct buf *b, const struct link_count *n)
{
	buf_printf(b, n->exact ? _("%" PRIu64 " pages of %" PRIu64 " sites "
	    "link there.") : _("At least %" PRIu64 " pages of %" PRIu64
	    " sites link there."), n->pages, n->sites);
}

bool
link_sheet_after(struct visit *v, uint64_t *skip)
{
	struct span after = v->argument[VISIT_AFTER];

	*skip = 0;
	if (after.n == 0 || text_number(after, 0, INT64_MAX, skip))
		return true;
	dash_fail(v, 400, _("after: expected the number of links to leave "
	    "out"));
	return false;
}

void
link_sheet_next(struct visit *v, const char *path, uint64_t skip)
{
	char after[24];

	snprintf(after, sizeof(after), "%" PRIu64, skip);
	buf_printf(v->out, "<p class=\"more\"><a rel=\"next\" href=\"%s",
	    path);
	visit_link(v, v->out, VISIT_AFTER, span_of(after));
	buf_printf(v->out, "\">%s</a></p>\n", _("More links"));
}
