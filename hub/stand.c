/*
 * Standings in memory and in their table; see stand.h.
 */
#include "hub/stand.h"

#include <stdlib.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/table.h"
#include "protocol/wire.h"

#define ROW (2 + 16 * 8 + DIGEST_ROW)
#define STANDS_MOST 4096	/* in memory between groups; 4 KiB each */

static void
put_u64(uint8_t **at, uint64_t v)
{
	wire_put_u64(*at, v);
	*at += 8;
}

static void
write_row(const struct stand *s, uint8_t row[ROW])
{
	uint8_t *at = row;

	*at++ = s->silenced;
	*at++ = s->gate;
	put_u64(&at, s->incarnation);
	put_u64(&at, s->seq);
	put_u64(&at, s->place);
	put_u64(&at, s->items);
	put_u64(&at, s->withdrawn);
	put_u64(&at, s->held);
	put_u64(&at, s->changes);
	put_u64(&at, s->idle);
	put_u64(&at, s->letters);
	put_u64(&at, s->confirmed);
	put_u64(&at, s->gated);
	put_u64(&at, s->refused);
	put_u64(&at, (uint64_t)s->gate_since);
	put_u64(&at, (uint64_t)s->gate_settled);
	put_u64(&at, s->again);
	put_u64(&at, s->moves);
	digest_write(&s->digest, at);
}

/* All but the digest; that, in its row, or NULL if there is no row. */
static const void *
read_head(struct db_txn *t, struct stand *s)
{
	struct key k = key_u32(s->site);
	struct span row;
	struct reader r;

	if (!db_get(t, TABLE_STAND, key_look(&k), &row))
		return NULL;
	r = reader_of(row);
	s->silenced = read_u8(&r) != 0;
	s->gate = read_u8(&r) != 0;
	s->incarnation = read_u64(&r);
	s->seq = read_u64(&r);
	s->place = read_u64(&r);
	s->items = read_u64(&r);
	s->withdrawn = read_u64(&r);
	s->held = read_u64(&r);
	s->changes = read_u64(&r);
	s->idle = read_u64(&r);
	s->letters = read_u64(&r);
	s->confirmed = read_u64(&r);
	s->gated = read_u64(&r);
	s->refused = read_u64(&r);
	s->gate_since = (int64_t)read_u64(&r);
	s->gate_settled = (int64_t)read_u64(&r);
	s->again = read_u64(&r);
	s->moves = read_u64(&r);
	if (reader_left(&r) != DIGEST_ROW)
		fatal("view: the standing of site %u is damaged: run zqhub "
		    "rebuild", s->site);
	return r.at;
}

void
stand_look(struct db_txn *t, uint32_t site, struct stand *s)
{
	*s = (struct stand){ .site = site };
	read_head(t, s);
}

void
stand_read(struct db_txn *t, uint32_t site, struct stand *s)
{
	const void *digest;

	*s = (struct stand){ .site = site };
	digest = read_head(t, s);
	if (digest != NULL)
		digest_read(&s->digest, digest);
}

void
stands_init(struct stands *s)
{
	map_init(&s->map);
}

void
stands_clear(struct stands *s)
{
	size_t at = 0;
	void *one;

	while ((one = map_each(&s->map, &at)) != NULL)
		free(one);
	map_clear(&s->map);
}

struct stand *
stands_get(struct stands *s, struct db_txn *t, uint32_t site)
{
	struct stand *one = map_get(&s->map, site);

	if (one == NULL) {
		one = mem_new(sizeof(*one));
		stand_read(t, site, one);
		map_put(&s->map, site, one);
	}
	one->dirty = true;
	return one;
}

void
stands_write(struct stands *s, struct db_txn *t)
{
	uint8_t row[ROW];
	struct stand *one;
	size_t at = 0;

	while ((one = map_each(&s->map, &at)) != NULL) {
		struct key k = key_u32(one->site);

		if (!one->dirty)
			continue;
		write_row(one, row);
		db_put(t, TABLE_STAND, key_look(&k), (struct span){
		    .at = (const char *)row, .n = sizeof(row) });
		one->dirty = false;
	}
	if (s->map.n > STANDS_MOST)
		stands_clear(s);
}
