/*
 * Plots as SVG within a page: a strip of states over time, and answer times.
 * They say nothing that isn't beside them in words, too; shapes and places
 * tell as much as colours.
 */
#ifndef ZQ_HUB_PLOT_H
#define ZQ_HUB_PLOT_H

#include "contrib/base/buf.h"
#include "hub/history.h"
#include "hub/home_days.h"

struct plot {
	struct buf *out;
	int64_t from, to;	/* ms */
	uint32_t most;		/* ms, the top of answer times */
	int64_t end;		/* of the next strip: newest first */
};

/* A strip: its states newest first, from `to` down to `from`. */
void plot_strip_begin(struct plot *p, struct buf *out, int64_t from,
    int64_t to, const char *title);
bool plot_strip_state(struct plot *p, const struct history *h);
void plot_strip_end(struct plot *p);

/* Answer times: those that failed are crosses at the top. limit: ms, from
 * which on a visit has failed. */
void plot_times_begin(struct plot *p, struct buf *out, int64_t from,
    int64_t to, uint32_t most, uint32_t limit, const char *title);
void plot_times_look(struct plot *p, const struct home_sample *s);
void plot_times_end(struct plot *p);

#endif
