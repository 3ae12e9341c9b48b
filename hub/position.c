/*
 * Positions: the row, and the incarnations that a site has given up.
 */
#include "hub/position.h"

#include <string.h>

#include "contrib/base/err.h"
#include "protocol/wire.h"

/* --- the row -------------------------------------------------------------- */

void
position_write(struct buf *b, const struct position *p)
{
	write_u64(b, p->incarnation);
	write_u64(b, p->before);
	write_u64(b, p->last);
	write_u64(b, p->head);
	write_u64(b, (uint64_t)p->heard);
	write_u64(b, (uint64_t)p->skew);
	write_u64(b, p->place);
	buf_put(b, p->agent, sizeof(p->agent));
	buf_put(b, p->recent, sizeof(p->recent));
	write_u64(b, p->instance);
	write_u64(b, p->instance_before);
	write_u64(b, p->held);
	write_u64(b, (uint64_t)p->withdrew_since);
	write_u64(b, p->withdrew);
	write_span(b, span_of(p->features));
	for (size_t i = 0; i < POSITION_OLDER; i++)
		write_u64(b, p->older[i]);
	write_span(b, span_of(p->trouble));
	write_u8(b, p->needs_snapshot);
}

void
position_put_words(char *to, size_t room, struct span words)
{
	memset(to, 0, room);
	if (words.n > 0 && words.n < room)
		memcpy(to, words.at, words.n);
}

/* What rows of version 0.1 don't have. */
static void
read_more(struct position *p, struct reader *r)
{
	struct span features, trouble;

	if (reader_left(r) == 0)
		return;
	p->instance = read_u64(r);
	p->instance_before = read_u64(r);
	p->held = read_u64(r);
	p->withdrew_since = (int64_t)read_u64(r);
	p->withdrew = read_u64(r);
	features = read_span(r);
	if (!r->bad)
		position_put_words(p->features, sizeof(p->features), features);
	for (size_t i = 0; i < POSITION_OLDER && reader_left(r) > 0; i++)
		p->older[i] = read_u64(r);
	if (reader_left(r) == 0)
		return;
	trouble = read_span(r);
	if (!r->bad)
		position_put_words(p->trouble, sizeof(p->trouble), trouble);
	if (reader_left(r) > 0)
		p->needs_snapshot = read_u8(r) != 0;
}

void
position_read(struct position *p, struct span row)
{
	struct reader r = reader_of(row);

	p->incarnation = read_u64(&r);
	p->before = read_u64(&r);
	p->last = read_u64(&r);
	p->head = read_u64(&r);
	p->heard = (int64_t)read_u64(&r);
	p->skew = (int64_t)read_u64(&r);
	p->place = read_u64(&r);
	struct span agent = read_bytes(&r, sizeof(p->agent));
	struct span recent = read_bytes(&r, sizeof(p->recent));
	read_more(p, &r);
	if (r.bad)
		fatal("journal: a site's position is cut short: restore the "
		    "journal from a dump");
	memcpy(p->agent, agent.at, sizeof(p->agent));
	memcpy(p->recent, recent.at, sizeof(p->recent));
}

/* --- incarnations --------------------------------------------------------- */

bool
position_gave_up(const struct position *p, uint64_t incarnation)
{
	bool found = p->before == incarnation;

	for (size_t i = 0; i < POSITION_OLDER; i++)
		found |= p->older[i] == incarnation;
	return found && incarnation != 0;
}

void
position_give_up(struct position *p, uint64_t for_this)
{
	memmove(p->older + 1, p->older,
	    (POSITION_OLDER - 1) * sizeof(p->older[0]));
	p->older[0] = p->before;
	p->before = p->incarnation;
	p->incarnation = for_this;
}
