/* See judge_inside.h. */
#include "hub/judge_inside.h"

struct fork_word
judge_word(const struct frame_batch *f)
{
	return (struct fork_word){ .instance = f->head.instance,
	    .address = f->peer.address, .now = sift_time(f->head.now) };
}

uint64_t
judge_act(struct judge *j, struct acts *acts)
{
	uint64_t place = journal_act(j->writer->journal, acts_get(acts, 0),
	    j->at);

	acts_clear(acts);
	return place;
}

void
judge_hold_fork(struct judge *j, struct pending *p, const char *cause,
    const struct fork_pair *pair)
{
	struct guest *g = guests_get(j->guests, p->site);
	struct fork_side side[2] = { fork_side(&pair->agent[0]),
		fork_side(&pair->agent[1]) };
	struct acts acts;

	p->cause = cause;
	p->pair = *pair;
	fork_advice(&j->why, j->welcome.site.code, side);
	if (g->fork > view_place(j->writer->view))
		return;
	acts_init(&acts);
	fork_act(&acts, p->site, cause, j->frame.head.first, pair);
	p->fork = judge_act(j, &acts);
}
