/*
 * A sample: a few files of a source whose addresses tell whether its url is
 * right. Pages from different directories first; the index of the root itself
 * last, for any server answers with something at "/".
 *
 * It looks at some hundred names, no more: the first that are there.
 */
#ifndef ZQ_AGENT_SAMPLE_H
#define ZQ_AGENT_SAMPLE_H

#include "agent/filter.h"
#include "agent/place.h"

#define SAMPLE_MOST 3

struct sample {
	char *path[SAMPLE_MOST];	/* below the root, best first */
	size_t n;
	/* internal */
	unsigned rank[SAMPLE_MOST];
	unsigned looked;
};

void sample_take(struct sample *s, const struct place *p,
    const struct filter *f);
void sample_clear(struct sample *s);

#endif
