#include "hub/cmd_notice_said.h"

#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/cmd_fact.h"
#include "hub/query_notice.h"

static struct span
word(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return (struct span){ .at = json_string_value(v),
		.n = json_string_length(v) };
}

static int64_t
time_of(const json_t *o, const char *name)
{
	struct span s = word(o, name);
	int64_t ms;

	return s.n > 0 && clock_parse(s.at, s.n, 0, &ms) ? ms : CLOCK_NONE;
}

/* "to come" says more than "open". */
static const char *
state_of(const json_t *o)
{
	enum notice_state s = notice_state_named(word(o, "state"));
	enum notice_phase p = query_phase_named(word(o, "phase"));

	if (p < NOTICE_PHASES && (s == NOTICE_OPEN || s == NOTICE_OVERRUN))
		return notice_phase_word(p);
	return s == NOTICE_RESOLVED ? _("resolved") :
	    s == NOTICE_WITHDRAWN ? _("withdrawn") : _("over");
}

/* From when to when, with the offset of the clocks that it is shown by. */
static void
print_when(const json_t *o)
{
	bool recurs = word(o, "recurs").n > 0;

	cmd_fact(_("recurs"), word(o, "recurs"));
	cmd_fact(_("time zone"), word(o, "zone"));
	cmd_fact_time(recurs ? _("next") : _("from"), time_of(o, recurs ?
	    "window_from" : "from"));
	cmd_fact_time(recurs ? _("to") : _("until"), time_of(o, recurs ?
	    "window_until" : "until"));
}

/* What was announced isn't counted, but not from before that. */
static void
print_excluded(const json_t *o, enum notice_kind kind)
{
	int64_t from = time_of(o, "from"), until = time_of(o, "until");
	char a[CLOCK_TEXT_MAX], b[CLOCK_TEXT_MAX], text[256];

	if (from < time_of(o, "announced"))
		from = time_of(o, "announced");
	clock_show(a, from);
	if (word(o, "service").n > 0)
		snprintf(text, sizeof(text), "%s", _("nothing: one service "
		    "is not the whole site"));
	else if (word(o, "recurs").n > 0)
		snprintf(text, sizeof(text), "%s", _("each time that it "
		    "recurs"));
	else if (kind == NOTICE_CLOSING)
		snprintf(text, sizeof(text), _("from %s on"), a);
	else if (until == CLOCK_NONE)
		snprintf(text, sizeof(text), _("from %s until it is "
		    "resolved"), a);
	else
		snprintf(text, sizeof(text), _("from %s until %s"), a,
		    clock_show(b, until));
	cmd_fact(_("not counted"), span_of(text));
}

void
cmd_notice_said(const json_t *result)
{
	enum notice_kind kind = notice_kind_named(word(result, "kind"));
	enum notice_state state = notice_state_named(word(result, "state"));

	if (kind == NOTICE_NONE) {
		printf("%s\n", _("Nothing changes."));
		return;
	}
	printf(_("Notice %lld: %s, %s\n"), (long long)json_integer_value(
	    json_object_get(result, "notice")), notice_kind_word(kind),
	    state_of(result));
	if (state != NOTICE_OPEN)
		return;
	cmd_fact(_("service"), word(result, "service"));
	print_when(result);
	print_excluded(result, kind);
}
