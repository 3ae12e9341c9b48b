/*
 * A trail: the way from an address to what answered in the end, hop by hop,
 * with what was seen there. Evidence, and all that a finding is made of.
 */
#ifndef ZQ_HUB_TRAIL_H
#define ZQ_HUB_TRAIL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/glance.h"
#include "hub/outcome.h"
#include "hub/webcert.h"

#define TRAIL_HOPS 10		/* browsers follow 20; nobody needs so many */
#define TRAIL_DETAIL 256
#define TRAIL_VALIDATOR 128	/* bytes of an ETag or date that are kept */

enum hop_kind {
	HOP_PERMANENT,		/* 301, 308 */
	HOP_TEMPORARY,		/* 302, 303, 307 */
	HOP_REFRESH,		/* the page itself sends on, at once */
};

struct trail_server {		/* that was asked */
	char address[INET6_ADDRSTRLEN];	/* "" */
	uint32_t ms;		/* that it took */
	struct webcert *cert;	/* NULL: none, or not asked for */
};

struct hop {			/* an answer that only sent us on */
	char *url;		/* asked; a normal form */
	long status;
	enum hop_kind kind;
	struct trail_server server;
};

struct trail {
	struct hop hop[TRAIL_HOPS];
	size_t hops;
	struct buf url;		/* the last that was asked; a normal form */
	enum cause trouble;	/* CAUSE_FINE: there is an answer */
	char detail[TRAIL_DETAIL];	/* of the trouble */
	/* The answer. */
	long status;		/* 0: none */
	bool html;
	bool blank;		/* nothing in it, nor does it stand for a page
				 * that is known (304), or send on */
	bool cut;		/* it broke off before its end */
	bool cookies;		/* it, or one on the way, sets one */
	char wall[GLANCE_SIGN];	/* a header of a wall against robots; "" */
	char etag[TRAIL_VALIDATOR], modified[TRAIL_VALIDATOR];
	uint8_t certificate[16];	/* digest; zeros: none, or not asked */
	struct trail_server server;	/* of the last that was asked */
	struct glance page;
	struct buf body;	/* if it was asked for (robots.txt) */
};

void trail_init(struct trail *t);
void trail_clear(struct trail *t);
/* All of `from` is `to`'s, which was cleared, and `from` is empty. */
void trail_take(struct trail *to, struct trail *from);
/* What was asked first. */
struct span trail_from(const struct trail *t);
/* Where the redirects that are for good lead to, before the first that
 * isn't; what was asked first if there are none. */
struct span trail_lasting(const struct trail *t);
/* The last url is left behind, for `to`. False: too many. */
bool trail_hop(struct trail *t, enum hop_kind kind, struct span to);
/* Was it asked already? */
bool trail_was_at(const struct trail *t, struct span url);

#endif
