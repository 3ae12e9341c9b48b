/*
 * The two ways a process of ours ends on purpose. See err.h for when.
 *
 * Both say one line first, through the log: that is stderr, or whatever the
 * tests put in its place.
 */
#include "contrib/base/err.h"

#include "contrib/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 1024

void
fatal(const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_error("%s", line);
	exit(1);
}

void
err_must(const char *file, int line, const char *func, const char *cond)
{
	log_error("%s:%d: %s: this must be true, and isn't: %s", file, line,
	    func, cond);
	abort();
}
