#include "hub/form.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "hub/markup.h"

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
form_begin(const struct visit *v, const char *act, const char *next)
{
	char path[64];

	must(snprintf(path, sizeof(path), "/act/%s", act) <
	    (int)sizeof(path));
	begin(v, "act", path);
	form_hidden(v, "next", span_of(next));
}

void
form_hidden(const struct visit *v, const char *name, struct span value)
{
	buf_printf(v->out, "<input type=\"hidden\" name=\"%s\" value=\"",
	    name);
	markup_text(v->out, value);
	buf_text(v->out, "\">");
}

void
form_number(const struct visit *v, const char *name, uint64_t n)
{
	buf_printf(v->out, "<input type=\"hidden\" name=\"%s\" value=\"%"
	    PRIu64 "\">", name, n);
}

static void
field(const struct visit *v, const char *class, const char *type,
    const char *name, const char *label, bool must)
{
	buf_printf(v->out, "<label class=\"%s\">%s<input type=\"%s\" "
	    "name=\"%s\" maxlength=\"400\" autocomplete=\"off\"%s></label>",
	    class, label, type, name, must ? " required" : "");
}

void
form_text(const struct visit *v, const char *name, const char *label,
    bool must)
{
	field(v, "long", "text", name, label, must);
}

void
form_time(const struct visit *v, const char *name, const char *label,
    bool must)
{
	field(v, "time", "datetime-local", name, label, must);
}

void
form_choice(const struct visit *v, const char *name, const char *label,
    const struct form_choice *choices, size_t count)
{
	struct buf *b = v->out;

	buf_printf(b, "<label>%s<select name=\"%s\">", label, name);
	for (size_t i = 0; i < count; i++) {
		buf_printf(b, "<option value=\"%s\">", choices[i].value);
		markup_text(b, span_of(choices[i].label));
		buf_text(b, "</option>");
	}
	buf_text(b, "</select></label>");
}

void
form_span(const struct visit *v, const char *name, const char *label)
{
	const struct form_choice spans[] = {
		{ "30m", _("30 minutes") }, { "2h", _("2 hours") },
		{ "8h", _("8 hours") }, { "24h", _("a day") },
		{ "7d", _("a week") },
	};

	form_choice(v, name, label, spans, sizeof(spans) / sizeof(spans[0]));
}

void
form_end(const struct visit *v, const char *button)
{
	buf_printf(v->out, "<button>%s</button></form>\n", button);
}

void
form_sign_out(const struct visit *v)
{
	begin(v, "who", "/signout");
	buf_text(v->out, "<span>");
	markup_text(v->out, span_of(v->who.name));
	buf_text(v->out, "</span>");
	form_end(v, _("Sign out"));
}
