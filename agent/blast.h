/*
 * Blast: how much hangs on an address, before it is announced to move. The
 * hub is asked, with the site's certificate; it tells a site only of its own
 * addresses.
 */
#ifndef ZQ_AGENT_BLAST_H
#define ZQ_AGENT_BLAST_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/config.h"
#include "contrib/base/buf.h"

struct blast {
	uint64_t sites, pages;	/* others that link there */
	bool least;		/* there are more; the hub stopped counting */
};

/* Of an address, a prefix or a domain, in normal form. Waits for the answer,
 * some seconds at most. False: why says. */
bool blast_ask(const struct config *c, const char *scope, const char *url,
    struct blast *out, struct buf *why);

/* What the hub answers: <zq:links sites="7" pages="497"/>, with least="true"
 * if there are more; false: it isn't
 * that. */
bool blast_read(struct blast *out, struct span xml);

#endif
