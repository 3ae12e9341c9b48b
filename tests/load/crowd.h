/*
 * A crowd of made-up agents in one process, each a site with its own key and
 * certificate, that behave towards the hub as real ones do (agent/push.c,
 * agent/inbox.c): a batch under way, or a beat; a long poll for letters; full
 * jitter after failures; what the hub asks for (after, credit) is heeded.
 *
 * They have no spool: what an agent tells is made up when it is told, by a
 * function of the section that runs, and only counted.
 */
#ifndef ZQ_LOAD_CROWD_H
#define ZQ_LOAD_CROWD_H

#include "contrib/base/backoff.h"
#include "protocol/changelist.h"
#include "tests/load/line.h"

/* As in agent/push.c and agent/inbox.c. */
#define CROWD_BEAT 5000			/* ms */
#define CROWD_LAST 40000		/* ms, bound of all waits */
#define CROWD_PUSH_FIRST 1000
#define CROWD_POLL_FIRST 8000
#define CROWD_CREDIT (256u << 10)	/* bytes, to begin with */
#define CROWD_PATIENCE 120		/* s for a batch */
#define CROWD_HOLD 50			/* s that a poll is held */
#define CROWD_POLL_PATIENCE 80
#define CROWD_NEVER UINT32_MAX		/* ms until it speaks: it doesn't */

struct crowd;

struct agent {
	struct crowd *crowd;
	struct line_owner owner;
	struct line push, poll;
	struct event *push_timer, *poll_timer;
	struct backoff push_backoff, poll_backoff;
	uint32_t site;
	size_t number;			/* in the crowd, from 0 */
	uint64_t incarnation, instance;
	uint64_t head, taken;		/* seq: told of, and confirmed */
	uint64_t credit, letters;
	int64_t polled;			/* ms, mono */
	bool polls;			/* holds one, as far as it knows */
	bool started;
	bool news;			/* each change has a word of its own */
	bool ill;			/* says that its page doesn't answer */
	double cut, back, poll_back;	/* s, mono; 0: not since the cut */
};

/* The change with this number; its spans live until the next one. */
typedef void crowd_say_fn(void *arg, const struct agent *a, uint64_t seq,
    struct change *c);
/* More is taken than was. */
typedef void crowd_taken_fn(void *arg, struct agent *a);

struct crowd {
	struct line_end end;
	struct agent *agent;
	size_t count;
	uint32_t last;			/* a site with this number and nothing
					 * to it is there as well; 0: none */
	crowd_say_fn *say;
	crowd_taken_fn *taken;		/* may be NULL */
	void *arg;
	size_t busy, refused;		/* answers: come later; anything else */
	struct buf xml, request;
};

/* Sites in a hub that isn't running (dir: of take_hub_make()), with keys and
 * certificates by its CA. */
void crowd_make(struct crowd *c, struct event_base *base, const char *dir,
    size_t count);
void crowd_free(struct crowd *c);

/* It speaks for the first time after so many ms. */
void crowd_start(struct agent *a, uint32_t push, uint32_t poll);
void crowd_stop(struct agent *a);	/* hangs up, and is silent */
/* It has so many more changes to tell. */
void crowd_tell(struct agent *a, uint64_t changes);

double crowd_now(void);			/* s, mono */

#endif
