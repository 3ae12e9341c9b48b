/*
 * zqhub's command line: finds the command, reads its options, runs it.
 */
#ifndef ZQ_HUB_CMD_MAIN_H
#define ZQ_HUB_CMD_MAIN_H

#include "hub/cmd.h"

/* Lists end with NULL, their commands with a NULL name. The exit code. */
int cmd_main(int argc, char **argv, const struct cmd *const *lists);

#endif
