/*
 * A line of an access log, with whatever strangers asked the web server for:
 * its parts are parts of it, and the time can be shown.
 */
#include <stdint.h>

#include "agent/access_log.h"
#include "contrib/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ck_within(struct span part, struct span line)
{
	must(part.n <= line.n);
	must(part.n == 0 || (part.at >= line.at &&
	    part.at + part.n <= line.at + line.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = { .at = (const char *)data, .n = size };
	struct access_log_line l;

	if (!access_log_read(&l, line))
		return 0;
	must(l.status >= 100 && l.status <= 999);
	ck_within(l.time, line);
	ck_within(l.method, line);
	ck_within(l.target, line);
	for (size_t i = 0; i < l.time.n; i++)
		must(l.time.at[i] >= ' ' && l.time.at[i] <= '~');
	return 0;
}
