/*
 * A tree by key: POSIX's tsearch(), with nodes instead of pointers to where
 * they stand, and memory that is there or the process isn't.
 *
 * <search.h> stays in tree.c: it has a name (struct entry) that the journal
 * has, too.
 */
#ifndef ZQ_HUB_TREE_H
#define ZQ_HUB_TREE_H

typedef int tree_compare_fn(const void *a, const void *b);

/* The node that compares equal, or NULL. */
void *tree_find(void *const *tree, const void *key, tree_compare_fn *compare);
/* Puts the node; or gives the one that is there already. */
void *tree_put(void **tree, void *node, tree_compare_fn *compare);
void tree_del(void **tree, const void *node, tree_compare_fn *compare);
/* Every node, in order; the tree must stay as it is meanwhile. */
void tree_each(const void *tree, void (*each)(void *node, void *arg),
    void *arg);
/* Gives each node to drop(), and the tree is empty. */
void tree_clear(void **tree, void (*drop)(void *node));

#endif
