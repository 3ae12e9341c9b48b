/* See proven.h. */
#include "agent/proven.h"

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "protocol/wire.h"

#define NAME "proven"		/* of the row */
#define FORMAT 1
#define ROW_MAX 256

void
proven_get(struct store_txn *t, struct proven *p)
{
	struct span row;
	struct reader r;

	*p = (struct proven){ .at = CLOCK_NONE, .tried = CLOCK_NONE };
	if (!store_get(t, NAME, &row))
		return;
	r = reader_of(row);
	if (read_u8(&r) != FORMAT)
		return;
	p->at = (int64_t)read_u64(&r);
	p->incarnation = read_u64(&r);
	p->seq = read_u64(&r);
	p->items = read_u64(&r);
	p->tried = (int64_t)read_u64(&r);
	p->same = read_u8(&r) != 0;
	p->missing = read_u64(&r);
	p->extra = read_u64(&r);
	p->held = read_u64(&r);
	p->count = read_u64(&r);
	p->missed = read_u64(&r);
}

void
proven_put(struct store_txn *t, const struct proven *p)
{
	struct buf b;

	buf_init(&b, ROW_MAX);
	write_u8(&b, FORMAT);
	write_u64(&b, (uint64_t)p->at);
	write_u64(&b, p->incarnation);
	write_u64(&b, p->seq);
	write_u64(&b, p->items);
	write_u64(&b, (uint64_t)p->tried);
	write_u8(&b, p->same);
	write_u64(&b, p->missing);
	write_u64(&b, p->extra);
	write_u64(&b, p->held);
	write_u64(&b, p->count);
	write_u64(&b, p->missed);
	must(!b.bad);
	store_put(t, NAME, buf_look(&b));
	buf_clear(&b);
}

static void
set_time(json_t *o, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	json_object_set_new(o, name, ms == CLOCK_NONE ? json_null() :
	    json_string(clock_format(text, ms)));
}

json_t *
proven_status(struct store_txn *t)
{
	struct proven p;
	json_t *o;

	proven_get(t, &p);
	o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "seq", (json_int_t)p.seq, "items", (json_int_t)p.items,
	    "missing", (json_int_t)p.missing, "extra", (json_int_t)p.extra,
	    "held", (json_int_t)p.held, "count", (json_int_t)p.count,
	    "missed", (json_int_t)p.missed);
	must(o != NULL);
	set_time(o, "at", p.at);
	set_time(o, "tried", p.tried);
	if (p.tried != CLOCK_NONE)
		json_object_set_new(o, "outcome",
		    json_string(p.same ? "same" : "differs"));
	return o;
}
