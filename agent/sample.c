/* See sample.h. */
#include "agent/sample.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/media.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"

#define NAMES 500		/* that are looked at, in all */
#define DEPTH 4			/* directories in each other */

enum rank { PAGE, OTHER, ROOT_INDEX, NONE };	/* the less the better */

static enum rank
rank_of(const struct place *p, const char *path)
{
	if (strchr(path, '/') == NULL && place_is_index(p, path))
		return ROOT_INDEX;
	return media_of(span_of(path), SPAN_NONE).is_page ? PAGE : OTHER;
}

/* Among those that are taken, if it is better than one of them. */
static void
offer(struct sample *s, const char *path, unsigned rank)
{
	size_t at = s->n;

	while (at > 0 && rank < s->rank[at - 1])
		at--;
	if (at == SAMPLE_MOST)
		return;
	if (s->n == SAMPLE_MOST)
		free(s->path[--s->n]);
	memmove(&s->path[at + 1], &s->path[at],
	    (s->n - at) * sizeof(s->path[0]));
	memmove(&s->rank[at + 1], &s->rank[at],
	    (s->n - at) * sizeof(s->rank[0]));
	s->path[at] = mem_text(path);
	s->rank[at] = rank;
	s->n++;
}

struct taking {
	struct sample *s;
	const struct place *p;
	const struct filter *f;
};

static void look_into(struct taking *t, const char *dir, unsigned depth);

/* One name in a directory; *best is the best file there so far. */
static void
meet(struct taking *t, const char *path, unsigned depth,
    char best[LIMIT_ID], unsigned *rank)
{
	struct stat st;
	enum root_found found = root_look(t->p->root, path, &st);

	if (found == ROOT_DIR && depth < DEPTH &&
	    filter_takes(t->f, path, true))
		look_into(t, path, depth + 1);
	if (found != ROOT_FILE || !filter_takes(t->f, path, false) ||
	    rank_of(t->p, path) >= *rank)
		return;
	*rank = rank_of(t->p, path);
	(void)snprintf(best, LIMIT_ID, "%s", path);
}

static void
look_at_names(struct taking *t, DIR *d, const char *dir, unsigned depth)
{
	char path[LIMIT_ID], best[LIMIT_ID];
	unsigned rank = NONE;
	struct dirent *e;

	/* cppcheck-suppress readdirCalled */
	while (t->s->looked < NAMES && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		t->s->looked++;
		if ((size_t)snprintf(path, sizeof(path), "%s%s%s", dir,
		    dir[0] != '\0' ? "/" : "", e->d_name) < sizeof(path))
			meet(t, path, depth, best, &rank);
	}
	if (rank != NONE)
		offer(t->s, best, rank);
}

static void
look_into(struct taking *t, const char *dir, unsigned depth)
{
	int fd = root_open_dir(t->p->root, dir);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d != NULL) {
		look_at_names(t, d, dir, depth);
		closedir(d);
	} else if (fd >= 0) {
		close(fd);
	}
}

void
sample_take(struct sample *s, const struct place *p, const struct filter *f)
{
	struct taking t = { .s = s, .p = p, .f = f };

	*s = (struct sample){ .n = 0 };
	look_into(&t, "", 0);
}

void
sample_clear(struct sample *s)
{
	while (s->n > 0)
		free(s->path[--s->n]);
}
