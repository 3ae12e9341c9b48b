/*
 * The overview: every site's cell, by region and kind, as the web part last
 * knows it.
 *
 * It is asked for often and changes little, so it is kept: the sites come
 * from the store, at most every few seconds and only if that has changed;
 * their states from the pulse, each time, which costs nothing if none has
 * changed. The markup of the grid is kept as well, for each language.
 */
#ifndef ZQ_HUB_OVERVIEW_H
#define ZQ_HUB_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/cell.h"
#include "hub/pulse.h"
#include "hub/query.h"

#define OVERVIEW_REGION 8	/* room for a region's digits */

struct overview_site {
	uint32_t number;
	char code[CODE_MAX + 1];
	char *name;
	uint8_t kind;		/* 0 portal, 1 department, 2 other */
	enum site_state index;
	bool moved;		/* query_home_has_moved() */
	enum cell_state cell;
	int64_t since;		/* ms: the state; 0: not known */
	uint8_t cause;		/* enum monitor_cause */
	uint64_t changed;	/* the overview's version of the last change */
};

struct overview {
	struct overview_site *site;	/* by region, kind, code */
	size_t count;
	size_t digits;		/* of a code that are its region */
	uint64_t version;	/* rises with each change of a cell; goes on
				 * rising when the web part starts again */
	size_t by_state[CELL_STATES];
	uint64_t epoch;		/* … when the set of sites last changed */
	struct pulse_head head;
	bool has_pulse;
	/* for itself */
	uint64_t place;		/* of the view, when the sites were read */
	int64_t read;		/* ms, mono; 0: never */
	uint64_t pulse;		/* version of it that is shown */
	uint32_t *where;	/* by number: index in site, plus 1 */
	struct overview_grid {
		struct buf markup;
		uint64_t version;
	} grid[4];		/* zh, en; each as chosen or not */
};

struct overview *overview_new(void);
void overview_free(struct overview *o);

/* Brings it up to date; q may be NULL: with the pulse alone. */
void overview_look(struct overview *o, struct query *q);

size_t overview_wrong(const struct overview *o);	/* how many are */

/* Where the region of this one ends: the index behind its last. */
size_t overview_region(const struct overview *o, size_t at);
/* The name of the region that begins at `at`: of its portal; or "". */
const char *overview_region_name(const struct overview *o, size_t at);

/* What the cell says in a sentence (cell.h). */
void overview_sentence(struct buf *b, const struct overview_site *s);

#endif
