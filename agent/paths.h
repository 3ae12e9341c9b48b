/*
 * Paths: a list of them that grows. It owns what is in it.
 */
#ifndef ZQ_AGENT_PATHS_H
#define ZQ_AGENT_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/span.h"

struct paths {		/* zeros: an empty one */
	char **at;
	size_t count, room;
};

void paths_add(struct paths *p, const char *path);
void paths_sort(struct paths *p);	/* … and each only once */
bool paths_has(const struct paths *p, struct span path);	/* of sorted ones */
void paths_clear(struct paths *p);

#endif
