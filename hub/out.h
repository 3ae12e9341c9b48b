/*
 * The row of a page's links: its runs in order, and on which line each
 * begins. The lines within a run are those of the run (run.h), or the page's
 * own, if they differ.
 */
#ifndef ZQ_HUB_OUT_H
#define ZQ_HUB_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/run.h"

#define OUT_KEPT_MOST 1000	/* links, beside those that are told: see
				 * links_keep.h */
#define OUT_ROW_MAX ((LIMIT_LINKS + OUT_KEPT_MOST) * 16 + 64)

struct out_writer {
	struct buf *row;
	uint32_t run, line;	/* of the run before */
};

void out_begin(struct out_writer *w, struct buf *row);
/* step: n of them, if they aren't those of the run; else n is 0. */
void out_put(struct out_writer *w, uint32_t run, uint32_t line,
    const int64_t *step, size_t n);

struct out_reader {
	struct span rest;
	uint32_t run, line;	/* where it stands */
	bool own;
	struct span steps;	/* see out_step(), if own */
};

void out_read(struct out_reader *r, struct span row);
/* False: there is none left, or the row is damaged. */
bool out_next(struct out_reader *r);
/* The step of the page's own for each link of the run, the first included. */
int64_t out_step(struct out_reader *r);

#endif
