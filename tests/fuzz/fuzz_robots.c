/*
 * A stranger's robots.txt, and a path in its first line: an answer, and what
 * is kept has its ceiling.
 */
#include <stdint.h>

#include "contrib/base/err.h"
#include "hub/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	const char *text = (const char *)at;
	const char *line = n > 0 ? memchr(text, '\n', n) : NULL;
	size_t first = line != NULL ? (size_t)(line - text) : 0;
	struct span path = { text, first };
	struct robots r;

	robots_init(&r);
	robots_parse(&r, (struct span){ text + first, n - first });
	must(!r.rules.bad && r.rules.n <= ROBOTS_RULES);
	must(r.delay <= ROBOTS_DELAY);
	must(r.rules.n > 0 || robots_may(&r, path));
	(void)robots_may(&r, path);
	r.closed = true;
	must(!robots_may(&r, path));
	robots_clear(&r);
	return 0;
}
