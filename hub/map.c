/*
 * Open addressing, at most half full; see map.h.
 */
#include "hub/map.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define ROOM_FIRST 64

void
map_init(struct map *m)
{
	*m = (struct map){ .n = 0 };
}

void
map_clear(struct map *m)
{
	free(m->slot);
	map_init(m);
}

/* The slot that has the key, or the free one where it would go. */
static struct map_slot *
find(const struct map *m, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (;; i++) {
		struct map_slot *s = &m->slot[i & (m->room - 1)];

		if (s->value == NULL || s->key == key)
			return s;
	}
}

static void
grow(struct map *m)
{
	struct map old = *m;

	m->room = old.room != 0 ? old.room * 2 : ROOM_FIRST;
	m->slot = mem_new(m->room * sizeof(*m->slot));
	for (size_t i = 0; i < old.room; i++)
		if (old.slot[i].value != NULL)
			*find(m, old.slot[i].key) = old.slot[i];
	free(old.slot);
}

void *
map_get(const struct map *m, uint64_t key)
{
	return m->n > 0 ? find(m, key)->value : NULL;
}

void
map_put(struct map *m, uint64_t key, void *value)
{
	struct map_slot *s;

	must(value != NULL);
	if (m->n * 2 >= m->room)
		grow(m);
	s = find(m, key);
	m->n += s->value == NULL;
	*s = (struct map_slot){ .key = key, .value = value };
}

void *
map_each(const struct map *m, size_t *at)
{
	while (*at < m->room) {
		void *value = m->slot[(*at)++].value;

		if (value != NULL)
			return value;
	}
	return NULL;
}
