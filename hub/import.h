/*
 * Importing sites from CSV: code,name,domain,parent,kind (R24).
 *
 * All or nothing: with one bad row nothing is added, and every bad row is
 * named with its line. The same file again changes nothing: sites that are
 * there as it says are left alone, and those that never enrolled get a fresh
 * ticket, for the first may be lost.
 */
#ifndef ZQ_HUB_IMPORT_H
#define ZQ_HUB_IMPORT_H

#include <stdbool.h>

#include "hub/ask.h"

#define IMPORT_ROWS 20000	/* in one file */

/* An act of operate.c: {"do":"site-import","csv":…,"dry-run":…,
 * "odd-code":…}. The result is {"rows":[{"line","code","name","domain",
 * "what":"added" or "there","ticket",…}],"errors":[{"line","code",
 * "error"}]}. */
bool import_run(struct ask *a);

#endif
