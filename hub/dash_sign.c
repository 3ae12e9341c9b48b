#include "hub/dash_sign.h"

#include "contrib/base/lang.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/sheet.h"

static void
fields(struct visit *v)
{
	struct buf *b = v->out;

	buf_text(b, "<form class=\"sign\" method=\"post\""
	    " action=\"/signin\">");
	form_hidden(v, "next", v->argument[VISIT_NEXT]);
	buf_printf(b, "<label>%s<input name=\"name\" autocomplete=\"username\""
	    " autocapitalize=\"none\" spellcheck=\"false\" required "
	    "autofocus></label>"
	    "<label>%s<input type=\"password\" name=\"password\" "
	    "autocomplete=\"current-password\" required></label>"
	    "<button>%s</button></form>\n", _("Name"), _("Password"),
	    _("Sign in"));
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
