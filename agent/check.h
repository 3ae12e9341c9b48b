/*
 * Check: what would be said of this page, and what the norm would have to
 * say about it. `zqagent check PAGE` prints it; nothing is sent to the hub.
 */
#ifndef ZQ_AGENT_CHECK_H
#define ZQ_AGENT_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "agent/tag.h"
#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct check_options {
	FILE *out;
	bool json;
	unsigned kind;		/* one of enum tag_page; 0: guess */
	int zone;		/* as in parse_limits; 0: the default */
	struct span url;	/* normal form; empty: unknown, links and
				 * date are then judged as at example.invalid */
	/* What the site is, if the settings say so; empty: not known. */
	struct span site_name, site_domain, site_code;
	/* Says what is wrong with the address of its source (served.h), when
	 * the page was read. NULL: nobody asks. */
	void (*ask)(void *arg, struct buf *why);
	void *arg;
};

/* Takes fd. `path` is shown and gives the type. 0: fine; 1: something that
 * is required is missing or unreadable; 2: the file couldn't be read. */
int check_page(int fd, const char *path, const struct check_options *o);

#endif
