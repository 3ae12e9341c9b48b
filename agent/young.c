/* See young.h: a table by hash, in which the later one has the place. */
#include "agent/young.h"

#include <stdlib.h>

#include "agent/job.h"
#include "contrib/base/clock.h"
#include "contrib/base/mem.h"

struct one {
	uint32_t hash;
	bool is;		/* there is one */
	int64_t told;		/* mono ms */
};

struct young {
	struct one at[YOUNG_MOST];
};

struct young *
young_new(void)
{
	return mem_new(sizeof(struct young));
}

void
young_free(struct young *y)
{
	free(y);
}

void
young_add(struct young *y, const char *url)
{
	uint32_t hash = job_hash(span_of(url));

	y->at[hash % YOUNG_MOST] = (struct one){ .hash = hash, .is = true,
	    .told = clock_mono() };
}

bool
young_is(const struct young *y, const char *url, int64_t age)
{
	uint32_t hash = job_hash(span_of(url));
	const struct one *o = &y->at[hash % YOUNG_MOST];

	return o->is && o->hash == hash &&
	    clock_mono() - o->told < age;
}
