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
hold_forget(struct hold *h)
{
	while (h->count > 0)
		free(h->missing[--h->count]);
	free(h->missing);
	h->missing = NULL;
	h->room = 0;
}

void
hold_clear(struct hold *h)
{
	hold_forget(h);
	free(h->released);
	h->released = NULL;
}

void
hold_miss(struct hold *h, const char *path)
{
	if (h->count == h->room) {
		h->room = h->room > 0 ? h->room * 2 : 64;
		h->missing = mem_grow(h->missing, h->room, sizeof(char *));
	}
	h->missing[h->count++] = mem_text(path);
}

static bool
is_many(uint64_t n, uint64_t items)
{
	return n > HOLD_ITEMS && n * 100 > items * HOLD_PERCENT;
}

enum hold_verdict
hold_judge(struct hold *h, uint64_t items, bool root_is_empty)
{
	uint64_t before = h->held;

	if (h->count == 0) {
		h->held = 0;
		h->refused = false;
		return HOLD_NOTHING;
	}
	h->empty_root = root_is_empty;
	if (h->released != NULL ||
	    (!root_is_empty && !is_many(h->count + h->spent, items))) {
		h->held = 0;
		h->refused = false;
		return HOLD_WITHDRAW;
	}
	h->held = h->count;
	if (h->held <= before)
		return HOLD_STILL;
	h->refused = false;
	return HOLD_WAIT;
}

bool
hold_allow(struct hold *h, uint64_t items)
{
	int64_t now = clock_mono();

	if (now - h->window > HOLD_WINDOW) {
		h->window = now;
		h->spent = 0;
	}
	if (is_many(h->spent + 1, items + h->spent))
		return false;
	h->spent++;
	return true;
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
