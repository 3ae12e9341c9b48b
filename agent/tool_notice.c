/*
 * zqagent say outage | maintenance | closing | resolved: what the site
 * announces of itself.
 */
#include "agent/tool.h"

#include <stdio.h>
#include <string.h>

#include "agent/say_notice.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"

bool
tool_notice_is(const struct tool *t)
{
	return t->places == 1 && say_notice_is(span_of(t->place[0]));
}

json_t *
tool_notice_question(struct tool *t)
{
	static const char *const names[] = { "service", "from", "until",
		"at", "every", "zone" };
	json_t *o = json_pack("{s:s, s:s, s:b}", "do", "say", "kind",
	    t->place[0], "withdraw", tool_value(t, "withdraw") != NULL);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = tool_value(t, names[i]);

		if (value != NULL && json_object_set_new(o, names[i],
		    json_string(value)) != 0) {
			(void)tool_fail(NULL, _("--%s is not UTF-8"),
			    names[i]);
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

void
tool_notice_print(json_t *answer)
{
	char from[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];

	printf(_("kept as change %lld\n"), (long long)json_integer_value(
	    json_object_get(answer, "seq")));
	if (json_text(answer, "from")[0] != '\0' &&
	    json_text(answer, "until")[0] != '\0')
		printf(_("from %s until %s\n"),
		    tool_time(from, answer, "from"),
		    tool_time(until, answer, "until"));
	if (json_is_true(json_object_get(answer, "brief")))
		fputs(_("zqagent: a site that closes announces it 30 days "
		    "ahead and names its successor\n(--see): without that it "
		    "counts as closed without leave\n"), stderr);
}
