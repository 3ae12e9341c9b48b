/*
 * zqhub held dismiss: an operator takes what is held out of the list.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"

/* NULL: said why. */
static json_t *
question(const struct cmd_line *l, const char *code)
{
	json_t *said = json_pack("{s:s}", "do", "dismiss"), *text;
	uint64_t place;

	if (code == NULL && !text_number(span_of(l->word[0]), 1, INT64_MAX,
	    &place)) {
		cmd_fail(_("zqhub held lists them"), _("\"%s\": expected a "
		    "place, a number from 1"), l->word[0]);
		json_decref(said);
		return NULL;
	}
	if (code == NULL)
		json_object_set_new(said, "place",
		    json_integer((json_int_t)place));
	text = json_string(code != NULL ? code : "");
	json_object_set_new(said, "code", text != NULL ? text :
	    json_string("\xef\xbf\xbd"));
	text = json_string(cmd_value(l, "reason"));
	if (text == NULL) {
		cmd_fail(NULL, _("--%s is not UTF-8"), "reason");
		json_decref(said);
		return NULL;
	}
	json_object_set_new(said, "reason", text);
	return said;
}

static void
print(const json_t *result)
{
	const char *code = json_string_value(json_object_get(result,
	    "code"));
	json_int_t n = json_integer_value(json_object_get(result,
	    "dismissed"));

	printf(n == 1 ? _("%" PRId64 " entry of %s was taken out of the "
	    "list; it stays in the journal.\n") :
	    _("%" PRId64 " entries of %s were taken out of the list; they "
	    "stay in the journal.\n"), (int64_t)n,
	    code != NULL && code[0] != '\0' ? code : _("the hub"));
}

int
cmd_held_dismiss(struct cmd_line *l)
{
	const char *code = cmd_value(l, "site");
	json_t *said, *result;

	if ((l->words == 1) == (code != NULL)) {
		cmd_fail(_("zqhub held lists both"), _("held dismiss: give a "
		    "place, or --site CODE for all of a site"));
		return CMD_USAGE;
	}
	said = question(l, code);
	if (said == NULL)
		return CMD_USAGE;
	result = cmd_act(l, said);
	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	print(result);
	json_decref(result);
	return CMD_OK;
}
