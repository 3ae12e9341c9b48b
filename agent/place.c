/* See place.h. */
#include "agent/place.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/span.h"
#include "protocol/limits.h"
#include "protocol/url.h"

/* Bytes before the last name. */
static size_t
dir_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

bool
place_is_index(const struct place *p, const char *path)
{
	const char *name = path + dir_length(path);

	for (char *const *i = p->index; i != NULL && *i != NULL; i++)
		if (strcmp(*i, name) == 0)
			return true;
	return false;
}

/* Does the server answer with this file when asked for its directory? */
static bool
stands_for_dir(const struct place *p, const char *path)
{
	size_t dir = dir_length(path);
	char other[LIMIT_ID + 256];
	struct stat st;

	for (char *const *i = p->index; i != NULL && *i != NULL; i++) {
		if (strcmp(*i, path + dir) == 0)
			return true;
		snprintf(other, sizeof(other), "%.*s%s", (int)dir, path, *i);
		if (root_look(p->root, other, &st) == ROOT_FILE)
			return false;
	}
	return false;
}

static void
put_encoded(struct buf *out, const char *at, size_t n)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/!$&'()*+,;=:@";

	for (size_t i = 0; i < n; i++) {
		if (strchr(plain, at[i]) != NULL)
			buf_byte(out, at[i]);
		else
			buf_printf(out, "%%%02X", (unsigned char)at[i]);
	}
}

bool
place_url(struct buf *out, const struct place *p, const char *path)
{
	struct buf raw;
	size_t n = strlen(path);
	bool ok;

	if (place_is_index(p, path) && stands_for_dir(p, path))
		n = dir_length(path);
	buf_init(&raw, LIMIT_URL);
	buf_text(&raw, p->url);
	put_encoded(&raw, path, n);
	ok = !raw.bad && url_normal(out, buf_look(&raw), NULL) && !out->bad;
	buf_clear(&raw);
	return ok;
}

void
place_beside(const struct place *p, const char *path, place_fn *fn,
    void *arg)
{
	char other[LIMIT_ID + 256];
	size_t dir = dir_length(path);

	if (!place_is_index(p, path))
		return;
	for (char *const *i = p->index; *i != NULL; i++) {
		snprintf(other, sizeof(other), "%.*s%s", (int)dir, path, *i);
		if (strcmp(*i, path + dir) != 0)
			fn(arg, other);
	}
}
