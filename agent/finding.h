/*
 * Findings: what the norm would have to say about a page, in words.
 *
 * Tags that are required and missing, values that are odd, and what was
 * noticed while reading; sorted by line.
 */
#ifndef ZQ_AGENT_FINDING_H
#define ZQ_AGENT_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/record.h"
#include "contrib/base/span.h"

struct finding {
	uint32_t line;		/* 0: of the page as a whole */
	size_t order;		/* among those of one line */
	bool missing;		/* something required isn't there */
	char *text;
};

struct findings {
	struct finding *at;
	size_t n;
	size_t missing;		/* how many of them */
};

struct finding_site {		/* what the site is; empty: not known */
	struct span name, domain, code;
	struct span served;	/* what is wrong with its addresses */
};

/* kind: one of enum tag_page. Clear them in the end. */
void findings_of(struct findings *f, const struct record *r, unsigned kind,
    const struct finding_site *site);
void findings_clear(struct findings *f);

/* What kind of page it seems to be, of enum tag_page. */
unsigned finding_guess(const struct record *r, struct span url);

#endif
