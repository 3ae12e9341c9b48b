#include "agent/blind.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"

#define PATH_MOST 500		/* bytes: a pattern of LIMIT_TEXT at most */

static void
add(struct blind *b, const char *path)
{
	size_t i = b->count;

	if (path[0] == '\0') {
		b->more = true;
		return;
	}
	while (i > 0 && strcmp(b->path[i - 1], path) > 0)
		i--;
	if (i > 0 && strcmp(b->path[i - 1], path) == 0)
		return;
	if (b->count == BLIND_MOST) {
		b->more = true;
		return;
	}
	memmove(&b->path[i + 1], &b->path[i],
	    (b->count - i) * sizeof(b->path[0]));
	b->path[i] = mem_text(path);
	b->count++;
}

/* Of a path without end it is the nearest directory that has a short one. */
void
blind_add(struct blind *b, const char *path)
{
	size_t n = strlen(path);
	char *near;

	if (n > PATH_MOST)
		for (n = PATH_MOST; n > 0 && path[n] != '/'; n--)
			;
	near = mem_copy(path, n);
	add(b, near);
	free(near);
}

void
blind_join(struct blind *b, const struct blind *other)
{
	for (size_t i = 0; i < other->count; i++)
		blind_add(b, other->path[i]);
	b->more |= other->more;
}

void
blind_clear(struct blind *b)
{
	while (b->count > 0)
		free(b->path[--b->count]);
	b->more = false;
}

/* A percent sign can't be escaped beside %20: any character, then. */
static void
put_pattern(struct buf *patterns, const char *path)
{
	if (patterns->n > 0)
		buf_byte(patterns, ' ');
	for (buf_byte(patterns, '/'); *path != '\0'; path++) {
		if (*path == ' ') {
			buf_text(patterns, "%20");
		} else if (*path == '%') {
			buf_byte(patterns, '?');
		} else {
			if (strchr("*?[]\\", *path) != NULL)
				buf_byte(patterns, '\\');
			buf_byte(patterns, *path);
		}
	}
}

void
blind_put(struct buf *patterns, const struct blind *b)
{
	for (size_t i = 0; i < b->count; i++)
		put_pattern(patterns, b->path[i]);
}
