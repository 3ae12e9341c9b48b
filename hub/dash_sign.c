#include "hub/dash_sign.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/again.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/sheet.h"

#define NAME_SHOWN 200	/* bytes of a name that can be none */

static void
fields(struct visit *v)
{
	struct buf *b = v->out;
	bool known = v->typed_name.n > 0;

	buf_text(b, "<form class=\"sign\" method=\"post\""
	    " action=\"");
	sheet_href(v, b, "/signin", SPAN_NONE);
	buf_text(b, "\">");
	form_hidden(v, "next", v->argument[VISIT_NEXT]);
	if (v->again != NULL) {
		form_hidden(v, "act", span_of(v->again->act));
		form_hidden(v, "said", v->again->body);
	}
	buf_printf(b, "<label>%s<input name=\"name\" autocomplete=\"username\""
	    " autocapitalize=\"none\" spellcheck=\"false\" required%s "
	    "value=\"", _("Name"), known ? "" : " autofocus");
	markup_text(b, v->typed_name);
	buf_printf(b, "\"></label>"
	    "<label>%s<input type=\"password\" name=\"password\" "
	    "autocomplete=\"current-password\" required%s></label>"
	    "<button>%s</button></form>\n", _("Password"),
	    known ? " autofocus" : "", _("Sign in"));
}

/* He can do nothing about it here but tell the operator. */
static void
unknown(struct visit *v, struct span name)
{
	struct buf *b = v->out;

	buf_text(b, "<p class=\"note\" role=\"alert\">");
	markup_text(b, text_cut(name, NAME_SHOWN));
	buf_printf(b, ": %s", _("that is who the web server says you are, and "
	    "there is no such user. The hub's operator lets people in with"));
	if (user_name_is_fit(name))
		buf_printf(b, "<br><code>zqhub user add %.*s --header-only"
		    "</code>", SPAN_ARGS(name));
	else
		buf_text(b, "<br><code>zqhub user add NAME --header-only"
		    "</code>");
	buf_text(b, "</p>\n");
}

static void
page(struct visit *v, const char *why)
{
	struct buf *b = v->out;

	sheet_begin_bare(v, span_of(_("Sign in")));
	buf_printf(b, "<h1>%s</h1>\n", _("Sign in"));
	if (why != NULL) {
		buf_text(b, "<p class=\"note\" role=\"alert\">");
		markup_text(b, span_of(why));
		buf_text(b, "</p>\n");
	}
	if (v->who.unknown.n > 0)
		unknown(v, v->who.unknown);
	if (v->has_users)
		fields(v);
	else
		buf_printf(b, "<p>%s<br><code>zqhub user add NAME --role "
		    "admin</code></p>\n", _("Nobody can sign in yet. The "
		    "hub's operator lets people in with"));
	sheet_end(v);
}

void
dash_sign(struct visit *v)
{
	page(v, NULL);
}

void
dash_sign_again(struct visit *v, int status, const char *why)
{
	buf_reset(v->out);
	v->status = status;
	page(v, why);
}
