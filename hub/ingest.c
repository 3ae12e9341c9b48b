/*
 * Ingest: one group, from frames to answers.
 */
#include "hub/ingest.h"

#include <inttypes.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/judge.h"

#define AGAIN_MAX 64		/* see writer.c */

struct ingest {
	struct writer *writer;
	struct guests *guests;
	reply_send_fn *send;
	void *arg;
	struct judge *judge;
	bool full;		/* the disk was, at the last group */
};

struct ingest *
ingest_new(struct writer *w, struct guests *g, reply_send_fn *send, void *arg)
{
	struct ingest *i = mem_new(sizeof(*i));

	i->writer = w;
	i->guests = g;
	i->send = send;
	i->arg = arg;
	i->judge = judge_new(w, g);
	return i;
}

void
ingest_free(struct ingest *i)
{
	if (i == NULL)
		return;
	judge_free(i->judge);
	free(i);
}

static void
write_acts(struct journal *j, struct pending *p, int64_t at)
{
	for (size_t n = 0; n < p->acts.count; n++)
		p->place = journal_act(j, acts_get(&p->acts, n), at);
}

/* The whole group, as often as the map has to grow for it. */
static enum db_result
write_group(struct ingest *i, struct pending_queue *q)
{
	enum db_result r;
	int tries = 0;

	do {
		int64_t at = clock_wall();

		must(++tries < AGAIN_MAX);
		judge_begin(i->judge, at);
		journal_begin(i->writer->journal);
		for (struct pending *p = q->first; p != NULL; p = p->next) {
			if (p->done != NULL)
				write_acts(i->writer->journal, p, at);
			else
				judge_batch(i->judge, p);
		}
		r = journal_commit(i->writer->journal);
	} while (r == DB_AGAIN);
	return r;
}

static void
count(const struct pending *p)
{
	static const enum counter verdicts[] = {
		[VERDICT_EARLY] = COUNTER_EARLY_BATCHES,
		[VERDICT_FORKED] = COUNTER_FORKED_BATCHES,
	};

	if (p->verdict == VERDICT_EARLY || p->verdict == VERDICT_FORKED)
		stats_add(verdicts[p->verdict], 1);
	if (p->verdict == VERDICT_TAKEN || p->verdict == VERDICT_KNOWN) {
		stats_add(COUNTER_TAKEN_BATCHES, 1);
		stats_add(COUNTER_TAKEN_CHANGES, p->fresh);
		stats_add(COUNTER_KNOWN_CHANGES, p->changes - p->fresh);
	}
	if (p->verdict == VERDICT_TAKEN)
		stats_add(COUNTER_REFUSED_CHANGES, p->refused);
	stats_observe(COUNTER_TAKE_TIME, (uint64_t)(clock_mono() - p->since));
}

/* It is durable: say so. */
static void
settle(struct ingest *i, struct pending *p, struct ingest_group *g)
{
	if (p->done != NULL) {
		p->done(p->arg, p->place);
		return;
	}
	if (p->verdict == VERDICT_TAKEN || p->verdict == VERDICT_KNOWN)
		g->batches++;
	judge_settled(i->judge, p);
	i->send(i->arg, p->number, buf_look(&p->answer));
	count(p);
}

static void
refuse(struct ingest *i, struct pending *p)
{
	if (p->done != NULL) {
		p->done(p->arg, 0);
		return;
	}
	buf_reset(&p->answer);
	reply_plain(&p->answer, VERDICT_BUSY,
	    "the hub's disk is full; what you have is safe with you");
	i->send(i->arg, p->number, buf_look(&p->answer));
}

static void
note_full(struct ingest *i, bool full)
{
	if (full && !i->full)
		log_error("journal: disk full: nothing is taken until there "
		    "is space below %s, or store_most is raised",
		    i->writer->config->dir);
	else if (!full && i->full)
		log_info("journal: there is space again");
	i->full = full;
}

bool
ingest_take(struct ingest *i, struct pending_queue *q,
    struct ingest_group *g)
{
	uint64_t cpu = clock_cpu();
	enum db_result r = write_group(i, q);
	struct pending *p;

	note_full(i, r == DB_FULL);
	*g = (struct ingest_group){ .at = clock_mono() };
	while ((p = pending_pop(q)) != NULL) {
		if (r == DB_OK)
			settle(i, p, g);
		else
			refuse(i, p);
		pending_free(p);
	}
	if (r == DB_OK) {
		g->place = journal_last(i->writer->journal);
		stats_add(COUNTER_TAKEN_GROUPS, 1);
		stats_set(COUNTER_JOURNAL_PLACE, g->place);
	}
	stats_add(COUNTER_CORE_TAKE_CPU, clock_cpu() - cpu);
	return r == DB_OK;
}

bool
ingest_is_full(const struct ingest *i)
{
	return i->full;
}
