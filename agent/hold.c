/* See hold.h. */
#include "agent/hold.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"

void
hold_init(struct hold *h)
{
	*h = (struct hold){ .window = clock_mono() };
}

void
hold_clear(struct hold *h)
{
	free(h->released);
	h->released = NULL;
}

/* Are n too many to go without a word? If not, they count from now on. */
static bool
is_many(struct hold *h, uint64_t n, uint64_t items)
{
	int64_t now = clock_mono();
	uint64_t sum;

	if (now - h->window > HOLD_WINDOW) {
		h->window = now;
		h->spent = 0;
	}
	sum = n + h->spent;
	if (n >= items || (sum > HOLD_ITEMS &&
	    sum * 100 > (items + h->spent) * HOLD_PERCENT))
		return true;
	h->spent = sum;
	return false;
}

static enum hold_verdict
wait(struct hold *h, uint64_t n)
{
	if (n <= h->held)
		return HOLD_STILL;
	h->held = n;
	h->refused = false;
	return HOLD_WAIT;
}

enum hold_verdict
hold_scan(struct hold *h, uint64_t n, uint64_t items, bool root_is_empty)
{
	enum hold_verdict v;

	h->empty_root = n > 0 && root_is_empty;
	if (n > 0 && h->released == NULL &&
	    (root_is_empty || is_many(h, n, items))) {
		v = wait(h, n);
		h->held = n;
		return v;
	}
	h->held = 0;
	h->refused = false;
	return n > 0 ? HOLD_WITHDRAW : HOLD_NOTHING;
}

enum hold_verdict
hold_burst(struct hold *h, uint64_t n, uint64_t items)
{
	if (n == 0)
		return HOLD_NOTHING;
	return is_many(h, n, items) ? wait(h, n) : HOLD_WITHDRAW;
}

bool
hold_release(struct hold *h, const char *reason)
{
	if (h->held == 0)
		return false;
	free(h->released);
	h->released = mem_text(reason);
	h->spent = 0;
	return true;
}

bool
hold_refuse(struct hold *h)
{
	if (h->held == 0)
		return false;
	h->refused = true;
	return true;
}
