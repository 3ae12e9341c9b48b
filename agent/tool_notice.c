/*
 * zqagent say outage | maintenance | closing | resolved: what the site
 * announces of itself.
 */
#include "agent/tool.h"

#include <stdio.h>
#include <string.h>

#include "agent/announced.h"
#include "agent/say_notice.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"

#define LINE_MAX_BYTES 8192

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

/* A list of what is announced, one a line below these words. */
static void
print_list(json_t *answer, const char *name, const char *words)
{
	json_t *list = json_object_get(answer, name), *one;
	struct buf b;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	printf("%s\n", words);
	json_array_foreach(list, i, one) {
		buf_init(&b, LINE_MAX_BYTES);
		announced_show(&b, one);
		printf("  %s\n", buf_cstr(&b));
		buf_clear(&b);
	}
}

/* What the norm asks for and this closing hasn't. */
static void
warn_of_brief(json_t *answer)
{
	long long days = (long long)json_integer_value(
	    json_object_get(answer, "days_ahead"));
	long long due = (long long)json_integer_value(
	    json_object_get(answer, "days_due"));

	if (!json_is_true(json_object_get(answer, "brief")))
		return;
	if (days < due)
		fprintf(stderr, ngettext("zqagent: this is announced only %lld "
		    "day ahead: %lld are due\n", "zqagent: this is announced "
		    "only %lld days ahead: %lld are due\n",
		    (unsigned long)days), days, due);
	if (json_text(answer, "see")[0] == '\0')
		fputs(_("zqagent: no successor is named (--see): where do "
		    "people turn to?\n"), stderr);
	fputs(_("zqagent: until that is so the site counts as closed without "
	    "leave; said again with\nanother --at or --see it is the same "
	    "closing\n"), stderr);
}

/* What it has to do with the pages that the hub looks at. */
static void
print_service(json_t *answer)
{
	const char *service = json_text(answer, "service");
	char url[TOOL_URL];

	if (service[0] == '\0')
		return;
	if (json_text(answer, "address")[0] != '\0')
		printf(_("it is %s and what is below: the hub doesn't look "
		    "there meanwhile\n"), tool_url(url, answer, "address"));
	else
		fprintf(stderr, _("zqagent: \"%s\" is a name alone: it is "
		    "shown, but the hub ties it to no page; said once with\n"
		    "its address it is known from then on: --service '%s "
		    "https://www.example.gov.cn/bmfw/'\n"), service, service);
}

void
tool_notice_print(json_t *answer)
{
	char from[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];
	bool ends = json_object_get(answer, "unknown") != NULL;

	printf(_("kept as change %lld\n"), (long long)json_integer_value(
	    json_object_get(answer, "seq")));
	if (!ends && json_text(answer, "from")[0] != '\0' &&
	    json_text(answer, "until")[0] != '\0')
		printf(_("from %s until %s\n"),
		    tool_time(from, answer, "from"),
		    tool_time(until, answer, "until"));
	print_service(answer);
	print_list(answer, "replaces", _("instead of what was announced:"));
	print_list(answer, "beside", _("beside it stays announced (--withdraw "
	    "takes it back):"));
	print_list(answer, "ends", _("no longer announced:"));
	print_list(answer, "open", _("announced from here, and not ended by "
	    "this:"));
	if (json_is_true(json_object_get(answer, "unknown")))
		fputs(_("zqagent: nothing like that was announced from here "
		    "(zqagent status shows what is); if the\nhub knows of "
		    "nothing either it says so in a letter: zqagent "
		    "letters\n"), stderr);
	warn_of_brief(answer);
}
