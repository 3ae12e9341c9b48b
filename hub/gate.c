/*
 * The gate, as a batch comes; see gate.h.
 */
#include "hub/gate.h"

#include "hub/item.h"
#include "protocol/change.h"

/* Has the view yet to show something of what was taken? */
static bool
is_behind(const struct view_site *s, const struct position *p)
{
	return p->last > 0 && (s->incarnation != p->incarnation ||
	    s->seq < p->last);
}

/* It went where a move says, or is still there at another address. */
static bool
is_elsewhere(const struct gate *t, const struct view_site *s,
    const struct change *c, int64_t at)
{
	struct span where = c->word[WORD_SUCCESSOR];

	return view_moved(t->writer->view, c->url, at) || (where.n > 0 &&
	    !span_is(where, c->url) &&
	    view_stands(t->writer->view, s->number, where));
}

/* Of what is new in this batch, how much goes that is there? */
static size_t
count_gone(struct gate *t, const struct view_site *s,
    const struct sift *sift, size_t known, bool behind, int64_t at)
{
	struct change c;
	size_t n = 0;

	for (size_t i = known; i < sift->count; i++) {
		if (sift->goes[i] && change_glance(&c, sift->row[i]) &&
		    !is_elsewhere(t, s, &c, at))
			item_name(t->name[n++], s->number, item_id(&c));
	}
	return n == 0 || behind ? n : view_shown(t->writer->view, t->name, n);
}

/* How many the site shows, or will when the view has caught up. */
static uint64_t
count_shown(const struct view_site *s, const struct position *p, bool behind)
{
	if (!behind)
		return s->items;
	return s->items + p->last -
	    (s->incarnation == p->incarnation && s->seq < p->last ?
	    s->seq : 0);
}

void
gate_watch(struct gate *t, const struct view_site *s, const struct sift *sift,
    struct journal_batch *b, int64_t at)
{
	const struct config *c = t->writer->config;
	struct journal_verdict v;
	uint64_t before;
	size_t gone = 0;
	bool behind;

	t->closes = false;
	t->held = 0;
	if (sift->withdrawn == 0)
		return;
	b->window = (int64_t)c->gate_window;
	b->forget = s->gate_settled;
	journal_look(t->writer->journal, b, &v);
	behind = is_behind(s, &v.position);
	if (v.verdict == VERDICT_TAKEN)
		gone = count_gone(t, s, sift, v.known, behind,
		    at);
	if (gone == 0)
		return;
	before = journal_withdrew(&v.position, b, at);
	b->withdraws = gone;
	t->count = before + gone;
	t->of = count_shown(s, &v.position, behind) + (s->gate ? 0 : before);
	t->closes = !s->gate && t->count > c->gate_items &&
	    t->count * 100 > c->gate_percent * t->of;
	t->held = t->closes || s->gate ? gone : 0;
}
