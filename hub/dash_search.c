/*
 * The search: its fields as they were filled in, and what it finds. Without
 * words it lists all there is, newest first.
 */
#include "hub/dash.h"

#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/markup.h"
#include "hub/sheet.h"

struct field {
	const char *label, *type, *class;
	enum visit_argument name;
};

static const struct field fields[] = {
	{ N_("Words"), "search", " class=\"long\"", VISIT_Q },
	{ N_("Site code"), "text", "", VISIT_SITE },
	{ N_("Column"), "text", "", VISIT_COLUMN },
	{ N_("From"), "date", "", VISIT_SINCE },
	{ N_("Until"), "date", "", VISIT_UNTIL },
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* A browser shows nothing else in a field of dates than "2026-11-22". */
static bool
is_date(struct span s)
{
	static const char like[] = "0000-00-00";

	if (s.n != sizeof(like) - 1)
		return s.n == 0;
	for (size_t i = 0; i < s.n; i++)
		if (like[i] == '0' ? s.at[i] < '0' || s.at[i] > '9' :
		    s.at[i] != like[i])
			return false;
	return true;
}

static void
put_field(struct visit *v, const struct field *f, bool amiss)
{
	struct span value = v->argument[f->name];
	struct buf *b = v->out;

	buf_printf(b, "<label%s>%s<input type=\"%s\" name=\"%s\"%s value=\"",
	    f->class, _(f->label), strcmp(f->type, "date") == 0 &&
	    !is_date(value) ? "text" : f->type, visit_names[f->name],
	    amiss ? " aria-invalid=\"true\" aria-describedby=\"again-why\" "
	    "autofocus" : "");
	markup_text(b, value);
	buf_text(b, "\"></label>\n");
}

/* amiss: a field, or NULL. */
static void
form(struct visit *v, const struct field *amiss)
{
	struct buf *b = v->out;

	buf_text(b, "<form action=\"/search\" role=\"search\">\n");
	for (size_t i = 0; i < FIELDS; i++)
		put_field(v, &fields[i], &fields[i] == amiss);
	if (v->chose_language)
		buf_printf(b, "<input type=\"hidden\" name=\"lang\""
		    " value=\"%s\">", lang_now());
	buf_printf(b, "<button>%s</button></form>\n", _("Search"));
}

/* "since: expected a date": the field, and what is said of it. */
static const struct field *
field_of(struct span *why)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t n = strlen(visit_names[fields[i].name]);

		if (why->n <= n + 2 || why->at[n] != ':' ||
		    !text_starts(*why, visit_names[fields[i].name]))
			continue;
		why->at += n + 2;
		why->n -= n + 2;
		return &fields[i];
	}
	return NULL;
}

/* All that was typed is there still. */
static void
refused(struct visit *v, struct span why)
{
	const struct field *amiss = field_of(&why);
	struct buf *b = v->out;

	buf_reset(b);
	v->status = 400;
	sheet_begin_bare(v, span_of(_("Not to be had")));
	buf_printf(b, "<h1>%s</h1>\n<p class=\"note\" role=\"alert\" "
	    "id=\"again-why\">", _("Search"));
	if (amiss != NULL)
		buf_printf(b, "%s: ", _(amiss->label));
	markup_text(b, why);
	buf_text(b, "</p>\n");
	form(v, amiss);
	sheet_end(v);
}

static bool
is_filtered(const struct visit *v)
{
	return v->argument[VISIT_Q].n > 0 || v->argument[VISIT_SITE].n > 0 ||
	    v->argument[VISIT_COLUMN].n > 0 ||
	    v->argument[VISIT_SINCE].n > 0 || v->argument[VISIT_UNTIL].n > 0;
}

static void
page(struct visit *v, const struct query_spec *spec)
{
	struct buf *b = v->out;
	const char *why, *heading = is_filtered(v) ? _("Search") :
	    _("Newest items");

	sheet_begin_bare(v, v->argument[VISIT_Q].n > 0 ?
	    v->argument[VISIT_Q] : span_of(heading));
	buf_printf(b, "<h1>%s</h1>\n", heading);
	form(v, NULL);
	if (!sheet_items(v, spec, &why)) {
		refused(v, span_of(why));
		return;
	}
	buf_text(b, "<p><a href=\"/feed");
	visit_link(v, b, VISIT_AFTER, SPAN_NONE);	/* from its start */
	buf_printf(b, "\">%s</a></p>\n", _("Follow this list (Atom)"));
	sheet_end(v);
}

void
dash_search(struct visit *v)
{
	struct query_spec spec;
	struct site_info site;
	struct buf why;

	buf_init(&why, VISIT_WHY);
	if (visit_spec(v, &spec, &site, &why))
		page(v, &spec);
	else
		refused(v, buf_look(&why));
	buf_clear(&why);
}
