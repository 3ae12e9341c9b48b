/*
 * Ingest: taking. A group of batches is judged, appended and made durable
 * in one transaction of the journal; then, and only then, each is answered.
 *
 * Whatever decodes at all is taken and keeps its number: a change that could
 * not be read, or that speaks of a foreign host, is in the journal too, and
 * is named in the answer. What becomes of it is apply's business.
 */
#ifndef ZQ_HUB_INGEST_H
#define ZQ_HUB_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/guests.h"
#include "hub/pending.h"
#include "hub/reply.h"
#include "hub/writer.h"

struct ingest;

/* Keeps all three. send is called for each batch of a group. */
struct ingest *ingest_new(struct writer *w, struct guests *g,
    reply_send_fn *send, void *arg);
void ingest_free(struct ingest *i);

struct ingest_group {	/* what a group came to */
	uint64_t place;		/* of its last entry; 0: nothing appended */
	size_t batches;		/* that were answered as taken or known */
	int64_t at;		/* ms, mono: when it was durable */
};

/* Empties q. False: the disk is full, and everyone was told BUSY. */
bool ingest_take(struct ingest *i, struct pending_queue *q,
    struct ingest_group *g);
/* Was it full the last time? */
bool ingest_is_full(const struct ingest *i);

#endif
