/*
 * Redirects, inside: the lines that redirects.c works out and
 * redirects_write.c writes.
 */
#ifndef ZQ_AGENT_REDIRECTS_PRIVATE_H
#define ZQ_AGENT_REDIRECTS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/movemap.h"
#include "protocol/rewrite.h"

struct redirects_rule {
	struct movemap_rule m;
	char *words;		/* what it points to */
	bool ours;
};

struct redirects_owned {	/* by number */
	uint32_t number;
	bool ours;
};

struct redirects_line {
	bool prefix;
	bool below;		/* or the name of such a prefix, without its
				 * slash: what is said of just that comes first */
	char *from;		/* host, with the port if there is one in
				 * the address, path and query */
	char *to;
	bool alike;		/* it is at the same host, and https if the
				 * one that is asked for is */
};

struct redirects {
	struct rewrite *all;
	struct redirects_rule *rule;
	size_t rules, rule_room;
	struct redirects_owned *owned;
	struct redirects_line *line;	/* addresses before prefixes */
	size_t count, room;
	int64_t now;
};

bool redirects_asks(const struct redirects_line *l);	/* has it a query? */

#endif
