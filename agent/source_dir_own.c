/*
 * The part of source_dir.h that keeps the agent's own directory out of the
 * index: its key is in there, and its store changes with all that is told.
 * Where it lies below the root it is one more pattern to exclude, so whatever
 * goes by these (the walk, the cover) knows of it.
 */
#include "agent/source_dir.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/log.h"
#include "contrib/base/mem.h"

/* Without links; what isn't there is where it says. */
static void
put_real(char out[PATH_MAX], const char *path)
{
	size_t n = strlen(path);

	if (realpath(path, out) != NULL)
		return;
	n = n < PATH_MAX ? n : PATH_MAX - 1;
	memcpy(out, path, n);
	for (out[n] = '\0'; n > 1 && out[n - 1] == '/'; n--)
		out[n - 1] = '\0';
}

/* "/a/b": that path and nothing else. */
static char *
pattern_of(const char *path)
{
	char *out = mem_new(2 * strlen(path) + 2), *to = out;

	for (*to++ = '/'; *path != '\0'; *to++ = *path++)
		if (strchr("*?[]\\", *path) != NULL)
			*to++ = '\\';
	*to = '\0';
	return out;
}

static void
leave_out(struct source *s, const char *path)
{
	char *const *given = s->set->exclude;
	char quoted[LOG_QUOTE_MAX];
	size_t n = 0;

	while (given != NULL && given[n] != NULL)
		n++;
	s->own = pattern_of(path);
	s->own_set = *s->set;
	s->own_set.exclude = mem_new((n + 2) * sizeof(char *));
	for (size_t i = 0; i < n; i++)
		s->own_set.exclude[i] = given[i];
	s->own_set.exclude[n] = s->own;
	s->set = &s->own_set;
	log_warn("source=%s dir=%s is the agent's own, and left out", s->name,
	    log_quote(quoted, path, strlen(path)));
}

void
source_dir_own_open(struct source *s)
{
	char own[PATH_MAX], root[PATH_MAX];
	size_t n;

	if (s->host.top->dir == NULL)
		return;
	put_real(own, s->host.top->dir);
	put_real(root, s->set->root);
	n = strcmp(root, "/") == 0 ? 0 : strlen(root);
	s->is_own = strcmp(own, root) == 0;
	if (s->is_own)
		log_error("source=%s root=%s is the agent's own directory: "
		    "give it another one", s->name, s->set->root);
	else if (strncmp(own, root, n) == 0 && own[n] == '/')
		leave_out(s, own + n + 1);
}

void
source_dir_own_close(struct source *s)
{
	if (s->own != NULL)
		free(s->own_set.exclude);
	free(s->own);
}
