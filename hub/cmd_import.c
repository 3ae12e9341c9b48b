/*
 * zqhub site import: many sites at once, and their tickets as CSV.
 */
#include "hub/cmd.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/charset.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/csv.h"

#define NAME_SHOWN 200			/* bytes of a file's name */
#define CSV_FILE_MAX (3u << 20)		/* fits into one line of control */

/* A spreadsheet in Chinese saves CSV as GBK. NULL: it is neither. */
static json_t *
read_text(struct span bytes)
{
	struct charset *c;
	struct buf text;
	json_t *o = NULL;

	if (text_is_utf8(bytes))
		return json_text_new(bytes);
	buf_init(&text, 2 * CSV_FILE_MAX);
	c = charset_open();
	if (charset_read(c, &text, bytes, CHARSET_GB18030) && !text.bad)
		o = json_text_new(buf_look(&text));
	charset_close(c);
	buf_clear(&text);
	return o;
}

static json_t *
read_csv(const char *path)
{
	json_t *text = NULL;
	struct buf b;

	buf_init(&b, CSV_FILE_MAX);
	if (cmd_file(path, &b) &&
	    (text = read_text(buf_look(&b))) == NULL)
		cmd_fail(_("save it as CSV UTF-8"), _("%s: is neither UTF-8 "
		    "nor GBK"), path);
	buf_clear(&b);
	return text;
}

/* Of a line, of what stands in it, or of the whole file. */
static void
print_error(const char *path, const json_t *e)
{
	json_int_t line = json_integer_value(json_object_get(e, "line"));
	const char *code = json_string_value(json_object_get(e, "code"));

	fprintf(stderr, "%s:", path);
	if (line > 0)
		fprintf(stderr, "%" JSON_INTEGER_FORMAT ":", line);
	if (code != NULL && code[0] != '\0')
		fprintf(stderr, " %s:", code);
	fprintf(stderr, " %s\n", json_string_value(json_object_get(e,
	    "error")));
}

static int
print_errors(const char *path, const json_t *errors)
{
	size_t i;
	json_t *e;

	json_array_foreach(errors, i, e)
		print_error(path, e);
	return cmd_fail(_("correct these lines and import the file again; "
	    "what is there already is left alone"),
	    ngettext("nothing was added: %zu line is wrong",
	    "nothing was added: %zu lines are wrong",
	    json_array_size(errors)), json_array_size(errors));
}

static void
put_member(struct buf *b, const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	csv_put(b, span_of(text != NULL ? text : ""));
}

/* A ticket for each, as CSV. */
void
cmd_import_rows(const struct cmd_line *l, const json_t *rows)
{
	static const char *const names[] = { "code", "name", "domain",
		"what", "enroll" };
	struct buf line;
	json_t *row;
	size_t i;

	buf_init(&line, 65536);
	printf("%scode,name,domain,what,enroll\n", cmd_flag(l, "bom") ?
	    CSV_BOM : "");
	json_array_foreach(rows, i, row) {
		for (size_t n = 0; n < 5; n++) {
			if (n > 0)
				buf_byte(&line, ',');
			put_member(&line, row, names[n]);
		}
		printf("%s\n", buf_cstr(&line));
		buf_reset(&line);
	}
	buf_clear(&line);
}

/* As protocol/reason.h knows it: it is kept, and shown in any language. */
static const char *
import_reason(char *text, size_t room, const char *path)
{
	struct span name = text_cut(text_last_name(span_of(path)), NAME_SHOWN);

	if (strcmp(path, "-") == 0 || !text_is_utf8(name))
		return "imported";
	snprintf(text, room, "imported from the file %.*s", SPAN_ARGS(name));
	return text;
}

int
cmd_import(struct cmd_line *l)
{
	char why[NAME_SHOWN + 64];
	json_t *csv = read_csv(l->word[0]), *result, *errors;
	bool dry = cmd_flag(l, "dry-run");
	int code = CMD_OK;

	if (csv == NULL)
		return CMD_NO;
	result = cmd_act(l, json_pack("{s:s, s:o, s:b, s:b, s:s}",
	    "do", "site-import", "csv", csv, "dry-run", dry,
	    "odd-code", cmd_flag(l, "odd-code"),
	    "reason", import_reason(why, sizeof(why), l->word[0])));
	if (result == NULL)
		return CMD_NO;
	errors = json_object_get(result, "errors");
	if (json_array_size(errors) > 0 && !l->json)
		code = print_errors(l->word[0], errors);
	else if (!l->json)
		cmd_import_rows(l, json_object_get(result, "rows"));
	if (dry && !l->json && code == CMD_OK)
		fprintf(stderr, "%s\n", _("A dry run: nothing was added."));
	if (json_array_size(errors) > 0)
		code = CMD_NO;
	if (l->json)
		cmd_json(json_incref(result));
	json_decref(result);
	return code;
}
