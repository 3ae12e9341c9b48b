/*
 * Rows of pages; see out.h.
 */
#include "hub/out.h"

#include "protocol/wire.h"

void
out_begin(struct out_writer *w, struct buf *row)
{
	*w = (struct out_writer){ .row = row };
	buf_reset(row);
}

void
out_put(struct out_writer *w, uint32_t run, uint32_t line,
    const int64_t *step, size_t n)
{
	write_varint(w->row, run_fold((int64_t)run - w->run));
	write_varint(w->row, run_fold((int64_t)line - w->line) << 1 |
	    (n > 0));
	if (n > 0)
		write_varint(w->row, n);
	for (size_t i = 0; i < n; i++)
		write_varint(w->row, run_fold(step[i]));
	w->run = run;
	w->line = line;
}

void
out_read(struct out_reader *r, struct span row)
{
	*r = (struct out_reader){ .rest = row };
}

static struct span
rest_of(const struct reader *r)
{
	return (struct span){ .at = (const char *)r->at,
	    .n = reader_left(r) };
}

bool
out_next(struct out_reader *out)
{
	struct reader r = reader_of(out->rest);
	uint64_t line;
	size_t n;

	if (out->rest.n == 0)
		return false;
	out->run += (uint32_t)run_unfold(read_varint(&r));
	line = read_varint(&r);
	out->line += (uint32_t)run_unfold(line >> 1);
	out->own = line & 1;
	out->steps = SPAN_NONE;
	if (out->own) {
		n = (size_t)read_varint(&r);
		out->steps = rest_of(&r);
		for (; n > 0 && !r.bad; n--)
			read_varint(&r);
	}
	out->rest = rest_of(&r);
	return !r.bad;
}

int64_t
out_step(struct out_reader *out)
{
	struct reader r = reader_of(out->steps);
	int64_t step = run_unfold(read_varint(&r));

	out->steps = rest_of(&r);
	return r.bad ? 0 : step;
}
