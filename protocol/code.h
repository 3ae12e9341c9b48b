/*
 * The site identification code (网站标识码): ten characters. Six digits of
 * the administrative division (GB/T 2260) and four of a serial number, or
 * "bm" and eight digits for departments of the State Council. Malformed ones
 * are in use; a hub that must live with one is told so (`--odd-code`).
 */
#ifndef ZQ_PROTOCOL_CODE_H
#define ZQ_PROTOCOL_CODE_H

#include <stdbool.h>

#include "contrib/base/span.h"

#define CODE_MAX 20

/* As the norm has it. `why` (may be NULL) says what was expected. */
bool code_is_proper(struct span code, const char **why);
/* What a hub accepts at all: 4 to 20 letters and digits. */
bool code_is_usable(struct span code);

#endif
