/* See hold.h. */
#include "agent/hold.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"

void
hold_init(struct hold *h, uint64_t items, uint64_t percent)
{
	*h = (struct hold){ .window = clock_mono(), .items_most = items,
	    .percent_most = percent };
}

static void
forget(struct hold_word *w)
{
	free(w->reason);
	free(w->by);
	*w = (struct hold_word){ NULL, NULL };
}

/* It goes to the hub with each withdrawal, which refuses what is too long or
 * has controls in it. */
static char *
fit(const char *text)
{
	struct span s = text_trim(text_cut(span_of(text), LIMIT_TEXT));
	char *copy = mem_copy(s.n > 0 ? s.at : "", s.n);

	for (char *c = copy; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return copy;
}

static void
remember(struct hold_word *w, const char *reason, const char *by)
{
	forget(w);
	w->reason = fit(reason);
	w->by = fit(by);
}

void
hold_clear(struct hold *h)
{
	forget(&h->released);
}

void
hold_free(struct hold *h)
{
	forget(&h->released);
	forget(&h->word);
}

bool
hold_is_many(const struct hold *h, const struct hold_count *n)
{
	uint64_t spent = clock_mono() - h->window > HOLD_WINDOW ? 0 : h->spent;
	uint64_t loss = n->missing - n->light, sum = loss + spent;

	must(n->light <= n->missing);
	return n->missing >= n->items || (loss > 0 && sum > h->items_most &&
	    sum * 100 > (n->items + spent) * h->percent_most);
}

/* If they aren't, they count from now on. */
static bool
is_many(struct hold *h, const struct hold_count *n)
{
	int64_t now = clock_mono();

	if (hold_is_many(h, n))
		return true;
	if (now - h->window > HOLD_WINDOW) {
		h->window = now;
		h->spent = 0;
	}
	h->spent += n->missing - n->light;
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
hold_scan(struct hold *h, const struct hold_count *n, bool root_is_empty)
{
	bool any = n->missing > 0;
	enum hold_verdict v;

	h->empty_root = any && root_is_empty;
	if (any && h->released.reason == NULL &&
	    (root_is_empty || is_many(h, n))) {
		v = wait(h, n->missing);
		h->held = n->missing;
		return v;
	}
	h->held = 0;
	h->refused = false;
	return any ? HOLD_WITHDRAW : HOLD_NOTHING;
}

enum hold_verdict
hold_burst(struct hold *h, const struct hold_count *n)
{
	if (n->missing == 0)
		return HOLD_NOTHING;
	return is_many(h, n) ? wait(h, n->missing) : HOLD_WITHDRAW;
}

bool
hold_release(struct hold *h, const char *reason, const char *by)
{
	if (h->held == 0)
		return false;
	remember(&h->released, reason, by);
	h->spent = 0;
	return true;
}

bool
hold_refuse(struct hold *h, const char *reason, const char *by)
{
	if (h->held == 0)
		return false;
	remember(&h->word, reason, by);
	h->refused = true;
	return true;
}

static void
write_word(struct buf *b, const struct hold_word *w)
{
	write_span(b, span_of(w->reason));
	write_span(b, span_of(w->by));
}

static char *
read_text(struct reader *r)
{
	struct span s = read_span(r);

	return r->bad || s.n == 0 ? NULL : mem_copy(s.at, s.n);
}

static void
read_word(struct reader *r, struct hold_word *w)
{
	forget(w);
	w->reason = read_text(r);
	w->by = read_text(r);
}

void
hold_write(struct buf *b, const struct hold *h)
{
	write_u64(b, h->held);
	write_u8(b, h->refused);
	write_word(b, &h->word);
	write_word(b, &h->released);
}

void
hold_read(struct reader *r, struct hold *h)
{
	h->held = read_u64(r);
	h->refused = read_u8(r) != 0;
	if (r->bad || reader_left(r) == 0)
		return;
	read_word(r, &h->word);
	read_word(r, &h->released);
}

uint64_t
hold_waiting(const struct hold *h)
{
	return h->refused ? 0 : h->held;
}
