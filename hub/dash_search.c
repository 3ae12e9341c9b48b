/*
 * The search: its fields as they were filled in, and what it finds. Without
 * words it lists all there is, newest first.
 */
#include "hub/dash.h"

#include "contrib/base/lang.h"
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

static void
put_field(struct visit *v, const struct field *f)
{
	struct buf *b = v->out;

	buf_printf(b, "<label%s>%s<input type=\"%s\" name=\"%s\" value=\"",
	    f->class, _(f->label), f->type, visit_names[f->name]);
	markup_text(b, v->argument[f->name]);
	buf_text(b, "\"></label>\n");
}

static void
form(struct visit *v)
{
	struct buf *b = v->out;

	buf_text(b, "<form action=\"/search\" role=\"search\">\n");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put_field(v, &fields[i]);
	if (v->chose_language)
		buf_printf(b, "<input type=\"hidden\" name=\"lang\""
		    " value=\"%s\">", lang_now());
	buf_printf(b, "<button>%s</button></form>\n", _("Search"));
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
	form(v);
	if (!sheet_items(v, spec, &why)) {
		dash_fail(v, 400, why);
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
		dash_fail(v, 400, buf_cstr(&why));
	buf_clear(&why);
}
