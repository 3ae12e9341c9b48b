/*
 * Spoiling: the index of a hub that does not run is made to show another state
 * of some items than their sites told, as a bug or a bad disk would; its sums
 * are right, so that only a proof can notice it.
 */
#ifndef ZQ_LOAD_SPOIL_H
#define ZQ_LOAD_SPOIL_H

#include <errno.h>
#include <string.h>

#include "contrib/base/err.h"
#include "hub/config.h"
#include "hub/group.h"
#include "hub/item.h"
#include "protocol/sha.h"

#define SPOIL_VIEW_MOST (UINT64_C(16) << 30)

typedef void spoil_fn(const struct item *i);	/* it is spoiled now */

static inline bool
spoil_item(struct group *g, uint32_t number, spoil_fn *each)
{
	struct item i;
	struct stand *s;
	struct buf row;
	struct key k = key_u32(number);

	if (!item_get(g->txn, number, &i) || i.withdrawn)
		return false;
	buf_init(&row, ITEM_ROW_MAX);
	item_write(&row, &i);
	group_sum(g, number, buf_look(&row), false);
	s = group_stand(g, i.site);
	digest_remove(&s->digest, i.hash);
	sha_of(i.hash, (struct span){ (const char *)i.hash,
	    sizeof(i.hash) });
	digest_add(&s->digest, i.hash);
	s->dirty = true;
	if (each != NULL)
		each(&i);
	buf_reset(&row);
	item_write(&row, &i);
	group_sum(g, number, buf_look(&row), true);
	db_put(g->txn, TABLE_ITEM, key_look(&k), buf_look(&row));
	buf_clear(&row);
	return true;
}

/* `count` items of the hub in `hub`: of the numbers 1, 1 + step … below `most`
 * the first that are there. */
static inline void
spoil_hub(const char *hub, size_t count, size_t step, size_t most,
    spoil_fn *each)
{
	char dir[CONFIG_PATH_MAX];
	struct group g;
	struct db *view;
	size_t done = 0;

	view = db_open(config_path(dir, hub, CONFIG_VIEW), DB_WRITE,
	    table_list, TABLE_COUNT, SPOIL_VIEW_MOST);
	if (view == NULL)
		fatal("%s: %s", dir, strerror(errno));
	group_init(&g);
	group_begin(&g, view);
	for (size_t n = 1; n <= most && done < count; n += step)
		done += spoil_item(&g, (uint32_t)n, each);
	if (group_commit(&g) != DB_OK || done != count)
		fatal("only %zu of %zu items could be spoiled", done, count);
	group_clear(&g);
	db_close(view);
}

#endif
