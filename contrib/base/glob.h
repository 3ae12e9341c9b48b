/*
 * Patterns as in the shell: `*`, `?`, `[a-z]`, `[!a-z]`, and a backslash
 * before what is meant as it stands. None of them matches a slash.
 *
 * Unlike fnmatch(3) it knows no locale, so that it says the same everywhere,
 * and takes time in proportion to pattern times text, whatever the pattern
 * is: it may be a stranger's. `?` is one character of UTF-8, or one byte of
 * what isn't. A `[` without its end stands for itself.
 */
#ifndef ZQ_BASE_GLOB_H
#define ZQ_BASE_GLOB_H

#include <stdbool.h>

#include "contrib/base/span.h"

bool glob_matches(struct span pattern, struct span text);

#endif
