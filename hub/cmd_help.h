/*
 * Help, made from the tables: of all commands, of one, and the two lines
 * after a mistake.
 */
#ifndef ZQ_HUB_CMD_HELP_H
#define ZQ_HUB_CMD_HELP_H

#include <stdio.h>

#include "hub/cmd.h"

/* To stdout; c NULL: of all. */
void cmd_help(const struct cmd *const *lists, const struct cmd *c);
/* To stderr; c may be NULL. */
void cmd_help_short(const struct cmd *c);
/* The commands that begin with this word. False: there are none; with f NULL
 * that is all it finds out. */
bool cmd_help_group(FILE *f, const struct cmd *const *lists,
    const char *word);

#endif
