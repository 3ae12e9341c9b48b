/* See cmd_query.h. */
#include "hub/cmd_query.h"

#include <stdio.h>

int
cmd_query(struct cmd_line *l, cmd_query_fn *ask)
{
	struct store *s = cmd_store(l);
	struct query *q;
	int status;

	if (s == NULL)
		return CMD_NO;
	q = query_begin(s);
	status = ask(l, q);
	query_end(q);
	store_close(s);
	return status;
}

struct cmd_rows
cmd_rows_begin(const struct cmd_line *l, const char *const *headings)
{
	if (l->json)
		return (struct cmd_rows){ .array = json_array() };
	return (struct cmd_rows){ .columns = columns_new(headings) };
}

void
cmd_rows_end(struct cmd_rows *r, const char *name)
{
	if (r->array != NULL) {
		cmd_json_list(name, r->array);
		return;
	}
	columns_print(r->columns, stdout);
	columns_free(r->columns);
}
