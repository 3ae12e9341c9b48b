/*
 * Commands that ask: the stores are opened, a question is put to them, and the
 * answer is a table or, with --json, an object with the list inside.
 */
#ifndef ZQ_HUB_CMD_QUERY_H
#define ZQ_HUB_CMD_QUERY_H

#include <jansson.h>

#include "hub/cmd.h"
#include "hub/columns.h"
#include "hub/query.h"

/* Exit status. */
typedef int cmd_query_fn(struct cmd_line *l, struct query *q);
/* Asks, and closes all again; CMD_NO: there is no store, and why was said. */
int cmd_query(struct cmd_line *l, cmd_query_fn *ask);

/* The rows of an answer: one of both is NULL. */
struct cmd_rows {
	json_t *array;
	struct columns *columns;
};

/* headings: N_(), ends with NULL. */
struct cmd_rows cmd_rows_begin(const struct cmd_line *l,
    const char *const *headings);
/* Prints and drops them; name: of the list in JSON. */
void cmd_rows_end(struct cmd_rows *r, const char *name);

#endif
