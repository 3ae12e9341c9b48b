/*
 * Former domains: what the web part answers for hosts that were moved away or
 * whose site is closed, when their DNS points here.
 *
 * An address of a domain whose move is in effect is answered 308 with where
 * it is now, by all rules there are; one whose redirect has ended, or whose
 * site was retired, 410 with the successor named, if there is one. Every hit
 * is counted by its address, with the page that has the link, if the browser
 * says so: what is hit most is to be mended first. There are FORMER_HITS of
 * them, and the least hit makes room. They begin with what is kept (hits.h),
 * and former_report() tells what has come since.
 */
#ifndef ZQ_HUB_FORMER_H
#define ZQ_HUB_FORMER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/hits.h"
#include "hub/query.h"

#define FORMER_HITS HITS_MOST
#define FORMER_REFRESH 2000	/* ms, until changes of the view are seen */

struct former;

struct former *former_new(void);
void former_free(struct former *f);

struct former_answer {
	int status;		/* 308 or 410 */
	struct buf url;		/* the address that was meant; empty: none */
	struct buf to;		/* 308: where; 410: the successor, or empty */
	struct buf why;		/* 410: what the operator or owner said */
};

/* host: as the client named it, with or without port; path with its query,
 * as they came. False: it is no former domain, and nothing was put into a
 * (whose buffers are the caller's). */
bool former_look(struct former *f, struct query *q, struct span host,
    struct span path, struct former_answer *a);
/* Counts it. from: the page that had the link, or empty. */
void former_note(struct former *f, const struct former_answer *a,
    struct span from);

/* What was counted since the last report, as JSON for hits.h; as much as fits
 * into `most` bytes. Empty: nothing. Calling it again means it was taken. */
void former_report(struct former *f, size_t most, struct buf *json);

struct former_hit {
	struct span url, to, from;	/* from: the newest */
	uint64_t count;
	int64_t last;			/* ms */
	int status;
};
/* The most hit first. */
typedef bool former_fn(void *arg, const struct former_hit *h);
void former_each(struct former *f, struct query *q, former_fn *each,
    void *arg);

#endif
