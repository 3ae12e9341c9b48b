/* See thrift.h. */
#include "agent/thrift.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct mapping {
	uintptr_t from, to;
	bool is_library;	/* a file, private, not writable */
};

static bool
parse_head(const char *line, struct mapping *m)
{
	unsigned long from, to;
	char rights[5], name[2];

	if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %1s", &from, &to, rights,
	    name) != 4)
		return false;
	m->from = from;
	m->to = to;
	m->is_library = name[0] == '/' && rights[1] == '-' &&
	    rights[3] == 'p';
	return true;
}

/* A mapping with no page of its own (relocated data has such) may be
 * dropped: each page is read from the file again when it is touched. */
static void
drop(const struct mapping *m)
{
	(void)madvise((void *)m->from, m->to - m->from, MADV_DONTNEED);
}

void
thrift(void)
{
	struct mapping m = { 0 };
	unsigned long own;
	char line[512];
	FILE *f;

	malloc_trim(0);
	f = fopen("/proc/self/smaps", "r");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (parse_head(line, &m))
			continue;
		if (sscanf(line, "Anonymous: %lu", &own) == 1 && own == 0 &&
		    m.is_library)
			drop(&m);
	}
	fclose(f);
}
