/*
 * What the hub has promised: changes that it said were taken.
 */
#include "contrib/base/err.h"
#include "tests/sim/hub_inside.h"

#define PROMISES 1024		/* incarnations of all sites, in one run */

struct promise {
	uint32_t site;
	uint64_t incarnation, taken;
};

static struct promise promises[PROMISES];
static size_t promise_count;

void
hub_forget_promises(void)
{
	promise_count = 0;
}

void
hub_promises(uint32_t site, const struct answer *a)
{
	struct promise *p = promises;

	while (p < promises + promise_count && (p->site != site ||
	    p->incarnation != a->incarnation))
		p++;
	if (p == promises + promise_count) {
		must(promise_count < PROMISES);
		promise_count++;
		*p = (struct promise){ .site = site,
			.incarnation = a->incarnation };
	}
	if (a->taken > p->taken)
		p->taken = a->taken;
}

size_t
hub_promise(size_t n, uint32_t *site, uint64_t *incarnation, uint64_t *taken)
{
	if (n < promise_count) {
		*site = promises[n].site;
		*incarnation = promises[n].incarnation;
		*taken = promises[n].taken;
	}
	return promise_count;
}
