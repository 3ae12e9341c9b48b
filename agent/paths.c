/* See paths.h. */
#include "agent/paths.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"

void
paths_add(struct paths *p, const char *path)
{
	if (p->count == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 64;
		p->at = mem_grow(p->at, p->room, sizeof(char *));
	}
	p->at[p->count++] = mem_text(path);
}

static int
order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
paths_sort(struct paths *p)
{
	size_t kept = 0;

	if (p->count > 0)
		qsort(p->at, p->count, sizeof(char *), order);
	for (size_t i = 0; i < p->count; i++)
		if (kept > 0 && strcmp(p->at[kept - 1], p->at[i]) == 0)
			free(p->at[i]);
		else
			p->at[kept++] = p->at[i];
	p->count = kept;
}

static int
order_of(const void *key, const void *element)
{
	const struct span *path = key;
	const char *at = *(char *const *)element;
	int order = strncmp(path->at, at, path->n);

	return order != 0 ? order : at[path->n] == '\0' ? 0 : -1;
}

bool
paths_has(const struct paths *p, struct span path)
{
	return p->count > 0 && bsearch(&path, p->at, p->count, sizeof(char *),
	    order_of) != NULL;
}

void
paths_clear(struct paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->at[i]);
	free(p->at);
	*p = (struct paths){ 0 };
}
