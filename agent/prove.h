/*
 * Proving: the exchange by which hub and site find out whether the index is
 * exactly what the site has (R17), and the mending of what isn't. The
 * documents are those of protocol/reconcile.h.
 *
 * Whoever begins it sees to it that nothing is under way, that all of the
 * spool is confirmed, and that no batch is sent until it is done: so both
 * sides speak of the same number. What is known must not change while hashes
 * are gathered; if it did, the exchange is given up, which costs nothing.
 * The larger works are done in turns, between which the loop goes on.
 */
#ifndef ZQ_AGENT_PROVE_H
#define ZQ_AGENT_PROVE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/line.h"
#include "agent/repair.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "protocol/answer.h"

enum prove_outcome {
	PROVE_SAME,		/* it is in the store: proven.h */
	PROVE_DIFFERS,		/* so it did; now it is being mended */
	PROVE_LATER,		/* the hub isn't so far; `after` ms */
	PROVE_REFUSED,		/* as a batch would be: verdict, cause */
	PROVE_UNSPOKEN,		/* this hub can't */
	PROVE_BROKEN,		/* no answer: got, why */
	PROVE_CHANGED,		/* the site changed meanwhile */
	PROVE_FULL,		/* the disk is full */
};

struct prove_end {
	enum prove_outcome outcome;
	enum verdict verdict;
	struct span cause, reason;	/* until done() returns */
	uint32_t after;			/* ms */
	bool whole;			/* all of it is being mended; else:
					 * again, soon */
	const struct fetch_answer *got;
	const char *why;
};

struct prove_host {
	struct event_base *base;
	struct fetch *fetch;
	const struct line *line;
	uint64_t instance;
	struct repair_host repair;	/* its store is the one compared */
	void *arg;
	/* Not from within prove_begin(). */
	void (*done)(void *arg, const struct prove_end *end);
};

struct prove;

struct prove *prove_new(const struct prove_host *host);
void prove_free(struct prove *p);		/* before the fetch */
void prove_begin(struct prove *p);
/* As if it had not begun; done() is not called. */
void prove_cancel(struct prove *p);
bool prove_is_on(const struct prove *p);
/* The hub has said all; what is left is a matter of moments. */
bool prove_is_mending(const struct prove *p);

#endif
