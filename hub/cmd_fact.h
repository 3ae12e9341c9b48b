/*
 * One thing as a command shows it: a line for each fact, its name in front.
 * Strangers' words can't drive the terminal. What isn't known has no line.
 */
#ifndef ZQ_HUB_CMD_FACT_H
#define ZQ_HUB_CMD_FACT_H

#include <stdint.h>

#include "contrib/base/span.h"

void cmd_fact(const char *name, struct span value);
void cmd_fact_number(const char *name, uint64_t n);
void cmd_fact_time(const char *name, int64_t ms);	/* CLOCK_NONE: none */
/* An address: a host of other letters is shown in these. */
void cmd_fact_url(const char *name, struct span url);
/* What the hub said of it, in the reader's language (reason.h). */
void cmd_fact_reason(const char *name, struct span english);

#endif
