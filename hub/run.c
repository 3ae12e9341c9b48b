/*
 * Cutting lists of links, and the rows of runs; see run.h.
 */
#include "hub/run.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/hash64.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define CUT_ONE_OF 8		/* links end a run, where it may end */

/* --- cutting -------------------------------------------------------------- */

static bool
ends_run(const struct link *l)
{
	return (hash64((uint64_t)l->kind, l->to) >> 32) % CUT_ONE_OF == 0;
}

bool
run_cut(struct span *links, struct run_piece *p)
{
	p->n = 0;
	while (p->n < RUN_MOST &&
	    change_link_next(links, &p->link[p->n])) {
		p->n++;
		if (p->n >= RUN_LEAST && ends_run(&p->link[p->n - 1]))
			break;
	}
	return p->n > 0;
}

void
run_key(uint8_t key[TABLE_DIGEST], uint32_t site, const struct run_piece *p)
{
	uint8_t head[8], hash[32];
	struct sha s;

	wire_put_u32(head, site);
	sha_begin(&s);
	sha_add(&s, head, 4);
	for (size_t i = 0; i < p->n; i++) {
		wire_put_u32(head, (uint32_t)p->link[i].kind);
		wire_put_u32(head + 4, (uint32_t)p->link[i].to.n);
		sha_add(&s, head, sizeof(head));
		sha_add(&s, p->link[i].to.at, p->link[i].to.n);
	}
	sha_end(&s, hash);
	memcpy(key, hash, TABLE_DIGEST);
}

void
run_steps(int64_t step[RUN_MOST], const struct run_piece *p)
{
	step[0] = 0;
	for (size_t i = 1; i < p->n; i++)
		step[i] = (int64_t)p->link[i].line - p->link[i - 1].line;
}

uint32_t
run_steps_hash(const int64_t step[RUN_MOST], size_t n)
{
	uint64_t h = n;

	for (size_t i = 1; i < n; i++)
		h = hash64_word(h, (uint64_t)step[i]);
	return (uint32_t)(hash64_word(h, n) >> 32);
}

/* --- rows ----------------------------------------------------------------- */

enum flag { FLAG_SHARED = 1 };

bool
run_get(struct db_txn *t, uint32_t number, struct run *run)
{
	struct key k = key_u32(number);
	struct span row, key;
	struct reader r;

	if (!db_get(t, TABLE_RUN, key_look(&k), &row))
		return false;
	r = reader_of(row);
	*run = (struct run){ .number = number };
	run->site = read_u32(&r);
	run->shared = read_u8(&r) & FLAG_SHARED;
	run->pages = read_varint(&r);
	if (!run->shared)
		run->item = read_u32(&r);
	run->steps = read_u32(&r);
	key = read_bytes(&r, TABLE_DIGEST);
	if (r.bad)
		fatal("view: the row of run %u is damaged: run zqhub rebuild",
		    number);
	memcpy(run->key, key.at, TABLE_DIGEST);
	run->links = (struct span){ .at = (const char *)r.at,
	    .n = reader_left(&r) };
	return true;
}

bool
run_find(struct db_txn *t, uint32_t site, const struct run_piece *p,
    struct run *run)
{
	uint8_t key[TABLE_DIGEST];
	struct span row;
	struct key k;

	run_key(key, site, p);
	k = key_digest(key);
	return db_get(t, TABLE_RUN_KEY, key_look(&k), &row) &&
	    run_get(t, wire_get_u32((const uint8_t *)row.at), run);
}

void
run_write(struct buf *row, const struct run *run)
{
	write_u32(row, run->site);
	write_u8(row, run->shared ? FLAG_SHARED : 0);
	write_varint(row, run->pages);
	if (!run->shared)
		write_u32(row, run->item);
	write_u32(row, run->steps);
	buf_put(row, run->key, TABLE_DIGEST);
	buf_span(row, run->links);
}

static size_t
common(struct span a, struct span b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.at[n] == b.at[n])
		n++;
	return n;
}

void
run_links_write(struct buf *b, const struct run_piece *p)
{
	struct span before = SPAN_NONE;
	int64_t step[RUN_MOST];
	size_t same;

	run_steps(step, p);
	for (size_t i = 0; i < p->n; i++) {
		struct span to = p->link[i].to;

		same = common(before, to);
		write_u8(b, (uint8_t)p->link[i].kind);
		write_varint(b, run_fold(step[i]));
		write_varint(b, same);
		write_span(b, (struct span){ .at = to.at + same,
		    .n = to.n - same });
		before = to;
	}
}

void
run_read(struct run_reader *r, struct span links)
{
	r->rest = links;
	r->n = 0;
}

bool
run_link_next(struct run_reader *reader, struct run_link *l)
{
	struct reader r = reader_of(reader->rest);
	uint64_t same;
	struct span more;

	if (reader->rest.n == 0)
		return false;
	l->kind = (enum link_kind)read_u8(&r);
	l->step = run_unfold(read_varint(&r));
	same = read_varint(&r);
	more = read_span(&r);
	if (r.bad || same > reader->n || more.n > sizeof(reader->to) - same)
		return false;
	if (more.n > 0)
		memcpy(reader->to + same, more.at, more.n);
	reader->n = (size_t)same + more.n;
	reader->rest = (struct span){ .at = (const char *)r.at,
	    .n = reader_left(&r) };
	l->to = (struct span){ .at = reader->to, .n = reader->n };
	return true;
}
