#include "hub/again.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/http_query.h"
#include "hub/markup.h"
#include "hub/permission.h"
#include "hub/visit.h"

struct span
again_value(const struct again *a, const char *name, struct buf *room)
{
	if (!http_query_get(a->body, name, room) ||
	    !text_is_utf8(buf_look(room)))
		buf_reset(room);
	return buf_look(room);
}

bool
again_is(const struct again *a, const char *name, struct span value)
{
	struct buf room;
	bool same;

	buf_init(&room, AGAIN_VALUE);
	same = span_is(again_value(a, name, &room), value);
	buf_clear(&room);
	return same;
}

/* --- the note ---------------------------------------------------------------- */

static void
put_sentence(struct buf *b, const struct again *a)
{
	if (a->label.n > 0) {
		buf_text(b, "<a href=\"#again\">");
		markup_text(b, buf_look(&a->label));
		buf_text(b, "</a>: ");
	}
	markup_text(b, span_of(a->why));
	if (a->hint != NULL && a->hint[0] != '\0') {
		buf_text(b, "<br>");
		markup_text(b, span_of(a->hint));
	}
}

/* Only now it is known what the field is called. */
void
again_put_note(struct visit *v)
{
	struct again *a = v->again;
	struct buf rest;

	buf_init(&rest, VISIT_BODY_MAX);
	buf_put(&rest, v->out->at + a->at, v->out->n - a->at);
	buf_cut(v->out, a->at);
	buf_printf(v->out, "<p class=\"note\" role=\"alert\"><b>%s</b><br>",
	    a->title);
	put_sentence(v->out, a);
	buf_text(v->out, "</p>\n");
	buf_span(v->out, buf_look(&rest));
	v->out->bad = v->out->bad || rest.bad;
	buf_clear(&rest);
}

/* --- what was said ------------------------------------------------------------- */

static bool
is_typed(const struct permission_field *f)
{
	return f->kind != FIELD_NUMBER && f->kind != FIELD_DURATION;
}

void
again_put_said(struct visit *v)
{
	const struct permission *p = permission_of(v->again->act);
	struct buf room;
	size_t n = 0;

	if (p == NULL)
		return;
	buf_init(&room, AGAIN_VALUE);
	for (const struct permission_field *f = p->field; f->name != NULL;
	    f++) {
		if (!is_typed(f) ||
		    again_value(v->again, f->name, &room).n == 0)
			continue;
		if (n++ == 0)
			buf_printf(v->out, "<p>%s</p>\n<ul class=\"said\">\n",
			    _("What you had typed, to be copied:"));
		buf_text(v->out, "<li>");
		markup_text(v->out, buf_look(&room));
		buf_text(v->out, "</li>\n");
	}
	if (n > 0)
		buf_text(v->out, "</ul>\n");
	buf_clear(&room);
}
