/*
 * Allocation that ends the process when there is none. See mem.h.
 */
#include "contrib/base/mem.h"

#include "contrib/base/err.h"

#include <stdlib.h>
#include <string.h>

void *
mem_new(size_t size)
{
	void *p = calloc(1, size != 0 ? size : 1);

	if (p == NULL)
		fatal("out of memory: %zu bytes wanted", size);
	return p;
}

void *
mem_grow(void *p, size_t count, size_t size)
{
	void *grown;

	if (count == 0 || size == 0)
		count = size = 1;
	grown = reallocarray(p, count, size);
	if (grown == NULL)
		fatal("out of memory: %zu times %zu bytes wanted", count, size);
	return grown;
}

char *
mem_text(const char *text)
{
	return text != NULL ? mem_copy(text, strlen(text)) : NULL;
}

void *
mem_copy(const void *at, size_t n)
{
	char *copy = mem_grow(NULL, n + 1, 1);

	if (n != 0)
		memcpy(copy, at, n);
	copy[n] = '\0';
	return copy;
}
