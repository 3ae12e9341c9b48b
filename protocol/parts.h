/*
 * A change that is being read from XML, part by part.
 *
 * The first thing that is wrong with it is kept as its complaint; the rest of
 * it is then read over. One of these is used for all changes of a document:
 * its buffers are reused.
 */
#ifndef ZQ_PROTOCOL_PARTS_H
#define ZQ_PROTOCOL_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "protocol/change.h"
#include "protocol/words.h"
#include "protocol/xml.h"

#define PARTS_ZONE 480	/* minutes: a date without zone is Beijing's */

struct part {		/* a piece of `texts`; a span would move with it */
	size_t at, n;
};

struct parts {
	struct xml *xml;
	struct change c;
	struct part part[E_COUNT], type, critical;
	uint64_t seen;		/* bits of enum element */
	struct buf texts, links, unknown, why;
	size_t link_count;
	struct link link;	/* being read; its text is still to come */
	struct part link_to;
	int open;		/* the part whose text comes in, or E_COUNT */
	size_t copy;		/* depth where an unknown part began; 0: none */
	size_t skip;		/* depth of a part that is read over; 0: none */
};

void parts_init(struct parts *p, struct xml *x);
void parts_clear(struct parts *p);

/* A change's own element: <url> and its like. now: the time of an unknown
 * kind of change that doesn't tell its own. */
void parts_begin(struct parts *p, int name, uint64_t seq, int64_t now);
/* Elements and text inside of it, and its own end. */
void parts_start(struct parts *p, int name);
void parts_text(struct parts *p, struct span s);
void parts_end(struct parts *p);
/* The change, or NULL and what is wrong with it. Until the next begin. */
const struct change *parts_done(struct parts *p, const char **why);

#endif
