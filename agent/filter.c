/* See filter.h. */
#include "agent/filter.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "protocol/proof.h"

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
matches(char *const *list, const char *path)
{
	const char *name = last_name(path);

	for (; list != NULL && *list != NULL; list++) {
		const char *pattern = *list;
		bool whole = strchr(pattern, '/') != NULL;

		if (pattern[0] == '/')
			pattern++;
		if (fnmatch(pattern, whole ? path : name, FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

bool
filter_takes(const struct filter *f, const char *path, bool is_dir)
{
	const char *name = last_name(path);

	if (name[0] == '.' && strcmp(name, ".well-known") != 0)
		return false;
	if (strcmp(path, PROOF_PATH) == 0)
		return false;
	if (matches(f->exclude, path))
		return false;
	if (is_dir || f->include == NULL || f->include[0] == NULL)
		return true;
	return matches(f->include, path);
}

bool
filter_takes_all(const struct filter *f, const char *path)
{
	char *copy = mem_text(path);
	bool yes = filter_takes(f, path, false);

	for (char *slash = strchr(copy, '/'); yes && slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		yes = filter_takes(f, copy, true);
		*slash = '/';
	}
	free(copy);
	return yes;
}
