/*
 * Memory that is there or the process isn't: no caller checks for NULL.
 * Sizes that come from outside are judged before they get here.
 */
#ifndef ZQ_BASE_MEM_H
#define ZQ_BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t size);			/* zeroed; free() it */
void *mem_grow(void *p, size_t count, size_t size);	/* reallocarray */
char *mem_text(const char *text);		/* strdup; NULL stays NULL */
void *mem_copy(const void *at, size_t n);	/* one NUL follows the copy */

#endif
