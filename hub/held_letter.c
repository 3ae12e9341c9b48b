/* See held_letter.h. */
#include "hub/held_letter.h"

#include "hub/outbox.h"
#include "protocol/letter.h"
#include "protocol/limits.h"

static bool
is_round(uint64_t n)
{
	while (n >= 10 && n % 10 == 0)
		n /= 10;
	return n == 1;
}

static void
put(struct group *g, const struct entry *e, const struct change *c,
    const struct buf *text)
{
	struct letter l = { .when = e->at, .kind = SPAN("held"),
		.about = c != NULL ? c->url : SPAN_NONE,
		.text = buf_look(text) };

	outbox_put(g, e->site, &l);
}

void
held_letter_put(struct group *g, const struct entry *e,
    const struct change *c, uint64_t all, struct span why)
{
	unsigned long long seq = e->seq, n = all;
	struct buf text;

	if (outbox_is_busy(g, e->site) || (all > 0 && !is_round(all)))
		return;
	buf_init(&text, LIMIT_LONG_TEXT);
	if (all > 0)
		buf_printf(&text, "change %llu is held, one of %llu that wait "
		    "by now: %.*s", seq, n, SPAN_ARGS(why));
	else
		buf_printf(&text, "change %llu is held: %.*s", seq,
		    SPAN_ARGS(why));
	put(g, e, c, &text);
	buf_clear(&text);
}

void
held_letter_idle(struct group *g, const struct entry *e,
    const struct change *c, struct span why)
{
	unsigned long long seq = e->seq;
	struct buf text;

	if (outbox_is_busy(g, e->site))
		return;
	buf_init(&text, LIMIT_LONG_TEXT);
	buf_printf(&text, "change %llu had no effect: %.*s", seq,
	    SPAN_ARGS(why));
	put(g, e, c, &text);
	buf_clear(&text);
}
