/*
 * A map in memory from numbers to things that somebody else owns. Grows as
 * it fills; nothing is taken out but all at once.
 */
#ifndef ZQ_HUB_MAP_H
#define ZQ_HUB_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value;		/* NULL: the slot is free */
};

struct map {
	struct map_slot *slot;
	size_t n, room;
};

void map_init(struct map *m);
void map_clear(struct map *m);			/* the values are not freed */
void *map_get(const struct map *m, uint64_t key);	/* NULL: not there */
void map_put(struct map *m, uint64_t key, void *value);	/* not NULL */

/* All values, in no order: `at` begins with 0; NULL at the end. */
void *map_each(const struct map *m, size_t *at);

#endif
