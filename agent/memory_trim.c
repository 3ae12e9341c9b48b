/* See memory_trim.h. */
#include "agent/memory_trim.h"

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

/* Hexadecimal digits up to `end`; NULL: there are none. */
static const char *
take_address(const char *at, char end, uintptr_t *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *start = at, *d;

	*out = 0;
	while (*at != '\0' && (d = strchr(digits, *at)) != NULL) {
		*out = *out << 4 | (uintptr_t)(d - digits);
		at++;
	}
	return at > start && *at == end ? at + 1 : NULL;
}

/* "7f…-7f… r-xp 00000000 08:01 123 /usr/lib/…": a new mapping begins. */
static bool
parse_head(const char *line, struct mapping *m)
{
	struct mapping new;
	const char *rights = take_address(line, '-', &new.from);

	if (rights != NULL)
		rights = take_address(rights, ' ', &new.to);
	if (rights == NULL || strlen(rights) < 5)
		return false;
	new.is_library = strchr(rights, '/') != NULL && rights[1] == '-' &&
	    rights[3] == 'p';
	*m = new;
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
memory_trim(void)
{
	struct mapping m = { 0 };
	char line[512];
	FILE *f;

	malloc_trim(0);
	f = fopen("/proc/self/smaps", "r");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (parse_head(line, &m))
			continue;
		if (m.is_library && strncmp(line, "Anonymous:", 10) == 0 &&
		    strstr(line, " 0 kB") != NULL)
			drop(&m);
	}
	fclose(f);
}
