/*
 * Tree; see tree.h.
 */
#include "hub/tree.h"

#include <search.h>
#include <stddef.h>

#include "contrib/base/err.h"

void *
tree_find(void *const *tree, const void *key, tree_compare_fn *compare)
{
	void *const *found = tfind(key, tree, compare);

	return found != NULL ? *found : NULL;
}

void *
tree_put(void **tree, void *node, tree_compare_fn *compare)
{
	void *const *found = tsearch(node, tree, compare);

	if (found != NULL)
		return *found;
	fatal("out of memory for a tree");
}

void
tree_del(void **tree, const void *node, tree_compare_fn *compare)
{
	tdelete(node, tree, compare);
}

struct walk {
	void (*each)(void *node, void *arg);
	void *arg;
};

static void
visit(const void *at, VISIT when, void *arg)
{
	const struct walk *w = arg;

	if (when == postorder || when == leaf)
		w->each(*(void *const *)at, w->arg);
}

void
tree_each(const void *tree, void (*each)(void *node, void *arg), void *arg)
{
	struct walk w = { each, arg };

	twalk_r(tree, visit, &w);
}

void
tree_clear(void **tree, void (*drop)(void *node))
{
	tdestroy(*tree, drop);
	*tree = NULL;
}
