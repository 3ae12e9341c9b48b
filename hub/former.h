/*
 * Former domains: what the web part answers for hosts that were moved away or
 * whose site is closed, when their DNS points here.
 *
 * An address of a domain whose move is in effect is answered 308 with where
 * it is now, by all rules there are; one whose redirect has ended, or whose
 * site was retired, 410 with the successor named, if there is one. Where no
 * item ever was and no page links to, nobody loses anything: a typing error,
 * or somebody who looks for holes. If the site covered that address it is 404,
 * with the successor's home.
 *
 * Every hit is counted by its address, with the page that has the link, if the
 * browser says so: what is hit most is to be mended first. There are so many
 * of them as hits.h keeps, and the least hit makes room. What nothing is
 * known of is counted apart, and takes no place from what was. They begin with what is
 * kept, and former_report() tells what has come since.
 */
#ifndef ZQ_HUB_FORMER_H
#define ZQ_HUB_FORMER_H

#include <jansson.h>
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
	int status;		/* 308, 410 or 404 */
	bool never;		/* nothing is known to have been there */
	struct buf url;		/* the address that was meant; empty: none */
	struct buf to;		/* 308: where; else the successor, or empty */
	struct buf why;		/* not 308: what the operator or owner said */
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

/* Counts what the part before this one had yet to report: one of its reports,
 * read again. It is in the next of this one's. */
void former_resume(struct former *f, struct query *q, const json_t *report);

struct former_hit {
	struct span url, to, from;	/* from: the newest */
	uint64_t count;
	int64_t last;			/* ms */
	int status;
};
/* The most hit first; of those that were once, or (never) of the others. */
typedef bool former_fn(void *arg, const struct former_hit *h);
void former_each(struct former *f, struct query *q, bool never,
    former_fn *each, void *arg);

#endif
