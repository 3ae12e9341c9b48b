/* See place.h. */
#include "agent/place.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/span.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/url_place.h"

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

/* What of url is behind base, whatever the schemes. */
static bool
is_behind(struct span *rest, const char *base, struct span url)
{
	struct span bare = url_bare(url), from;
	struct buf b;
	bool is;

	buf_init(&b, LIMIT_URL);
	is = url_normal(&b, span_of(base), NULL);
	from = url_bare(buf_look(&b));
	is = is && bare.n >= from.n && memcmp(bare.at, from.at, from.n) == 0;
	if (is)
		*rest = (struct span){ bare.at + from.n, bare.n - from.n };
	buf_clear(&b);
	return is;
}

/* False: it is no name of a file. */
static bool
put_decoded(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];

		if (c == '%' && s.n - i >= 3 && text_unhex(
		    (struct span){ s.at + i + 1, 2 }, &c, 1))
			i += 2;
		if (c == '\0' || s.at[i] == '?')
			return false;
		buf_byte(out, c);
	}
	return !out->bad;
}

static bool
is_file(const struct place *p, const struct buf *path)
{
	struct stat st;

	return !path->bad &&
	    root_look(p->root, buf_cstr(path), &st) == ROOT_FILE;
}

bool
place_name(struct buf *out, const struct place *p, struct span url)
{
	struct span rest;

	return is_behind(&rest, p->url, url) && put_decoded(out, rest);
}

bool
place_path(struct buf *out, const struct place *p, struct span url)
{
	struct buf dir;
	bool found;

	if (!place_name(out, p, url))
		return false;
	if (out->n > 0 && out->at[out->n - 1] != '/')
		return is_file(p, out);
	buf_init(&dir, LIMIT_URL);
	buf_span(&dir, buf_look(out));
	found = false;
	for (char *const *i = p->index; !found && i != NULL && *i != NULL;
	    i++) {
		buf_reset(out);
		buf_span(out, buf_look(&dir));
		buf_text(out, *i);
		found = is_file(p, out);
	}
	buf_clear(&dir);
	return found;
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
