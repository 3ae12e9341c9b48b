/*
 * Parse: pages are read in a child process that may do nothing else.
 *
 * The agent hands it an open descriptor and an address, and gets a record
 * back. The child has no files, no network and a ceiling on its memory; it
 * is started when there is something to read, ends when there was nothing
 * for half a minute, and is started again if it dies. The page that killed
 * it, or took too long, is answered with RECORD_FAILED and is not tried
 * again; the others that were on their way go on.
 *
 * Answers come in the order of the questions. Several may be on their way:
 * keep asking until parse_is_full(), so that the child never waits.
 */
#ifndef ZQ_AGENT_PARSE_H
#define ZQ_AGENT_PARSE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/record.h"
#include "contrib/base/span.h"

struct parse;

struct parse_limits {		/* all zero: the defaults */
	size_t page;		/* bytes of a page that are looked into */
	size_t memory;		/* bytes the child may have */
	int64_t time;		/* ms for one page; larger files get more */
	int64_t idle;		/* ms until an idle child is ended */
	int zone;		/* minutes east of UTC of dates in pages;
				 * PARSE_ZONE_UTC for 0 */
	bool behind;		/* it leaves the machine to others (nice) */
};

#define PARSE_PAGE_DEFAULT (4u << 20)
#define PARSE_MEMORY_DEFAULT (512u << 20)
#define PARSE_TIME_DEFAULT 20000
#define PARSE_IDLE_DEFAULT 30000
#define PARSE_ZONE_DEFAULT 480
#define PARSE_ZONE_UTC 10000

#define PARSE_FLIGHT 64		/* questions on their way, at most */

struct parse_question {
	int fd;			/* a regular file, open for reading; taken:
				 * parse closes it, always */
	struct span url;	/* normal form; copied */
	struct span name;	/* the file's name, for its type; copied */
};

/* The record and what it points to live until this returns. It may ask
 * again, but not free the parse. */
typedef void parse_done_fn(void *arg, const struct record *r);

/* Forks at once (fork_server.h): call it before there are threads, secrets in
 * memory, or a sandbox. */
struct parse *parse_new(struct event_base *base,
    const struct parse_limits *limits);
/* Whoever still waits is not answered. */
void parse_free(struct parse *p);

/* Not when full. The answer comes from the event loop, never from here. */
void parse_ask(struct parse *p, const struct parse_question *q,
    parse_done_fn *done, void *arg);
bool parse_is_full(const struct parse *p);
size_t parse_waiting(const struct parse *p);	/* questions not answered */

/* For status and logs. */
struct parse_counts {
	uint64_t read;		/* records that came back */
	uint64_t failed;	/* pages that killed it or took too long */
	uint64_t started;	/* children */
	char sandbox[80];	/* what the child got: sandbox_enter() */
};
const struct parse_counts *parse_counts(const struct parse *p);

#endif
