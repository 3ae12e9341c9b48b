/*
 * What stands on a command line is what somebody typed: codes, numbers and
 * times may be in the full-width forms of an input method.
 */
#ifndef ZQ_HUB_CMD_TYPED_H
#define ZQ_HUB_CMD_TYPED_H

#include "hub/cmd.h"

/* Makes them narrow, in their places (contrib/base/text_narrow.h); what
 * people only read, addresses and files stay as they are. */
void cmd_typed_narrow(struct cmd_line *l);

#endif
