/*
 * robots.txt, by RFC 9309: which paths of a server we may ask for.
 *
 * The group that names us counts, else the one for all; the longest rule that
 * matches wins, and of two as long the one that allows. A rule may hold "*"
 * and end in "$". What is kept of a file has a ceiling: rules beyond it are
 * not known, and forbid nothing.
 */
#ifndef ZQ_HUB_ROBOTS_H
#define ZQ_HUB_ROBOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

#define ROBOTS_BODY (512u << 10)	/* bytes read; RFC 9309 §2.5: 500 KiB */
#define ROBOTS_RULES (16u << 10)	/* bytes kept of one server */
#define ROBOTS_DELAY 60000	/* ms, the most that Crawl-delay may ask */
#define ROBOTS_NAME "zhanqun"	/* as files call us */

struct robots {
	struct buf rules;	/* "+path\n" allow, "-path\n" disallow */
	uint32_t delay;		/* ms, Crawl-delay; 0: none */
	bool closed;		/* no path at all, whatever the rules say */
};

void robots_init(struct robots *r);	/* all is allowed */
void robots_clear(struct robots *r);
void robots_parse(struct robots *r, struct span text);
/* target: path and query of a normal form, "/a/b?c". */
bool robots_may(const struct robots *r, struct span target);

#endif
