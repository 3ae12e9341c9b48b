/*
 * An operator's table of sites, out of whatever program: for each row that is
 * new there is an act and a ticket is wanted; or with a single bad row there
 * is no act at all, and each has its line and a sentence.
 */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/zq-fuzz-import-XXXXXX";
static struct view *view;

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

static void
tidy(void)
{
	view_close(view);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A hub without a site. */
static void
set_up(void)
{
	const char *reason;
	struct buf why;
	bool fresh;

	must(mkdtemp(dir) != NULL);
	buf_init(&why, 4096);
	view = view_open(dir, 64u << 20, &fresh, &reason, &why);
	must(view != NULL);
	buf_clear(&why);
	atexit(tidy);
}

static void
judge_errors(const json_t *errors, size_t lines)
{
	const json_t *e;
	size_t i;

	json_array_foreach(errors, i, e) {
		must(json_integer_value(json_object_get(e, "line")) >= 0);
		must((size_t)json_integer_value(json_object_get(e, "line")) <=
		    lines);
		must(json_string_length(json_object_get(e, "error")) > 0);
		must(json_is_string(json_object_get(e, "code")));
	}
}

static void
judge(const struct ask *a, size_t lines)
{
	const json_t *rows = json_object_get(a->result, "rows");
	const json_t *errors = json_object_get(a->result, "errors");
	const json_t *row;
	size_t i;

	must(json_is_array(rows) && json_is_array(errors));
	judge_errors(errors, lines);
	if (json_array_size(errors) > 0) {
		must(a->acts.count == 0 && a->wanted == 0);
		return;
	}
	must(json_array_size(rows) > 0);
	must(a->wanted == json_array_size(rows));
	must(a->acts.count >= a->wanted);
	json_array_foreach(rows, i, row)
		must(strcmp(json_string_value(json_object_get(row, "what")),
		    "added") == 0);
}

static size_t
count_lines(const uint8_t *data, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n' || data[i] == '\r';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config config = { .ticket_life = 86400000 };
	struct ask a;
	json_t *csv;

	if (view == NULL)
		set_up();
	/* what isn't UTF-8 comes to no act: JSON has none */
	csv = size < 65536 && memchr(data, 0, size) == NULL ?
	    json_stringn((const char *)data, size) : NULL;
	if (csv == NULL)
		return 0;
	ask_init(&a);
	a.view = view;
	a.config = &config;
	a.now = INT64_C(1795000000000);
	snprintf(a.actor, sizeof(a.actor), "wang");
	a.said = json_pack("{s:s, s:o, s:b}", "do", "site-import", "csv",
	    csv, "odd-code", size % 2);
	must(import_run(&a));
	judge(&a, count_lines(data, size));
	json_decref(a.said);
	ask_clear(&a);
	return 0;
}
