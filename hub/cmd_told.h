/*
 * The sites that were told of a move or a closing, as zqhub shows them: what
 * each said of it, and what it had then.
 */
#ifndef ZQ_HUB_CMD_TOLD_H
#define ZQ_HUB_CMD_TOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/columns.h"
#include "hub/links.h"
#include "hub/referral.h"

#define CMD_TOLD_SHOWN 50	/* of them; the others are counted */

struct cmd_told {
	struct columns *columns;
	bool levels;
	size_t shown, more;
};

/* levels: of a move, with how far it went up and what is open now. */
void cmd_told_begin(struct cmd_told *t, bool levels);
/* open: NULL without levels. */
void cmd_told_put(struct cmd_told *t, const char *code,
    const struct referral *said, bool seen, const struct link_count *open);
/* Prints them, if there are any, and drops them. */
void cmd_told_end(struct cmd_told *t);

/* So many, or at least so many. */
const char *cmd_told_count(char text[32], const struct link_count *n);

#endif
