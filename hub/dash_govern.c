#include "hub/dash_govern.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/lang.h"
#include "hub/dash_evidence.h"
#include "hub/form.h"
#include "hub/markup.h"
#include "hub/query_home.h"

#define PATH_MAX_HERE 64

static void
act(struct visit *v, const struct site_info *s, const char *name,
    const char *what, const char *button)
{
	char path[PATH_MAX_HERE];
	struct form f;

	if (!visit_may(v, name))
		return;
	snprintf(path, sizeof(path), "/site/%s", s->code);
	form_begin(&f, v, &(struct form_spec){ .act = name, .next = path,
	    .fold = what, .key = { { "code", span_of(s->code), 0 } } });
	form_text(&f, "reason", _("Reason; it is kept"), true);
	form_end(&f, button);
}

/* Two agents speak for it: one is kept. */
static void
settle(struct visit *v, const struct site_info *s)
{
	static const char *const sides[] = { "1", "2" };
	char path[PATH_MAX_HERE];
	struct form f;

	if (!s->forked || !visit_may(v, "settle"))
		return;
	snprintf(path, sizeof(path), "/site/%s", s->code);
	for (int i = 0; i < 2; i++) {
		form_begin(&f, v, &(struct form_spec){ .act = "settle",
		    .next = path, .key = { { "code", span_of(s->code), 0 },
		    { "keep", span_of(sides[i]), 0 } } });
		buf_printf(v->out, "<p>%s <b>", i == 0 ?
		    _("The agent that was there before, at") :
		    _("The agent that came later, at"));
		markup_text(v->out, s->agent_address[i]);
		buf_text(v->out, "</b></p>");
		form_text(&f, "reason", _("Reason; it is kept"), false);
		form_end(&f, _("Keep this one"));
	}
}

static void
gate(struct visit *v, const struct site_info *s)
{
	if (!s->gate)
		return;
	buf_printf(v->out, ngettext("<p class=\"note\">The gate is closed: "
	    "%" PRIu64 " withdrawal is held.</p>\n", "<p class=\"note\">The "
	    "gate is closed: %" PRIu64 " withdrawals are held.</p>\n",
	    s->gated + s->agent_held), s->gated + s->agent_held);
	act(v, s, "release", _("Withdraw them"), _("Withdraw what is held"));
	act(v, s, "refuse", _("Keep them in the index"),
	    _("Refuse what is held"));
}

/* Its page isn't as it was: is that right? */
static void
home(struct visit *v, const struct site_info *s)
{
	struct home_row row;

	if (!query_home(v->query, s->number, &row) ||
	    row.verdict < HOME_CANDIDATE || !visit_may(v, "home-accept"))
		return;
	buf_printf(v->out, "<p><a href=\"#" DASH_EVIDENCE_ID "\">%s</a></p>\n",
	    _("What it is like now, beside what it was when it was well"));
	act(v, s, "home-accept", _("The home page is right as it is now"),
	    _("Accept the home page"));
}

void
dash_govern(struct visit *v, const struct site_info *s)
{
	gate(v, s);
	settle(v, s);
	home(v, s);
	if (s->quarantined)
		act(v, s, "admit", _("Admit its renewed certificate"),
		    _("Admit"));
	if (s->state == SITE_BLOCKED)
		act(v, s, "unblock", _("Lift the block"), _("Unblock"));
	else if (!s->retired)
		act(v, s, "block", _("Block this site"), _("Block"));
}
