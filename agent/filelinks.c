/*
 * See filelinks.h. Each note stands in two lists of two tables: by the link's
 * own path and by where it leads.
 *
 * Where a link leads is taken from its words alone, as the names are that
 * events come with. ("a/../b" is "b" then, though a may be a link elsewhere.)
 */
#include "agent/filelinks.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent/job.h"
#include "contrib/base/mem.h"

#define LISTS 1024		/* of a table */

struct note {
	char *path, *to;
	LIST_ENTRY(note) by_path, by_to;
};

LIST_HEAD(notes, note);

struct filelinks {
	struct notes path[LISTS], to[LISTS];
	size_t count;
};

static size_t
list_of(const char *path)
{
	return job_hash(span_of(path)) % LISTS;
}

struct filelinks *
filelinks_new(void)
{
	struct filelinks *l = mem_new(sizeof(*l));

	for (size_t i = 0; i < LISTS; i++) {
		LIST_INIT(&l->path[i]);
		LIST_INIT(&l->to[i]);
	}
	return l;
}

static void
drop(struct filelinks *l, struct note *n)
{
	LIST_REMOVE(n, by_path);
	LIST_REMOVE(n, by_to);
	free(n->path);
	free(n->to);
	free(n);
	l->count--;
}

void
filelinks_drop(struct filelinks *l)
{
	struct note *next;

	for (size_t i = 0; i < LISTS; i++)
		for (struct note *n = LIST_FIRST(&l->path[i]); n != NULL;
		    n = next) {
			next = LIST_NEXT(n, by_path);
			drop(l, n);
		}
}

void
filelinks_free(struct filelinks *l)
{
	if (l == NULL)
		return;
	filelinks_drop(l);
	free(l);
}

void
filelinks_forget(struct filelinks *l, const char *path)
{
	struct note *n;

	LIST_FOREACH(n, &l->path[list_of(path)], by_path)
		if (strcmp(n->path, path) == 0) {
			drop(l, n);
			return;
		}
}

/* --- where a link leads --------------------------------------------------- */

/* out is a directory, "" or "a/b/". False: ".." leaves the root. */
static bool
go_up(char *out)
{
	size_t n = strlen(out);

	if (n == 0)
		return false;
	for (out[--n] = '\0'; n > 0 && out[n - 1] != '/'; n--)
		;
	out[n] = '\0';
	return true;
}

/* From a link's path and its words. False: it leaves the root, or is long. */
static bool
follow(char out[PATH_MAX], const char *path, const char *words)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;

	memcpy(out, path, n);
	out[n] = '\0';
	while (*words != '\0') {
		size_t k = strcspn(words, "/"), more = words[k] == '/';

		n = strlen(out);
		if (n + k + 2 > PATH_MAX)
			return false;
		if (k == 2 && memcmp(words, "..", k) == 0) {
			if (!go_up(out))
				return false;
		} else if (k > 0 && !(k == 1 && words[0] == '.')) {
			memcpy(out + n, words, k + more);
			out[n + k + more] = '\0';
		}
		words += k + more;
	}
	n = strlen(out);
	return n > 0 && out[n - 1] != '/';
}

void
filelinks_see(struct filelinks *l, const struct root *r, const char *path)
{
	char words[PATH_MAX], to[PATH_MAX];
	struct note *n;

	filelinks_forget(l, path);
	if (l->count == FILELINKS_MOST || strlen(path) >= PATH_MAX ||
	    !root_read_link(r, path, words) || words[0] == '/' ||
	    !follow(to, path, words))
		return;
	n = mem_new(sizeof(*n));
	n->path = mem_text(path);
	n->to = mem_text(to);
	LIST_INSERT_HEAD(&l->path[list_of(path)], n, by_path);
	LIST_INSERT_HEAD(&l->to[list_of(to)], n, by_to);
	l->count++;
}

/* --- back ------------------------------------------------------------------- */

void
filelinks_to(const struct filelinks *l, const char *path, struct paths *out)
{
	const char *start = path;
	const struct note *n;

	for (size_t i = out->count;; path = out->at[i++]) {
		LIST_FOREACH(n, &l->to[list_of(path)], by_to)
			if (strcmp(n->to, path) == 0 &&
			    strcmp(n->path, start) != 0)	/* a circle */
				paths_add(out, n->path);
		if (i == out->count)
			return;
	}
}
