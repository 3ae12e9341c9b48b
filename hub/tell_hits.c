/*
 * Rows of links that were found; see tell_hits.h.
 */
#include "hub/tell_hits.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/item.h"
#include "protocol/wire.h"

#define LONG_BEFORE INT64_C(86400000)	/* ms: a day; clocks differ, and what
					 * is prepared is put in place later */
#define STEPS (LINKS_STEPS / 32)	/* of one count: it is one of many */

void
tell_hits_write(struct buf *row, const struct tell_hit *h)
{
	write_u32(row, h->site);
	write_u32(row, h->item);
	write_varint(row, h->more);
	write_varint(row, h->line);
	write_u8(row, (uint8_t)h->kind);
	write_span(row, h->to);
}

void
tell_hits_put(struct buf *rows, const struct link_hit *h)
{
	tell_hits_write(rows, &(struct tell_hit){ .site = h->site,
	    .item = h->item, .more = h->more, .line = h->line,
	    .kind = h->kind, .to = h->to });
}

bool
tell_hits_next(struct span *rows, struct tell_hit *h)
{
	struct reader r = reader_of(*rows);

	if (rows->n == 0)
		return false;
	h->site = read_u32(&r);
	h->item = read_u32(&r);
	h->more = read_varint(&r);
	h->line = (uint32_t)read_varint(&r);
	h->kind = (enum link_kind)read_u8(&r);
	h->to = read_span(&r);
	if (r.bad)
		fatal("view: a letter to be written is damaged: run zqhub "
		    "rebuild");
	*rows = (struct span){ (const char *)r.at, reader_left(&r) };
	return true;
}

/* --- what is meant -------------------------------------------------------- */

struct meant {
	struct db_txn *txn;
	int64_t since;
};

static bool
is_pushed_since(void *arg, uint32_t item)
{
	const struct meant *m = arg;
	struct change c;
	struct item i;

	return item_get(m->txn, item, &i) && i.updated >= m->since &&
	    change_glance(&c, i.said) && (c.modified == CLOCK_NONE ||
	    c.modified >= m->since - LONG_BEFORE);
}

bool
tell_hits_is_meant(struct db_txn *t, const struct target_verdict *v,
    const struct link_hit *h)
{
	struct meant m = { .txn = t, .since = v->since };
	int64_t steps = STEPS;

	if (v->since == CLOCK_NONE)
		return false;
	if (h->more == 0)
		return is_pushed_since(&m, h->item);
	return links_alike(t, h, is_pushed_since, &m, &steps);
}

/* --- how many ------------------------------------------------------------- */

struct seen {
	uint32_t item;
	uint64_t more;
};

static int
by_item(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return (x->more < y->more) - (x->more > y->more);
}

uint64_t
tell_hits_pages(struct span rows)
{
	struct seen *seen = NULL;
	size_t n = 0, room = 0;
	struct tell_hit h;
	uint64_t pages = 0;

	while (tell_hits_next(&rows, &h)) {
		if (n == room) {
			room = room > 0 ? 2 * room : 64;
			seen = mem_grow(seen, room, sizeof(*seen));
		}
		seen[n++] = (struct seen){ h.item, h.more };
	}
	if (n > 0)
		qsort(seen, n, sizeof(*seen), by_item);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || seen[i].item != seen[i - 1].item)
			pages += 1 + seen[i].more;
	free(seen);
	return pages;
}

uint64_t
tell_hits_count(struct db_txn *t, enum rewrite_scope scope, struct span url,
    uint32_t site, struct span rows)
{
	int64_t steps = STEPS;
	struct link_count n;
	uint64_t here;

	links_count(t, scope, url, site, &n, &steps);
	if (n.exact)
		return n.pages;
	here = tell_hits_pages(rows);
	return here > n.pages ? here : n.pages;
}

bool
tell_hits_page(struct db_txn *t, const struct tell_hit *h, struct buf *room,
    struct mending_page *page)
{
	struct change c;
	struct item i;

	if (!item_get(t, h->item, &i) || i.withdrawn ||
	    !change_glance(&c, i.said))
		return false;
	buf_reset(room);
	buf_span(room, c.url);
	*page = (struct mending_page){ .url = buf_look(room),
	    .line = h->line, .kind = h->kind, .more = h->more };
	return true;
}
