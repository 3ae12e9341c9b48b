#include "hub/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/again.h"
#include "hub/markup.h"

#define WHY_ID "again-why"	/* of the sentence at the field, … */
#define FIELD_ID "again"	/* … which is this */

/* --- its beginning ------------------------------------------------------------ */

static void
begin(const struct visit *v, const char *class, const char *path)
{
	buf_printf(v->out, "<form class=\"%s\" method=\"post\" action=\"%s",
	    class, path);
	if (v->chose_language)
		buf_printf(v->out, "?lang=%s", lang_now());
	buf_printf(v->out, "\"><input type=\"hidden\" name=\"form\" "
	    "value=\"%s\">", v->who.form);
}

void
form_hidden(const struct visit *v, const char *name, struct span value)
{
	buf_printf(v->out, "<input type=\"hidden\" name=\"%s\" value=\"",
	    name);
	markup_text(v->out, value);
	buf_text(v->out, "\">");
}

static struct span
key_text(const struct form_key *k, char number[24])
{
	if (k->text.n > 0)
		return k->text;
	snprintf(number, 24, "%" PRIu64, k->number);
	return span_of(number);
}

/* Is it the one that was sent? */
static bool
is_again(const struct again *a, const struct form_spec *s)
{
	char number[24];

	if (a == NULL || a->found || strcmp(a->act, s->act) != 0)
		return false;
	for (size_t i = 0; i < FORM_KEYS && s->key[i].name != NULL; i++)
		if (!again_is(a, s->key[i].name, key_text(&s->key[i],
		    number)))
			return false;
	return true;
}

void
form_begin(struct form *f, const struct visit *v, const struct form_spec *s)
{
	char path[64], number[24];

	*f = (struct form){ .out = v->out, .folds = s->fold != NULL,
	    .again = is_again(v->again, s) ? v->again : NULL };
	if (f->again != NULL)
		f->again->found = true;
	if (f->folds)
		buf_printf(f->out, "<details%s><summary>%s</summary>\n",
		    f->again != NULL ? " open" : "", s->fold);
	must(snprintf(path, sizeof(path), "/act/%s", s->act) <
	    (int)sizeof(path));
	begin(v, "act", path);
	form_hidden(v, "next", span_of(s->next));
	for (size_t i = 0; i < FORM_KEYS && s->key[i].name != NULL; i++)
		form_hidden(v, s->key[i].name, key_text(&s->key[i], number));
}

/* --- one field ----------------------------------------------------------------- */

/* "Until (empty: not known)": "Until". */
static struct span
name_in(const char *label)
{
	static const char *const marks[] = { "(", ":", ";", "（", "：", "；" };
	size_t n = strlen(label);

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *at = strstr(label, marks[i]);

		if (at != NULL && (size_t)(at - label) < n)
			n = (size_t)(at - label);
	}
	return text_trim((struct span){ label, n });
}

static bool
is_amiss(const struct form *f, const char *name)
{
	return f->again != NULL && f->again->field != NULL &&
	    strcmp(f->again->field, name) == 0;
}

static void
begin_field(struct form *f, const char *name, const char *class,
    const char *label)
{
	if (is_amiss(f, name)) {
		buf_printf(f->out, "<div class=\"amiss %s\">", class);
		buf_span(&f->again->label, name_in(label));
	}
	buf_printf(f->out, "<label class=\"%s\">%s", class, label);
}

/* Attributes: the focus is at what is wrong, else where one begins. */
static void
attend(struct form *f, const char *name)
{
	if (is_amiss(f, name))
		buf_text(f->out, " id=\"" FIELD_ID "\" aria-invalid=\"true\" "
		    "aria-describedby=\"" WHY_ID "\" autofocus");
	else if (f->again != NULL && f->again->field == NULL && !f->focused)
		buf_text(f->out, " id=\"" FIELD_ID "\" autofocus");
	f->focused = true;
}

static void
end_field(struct form *f, const char *name)
{
	buf_text(f->out, "</label>");
	if (!is_amiss(f, name))
		return;
	buf_text(f->out, "<p class=\"wrong\" id=\"" WHY_ID "\">");
	markup_text(f->out, span_of(f->again->why));
	buf_text(f->out, "</p></div>");
}

static void
field(struct form *f, const char *class, const char *type, const char *name,
    const char *label, struct span value, bool must)
{
	begin_field(f, name, class, label);
	buf_printf(f->out, "<input type=\"%s\" name=\"%s\" maxlength=\"400\" "
	    "autocomplete=\"off\"%s", type, name, must ? " required" : "");
	if (value.n > 0) {
		buf_text(f->out, " value=\"");
		markup_text(f->out, value);
		buf_byte(f->out, '"');
	}
	attend(f, name);
	buf_byte(f->out, '>');
	end_field(f, name);
}

static struct span
said(const struct form *f, const char *name, struct buf *room)
{
	buf_init(room, AGAIN_VALUE);
	return f->again != NULL ? again_value(f->again, name, room) :
	    SPAN_NONE;
}

/* --- fields --------------------------------------------------------------------- */

void
form_text(struct form *f, const char *name, const char *label, bool must)
{
	struct buf room;

	field(f, "long", "text", name, label, said(f, name, &room), must);
	buf_clear(&room);
}

/* "2026-11-22T18:00": a browser shows nothing else in a field of times. */
static bool
is_local(struct span s)
{
	static const char like[] = "0000-00-00T00:00";

	if (s.n != sizeof(like) - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (like[i] == '0' ? s.at[i] < '0' || s.at[i] > '9' :
		    s.at[i] != like[i])
			return false;
	return true;
}

void
form_time(struct form *f, const char *name, const char *label, bool must)
{
	struct buf room;
	struct span value = said(f, name, &room);

	field(f, "time", value.n == 0 || is_local(value) ? "datetime-local" :
	    "text", name, label, value, must);
	buf_clear(&room);
}

void
form_choice(struct form *f, const char *name, const char *label,
    const struct form_choice *choices, size_t count)
{
	struct buf *b = f->out, room;
	struct span chosen = said(f, name, &room);

	begin_field(f, name, "choice", label);
	buf_printf(b, "<select name=\"%s\"", name);
	attend(f, name);
	buf_byte(b, '>');
	for (size_t i = 0; i < count; i++) {
		buf_printf(b, "<option value=\"%s\"%s>", choices[i].value,
		    f->again != NULL && span_is(chosen,
		    span_of(choices[i].value)) ? " selected" : "");
		markup_text(b, span_of(choices[i].label));
		buf_text(b, "</option>");
	}
	buf_text(b, "</select>");
	end_field(f, name);
	buf_clear(&room);
}

void
form_span(struct form *f, const char *name, const char *label)
{
	const struct form_choice spans[] = {
		{ "30m", _("30 minutes") }, { "2h", _("2 hours") },
		{ "8h", _("8 hours") }, { "24h", _("a day") },
		{ "7d", _("a week") },
	};

	form_choice(f, name, label, spans, sizeof(spans) / sizeof(spans[0]));
}

/* --- its end --------------------------------------------------------------------- */

void
form_end(struct form *f, const char *button)
{
	buf_printf(f->out, "<button>%s</button></form>\n%s", button,
	    f->folds ? "</details>\n" : "");
}

void
form_sign_out(const struct visit *v)
{
	begin(v, "who", "/signout");
	buf_text(v->out, "<span>");
	markup_text(v->out, span_of(v->who.name));
	buf_printf(v->out, "</span><button>%s</button></form>\n",
	    _("Sign out"));
}
