/* See denied.h. */
#include "agent/denied.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"

struct denied_file {
	char *path;
	uint32_t scan;		/* it was last denied in */
};

/* Where it is, or belongs. */
static size_t
find(const struct denied *d, const char *path, bool *there)
{
	size_t low = 0, high = d->count;

	*there = false;
	while (low < high && !*there) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(d->file[mid].path, path);

		if (order < 0)
			low = mid + 1;
		else
			high = mid;
		*there = order == 0;
		if (*there)
			low = mid;
	}
	return low;
}

bool
denied_put(struct denied *d, const char *path)
{
	bool there;
	size_t i = find(d, path, &there);

	if (!there) {
		if (d->count == DENIED_MOST) {
			d->more = true;
			return false;
		}
		if (d->count == d->room) {
			d->room = d->room > 0 ? d->room * 2 : 16;
			d->file = mem_grow(d->file, d->room,
			    sizeof(*d->file));
		}
		memmove(&d->file[i + 1], &d->file[i],
		    (d->count - i) * sizeof(*d->file));
		d->file[i].path = mem_text(path);
		d->count++;
	}
	d->file[i].scan = d->scan;
	return !there;
}

/* Drops those of which this is true. */
typedef bool drop_fn(const struct denied *d, const struct denied_file *f,
    const char *path);

static void
drop_all(struct denied *d, drop_fn *drops, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++) {
		if (drops(d, &d->file[i], path))
			free(d->file[i].path);
		else
			d->file[kept++] = d->file[i];
	}
	d->count = kept;
}

static bool
is_at(const struct denied *d, const struct denied_file *f, const char *path)
{
	size_t n = strlen(path);

	(void)d;
	return strncmp(f->path, path, n) == 0 &&
	    (f->path[n] == '\0' || f->path[n] == '/');
}

static bool
is_old(const struct denied *d, const struct denied_file *f, const char *path)
{
	(void)path;
	return f->scan != d->scan;
}

void
denied_drop(struct denied *d, const char *path)
{
	drop_all(d, is_at, path);
}

void
denied_scan(struct denied *d)
{
	drop_all(d, is_old, NULL);
	d->more = false;
	d->scan++;
}

const char *
denied_first(const struct denied *d)
{
	return d->count > 0 ? d->file[0].path : NULL;
}

void
denied_clear(struct denied *d)
{
	while (d->count > 0)
		free(d->file[--d->count].path);
	free(d->file);
	*d = (struct denied){ .count = 0 };
}
