/*
 * The inside of push.c, which push_judge.c judges answers for and
 * push_status.c shows.
 */
#ifndef ZQ_AGENT_PUSH_PRIVATE_H
#define ZQ_AGENT_PUSH_PRIVATE_H

#include "agent/cause.h"
#include "agent/prove.h"
#include "agent/push_host.h"
#include "contrib/base/backoff.h"
#include "protocol/answer.h"

#define PUSH_COMPLAINTS 50	/* of the hub, kept for status */
#define PUSH_FIRST_WAIT 1000	/* ms, the first bound after a failure */
#define PUSH_LAST_WAIT 40000	/* ms, the last: thousands who wait for the
				 * same hub are back within a minute */
#define PUSH_FULL_WAIT 5000	/* ms until a full disk is tried again */

#define PUSH_GIVE_UPS 3		/* times that a proof makes way for a change;
				 * the next time changes wait for it */
#define PUSH_FIRST_CREDIT (256u << 10)	/* bytes, until the hub grants more: it
				 * may have to hear thousands */

enum push_step {
	PUSH_IDLE, PUSH_SEND, PUSH_WAIT, PUSH_JUDGE, PUSH_PAUSE, PUSH_STOP,
	PUSH_RECONCILE, PUSH_RECONCILED,
	PUSH_STEPS
};

struct push;

struct complaint_kept {
	uint64_t seq;
	int64_t when;			/* ms */
	char *url, *why;
};

struct push {
	struct push_host host;
	enum push_step step;
	struct event *timer;
	struct fetch_request *request;
	struct backoff backoff;
	uint64_t pause;			/* ms, of the next PUSH_PAUSE */
	uint64_t stop;			/* … of PUSH_STOP */
	int64_t asks;			/* mono ms, when it ends */
	uint64_t credit;		/* bytes */
	uint64_t incarnation;		/* of the batch under way */
	uint64_t first, last;		/* of the batch under way; last <
					 * first: a beat */
	uint64_t head;			/* … and of the spool, then */
	int64_t sent_wall, sent_mono;	/* ms: the batch under way */
	/* the answer, while it is judged */
	const struct fetch_answer *got;
	struct answer answer;
	struct buf keep;
	size_t complained;		/* in it */
	/* proofs */
	struct prove *prove;
	const struct prove_end *proved;	/* while it is judged */
	uint64_t answered_of;		/* incarnation that was answered last */
	bool hub_proves;		/* it can, as it says */
	bool unspoken;			/* … but it could not, last time */
	bool wanted;			/* it wants one */
	int64_t due;			/* mono ms, of the next */
	int64_t earliest;		/* … not even when it is wanted, unless
					 * … */
	bool unasked;			/* … the last that was put off was our
					 * own idea */
	uint64_t again;			/* ms until the next if it differs, or
					 * failed */
	unsigned given_up;		/* since the last that ended */
	int64_t wanted_at;		/* mono ms, since when it is wanted */
	int64_t hushed;			/* … since when the sources wait for
					 * one, or CLOCK_NONE */
	int64_t loud;			/* … until then they don't */
	int64_t retold;			/* mono ms, when the hub wanted that */
	int64_t behind;			/* … when it had more than we told */
	/* for status */
	enum verdict verdict;		/* 0: none yet */
	char cause[32];			/* … and its word */
	bool outdated;			/* … it takes our certificate for one
					 * that has expired */
	char *reason;			/* why it isn't well; NULL: it is */
	int64_t answered;		/* ms, or CLOCK_NONE */
	int64_t heard;			/* mono ms: the same, or the start */
	int64_t skew;			/* ms */
	uint32_t took;			/* ms, of the last exchange */
	uint64_t batches;
	struct complaint_kept complaint[PUSH_COMPLAINTS];
	size_t complaints;		/* ever */
	uint64_t held;			/* of this site, by the hub */
};

const char *push_step_name(enum push_step step);

/* What is wrong, in a sentence; said once as long as it stays the same. */
void push_unwell(struct push *p, const char *reason);

/* A proof is due, and all is such that one can begin. */
bool push_may_prove(const struct push *p);
/* … and the next one, in this many ms at most. */
void push_prove_within(struct push *p, uint64_t ms);

/* After each answer: has a proof waited long enough, so that the sources wait
 * for it now? And: they don't any more. */
void push_hush_look(struct push *p);
void push_hush_end(struct push *p);

/* Does what the words say, if it is time. True: all is told again. */
bool push_take_want(struct push *p, struct span words);

/* The steps that judge: what came of a batch, and of a proof. */
enum push_step push_judge(struct push *p);
enum push_step push_judge_proof(struct push *p);

#endif
